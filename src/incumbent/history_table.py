"""history.parquet: every row that any version of a roster has published, with the days on which it was what was known.

    known_from <= D and (known_to is null or known_to > D)

keeps, of each table, just the rows of the version that was live on the day D. A row that a later version changed ends
where the changed one begins. Withdrawn versions are not in it: where they stood, the version before them goes on.

The tables are stacked: `table` says whose row it is, and the columns of all tables stand side by side, null where the
row's table has none of that name. docs/history.md tells how to ask.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from incumbent import difference, schemas
from incumbent.errors import InputError

#: Name of the file, inside a roster's folder.
FILE = "history.parquet"

#: The columns that stand before those of the tables.
COLUMNS: dict[str, pl.DataType] = {
    "table": pl.String(),
    "key": pl.String(),
    "known_from": pl.Date(),
    "known_to": pl.Date(),
    "version_from": pl.String(),
    "version_to": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
}

#: A version's own difference and its own checks: they are about the version, and no facts that go on.
LEFT_OUT = ("changes", "quality")

#: Since when, and until when, what a row says is so: the first of these fields that has a day. The widest reading.
_VALID: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "roster": (("first_seen",), ("gone_by",)),  # when the list had the entry: from the listings of the same version
    "listings": (("first_seen",), ("gone_by",)),
    "appointments": (("start_earliest", "start_latest"), ("end_latest", "end_earliest")),
    "findings": (("since_earliest", "since_latest"), ()),
}

#: Where the file says what it was made from (versions, days and manifests, in order) and whose its columns are.
_MADE_FROM, _TABLES = b"incumbent.versions", b"incumbent.tables"

_ARROW: dict[pl.DataType, pa.DataType] = {
    pl.String(): pa.string(),
    pl.Int64(): pa.int64(),
    pl.Float64(): pa.float64(),
    pl.Boolean(): pa.bool_(),
    pl.Date(): pa.date32(),
}


def of(folder: Path, index: Mapping[str, Any], previous: bytes | None = None) -> bytes:
    """history.parquet of the versions that `index` (versions.json) lists as published, oldest first.

    `folder` is the roster's, with the versions in it. `previous`: the file as it was; where that was made from the
    first of these versions, only the later ones are read. The bytes are the same with it and without it, as long as it
    is what `of` once gave: whoever judges a published file must not build on it. Raises InputError and SchemaError for
    a version that cannot be read.
    """
    listed = [each for each in index["versions"] if each["state"] == "published"]
    made_from = [[each["version"], each["as_of"], each["manifest"]] for each in listed]
    tables, done = _begun(previous, made_from)
    for each in listed[done:]:
        _add(tables, folder / each["path"], each["version"], dt.date.fromisoformat(each["as_of"]))
    return _parquet(tables, made_from)


def rows(history: bytes, table: str, *, day: str | None = None, version: str | None = None) -> pl.DataFrame:
    """The rows of `table` as they were known on `day`, or as `version` has them: its own columns, sorted by its key.

    Raises InputError for a version that is not in the file. A table that had no row yet gives a frame without columns.
    """
    known = pq.read_schema(io.BytesIO(history)).metadata
    columns: dict[str, str] = json.loads(known[_TABLES]).get(table, {})
    frame = pl.read_parquet(io.BytesIO(history), columns=[*COLUMNS, *columns]).filter(pl.col("table") == table)
    if day is not None:
        at = dt.date.fromisoformat(day)
        frame = frame.filter((pl.col("known_from") <= at) & (pl.col("known_to").is_null() | (pl.col("known_to") > at)))
    if version is not None:
        numbers = [each[0] for each in json.loads(known[_MADE_FROM])]
        if version not in numbers:
            raise InputError(f"there is no version {version!r} in it", where=FILE, expected=", ".join(numbers))
        since, until = (pl.col(name).replace_strict(numbers, range(len(numbers)), return_dtype=pl.Int64)
                        for name in ("version_from", "version_to"))  # fmt: skip
        place = numbers.index(version)
        frame = frame.filter((since <= place) & (until.is_null() | (until > place)))
    return frame.select(pl.col(name).alias(own) for name, own in columns.items())


def _add(tables: dict[str, pl.DataFrame], version: Path, number: str, as_of: dt.date) -> None:
    """Takes the next version into `tables`: what it no longer says ends, what it says anew begins."""
    read = difference.read_version(version)
    said = {name: _rows(name, read) for name in read.tables if name not in LEFT_OUT}
    ended = [pl.lit(as_of).alias("known_to"), pl.lit(number).alias("version_to")]
    begun = [
        pl.lit(as_of).alias("known_from"), pl.lit(None, pl.Date).alias("known_to"),
        pl.lit(number).alias("version_from"), pl.lit(None, pl.String).alias("version_to"),
    ]  # fmt: skip
    for name in sorted({*said, *tables}):
        if name not in said:
            tables[name] = _ended(tables[name], pl.col("version_to").is_null(), ended)
            continue
        known = tables.get(name, said[name].clear().with_columns(begun))
        known, new = _aligned(known, said[name])
        facts = new.columns
        still = known.with_row_index("row").join(new, on=facts, how="semi", nulls_equal=True)
        gone = pl.col("version_to").is_null() & ~pl.int_range(pl.len()).is_in(still["row"].implode())
        open_rows = known.filter(pl.col("version_to").is_null())
        added = new.join(open_rows, on=facts, how="anti", nulls_equal=True).with_columns(begun)
        tables[name] = pl.concat([_ended(known, gone, ended), added.select(known.columns)])


def _rows(name: str, read: difference.Version) -> pl.DataFrame:
    """The rows of a table as facts: `table, key, valid_from, valid_to` and its own columns, renamed where a column of
    the history has their name."""
    frame, schema = read.tables[name], read.schemas[name]
    key = pl.concat_str([pl.col(each).cast(pl.String).fill_null("") for each in schema.primary_key], separator=";")
    dated = frame
    if name == "roster" and {"entry_id", "first_seen", "gone_by"} <= set(_columns(read, "listings")):
        seen = read.tables["listings"].select("entry_id", "first_seen", "gone_by")
        dated = frame.join(seen, on="entry_id", how="left", maintain_order="left")
    begins, ends = ([each for each in given if each in dated.columns] for given in _VALID.get(name, ((), ())))
    none = pl.lit(None, pl.Date)
    return dated.select(
        pl.lit(name).alias("table"),
        key.alias("key"),
        pl.coalesce(*begins, none).alias("valid_from"),
        pl.coalesce(*ends, none).alias("valid_to"),
        *(pl.col(each).alias(_shown(name, each)) for each in frame.columns),
    )


def _columns(read: difference.Version, name: str) -> list[str]:
    return read.tables[name].columns if name in read.tables else []


def _shown(table: str, column: str) -> str:
    """The column of the history in which a table's column stands."""
    return f"{table}_{column}" if column in COLUMNS else column


