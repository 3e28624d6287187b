"""A page that can be read, and is odd all the same beside what the same address said before.

Nothing of this makes a page unusable: a list may shrink, and an edit may be taken back. It is said in the report, for
whoever runs it to look at. What a page's own dates prove to be an old copy is quarantined (sources.pages).
"""

from __future__ import annotations

import threading

from incumbent import platforms
from incumbent.archive import Archive, Snapshot
from incumbent.archive_writer import ArchiveWriter
from incumbent.roster import Roster, Source
from incumbent.sources import page
from incumbent.sources.base import Parsed
from incumbent.sources.pages import Pages, Run

#: A page that keeps no more than this share of its claims may have lost rows: half of a list of three is two.
_SHRUNK = 2 / 3


class Doubts:
    """What was known of each page before this capture. Read when the first page of a source is new; for any thread."""

    def __init__(self, roster: Roster, archive: Archive, writer: ArchiveWriter) -> None:
        self._roster, self._archive, self._writer = roster, archive, writer
        self._lock = threading.Lock()
        self._known: dict[str, Pages] = {}

    def fault_of(self, source: Source, snapshot: Snapshot) -> str | None:
        """Why a new page that can be read is not used all the same; None where it is."""
        with self._lock:
            return self._pages(source).outdated(snapshot)

    def about(self, source: Source, snapshot: Snapshot, parsed: Parsed) -> tuple[str, str] | None:
        """A doubt (`returned` or `shrunk`) and its sentence about a new page that says `parsed`; else None.

        None of what a platform says: accounts go, are suspended, and come back.
        """
        if source.adapter in platforms.ADAPTERS:
            return None
        with self._lock:
            pages = self._pages(source)
            runs = [run for run in pages.runs(snapshot.url) if run.last.snapshot.record != snapshot.record]
            good = [run for run in runs if pages.fault(run) is None]
            if not good:
                return None
            before = good[-1]
            told = pages.read(before).height + self._named(source, self._archive.load(before.last))
        again = next((run for run in reversed(good[:-1]) if run.last.snapshot.sha256 == snapshot.sha256), None)
        if again is not None and snapshot.sha256 != before.last.snapshot.sha256:
            return "returned", f"it is the page of {_day(again)} again, and not the one of {_day(before)}"
        said = parsed.height + self._named(source, snapshot)
        if told > 1 and said <= told * _SHRUNK:
            return "shrunk", f"it says {said} things, and said {told} on {_day(before)}"
        return None

    def _named(self, source: Source, snapshot: Snapshot) -> int:
        links = page.links_of(self._roster, source, snapshot)
        return len(links.pages) + len(links.more)

    def _pages(self, source: Source) -> Pages:
        if source.id not in self._known:
            with self._writer.paused():
                self._known[source.id] = Pages(self._roster, source, self._archive, None)
        return self._known[source.id]


def _day(run: Run) -> str:
    snapshot = run.last.snapshot
    return snapshot.known_at or snapshot.fetched_at[:10]
