"""A file of any of the supported formats, as a table of text: CSV and its kin, JSON, Excel, OpenDocument, Parquet.

What a file is, its first bytes say, and only then its name: spreadsheets are saved as `.csv` every day. Everything
that a later step might trip over (an empty file, two columns of one name, a NUL, a broken archive) is refused here,
with the file and the row.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from incumbent.errors import InputError
from incumbent.lists.columns import is_header
from incumbent.lists.delimited import decode, read_delimited
from incumbent.lists.table import HEADER_WITHIN, Table, refuse_wide
from incumbent.lists.workbook_limits import refuse_huge_workbook

_TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt", ".psv"})
_JSON_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
_FORMATS = "CSV, TSV, JSON, Excel (.xlsx, .xls), OpenDocument (.ods) or Parquet"
_FILE = f"a file: {_FORMATS}"
_CONTENT = "a header and at least one line under it"
_FILL = "write the header person,post,organisation and a line for each person, or give another file"
_AS_JSON = "write one object for each line of the list, or save it as CSV"
_VALUE = "text, a number or a date"
#: A Parquet file of some kilobytes can say one row a thousand million times.
_MOST_ROWS = 50_000_000
_EPOCH = dt.date(1970, 1, 1)
#: Columns of a Parquet file that can be read as text, beside the numbers.
_AS_TEXT = (pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Time, pl.Categorical, pl.Enum, pl.Null)
_SAVE_AGAIN = "save it again, or as CSV"


def read_table(path: Path, fields: Sequence[str], given: Mapping[str, str], sheet: str | None = None) -> Table:
    """The file's table. Raises InputError for a file that is missing, empty, damaged or of no known format.

    `fields` and `given` (columns.py) tell the header from the title lines that people put above it; `sheet` names
    one sheet of a workbook, else the first sheet with a header is read.
    """
    content = _read_bytes(path)
    digest = hashlib.sha256(content).hexdigest()
    if content[:4] == b"PAR1":
        table = _read_parquet(content, path)
    elif content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        table = _read_workbook(content, path, fields, given, sheet)
    elif content[:2] == b"\x1f\x8b" or content[:5] == b"%PDF-":
        kind = "a PDF" if content[:1] == b"%" else "compressed"
        raise InputError(f"the file is {kind}", where=str(path), expected=_FORMATS, do="save it as CSV, or unpack it")
    else:
        text, encoding, notes = decode(content, str(path))
        table = _read_json(text, path) if _is_json(path, text) else read_delimited(text, str(path), fields, given)
        table = table.with_encoding(encoding, notes)
    return table.checked(str(path)).with_digest(digest)


def _read_bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError("there is no such file", where=str(path), expected=_FILE, do="check the path") from None
    except IsADirectoryError:
        raise InputError(
            "this is a folder", where=str(path), expected=_FILE, do="name one of the files in the folder"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise InputError(
            f"the file cannot be read: {error}", where=str(path), expected=_FILE, do="check its path and permissions"
        ) from None
    if not content.strip():
        raise InputError("the file is empty", where=str(path), expected=_CONTENT, do=_FILL)
    return content


def _is_json(path: Path, text: str) -> bool:
    suffix = path.suffix.lower()
    if suffix in _JSON_SUFFIXES:
        return True
    return suffix not in _TEXT_SUFFIXES and re.match(r"\s*(\[\s*[\[{\]]|\{\s*[\"}])", text) is not None


def _read_json(text: str, path: Path) -> Table:
    """An array of objects, {"rows": [...]} with such an array, or one object a line."""
    where = str(path)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in items]
        if len(set(keys)) < len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise InputError(
                f"an object has the key {twice!r} twice",
                where=where,
                expected="each key once",
                do="delete or rename one of the two",
            )
        return dict(items)

    shape = 'an array of objects, {"rows": [...]}, or one object a line'
    kind = "JSON"
    try:
        value = json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as first_error:
        try:
            value = [json.loads(line, object_pairs_hook=pairs) for line in text.splitlines() if line.strip()]
            kind = "JSON lines"
        except (ValueError, RecursionError):
            at = f", line {first_error.lineno}" if isinstance(first_error, json.JSONDecodeError) else ""
            raise InputError("the file is no JSON", where=where + at, expected=shape, do=_AS_JSON) from None
    if isinstance(value, dict):
        value = value.get("rows", [value] if kind == "JSON" and "person" in value else None)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise InputError("the JSON is no list of rows", where=where, expected=shape, do=_AS_JSON)
    headers = list(dict.fromkeys(key for row in value for key in row))
    refuse_wide(headers, where)
    columns: list[list[str | None]] = [
        [_cell_text(row.get(header), f"{where}, row {number}, {header!r}") for number, row in enumerate(value, 1)]
        for header in headers
    ]
    return Table.of_columns(headers, columns, first_row=1, format=kind, where=where)


def _cell_text(value: object, where: str) -> str | None:
    """A JSON or spreadsheet cell as text: dates in ISO form, whole numbers without a point."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float):
        try:
            return str(value)
        except ValueError:  # Python refuses to print an integer of thousands of digits
            raise InputError("a number is too long", where=where, expected=_VALUE, do="write it as text") from None
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    raise InputError(
        "a cell holds a list or an object", where=where, expected=_VALUE, do="write one value in each cell"
    )


