"""Adapter `govuk_search`: GOV.UK's search API (https://www.gov.uk/api/search.json), and the news that it finds.

A page of results says nothing itself: it is followed. A news article (a content item) is read in its structured parts
alone, never in its body: whom and which role it is about, and its headline and summary where `patterns` fit them.

Settings: `patterns` (regular expressions with named groups that are fields, tried in turn on the whole title and then
on the whole description), `tags` (the person and the role that an article is about are a claim), `schemas` (content
items to read), and those of fields.FieldSettings without `columns` and `ignore`: such as `constants: {event:
announced_start}`, or `lookups` that make a headline's words events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import polars as pl
from pydantic import Field, field_validator, model_validator

from incumbent.archive import Snapshot
from incumbent.sources import fields, govuk, jsontree
from incumbent.sources.base import Context, Links, Parsed
from incumbent.sources.fields import LOCATOR, FieldSettings
from incumbent.sources.jsontree import Node


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """What a news article says by its tags and its headline; nothing for a page of results.

    Tags: an article about one person and one role says that the person held it when the article came out; with more of
    either, nobody can tell who holds which, and nothing is claimed. An article whose words fit no pattern, and one
    that was withdrawn, claim nothing by them. Stated on the day of the last change to what readers see
    (public_updated_at), since the words of before are gone; where that is null, of the first publication.
    """
    wanted = Settings.model_validate(settings)
    document = jsontree.load(snapshot, context)
    if document.optional("schema_name") is None:
        document.items("results")
        return Parsed()
    article = govuk.content_item(snapshot, context, wanted.schemas)
    if article.optional("withdrawn_notice", "withdrawn_at") is not None:
        return Parsed()
    updated = govuk.optional_day(article.child("public_updated_at"))
    stated_at = updated or govuk.day(article.child("first_published_at"))
    people = article.optional_items("links", "people")
    parsed = [_worded(article, people, stated_at, wanted, snapshot, context)]
    if wanted.tags:
        parsed.append(_tagged(article, people, stated_at, snapshot, context))
    return Parsed(claims=pl.concat([one.claims for one in parsed]).sort("claim_id"))


def links(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Links:
    """more: the next results; pages: the Content API's addresses of these. A news article leads nowhere.

    A result that is not a page of GOV.UK (its link is an address elsewhere) is left out. Raises SourceError where
    results are missing before the total is reached.
    """
    Settings.model_validate(settings)
    document = jsontree.load(snapshot, context)
    if document.optional("schema_name") is not None:
        return Links()
    results = document.items("results")
    paths = [one.child("link") for one in results if one.text("link").startswith("/")]
    pages = tuple(dict.fromkeys(govuk.content_address(path, snapshot, context) for path in paths))
    start, total = document.integer("start") + len(results), document.integer("total")
    if start >= total:
        return Links(pages=pages)
    if not results:
        raise document.child("results").error("the results end before their total", expected=f"{total} in all")
    parts = urlsplit(snapshot.url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "start"]
    address = f"{govuk.origin(snapshot, context)}{parts.path}?{urlencode([*query, ('start', str(start))])}"
    return Links(more=(address,), pages=pages)


def _tagged(article: Node, people: list[Node], stated_at: str, snapshot: Snapshot, context: Context) -> Parsed:
    """The claim that an article's one person holds its one role. Tags do not say at which organisation."""
    roles = article.optional_items("links", "roles")
    if len(people) != 1 or len(roles) != 1:
        return Parsed()
    name, post = people[0].text("title"), roles[0].text("title")
    row = {
        LOCATOR: roles[0].pointer,
        "person": name,
        "person_ids": govuk.identifier(people[0]),
        "post": post,
        "event": "holds",
        "as_at": govuk.optional_day(article, "first_published_at") or stated_at,
        "scope": "partial",
        "stated_at": stated_at,
        "quote": f"{name} | {post} | {article.text('title')}"[:200],
    }
    return govuk.claims([row], snapshot, context)


def _worded(
    article: Node, people: list[Node], stated_at: str, wanted: Settings, snapshot: Snapshot, context: Context
) -> Parsed:
    """What the patterns find in title and description, each once; the title's place where both say the same."""
    found: dict[tuple[tuple[str, str | None], ...], dict[str, str | None]] = {}
    for key in ("title", "description"):
        text = article.text(key) if key == "title" else article.child(key).optional_text()
        groups = _matched(" ".join((text or "").split()), wanted.patterns)
        if groups is not None:
            row = {LOCATOR: f"/{key}", "quote": (text or "")[:200], **groups}
            found.setdefault(tuple(sorted(groups.items())), row)
    if not found:
        return Parsed()
    names = sorted({*wanted.groups(), "quote"})
    table = pl.DataFrame(list(found.values()), schema=dict.fromkeys((LOCATOR, *names), pl.String), orient="row")
    cells = fields.mapped(table, wanted.model_copy(update={"columns": {name: name for name in names}}), context)
    absent = [name for name in ("person", "person_ids", "stated_at", "scope") if name not in cells.columns]
    cells = cells.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    ids = [_tagged_as(person, people) for person in cells["person"]]
    cells = cells.with_columns(
        pl.coalesce("person_ids", pl.Series(ids, dtype=pl.String)).alias("person_ids"),
        pl.col("stated_at").fill_null(stated_at),
        pl.col("scope").fill_null("partial"),
    )
    return fields.parsed(cells, ["claims"], snapshot, context)


def _tagged_as(person: str | None, people: list[Node]) -> str | None:
    """The id of the one person tagged whose name has all the words of `person`, or the other way round."""
    words = set((person or "").casefold().split())
    fitting = []
    for one in people:
        tagged = set(one.text("title").casefold().split())
        if words and (words <= tagged or tagged <= words):
            fitting.append(govuk.identifier(one))
    return fitting[0] if len(fitting) == 1 else None


def _matched(text: str, patterns: list[str]) -> dict[str, str | None] | None:
    for pattern in patterns:
        match = re.fullmatch(pattern, text)
        if match:
            return dict(match.groupdict())
    return None


class Settings(FieldSettings):
    patterns: list[str] = Field(default_factory=list)
    tags: bool = True
    schemas: list[str] = Field(default=["news_article"], min_length=1)

    @field_validator("patterns")
    @classmethod
    def _compile(cls, values: list[str]) -> list[str]:
        for value in values:
            try:
                groups = re.compile(value).groupindex
            except re.error as error:
                raise ValueError(f"{value!r} is not a regular expression: {error}") from None
            unknown = sorted(set(groups) - set(fields.FIELDS))
            if unknown or not groups:
                raise ValueError(f"the groups of {value!r} must be some of {', '.join(fields.FIELDS)}")
        return values

    @model_validator(mode="after")
    def _has_no_columns(self) -> Settings:
        if self.columns or self.ignore or self.yields != ["claims"]:
            raise ValueError("govuk_search names its fields in patterns, and gives claims; it has no columns")
        return self

    def groups(self) -> set[str]:
        """The fields that the patterns can fill."""
        return {name for pattern in self.patterns for name in re.compile(pattern).groupindex}

    def _filled_fields(self) -> set[str]:
        return self.groups()
