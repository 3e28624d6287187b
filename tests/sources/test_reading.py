"""A whole roster read: markers, counts, what is quarantined, what holds a release."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from incumbent import roster, sources
from incumbent.archive import Archive
from incumbent.archive_writer import ArchiveWriter
from incumbent.errors import HeldError, InputError, RosterError, SourceError
from incumbent.sources.reading import SOURCES

YAML = """slug: works
title: Works
description: A made-up ministry.
licence: CC-BY-4.0
attribution: incumbent
contact: works@example.org
sources:
  - id: list
    role: roster
    adapter: html_list
    title: Leaders
    publisher: Ministry of Works
    url: https://works.example/leaders
    licence: OGL-UK-3.0
    required: true
    max_age_days: 60
    markers: {title: Leaders, selector: ul, contains: [Roe]}
    settings:
      items: ul > li
      minimum: 1
      patterns: ['(?P<person>[^,]+), (?P<post>.+)']
  - id: news
    adapter: csv
    title: News
    publisher: The Paper
    url: https://paper.example/
    licence: OGL-UK-3.0
    minimum: 2
    settings:
      columns: {who: person, what: post}
"""
GOOD = b"<title>Leaders</title><ul><li>Jane Roe, Director</li></ul>"
NEWS = b"who,what\nJane Roe,Director\nAnn Poe,Clerk\n"


def at(tmp_path: Path, *captures: tuple[str, bytes, str]) -> tuple[roster.Roster, Archive]:
    folder = tmp_path / "works"
    folder.mkdir(exist_ok=True)
    (folder / "roster.yaml").write_text(YAML)
    urls = {"list": "https://works.example/leaders", "news": "https://paper.example/"}
    with ArchiveWriter(folder / "archive") as writer:
        for source, body, day in captures:
            writer.add_capture(source, urls[source], fetched_at=f"{day}T00:00:00Z", body=body)
    return roster.load(folder), Archive(folder / "archive")


def test_all_sources_are_read_into_one_table(tmp_path: Path) -> None:
    read = sources.read_roster_claims(*at(tmp_path, ("list", GOOD, "2012-06-01"), ("news", NEWS, "2012-06-02")))
    assert sorted(read.claims.select("source", "person", "role", "stated_at").rows()) == [
        ("list", "Jane Roe", "roster", "2012-06-01"),
        ("news", "Ann Poe", "evidence", "2012-06-02"),
        ("news", "Jane Roe", "evidence", "2012-06-02"),
    ]
    assert dict(read.sources.schema) == SOURCES
    assert read.sources.select("source_id", "records", "state", "kind", "publisher").rows() == [
        ("list", 1, "fresh", "capture", "Ministry of Works"),
        ("news", 2, "fresh", "capture", "The Paper"),
    ]


def test_of_the_list_only_the_latest_is_read_and_of_evidence_all(tmp_path: Path) -> None:
    newer = GOOD.replace(b"Jane Roe", b"Jo Roe")
    loaded, archive = at(
        tmp_path, ("list", GOOD, "2012-06-01"), ("list", newer, "2012-07-01"),
        ("news", NEWS, "2012-06-02"), ("news", NEWS, "2012-07-02"),
    )  # fmt: skip
    read = sources.read_roster_claims(loaded, archive)
    assert read.claims.filter(role="roster")["person"].to_list() == ["Jo Roe"]
    assert read.claims.filter(source="news").select("as_at", "still_at").unique().rows() == [
        ("2012-06-02", "2012-07-02")
    ]
    assert read.sources.filter(source_id="news").select("state", "fetched_at", "checked_at").rows() == [
        ("unchanged", "2012-06-02T00:00:00Z", "2012-07-02T00:00:00Z")
    ]
    then = sources.read_roster_claims(loaded, archive, "2012-06-15")
    assert then.claims.filter(role="roster")["person"].to_list() == ["Jane Roe"]
    assert then.claims.filter(source="news")["as_at"].unique().to_list() == ["2012-06-02"]


@pytest.mark.parametrize(
    ("body", "why"),
    [(b"who,what\nJane Roe,Director\n", "fewer claims"), (b"who,phone\nJane Roe,1\n", "neither mapped nor ignored")],
)
def test_an_optional_source_that_is_not_itself_is_quarantined_and_unused(tmp_path: Path, body: bytes, why: str) -> None:
    read = sources.read_roster_claims(*at(tmp_path, ("list", GOOD, "2012-06-01"), ("news", body, "2012-06-02")))
    assert read.claims["source"].to_list() == ["list"]
    [row] = read.sources.filter(source_id="news").to_dicts()
    assert row["state"] == "quarantined" and why in row["reason"]


def test_an_optional_source_that_is_missing_is_shown_as_failed(tmp_path: Path) -> None:
    read = sources.read_roster_claims(*at(tmp_path, ("list", GOOD, "2012-06-01")))
    assert read.sources.filter(source_id="news")["state"].to_list() == ["failed"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (GOOD.replace(b"<title>Leaders", b"<title>Sorry"), "title"),
        (GOOD.replace(b"ul>", b"ol>"), "node that marks it"),
        (GOOD.replace(b"Roe", b"Poe"), "text that marks it"),
        (GOOD.replace(b", Director", b""), "no pattern fits"),
    ],
)
def test_a_required_source_that_is_not_itself_holds_the_release(tmp_path: Path, body: bytes, why: str) -> None:
    with pytest.raises(HeldError, match="required source list is quarantined") as caught:
        sources.read_roster_claims(*at(tmp_path, ("list", body, "2012-06-01")))
    assert why in caught.value.what
    assert caught.value.where.endswith("roster.yaml:8")


def test_a_required_source_that_is_missing_or_too_old_holds_the_release(tmp_path: Path) -> None:
    loaded, archive = at(tmp_path, ("list", GOOD, "2012-06-01"))
    with pytest.raises(HeldError, match="failed"):
        sources.read_roster_claims(loaded, archive, "2012-05-31")
    assert sources.read_roster_claims(loaded, archive, "2012-07-31").claims.height == 1
    with pytest.raises(HeldError, match="61 days old; allowed are 60"):
        sources.read_roster_claims(loaded, archive, "2012-08-01")


def test_evidence_kept_by_hand_is_a_source_of_its_own(tmp_path: Path) -> None:
    loaded, archive = at(tmp_path, ("list", GOOD, "2012-06-01"))
    folder = loaded.folder / "curation"
    folder.mkdir()
    header = (
        "person,post,organisation,event,start,end,as_at,acting,status_note,stated_at,publisher,source_url,primary,"
        "reason,source,expires\n"
    )
    row = (
        "Jane Roe,Director,Works,ends,,2012-06-10,,,retired,2012-06-11,Gazette,,true,read on paper,page 3,2012-12-31\n"
    )
    (folder / "evidence.csv").write_text(header + row)
    read = sources.read_roster_claims(loaded, archive, "2012-06-28")
    [claim] = read.claims.filter(source="curation").to_dicts()
    assert (claim["event"], claim["publisher"], claim["primary"], claim["locator"]) == (
        "ends",
        "Gazette",
        True,
        "line 2",
    )
    assert read.sources.filter(source_id="curation")["kind"].to_list() == ["curation"]
    assert sources.read_roster_claims(loaded, archive, "2012-06-10").claims["source"].to_list() == ["list"]
    (folder / "evidence.csv").write_text(header + row.replace(",ends,", ",left,"))
    with pytest.raises(RosterError, match="unknown event"):
        sources.read_roster_claims(loaded, archive)


def test_a_saved_file_is_parsed_with_settings_from_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "saved.html"
    path.write_bytes(GOOD)
    settings = {
        "items": "ul > li",
        "minimum": "1",
        "patterns": "['(?P<person>[^,]+), (?P<post>.+)']",
        "constants.organisation": "Works",
        "stated_at": "2012-06",
        "publisher": "Works",
        "primary": "true",
    }
    [row] = sources.parse_file("html_list", path, settings).claims.to_dicts()
    assert (row["person"], row["organisation"], row["stated_at"], row["publisher"], row["primary"], row["source"]) == (
        "Jane Roe", "Works", "2012-06", "Works", True, "saved",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("adapter", "settings", "error", "said"),
    [
        ("html_lst", {}, RosterError, "did you mean html_list"),
        ("csv", {"colums": "{a: person}"}, RosterError, "unknown setting"),
        ("csv", {"columns": "{a: nothing}"}, RosterError, "no field"),
        ("csv", {"columns": "[a: ["}, RosterError, "not YAML"),
        ("csv", {"columns": "{a: person}", "columns.b": "post"}, SourceError, "neither mapped"),
        ("csv", {"delimiter": ";", "delimiter.x": "y"}, RosterError, "as a whole and in parts"),
        ("csv", {"role": "rooster"}, RosterError, "role is"),
        ("csv", {"stated_at": "2012-13"}, RosterError, "not a date"),
        ("html_list", {"items": "li"}, RosterError, "patterns"),
    ],
)
def test_wrong_settings_of_a_saved_file_are_told(
    tmp_path: Path, adapter: str, settings: dict[str, str], error: type[Exception], said: str
) -> None:
    path = tmp_path / "saved.csv"
    path.write_text("x,b\n1,2\n")
    with pytest.raises(error, match=said):
        sources.parse_file(adapter, path, settings)


def test_a_saved_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        sources.parse_file("csv", tmp_path / "none.csv", {"columns": "{a: person}"})


def test_the_order_of_reading_changes_nothing(tmp_path: Path) -> None:
    loaded, archive = at(tmp_path, ("list", GOOD, "2012-06-01"), ("news", NEWS, "2012-06-02"))
    once = sources.read_roster_claims(loaded, archive)
    again = sources.read_roster_claims(loaded, archive)
    assert once.claims.equals(again.claims) and once.claims["claim_id"].is_sorted()
    assert isinstance(once.claims, pl.DataFrame)
