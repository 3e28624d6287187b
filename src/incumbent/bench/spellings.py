"""Other spellings of one cell: the same person, body or title as another publisher would write it.

Each function is given a cell and a seeded generator and returns the other spelling, or None where the cell has none.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random

import polars as pl

from incumbent.names import parse_names, text, vocabulary
from incumbent.organisations import folding, parse_organisations

#: A surname must be this long to be misspelt: one letter off, a shorter one is another family's.
LONG_ENOUGH = 6
_PREFIXES = ("Dr", "Professor", "Rt Hon", "Rt. Hon.", "Hon.", "The Hon")
_LETTERS_AFTER = ("CBE", "OBE", "CB", "PhD", "FRS", "QC", "MBE", "MP")
_ACCENTS = {"a": "áàäã", "e": "éèêë", "i": "íï", "o": "óôõ", "u": "úû", "c": "ç", "n": "ñ"}
_MIDDLES = "ABCDEFGHJKLMNPRSTW"


def parts_of(written: Iterable[str]) -> dict[str, Parts]:
    """The parts of each name that is a person's with a given name and a surname; others are left out."""
    parsed = parse_names(pl.Series("name", sorted(set(written)), dtype=pl.String)).filter(pl.col("kind") == "person")
    found: dict[str, Parts] = {}
    columns = ("name", "display", "surname", "suffix", "honorifics", "postnominals")
    for name, display, surname, suffix, honorifics, postnominals in parsed.select(columns).iter_rows():
        words = display.split()
        tail = [words.pop()] if suffix and len(words) > 2 else []
        for size in range(1, len(words)):
            if text.words(" ".join(words[-size:])) == surname:
                given = tuple(words[:-size])
                shown = " ".join(words[-size:])
                found[name] = Parts(given, shown, surname, " ".join(tail), bool(honorifics), bool(postnominals))
    return found


def in_other_order(parts: Parts, rng: Random) -> str:
    """`Surname, Given`, `SURNAME Given` or `Given SURNAME`."""
    given, surname = " ".join(parts.given), parts.surname
    after = f" {parts.suffix}" if parts.suffix else ""
    forms = (f"{surname}, {given}" + (f", {parts.suffix}" if parts.suffix else ""),
             f"{surname.upper()} {given}{after}", f"{given} {surname.upper()}{after}")  # fmt: skip
    return rng.choice(forms)


def misspelt(name: str, parts: Parts, surnames: frozenset[str], rng: Random) -> str | None:
    """One typing error inside the longest word of the surname: a letter left out, doubled, exchanged with the next,
    or another vowel. None where each error tried makes a name that the case or the census knows (`surnames`)."""
    word = max(re.split(r"[\s-]", parts.surname), key=len)
    if len(word) < LONG_ENOUGH or not word.isalpha() or name.lower().count(word.lower()) != 1:
        return None
    for _ in range(8):
        at = rng.randrange(1, len(word) - 1)
        vowel = rng.choice("aeiou")
        wrong = rng.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + word[at].lower() + word[at:],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + (vowel if word[at].lower() in "aeiou" else word[at]) + word[at + 1 :],
            )
        )
        folded = text.fold(wrong)
        if folded != text.fold(word) and folded not in surnames and folded not in vocabulary.given_names():
            return _in_place(name, word, wrong)
    return None


def _in_place(name: str, word: str, instead: str) -> str:
    """`name` with `word` replaced, in capitals where the word was: case can tell which word is the surname."""
    at = name.lower().index(word.lower())
    capitals = name[at : at + len(word)].isupper()
    return name[:at] + (instead.upper() if capitals else instead) + name[at + len(word) :]


def honoured(name: str, parts: Parts, rng: Random) -> str | None:
    """A title before the name, letters after it, or both; a name that has a title keeps it."""
    if "," in name or (parts.honoured and parts.lettered):
        return None
    before = "" if parts.honoured else rng.choice(_PREFIXES) + " "
    after = "" if parts.lettered or (before and rng.random() < 0.5) else " " + rng.choice(_LETTERS_AFTER)
    return f"{before}{name}{after}" if before or after else None


def familiar(name: str, parts: Parts, rng: Random) -> str | None:
    """The given name's short form: Nick for Nicholas."""
    first = parts.given[0]
    forms = _short_forms().get(text.fold(first), ())
    pattern = re.compile(rf"(?<![\w'’]){re.escape(first)}(?![\w'’])", re.IGNORECASE)
    if not forms or len(pattern.findall(name)) != 1:
        return None
    return pattern.sub(rng.choice(forms).capitalize(), name)


