"""One HTTP exchange on requests and urllib3, with our sockets under them and a stricter reading of the headers."""

from __future__ import annotations

import http.client
import re
import ssl
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, InvalidHeader, LocationParseError

from incumbent.fetch import sockets
from incumbent.fetch.faults import Failure

#: What an exception in the chain of causes means; the first that fits. Its text is not told: it quotes the address.
_MEANINGS: tuple[tuple[type[BaseException], str, str], ...] = (
    (ssl.SSLCertVerificationError, "tls", "the certificate cannot be verified"),
    (ssl.SSLEOFError, "connection", "the server ends the encrypted connection"),
    (ssl.SSLZeroReturnError, "connection", "the server ends the encrypted connection"),
    (TimeoutError, "timeout", "the connection is not set up in time"),
    (ssl.SSLError, "tls", "no encrypted connection can be set up"),
    (http.client.RemoteDisconnected, "connection", "the server drops the connection without an answer"),
    (http.client.LineTooLong, "too_large", "a line of the headers is too long"),
    (http.client.HTTPException, "protocol", "the answer is not HTTP"),
    (requests.exceptions.InvalidHeader, "protocol", "the answer has an impossible header"),
    (InvalidHeader, "protocol", "the answer has an impossible header"),
    (LocationParseError, "request", "the address cannot be connected to"),
    (ValueError, "protocol", "the answer is not HTTP"),
    (BaseException, "connection", "the connection breaks"),
)
_HOSTS = 64  # pools that are kept; more hosts than that are connected to anew
_CONNECTIONS = 64  # kept by each pool: with a base, one pool serves all hosts


class Adapter(HTTPAdapter):
    """requests' adapter over metered sockets. TLS is always verified, against `ca_bundle`.

    It is used without a Session, which would bring proxies, .netrc and cookies of which we want none.
    """

    def __init__(self, ca_bundle: str) -> None:
        self._context = sockets.tls_context(ca_bundle)
        super().__init__(pool_connections=_HOSTS, pool_maxsize=_CONNECTIONS, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """As HTTPAdapter's, with our pools."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing: the context verifies, and has its authorities already."""

    def get(self, url: str, headers: dict[str, str], connect_seconds: float) -> requests.Response:
        """Ask for `url`: the response with its headers read and its body not. Raises Failure.

        Within sockets.spending(), whose budget bounds it.
        """
        budget = sockets.current()
        prepared = requests.PreparedRequest()
        prepared.prepare_method("GET")
        prepared.prepare_headers(headers)
        prepared.url = url  # normalised before: addresses.parse
        budget.deadline.check()
        left = budget.deadline.remaining()
        timeout = (min(connect_seconds, left), min(budget.read_seconds, left))
        try:
            return self.send(prepared, stream=True, timeout=timeout, verify=True)
        except (requests.RequestException, HTTPError, OSError, http.client.HTTPException, ValueError) as error:
            budget.deadline.check()
            raise _failure(error) from None


def drop(response: requests.Response) -> None:
    """Close the connection of a response that is not read to its end."""
    response.raw.close()
    response.raw.release_conn()


class _StrictResponse(http.client.HTTPResponse):
    """A response whose head must be sound: http.client guesses where its standard (RFC 9112) has an error."""

    def begin(self) -> None:
        try:
            super().begin()
        except http.client.HTTPException as error:
            if type(error) is http.client.HTTPException:  # the only one that it has no name for: too many headers
                raise Failure("too_large", "the answer has too many headers") from None
            raise
        if self.msg.defects or self.msg.get_payload():
            raise Failure("protocol", "the answer has a malformed header")
        if self.status < 200:
            raise Failure("protocol", f"the answer's status is {self.status}")
        codings = self.msg.get_all("transfer-encoding", [])
        lengths = set(self.msg.get_all("content-length", []))
        if (codings and not self.chunked) or len(codings) > 1:
            raise Failure("protocol", f"the transfer encoding is {', '.join(codings)!r}")
        if codings:
            del self.msg["content-length"]  # RFC 9112, 6.3: the chunks override it
        elif len(lengths) > 1 or not all(re.fullmatch(r"[0-9]{1,18}", length) for length in lengths):
            raise Failure("protocol", f"the content length is {', '.join(sorted(lengths))!r}")


class _Connection(HTTPConnection):
    response_class = _StrictResponse

    def _new_conn(self) -> sockets.MeteredSocket:
        return _connected(self)


class _TlsConnection(HTTPSConnection):
    response_class = _StrictResponse

    def _new_conn(self) -> sockets.MeteredSocket:
        return _connected(self)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def _connected(connection: HTTPConnection) -> sockets.MeteredSocket:
    seconds = connection.timeout if isinstance(connection.timeout, int | float) else 0.0
    return sockets.connect(connection.host.strip("[]"), connection.port, seconds, connection.socket_options or ())


def _failure(error: BaseException) -> Failure:
    causes = list(reversed(_causes(error)))  # the innermost knows most
    fault, told, found = next(
        (fault, told, cause) for kind, fault, told in _MEANINGS for cause in causes if isinstance(cause, kind)
    )
    detail = getattr(found, "verify_message", None) or getattr(found, "strerror", None)
    return Failure(fault, f"{told}: {detail}" if detail else told)


def _causes(error: BaseException) -> list[BaseException]:
    """The exception and those that it wraps, in whichever way its library does."""
    found, pending = [], [error]
    while pending:
        one = pending.pop()
        if one in found:
            continue
        found.append(one)
        wrapped = [*one.args, getattr(one, "reason", None), one.__cause__]
        pending += [inner for inner in wrapped if isinstance(inner, BaseException)]
    return found
