"""What differs between two versions, cell by cell, and which version number that difference asks for.

Rule: the Data Package recipe, https://datapackage.org/recipes/data-package-version/. Fields added, removed, re-ordered
or of another type, and constraints made more restrictive: MAJOR. Rows added or removed: MINOR. Values corrected or
descriptions changed: PATCH. Nothing: no version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import polars as pl

from incumbent import schemas, tablefiles
from incumbent.errors import InputError
from incumbent.schemas import Field, TableSchema

Cause = Literal["source", "curation", "processing"]
Level = Literal["major", "minor", "patch"]

FIRST_VERSION = "1.0.0"
VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")

CHANGES: dict[str, pl.DataType] = {
    "table": pl.String(),
    "key": pl.String(),
    "field": pl.String(),
    "old": pl.String(),
    "new": pl.String(),
    "cause": pl.String(),
    "change": pl.String(),
}

# Tables that tell of the difference or of the checks, and take no part in it.
_UNCOMPARED = ("changes", "quality")

# Follows from as_of alone: it moves with the calendar although no source says anything new.
_CALENDAR = ("days_out_of_date",)


def diff(old_folder: Path, new_folder: Path) -> pl.DataFrame:
    """What differs between two published versions: `table, key, field, old, new, cause, change`, sorted.

    The folders are read by the schemas in their own descriptors, so versions of different code can be compared. A row
    that was added or removed has field `*`; columns that only one of them has are a matter of the schema, not of rows.
    Raises InputError when a folder is no version.
    """
    old, new = read_version(old_folder), read_version(new_folder)
    return changes(old, new)


def changes(old: Version, new: Version) -> pl.DataFrame:
    """As diff, for versions in memory."""
    parts = [pl.DataFrame(schema=CHANGES)]
    causes = _changed_sources(old, new)
    for name, schema in new.schemas.items():
        if name not in _UNCOMPARED and name in old.schemas:
            part = _table_changes(name, old, new, schema)
            parts.append(_with_cause(part, name, old, new, causes).select(list(CHANGES)))
    return pl.concat(parts).sort("table", "key", "field")


def level(old: Version, new: Version, changed: pl.DataFrame) -> Level | None:
    """How much of a difference it is: major, minor, patch, or None for nothing worth a version."""
    levels = [_schema_level(old.schemas, new.schemas)]
    if changed["change"].is_in(["added", "removed"]).any():
        levels.append("minor")
    if not changed.is_empty():
        levels.append("patch")
    if old.about != new.about:
        levels.append("patch")
    return next((each for each in ("major", "minor", "patch") if each in levels), None)


def next_version(previous: str, by: Level) -> str:
    """The number after `previous`. Raises InputError when that is no version."""
    match = VERSION.fullmatch(previous)
    if match is None:
        raise InputError(f"{previous!r} is no version", where="version", expected="MAJOR.MINOR.PATCH, such as 1.2.0")
    major, minor, patch = (int(part) for part in match.groups())
    if by == "major":
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if by == "minor" else f"{major}.{minor}.{patch + 1}"


def version_key(version: str) -> tuple[int, ...]:
    """Sorts versions by number: 1.10.0 after 1.9.0."""
    return tuple(int(part) for part in version.split("."))


def read_version(folder: Path) -> Version:
    """A published version: its tables (from Parquet), schemas and description. Raises InputError, SchemaError."""
    path = folder / "datapackage.json"
    if not path.is_file():
        raise InputError("is no published version", where=str(folder), expected="a folder with datapackage.json")
    descriptor = schemas.read_json(path)
    found: dict[str, TableSchema] = {}
    tables: dict[str, pl.DataFrame] = {}
    for resource in descriptor.get("resources", []):
        if resource.get("format") == "csv":
            name = resource["name"]
            found[name] = schemas.parse_schema(resource.get("schema"), where=f"{path}, resource {name}")
            tables[name] = tablefiles.read_parquet(folder / f"{name}.parquet", found[name])
    return Version(tables, found, about(descriptor), str(descriptor.get("created", "")))


def about(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """What a descriptor says in words: everything but the version, its date, its sources and the files' digests.

    Sources are a table, and differ there. Schemas are compared field by field.
    """
    volatile = ("version", "created", "sources", "resources")
    return {key: value for key, value in descriptor.items() if key not in volatile}


def _table_changes(name: str, old: Version, new: Version, schema: TableSchema) -> pl.DataFrame:
    """`table, key, field, old, new, change` and `row`, the source id of the row where it has one."""
    before, after = old.tables[name], new.tables[name]
    keys = [key for key in schema.primary_key if key in before.columns]
    if tuple(keys) != schema.primary_key or old.schemas[name].primary_key != schema.primary_key:
        return pl.DataFrame(schema={**CHANGES, "source": pl.String()}).drop("cause")
    fields = [
        field.name
        for field in schema.fields
        if field.name in before.columns and field.name not in keys and field.material
    ]
    left, right = _text(before, keys, fields, "old"), _text(after, keys, fields, "new")
    both = left.join(right, on="key", how="full", coalesce=True)
    whole = both.filter(pl.col("in_old").is_null() | pl.col("in_new").is_null()).select(
        "key",
        pl.lit("*").alias("field"),
        pl.lit(None, pl.String).alias("old"),
        pl.lit(None, pl.String).alias("new"),
        pl.when(pl.col("in_old").is_null()).then(pl.lit("added")).otherwise(pl.lit("removed")).alias("change"),
        pl.coalesce("source_new", "source_old").alias("source"),
    )
    kept = both.filter(pl.col("in_old") & pl.col("in_new"))
    cells = [
        kept.filter(pl.col(f"old:{field}").ne_missing(pl.col(f"new:{field}"))).select(
            "key",
            pl.lit(field).alias("field"),
            pl.col(f"old:{field}").alias("old"),
            pl.col(f"new:{field}").alias("new"),
            pl.lit("changed").alias("change"),
            pl.coalesce("source_new", "source_old").alias("source"),
        )
        for field in fields
    ]
    return pl.concat([whole, *cells]).select(
        pl.lit(name).alias("table"), "key", "field", "old", "new", "change", "source"
    )


def _text(frame: pl.DataFrame, keys: list[str], fields: list[str], side: str) -> pl.DataFrame:
    source = pl.col("source_id") if "source_id" in frame.columns else pl.lit(None, pl.String)
    return frame.select(
        pl.concat_str([pl.col(key).cast(pl.String).fill_null("") for key in keys], separator=";").alias("key"),
        pl.lit(True).alias(f"in_{side}"),
        source.alias(f"source_{side}"),
        *[pl.col(field).cast(pl.String).alias(f"{side}:{field}") for field in fields],
    )


def _changed_sources(old: Version, new: Version) -> dict[str, Cause]:
    """source_id -> cause, for each source with a snapshot that only one of the versions has."""
    columns = ["source_id", "snapshot", "kind"]
    before, after = (version.tables.get("sources", pl.DataFrame()) for version in (old, new))
    if not all(column in frame.columns for frame in (before, after) for column in columns):
        return {}
    before, after = before.select(columns), after.select(columns)
    one_sided = pl.concat([before.join(after, on=columns, how="anti"), after.join(before, on=columns, how="anti")])
    return {
        source: "curation" if kind == "curation" else "source"
        for source, _, kind in one_sided.sort("source_id", "kind").iter_rows()
    }


def _with_cause(part: pl.DataFrame, name: str, old: Version, new: Version, causes: dict[str, Cause]) -> pl.DataFrame:
    """Adds `cause`: that of the row's own source if it changed; else curation if only curation did; else source if any
    did, or if as_of moved (then more of the same sources is known); else processing. What the calendar alone moves is
    processing."""
    overall: Cause = "processing"
    if causes:
        overall = "source" if "source" in causes.values() else "curation"
    elif old.as_of != new.as_of:
        overall = "source"
    own = pl.col("source").replace_strict(causes, default=None, return_dtype=pl.String) if causes else pl.lit(None)
    return part.with_columns(
        pl.when(pl.col("field").is_in(_CALENDAR) & (pl.lit(name) != "sources"))
        .then(pl.lit("processing"))
        .otherwise(pl.coalesce(own, pl.lit(overall)))
        .alias("cause")
    )


def _schema_level(old: Mapping[str, TableSchema], new: Mapping[str, TableSchema]) -> Level | None:
    if set(old) - set(new):
        return "major"
    levels: list[Level | None] = ["minor"] if set(new) - set(old) else []
    for name in sorted(set(old) & set(new)):
        before, after = old[name], new[name]
        if before.names != after.names or before.types != after.types or before.primary_key != after.primary_key:
            return "major"
        if before.foreign_keys != after.foreign_keys:
            levels.append("minor")
        levels += [_constraint_level(*pair) for pair in zip(before.fields, after.fields, strict=True)]
        if before.descriptor != after.descriptor:
            levels.append("patch")
    return next((each for each in ("major", "minor", "patch") if each in levels), None)


def _constraint_level(old: Field, new: Field) -> Level | None:
    """major when a value that was allowed may no longer be, minor when more is allowed, None for the same."""
    if old.constraints == new.constraints:
        return None
    for key in set(old.constraints) | set(new.constraints):
        before, after = old.constraints.get(key), new.constraints.get(key)
        if before != after and not _looser(key, before, after):
            return "major"
    return "minor"


def _looser(key: str, before: Any, after: Any) -> bool:
    if after is None or after is False:
        return True
    if before is None or before is False:
        return False
    if key == "enum":
        return set(before) <= set(after)
    if key in ("minimum", "minLength"):
        return bool(after <= before)
    return key in ("maximum", "maxLength") and bool(after >= before)


class Version:
    """A version in memory: tables by name (published shape), their schemas, its words, its date (`created`)."""

    def __init__(
        self,
        tables: Mapping[str, pl.DataFrame],
        schemas: Mapping[str, TableSchema],
        about: Mapping[str, Any],
        as_of: str,
    ) -> None:
        self.tables, self.schemas, self.about, self.as_of = dict(tables), dict(schemas), dict(about), as_of
