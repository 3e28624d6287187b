"""excel/<roster>.xlsx: every table as a sheet, with typed cells, for whoever opens things in a spreadsheet.

Text is text: no cell is a formula or a link, whatever it begins with, also after somebody has edited it. The bytes
follow from the tables alone.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from incumbent import tablefiles
from incumbent.schemas import TableSchema

#: A table with more rows has no sheet: it takes seconds to write and megabytes to keep, and is no work for a
#: spreadsheet. A sheet could hold 1,048,575.
MOST_ROWS = 20_000
#: What a cell can hold, in UTF-16 units (https://support.microsoft.com/office, "Excel specifications and limits").
_LONGEST = 32_767
_CUT = " [cut: the cell can hold no more; the CSV has it all]"

_ABOUT = "about"
_WIDTHS = {"string": 24, "integer": 10, "number": 10, "boolean": 8, "date": 11}


def write(
    tables: Mapping[str, pl.DataFrame],
    schemas: Mapping[str, TableSchema],
    path: Path,
    *,
    title: str,
    version: str,
    as_of: str,
    licence: str,
) -> None:
    """The workbook of a version: a sheet that says what it is, then one per table, in their order."""
    import xlsxwriter  # late: only a release needs it

    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(made, options) as book:
        day = dt.datetime.fromisoformat(as_of)
        book.set_properties({"title": _cell(title), "author": "incumbent", "created": day})
        styles = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "plain": book.add_format({"quote_prefix": True}),
        }
        _write_about(book, tables, schemas, styles, (title, f"Version {version}, as of {as_of}", licence))
        for name, schema in schemas.items():
            if tables[name].height <= MOST_ROWS:
                _write_table(book.add_worksheet(name), tables[name], schema, styles)
    path.write_bytes(_stored(made))


def _stored(made: io.BytesIO) -> bytes:
    """The same workbook, not compressed: which bytes deflate gives depends on the machine's zlib."""
    out = io.BytesIO()
    with zipfile.ZipFile(made) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as stored:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            stored.writestr(entry, given.read(name))
    return out.getvalue()


def _write_about(
    book: Any,
    tables: Mapping[str, pl.DataFrame],
    schemas: Mapping[str, TableSchema],
    styles: Mapping[str, Any],
    words: tuple[str, ...],
) -> None:
    sheet = book.add_worksheet(_ABOUT)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 2, 100)
    _write_texts(sheet, 0, 0, pl.Series(words), styles)
    top = len(words) + 1
    for column, text in enumerate(("table", "rows", "what it is")):
        sheet.write_string(top, column, text, styles["head"])
    for row, (name, schema) in enumerate(schemas.items(), top + 1):
        left_out = "" if tables[name].height <= MOST_ROWS else f" Too long for a sheet: see {name}.csv."
        sheet.write_string(row, 0, name)
        sheet.write_number(row, 1, tables[name].height)
        sheet.write_string(row, 2, schema.description + left_out)


def _write_table(sheet: Any, table: pl.DataFrame, schema: TableSchema, styles: Mapping[str, Any]) -> None:
    for column, field in enumerate(schema.fields):
        sheet.write_string(0, column, field.name, styles["head"])
        sheet.set_column(column, column, _WIDTHS[field.type])
        if field.type == "string":
            _write_texts(sheet, 1, column, table[field.name], styles)
            continue
        for row, value in enumerate(table[field.name].to_list(), 1):
            if value is None:
                continue
            if field.type == "boolean":
                sheet.write_boolean(row, column, value)
            elif field.type == "date":
                _write_date(sheet, row, column, value, styles)
            else:
                sheet.write_number(row, column, value)
    sheet.freeze_panes(1, 1)
    if table.height:
        sheet.autofilter(0, 0, table.height, len(schema.fields) - 1)


def _write_texts(sheet: Any, top: int, column: int, values: pl.Series, styles: Mapping[str, Any]) -> None:
    """A column of text, as text. What a spreadsheet would run once somebody edits the cell is marked as text for good.

    An empty text is an empty cell.
    """
    run = values.to_frame("text").select(tablefiles.is_run(pl.col("text"))).to_series().to_list()
    for row, (value, is_run) in enumerate(zip(values.to_list(), run, strict=True), top):
        if value:
            sheet.write_string(row, column, _cell(value), styles["plain"] if is_run else None)


def _write_date(sheet: Any, row: int, column: int, value: dt.date, styles: Mapping[str, Any]) -> None:
    """A date as a date; before 1900 a spreadsheet has none, so as text."""
    if value.year >= 1900:
        sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), styles["date"])  # noqa: DTZ001
    else:
        sheet.write_string(row, column, value.isoformat())


def _cell(text: str) -> str:
    """Text that a cell can hold: not too long, and without what XML cannot say."""
    kept = "".join(char for char in text if char in "\t\n\r" or (char >= " " and char not in "\ufffe\uffff"))
    if kept.startswith("<r>"):
        kept = f" {kept}"  # XlsxWriter takes <r>...</r> for markup of its own, and writes it as it is
    if len(kept.encode("utf-16-le")) // 2 <= _LONGEST:
        return kept
    room = (_LONGEST - len(_CUT)) * 2
    return kept.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + _CUT
