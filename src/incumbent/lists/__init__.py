"""Anybody's list of office-holders, and anybody's evidence about them, as claims (claims.CLAIMS).

A cell is kept as its writer wrote it, but for spaces, control characters and invisible direction marks. Nothing is
guessed: a column that could be two things, an impossible date and a ragged row are errors that name the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from incumbent import edtf
from incumbent.claims import CLAIMS, EVENTS, empty_claims, with_claim_ids
from incumbent.errors import InputError
from incumbent.lists import dates
from incumbent.lists.columns import EVIDENCE_FIELDS, LIST_FIELDS, ColumnMapping, choose
from incumbent.lists.files import read_table
from incumbent.lists.table import Table

#: A name or a title is not longer; what is, is a file that was pasted into a cell.
MOST_CHARACTERS = 10_000
#: Direction marks, zero width spaces, soft hyphens only hide in names. Zero width joiners stay: scripts need them.
_INVISIBLE = r"[\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}\x{2066}-\x{2069}\x{FEFF}\x{AD}]"
_UNTIDY = rf"{_INVISIBLE}|[\p{{Cc}}--\x{{20}}]|^\s|\s$|\s\s|[\s--\x{{20}}]|^$"
_DATE_FIELDS = ("start", "end", "as_at", "stated_at")
#: What people write in a column that holds yes or no.
_TRUE = ("true", "t", "yes", "y", "1", "x", "acting", "interim", "primary")
_FALSE = ("false", "f", "no", "n", "0", "substantive", "permanent", "-")
_SCOPES = {"complete": "complete", "full": "complete", "whole": "complete", "partial": "partial", "part": "partial"}
#: Other words for claims.EVENTS.
_EVENTS = {event: event for event in EVENTS} | {
    "hold": "holds", "held": "holds", "in post": "holds", "start": "starts", "started": "starts", "begins": "starts",
    "appointed": "starts", "end": "ends", "ended": "ends", "left": "ends", "departed": "ends", "died": "dies",
    "death": "dies", "departure announced": "announced_end", "appointment announced": "announced_start",
    "announced start": "announced_start", "announced end": "announced_end", "vacancy": "vacant", "merged": "abolished",
}  # fmt: skip


def read_list(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    organisation: str | None = None,
    sheet: str | None = None,
) -> Reading:
    """A list to be checked. `columns` overrides the detected ones; `organisation` is for a list that has no column
    for it. Raises InputError for anything that cannot be read without guessing.
    """
    return _read(Path(path), "roster", LIST_FIELDS, columns or {}, organisation, sheet, Path(path).stem)


def read_evidence(
    paths: Sequence[str | Path],
    *,
    columns: Mapping[str, str] | None = None,
    organisation: str | None = None,
    roster: str = "",
) -> Evidence:
    """Statements of who held what, from one or more files, as one table of claims with the role `evidence`.

    A row's source is its `source` cell, else the file's stem; its publisher the cell `publisher`, else the host of
    its `source_url`, else its source. `roster` is the slug that the claims are read for. Raises InputError as
    read_list does.
    """
    readings = [
        _read(Path(path), "evidence", EVIDENCE_FIELDS, columns or {}, organisation, None, roster) for path in paths
    ]
    if len(readings) == 1:
        return Evidence(readings[0].claims, tuple(readings))
    claims = pl.concat([empty_claims(), *(reading.claims for reading in readings)])
    return Evidence(claims.unique("claim_id").sort("claim_id"), tuple(readings))


def latest_day(claims: pl.DataFrame) -> str | None:
    """The last day on which a claim was stated or true: the default of --as-of. None when no claim is dated.

    A claim that says neither counts with the day on which it starts.
    """
    days = claims.select(
        said=pl.max_horizontal(edtf.last_day("stated_at"), edtf.last_day("as_at")), start=edtf.last_day("start")
    )
    latest = days.get_column("said").max()
    if latest is None:
        latest = days.get_column("start").max()
    return None if latest is None else str(latest)


def _read(
    path: Path,
    role: str,
    fields: Sequence[str],
    given: Mapping[str, str],
    organisation: str | None,
    sheet: str | None,
    roster: str,
) -> Reading:
    table = read_table(path, fields, given, sheet)
    mapping = choose(table.headers, fields, given, str(path), constant_organisation=organisation is not None)
    frame = _clean_cells(table, mapping, str(path))
    if organisation is not None and "organisation" not in mapping.positions:
        frame = frame.with_columns(organisation=pl.lit(organisation))
    frame = _whole_names(frame)
    named = pl.any_horizontal([pl.col(name).is_not_null() for name in ("person", "post", "organisation")])
    if organisation is not None:
        named = pl.col("person").is_not_null() | pl.col("post").is_not_null()
    left_out = frame.height - frame.filter(named).height
    frame = frame.filter(named)
    if frame.is_empty():
        raise InputError(
            "no row names a person or a post",
            where=str(path),
            expected="at least one entry",
            do="fill in who holds which post in each line, or say which columns are which with --columns",
        )
    frame = _read_values(frame, table, mapping, str(path))
    notes = list(table.notes)
    if left_out:
        notes.append(f"{left_out} rows without person, post and organisation are left out")
    frame, id_note = _entry_ids(frame) if role == "roster" else (frame, None)
    if id_note:
        notes.append(id_note)
    ids = with_claim_ids(_claims(frame, path, role, roster, table.digest))
    entries = None
    if role == "roster":
        entries = (
            ids.select("claim_id", "locator")
            .join(frame.select("entry_id", "row", locator=_locator()), on="locator")
            .select("claim_id", "entry_id", "row")
            .sort("row")
        )
    return Reading(
        str(path), path.stem, ids, entries, mapping, table.format, table.encoding, frame.height, tuple(notes)
    )


def _clean_cells(table: Table, mapping: ColumnMapping, where: str) -> pl.DataFrame:
    """The mapped columns under their fields' names, and `row`: spaces folded, invisible marks gone, "" as null."""
    frame = table.frame.select("row", *(pl.col(f"c{at}").alias(field) for field, at in mapping.positions.items()))
    for field, at in mapping.positions.items():
        too_long = frame.filter(pl.col(field).str.len_chars() > MOST_CHARACTERS)
        if not too_long.is_empty():
            raise InputError(
                f"a cell is {len(too_long.get_column(field)[0]):,} characters long",
                where=f"{where}, row {too_long.get_column('row')[0]}, column {table.headers[at]!r}",
                expected=f"at most {MOST_CHARACTERS:,} characters",
                do="look for a quote that is never closed",
            )
    # Most columns are clean already, and looking is cheaper than rewriting.
    untidy = frame.select(pl.col(list(mapping.positions)).str.contains(_UNTIDY).any()).row(0, named=True)
    text = pl.col([field for field in mapping.positions if untidy[field]])
    text = text.str.replace_all(_INVISIBLE, "").str.replace_all(r"[\s\p{Cc}]+", " ").str.strip_chars()
    return frame.with_columns(pl.when(text != "").then(text)) if any(untidy.values()) else frame


