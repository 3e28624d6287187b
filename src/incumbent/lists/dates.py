"""Dates as people write them, to EDTF level 0 (edtf.py): a whole column at a time, and never by guessing.

`03/04/2012` is 3 April in London and 4 March in Washington. A column that somewhere says `31/12/2011` has told its
order; one that never does is refused, with the row.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

import polars as pl

from incumbent import edtf
from incumbent.errors import InputError

EXPECTED = "a date such as 2012-06-23, 2012-06, 2012 or 23 June 2012"
#: Words that stand for no date.
NO_DATE = frozenset({"", "-", "–", "—", "?", "n/a", "na", "nil", "none", "null", "unknown", "not known", "tbc"})
#: Words in an end column that say that it has not ended.
NOT_ENDED = frozenset({"present", "current", "ongoing", "now", "to date", "today", "incumbent", "in post"})
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH_NUMBERS = {name[:length]: i for i, name in enumerate(_MONTHS, 1) for length in (3, len(name))} | {"sept": 9}
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"

_TIMESTAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?", re.ASCII
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DAY_MONTH = re.compile(_WEEKDAY + r"(\d{1,2})(?:st|nd|rd|th)?[\s\-]+(?:of\s+)?([a-z]+)\.?,?[\s\-]+(\d{4})", re.ASCII)
_MONTH_DAY = re.compile(_WEEKDAY + r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.ASCII)
_MONTH_YEAR = re.compile(r"([a-z]+)\.?,?[\s\-]+(\d{4})", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII)


def read_column(cells: pl.Series, rows: pl.Series, *, where: str, column: str, ends: bool = False) -> pl.Series:
    """`cells` (text) as EDTF level 0 text, null for no date. `rows` are the row numbers to name in an error.

    `ends`: the column may also say `present`. Raises InputError with the row for a value that is no date, an
    impossible one, and one whose order of day and month nothing in the column tells.
    """
    is_plain = cells.str.contains(edtf.PATTERN) & pl.select(edtf.first_day(pl.lit(cells))).to_series().is_not_null()
    is_plain &= ~cells.str.starts_with("0000")
    others = cells.filter(cells.is_not_null() & ~is_plain).unique().to_list()
    if not others:
        return cells
    parsed: dict[str, str | Numbers | None] = {}
    bad: list[str] = []
    for text in others:
        try:
            parsed[text] = _parse(text, ends=ends)
        except ValueError:
            bad.append(text)

    def refuse(values: list[str], what: str, expected: str, do: str) -> InputError:
        first = pl.DataFrame({"cell": cells, "row": rows}).filter(pl.col("cell").is_in(values)).row(0, named=True)
        place = f"{where}, row {first['row']}, column {column!r}"
        return InputError(what.format(value=repr(first["cell"])), where=place, expected=expected, do=do)

    if bad:
        raise refuse(bad, "{value} is not a date", EXPECTED, "correct the date, or leave the cell empty")
    unclear = {text: value for text, value in parsed.items() if isinstance(value, Numbers)}
    orders = {order for order in (numbers.order() for numbers in unclear.values()) if order}
    if len(orders) > 1:
        month_first = [text for text, numbers in unclear.items() if numbers.order() == "month first"]
        raise refuse(
            month_first,
            "{value} has the month first, other dates of the column have the day first",
            "one order in a column",
            "write the dates as 2012-06-23",
        )
    open_ones = [
        text for text, numbers in unclear.items() if numbers.order() is None and numbers.first != numbers.second
    ]
    if open_ones and not orders:
        raise refuse(
            open_ones,
            "{value} could be the day or the month first, and no other date of the column tells",
            EXPECTED,
            "write the dates as 2012-06-23",
        )
    day_first = orders != {"month first"}
    read: dict[str, str | None] = {}
    for text, value in parsed.items():
        try:
            read[text] = value.read(day_first=day_first) if isinstance(value, Numbers) else value
        except ValueError:
            bad.append(text)
    if bad:
        raise refuse(bad, "{value} is not a date", EXPECTED, "correct the date, or leave the cell empty")
    return cells.replace(list(read), list(read.values()))


def _parse(text: str, *, ends: bool) -> str | Numbers | None:
    """One cell; Numbers when the order of day and month must come from the column. ValueError when it is no date."""
    word = " ".join(text.casefold().split())
    if word in NO_DATE or (ends and word in NOT_ENDED):
        return None
    if match := _TIMESTAMP.fullmatch(text):
        return _date(*match[1].split("-"))
    if match := _YEAR_FIRST.fullmatch(word):
        return _date(match[1], match[3], match[4])
    if match := _COMPACT.fullmatch(word):
        return _date(*match.groups())
    if match := _DAY_MONTH.fullmatch(word):
        return _date(match[3], _month(match[2]), match[1])
    if match := _MONTH_DAY.fullmatch(word):
        return _date(match[3], _month(match[1]), match[2])
    if match := _MONTH_YEAR.fullmatch(word):
        return _date(match[2], _month(match[1]), None)
    if match := _NUMBERS.fullmatch(word):
        return Numbers(int(match[1]), int(match[3]), int(match[4]))
    raise ValueError(text)


def _month(word: str) -> int:
    if word not in _MONTH_NUMBERS:
        raise ValueError(word)
    return _MONTH_NUMBERS[word]


def _date(year: str | int, month: str | int, day: str | int | None) -> str:
    """EDTF text of a real date; ValueError for an impossible one."""
    if day is None:
        return dt.date(int(year), int(month), 1).isoformat()[:7]
    return dt.date(int(year), int(month), int(day)).isoformat()


class Numbers(NamedTuple):
    """A date such as 03/04/2012: two numbers whose order the column tells, or nobody."""

    first: int
    second: int
    year: int

    def order(self) -> str | None:
        """`day first` or `month first` where one number is over 12."""
        if self.first > 12:
            return "day first"
        return "month first" if self.second > 12 else None

    def read(self, *, day_first: bool) -> str:
        """The date in that order; ValueError for an impossible one."""
        day, month = (self.first, self.second) if day_first else (self.second, self.first)
        return _date(self.year, month, day)
