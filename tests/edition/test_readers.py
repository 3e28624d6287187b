"""What others read: frictionless, pandas and DuckDB on the published files, and `verify` on every one of them."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import numpy
import pandas
import pyarrow.parquet
import pytest

from incumbent import verify
from incumbent.errors import EXIT_VERIFY, VerifyError
from incumbent.schemas import TABLES
from tests.edition.runs import Edition, files
from tests.test_cli import run

__all__ = ["run"]

PAPERS = (
    "CITATION.cff", "README.md", "SHA256SUMS", "croissant.json", "csv-metadata.json", "datapackage.json",
    "dataset.jsonld", "news.json",
)  # fmt: skip
FILES = (
    *PAPERS,
    "excel/uk-civil-service-leadership.xlsx",
    *(f"{name}.csv-metadata.json" for name in TABLES),
    *(f"{folder}{name}.csv" for folder in ("", "excel/") for name in TABLES),
    *(f"{name}.parquet" for name in TABLES),
)
#: The types of a schema as each reader is to give them.
PANDAS = {"string": "str", "integer": "Int64", "number": "Float64", "boolean": "boolean", "date": "object"}
DUCKDB = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}
EVERY_TABLE = pytest.mark.parametrize("name", TABLES)


def fields(version: Path, name: str) -> dict[str, str]:
    """Column -> type, as the version's own descriptor says."""
    resources = json.loads((version / "datapackage.json").read_bytes())["resources"]
    (schema,) = (each["schema"] for each in resources if each["path"] == f"{name}.csv")
    return {field["name"]: field["type"] for field in schema["fields"]}


def plain_cells(version: Path, name: str) -> list[list[str]]:
    """The CSV as nobody's library but Python's own reads it."""
    with (version / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == list(fields(version, name))
    return rows


def written(value: object) -> str:
    """A typed value as CSV writes it: empty for missing, true/false, ISO dates."""
    if value is None or value is pandas.NA:
        return ""
    if isinstance(value, bool | numpy.bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


@pytest.mark.parametrize("version", ["june", "october"])
def test_every_table_validates_with_frictionless_from_its_descriptor(edition: Edition, version: str) -> None:
    folder: Path = getattr(edition, version)
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "message"])
    assert {task.place for task in report.tasks} == {f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")}


def test_the_root_descriptor_describes_what_is_published(edition: Edition, repository: Path, tmp_path: Path) -> None:
    """The hand-written contract, laid over a release that has just been made."""
    shutil.copy(repository / "datapackage.json", tmp_path)
    shutil.copytree(edition.published, tmp_path / "published")
    shutil.copytree(repository / "schemas", tmp_path / "schemas")
    described = json.loads((tmp_path / "datapackage.json").read_bytes())
    paths = {each["path"] for each in described["resources"]}
    assert len(paths) >= len(TABLES)
    assert [path for path in sorted(paths) if not (tmp_path / path).is_file()] == []
    with frictionless.system.use_context(trusted=True):
        report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "message"])


@EVERY_TABLE
def test_csv_and_parquet_agree_cell_for_cell(edition: Edition, name: str) -> None:
    version = edition.october
    table = pyarrow.parquet.read_table(version / f"{name}.parquet")
    assert table.column_names == list(fields(version, name))
    typed = [[written(value) for value in row.values()] for row in table.to_pylist()]
    assert typed == plain_cells(version, name)


@EVERY_TABLE
def test_pandas_reads_both_with_the_right_types(edition: Edition, name: str) -> None:
    version = edition.october
    types = fields(version, name)
    text = pandas.read_csv(version / f"{name}.csv", dtype=str, keep_default_na=False)
    assert text.to_numpy().tolist() == plain_cells(version, name)
    typed = pandas.read_parquet(version / f"{name}.parquet")
    assert typed.dtypes.astype(str).to_dict() == {column: PANDAS[kind] for column, kind in types.items()}
    for column, kind in types.items():
        present = typed[column].dropna()
        if kind == "date":
            assert all(type(value) is dt.date for value in present)
        missing = typed[column].isna()
        assert missing.tolist() == (text[column] == "").tolist()
        assert [written(value) for value in present] == text[column][~missing].tolist()


@EVERY_TABLE
def test_duckdb_reads_both_with_the_right_types_and_the_same_rows(edition: Edition, name: str) -> None:
    version = edition.october
    types = {column: DUCKDB[kind] for column, kind in fields(version, name).items()}
    csv_file, parquet_file = version / f"{name}.csv", version / f"{name}.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        parquet = connection.read_parquet(str(parquet_file))
        assert dict(zip(parquet.columns, map(str, parquet.types), strict=True)) == types
        text = connection.read_csv(str(csv_file), dtype=types, header=True)  # type: ignore[arg-type]
        assert dict(zip(text.columns, map(str, text.types), strict=True)) == types
        rows = text.fetchall()
        assert rows == parquet.fetchall()
        assert len(rows) == len(plain_cells(version, name))
        # With nothing told, it still finds dates, numbers and booleans wherever a column has a value.
        guessed = connection.read_csv(str(csv_file), header=True)
        for place, (column, found) in enumerate(zip(guessed.columns, map(str, guessed.types), strict=True)):
            if types[column] != "VARCHAR" and any(row[place] is not None for row in rows):
                assert found == types[column], column


def test_the_parametrised_files_are_all_files_of_a_version(edition: Edition) -> None:
    assert set(files(edition.october)) == set(FILES) == set(files(edition.june))


def test_verify_is_clean(edition: Edition, run: Callable[..., Any]) -> None:
    assert verify.verify(edition.published) == []
    assert run("verify", edition.october)[0] == 0


@pytest.fixture(scope="module")
def copy(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One version to damage; each test mends what it breaks."""
    folder = tmp_path_factory.mktemp("damaged") / "v1.1.0"
    shutil.copytree(edition.october, folder)
    return folder


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_byte_anywhere_is_exit_4(copy: Path, name: str) -> None:
    path = copy / name
    sound = path.read_bytes()
    for place in sorted({0, len(sound) // 2, len(sound) - 1}):
        damaged = bytearray(sound)
        damaged[place] ^= 0x01
        path.write_bytes(bytes(damaged))
        problems = verify.verify(copy)
        path.write_bytes(sound)
        assert [problem for problem in problems if name in (Path(problem.path).name, problem.path[-len(name) :])] or (
            name == "SHA256SUMS" and problems
        ), f"byte {place} of {name}"
        with pytest.raises(VerifyError) as error:
            verify.require(problems)
        assert error.value.exit_status == EXIT_VERIFY == 4


def test_the_command_says_which_file_and_exits_4(copy: Path, run: Callable[..., Any]) -> None:
    path = copy / "findings.parquet"
    sound = path.read_bytes()
    path.write_bytes(sound[:100] + bytes([sound[100] ^ 0x80]) + sound[101:])
    status, out, _ = run("verify", copy)
    path.write_bytes(sound)
    assert status == 4
    assert "findings.parquet" in out
