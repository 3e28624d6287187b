"""One capture in a process of its own, by the limits that operators have: what it costs.

    python -m tests.live.heavy ROSTER_FOLDER ARCHIVE ORIGIN DAY

prints a line of JSON: peak_mb (the process's largest resident set), seconds, states (id -> state and fault).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from incumbent import capturing, roster
from incumbent.fetch import Fetcher, Limits


def main(folder: str, archive: str, origin: str, day: str) -> None:
    """The capture. Only the deadline and the pauses are shorter than by default."""
    known = roster.load(Path(folder))
    limits = Limits(deadline_seconds=10.0, read_seconds=2.0, backoff_seconds=0.02, crawl_delay_cap_seconds=0.001)
    began = time.monotonic()
    with Fetcher(
        "tests@example.org", bases={"*": origin}, politeness=capturing.politeness(known), limits=limits
    ) as fetcher:
        states = capturing.capture(known, Path(archive), fetcher, day)
    told = {
        "peak_mb": peak_mb(),
        "notes": [state["note"] for state in states],
        "seconds": round(time.monotonic() - began, 2),
        "states": {state["source_id"]: [state["state"], state["fault"]] for state in states},
    }
    print(json.dumps(told))


def peak_mb() -> float:
    """The largest resident set of this process so far. getrusage would tell that of the process that started it."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def measured(folder: Path, archive: Path, origin: str, day: str) -> dict[str, Any]:
    """What `main` prints, of a process of its own."""
    command = [sys.executable, "-m", "tests.live.heavy", str(folder), str(archive), origin, day]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
