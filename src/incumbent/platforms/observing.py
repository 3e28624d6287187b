"""What the platforms' parsers share: an observation's provenance, what an address asked for, and what a feed shows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, urlsplit

from incumbent import edtf
from incumbent.archive import Snapshot
from incumbent.claims import observations_table
from incumbent.sources.base import Context, Parsed
from incumbent.sources.jsontree import Node

#: Column -> days up to the observation in which posts are counted.
WINDOWS = {"posts_30d": 30, "posts_90d": 90, "posts_365d": 365}
#: Statuses whose page tells of the account. With any other the platform did not answer: the check failed.
TELLING = (200, 400, 404, 410)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_HANDLE = re.compile(r"[\w.:-]+(@[\w.:-]+)?")
_LONGEST_WORDS = 200  # characters of a quote


def observed(rows: Iterable[dict[str, Any]], platform: str, snapshot: Snapshot, context: Context) -> Parsed:
    """`rows` (columns of claims.OBSERVATIONS) as the observations of a snapshot, with where and when it was read.

    They are dated by the day of capture; a saved file without one, by the context's date.
    """
    day = snapshot.fetched_at[:10] or context.stated_at
    shared = {
        "roster": context.roster,
        "source": context.source,
        "publisher": context.publisher,
        "source_url": context.source_url or snapshot.url,
        "snapshot": snapshot.sha256,
        "platform": platform,
        "as_at": day,
        "stated_at": day,
        "seen_at": snapshot.fetched_at[:10] or None,
    }
    return Parsed(observations=observations_table([shared | row for row in rows]))


def unchecked(account: dict[str, Any], why: str) -> dict[str, Any]:
    """The row that says that a check failed: nothing is known of `account` (handle or platform_id) but the question."""
    return {**account, "locator": "/", "state": "unknown", "quote": why[:_LONGEST_WORDS]}


def asked(url: str, *names: str) -> list[str]:
    """The values of the query parameters `names` of an address, comma-separated ones apart, in their order."""
    found = [value for name, value in parse_qsl(urlsplit(url).query) if name in names]
    return [one.strip() for value in found for one in value.split(",") if one.strip()]


def instant(node: Node) -> dt.datetime:
    """The moment, in UTC, that a text such as 2025-05-05T01:30:17.912Z names. Raises SourceError."""
    try:
        moment = dt.datetime.fromisoformat(node.text())
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise node.error("the value is no moment in time", expected="such as 2025-05-05T01:30:17Z") from None


def read_at(snapshot: Snapshot, context: Context) -> dt.datetime | None:
    """When the platform said it: the moment of capture, else the end of the context's day; null where neither is."""
    if snapshot.fetched_at:
        moment = dt.datetime.fromisoformat(snapshot.fetched_at)
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    if context.stated_at:
        return dt.datetime.combine(edtf.bounds(context.stated_at)[1], dt.time.max, dt.UTC)
    return None


def handle(node: Node, *keys: str) -> str:
    """A handle, without its @. Raises SourceError for what can be none: a later table would take it for two."""
    name = node.text(*keys).removeprefix("@")
    if not _HANDLE.fullmatch(name):
        raise node.child(*keys).error("the value is no handle", expected="letters, digits, and . _ - @ :")
    return name


def count(node: Node, *keys: str) -> int:
    """A number that is not negative. Raises SourceError."""
    number = node.integer(*keys)
    if number < 0 or number > 2**53:
        raise node.child(*keys).error("the value is no count", expected="0 or more")
    return number


def addresses_in(text: str | None) -> list[str]:
    """The http addresses that stand in a text, in its order, without the punctuation that ends a sentence."""
    return [found.rstrip(".,;:!?)]}") for found in _ADDRESS.findall(text or "")]


def joined(addresses: Iterable[str]) -> str | None:
    """Addresses as one cell, each once, in their order; null for none. A semicolon within one is percent-encoded."""
    web = [one.replace(";", "%3B") for one in addresses if re.fullmatch(r"https?://\S+", one)]
    return ";".join(dict.fromkeys(web)) or None


def escaped(text: str) -> str:
    """A text as it stands in a query or a path."""
    return quote(text, safe="-._~:@")


@dataclass(frozen=True)
class Feed:
    """What one page of an account's feed shows, newest first.

    `posts`: moments of the account's own posts. `shown`: moments of all that the page lists in order, reposts
    included, which tell how far back it reaches. `first`: nothing newer lies on a page before it. `last`: nothing older
    lies on a page after it.
    """

    posts: Sequence[dt.datetime]
    shown: Sequence[dt.datetime]
    first: bool
    last: bool

    def figures(self, at: dt.datetime | None) -> dict[str, Any]:
        """`last_post`, `posts_30d`, `posts_90d`, `posts_365d` and `median_gap_days` as of `at`.

        A window that the page does not cover as a whole has null, never too small a number; so has all of them on a
        page that is not the first. The gap is between the posts of the last 365 days that the page shows. A post that
        claims to be later than `at` is not counted: the clock that dated it was wrong.
        """
        past = sorted(moment for moment in self.posts if at is None or moment <= at)
        figures: dict[str, Any] = {"last_post": past[-1].date().isoformat() if past else None}
        if at is None or not self.first:
            return figures
        for name, days in WINDOWS.items():
            start = at - dt.timedelta(days=days)
            covered = self.last or any(moment <= start for moment in self.shown)
            figures[name] = sum(moment > start for moment in past) if covered else None
        recent = [moment for moment in past if moment > at - dt.timedelta(days=max(WINDOWS.values()))]
        gaps = [(later - earlier) / dt.timedelta(days=1) for earlier, later in pairwise(recent)]
        figures["median_gap_days"] = round(median(gaps), 4) if gaps else None
        return figures


class Candidate(Protocol):
    """An account that may be somebody's: a handle without @, and the platform's immutable id where it is known."""

    @property
    def handle(self) -> str | None: ...
    @property
    def platform_id(self) -> str | None: ...
