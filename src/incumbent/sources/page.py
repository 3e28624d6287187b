"""One page of a source judged and read: is it what was asked for, and what does it say?

The capture and the release ask the same questions of the same bytes, so what one calls good the other does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import html, registry, text
from incumbent.sources.base import Context, Links, Parsed

if TYPE_CHECKING:  # roster.py imports this package
    from incumbent.roster import Roster, Source


def stated_on(source: Source, snapshot: Snapshot) -> str | None:
    """When the publisher said it (EDTF): what the archive knows, else roster.yaml, else the day of the capture."""
    return snapshot.stated_at or source.stated_at or (snapshot.fetched_at[:10] if snapshot.kind == "capture" else None)


def context_of(roster: Roster, source: Source, snapshot: Snapshot) -> Context:
    """What roster.yaml and the archive know of a snapshot."""
    return Context(
        roster=roster.slug,
        source=source.id,
        role=source.role,
        publisher=snapshot.publisher or source.publisher,
        primary=source.primary,
        source_url=snapshot.url,
        scope=source.scope,
        stated_at=stated_on(source, snapshot),
    )


def read_page(roster: Roster, source: Source, snapshot: Snapshot) -> Parsed:
    """What a snapshot says. Raises SourceError when it lacks its markers, its adapter cannot map it or the addresses
    that it names, or it gives fewer claims than `minimum`."""
    _check_markers(source, snapshot)
    parsed = registry.get(source.adapter).parse(snapshot, source.settings, context_of(roster, source, snapshot))
    if parsed.height < source.minimum:
        raise SourceError(
            "the source gives fewer claims than it must",
            source=source.id,
            locator=snapshot.record,
            value=str(parsed.height),
            expected=f"at least {source.minimum}",
        )
    if registry.names_others(source.adapter):
        links_of(roster, source, snapshot)
    return parsed


def links_of(roster: Roster, source: Source, snapshot: Snapshot) -> Links:
    """The addresses that a snapshot names. Raises SourceError as read_page does."""
    _check_markers(source, snapshot)
    return registry.links(source.adapter, snapshot, source.settings, context_of(roster, source, snapshot))


def why(error: SourceError) -> str:
    """An error of a page in one line, for a table of sources."""
    return f"{error.what}: {error.where}" + (f"; expected {error.expected}" if error.expected else "")


def _check_markers(source: Source, snapshot: Snapshot) -> None:
    markers = source.markers

    def fail(what: str, expected: str) -> SourceError:
        return SourceError(what, source=source.id, locator=snapshot.record, expected=expected)

    if markers.title or markers.selector:
        tree = html.page(snapshot)
        title = tree.css_first("title")
        if markers.title and (title is None or markers.title not in html.words(title)):
            raise fail("the page's title is another", markers.title)
        if markers.selector and not tree.css(markers.selector):
            raise fail("the page lacks a node that marks it", markers.selector)
    if markers.contains:
        content = text.decoded(snapshot.content, source=source.id, declared=snapshot.content_type)
        for word in markers.contains:
            if word not in content:
                raise fail("the page lacks a text that marks it", word)
