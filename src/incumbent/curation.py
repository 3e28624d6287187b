"""The decisions that people made by hand: curation/*.csv of a roster, each row with reason, source and expiry.

Five files, each optional, beside those of corrections.py and suppression.py. An empty cell is null. A row whose
`expires` lies before the `as_of` of a release no longer counts: a decision about people in office has to be looked at
again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from incumbent import corrections, edtf, suppression
from incumbent.errors import RosterError, SourceError
from incumbent.sources import records
from incumbent.sources.base import Context
from incumbent.sources.fields import LOCATOR

#: File -> its columns before reason, source, expires.
FILES: dict[str, tuple[str, ...]] = {
    "identities": ("person", "organisation", "other_person", "other_organisation", "decision"),
    "posts": ("listed_post", "listed_organisation", "post", "organisation", "seats"),
    "organisations": ("organisation", "other_organisation", "relation"),
    "accounts": ("platform", "handle", "platform_id", "decision"),
    "evidence": (
        "person", "post", "organisation", "event", "start", "end", "as_at", "acting", "status_note",
        "stated_at", "publisher", "source_url", "primary",
    ),
}  # fmt: skip
#: Files of the same folder with modules of their own: what was put right, and who is not to be shown.
OTHERS = (corrections.FILE, suppression.FILE)
_JUSTIFICATION = ("reason", "source", "expires")
_VALUES = {
    ("identities", "decision"): ("same", "different"),
    ("organisations", "relation"): ("same", "renamed", "part_of", "different"),
    ("posts", "seats"): ("one", "many"),
    ("accounts", "decision"): ("accept", "reject"),
}
_NEEDED = {
    "identities": ("person", "other_person", "decision"),
    "posts": ("post",),
    "organisations": ("organisation", "other_organisation", "relation"),
    "accounts": ("platform", "handle", "decision"),
    "evidence": ("stated_at", "publisher"),
}


def load(folder: Path) -> Curation:
    """All decisions of a roster's curation folder; an empty frame for each file that is not there.

    Raises RosterError with file and line for other columns than FILES, an unknown file, a row without reason, source or
    expiry, and a value that is none of those allowed.
    """
    if folder.is_dir():
        for path in sorted(folder.glob("*.csv")):
            if path.stem not in FILES and path.name not in OTHERS:
                raise RosterError(
                    f"curation knows no file {path.name}",
                    where=str(path),
                    expected=", ".join([*(f"{name}.csv" for name in FILES), *OTHERS]),
                )
    corrections.load(folder)
    suppression.read(folder)
    return Curation(folder, {name: _frame(folder / f"{name}.csv", name) for name in FILES})


def _frame(path: Path, name: str) -> pl.DataFrame:
    columns = (*FILES[name], *_JUSTIFICATION)
    schema = {column: pl.String for column in (LOCATOR, *columns)}
    if not path.is_file():
        return pl.DataFrame(schema=schema)
    context = Context(roster="", source=str(path))
    try:
        header, rows = records.csv_rows(path.read_bytes().decode("utf-8-sig"), ",", context)
        table = records.table_of(header, rows, context)
    except UnicodeDecodeError as error:
        raise RosterError("the file is not UTF-8", where=str(path), expected=f"text ({error.reason})") from None
    except SourceError as error:
        raise RosterError(error.what, where=error.where, expected=error.expected) from None
    if tuple(header) != columns:
        raise RosterError("the file has other columns", where=f"{path}:1", expected=",".join(columns))
    frame = table.with_columns(pl.col(columns).str.strip_chars().replace("", None))
    for column in (*_NEEDED[name], *_JUSTIFICATION):
        _refuse(path, frame, pl.col(column).is_null(), f"{column} is empty", "a value in each row")
    whole_day = edtf.last_day("expires").is_not_null() & (pl.col("expires").str.len_chars() == 10)
    _refuse(path, frame, ~whole_day, "expires is not a day", "a date such as 2014-12-31")
    for (file, column), allowed in _VALUES.items():
        if file == name:
            wrong = pl.col(column).is_not_null() & ~pl.col(column).is_in(allowed)
            _refuse(path, frame, wrong, f"{column} has an unknown value", " | ".join(allowed))
    if name == "posts":
        nothing = pl.all_horizontal(pl.col("listed_post", "listed_organisation").is_null())
        _refuse(
            path, frame, nothing, "the row says of no listed post what it means", "listed_post, listed_organisation"
        )
    return frame


def _refuse(path: Path, frame: pl.DataFrame, wrong: pl.Expr, what: str, expected: str) -> None:
    hit = frame.filter(wrong).head(1)
    if hit.height:
        line = str(hit[LOCATOR][0]).removeprefix("line ")
        raise RosterError(what, where=f"{path}:{line}", expected=expected, do="correct the row")


@dataclass(frozen=True)
class Curation:
    """Decisions by file: each frame has the columns of FILES, then reason, source, expires, and _locator (`line 2`)."""

    folder: Path
    frames: Mapping[str, pl.DataFrame]

    @property
    def identities(self) -> pl.DataFrame:
        return self.frames["identities"].drop(LOCATOR)

    @property
    def posts(self) -> pl.DataFrame:
        return self.frames["posts"].drop(LOCATOR)

    @property
    def organisations(self) -> pl.DataFrame:
        return self.frames["organisations"].drop(LOCATOR)

    @property
    def accounts(self) -> pl.DataFrame:
        """Accounts that are somebody's, or nobody's of the list, as activity.DECISIONS wants them."""
        return self.frames["accounts"].drop(LOCATOR)

    @property
    def evidence(self) -> pl.DataFrame:
        """Claims kept by hand, with _locator: sources.read_roster_claims reads them as the source `curation`."""
        return self.frames["evidence"]

    @property
    def sha256(self) -> str:
        """The digest of the files, for a release to say which decisions it used."""
        digest = hashlib.sha256()
        for name in FILES:
            path = self.folder / f"{name}.csv"
            content = path.read_bytes() if path.is_file() else b""
            digest.update(f"{name} {len(content)}\n".encode() + content)
        return digest.hexdigest()

    def valid_on(self, as_of: str) -> Curation:
        """Only the decisions that have not expired before `as_of`."""
        day = edtf.parse_day(as_of)
        kept = {name: frame.filter(edtf.last_day("expires") >= day) for name, frame in self.frames.items()}
        return Curation(self.folder, kept)

    def expired(self, as_of: str) -> pl.DataFrame:
        """Decisions that no longer count on `as_of`: file, line, reason, expires."""
        day = edtf.parse_day(as_of)
        found = [
            frame.filter(edtf.last_day("expires") < day).select(
                pl.lit(f"{name}.csv").alias("file"), pl.col(LOCATOR).alias("line"), "reason", "expires"
            )
            for name, frame in self.frames.items()
        ]
        return pl.concat(found)
