"""The flows, on a roster of three lines: what they report, publish, hold, and leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from incumbent import engine
from incumbent.archive_writer import ArchiveWriter
from incumbent.errors import ArchiveError, HeldError, RosterError

ROSTER_YAML = """\
slug: example-board
title: Example Board
description: Who leads the Example Agency.
licence: OGL-UK-3.0
attribution: Example Agency
contact: editors@example.org
as_of: 2012-06-28
sources:
  - id: list
    role: roster
    adapter: csv
    title: The list
    publisher: Example Agency
    url: https://agency.example/board
    licence: OGL-UK-3.0
    required: true
    minimum: 3
    settings:
      columns: {Name: person, Post: post, Body: organisation}
  - id: gazette
    adapter: csv
    title: Appointments
    publisher: Example Gazette
    url: https://gazette.example/appointments
    licence: OGL-UK-3.0
    primary: true
    settings:
      columns: {Name: person, Post: post, Body: organisation, From: start, To: end}
  - id: accounts
    adapter: csv
    title: Accounts
    publisher: Example News
    url: https://news.example/accounts
    licence: CC-BY-4.0
    settings:
      yields: [accounts]
      constants: {platform: x, kind: official_personal, state: active}
      columns: {Name: person, Body: organisation, Handle: handle, Seen: as_at}
