"""The tables, read by programs that we did not write: all see the same cells."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pytest
import python_calamine
from datasette.app import Datasette

from incumbent import manifest, schemas, tablefiles, workbook
from tests import synthetic_package as synthetic
from tests.readers.conftest import SLUG

Rows = list[tuple[Any, ...]]


def by_python(version: Path, table: str) -> Rows:
    """The published CSV by Python's own reader: the empty cell is missing, all else is text."""
    with (version / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return [tuple(cell or None for cell in row) for row in rows]


def as_text(rows: Rows) -> Rows:
    """Typed cells as the CSV writes them."""

    def text(cell: Any) -> str | None:
        if cell is None or cell is pd.NA or (isinstance(cell, float) and cell != cell):
            return None
        if isinstance(cell, bool | np.bool_):
            return str(cell).lower()
        if isinstance(cell, dt.datetime):
            return cell.date().isoformat()
        return cell.isoformat() if isinstance(cell, dt.date) else str(cell)

    return [tuple(text(cell) for cell in row) for row in rows]


@pytest.mark.parametrize("table", schemas.TABLES)
def test_every_reader_sees_the_same_cells(version: Path, table: str) -> None:
    path = version / f"{table}.parquet"
    expected = by_python(version, table)
    readings = {
        "duckdb": duckdb.sql(f"select * from '{path}'").fetchall(),
        "duckdb, csv": duckdb.sql(
            f"select * from read_csv('{path.with_suffix('.csv')}', all_varchar=true, header=true, nullstr='')"
        ).fetchall(),
        "pandas": list(pd.read_parquet(path).itertuples(index=False, name=None)),
        "pandas, csv": list(
            pd.read_csv(path.with_suffix(".csv"), dtype=str, keep_default_na=False, na_values=[""])
            .astype(object)
            .itertuples(index=False, name=None)
        ),
        "polars": pl.read_parquet(path).rows(),
        "polars, csv": pl.read_csv(path.with_suffix(".csv"), infer_schema=False).rows(),
    }
    for reader, rows in readings.items():
        assert as_text(rows) == expected, reader


@pytest.mark.parametrize("table", schemas.TABLES)
def test_the_workbook_has_the_same_cells_typed(version: Path, table: str) -> None:
    path = version / "excel" / f"{SLUG}.xlsx"
    sheet = openpyxl.load_workbook(path)[table]
    header, *rows = sheet.iter_rows(values_only=True)
    assert list(header) == schemas.load()[table].names
    typed = pl.read_parquet(version / f"{table}.parquet")
    assert [tuple(_day(cell) for cell in row) for row in rows] == typed.rows()
    assert all(cell.data_type != "f" and cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
    by_calamine = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name(table).to_python()
    assert len(by_calamine) == typed.height + 1


def _day(cell: Any) -> Any:
    return cell.date() if isinstance(cell, dt.datetime) else cell


def test_the_workbook_says_what_it_is_and_gives_the_same_bytes_again(version: Path, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(version / "excel" / f"{SLUG}.xlsx")["about"]
    words = [row[0] for row in sheet.iter_rows(max_row=3, values_only=True)]
    assert words[:2] == ["The Harbour Board", "Version 1.1.0, as of 2031-10-31"]
    assert words[2].startswith("Creative Commons Attribution 4.0 (https://")
    again = synthetic.write(tmp_path / "again")
    once = synthetic.write(tmp_path / "once")
    assert manifest.digest(again / manifest.NAME) == manifest.digest(once / manifest.NAME)


def test_a_table_that_is_no_work_for_a_spreadsheet_has_no_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)
    book = openpyxl.load_workbook(synthetic.write(tmp_path / "v1.0.0") / "excel" / f"{SLUG}.xlsx")
    assert "roster" not in book.sheetnames and "posts" in book.sheetnames
    told = {row[0]: row[2] for row in book["about"].iter_rows(min_row=6, values_only=True)}
    assert told["roster"].endswith("Too long for a sheet: see roster.csv.")


def test_a_cell_that_is_too_long_or_too_old_still_says_so(tmp_path: Path) -> None:
    known = {"people": schemas.load()["people"], "appointments": schemas.load()["appointments"]}
    people = pl.DataFrame({"person_id": ["a"], "name": ["x" * 40_000]})
    held = pl.DataFrame({"appointment_id": ["a"], "start_latest": [dt.date(1850, 1, 1)], "acting": [True]})
    tables = {"people": tablefiles.conform(people, known["people"]),
              "appointments": tablefiles.conform(held, known["appointments"])}  # fmt: skip
    path = tmp_path / "t.xlsx"
    workbook.write(tables, known, path, title="t", version="1.0.0", as_of="2031-01-01", licence="")
    book = openpyxl.load_workbook(path)
    assert len(book["people"]["B2"].value) == 32_767 and book["people"]["B2"].value.endswith("the CSV has it all]")
    cells = [cell.value for cell in book["appointments"][2]]
    assert "1850-01-01" in cells and True in cells


def test_datasette_serves_the_tables_from_sqlite(version: Path, tmp_path: Path) -> None:
    database = tmp_path / "board.db"
    with sqlite3.connect(database) as connection:
        for table, schema in schemas.load().items():
            columns = ", ".join(f'"{name}"' for name in schema.names)
            key = ", ".join(f'"{name}"' for name in schema.primary_key)
            connection.execute(f'create table "{table}" ({columns}, primary key ({key}))')
            marks = ", ".join("?" * len(schema.names))
            connection.executemany(f'insert into "{table}" values ({marks})', by_python(version, table))
    connection.close()

    async def served() -> dict[str, list[dict[str, Any]]]:
        site = Datasette([str(database)])
        return {
            table: (await site.client.get(f"/board/{table}.json?_shape=array&_size=max")).json()
            for table in schemas.TABLES
        }

    for table, rows in asyncio.run(served()).items():
        assert sorted(tuple(row.values()) for row in map(_plain, rows)) == sorted(
            tuple(cell or "" for cell in row) for row in by_python(version, table)
        ), table


def _plain(row: dict[str, Any]) -> dict[str, str]:
    return {name: value or "" for name, value in row.items() if name != "rowid"}
