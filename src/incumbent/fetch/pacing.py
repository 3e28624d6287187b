"""Turns: how often and by how many at once a host is visited, and whether it is left alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from incumbent.fetch.faults import Failure
from incumbent.fetch.timing import Clock, instant


class PolitenessLike(Protocol):
    """How a host is treated; roster.Politeness is one."""

    @property
    def delay_seconds(self) -> float:
        """From the start of one request to the start of the next."""

    @property
    def concurrency(self) -> int:
        """Requests at once."""


#: By host; or pairs, where several sources speak of one host and the slower wins. `*` is for every other host.
PolitenessByHost = Mapping[str, PolitenessLike] | Iterable[tuple[str, PolitenessLike]]


@dataclass
class _Host:
    delay: float = 1.0
    concurrency: int = 1
    changed: threading.Condition = field(default_factory=threading.Condition)
    active: int = 0
    next_start: float = float("-inf")
    held_until: float = float("-inf")
    retry_at: float | None = None  # set for good once the host is deferred


class Pacing:
    """The hosts' turns, for all threads. A host never waits for another.

    `clock` measures the waiting, `sleep` does it. A host that `politeness` does not name gets a request a second, one
    at a time.
    """

    def __init__(self, politeness: PolitenessByHost, clock: Clock, sleep: Callable[[float], None]) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}
        for name, one in politeness.items() if isinstance(politeness, Mapping) else politeness:
            host = self._hosts.get(name.lower())
            if host is None:
                self._hosts[name.lower()] = _Host(one.delay_seconds, one.concurrency)
            else:
                host.delay = max(host.delay, one.delay_seconds)
                host.concurrency = min(host.concurrency, one.concurrency)

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Wait for the host's turn, and have it. Raises Failure `deferred` where the host is."""
        host = self._host(name)
        with host.changed:
            while host.active >= host.concurrency and host.retry_at is None:
                host.changed.wait()
            _refuse_deferred(host)
            host.active += 1
        try:
            self._wait(host)
            yield
        finally:
            with host.changed:
                host.active -= 1
                host.changed.notify()

    def slow_down(self, name: str, delay: float) -> None:
        """From now on at least `delay` seconds between requests: what a robots.txt asks for."""
        host = self._host(name)
        with host.changed:
            if delay > host.delay:
                host.delay = delay
                # The request for robots.txt itself was the last one.
                host.next_start = max(host.next_start, self._clock() + delay)

    def hold(self, name: str, seconds: float) -> None:
        """No request to the host for so long, by any thread."""
        host = self._host(name)
        with host.changed:
            host.held_until = max(host.held_until, self._clock() + seconds)
            host.next_start = max(host.next_start, host.held_until)

    def defer(self, name: str, retry_at: float) -> None:
        """No further request to the host, by any thread: each fails at once, and says `retry_at` (since 1970)."""
        host = self._host(name)
        with host.changed:
            host.retry_at = max(retry_at, host.retry_at or 0.0)
            host.changed.notify_all()

    def refuse_deferred(self, name: str) -> None:
        """Raises Failure `deferred` where the host is."""
        _refuse_deferred(self._host(name))

    def _wait(self, host: _Host) -> None:
        reached = self._clock()
        while True:
            with host.changed:
                start = max(reached, host.next_start)
                host.next_start = start + host.delay
            if start > reached:
                self._sleep(start - reached)
            # Where the host has asked for a pause meanwhile, another turn is due.
            reached = max(self._clock(), start)
            with host.changed:
                _refuse_deferred(host)
                if host.held_until <= reached:
                    return

    def _host(self, name: str) -> _Host:
        with self._lock:
            host = self._hosts.get(name)
            if host is None:
                usual = self._hosts.get("*") or _Host()
                host = self._hosts[name] = _Host(usual.delay, usual.concurrency)
            return host


def _refuse_deferred(host: _Host) -> None:
    if host.retry_at is not None:
        raise Failure(
            "deferred", f"the host is left alone in this run, until {instant(host.retry_at)}", retry_at=host.retry_at
        )
