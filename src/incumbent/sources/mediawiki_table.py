"""Adapter `mediawiki_table`: a table of an article of Wikipedia or another MediaWiki, as the wiki shows it.

The address is `https://en.wikipedia.org/w/api.php?action=parse&page=TITLE&prop=text&format=json&formatversion=2` (or
formatversion 1), or the article's own. Merged cells are read in each place that they cover; references, footnote marks,
edit links and what the page hides (sort keys) are no words of a cell.

Settings: `table` (CSS selector; `table.wikitable`), `caption` and `heading` (words in the table's caption, and in the
nearest heading above it), `tables` (how many tables that finds; 1), `header_rows` (1; the names of several are joined
by a space), `count` or `minimum` (rows), `dividers` (rows of one cell across the table are left out, else an error),
`drop` (selectors of further things that are not read), `empty` (words for an empty cell: Incumbent, TBD), `link_scheme`
(the article that the person's cell links to becomes an identifier: `enwiki` gives `enwiki:Jane Roe`), and those of
fields.FieldSettings. A column name that stands twice is `Name` and `Name (2)`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import polars as pl
from pydantic import Field, field_validator, model_validator
from selectolax.lexbor import LexborHTMLParser, LexborNode

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import fields, html, jsontree
from incumbent.sources.base import Context, Parsed
from incumbent.sources.fields import LOCATOR, FieldSettings
from incumbent.sources.html_grid import Row, grid
from incumbent.sources.html_list import check_count
from incumbent.sources.records import table_of

#: What MediaWiki adds to a cell that is not the cell's own words.
_NOISE = "sup.reference, sup.mw-ref, .mw-editsection, .sortkey, .Inline-Template, sup.noprint, .mw-cite-backlink"
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\s*\[(?:\d{1,3}|[a-z]{1,2}|(?:note|nb|n) ?\d{1,2}|citation needed)\]", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:(?:https?:)?//[^/]+/wiki/|/wiki/|\./)(?P<title>[^#?]+)(?:#.*)?")
#: Namespaces whose pages are about no person.
_NO_ARTICLES = frozenset(
    ("Category", "File", "Help", "Image", "Portal", "Special", "Talk", "Template", "User", "Wikipedia")
)


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One claim (or account claim) per row. Raises SourceError for another shape than the settings state."""
    wanted = Settings.model_validate(settings)
    tree = html.page(_page_of(snapshot, context))
    _clean(tree, wanted)
    tables = _tables(tree, wanted)
    check_count(len(tables), wanted.tables, None, _sought(wanted), context)
    read, linked = [], dict[str, str | None]()
    for number, node in enumerate(tables, start=1):
        place = wanted.table if len(tables) == 1 else f"{wanted.table}:nth({number})"
        header, body = _rows(grid(node, place, context), wanted, place, context)
        texts = [(row.locator, [_words(cell.text, wanted) for cell in row.cells]) for row in body]
        read.append(table_of(header, texts, context))
        linked.update(_linked(header, body, wanted))
    check_count(sum(one.height for one in read), wanted.count, wanted.minimum, f"{wanted.table} tr", context)
    cells = pl.concat([fields.mapped(one, wanted, context) for one in read], how="diagonal")
    if wanted.link_scheme:
        ids = [linked.get(locator) for locator in cells[LOCATOR]]
        cells = cells.with_columns(pl.Series("person_ids", ids, dtype=pl.String))
    return fields.parsed(cells, wanted.yields, snapshot, context)


def _page_of(snapshot: Snapshot, context: Context) -> Snapshot:
    """The snapshot, or the HTML within the API's answer as one."""
    if not snapshot.content.lstrip().startswith(b"{"):
        return snapshot
    answer = jsontree.load(snapshot, context)
    error = answer.optional("error")
    if error is not None:
        raise error.error(f"the wiki answers with an error: {error.text('info')}", value=error.text("code"))
    told = answer.child("parse", "text")
    article = told.text("*") if isinstance(told.value, dict) else told.text()
    return replace(snapshot, content=article.encode(), content_type="text/html; charset=utf-8")


def _clean(tree: LexborHTMLParser, wanted: Settings) -> None:
    noise = tree.css(", ".join([_NOISE, *wanted.drop, "[style]"]))
    named = {node.mem_id for node in tree.css(", ".join([_NOISE, *wanted.drop]))}
    # From the end: what stands within a node goes before the node itself.
    for node in reversed(noise):
        if node.mem_id in named or _HIDDEN.search(node.attributes.get("style") or ""):
            node.decompose()


