"""Appending captures to an archive: one writer at a time, nothing changed that was written before.

A record is written and synced before its index line is. What a killed writer leaves behind (a torn record or a torn
index line at the end) the next writer mends before it starts.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import os
import re
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from incumbent import archive_index, warc
from incumbent.archive import Snapshot, read_record, snapshot_of, status_of
from incumbent.archive_index import COLUMNS, INDEX, SUFFIX, IndexRow
from incumbent.errors import ArchiveError, LockedError

_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


def packed_records(
    file: str, texts: Sequence[tuple[str, bytes]], offset: int, *, stored: bool = False
) -> tuple[bytes, list[IndexRow]]:
    """Records (type, text) as the bytes to write into `file` at `offset`, and their index rows."""
    packed, rows = bytearray(), []
    for kind, text in texts:
        gzip_member = warc.member(text, stored=stored)
        digest = hashlib.sha256(gzip_member).hexdigest()
        rows.append(IndexRow(file, offset + len(packed), len(gzip_member), kind, digest))
        packed += gzip_member
    return bytes(packed), rows


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the one process that writes to `folder`, which is made if need be; LockedError while another is.

    The lock goes with the process that holds it: a killed one leaves none behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = str(folder)
            raise LockedError("another run is writing to the archive", where=where, do="wait until it ends") from None
        yield
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the new files and renames of `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class ArchiveWriter:
    """The one writer of an archive, as a context: `with ArchiveWriter(folder) as writer: writer.add_capture(...)`.

    Raises LockedError while another process writes. `recovered` names the
    files whose torn end, left by a killed writer, was mended.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.recovered: list[str] = []
        self._opened = ExitStack()
        self._appending = threading.Lock()
        self._rows: dict[str, list[IndexRow]] = {}
        self._latest: dict[str, dict[str, IndexRow]] = {}  # file -> URL -> its latest whole response
        self._doubted: set[tuple[str, str]] = set()  # file and URL of those of them that have a note

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            opened.enter_context(locked(self.folder))
            self.recovered = self._recover()
            for row in archive_index.load(self.folder):
                self._rows.setdefault(row.file, []).append(row)
            self._opened = opened.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._opened.close()

    def add_capture(
        self,
        source_id: str,
        url: str,
        *,
        fetched_at: str,
        status: str = "200 OK",
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        method: str = "GET",
        request_headers: Sequence[tuple[str, str]] = (),
        published_at: str = "",
        stated_at: str = "",
        truncated: str = "",
        redacted: bool = False,
    ) -> Snapshot:
        """Append a response (`body` with its content encoding undone) and its request; the response as a snapshot.

        A body that equals the latest whole one of its URL, or a 304, becomes a revisit record. Secret headers
        (Authorization, cookies, keys) are left out. `fetched_at` is UTC, "2026-11-22T08:00:00Z". `published_at`,
        `stated_at`: the address and the day of the page of which this is an archive's copy. `truncated`: why `body` is
        not all (WARC-Truncated: length, time, disconnect, unspecified). `redacted`: `body` is without personal data
        that came. Raises ArchiveError for a 304 that has no earlier response to refer to. Safe to call from threads.
        """
        _check_instant(fetched_at)
        fields = {
            "Incumbent-Source": source_id,
            "Incumbent-Kind": "capture",
            "Incumbent-Published-At": published_at,
            "Incumbent-Stated-At": stated_at,
            "Incumbent-Redacted": "personal data" if redacted else "",
            "WARC-Truncated": truncated,
        }
        with self._appending:
            return self._add(source_id, url, fetched_at, status, headers, body, method, request_headers, fields)

    def add_note(self, source_id: str, url: str, fetched_at: str, text: str) -> None:
        """Append what is to be known of the response of `url` of that instant: why it is doubted. Safe from threads.

        From then on until a newer response comes, `latest` gives no validators: they would vouch for that page.
        """
        file = archive_index.file_name(source_id)
        with self._appending:
            if self._latest_row(file, url) is not None:
                self._append(file, [("metadata", warc.note(url, fetched_at, text))])
                self._doubted.add((file, url))

    def latest(self, source_id: str, url: str) -> Snapshot | None:
        """The last whole response of `url`, without its content: its headers carry what a conditional request needs.

        One with a note (add_note) has no headers.
        """
        file = archive_index.file_name(source_id)
        with self._appending:
            row = self._latest_row(file, url)
            if row is None:
                return None
            record = read_record(self.folder, row).without_content()
            found = snapshot_of(row, record, record)
            return replace(found, headers={}) if (file, url) in self._doubted else found

    def newest(self, source_id: str) -> Snapshot | None:
        """The response of a source that came last, whole or not, without its content."""
        file = archive_index.file_name(source_id)
        with self._appending:
            row = next((row for row in reversed(self._rows.get(file, [])) if row.type == "response"), None)
            if row is None:
                return None
            record = read_record(self.folder, row).without_content()
            return snapshot_of(row, record, record)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is appended meanwhile, so that the archive can be read as a whole by the process that writes it."""
        with self._appending:
            yield

    def _add(
        self,
        source_id: str,
        url: str,
        fetched_at: str,
        status: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        method: str,
        request_headers: Sequence[tuple[str, str]],
        fields: Mapping[str, str],
    ) -> Snapshot:
        file = archive_index.file_name(source_id)
        whole = status.startswith("200") and not fields["WARC-Truncated"]
        not_modified = status.startswith("304")
        row = self._latest_row(file, url) if whole or not_modified else None
        original = read_record(self.folder, row) if row else None
        if original is None and not_modified:
            raise ArchiveError(
                "the server answers 304 Not Modified, and the archive has no earlier response",
                where=f"{self.folder / file}, source {source_id}, {url}",
                expected="a whole response",
                do="fetch again without If-None-Match and If-Modified-Since",
            )
        if original is not None and (not_modified or original.content == body):
            kind = "revisit"
            identity, text = warc.revisit(url, fetched_at, status, headers, original, fields, not_modified=not_modified)
        else:
            kind, original = "response", None
            identity, text = warc.response(url, fetched_at, status, headers, body, fields)
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        texts = [(kind, text), ("request", warc.request(url, fetched_at, method, path, request_headers, identity))]
        if file not in self._rows:
            texts.insert(0, ("warcinfo", warc.warcinfo(file, fetched_at, f"captures of source {source_id}")))
        written = self._append(file, texts)
        del texts, text, body  # a body can be large, and another copy of it is about to be read back
        row = written[-2]
        record = read_record(self.folder, row)
        if kind == "response" and whole:
            self._latest.setdefault(file, {})[url] = row
            self._doubted.discard((file, url))
        return snapshot_of(row, record, original or record)

    def _append(self, file: str, texts: Sequence[tuple[str, bytes]]) -> list[IndexRow]:
        known = self._rows.setdefault(file, [])
        end = known[-1].offset + known[-1].length if known else 0
        packed, rows = packed_records(file, texts, end)
        index = self.folder / INDEX
        opening = b"" if index.exists() else f"{COLUMNS}\n".encode()
        is_new = not known or bool(opening)
        _append_bytes(self.folder / file, packed)
        _append_bytes(index, opening + archive_index.encoded(rows))
        if is_new:
            sync_folder(self.folder)
        known.extend(rows)
        return rows

    def _latest_row(self, file: str, url: str) -> IndexRow | None:
        if file not in self._latest:
            latest = {}
            for row in self._rows.get(file, []):
                if row.type not in ("response", "metadata"):
                    continue
                record = read_record(self.folder, row)
                url_of = record.headers.get("WARC-Target-URI", "")
                if row.type == "metadata":
                    self._doubted.add((file, url_of))
                elif status_of(record) == 200 and "WARC-Truncated" not in record.headers:
                    latest[url_of] = row
                    self._doubted.discard((file, url_of))
            self._latest[file] = latest
        return self._latest[file].get(url)

    def _recover(self) -> list[str]:
        """Mend the ends that a killed writer left: whole records enter the index, torn bytes are cut off."""
        index = self.folder / INDEX
        text = index.read_bytes() if index.exists() else b""
        mended = []
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            _truncate(index, whole)
            mended.append(INDEX)
        ends: dict[str, int] = {}
        for row in archive_index.rows_of(index):
            ends[row.file] = row.offset + row.length
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            end = ends.get(path.name, 0)
            if path.stat().st_size <= end:
                continue
            mended.append(path.name)
            adopted = self._whole_records(path, end)
            if adopted:
                opening = b"" if index.exists() else f"{COLUMNS}\n".encode()
                _append_bytes(index, opening + archive_index.encoded(adopted))
                end = adopted[-1].offset + adopted[-1].length
            if path.stat().st_size > end:
                _truncate(path, end)
        if mended:
            sync_folder(self.folder)
        return mended

    def _whole_records(self, path: Path, start: int) -> list[IndexRow]:
        """Rows for the sound records of `path` from `start` on, up to a torn one. Raises ArchiveError for damage.

        Torn is a gzip member that stops at the end of the file, or zeros, which a file system leaves after a power cut.
        """
        with path.open("rb") as file:
            file.seek(start)
            tail = file.read()
        rows: list[IndexRow] = []
        while tail.strip(b"\0"):
            opener = zlib.decompressobj(16 + zlib.MAX_WBITS)
            row = IndexRow(path.name, start, len(tail), "unknown", "")
            try:
                opener.decompress(tail)
                if not opener.eof:
                    return rows
                packed = tail[: len(tail) - len(opener.unused_data)]
                record = warc.read(packed)
            except (zlib.error, warc.WarcError) as error:
                raise archive_index.damaged(
                    self.folder, row, f"the end of a file of the archive is damaged: {error}", "a record, or a torn one"
                ) from None
            rows.append(IndexRow(path.name, start, len(packed), record.type, hashlib.sha256(packed).hexdigest()))
            start, tail = start + len(packed), opener.unused_data
        return rows


def _append_bytes(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _truncate(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)
        os.fsync(file.fileno())
    if size == 0:
        path.unlink()


def _check_instant(text: str) -> None:
    try:
        if not _INSTANT.match(text):
            raise ValueError
        dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        raise ArchiveError(
            f"{text!r} is not an instant", where="fetched_at", expected="UTC such as 2026-11-22T08:00:00Z"
        ) from None