"""
LIST = b"""Name,Post,Body
Ada Example,Chief Executive,Example Agency
Bo Sample,Finance Director,Example Agency
Cy Instance,Chair,Sample Board
"""
GAZETTE = b"""Name,Post,Body,From,To
Ada Example,Chief Executive,Example Agency,2010-01-04,2012-03-30
Dee Newcomer,Chief Executive,Example Agency,2012-04-02,
Bo Sample,Finance Director,Example Agency,2011-05-02,
"""
LATER = GAZETTE + b"Cy Instance,Chair,Sample Board,2009-01-05,2012-07-31\n"
ACCOUNTS = b"Name,Body,Handle,Seen\nBo Sample,Example Agency,bosample,2012-06-20\n"


@pytest.fixture(scope="module", autouse=True)
def prefect_database() -> Iterator[None]:
    """An empty Prefect database for this module, served without a server process of our own."""
    os.environ.update({"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180", "DO_NOT_TRACK": "1"})
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture
def rosters(tmp_path: Path) -> Path:
    folder = tmp_path / "rosters" / "example-board"
    folder.mkdir(parents=True)
    (folder / "roster.yaml").write_text(ROSTER_YAML, encoding="utf-8")
    captured = [
        ("list", "https://agency.example/board", "2012-06-01T08:00:00Z", LIST),
        ("gazette", "https://gazette.example/appointments", "2012-06-02T08:00:00Z", GAZETTE),
        ("accounts", "https://news.example/accounts", "2012-06-20T08:00:00Z", ACCOUNTS),
        ("gazette", "https://gazette.example/appointments", "2012-08-01T08:00:00Z", LATER),
    ]
    with ArchiveWriter(folder / "archive") as archive:
        for source, url, day, body in captured:
            archive.add_capture(source, url, fetched_at=day, body=body, headers=[("Content-Type", "text/csv")])
    return folder.parent


@pytest.fixture
def run(rosters: Path, tmp_path: Path) -> Any:
    """Call a flow as Prefect loads it, on the example roster."""

    def call(name: str, **parameters: Any) -> dict[str, Any]:
        defaults = {"roster": "example-board", "rosters": str(rosters), "published": str(tmp_path / "published")}
        return engine.load(name)(**(defaults | parameters))

    return call


@pytest.mark.parametrize("name", ["capture", "release", "watch"])
def test_prefect_finds_each_flow_by_its_entrypoint(name: str, repository: Path) -> None:
    from prefect.flows import load_flow_from_entrypoint

    found = load_flow_from_entrypoint(f"{repository}/flows/{name}.py:{name}", use_placeholder_flow=False)
    assert found.name == name
    shared = ["roster", "as_of", "published", "archive", "rosters"]
    live = ["live", "history", "contact", "bases"]
    own = {"capture": live, "release": ["captured", "next_run"], "watch": [*live, "cron", "target_options"]}[name]
    assert list(found.parameters.properties) == [*shared, *own]
    assert found.parameters.required == ["roster"]


def test_capture_says_what_each_source_is(run: Any) -> None:
    report = run("capture")
    assert (report["roster"], report["title"], report["as_of"]) == ("example-board", "Example Board", "2012-06-28")
    states = {each["source_id"]: (each["state"], each["snapshots"]) for each in report["sources"]}
    assert states == {"list": ("fresh", 1), "gazette": ("fresh", 1), "accounts": ("fresh", 1)}
    later = {each["source_id"]: each["snapshots"] for each in run("capture", as_of="2012-08-02")["sources"]}
    assert later["gazette"] == 2


def test_a_required_source_that_is_missing_holds_the_run(run: Any, tmp_path: Path) -> None:
    with pytest.raises(HeldError, match="required source list is failed") as raised:
        run("watch", as_of="2012-05-01")
    assert raised.value.exit_status == 3
    assert not (tmp_path / "published").exists()


def test_a_damaged_archive_is_an_error_and_nothing_is_published(run: Any, rosters: Path, tmp_path: Path) -> None:
    file = rosters / "example-board/archive/gazette.warc.gz"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(ArchiveError, match="damaged"):
        run("release")
    assert not (tmp_path / "published").exists()


def test_an_unknown_roster_is_an_error(run: Any) -> None:
    with pytest.raises(RosterError, match="no roster 'nobody'"):
        run("release", roster="nobody")


def test_watch_publishes_reports_and_leaves_no_temporary_files(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    report = run("watch")
    assert json.loads(json.dumps(report)) == report
    assert (report["entries"], report["as_of"], report["version"], report["changed"]) == (
        3,
        "2012-06-28",
        "1.0.0",
        True,
    )
    assert (report["with_account"], report["of"]) == (1, 3)
    (ada,) = (entry for entry in report["wrong"] if entry["person"] == "Ada Example")
    assert (ada["verdict"], ada["post"], ada["organisation"]) == ("out_of_date", "Chief Executive", "Example Agency")
    assert "replaced" in ada["reasons"]
    assert "30 March 2012" in ada["explanation"]
    assert sum(report["verdicts"].values()) == 3
    assert report["verdicts"]["out_of_date"] == 1
    assert {source["source_id"]: source["state"] for source in report["sources"]} == dict.fromkeys(
        ("list", "gazette", "accounts"), "fresh"
    )
    assert report["checks"]
    assert all(check["passed"] for check in report["checks"] if check["severity"] == "critical")
    version = Path(report["path"])
    assert version.parent == tmp_path / "published/example-board"
    assert (version / "datapackage.json").is_file()
    assert not list(scratch.iterdir())
    _shows_the_result_in_artifacts(report)


def _shows_the_result_in_artifacts(report: dict[str, Any]) -> None:
    from prefect.artifacts import Artifact

    shown = Artifact.get("example-board-release")
    assert shown is not None
    assert f"Version {report['version']} (new)" in str(shown.data)
    assert "| Ada Example, Chief Executive | out of date |" in str(shown.data)
    wrong = Artifact.get("example-board-wrong")
    assert wrong is not None
    assert json.loads(str(wrong.data)) == report["wrong"]
    assert Artifact.get("example-board-sources") is not None


def test_the_same_again_makes_no_version_and_later_knowledge_makes_one(run: Any, tmp_path: Path) -> None:
    first = run("release")
    again = run("release")
    assert (again["version"], again["changed"], again["checks"]) == (first["version"], False, [])
    assert again["wrong"] == first["wrong"]
    later = run("release", as_of="2012-08-02")
    assert later["changed"] is True
    assert later["version"] != first["version"]
    assert {entry["person"] for entry in later["wrong"]} == {"Ada Example", "Cy Instance"}


def test_a_gate_that_fails_holds_the_release(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from incumbent import checks

    bad = checks.Check("roster: made up", "critical", False, "three of three are wrong")
    monkeypatch.setattr(checks, "check_tables", lambda *_, **__: [bad])
    with pytest.raises(HeldError, match="made up: three of three are wrong"):
        run("release")
    assert not list((tmp_path / "published").rglob("datapackage.json"))


def test_reading_is_tried_again_when_the_disk_fails_and_not_when_the_data_is_wrong(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from incumbent import evidence

    real, tries = evidence.read_evidence, []

    def flaky(*arguments: Any) -> Any:
        tries.append("disk")
        if len(tries) == 1:
            raise OSError("disk is not ready")
        return real(*arguments)

    monkeypatch.setattr(evidence, "read_evidence", flaky)
    assert run("release")["changed"] is True
    assert len(tries) == 2

    def wrong(*_: Any) -> Any:
        tries.append("data")
        raise HeldError("the list is not a list")

    monkeypatch.setattr(evidence, "read_evidence", wrong)
    with pytest.raises(HeldError, match="not a list"):
        run("release")
    assert tries == ["disk", "disk", "data"]


@pytest.mark.slow
def test_it_runs_with_no_server_and_no_configuration(rosters: Path, tmp_path: Path) -> None:
    """A real temporary server, in a process and a Prefect home of its own."""
    program = (
        "import json, sys; from incumbent import engine; "
        "print(json.dumps(engine.run('watch', roster='example-board', rosters=sys.argv[1], published=sys.argv[2])))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    environment["PREFECT_HOME"] = str(tmp_path / "prefect")
    done = subprocess.run(
        [sys.executable, "-c", program, str(rosters), str(tmp_path / "published")],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["changed"] is True
    assert done.stderr == ""
