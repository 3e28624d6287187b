"""The processes of an operator's machine, for tests: PostgreSQL, Prefect's server, `incumbent serve`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.operation.example import CONTACT

#: A first start makes a database, and machines that run tests are busy.
PATIENCE = 420.0


def free_port() -> int:
    """A port on the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """What `true` gives, once it is something; it is asked again and again."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


class Process:
    """A program under way, with what it says in a file."""

    def __init__(
        self,
        arguments: Sequence[str],
        log: Path,
        environment: dict[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._arguments, self._environment = [str(each) for each in arguments], {**os.environ, **(environment or {})}
        self._folder, self.log = folder, log
        self.start()

    def start(self) -> None:
        """Starts it, at first or again."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=self._folder,
            )

    def said(self) -> str:
        """Everything that it has said."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def alive(self) -> bool:
        return self._process.poll() is None

    def descendants(self, words: str) -> list[psutil.Process]:
        """Those of its processes, and of theirs, whose command line has `words`."""
        found = []
        for each in psutil.Process(self._process.pid).children(recursive=True):
            try:
                if words in " ".join(each.cmdline()):
                    found.append(each)
            except psutil.Error:  # it ended meanwhile
                continue
        return found

    def kill(self) -> None:
        """SIGKILL, to it and to what it started."""
        if self.alive():
            for each in psutil.Process(self._process.pid).children(recursive=True):
                with_suppressed(each.kill)
        self._process.kill()
        self._process.wait()

    def end(self, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        """Asks it to end, and returns its exit status; one that does not is killed."""
        if self.alive():
            self._process.send_signal(number)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it did not end within {seconds:.0f} s:\n{self.said()[-3000:]}") from None


def with_suppressed(call: Callable[[], Any]) -> None:
    """A call on a process that may have ended."""
    try:
        call()
    except psutil.Error:
        return


def postgres_programs() -> Path:
    """The folder of initdb and postgres; the test is skipped where Debian's package is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    return found[-1].parent


@contextmanager
def postgres() -> Iterator[tuple[Process, str]]:
    """A PostgreSQL of its own, in a folder that is gone at the end, and its address as Prefect wants it."""
    programs, port = postgres_programs(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="incumbent-pg-"))  # short, and open to the user below
    unprivileged: list[str] = []
    if os.geteuid() == 0:  # initdb refuses root
        shutil.chown(folder, "postgres", "postgres")
        unprivileged = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = folder / "data"
    made = [*unprivileged, str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync"]
    subprocess.run(made, check=True, capture_output=True, cwd=folder)
    options = ["-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1"]
    started = [*unprivileged, str(programs / "postgres"), "-D", str(data), *options]
    running = Process(started, folder / "log", folder=folder)  # it must be able to read where it starts
    try:
        until(lambda: _listens(port), "PostgreSQL answers", 60)
        yield running, f"postgresql+asyncpg://postgres@127.0.0.1:{port}/postgres"
    finally:
        running.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Api:
    """Prefect's API, as far as the tests ask it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, body: Any = None) -> Any:
        """POST with a body, else GET; None where nobody answers."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, content, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.loads(answer.read() or b"true")
        except (urllib.error.URLError, OSError):
            return None

    def healthy(self) -> bool:
        return self.ask("/health") is True

    def deployment(self, name: str) -> dict[str, Any] | None:
        found = self.ask("/deployments/filter", {"deployments": {"name": {"any_": [name]}}})
        return found[0] if found else None

    def start_run(self, name: str) -> str:
        """A run of a deployment, due now: its id."""
        deployment = until(lambda: self.deployment(name), f"the deployment {name}")
        made = until(
            lambda: self.ask(f"/deployments/{deployment['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}}),
            "a run can be made",
        )
        return str(made["id"])

    def state(self, run: str) -> str:
        found = self.ask(f"/flow_runs/{run}")
        return str(found["state_type"]) if found else ""


def prefect_server(folder: Path, database: str, port: int) -> Process:
    """`prefect server start` on that database, as docs/operators.md has it."""
    environment = {
        "PREFECT_HOME": str(folder / "prefect-server"),
        "PREFECT_API_DATABASE_CONNECTION_URL": database,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_UI_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    start = "from prefect.cli import app; app()"
    arguments = ["server", "start", "--host", "127.0.0.1", "--port", str(port)]
    return Process([sys.executable, "-c", start, *arguments], folder / "server.log", environment)


def serve(folder: Path, rosters: Path, origin: str, *options: str, api: str | None = None) -> Process:
    """`incumbent serve` of the rosters in `rosters`; with `api`, by that server. It publishes to folder/published."""
    environment = {"PREFECT_HOME": str(folder / "prefect"), "INCUMBENT_RUNS": str(folder / "runs")}
    if api:
        environment["PREFECT_API_URL"] = api
    arguments = ["--rosters", rosters, "--published", folder / "published", "--contact", CONTACT]
    command = [sys.executable, "-m", "incumbent.cli", "serve", *arguments, "--base", f"*={origin}", *options]
    return Process([str(each) for each in command], folder / "serve.log", environment)
