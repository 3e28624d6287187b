"""When two given names, and two lists of them, can be one person's."""

from __future__ import annotations

import functools
from typing import NamedTuple

from rapidfuzz.distance import OSA

from incumbent.names import vocabulary

#: Relations of two written-out given names that make them one name.
STRONG = frozenset({"equal", "spelling", "nickname"})


class Match(NamedTuple):
    """How two lists of given names agree. `level`: same | shared | initial | middle | loose | absent | typo |
    different. shared: an initial on one side, and a later given name in common."""

    level: str
    score: float
    reason: str


@functools.lru_cache(maxsize=1 << 17)
def relation(left: str, right: str) -> str:
    """Of two written-out given names: equal | spelling | nickname | loose | typo | different.

    loose: linked by the nicknames package although both are names of their own, or one is the first half of the other
    (Anne, Anne-Marie). typo: one letter apart, and not both known names: Ian and Alan, Mark and Mary are two
    people's. Of three letters only one may be missing, and the other must be a known name (Rod, Rord; not Jon, Kon).
    """
    if left.replace("-", "") == right.replace("-", ""):
        return "equal"
    one, other = canonical(left), canonical(right)
    if one == other:
        return "spelling"
    formals_left, formals_right = formals(left), formals(right)
    if one in formals_right or other in formals_left:
        return "nickname"
    if formals_left & formals_right and not vocabulary.of_two_sexes(left, right):
        return "nickname"
    if (left, right) in vocabulary.nickname_tables().loose:
        return "loose"
    if "-" in left + right and (left.split("-")[0] == right or right.split("-")[0] == left):
        return "loose"
    return "typo" if _is_typo(left, right) else "different"


def _is_typo(left: str, right: str) -> bool:
    shorter = min(len(left), len(right))
    known = (left in vocabulary.given_names()) + (right in vocabulary.given_names())
    if shorter < 3 or known == 2 or OSA.distance(left, right, score_cutoff=1) != 1:
        return False
    return shorter >= 4 or (known == 1 and len(left) != len(right))


def canonical(name: str) -> str:
    """The spelling that stands for all spellings of a given name."""
    joined = name.replace("-", "")
    return vocabulary.spellings().get(joined, joined)


@functools.lru_cache(maxsize=1 << 16)
def formals(name: str) -> frozenset[str]:
    """The full names (canonical) that a given name is short for; empty for a full name."""
    table = vocabulary.nickname_tables().formals
    found = table.get(name, frozenset()) | table.get(canonical(name), frozenset())
    return frozenset(canonical(formal) for formal in found)


@functools.lru_cache(maxsize=1 << 16)
def initials(name: str) -> frozenset[str]:
    """The letters that an initial may have for this name: of it, its usual spelling, its full names."""
    return frozenset({name[0], canonical(name)[0], *(formal[0] for formal in formals(name))})


def is_initial(name: str) -> bool:
    """Whether a folded given name is a single letter."""
    return len(name) == 1


def first_written(names: tuple[str, ...]) -> str:
    """The first given name that is written out, without hyphens; empty when all are initials."""
    return next((name.replace("-", "") for name in names if not is_initial(name)), "")


def _initial_agrees(left: str, right: str) -> bool:
    if is_initial(left):
        return left == right if is_initial(right) else left in initials(right)
    return right in initials(left)


def _token_agrees(left: str, right: str) -> bool:
    if is_initial(left) or is_initial(right):
        return _initial_agrees(left, right)
    return relation(left, right) not in ("different", "loose")


