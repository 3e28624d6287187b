"""The reports of runs, as files: what an operator finds when there is no Prefect to ask.

    <runs>/<slug>/2026-11-23T053001Z.json    the report
                  2026-11-23T053001Z.txt     the same in a few lines

<runs> is INCUMBENT_RUNS, else incumbent/runs in the user's folder for state (XDG). The newest KEPT of a roster stay.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from incumbent import durable

#: The variable that names the folder.
VARIABLE = "INCUMBENT_RUNS"
#: Reports of one roster that are kept: a year of daily runs.
KEPT = 400

Report = dict[str, Any]


def folder(environment: Mapping[str, str] | None = None) -> Path:
    """Where the reports of all rosters are."""
    known: Mapping[str, str] = os.environ if environment is None else environment
    if given := known.get(VARIABLE, "").strip():
        return Path(given)
    state = known.get("XDG_STATE_HOME") or f"{known.get('HOME') or Path.home()}/.local/state"
    return Path(state) / "incumbent" / "runs"


def write(runs: Path, report: Report, text: str) -> Path:
    """Writes a report and its text, each whole or not at all, and removes the oldest beyond KEPT. Raises OSError."""
    place = runs / str(report["roster"])
    place.mkdir(parents=True, exist_ok=True)
    stamp = str(report["started"]).replace(":", "")
    path = place / f"{stamp}.json"
    number = 1
    while path.exists() and read(path).get("run") != report["run"]:
        number += 1
        path = place / f"{stamp}-{number}.json"
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=place) as scratch:
        durable.write(text.encode(), path.with_suffix(".txt"), Path(scratch))
        durable.write_json(report, path, Path(scratch))
    for old in _paths(runs, report["roster"])[KEPT:]:
        for each in (old, old.with_suffix(".txt")):
            each.unlink(missing_ok=True)
    return path


def latest(runs: Path, slug: str) -> Iterator[Report]:
    """The reports of a roster, the newest first. A file that cannot be read is passed over: it decides nothing."""
    for path in _paths(runs, slug):
        if report := read(path):
            yield report


def read(path: Path) -> Report:
    """A report; empty where the file is not one."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_bytes())
        if isinstance(found, dict):
            return found
    return {}


def _paths(runs: Path, slug: str) -> list[Path]:
    """The newest first. Of two runs that began in one second, the one that was written later has the higher number."""
    known = [path for path in (runs / slug).glob("*.json") if path.is_file()]
    return sorted(known, key=lambda path: (path.stem[:18], len(path.stem), path.stem), reverse=True)
