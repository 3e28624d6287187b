"""One WARC record in one gzip member: built, and read back with both of its digests checked.

Format: WARC 1.1, ISO 28500:2017, https://iipc.github.io/warc-specifications/. What the format has no field for
(the source's id, the kind, where a transcribed fact was published and when) stands in extension fields `Incumbent-*`,
which the standard allows. Record ids are derived from the content, so that the same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re
import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

_IDS = uuid.UUID("6f1d3a1e-6b0e-5c39-9d0b-5f1f2c1a7e11")  # the namespace of our record ids; never change it
_UNCHANGED = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_STORED_BLOCK = 65_535  # bytes; the largest that deflate's stored block can have (RFC 1951, 3.2.4)
_MAX_RECORD = 1 << 30  # bytes once decompressed; a member that claims more is a bomb, not a page

#: Headers that can carry a secret: never written to an archive.
SECRET_HEADERS = frozenset(
    ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token")
)
#: Headers that describe the bytes on the wire, which are not the bytes that are kept: kept under another name.
_WIRE_HEADERS = frozenset(("content-encoding", "transfer-encoding", "content-length"))


class WarcError(ValueError):
    """A record that is not what it says it is; the archive adds file, offset and source."""


def record_id(*content: str) -> str:
    """The id of a record, derived from what it holds: `<urn:uuid:...>`."""
    return f"<urn:uuid:{uuid.uuid5(_IDS, chr(31).join(content))}>"


def resource(url: str, date: str, content: bytes, content_type: str, fields: Mapping[str, str]) -> tuple[str, bytes]:
    """Id and text of a `resource` record: bytes that were never an HTTP response, such as a transcription."""
    headers = _headers("resource", url, date, content, fields)
    return headers["WARC-Record-ID"], _written(url, "resource", content, headers, content_type=content_type)


def response(
    url: str, date: str, status: str, http_headers: Sequence[tuple[str, str]], body: bytes, fields: Mapping[str, str]
) -> tuple[str, bytes]:
    """Id and text of a `response` record. `body` is decoded; headers about its encoding become X-Archive-Orig-*."""
    headers = _headers("response", url, date, body, fields)
    http = StatusAndHeaders(status, _kept_headers(http_headers), protocol="HTTP/1.1")
    return headers["WARC-Record-ID"], _written(url, "response", body, headers, http=http)


def request(
    url: str, date: str, method: str, path: str, http_headers: Sequence[tuple[str, str]], answers: str
) -> bytes:
    """Text of the `request` record that goes with the record whose id is `answers`."""
    headers = {
        "WARC-Record-ID": record_id("request", answers),
        "WARC-Date": date,
        "WARC-Concurrent-To": answers,
    }
    http = StatusAndHeaders(f"{method} {path} HTTP/1.1", _kept_headers(http_headers), protocol="")
    return _written(url, "request", b"", headers, http=http)


def revisit(
    url: str,
    date: str,
    status: str,
    http_headers: Sequence[tuple[str, str]],
    original: Record,
    fields: Mapping[str, str],
    *,
    not_modified: bool,
) -> tuple[str, bytes]:
    """Id and text of a `revisit` record: the response was the one that `original` already holds."""
    headers = {
        **_clean(fields),
        "WARC-Record-ID": record_id("revisit", url, date, original.id),
        "WARC-Date": date,
        "WARC-Profile": _NOT_MODIFIED if not_modified else _UNCHANGED,
        "WARC-Refers-To": original.id,
        "WARC-Refers-To-Target-URI": original.headers["WARC-Target-URI"],
        "WARC-Refers-To-Date": original.headers["WARC-Date"],
        "WARC-Payload-Digest": original.headers["WARC-Payload-Digest"],
        "Incumbent-SHA256": original.headers["Incumbent-SHA256"],
    }
    http = StatusAndHeaders(status, _kept_headers(http_headers), protocol="HTTP/1.1")
    return headers["WARC-Record-ID"], _written(url, "revisit", b"", headers, http=http)


def note(url: str, date: str, text: str) -> bytes:
    """Text of a `metadata` record that says something of the response of `url` of that instant."""
    headers = {
        "WARC-Record-ID": record_id("metadata", url, date, text),
        "WARC-Date": date,
        "WARC-Refers-To-Target-URI": url,
        "WARC-Refers-To-Date": date,
    }
    content = f"note: {_line(text)}\r\n".encode()
    return _written(url, "metadata", content, headers, content_type="application/warc-fields")


def warcinfo(file: str, date: str, about: str) -> bytes:
    """Text of the `warcinfo` record that opens a file and says what it holds."""
    content = f"software: incumbent\r\nformat: WARC File Format 1.1\r\ndescription: {_line(about)}\r\n".encode()
    headers = {
        "WARC-Record-ID": record_id("warcinfo", file, date),
        "WARC-Date": date,
        "WARC-Filename": file,
    }
    return _written("", "warcinfo", content, headers, content_type="application/warc-fields")


def member(text: bytes, *, stored: bool = False) -> bytes:
    """`text` as one gzip member. `stored` keeps it uncompressed.

    Compressed bytes differ between builds of zlib; a stored member is the same everywhere, which an archive that must
    be rebuilt byte for byte needs. It is also legible as it is.
    """
    if not stored:
        packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        return packer.compress(text) + packer.flush()
    blocks = [text[start : start + _STORED_BLOCK] for start in range(0, len(text), _STORED_BLOCK)] or [b""]
    packed = bytearray(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")
    for number, block in enumerate(blocks, start=1):
        size = len(block)
        packed += bytes([number == len(blocks)]) + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little")
        packed += block
    return bytes(packed) + zlib.crc32(text).to_bytes(4, "little") + (len(text) & 0xFFFFFFFF).to_bytes(4, "little")


def read(packed: bytes) -> Record:
    """The one record that a gzip member holds. Raises WarcError for anything that is not exactly one sound record."""
    opener = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        text = opener.decompress(packed, _MAX_RECORD)
    except zlib.error as error:
        raise WarcError(f"the gzip member cannot be opened ({error})") from None
    if not opener.eof or opener.unused_data:
        raise WarcError("the gzip member is cut short, too large, or followed by other bytes")
    try:
        records = list(_parsed(text))
    except (ArchiveLoadFailed, ValueError, EOFError, AttributeError, TypeError) as error:
        raise WarcError(f"the WARC record cannot be read ({error})") from None
    if len(records) != 1:
        raise WarcError(f"the gzip member holds {len(records)} records, not one")
    record = records[0]
    claimed = record.headers.get("Incumbent-SHA256")
    if record.type in ("response", "resource") and claimed != hashlib.sha256(record.content).hexdigest():
        raise WarcError("the payload's SHA-256 is not the one that the record states")
    return record


def _parsed(text: bytes) -> list[Record]:
    found = []
    for raw in ArchiveIterator(BytesIO(text), check_digests="raise"):
        content = raw.raw_stream.read()
        found.append(
            Record(
                type=raw.rec_type,
                headers=dict(raw.rec_headers.headers),
                http_status=raw.http_headers.statusline if raw.http_headers else "",
                http_headers=dict(raw.http_headers.headers) if raw.http_headers else {},
                content=content,
            )
        )
    return found


def _headers(kind: str, url: str, date: str, content: bytes, fields: Mapping[str, str]) -> dict[str, str]:
    digest = hashlib.sha256(content).hexdigest()
    clean = _clean(fields)
    return {
        **clean,
        "Incumbent-SHA256": digest,
        "WARC-Record-ID": record_id(kind, url, date, digest, *(f"{key}={clean[key]}" for key in sorted(clean))),
        "WARC-Date": date,
    }


def _written(
    url: str,
    kind: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    content_type: str = "",
    http: StatusAndHeaders | None = None,
) -> bytes:
    out = BytesIO()
    writer = _Sha256Writer(out, gzip=False, warc_version="1.1")
    record = writer.create_warc_record(
        _line(url),
        kind,
        payload=BytesIO(content),
        length=len(content),
        warc_content_type=_line(content_type),
        warc_headers_dict=dict(headers),
        http_headers=http,
    )
    writer.write_record(record)
    return out.getvalue()


def _kept_headers(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    kept = []
    for name, value in headers:
        folded = name.strip().lower()
        if folded in SECRET_HEADERS:
            continue
        kept.append((f"X-Archive-Orig-{name}" if folded in _WIRE_HEADERS else name, _line(value)))
    return kept


def _clean(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: _line(value) for name, value in fields.items() if value}


def _line(text: str) -> str:
    """`text` on one line: a header that could hold a line break could forge the next header."""
    return re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", text).strip()


@dataclass(frozen=True)
class Record:
    """A record as read. `content` is the payload, without HTTP headers; empty for a revisit."""

    type: str
    headers: Mapping[str, str]
    http_status: str
    http_headers: Mapping[str, str]
    content: bytes

    @property
    def id(self) -> str:
        return self.headers.get("WARC-Record-ID", "")

    def without_content(self) -> Record:
        """The same record, light enough to be kept for every page of an archive."""
        return replace(self, content=b"")


class _Sha256Writer(WARCWriter):  # type: ignore[misc]  # warcio has no types
    """warcio's writer, with SHA-256 in WARC-Payload-Digest and WARC-Block-Digest instead of SHA-1."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")
