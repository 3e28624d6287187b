"""Loads schemas/<table>.json: Table Schemas that say what each cell of a published table may hold, and what it means.

Rule: Data Package 2.0, Table Schema, https://datapackage.org/standard/table-schema/. frictionless ignores what it does
not know (a misspelt constraint, `uniqueKeys`), so this loader refuses it: nothing that a schema says goes unheeded.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from incumbent import resources
from incumbent.errors import SchemaError

#: The published tables, in the order of the descriptor and of the data dictionary.
TABLES = (
    "roster", "findings", "evidence", "people", "organisations", "posts", "appointments", "listings",
    "accounts", "activity", "shares", "sources", "headlines", "quality", "changes",
)  # fmt: skip

#: The Table Schema types that we publish, as Polars (and so Arrow) types.
TYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
}

_TEXT = ("pattern", "minLength", "maxLength")
_BOUNDS = ("minimum", "maximum")
_CONSTRAINTS: dict[str, tuple[str, ...]] = {
    "string": ("required", "unique", "enum", *_TEXT),
    "integer": ("required", "unique", "enum", *_BOUNDS),
    "number": ("required", "unique", *_BOUNDS),
    "boolean": ("required",),
    "date": ("required", "unique", *_BOUNDS),
}
_SCHEMA_KEYS = ("$schema", "name", "title", "description", "fields", "primaryKey", "foreignKeys", "missingValues")
_FIELD_KEYS = ("name", "type", "title", "description", "material", "example", "constraints")


def load(folder: Path | None = None) -> dict[str, TableSchema]:
    """Every schema of `folder` (default: the bundled schemas/), in the order of TABLES.

    Raises SchemaError, with file and JSON pointer, for a table without its file, an unknown key or constraint, a
    constraint that its type cannot have, a wrong type, or a key that names a field or table that is not there.
    """
    folder = folder or resources.path("schemas")
    found = {path.stem for path in folder.glob("*.json")}
    for name in sorted(found ^ set(TABLES)):
        what = "a table has no schema" if name in TABLES else "a schema belongs to no table"
        raise SchemaError(
            what, where=str(folder / f"{name}.json"), expected=f"one file for each of {', '.join(TABLES)}"
        )
    schemas = {name: load_schema(folder / f"{name}.json") for name in TABLES}
    for name, schema in schemas.items():
        _check_references(folder / f"{name}.json", schema, schemas)
    return schemas


def load_schema(path: Path) -> TableSchema:
    """One schema, without a look at the tables that its foreign keys name. Raises SchemaError."""
    return parse_schema(read_json(path), where=str(path))


def parse_schema(descriptor: object, *, where: str) -> TableSchema:
    """A schema from its parsed JSON; `where` names it in errors. Raises SchemaError."""
    top = _object(
        descriptor, where, "", _SCHEMA_KEYS, required=("name", "title", "description", "fields", "primaryKey")
    )
    for key in ("name", "title", "description"):
        _text(top[key], where, f"/{key}")
    if top.get("missingValues", [""]) != [""]:
        raise SchemaError(
            "missing is the empty cell, and nothing else", where=f"{where}, /missingValues", expected='[""]'
        )
    if not isinstance(top["fields"], list) or not top["fields"]:
        raise SchemaError("a schema without fields", where=f"{where}, /fields", expected="a list of fields")
    fields = tuple(_field(field, where, f"/fields/{index}") for index, field in enumerate(top["fields"]))
    names = [field.name for field in fields]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise SchemaError(f"field {name!r} is there twice", where=f"{where}, /fields/{index}/name")
    primary_key = _names(top["primaryKey"], where, "/primaryKey", names)
    foreign_keys = top.get("foreignKeys", [])
    if not isinstance(foreign_keys, list):
        raise SchemaError("foreignKeys is not a list", where=f"{where}, /foreignKeys", expected="a list")
    return TableSchema(
        name=top["name"],
        title=top["title"],
        description=top["description"],
        fields=fields,
        primary_key=primary_key,
        foreign_keys=tuple(
            _foreign_key(key, where, f"/foreignKeys/{index}", names) for index, key in enumerate(foreign_keys)
        ),
        descriptor=top,
    )


def read_json(path: Path) -> Any:
    """The JSON in a file. Raises SchemaError when it cannot be read, is not JSON, or gives a key twice (of which
    Python would keep the last in silence)."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise SchemaError(f"the key {twice[0]!r} is given twice in one object", where=str(path), expected="once")
        return dict(pairs)

    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=once)
    except OSError as error:
        raise SchemaError("cannot be read", where=str(path), expected="a JSON file", do=str(error.strerror)) from error
    except ValueError as error:
        raise SchemaError(f"is not JSON: {error}", where=str(path), expected="JSON in UTF-8") from error


