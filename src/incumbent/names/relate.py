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
    if left.suffix and right.suffix and left.suffix != right.suffix:
        return Verdict(
            "different", 0.0, f"suffixes {min(left.suffix, right.suffix)} and {max(left.suffix, right.suffix)} differ"
        )
    ours, theirs = numbers(left), numbers(right)
    if ours and theirs and ours != theirs:
        shown = sorted((" ".join(ours), " ".join(theirs)))
        return Verdict("different", 0.0, f"numbers {shown[0]} and {shown[1]} differ")
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


def numbers(name: Name) -> list[str]:
    """The numbers in a name, in order. Librarians tell namesakes by the year of birth, payrolls by a running number."""
    return sorted(_NUMBER.findall(" ".join((*name.given, name.surname or ""))))


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
    names = given.match(one.given, other.given, left.nicknames, right.nicknames)
    if names.level == "different":
        return Verdict("different", 0.0, names.reason)
    if surnames == "equal":
        return _relate_given(names, one.surname)
    if surnames == "particle" and names.level == "initial":
        return Verdict("compatible", 0.55, f"a particle on one side only, and {names.reason}")
    if names.level != "same":
        return Verdict("different", 0.0, f"surnames agree only in part, and {names.reason}")
    if surnames == "typo":
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
