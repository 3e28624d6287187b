"""What is written down of a run, who is told, and that no address is told to anybody else."""

from __future__ import annotations

import json
import logging
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent.errors import HeldError, LockedError
from incumbent.operation import messages, notices, runs, watching
from incumbent.operation.turned import turned

CANARY = "canary-s3cret-7741"


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs."""

    def handle(self) -> None:
        self._say("220 test")
        while line := self.rfile.readline().strip():
            verb = line[:4].upper()
            if verb == b"EHLO":
                self._say("250-test\r\n250 AUTH LOGIN PLAIN")
            elif verb == b"AUTH":
                self._say("235 ok")
            elif verb == b"DATA":
                self._say("354 go on")
                lines: list[bytes] = []
                while (text := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(text)
                self.server.got.append(b"".join(lines))  # type: ignore[attr-defined]
                self._say("250 kept")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(body)  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()
        self.wfile.write(CANARY.encode())

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def listening(server: Any, status: int = 200) -> Iterator[tuple[int, list[bytes]]]:
    """A server on a port: the port, and what it got."""
    server.got, server.status, server.daemon_threads = [], status, True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], server.got
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def mailbox() -> Iterator[tuple[str, list[bytes]]]:
    with listening(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)) as (port, got):
        yield f"mailto://user:{CANARY}@127.0.0.1:{port}?mode=insecure&from=a@example.org&to={CANARY}@example.org", got


@pytest.fixture
def hook() -> Iterator[tuple[str, list[bytes]]]:
    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Hook)) as (port, got):
        yield f"json://127.0.0.1:{port}/{CANARY}", got


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(runs.VARIABLE, str(tmp_path / "runs"))
    for variable in (notices.ADDRESSES, notices.FILE, watching.SITE):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


def version(folder: Path, entries: list[tuple[str, str]]) -> Path:
    """A version's folder with the columns of its roster that count here: `(entry_id, verdict)`."""
    folder.mkdir(parents=True)
    rows = [
        {
            "entry_id": entry,
            "listed_person": f"{entry.title()} <b>Example</b>",
            "listed_post": "Chair",
            "listed_organisation": None,
            "verdict": verdict,
            "holder": None,
            "explanation": f"{entry.title()} has left.",
        }
        for entry, verdict in entries
    ]
    pl.DataFrame(rows, schema_overrides={"listed_organisation": pl.String, "holder": pl.String}).write_parquet(
        folder / "roster.parquet"
    )
    return folder


def make_live(published: Path, number: str, entries: list[tuple[str, str]]) -> dict[str, Any]:
    """A version as the pointer names it, and what a release reports of it."""
    folder = version(published / "board" / f"v{number}", entries)
    pointer = {"version": number, "path": f"v{number}", "as_of": "2026-11-23", "manifest": "0" * 64, "sequence": 1}
    (published / "board" / "latest.json").write_text(json.dumps(pointer))
    return {"path": str(folder), "changed": True, "version": number, "as_of": "2026-11-23", "entries": len(entries),
            "verdicts": {}, "checks": []}  # fmt: skip


def source(name: str, state: str, fault: str | None = None) -> dict[str, Any]:
    return {"source_id": name, "state": state, "fault": fault, "note": f"{name} says no", "next": "it is asked again"}


class Told:
    """A run that is watched, and all that it says."""

    def __init__(self, places: Path) -> None:
        self.published, self.said, self.number = places / "published", [], 0
        self.shown: list[str] = []

    def run(self, then: Callable[[watching.Run], None]) -> runs.Report:
        """One run, whose block is `then`: its report."""
        self.number += 1
        run = watching.Run(
            f"run-{self.number}", "board", "The Board", str(self.published), f"2026-11-23T05:30:{self.number:02}Z",
            next_run="2026-11-24T05:30:00Z",
        )  # fmt: skip
        with watching.watched(run, say=self.said.append, warn=self.said.append, show=self.shown.append):
            run.publishes_in(self.published)
            then(run)
        return self.report()

    def report(self) -> runs.Report:
        return next(runs.latest(runs.folder(), "board"))


@pytest.fixture
def told(places: Path) -> Told:
    return Told(places)


