"""index.csv of an archive: where each record lies and the SHA-256 of its bytes on disk, in the order of writing.

Columns: file, offset, length, type, sha256. One writer (archive_writer.py, transcribe.py), one reader (archive.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from incumbent.errors import ArchiveError

INDEX = "index.csv"
COLUMNS = "file,offset,length,type,sha256"
SUFFIX = ".warc.gz"
RESTORE = (
    "restore the archive from version control or a backup; transcriptions are rebuilt by `python -m "
    "incumbent.transcribe ROSTER_FOLDER`, captures by capturing again into an empty archive"
)
_SOURCE_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,80}$")
_ROW = re.compile(r"([a-z0-9-]+\.warc\.gz),(0|[1-9]\d{0,17}),([1-9]\d{0,17}),([a-z]+),([0-9a-f]{64})")


def file_name(source_id: str) -> str:
    """The archive's file of a source. Raises ArchiveError for an id that is no plain lower-case name."""
    if not _SOURCE_ID.match(source_id):
        raise ArchiveError(
            f"{source_id!r} cannot name a file of an archive", expected="lower-case letters, digits and hyphens"
        )
    return source_id + SUFFIX


def encoded(rows: Sequence[IndexRow]) -> bytes:
    """The lines of an index for `rows`, without the header."""
    return "".join(f"{row.file},{row.offset},{row.length},{row.type},{row.sha256}\n" for row in rows).encode()


def load(folder: Path) -> list[IndexRow]:
    """The rows of the folder's index, each record following the one before it; none where there is no index.

    Raises ArchiveError for an index that is damaged, and for a file of the archive that is missing, cut short, or
    longer than the index knows.
    """
    rows = rows_of(folder / INDEX)
    _check_files(folder, rows)
    return rows


def rows_of(path: Path) -> list[IndexRow]:
    """The rows of an index file as they stand, without a look at the archive's files. Raises ArchiveError."""
    try:
        text = path.read_bytes().decode("ascii")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        raise _bad_index(path, "it is not plain text") from None
    lines = text.split("\n")
    if lines[0] != COLUMNS:
        raise _bad_index(path, "its first line is not the header")
    if lines[-1] != "":
        raise _bad_index(path, "its last line is cut short")
    rows = []
    for number, line in enumerate(lines[1:-1], start=2):
        match = _ROW.fullmatch(line)
        if not match:
            raise _bad_index(path, f"its line {number} is not a record's line")
        file, offset, length, kind, digest = match.groups()
        rows.append(IndexRow(file, int(offset), int(length), kind, digest))
    return rows


def damaged(folder: Path, row: IndexRow, what: str, expected: str) -> ArchiveError:
    """The error for the record of `row`, with its file, offset and source, and what to do."""
    where = f"{folder / row.file}, offset {row.offset}, source {row.source_id}"
    return ArchiveError(what, where=where, expected=expected, do=RESTORE)


def _check_files(folder: Path, rows: Sequence[IndexRow]) -> None:
    ends: dict[str, int] = {}
    for row in rows:
        end = ends.get(row.file, 0)
        if row.offset != end:
            raise damaged(folder, row, "the archive's index has a gap before a record", f"offset {end}")
        ends[row.file] = end + row.length
    present = {path.name: path.stat().st_size for path in folder.glob(f"*{SUFFIX}")}
    for file in sorted(ends.keys() | present.keys()):
        size, end = present.get(file, 0), ends.get(file, 0)
        if size < end:
            hit = next(row for row in rows if row.file == file and row.offset + row.length > size)
            raise damaged(folder, hit, "a file of the archive is missing or cut short", f"{end} bytes, not {size}")
        if size > end:
            raise ArchiveError(
                "a file of the archive has bytes that its index does not know, as an interrupted capture leaves them",
                where=f"{folder / file}, offset {end}, source {file.removesuffix(SUFFIX)}",
                expected=f"{end} bytes, not {size}",
                do="run `incumbent capture` again, which mends it; or restore the archive's index.csv",
            )


def _bad_index(path: Path, what: str) -> ArchiveError:
    return ArchiveError(f"the archive's index is damaged: {what}", where=str(path), expected=COLUMNS, do=RESTORE)


@dataclass(frozen=True)
class IndexRow:
    """Where one record lies (bytes), and the SHA-256 of its gzip member as it is on disk."""

    file: str
    offset: int
    length: int
    type: str
    sha256: str

    @property
    def source_id(self) -> str:
        return self.file.removesuffix(SUFFIX)
