"""`incumbent serve` with a server of its own, and the deployments of flows/prefect.yaml on a real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from incumbent import cli, engine
from incumbent import roster as rosters
from tests.operation import example, processes
from tests.operation.processes import until

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_what_is_due_is_run_and_a_run_under_way_is_ended_by_sigterm(tmp_path: Path) -> None:
    """Every minute something is due; the sources answer when they are let. One run at a time, and a clean end."""
    port = processes.free_port()
    api = processes.Api(f"http://127.0.0.1:{port}/api")
    with example.site() as site:
        site.hold()
        rosters = example.write_roster(tmp_path)
        serving = processes.serve(tmp_path, rosters, site.origin, "--cron", "* * * * *", "--port", str(port))
        try:
            until(site.busy.is_set, "the schedule starts a run")
            second = api.start_run(example.SLUG)
            assert len(serving.descendants("flow_engine") or serving.descendants("prefect.engine")) == 1
            assert api.state(second) in ("SCHEDULED", "PENDING")
            assert serving.end(seconds=180) == 0
        finally:
            serving.kill()
    assert "SIGTERM: stopping" in serving.said()
    assert "stopped" in serving.said().splitlines()
    assert not (tmp_path / "published").exists()
    (report,) = (json.loads(path.read_bytes()) for path in (tmp_path / "runs" / example.SLUG).glob("*.json"))
    assert (report["outcome"], report["notifications"]) == ("stopped", [])


@pytest.mark.slow
def test_the_deployments_can_be_made_on_a_server_and_run_what_they_say(tmp_path: Path) -> None:
    environment = {"PREFECT_HOME": str(tmp_path / "prefect")}
    server = engine.TemporaryServer(environment=environment)
    api = processes.Api(server.ready())
    told = {**os.environ, **environment, "PREFECT_API_URL": server.url}
    try:
        for arguments in (
            ["work-pool", "create", "incumbent", "--type", "process"],
            ["--no-prompt", "deploy", "--prefect-file", "flows/prefect.yaml", "--all"],
        ):
            ran = subprocess.run(
                [sys.executable, "-c", "from prefect.cli import app; app()", *arguments],
                cwd=REPOSITORY, env=told, capture_output=True, text=True, timeout=processes.PATIENCE,
            )  # fmt: skip
            assert ran.returncode == 0, ran.stdout + ran.stderr
        for slug in ("uk-civil-service-leadership", "uk-senior-civil-service", "us-congress"):
            made = api.deployment(slug)
            assert made is not None
            assert (made["entrypoint"], made["work_pool_name"]) == ("flows/watch.py:watch", "incumbent")
            assert (made["parameters"]["roster"], made["parameters"]["live"]) == (slug, True)
            assert made["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
            assert made["global_concurrency_limit"]["limit"] == 1
            (planned,) = made["schedules"]
            assert (planned["active"], planned["schedule"]["timezone"]) == (True, "UTC")
            own = rosters.load(slug).schedule
            assert own is not None
            assert planned["schedule"]["cron"] == own.cron
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "there is no roster 'nowhere'"),
        (["example-board", "example-board"], "named twice"),
        (["--cron", "every day"], "no cron line"),
        (["--contact", "me"], "this is no address"),
        (["--base", "x"], "no pair of origins"),
    ],
)
def test_what_cannot_be_served_is_refused_before_anything_is_started(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from incumbent.operation import serving

    monkeypatch.setattr(serving, "serve", lambda *_, **__: pytest.fail("it was started"))
    rosters = example.write_roster(tmp_path)
    contact = [] if "--contact" in arguments else ["--contact", example.CONTACT]
    with pytest.raises(SystemExit) as ended:
        cli.main(["serve", "--rosters", str(rosters), *contact, *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_each_roster_is_planned_with_its_own_archive_and_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from incumbent.operation import serving

    planned: list[serving.Planned] = []
    monkeypatch.setattr(serving, "serve", lambda found, *_, **__: planned.extend(found))
    rosters = example.write_roster(tmp_path)
    example.write_roster(tmp_path, "other-board")
    other = rosters / "other-board" / "roster.yaml"
    other.write_text(other.read_text().replace("schedule: {cron: 30 5 * * *}\n", ""))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        cli.main(["serve", "--rosters", "rosters", "--archives", "archives", "--contact", example.CONTACT, "--quiet"])
    assert ended.value.code == 0
    first, second = planned
    assert (first.roster.slug, first.schedule.cron, first.parameters.get("cron")) == (
        "example-board",
        "30 5 * * *",
        None,
    )
    assert (second.roster.slug, second.schedule.cron, second.parameters["cron"]) == (
        "other-board",
        "30 5 * * *",
        "30 5 * * *",
    )
    assert first.parameters["archive"] == str(tmp_path / "archives" / "example-board")
    assert first.parameters["published"] == str(tmp_path / "published")
    assert first.parameters["live"] is True
