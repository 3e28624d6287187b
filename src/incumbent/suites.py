"""Loads expectations/<table>.json: suites of Great Expectations, and refuses what it would drop in silence.

A suite of a table, or of `release`: one row of figures about the version as a whole and its change since the last one
(columns: release_columns()). Every suite says in `meta.empty` what an empty table means: `allowed` or `held`. Nothing
here imports Great Expectations; whether a type and its arguments exist is asked of it in checks.py.

One file beside them is no suite: GATES, the thresholds of the gates (incumbent.gates).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from incumbent import resources, schemas
from incumbent.errors import SchemaError
from incumbent.schemas import TABLES, TableSchema

SEVERITIES = ("critical", "warning")
#: The thresholds of the gates, and which there are: each has to be said, none is assumed.
GATES = "gates.json"
GATE_IDS = (
    "entries_changed", "list_returned", "text_damaged", "cells_emptied", "cells_mixed", "entries_doubled",
    "unverified_rise", "source_age",
)  # fmt: skip
_COLUMN = ("column", "column_A", "column_B")
_COLUMNS = ("column_list", "column_set")


def load(known: Mapping[str, TableSchema], folder: Path | None = None) -> list[Suite]:
    """Every suite of `folder` (default: the bundled expectations/), sorted by name.

    Raises SchemaError, with file and pointer, for an unknown key or severity, a suite of no table, a column that its
    table does not have, or an expectation without its reason (`meta.why`).
    """
    folder = folder or resources.path("expectations")
    columns = {name: schema.names for name, schema in known.items()} | {"release": release_columns()}
    loaded = []
    for path in sorted(folder.glob("*.json")):
        if path.name == GATES:
            continue
        if path.stem not in columns:
            raise SchemaError("a suite belongs to no table", where=str(path), expected=" | ".join(sorted(columns)))
        loaded.append(_suite(schemas.read_json(path), path, columns[path.stem]))
    if not loaded:
        raise SchemaError("there are no expectations", where=str(folder), expected="one suite for each table")
    return loaded


def thresholds(folder: Path | None = None) -> dict[str, Threshold]:
    """The thresholds of the gates in `folder` (default: the bundled expectations/), by id.

    Raises SchemaError, with file and pointer, unless each of GATE_IDS is there once with its reason and two limits that
    are per cent, or null for none.
    """
    path = (folder or resources.path("expectations")) / GATES
    told = _keys(schemas.read_json(path), str(path), "", ("name", "gates"))
    listed = told["gates"] if isinstance(told["gates"], list) else []
    found: dict[str, Threshold] = {}
    for index, each in enumerate(listed):
        pointer = f"/gates/{index}"
        gate = _keys(each, str(path), pointer, ("id", "warning_above", "held_above", "why"))
        for key in ("warning_above", "held_above"):
            limit = gate[key]
            if limit is not None and (type(limit) not in (int, float) or limit < 0):
                raise SchemaError(
                    f"{key} cannot be {limit!r}", where=f"{path}, {pointer}/{key}", expected="per cent, or null"
                )
        if not isinstance(gate["why"], str) or not gate["why"].strip():
            raise SchemaError("a gate without its reason", where=f"{path}, {pointer}/why", expected="text")
        if gate["id"] not in GATE_IDS or gate["id"] in found:
            raise SchemaError(
                f"no gate, or one that is there twice: {gate['id']!r}",
                where=f"{path}, {pointer}/id",
                expected=" | ".join(GATE_IDS),
            )
        found[gate["id"]] = Threshold(gate["warning_above"], gate["held_above"], gate["why"])
    if set(found) != set(GATE_IDS):
        missing = ", ".join(name for name in GATE_IDS if name not in found)
        raise SchemaError(f"a gate has no threshold: {missing}", where=f"{path}, /gates", expected="one for each gate")
    return found


def release_columns() -> list[str]:
    """Columns of the one-row `release` table: rows of each table, before and now, and the share by which they changed;
    the share of entries whose verdict changed; days from the newest statement to as_of. Null: nothing to compare."""
    counted = [name for name in TABLES if name not in ("headlines", "changes", "quality")]
    figures = [f"{name}_{figure}" for name in counted for figure in ("rows", "previous_rows", "change")]
    return [*figures, "verdicts_changed", "days_since_newest_statement"]


def _suite(value: object, path: Path, columns: list[str]) -> Suite:
    suite = _keys(value, str(path), "", ("name", "meta", "expectations"))
    if suite["name"] != path.stem:
        raise SchemaError("a suite has another table's name", where=f"{path}, /name", expected=path.stem)
    meta = _keys(suite["meta"], str(path), "/meta", ("empty",))
    if meta["empty"] not in ("allowed", "held"):
        raise SchemaError(
            "what an empty table means is not said", where=f"{path}, /meta/empty", expected="allowed | held"
        )
    if not isinstance(suite["expectations"], list) or not suite["expectations"]:
        raise SchemaError("a suite without expectations passes whatever comes", where=f"{path}, /expectations")
    expectations = []
    for index, each in enumerate(suite["expectations"]):
        pointer = f"/expectations/{index}"
        written = _keys(each, str(path), pointer, ("type", "kwargs", "severity", "meta"))
        why = _keys(written["meta"], str(path), f"{pointer}/meta", ("why",))["why"]
        if not isinstance(why, str) or not why.strip():
            raise SchemaError("an expectation without its reason", where=f"{path}, {pointer}/meta/why", expected="text")
        if written["severity"] not in SEVERITIES:
            raise SchemaError(
                f"unknown severity {written['severity']!r}",
                where=f"{path}, {pointer}/severity",
                expected=" | ".join(SEVERITIES),
            )
        if not isinstance(written["type"], str) or not isinstance(written["kwargs"], dict):
            raise SchemaError("type is no text, or kwargs no object", where=f"{path}, {pointer}")
        expectation = Expectation(written, f"{path}, {pointer}")
        for column in expectation.columns:
            if column not in columns:
                raise SchemaError(
                    f"there is no column {column!r}", where=f"{path}, {pointer}/kwargs", expected=", ".join(columns)
                )
        expectations.append(expectation)
    return Suite(path.stem, meta["empty"] == "allowed", tuple(expectations))


def _keys(value: object, where: str, pointer: str, keys: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SchemaError("is not an object", where=f"{where}, {pointer or '/'}", expected=", ".join(keys))
    schemas.reject_unknown(value, keys, where, pointer, "key")
    for key in keys:
        if key not in value:
            raise SchemaError(f"{key!r} is missing", where=f"{where}, {pointer or '/'}", expected=", ".join(keys))
    return value


@dataclass(frozen=True)
class Expectation:
    """One expectation as written (type, kwargs, severity, meta), and where."""

    written: Mapping[str, Any]
    where: str

    @property
    def columns(self) -> list[str]:
        """The columns that its arguments name."""
        kwargs = self.written["kwargs"]
        single = [str(kwargs[key]) for key in _COLUMN if key in kwargs]
        return single + [str(column) for key in _COLUMNS for column in kwargs.get(key, [])]


@dataclass(frozen=True)
class Suite:
    """The expectations of one table, and whether it may be empty."""

    table: str
    empty_allowed: bool
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True)
class Threshold:
    """From where on a gate warns, and holds, in per cent of what it counts; None: never by this file."""

    warning_above: float | None
    held_above: float | None
    why: str
