"""A table of a publisher's cells into claims: which column is which field, which value means what. Columnar.

Each column of a source is mapped, ignored by name, or an error; each value of a field that has a lookup is in it, or an
error. All tables here hold text; `_locator` says where each row stands in the source.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl
from pydantic import Field, field_validator, model_validator

from incumbent import edtf
from incumbent.archive import Snapshot
from incumbent.claims import ACCOUNT_CLAIMS, CLAIMS, EVENTS, with_claim_ids
from incumbent.errors import SourceError
from incumbent.sources.base import AdapterSettings, Context, Parsed

LOCATOR = "_locator"
_PROVENANCE = frozenset(("claim_id", "roster", "source", "role", "snapshot", "locator", "still_at", "seen_at"))
CLAIM_FIELDS = tuple(name for name in CLAIMS if name not in _PROVENANCE)
ACCOUNT_FIELDS = tuple(name for name in ACCOUNT_CLAIMS if name not in _PROVENANCE)
FIELDS = tuple(dict.fromkeys((*CLAIM_FIELDS, *ACCOUNT_FIELDS)))
_DATES = ("start", "end", "as_at", "stated_at", "last_post")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
#: Events that may concern a post alone.
_NOBODY = ("vacant", "withheld", "abolished", "renamed")
_PRESENT = ("holds", "vacant", "withheld")
#: Design 9: what can be said of an account.
STATES = (
    "none_known", "active", "dormant", "never_posted", "protected", "suspended", "deleted", "renamed",
    "identity_changed", "unknown",
)  # fmt: skip
KINDS = ("role", "official_personal", "personal")
_QUOTE = 200  # characters


def mapped(table: pl.DataFrame, settings: FieldSettings, context: Context) -> pl.DataFrame:
    """`table` (a source's columns, and _locator) with its columns named as fields, lookups and constants applied.

    A constant also fills the empty cells of a mapped column. Adds `quote` (the row's mapped cells, short) unless it is
    mapped. Raises SourceError for a column that is neither mapped nor ignored, a mapped column that is missing, a value
    that a lookup lacks, and a row without a field that is required.
    """
    columns = [name for name in table.columns if name != LOCATOR]
    unknown = [name for name in columns if name not in settings.columns and name not in settings.ignore]
    missing = [name for name in settings.columns if name not in columns]
    if unknown or missing:
        what = "the source has a column that is neither mapped nor ignored" if unknown else "the source lacks a column"
        raise SourceError(
            what,
            source=context.source,
            locator="header",
            value=(unknown or missing)[0],
            expected=", ".join([*settings.columns, *(f"{name} (ignored)" for name in settings.ignore)]),
        )
    clean = table.with_columns(pl.col(columns).str.strip_chars().replace("", None)) if columns else table
    kept = [name for name in columns if name in settings.columns]
    cells = clean.select(pl.col(LOCATOR), *(pl.col(name).alias(settings.columns[name]) for name in kept))
    if "quote" not in cells.columns and kept:
        words = pl.concat_str([pl.col(settings.columns[name]) for name in kept], separator=" | ", ignore_nulls=True)
        cells = cells.with_columns(words.str.slice(0, _QUOTE).alias("quote"))
    for name in sorted(settings.lookups):
        cells = _looked_up(cells, name, settings.lookups[name], context)
    for name in sorted(settings.constants):
        constant = pl.lit(str(settings.constants[name]))
        filled = pl.col(name).fill_null(constant) if name in cells.columns else constant
        cells = cells.with_columns(filled.alias(name))
    if settings.date_format:
        cells = _dated(cells, settings.date_format, context)
    if settings.required:
        _refuse(cells, [_lacking(name) for name in settings.required], context)
    return cells


def parsed(cells: pl.DataFrame, yields: Sequence[str], snapshot: Snapshot, context: Context) -> Parsed:
    """Claims and account claims of `cells` (fields as text, and _locator), with the context's defaults.

    With both kinds, every row is a claim, and those with a handle or a state are an account claim too. What says that a
    post is held, without a date of its own, holds at the date of the statement. Raises SourceError for the first row
    that says nothing or something that cannot be.
    """
    whole = cells.with_columns(
        pl.lit(None, pl.String).alias(name) for name in FIELDS if name not in cells.columns
    ).with_columns(
        pl.col("stated_at").fill_null(pl.lit(context.stated_at, pl.String)),
        pl.col("publisher").fill_null(pl.lit(context.publisher, pl.String)),
        pl.col("source_url").fill_null(pl.lit(context.source_url, pl.String)),
    )
    _refuse(whole, [_not_a_date(name) for name in _DATES], context)
    claims = _claims(whole, snapshot, context) if "claims" in yields else Parsed().claims
    accounts = Parsed().account_claims
    if "accounts" in yields:
        told = pl.col("handle").is_not_null() | pl.col("state").is_not_null()
        accounts = _accounts(whole.filter(told) if "claims" in yields else whole, snapshot, context)
    return Parsed(claims, accounts)


def _claims(cells: pl.DataFrame, snapshot: Snapshot, context: Context) -> pl.DataFrame:
    rows = cells.with_columns(pl.col("event").fill_null("holds"), pl.col("scope").fill_null(context.scope))
    event, scopes = pl.col("event"), ("complete", "partial")
    nobody = pl.col("person").is_null() & ~event.is_in(_NOBODY)
    nowhere = pl.col("post").is_null() & pl.col("organisation").is_null()
    _refuse(
        rows,
        [
            *(
                _Fault(
                    _said(name).is_null() & pl.col(name).is_not_null(),
                    name,
                    f"{name} is neither true nor false",
                    _TRUTH,
                )
                for name in ("acting", "primary")
            ),
            _Fault(~event.is_in(EVENTS), "event", "unknown event", EVENTS),
            _Fault(~pl.col("scope").is_in(scopes), "scope", "unknown scope", scopes),
            _Fault(nobody, "event", "the row names no person", ("a person", *_NOBODY)),
            _Fault(nowhere, "person", "the row names neither post nor organisation", ("one of the two",)),
        ],
        context,
    )
    undated = pl.all_horizontal(pl.col("start", "end", "as_at").is_null()) & event.is_in(_PRESENT)
    rows = rows.with_columns(
        _said("acting").fill_null(False),
        _said("primary").fill_null(context.primary),
        pl.when(undated).then("stated_at").otherwise("as_at").alias("as_at"),
    )
    return with_claim_ids(_provenanced(rows, snapshot, context).select(_cast(CLAIMS)))


def _accounts(cells: pl.DataFrame, snapshot: Snapshot, context: Context) -> pl.DataFrame:
    rows = cells.with_columns(pl.col("handle").str.strip_prefix("@"), pl.col("as_at").fill_null(pl.col("stated_at")))
    state, kind, posts = pl.col("state"), pl.col("kind"), pl.col("posts")
    nameless = pl.col("handle").is_null() & ~state.is_in(("none_known", "unknown"))
    _refuse(
        rows,
        [
            _Fault(pl.col("person").is_null(), "handle", "the row names no person", ("a person",)),
            _Fault(pl.col("platform").is_null(), "handle", "the row names no platform", ("x", "bluesky", "...")),
            _Fault(state.is_null() | ~state.is_in(STATES), "state", "unknown state", STATES),
            _Fault(kind.is_not_null() & ~kind.is_in(KINDS), "kind", "unknown kind", KINDS),
            _Fault(
                posts.is_not_null() & ~posts.str.contains(r"^\d{1,15}$"),
                "posts",
                "the value is not a number of posts",
                ("0", "1", "..."),
            ),
            _Fault(nameless, "state", "an account without a handle", ("a handle", "none_known", "unknown")),
        ],
        context,
    )
    return with_claim_ids(_provenanced(rows, snapshot, context).select(_cast(ACCOUNT_CLAIMS)))


def _provenanced(rows: pl.DataFrame, snapshot: Snapshot, context: Context) -> pl.DataFrame:
    return rows.with_columns(
        pl.lit("").alias("claim_id"),
        pl.lit(context.roster).alias("roster"),
        pl.lit(context.source).alias("source"),
        pl.lit(context.role).alias("role"),
        pl.lit(snapshot.sha256).alias("snapshot"),
        pl.col(LOCATOR).alias("locator"),
        pl.lit(None, pl.String).alias("still_at"),
        pl.lit(snapshot.fetched_at[:10] or None, pl.String).alias("seen_at"),
    )


def _cast(shape: dict[str, pl.DataType]) -> list[pl.Expr]:
    return [pl.col(name).cast(kind) for name, kind in shape.items()]


def _said(name: str) -> pl.Expr:
    """The truth value of a text column; null where the text is none."""
    return pl.col(name).str.to_lowercase().replace_strict(_TRUTH, default=None, return_dtype=pl.Boolean)


def _not_a_date(name: str) -> _Fault:
    impossible = edtf.last_day(name).is_null() | ~pl.col(name).str.contains(edtf.PATTERN)
    expected = ("2012", "2012-06", "2012-06-23")
    return _Fault(pl.col(name).is_not_null() & impossible, name, "the value is not a date", expected)


def _looked_up(cells: pl.DataFrame, name: str, lookup: dict[str, str], context: Context) -> pl.DataFrame:
    """Values of a field by its table; the key "" is for an empty cell, which stays empty without it."""
    known = list(lookup)
    unknown = pl.col(name).is_not_null() & ~pl.col(name).is_in(known)
    _refuse(cells, [_Fault(unknown, name, f"the lookup of {name} lacks a value", known)], context)
    filled = pl.col(name).fill_null(pl.lit("")) if "" in lookup else pl.col(name)
    found = filled.replace_strict(lookup, default=None, return_dtype=pl.String).replace("", None)
    return cells.with_columns(found.alias(name))


def _dated(cells: pl.DataFrame, date_format: str, context: Context) -> pl.DataFrame:
    for name in (name for name in _DATES if name in cells.columns):
        iso = pl.col(name).str.to_date(date_format, strict=False).dt.to_string("%Y-%m-%d")
        plain = edtf.last_day(name).is_not_null()
        wrong = pl.col(name).is_not_null() & iso.is_null() & ~plain
        _refuse(cells, [_Fault(wrong, name, "the value is not a date", (f"a date as {date_format}",))], context)
        cells = cells.with_columns(pl.coalesce(iso, pl.col(name)).alias(name))
    return cells


def _lacking(name: str) -> _Fault:
    return _Fault(pl.col(name).is_null(), name, f"the row lacks its {name}", ("a value, for the field is required",))


def _refuse(cells: pl.DataFrame, faults: Sequence[_Fault], context: Context) -> None:
    """Raise SourceError with place and value of the first row that has the first of `faults` that any row has.

    All are looked for in one pass: a roster has many small snapshots, and each pass over one costs a millisecond.
    """
    hits = cells.select(fault.wrong.any().alias(str(number)) for number, fault in enumerate(faults)).row(0)
    for fault, hit in zip(faults, hits, strict=True):
        if hit:
            locator, value = cells.filter(fault.wrong).select(LOCATOR, fault.column).row(0)
            raise SourceError(
                fault.what,
                source=context.source,
                locator=str(locator),
                value=value or "",
                expected=" | ".join(fault.expected),
            )


@dataclass(frozen=True)
class _Fault:
    """What a row must not be (`wrong`), the column that shows it, and the words for it."""

    wrong: pl.Expr
    column: str
    what: str
    expected: Iterable[str]


class FieldSettings(AdapterSettings):
    """Settings shared by the adapters that read rows of named cells.

    columns: source column -> field (FIELDS). ignore: source columns that are left out on purpose. constants: field ->
    value. lookups: field -> the source's word -> ours. required: fields that every row must fill. yields: claims,
    accounts, or both. date_format: strptime format of the source's dates, where they are not ISO.
    """

    columns: dict[str, str] = Field(default_factory=dict)
    ignore: list[str] = Field(default_factory=list)
    constants: dict[str, str | bool | int] = Field(default_factory=dict)
    lookups: dict[str, dict[str, str]] = Field(default_factory=dict)
    required: list[str] = Field(default_factory=list)
    yields: list[Literal["claims", "accounts"]] = Field(default=["claims"], min_length=1)
    date_format: str | None = None

    @field_validator("columns")
    @classmethod
    def _fields_exist(cls, columns: dict[str, str]) -> dict[str, str]:
        _check_fields(columns.values())
        double = sorted({name for name in columns.values() if list(columns.values()).count(name) > 1})
        if double:
            raise ValueError(f"two columns are mapped to the field {double[0]}")
        return columns

    @field_validator("constants", "lookups")
    @classmethod
    def _keys_exist(cls, values: dict[str, object]) -> dict[str, object]:
        _check_fields(values)
        return values

    @field_validator("date_format")
    @classmethod
    def _formats_a_date(cls, value: str | None) -> str | None:
        if value is not None and dt.date(2012, 6, 23).strftime(value) == value:
            raise ValueError(f"{value!r} is not a date format such as %d/%m/%Y")
        return value

    @model_validator(mode="after")
    def _lookups_have_a_column(self) -> FieldSettings:
        for setting, names in (("lookups", set(self.lookups)), ("required", set(self.required))):
            stray = sorted(names - self._filled_fields())
            if stray:
                raise ValueError(f"{setting}: no column is mapped to {stray[0]}")
        return self

    def _filled_fields(self) -> set[str]:
        return set(self.columns.values())


def _check_fields(names: Iterable[str]) -> None:
    for name in names:
        if name not in FIELDS:
            raise ValueError(f"there is no field {name!r}; there are {', '.join(FIELDS)}")
