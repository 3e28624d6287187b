"""Pages into an archive: the same bytes each time, and nothing claims to be a capture."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from incumbent import resources, transcribe
from incumbent.archive import Archive
from incumbent.archive_writer import ArchiveWriter
from incumbent.errors import ArchiveError, RosterError

HEADER = ",".join(transcribe.PAGE_COLUMNS)
ROW = "list.html,list,https://works.example/,People,Ministry of Works,2012-06-28,2026-01-02,text/html"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pages = tmp_path / "works" / "pages"
    pages.mkdir(parents=True)
    (pages / "list.html").write_text("<li>Jane Roe</li>")
    (pages / "index.csv").write_text(f"{HEADER}\n{ROW}\n")
    return tmp_path / "works"


def test_the_bundled_archives_are_what_their_pages_give(tmp_path: Path) -> None:
    rosters = [path for path in sorted(resources.path("rosters").iterdir()) if (path / "pages").is_dir()]
    assert rosters
    for roster in rosters:
        rebuilt = tmp_path / roster.name
        transcribe.rebuild(roster, rebuilt)
        there = {path.name: path.read_bytes() for path in (roster / "archive").iterdir()}
        here = {path.name: path.read_bytes() for path in rebuilt.iterdir()}
        assert here == there, "run: python -m incumbent.transcribe rosters/*"


def test_a_page_becomes_a_snapshot_that_says_it_is_a_transcription(folder: Path) -> None:
    transcribe.rebuild(folder)
    [snapshot] = Archive(folder / "archive").snapshots()
    assert (snapshot.kind, snapshot.url, snapshot.publisher) == (
        "transcription",
        "https://works.example/",
        "Ministry of Works",
    )
    assert (snapshot.title, snapshot.stated_at, snapshot.fetched_at) == ("People", "2012-06-28", "2026-01-02T00:00:00Z")
    assert snapshot.content == b"<li>Jane Roe</li>" and snapshot.known_at == "2012-06-28"
    records = (folder / "archive/list.warc.gz").read_bytes()
    assert b"WARC-Target-URI: urn:x-incumbent:works:pages/list.html" in records
    assert b"WARC-Type: response" not in records and b"WARC-Type: request" not in records


def test_a_page_without_a_date_of_its_own_is_not_dated_by_the_day_it_was_typed(folder: Path) -> None:
    (folder / "pages/index.csv").write_text(f"{HEADER}\n{ROW.replace('2012-06-28', '')}\n")
    transcribe.rebuild(folder)
    [snapshot] = Archive(folder / "archive").snapshots(as_of="2012-06-28")
    assert snapshot.known_at is None


def test_a_rebuild_mends_a_damaged_archive_and_keeps_captures_of_others(folder: Path) -> None:
    transcribe.rebuild(folder)
    archive = folder / "archive"
    with ArchiveWriter(archive) as writer:
        writer.add_capture("live", "https://works.example/", fetched_at="2026-01-03T00:00:00Z", body=b"x")
    before = {path.name: path.read_bytes() for path in archive.iterdir()}
    (archive / "list.warc.gz").write_bytes(b"")
    with pytest.raises(ArchiveError):
        Archive(archive).snapshots()
    transcribe.rebuild(folder)
    assert {one.source_id for one in Archive(archive).snapshots()} == {"list", "live"}
    assert (archive / "list.warc.gz").read_bytes() == before["list.warc.gz"]
    assert (archive / "live.warc.gz").read_bytes() == before["live.warc.gz"]


def test_a_damaged_index_is_rebuilt_unless_captures_depend_on_it(folder: Path) -> None:
    transcribe.rebuild(folder)
    index = folder / "archive/index.csv"
    index.write_text("nonsense\n")
    transcribe.rebuild(folder)
    assert Archive(folder / "archive").verify() == 2
    with ArchiveWriter(folder / "archive") as writer:
        writer.add_capture("live", "https://works.example/", fetched_at="2026-01-03T00:00:00Z", body=b"x")
    index.write_text("nonsense\n")
    with pytest.raises(ArchiveError, match="index is damaged"):
        transcribe.rebuild(folder)


def test_captures_are_never_rebuilt(folder: Path) -> None:
    with ArchiveWriter(folder / "archive") as writer:
        writer.add_capture("list", "https://works.example/", fetched_at="2026-01-03T00:00:00Z", body=b"x")
    with pytest.raises(ArchiveError, match="captures"):
        transcribe.rebuild(folder)
    assert [one.content for one in Archive(folder / "archive").snapshots()] == [b"x"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (f"{HEADER},more\n", "other columns"),
        (f"{HEADER}\n{ROW}\n{ROW}\n", "listed twice"),
        (f"{HEADER}\n{ROW.replace('list.html', 'gone.html')}\n", "does not exist"),
        (f"{HEADER}\n{ROW.replace('list.html', '../roster.yaml')}\n", "does not exist"),
        (f"{HEADER}\n{ROW.replace('2012-06-28', '2012-06-31')}\n", "date"),
        (f"{HEADER}\n{ROW.replace('2026-01-02', 'today')}\n", "date"),
        (f"{HEADER}\n{ROW.replace('People', '')}\n", "title is empty"),
        (f"{HEADER}\n{ROW},more\n", "more or fewer cells"),
        (f"{HEADER}\n", "does not name"),
    ],
)
def test_a_wrong_list_of_pages_is_refused_and_nothing_is_written(folder: Path, rows: str, said: str) -> None:
    (folder / "pages/index.csv").write_text(rows)
    with pytest.raises(RosterError, match=said) as caught:
        transcribe.rebuild(folder)
    assert "index.csv" in caught.value.where
    assert not (folder / "archive").exists()


def test_the_command_rebuilds_and_says_what_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert transcribe.main([str(folder)]) == 0
    assert "list.warc.gz" in capsys.readouterr().out
    shutil.rmtree(folder / "pages")
    assert transcribe.main([str(folder)]) == 2
    assert "list of pages" in capsys.readouterr().err
    assert transcribe.main([]) == 2


def test_the_module_runs_as_a_command(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "incumbent.transcribe", str(folder)], capture_output=True, check=False)
    assert done.returncode == 0 and (folder / "archive/index.csv").exists()
