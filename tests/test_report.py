"""report: the figures of a run, from the published tables; and its Markdown, which no stranger's text can break."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import report

ENTRIES = [
    ("a", "Ada Example", "Chief Executive", "out_of_date", "left;replaced", "Ada left on 1 March 2012."),
    ("b", "Bo Sample", "Chair", "current", None, None),
    ("c", "Cy Instance", "Director", "leaving", "announced_departure", "Cy leaves."),
    ("d", None, "Clerk", "disputed", "disputed;replaced", "Two | say\n<b>so</b>"),
    ("e", "Di Test", "Deputy", "out_of_date", "left", "Di left."),
]


@pytest.fixture
def version(tmp_path: Path) -> Path:
    columns = ("entry_id", "listed_person", "listed_post", "verdict", "reasons", "explanation")
    roster = pl.DataFrame(ENTRIES, schema=dict.fromkeys(columns, pl.String), orient="row")
    roster.with_columns(listed_organisation=pl.lit("Example Agency")).write_parquet(tmp_path / "roster.parquet")
    day = dt.date(2012, 6, 28)
    headlines = pl.DataFrame(
        {"measure": ["entries", "with_account"], "value": [5, 2], "of": [None, 4], "as_of": [day, day]}
    )
    headlines.write_parquet(tmp_path / "headlines.parquet")
    return tmp_path


def made(version: Path, **changed: Any) -> dict[str, Any]:
    return report.release_report(
        version,
        **{"title": "Board", "slug": "board", "number": "1.1.0", "changed": True, "sources": [], "checks": []}
        | changed,
    )


def test_the_figures_are_those_of_the_tables(version: Path) -> None:
    found = made(version)
    assert found["entries"] == 5
    assert list(found["verdicts"].items()) == [("out_of_date", 2), ("current", 1), ("disputed", 1), ("leaving", 1)]
    assert list(found["reasons"].items()) == [
        ("left", 2), ("replaced", 2), ("announced_departure", 1), ("disputed", 1),
    ]  # fmt: skip
    assert (found["with_account"], found["of"], found["as_of"]) == (2, 4, "2012-06-28")
    assert (found["version"], found["path"]) == ("1.1.0", str(version))


def test_the_wrong_entries_come_gravest_first(version: Path) -> None:
    wrong = made(version)["wrong"]
    assert [entry["entry_id"] for entry in wrong] == ["a", "e", "c", "d"]
    assert list(wrong[0]) == ["entry_id", "person", "post", "organisation", "verdict", "reasons", "explanation"]


def test_markdown_shows_text_as_text(version: Path) -> None:
    failed = {"name": "roster: rows", "severity": "warning", "passed": False, "notes": "[few](x)"}
    shown = report.markdown(made(version, checks=[failed, failed | {"passed": True}]))
    assert "5 entries: 2 out of date, 1 current, 1 disputed, 1 leaving. With an account: 2 of 4." in shown
    assert "| Ada Example, Chief Executive | out of date | Ada left on 1 March 2012. |" in shown
    assert r"| \(nobody)" not in shown
    assert r"Two \| say \<b\>so\</b\>" in shown
    assert "Checks: 2 run, 1 failed." in shown
    assert r"- warning: roster: rows: \[few\](x)" in shown
    assert "(nothing has changed)" in report.markdown(made(version, changed=False))


def test_what_changed_since_the_version_before_is_said_in_sentences(version: Path) -> None:
    entry = {"entry_id": "b", "listed_person": "Bo Sample", "listed_post": "Chair", "listed_organisation": None}
    gone = {"entry_id": "x", "listed_person": None, "listed_post": None, "listed_organisation": None}
    entries = [entry | {"event": "put_right"}, gone | {"event": "taken_off"}]
    (version / "news.json").write_text(json.dumps({"entries": entries}))
    told = {"check_id": "entry_appeared", "name": "roster: entries", "severity": "warning", "passed": False}
    checks = [
        told | {"notes": "Ada Example, Chief Executive, appeared\x1b[2J."},
        told | {"check_id": "rows", "notes": ""},
    ]
    run = made(version, checks=checks)
    said = report.since_last(run)
    assert said[1:] == ["Bo Sample, Chair was put right.", "x was taken off the list."]
    assert said[0].startswith("Ada Example, Chief Executive, appeared")
    assert "\x1b" not in said[0]
    assert "- Bo Sample, Chair was put right." in report.markdown(run)
    assert report.since_last(made(version, checks=checks, changed=False)) == []
    assert "put right" not in report.markdown(made(version, changed=False))
    (version / "news.json").write_text(json.dumps({"entries": [entry | {"event": "out_of_date"}] * 23}))
    many = report.since_last(made(version))
    assert (len(many), many[0]) == (21, "Bo Sample, Chair is out of date.")
    assert many[-1].startswith("and 3 more: incumbent history board ")


def test_a_source_is_as_good_as_its_worst_snapshot() -> None:
    columns = ("source_id", "state", "records", "reason")
    rows = [
        ("old", "unchanged", 2, None),
        ("list", "fresh", 3, None),
        ("old", "quarantined", 0, "its title is another"),
        ("old", "fresh", 4, None),
        ("gone", "failed", 0, "nothing came"),
    ]
    assert report.source_states(pl.DataFrame(rows, schema=columns, orient="row")) == [
        {"source_id": "gone", "state": "failed", "records": 0, "note": "nothing came"},
        {"source_id": "list", "state": "fresh", "records": 3, "note": None},
        {"source_id": "old", "state": "quarantined", "records": 6, "note": "its title is another"},
    ]
