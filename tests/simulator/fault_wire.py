"""Faults of the wire: how an answer goes out when its bytes are to be spoilt. The names are those of faults.FAULTS."""

from __future__ import annotations

import functools
import gzip
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from tests.simulator.messages import Answer, Call, Headers
from tests.simulator.wire import Wire, typed

_Settings = Mapping[str, Any]
_Send = Callable[[Wire, Answer, _Settings], None]
_MIB = 1 << 20


def send(kind: str, wire: Wire, call: Call, answer: Answer, settings: _Settings) -> None:
    """The answer as the fault has it; well, when the fault is not one of the wire."""
    spoil = _WIRES.get(kind)
    if spoil is None:
        wire.send(call, answer)
    else:
        spoil(wire, answer, settings)


def _headers(answer: Answer, *more: tuple[str, str]) -> Headers:
    return (*typed(answer, answer.headers), *more)


def _length(answer: Answer, length: int, *more: tuple[str, str]) -> Headers:
    return _headers(answer, *more, ("Content-Length", str(length)))


def _kept(body: bytes, settings: _Settings) -> bytes:
    return body[: int(len(body) * settings.get("keep", 0.5))]


def _reset_before(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.reset()


def _close_before(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.keep = False


def _reset_after_headers(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.send_head(answer.status, _length(answer, len(answer.body)))
    wire.wait(0.02)  # a reset overtakes what was not yet read
    wire.reset()


def _reset_mid_body(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.send_head(answer.status, _length(answer, len(answer.body)))
    wire.send_body(_kept(answer.body, settings))
    wire.wait(0.02)
    wire.reset()


def _stale_keep_alive(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.send_head(answer.status, _length(answer, len(answer.body)))
    wire.send_body(answer.body)
    wire.keep = False


def _truncated_length(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.send_head(answer.status, _length(answer, len(answer.body)))
    wire.send_body(_kept(answer.body, settings))
    wire.keep = False


def _truncated_chunked(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.send_head(answer.status, _headers(answer, ("Transfer-Encoding", "chunked")))
    part = _kept(answer.body, settings)
    wire.send_body(b"%x\r\n%b\r\n" % (len(part), part) if part else b"")
    wire.keep = False


def _truncated_chunk(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.send_head(answer.status, _headers(answer, ("Transfer-Encoding", "chunked")))
    wire.send_body(b"%x\r\n%b" % (len(answer.body), _kept(answer.body, settings)))
    wire.keep = False


def _truncated_close(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.keep = False
    wire.send_head(answer.status, _headers(answer))
    wire.send_body(_kept(answer.body, settings))


def _packed(make: Callable[[bytes, _Settings], bytes]) -> _Send:
    """A body under Content-Encoding: gzip, of the length that is stated."""

    def spoil(wire: Wire, answer: Answer, settings: _Settings) -> None:
        body = make(answer.body, settings)
        wire.send_head(answer.status, _length(answer, len(body), ("Content-Encoding", "gzip")))
        wire.send_body(body)

    return spoil


def _wrong_crc(body: bytes, settings: _Settings) -> bytes:
    packed = gzip.compress(body, mtime=0)
    return packed[:-8] + bytes(byte ^ 0xFF for byte in packed[-8:-4]) + packed[-4:]


def _cut_gzip(body: bytes, settings: _Settings) -> bytes:
    packed = gzip.compress(body, mtime=0)
    return packed[: max(1, int(len(packed) * settings.get("keep", 0.5)))]


@functools.lru_cache(maxsize=4)
def bomb(size: int) -> bytes:
    """A gzip stream that unpacks to so many bytes, made without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(bytes(_MIB)) for _ in range(max(1, size // _MIB))]
    return b"".join((*parts, packer.flush()))


def _bomb_twice(wire: Wire, answer: Answer, settings: _Settings) -> None:
    body = gzip.compress(bomb(settings.get("size", 256 * _MIB)), mtime=0)
    wire.send_head(answer.status, _length(answer, len(body), ("Content-Encoding", "gzip, gzip")))
    wire.send_body(body)


def _huge(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.keep = False
    wire.send_head(answer.status, _headers(answer))
    block = b" " * 65_536
    left = settings.get("size", 1024 * _MIB)
    while left > 0 and not wire.stopping.is_set():
        wire.send_body(block)
        left -= len(block)


def _huge_length(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.send_head(answer.status, _length(answer, settings.get("size", 1 << 40)))
    wire.send_body(answer.body)
    wire.wait_for_end(120)


def _slow_headers(wire: Wire, answer: Answer, settings: _Settings) -> None:
    head = wire.head(answer.status, _length(answer, len(answer.body)))
    for number in range(len(head)):
        wire.raw_head(answer.status, head[number : number + 1])
        if not wire.wait(settings.get("delay", 0.5)):
            return
    wire.send_body(answer.body)


def _slow_body(wire: Wire, answer: Answer, settings: _Settings) -> None:
    step = settings.get("step", 8)
    wire.send_head(answer.status, _length(answer, len(answer.body)))
    for start in range(0, len(answer.body), step):
        wire.send_body(answer.body[start : start + step])
        if not wire.wait(settings.get("delay", 0.5)):
            return


def _silence(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.wait_for_end(settings.get("seconds", 120))


def _silence_mid_body(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.send_head(answer.status, _length(answer, len(answer.body)))
    wire.send_body(_kept(answer.body, settings))
    wire.wait_for_end(settings.get("seconds", 120))


def _many_headers(wire: Wire, answer: Answer, settings: _Settings) -> None:
    many = tuple((f"X-Filler-{number}", "x") for number in range(settings.get("count", 500)))
    wire.send_head(answer.status, _length(answer, len(answer.body), *many))
    wire.send_body(answer.body)


def _long_header(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.send_head(answer.status, _length(answer, len(answer.body), ("X-Filler", "x" * settings.get("size", 262_144))))
    wire.send_body(answer.body)


def _garbage_header(wire: Wire, answer: Answer, settings: _Settings) -> None:
    head = wire.head(answer.status, _length(answer, len(answer.body)))
    first, rest = head.split(b"\r\n", 1)
    wire.raw_head(answer.status, first + b"\r\nno colon in this line\r\nX-Control: a\x00b\x0bc\r\n" + rest)
    wire.send_body(answer.body)


def _garbage_status(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.keep = False
    wire.raw_head(0, b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n")


def _two_lengths(wire: Wire, answer: Answer, settings: _Settings) -> None:
    wire.keep = False
    other = max(1, len(answer.body) // 2)
    wire.send_head(answer.status, _length(answer, len(answer.body), ("Content-Length", str(other))))
    wire.send_body(answer.body)


def _interim(wire: Wire, answer: Answer, settings: _Settings) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n" * 3
    wire.raw_head(answer.status, hints + wire.head(answer.status, _length(answer, len(answer.body))))
    wire.send_body(answer.body)


_WIRES: dict[str, _Send] = {
    "reset_before_headers": _reset_before,
    "closed_before_headers": _close_before,
    "reset_after_headers": _reset_after_headers,
    "reset_mid_body": _reset_mid_body,
    "stale_keep_alive": _stale_keep_alive,
    "truncated_length": _truncated_length,
    "truncated_chunked": _truncated_chunked,
    "truncated_chunk": _truncated_chunk,
    "truncated_close": _truncated_close,
    "truncated_gzip": _packed(_cut_gzip),
    "gzip_crc": _packed(_wrong_crc),
    "gzip_not": _packed(lambda body, settings: body),
    "gzip_trailing": _packed(lambda body, settings: gzip.compress(body, mtime=0) + b"\x00trailing garbage"),
    "gzip_bomb": _packed(lambda body, settings: bomb(settings.get("size", 256 * _MIB))),
    "gzip_twice": _bomb_twice,
    "huge": _huge,
    "huge_length": _huge_length,
    "slow_headers": _slow_headers,
    "slow_body": _slow_body,
    "silence": _silence,
    "silence_mid_body": _silence_mid_body,
    "many_headers": _many_headers,
    "long_header": _long_header,
    "garbage_header": _garbage_header,
    "garbage_status": _garbage_status,
    "two_lengths": _two_lengths,
    "interim": _interim,
}