def _read_parquet(content: bytes, path: Path) -> Table:
    try:
        rows = pl.scan_parquet(io.BytesIO(content)).select(pl.len()).collect().item()
        if rows > _MOST_ROWS:
            raise InputError(
                f"the Parquet file has {rows:,} rows",
                where=str(path),
                expected=f"at most {_MOST_ROWS:,} rows",
                do="check it in parts",
            )
        frame = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError, pl.exceptions.PanicException) as error:
        raise InputError(
            f"the Parquet file cannot be read: {str(error).splitlines()[0] if str(error) else 'damaged'}",
            where=str(path),
            expected="a whole Parquet file",
            do="write or download the file again",
        ) from None
    refuse_wide(frame.columns, str(path))
    selected: list[pl.Series] = []
    for series in frame:
        if not (series.dtype.is_numeric() or isinstance(series.dtype, _AS_TEXT)):
            raise InputError(
                f"the column {series.name!r} holds {series.dtype}",
                where=str(path),
                expected="text, numbers or dates",
                do="leave the column out",
            )
        if isinstance(series.dtype, pl.Datetime):
            series = series.dt.date()
        if isinstance(series.dtype, pl.Date):
            _refuse_unwritable_days(series, str(path))
        selected.append(series.cast(pl.String))
    return Table.of_series(frame.columns, selected, first_row=1, format="Parquet")


def _refuse_unwritable_days(days: pl.Series, where: str) -> None:
    """Parquet keeps days of a million years; those outside 0001 to 9999 cannot be written as a date."""
    number = days.to_physical()
    outside = ((number < (dt.date.min - _EPOCH).days) | (number > (dt.date.max - _EPOCH).days)).fill_null(value=False)
    if outside.any():
        raise InputError(
            f"day {number.filter(outside)[0]} after 1970-01-01 is outside the calendar",
            where=f"{where}, row {outside.arg_true()[0] + 1}, column {days.name!r}",
            expected="a date from 0001-01-01 to 9999-12-31",
            do="correct the date, or leave the cell empty",
        )


def _read_workbook(
    content: bytes, path: Path, fields: Sequence[str], given: Mapping[str, str], sheet: str | None
) -> Table:
    import python_calamine as calamine  # a tenth of the start of a command that mostly reads CSV

    where = str(path)
    if content[:2] == b"PK":
        refuse_huge_workbook(content, where)
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
    except calamine.PasswordError:
        raise InputError(
            "the workbook has a password",
            where=where,
            expected="a workbook that opens without one",
            do="save it without one",
        ) from None
    except (calamine.CalamineError, OSError, ValueError, pl.exceptions.PanicException) as error:
        raise InputError(
            f"the workbook cannot be read: {error}", where=where, expected=_FORMATS, do=_SAVE_AGAIN
        ) from None
    if sheet is not None and sheet not in names:
        raise InputError(
            f"there is no sheet {sheet!r}",
            where=where,
            expected="one of " + ", ".join(map(repr, names)),
            do="correct the name of the sheet, or leave it out",
        )
    fallback: Table | None = None
    for name in [sheet] if sheet is not None else names:
        try:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise InputError(
                f"the sheet {name!r} cannot be read: {error}", where=where, expected="a whole workbook", do=_SAVE_AGAIN
            ) from None
        table, found = _sheet_table(rows, f"{where}, sheet {name!r}", fields, given)
        if table is None:
            continue
        others = [other for other in names if other != name]
        note = f"sheet {name!r} read" + (f"; not read: {', '.join(map(repr, others))}" if others else "")
        table = table.with_notes((note,) if len(names) > 1 else ())
        if found:
            return table
        fallback = fallback or table
    if fallback is None:
        raise InputError("the workbook is empty", where=where, expected=_CONTENT, do=_FILL)
    return fallback


def _sheet_table(
    rows: list[list[Any]], where: str, fields: Sequence[str], given: Mapping[str, str]
) -> tuple[Table | None, bool]:
    """The sheet's table (None when it has no cell), and whether a row of it is clearly its header."""
    filled = [number for number, row in enumerate(rows) if any(cell not in ("", None) for cell in row)]
    if not filled:
        return None, False
    found = True
    for at in filled[:HEADER_WITHIN]:
        headers = ["" if cell is None else str(cell) for cell in rows[at]]
        if is_header(headers, fields, given):
            break
    else:
        at, found = filled[0], False
        headers = ["" if cell is None else str(cell) for cell in rows[at]]
    body = rows[at + 1 :]
    # A format set on whole rows, or a stray cell, makes thousands of empty columns.
    width = max(map(_width, rows[at:]))
    headers = headers[:width]
    refuse_wide(headers, where)
    columns = [
        [_cell_text(row[i] if i < len(row) else None, f"{where}, row {at + 2 + n}") for n, row in enumerate(body)]
        for i in range(len(headers))
    ]
    notes = (f"{at} lines above the header are left out",) if at else ()
    table = Table.of_columns(headers, columns, first_row=at + 2, format="a workbook", where=where)
    return table.with_notes(notes), found


def _width(row: list[Any]) -> int:
    """How many cells the row has up to the last that is filled."""
    return next((i + 1 for i in range(len(row) - 1, -1, -1) if row[i] not in ("", None)), 0)