def test_entries_that_crossed_out_of_date_are_told_once_and_those_put_right_too(tmp_path: Path) -> None:
    before = version(
        tmp_path / "a", [("ada", "current"), ("bo", "out_of_date"), ("cy", "out_of_date"), ("di", "out_of_date")]
    )
    after = version(
        tmp_path / "b", [("ada", "out_of_date"), ("bo", "out_of_date"), ("cy", "current"), ("ed", "leaving")]
    )
    found = turned(before, after)
    assert [entry["entry_id"] for entry in found["wrong"]] == ["ada"]
    assert [(entry["entry_id"], entry["now"]) for entry in found["righted"]] == [
        ("cy", "current"),
        ("di", "no longer listed"),
    ]
    first = turned(None, after)
    assert (first["first"], [entry["entry_id"] for entry in first["wrong"]], first["righted"]) == (
        True,
        ["ada", "bo"],
        [],
    )


def test_a_mail_and_a_webhook_say_what_happened_to_which_list_and_what_comes_next(
    told: Told, mailbox: tuple[str, list[bytes]], hook: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_live(told.published, "1.0.0", [("ada", "current")])
    monkeypatch.setenv(notices.ADDRESSES, f"{mailbox[0]} {hook[0]}")
    monkeypatch.setenv(watching.SITE, "https://lists.example.org/")

    def release(run: watching.Run) -> None:
        run.captured = [source("gazette", "failed", "timeout"), source("list", "fresh")]
        run.released = make_live(told.published, "1.0.1", [("ada", "out_of_date")])

    report = told.run(release)
    assert [(each["kind"], each["delivered"]) for each in report["notifications"]] == [("E-Mail", True), ("JSON", True)]
    (posted,) = (json.loads(body) for body in hook[1])
    assert posted["title"] == "incumbent: The Board: 1 entry newly out of date, 1 source broken"
    for words in (
        "Ada <b>Example</b>, Chair: Ada has left.",
        "version 1.0.1 is live",
        "2026-11-24T05:30:00Z",
        "https://lists.example.org/board/",
        "source gazette: failed, gazette says no; it is asked again",
    ):
        assert words in posted["message"]
    (mail,) = mailbox[1]
    assert b"Subject: incumbent: The Board: 1 entry newly out of date" in mail
    plain, _, page = mail.partition(b"text/html")
    assert b"Ada <b>Example</b>, Chair" in plain
    assert b"<b>" not in page  # there a name is text too
    assert "version 1.0.1 is live" in told.shown[0]


@pytest.mark.parametrize(
    ("error", "outcome", "subject"),
    [
        (HeldError("the required source list is failed", do="capture it again"), "held", "release held"),
        (ValueError("a bad thing"), "failed", "run failed"),
        (LockedError("another run is publishing here"), "locked", None),
    ],
)
def test_a_run_that_fails_is_told_and_fails_as_it_would_have(
    told: Told,
    hook: tuple[str, list[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    outcome: str,
    subject: str | None,
) -> None:
    make_live(told.published, "1.0.0", [("ada", "out_of_date")])
    monkeypatch.setenv(notices.ADDRESSES, hook[0])

    def fail(_: watching.Run) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        told.run(fail)
    assert raised.value is error
    report = told.report()
    assert (report["outcome"], report["version"]) == (outcome, "1.0.0")
    titles = [json.loads(body)["title"] for body in hook[1]]
    assert titles == ([f"incumbent: The Board: {subject}"] if subject else [])
    if outcome == "held":
        message = json.loads(hook[1][0])["message"]
        assert "why: the required source list is failed" in message
        assert "what to do: capture it again" in message
        assert "nothing was published; the last version stays live" in message


def test_nothing_is_told_of_a_good_run_and_a_broken_source_is_told_once(
    told: Told, hook: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(notices.ADDRESSES, hook[0])
    make_live(told.published, "1.0.0", [("ada", "out_of_date")])

    def captured(*sources: dict[str, Any]) -> Callable[[watching.Run], None]:
        return lambda run: setattr(run, "captured", sources)

    told.run(captured(source("list", "fresh")))
    told.run(captured(source("list", "carried_forward", "timeout")))
    told.run(captured(source("list", "carried_forward", "timeout")))
    told.run(captured(source("list", "fresh", "shrunk")))
    said = [json.loads(body)["title"].rpartition(": ")[2] for body in hook[1]]
    assert said == ["1 source broken", "1 source mended"]


def test_an_address_is_in_no_log_report_or_message_and_a_message_that_fails_fails_nothing(
    told: Told,
    mailbox: tuple[str, list[bytes]],
    places: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Hook), status=500) as (port, _):
        refused = f"json://{CANARY}:{CANARY}@127.0.0.1:{port}/{CANARY}"
        nobody = f"mailto://u:{CANARY}@127.0.0.1:1?mode=insecure&from=a@example.org&to={CANARY}@example.org"
        secret = places / "addresses"
        secret.write_text(f"# whom to tell\n{refused}\n\n{nobody}\nnothing-known://{CANARY}\n")
        monkeypatch.setenv(notices.ADDRESSES, mailbox[0])
        monkeypatch.setenv(notices.FILE, str(secret))
        report = told.run(
            lambda run: setattr(run, "released", make_live(told.published, "1.0.0", [("ada", "out_of_date")]))
        )
    assert report["outcome"] == "published"
    assert [each["delivered"] for each in report["notifications"]] == [True, False, False, False]
    assert "address 4 (unknown): NOT delivered: it is no address" in told.shown[0]
    everything = [caplog.text, *told.said, *told.shown, messages.text(report)]
    everything += [path.read_text() for path in (places / "runs").rglob("*") if path.is_file()]
    everything += [repr(message) for message in mailbox[1] if CANARY in message.decode().partition("\n\n")[2]]
    assert not [text for text in everything if CANARY in text]


def test_a_file_of_addresses_that_cannot_be_read_is_said_and_fails_nothing(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(notices.FILE, f"/nowhere/{CANARY}")
    report = told.run(
        lambda run: setattr(run, "released", make_live(told.published, "1.0.0", [("ada", "out_of_date")]))
    )
    assert "the addresses cannot be read (FileNotFoundError)" in report["notification_fault"]
    assert not [line for line in told.said if CANARY in line]


def test_a_server_that_never_answers_is_given_up() -> None:
    class Silent(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            threading.Event().wait(20)

    with listening(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent)) as (port, _):
        (told,) = notices.send(notices.Message("a", "b"), [f"json://127.0.0.1:{port}/?rto=20"], seconds=1)
    assert (told["delivered"], told["fault"]) == (False, "no end within 1 s")


def test_a_run_that_was_killed_is_told_once_by_whoever_started_it(told: Told) -> None:
    parameters = {"roster": "/somewhere/board", "published": "published", "live": True}
    death = {"stopped": False, "say": told.said.append, "warn": told.said.append}
    watching.died(parameters, "run-9", "2026-11-23T05:30:00Z", "Process exited with status code: -9", **death)
    assert (told.report()["outcome"], told.report()["roster"]) == ("crashed", "board")
    watching.died(parameters, "run-9", "2026-11-23T05:30:00Z", "again", **death)
    assert len(list(runs.latest(runs.folder(), "board"))) == 1
    watching.died(parameters, "run-10", "2026-11-23T05:31:00Z", "cancelled", **(death | {"stopped": True}))
    assert [each["outcome"] for each in runs.latest(runs.folder(), "board")] == ["stopped", "crashed"]


def test_reports_are_kept_up_to_a_number_and_one_that_cannot_be_written_fails_nothing(
    told: Told, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "KEPT", 3)
    for _ in range(5):
        told.run(lambda _: None)
    kept = sorted(path.name for path in (places / "runs" / "board").iterdir())
    assert kept == [f"2026-11-23T05300{n}Z.{end}" for n in (3, 4, 5) for end in ("json", "txt")]
    (places / "runs" / "board" / "2026-11-23T053009Z.json").write_text("no report")
    assert told.report()["run"] == "run-5"
    (places / "blocked").write_text("a file")
    monkeypatch.setenv(runs.VARIABLE, str(places / "blocked"))
    with pytest.raises(StopIteration):
        told.run(lambda _: None)
    assert "cannot be written" in told.said[-1]


def test_the_folder_of_reports_is_the_users_own_unless_it_is_named() -> None:
    assert runs.folder({"INCUMBENT_RUNS": "/srv/runs"}) == Path("/srv/runs")
    assert runs.folder({"XDG_STATE_HOME": "/state", "HOME": "/home/x"}) == Path("/state/incumbent/runs")
    assert runs.folder({"HOME": "/srv/x"}) == Path("/srv/x/.local/state/incumbent/runs")


def test_the_text_of_a_long_list_ends_with_how_many_more(told: Told) -> None:
    many = [(f"entry{number:02}", "out_of_date") for number in range(25)]
    report = told.run(lambda run: setattr(run, "released", make_live(told.published, "1.0.0", many)))
    message = messages.message(report)
    assert message is not None
    assert message.subject.endswith("first version, 25 entries out of date")
    assert "- and 5 more" in message.text
    assert f"Look at: {told.published}/board" in message.text


def test_only_an_address_is_taken_for_the_site() -> None:
    assert watching.site({watching.SITE: "https://x.example/lists"}) == "https://x.example/lists"
    assert watching.site({watching.SITE: "x.example"}) is None
