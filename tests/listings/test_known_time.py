"""Known time: a release as of a past day is what could be known then, whatever the archive has learnt since."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

from incumbent import freshness, listings, package, roster, schemas, snapshots, sources
from incumbent.archive import Archive
from incumbent.archive_writer import ArchiveWriter
from incumbent.errors import HeldError

_YAML = """\
slug: works
title: Leaders of the works
description: A made-up ministry.
licence: CC-BY-4.0
attribution: incumbent's tests
contact: works@example.org
sources:
  - id: list
    role: roster
    adapter: csv
    title: The list
    publisher: Ministry of Works
    url: https://works.example/leaders
    licence: OGL-UK-3.0
    required: true
    settings:
      columns: {Name: person, Post: post}
      constants: {organisation: Ministry of Works}
  - id: gazette
    adapter: csv
    title: Appointments
    publisher: Gazette
    url: https://gazette.example/
    licence: OGL-UK-3.0
    primary: true
    settings:
      columns: {Name: person, Post: post, Event: event, From: start, To: end, Said: stated_at}
      constants: {organisation: Ministry of Works}
"""
_URLS = {"list": "https://works.example/leaders", "gazette": "https://gazette.example/"}


@pytest.fixture
def works(tmp_path: Path) -> roster.Roster:
    (tmp_path / "works").mkdir()
    (tmp_path / "works" / "roster.yaml").write_text(_YAML, encoding="utf-8")
    return roster.load(tmp_path / "works")


def capture(works: roster.Roster, source: str, day: str, *rows: str) -> None:
    header = "Name,Post" if source == "list" else "Name,Post,Event,From,To,Said"
    body = "\n".join([header, *rows, ""]).encode()
    with ArchiveWriter(works.folder / "archive") as writer:
        writer.add_capture(source, _URLS[source], fetched_at=f"{day}T06:00:00Z", body=body)


def release(works: roster.Roster, as_of: str) -> dict[str, pl.DataFrame]:
    """Every published table of a release as of a day, from the archive as it is now."""
    reading = sources.read_roster_claims(works, Archive(works.folder / "archive"), as_of)
    judged = freshness.assess(reading.claims, as_of)
    listed = listings.listed_over_time(judged, reading.claims, reading.roster_history, reading.captures, as_of)
    read = snapshots.snapshot_rows(reading.sources)
    nobodys = (pl.DataFrame(schema=schemas.load()[name].types) for name in ("accounts", "activity"))
    return package.tables(works, judged, *nobodys, read, as_of, listed)


def verdicts(tables: dict[str, pl.DataFrame]) -> dict[str, str]:
    return dict(tables["roster"].select("listed_person", "verdict").iter_rows())


def days(frame: pl.DataFrame, person: str, *columns: str) -> list[str | None]:
    column = "listed_person" if "listed_person" in frame.columns else "person_id"
    [row] = frame.filter(pl.col(column) == person).with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()
    return [row[name] for name in columns]


def test_three_releases_of_one_archive_say_what_was_known_on_their_days(works: roster.Roster) -> None:
    began, ended = "Jane Roe,Director,starts,2010-01-04,,2010-01-05", "Jane Roe,Director,ends,,2012-01-20,2012-02-01"
    successor = "Jim Poe,Director,starts,2012-01-23,,2012-02-01"
    capture(works, "list", "2012-01-10", "Jane Roe,Director")
    capture(works, "gazette", "2012-01-11", began)
    capture(works, "list", "2012-02-10", "Jane Roe,Director")
    capture(works, "gazette", "2012-02-11", began, ended, successor)
    capture(works, "list", "2012-03-10", "Jim Poe,Director")
    first, second, third = (release(works, day) for day in ("2012-01-31", "2012-02-15", "2012-03-15"))

    # She had left by 31 January, which nobody had said.
    assert verdicts(first) == {"Jane Roe": "unverified"}
    assert verdicts(second) == {"Jane Roe": "out_of_date"}
    assert verdicts(third) == {"Jim Poe": "current"}
    held = "person_id", "known_from", "known_to", "end_latest"
    known = [
        table["appointments"].with_columns(pl.col(pl.Date).cast(pl.String)).select(held).rows()
        for table in (first, second, third)
    ]
    assert known[0] == [("jane-roe", "2010-01-05", None, None)]
    assert known[1] == known[2]
    assert known[1] == [("jane-roe", "2010-01-05", None, "2012-01-20"), ("jim-poe", "2012-02-01", None, None)]

    wrong = "last_seen", "gone_by", "wrong_since_latest", "put_right"
    assert days(first["listings"], "Jane Roe", *wrong) == ["2012-01-10", None, None, None]
    assert days(second["listings"], "Jane Roe", *wrong) == ["2012-02-10", None, "2012-01-20", None]
    assert days(third["listings"], "Jane Roe", *wrong) == ["2012-02-10", "2012-03-10", "2012-01-20", "2012-03-10"]
    lag = pl.col("measure") == "list_lag_median_days__ministry_of_works"
    assert [table["headlines"].filter(lag)["value"].to_list() for table in (first, second, third)] == [[], [21], [21]]


def test_before_the_first_capture_there_is_no_release(works: roster.Roster) -> None:
    capture(works, "list", "2012-01-10", "Jane Roe,Director")
    with pytest.raises(HeldError):
        release(works, "2012-01-09")


@pytest.mark.parametrize("seed", [1])
def test_what_the_archive_learns_later_does_not_change_a_release_of_the_past(works: roster.Roster, seed: int) -> None:
    """After each capture, the releases of all earlier days give the tables that they gave then, cell by cell."""
    drawn = random.Random(seed)
    people, posts = ["Jane Roe", "Jim Poe", "Ann Low", "Jane Row"], ["Director", "Clerk", "Surveyor"]
    gazette: list[str] = []
    then: dict[str, dict[str, pl.DataFrame]] = {}
    for month in range(1, 5):
        listed = [f"{drawn.choice(people)},{post}" for post in posts if drawn.random() < 0.8] or ["Jane Roe,Director"]
        for again in ("05", "20"):  # the same bytes come twice
            capture(works, "list", f"2012-{month:02}-{again}", *listed)
        person, post = drawn.choice(people), drawn.choice(posts)
        event = drawn.choice([f"ends,,2012-{month:02}-01", f"starts,2012-{month:02}-01,"])
        gazette.append(f"{person},{post},{event},2012-{month:02}-21")
        capture(works, "gazette", f"2012-{month:02}-21", *gazette)
        for day, tables in then.items():
            now = release(works, day)
            assert now.keys() == tables.keys()
            assert [name for name in tables if not tables[name].equals(now[name])] == [], day
        then |= {f"2012-{month:02}-{day}": release(works, f"2012-{month:02}-{day}") for day in ("12", "25")}
    assert len({str(tables["listings"].to_dicts()) for tables in then.values()}) > 4
