"""Where an axis of time is marked."""

from __future__ import annotations

import datetime as dt

from incumbent.charts import words

#: Months from one mark to the next, finest first: the first that gives few enough marks is taken.
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
_YEAR = 12


def marks(first: dt.date, last: dt.date, most: int) -> list[tuple[dt.date, str]]:
    """Up to `most` days between `first` and `last`, at the start of months or years, with what is written there.

    Fewer than two of them say nothing: then `first` and `last` themselves, in full.
    """
    start, end = first.year * _YEAR + first.month - 1, last.year * _YEAR + last.month - 1
    for step in _STEPS:
        months = [month for month in range(-(-start // step) * step, end + 1, step) if _first_of(month) >= first]
        if len(months) <= most:
            break
    if len(months) < 2:
        return [(day, words.day(day)) for day in sorted({first, last})]
    yearly = step % _YEAR == 0
    return [(_first_of(month), str(month // _YEAR) if yearly else words.month(_first_of(month))) for month in months]


def _first_of(month: int) -> dt.date:
    return dt.date(month // _YEAR, month % _YEAR + 1, 1)
