"""A field of a Table Schema as columnar checks: what makes a cell certainly right, and what its value is equal by.

A check here may be too strict and never too lax: a cell that it does not find right goes to frictionless' own reader of
the field, once for each distinct text. Rule: frictionless 5 (`fields/*.py`, `schema/field.py`), which the differential
test compares with.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from incumbent.validation import patterns
from incumbent.validation.tables import HandOver

#: What says how a cell is read: fields that differ in none of it read the same text as the same value.
_READING = (
    "type", "format", "missingValues", "bareNumber", "floatNumber", "decimalChar", "groupChar", "trueValues",
    "falseValues", "delimiter", "itemType", "arrayItem",
)  # fmt: skip
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_ORDERED = ("required", "unique", "enum", *_BOUNDS)
#: The constraints that frictionless knows, by type; it refuses a schema with others.
_CONSTRAINTS = {
    "string": ("required", "unique", "enum", "pattern", "minLength", "maxLength"),
    "any": ("required", "unique", "enum"),
    "boolean": ("required", "unique", "enum"),
    "integer": _ORDERED,
    "number": _ORDERED,
    "date": _ORDERED,
    "datetime": _ORDERED,
    "year": _ORDERED,
    "yearmonth": _ORDERED,
    "list": ("required", "unique", "minLength", "maxLength"),
    "array": ("required", "unique", "enum", "minLength", "maxLength"),
    "object": ("required", "unique", "enum", "minLength", "maxLength"),
}
_BOOLEANS = ["true", "True", "TRUE", "1", "false", "False", "FALSE", "0"]
_DAY = (
    r"(?:[12][0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[12][0-9](?:0[48]|[2468][048]|[13579][26])|(?:1[26]|2[048])00)-02-29)"
)
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?"
#: Text that certainly is a value of the type, in its default format.
_TEXTS = {
    "date": rf"\A{_DAY}\z",
    "datetime": rf"\A{_DAY}T{_TIME}\z",
    "year": r"\A[0-9]{4}\z",
    "yearmonth": r"\A[0-9]{4}-(?:0[1-9]|1[0-2])\z",
}
#: Types of Parquet columns whose cells are values of a type of the schema.
_TYPED: Mapping[str, Callable[[pl.DataType], bool]] = {
    "string": lambda found: found == pl.String,
    "boolean": lambda found: found == pl.Boolean,
    "integer": lambda found: found.is_integer(),
    "number": lambda found: found.is_numeric(),
    "date": lambda found: found == pl.Date,
    "datetime": lambda found: found.base_type() == pl.Datetime,
}


def compile_field(field: Mapping[str, Any], schema: Mapping[str, Any], found: pl.DataType | None) -> Column:
    """The checks of a field whose cells are of the type `found`; None: text of CSV, where null is the empty cell.

    Raises HandOver for what is not understood.
    """
    name, kind, constraints = field.get("name"), str(field.get("type")), field.get("constraints", {})
    known = _CONSTRAINTS.get(kind)
    if not isinstance(name, str) or known is None or not isinstance(constraints, dict) or set(constraints) - set(known):
        raise HandOver(f"the field {name!r} is not understood")
    missing_values = _missing_values(field, schema)
    cell = pl.col(name)
    if found is None and "" not in missing_values:
        cell = cell.fill_null("")
    found = found or pl.String()
    if found.is_nested() or (found != pl.String and missing_values != [""]):
        raise HandOver(f"missing values of {name!r} are not told by its text")
    missing = cell.is_null()
    if found == pl.String:
        missing = functools.reduce(operator.or_, (cell == value for value in missing_values), missing)
    simple = not set(field) & set(_READING) - {"type", "format", "missingValues"}
    simple &= field.get("format", "default") == "default"
    typed = _typed(kind, cell, found) if simple else None
    right = _right(kind, constraints, cell, typed, found) if typed is not None else None
    required = constraints.get("required") is True
    if right is not None:
        right = right.fill_null(False)
        right = right & missing.not_() if required else right | missing
    reading = {key: field[key] for key in _READING if key in field} | {"missingValues": sorted(missing_values)}
    return Column(name, cell, missing, right, required, _equality(kind, cell, typed, found), reading)


def _missing_values(field: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    entries = field.get("missingValues", schema.get("missingValues", [""]))
    return [str(each["value"]) if isinstance(each, dict) else str(each) for each in entries]


def _typed(kind: str, cell: pl.Expr, found: pl.DataType) -> pl.Expr | None:
    """The value of a cell; null where it certainly is none, or may be none. None: nothing is certain."""
    if found != pl.String:
        return cell if kind in _TYPED and _TYPED[kind](found) else None
    if kind in ("string", "any"):
        return cell
    if kind in ("integer", "number"):
        return cell.cast(pl.Int64 if kind == "integer" else pl.Float64, strict=False)
    if kind == "boolean":
        return pl.when(cell.is_in(_BOOLEANS)).then(cell)
    if kind in _TEXTS:
        return pl.when(cell.str.contains(_TEXTS[kind])).then(cell)
    return None


def _right(
    kind: str, constraints: Mapping[str, Any], cell: pl.Expr, typed: pl.Expr, found: pl.DataType
) -> pl.Expr | None:
    """Whether a cell that is not missing certainly meets its type and each constraint; None: that cannot be told."""
    if kind in _TEXTS and found == pl.String:
        right = cell.str.contains(_TEXTS[kind])
    elif kind in ("string", "any") or found != pl.String:
        right = pl.lit(True)
    elif kind == "boolean":
        right = cell.is_in(_BOOLEANS)
    else:
        right = typed.is_not_null()
    if kind == "number" and (found == pl.String or found.is_float()):
        right = right & typed.is_not_nan()  # which is greater than any bound to Polars, and keeps none to frictionless
    for name, asked in constraints.items():
        check = _constraint(name, asked, kind, cell, typed, found)
        if check is None:
            return None
        right = right & check
    return right


def _constraint(name: str, asked: Any, kind: str, cell: pl.Expr, typed: pl.Expr, found: pl.DataType) -> pl.Expr | None:
    if name in ("required", "unique"):
        return pl.lit(True) if isinstance(asked, bool) else None
    text = kind == "string" and found == pl.String
    if name == "enum" and text and isinstance(asked, list) and all(isinstance(each, str) for each in asked):
        return cell.is_in(asked)
    if name == "enum" and kind == "integer" and isinstance(asked, list) and all(map(_is_small, asked)):
        return typed.is_in(asked)
    if name == "pattern" and text and isinstance(asked, str):
        regex = patterns.proof(asked)
        return cell.str.contains(regex) if regex is not None else None
    if name in ("minLength", "maxLength") and text and _is_small(asked):
        long: pl.Expr = cell.str.len_chars() >= asked if name == "minLength" else cell.str.len_chars() <= asked
        return long
    if name in _BOUNDS:
        return _bound(name, asked, kind, cell, typed, found)
    return None


def _bound(name: str, asked: Any, kind: str, cell: pl.Expr, typed: pl.Expr, found: pl.DataType) -> pl.Expr | None:
    """A bound that a value keeps for certain. A number is taken as the nearest float, and frictionless reckons in
    decimals: of two that are apart as floats, the order is the same."""
    bound: Any = None
    if kind == "integer" and _is_small(asked):
        bound = asked
    elif kind == "number" and type(asked) in (int, float) and abs(asked) < 2**53:
        beyond: pl.Expr = typed > float(asked) if name in ("minimum", "exclusiveMinimum") else typed < float(asked)
        return beyond if name.startswith("exclusive") else beyond | _exactly(asked, typed, cell, found)
    elif kind == "date" and isinstance(asked, str) and pl.Series([asked]).str.contains(_TEXTS["date"]).all():
        bound = pl.lit(asked) if found == pl.String else pl.lit(asked).str.to_date("%Y-%m-%d")
    if bound is None:
        return None
    keeps: dict[str, pl.Expr] = {
        "minimum": typed >= bound,
        "maximum": typed <= bound,
        "exclusiveMinimum": typed > bound,
        "exclusiveMaximum": typed < bound,
    }
    return keeps[name]


def _exactly(asked: float, typed: pl.Expr, cell: pl.Expr, found: pl.DataType) -> pl.Expr:
    """Whether a number equals its bound in decimals too. Equal floats do not prove it, except of decimals of no more
    than 15 digits (DBL_DIG), not too small."""
    if found != pl.String:
        return typed == float(asked)
    short = len(str(asked)) <= 15 and "e" not in str(asked)
    return (typed == float(asked)) & (cell.str.len_bytes() <= 15) & ~cell.str.contains("[eE]") & pl.lit(short)


def _is_small(value: Any) -> bool:
    return type(value) is int and abs(value) < 2**62


def _equality(kind: str, cell: pl.Expr, typed: pl.Expr | None, found: pl.DataType) -> Equality:
    """Two cells of equal value are equal by this; two that are not may be, which costs time only."""
    if typed is not None and kind in ("string", "any") and found == pl.String:
        return Equality(cell, pl.String(), str)
    if typed is not None and kind == "integer":
        return Equality(typed.cast(pl.Int64, strict=False), pl.Int64(), _small)
    if typed is not None and kind == "number":
        return Equality(typed.cast(pl.Float64) + 0.0, pl.Float64(), _nearest)
    if typed is not None and kind == "date":
        return Equality(typed.cast(pl.String), pl.String(), lambda value: value.isoformat())
    return Equality(None, pl.Int64(), hash)


def _small(value: int) -> int:
    return value if -(2**63) <= value < 2**63 else value & 2**63 - 1


def _nearest(value: Decimal | float) -> float:
    try:
        return float(value) + 0.0
    except ValueError as error:  # a signalling NaN, which frictionless cannot compare either
        raise HandOver(str(error)) from None


@dataclass(frozen=True)
class Equality:
    """`of`: what equal cells have in common (null: `of_value` tells it, of the value that frictionless reads)."""

    of: pl.Expr | None
    type: pl.DataType
    of_value: Callable[[Any], Any]


@dataclass(frozen=True)
class Column:
    """The checks of one column. `right`: certainly without fault (None: of no cell is that known). `reading`: all that
    says how its text is read; columns alike in that read equal text as equal values."""

    name: str
    cell: pl.Expr
    missing: pl.Expr
    right: pl.Expr | None
    required: bool
    equality: Equality
    reading: Mapping[str, Any]

    @property
    def plain_text(self) -> bool:
        """Whether a value is its own text."""
        return self.reading.get("type") == "string" and self.reading.get("format", "default") == "default"
