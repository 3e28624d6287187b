"""replay: what an archive holds of a source is what a capture without a network brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from incumbent.archive import Archive
from incumbent.archive_writer import ArchiveWriter
from incumbent.errors import ArchiveError, HeldError
from incumbent.replay import replay, require
from incumbent.roster import Source

URL = "https://agency.example/board"


def source(*, required: bool = False) -> Source:
    return Source(
        id="list", adapter="csv", title="List", publisher="Agency", url=URL, licence="OGL-UK-3.0", required=required
    )


def archive(folder: Path, *bodies: tuple[str, bytes]) -> Archive:
    with ArchiveWriter(folder) as writer:
        for day, body in bodies:
            writer.add_capture("list", URL, fetched_at=f"{day}T08:00:00Z", body=body)
    return Archive(folder)


def test_a_new_response_is_fresh_and_the_same_again_is_unchanged(tmp_path: Path) -> None:
    kept = archive(tmp_path, ("2012-06-01", b"one"), ("2012-06-20", b"one"), ("2012-07-01", b"two"))
    states = {day: replay(source(), kept, day) for day in ("2012-06-02", "2012-06-28", "2012-07-01")}
    assert {day: (state["state"], state["snapshots"], state["fetched_at"]) for day, state in states.items()} == {
        "2012-06-02": ("fresh", 1, "2012-06-01T08:00:00Z"),
        "2012-06-28": ("unchanged", 2, "2012-06-20T08:00:00Z"),
        "2012-07-01": ("fresh", 3, "2012-07-01T08:00:00Z"),
    }
    require(states.values())


def test_nothing_known_by_then_is_a_failure_that_holds_only_what_is_required(tmp_path: Path) -> None:
    kept = archive(tmp_path, ("2012-06-01", b"one"))
    optional = replay(source(), kept, "2012-05-31")
    assert optional["state"] == "failed"
    assert optional["fetched_at"] is None
    assert optional["note"] == "the archive holds nothing of it that was known by 2012-05-31"
    require([optional])
    with pytest.raises(HeldError, match="required source list is failed: the archive holds nothing"):
        require([optional, replay(source(required=True), kept, "2012-05-31")])


def test_a_damaged_record_is_an_error(tmp_path: Path) -> None:
    kept = archive(tmp_path, ("2012-06-01", b"one"))
    (file,) = tmp_path.glob("*.warc.gz")
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(content)
    with pytest.raises(ArchiveError, match="damaged"):
        replay(source(), kept, "2012-06-28")
