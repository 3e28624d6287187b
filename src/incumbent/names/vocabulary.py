"""The words that names are made of, from data/names, each file read once and only when first asked for."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import nicknames

_FOLDER = Path(__file__).resolve().parent.parent / "data" / "names"

#: How often a name of the supplement is given, per 100,000 people: common enough to be known, no more.
_SUPPLEMENT_FREQUENCY = 20

#: From how many in 100,000 on a short form counts as a full name of many people.
_USUAL_FREQUENCY = 100


def _rows(file: str) -> list[dict[str, str]]:
    with (_FOLDER / file).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _lines(file: str) -> list[str]:
    lines = (_FOLDER / file).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@functools.cache
def honorifics() -> Mapping[str, str]:
    """Word before a name -> its kind (see data/names/README.md)."""
    return {row["word"]: row["kind"] for row in _rows("honorifics.csv")}


@functools.cache
def postnominals() -> frozenset[str]:
    """Letters after a name, folded, without dots."""
    return frozenset(_lines("postnominals.txt"))


@functools.cache
def suffixes() -> Mapping[str, str]:
    """Generational suffix as written -> jr, sr, ii, iii or iv."""
    return {row["token"]: row["suffix"] for row in _rows("suffixes.csv")}


@functools.cache
def particles() -> frozenset[str]:
    """Words that belong to the surname that follows them."""
    return frozenset(_lines("particles.txt"))


@functools.cache
def remarks() -> Mapping[str, str]:
    """Word that says something about the appointment -> status | role."""
    return {row["word"]: row["kind"] for row in _rows("remarks.csv")}


@functools.cache
def body_words() -> Mapping[str, str]:
    """Word of a body's name -> strong | weak."""
    return {row["word"]: row["strength"] for row in _rows("body_words.csv")}


@functools.cache
def placeholders() -> Mapping[str, Mapping[str, str]]:
    """How a placeholder is matched (whole | start | word) -> phrase -> kind."""
    tables: dict[str, dict[str, str]] = {"whole": {}, "start": {}, "word": {}}
    for row in _rows("placeholders.csv"):
        tables[row["match"]][row["phrase"]] = row["kind"]
    return tables


class Frequency(NamedTuple):
    """How many of 100,000 men, women and surnames bear a name."""

    male: float
    female: float
    surname: float


@functools.cache
def given_names() -> Mapping[str, Frequency]:
    """Known given name -> Frequency. The short forms of nicknames.csv are given names too."""
    table = {
        row["name"]: Frequency(float(row["male"]), float(row["female"]), float(row["surname"]))
        for row in _rows("given_names.csv")
    }
    for row in _rows("given_names_supplement.csv"):
        known = table.get(row["name"], Frequency(0, 0, 0))
        male = _SUPPLEMENT_FREQUENCY if row["gender"] in "mu" else 0
        female = _SUPPLEMENT_FREQUENCY if row["gender"] in "fu" else 0
        table[row["name"]] = Frequency(max(known.male, male), max(known.female, female), known.surname)
    for short_forms in _curated_nicknames().values():
        for short in short_forms:
            known = table.get(short, Frequency(0, 0, 0))
            if max(known.male, known.female) < _SUPPLEMENT_FREQUENCY:
                table[short] = Frequency(_SUPPLEMENT_FREQUENCY, _SUPPLEMENT_FREQUENCY, known.surname)
    return table


@functools.cache
def _curated_nicknames() -> Mapping[str, frozenset[str]]:
    return {row["formal"]: frozenset(row["short_forms"].split()) for row in _rows("nicknames.csv")}


@functools.cache
def spellings() -> Mapping[str, str]:
    """Spelling of a given name -> the first spelling of its line, which stands for all of them."""
    return {word: line.split()[0] for line in _lines("spellings.txt") for word in line.split()}


class Nicknames(NamedTuple):
    """Who is called what. `formals`: short form -> the full names that it surely stands for (nicknames.csv, and
    those of the package's that are no given name of their own). `loose`: pairs that the package links although both
    are given names in their own right, so that two people may be meant."""

    formals: Mapping[str, frozenset[str]]
    loose: frozenset[tuple[str, str]]


@functools.cache
def nickname_tables() -> Nicknames:
    """Our table, then the `nicknames` package's, without not_nicknames.csv and without man/woman pairs."""
    formals: dict[str, set[str]] = {}
    for formal, short_forms in _curated_nicknames().items():
        for short in short_forms:
            formals.setdefault(short, set()).add(formal)
    denied = {frozenset((row["name"], row["other"])) for row in _rows("not_nicknames.csv")}
    known = given_names()
    loose: set[tuple[str, str]] = set()
    for triplet in nicknames.name_triplets():
        formal, short = triplet.name1, triplet.name2
        pair = frozenset((formal, short))
        if formal in formals.get(short, ()) or short in formals.get(formal, ()) or pair in denied or len(pair) < 2:
            continue
        if of_two_sexes(formal, short) or spellings().get(formal, formal) == spellings().get(short, short):
            continue
        if short in known and not _is_clipped(short, formal):
            if short[0] != formal[0]:
                continue  # Lena, Helena: too far apart for two names of their own
            loose |= {(formal, short), (short, formal)}
        else:
            formals.setdefault(short, set()).add(formal)
    return Nicknames({short: frozenset(names) for short, names in formals.items()}, frozenset(loose))


def _is_clipped(short: str, formal: str) -> bool:
    """Whether `short` is the beginning of `formal` and too rare to be many people's full name: Ben, Curt; not Ann."""
    known = given_names()[short]
    return formal.startswith(short) and len(short) >= 3 and max(known.male, known.female) < _USUAL_FREQUENCY


def of_two_sexes(left: str, right: str) -> bool:
    """Whether one name is nearly always a man's and the other nearly always a woman's."""
    one, other = given_names().get(left), given_names().get(right)
    if one is None or other is None:
        return False
    return (one.male > 9 * one.female and other.female > 9 * other.male) or (
        one.female > 9 * one.male and other.male > 9 * other.female
    )
