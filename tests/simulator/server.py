"""The loopback server that answers for every source, by the Host header.

It is written on sockets, not on http.server, so that every byte can be spoilt and that it is fast enough to be no
bottleneck of what is measured against it.
"""

from __future__ import annotations

import gzip
import hashlib
import socket
import socketserver
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.simulator import fault_answers, fault_wire, publishers
from tests.simulator.faults import Fault, Plan
from tests.simulator.messages import Answer, Call, Headers, text_answer
from tests.simulator.wire import Wire
from tests.simulator.world import World

_TOO_LONG = 1 << 16
_CACHED = 2_000  # answers; a test of a flat memory asks for more pages than that


@dataclass(frozen=True)
class Logged:
    """One request that came and what went out for it so far.

    `path` is with the query, `headers` by name in lower case, `at` time.monotonic() when the request had been read.
    """

    host: str
    method: str
    path: str
    headers: Mapping[str, str]
    at: float
    wire: Wire

    @property
    def status(self) -> int:
        """0 where nothing, or no HTTP, was answered."""
        return self.wire.status

    @property
    def bytes_sent(self) -> int:
        """Bytes of the body, as on the wire."""
        return self.wire.body_bytes

    @property
    def header_bytes_sent(self) -> int:
        return self.wire.header_bytes

    @property
    def fault(self) -> str | None:
        """The fault that was played on it."""
        return self.wire.fault


class Simulator:
    """A context manager; `origin` is where it listens: `Fetcher(..., bases={"*": sim.origin})`.

    `latency` is slept before each answer, in seconds. `compress` is whether bodies are sent gzipped to who accepts it.
    `x_tokens` are the bearer tokens that api.x.com takes; `x_spelling` is `tweet` or `post`: how it calls its fields.
    Attributes may be changed at any time. Nothing is printed.
    """

    def __init__(self, world: World | None = None, *, latency: float = 0.0, compress: bool = True) -> None:
        self.world = world if world is not None else World()
        self.latency = latency
        self.compress = compress
        self.x_tokens: frozenset[str] = frozenset({"token-for-tests"})
        self.x_spelling = "tweet"
        self.robots: dict[str, str] = {}  # a host's robots.txt instead of its own
        self.blocked: frozenset[str] = frozenset()  # addresses that the Internet Archive does not show
        self.closed_mastodon: frozenset[str] = frozenset()  # Mastodon hosts that ask for a user's token
        self.errors: list[Exception] = []  # what went wrong in the simulator itself; leaving the context raises it
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._requests: list[Logged] = []
        self._plan = Plan()
        self._pages: dict[str, Answer] = {}
        self._limits: dict[str, tuple[int, float, deque[float]]] = {}
        self._cache: dict[tuple[str, str], tuple[Any, Answer, bytes | None]] = {}
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._refusing: socket.socket | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self.errors and error is None:
            raise AssertionError("the simulator failed on a request") from self.errors[0]

    def start(self) -> None:
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="simulator", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stops listening and cuts every connection, also those on which a fault is being slow."""
        self.stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.cut()
            self._server = None
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._refusing is not None:
            self._refusing.close()
            self._refusing = None

    @property
    def origin(self) -> str:
        """Such as http://127.0.0.1:41233."""
        assert self._server is not None, "the simulator is not started"
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def refusing_origin(self) -> str:
        """An origin of this machine that refuses every connection, as long as the simulator runs."""
        if self._refusing is None:
            self._refusing = socket.socket()
            self._refusing.bind(("127.0.0.1", 0))  # bound and not listening: no one else gets the port
        return f"http://127.0.0.1:{self._refusing.getsockname()[1]}"

    # What it serves.

    def fault(
        self,
        kind: str,
        *,
        host: str | None = None,
        path_contains: str | None = None,
        times: int | None = None,
        after: int = 0,
        **settings: Any,
    ) -> Fault:
        """Plans a fault (faults.FAULTS) for the requests of a host (all) whose path and query contain a text (all).

        `times`: for so many requests (always), once `after` matching ones went well. The last that was planned is the
        first that is looked at. robots.txt meets only robots faults, unless `path_contains` names it.
        """
        return self._plan.add(Fault(kind, host, path_contains, times, after, settings))

    def mend(self, fault: Fault | None = None) -> None:
        """No longer that fault, or none at all."""
        if fault is None:
            self._plan.clear()
        else:
            self._plan.remove(fault)

    def serve(
        self,
        url: str,
        body: bytes | str,
        content_type: str = "text/html; charset=utf-8",
        *,
        status: int = 200,
        headers: Headers = (),
        validated: bool = True,
    ) -> None:
        """This page at this address, before anything that a publisher would answer there."""
        raw = body.encode() if isinstance(body, str) else body
        with self._lock:
            self._pages[_key_of(url)] = Answer(raw, content_type, status, headers, validated)
            self._cache.clear()

    def limit(self, host: str, requests: int, seconds: float) -> None:
        """The host answers 429 to more than so many requests in so many seconds."""
        with self._lock:
            self._limits[host] = (requests, seconds, deque())

    # What came.

    @property
    def requests(self) -> list[Logged]:
        with self._lock:
            return list(self._requests)

    def clear(self) -> None:
        """Forgets the requests that came."""
        with self._lock:
            self._requests.clear()

    def count(self, host: str | None = None, path_contains: str = "", *, robots: bool = False) -> int:
        """How many requests came, robots.txt not counted unless asked for."""
        return len(self.seen(host, path_contains, robots=robots))

    def bytes_sent(self, host: str | None = None, path_contains: str = "", *, robots: bool = False) -> int:
        """Bytes of bodies that went out, as on the wire."""
        return sum(one.bytes_sent for one in self.seen(host, path_contains, robots=robots))

    def statuses(self, host: str | None = None, path_contains: str = "") -> Counter[int]:
        return Counter(one.status for one in self.seen(host, path_contains))

    def seen(self, host: str | None = None, path_contains: str = "", *, robots: bool = False) -> list[Logged]:
        return [
            one
            for one in self.requests
            if host in (None, one.host)
            and path_contains in one.path
            and (robots or one.path.split("?")[0] != "/robots.txt")
        ]

    # Answering.

    def respond(self, call: Call, wire: Wire) -> None:
        """Sends the answer to a request, spoilt when a fault is due."""
        if self.latency:
            self.stopping.wait(self.latency)
        fault = self._plan.due(call.host, call.target)
        if fault is None:
            wire.send(call, *self.answer(call))
            return
        wire.fault, settings = fault.kind, fault.settings
        spoilt = fault_answers.instead(fault.kind, call, settings)
        if spoilt is None:
            world = self.world
            if fault.kind == "old_page":
                world = world.at(world.today - timedelta(days=settings.get("days", 400)))
            asked = replace(call, endless=True) if fault.kind == "endless_pagination" else call
            spoilt = fault_answers.spoilt(fault.kind, self._rendered(asked, world), call, settings)
        fault_wire.send(fault.kind, wire, call, spoilt, settings)

    def answer(self, call: Call) -> tuple[Answer, bytes | None]:
        """What is answered when no fault is due, and its body as gzip if it is to be sent so."""
        limited = self._over_limit(call.host)
        if limited is not None:
            return limited, None
        world = self.world
        vary = call.headers.get("authorization", "")
        key = (call.host, f"{call.target} {call.headers.get('accept', '')} {vary}")
        settings = (self.x_spelling, self.x_tokens, self.robots.get(call.host), self.blocked, self.closed_mastodon)
        stamp = (world, world.version, settings)
        found = self._cache.get(key)
        if found is None or found[0] != stamp:
            answer = self._rendered(call, world)
            packed = None
            if len(answer.body) > 200 and not any(name.lower() == "content-encoding" for name, _ in answer.headers):
                packed = gzip.compress(answer.body, 1, mtime=0)
            found = (stamp, answer, packed)
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            self._cache[key] = found
        _, answer, packed = found
        if not (self.compress and "gzip" in call.headers.get("accept-encoding", "")):
            packed = None
        if answer.status == 200 and _unchanged(call, answer):
            return Answer(status=304, headers=answer.headers), None
        return answer, packed

    def _rendered(self, call: Call, world: World) -> Answer:
        call = replace(call, target=fault_answers.without_hop(call.target))
        page = self._pages.get(f"{call.host}{call.target}")
        if page is not None:
            answer = page
        elif call.host in self.robots and call.path == "/robots.txt":
            answer = text_answer(self.robots[call.host])
        else:
            answer = publishers.answer(call, world, self)
        if answer.validated:
            answer = replace(answer, headers=(*answer.headers, ("ETag", f"W/{etag_of(answer.body)}")))
        return answer

    def _over_limit(self, host: str) -> Answer | None:
        if host not in self._limits:
            return None
        now = time.monotonic()
        with self._lock:
            requests, seconds, recent = self._limits[host]
            while recent and recent[0] <= now - seconds:
                recent.popleft()
            if len(recent) < requests:
                recent.append(now)
                return None
            wait = max(1, int(recent[0] + seconds - now + 0.999))
        return text_answer("Too Many Requests", status=429, headers=(("Retry-After", str(wait)),))

    def log(self, call: Call, wire: Wire, at: float) -> None:
        """Before the answer goes out: who has the answer finds the request in the log."""
        with self._lock:
            self._requests.append(Logged(call.host, call.method, call.target, call.headers, at, wire))


