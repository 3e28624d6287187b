"""Whether two parsed names can be one person's: the decision, its score and its reason."""

from __future__ import annotations

import re
from typing import NamedTuple

from rapidfuzz.distance import OSA

from incumbent.names import given, text, vocabulary
from incumbent.names.parse import Name, Reading

#: A surname shorter than this is never taken for another's misspelling (Jon Day, Jon May). At this length only two
#: letters that changed places or one that is missing count (King, Knig; Allen, Alen; not Reid, Read).
SHORTEST_MISSPELT = 4
#: A given name may be misspelt only beside a surname at least this long.
_SHORTEST_BESIDE_TYPO = 4
#: A surname this long may be misspelt beside an initial, or a middle name that the person goes by: there a letter more
#: or less makes a slip likelier than another family (Butterfieeld; not Smith, Smyth). Johnston and Johnson stay near
#: too, which joins nobody: it takes the post or the body.
SHORTEST_BESIDE_INITIALS = 6
#: How well two names can agree of which only one has a number (a footnote's, or one that tells namesakes apart).
_NUMBER_ON_ONE_SIDE = 0.8
#: How well a name can agree that the census reads surname first (Nico Kay) and that was not written so after all.
_AS_WRITTEN = 0.75
_NUMBER = re.compile("[0-9]+")


class Verdict(NamedTuple):
    """relation: same | compatible | near | different; score 0 to 1; reason in a few words."""

    relation: str
    score: float
    reason: str


_ORDER = {"same": 3, "compatible": 2, "near": 1, "different": 0}


def relate(left: Name, right: Name) -> Verdict:
    """The best that any two readings of the names allow. Symmetric."""
    if left.kind != "person" or right.kind != "person":
        return _relate_others(left, right)
    one, other = generation(left), generation(right)
    if one and other and one != other:
        return Verdict("different", 0.0, f"suffixes {min(one, other)} and {max(one, other)} differ")
    ours, theirs = numbers(left), numbers(right)
    if ours and theirs and ours != theirs:
        shown = sorted((" ".join(ours), " ".join(theirs)))
        return Verdict("different", 0.0, f"numbers {shown[0]} and {shown[1]} differ")
    best = _relate_people(left, right)
    if best.relation == "same" and ours != theirs:
        return Verdict("compatible", min(best.score, _NUMBER_ON_ONE_SIDE), "a number on one side only")
    return best


def _relate_people(left: Name, right: Name) -> Verdict:
    if (right.name, right.surname) < (left.name, left.surname):
        left, right = right, left
    best = Verdict("different", 0.0, "")
    for one in (Reading(left.given, left.surname, ""), *left.orders):
        for other in (Reading(right.given, right.surname, ""), *right.orders):
            verdict = _relate_readings(one, other, left, right)
            if (_ORDER[verdict.relation], verdict.score) > (_ORDER[best.relation], best.score) or not best.reason:
                best = verdict
            if verdict.score >= 0.98:
                return verdict
    return best


def generation(name: Name) -> str:
    """The part of the suffix that is no number: jr, iii, or nothing."""
    return (name.suffix or "").rstrip("0123456789- ")


def numbers(name: Name) -> list[str]:
    """The numbers in a name, in order. Librarians tell namesakes by the year of birth, payrolls by a running number."""
    return sorted(_NUMBER.findall(" ".join((*name.given, name.surname, name.suffix or ""))))


def _relate_others(left: Name, right: Name) -> Verdict:
    nameless = sorted({left.kind, right.kind} & {"vacant", "withheld", "empty"})
    if nameless:
        return Verdict("different", 0.0, f"no name: {' and '.join(nameless)}")
    if left.kind == right.kind == "body" and text.words(left.display) == text.words(right.display):
        return Verdict("same", 1.0, "same body")
    return Verdict("different", 0.0, "two bodies" if left.kind == right.kind else "a person and a body")


