"""Adapter `json`: an array of objects somewhere in a JSON document.

Settings: `rows` (the path to the array, keys joined by dots; empty where the document is the array), and those of
fields.FieldSettings, whose columns are paths within an object: `post.title`, `links.0.href`. `ignore` also takes a path
that ends in `.*` for all below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import fields, jsontree
from incumbent.sources.base import Context, Parsed
from incumbent.sources.fields import LOCATOR, FieldSettings


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One claim (or account claim, or both) per object. Raises SourceError; locators are JSON pointers (RFC 6901)."""
    wanted = Settings.model_validate(settings)
    objects, pointer = _rows(jsontree.load(snapshot, context).value, wanted.rows, context)
    below = tuple(name[:-1] for name in wanted.ignore if name.endswith(".*"))
    flat: list[dict[str, str | None]] = []
    for number, item in enumerate(objects):
        locator = f"{pointer}/{number}"
        if not isinstance(item, dict):
            raise SourceError("a row is not an object", source=context.source, locator=locator, value=item)
        cells = {name: value for name, value in _leaves(item, "") if not name.startswith(below or "\0")}
        if LOCATOR in cells:
            what = "a row has the path that is kept for its place"
            raise SourceError(what, source=context.source, locator=f"{locator}/{LOCATOR}", expected="any other name")
        flat.append({LOCATOR: locator, **cells})
    # A path that is null or an empty array in every row says nothing, so that nobody need ignore it by name.
    telling = dict.fromkeys(name for row in flat for name, value in row.items() if value is not None)
    # One that is neither mapped nor ignored is an error, and enough for it: rows that each have others make no table.
    unknown = [name for name in telling if name not in (*wanted.columns, *wanted.ignore, LOCATOR)][:1]
    names = list(dict.fromkeys([LOCATOR, *wanted.columns, *unknown]))
    absent = [name for name in wanted.columns if flat and not any(name in row for row in flat)]
    if absent:
        raise SourceError(
            "no row has a path that the settings map", source=context.source, locator=pointer or "/", value=absent[0]
        )
    table = pl.DataFrame(
        {name: [row.get(name) for row in flat] for name in names}, schema=dict.fromkeys(names, pl.String)
    )
    return fields.parsed(fields.mapped(table, wanted, context), wanted.yields, snapshot, context)


def _rows(document: Any, path: str, context: Context) -> tuple[list[Any], str]:
    pointer = ""
    for key in path.split(".") if path else []:
        inner = document.get(key) if isinstance(document, dict) else None
        if isinstance(document, list) and key.isdecimal() and int(key) < len(document):
            inner = document[int(key)]
        if inner is None:
            raise SourceError(
                "the path to the rows ends early", source=context.source, locator=pointer or "/", value=key
            )
        document, pointer = inner, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
    if not isinstance(document, list):
        kind = type(document).__name__
        raise SourceError("the rows are not an array", source=context.source, locator=pointer or "/", value=kind)
    return document, pointer


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str | None]]:
    """Paths and texts of what is not an object; an array of plain values is one text, joined by semicolons."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        if any(isinstance(item, dict | list) for item in value):
            for number, item in enumerate(value):
                yield from _leaves(item, f"{path}.{number}")
        else:
            yield path, ";".join(_text(item) or "" for item in value) or None
    else:
        yield path, _text(value)


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


class Settings(FieldSettings):
    rows: str = ""
