"""One name as written -> its parts: honorifics, given names, surname, suffix, letters after it, other readings."""

from __future__ import annotations

import re
from typing import NamedTuple

from incumbent.names import text, vocabulary
from incumbent.names.segments import Segment, Token, as_segment, strip_segment

#: A swapped order is taken as the right one when the census makes it this many times likelier than the order written.
#: People write the surname last in some 19 of 20 lists, and the rest must hold against doubt: 150 gives Homer Linda
#: (194) and leaves Martin James (40) open.
DECISIVE = 150.0
#: What a name counts for, per 100,000, that the census does not list as a given name, or as a surname.
_UNSEEN_GIVEN, _UNSEEN_SURNAME, _NEVER_SURNAME = 0.2, 5.0, 0.4

_BRACKETS = re.compile(r"\(([^()]*)\)")
_DOUBLE_QUOTES = re.compile(r'"([^"]*)"')
_SINGLE_QUOTES = re.compile(r"(?<![\w.])'([^']{2,40})'(?!\w)")
_SEPARATORS = re.compile(r"\s*[:;/]\s*|\s+-\s+")
_MASK = re.compile(r"(x{2,}|[x ]{3,})")
_GLUED = re.compile(r"(?!Mc|Mac[A-Z]|De|Di|Du|La|Le|Van|Von|Fitz|St)([A-Z][a-z]{2,})([A-Z][a-z]+(?:[A-Z][a-z]+)?)")
_REDACTION_MARKS = re.compile(r"[*x█■▇#]{2,}", re.IGNORECASE)


class _Split(NamedTuple):
    """Another way to part the words of a name; `why` as in Reading."""

    given: list[Token]
    surname: list[Token]
    why: str


class Reading(NamedTuple):
    """One way to read a name. `why`: swapped (the surname may come first), written (it was taken to come first, and may
    after all be last), double (the last given name may be the first part of a double surname), umlaut (ü is ue)."""

    given: tuple[str, ...]
    surname: str
    why: str


class Name(NamedTuple):
    """A parsed name; the columns of parse_names. A number in the cell tells namesakes apart: it ends the `suffix`."""

    name: str
    kind: str
    display: str = ""
    given: tuple[str, ...] = ()
    surname: str = ""
    suffix: str | None = None
    honorifics: tuple[str, ...] = ()
    postnominals: tuple[str, ...] = ()
    nicknames: tuple[str, ...] = ()
    orders: tuple[Reading, ...] = ()


def parse_name(raw: str) -> Name:
    """The parts of one name. Never raises: what cannot be a person's name says so in `kind`."""
    if len(raw) > text.LONGEST_NAME:
        return Name(raw, "body", text.clean(raw[: text.LONGEST_NAME]))
    cleaned = text.clean(raw)
    kind = _placeholder_kind(raw, cleaned)
    if kind is not None:
        return Name(raw, kind, cleaned if kind == "body" else "")
    han = text.split_han(cleaned.replace(" ", ""))
    core, nicknames = _without_asides(han or cleaned)
    core = _without_remarks(_unglued(core.strip()))
    parts = [as_segment(part, alone="," not in core) for part in core.split(",")]
    segments = [part for part in parts if part.tokens]
    if not segments:
        return Name(raw, "empty")
    if _is_body(core, segments):
        return Name(raw, "body", cleaned)
    return _from_segments(
        raw, segments, nicknames, [number for part in parts if not part.tokens for number in part.numbers]
    )


def _placeholder_kind(raw: str, cleaned: str) -> str | None:
    """vacant | withheld | body | empty for a cell that holds no name; None for one that may."""
    folded = text.words(cleaned)
    if not folded:
        return "withheld" if _REDACTION_MARKS.search(raw) else "empty"
    tables = vocabulary.placeholders()
    kind = tables["whole"].get(folded)
    if kind is not None:
        return kind
    if _MASK.fullmatch(folded):
        return "withheld"
    for word in folded.split():
        if word in tables["word"]:
            return tables["word"][word]
    for phrase, kind in tables["start"].items():
        if folded.startswith(phrase) and (len(folded) == len(phrase) or folded[len(phrase)] == " "):
            return kind
    return "empty" if folded.replace(" ", "").isdigit() else None


