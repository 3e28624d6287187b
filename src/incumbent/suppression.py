"""Who is not to be shown: curation/suppressed.csv of a roster, which names nobody.

    digest   HMAC-SHA256 of one thing by which the person is known, under the secret of INCUMBENT_SUPPRESSION_KEY
    kind     name | person_id | identifier | account: what was digested; key: the check that the secret is the right one
    date     the day of the decision
    reason   one of REASONS
    expires  the last day on which it counts; empty: for good

The secret is never in the repository, so nobody who has the list can try names against it. Without the secret, or with
another one, no release is made (exit 3): a list that cannot be read must not pass for an empty one.

A name is digested in its plain form (lower-case ASCII letters, no blanks, titles or marks), in both orders and with
its usual short forms, so that `Cunliffe, Jonathan`, `JON CUNLIFFE` and `jon-cunliffe` are one.
"""

from __future__ import annotations

import csv
import functools
import hmac
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import polars as pl

from incumbent import edtf, names
from incumbent.errors import HeldError, InputError, RosterError
from incumbent.names import given, text, vocabulary

FILE = "suppressed.csv"
KEY = "INCUMBENT_SUPPRESSION_KEY"

#: Why a person is not shown. The class is in the list; docs/commands.md says what each means.
REASONS = ("objection", "erasure", "safety", "court_order", "not_in_office")

KINDS = ("key", "name", "person_id", "identifier", "account")

#: A secret that could be guessed would let the list be read by trying names.
_SHORTEST_KEY = 32
_CHECK = "incumbent suppression list, version 1"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def load(folder: Path, as_of: str | None = None) -> Suppressed | None:
    """The list of a curation folder, as far as it counts on `as_of` (None: all of it); None when it holds nobody.

    Raises RosterError for a row that is none; HeldError when there are people on it and the secret is missing, or is
    not the one that the list was made with.
    """
    rows = read(folder)
    day = edtf.parse_day(as_of).isoformat() if as_of else ""
    active = [row for row in rows if row.kind != "key" and (not row.expires or row.expires >= day)]
    if not active:
        return None
    secret = _secret()
    if secret is None:
        raise HeldError(
            "there are people who are not to be shown, and the secret that tells who they are is missing",
            where=str(folder / FILE),
            expected=f"the environment variable {KEY}, as it was when the list was made",
            do="set it; until then nothing can be released",
        )
    _require_made_with(secret, rows, folder / FILE)
    return Suppressed(secret, frozenset((row.kind, row.digest) for row in active))


