"""The stage `validate` of `incumbent bench speed`: a clean CSV file judged by its Table Schema.

Also what the stages `validate-faults` and `validate-parquet` run. As a program: `make FOLDER ROWS SEED KIND`,
`run PROGRAM FOLDER ANSWER` or `same OURS THEIRS`. An answer is JSON: how many rows were read, and every error; of a
program that judges nothing, null.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from incumbent.bench.speed import Goal, Program, Stage

MODULE = "incumbent.bench.validation"
#: The kinds of table, and the part of it that frictionless is given.
SHARES = {"clean": 0.1, "faults": 0.1, "parquet": 0.02}
_PLACES = 1_000
_VERDICTS = ["current", "left", "unverified", "disputed"]
_ID = {"required": True, "unique": True, "pattern": "[^\\s;]+"}
SCHEMA: dict[str, Any] = {
    "fields": [
        {
            "name": "entry_id",
            "type": "string",
            "constraints": _ID,
        },
        {"name": "name", "type": "string", "constraints": {"required": True, "minLength": 3, "maxLength": 80}},
        {"name": "verdict", "type": "string", "constraints": {"required": True, "enum": _VERDICTS}},
        {"name": "code", "type": "string", "constraints": {"pattern": "[A-Z]{2}[0-9]{6}"}},
        {"name": "since", "type": "date", "constraints": {"minimum": "2000-01-01"}},
        {"name": "seen", "type": "date"},
        {"name": "rank", "type": "integer", "constraints": {"minimum": 0, "maximum": 100_000}},
        {"name": "score", "type": "number", "constraints": {"minimum": 0, "maximum": 100}},
        {"name": "active", "type": "boolean"},
        {"name": "place_id", "type": "string", "constraints": {"required": True}},
    ],
    "primaryKey": ["entry_id"],
    "foreignKeys": [{"fields": ["place_id"], "reference": {"resource": "places", "fields": ["place_id"]}}],
}
_PLACE_SCHEMA = {"fields": [{"name": "place_id", "type": "string"}, {"name": "title", "type": "string"}]}
#: What stands in a cell that is wrong: one cell of every hundredth row.
_FAULTS = {
    "name": "", "verdict": "gone", "code": "A1", "since": "2023-02-29", "seen": "1 May", "rank": "100001",
    "score": "-0.5", "active": "maybe", "place_id": "nowhere",
}  # fmt: skip


def stage(name: str, about: str, kind: str, goals: tuple[Goal, ...], with_parse: bool = True) -> Stage:
    """A stage whose table is of `kind`, of SHARES. `with_parse`: beside Arrow, which parses it and judges nothing."""

    def program(name: str, about: str, *needs: str, share: float = 1.0) -> Program:
        return Program(name, about, (MODULE, "run", name, "{input}", "{answer}"), needs, share)

    return Stage(
        name=name, about=about, unit="rows of 10 columns", rows=1_000_000, answer="answer.json",
        make=(MODULE, "make", "{input}", "{rows}", "{seed}", kind), same=(MODULE, "same", "{ours}", "{theirs}"),
        ours=program("incumbent", "incumbent.validation.table_errors"),
        peers=(
            program("frictionless", "Resource.validate", "frictionless", share=SHARES[kind]),
            *([program("arrow", "pyarrow.csv.read_csv, which only parses", "pyarrow")] if with_parse else []),
        ),
        goals=goals,
    )  # fmt: skip


STAGE = stage(
    "validate",
    "A CSV file without fault: types, required, unique, enum, pattern, bounds, lengths, a primary and a foreign key.",
    "clean",
    (Goal("frictionless", "seconds", 60), Goal("arrow", "seconds", 0.6)),
)


def make(folder: Path, rows: int, seed: int, kind: str) -> None:
    """table.csv or table.parquet, part.* (its first rows, for a slow peer), places.csv and datapackage.json."""
    import polars as pl

    table = _clean(rows, seed)
    places = pl.DataFrame({"place_id": [f"p-{number}" for number in range(_PLACES)]}).with_columns(title=pl.lit("x"))
    places.write_csv(folder / "places.csv")
    if kind == "faults":
        table = _with_faults(table)
    part = table.head(round(rows * SHARES[kind]))
    suffix = "parquet" if kind == "parquet" else "csv"
    for name, frame in (("table", table), ("part", part)):
        if suffix == "parquet":
            frame.write_parquet(folder / f"{name}.parquet")
        else:
            frame.write_csv(folder / f"{name}.csv")
    resources = [
        {"name": name, "path": f"{name}.{suffix}", "format": suffix, "encoding": "utf-8", "schema": SCHEMA}
        for name in ("table", "part")
    ]
    place = {"name": "places", "path": "places.csv", "format": "csv", "encoding": "utf-8", "schema": _PLACE_SCHEMA}
    (folder / "datapackage.json").write_text(json.dumps({"resources": [*resources, place]}), encoding="utf-8")


def with_incumbent(folder: Path) -> dict[str, Any]:
    """Ours: the screen, and frictionless for what is suspect."""
    from incumbent import validation

    errors = validation.table_errors(folder, _package(folder), "table")
    return {"rows": None, "errors": _told(errors)}


def with_frictionless(folder: Path) -> dict[str, Any]:
    """frictionless, without its limit of 1,000 errors, on the part."""
    import frictionless

    package = frictionless.Package.from_descriptor(_package(folder), basepath=str(folder))
    task = package.get_resource("part").validate(limit_errors=0).tasks[0]
    return {"rows": task.stats["rows"], "errors": _told(task.errors)}


def with_arrow(folder: Path) -> dict[str, Any]:
    """Arrow's bare parse, its types guessed: what no validator that reads CSV can do without."""
    import pyarrow.csv

    return {"rows": pyarrow.csv.read_csv(folder / "table.csv").num_rows, "errors": None}