def _without_asides(cleaned: str) -> tuple[str, tuple[str, ...]]:
    """The text without what stands in brackets or quotes, and the nicknames among that."""
    nicknames: list[str] = []

    def drop_quoted(match: re.Match[str]) -> str:
        inner = text.fold(match.group(1))
        if inner and " " not in match.group(1).strip():
            nicknames.append(inner.replace("-", ""))
        return " "

    def drop_bracketed(match: re.Match[str]) -> str:
        inner = match.group(1).strip(" \"'")
        folded = text.fold(inner)
        in_the_middle = bool(re.search(r"\w", core[: match.start()]) and re.search(r"\w", core[match.end() :]))
        title_case = inner.isalpha() and not (inner.isupper() and not core.isupper())
        if folded not in vocabulary.remarks() and title_case and (in_the_middle or folded in vocabulary.given_names()):
            nicknames.append(folded)
        return " "

    if not any(mark in cleaned for mark in "()\"'"):
        return cleaned, ()
    core = cleaned
    core = _BRACKETS.sub(drop_bracketed, core)
    if "(" in core and re.search(r"\w", core[: core.index("(")]):
        core = core[: core.index("(")]
    core = _SINGLE_QUOTES.sub(drop_quoted, _DOUBLE_QUOTES.sub(drop_quoted, core))
    core = re.sub(r"[()\"]", " ", core)
    if not re.search(r"\w", core):
        return re.sub(r"[()\"]", " ", cleaned), ()
    return core, tuple(nicknames)


def _without_remarks(core: str) -> str:
    """The first chunk that names somebody of "Acting: J Smith", "J Smith - Director", "J Smith / K Jones"."""
    if not _SEPARATORS.search(core):
        return core
    pieces = _SEPARATORS.split(core)
    marks = _SEPARATORS.findall(core)
    known = vocabulary.remarks()
    chosen = ""
    for number, piece in enumerate(pieces):
        said = text.words(piece).split()
        about_the_post = any(word in known for word in said)
        if not chosen:
            chosen = "" if all(word in known for word in said) else piece
        elif marks[number - 1].strip() == "-" and len(said) == 1 and not about_the_post:
            chosen = f"{chosen}-{piece.strip()}"
        else:
            break
    return chosen or pieces[0]


def _unglued(core: str) -> str:
    """ "JonCunliffe" with the space that got lost, where it begins with a given name; not McDonald, DeFazio."""
    glued = _GLUED.fullmatch(core)
    if glued is None or glued.group(1).lower() not in vocabulary.given_names():
        return core
    return f"{glued.group(1)} {glued.group(2)}"


def _is_body(core: str, segments: list[Segment]) -> bool:
    known = vocabulary.body_words()
    said = text.words(core).split()
    strengths = {known[word] for word in said if word in known}
    if not strengths or (len(segments) > 1 and "strong" not in strengths):
        return False
    if "strong" in strengths:
        return True
    first = segments[0].tokens[0]
    if first.folded in vocabulary.honorifics() and first.folded != "the":
        return False
    return len(first.folded) > 1 and first.folded not in vocabulary.given_names()


def _from_segments(raw: str, segments: list[Segment], nicknames: tuple[str, ...], loose_numbers: list[str]) -> Name:
    """A Name from what the commas part: Surname, Given, Suffix and letters; or Given Surname, letters.

    `loose_numbers` stand alone between commas. Those of further parts (an address, a date) are not the name's.
    """
    honorifics: list[str] = []
    postnominals: list[str] = []
    suffix: str | None = None
    kept: list[Segment] = []
    for number, segment in enumerate(segments):
        stripped = strip_segment(segment, keep=1 if number == 0 else 0)
        honorifics += stripped.honorifics
        postnominals += stripped.postnominals
        suffix = suffix or stripped.suffix
        if stripped.rest.tokens:
            kept.append(stripped.rest)
    if not kept:
        return Name(raw, "empty")
    otherwise: _Split | None = None
    numbers = [*kept[0].numbers, *loose_numbers]
    if len(kept) > 1 and _is_inverted(kept[0], kept[1]):
        numbers += kept[1].numbers
        given, surname = list(kept[1].tokens), list(kept[0].tokens)
        while len(given) > 1 and given[-1].folded in vocabulary.particles():
            surname.insert(0, given.pop())
    else:
        given, surname, otherwise = _split_natural(list(kept[0].tokens), bool(honorifics))
    readings = _other_readings(given, surname, otherwise)
    shown = " ".join(
        text.natural_case(token.shown) if token.in_capitals or len(token.folded) > 2 else token.shown
        for token in given + surname
    )
    if suffix is not None:
        shown += f" {suffix.capitalize() if suffix in ('jr', 'sr') else suffix.upper()}"
    if numbers:
        shown += f" {'-'.join(numbers)}"
        suffix = f"{suffix or ''} {'-'.join(numbers)}".strip()
    return Name(
        raw,
        "person",
        shown,
        tuple(token.folded for token in given),
        _surname_text(surname),
        suffix,
        tuple(honorifics),
        tuple(postnominals),
        nicknames,
        readings,
    )


def _surname_text(tokens: list[Token]) -> str:
    return " ".join(token.folded.replace("-", " ") for token in tokens)


