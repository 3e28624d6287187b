"""Published tables of invented people, as large and as odd as a chart's test wants them."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence

import polars as pl

from tests import synthetic_package

AS_OF = dt.date(2031, 6, 28)


def published() -> dict[str, pl.DataFrame]:
    """The tables of the synthetic package."""
    return dict(_made())


def with_reasons(reasons: Sequence[str], *, right: int = 0) -> dict[str, pl.DataFrame]:
    """An entry out of date for each of `reasons` (`;` between several), then `right` current ones."""
    wrong = len(reasons)
    roster = pl.DataFrame(
        {
            "entry_id": [f"entry-{number}" for number in range(wrong + right)],
            "verdict": ["out_of_date"] * wrong + ["current"] * right,
            "reasons": [*reasons, *[None] * right],
        },
        schema={"entry_id": pl.String, "verdict": pl.String, "reasons": pl.String},
    )
    return {**published(), "roster": roster}


def with_days(days: Sequence[tuple[int | None, int | None]], names: Sequence[str] = ()) -> dict[str, pl.DataFrame]:
    """A listing for each pair of days wrong, at the least and at the most."""
    count = len(days)
    listings = pl.DataFrame(
        {
            "entry_id": [f"entry-{number:05d}" for number in range(count)],
            "listed_person": list(names) or [f"Person {number}" for number in range(count)],
            "listed_post": ["Clerk"] * count,
            "listed_organisation": ["Harbour Board"] * count,
            "days_wrong_minimum": pl.Series([least for least, _ in days], dtype=pl.Int64),
            "days_wrong_maximum": pl.Series([most for _, most in days], dtype=pl.Int64),
        }
    )
    return {**published(), "listings": listings}


def with_shares(rows: Sequence[tuple[dt.date, int, int, int]]) -> dict[str, pl.DataFrame]:
    """Shares of the whole list: day, entries, with an account, active; all accounts can be counted."""
    shares = pl.DataFrame(
        [
            {"since": since, "organisation_id": None, "entries": entries, "with_account": having, "counted": having,
             "active": active, "dormant": having - active, "never_posted": 0}
            for since, entries, having, active in rows
        ],
        schema_overrides={"organisation_id": pl.String},
    )  # fmt: skip
    return {**published(), "shares": shares}


@functools.cache
def _made() -> dict[str, pl.DataFrame]:
    return synthetic_package.tables()
