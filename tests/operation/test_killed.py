"""Prefect's server on PostgreSQL, and what is left when one of the processes dies in the middle of a run.

By default each of them dies once. INCUMBENT_KILLS=5 does it five times.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from incumbent import verify
from tests.operation import example, processes
from tests.operation.processes import until

TIMES = int(os.environ.get("INCUMBENT_KILLS", "1"))


class Machine:
    """PostgreSQL, Prefect's server on it, and `incumbent serve`, with the site of the sources."""

    def __init__(self, folder: Path, site: example.Site, database: processes.Process, url: str) -> None:
        self.folder, self.site, self.database, self.told = folder, site, database, 0
        port = processes.free_port()
        self.api = processes.Api(f"http://127.0.0.1:{port}/api")
        self.server = processes.prefect_server(folder, url, port)
        until(self.api.healthy, "Prefect's server answers")
        rosters = example.write_roster(folder)
        self.serving = processes.serve(folder, rosters, site.origin, api=self.api.url)

    @property
    def published(self) -> Path:
        return self.folder / "published" / example.SLUG

    def run(self) -> None:
        """A run to its good end."""
        started = self.api.start_run(example.SLUG)
        until(lambda: self.api.state(started) not in ("", "SCHEDULED", "PENDING", "RUNNING"), "the run ends")
        assert self.api.state(started) == "COMPLETED", self.serving.said()[-3000:]

    def begin(self) -> None:
        """A run, up to the moment when it waits for a source."""
        self.site.hold()
        self.api.start_run(example.SLUG)
        until(self.site.busy.is_set, "the run asks a source")

    def news(self) -> None:
        """The gazette tells of one more appointment."""
        self.told += 1
        row = f"Newcomer Number{self.told},Director {self.told},Example Agency,2014-05-0{self.told % 9 + 1},\n"
        self.site.pages["/appointments"] = bytes(self.site.pages["/appointments"]) + row.encode()

    def live(self) -> str:
        """The live version; everything published is whole."""
        assert verify.verify(self.folder / "published") == []
        return str(json.loads((self.published / "latest.json").read_bytes())["version"])

    def reports(self) -> list[dict[str, Any]]:
        """The reports of runs, in the order in which they ended."""
        found = [json.loads(path.read_bytes()) for path in (self.folder / "runs" / example.SLUG).glob("*.json")]
        return sorted(found, key=lambda report: str(report["ended"]))

    def end(self) -> None:
        for each in (self.serving, self.server):
            each.kill()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with processes.postgres() as (database, url), example.site() as site:
        machine = Machine(tmp_path_factory.mktemp("machine"), site, database, url)
        try:
            yield machine
        finally:
            machine.end()


@pytest.mark.slow
def test_a_run_by_a_server_on_postgresql_publishes_and_says_when_the_next_is_due(machine: Machine) -> None:
    machine.run()
    assert machine.live() == "1.0.0"
    status = json.loads((machine.published / "status.json").read_bytes())
    assert status["next_run"].endswith("T05:30:00Z")
    (report,) = machine.reports()
    assert (report["outcome"], report["version"], report["next_run"]) == ("published", "1.0.0", status["next_run"])


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["run", "server", "database"] * TIMES)
def test_what_dies_in_the_middle_of_a_run_leaves_the_last_version_and_the_next_run_completes(
    machine: Machine, victim: str
) -> None:
    if not machine.published.exists():
        machine.run()
    before = machine.live()
    machine.news()
    machine.begin()
    if victim == "run":
        (process,) = machine.serving.descendants("flow_engine") or machine.serving.descendants("prefect.engine")
        process.kill()
        until(lambda: machine.reports()[-1]["outcome"] == "crashed", "the death is written down")
        assert "kill" in machine.reports()[-1]["error"]["what"]
    elif victim == "server":
        machine.server.kill()
    else:
        machine.database.kill()
    assert machine.live() == before
    machine.site.go.set()
    if victim == "server":
        machine.server.start()
    elif victim == "database":
        machine.database.start()
    until(lambda: machine.api.deployment(example.SLUG), "Prefect's server is back")
    machine.run()
    after = machine.live()
    assert after != before
    status = json.loads((machine.published / "status.json").read_bytes())
    assert (status["version"], {source["state"] for source in status["sources"]} <= {"fresh", "unchanged"}) == (
        after,
        True,
    )