def etag_of(body: bytes) -> str:
    return '"' + hashlib.md5(body, usedforsecurity=False).hexdigest() + '"'


def _unchanged(call: Call, answer: Answer) -> bool:
    """Whether the client's condition says that it has this body (RFC 9110, 13.2.2: the ETag before the date)."""
    tags = call.headers.get("if-none-match")
    if tags is not None:
        return answer.validated and etag_of(answer.body) in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    date = call.headers.get("if-modified-since")
    return date is not None and ("Last-Modified", date) in answer.headers


def _key_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc.lower()}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was faster


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    disable_nagle_algorithm = True

    def handle(self) -> None:
        try:
            while self._one_request():
                pass
        except OSError:
            return  # the client went away

    def _one_request(self) -> bool:
        """Reads a request and answers it; whether the connection goes on."""
        simulator = self.server.simulator
        line = self.rfile.readline(_TOO_LONG)
        parts = line.split()
        if len(parts) != 3:
            return False
        method, target, version = (part.decode("latin-1") for part in parts)
        headers: dict[str, str] = {}
        while (line := self.rfile.readline(_TOO_LONG)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        if length := int(headers.get("content-length", "0")):
            self.rfile.read(length)
        at = time.monotonic()
        call = Call(headers.get("host", "").lower(), method, target, headers)
        wire = Wire(self.connection, simulator.stopping)
        wire.keep = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
        simulator.log(call, wire, at)
        try:
            simulator.respond(call, wire)
        except OSError:
            raise  # the client went away: see handle
        except Exception as error:  # a defect of the simulator: the test that met it must fail
            simulator.errors.append(error)
            wire.keep = False
            wire.send(call, text_answer(f"the simulator failed: {error!r}", status=500))
        return wire.keep and not simulator.stopping.is_set()
