"""An HTML table as the grid that a reader sees: a merged cell stands in each of the places that it covers.

The rule is HTML's own (https://html.spec.whatwg.org/multipage/tables.html#forming-a-table), without its tolerance: two
cells in one place are an error.
"""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from incumbent.errors import SourceError
from incumbent.sources import html
from incumbent.sources.base import Context

#: Columns of a table; more is a colspan that nobody meant.
WIDEST = 500


def grid(table: LexborNode, place: str, context: Context) -> list[Row]:
    """The rows of `table` itself (not of a table within a cell), each with the cells that stand in its columns.

    `place` names the table in locators: `table.wikitable tr:nth(3)`. Raises SourceError for a span that is no number, a
    table of more than WIDEST columns, and two cells in one place.
    """
    nodes = [node for node in table.css("tr") if _owner(node) == table.mem_id]
    hanging: dict[int, tuple[Cell, int]] = {}  # column -> the cell that reaches down, and for how many rows more
    rows = []
    for number, node in enumerate(nodes, start=1):
        locator = f"{place} tr:nth({number})"
        cells = dict[int, Cell]()
        for column, (cell, _) in hanging.items():
            cells[column] = cell
        reaching = {column: (cell, more - 1) for column, (cell, more) in hanging.items() if more > 1}
        column = 0
        for child in node.iter():
            if child.tag not in ("td", "th"):
                continue
            while column in cells:
                column += 1
            wide, high = _span(child, "colspan", locator, context), _span(child, "rowspan", locator, context)
            high = len(nodes) - number + 1 if high == 0 else min(high, len(nodes) - number + 1)
            cell = Cell(child, html.words(child), max(wide, 1), child.tag == "th")
            for covered in range(column, column + cell.wide):
                if covered in cells or covered >= WIDEST:
                    what = "two cells are in one place" if covered in cells else "the table is too wide"
                    raise SourceError(what, source=context.source, locator=locator, value=cell.text)
                cells[covered] = cell
                if high > 1:
                    reaching[covered] = (cell, high - 1)
        hanging = reaching
        rows.append(Row(locator, tuple(cells[covered] for covered in sorted(cells))))
    return rows


def _owner(node: LexborNode) -> int:
    parent = node.parent
    while parent is not None and parent.tag != "table":
        parent = parent.parent
    return parent.mem_id if parent is not None else 0


def _span(cell: LexborNode, name: str, locator: str, context: Context) -> int:
    stated = (cell.attributes.get(name) or "1").strip()
    if not stated.isdecimal() or len(stated) > 5:
        raise SourceError(f"the {name} is no number", source=context.source, locator=locator, value=stated)
    return int(stated)


@dataclass(frozen=True)
class Cell:
    """A cell of the page, its words, how many columns it covers, and whether it is a header cell."""

    node: LexborNode
    text: str
    wide: int
    header: bool


@dataclass(frozen=True)
class Row:
    """A row of the page with a cell for each column; one that is merged stands there more than once."""

    locator: str
    cells: tuple[Cell, ...]
