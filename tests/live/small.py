"""A small live roster against the simulator: the bundled one's live sources as they are, but for pauses and counts.

Everything goes through the library, without Prefect: a capture (incumbent.capturing), then the steps of
flows/release.py up to the published tables. Time is the world's: the fetcher's clock is moved to the world's day.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import yaml

from incumbent import (
    activity,
    capturing,
    checks,
    freshness,
    gates,
    listings,
    package,
    resources,
    snapshots,
    sources,
    suites,
)
from incumbent import roster as rosters
from incumbent.archive import Archive, Snapshot
from incumbent.errors import SourceError
from incumbent.fetch import Fetcher, Limits, Request, Response
from incumbent.replay import SourceState, require
from incumbent.sources import page
from incumbent.sources.base import Parsed
from tests.simulator import Simulator, World

SLUG = "uk-civil-service-leadership"
FIRST = dt.date(2026, 6, 1)
#: One attempt more, and small bodies: what is to be shown is how a fault ends, not how long it can be borne.
LIMITS = Limits(
    deadline_seconds=2.0,
    connect_seconds=1.0,
    read_seconds=1.0,
    wire_bytes=4_000_000,
    decoded_bytes=8_000_000,
    retries=1,
    backoff_seconds=0.02,
    retry_after_cap_seconds=1.5,
    crawl_delay_cap_seconds=0.001,  # data.gov.uk's robots.txt asks for ten seconds
)


def write_roster(folder: Path, slug: str = SLUG, change: Callable[[dict[str, Any]], None] | None = None) -> Path:
    """A copy of a bundled roster's live sources in `folder`, in no hurry to be polite; `change` is given its data."""
    home = folder / slug
    home.mkdir(parents=True)
    data = yaml.safe_load((resources.path("rosters") / slug / rosters.FILE).read_text(encoding="utf-8"))
    data["sources"] = [source for source in data["sources"] if source.get("kind", "capture") == "capture"]
    for source in data["sources"]:
        source["politeness"] = {"delay_seconds": 0, "concurrency": 16}
        if "minimum_total" in source:
            source["minimum_total"] = 4
    if change:
        change(data)
    (home / rosters.FILE).write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return home


def small_world(seed: int = 3, today: dt.date = FIRST) -> World:
    """Six bodies, each with a permanent secretary and perhaps a second; one who moved lately, which news told."""
    world = World.generate(seed, organisations=6, people_per=2, today=today)
    newcomer = world.person("Zenobia Quillfeather")
    post = leading_posts(world)[0]
    before = world.post("Director, Beacons", world.posts[post].organisation, grade="SCS1")
    world.appoint(newcomer, before, today - dt.timedelta(days=900), end=today - dt.timedelta(days=60))
    world.vacate(post, today - dt.timedelta(days=60))
    world.appoint(newcomer, post, today - dt.timedelta(days=60))
    world.announce(newcomer, post, today - dt.timedelta(days=60), today - dt.timedelta(days=75))
    return world


def leading_posts(world: World) -> list[str]:
    """The posts of permanent secretaries of departments, which the list has; agencies are not on it."""
    return sorted(key for key in world.posts if key.startswith("permanent-secretary--department-for-"))


class Stopwatch:
    """A fetcher that is timed: `spent` has the address and seconds of each fetch.

    What it slept is left out: the pauses that a host asks for are apart from a fetch's deadline.
    """

    def __init__(self, **settings: Any) -> None:
        self.fetcher = Fetcher("tests@example.org", sleep=self._sleep, **settings)
        self.spent: list[tuple[str, float]] = []
        self._slept = threading.local()

    def fetch(self, request: Request) -> Response:
        began, self._slept.seconds = time.monotonic(), 0.0
        try:
            return self.fetcher.fetch(request)
        finally:
            self.spent.append((request.url, time.monotonic() - began - self._slept.seconds))

    def _sleep(self, seconds: float) -> None:
        began = time.monotonic()
        time.sleep(seconds)
        self._slept.seconds = getattr(self._slept, "seconds", 0.0) + time.monotonic() - began


