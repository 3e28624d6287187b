"""Adapter `json`: an array of objects somewhere in a JSON document.

Settings: `rows` (the path to the array, keys joined by dots; empty where the document is the array), and those of
fields.FieldSettings, whose columns are paths within an object: `post.title`, `links.0.href`. `ignore` also takes a path
that ends in `.*` for all below it. A value is of its field's JSON type or an error: a name is a string, never a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import fields, jsontree
from incumbent.sources.base import Context, Parsed
from incumbent.sources.fields import LOCATOR, FieldSettings
from incumbent.sources.jsontree import Number

#: Field -> the JSON types that it may have; any other field is a string. A field with a lookup may have any of these,
#: since each of its values is looked up.
_NUMBERS = ("a string", "a number")
_IDENTIFIERS = (*_NUMBERS, "an array of them")
_TRUTHS = ("a string", "true or false")
_KINDS = {
    "acting": _TRUTHS, "primary": _TRUTHS, "posts": _NUMBERS, "person_ids": _IDENTIFIERS,
    "organisation_ids": _IDENTIFIERS, "platform_id": _NUMBERS,
    **dict.fromkeys(("start", "end", "as_at", "stated_at", "last_post"), _NUMBERS),
}  # fmt: skip
_LOOKED_UP = ("a string", "a number", "true or false", "an array of them")


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
        leaves = [leaf for leaf in _leaves(item, "", locator) if not leaf.path.startswith(below or "\0")]
        for leaf in leaves:
            _check(leaf, wanted, context)
        flat.append({**{leaf.path: leaf.text for leaf in leaves}, LOCATOR: locator})
    absent = [name for name in wanted.columns if flat and not any(name in row for row in flat)]
    if absent:
        raise SourceError(
            "no row has a path that the settings map", source=context.source, locator=pointer or "/", value=absent[0]
        )
    names = [LOCATOR, *wanted.columns]
    table = pl.DataFrame(
        {name: [row.get(name) for row in flat] for name in names}, schema=dict.fromkeys(names, pl.String)
    )
    return fields.parsed(fields.mapped(table, wanted, context), wanted.yields, snapshot, context)


def _check(leaf: _Leaf, wanted: Settings, context: Context) -> None:
    """Raise SourceError for a path that is neither mapped nor ignored, and for a value of a type its field cannot have.

    A path that is null or an empty array says nothing, so that nobody need ignore it by name.
    """
    field = wanted.columns.get(leaf.path)
    if leaf.text is None and leaf.kind in ("null", "an array of them"):
        return
    if field is None and leaf.path not in wanted.ignore:
        raise SourceError(
            "the source has a path that is neither mapped nor ignored",
            source=context.source,
            locator=leaf.pointer,
            value=leaf.path,
            expected=", ".join([*wanted.columns, *(f"{name} (ignored)" for name in wanted.ignore)]),
        )
    kinds = _LOOKED_UP if field in wanted.lookups else _KINDS.get(field or "", ("a string",))
    if field is not None and leaf.kind not in kinds:
        raise SourceError(
            f"the value is not what {field} can be",
            source=context.source,
            locator=leaf.pointer,
            value=leaf.text or leaf.kind,
            expected=" | ".join(kinds),
        )


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


def _leaves(value: Any, path: str, pointer: str) -> Iterator[_Leaf]:
    """What is not an object; an array of strings and numbers is one text, joined by semicolons."""
    if isinstance(value, dict):
        for name, inner in value.items():
            place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            yield from _leaves(inner, f"{path}.{name}" if path else name, place)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        # What is no plain value comes first: where it should not be one of them, it is what the error has to show.
        for number, item in sorted(enumerate(value), key=lambda one: not isinstance(one[1], dict | list)):
            yield from _leaves(item, f"{path}.{number}", f"{pointer}/{number}")
    elif isinstance(value, list):
        plain = all(isinstance(item, str) and item.strip() for item in value)
        kind = "an array of them" if plain else "an array with other things"
        yield _Leaf(path, pointer, kind, ";".join(str(item) for item in value) or None)
    elif isinstance(value, bool):
        yield _Leaf(path, pointer, "true or false", "true" if value else "false")
    elif value is None:
        yield _Leaf(path, pointer, "null", None)
    else:
        yield _Leaf(path, pointer, "a number" if isinstance(value, Number) else "a string", value)


@dataclass(frozen=True)
class _Leaf:
    """A value of a row. path: its keys joined by dots; pointer: where it stands; kind: its JSON type in words."""

    path: str
    pointer: str
    kind: str
    text: str | None


class Settings(FieldSettings):
    rows: str = ""
