"""Small tables go to frictionless, large ones to the screen, and what is reported is the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import checks, frictionless_report, package, schemas, validation
from tests import synthetic_package as synthetic

FAULTS: dict[str, dict[str, Any]] = {
    "none": {},
    "enum": {"confidence": "certain"},
    "pattern": {"reasons": "moved, left"},
    "foreign key": {"person_id": "nobody"},
    "minimum": {"days_out_of_date": -1},
    "required": {"verdict": None},
}


def version(folder: Path, tables: dict[str, pl.DataFrame]) -> Path:
    return synthetic.write(folder, package.Draft(tables, synthetic.Roster(), synthetic.AS_OF))


def reported(folder: Path) -> list[tuple[str, str]]:
    return list(frictionless_report.report_errors(folder, schemas.read_json(folder / "datapackage.json")))


@pytest.fixture
def screened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that the screen judged by itself, with nothing handed over."""
    seen: list[str] = []

    def judged(folder: Path, descriptor: Any, name: str, limit_errors: int) -> list[Any]:
        seen.append(name)
        return validation.screened_errors(folder, descriptor, name, limit_errors)

    monkeypatch.setattr(validation, "table_errors", judged)
    return seen


@pytest.mark.parametrize("fault", FAULTS)
def test_both_ways_find_the_same(
    tmp_path: Path, fault: str, screened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = synthetic.edited(synthetic.tables(), "roster", "ada-quill", **FAULTS[fault])
    folder = version(tmp_path / "v", tables)
    by_frictionless = reported(folder)
    assert screened == []
    monkeypatch.setattr(frictionless_report, "LARGE_ROWS", 0)
    assert reported(folder) == by_frictionless
    assert set(screened) == set(schemas.TABLES)
    assert (by_frictionless == []) is (fault == "none")


def test_a_release_is_judged_the_same_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = synthetic.tables()
    tables["people"] = pl.concat([tables["people"], tables["people"].head(1)])
    folder = version(tmp_path / "v", tables)
    by_frictionless = checks.check_tables(folder)
    monkeypatch.setattr(frictionless_report, "LARGE_ROWS", 0)
    assert checks.check_tables(folder) == by_frictionless
    assert any("primary key" in check.notes for check in by_frictionless)


def test_a_table_is_large_by_its_rows_and_by_those_that_it_refers_to(
    tmp_path: Path, screened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frictionless_report, "LARGE_ROWS", 50)
    tables = synthetic.tables()
    more = pl.DataFrame({"person_id": [f"p-{number:03}" for number in range(60)], "name": ["A B"] * 60})
    tables["people"] = pl.concat([tables["people"], more], how="diagonal")
    folder = version(tmp_path / "v", tables)
    referring = {
        name
        for name, schema in schemas.load().items()
        if any(key.table == "people" for key in schema.foreign_keys) or name == "people"
    }
    assert reported(folder) == []
    assert "roster" in referring and referring <= set(screened) < set(schemas.TABLES)


@pytest.mark.parametrize("rows", [998, 1000, 1100])
def test_the_report_stops_where_frictionless_does(
    tmp_path: Path, rows: int, screened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = pl.DataFrame({"organisation_id": [f"o-{number:04}" for number in range(rows)], "name": [""] * rows})
    tables = synthetic.tables()
    tables["organisations"] = pl.concat([tables["organisations"], many], how="diagonal")
    folder = version(tmp_path / "v", tables)
    by_frictionless = reported(folder)
    monkeypatch.setattr(frictionless_report, "LARGE_ROWS", 0)
    assert reported(folder) == by_frictionless
    assert ("the report stops here" in by_frictionless[-1][1]) is (rows >= 1000)
    assert "organisations" in screened


def test_a_descriptor_that_is_not_valid_is_told_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = version(tmp_path / "v", synthetic.tables())
    path = folder / "datapackage.json"
    described = json.loads(path.read_bytes())
    first = described["resources"][0]["schema"]
    spoilt: list[dict[str, Any]] = [
        {**described, "created": "yesterday", "resources": described["resources"]},
        {**described, "licenses": "none"},
    ]
    for keys in ("none", [1], [{"reference": 1}], [{"fields": "verdict"}]):
        schema = {**first, "foreignKeys": keys}
        spoilt.append({**described, "resources": [{**described["resources"][0], "schema": schema}]})
    for descriptor in spoilt:
        path.write_text(json.dumps(descriptor))
        told = []
        for rows in (10**9, 0):
            monkeypatch.setattr(frictionless_report, "LARGE_ROWS", rows)
            try:
                told.append(reported(folder))
            except Exception as error:
                told.append([("", type(error).__name__)])
        assert told[0] == told[1]
