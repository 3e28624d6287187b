"""A release that the gates hold, through the flow: held with names, approved, published with that, held again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from incumbent import approvals, engine, report
from incumbent.archive_writer import ArchiveWriter
from incumbent.commands.approving import approve
from incumbent.errors import HeldError
from tests.corruption.lists import SHAPES, Line, generate
from tests.corruption.releases import GAZETTE, LIST, ROSTER, SLUG, gazette

LINES = generate(1, 12)


@pytest.fixture(scope="module", autouse=True)
def prefect_database() -> Iterator[None]:
    """An empty Prefect database for this module, served without a server process of our own."""
    os.environ.update({"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180", "DO_NOT_TRACK": "1"})
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "rosters" / SLUG
    folder.mkdir(parents=True)
    shape = SHAPES["csv"]
    text = ROSTER.format(slug=SLUG, adapter=shape.adapter, settings=shape.settings, list_url=LIST, gazette_url=GAZETTE)
    (folder / "roster.yaml").write_text(text, encoding="utf-8")
    told = gazette([[*line, "holds", "2030-06-01", ""] for line in LINES])
    with ArchiveWriter(folder / "archive") as archive:
        archive.add_capture("gazette", GAZETTE, fetched_at="2031-03-01T06:00:00Z", body=told, headers=CSV)
    return folder


CSV = [("Content-Type", "text/csv; charset=utf-8")]


def serve(home: Path, day: str, lines: Sequence[Line]) -> None:
    body = SHAPES["csv"].written(lines).encode()
    with ArchiveWriter(home / "archive") as archive:
        archive.add_capture("list", LIST, fetched_at=f"{day}T06:00:00Z", body=body, headers=CSV)


def release(home: Path, day: str) -> dict[str, Any]:
    published = str(home.parent.parent / "published")
    made: dict[str, Any] = engine.load("release")(SLUG, as_of=day, rosters=str(home.parent), published=published)
    return made


def states(version: str, check_id: str) -> dict[str, str]:
    table = pl.read_parquet(Path(version) / "quality.parquet").filter(pl.col("check_id") == check_id)
    return dict(table.select("subject", "state").iter_rows())


def test_held_then_approved_then_held_again(home: Path) -> None:
    serve(home, "2031-03-01", LINES)
    first = release(home, "2031-03-02")
    assert states(first["path"], "entries_changed") == {"whole": "not_run"}
    assert not (home / "archive" / approvals.HELD).exists()

    serve(home, "2031-04-01", LINES[4:])
    with pytest.raises(HeldError) as held:
        release(home, "2031-04-02")
    assert held.value.exit_status == 3
    assert all(line.person in held.value.what for line in LINES[:4])
    waiting = json.loads((home / "archive" / approvals.HELD).read_bytes())
    assert waiting["digest"] in held.value.do and len(waiting["entries"]) == 4
    assert [path.name for path in (home.parent.parent / "published" / SLUG).glob("v[0-9]*")] == ["v1.0.0"]

    given = [SLUG, "--rosters", str(home.parent), "--reason", "A cabinet was dissolved", "--date", "2031-04-02"]
    assert CliRunner().invoke(approve, given).exit_code == 0
    second = release(home, "2031-04-03")
    assert (second["version"], second["changed"]) == ("1.1.0", True)
    assert states(second["path"], "entries_changed") == {"whole": "approved"}
    assert len(states(second["path"], "entry_vanished")) == 4
    told = report.markdown(second)
    assert "A cabinet was dissolved" in told and all(line.person in told for line in LINES[:4])
    assert not (home / "archive" / approvals.HELD).exists()

    serve(home, "2031-05-01", LINES[8:])
    with pytest.raises(HeldError, match="4 vanished"):
        release(home, "2031-05-02")