def reject_unknown(keys: Collection[str], allowed: Collection[str], where: str, pointer: str, noun: str) -> None:
    """Raises SchemaError for the first key that is not allowed, with the nearest that is."""
    for key in sorted(set(keys) - set(allowed)):
        near = difflib.get_close_matches(key, list(allowed), n=1)
        raise SchemaError(
            f"unknown {noun} {key!r}",
            where=f"{where}, {pointer}/{key}",
            expected=f"one of {', '.join(sorted(allowed))}",
            do=f"did you mean {near[0]!r}?" if near else "remove it, or correct its name",
        )


def _field(value: object, where: str, pointer: str) -> Field:
    field = _object(value, where, pointer, _FIELD_KEYS, required=("name", "type", "title", "description"))
    for key in ("name", "type", "title", "description"):
        _text(field[key], where, f"{pointer}/{key}")
    if field["type"] not in TYPES:
        raise SchemaError(
            f"unknown type {field['type']!r}", where=f"{where}, {pointer}/type", expected=" | ".join(TYPES)
        )
    if not isinstance(field.get("material", True), bool):
        raise SchemaError(
            "material is not true or false", where=f"{where}, {pointer}/material", expected="true | false"
        )
    constraints = field.get("constraints", {})
    if not isinstance(constraints, dict):
        raise SchemaError("constraints is not an object", where=f"{where}, {pointer}/constraints", expected="an object")
    noun = f"constraint of a {field['type']}"
    reject_unknown(constraints, _CONSTRAINTS[field["type"]], where, f"{pointer}/constraints", noun)
    for key, constraint in constraints.items():
        _constraint(key, constraint, field["type"], where, f"{pointer}/constraints/{key}")
    return Field(
        name=field["name"],
        type=field["type"],
        title=field["title"],
        description=field["description"],
        material=field.get("material", True),
        constraints=constraints,
    )


def _constraint(key: str, value: object, type_: str, where: str, pointer: str) -> None:
    expected = ""
    if key in ("required", "unique"):
        expected = "" if isinstance(value, bool) else "true | false"
    elif key == "enum":
        kind = str if type_ == "string" else int
        items = value if isinstance(value, list) else []
        whole = bool(items) and all(type(item) is kind for item in items) and len(set(items)) == len(items)
        expected = "" if whole else f"a list of different {type_} values"
    elif key in ("minLength", "maxLength"):
        expected = "" if type(value) is int and value >= 0 else "a whole number"
    elif key in _BOUNDS and type_ == "date":
        expected = "" if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) else "a date"
    elif key in _BOUNDS:
        expected = "" if type(value) in (int, float) else "a number"
    elif key == "pattern":
        expected = _pattern_fault(value)
    if expected:
        raise SchemaError(f"{key} cannot be {value!r}", where=f"{where}, {pointer}", expected=expected)