PROGRAMS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "incumbent": with_incumbent,
    "frictionless": with_frictionless,
    "arrow": with_arrow,
}


def same(ours: Path, theirs: Path) -> str:
    """What differs between two answers, in the rows that both were given; empty when nothing does."""
    one, other = (json.loads(path.read_bytes()) for path in (ours, theirs))
    if other["errors"] is None:
        return ""
    last = other["rows"] + 1  # the header is row 1
    mine = [error for error in one["errors"] if error["rowNumber"] <= last]
    for left, right in zip(mine, other["errors"], strict=False):
        if left != right:
            return f"ours is {left}, theirs {right}"
    return "" if len(mine) == len(other["errors"]) else f"ours are {len(mine)} errors, theirs {len(other['errors'])}"


def _told(errors: list[Any]) -> list[dict[str, Any]]:
    return [{"rowNumber": each.row_number, "type": each.type, "message": each.message} for each in errors]


def _package(folder: Path) -> dict[str, Any]:
    package: dict[str, Any] = json.loads((folder / "datapackage.json").read_bytes())
    return package


def _clean(rows: int, seed: int) -> Any:
    """A table (columns: those of SCHEMA) without fault."""
    import numpy as np
    import polars as pl

    chance = np.random.default_rng(seed)
    since = np.datetime64("2015-01-01") + chance.integers(0, 4_000, rows)
    columns = {
        "entry_id": chance.permutation(rows),
        "name": chance.integers(0, 5_000, rows),
        "verdict": np.array(_VERDICTS)[chance.integers(0, len(_VERDICTS), rows)],
        "code": chance.integers(0, 10**6, rows),
        "since": since,
        "seen": since + 5,
        "rank": chance.integers(0, 1_000, rows),
        "score": np.round(chance.random(rows) * 100, 3),
        "active": chance.random(rows) < 0.5,
        "place_id": chance.integers(0, _PLACES, rows),
    }
    return pl.DataFrame(columns).with_columns(
        pl.format("e-{}", pl.col("entry_id").cast(pl.String).str.zfill(8)).alias("entry_id"),
        pl.format("Name {} Of Person", "name").alias("name"),
        pl.format("AB{}", pl.col("code").cast(pl.String).str.zfill(6)).alias("code"),
        pl.col("since", "seen").cast(pl.Date),
        pl.format("p-{}", "place_id").alias("place_id"),
    )


def _with_faults(table: Any) -> Any:
    """The table as text, one cell of every hundredth row wrong, in each column in turn; every tenth a double entry."""
    import polars as pl

    turn = pl.int_range(pl.len()) // 100 % (len(_FAULTS) + 1)
    faulty = pl.int_range(pl.len()) % 100 == 99
    first = pl.col("entry_id").first()
    return table.with_columns(pl.all().cast(pl.String)).with_columns(
        pl.when(faulty & (turn == len(_FAULTS))).then(first).otherwise("entry_id").alias("entry_id"),
        *(
            pl.when(faulty & (turn == number)).then(pl.lit(text)).otherwise(name).alias(name)
            for number, (name, text) in enumerate(_FAULTS.items())
        ),
    )


def main(arguments: list[str]) -> int:
    """One of the programs. Exit status 1: the answers differ."""
    action, *rest = arguments
    if action == "make":
        make(Path(rest[0]), int(rest[1]), int(rest[2]), rest[3])
    elif action == "run":
        Path(rest[2]).write_text(json.dumps(PROGRAMS[rest[0]](Path(rest[1]))), encoding="utf-8")
    elif difference := same(Path(rest[0]), Path(rest[1])):
        print(difference)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
