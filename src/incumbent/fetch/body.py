"""A body from the wire: read and decoded piece by piece within its limits, and known to be whole."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import BinaryIO, NamedTuple

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from incumbent.fetch.faults import Failure
from incumbent.fetch.timing import Deadline

ACCEPT_ENCODING = "gzip, deflate"

_READ = 65_536  # bytes asked of the socket at once
_PIECE = 262_144  # bytes decoded at once
_GZIP = frozenset(("gzip", "x-gzip"))
_MOST_MEMBERS = 10_000  # of one gzip stream; more can only be meant to keep us busy
_GZIP_MAGIC = b"\x1f\x8b"


class Body(NamedTuple):
    """A body, its content encoding undone. `content` is empty where it went into a file."""

    content: bytes
    wire_bytes: int  # as it came, without chunk framing
    whole: bool  # False where `partial` left the rest unread


def read(
    raw: BaseHTTPResponse,
    *,
    wire_bytes: int,
    decoded_bytes: int,
    deadline: Deadline,
    partial: bool = False,
    into: BinaryIO | None = None,
) -> Body:
    """The body of `raw`, a response of which nothing was read; into the file `into`, where one is given.

    At most `wire_bytes` are read and `decoded_bytes` kept: a body that has more is a fault, or with `partial` is cut.
    Raises Failure `too_large`, `truncated`, `encoding` or `timeout`.
    """
    held = BytesIO()
    decoder = _decoder(raw.headers.getlist("content-encoding"), into or held, decoded_bytes, deadline)
    declared = raw.headers.get("content-length")
    chunked = "transfer-encoding" in raw.headers
    if declared is not None and not chunked and int(declared) > wire_bytes and not partial:
        raise Failure("too_large", f"the body has {declared} bytes, {wire_bytes} are allowed")
    wire = 0
    try:
        while chunk := _chunk(raw):
            decoder.feed(chunk[: wire_bytes - wire])
            wire += len(chunk)
            if wire > wire_bytes:
                raise _Full(f"the body has more than {wire_bytes} bytes on the wire")
        decoder.finish()
    except _Full as full:
        if partial:
            return Body(held.getvalue(), wire, whole=False)
        raise Failure("too_large", str(full)) from None
    return Body(held.getvalue(), wire, whole=True)


class _Full(Exception):
    pass


class _Decoder:
    """The body as it is, for one without a content encoding. `out`, which is empty, gets at most `limit` bytes.

    The value of a BytesIO is handed out without a copy, which a list of pieces could not do.
    """

    def __init__(self, out: BinaryIO, limit: int, deadline: Deadline) -> None:
        self.out = out
        self._limit, self._deadline = limit, deadline

    def feed(self, chunk: bytes) -> None:
        self.add(chunk)

    def finish(self) -> None:
        """Raises Failure where the end has not come."""

    def add(self, piece: bytes) -> None:
        self._deadline.check()
        room = self._limit - self.out.tell()
        if len(piece) > room:
            self.out.write(piece[:room])
            raise _Full(f"the body has more than {self._limit} bytes once decoded")
        self.out.write(piece)


class _Inflater(_Decoder):
    """gzip (RFC 1952), or deflate: zlib (RFC 1950) and, as many servers send it, without its wrapper (RFC 1951)."""

    def __init__(self, coding: str, out: BinaryIO, limit: int, deadline: Deadline) -> None:
        super().__init__(out, limit, deadline)
        self._coding = coding
        self._inflate: zlib._Decompress | None = None
        self._members = 0

    def feed(self, chunk: bytes) -> None:
        while chunk:
            if self._inflate is None or self._inflate.eof:
                self._inflate = self._started(chunk)
            chunk = self._fed(self._inflate, chunk)

    def finish(self) -> None:
        if self._inflate is None or not self._inflate.eof:
            raise Failure("truncated", f"the body ends before its {self._coding} stream does")

    def _started(self, chunk: bytes) -> zlib._Decompress:
        self._members += 1
        if self._coding in _GZIP:
            if self._members > 1 and not chunk.startswith(_GZIP_MAGIC):
                raise Failure("encoding", "the gzip stream is followed by something else")
            if self._members > _MOST_MEMBERS:
                raise Failure("encoding", f"the gzip stream has more than {_MOST_MEMBERS} members")
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        if self._members > 1:
            raise Failure("encoding", "the deflate stream is followed by something else")
        wrapped = len(chunk) > 1 and chunk[0] & 0x0F == 8 and int.from_bytes(chunk[:2], "big") % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)

    def _fed(self, inflate: zlib._Decompress, chunk: bytes) -> bytes:
        """Decode `chunk`; what comes after the stream's end."""
        pending = True
        while pending and not inflate.eof:
            try:
                piece = inflate.decompress(chunk, _PIECE)
            except zlib.error as error:
                raise Failure("encoding", f"the body does not decode as {self._coding}: {error}") from None
            self.add(piece)
            chunk = inflate.unconsumed_tail
            # A full piece may leave more within the decoder although all input is taken.
            pending = bool(chunk) or len(piece) == _PIECE
        return inflate.unused_data if inflate.eof else b""


def _decoder(headers: list[str], out: BinaryIO, limit: int, deadline: Deadline) -> _Decoder:
    codings = [coding.strip().lower() for value in headers for coding in value.split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    if not codings:
        return _Decoder(out, limit, deadline)
    if len(codings) > 1 or codings[0] not in _GZIP | {"deflate"}:
        raise Failure("encoding", f"the content encoding is {', '.join(codings)!r}; {ACCEPT_ENCODING} was offered")
    return _Inflater(codings[0], out, limit, deadline)


def _chunk(raw: BaseHTTPResponse) -> bytes:
    try:
        return raw.read(_READ, decode_content=False)
    except (HTTPError, OSError, ValueError) as error:
        # http.client raises ValueError for a chunk of negative size.
        raise Failure("truncated", f"the connection ends within the body: {type(error).__name__}") from None
