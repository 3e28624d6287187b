"""The tokens of a stretch of a name between commas, and what is stripped from its two ends."""

from __future__ import annotations

import re
from typing import NamedTuple

from incumbent.names import text, vocabulary

_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?")
_CAPITAL_PREFIX = re.compile(r"^(?:Mc|Mac|Fitz|De|Di|La|Le|Van|O'|D')(?=[A-Z]{2})")
_GLUED_NUMBER = re.compile(r"[^\W\d_](\d+)\W*")
_CAPITALS_OF_INITIALS = re.compile(r"[^AEIOUY]{2,3}|[AEIOU][A-Z]")
#: Letters after a name that are usually not written in capitals.
_LOWER_POSTNOMINALS = frozenset({"bt", "bart", "baronet", "esq", "esquire", "retd", "teachta", "senator"})
#: Roman numerals and letters that look like initials and end a name.
_GENERATIONS = frozenset({"ii", "iii", "iv", "jr", "sr"})


class Token(NamedTuple):
    """One word: as shown, folded, and what its letters' case says."""

    shown: str
    folded: str
    is_initial: bool
    in_capitals: bool


class Segment(NamedTuple):
    """What stands between two commas: its words, and its numbers apart from them."""

    tokens: tuple[Token, ...]
    numbers: tuple[str, ...] = ()


class Stripped(NamedTuple):
    """A segment without what is no name."""

    rest: Segment
    honorifics: list[str]
    postnominals: list[str]
    suffix: str | None


def as_segment(part: str, *, alone: bool) -> Segment:
    """The tokens of `part`; "G.K." becomes two initials, "Ph.D." and "Lt.-Gen." stay what they stand for.

    `alone`: `part` is the whole cell. One or two digits after the last of several words are a footnote's mark.
    """
    tokens: list[Token] = []
    numbers: list[str] = []
    raw_words = part.split()
    all_capitals = part.isupper()
    for place, raw_word in enumerate(raw_words, start=1):
        glued = _GLUED_NUMBER.search(raw_word)
        may_be_mark = place == len(raw_words) and not (alone and len(raw_words) == 1)
        if glued and glued.end() == len(raw_word) and not (may_be_mark and len(glued.group(1)) < 3):
            numbers.append(text.fold(glued.group(1)))
        word = raw_word.strip(".;:!?&-'0123456789") if not raw_word[0].isdigit() else raw_word.strip(".;:!?&-'")
        if not word:
            continue
        folded = text.fold(word)
        if not folded:
            continue
        joined = folded.replace("-", "")
        if joined.isdigit():
            numbers.append(joined)
        elif "." in word and not _is_vocabulary(joined):
            tokens += _dotted(raw_word.strip(";:!?&-'"), all_capitals)
        elif "-" in folded:
            tokens += _hyphenated(word, folded, all_capitals)
        else:
            opening = all(token.folded in vocabulary.honorifics() for token in tokens)
            together = opening or not _is_vocabulary(folded)
            tokens += _plain(word, folded, raw_word, together and len(raw_words) > 1, all_capitals)
    return Segment(tuple(tokens), tuple(numbers))


def _is_vocabulary(folded: str) -> bool:
    return folded in vocabulary.honorifics() or folded in vocabulary.postnominals() or folded in vocabulary.suffixes()


def _token(shown: str, folded: str, all_capitals: bool) -> Token:
    bare = _CAPITAL_PREFIX.sub("", shown)
    return Token(shown, folded, len(folded) == 1, not all_capitals and len(folded) > 1 and bare.isupper())


def _dotted(word: str, all_capitals: bool) -> list[Token]:
    pieces = [piece for piece in re.split(r"\.+-?", word) if text.fold(piece)]
    return [_token(piece + "." * (len(text.fold(piece)) == 1), text.fold(piece), all_capitals) for piece in pieces]


