"""What can go wrong with a fetch: the faults by name, what each means, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from incumbent.errors import EXIT_HELD, IncumbentError

if TYPE_CHECKING:
    from incumbent.fetch.messages import Response


class Fault(NamedTuple):
    """One kind of fault."""

    meaning: str  # one sentence
    advice: str  # what to do, or what happens next


#: Every fault by its name.
FAULT_TABLE: Mapping[str, Fault] = {
    "request": Fault(
        "The request cannot be sent as it is: its address or one of its headers is malformed.",
        "correct the address or the header",
    ),
    "robots": Fault(
        "The host's robots.txt forbids this address, or answers with a server error, which forbids all for now.",
        "ask the publisher for leave, or drop the source",
    ),
    "deferred": Fault(
        "The host asks for a longer pause than we wait within a run, so it is left alone until the next one.",
        "run again after the time that the host gave",
    ),
    "timeout": Fault(
        "The server did not connect, answer or finish in the time that it has.",
        "it is tried again at the next run",
    ),
    "connection": Fault(
        "The host's name does not resolve, it refuses the connection, or it drops it before an answer.",
        "it is tried again at the next run",
    ),
    "tls": Fault(
        "The server's certificate cannot be verified, or the encrypted connection cannot be set up.",
        "tell the publisher; verification is never switched off",
    ),
    "private_address": Fault(
        "The name leads to an address that is not public, and no base names that origin.",
        "correct the address, or name the origin as a base",
    ),
    "redirect": Fault(
        "The server redirects in a circle, too often, from https to http, to no valid address, or to a host that"
        " the source does not allow.",
        "correct the source's address, or add the host to its `hosts`",
    ),
    "too_large": Fault(
        "The headers or the body are larger than their limit, on the wire or once decoded.",
        "look at what the address sends now; raise the limit only if that is right",
    ),
    "truncated": Fault(
        "The response ends before the length, the last chunk or the end of the compressed stream that it promised.",
        "it is tried again at the next run",
    ),
    "encoding": Fault(
        "The body is in a content encoding that was not asked for, or does not decode.",
        "tell the publisher",
    ),
    "status": Fault(
        "The server answers with another status than 200, or than 304 to a conditional request.",
        "look at what the address sends now",
    ),
    "protocol": Fault(
        "What came is not HTTP as its standard has it, or 304 came although nothing was asked conditionally.",
        "tell the publisher",
    ),
}

#: The names of all faults.
FAULTS: tuple[str, ...] = tuple(FAULT_TABLE)


class FetchError(IncumbentError):
    """A fetch that gave no usable response.

    `fault` is one of FAULTS; `url` the address at which it happened, its secrets masked; `response` what came, if
    anything did; `retry_at` the earliest time to try again (seconds since 1970), where the host gave one.
    """

    exit_status = EXIT_HELD

    def __init__(
        self, fault: str, what: str, *, url: str, response: Response | None = None, retry_at: float | None = None
    ) -> None:
        self.fault, self.url, self.response, self.retry_at = fault, url, response, retry_at
        super().__init__(what, where=url, do=FAULT_TABLE[fault].advice)

    def as_dict(self) -> dict[str, str | int]:
        """The error for `--json`, with its fault."""
        return {**super().as_dict(), "fault": self.fault}


class Failure(Exception):
    """A fault on its way up to the fetcher, which alone knows the whole request and tells it as a FetchError."""

    def __init__(
        self, fault: str, what: str, *, response: Response | None = None, retry_at: float | None = None
    ) -> None:
        super().__init__(what)
        self.fault, self.what, self.response, self.retry_at = fault, what, response, retry_at
        self.url: str | None = None  # set where it is known
