"""Which captures of a web archive are worth asking for: what its index (CDX) answers, chosen by settings.

An index is no evidence of who holds what: its adapters (wayback, ukgwa) state no claim, and name the addresses of
captures, which a source that has this one in `past` reads with the adapter of the page itself. Give such an index
source `minimum: 0`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from pydantic import Field, field_validator

from incumbent import edtf
from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import text
from incumbent.sources.base import AdapterSettings, Context
from incumbent.sources.mementos import canonical, memento_url, moment_of

#: What an index gives as the media type of a capture whose bytes it did not keep again, being the same as before.
REVISIT = "warc/revisit"
NO_DIGEST = "-"
#: Digits of a timestamp that captures of one period share.
_PERIODS = {"year": 4, "month": 6, "day": 8, "capture": 14}


def capture_addresses(captures: Iterable[Capture], settings: Settings, archive: str) -> tuple[str, ...]:
    """Addresses of the captures that the settings want, in the order of the index, each once.

    Of one page: those with a wanted status and media type, within the dates; then, with `distinct`, those whose content
    is not that of the one before; then the first of each period (`every`).
    """
    wanted: list[str] = []
    seen: set[tuple[str, str]] = set()
    before: dict[str, str] = {}
    for capture in captures:
        if not _fits(capture, settings, before):
            continue
        # Old indexes lack some digests: then nothing tells that the content is the same.
        changed = before.get(capture.page) != capture.digest or capture.digest == NO_DIGEST
        before[capture.page] = capture.digest
        if settings.distinct and not changed:
            continue
        period = (capture.page, capture.timestamp[: _PERIODS[settings.every]])
        if period not in seen:
            seen.add(period)
            wanted.append(memento_url(archive, capture.timestamp, capture.original))
    return tuple(wanted)


def numbered_lines(snapshot: Snapshot, context: Context) -> Iterator[tuple[str, str]]:
    """The lines of an index answer with their locators (`line 3`). Raises SourceError for a page that is no index.

    An empty answer has no lines: the archive holds no capture of the page.
    """
    content = text.decoded(snapshot.content, source=context.source, declared=snapshot.content_type)
    if "AccessControlException" in content or "Blocked Site" in content:
        raise SourceError(
            "the archive does not show captures of this page (blocked)",
            source=context.source,
            locator="line 1",
            value=content[:200],
            expected="an index of captures",
        )
    lines = content.split("\n")
    for number, line in enumerate(lines[:-1] if not lines[-1] else lines, start=1):
        yield f"line {number}", line.removesuffix("\r")


def capture_of(fields: Capture, context: Context) -> Capture:
    """`fields`, checked. Raises SourceError for a timestamp, address or status that is none."""
    if moment_of(fields.timestamp) is None:
        raise _bad(fields, "timestamp", fields.timestamp, "14 digits that are a moment", context)
    if fields.status != "-" and not (len(fields.status) == 3 and fields.status.isdecimal()):
        raise _bad(fields, "status", fields.status, "three digits, or - where it was not kept", context)
    if not fields.original or not fields.original.isprintable() or " " in fields.original:
        raise _bad(fields, "address", fields.original, "an address", context)
    return fields


def with_parameter(url: str, name: str, value: str) -> str:
    """`url` with that parameter of its query set, the others left as they are written."""
    parts = urlsplit(url)
    kept = [one for one in parts.query.split("&") if one and one.partition("=")[0] != name]
    return urlunsplit(parts._replace(query="&".join([*kept, f"{name}={quote(value, safe='')}"])))


def parameters(url: str) -> dict[str, str]:
    """The parameters of the query of `url`."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def _fits(capture: Capture, settings: Settings, before: dict[str, str]) -> bool:
    if canonical(capture.original) is None:
        return False
    day = moment_of(capture.timestamp)
    if settings.earliest and day and day.date() < edtf.bounds(settings.earliest)[0]:
        return False
    if settings.latest and day and day.date() > edtf.bounds(settings.latest)[1]:
        return False
    if capture.mimetype == REVISIT:  # it has neither type nor status of its own: those of what it repeats
        return capture.digest != NO_DIGEST and before.get(capture.page) == capture.digest
    return capture.status in settings.statuses and capture.mimetype in settings.mimetypes


def _bad(capture: Capture, what: str, value: str, expected: str, context: Context) -> SourceError:
    return SourceError(
        f"the {what} of a capture is none",
        source=context.source,
        locator=capture.locator,
        value=value,
        expected=expected,
    )


@dataclass(frozen=True)
class Capture:
    """One line of an index. `page` is the index's own key of the page, the same for all spellings of its address."""

    page: str
    timestamp: str
    original: str
    mimetype: str
    status: str
    digest: str
    locator: str


class Settings(AdapterSettings):
    """every: one capture of a page per year, month or day, or each capture. distinct: only where the content changed.
    earliest, latest: dates (2010, 2010-05, 2010-05-11), both included. statuses, mimetypes: which captures."""

    every: Literal["year", "month", "day", "capture"] = "month"
    distinct: bool = True
    earliest: str | None = None
    latest: str | None = None
    statuses: list[str] = Field(default=["200"], min_length=1)
    mimetypes: list[str] = Field(default=["text/html"], min_length=1)

    @field_validator("earliest", "latest")
    @classmethod
    def _is_date(cls, value: str | None) -> str | None:
        if value is not None:
            edtf.bounds(value)
        return value
