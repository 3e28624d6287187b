"""Adapter `html_table`: a table of a page, its columns mapped by the text of their headers.

Settings: `table` (CSS selector), `tables` (how many tables it must find; their rows are read one after the other; 1),
`count` or `minimum` (rows), and those of fields.FieldSettings. A merged cell is an error: nobody can say for certain
what it means for the rows beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from pydantic import field_validator, model_validator
from selectolax.lexbor import LexborNode

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import fields, html
from incumbent.sources.base import Context, Parsed
from incumbent.sources.fields import FieldSettings
from incumbent.sources.html_list import check_count
from incumbent.sources.records import table_of


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One claim (or account claim) per row. Raises SourceError for another shape than the settings state."""
    wanted = Settings.model_validate(settings)
    tables = html.page(snapshot).css(wanted.table)
    check_count(len(tables), wanted.tables, None, wanted.table, context)
    read = []
    for number, node in enumerate(tables, start=1):
        place = wanted.table if len(tables) == 1 else f"{wanted.table}:nth({number})"
        rows = [_cells(row, f"{place} tr:nth({index})", context) for index, row in enumerate(_rows(node), start=1)]
        if not rows:
            raise SourceError("the table has no row", source=context.source, locator=place, expected="a header row")
        body = [(f"{place} tr:nth({index})", row) for index, row in enumerate(rows[1:], start=2)]
        read.append(table_of(rows[0], body, context))
    check_count(sum(one.height for one in read), wanted.count, wanted.minimum, f"{wanted.table} tr", context)
    cells = [fields.mapped(one, wanted, context) for one in read]
    return fields.parsed(pl.concat(cells, how="diagonal"), wanted.yields, snapshot, context)


def _rows(table: LexborNode) -> list[LexborNode]:
    """The rows of `table` itself, not those of a table within one of its cells."""
    return [row for row in table.css("tr") if _owner(row) == table.mem_id]


def _owner(node: LexborNode) -> int:
    parent = node.parent
    while parent is not None and parent.tag != "table":
        parent = parent.parent
    return parent.mem_id if parent is not None else 0


def _cells(row: LexborNode, locator: str, context: Context) -> list[str]:
    cells = []
    for cell in row.iter():
        if cell.tag not in ("td", "th"):
            continue
        for name in ("rowspan", "colspan"):
            if (cell.attributes.get(name) or "1").strip() not in ("0", "1"):
                raise SourceError(
                    "the table has a merged cell",
                    source=context.source,
                    locator=locator,
                    value=html.words(cell),
                    expected=f"cells without {name}",
                )
        cells.append(html.words(cell))
    return cells


class Settings(FieldSettings):
    table: str
    tables: int = 1
    count: int | None = None
    minimum: int | None = None

    @field_validator("table")
    @classmethod
    def _is_selector(cls, value: str) -> str:
        return html.check_selector(value)

    @model_validator(mode="after")
    def _states_its_count(self) -> Settings:
        if (self.count is None) == (self.minimum is None):
            raise ValueError("state either count or minimum: how many rows the table must have")
        return self
