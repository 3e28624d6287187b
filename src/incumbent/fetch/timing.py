"""Time: what a fetch has left, and how long a server asks us to wait."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from incumbent.fetch.faults import Failure

Clock = Callable[[], float]
_LONGEST_WAIT = 10 * 366 * 86_400  # seconds; a greater Retry-After means never


class Deadline:
    """The time that one fetch has. It runs within `running()` only, by the clock of `clocks` that has gone furthest.

    A test's clock moves when it is told to, sockets wait in real time: both count.
    """

    def __init__(self, seconds: float, clocks: tuple[Clock, ...] = (time.monotonic,)) -> None:
        self.seconds = seconds
        self._clocks = clocks
        self._spent = [0.0] * len(clocks)
        self._since: list[float] | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the time run."""
        self._since = [clock() for clock in self._clocks]
        try:
            yield
        finally:
            self._spent = self._elapsed()
            self._since = None

    def remaining(self) -> float:
        """Seconds left, not below 0."""
        return max(0.0, self.seconds - max(self._elapsed()))

    def check(self) -> None:
        """Raises Failure `timeout` where no time is left."""
        if not self.remaining():
            raise Failure("timeout", f"it took longer than {self.seconds:g} s in all")

    def _elapsed(self) -> list[float]:
        if self._since is None:
            return self._spent
        return [
            spent + clock() - since for spent, clock, since in zip(self._spent, self._clocks, self._since, strict=True)
        ]


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, counted from `now` (since 1970); None for none that can be read.

    RFC 9110, 10.2.3: whole seconds, or an HTTP date.
    """
    if value is None:
        return None
    if re.fullmatch(r"[0-9]+", value):
        return float(min(int(value[:12]), _LONGEST_WAIT)) if len(value) <= 12 else float(_LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(0.0, moment.timestamp() - now), _LONGEST_WAIT)
    except (ValueError, OverflowError):
        return None


def instant(moment: float) -> str:
    """Seconds since 1970 as "2026-11-22T08:00:00Z"."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