def _ended(known: pl.DataFrame, which: pl.Expr, ended: Sequence[pl.Expr]) -> pl.DataFrame:
    return known.with_columns(
        pl.when(which).then(each).otherwise(pl.col(each.meta.output_name())).alias(each.meta.output_name())
        for each in ended
    )


def _aligned(known: pl.DataFrame, new: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both with the same columns and types, where the schema has changed between them: a column that one lacks is null
    there, and one of two types is text."""
    for name in [each for each in new.columns if each not in known.columns]:
        known = known.with_columns(pl.lit(None, new.schema[name]).alias(name))
    for name in [each for each in known.columns if each not in new.columns and each not in COLUMNS]:
        new = new.with_columns(pl.lit(None, known.schema[name]).alias(name))
    for name in [each for each in new.columns if new.schema[each] != known.schema[each]]:
        known, new = (frame.with_columns(pl.col(name).cast(pl.String)) for frame in (known, new))
    return known, new


def _begun(previous: bytes | None, made_from: list[list[str]]) -> tuple[dict[str, pl.DataFrame], int]:
    """The tables that `previous` holds, and how many versions they were made from: none where it is not of the first
    of these versions, or cannot be read."""
    if previous is None:
        return {}, 0
    try:
        known = pq.read_schema(io.BytesIO(previous)).metadata or {}
        done, columns = json.loads(known[_MADE_FROM]), json.loads(known[_TABLES])
        frame = pl.read_parquet(io.BytesIO(previous))
    except (pa.ArrowException, pl.exceptions.PolarsError, KeyError, ValueError, OSError):
        return {}, 0  # it is made anew
    if done != made_from[: len(done)]:
        return {}, 0
    parts = {name: frame.filter(pl.col("table") == name).select(*COLUMNS, *own) for name, own in columns.items()}
    return parts, len(done)


def _parquet(tables: Mapping[str, pl.DataFrame], made_from: list[list[str]]) -> bytes:
    """The tables one below the other, sorted by table, key and version; nothing of the clock or the machine."""
    order = [*schemas.TABLES, *sorted(set(tables).difference(schemas.TABLES))]
    parts = [tables[name] for name in order if name in tables]
    types: dict[str, pl.DataType] = {}
    for part in parts:
        for name, dtype in part.schema.items():
            types[name] = dtype if types.get(name, dtype) == dtype else pl.String()
    columns = [*COLUMNS, *(name for name in types if name not in COLUMNS)]
    types = {name: COLUMNS.get(name) or types[name] for name in columns}
    sequence = pl.col("version_from").replace_strict(
        [each[0] for each in made_from], range(len(made_from)), return_dtype=pl.Int64
    )
    stacked = [
        part.sort("key", sequence, *part.columns, nulls_last=True).select(
            (pl.col(name).cast(types[name]) if name in part.columns else pl.lit(None, types[name])).alias(name)
            for name in columns
        )
        for part in parts
    ]
    whole = pl.concat(stacked) if stacked else pl.DataFrame(schema=types)
    own = {
        name: {shown: shown.removeprefix(f"{name}_") if shown.removeprefix(f"{name}_") in COLUMNS else shown
               for shown in tables[name].columns if shown not in COLUMNS}
        for name in order if name in tables
    }  # fmt: skip
    metadata: dict[bytes | str, bytes | str] = {_MADE_FROM: json.dumps(made_from), _TABLES: json.dumps(own)}
    arrow = pa.schema([pa.field(name, _ARROW[types[name]]) for name in columns]).with_metadata(metadata)
    out = io.BytesIO()
    table = whole.to_arrow().cast(arrow).replace_schema_metadata(arrow.metadata)
    pq.write_table(table, out, compression="zstd", compression_level=9, row_group_size=1_000_000, version="2.6")
    return out.getvalue()
