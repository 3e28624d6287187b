"""One release after another of an invented list, by the steps of flows/release.py, up to what the gates decide."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from incumbent import activity, evidence, freshness, gates, package, roster, snapshots, suites
from incumbent.archive import Archive
from incumbent.archive_writer import ArchiveWriter
from incumbent.errors import ArchiveError, HeldError, RosterError, SchemaError, SourceError
from incumbent.quality import Check
from tests.corruption.changes import CHANGES
from tests.corruption.corruptions import Page
from tests.corruption.lists import SHAPES, Line, generate

SLUG = "invented-list"
#: The list as it was, as it was changed and published, and as it comes now.
DAYS = ("2031-03-01", "2031-04-01", "2031-05-01")
LIST, GAZETTE = "https://publisher.example/holders", "https://gazette.example/appointments"

ROSTER = """\
slug: {slug}
title: An invented list
description: Who holds office in an invented country.
licence: CC0-1.0
attribution: Nobody
contact: nobody@example.org
policy: {{hold_change_percent: 20}}
sources:
  - id: list
    role: roster
    adapter: {adapter}
    title: The list
    publisher: The publisher
    url: {list_url}
    licence: CC0-1.0
    required: true
    minimum: 1
    settings: {settings}
  - id: gazette
    adapter: csv
    title: Appointments
    publisher: The gazette
    url: {gazette_url}
    licence: CC0-1.0
    primary: true
    minimum: 0
    settings:
      columns: {{Name: person, Post: post, Body: organisation, Event: event, From: start, Till: end}}
"""


@dataclass(frozen=True)
class World:
    """A list that was published twice: `earlier`, then `lines`; the tables of that second version."""

    home: Path
    shape: str
    earlier: Sequence[Line]
    lines: Sequence[Line]
    told: Sequence[Sequence[str]]
    before: Mapping[str, pl.DataFrame]

    @property
    def page(self) -> Page:
        return Page(self.lines, self.earlier, SHAPES[self.shape])


@dataclass(frozen=True)
class Outcome:
    """What came of a page: the error that held it, or the checks; whether anything that is published differs."""

    error: str
    checks: Sequence[Check]
    differs: bool

    @property
    def held(self) -> bool:
        return bool(self.error) or any(check.holds for check in self.checks)

    @property
    def holding(self) -> list[str]:
        """What held it."""
        return [self.error] if self.error else sorted({check.check_id for check in self.checks if check.holds})

    def warns_of(self, lines: Sequence[Line]) -> int:
        """Of how many of `lines` the person or the post is named by a check that failed."""
        told = "\n".join(f"{each.observed} {each.notes}" for each in self.checks if each.outcome == "failed")
        return sum(line.person in told or f"{line.post}, {line.body}" in told for line in lines)


def world(folder: Path, shape: str, size: int, seed: int, covered: float) -> World:
    """A list of `size` lines, of which a gazette tells of the share `covered`; changed once in two or three lines."""
    rng = Random(f"world {shape} {size} {seed}")
    earlier = generate(seed, size)
    lines, _ = CHANGES["several"](rng, earlier)
    told = [[*line, "holds", "2030-06-01", ""] for line in lines if rng.random() < covered]
    gone = [line for line in earlier if line not in lines]
    told += [[*line, "ends", "", "2031-03-20"] for line in gone if rng.random() < covered]
    home = folder / f"{shape}-{size}-{seed}" / SLUG
    home.mkdir(parents=True)
    text = ROSTER.format(
        slug=SLUG, adapter=SHAPES[shape].adapter, settings=SHAPES[shape].settings, list_url=LIST, gazette_url=GAZETTE
    )
    (home / roster.FILE).write_text(text, encoding="utf-8")
    made = World(home, shape, earlier, list(lines), told, {})
    _capture(made, home / "archive", DAYS[0], SHAPES[shape].written(earlier).encode())
    _capture(made, home / "archive", DAYS[1], SHAPES[shape].written(lines).encode(), gazette(told))
    before, _ = tables(made, home / "archive", DAYS[1])
    return World(home, shape, earlier, list(lines), told, before)


def gazette(rows: Sequence[Sequence[str]]) -> bytes:
    """The page of the evidence: Name, Post, Body, Event, From, Till."""
    out = io.StringIO()
    csv.writer(out).writerows([("Name", "Post", "Body", "Event", "From", "Till"), *rows])
    return out.getvalue().encode()


def release(known: World, scratch: Path, body: bytes, news: Sequence[Sequence[str]] = ()) -> Outcome:
    """What becomes of a list that comes as `body`, with `news` more in the gazette: captured on the last of DAYS, read,
    judged, compared with the published version. Deterministic."""
    archive = scratch / "archive"
    shutil.copytree(known.home / "archive", archive)
    try:
        _capture(known, archive, DAYS[2], body, gazette([*known.told, *news]))
        now, asked = tables(known, archive, DAYS[2])
        checks = gates.judge(now, known.before, asked, suites.thresholds())
        return Outcome("", checks, _differs(known, now))
    except (HeldError, SourceError, SchemaError, ArchiveError, RosterError) as error:
        return Outcome(f"{type(error).__name__}: {error.what}", (), True)
    finally:
        shutil.rmtree(scratch)


def tables(known: World, archive: Path, as_of: str) -> tuple[dict[str, pl.DataFrame], gates.Asked]:
    """The published tables of a release, and what its gates go by: the steps of flows/release.py, but for the table
    `listings`, of which no gate asks anything, and which takes as long as all the others."""
    declared = roster.load(known.home)
    reading = evidence.read_evidence(declared, Archive(archive), as_of)
    policy = freshness.Policy(max_age_days=declared.policy.max_age_days)
    judged = freshness.assess(reading.claims, as_of, policy)
    accounts, seen = activity.account_states(
        judged.people, judged.entries, reading.account_claims, as_of, declared.policy
    )
    read = snapshots.snapshot_rows(reading.sources)
    made = package.tables(declared, judged, accounts, seen, read, as_of)
    asked = gates.asked_of(
        declared, as_of, read=reading.sources, history=reading.roster_history, captures=reading.captures
    )
    return made, asked


def _differs(known: World, now: Mapping[str, pl.DataFrame]) -> bool:
    columns = ["listed_person", "listed_post", "listed_organisation"]
    sides: list[Any] = [one["roster"].select(columns).sort(columns) for one in (known.before, now)]
    return not sides[0].equals(sides[1])


def _capture(known: World, archive: Path, day: str, body: bytes, news: bytes = b"") -> None:
    content_type = SHAPES[known.shape].content_type
    with ArchiveWriter(archive) as writer:
        pages = [("list", LIST, body, content_type), ("gazette", GAZETTE, news, "text/csv; charset=utf-8")]
        for source, url, content, kind in pages:
            if source == "list" or content:
                writer.add_capture(
                    source, url, fetched_at=f"{day}T06:00:00Z", body=content, headers=[("Content-Type", kind)]
                )