def _tables(tree: LexborHTMLParser, wanted: Settings) -> list[LexborNode]:
    """The tables that the selector finds, with the wanted caption, under the wanted heading."""
    chosen = {node.mem_id for node in tree.css(wanted.table) if node.tag == "table"}
    found, heading = [], ""
    for node in tree.css("h1, h2, h3, h4, h5, h6, table"):
        if node.tag != "table":
            heading = html.words(node)
        elif node.mem_id in chosen and wanted.heading.casefold() in heading.casefold():
            caption = node.css_first("caption")
            if wanted.caption.casefold() in (html.words(caption).casefold() if caption else ""):
                found.append(node)
    return found


def _sought(wanted: Settings) -> str:
    told = [wanted.table]
    told += [f"caption {wanted.caption!r}"] if wanted.caption else []
    told += [f"heading {wanted.heading!r}"] if wanted.heading else []
    return ", ".join(told)


def _rows(rows: list[Row], wanted: Settings, place: str, context: Context) -> tuple[list[str], list[Row]]:
    """The names of the columns, and the rows below them without dividers."""
    if len(rows) < wanted.header_rows:
        raise SourceError("the table has no row", source=context.source, locator=place, expected="a header row")
    above, body = rows[: wanted.header_rows], rows[wanted.header_rows :]
    width = max(len(row.cells) for row in above)
    names: list[str] = []
    times = Counter[str]()
    for column in range(width):
        told = [_FOOTNOTE.sub("", row.cells[column].text) for row in above if column < len(row.cells)]
        name = " ".join(dict.fromkeys(text for text in told if text))
        times[name] += 1
        # What is merged over several columns names each of them; their place tells them apart.
        names.append(f"{name} ({times[name]})" if name and times[name] > 1 else name)
    kept = []
    for row in body:
        if width > 1 and row.cells and row.cells[0].wide == width:
            if not wanted.dividers:
                raise SourceError(
                    "a cell goes across the whole table",
                    source=context.source,
                    locator=row.locator,
                    value=row.cells[0].text,
                    expected="a row with a cell for each column, or the setting dividers",
                )
            continue
        kept.append(row)
    return names, kept


def _words(cell: str, wanted: Settings) -> str:
    text = _FOOTNOTE.sub("", cell).strip()
    return "" if text.casefold() in {word.casefold() for word in wanted.empty} else text


def _linked(header: list[str], body: list[Row], wanted: Settings) -> dict[str, str | None]:
    """Locator -> identifier of the first article that the person's cell links to."""
    person = next((name for name, field in wanted.columns.items() if field == "person"), None)
    if wanted.link_scheme is None or person not in header:
        return {}
    place = header.index(person)
    return {
        row.locator: _identifier(row.cells[place].node, wanted.link_scheme) for row in body if place < len(row.cells)
    }


def _identifier(cell: LexborNode, scheme: str) -> str | None:
    for link in cell.css("a[href]"):
        found = _ARTICLE.fullmatch(link.attributes.get("href") or "")
        classes = (link.attributes.get("class") or "").split()
        if found is None or "new" in classes or "extiw" in classes or "external" in classes:
            continue
        title = unquote(found["title"]).replace("_", " ").strip()
        if title and title.partition(":")[0] not in _NO_ARTICLES:
            return f"{scheme}:{title.replace(';', '%3B')}"  # identifiers are parted by semicolons
    return None


class Settings(FieldSettings):
    table: str = "table.wikitable"
    caption: str = ""
    heading: str = ""
    tables: int = 1
    header_rows: int = Field(default=1, ge=1)
    count: int | None = None
    minimum: int | None = None
    dividers: bool = False
    drop: list[str] = Field(default_factory=list)
    empty: list[str] = Field(default_factory=list)
    link_scheme: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_-]*$")

    @field_validator("table")
    @classmethod
    def _is_selector(cls, value: str) -> str:
        return html.check_selector(value)

    @field_validator("drop")
    @classmethod
    def _are_selectors(cls, values: list[str]) -> list[str]:
        return [html.check_selector(value) for value in values]

    @model_validator(mode="after")
    def _states_its_count(self) -> Settings:
        if (self.count is None) == (self.minimum is None):
            raise ValueError("state either count or minimum: how many rows the table must have")
        if self.link_scheme and "person" not in self.columns.values():
            raise ValueError("link_scheme needs a column that is mapped to person")
        return self