@cache
def _short_forms() -> dict[str, tuple[str, ...]]:
    forms: dict[str, set[str]] = defaultdict(set)
    for short, formals in vocabulary.nickname_tables().formals.items():
        for formal in formals:
            forms[formal].add(short)
    return {formal: tuple(sorted(short)) for formal, short in forms.items()}


def initialled(parts: Parts, rng: Random) -> str | None:
    """Initials for the given names: `J A Smith`, `J. Smith`."""
    if len(text.fold(parts.given[0])) < 2:
        return None
    kept = parts.given[: rng.choice((1, len(parts.given)))]
    letters = [text.fold(word)[:1].upper() for word in kept]
    if not all(letters):
        return None
    dot = rng.choice(("", "."))
    return " ".join([*(f"{letter}{dot}" for letter in letters), parts.surname, *filter(None, [parts.suffix])])


def with_middle(name: str, parts: Parts, rng: Random) -> str | None:
    """A middle initial for a name that has none."""
    first = parts.given[0]
    pattern = re.compile(rf"(?<![\w'’]){re.escape(first)}(?![\w'’])", re.IGNORECASE)
    if len(parts.given) > 1 or len(text.fold(first)) < 2 or len(pattern.findall(name)) != 1:
        return None
    return pattern.sub(lambda met: f"{met.group()} {rng.choice(_MIDDLES)}{rng.choice(('.', ''))}", name)


def other_letters(name: str, rng: Random) -> str | None:
    """Capitals, small letters, an accent more, or none."""
    plain = "".join(char for char in unicodedata.normalize("NFD", name) if unicodedata.category(char) != "Mn")
    at = [place for place, char in enumerate(name) if char in _ACCENTS and place]
    forms = [name.upper(), name.lower(), unicodedata.normalize("NFC", plain).replace("'", "’")]
    if at:
        place = rng.choice(at)
        forms.append(name[:place] + rng.choice(_ACCENTS[name[place]]) + name[place + 1 :])
    others = [form for form in forms if form != name]
    return rng.choice(others) if others else None


def other_body_names(written: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each body its other names (data/organisations) that no other body bears, and its plain rewordings."""
    names = sorted(set(written))
    parsed = parse_organisations(pl.Series("name", names, dtype=pl.String))
    aliases = _aliases()
    found = {}
    for name, display in parsed.select("name", "display").iter_rows():
        reworded = {
            name.replace(" & ", " and "),
            name.replace(" and ", " & "),
            re.sub(r"\bDepartment\b", "Dept", name),
            re.sub(r"\bDept\b\.?", "Department", name),
            name[4:] if name.startswith("The ") else f"The {name}",
        }
        found[name] = tuple(sorted((reworded | set(aliases.get(display, ()))) - {name}))
    return found


def later_body_names(written: Iterable[str]) -> dict[str, str]:
    """For each body that was renamed, and did nothing but change its name, what it is called since."""
    parsed = parse_organisations(pl.Series("name", sorted(set(written)), dtype=pl.String))
    heirs = {row["predecessor"]: row["successor"] for row in folding.rows("organisations/successions")
             if row["kind"] == "renamed"}  # fmt: skip
    return {name: heirs[display] for name, display in parsed.select("name", "display").iter_rows() if display in heirs}


@cache
def _aliases() -> Mapping[str, tuple[str, ...]]:
    table = folding.rows("organisations/bodies")
    names = {row["name"]: [row["name"], *filter(None, (row["aliases"] or "").split("|"))] for row in table}
    spelt = pl.Series([name for several in names.values() for name in dict.fromkeys(several)])
    folded = dict(zip(spelt, folding.spelt_out(folding.fold(spelt)), strict=True))
    borne = Counter(key for several in names.values() for key in {folded[name] for name in several})
    return {body: tuple(name for name in several if borne[folded[name]] == 1) for body, several in names.items()}


def reworded(post: str, rng: Random) -> str | None:
    """One rewording of data/bench/rewordings.csv that fits the title."""
    fitting = [(pattern, instead) for pattern, instead in _rewordings() if pattern.search(post)]
    if not fitting:
        return None
    pattern, instead = rng.choice(fitting)
    return pattern.sub(instead, post, count=1)


@cache
def _rewordings() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(row["pattern"]), row["instead"]) for row in folding.rows("bench/rewordings"))


@dataclass(frozen=True)
class Parts:
    """A name's `given` names and `surname` as written, in natural case; `folded`: the surname as names are compared;
    whether the name had honorifics (`honoured`) or letters after it (`lettered`)."""

    given: tuple[str, ...]
    surname: str
    folded: str
    suffix: str
    honoured: bool
    lettered: bool

    @property
    def key(self) -> tuple[str, str]:
        """Surname and first letter: what is left of a name in initials."""
        return self.folded, text.fold(self.given[0])[:1]
