"""Fetcher: one GET as the web needs it, from the first robots.txt to the last redirect."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import certifi
import requests

from incumbent import __version__
from incumbent.errors import InputError, printable
from incumbent.fetch import addresses, body, masking, redirects, sockets, timing, transport
from incumbent.fetch.addresses import Address
from incumbent.fetch.faults import Failure, FetchError
from incumbent.fetch.messages import Headers, Limits, Request, Response, cleaned
from incumbent.fetch.pacing import Pacing, PolitenessByHost
from incumbent.fetch.robots import AGENT, Robots

_CONTACT = re.compile(r"(mailto:)?[^\s@()<>\";,]+@[^\s@()<>\";,]+\.[^\s@()<>\";,]+|https?://[^\s()<>\"]+\.[^\s()<>\"]+")
_TOO_MANY_REQUESTS = 429
_RETRIED_STATUSES = frozenset((_TOO_MANY_REQUESTS, 500, 502, 503, 504))
_RETRIED_FAULTS = frozenset(("connection", "timeout", "truncated"))
_random_share = random.SystemRandom().random  # 0 to 1
_READ_AHEAD = 8192  # bytes of a body that a buffered socket may take with the headers


@dataclass(frozen=True)
class _Call:
    """One request on its way: what stays the same over its redirects and retries."""

    request: Request
    headers: Headers
    deadline: timing.Deadline
    of_robots: bool
    into: BinaryIO | None


class Fetcher:
    """Fetches, politely and within limits; for any number of threads. A context manager, or `close()` it.

    contact: an e-mail address or a URL, sent with each request so that a publisher can reach us (InputError for
        anything else).
    bases: origin (`https://www.gov.uk`), or `*` for all others, to the origin that is really connected to, with the
        Host header and path of the logical address. Only an origin named here may have a private address.
    politeness: by host, or `*` for all others; pairs where several sources speak of one host: the slower wins.
    clock: seconds since 1970; one that is given measures all waiting too, and `sleep` then need not wait.
    ca_bundle: a PEM file of the authorities to trust in place of certifi's: for a base of one's own.

    A fetch's deadline counts from the first byte sent, over its redirects, retries and the pauses before them; waiting
    for a host's turn (its delay, its Retry-After, its robots.txt) is apart. Retried are connection, timeout, truncated,
    and the statuses 429, 500, 502, 503, 504. A host whose Retry-After is beyond the cap, or that still answers 429 to
    the last retry, is deferred: every further request to it fails at once, for the Fetcher's life.
    """

    def __init__(
        self,
        contact: str,
        *,
        bases: Mapping[str, str] | None = None,
        politeness: PolitenessByHost = (),
        limits: Limits | None = None,
        clock: timing.Clock = time.time,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = _random_share,
        ca_bundle: Path | None = None,
    ) -> None:
        if len(contact) > 200 or not contact.isascii() or not _CONTACT.fullmatch(contact):
            raise InputError(
                f"{printable(contact)!r} is no contact that a publisher could reach",
                where="contact",
                expected="an e-mail address or a URL",
                do="set one with --contact, or as the roster's contact",
            )
        self.user_agent = f"{AGENT}/{__version__} (+{contact})"
        self._limits = limits or Limits()
        self._bases = addresses.Bases(bases or {})
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        # The wall clock of a machine is set back and forth; waiting goes by the steady one.
        self._clocks = (time.monotonic,) if clock is time.time else (time.monotonic, clock)
        self._pacing = Pacing(politeness, self._clocks[-1], sleep)
        self._robots = Robots(self._robots_txt, self._pacing.slow_down, self._limits, clock)
        self._transport = transport.Adapter(str(ca_bundle or certifi.where()))
        masking.mask_logs()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._transport.close()

    def fetch(self, request: Request, into: BinaryIO | None = None) -> Response:
        """The response to `request`: 200, or 304 where it is conditional. Raises FetchError for all else.

        `into`: a file that gets the body of a 200 in place of the response, piece by piece, within the limits of files.
        """
        try:
            return self._follow(request, of_robots=False, into=into)
        except Failure as failure:
            told = self._told(failure, request)
            failure.__traceback__ = failure.__context__ = None  # they hold the response, in a circle
        try:
            # Raised here, and not from the failure: the frames and causes below hold the secret headers.
            raise told
        finally:
            del told

    def _follow(self, request: Request, *, of_robots: bool, into: BinaryIO | None = None) -> Response:
        """Through the redirects to the answer."""
        first = address = addresses.parse(request.url)
        headers = request.sent_headers(self.user_agent)
        seconds = self._limits.deadline_seconds if into is None else self._limits.file_seconds
        call = _Call(request, headers, timing.Deadline(seconds, self._clocks), of_robots, into)
        trail = redirects.Trail(first, request.hosts, self._limits.redirects)
        while True:
            try:
                response = self._answer(call, address, trail)
            except Failure as failure:
                failure.url = failure.url or address.url
                raise
            if response.status not in redirects.STATUSES:
                return response
            address = trail.follow(address, response)

    def _answer(self, call: _Call, address: Address, trail: redirects.Trail) -> Response:
        """The address's 200, 304 or redirect, after as many attempts as it takes."""
        attempt = 0
        while True:
            self._pacing.refuse_deferred(address.host)
            # What a publisher documents as an interface is documented for its own host, not for one it redirects to.
            if not (call.of_robots or (call.request.interface and not trail.left)):
                self._robots.check(address, call.request.hosts)
            try:
                with self._pacing.turn(address.host), call.deadline.running():
                    response = self._exchange(call, address, trail)
                failure = _objection(response, call.request)
            except Failure as found:
                failure = found
            if failure is None:
                return response
            self._pause(failure, attempt, call, address)
            attempt += 1

    def _exchange(self, call: _Call, address: Address, trail: redirects.Trail) -> Response:
        """One request, one response, whatever its status."""
        limits = self._limits
        connected = self._bases.connected(address)
        headers = (("Host", address.netloc), *call.headers, ("Accept-Encoding", body.ACCEPT_ENCODING))
        secret = () if trail.left else call.request.secret_headers
        budget = sockets.Budget(
            call.deadline,
            limits.read_seconds,
            limits.header_bytes + _READ_AHEAD,
            f"the headers have more than {limits.header_bytes} bytes",
            self._bases.may_be_private(connected),
        )
        fetched_at = timing.instant(self._clock())
        with sockets.spending(budget):
            answer = self._transport.get(connected.url, dict(headers + secret), limits.connect_seconds)
            most = limits.wire_bytes if call.into is None else limits.file_bytes
            budget.bytes_left = most + limits.header_bytes
            budget.too_large = f"the body has more than {most} bytes on the wire"
            content = self._body(answer, call)
        return Response(
            url=address.url,
            requested_url=call.request.url,
            status=answer.status_code,
            reason=printable(cleaned(answer.reason or "")),
            headers=tuple((name, cleaned(value)) for name, value in answer.raw.headers.iteritems()),
            body=content.content,
            wire_bytes=content.wire_bytes,
            fetched_at=fetched_at,
            request_headers=headers,
            redirects=tuple(trail.passed),
            complete=content.whole and _is_delimited(answer),
        )

    def _body(self, answer: requests.Response, call: _Call) -> body.Body:
        """The answer's body. That of another answer than 200 is told if it can be read, and missed if not."""
        good = answer.status_code == requests.codes.ok
        limits = self._limits
        wire, decoded = limits.wire_bytes, limits.decoded_bytes
        if call.of_robots:
            wire, decoded = 2 * limits.robots_bytes, limits.robots_bytes  # what is cut is cut once decoded
        elif not good:
            wire = decoded = limits.error_bytes
        elif call.into is not None:
            wire = decoded = limits.file_bytes
            call.into.seek(0)  # an attempt before may have left a part
            call.into.truncate()
        whole = False
        try:
            found = body.read(
                answer.raw,
                wire_bytes=wire,
                decoded_bytes=decoded,
                deadline=call.deadline,
                partial=call.of_robots or not good,
                into=call.into if good else None,
            )
            whole = found.whole
            return found
        except Failure:
            if good:
                raise
            return body.Body(b"", 0, whole=False)
        finally:
            if not whole:
                transport.drop(answer)

    def _pause(self, failure: Failure, attempt: int, call: _Call, address: Address) -> None:
        """Wait as long as is due before the next attempt, or raise the failure where there is none."""
        response, limits = failure.response, self._limits
        status = response.status if response else None
        if failure.fault not in _RETRIED_FAULTS and status not in _RETRIED_STATUSES:
            raise failure
        now = self._clock()
        asked = timing.retry_after(response.header("Retry-After"), now) if response else None
        failure.retry_at = None if asked is None else now + asked
        last = attempt >= limits.retries
        if asked is not None and asked > limits.retry_after_cap_seconds:
            raise self._deferred(failure, address, asked)
        if last and status == _TOO_MANY_REQUESTS:
            raise self._deferred(failure, address, asked or limits.retry_after_cap_seconds)
        if last:
            failure.what += f" ({attempt + 1} attempts)" if attempt else ""
            raise failure
        whole_backoff = min(limits.backoff_seconds * 2.0**attempt, limits.backoff_cap_seconds)
        backoff = whole_backoff * (1 + self._jitter()) / 2
        if asked is not None or status == _TOO_MANY_REQUESTS:
            # This is about the host, not the address: no thread goes there before.
            self._pacing.hold(address.host, backoff if asked is None else asked)
        elif backoff >= call.deadline.remaining():
            raise failure
        else:
            with call.deadline.running():
                self._sleep(backoff)

    def _deferred(self, failure: Failure, address: Address, seconds: float) -> Failure:
        retry_at = self._clock() + seconds
        self._pacing.defer(address.host, retry_at)
        told = f"{failure.what}, and asks to be left alone until {timing.instant(retry_at)}"
        return Failure("deferred", told, response=failure.response, retry_at=retry_at)

    def _robots_txt(self, address: Address, hosts: frozenset[str]) -> Response:
        return self._follow(Request(address.url, accept="text/plain, */*;q=0.1", hosts=hosts), of_robots=True)

    def _told(self, failure: Failure, request: Request) -> FetchError:
        secrets = [value for _, value in request.secret_headers]
        return FetchError(
            failure.fault,
            masking.without_secrets(failure.what, secrets),
            url=masking.without_secrets(failure.url or request.url, secrets),
            response=failure.response,
            retry_at=failure.retry_at,
        )


def _objection(response: Response, request: Request) -> Failure | None:
    """What speaks against handing the response on; None for 200, a redirect, and 304 where it may come."""
    if response.status == requests.codes.ok or response.status in redirects.STATUSES:
        return None
    if response.status == requests.codes.not_modified:
        if request.conditional:
            return None
        return Failure("protocol", "the server answers 304 to a request without a validator", response=response)
    return Failure("status", f"the server answers {response.status} {response.reason}".strip(), response=response)


def _is_delimited(answer: requests.Response) -> bool:
    """Whether something but the end of the connection marks the end of the body."""
    empty = answer.status_code in (requests.codes.no_content, requests.codes.not_modified)
    headers = answer.raw.headers
    return empty or any(name in headers for name in ("content-length", "transfer-encoding"))
