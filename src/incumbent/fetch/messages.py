"""What is asked for, what comes back, and within which limits."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field

from incumbent.errors import InputError
from incumbent.fetch.faults import Failure
from incumbent.fetch.masking import masked
from incumbent.warc import SECRET_HEADERS

Headers = tuple[tuple[str, str], ...]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.1: a token
_VALUE = re.compile(r"[\x20-\x7e\x80-\xff]*")  # RFC 9110, 5.5, without tabs
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
#: The fetcher's own: a request that set them would break what it promises.
_OURS = re.compile(
    r"(?i)accept|accept-encoding|connection|content-length|cookie|expect|host|if-match|if-modified-since|if-none-match"
    r"|if-range|if-unmodified-since|keep-alive|proxy-authorization|proxy-connection|range|te|trailer|transfer-encoding"
    r"|upgrade|user-agent"
)


@dataclass(frozen=True)
class Request:
    """One GET. `hosts` are those that a redirect may lead to, besides the address's own: `host` or `host:port`.

    `secret_headers` go to the own host only and are shown nowhere. `etag` and `last_modified` are those of the response
    that we have: they make the request conditional. `interface`: the publisher documents the address as one for
    programs, so that its robots.txt, which speaks to crawlers (RFC 9309, 1), is not asked.
    """

    url: str
    accept: str | None = None
    headers: Headers = ()
    secret_headers: Headers = field(default=(), repr=False)
    etag: str | None = None
    last_modified: str | None = None
    hosts: frozenset[str] = frozenset()
    interface: bool = False

    def __repr__(self) -> str:
        return f"Request({masked(self.url)!r})"

    @property
    def conditional(self) -> bool:
        """Whether 304 may answer it."""
        return self.etag is not None or self.last_modified is not None

    def sent_headers(self, user_agent: str) -> Headers:
        """The headers to send, but Host, what the encoding asks for, and the secret ones.

        Raises Failure `request` for a header that cannot be sent.
        """
        for name, value in (*self.headers, *self.secret_headers):
            if not _NAME.fullmatch(name) or _OURS.fullmatch(name):
                raise Failure("request", f"the header {name!r} cannot be set")
            if not _VALUE.fullmatch(value):
                raise Failure(
                    "request", f"the value of the header {name!r} cannot be sent: it has a forbidden character"
                )
        for name, _ in self.headers:
            if name.lower() in SECRET_HEADERS:
                raise Failure("request", f"the header {name!r} must be given as a secret one")
        headers = [("User-Agent", user_agent), ("Accept", self.accept or "*/*"), *self.headers]
        if self.etag is not None:
            headers.append(("If-None-Match", self.etag))
        if self.last_modified is not None:
            headers.append(("If-Modified-Since", self.last_modified))
        for name, value in headers:
            if not _VALUE.fullmatch(value):
                raise Failure("request", f"the value of {name} cannot be sent: it has a forbidden character")
        return tuple((name, value.strip()) for name, value in headers)


@dataclass(frozen=True, repr=False)
class Response:
    """What came. `url` is the address that answered, `requested_url` the one that was asked for.

    `body` has its content encoding undone; `wire_bytes` is its size as it came, without chunk framing. `fetched_at` is
    UTC, "2026-11-22T08:00:00Z". `request_headers` are those of the last request, secrets left out; `redirects` the
    addresses passed on the way, in order, without the last. `complete` is False where only the end of the connection
    marked the end of the body, so that nobody can tell whether it is whole.
    """

    url: str
    requested_url: str
    status: int
    reason: str
    headers: Headers
    body: bytes
    wire_bytes: int
    fetched_at: str
    request_headers: Headers = ()
    redirects: tuple[str, ...] = ()
    complete: bool = True

    def __repr__(self) -> str:
        return f"Response({self.status}, {masked(self.url)!r}, {len(self.body)} bytes)"

    def header(self, name: str) -> str | None:
        """The header's value, those of several lines joined by a comma; None where there is none."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    @property
    def content_type(self) -> str | None:
        """As the server declares it."""
        return self.header("Content-Type")

    @property
    def etag(self) -> str | None:
        """For the next request."""
        return self.header("ETag")

    @property
    def last_modified(self) -> str | None:
        """For the next request."""
        return self.header("Last-Modified")


@dataclass(frozen=True)
class Limits:
    """What a fetch may cost. Times are seconds, sizes bytes. Raises InputError for one that is not positive."""

    deadline_seconds: float = 60.0  # one fetch with its redirects and retries; waiting for a host's turn is apart
    connect_seconds: float = 10.0  # name, connection and TLS, each attempt
    read_seconds: float = 30.0  # without a byte
    header_bytes: int = 65_536  # status line and headers
    wire_bytes: int = 16_000_000  # a body as it comes, its framing included
    # A body, its content encoding undone. The largest that a bundled roster asks for has some 12 MB; several threads
    # hold one each, and archiving takes copies.
    decoded_bytes: int = 16_000_000
    file_bytes: int = 2_000_000_000  # of a body that goes into a file, on the wire and once decoded
    file_seconds: float = 1_800.0  # the deadline of one that does
    error_bytes: int = 1_000_000  # of the body of any other answer than 200; what is beyond is left
    retries: int = 3  # after the first attempt
    backoff_seconds: float = 0.5  # before the first retry; doubles with each, half of it at random
    backoff_cap_seconds: float = 30.0
    retry_after_cap_seconds: float = 120.0  # a host that asks for more is deferred
    redirects: int = 5
    robots_bytes: int = 500_000  # of a robots.txt; RFC 9309, 2.5 asks for 500 KiB or so
    robots_seconds: float = 86_400.0  # for which a robots.txt is believed; RFC 9309, 2.4
    robots_failure_seconds: float = 600.0  # for which one that could not be read forbids all
    crawl_delay_cap_seconds: float = 30.0

    def __post_init__(self) -> None:
        for one in dataclasses.fields(self):
            value = getattr(self, one.name)
            least_is_zero = one.name in ("retries", "redirects")
            if not (value >= 0 if least_is_zero else value > 0):
                raise InputError(f"{one.name} is {value!r}", where="limits", expected="a positive number")


def cleaned(text: str) -> str:
    """A header's value or a reason as it can be kept: no control characters, no space around it."""
    return _CONTROL.sub(" ", text).strip()
