"""Sockets that know what a fetch may still cost: each read minds the deadline, the silence and the bytes.

A timeout of requests or urllib3 is for each read; a server that sends a byte a second would hold us for days, in its
headers too. So the limits sit below them all, where the bytes come in.
"""

from __future__ import annotations

import functools
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from incumbent.fetch.addresses import is_public
from incumbent.fetch.faults import Failure
from incumbent.fetch.timing import Deadline

_SHORTEST = 0.001  # seconds; a socket's timeout of 0 would mean another thing


@dataclass
class Budget:
    """What the exchange that runs in this thread may still cost."""

    deadline: Deadline
    read_seconds: float
    bytes_left: int  # what may still come, headers and framing included
    too_large: str  # what to tell where more comes
    may_be_private: bool = False


_current = threading.local()


@contextmanager
def spending(budget: Budget) -> Iterator[None]:
    """Let all reads of this thread go by `budget`."""
    _current.budget = budget
    try:
        yield
    finally:
        _current.budget = None


def current() -> Budget:
    """The budget of this thread's exchange."""
    budget: Budget | None = getattr(_current, "budget", None)
    if budget is None:
        raise RuntimeError("a socket is used outside of an exchange")
    return budget


class MeteredSocket(socket.socket):
    """A TCP connection whose reads go by the budget."""

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """As the socket's, within the budget. Raises Failure."""
        return _metered(self, super().recv_into, buffer, nbytes, flags)


class MeteredTlsSocket(ssl.SSLSocket):
    """A TLS connection whose reads go by the budget."""

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """As the socket's, within the budget. Raises Failure."""
        # An end without close_notify may be an attacker's cut (RFC 8446, 6.1): it is an error, not an end.
        self.suppress_ragged_eofs = False
        return _metered(self, super().recv_into, buffer, nbytes, flags)


def connect(host: str, port: int, seconds: float, options: Iterable[tuple[int, int, int | bytes]]) -> MeteredSocket:
    """A connection to the first address of `host` that takes one, within `seconds`.

    Raises Failure `private_address` before any byte is sent, `connection` and `timeout`.
    """
    budget = current()
    ends = time.monotonic() + min(seconds, budget.deadline.remaining())
    found = _resolved(host, port, ends - time.monotonic())
    problem = Failure("connection", f"the name {host} has no address")
    for number, (family, kind, protocol, _, where) in enumerate(found):
        _refuse_private(host, str(where[0]), budget)
        metered = MeteredSocket(family, kind, protocol)
        try:
            for option in options:
                metered.setsockopt(*option)
            # One address that swallows packets must not use up the time of the others.
            metered.settimeout(max(_SHORTEST, (ends - time.monotonic()) / (len(found) - number)))
            metered.connect(where)
            _refuse_private(host, str(metered.getpeername()[0]), budget)
            metered.settimeout(max(_SHORTEST, ends - time.monotonic()))  # what is left is for the TLS handshake
            return metered
        except TimeoutError:
            metered.close()
            problem = Failure("timeout", f"no connection within {seconds:g} s")
        except OSError as error:
            metered.close()
            problem = Failure("connection", f"no connection: {error.strerror or error}")
        except Failure:
            metered.close()
            raise
    raise problem


@functools.lru_cache(maxsize=4)  # reading the authorities takes longer than many a test
def tls_context(ca_bundle: str) -> ssl.SSLContext:
    """A context that always verifies, against the authorities of the PEM file `ca_bundle`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=ca_bundle)
    context.sslsocket_class = MeteredTlsSocket
    return context


def _metered(metered: socket.socket, receive: Callable[..., int], buffer: Any, nbytes: int | None, flags: int) -> int:
    budget = current()
    budget.deadline.check()
    metered.settimeout(max(_SHORTEST, min(budget.read_seconds, budget.deadline.remaining())))
    try:
        count = receive(buffer, nbytes or 0, flags)
    except TimeoutError:
        budget.deadline.check()
        raise Failure("timeout", f"not a byte came for {budget.read_seconds:g} s") from None
    budget.bytes_left -= count
    if budget.bytes_left < 0:
        raise Failure("too_large", budget.too_large)
    return count


def _resolved(host: str, port: int, seconds: float) -> list[Any]:
    """The name's addresses, as getaddrinfo has them. It cannot be told to hurry, so it is left to itself."""
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="incumbent-resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=max(_SHORTEST, seconds))
    except queue.Empty:
        raise Failure("timeout", f"the name {host} is not resolved in time") from None
    if isinstance(answer, Exception):
        raise Failure("connection", f"the name {host} does not resolve")
    return answer


def _refuse_private(host: str, ip: str, budget: Budget) -> None:
    if not budget.may_be_private and not is_public(ip):
        raise Failure("private_address", f"the name {host} leads to {ip}, which is not public")
