"""The version as machine-learning tools read it: mlcroissant loads every record set, and sees the cells of the CSV."""

from __future__ import annotations

import csv
import json
import logging
from pathlib import Path
from typing import Any

import mlcroissant
import pytest

from incumbent import schemas


@pytest.fixture(scope="module")
def dataset(version: Path) -> Any:
    return mlcroissant.Dataset(str(version / "croissant.json"))


def test_it_is_valid_without_an_error(version: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        read = mlcroissant.Dataset(str(version / "croissant.json"))
    assert read.metadata.ctx.issues.errors == set()
    assert {each for each in read.metadata.ctx.issues.warnings if "is recommended" not in each} == set()
    assert read.metadata.name == "The Harbour Board" and str(read.metadata.version) == "1.1.0"
    assert [each.id for each in read.metadata.record_sets] == list(schemas.TABLES)


@pytest.mark.parametrize("table", ["roster", "findings", "people", "sources"])
def test_its_records_are_the_rows_of_the_csv(version: Path, dataset: Any, table: str) -> None:
    with (version / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    records = list(dataset.records(record_set=table))
    assert len(records) == len(rows) > 0
    key = schemas.load()[table].primary_key[0]
    seen = {record[f"{table}/{key}"].decode() for record in records}
    assert seen == {row[key] for row in rows}


def test_a_key_that_leads_nowhere_is_seen(version: Path, tmp_path: Path) -> None:
    said = json.loads((version / "croissant.json").read_bytes())
    [field] = [each for each in said["recordSet"][0]["field"] if each["name"] == "person_id"]
    field["source"]["fileObject"]["@id"] = "nobody.csv"
    (tmp_path / "croissant.json").write_text(json.dumps(said))
    with pytest.raises(mlcroissant.ValidationError, match="nobody"):
        mlcroissant.Dataset(str(tmp_path / "croissant.json"))
