"""A server that sends exactly the bytes that a test says, and a clock that moves when it is told to."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from incumbent.fetch import Fetcher, FetchError, Request

Answer = bytes | Callable[[socket.socket], None] | list["Answer"]

CONTACT = "https://example.org/contact"
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def answer(body: bytes = b"", *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    """A response as bytes."""
    lines = [f"HTTP/1.1 {status}", *headers, *([f"Content-Length: {len(body)}"] if length else [])]
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1") + b"\r\n" + body


def moved(location: str, status: str = "302 Found") -> bytes:
    return answer(b"", f"Location: {location}", status=status)


def ending(text: bytes) -> Callable[[socket.socket], None]:
    """Send `text` and end the connection."""

    def send(connection: socket.socket) -> None:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)

    return send


@dataclass(frozen=True)
class Politeness:
    delay_seconds: float = 0.0
    concurrency: int = 16


class FakeTime:
    """A clock for `clock`, and a `sleep` that moves it on. `slept` has each wait."""

    def __init__(self, now: float = 1_795_680_000.0) -> None:
        self.now = now
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds


@dataclass(frozen=True)
class Seen:
    path: str
    headers: Mapping[str, str]  # names in lower case


class Wire:
    """The server, as a context. `answers` are by path, or by host and path (`www.a.example/x`); of a list each comes
    once, its last for ever; any other path is not found. `seen` are the requests in order, `connections` counts those
    that were opened.
    """

    def __init__(self, answers: Mapping[str, Answer], tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = dict(answers)
        self.seen: list[Seen] = []
        self.connections = 0
        self._tls = tls
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()

    def paths(self) -> list[str]:
        """The paths that were asked for, but robots.txt."""
        return [one.path for one in self.seen if one.path != "/robots.txt"]

    def fetcher(self, **options: object) -> Fetcher:
        """One that reaches this server for every host, without delay."""
        given: dict[str, object] = {"bases": {"*": self.origin}, "politeness": {"*": Politeness()}, **options}
        return Fetcher(CONTACT, **given)  # type: ignore[arg-type]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                while head := _head(connection):
                    if not self._reply(connection, head):
                        return
        except OSError:
            connection.close()  # the client has gone: what a test of faults is about

    def _reply(self, connection: socket.socket, head: str) -> bool:
        """Whether the connection stays open."""
        first, *lines = head.split("\r\n")
        path = first.split(" ")[1]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)}
        with self._lock:
            self.seen.append(Seen(path, headers))
            key = f"{headers['host']}{path}"
            found = self.answers.get(key, self.answers.get(path, NOT_FOUND))
            if isinstance(found, list):
                found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, bytes):
            connection.sendall(found)
            return True
        assert callable(found)
        found(connection)
        return False


def fault_of(fetcher: Fetcher, request: Request | str) -> FetchError:
    """The error of a fetch that must fail."""
    try:
        response = fetcher.fetch(Request(request) if isinstance(request, str) else request)
    except FetchError as error:
        return error
    raise AssertionError(f"no fault: {response!r}")


def _head(connection: socket.socket) -> str:
    text = b""
    while b"\r\n\r\n" not in text:
        more = connection.recv(65_536)
        if not more:
            return ""
        text += more
    return text.split(b"\r\n\r\n")[0].decode("latin-1")
