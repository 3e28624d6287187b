"""The moment as of which posts are counted."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from incumbent.errors import InputError

MICROSECONDS_A_DAY = 86_400_000_000
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", re.ASCII)


def microseconds(moment: dt.datetime) -> int:
    """Microseconds since 1970 of a moment that knows its zone."""
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def moment_of(text: str) -> Moment:
    """The moment that `2026-11-22T08:00:00Z` names; for a day, `2026-11-22`, its last instant in UTC.

    So a day's own posts count, as they do in an observation of that day (platforms/observing.py). Raises InputError.
    """
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError(text)
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{text!r} is no moment in time",
            where="as of",
            expected="a day such as 2026-11-22, or a moment in UTC such as 2026-11-22T08:00:00Z",
            do="give another --as-of",
        ) from None
    if read.tzinfo is None:
        read = dt.datetime.combine(read.date(), dt.time.max)
    return Moment(text, microseconds(read.replace(tzinfo=dt.UTC)))


@dataclass(frozen=True)
class Moment:
    """`text` as it was given and is published; `instant` in microseconds since 1970, UTC."""

    text: str
    instant: int

    def days_before(self, days: int) -> int:
        """The instant so many times 24 hours earlier: a post counts in a window when it is later than its start."""
        return self.instant - days * MICROSECONDS_A_DAY
