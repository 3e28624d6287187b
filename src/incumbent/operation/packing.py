"""What an archive needs no more, moved to a cold folder: visits in between, which found nothing new.

An archive is append-only, and daily captures add a visit of every page every day. Of the visits of a page that did not
change, a release reads the first and the last; of an error page, nothing. A visit is moved only if

- it is of a source of evidence: the days on which a list was seen are published;
- it brought no page: a revisit record, or an error page or truncated response of a source that reads none;
- it is older than so many days;
- it is neither end of a run of equal pages, nor the last visit of its address, by anything that was known on any day
  as of which there is or was a version, or is declared in roster.yaml, or today.

What a release reads of the archive on each of those days is compared before and after, table by table; a difference
stops it. The archive is replaced in one step (renameat2, RENAME_EXCHANGE): whenever the machine stops, it is the old
one or the new one. Moved records lie in COLD/<number>/ as an archive of their own, in the bytes that they had.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl

from incumbent import archive_index, archive_writer, durable, edtf, evidence, ledger
from incumbent.archive import Archive, read_record
from incumbent.archive_index import INDEX, IndexRow
from incumbent.errors import ArchiveError, IncumbentError, InputError
from incumbent.roster import Roster, Source
from incumbent.sources import registry
from incumbent.sources.pages import Pages

_AT_CWD, _EXCHANGE = -100, 2  # of renameat2(2)


@dataclass(frozen=True)
class Packable:
    """What can be moved: the rows of the index, of how many visits, and bytes; and the days that were looked at."""

    rows: tuple[IndexRow, ...]
    visits: int
    bytes: int
    days: tuple[str, ...]


def days_of(roster: Roster, published: Path, today: str) -> list[str]:
    """The days as of which there is a version, was one, or is to be one; and today."""
    versions = ledger.versions(published / roster.slug)
    declared = [*roster.releases, *([roster.as_of] if roster.as_of else [])]
    return sorted({*(each["as_of"] for each in versions), *declared, today})


def packable(roster: Roster, folder: Path, days: Sequence[str], *, before: str) -> Packable:
    """What of the archive in `folder` no release as of one of `days` reads, of visits before the day `before`.

    Every record is verified. Raises ArchiveError.
    """
    archive = Archive(folder)
    rows = {_record(row): row for row in archive_index.load(folder)}
    following = _following(list(rows.values()))
    moved: list[IndexRow] = []
    visits = 0
    for source in roster.sources:
        if source.role == "roster" or source.kind != "capture":
            continue
        needed = _needed(roster, source, archive, days)
        for visit in archive.visits(source.id):
            row = rows[visit.snapshot.record]
            is_page = row.type != "revisit" and (visit.whole or registry.reads_errors(source.adapter))
            if is_page or visit.snapshot.record in needed or visit.snapshot.fetched_at[:10] >= before:
                continue
            visits += 1
            moved.append(row)
            asked = following.get(row)
            if asked is not None and asked.type == "request":
                moved.append(asked)
    return Packable(tuple(moved), visits, sum(row.length for row in moved), tuple(days))


def pack(roster: Roster, folder: Path, cold: Path, found: Packable) -> Path | None:
    """Moves what was `found` to a new folder in `cold`, which is returned; None where there is nothing to move.

    Raises InputError for a place that cannot be used, ArchiveError when the archive is damaged, or a release would read
    something else of what is left: then nothing has changed; LockedError while a run is writing to the archive.
    """
    if not found.rows:
        return None
    _require_apart(folder, cold)
    staging = folder.with_name(f"{folder.name}.packing")
    with archive_writer.locked(folder):
        shutil.rmtree(staging, ignore_errors=True)  # of a run that was stopped: the new archive, or the old one
        known = archive_index.load(folder)
        gone = set(found.rows)
        if not gone <= set(known):
            raise InputError("the archive has changed meanwhile", where=str(folder), do="do it again")
        _write(folder, staging, [row for row in known if row not in gone])
        for path in folder.iterdir():
            if path.is_file() and not path.name.endswith(archive_index.SUFFIX) and path.name != INDEX:
                shutil.copyfile(path, staging / path.name)
        try:
            Archive(staging).verify()
            _require_same(roster, folder, staging, found.days)
        except ArchiveError:
            shutil.rmtree(staging)
            raise
        numbers = [int(path.name) for path in cold.glob("*") if path.name.isdecimal()]
        kept = cold / f"{max(numbers, default=0) + 1:04}"
        begun = cold / ".packing"
        shutil.rmtree(begun, ignore_errors=True)  # of a run that was stopped, or met a full disk
        _write(folder, begun, found.rows)
        _require_copied(begun, found.rows)
        durable.flush_tree(begun)
        begun.rename(kept)
        for above in (cold, cold.parent):
            durable.flush(above)
        durable.flush_tree(staging)
        _exchange(staging, folder)
        durable.flush(folder.parent)
        shutil.rmtree(staging)
    return kept


def cutoff(today: str, older_than: int) -> str:
    """The day before which visits may be moved."""
    return (edtf.parse_day(today) - dt.timedelta(days=older_than)).isoformat()


def _needed(roster: Roster, source: Source, archive: Archive, days: Sequence[str]) -> set[str]:
    """The records that a reader looks at, on any of `days` and with all that is known."""
    needed: set[str] = set()
    for day in (*days, None):
        pages = Pages(roster, source, archive, day)
        for address, visits in pages.visits.items():
            needed.add(visits[-1].snapshot.record)
            for run in pages.runs(address):
                needed |= {run.first.snapshot.record, run.last.snapshot.record}
    return needed


def _following(rows: Sequence[IndexRow]) -> dict[IndexRow, IndexRow]:
    """The record after each, in its file: after an answer comes its request."""
    last: dict[str, IndexRow] = {}
    found: dict[IndexRow, IndexRow] = {}
    for row in rows:
        if row.file in last:
            found[last[row.file]] = row
        last[row.file] = row
    return found


def _record(row: IndexRow) -> str:
    return f"{row.file}, offset {row.offset}"


def _write(source: Path, target: Path, rows: Iterable[IndexRow]) -> None:
    """An archive in `target`, of those records of `source`, in the bytes that they have and the order of the index."""
    target.mkdir(parents=True)
    ends: dict[str, int] = {}
    written: list[IndexRow] = []
    for row in rows:
        with (source / row.file).open("rb") as file:
            file.seek(row.offset)
            content = file.read(row.length)
        with (target / row.file).open("ab") as file:
            file.write(content)
        offset = ends.get(row.file, 0)
        written.append(IndexRow(row.file, offset, row.length, row.type, row.sha256))
        ends[row.file] = offset + row.length
    (target / INDEX).write_bytes(f"{archive_index.COLUMNS}\n".encode() + archive_index.encoded(written))


def _require_copied(kept: Path, rows: Sequence[IndexRow]) -> None:
    """The moved records can be read where they are now. (A revisit's page is in the archive, so that is not asked.)"""
    copies = archive_index.load(kept)
    if [row.sha256 for row in copies] != [row.sha256 for row in rows]:
        raise ArchiveError("the cold copy is not what was to be moved", where=str(kept), do="look at its disk")
    for row in copies:
        read_record(kept, row)


def _require_same(roster: Roster, before: Path, after: Path, days: Sequence[str]) -> None:
    """A release reads the same of both archives. Raises ArchiveError."""
    for day in days:
        was, now = _reading(roster, before, day), _reading(roster, after, day)
        for name in sorted(was.keys() | now.keys()):
            if not _same(was.get(name), now.get(name)):
                raise ArchiveError(
                    f"without these records a release as of {day} would read other {name}; nothing was moved",
                    where=str(before),
                    expected="the same tables",
                    do="report this: it is a defect in what can be moved",
                )


def _reading(roster: Roster, folder: Path, day: str) -> Mapping[str, object]:
    """What a release reads: its tables, or why it is held."""
    try:
        reading = evidence.read_evidence(roster, Archive(folder), day)
    except IncumbentError as error:
        return {"error": error.what}
    return {each.name: getattr(reading, each.name) for each in fields(reading)}


def _same(one: object, other: object) -> bool:
    if isinstance(one, pl.DataFrame) and isinstance(other, pl.DataFrame):
        return one.equals(other)
    return one == other


def _require_apart(folder: Path, cold: Path) -> None:
    inner, outer = cold.resolve(), folder.resolve()
    if inner.is_relative_to(outer) or outer.is_relative_to(inner):
        raise InputError(
            "the cold folder lies in the archive, or around it", where=str(cold), expected="a folder apart"
        )
    if not folder.is_dir():
        raise InputError("there is no archive here", where=str(folder), expected="a folder with an index.csv")


def _exchange(one: Path, other: Path) -> None:
    """Two folders change names in one step. Raises InputError where the file system cannot do that."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = os.fsencode(one), os.fsencode(other)
    if renameat2 is None or renameat2(_AT_CWD, names[0], _AT_CWD, names[1], _EXCHANGE) != 0:
        number = ctypes.get_errno() if renameat2 is not None else 0
        raise InputError(
            f"this file system cannot exchange two folders in one step ({os.strerror(number)}); nothing was moved",
            where=str(other),
            expected="a local file system of Linux, such as ext4, xfs or btrfs",
            do="keep the archive on one",
        )
