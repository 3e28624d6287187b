"""The pages of one source as the archive holds them: every time that each address was asked, and what came of it.

A page that was fetched often and never changed is one run of visits: it is read once, says what it says from the first
visit on, and still says it at the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from incumbent import edtf
from incumbent.archive import Archive, Snapshot, Visit
from incumbent.errors import SourceError
from incumbent.sources import page, registry
from incumbent.sources.base import Parsed
from incumbent.sources.walk import Walk, own_addresses, walk

if TYPE_CHECKING:  # roster.py imports this package
    from incumbent.roster import Roster, Source


class Pages:
    """What `archive` knows of `source` by `as_of` (all of it without one), page by page. Nothing is read before it is
    asked for, and nothing twice."""

    def __init__(self, roster: Roster, source: Source, archive: Archive, as_of: str | None) -> None:
        self._roster, self._source, self._archive = roster, source, archive
        self._reads_errors = registry.reads_errors(source.adapter)
        self._read: dict[tuple[str, str], Parsed | SourceError] = {}  # by the records of a run's ends
        self._old: dict[str, tuple[dict[str, str], str | None]] = {}  # by address; see _edits
        self.visits: dict[str, list[Visit]] = {}
        found = sorted(archive.visits(source.id, as_of=as_of), key=lambda visit: _last_day(source, visit.snapshot))
        for visit in found:
            self.visits.setdefault(self._address(visit.snapshot), []).append(visit)

    def _address(self, snapshot: Snapshot) -> str:
        # Several transcriptions can be of one address; only of a list is the later one the successor of the earlier.
        return snapshot.url if snapshot.kind == "capture" or self._source.role == "roster" else snapshot.record

    def runs(self, address: str) -> list[Run]:
        """The runs of an address in the order of time. Error pages and truncated responses are of no run."""
        runs: list[Run] = []
        for visit in self.visits.get(address, []):
            if not (visit.whole or (self._reads_errors and visit.snapshot.truncated is None)):
                continue
            seen = (visit.snapshot.sha256, visit.snapshot.status)
            if runs and (runs[-1].last.snapshot.sha256, runs[-1].last.snapshot.status) == seen:
                runs[-1] = replace(runs[-1], last=visit, days=_with(runs[-1].days, self._source, visit))
            else:
                runs.append(Run(address, visit, visit, _with((), self._source, visit)))
        return runs

    def read(self, run: Run) -> Parsed:
        """What the page of a run says. Raises SourceError, also when asked again."""
        ends = run.first.snapshot.record, run.last.snapshot.record
        if ends not in self._read:
            try:
                self._read[ends] = self._parsed(run)
            except SourceError as error:
                error.__traceback__ = error.__context__ = None  # they hold the page, and this is kept
                self._read[ends] = error
        found = self._read[ends]
        if isinstance(found, SourceError):
            raise found.with_traceback(None)
        return found

    def _parsed(self, run: Run) -> Parsed:
        snapshot = self._archive.load(run.first)
        parsed = page.read_page(self._roster, self._source, snapshot)
        if snapshot.kind != "capture":
            return parsed
        if self._source.maintained:
            still = pl.lit(_last_day(self._source, run.last.snapshot), pl.String)
            parsed = replace(parsed, claims=parsed.claims.with_columns(still_at=still))
        if parsed.observations.height and run.last != run.first:
            again = page.read_page(self._roster, self._source, self._archive.load(run.last))
            seen = pl.concat([parsed.observations, again.observations]).unique("claim_id").sort("claim_id")
            parsed = replace(parsed, observations=seen)
        return parsed

    def fault(self, run: Run) -> str | None:
        """Why the page of a run cannot be used; None when it can."""
        try:
            self.read(run)
        except SourceError as error:
            return page.why(error)
        return self._edits(run.address)[0].get(run.first.snapshot.record)

    def outdated(self, snapshot: Snapshot) -> str | None:
        """Why a page with its content, which these pages need not have, is an old copy served again; else None."""
        return _why_outdated(self._edited(snapshot), self._edits(snapshot.url)[1])

    def _edits(self, address: str) -> tuple[dict[str, str], str | None]:
        """The old copies among the runs of an address, and the newest moment of an edit that its pages state."""
        if address not in self._old:
            old, newest = {}, None
            for run in self.runs(address) if registry.states_edits(self._source.adapter) else []:
                edited = self._edited(self._archive.load(run.first))
                if why := _why_outdated(edited, newest):
                    old[run.first.snapshot.record] = why
                newest = max(filter(None, (newest, edited)), default=None)
            self._old[address] = old, newest
        return self._old[address]

    def _edited(self, snapshot: Snapshot) -> str | None:
        """When the publisher says that a page was last edited: an instant in UTC. A moment to come says nothing."""
        context = page.context_of(self._roster, self._source, snapshot)
        edited = registry.edited(self._source.adapter, snapshot, context)
        return edited if edited is not None and edited <= snapshot.fetched_at else None

    def good(self, address: str) -> Run | None:
        """The latest run of an address that can be used."""
        return next((run for run in reversed(self.runs(address)) if self.fault(run) is None), None)

    def walk(self, starts: Sequence[str]) -> Walk:
        """The source's pages from `starts` on, as walk.walk finds them in the latest good page of each address."""

        def latest(addresses: Sequence[str]) -> list[Snapshot | None]:
            runs = [self.good(address) for address in addresses]
            return [self._archive.load(run.last) if run else None for run in runs]

        return walk(self._roster, self._source, starts, latest)

    @cached_property
    def known(self) -> bool:
        """Whether there is a page that can be used."""
        return any(self.good(address) for address in self.visits)


def current_addresses(source: Source, pages: Pages, named: dict[str, Walk | None]) -> Walk:
    """The addresses that make up a list now, by the latest pages that name them.

    `named`: the walks of the sources before this one, None for one that was not known yet. An address that no page
    names any more is no part of the list, however long the archive keeps it. Where what named them is not known (a
    past that was rebuilt from web archives), all that the archive has are.
    """
    known = [found for each in source.follows if (found := named.get(each)) is not None]
    if source.follows and not known:
        return Walk(pages=list(pages.visits))
    starts = [address for found in known for address in found.named] if known else own_addresses(source)
    found = pages.walk(starts)
    if source.past and not any(address in pages.visits for address in found.pages):
        return Walk(pages=list(pages.visits))
    return found


def _why_outdated(edited: str | None, newest: str | None) -> str | None:
    if edited is None or newest is None or edited >= newest:
        return None
    return f"it is an old copy: it was edited at {edited}, and a page that came before at {newest}"


def _with(days: tuple[str, ...], source: Source, visit: Visit) -> tuple[str, ...]:
    day = page.stated_on(source, visit.snapshot)
    return days if day is None or day in days[-1:] else (*days, day)


def _last_day(source: Source, snapshot: Snapshot) -> str:
    """The last day that the date of a snapshot can mean, ISO; empty without a date."""
    stated = page.stated_on(source, snapshot)
    return edtf.bounds(stated)[1].isoformat() if stated else ""


@dataclass(frozen=True)
class Run:
    """Visits of one address that found the same bytes, one after the other."""

    address: str
    first: Visit
    last: Visit
    days: tuple[str, ...] = ()  # of its visits, each once
