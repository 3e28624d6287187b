"""stages: what was put is what is taken, or an error."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from incumbent import stages
from incumbent.errors import ArchiveError

TABLES = {
    "people": pl.DataFrame({"name": ["Ada", None], "born": [dt.date(1980, 1, 2), None], "posts": [1, None]}),
    "nothing": pl.DataFrame(schema={"name": pl.String, "acting": pl.Boolean}),
    "columnless": pl.DataFrame(),
}


def test_tables_come_back_as_they_were(tmp_path: Path) -> None:
    taken = stages.take(stages.put(tmp_path / "one", TABLES))
    assert set(taken) == set(TABLES)
    for name, table in TABLES.items():
        assert taken[name].schema == table.schema
        assert taken[name].equals(table)


def test_the_same_tables_have_the_same_digests(tmp_path: Path) -> None:
    assert stages.put(tmp_path / "one", TABLES)["tables"] == stages.put(tmp_path / "two", TABLES)["tables"]


def test_a_stage_is_written_once(tmp_path: Path) -> None:
    stages.put(tmp_path / "one", TABLES)
    with pytest.raises(FileExistsError):
        stages.put(tmp_path / "one", {})


def test_a_table_that_changed_in_between_is_refused(tmp_path: Path) -> None:
    stage = stages.put(tmp_path / "one", TABLES)
    TABLES["nothing"].with_columns(pl.lit("x").alias("more")).write_parquet(tmp_path / "one" / "people.parquet")
    with pytest.raises(ArchiveError, match="changed between two steps"):
        stages.take(stage)
