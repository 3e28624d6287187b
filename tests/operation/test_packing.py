"""What is moved from an archive is read by no release, and the archive is whole whenever the machine stops."""

from __future__ import annotations

import datetime as dt
import errno
import json
from pathlib import Path
from typing import Any

import pytest

from incumbent import archive_index, cli, evidence
from incumbent import roster as rosters
from incumbent.archive import Archive
from incumbent.archive_writer import ArchiveWriter
from incumbent.errors import ArchiveError, InputError, LockedError
from incumbent.operation import packing
from tests.operation import example

FIRST = dt.date(2026, 3, 1)
DAYS = 60
CHANGED = 30  # on this day the gazette has news
RELEASED = ["2026-03-11", "2026-04-10"]  # as of these days there are versions
TODAY = "2026-04-29"


@pytest.fixture
def board(tmp_path: Path) -> rosters.Roster:
    """The example, captured daily for two months: two pages in all of the gazette, and an error on each tenth day."""
    home = example.write_roster(tmp_path) / example.SLUG
    with ArchiveWriter(home / "archive") as writer:
        for number in range(DAYS):
            at = f"{FIRST + dt.timedelta(days=number)}T05:30:00Z"
            csv = [("Content-Type", "text/csv")]
            writer.add_capture("list", "https://agency.example/board", fetched_at=at, body=example.LIST, headers=csv)
            page = example.GAZETTE if number < CHANGED else example.LATER
            address = "https://gazette.example/appointments"
            if number % 10 == 9:
                writer.add_capture("gazette", address, fetched_at=at, status="503 Service Unavailable", body=b"no")
            else:
                writer.add_capture("gazette", address, fetched_at=at, body=page, headers=csv)
    (home / "archive" / "released.json").write_text("{}")
    versions = [
        {"version": f"1.{n}.0", "as_of": day, "path": f"v1.{n}.0", "state": "published"}
        for n, day in enumerate(RELEASED)
    ]
    folder = tmp_path / "published" / example.SLUG
    folder.mkdir(parents=True)
    (folder / "versions.json").write_text(json.dumps({"versions": versions}))
    return rosters.load(home)


def found(board: rosters.Roster, before: str = TODAY) -> packing.Packable:
    archive = board.folder / "archive"
    days = packing.days_of(board, board.folder.parents[1] / "published", TODAY)
    assert days == [*RELEASED, TODAY]
    return packing.packable(board, archive, days, before=before)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(board: rosters.Roster, day: str) -> dict[str, str]:
    """All that a release as of a day reads, as text."""
    reading = evidence.read_evidence(board, Archive(board.folder / "archive"), day)
    return {name: table.write_ndjson() for name, table in vars(reading).items()}


def test_visits_in_between_are_moved_and_every_release_reads_what_it_read(
    board: rosters.Roster, tmp_path: Path
) -> None:
    archive = board.folder / "archive"
    before = {day: told(board, day) for day in (*RELEASED, TODAY)}
    records = {row.sha256 for row in archive_index.load(archive)}
    packable = found(board)
    # of the gazette's 60 visits stay: both ends of both runs, the last by each release, which is none of these, and the
    # last of all, an error; a run that an error interrupts goes on after it
    assert packable.visits == DAYS - 4 - len(RELEASED) - 1
    kept = packing.pack(board, archive, tmp_path / "cold", packable)
    assert kept == tmp_path / "cold" / "0001"
    assert Archive(archive).verify() == len(records) - len(packable.rows)
    assert {day: told(board, day) for day in before} == before
    assert {row.sha256 for folder in (archive, kept) for row in archive_index.load(folder)} == records
    assert (archive / "released.json").read_text() == "{}"
    assert not archive.with_name("archive.packing").exists()
    assert found(board).rows == ()
    assert packing.pack(board, archive, tmp_path / "cold", found(board)) is None


def test_a_release_made_again_from_what_is_left_has_the_same_bytes(board: rosters.Roster, tmp_path: Path) -> None:
    from tests.live import small
    from tests.live.small import Live

    def release(day: str) -> dict[str, bytes]:
        small._known.clear()
        live = Live(board.folder, board.folder / "archive", sim=None)  # type: ignore[arg-type]
        made = live.release(dt.date.fromisoformat(day))
        return {name: table.write_csv().encode() for name, table in made.items()}

    before = {day: release(day) for day in RELEASED}
    assert before[RELEASED[0]]["roster"]
    packing.pack(board, board.folder / "archive", tmp_path / "cold", found(board))
    assert {day: release(day) for day in RELEASED} == before


