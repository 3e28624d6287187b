"""`incumbent doctor`: on a machine that is as it should be nothing fails, and each thing that is broken is found."""

from __future__ import annotations

import collections
import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from incumbent import cli, engine
from incumbent import roster as rosters
from incumbent.archive_writer import ArchiveWriter
from incumbent.errors import HeldError
from incumbent.operation import doctor as doctors
from incumbent.operation import notices, runs, watching
from incumbent.operation.doctor import machine
from incumbent.operation.doctor import rosters as of_rosters
from tests.operation import example

CANARY = "canary-s3cret-9112"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> doctors.Place:
    """A roster with an archive of one page, and nothing published."""
    for variable in ("INCUMBENT_CONTACT", notices.ADDRESSES, notices.FILE, watching.SITE):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(runs.VARIABLE, str(tmp_path / "runs"))
    board = rosters.load(example.write_roster(tmp_path) / example.SLUG)
    archive = board.folder / "archive"
    with ArchiveWriter(archive) as writer:
        writer.add_capture("list", "https://agency.example/board", fetched_at="2026-11-01T05:30:00Z", body=example.LIST)
    return doctors.Place(((board, archive),), tmp_path / "published", example.CONTACT)


def outcomes(found: Iterator[doctors.Finding]) -> dict[str, str]:
    """Outcome by name. Whatever is not as it should be says what to do."""
    findings = list(found)
    assert all(each.do for each in findings if each.outcome != doctors.OK)
    return {each.name: each.outcome for each in findings}


def test_a_machine_that_is_as_it_should_be(place: doctors.Place) -> None:
    assert set(outcomes(machine.python(place)).values()) == {"ok"}
    assert set(outcomes(machine.charts(place)).values()) == {"ok"}
    assert outcomes(machine.clock(place)) == {"clock": "ok"}
    assert {name.partition(":")[0] for name in outcomes(machine.disks(place))} == {"room", "writing"}
    assert outcomes(of_rosters.contact(place)) == {"contact: example-board": "ok"}
    assert outcomes(of_rosters.schedules(place)) == {"schedule: example-board": "ok"}
    assert outcomes(of_rosters.archives(place)) == {"archive: example-board": "ok"}
    assert outcomes(of_rosters.published(place)) == {"published": "ok"}
    assert outcomes(of_rosters.reports(place)) == {"reports of runs": "ok"}