def _hyphenated(word: str, folded: str, all_capitals: bool) -> list[Token]:
    pieces, shown = folded.split("-"), [piece for piece in word.split("-") if text.fold(piece)]
    if len(pieces) == len(shown) and (
        all(len(piece) == 1 for piece in pieces) or all(piece in vocabulary.honorifics() for piece in pieces)
    ):
        return [_token(*pair, all_capitals) for pair in zip(shown, pieces, strict=True)]
    return [_token(word, folded, all_capitals)]


def _plain(word: str, folded: str, raw_word: str, may_be_initials: bool, all_capitals: bool) -> list[Token]:
    """One token, or the initials that are written together: JP Marks, Smith AJ."""
    together = may_be_initials and not all_capitals and 2 <= len(folded) <= 3 and word.isupper() and word.isalpha()
    if (
        together
        and folded not in vocabulary.honorifics()
        and folded not in _GENERATIONS
        and _CAPITALS_OF_INITIALS.fullmatch(word.upper())
    ):
        return [Token(letter, text.fold(letter), True, False) for letter in word if text.fold(letter)]
    shown = f"{word}." if len(folded) == 1 and raw_word.endswith(".") else word
    return [_token(shown, folded, all_capitals)]


def strip_segment(segment: Segment, *, keep: int) -> Stripped:
    """`segment` without leading honorifics and remarks, trailing letters, suffix and remarks; `keep` tokens stay."""
    tokens = list(segment.tokens)
    honorifics = _strip_leading(tokens, keep)
    postnominals: list[str] = []
    suffix: str | None = None
    while len(tokens) > keep:
        last = tokens[-1]
        enough = len(tokens) > 2 or keep == 0 or (bool(honorifics) and len(tokens) > 1)
        if vocabulary.remarks().get(last.folded) == "status":
            tokens.pop()
        elif suffix is None and last.folded in vocabulary.suffixes() and (enough or keep == 1 < len(tokens)):
            suffix = vocabulary.suffixes()[last.folded]
            tokens.pop()
        elif enough and _is_postnominal(last):
            postnominals.insert(0, last.folded)
            tokens.pop()
        else:
            break
    _cut_territory(tokens)
    return Stripped(Segment(tuple(tokens), segment.numbers), honorifics, postnominals, suffix)


def _is_postnominal(token: Token) -> bool:
    if token.folded not in vocabulary.postnominals():
        return False
    return token.folded in _LOWER_POSTNOMINALS or sum(char.isupper() for char in token.shown) >= 2


def _strip_leading(tokens: list[Token], keep: int) -> list[str]:
    known, remarks = vocabulary.honorifics(), vocabulary.remarks()
    stripped: list[str] = []
    while len(tokens) > keep:
        folded = tokens[0].folded
        kind = known.get(folded)
        following = [token.folded for token in tokens[1:4]]
        before_honorific = bool(following) and following[0] in known
        if remarks.get(folded) == "status":
            tokens.pop(0)
            continue
        if folded in ("of", "and") and stripped and any(word in known for word in following):
            kind = "plain"
        if kind is None:
            break
        style = kind == "initials" and tokens[0].in_capitals and len(tokens) > 2
        if (
            kind in ("prefix", "initials")
            and not style
            and not before_honorific
            and not (folded == "the" and len(tokens) > 1)
        ):
            break
        if kind == "after-the" and (not stripped or stripped[-1] != "the"):
            break
        if kind == "ambiguous" and not (before_honorific or stripped) and (len(tokens) < 3 or len(following[0]) == 1):
            break
        stripped.append(folded)
        tokens.pop(0)
    return [word for word in stripped if word not in ("the", "of", "and", "his", "her", "their")]


def _cut_territory(tokens: list[Token]) -> None:
    """Cuts the place off a title: (Lord) Hall of Birkenhead; "of Wessex" alone keeps the place."""
    places = [number for number, token in enumerate(tokens) if token.folded == "of" and token.shown == "of"]
    if places and places[0] > 0:
        del tokens[places[0] :]
    elif places and len(tokens) > 1:
        del tokens[0]