def test_what_is_young_stays_and_capturing_goes_on(board: rosters.Roster, tmp_path: Path) -> None:
    assert found(board, before="2026-03-06").visits == 4
    archive = board.folder / "archive"
    packing.pack(board, archive, tmp_path / "cold", found(board, before="2026-03-06"))
    with ArchiveWriter(archive) as writer:
        again = writer.add_capture(
            "gazette", "https://gazette.example/appointments", fetched_at="2026-04-30T05:30:00Z", body=example.LATER
        )
    assert again.unchanged
    assert packing.pack(board, archive, tmp_path / "cold", found(board)) == tmp_path / "cold" / "0002"
    assert Archive(archive).verify()


def test_a_machine_that_stops_leaves_the_old_archive_or_the_new_one(
    board: rosters.Roster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, packable = board.folder / "archive", found(board)
    before = content(archive)

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(packing, "_exchange", stop)
        with pytest.raises(KeyboardInterrupt):
            packing.pack(board, archive, tmp_path / "cold", packable)
    assert content(archive) == before
    real, calls = packing._exchange, []

    def exchange_and_stop(*names: Path) -> None:
        real(*names)
        calls.append(names)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(packing, "_exchange", exchange_and_stop)
        with pytest.raises(KeyboardInterrupt):
            packing.pack(board, archive, tmp_path / "cold", packable)
    assert len(Archive(archive).snapshots()) < DAYS * 2
    assert Archive(archive).verify() == len(archive_index.load(archive))
    assert found(board).rows == ()


def test_a_cold_copy_that_breaks_off_is_no_archive_and_the_next_one_is(
    board: rosters.Roster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, cold = board.folder / "archive", tmp_path / "cold"
    before = content(archive)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(packing, "_require_copied", full)
        with pytest.raises(OSError, match="No space"):
            packing.pack(board, archive, cold, found(board))
    assert content(archive) == before
    assert not list(cold.glob("[0-9]*"))
    kept = packing.pack(board, archive, cold, found(board))
    assert [path.name for path in cold.iterdir()] == ["0001"]
    assert kept == cold / "0001"


def test_nothing_is_moved_when_a_release_would_read_something_else(board: rosters.Roster, tmp_path: Path) -> None:
    archive = board.folder / "archive"
    before, rows = content(archive), archive_index.load(archive)
    last = next(row for row in rows if row.file == "gazette.warc.gz" and row.type == "response")
    wrong = packing.Packable((last,), 1, last.length, (*RELEASED, TODAY))
    with pytest.raises(ArchiveError, match="refers to no earlier record"):
        packing.pack(board, archive, tmp_path / "cold", wrong)
    ends = [row for row in rows if row.file == "gazette.warc.gz" and row.type == "revisit"][-1]
    with pytest.raises(ArchiveError, match=f"as of {TODAY} would read other"):
        packing.pack(board, archive, tmp_path / "cold", packing.Packable((ends,), 1, ends.length, (*RELEASED, TODAY)))
    assert content(archive) == before
    assert not (tmp_path / "cold").exists()
    assert not archive.with_name("archive.packing").exists()


def test_places_that_cannot_be_used_and_a_run_under_way_are_told(board: rosters.Roster, tmp_path: Path) -> None:
    archive, packable = board.folder / "archive", found(board)
    with pytest.raises(InputError, match="lies in the archive"):
        packing.pack(board, archive, archive / "cold", packable)
    with ArchiveWriter(archive), pytest.raises(LockedError):
        packing.pack(board, archive, tmp_path / "cold", packable)


def test_the_command_moves_nothing_unless_it_is_told_to(
    board: rosters.Roster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(board.folder / "archive")

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["archive", *arguments, "--rosters", str(board.folder.parent)])
        return int(ended.value.code or 0), capsys.readouterr().out

    published = ["--published", str(tmp_path / "published")]
    status, said = run("pack", example.SLUG, "--older-than", "1", *published)
    assert (status, "--write does it" in said) == (0, True)
    assert content(board.folder / "archive") == before
    status, said = run("pack", example.SLUG, "--write", "--published", str(tmp_path / "elsewhere"), "--json")
    assert (status, json.loads(said)["expected"]) == (2, "the folder of what was released from this archive")
    status, said = run("pack", example.SLUG, "--write", "--older-than", "1", *published, "--json")
    moved = json.loads(said)
    assert (status, moved["moved_to"]) == (0, str(board.folder / "archive.cold" / "0001"))
    status, said = run("check", example.SLUG, "--json")
    assert (status, json.loads(said)["records"]) == (0, len(archive_index.load(board.folder / "archive")))
    assert run("check", example.SLUG)[1].endswith("warcinfo\n")
