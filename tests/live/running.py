"""`incumbent ... --live` as its own process against the simulator, from the bundled rosters as they are."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
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
