"""Dates of EDTF level 0: `2012`, `2012-06`, `2012-06-23`, and the interval of days each one means.

Rule: EDTF level 0, the Library of Congress, https://www.loc.gov/standards/datetime/. A date says how precisely
it is known; comparing two of them compares intervals. Strict on purpose: `2012-6-1` is not a date here.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

import polars as pl

from incumbent.errors import InputError

PATTERN = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
_COMPILED = re.compile(PATTERN)


def bounds(text: str) -> tuple[dt.date, dt.date]:
    """First and last day that `text` can mean. Raises ValueError when it is no EDTF level 0 date."""
    if not _COMPILED.match(text) or text.startswith("0000"):
        raise ValueError(f"{text!r} is not a date of the form 2012, 2012-06 or 2012-06-23")
    parts = [int(part) for part in text.split("-")]
    year = parts[0]
    if len(parts) == 1:
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    if len(parts) == 2:
        return dt.date(year, parts[1], 1), dt.date(year, parts[1], calendar.monthrange(year, parts[1])[1])
    day = dt.date(year, parts[1], parts[2])
    return day, day


def parse_day(text: str, *, what: str = "as_of") -> dt.date:
    """One whole day. Raises InputError that says what was expected."""
    try:
        first, last = bounds(text)
        if first != last:
            raise ValueError
    except ValueError:
        raise InputError(
            f"{text!r} is not a day", where=what, expected="a date such as 2012-06-28", do="give a whole date"
        ) from None
    return first


def first_day(column: str | pl.Expr) -> pl.Expr:
    """The first day that each date of a column can mean, as pl.Date; null for null, empty or impossible."""
    text = pl.col(column) if isinstance(column, str) else column
    return _day(text, last=False)


def last_day(column: str | pl.Expr) -> pl.Expr:
    """The last day that each date of a column can mean, as pl.Date; null for null, empty or impossible."""
    text = pl.col(column) if isinstance(column, str) else column
    return _day(text, last=True)


def _day(text: pl.Expr, *, last: bool) -> pl.Expr:
    length = text.str.len_chars()
    year = pl.when(length == 4).then(text + ("-12-31" if last else "-01-01")).str.to_date("%Y-%m-%d", strict=False)
    month = pl.when(length == 7).then(text + "-01").str.to_date("%Y-%m-%d", strict=False)
    day = pl.when(length == 10).then(text).str.to_date("%Y-%m-%d", strict=False)
    return pl.coalesce(year, month.dt.month_end() if last else month, day)
