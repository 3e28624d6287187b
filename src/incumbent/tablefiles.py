"""One table as CSV, as Parquet and as CSV for spreadsheets: written byte-stable, read back by its schema.

CSV is RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180): UTF-8 without BOM, comma, CRLF, quotes only where needed;
ISO dates, true/false, the empty cell for missing. Parquet holds the same cells typed. Both are sorted by primary key.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from incumbent import edtf
from incumbent.errors import InputError, SchemaError
from incumbent.schemas import Field, TableSchema

#: A whole ISO date and nothing else; frictionless and strptime also take 2026-1-1.
ISO_DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

# What spreadsheets run on opening a file (OWASP, "CSV Injection"), full-width forms and leading blanks included.
_FORMULA = r"^[\s\p{Cf}\p{Cc}]*[=+\-@|%＝＋－＠]|^[\t\r\n]"

# pandas reads a nullable integer as float unless Parquet says otherwise; this is pandas' own notation for saying so
# (https://pandas.pydata.org/docs/development/developer.html). frictionless reads Parquet through pandas.
_PANDAS = {
    "string": ("unicode", "object"),
    "integer": ("int64", "Int64"),
    "number": ("float64", "Float64"),
    "boolean": ("bool", "boolean"),
    "date": ("date", "object"),
}


def conform(frame: pl.DataFrame, schema: TableSchema) -> pl.DataFrame:
    """`frame` as it is published: the schema's columns, order and types, empty text as null, sorted by primary key.

    Columns that the schema does not have are dropped; a column that is not required may be absent. Text becomes a date,
    a number or a boolean only when it is one. Raises SchemaError for an absent required column and for a value that its
    field's type cannot hold, naming the table, the field and the value.
    """
    columns = []
    for field in schema.fields:
        if field.name in frame.columns:
            columns.append(_conform_column(frame[field.name], field, schema.name))
        elif field.constraints.get("required") and not frame.is_empty():
            raise SchemaError(
                f"table {schema.name} lacks its required column {field.name!r}",
                where=f"table {schema.name}",
                expected=", ".join(schema.names),
                do="the step that makes the table must give it",
            )
        else:
            columns.append(pl.Series(field.name, [None] * frame.height, dtype=schema.types[field.name]))
    whole = pl.DataFrame(columns)
    rest = [name for name in schema.names if name not in schema.primary_key]
    return whole.sort([*schema.primary_key, *rest], nulls_last=True)


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """`frame` as RFC 4180 CSV."""
    path.write_bytes(csv_bytes(frame))


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """`frame` as the bytes of its CSV."""
    out = io.BytesIO()
    frame.write_csv(out, line_terminator="\r\n", date_format="%Y-%m-%d", null_value="", quote_style="necessary")
    return out.getvalue()


def write_excel_csv(frame: pl.DataFrame, path: Path) -> None:
    """`frame` as CSV for a spreadsheet: with BOM, and an apostrophe before text that the spreadsheet would run."""
    text = [name for name, dtype in frame.schema.items() if dtype == pl.String()]
    safe = frame.with_columns(
        pl.when(is_run(pl.col(name))).then(pl.lit("'") + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in text
    )
    path.write_bytes(b"\xef\xbb\xbf" + csv_bytes(safe))


def is_run(text: pl.Expr) -> pl.Expr:
    """Whether a spreadsheet would run the text as a formula if it were typed into a cell."""
    return text.str.contains(_FORMULA)


def write_parquet(frame: pl.DataFrame, schema: TableSchema, path: Path) -> None:
    """`frame` as Parquet: zstd, one row group per million rows, dates as date32, nothing of the clock or machine."""
    table = _arrow(frame, schema)
    pq.write_table(table, path, compression="zstd", compression_level=9, row_group_size=1_000_000, version="2.6")


def read_parquet(path: Path, schema: TableSchema) -> pl.DataFrame:
    """The published Parquet file, typed. Raises InputError when it is damaged or has other columns or types."""
    try:
        frame = pl.read_parquet(path, use_pyarrow=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError("is not readable as Parquet", where=str(path), do=str(error)) from error
    if dict(frame.schema) != schema.types:
        raise InputError("has other columns or types than its schema", where=str(path), expected=str(schema.types))
    return frame


def read_csv_text(path: Path, schema: TableSchema) -> pl.DataFrame:
    """The published CSV file with every cell as text, missing as null.

    Raises InputError for bytes that are not UTF-8, a BOM, ragged rows, or other columns than the schema's.
    """
    content = path.read_bytes()
    if content.startswith(b"\xef\xbb\xbf"):
        raise InputError("starts with a byte order mark", where=str(path), expected="UTF-8 without BOM")
    try:
        frame = pl.read_csv(content, infer_schema=False, encoding="utf8", truncate_ragged_lines=False)
    except pl.exceptions.PolarsError as error:
        raise InputError("is not readable as CSV", where=str(path), do=str(error)) from error
    if frame.columns != schema.names:
        raise InputError("has other columns than its schema", where=str(path), expected=", ".join(schema.names))
    return frame


def typed(text: pl.DataFrame, schema: TableSchema) -> pl.DataFrame:
    """The cells of read_csv_text as the schema's types. Raises SchemaError for one that cannot be."""
    return pl.DataFrame([_conform_column(text[field.name], field, schema.name) for field in schema.fields])


def _conform_column(column: pl.Series, field: Field, table: str) -> pl.Series:
    target = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date}[
        field.type
    ]
    if column.dtype == pl.Null:
        return column.cast(target)
    given = column
    if column.dtype == pl.String:
        given = column.replace("", None)
    if given.dtype == target:
        return given
    if given.dtype != pl.String:
        converted = given.cast(target, strict=False)
    elif field.type == "date":
        converted = _dates(given, field)
    elif field.type == "boolean":
        converted = given.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    else:
        converted = given.cast(target, strict=False)
    lost = given.filter(given.is_not_null() & converted.is_null())
    if len(lost):
        raise SchemaError(
            f"{field.name} cannot be {lost[0]!r}",
            where=f"table {table}, field {field.name}, {len(lost)} of {len(given)} rows",
            expected=f"{field.type} (a whole date such as 2012-06-28)" if field.type == "date" else field.type,
            do="the step that makes the table must give it",
        )
    return converted


def _dates(text: pl.Series, field: Field) -> pl.Series:
    name = field.name
    whole = pl.when(pl.col(name).str.contains(ISO_DATE)).then(pl.col(name))
    return text.to_frame(name).select(edtf.last_day(whole).alias(name)).to_series()


def _arrow(frame: pl.DataFrame, schema: TableSchema) -> pa.Table:
    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    columns = [
        {
            "name": field.name,
            "field_name": field.name,
            "pandas_type": _PANDAS[field.type][0],
            "numpy_type": _PANDAS[field.type][1],
            "metadata": None,
        }
        for field in schema.fields
    ]
    pandas = {"index_columns": [], "column_indexes": [], "columns": columns, "pandas_version": "2.0.0"}
    arrow = pa.schema(
        [pa.field(field.name, types[field.type]) for field in schema.fields],
        metadata={"pandas": json.dumps(pandas, sort_keys=True)},
    )
    return frame.to_arrow().cast(arrow).replace_schema_metadata(arrow.metadata)
