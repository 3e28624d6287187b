"""robots.txt (RFC 9309): asked for once per origin and day, and obeyed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from incumbent.fetch.addresses import Address
from incumbent.fetch.faults import Failure
from incumbent.fetch.messages import Limits, Response
from incumbent.fetch.timing import Clock

AGENT = "incumbent"  # the product token that a robots.txt may name

#: Reads a robots.txt; raises Failure. The origin's address and the hosts that a redirect may lead to.
Read = Callable[[Address, frozenset[str]], Response]

_OTHERS = "User-agent: another-agent"
_USER_AGENT = re.compile(r"(?i)\s*user[- ]?agent\s*:?\s*([^#]*)")
_TOO_MANY_REQUESTS = 429  # a 4xx that says nothing about whether there is a robots.txt


@dataclass(frozen=True)
class _Rules:
    until: float  # seconds since 1970
    parsed: Protego | None = None  # None: all is allowed, or `refusal` forbids all
    refusal: tuple[str, str] | None = None  # fault and what to tell


class Robots:
    """What the origins' robots.txt allow, for all threads. An origin that is slow to tell holds up no other."""

    def __init__(self, read: Read, slow_down: Callable[[str, float], None], limits: Limits, clock: Clock) -> None:
        self._read, self._slow_down, self._limits, self._clock = read, slow_down, limits, clock
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._rules: dict[str, _Rules] = {}

    def check(self, address: Address, hosts: frozenset[str]) -> None:
        """Raises Failure `robots` where the address is forbidden, the reading's own fault where no rules were got.

        `hosts` are those that a redirect of the robots.txt itself may lead to.
        """
        with self._lock:
            lock = self._locks.setdefault(address.origin, threading.Lock())
        with lock:
            rules = self._rules.get(address.origin)
            if rules is None or rules.until <= self._clock():
                rules = self._rules[address.origin] = self._fetched(address, hosts)
        if rules.refusal:
            raise Failure(*rules.refusal)
        if rules.parsed is not None and not rules.parsed.can_fetch(address.url, AGENT):
            raise Failure("robots", "robots.txt forbids this address to us")

    def _fetched(self, address: Address, hosts: frozenset[str]) -> _Rules:
        until = self._clock() + self._limits.robots_seconds
        try:
            response = self._read(address._replace(target="/robots.txt"), hosts)
        except Failure as failure:
            status = failure.response.status if failure.response else None
            if failure.fault == "status" and status and 400 <= status < 500 and status != _TOO_MANY_REQUESTS:
                return _Rules(until)  # RFC 9309, 2.3.1.3: unavailable, so that all may be visited
            if failure.fault == "deferred":
                raise  # the host's pacing remembers it
            # RFC 9309, 2.3.1.4: unreachable, so that nothing may be visited, for now.
            fault = "robots" if failure.fault == "status" else failure.fault
            until = self._clock() + self._limits.robots_failure_seconds
            return _Rules(until, refusal=(fault, f"robots.txt could not be read: {failure.what}"))
        text = response.body
        if len(text) >= self._limits.robots_bytes:
            text = text[: text.rfind(b"\n") + 1]  # cut at the limit; half a line would say another thing
        parsed = Protego.parse(_with_one_other_agent(text.decode("utf-8-sig", "replace")))
        rate = parsed.request_rate(AGENT)
        delay = max(parsed.crawl_delay(AGENT) or 0.0, rate.seconds / rate.requests if rate else 0.0)
        self._slow_down(address.host, min(delay, self._limits.crawl_delay_cap_seconds))
        return _Rules(until, parsed)


def _with_one_other_agent(text: str) -> str:
    """The robots.txt with all agents that are not ours under one name.

    protego keeps a copy of each rule for each agent of its group: ten thousand agents would fill the memory.
    """
    lines = []
    for line in text.splitlines():
        found = _USER_AGENT.match(line)
        name = found[1].replace("*", "").strip().lower() if found else ""
        lines.append(_OTHERS if name and not AGENT.startswith(name) else line)
    return "\n".join(lines)