def _is_inverted(first: Segment, second: Segment) -> bool:
    """Whether "first, second" is a surname and given names, not a whole name and a remark or a place."""
    if any(token.folded in vocabulary.remarks() for token in second.tokens):
        return False
    known = vocabulary.given_names()
    opening, following = first.tokens[0].folded, second.tokens[0].folded.split("-")[0]
    whole_name = len(first.tokens) > 1 and (len(opening) == 1 or opening in known)
    if opening in vocabulary.particles():
        return True
    return not (whole_name and len(following) > 1 and following not in known)


def _split_natural(tokens: list[Token], addressed: bool) -> tuple[list[Token], list[Token], _Split | None]:
    """Given names and surname of a name without commas, and how else they may be split where the order is in doubt."""
    if len(tokens) == 1:
        return [], tokens, None
    by_case = _split_by_case(tokens)
    if by_case is not None:
        return *by_case, None
    if tokens[-1].is_initial and not tokens[0].is_initial:
        return tokens[1:], tokens[:1], None
    start = len(tokens) - 1
    while start > 1 and tokens[start - 1].folded in vocabulary.particles():
        start -= 1
    given, surname = tokens[:start], tokens[start:]
    in_doubt = len(tokens) <= 5 and len(surname) == 1 and tokens[0].folded not in vocabulary.particles()
    if not in_doubt or tokens[0].is_initial:
        return given, surname, None
    in_full = len(tokens) <= 3 and not tokens[1].is_initial and not addressed
    if in_full and _swap_likelihood(tokens[0].folded, tokens[-1].folded, tokens[1].folded) >= DECISIVE:
        return tokens[1:], tokens[:1], _Split(given, surname, "written")
    return given, surname, _Split(tokens[1:], tokens[:1], "swapped")


def _split_by_case(tokens: list[Token]) -> tuple[list[Token], list[Token]] | None:
    """Given names and surname where capitals mark the surname: XI Jinping, Mike JOHNSON, van der MEER Jan."""
    capitals = [token.in_capitals for token in tokens]
    others = [token for token in tokens if not token.in_capitals and not token.is_initial]
    if not any(capitals) or not any(len(token.folded) > 1 and token.shown[:1].isupper() for token in others):
        return None
    if capitals[-1]:
        start = len(tokens) - 1
        while start > 1 and (capitals[start - 1] or tokens[start - 1].folded in vocabulary.particles()):
            start -= 1
        return tokens[:start], tokens[start:]
    end = 0
    while end < len(tokens) - 1 and (capitals[end] or (tokens[end].folded in vocabulary.particles() and end == 0)):
        end += 1
    if not any(capitals[:end]):
        return None
    return tokens[end:], tokens[:end]


def _swap_likelihood(first: str, last: str, second: str) -> float:
    """How many times likelier "surname first" is than the order written, by how names are borne."""
    return (given_weight(second) * surname_weight(first)) / (given_weight(first) * surname_weight(last))


def given_weight(word: str) -> float:
    """How many of 100,000 bear the given name, men and women together."""
    known = vocabulary.given_names().get(word)
    return max(known.male + known.female, _UNSEEN_GIVEN) if known else _UNSEEN_GIVEN


def surname_weight(word: str) -> float:
    """How many of 100,000 bear the surname."""
    known = vocabulary.given_names().get(word)
    return max(known.surname, _NEVER_SURNAME) if known else _UNSEEN_SURNAME


def _other_readings(given: list[Token], surname: list[Token], otherwise: _Split | None) -> tuple[Reading, ...]:
    readings: list[Reading] = []
    folded = tuple(token.folded for token in given)
    if otherwise is not None:
        others = tuple(token.folded for token in otherwise.given)
        readings.append(Reading(others, _surname_text(otherwise.surname), otherwise.why))
    moved = 0
    while moved < 2 and len(given) - moved > 1 and _is_surname_like(folded[-1 - moved]):
        moved += 1
        readings.append(Reading(folded[:-moved], _surname_text(given[-moved:] + surname), "double"))
    expanded = [text.fold(text.expand_umlauts(token.shown)) for token in given + surname]
    if expanded != [token.folded for token in given + surname]:
        parts = " ".join(expanded[len(given) :]).replace("-", " ")
        readings.append(Reading(tuple(expanded[: len(given)]), parts, "umlaut"))
    return tuple(readings)


def _is_surname_like(word: str) -> bool:
    """Whether a middle name may be the first part of a double surname (Wasserman, Jackson; not James). "O" may."""
    if word == "o":
        return True
    known = vocabulary.given_names().get(word)
    return len(word) >= 3 and (known is None or known.surname >= known.male + known.female)