def test_an_old_python_a_package_that_breaks_and_the_wrong_sqlalchemy(
    place: doctors.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> None:
        if name == "polars":
            raise OSError("no such library")

    monkeypatch.setattr(machine.importlib, "import_module", broken)
    monkeypatch.setattr(machine.metadata, "version", lambda _: "2.1.9")
    monkeypatch.setattr(machine, "_PYTHONS", ((4, 0), (4, 1)))
    assert outcomes(machine.python(place)) == {"python": "fail", "packages": "fail", "sqlalchemy": "fail"}


def test_prefect_that_starts_or_does_not(place: doctors.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    class Server:
        fault: HeldError | None = None

        def ready(self) -> str:
            if self.fault:
                raise self.fault
            return "http://127.0.0.1:1/api"

        def stop(self) -> None:
            stopped.append(self)

    stopped: list[Server] = []
    monkeypatch.setattr(engine, "server_configured", lambda: False)
    monkeypatch.setattr(engine, "TemporaryServer", Server)
    assert outcomes(machine.prefect(place)) == {"prefect": "ok"}
    monkeypatch.setattr(Server, "fault", HeldError("it did not start", where="no such module", do="look above"))
    assert outcomes(machine.prefect(place)) == {"prefect": "fail"}
    assert len(stopped) == 2


def test_a_prefect_server_that_is_configured_is_asked(place: doctors.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    monkeypatch.setattr(engine, "server_configured", lambda: True)
    with example.site() as site:
        site.pages["/api/health"] = b"true"
        with temporary_settings({PREFECT_API_URL: f"{site.origin}/api"}):
            assert outcomes(machine.prefect(place)) == {"prefect": "ok"}
        with temporary_settings({PREFECT_API_URL: f"{site.origin}/elsewhere"}):
            assert outcomes(machine.prefect(place)) == {"prefect": "fail"}
    with temporary_settings({PREFECT_API_URL: f"{site.origin}/api"}):
        (found,) = machine.prefect(place)
    assert (found.outcome, "does not answer" in found.seen) == ("fail", True)


@pytest.mark.parametrize(("free", "outcome"), [(3 * 2**30, "ok"), (2**30, "warn"), (10 * 2**20, "fail")])
def test_room_on_the_disk(place: doctors.Place, monkeypatch: pytest.MonkeyPatch, free: int, outcome: str) -> None:
    usage = collections.namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(free, 0, free))
    assert outcomes(machine.disks(place))["room: published"] == outcome


def test_a_disk_that_cannot_be_written_to(place: doctors.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(machine.durable, "flush", refuse)
    found = outcomes(machine.disks(place))
    assert {found[name] for name in found if name.startswith("writing")} == {"fail"}
    assert not [path for path in place.published.parent.iterdir() if "doctor" in path.name]  # type: ignore[union-attr]


def test_a_clock_that_is_years_behind_or_before_the_last_version(
    place: doctors.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.published
    (place.published / "board").mkdir(parents=True)
    pointer = place.published / "board" / "latest.json"
    pointer.write_text("{}")
    ahead = dt.datetime.now().timestamp() + 10 * 86400
    os.utime(pointer, (ahead, ahead))
    assert outcomes(machine.clock(place)) == {"clock": "fail"}
    monkeypatch.setattr(machine, "_WRITTEN", dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
    assert outcomes(machine.clock(place)) == {"clock": "fail"}


@pytest.mark.parametrize(("seconds", "outcome"), [(0, "ok"), (-4, "ok"), (60, "warn"), (-60, "warn"), (4000, "fail")])
def test_the_clock_against_a_servers(seconds: int, outcome: str) -> None:
    now = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    found = machine.skew(now, format_datetime(now - dt.timedelta(seconds=seconds), usegmt=True))
    assert found.outcome == outcome


def test_no_browser_is_a_warning(place: doctors.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_BROWSERS", ("no-such-browser",))
    assert outcomes(machine.browser(place)) == {"browser": "warn"}


def test_a_contact_a_token_and_a_schedule_that_are_missing_or_wrong(place: doctors.Place) -> None:
    ((board, archive),) = place.rosters
    source = board.sources[0].model_copy(update={"token_env": "NO_SUCH_TOKEN"})
    optional = board.sources[1].model_copy(update={"token_env": "NO_SUCH_TOKEN"})
    never = board.schedule.model_copy(update={"cron": "99 5 * * *"})  # type: ignore[union-attr]
    changed = board.model_copy(update={"contact": "somebody", "sources": [source, optional], "schedule": never})
    bad = doctors.Place(((changed, archive),), place.published)
    assert outcomes(of_rosters.contact(bad)) == {"contact: example-board": "warn"}
    assert outcomes(of_rosters.tokens(bad)) == {"token: list": "fail", "token: gazette": "warn"}
    assert outcomes(of_rosters.schedules(bad)) == {"schedule: example-board": "fail"}
    unplanned = doctors.Place(((board.model_copy(update={"schedule": None}), archive),), place.published)
    assert outcomes(of_rosters.schedules(unplanned)) == {"schedule: example-board": "ok"}


def test_who_is_told_and_no_address_is_shown(
    place: doctors.Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcomes(of_rosters.notifications(place)) == {"notifications": "warn"}
    monkeypatch.setenv(notices.ADDRESSES, f"mailto://u:{CANARY}@example.org json://{CANARY}.example.org")
    (found,) = of_rosters.notifications(place)
    assert (found.outcome, found.seen) == ("ok", "2: E-Mail, JSON")
    monkeypatch.setenv(notices.ADDRESSES, f"nothing://{CANARY}")
    monkeypatch.setenv(watching.SITE, "lists.example.org")
    findings = list(of_rosters.notifications(place))
    assert [each.outcome for each in findings] == ["fail", "warn"]
    assert CANARY not in repr(findings)
    monkeypatch.setenv(notices.FILE, str(tmp_path / CANARY))
    (found,) = of_rosters.notifications(place)
    assert (found.outcome, CANARY in repr(found)) == ("fail", False)


def test_reports_that_cannot_be_written(place: doctors.Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(runs.VARIABLE, str(tmp_path / "file" / "runs"))
    assert outcomes(of_rosters.reports(place)) == {"reports of runs": "warn"}


def test_a_damaged_archive_a_damaged_pointer_and_who_holds_a_lock(place: doctors.Place) -> None:
    ((_, archive),) = place.rosters
    with ArchiveWriter(archive):
        found = {each.name: each for each in of_rosters.archives(place)}
    lock = found["lock: archive of example-board"]
    assert (lock.outcome, f"process {os.getpid()} (" in lock.seen) == ("warn", True)
    page = archive / "list.warc.gz"
    page.write_bytes(page.read_bytes()[:-1] + b"x")
    assert outcomes(of_rosters.archives(place)) == {"archive: example-board": "fail"}
    assert place.published
    (place.published / "example-board").mkdir(parents=True)
    assert outcomes(of_rosters.published(place)) == {"published: example-board": "ok"}
    (place.published / "example-board" / "latest.json").write_text("{}")
    assert outcomes(of_rosters.published(place)) == {"published: example-board": "fail"}


def test_hosts_are_looked_up_and_asked_only_with_live_and_a_contact(
    place: doctors.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr(of_rosters.socket, "getaddrinfo", unknown)
    monkeypatch.setattr(of_rosters, "_asked", lambda *_: pytest.fail("a host was asked"))
    hosts = ("agency.example", "gazette.example")
    assert outcomes(of_rosters.sources(place)) == {f"source: {host}": "warn" for host in hosts}
    monkeypatch.setattr(of_rosters.socket, "getaddrinfo", lambda *_, **__: [])
    assert outcomes(of_rosters.sources(place)) == {f"source: {host}": "ok" for host in hosts}
    ((board, archive),) = place.rosters
    nobody = doctors.Place(((board.model_copy(update={"contact": "x"}), archive),), None, None, live=True)
    assert set(outcomes(of_rosters.sources(nobody)).values()) == {"warn"}


def test_with_live_each_host_is_asked_once_for_its_robots_txt(
    place: doctors.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from incumbent import fetch

    with example.site() as site:
        real = fetch.Fetcher

        def through_the_site(contact: str, **settings: Any) -> fetch.Fetcher:
            assert contact == example.CONTACT
            return real(contact, bases={"*": site.origin}, **settings)

        monkeypatch.setattr(fetch, "Fetcher", through_the_site)
        live = doctors.Place(place.rosters, place.published, place.contact, live=True)
        found = outcomes(of_rosters.sources(live))
        assert site.asked == []
    assert found == {"source: agency.example": "ok", "clock against a server": "ok", "source: gazette.example": "ok"}
    gone = outcomes(of_rosters.sources(live))
    assert gone == {"source: agency.example": "warn", "source: gazette.example": "warn"}


def test_a_check_that_breaks_is_a_finding(place: doctors.Place) -> None:
    def breaks(_: doctors.Place) -> Iterator[doctors.Finding]:
        raise RuntimeError("oh")

    (found,) = doctors.examine(place, [("made up", breaks)])
    assert (found.name, found.outcome, "RuntimeError: oh" in found.seen) == ("made up", "fail", True)


@pytest.mark.parametrize(("outcome", "status"), [("ok", 0), ("warn", 0), ("fail", 2)])
def test_the_command_ends_with_2_only_where_a_run_cannot_go_well(
    place: doctors.Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], outcome: str, status: int
) -> None:
    finding = doctors.Finding("made up", outcome, "seen", "expected", "do this")
    monkeypatch.setattr(doctors, "examine", lambda *_: iter([finding]))

    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            cli.main(["doctor", "--rosters", str(place.rosters[0][0].folder.parent), *arguments])
        assert int(ended.value.code or 0) == status
        return capsys.readouterr().out

    assert json.loads(run("--json"))["works"] is (status == 0)
    assert ("do this" in run()) is (outcome != "ok")
