"""report: the figures of a run, from the published tables; and its Markdown, which no stranger's text can break."""

from __future__ import annotations

import datetime as dt
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
