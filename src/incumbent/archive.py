"""The archive of a roster, read: WARC files that are verified before a byte of them is believed.

A folder holds one `<source>.warc.gz` per source and `index.csv` (archive_index.py). The index is what makes every
flipped byte and every lost tail visible, also where gzip or WARC would not notice: a byte of a gzip header, a file cut
between two records. Writing is archive_writer.py (captures) and transcribe.py (pages written by hand).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from incumbent import archive_index, edtf, warc
from incumbent.archive_index import IndexRow, damaged
from incumbent.errors import ArchiveError

PAYLOAD_TYPES = ("response", "resource")
_OK = 200


def read_record(folder: Path, row: IndexRow) -> warc.Record:
    """The record at `row`. Raises ArchiveError unless its bytes, digests, type and source are as they were written."""
    with (folder / row.file).open("rb") as file:
        file.seek(row.offset)
        packed = file.read(row.length)
    if hashlib.sha256(packed).hexdigest() != row.sha256:
        raise damaged(folder, row, "a record of the archive is damaged", f"bytes with SHA-256 {row.sha256}")
    try:
        record = warc.read(packed)
    except warc.WarcError as error:
        raise damaged(folder, row, f"a record of the archive is damaged: {error}", "one sound record") from None
    if record.type != row.type:
        raise damaged(folder, row, f"the index calls a {record.type} record a {row.type} record", record.type)
    stated = record.headers.get("Incumbent-Source", row.source_id)
    if stated != row.source_id:
        raise damaged(folder, row, f"a record of source {stated} lies in the file of another", row.source_id)
    return record


def snapshot_of(row: IndexRow, record: warc.Record, original: warc.Record) -> Snapshot:
    """The snapshot that `record` stands for; `original` holds its payload (itself, unless it is a revisit)."""
    headers = record.headers
    if original.type == "response":
        http = {name.lower(): value for name, value in original.http_headers.items()}
        content_type = http.get("content-type")
    else:
        content_type = original.headers.get("Content-Type")
    return Snapshot(
        source_id=row.source_id,
        url=headers.get("Incumbent-Published-At") or headers.get("WARC-Target-URI", ""),
        fetched_at=headers.get("WARC-Date", ""),
        sha256=original.headers["Incumbent-SHA256"],
        content=original.content,
        content_type=content_type or "application/octet-stream",
        record=f"{row.file}, offset {row.offset}",
        headers=record.http_headers,
        kind=headers.get("Incumbent-Kind", "capture"),
        title=headers.get("Incumbent-Title"),
        publisher=headers.get("Incumbent-Publisher"),
        stated_at=headers.get("Incumbent-Stated-At"),
        unchanged=record.type == "revisit",
        status=status_of(original),
        truncated=headers.get("WARC-Truncated"),
    )


def status_of(record: warc.Record) -> int:
    """The HTTP status of a response; 200 for what never was one."""
    found = re.match(r"\d{3}", record.http_status) if record.type == "response" else None
    return int(found[0]) if found else _OK


@dataclass(frozen=True)
class Snapshot:
    """The bytes of one response, or of one transcription, with where they lie in the archive.

    `url`: where it was fetched, or where the transcribed facts were published. `fetched_at`: UTC, ISO 8601.
    `stated_at`: when the publisher said it (EDTF), where the archive knows. `unchanged`: read from a revisit record.
    `status`: of HTTP. `truncated`: why the bytes are not all that was to come (WARC-Truncated).
    """

    source_id: str
    url: str
    fetched_at: str
    sha256: str
    content: bytes
    content_type: str
    record: str  # "official-list.warc.gz, offset 512"
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "capture"
    title: str | None = None
    publisher: str | None = None
    stated_at: str | None = None
    unchanged: bool = False
    status: int = _OK
    truncated: str | None = None

    @property
    def known_at(self) -> str | None:
        """The date from which its content is known: stated, else captured.

        Null for a transcription without a date of its own, whose rows each carry theirs: the day on which somebody
        typed it says nothing about when the facts were public.
        """
        if self.stated_at:
            return self.stated_at
        return self.fetched_at[:10] if self.kind == "capture" else None


class Archive:
    """The archive in `folder`. A folder that does not exist is an empty archive."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def sources(self) -> list[str]:
        """Ids of the sources that have a record, sorted."""
        return sorted({row.source_id for row in archive_index.load(self.folder)})

    def snapshots(self, source_id: str | None = None, *, as_of: str | None = None) -> list[Snapshot]:
        """Snapshots by source, and within a source in the order of capture, each verified first.

        With `as_of`, only those known by that day (Snapshot.known_at, to the last day that it can mean). Whole
        responses only: no error's page, nothing truncated. Raises ArchiveError naming file, offset and source when
        anything is not as it was written.
        """
        return [self.load(visit) for visit in self.visits(source_id, as_of=as_of) if visit.whole]

    def visits(self, source_id: str | None = None, *, as_of: str | None = None) -> Iterator[Visit]:
        """As snapshots, error pages and truncated responses included, without their content: `load` fetches that.

        Each record is verified before its visit is given; one record at a time is held in memory.
        """
        limit = edtf.parse_day(as_of) if as_of else None
        by_file: dict[str, list[IndexRow]] = {}
        for row in archive_index.load(self.folder):
            if source_id is None or row.source_id == source_id:
                by_file.setdefault(row.file, []).append(row)
        for file in sorted(by_file):
            for visit in self._of_file(by_file[file]):
                known = visit.snapshot.known_at
                if limit is None or known is None or edtf.bounds(known)[1] <= limit:
                    yield visit

    def load(self, visit: Visit) -> Snapshot:
        """The snapshot of a visit with its content, verified again. Raises ArchiveError."""
        return replace(visit.snapshot, content=read_record(self.folder, visit.payload).content)

    def verify(self) -> int:
        """Read every record of every file; how many there are. Raises ArchiveError at the first that is damaged."""
        rows = archive_index.load(self.folder)
        for row in rows:
            read_record(self.folder, row)
        for _ in self.visits():  # resolves the revisits
            pass
        return len(rows)

    def _of_file(self, rows: Sequence[IndexRow]) -> Iterator[Visit]:
        """The visits of one file, given all of its rows: a revisit resolves to an earlier record of the file."""
        originals: dict[str, tuple[IndexRow, warc.Record]] = {}
        for row in rows:
            record = read_record(self.folder, row)
            if record.type in PAYLOAD_TYPES:
                original = record.without_content()
                originals[record.id] = row, original
                yield Visit(self._checked(row, original, original), row)
            elif record.type == "revisit":
                found = originals.get(record.headers.get("WARC-Refers-To", ""))
                if found is None:
                    raise damaged(self.folder, row, "a revisit record refers to no earlier record", "its original")
                payload, original = found
                if record.headers.get("Incumbent-SHA256") != original.headers["Incumbent-SHA256"]:
                    raise damaged(self.folder, row, "a revisit record and its original differ", "the same payload")
                yield Visit(self._checked(row, record, original), payload)

    def _checked(self, row: IndexRow, record: warc.Record, original: warc.Record) -> Snapshot:
        snapshot = snapshot_of(row, record, original)
        try:
            edtf.bounds(snapshot.known_at or "2000")
        except ValueError as error:
            raise ArchiveError(
                f"a record of the archive has no usable date ({error})",
                where=f"{self.folder / row.file}, offset {row.offset}, source {row.source_id}",
                expected="WARC-Date and Incumbent-Stated-At such as 2012-06-28",
                do=archive_index.RESTORE,
            ) from None
        return snapshot


@dataclass(frozen=True)
class Visit:
    """One time that an address was asked: a snapshot whose content is left out, and the record that holds it."""

    snapshot: Snapshot
    payload: IndexRow

    @property
    def whole(self) -> bool:
        """Whether it is the page that was asked for, with all of its bytes."""
        return self.snapshot.status == _OK and self.snapshot.truncated is None