@dataclass
class Live:
    """A roster's folder with its archive, a simulator, and what was captured."""

    home: Path
    archive: Path
    sim: Simulator
    limits: Limits = LIMITS

    def __post_init__(self) -> None:
        self.roster = rosters.load(self.home)
        self.slowest = ("", 0.0)

    def capture(self, day: dt.date, *, history: bool = False) -> dict[str, SourceState]:
        """One capture on a day: the state of each source by its id. The world shows that day."""
        if self.sim.world.today != day:
            self.sim.world.today = day
        ahead = dt.datetime(day.year, day.month, day.day, 8, tzinfo=dt.UTC).timestamp() - time.time()
        politeness = {**capturing.politeness(self.roster), "*": rosters.Politeness(delay_seconds=0, concurrency=16)}
        timed = Stopwatch(
            bases={"*": self.sim.origin},
            politeness=politeness,
            limits=self.limits,
            clock=lambda: time.time() + ahead,
        )
        with timed.fetcher:
            states = capturing.capture(self.roster, self.archive, timed, day.isoformat(), history=history)
        self.slowest = max(timed.spent, key=lambda one: one[1])
        return {state["source_id"]: state for state in states}

    def release(
        self,
        day: dt.date,
        states: Mapping[str, SourceState] | None = None,
        previous: Mapping[str, pl.DataFrame] | None = None,
    ) -> Mapping[str, pl.DataFrame]:
        """The published tables as of a day, by the steps of flows/release.py, and what was read (`read`, columns:
        sources.reading.SOURCES). `previous`: those of the version before. Raises HeldError."""
        if states is not None:
            require(states.values())
        as_of = day.isoformat()
        reading = sources.read_roster_claims(self.roster, Archive(self.archive), as_of)
        tables = _judged(self.roster, reading, as_of)
        made = {**tables, "sources": snapshots.snapshot_rows(reading.sources)}
        if previous is not None:
            asked = gates.asked_of(
                self.roster, as_of, read=reading.sources, history=reading.roster_history, captures=reading.captures
            )
            checks.gate(gates.judge(made, previous, asked, suites.thresholds()))
        return {**made, "read": reading.sources}


@contextmanager
def pages_read_once() -> Iterator[None]:
    """Each page is parsed once: what a page says follows from its bytes and its day, and a campaign meets it often."""
    known: dict[tuple[object, ...], Parsed | SourceError] = {}
    read = page.read_page

    def remembered(roster: rosters.Roster, source: rosters.Source, snapshot: Snapshot) -> Parsed:
        key = (
            source.id,
            snapshot.record,
            snapshot.url,
            snapshot.sha256,
            snapshot.status,
            page.stated_on(source, snapshot),
        )
        if key not in known:
            try:
                known[key] = read(roster, source, snapshot)
            except SourceError as error:
                known[key] = error
        found = known[key]
        if isinstance(found, SourceError):
            raise found
        return found

    with patch.object(page, "read_page", remembered):
        yield


_known: dict[str, Mapping[str, pl.DataFrame]] = {}


def _judged(roster: rosters.Roster, reading: sources.Reading, as_of: str) -> Mapping[str, pl.DataFrame]:
    """What follows from a reading. It is worked out once: the same reading is met in many cases of a campaign."""
    said: Sequence[pl.DataFrame] = (
        reading.claims,
        reading.account_claims,
        reading.observations,
        reading.roster_history,
        reading.captures,
    )
    key = as_of + repr([table.hash_rows().to_list() for table in said])
    if key not in _known:
        judged = freshness.assess(reading.claims, as_of, freshness.Policy(max_age_days=roster.policy.max_age_days))
        accounts, seen = activity.account_states(
            judged.people,
            judged.entries,
            reading.account_claims,
            as_of,
            roster.policy,
            observations=reading.observations,
            appointments=judged.appointments,
            platforms=roster.platforms,
        )
        ever = listings.listed_over_time(judged, reading.claims, reading.roster_history, reading.captures, as_of)
        read = snapshots.snapshot_rows(reading.sources)
        _known[key] = package.tables(roster, judged, accounts, seen, read, as_of, ever)
    return _known[key]
