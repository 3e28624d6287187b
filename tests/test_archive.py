"""The archive: what is written comes back, and nothing that was changed since is ever believed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from incumbent import archive_index, warc
from incumbent.archive import Archive
from incumbent.archive_writer import ArchiveWriter
from incumbent.errors import ArchiveError, LockedError

URL = "https://works.example/people?page=1"


def capture(folder: Path, body: bytes, day: str = "2012-06-01", source: str = "people", **more: object) -> None:
    with ArchiveWriter(folder) as writer:
        writer.add_capture(source, URL, fetched_at=f"{day}T08:00:00Z", body=body, **more)  # type: ignore[arg-type]


def test_a_capture_comes_back_with_its_bytes_time_and_type(tmp_path: Path) -> None:
    capture(tmp_path, "Una O’Brien".encode(), headers=[("Content-Type", "text/html; charset=utf-8")])
    [snapshot] = Archive(tmp_path).snapshots("people")
    assert snapshot.content.decode() == "Una O’Brien"
    assert snapshot.sha256 == hashlib.sha256(snapshot.content).hexdigest()
    assert (snapshot.url, snapshot.fetched_at, snapshot.kind) == (URL, "2012-06-01T08:00:00Z", "capture")
    assert snapshot.content_type == "text/html; charset=utf-8"
    assert snapshot.known_at == "2012-06-01" and not snapshot.unchanged


def test_the_same_response_is_a_revisit_that_resolves_to_its_payload(tmp_path: Path) -> None:
    capture(tmp_path, b"one", "2012-06-01", headers=[("Content-Type", "text/plain")])
    capture(tmp_path, b"one", "2012-06-02")
    capture(tmp_path, b"", "2012-06-03", status="304 Not Modified")
    capture(tmp_path, b"two", "2012-06-04")
    found = Archive(tmp_path).snapshots()
    assert [one.content for one in found] == [b"one", b"one", b"one", b"two"]
    assert [one.unchanged for one in found] == [False, True, True, False]
    assert found[2].content_type == "text/plain"
    types = [row.type for row in archive_index.load(tmp_path)]
    assert types == [
        "warcinfo",
        "response",
        "request",
        "revisit",
        "request",
        "revisit",
        "request",
        "response",
        "request",
    ]


def test_one_writer_remembers_what_it_wrote(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path) as writer:
        first = writer.add_capture("people", URL, fetched_at="2012-06-01T08:00:00Z", body=b"one")
        again = writer.add_capture("people", URL, fetched_at="2012-06-02T08:00:00Z", body=b"one")
        other = writer.add_capture("people", URL + "&x", fetched_at="2012-06-02T08:00:00Z", body=b"one")
    assert (first.unchanged, again.unchanged, other.unchanged) == (False, True, False)
    assert again.content == b"one"
    assert Archive(tmp_path).verify() == 7


def test_not_modified_without_an_original_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="304"):
        capture(tmp_path, b"", status="304 Not Modified")
    assert Archive(tmp_path).snapshots() == []


def test_as_of_leaves_out_what_was_captured_later(tmp_path: Path) -> None:
    capture(tmp_path, b"one", "2012-06-01")
    capture(tmp_path, b"two", "2012-07-01")
    archive = Archive(tmp_path)
    assert [one.content for one in archive.snapshots(as_of="2012-06-30")] == [b"one"]
    assert [one.content for one in archive.snapshots(as_of="2012-07-01")] == [b"one", b"two"]
    assert archive.snapshots(as_of="2012-05-31") == []


def test_secrets_are_not_written_and_wire_headers_are_renamed(tmp_path: Path) -> None:
    capture(
        tmp_path,
        b"body",
        headers=[("Set-Cookie", "sid=s3cret"), ("Content-Encoding", "gzip"), ("X-Line", "a\r\nInjected: b")],
        request_headers=[("Authorization", "Bearer s3cret"), ("User-Agent", "incumbent")],
    )
    [snapshot] = Archive(tmp_path).snapshots()
    assert snapshot.headers["X-Archive-Orig-Content-Encoding"] == "gzip"
    assert snapshot.headers["X-Line"] == "a Injected: b"
    texts = [warc.read(packed(tmp_path, row)) for row in archive_index.load(tmp_path)]
    assert not any("s3cret" in str(text) for text in texts)
    assert texts[2].http_headers["User-Agent"] == "incumbent"


def packed(folder: Path, row: archive_index.IndexRow) -> bytes:
    return (folder / row.file).read_bytes()[row.offset : row.offset + row.length]


def test_other_warc_software_reads_and_verifies_the_files(tmp_path: Path) -> None:
    capture(tmp_path, b"one")
    capture(tmp_path, b"one", "2012-06-02")
    with (tmp_path / "people.warc.gz").open("rb") as file:
        types = [record.rec_type for record in ArchiveIterator(file, check_digests="raise") if record.content_stream()]
    assert types == ["warcinfo", "response", "request", "revisit", "request"]


@pytest.mark.parametrize("file", ["people.warc.gz", "index.csv"])
def test_every_single_flipped_byte_is_found(tmp_path: Path, file: str) -> None:
    capture(tmp_path, b"<li>Jane Roe</li>", headers=[("Content-Type", "text/html")])
    path = tmp_path / file
    sound = path.read_bytes()
    for place in range(len(sound)):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 0x01]) + sound[place + 1 :])
        with pytest.raises(ArchiveError):
            Archive(tmp_path).snapshots("people")
    path.write_bytes(sound)
    assert Archive(tmp_path).verify() == 3


def test_every_truncation_is_found_also_between_two_records(tmp_path: Path) -> None:
    capture(tmp_path, b"<li>Jane Roe</li>")
    path = tmp_path / "people.warc.gz"
    sound = path.read_bytes()
    for size in range(0, len(sound), 7):
        path.write_bytes(sound[:size])
        with pytest.raises(ArchiveError, match="cut short"):
            Archive(tmp_path).snapshots()
    last = archive_index.rows_of(tmp_path / "index.csv")[-1]
    path.write_bytes(sound[: last.offset])
    with pytest.raises(ArchiveError, match="cut short"):
        Archive(tmp_path).snapshots()


def test_the_error_names_file_offset_source_and_what_to_do(tmp_path: Path) -> None:
    capture(tmp_path, b"<li>Jane Roe</li>")
    row = archive_index.load(tmp_path)[1]
    path = tmp_path / "people.warc.gz"
    content = bytearray(path.read_bytes())
    content[row.offset + 40] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ArchiveError) as caught:
        Archive(tmp_path).snapshots("people")
    assert f"people.warc.gz, offset {row.offset}, source people" in caught.value.where
    assert "restore" in caught.value.do


def test_a_damaged_source_does_not_keep_another_from_being_read(tmp_path: Path) -> None:
    capture(tmp_path, b"one", source="good")
    capture(tmp_path, b"two", source="bad")
    path = tmp_path / "bad.warc.gz"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert [one.content for one in Archive(tmp_path).snapshots("good")] == [b"one"]
    with pytest.raises(ArchiveError, match="damaged"):
        Archive(tmp_path).snapshots("bad")


def test_a_lost_index_line_or_index_is_found(tmp_path: Path) -> None:
    capture(tmp_path, b"one")
    capture(tmp_path, b"two", "2012-06-02")
    index = tmp_path / "index.csv"
    lines = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(b"".join(lines[:2] + lines[3:]))
    with pytest.raises(ArchiveError, match="gap"):
        Archive(tmp_path).snapshots()
    index.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(ArchiveError, match="interrupted capture"):
        Archive(tmp_path).snapshots()
    index.unlink()
    with pytest.raises(ArchiveError, match="interrupted capture"):
        Archive(tmp_path).snapshots()


def test_a_writer_mends_what_a_killed_one_left(tmp_path: Path) -> None:
    capture(tmp_path, b"one")
    path, index = tmp_path / "people.warc.gz", tmp_path / "index.csv"
    before = index.read_bytes()
    capture(tmp_path, b"two", "2012-06-02")
    whole, lines = path.read_bytes(), index.read_bytes()
    index.write_bytes(before + lines[len(before) :][:30])  # a torn index line, its records complete
    path.write_bytes(whole + whole[:25])  # and a torn record after them
    with ArchiveWriter(tmp_path) as writer:
        assert writer.recovered == ["index.csv", "people.warc.gz"]
    assert path.read_bytes() == whole and index.read_bytes() == lines
    assert [one.content for one in Archive(tmp_path).snapshots()] == [b"one", b"two"]


def test_a_lost_index_is_rebuilt_and_no_record_is_cut(tmp_path: Path) -> None:
    capture(tmp_path, b"one")
    lines = (tmp_path / "index.csv").read_bytes()
    (tmp_path / "index.csv").unlink()
    with ArchiveWriter(tmp_path):
        pass
    assert (tmp_path / "index.csv").read_bytes() == lines


def test_zeros_after_a_power_cut_are_cut_but_damage_is_not(tmp_path: Path) -> None:
    capture(tmp_path, b"one")
    path = tmp_path / "people.warc.gz"
    sound = path.read_bytes()
    path.write_bytes(sound + bytes(512))
    with ArchiveWriter(tmp_path):
        pass
    assert path.read_bytes() == sound
    path.write_bytes(sound + b"something else")
    with pytest.raises(ArchiveError, match="damaged"), ArchiveWriter(tmp_path):
        pass
    assert path.read_bytes() == sound + b"something else"


def test_a_file_torn_in_its_first_record_is_started_anew(tmp_path: Path) -> None:
    capture(tmp_path, b"one")
    path = tmp_path / "people.warc.gz"
    path.write_bytes(path.read_bytes()[:20])
    (tmp_path / "index.csv").unlink()
    capture(tmp_path, b"two")
    assert [one.content for one in Archive(tmp_path).snapshots()] == [b"two"]


def test_only_one_process_writes(tmp_path: Path) -> None:
    script = (
        "import sys; from incumbent.archive_writer import ArchiveWriter\n"
        "from incumbent.errors import LockedError\n"
        "try:\n    ArchiveWriter(sys.argv[1]).__enter__()\nexcept LockedError: sys.exit(75)\n"
    )
    with ArchiveWriter(tmp_path):
        done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert done.returncode == LockedError.exit_status
    assert subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False).returncode == 0


def test_a_record_in_another_sources_file_is_refused(tmp_path: Path) -> None:
    capture(tmp_path, b"one", source="theirs")
    (tmp_path / "theirs.warc.gz").rename(tmp_path / "ours.warc.gz")
    index = tmp_path / "index.csv"
    index.write_text(index.read_text().replace("theirs", "ours"))
    with pytest.raises(ArchiveError, match="lies in the file of another"):
        Archive(tmp_path).snapshots()


def test_an_archive_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "none")
    assert archive.snapshots() == [] and archive.sources() == [] and archive.verify() == 0


@pytest.mark.parametrize(
    "packed_bytes",
    [
        b"",
        b"no gzip",
        warc.member(b"no WARC"),
        warc.member(b"WARC/1.1\r\nWARC-Type: resource\r\n\r\n"),
        warc.member(warc.warcinfo("a.warc.gz", "2012-06-01T00:00:00Z", "x") * 2),
        warc.member(
            warc.resource("urn:x", "2012-06-01T00:00:00Z", b"one", "text/plain", {})[1].replace(b"one", b"two")
        ),
    ],
)
def test_what_is_not_one_sound_record_is_refused(packed_bytes: bytes) -> None:
    with pytest.raises(warc.WarcError):
        warc.read(packed_bytes)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 200_000])
def test_stored_members_hold_any_size(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    _, text = warc.resource("urn:x", "2012-06-01T00:00:00Z", content, "text/plain", {})
    assert warc.read(warc.member(text, stored=True)).content == content
    assert len(warc.member(text, stored=True)) > size


@pytest.mark.parametrize("day", ["2012-06-01", "2012-02-30T00:00:00Z", "now"])
def test_a_capture_needs_an_instant(tmp_path: Path, day: str) -> None:
    with pytest.raises(ArchiveError, match="not an instant"), ArchiveWriter(tmp_path) as writer:
        writer.add_capture("people", URL, fetched_at=day)


@pytest.mark.parametrize("source", ["", "../x", "UPPER", "a b"])
def test_a_source_id_cannot_leave_the_folder(tmp_path: Path, source: str) -> None:
    with pytest.raises(ArchiveError, match="cannot name a file"), ArchiveWriter(tmp_path) as writer:
        writer.add_capture(source, URL, fetched_at="2012-06-01T00:00:00Z")


def test_the_same_captures_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        capture(tmp_path / name, b"one", headers=[("Content-Type", "text/html")])
    assert (tmp_path / "a/people.warc.gz").read_bytes() == (tmp_path / "b/people.warc.gz").read_bytes()
    assert (tmp_path / "a/index.csv").read_bytes() == (tmp_path / "b/index.csv").read_bytes()
