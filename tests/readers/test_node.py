"""The tables, read in another language: papaparse and hyparquet, under Node, see the cells that Polars sees."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import schemas
from tests.node import tools

READER = Path(__file__).parent.parent / "node" / "reader.mjs"


@pytest.fixture(scope="module")
def readings(version: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, dict[str, Any]]:
    """What Node reads of every file of the synthetic version, and of the bundled edition's newest one."""
    work = tmp_path_factory.mktemp("node")
    shutil.copyfile(READER, work / READER.name)  # a module looks for node_modules beside itself
    (work / "node_modules").symlink_to(tools() / "node_modules")
    latest = repository / "published" / "uk-civil-service-leadership" / "latest"
    files = [path for folder in (version, latest) for path in tables_of(folder)]
    answer = subprocess.run(
        ["node", READER.name, *files], cwd=work, capture_output=True, text=True, check=True, timeout=120
    )
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    return {Path(line["file"]): line for line in lines}


def tables_of(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.csv"), *folder.glob("*.parquet")])


def as_json(cell: Any) -> Any:
    """A cell of Polars as the reader's JSON has it: a day is its ISO text, a 64-bit integer its digits."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell) if isinstance(cell, int) else cell


def as_text(cell: Any) -> str:
    """A cell as the CSV has it; the empty cell is missing."""
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def test_node_reads_every_table(version: Path, readings: dict[Path, dict[str, Any]]) -> None:
    assert {path.name for path in readings if path.parent == version} == {
        f"{name}.{ending}" for name in schemas.TABLES for ending in ("csv", "parquet")
    }
    edition = {path for path in readings if path.parent != version}
    assert {path.stem for path in edition} >= {"roster", "findings", "appointments", "accounts"}
    assert sum(len(readings[path]["rows"]) for path in edition) > 500


def test_hyparquet_sees_the_cells_that_polars_sees(readings: dict[Path, dict[str, Any]]) -> None:
    for path, read in readings.items():
        if path.suffix != ".parquet":
            continue
        frame = pl.read_parquet(path)
        assert read["columns"] == frame.columns, path.name
        assert read["count"] == frame.height, path.name
        assert read["rows"] == [[as_json(cell) for cell in row] for row in frame.iter_rows()], path.name


def test_papaparse_sees_the_cells_that_polars_sees(readings: dict[Path, dict[str, Any]]) -> None:
    for path, read in readings.items():
        if path.suffix != ".csv":
            continue
        frame = pl.read_parquet(path.with_suffix(".parquet"))
        assert read["columns"] == frame.columns, path.name
        assert read["count"] == frame.height, path.name
        assert read["rows"] == [[as_text(cell) for cell in row] for row in frame.iter_rows()], path.name


def test_the_lock_file_names_no_address() -> None:
    lock = json.loads((READER.parent / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    assert not [name for name, each in packages.items() if "resolved" in each]
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
