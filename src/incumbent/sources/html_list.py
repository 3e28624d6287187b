"""Adapter `html_list`: a page whose entries are free lines, such as `Jane Roe, Ministry of Works (Director)`.

Settings: `items` (CSS selector of the entries), `count` or `minimum` (how many there must be), `patterns` (regular
expressions tried in turn on an entry's whole text, with named groups that are fields), and those of
fields.FieldSettings without `columns` and `ignore`. An entry that no pattern fits is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polars as pl
from pydantic import field_validator, model_validator

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import fields, html
from incumbent.sources.base import Context, Parsed
from incumbent.sources.fields import LOCATOR, FieldSettings


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One claim (or account claim) per entry. Raises SourceError for a wrong count or a line that no pattern fits."""
    wanted = Settings.model_validate(settings)
    lines = [html.words(node) for node in html.page(snapshot).css(wanted.items)]
    check_count(len(lines), wanted.count, wanted.minimum, wanted.items, context)
    names = sorted(wanted.groups())
    rows = []
    for number, line in enumerate(lines, start=1):
        locator = f"{wanted.items}:nth({number})"
        found = _matched(line, wanted.patterns)
        if found is None:
            raise SourceError(
                "no pattern fits an entry of the list",
                source=context.source,
                locator=locator,
                value=line,
                expected=" or ".join(wanted.patterns),
            )
        rows.append({LOCATOR: locator, "quote": line[:200], **found})
    schema = {name: pl.String for name in (LOCATOR, "quote", *(name for name in names if name != "quote"))}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    identity = {name: name for name in table.columns if name != LOCATOR}
    cells = fields.mapped(table, wanted.model_copy(update={"columns": identity}), context)
    return fields.parsed(cells, wanted.yields, snapshot, context)


def check_count(found: int, count: int | None, minimum: int | None, selector: str, context: Context) -> None:
    """Raise SourceError unless a selector found as many nodes as its settings say."""
    if (count is not None and found != count) or (minimum is not None and found < minimum):
        expected = f"{count}" if count is not None else f"at least {minimum}"
        raise SourceError(
            "a selector does not find as many nodes as its settings say",
            source=context.source,
            locator=selector,
            value=str(found),
            expected=expected,
        )


def _matched(line: str, patterns: list[str]) -> dict[str, str | None] | None:
    for pattern in patterns:
        match = re.fullmatch(pattern, line)
        if match:
            return dict(match.groupdict())
    return None


class Settings(FieldSettings):
    items: str
    patterns: list[str]
    count: int | None = None
    minimum: int | None = None

    @field_validator("items")
    @classmethod
    def _is_selector(cls, value: str) -> str:
        return html.check_selector(value)

    @field_validator("patterns")
    @classmethod
    def _compile(cls, values: list[str]) -> list[str]:
        if not values:
            raise ValueError("there is no pattern")
        for value in values:
            try:
                groups = re.compile(value).groupindex
            except re.error as error:
                raise ValueError(f"{value!r} is not a regular expression: {error}") from None
            if not groups:
                raise ValueError(f"{value!r} has no named group such as (?P<person>...)")
            unknown = sorted(set(groups) - set(fields.FIELDS))
            if unknown:
                raise ValueError(f"the group {unknown[0]!r} of {value!r} is none of {', '.join(fields.FIELDS)}")
        return values

    @model_validator(mode="after")
    def _states_its_count(self) -> Settings:
        if self.columns or self.ignore:
            raise ValueError("html_list names its fields in patterns; it has no columns to map or ignore")
        if (self.count is None) == (self.minimum is None):
            raise ValueError("state either count or minimum: how many entries the list must have")
        return self

    def groups(self) -> set[str]:
        """The fields that the patterns can fill."""
        return {name for pattern in self.patterns for name in re.compile(pattern).groupindex}

    def _filled_fields(self) -> set[str]:
        return self.groups()
