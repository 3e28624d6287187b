"""Rows of cells with a header, as the table that fields.mapped reads. Strict: no ragged row, no column name twice."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

import polars as pl

from incumbent.errors import SourceError
from incumbent.sources.base import Context
from incumbent.sources.fields import LOCATOR


def table_of(header: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], context: Context) -> pl.DataFrame:
    """Columns named by `header` (text) and `_locator`, one row per (locator, cells); rows of empty cells left out.

    A column without a name is called by its place: `(column 17)`. Raises SourceError for a name that stands twice, and
    for a row with more or fewer cells than the header; the error shows their number, never the row's content.
    """
    names = [" ".join(name.split()) or f"(column {place})" for place, name in enumerate(header, start=1)]
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise SourceError(
            "two columns have one name", source=context.source, locator="header", value=twice[0], expected="each once"
        )
    if LOCATOR in names:
        raise SourceError(
            "a column has the name that is kept for the place of a row", source=context.source, locator="header",
            value=LOCATOR, expected="any other name",
        )  # fmt: skip
    full = [(locator, row) for locator, row in rows if any(cell.strip() for cell in row)]
    for locator, row in full:
        if len(row) != len(names):
            raise SourceError(
                "a row has more or fewer cells than the header",
                source=context.source,
                locator=locator,
                value=f"{len(row)} cells",
                expected=f"{len(names)}",
            )
    columns = {LOCATOR: [locator for locator, _ in full]}
    for place, name in enumerate(names):
        columns[name] = [row[place] for _, row in full]
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


#: Characters in a cell; more is a quote that was never closed. The csv module's default.
LONGEST_CELL = 131_072


def csv_rows(text: str, delimiter: str, context: Context) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Header and rows of a CSV text; a row's locator is the line on which it starts, `line 12`.

    Raises SourceError for text that is not CSV, or has no header.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    line = 1
    try:
        for row in reader:
            # The reader's own limit is one for the whole process, and other libraries raise it.
            if any(len(cell) > LONGEST_CELL for cell in row):
                raise csv.Error(f"field larger than field limit ({LONGEST_CELL})")
            rows.append((f"line {line}", row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(
            f"the text is not CSV: {error}", source=context.source, locator=f"line {line}", expected="RFC 4180"
        ) from None
    while rows and not any(cell.strip() for cell in rows[0][1]):
        rows.pop(0)
    if not rows:
        raise SourceError("the file has no header", source=context.source, locator="line 1", expected="column names")
    return rows[0][1], rows[1:]