def _rest_agrees(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether further given names don't contradict: the fewer are among the more, in order."""
    fewer, more = (left, right) if len(left) <= len(right) else (right, left)
    position = 0
    for name in fewer:
        while position < len(more) and not _token_agrees(name, more[position]):
            position += 1
        if position == len(more):
            return False
        position += 1
    return True


def match(
    left: tuple[str, ...], right: tuple[str, ...], left_called: tuple[str, ...] = (), right_called: tuple[str, ...] = ()
) -> Match:
    """How two people's given names agree; `..._called` are quoted nicknames."""
    if not left or not right:
        return Match("absent", 0.5, "one side has no given name" if left or right else "both sides have no given name")
    first = _match_first(left, right)
    if first.level in ("same", "shared", "initial"):
        return first
    called = _match_called(left_called, right_called, left, right) if _rest_agrees(left[1:], right[1:]) else None
    return called or _match_by_middle(left, right) or _match_by_middle(right, left) or first


def _match_called(
    left_called: tuple[str, ...], right_called: tuple[str, ...], left: tuple[str, ...], right: tuple[str, ...]
) -> Match | None:
    for called, written in ((left_called, right), (right_called, left)):
        for name in called:
            if any(
                not is_initial(word) and relation(name, word) in STRONG for word in (written[0], *called_of(written))
            ):
                return Match("same", 0.94, f"called {name}")
    both = [one for one in left_called for other in right_called if relation(one, other) in STRONG]
    return Match("same", 0.93, f"both called {min(both)}") if both else None


def called_of(written: tuple[str, ...]) -> tuple[str, ...]:
    """The given names that a person with initials first may be called by: the written-out ones after them."""
    return tuple(name for name in written[1:] if not is_initial(name)) if is_initial(written[0]) else ()


def _match_first(left: tuple[str, ...], right: tuple[str, ...]) -> Match:
    one, other = left[0], right[0]
    if "-" in one + other and "".join(left).replace("-", "") == "".join(right).replace("-", ""):
        return Match("same", 1.0, "same given name")
    if is_initial(one) or is_initial(other):
        if not _initial_agrees(one, other):
            return Match("different", 0.0, f"initials {one[0]} and {other[0]} differ")
        if not _rest_agrees(left[1:], right[1:]):
            return Match("different", 0.0, "middle names contradict")
        shared = [a for a in left[1:] for b in right[1:] if not is_initial(a) and not is_initial(b) and a == b]
        if shared:
            return Match("shared", 0.92, f"initial and {shared[0]}")
        if is_initial(one) and is_initial(other):
            return Match("initial", 0.75 if len(left) > 1 and left == right else 0.7, f"initial {one} on both sides")
        return Match("initial", 0.8, f"initial {min(one, other, key=len)} fits {max(one, other, key=len)}")
    how = relation(one, other)
    if how != "different" and not _rest_agrees(left[1:], right[1:]):
        return Match("different", 0.0, "middle names contradict")
    less = 0.0 if len(left) == len(right) else 0.02
    if how == "equal":
        return Match("same", 1.0 - less, "middle name on one side only" if less else "same given name")
    if how == "spelling":
        return Match("same", 0.96 - less, f"{one} and {other} are spellings of one name")
    if how == "nickname":
        return Match("same", 0.95 - less, _nickname_reason(one, other))
    if how == "loose":
        return Match("loose", 0.6, f"{one} and {other} can be one name or two")
    if how == "typo":
        return Match("typo", 0.85 - less, f"{one} and {other} are one letter apart")
    return Match("different", 0.0, f"given names {one} and {other} differ")


def _nickname_reason(one: str, other: str) -> str:
    if canonical(other) in formals(one):
        return f"{one} is short for {other}"
    if canonical(one) in formals(other):
        return f"{other} is short for {one}"
    return f"{one} and {other} are short for {min(formals(one) & formals(other))}"


def _match_by_middle(more: tuple[str, ...], fewer: tuple[str, ...]) -> Match | None:
    """Whether the person of `fewer` goes by a later given name of `more`: J. Randy Forbes, Randy Forbes."""
    name = fewer[0]
    for position, later in enumerate(more[1:], start=1):
        if not _rest_agrees(more[position + 1 :], fewer[1:]):
            continue
        if is_initial(name) or is_initial(later):
            if is_initial(more[0]) and not (is_initial(name) and is_initial(later)) and _initial_agrees(name, later):
                return Match("initial", 0.6, f"initial {min(name, later, key=len)} fits {max(name, later, key=len)}")
        elif relation(name, later) in STRONG:
            if is_initial(more[0]):
                return Match("same", 0.93, f"goes by the middle name {later}")
            return Match("middle", 0.7, f"may go by the middle name {later}")
    return None
