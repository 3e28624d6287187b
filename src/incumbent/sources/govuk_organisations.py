"""Adapter `govuk_organisations`: GOV.UK's list of all organisations, https://www.gov.uk/api/organisations, in pages.

Settings: `formats` (such as `Ministerial department`; all where there are none), `statuses` (of those whose pages are
captured; `live` by default), `slugs` (only these organisations).
See alphagov/collections, app/presenters/organisations_api_presenter.rb.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from incumbent.archive import Snapshot
from incumbent.sources import govuk, jsontree
from incumbent.sources.base import AdapterSettings, Context, Links, Parsed
from incumbent.sources.fields import LOCATOR
from incumbent.sources.jsontree import Node

STATUSES = ("live", "exempt", "joining", "transitioning", "closed")
#: Closed on GOV.UK, but not ended.
_WENT_ON = ("devolved", "left_gov")


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """`abolished` or `renamed`, without a post, for each organisation asked for that has ended; none in a roster.

    Organisations that go on, and those that left for another government (devolved, left_gov), say nothing here. The
    list names successors by their address only: the note is their title where the same page lists them, else the last
    part of the address as words.
    """
    wanted, page = Settings.model_validate(settings), _page(snapshot, context)
    titles = {one.text("details", "slug"): one.text("title") for one in page.items("results")}
    rows = [
        _ending(organisation, word, titles)
        for organisation in _asked_for(page, wanted)
        if (word := _closed_as(organisation)) in govuk.ENDED and context.role == "evidence"
    ]
    return govuk.claims(rows, snapshot, context)


def links(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Links:
    """more: the next page; pages: the Content API's addresses of the organisations that the settings ask for.

    Raises SourceError where a page that is not the last names no next one.
    """
    wanted, page = Settings.model_validate(settings), _page(snapshot, context)
    last = page.integer("current_page") == page.integer("pages")
    more = () if last else (govuk.same_origin(page.child("next_page_url"), snapshot, context),)
    pages = [
        _content_address(organisation.child("web_url"), snapshot, context)
        for organisation in _asked_for(page, wanted)
        if _status(organisation) in wanted.statuses
    ]
    return Links(more=more, pages=tuple(dict.fromkeys(pages)))


def _page(snapshot: Snapshot, context: Context) -> Node:
    """One page of the list. Raises SourceError for one that is empty, or lies beyond the last."""
    page = jsontree.load(snapshot, context)
    if not page.items("results"):
        raise page.child("results").error("the page lists no organisation", expected="at least one")
    if page.integer("current_page") > page.integer("pages"):
        raise page.child("current_page").error("the page lies beyond the last", expected=str(page.integer("pages")))
    due = min(page.integer("page_size"), page.integer("total") - page.integer("start_index") + 1)
    if len(page.items("results")) != due:
        listed = str(len(page.items("results")))
        raise page.child("results").error("the page does not list what it counts", value=listed, expected=str(due))
    return page


def _asked_for(page: Node, wanted: Settings) -> Iterator[Node]:
    for organisation in page.items("results"):
        slug, form = organisation.text("details", "slug"), organisation.text("format")
        if (not wanted.formats or form in wanted.formats) and (not wanted.slugs or slug in wanted.slugs):
            yield organisation


def _status(organisation: Node) -> str:
    told = organisation.child("details", "govuk_status")
    word = told.text()
    if word not in STATUSES:
        raise told.error("unknown status of an organisation", expected=" | ".join(STATUSES))
    return word


def _closed_as(organisation: Node) -> str | None:
    """What became of a closed organisation, one of govuk.ENDED or _WENT_ON; None for one that is not closed."""
    if _status(organisation) != "closed":
        return None
    told = organisation.child("details", "govuk_closed_status")
    word, known = told.text(), (*govuk.ENDED, *_WENT_ON)
    if word not in known:
        raise told.error("unknown status of a closed organisation", expected=" | ".join(known))
    return word


def _ending(organisation: Node, word: str, titles: Mapping[str, str]) -> dict[str, str | None]:
    """The claim that an organisation has ended; `titles`: those that the page gives, by slug."""
    details, title = organisation.child("details"), organisation.text("title")
    heirs = [
        one.text("web_url").rstrip("/").rpartition("/")[2] for one in organisation.items("superseding_organisations")
    ]
    event, note = govuk.ending(word, [titles.get(slug, slug.replace("-", " ")) for slug in heirs])
    return {
        LOCATOR: organisation.pointer, "organisation": title, "organisation_ids": govuk.identifier(details),
        "event": event, "start": govuk.optional_day(details.child("closed_at")), "scope": "partial",
        "status_note": note, "quote": f"{title}: {word}",
    }  # fmt: skip


def _content_address(web_url: Node, snapshot: Snapshot, context: Context) -> str:
    address = govuk.same_origin(web_url, snapshot, context)
    path = Node(urlsplit(address).path, web_url.pointer, web_url.source)
    return govuk.content_address(path, snapshot, context)


class Settings(AdapterSettings):
    formats: list[str] = Field(default_factory=list)
    statuses: list[str] = Field(default=["live"])
    slugs: list[str] = Field(default_factory=list)

    @field_validator("statuses")
    @classmethod
    def _exist(cls, values: list[str]) -> list[str]:
        unknown = [value for value in values if value not in STATUSES]
        if unknown:
            raise ValueError(f"there is no status {unknown[0]!r}; there are {', '.join(STATUSES)}")
        return values
