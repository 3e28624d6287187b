"""What goes wrong between us and a real S3 server: races, kills, lost answers, overload, refusals. Nothing is torn."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from incumbent.errors import EXIT_INPUT, IncumbentError, LockedError
from incumbent.targets.store import TargetError
from tests.targets import bucket
from tests.targets.conftest import Place
from tests.targets.drafts import FIRST, RIVAL, SECOND, SLUG, drafts, live, release, settled

_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
_A_RUN = """
import json, pathlib, sys
import pytest
from incumbent import publish, targets
from tests.integrity.places import few_pages
from tests.targets.drafts import SLUG, Copied
few_pages(pytest.MonkeyPatch())
address, content, as_of, options = json.loads(sys.argv[1])
with targets.opened(address, options) as folder:
    publish.publish(Copied(pathlib.Path(content), as_of, "1.1.0"), folder, SLUG)
"""


def at_put(number: int, do: Callable[[str], object]) -> bucket.Fault:
    """Does something at one PUT, counted from 0, and lets everything else through."""
    count = [0]

    def fault(method: str, path: str, headers: dict[str, str]) -> tuple[int, bytes] | str | None:
        if method == "PUT":
            count[0] += 1
            if count[0] == number + 1:
                return do(path)  # type: ignore[return-value]
        return None

    return fault


def test_of_racing_publishers_one_wins_and_the_others_are_told(place: Place, tmp_path: Path) -> None:
    release(place.address, FIRST, place.options("first"))
    ready = threading.Barrier(4)
    outcomes: dict[str, list[int]] = {SECOND: [], RIVAL: []}

    def race(as_of: str, machine: str) -> None:
        ready.wait(60)
        try:
            release(place.address, as_of, place.options(machine))
            outcomes[as_of].append(0)
        except IncumbentError as error:
            outcomes[as_of].append(error.exit_status)

    drafts()
    runs = [
        threading.Thread(target=race, args=(as_of, f"racer-{number}"))
        for number, as_of in enumerate((SECOND, RIVAL, SECOND, RIVAL))
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join(120)
    won = [as_of for as_of, statuses in outcomes.items() if 0 in statuses]
    assert len(won) == 1
    assert set(outcomes[SECOND] + outcomes[RIVAL]) <= {0, 75}
    assert settled(place.download(tmp_path / "read")) == won[0]


def test_a_process_that_is_killed_leaves_the_last_version_and_the_next_run_completes(
    place: Place, tmp_path: Path, repository: Path
) -> None:
    release(place.address, FIRST, place.options())
    run: list[subprocess.Popen[bytes]] = []
    place.line.fault = at_put(8, lambda path: run[0].send_signal(signal.SIGKILL) or "lost")
    given = json.dumps([place.address, str(drafts()[SECOND].content), SECOND, place.options("killed")])
    run.append(subprocess.Popen([sys.executable, "-c", _A_RUN, given], cwd=repository, env=dict(os.environ)))
    assert run[0].wait(600) == -signal.SIGKILL
    place.line.fault = lambda method, path, headers: None
    assert live(place.download(tmp_path / "torn")) == FIRST
    with pytest.raises(LockedError, match="another run is publishing here"):
        release(place.address, SECOND, place.options("hasty"))
    release(place.address, SECOND, place.options("next", takeover_seconds=0))
    assert settled(place.download(tmp_path / "read")) == SECOND


def test_an_answer_that_is_lost_costs_nothing(place: Place, tmp_path: Path) -> None:
    """The object was written, and the client heard nothing: it tries again, and meets its own object."""
    release(place.address, FIRST, place.options())
    lost: set[str] = set()

    def fault(method: str, path: str, headers: dict[str, str]) -> str | None:
        name = path.partition("?")[0].removeprefix(f"/{bucket.BUCKET}/{place.prefix}/")
        if method != "PUT" or name in lost:
            return None
        lost.add(name)
        return "lost"

    place.line.fault = fault
    release(place.address, SECOND, place.options())
    assert {".publishing.json", f"{SLUG}/versions.json", f"{SLUG}/latest.json", f"{SLUG}/v1.1.0/roster.csv"} <= lost
    assert settled(place.download(tmp_path / "read")) == SECOND


def test_a_target_that_is_overloaded_for_a_while_is_asked_again(place: Place, tmp_path: Path) -> None:
    refused = [0]

    def fault(method: str, path: str, headers: dict[str, str]) -> tuple[int, bytes] | None:
        refused[0] += 1
        return (503, _SLOW_DOWN) if refused[0] % 4 == 1 else None

    place.line.fault = fault
    release(place.address, FIRST, place.options())
    assert settled(place.download(tmp_path / "read")) == FIRST


def test_a_target_that_stays_overloaded_ends_the_run_in_words(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(place.address, FIRST, place.options())
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    place.line.fault = lambda method, path, headers: (503, _SLOW_DOWN) if "v1.1.0" in path else None
    with pytest.raises(TargetError, match="overloaded, and was still after many tries") as refused:
        release(place.address, SECOND, place.options())
    assert refused.value.exit_status == EXIT_INPUT
    place.line.fault = lambda method, path, headers: None
    assert settled(place.download(tmp_path / "read")) == FIRST


def test_an_answer_that_breaks_off_is_asked_for_again(place: Place) -> None:
    release(place.address, FIRST, place.options())
    broken: set[str] = set()

    def fault(method: str, path: str, headers: dict[str, str]) -> str | None:
        if method == "GET" and "list-type" not in path and path not in broken:
            broken.add(path)
            return "cut"
        return None

    place.line.fault = fault
    release(place.address, SECOND, place.options("other"))
    assert len(broken) > 10


def test_wrong_credentials_are_told_and_shown_nowhere(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    canaries = ("AKIACANARYNOBODY", "canary-secret-91c2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", canaries[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", canaries[1])
    with caplog.at_level(logging.INFO), pytest.raises(TargetError, match="refused the credentials") as unknown:
        release(place.address, FIRST, place.options())
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", bucket.KEY)
    with caplog.at_level(logging.INFO), pytest.raises(TargetError, match="refused the credentials") as wrong:
        release(place.address, FIRST, place.options())
    for told in (unknown.value, wrong.value):
        assert told.exit_status == EXIT_INPUT
        for canary in (*canaries, bucket.KEY):
            assert canary not in told.describe() + str(told.as_dict()) + caplog.text
    left = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(canary.encode() in content for canary in canaries for content in left)


def test_good_credentials_are_shown_nowhere_either(
    place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        release(place.address, FIRST, place.options())
    place.download(tmp_path / "read")
    assert bucket.SECRET not in caplog.text
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or not {bucket.SECRET.encode(), bucket.KEY.encode()} & {path.read_bytes()}
        assert not path.is_file() or bucket.SECRET.encode() not in path.read_bytes()


def test_without_credentials_it_says_where_to_put_them(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(TargetError, match="there are no credentials") as told:
        release(place.address, FIRST, place.options())
    assert "AWS_ACCESS_KEY_ID" in told.value.expected


def test_a_bucket_that_is_not_there_is_told_and_not_made(place: Place) -> None:
    with pytest.raises(TargetError, match="there is no such bucket"):
        release("s3://no-such-harbour/data", FIRST, place.options())
    assert "no-such-harbour" not in {each["Name"] for each in place.client.list_buckets()["Buckets"]}


def test_a_server_that_is_not_there_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    (port,) = bucket.free_ports(1)
    given = [*place.options(endpoint_url=f"http://127.0.0.1:{port}"), "connect_timeout=1"]
    with pytest.raises(TargetError, match="cannot be reached"):
        release(place.address, FIRST, given)


def test_the_endpoint_may_come_from_the_environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", place.line.endpoint)
    given = [each for each in place.options() if not each.startswith("endpoint_url")]
    assert release(place.address, FIRST, given).version == "1.0.0"
    assert f"{SLUG}/latest.json" in place.written()
