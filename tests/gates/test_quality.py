"""The quality report of a version: made of what was asked, one row each, in one order, and in every form of a table."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from incumbent import checks, difference, manifest, package, publish, quality, schemas, verify
from incumbent.errors import HeldError
from incumbent.quality import Check
from tests import synthetic_package as synthetic


def test_a_row_for_each_check_in_one_order_whatever_the_order_asked() -> None:
    asked = [
        Check("roster: b", "warning", False, "seen. why", "b", "roster", "x", "seen", "other"),
        Check("roster: a", "critical", True, "", "a", "roster"),
        Check("made up", "critical", True, "line one\nline two\x1b[31m"),
        Check("roster: b", "warning", True, "", "b", "roster", "x", state="not_run"),
    ]
    made = quality.table(asked)
    assert made.columns == [field.name for field in schemas.load()["quality"].fields]
    assert made.select("check_id", "table", "subject", "state", "note").rows() == [
        ("a", "roster", "whole", "passed", ""), ("b", "roster", "x", "failed", "why"),
        ("b-2", "roster", "x", "not_run", ""), ("check", "made up", "whole", "passed", "line one line two [31m"),
    ]  # fmt: skip
    assert quality.table([]).is_empty()


def draft(judge: object = None, as_of: str = synthetic.AS_OF, **more: object) -> package.Draft:
    return package.Draft(synthetic.tables(as_of, **more), synthetic.Roster(), as_of, judge=judge)  # type: ignore[arg-type]


def really(staging: Path, previous: Path | None) -> pl.DataFrame:
    found = checks.check_tables(staging, previous=previous)
    checks.gate(found)
    return quality.table(found)


def of_itself(staging: Path, _previous: Path | None) -> None:
    checks.gate(checks.check_quality(staging))


def test_a_version_holds_the_report_of_its_own_checks(tmp_path: Path) -> None:
    done = publish.publish(draft(really), tmp_path, "harbour-board", check=of_itself)
    made = difference.read_version(done.path).tables["quality"]
    assert {"csv_equals_parquet", "schema", "expect_column_values_to_be_unique"} <= set(made["check_id"])
    assert set(made["state"]) <= {"passed", "not_run", "failed"}
    assert made.filter(severity="critical", state="failed").is_empty()
    assert verify.verify(tmp_path) == []
    assert list(manifest.faults(done.path)) == []
    again = publish.publish(draft(really), tmp_path / "again", "harbour-board")
    assert manifest.digest(again.path / manifest.NAME) == manifest.digest(done.path / manifest.NAME)


def test_the_report_alone_makes_no_version_and_is_no_change(tmp_path: Path) -> None:
    row = Check("roster: a", "warning", True, "as it was", "a", "roster")
    first = publish.publish(draft(lambda *_: quality.table([row])), tmp_path, "harbour-board")
    other = quality.table([row, Check("roster: b", "warning", False, "not as it was", "b", "roster")])
    assert not publish.publish(draft(lambda *_: other), tmp_path, "harbour-board").changed
    later = draft(lambda *_: other, synthetic.LATER, extra=True)
    second = publish.publish(later, tmp_path, "harbour-board")
    assert (second.version, second.changed) == ("1.1.0", True)
    assert "quality" not in difference.diff(first.path, second.path)["table"].to_list()
    assert difference.read_version(second.path).tables["quality"].height == 2


def test_a_judge_that_holds_leaves_nothing_behind(tmp_path: Path) -> None:
    def holds(staging: Path, _previous: Path | None) -> pl.DataFrame:
        assert (staging / "datapackage.json").is_file() and (staging / "roster.parquet").is_file()
        raise HeldError("no")

    with pytest.raises(HeldError):
        publish.publish(draft(holds), tmp_path / "published", "harbour-board")
    assert not (tmp_path / "published" / "harbour-board").exists()


def test_a_report_that_is_not_what_its_schema_says_holds(tmp_path: Path) -> None:
    wrong = quality.table([Check("roster: a", "grave", True, "", "a", "roster")])
    with pytest.raises(HeldError, match=r"quality: schema, by frictionless.*grave"):
        publish.publish(
            draft(lambda *_: wrong),
            tmp_path,
            "harbour-board",
            check=of_itself,
        )