def _relate_readings(one: Reading, other: Reading, left: Name, right: Name) -> Verdict:
    surnames = surname_relation(one.surname, other.surname)
    if surnames == "different":
        shown = sorted((one.surname, other.surname))
        return Verdict("different", 0.0, f"surnames {shown[0]} and {shown[1]} differ")
    if "swapped" in (one.why, other.why):
        return _relate_swapped(one, other, surnames)
    verdict = _relate_in_order(
        one, other, surnames, given.match(one.given, other.given, left.nicknames, right.nicknames)
    )
    if one.why != other.why and "written" in (one.why, other.why) and verdict.relation == "same":
        return Verdict("compatible", min(verdict.score, _AS_WRITTEN), f"given name first, and {verdict.reason}")
    return verdict


def _relate_in_order(one: Reading, other: Reading, surnames: str, names: given.Match) -> Verdict:
    if names.level == "different":
        return Verdict("different", 0.0, names.reason)
    if surnames == "equal":
        return _relate_given(names, one.surname)
    if surnames == "particle" and names.level == "initial":
        return Verdict("compatible", 0.55, f"a particle on one side only, and {names.reason}")
    if surnames == "typo" and names.level in ("shared", "initial", "middle"):
        misspelt = (
            min(len(one.surname.replace(" ", "")), len(other.surname.replace(" ", ""))) >= SHORTEST_BESIDE_INITIALS
        )
    else:
        misspelt = surnames == "typo" and names.level == "same"
    if not misspelt and names.level != "same":
        return Verdict("different", 0.0, f"surnames agree only in part, and {names.reason}")
    if misspelt:
        shown = sorted((one.surname, other.surname))
        return Verdict("near", round(names.score - 0.1, 2), f"surnames {shown[0]} and {shown[1]} are one letter apart")
    why = "a particle on one side only" if surnames == "particle" else "one part of a double surname"
    return Verdict("compatible", 0.75 if surnames == "particle" else 0.65, why)


def _relate_given(names: given.Match, surname: str) -> Verdict:
    if names.level in ("same", "shared"):
        return Verdict("same", names.score, names.reason)
    if names.level == "typo":
        if len(surname) >= _SHORTEST_BESIDE_TYPO:
            return Verdict("near", names.score, names.reason)
        return Verdict("different", 0.0, f"{names.reason}, beside a short surname")
    return Verdict("compatible", names.score, names.reason)


def _relate_swapped(one: Reading, other: Reading, surnames: str) -> Verdict:
    """The surname first on one side, without a comma to say so: the words must be the same."""
    exact = surnames == "equal" and given.first_written(one.given) == given.first_written(other.given) != ""
    if one.why == other.why or not exact or given.match(one.given, other.given).level not in ("same", "shared"):
        return Verdict("different", 0.0, "not the same in the other order either")
    return Verdict("compatible", 0.75, "same words in the other order")


def surname_relation(left: str, right: str) -> str:
    """equal | particle (van der Berg, Berg) | part (Wasserman Schultz, Schultz) | typo | different."""
    if left == right:
        return "equal"
    joined_left, joined_right = left.replace(" ", ""), right.replace(" ", "")
    if joined_left == joined_right:
        return "equal"
    if " " in left or " " in right:
        parts_left, parts_right = significant_parts(left), significant_parts(right)
        if parts_left and parts_left == parts_right:
            return "particle"
        if parts_left and parts_right and (parts_left < parts_right or parts_right < parts_left):
            return "part"
    if min(len(joined_left), len(joined_right)) < SHORTEST_MISSPELT:
        return "different"
    if OSA.distance(joined_left, joined_right, score_cutoff=1) > 1:
        return "different"
    if len(joined_left) == len(joined_right) == SHORTEST_MISSPELT and sorted(joined_left) != sorted(joined_right):
        return "different"
    return "typo"


def significant_parts(surname: str) -> frozenset[str]:
    """The parts of a surname that are no particles and have three letters or more."""
    return frozenset(part for part in surname.split() if len(part) >= 3 and part not in vocabulary.particles())
