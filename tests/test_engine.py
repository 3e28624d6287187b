"""engine: a flow runs with no server running, and a configured server is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from incumbent import engine, resources
from incumbent.errors import HeldError

FLOW = """
from prefect import flow, task
from incumbent.errors import HeldError

@task
def double(number: int) -> int:
    return 2 * number

@task
def hold() -> None:
    raise HeldError("a source failed", where="list")

@flow
def sample(number: int) -> dict[str, int]:
    if number < 0:
        hold()
    return {"number": double(number)}
"""


@pytest.fixture
def flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "sample.py").write_text(FLOW, encoding="utf-8")
    monkeypatch.setattr(resources, "path", {"flows": folder}.__getitem__)
    monkeypatch.delitem(sys.modules, "sample", raising=False)
    return folder


@pytest.mark.slow
def test_a_flow_runs_on_a_temporary_server_and_its_errors_come_out_unchanged(flows: Path) -> None:
    assert engine.run("sample", number=21) == {"number": 42}
    with pytest.raises(HeldError, match="a source failed") as raised:
        engine.run("sample", number=-1)
    assert raised.value.where == "list"
    assert str(flows) not in sys.path


@pytest.mark.slow
def test_a_configured_server_is_used_and_none_is_started(flows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    url = engine._temporary_server().ready()
    monkeypatch.setenv("PREFECT_API_URL", url)
    monkeypatch.setattr(engine, "_temporary_server", lambda: pytest.fail("a second server was started"))
    with temporary_settings({PREFECT_API_URL: url}):
        assert engine.run("sample", number=2) == {"number": 4}


@pytest.mark.slow
def test_the_temporary_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = (
        "import os, time; from incumbent import engine; server = engine._temporary_server(); "
        "print(server._process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    server = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    for _ in range(300):
        if _ended(server):
            return
        time.sleep(0.1)
    raise AssertionError("the server outlived its parent by 30 s")


def _ended(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_server_that_does_not_start_is_a_held_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_ARGUMENTS", ("-c", "raise SystemExit('no such module')"))
    server = engine.TemporaryServer()
    with pytest.raises(HeldError, match="no such module") as raised:
        server.ready()
    assert raised.value.exit_status == 3


def test_only_what_a_disk_or_a_network_did_is_tried_again() -> None:
    def state(error: Exception | None) -> SimpleNamespace:
        def result() -> int:
            if error is not None:
                raise error
            return 1

        return SimpleNamespace(result=result)

    tried = {
        error: engine.is_io_failure(None, None, state(error)) for error in (OSError("disk"), HeldError("no"), None)
    }
    assert list(tried.values()) == [True, False, False]


def test_an_unknown_flow_is_an_error(flows: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        engine.load("nowhere")
    assert str(flows) not in sys.path


@pytest.mark.parametrize(
    ("configured", "how"),
    [
        (False, ""),
        (True, "PREFECT_API_URL"),
        (True, "PREFECT_PROFILE"),
        (True, "profiles.toml"),
        (True, "prefect.toml"),
    ],
)
def test_a_configured_server_is_noticed(
    configured: bool, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    if how.startswith("PREFECT"):
        monkeypatch.setenv(how, "http://127.0.0.1:4200/api")
    elif how == "profiles.toml":
        (tmp_path / "home" / how).write_text("", encoding="utf-8")
    elif how:
        (tmp_path / how).write_text("", encoding="utf-8")
    assert engine.server_configured() is configured
