"""Pages written by hand from published facts, into an archive, byte for byte the same each time.

`python -m incumbent.transcribe rosters/<slug>` rebuilds `archive/` of a roster from its `pages/`. `pages/index.csv` has
one row per page: file, source, url (where the facts were published), title, publisher, stated_at (EDTF; empty where
each row of the page carries its own), written_on (the day of the transcription), content_type. The records say
`Incumbent-Kind: transcription` and have a URN of their own as target: nothing claims that a page was fetched.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from incumbent import archive_index, edtf, warc
from incumbent.archive import Archive
from incumbent.archive_index import COLUMNS as INDEX_COLUMNS
from incumbent.archive_index import INDEX, SUFFIX, IndexRow
from incumbent.archive_writer import locked, packed_records, sync_folder
from incumbent.errors import ArchiveError, IncumbentError, RosterError

PAGE_COLUMNS = ("file", "source", "url", "title", "publisher", "stated_at", "written_on", "content_type")


def rebuild(roster_folder: Path, archive_folder: Path | None = None) -> list[Path]:
    """Write the WARC files of all pages of `roster_folder` and the index; the files written.

    Files of other sources (captures) stay as they are. Raises RosterError for a page that is missing, unlisted or
    wrongly described, ArchiveError when a source of the pages has captures in the archive: those are not rebuilt.
    """
    folder = archive_folder or roster_folder / "archive"
    by_source: dict[str, list[dict[str, str]]] = {}
    for page in read_pages(roster_folder / "pages"):
        by_source.setdefault(page["source"], []).append(page)
    with locked(folder):
        kept = [row for row in _indexed(folder, by_source) if row.source_id not in by_source]
        rows, written = list(kept), []
        for source_id in sorted(by_source):
            content, packed_rows = _packed(roster_folder, source_id, by_source[source_id])
            rows.extend(packed_rows)
            written.append(_replaced(folder / archive_index.file_name(source_id), content))
        rows.sort(key=lambda row: (row.file, row.offset))
        written.append(_replaced(folder / INDEX, f"{INDEX_COLUMNS}\n".encode() + archive_index.encoded(rows)))
        sync_folder(folder)
    Archive(folder).verify()
    return written


def read_pages(folder: Path) -> list[dict[str, str]]:
    """The rows of `pages/index.csv`, checked: every file exists, and every file of the folder is listed once."""
    path = folder / "index.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = list(reader)
            names = tuple(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RosterError(f"the list of pages cannot be read ({error})", where=str(path)) from None
    if names != PAGE_COLUMNS:
        raise RosterError("the list of pages has other columns", where=f"{path}:1", expected=",".join(PAGE_COLUMNS))
    listed: set[str] = set()
    for number, row in enumerate(rows, start=2):
        problem = _problem(folder, row, listed)
        if problem:
            raise RosterError(problem, where=f"{path}:{number}", do="correct the row, or the page that it names")
        listed.add(row["file"])
    present = {found.relative_to(folder).as_posix() for found in folder.rglob("*") if found.is_file()}
    unlisted = sorted(present - listed - {"index.csv", "README.md"})
    if unlisted:
        raise RosterError(
            "pages that the list does not name", where=str(path), expected=f"a row for {', '.join(unlisted)}"
        )
    return rows


def _indexed(folder: Path, by_source: Mapping[str, object]) -> list[IndexRow]:
    """The index rows of the archive that is to be rebuilt, which may be damaged where the rebuild replaces it."""
    try:
        rows = archive_index.rows_of(folder / INDEX)
    except ArchiveError:
        if any(path.name.removesuffix(SUFFIX) not in by_source for path in folder.glob(f"*{SUFFIX}")):
            raise
        return []
    for row in rows:
        if row.source_id in by_source and row.type not in ("warcinfo", "resource"):
            raise ArchiveError(
                "a source of the pages has captures in the archive, which a rebuild would lose",
                where=f"{folder / row.file}, offset {row.offset}, source {row.source_id}",
                expected="a source that is either transcribed or captured",
                do="give the transcriptions a source id of their own in pages/index.csv",
            )
    return rows


def _problem(folder: Path, row: Mapping[str, str | None], listed: set[str]) -> str:
    if None in row or any(value is None for value in row.values()):
        return "the row has more or fewer cells than the header"
    for column in ("file", "source", "url", "title", "publisher", "written_on", "content_type"):
        if not row[column]:
            return f"{column} is empty"
    file = str(row["file"])
    if file in listed:
        return f"{file} is listed twice"
    if ".." in Path(file).parts or not (folder / file).is_file():
        return f"the page {file} does not exist"
    try:
        edtf.bounds(row["stated_at"] or "2000")
        dt.date.fromisoformat(str(row["written_on"]))
    except ValueError as error:
        return f"a date is not usable: {error}"
    return ""


def _packed(roster_folder: Path, source_id: str, pages: Sequence[Mapping[str, str]]) -> tuple[bytes, list[IndexRow]]:
    file = archive_index.file_name(source_id)
    first = min(page["written_on"] for page in pages)
    about = "transcriptions of published facts, written by hand; no record of this file is a capture"
    texts = [("warcinfo", warc.warcinfo(file, f"{first}T00:00:00Z", about))]
    for page in pages:
        content = (roster_folder / "pages" / page["file"]).read_bytes()
        fields = {
            "Incumbent-Source": source_id,
            "Incumbent-Kind": "transcription",
            "Incumbent-Title": page["title"],
            "Incumbent-Publisher": page["publisher"],
            "Incumbent-Published-At": page["url"],
            "Incumbent-Stated-At": page["stated_at"],
        }
        target = f"urn:x-incumbent:{roster_folder.resolve().name}:pages/{page['file']}"
        date = f"{page['written_on']}T00:00:00Z"
        texts.append(("resource", warc.resource(target, date, content, page["content_type"], fields)[1]))
    return packed_records(file, texts, 0, stored=True)


def _replaced(path: Path, content: bytes) -> Path:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def main(arguments: Sequence[str]) -> int:
    """`python -m incumbent.transcribe ROSTER_FOLDER...`; the exit status."""
    if not arguments or any(argument.startswith("-") for argument in arguments):
        print("usage: python -m incumbent.transcribe rosters/SLUG...", file=sys.stderr)
        return 2
    for argument in arguments:
        try:
            for path in rebuild(Path(argument)):
                print(f"{path} ({path.stat().st_size} bytes)")
        except IncumbentError as error:
            print(error.describe(), file=sys.stderr)
            return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
