"""What a server may do wrong, and the fault that it is: each on a raw socket, at the head and in the body."""

from __future__ import annotations

import gzip
import socket
import struct
import time
import zlib
from collections.abc import Callable

import pytest

from incumbent.fetch import FAULT_TABLE, FAULTS, Fetcher, Limits, Request
from tests.fetch.wire import Answer, FakeTime, Wire, answer, ending, fault_of, moved

URL = "https://www.works.example/list?page=1"
PATH = "/list?page=1"
GZIP = "Content-Encoding: gzip"
PACKED = gzip.compress(b"the whole list " * 200, mtime=0)
QUICK = Limits(
    deadline_seconds=0.6,
    read_seconds=0.4,
    connect_seconds=0.4,
    backoff_seconds=0.01,
    wire_bytes=50_000,
    decoded_bytes=100_000,
    retries=1,
)


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", extra: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{extra}\r\n".encode()
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_in_body(connection: socket.socket) -> None:
    connection.sendall(answer(b"half")[:-2].replace(b": 4", b": 400"))
    time.sleep(0.05)
    reset(connection)


def silence(connection: socket.socket) -> None:
    connection.settimeout(2)
    connection.recv(1)


def dripping(opening: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    def drip(connection: socket.socket) -> None:
        connection.sendall(opening)
        for _ in range(200):
            connection.sendall(drop)
            time.sleep(0.02)

    return drip


def endless(opening: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    def pour(connection: socket.socket) -> None:
        connection.sendall(opening)
        for _ in range(100_000):
            connection.sendall(piece)

    return pour


OK = b"HTTP/1.1 200 OK\r\n"
CASES: dict[str, tuple[str, Answer]] = {
    "closed before an answer": ("connection", ending(b"")),
    "reset before an answer": ("connection", reset),
    "silence": ("timeout", silence),
    "half a head, then silence": ("timeout", lambda one: (one.sendall(OK), silence(one))[1]),
    "half a body, then silence": (
        "timeout",
        lambda one: (one.sendall(answer(b"half").replace(b": 4", b": 9")), silence(one))[1],
    ),
    "dripping head": ("timeout", dripping(OK + b"X: ", b"y")),
    "dripping header lines": ("timeout", dripping(OK, b"X: y\r\n")),
    "dripping body": ("timeout", dripping(OK + b"Content-Length: 5000\r\n\r\n", b"y")),
    "dripping chunks": ("timeout", dripping(chunked(end=b""), b"1\r\ny\r\n")),
    "dripping chunk size": ("timeout", dripping(chunked(end=b""), b"0")),
    "continue for ever": ("timeout", dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
    "not HTTP": ("protocol", ending(b"SSH-2.0-OpenSSH_9.9\r\n")),
    "HTTP of another kind": ("protocol", ending(b"HTTP/3.7 200 OK\r\n\r\n")),
    "no status": ("protocol", ending(b"HTTP/1.1 fine\r\n\r\n")),
    "switching protocols": ("protocol", ending(b"HTTP/1.1 101 Switching\r\n\r\n")),
    "a line without a colon": ("protocol", ending(OK + b"nonsense\r\nContent-Length: 0\r\n\r\n")),
    "two lengths": ("protocol", ending(OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")),
    "a length that is none": ("protocol", ending(OK + b"Content-Length: many\r\n\r\nabcd")),
    "a negative length": ("protocol", ending(OK + b"Content-Length: -1\r\n\r\nabcd")),
    "an unknown transfer encoding": ("protocol", ending(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + PACKED)),
    "304 that was not asked for": ("protocol", answer(status="304 Not Modified", length=False)),
    "a header line without end": ("too_large", endless(OK + b"X: ", b"y" * 4096)),
    "headers without end": ("too_large", endless(OK, b"X: " + b"y" * 900 + b"\r\n")),
    "continue without end": ("too_large", endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100)),
    "a hundred small headers": ("too_large", ending(OK + b"X: y\r\n" * 120 + b"\r\n")),
    "declared too large": ("too_large", ending(OK + b"Content-Length: 50001\r\n\r\n")),
    "too large without a length": ("too_large", endless(OK + b"Connection: close\r\n\r\n", b"y" * 4096)),
    "too large in chunks": ("too_large", endless(chunked(end=b""), b"1000\r\n" + b"y" * 4096 + b"\r\n")),
    "a chunk size without end": ("truncated", endless(chunked(end=b""), b"0" * 4096)),
    "trailers without end": ("too_large", endless(chunked(b"abc", end=b"0\r\n"), b"X: " + b"y" * 900 + b"\r\n")),
    "gzip bomb": ("too_large", answer(gzip.compress(b"\0" * 20_000_000), GZIP)),
    "deflate bomb": ("too_large", answer(zlib.compress(b"\0" * 20_000_000), "Content-Encoding: deflate")),
    "gzip of many bombs": ("too_large", answer(gzip.compress(b"\0" * 60_000) * 2, GZIP)),
    "shorter than its length": ("truncated", ending(answer(b"the whole list")[:-3])),
    "an empty body for a length": ("truncated", ending(OK + b"Content-Length: 5\r\n\r\n")),
    "reset in the body": ("truncated", reset_in_body),
    "no last chunk": ("truncated", ending(chunked(b"abc", b"def", end=b""))),
    "within a chunk": ("truncated", ending(chunked(b"abc", end=b"10\r\nabc"))),
    "a chunk size that is none": ("truncated", ending(chunked(b"abc", end=b"what\r\n"))),
    "a negative chunk": ("truncated", ending(chunked(b"abc", end=b"-2\r\nabc"))),
    "gzip cut, with its true length": ("truncated", answer(PACKED[:-9], GZIP)),
    "gzip without its last byte": ("truncated", answer(PACKED[:-1], GZIP)),
    "gzip cut, without a length": ("truncated", ending(answer(PACKED[:-20], GZIP, length=False))),
    "gzip of nothing": ("truncated", answer(b"", GZIP)),
    "gzip second member cut": ("truncated", answer(PACKED + PACKED[:-5], GZIP)),
    "deflate cut": ("truncated", answer(zlib.compress(b"list" * 99)[:-3], "Content-Encoding: deflate")),
    "gzip with a wrong checksum": ("encoding", answer(PACKED[:-8] + b"abcd" + PACKED[-4:], GZIP)),
    "gzip with a wrong size": ("encoding", answer(PACKED[:-4] + b"abcd", GZIP)),
    "gzip with something after it": ("encoding", answer(PACKED + b"<!-- served by -->", GZIP)),
    "gzip with zeros after it": ("encoding", answer(PACKED + b"\0\0\0", GZIP)),
    "deflate with something after it": ("encoding", answer(zlib.compress(b"list") + b"x", "Content-Encoding: deflate")),
    "gzip members without end": ("encoding", answer(gzip.compress(b"", 9, mtime=0) * 2_400, GZIP)),
    "called gzip": ("encoding", answer(b"<html>", GZIP)),
    "called deflate": ("encoding", answer(b"<html>", "Content-Encoding: deflate")),
    "gzip within gzip": ("encoding", answer(gzip.compress(PACKED), "Content-Encoding: gzip, gzip")),
    "gzip within gzip, two lines": ("encoding", answer(gzip.compress(PACKED), GZIP, GZIP)),
    "brotli": ("encoding", answer(b"\x0b\x02\x80list\x03", "Content-Encoding: br")),
    "404": ("status", answer(b"gone", status="404 Not Found")),
    "500": ("status", answer(b"oh", status="500 Oh")),
    "204": ("status", answer(status="204 No Content", length=False)),
    "206": ("status", answer(b"part", status="206 Partial Content")),
    "300": ("status", answer(b"choose", "Location: /b", status="300 Multiple Choices")),
    "redirect without an address": ("redirect", answer(status="302 Found")),
    "redirect to a mail address": ("redirect", moved("mailto:editor@works.example")),
}


@pytest.mark.parametrize("name", CASES)
def test_every_fault_is_told_by_its_name_and_in_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault, sent = CASES[name]
    if name == "gzip members without end":
        monkeypatch.setattr("incumbent.fetch.body._MOST_MEMBERS", 1_000)
    with Wire({PATH: sent}) as wire, wire.fetcher(limits=QUICK) as fetcher:
        started = time.monotonic()
        error = fault_of(fetcher, URL)
        assert time.monotonic() - started < QUICK.deadline_seconds + 1
    assert error.fault == fault, error
    assert fault in FAULTS and FAULT_TABLE[fault].advice in str(error) and URL in str(error)
    retried = fault in ("connection", "truncated") or name == "500"
    if fault != "timeout":
        assert len(wire.paths()) == (QUICK.retries + 1 if retried else 1)
    assert (error.response is not None) == (fault in ("status", "redirect") or name.startswith("304"))


def test_a_connection_after_a_fault_is_a_sound_one() -> None:
    sent: list[Answer] = [answer(PACKED + b"junk", GZIP), answer(b"x" * 60_000), moved("/away"), answer(b"good")]
    with Wire({PATH: sent}) as wire, wire.fetcher(limits=QUICK) as fetcher:
        faults = [fault_of(fetcher, URL).fault for _ in range(2)]
        wire.answers["/away"] = answer(b"no", status="410 Gone")
        assert [*faults, fault_of(fetcher, URL).fault] == ["encoding", "too_large", "status"]
        assert fetcher.fetch(Request(URL)).body == b"good"


def test_a_kept_connection_that_the_server_has_closed_is_replaced_without_a_fault() -> None:
    with Wire({PATH: ending(answer(b"good"))}) as wire, wire.fetcher(limits=Limits(retries=0)) as fetcher:
        for _ in range(3):
            assert fetcher.fetch(Request(URL)).body == b"good"
            time.sleep(0.05)
        assert wire.connections == 3  # robots.txt came on the first


def test_what_comes_after_a_body_is_not_the_next_answer() -> None:
    sent: list[Answer] = [answer(b"good") + answer(b"smuggled"), answer(b"true")]
    with Wire({PATH: sent}) as wire, wire.fetcher(limits=QUICK) as fetcher:
        assert fetcher.fetch(Request(URL)).body == b"good"
        assert fetcher.fetch(Request(URL)).body == b"true"


def test_a_refused_connection_and_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    with Wire({}) as wire:
        fetcher = wire.fetcher(limits=QUICK)
        gone = Fetcher("a@works.example", limits=QUICK, sleep=lambda _: None)
    time.sleep(0.05)
    error = fault_of(fetcher, URL)
    assert error.fault == "connection" and "robots.txt" in str(error) and error.response is None

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = fault_of(gone, URL)
    assert error.fault == "connection" and "does not resolve" in str(error)


def test_a_name_server_that_does_not_answer_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(2))
    started = time.monotonic()
    assert fault_of(Fetcher("a@works.example", limits=QUICK), URL).fault == "timeout"
    assert time.monotonic() - started < QUICK.deadline_seconds + 1


def test_the_body_of_an_error_is_kept_to_its_limit_and_missed_where_it_is_broken() -> None:
    limits = Limits(error_bytes=10, retries=0)
    sent = {
        "/small": answer(b'{"error":', status="400 Bad Request"),
        "/large": answer(b"x" * 4000, status="400 Bad Request"),
        "/broken": ending(answer(b"x" * 9, status="400 Bad Request")[:-3]),
    }
    with Wire(sent) as wire, wire.fetcher(limits=limits) as fetcher:
        bodies = []
        for path in sent:
            error = fault_of(fetcher, f"https://www.works.example{path}")
            assert error.fault == "status" and error.response is not None and error.response.status == 400
            bodies.append((error.response.body, error.response.complete))
    assert bodies == [(b'{"error":', True), (b"x" * 10, False), (b"", False)]


def test_retries_back_off_and_a_good_answer_ends_them() -> None:
    time_of_test = FakeTime()
    limits = Limits(retries=3, backoff_seconds=1.0)
    sent: list[Answer] = [ending(b""), answer(status="503 Busy"), ending(answer(b"good")[:-1]), answer(b"good")]
    with (
        Wire({PATH: sent}) as wire,
        wire.fetcher(limits=limits, clock=time_of_test.clock, sleep=time_of_test.sleep, jitter=lambda: 0.5) as fetcher,
    ):
        assert fetcher.fetch(Request(URL)).body == b"good"
    assert time_of_test.slept == [0.75, 1.5, 3.0]


def test_no_retry_outlasts_the_deadline() -> None:
    time_of_test = FakeTime()
    limits = Limits(deadline_seconds=5, retries=10, backoff_seconds=1.0)
    with (
        Wire({PATH: answer(status="502 Bad Gateway")}) as wire,
        wire.fetcher(limits=limits, clock=time_of_test.clock, sleep=time_of_test.sleep, jitter=lambda: 1.0) as fetcher,
    ):
        error = fault_of(fetcher, URL)
    assert error.fault == "status" and time_of_test.slept == [1.0, 2.0]  # 4 more would be 7