def _whole_names(frame: pl.DataFrame) -> pl.DataFrame:
    """`person` from honorific, forename and surname where the list has those."""
    if "person" in frame.columns:
        return frame
    parts = [name for name in ("honorific", "forename", "surname") if name in frame.columns]
    joined = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    return frame.with_columns(person=pl.when(joined != "").then(joined)).drop(parts)


def _read_values(frame: pl.DataFrame, table: Table, mapping: ColumnMapping, where: str) -> pl.DataFrame:
    """Dates as EDTF, yes and no as booleans, scope and event in the claims' words."""
    rows = frame.get_column("row")
    for field, at in mapping.positions.items():
        if field not in frame.columns:
            continue  # a part of the name, joined by now
        cells, header = frame.get_column(field), table.headers[at]
        if field in _DATE_FIELDS:
            read = dates.read_column(cells, rows, where=where, column=header, ends=field == "end")
        elif field in ("acting", "primary"):
            words = dict.fromkeys(_TRUE, "true") | dict.fromkeys(_FALSE, "false")
            read = _words(cells, rows, words, where, header, "yes or no") == "true"
        elif field == "scope":
            read = _words(cells, rows, _SCOPES, where, header, "complete or partial")
        elif field == "event":
            read = _words(cells.str.replace_all("_", " "), rows, _EVENT_WORDS, where, header, ", ".join(EVENTS))
        else:
            continue
        frame = frame.with_columns(read.alias(field))
    return frame