def read(folder: Path) -> list[Row]:
    """The rows of the list, without the secret; none where there is no such file. Raises RosterError, with the line."""
    path = folder / FILE
    if not path.is_file():
        return []
    try:
        lines = list(csv.reader(io.StringIO(path.read_bytes().decode("ascii"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RosterError("is not readable", where=str(path), expected="CSV in ASCII: it holds no name") from error
    if not lines or tuple(lines[0]) != Row._fields:
        raise RosterError("the file has other columns", where=f"{path}:1", expected=",".join(Row._fields))
    for number, line in enumerate(lines[1:], 2):
        if expected := _fault(line):
            raise RosterError("the row is none", where=f"{path}:{number}", expected=expected, do="restore the file")
    return [Row(*line) for line in lines[1:]]


def added(folder: Path, people: Sequence[Person], *, date: str, reason: str, expires: str | None = None) -> bytes:
    """The list with these people on it, as the bytes of the file. Rows that are there already stay as they are.

    Raises InputError for an unknown reason, a day that is none, and where the secret is missing or short; HeldError
    when the list was made with another secret.
    """
    if reason not in REASONS:
        raise InputError(f"{reason!r} is no class of reasons", where="--reason", expected=", ".join(REASONS))
    edtf.parse_day(date, what="--date")
    if expires is not None:
        edtf.parse_day(expires, what="--until")
    secret, rows = required_secret(), read(folder)
    if rows:
        _require_made_with(secret, rows, folder / FILE)
    known = {(row.kind, row.digest) for row in rows}
    things = sorted({thing for person in people for thing in person.known_by()})
    new = [Row(_digest(secret, kind, value), kind, date, reason, expires or "") for kind, value in things]
    check = [] if rows else [Row(_digest(secret, "key", _CHECK), "key", date, "", "")]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Row._fields)
    whole: list[Row] = [*rows, *check, *(row for row in new if (row.kind, row.digest) not in known)]
    whole.sort(key=_order)
    writer.writerows(whole)
    return out.getvalue().encode("ascii")


def required_secret() -> bytes:
    """The secret. Raises InputError when it is missing or too short to keep anything."""
    secret = _secret()
    if secret is None or len(secret) < _SHORTEST_KEY:
        raise InputError(
            "the secret of the list is missing" if secret is None else "the secret is too short to keep anything",
            where=KEY,
            expected=f"at least {_SHORTEST_KEY} random characters, kept where the repository is not",
            do="make one with: openssl rand -hex 32",
        )
    return secret


def plain_forms(spellings: Iterable[str], *, short_forms: bool = False) -> set[str]:
    """The plain forms of names: words without blanks, in both orders; with `short_forms` also Jon for Jonathan.

    One word alone is no name here: it would be found in everybody's text.
    """
    return set().union(*forms_by_spelling(spellings, short_forms=short_forms).values())


def forms_by_spelling(spellings: Iterable[str], *, short_forms: bool = False) -> dict[str, set[str]]:
    """As plain_forms, for each spelling that is a person's name."""
    found: dict[str, set[str]] = {}
    parsed = names.parse_names(pl.Series([spelling for spelling in spellings if spelling], dtype=pl.String))
    for row in parsed.filter(pl.col("kind") == "person").iter_rows(named=True):
        expanded = text.expand_umlauts(row["display"])
        forms = {"".join(words) for shown in (row["display"], expanded) for words in _turned(text.words(shown))}
        for order in ({"given": row["given"], "surname": row["surname"]}, *row["orders"]):
            forms |= _of_order(order["given"], order["surname"], short_forms=short_forms)
        found[row["name"]] = forms
    return found


def _turned(words: str) -> Iterator[list[str]]:
    """A name's words from each of them on: Una O'Brien, O'Brien Una."""
    parts = words.split()
    for at in range(len(parts) if len(parts) > 1 else 0):
        yield parts[at:] + parts[:at]


def _of_order(first_names: Sequence[str], surname: str, *, short_forms: bool) -> set[str]:
    last = surname.replace(" ", "").replace("-", "")
    written = [name.replace("-", "") for name in first_names if not given.is_initial(name)]
    if not last or not written:
        return set()
    firsts = {written[0]}
    if short_forms:
        firsts |= {given.canonical(written[0]), *given.formals(written[0]), *_short(written[0])}
    return {form for first in firsts for form in (first + last, last + first, "".join(written) + last)}


@functools.lru_cache(maxsize=1024)
def _short(name: str) -> frozenset[str]:
    """The short forms of a full given name."""
    formal = given.canonical(name)
    return frozenset(short for short, fulls in vocabulary.nickname_tables().formals.items() if formal in fulls)


def _secret() -> bytes | None:
    return os.environ.get(KEY, "").encode() or None


def _digest(secret: bytes, kind: str, value: str) -> str:
    return hmac.digest(secret, f"{kind}:{value}".encode(), "sha256").hex()


def _require_made_with(secret: bytes, rows: Sequence[Row], path: Path) -> None:
    check = Row(_digest(secret, "key", _CHECK), "key", "", "", "")
    if not any(row.kind == "key" and row.digest == check.digest for row in rows):
        raise HeldError(
            "the list of people who are not to be shown was made with another secret",
            where=str(path),
            expected=f"{KEY} as it was then",
            do="set the right one; until then nothing can be released",
        )


def _order(row: Row) -> tuple[bool, str, str]:
    return (row.kind != "key", row.date, row.digest)  # the digests of one person stand together by their day alone


def _fault(line: Sequence[str]) -> str:
    """What a row should have been; empty when it is right."""
    if len(line) != len(Row._fields):
        return ",".join(Row._fields)
    row = Row(*line)
    if _DIGEST.fullmatch(row.digest) is None:
        return "digest: 64 hexadecimal digits"
    if row.kind not in KINDS or (row.kind != "key" and row.reason not in REASONS):
        return f"kind: {' | '.join(KINDS)}; reason: {' | '.join(REASONS)}"
    try:
        for day in filter(None, (row.date, row.expires)):
            edtf.parse_day(day)
    except InputError:
        return "date and expires: days such as 2026-11-22"
    return "" if row.date else "date: a day"


class Row(NamedTuple):
    """One line of the list."""

    digest: str
    kind: str
    date: str
    reason: str
    expires: str


@dataclass(frozen=True)
class Person:
    """By what a person is known: spellings of the name, ids in people, identifiers (scheme:id), and accounts of their
    own (platform:handle, and the platforms' ids)."""

    names: frozenset[str] = frozenset()
    person_ids: frozenset[str] = frozenset()
    identifiers: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()

    def known_by(self) -> list[tuple[str, str]]:
        """(kind, value) of everything that is digested, sorted."""
        spelt = plain_forms(self.names, short_forms=True)
        found = [("name", form) for form in spelt]
        found += [("person_id", each) for each in self.person_ids]
        found += [("identifier", each.casefold()) for each in self.identifiers]
        found += [("account", each.casefold()) for each in self.accounts]
        return sorted(found)


@dataclass(frozen=True)
class Suppressed:
    """The list and its secret: whether a value, given in clear, is on it. Neither is ever shown."""

    secret: bytes = field(repr=False)
    digests: frozenset[tuple[str, str]] = field(repr=False)
    _known: dict[tuple[str, str], bool] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def only(cls, person: Person) -> Suppressed:
        """A list of one person, under a secret of the moment: to look for that person."""
        secret = os.urandom(32)
        return cls(secret, frozenset((kind, _digest(secret, kind, value)) for kind, value in person.known_by()))

    def has(self, kind: str, value: str) -> bool:
        """Whether this value of this kind is on the list; a name as its plain form, the rest without regard to case."""
        asked = (kind, value if kind in ("name", "person_id") else value.casefold())
        if asked not in self._known:
            self._known[asked] = (kind, _digest(self.secret, *asked)) in self.digests
        return self._known[asked]
