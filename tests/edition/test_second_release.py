"""Two releases of one roster, each run twice: the second is a new version, and running again is not."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import polars as pl

from tests.edition.runs import JUNE, OCTOBER, SLUG, Edition, files
from tests.test_cli import run

__all__ = ["run"]

STATUS = f"{SLUG}/status.json"


def test_the_first_is_1_0_0_and_the_second_a_minor_version(edition: Edition) -> None:
    assert (edition.june_report["version"], edition.june_report["changed"]) == ("1.0.0", True)
    assert (edition.october_report["version"], edition.october_report["changed"]) == ("1.1.0", True)
    assert (edition.october_report["entries"], edition.october_report["as_of"]) == (38, OCTOBER)
    for folder, version, day in ((edition.june, "1.0.0", JUNE), (edition.october, "1.1.0", OCTOBER)):
        described = json.loads((folder / "datapackage.json").read_bytes())
        assert described["version"] == version
        assert described["created"].startswith(day)


def test_the_second_release_leaves_the_first_as_it_was(edition: Edition) -> None:
    version = f"{SLUG}/v1.0.0/"
    before = {name: content for name, content in edition.after_june.items() if name.startswith(version)}
    assert len(before) > 30
    assert before == {name: content for name, content in edition.after_october.items() if name.startswith(version)}


def test_latest_is_the_second(edition: Edition) -> None:
    assert files(edition.published / SLUG / "latest") == files(edition.october)
    assert json.loads((edition.published / SLUG / "latest.json").read_bytes())["version"] == "1.1.0"


def cells(folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Every row of every table of a version that the difference is taken of, by table and key, from its CSV as text.

    Not of changes, and not of quality: what the checks saw of a release is no news of its roster.

    Without the fields that schemas/ calls immaterial: the release's own date, repeated in each row.
    """
    found = {}
    for resource in json.loads((folder / "datapackage.json").read_bytes())["resources"]:
        if resource["format"] != "csv" or resource["name"] in {"changes", "quality"}:
            continue
        fields = [each["name"] for each in resource["schema"]["fields"] if each.get("material", True)]
        with (folder / resource["path"]).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                key = ";".join(row[field] for field in resource["schema"]["primaryKey"])
                found[resource["name"], key] = {field: row[field] for field in fields}
    return found


def differences(old: Path, new: Path) -> set[tuple[str, str, str, str, str, str]]:
    """What differs, found here by comparing every cell: table, key, field, old, new, change."""
    before, after = cells(old), cells(new)
    rows = {(*key, "*", "", "", "removed") for key in set(before) - set(after)}
    rows |= {(*key, "*", "", "", "added") for key in set(after) - set(before)}
    for key in set(before) & set(after):
        for field, value in after[key].items():
            if value != before[key][field]:
                rows.add((*key, field, before[key][field], value, "changed"))
    return rows


def test_changes_are_what_differs_between_the_two_versions_tables(edition: Edition) -> None:
    expected = differences(edition.june, edition.october)
    with (edition.october / "changes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ("table", "key", "field", "old", "new", "change")
    assert {tuple(row[column] for column in columns) for row in rows} == expected
    assert len(rows) == len(expected) > 100
    assert {row["cause"] for row in rows} <= {"source", "curation", "processing"}
    with (edition.june / "changes.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == []


def test_changes_tell_what_happened_between_june_and_october(edition: Edition) -> None:
    changes = pl.read_parquet(edition.october / "changes.parquet").filter(pl.col("field") == "verdict")
    assert {row["key"].split("--")[0]: (row["old"], row["new"]) for row in changes.to_dicts()} == {
        "bob-kerslake": ("current", "unverified"),
        "gillian-morgan": ("leaving", "out_of_date"),
        "helen-ghosh": ("unverified", "out_of_date"),
        "ian-watmore": ("leaving", "out_of_date"),
        "jil-matheson": ("unverified", "current"),
        "mark-welland": ("current", "out_of_date"),
        "paul-jenkins": ("current", "unverified"),
        "robert-devereux": ("unverified", "current"),
    }


def test_diff_and_history_show_it(edition: Edition, run: Any) -> None:
    published = ("--published", edition.published)
    status, out, _ = run("diff", SLUG, "1.0.0", "1.1.0", *published, "--format", "csv")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    with (edition.october / "changes.csv").open(encoding="utf-8", newline="") as file:
        assert rows == list(csv.DictReader(file))
    status, out, _ = run("diff", SLUG, "1.0.0", "latest", *published)
    assert status == 0
    assert f"{len(rows)} differences" in out
    status, out, _ = run("history", SLUG, *published, "--json")
    assert status == 0
    listed = json.loads(out)
    assert [(each["version"], each["as_of"], each["state"]) for each in listed] == [
        ("1.0.0", JUNE, "published"),
        ("1.1.0", OCTOBER, "published"),
    ]
    counts = [sum(row["change"] == kind for row in rows) for kind in ("added", "removed", "changed")]
    assert [listed[1][kind] for kind in ("added", "removed", "changed")] == counts
    assert counts[0] > 0


def test_running_either_again_publishes_nothing_new(edition: Edition) -> None:
    reports = [ran.report for ran in edition.run_again]
    assert [(report["version"], report["changed"]) for report in reports] == [("1.1.0", False), ("1.0.0", False)]
    now = files(edition.again)
    assert set(now) == set(edition.after_october)
    assert {name for name in now if now[name] != edition.after_october[name]} <= {STATUS}


def test_the_status_is_that_of_the_newest_release(edition: Edition) -> None:
    status = json.loads(edition.after_october[STATUS])
    assert (status["version"], status["as_of"]) == ("1.1.0", OCTOBER)
    assert dt.date.fromisoformat(status["last_changed"]) == dt.date.fromisoformat(OCTOBER)
    assert {source["state"] for source in status["sources"]} == {"fresh"}