_EVENT_WORDS = {word.replace("_", " "): event for word, event in _EVENTS.items()}


def _words(
    cells: pl.Series, rows: pl.Series, words: Mapping[str, str], where: str, column: str, expected: str
) -> pl.Series:
    folded = cells.str.to_lowercase()
    unknown = folded.is_not_null() & ~folded.is_in(list(words))
    if unknown.any():
        at = unknown.arg_true()[0]
        raise InputError(
            f"{cells[at]!r} is not known here",
            where=f"{where}, row {rows[at]}, column {column!r}",
            expected=expected,
            do="correct the cell, or leave it empty",
        )
    return folded.replace(list(words), list(words.values()))


def _entry_ids(frame: pl.DataFrame) -> tuple[pl.DataFrame, str | None]:
    """`entry_id` as the list has it when each row has its own, else 0001, 0002, ... in the list's order."""
    note = None
    if "entry_id" in frame.columns:
        ids = frame.get_column("entry_id")
        if not ids.has_nulls() and not ids.is_duplicated().any() and not ids.str.contains(";").any():
            return frame, None
        note = "the list's own ids are not one for each row: its entries are numbered instead"
    width = max(4, len(str(frame.height)))
    number = pl.int_range(1, frame.height + 1).cast(pl.String).str.zfill(width)
    return frame.with_columns(entry_id=number), note


def _locator() -> pl.Expr:
    return pl.format("row {}", pl.col("row"))


def _claims(frame: pl.DataFrame, path: Path, role: str, roster: str, digest: str) -> pl.DataFrame:
    """The rows as claims, in the file's order, without ids."""
    present = set(frame.columns)

    def cell(name: str, default: pl.Expr) -> pl.Expr:
        return pl.coalesce(pl.col(name), default) if name in present else default

    text = pl.lit(None, pl.String)
    source = cell("source", pl.lit(path.stem))
    url = cell("source_url", text)
    host = url.str.extract(r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@?#]*@)?(?i:www\.)?([^/:?#]+)").str.to_lowercase()
    special = {
        "claim_id": text,
        "roster": pl.lit(roster or None, pl.String),
        "source": source,
        "role": pl.lit(role),
        "publisher": cell("publisher", pl.coalesce(host, source)),
        "primary": cell("primary", pl.lit(False)),
        "snapshot": pl.lit(digest),
        "locator": _locator(),
        "event": cell("event", pl.lit("holds")),
        "acting": cell("acting", pl.lit(False)),
        "scope": cell("scope", pl.lit("partial")),
    }
    return frame.select(special.get(name, cell(name, text)).cast(dtype).alias(name) for name, dtype in CLAIMS.items())


@dataclass(frozen=True)
class Reading:
    """One file as it was read.

    `claims`: claims.CLAIMS. `entries` (a list's only): claim_id, entry_id, row (the number in the file), in the
    list's order. `columns`: which was read as what. `rows`: how many; `notes`: what the user should know.
    """

    path: str
    stem: str
    claims: pl.DataFrame
    entries: pl.DataFrame | None
    columns: ColumnMapping
    format: str
    encoding: str
    rows: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """All evidence files together: `claims` (claims.CLAIMS), and each file's Reading."""

    claims: pl.DataFrame
    readings: tuple[Reading, ...]
