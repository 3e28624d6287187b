"""Where the report is not frictionless' own, on purpose; Parquet; what is handed over; what a clean table costs."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import schemas, validation
from incumbent.errors import IncumbentError, SchemaError
from incumbent.tablefiles import read_csv_text, typed
from incumbent.validation import HandOver

FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "constraints": {"required": True, "unique": True}},
    {"name": "rank", "type": "integer", "constraints": {"minimum": 0}},
    {"name": "score", "type": "number", "constraints": {"maximum": 10}},
    {"name": "active", "type": "boolean"},
    {"name": "since", "type": "date", "constraints": {"minimum": "2000-01-01"}},
]
RIGHT: dict[str, list[Any]] = {
    "id": ["a", "b", "c"],
    "rank": [1, 2, 3],
    "score": [1.5, 2.0, 3.25],
    "active": [True, False, True],
    "since": [dt.date(2026, 1, 1), dt.date(2026, 1, 2), dt.date(2024, 2, 29)],
}


def package(folder: Path, suffix: str, fields: list[dict[str, Any]] = FIELDS, **more: Any) -> dict[str, Any]:
    resource = {"name": "t", "path": f"t.{suffix}", "format": suffix, "encoding": "utf-8", "schema": {"fields": fields}}
    return {"resources": [resource | more]}


def told(errors: list[Any]) -> list[dict[str, Any]]:
    return [error.to_descriptor() for error in errors]


def parquet(folder: Path, **changed: list[Any]) -> pl.DataFrame:
    frame = pl.DataFrame({**RIGHT, **changed})
    frame.write_parquet(folder / "t.parquet")
    return frame


def notes(folder: Path, descriptor: dict[str, Any]) -> list[tuple[int, str, str]]:
    errors = validation.screened_errors(folder, descriptor, "t")
    return [(error.row_number, getattr(error, "field_name", ""), error.note) for error in errors]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"rank": [1, -2, 3]},
        {"score": [1.5, 10.5, 3.25]},
        {"id": ["a", "b", "a"]},
        {"since": [dt.date(1999, 1, 1), dt.date(2026, 1, 2), dt.date(2024, 2, 29)]},
        {"id": ["", "b", None]},
        {"rank": ["1", "x", "07"]},
        {"active": ["true", "maybe", "1"]},
        {"since": ["2026-1-1", "2026-01-32", ""]},
    ],
)
def test_a_parquet_file_is_reported_as_frictionless_does(tmp_path: Path, changed: dict[str, list[Any]]) -> None:
    parquet(tmp_path, **changed)
    descriptor = package(tmp_path, "parquet")
    ours = told(validation.screened_errors(tmp_path, descriptor, "t"))
    assert ours == told(validation.whole_errors(tmp_path, descriptor, "t"))
    assert bool(ours) is bool(changed)


def test_null_in_a_parquet_file_is_a_missing_value_and_not_nan(tmp_path: Path) -> None:
    parquet(tmp_path, rank=[1, None, 3], score=[1.5, None, 3.25])
    descriptor = package(tmp_path, "parquet")
    assert notes(tmp_path, descriptor) == []
    assert [error["type"] for error in told(validation.whole_errors(tmp_path, descriptor, "t"))] != []
    required = [{**field, "constraints": {"required": True}} for field in FIELDS]
    found = notes(tmp_path, package(tmp_path, "parquet", required))
    assert [each[:2] for each in found] == [(3, "rank"), (3, "score")]


def test_hash_and_size_of_a_parquet_file_are_checked(tmp_path: Path) -> None:
    parquet(tmp_path)
    content = (tmp_path / "t.parquet").read_bytes()
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    right = package(tmp_path, "parquet", hash=digest, bytes=len(content))
    assert validation.screened_errors(tmp_path, right, "t") == []
    wrong = package(tmp_path, "parquet", hash=f"sha256:{'0' * 64}", bytes=len(content) + 1)
    assert [error.type for error in validation.screened_errors(tmp_path, wrong, "t")] == ["hash-count", "byte-count"]


def test_a_date_that_is_not_strict_is_found_by_the_reading_of_tables(tmp_path: Path) -> None:
    field = {"name": "since", "type": "date", "title": "Since", "description": "A day."}
    key = {"name": "id", "type": "string", "title": "Id", "description": "A key."}
    (tmp_path / "t.csv").write_text("id,since\na,2026-1-1\n")
    described = package(tmp_path, "csv", [key, field])
    assert (
        validation.whole_errors(tmp_path, described, "t") == validation.screened_errors(tmp_path, described, "t") == []
    )
    schema = schemas.parse_schema(
        {"name": "t", "title": "T", "description": "A table.", "fields": [key, field], "primaryKey": ["id"]},
        where="here",
    )
    with pytest.raises(IncumbentError):
        typed(read_csv_text(tmp_path / "t.csv", schema), schema)


def test_unique_keys_are_ignored_and_our_schemas_may_not_have_them(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,since\na,2026-01-01\nb,2026-01-01\n")
    fields = [{"name": "id", "type": "string"}, {"name": "since", "type": "date"}]
    schema = {"fields": fields, "uniqueKeys": [["since"]]}
    described = package(tmp_path, "csv", schema=schema)
    assert (
        validation.whole_errors(tmp_path, described, "t") == validation.screened_errors(tmp_path, described, "t") == []
    )
    with pytest.raises(SchemaError, match="uniqueKeys"):
        schemas.parse_schema(
            {**schema, "name": "t", "title": "T", "description": "T.", "primaryKey": "id"}, where="here"
        )


def test_there_is_no_limit_but_the_one_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id\n" + "x\n" * 1500)
    fields = [{"name": "id", "type": "string", "constraints": {"enum": ["y"]}}]
    described = package(tmp_path, "csv", fields)
    assert len(validation.table_errors(tmp_path, described, "t")) == 1500
    limited = validation.table_errors(tmp_path, described, "t", 40)
    assert told(limited) == told(validation.whole_errors(tmp_path, described, "t", 40))
    assert len(limited) == 40


HANDED_OVER: dict[str, dict[str, Any]] = {
    "a dialect": {"dialect": {"csv": {"delimiter": ";"}}},
    "another hash": {"hash": "md5:00"},
    "rows": {"rows": 3},
    "another encoding": {"encoding": "latin-1"},
    "fieldsMatch": {"schema": {"fields": FIELDS[:1], "fieldsMatch": "subset"}},
    "another suffix": {"path": "t.txt"},
    "a type that is not known": {"schema": {"fields": [{"name": "id", "type": "geopoint"}]}},
    "no such file": {"path": "absent.csv"},
    "a compressed file": {"path": "t.csv.gz"},
    "a reference to nothing": {
        "schema": {
            "fields": FIELDS[:1],
            "foreignKeys": [{"fields": ["id"], "reference": {"resource": "absent", "fields": ["id"]}}],
        }
    },
}


@pytest.mark.parametrize("why", HANDED_OVER)
def test_what_is_not_understood_is_left_to_frictionless(tmp_path: Path, why: str) -> None:
    for name in ("t.csv", "t.txt"):
        (tmp_path / name).write_text("id\na\nb\n")
    described = package(tmp_path, "csv", FIELDS[:1], **HANDED_OVER[why])
    with pytest.raises(HandOver):
        validation.screened_errors(tmp_path, described, "t")
    ours = validation.table_errors(tmp_path, described, "t")
    assert told(ours) == told(validation.whole_errors(tmp_path, described, "t"))


def test_a_parquet_file_that_is_none_is_handed_over(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    with pytest.raises(HandOver, match="cannot read"):
        validation.screened_errors(tmp_path, package(tmp_path, "parquet"), "t")
    pl.DataFrame({"other": [1]}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(HandOver, match="not the fields"):
        validation.screened_errors(tmp_path, package(tmp_path, "parquet"), "t")


def test_a_clean_table_needs_no_frictionless(tmp_path: Path) -> None:
    pl.DataFrame(RIGHT).write_csv(tmp_path / "t.csv")
    script = (
        "import sys; from pathlib import Path; from incumbent import validation; "
        f"assert validation.table_errors(Path({str(tmp_path)!r}), {package(tmp_path, 'csv')!r}, 't') == []; "
        "print([name for name in ('frictionless', 'pandas', 'numpy', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("fault", [b"p,\xff\n", b"p\n", b'p,x"y"z\n', b"\n"])
def test_a_reference_that_cannot_be_read_in_part_hands_over_both(tmp_path: Path, fault: bytes) -> None:
    (tmp_path / "t.csv").write_text("id\np\nq\n")
    (tmp_path / "u.csv").write_bytes(b"id,title\np,x\n" + fault)
    key = {"fields": ["id"], "reference": {"resource": "u", "fields": ["id"]}}
    described = package(tmp_path, "csv", schema={"fields": [{"name": "id", "type": "string"}], "foreignKeys": [key]})
    fields = [{"name": "id", "type": "string"}, {"name": "title", "type": "string"}]
    described["resources"].append(
        {**described["resources"][0], "name": "u", "path": "u.csv", "schema": {"fields": fields}}
    )
    with pytest.raises(HandOver):
        validation.screened_errors(tmp_path, described, "t")
