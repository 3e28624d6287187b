"""Bodies that are too much: the process that captures them stays small, by the limits that operators have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from incumbent.archive import Archive
from tests.live.heavy import measured
from tests.live.small import FIRST, small_world, write_roster
from tests.simulator import Simulator

pytestmark = pytest.mark.slow

MIB = 1 << 20
LIMIT_MB = 300


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def change(data: dict[str, Any]) -> None:
        """Three sources of the roster, each asked by two at once, as bundled."""
        wanted = ("govuk-organisations", "govuk-departments", "organogram-files")
        data["sources"] = [source | {"past": []} for source in data["sources"] if source["id"] in wanted]
        for source in data["sources"]:
            source["politeness"] = {"delay_seconds": 0, "concurrency": 2}

    return write_roster(tmp_path_factory.mktemp("rosters"), change=change)


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(small_world()) as started:
        yield started


@pytest.mark.parametrize(
    ("fault", "settings"),
    [
        ("gzip_bomb", {"size": 256 * MIB}),
        ("gzip_bomb", {"size": 15 * MIB}),  # within the limit: it is kept, and judged
        ("gzip_twice", {"size": 64 * MIB}),
        ("huge", {"size": 256 * MIB}),
        ("huge", {"size": 15 * MIB}),
        ("huge_length", {}),
        ("json_deep", {"depth": 10 * MIB}),
        ("long_header", {"size": 64 * MIB}),
        ("many_headers", {"count": 100_000}),
    ],
)
def test_a_capture_of_too_much_stays_small(
    home: Path, sim: Simulator, tmp_path: Path, fault: str, settings: dict[str, int]
) -> None:
    for path in ("/api/content/government/organisations/", "package_search"):
        sim.fault(fault, path_contains=path, **settings)
    try:
        found = measured(home, tmp_path / "archive", sim.origin, FIRST.isoformat())
    finally:
        sim.mend()
    assert found["peak_mb"] < LIMIT_MB, found
    for source in ("govuk-departments", "organogram-files"):
        assert found["states"][source][0] in ("failed", "quarantined"), found
    assert found["states"]["govuk-organisations"] == ["fresh", None]
    Archive(tmp_path / "archive").verify()
    print(fault, settings, f"{found['peak_mb']:.0f} MB, {found['seconds']} s")


def test_a_robots_txt_of_many_rules_stays_small(home: Path, sim: Simulator, tmp_path: Path) -> None:
    sim.fault("robots_huge", size=8 * MIB)
    try:
        found = measured(home, tmp_path / "archive", sim.origin, FIRST.isoformat())
    finally:
        sim.mend()
    assert found["peak_mb"] < LIMIT_MB, found
    assert {state for state, _ in found["states"].values()} == {"fresh"}
