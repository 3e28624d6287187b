"""Bytes out: an answer as HTTP/1.1, and the means to spoil it. Counts what it sends."""

from __future__ import annotations

import http
import socket
import struct
import threading

from tests.simulator.messages import Answer, Call, Headers

#: One moment, so that no answer differs from the last by its Date alone.
_DATE = "Mon, 01 Jun 2026 08:00:00 GMT"


class Wire:
    """One connection during one request. `keep`: whether it stays open after the answer."""

    def __init__(self, connection: socket.socket, stopping: threading.Event) -> None:
        self._connection = connection
        self.stopping = stopping
        self.keep = True
        self.status = 0
        self.fault: str | None = None
        self.header_bytes = 0
        self.body_bytes = 0

    def send(self, call: Call, answer: Answer, packed: bytes | None = None) -> None:
        """The answer, whole; its body as `packed` (gzip) where that is given."""
        body, headers = answer.body, answer.headers
        if packed is not None:
            body, headers = packed, (*headers, ("Content-Encoding", "gzip"))
        headers = typed(answer, headers)
        if answer.status == 304 or answer.status == 204 or answer.status < 200:
            body = b""
        elif answer.chunked:
            headers = (*headers, ("Transfer-Encoding", "chunked"))
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        else:
            headers = (*headers, ("Content-Length", str(len(body))))
        if call.method == "HEAD":
            body = b""
        head = self.head(answer.status, headers)
        self._note(answer.status, len(head), len(body))
        self._connection.sendall(head + body)

    def head(self, status: int, headers: Headers) -> bytes:
        """The header, up to its empty line."""
        lines = [f"HTTP/1.1 {status} {reason(status)}", f"Date: {_DATE}"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines.append("Connection: keep-alive" if self.keep else "Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def send_head(self, status: int, headers: Headers) -> None:
        self.raw_head(status, self.head(status, headers))

    def raw_head(self, status: int, head: bytes) -> None:
        self._note(status, len(head), 0)
        self._connection.sendall(head)

    def send_body(self, part: bytes) -> None:
        self.body_bytes += len(part)
        self._connection.sendall(part)

    def wait(self, seconds: float) -> bool:
        """Waits; False when the simulator is being closed."""
        return not self.stopping.wait(seconds)

    def wait_for_end(self, limit: float) -> None:
        """Until the client goes away, the simulator is closed, or the limit in seconds is over."""
        self._connection.settimeout(0.05)
        waited = 0.0
        while waited < limit and not self.stopping.is_set():
            try:
                if not self._connection.recv(4096):
                    break
            except TimeoutError:
                waited += 0.05
        self.keep = False

    def reset(self) -> None:
        """Ends the connection with RST, not FIN."""
        self.keep = False
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def _note(self, status: int, head: int, body: int) -> None:
        self.status = status
        self.header_bytes += head
        self.body_bytes += body


def typed(answer: Answer, headers: Headers) -> Headers:
    """The headers with the answer's content type before them."""
    if answer.content_type is None:
        return headers
    return (("Content-Type", answer.content_type), *headers)


def reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
