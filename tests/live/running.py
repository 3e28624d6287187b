"""`incumbent ... --live` as its own process against the simulator, from the bundled rosters as they are."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulator import Simulator


@dataclass(frozen=True)
class Ran:
    """How a command ended: its status, words, and cost (seconds of processor and of wall, its children's included)."""

    status: int
    out: str
    err: str
    cpu_seconds: float
    wall_seconds: float
    requests: int
    bytes_sent: int

    @property
    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@contextlib.contextmanager
def prefect_server(folder: Path) -> Iterator[str]:
    """The address of a Prefect server, as whoever runs on a schedule has one; its database is in `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "incumbent.engine", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PREFECT_HOME": str(folder), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"},
    )
    try:
        url = f"http://127.0.0.1:{port}/api"
        deadline = time.monotonic() + 180
        while not _answers(f"{url}/health"):
            assert server.poll() is None and time.monotonic() < deadline, "the Prefect server did not start"
            time.sleep(0.2)
        yield url
    finally:
        server.kill()
        server.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def run_live(sim: Simulator, folder: Path, *arguments: str, **environment: str) -> Ran:
    """`incumbent ARGUMENTS --live --json`, its archive and what it publishes in `folder`."""
    command = [sys.executable, "-m", "incumbent.cli", *arguments, "--live", "--json", "--quiet"]
    command += ["--base", f"*={sim.origin}", "--contact", "tests@example.org", "--archive", str(folder / "archive")]
    if arguments[0] == "run":
        command += ["--published", str(folder / "published")]
    home = folder / "prefect"
    asked, before, began = len(sim.requests), _children(), time.monotonic()
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, "PREFECT_HOME": str(home), **environment},
        timeout=600,
    )
    spent, wall = _children() - before, time.monotonic() - began
    requests = list(sim.requests)[asked:]
    return Ran(
        done.returncode, done.stdout, done.stderr, spent, wall, len(requests), sum(r.bytes_sent for r in requests)
    )


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