def _pattern_fault(value: object) -> str:
    if not isinstance(value, str):
        return "a regular expression"
    try:
        re.compile(value)
    except re.error as error:
        return f"a regular expression ({error})"
    # frictionless anchors a pattern as ^pattern$, which binds only the outer two of several alternatives
    plain = re.sub(r"\\.|\[\^?\]?(\\.|[^\]\\])*\]", "", value)
    depth = 0
    for char in plain:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "|" and depth == 0:
            return "alternatives in a group: (a|b)"
    return ""


def _foreign_key(value: object, where: str, pointer: str, names: list[str]) -> ForeignKey:
    key = _object(value, where, pointer, ("fields", "reference"), required=("fields", "reference"))
    at = f"{pointer}/reference"
    reference = _object(key["reference"], where, at, ("resource", "fields"), required=("resource", "fields"))
    _text(reference["resource"], where, f"{at}/resource")
    fields = _names(key["fields"], where, f"{pointer}/fields", names)
    targets = _names(reference["fields"], where, f"{at}/fields", None)
    if len(fields) != len(targets):
        raise SchemaError(
            "a foreign key of unequal sides", where=f"{where}, {pointer}", expected="as many fields as keys"
        )
    return ForeignKey(fields=fields, table=reference["resource"], targets=targets)


def _check_references(path: Path, schema: TableSchema, schemas: Mapping[str, TableSchema]) -> None:
    if schema.name != path.stem:
        raise SchemaError("a schema has another table's name", where=f"{path}, /name", expected=path.stem)
    for index, key in enumerate(schema.foreign_keys):
        pointer = f"{path}, /foreignKeys/{index}/reference"
        if key.table not in schemas:
            raise SchemaError(
                f"there is no table {key.table!r}", where=f"{pointer}/resource", expected=" | ".join(TABLES)
            )
        target = schemas[key.table]
        for here, there in zip(key.fields, key.targets, strict=True):
            if there not in target.names:
                raise SchemaError(f"{key.table} has no field {there!r}", where=f"{pointer}/fields")
            if schema.field(here).type != target.field(there).type:
                raise SchemaError(f"{here} and {key.table}.{there} differ in type", where=f"{pointer}/fields")


def _object(
    value: object, where: str, pointer: str, allowed: Collection[str], *, required: Collection[str]
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SchemaError("is not an object", where=f"{where}, {pointer or '/'}", expected="a JSON object")
    reject_unknown(value, allowed, where, pointer, "key")
    for key in required:
        if key not in value:
            raise SchemaError(f"{key!r} is missing", where=f"{where}, {pointer or '/'}", expected=", ".join(required))
    return value


def _text(value: object, where: str, pointer: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise SchemaError("is empty or no text", where=f"{where}, {pointer}", expected="text")


def _names(value: object, where: str, pointer: str, known: list[str] | None) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise SchemaError("is no list of field names", where=f"{where}, {pointer}", expected="a list of field names")
    for name in names:
        if known is not None and name not in known:
            raise SchemaError(f"there is no field {name!r}", where=f"{where}, {pointer}", expected=", ".join(known))
    return tuple(names)


@dataclass(frozen=True)
class Field:
    """One field of a table: its Table Schema type, its meaning, its constraints.

    `material` is our one addition to the standard (a custom property): false for a field whose change alone makes no
    new version, such as when a source was last read.
    """

    name: str
    type: str
    title: str
    description: str
    material: bool
    constraints: Mapping[str, Any]


@dataclass(frozen=True)
class ForeignKey:
    """`fields` of this table name a row of `table` by its `targets`; an empty cell names none."""

    fields: tuple[str, ...]
    table: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class TableSchema:
    """What a published table may hold. `descriptor` is the JSON as written, for the package's own descriptor."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    descriptor: Mapping[str, Any]

    @property
    def names(self) -> list[str]:
        """The names of the fields, in their published order."""
        return [field.name for field in self.fields]

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        return {field.name: field for field in self.fields}[name]

    @property
    def types(self) -> dict[str, pl.DataType]:
        """The Polars type of each field, in their published order."""
        return {field.name: TYPES[field.type] for field in self.fields}
