"""Around a run: whatever becomes of it is written down, told to those who should know, and left as it was raised.

Nothing here can fail a run: where a report cannot be written or a message not be sent, the log says so.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from incumbent import publish
from incumbent.errors import HeldError, IncumbentError, LockedError, VerifyError, printable
from incumbent.operation import messages, notices, runs, schedule
from incumbent.operation.turned import Turned, turned

#: The variable with the address at which the published folder is served, for the links of messages.
SITE = "INCUMBENT_SITE"
#: The states of a source in which it gave nothing that could be used.
_BROKEN = ("failed", "quarantined", "carried_forward")
_SITE_ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")

Say = Callable[[str], None]


@dataclass
class Run:
    """One run of a roster under way; the flow puts in what it comes to know."""

    identity: str
    roster: str
    title: str
    published: str
    started: str
    live: bool = True
    next_run: str | None = None
    captured: Sequence[Mapping[str, Any]] = ()
    released: Mapping[str, Any] | None = None
    _folder: Path | None = field(default=None, init=False)
    _before: publish.Release | None = field(default=None, init=False)

    def publishes_in(self, published: Path) -> None:
        """From now on it publishes in that folder, of all rosters: what is live there is what it began with."""
        self._folder = published / self.roster
        self._before = _live(self._folder)

    @property
    def before(self) -> publish.Release | None:
        """The version that was live when it began."""
        return self._before

    @property
    def after(self) -> publish.Release | None:
        """The version that is live now."""
        return _live(self._folder) if self._folder else None


@contextlib.contextmanager
def watched(run: Run, *, say: Say, warn: Say, show: Say) -> Iterator[Run]:
    """The block is the run. `show` is given the report's text at the end, however it ends.

    What the block raises goes on as it is. A run that is stopped from outside (Ctrl-C, a signal) says nothing here.
    """
    try:
        yield run
    except Exception as error:
        report = _report(run, _outcome_of(error), _told_error(error))
        finish(report, say=say, warn=warn)
        _show(show, report, warn)
        raise
    report = _report(run, "published" if _is_new(run) else "unchanged", None)
    finish(report, say=say, warn=warn)
    _show(show, report, warn)


def died(
    parameters: Mapping[str, Any], run: str, started: str, why: str, *, stopped: bool, say: Say, warn: Say
) -> None:
    """What a run that was killed could not say itself; nothing where it did. `parameters` are those of the flow."""
    slug = str(parameters["roster"]).rstrip("/").rpartition("/")[2]
    known = next(runs.latest(runs.folder(), slug), None)
    if known is not None and known.get("run") == run:
        return
    dead = Run(run, slug, slug, str(parameters.get("published", "")), started, bool(parameters.get("live")))
    do = "" if stopped else "look at the end of its log; if the machine ran out of memory, give it more"
    error = {"what": f"the run was {'stopped' if stopped else 'killed'}: {printable(why, 300)}", "do": do}
    finish(_report(dead, "stopped" if stopped else "crashed", error), say=say, warn=warn)


def finish(report: runs.Report, *, say: Say, warn: Say) -> None:
    """Sends what is to be told of a report, puts into it who got it, and writes it to the folder of runs."""
    folder = runs.folder()
    report |= _sources_since(folder, report)
    (warn if report["error"] else say)(messages.line(report))
    message = messages.message(report, site())
    if message is not None:
        _notify(message, report, warn)
    try:
        path = runs.write(folder, report, messages.text(report))
    except OSError as error:
        warn(f"the report of the run cannot be written: {error}; set {runs.VARIABLE} to a folder that can be")
    else:
        say(f"the report of the run: {path}")


def site(environment: Mapping[str, str] | None = None) -> str | None:
    """The address of SITE, if it is one."""
    given = (os.environ if environment is None else environment).get(SITE, "").strip()
    return given if _SITE_ADDRESS.fullmatch(given) else None


def _notify(message: notices.Message, report: runs.Report, warn: Say) -> None:
    try:
        to = notices.addresses()
    except (OSError, UnicodeDecodeError) as error:
        fault = f"the addresses cannot be read ({type(error).__name__}): look at the file that {notices.FILE} names"
        report["notification_fault"] = fault
        warn(f"nobody was told: {fault}")
        return
    report["notifications"] = notices.send(message, to)
    for each in report["notifications"]:
        if not each["delivered"]:
            warn(f"the message to address {each['address']} ({each['kind']}) was not delivered: {each['fault']}")


def _report(run: Run, outcome: str, error: Mapping[str, Any] | None) -> runs.Report:
    released, live = run.released, run.after if error is None else run.before
    checks = released["checks"] if released else []
    return {
        "run": run.identity,
        "roster": run.roster,
        "title": run.title,
        "started": run.started,
        "ended": schedule.instant(dt.datetime.now(dt.UTC)),
        "live": run.live,
        "outcome": outcome,
        "error": dict(error) if error else None,
        "as_of": released["as_of"] if released else None,
        "version": live.version if live else None,
        "published": run.published,
        "next_run": run.next_run,
        "entries": released["entries"] if released else None,
        "verdicts": released["verdicts"] if released else {},
        "turned": _turned(run) if error is None else None,
        "checks": {
            "run": len(checks),
            "failed": [f"{check['name']}: {check['notes']}" for check in checks if not check["passed"]],
        },
        "sources": [dict(source) for source in run.captured],
        "broken": [],
        "mended": [],
        "notifications": [],
    }


def _is_new(run: Run) -> bool:
    """Whether another version is live now; it may be one that an earlier run was stopped in publishing."""
    return run.after is not None and (run.before is None or run.before.version != run.after.version)


def _turned(run: Run) -> Turned | None:
    before, after = run.before, run.after
    if after is None or not _is_new(run):
        return None
    try:
        return turned(before.path if before else None, after.path)
    except (OSError, pl.exceptions.PolarsError):  # one of them was withdrawn meanwhile; the run itself went well
        return None


def _sources_since(folder: Path, report: Mapping[str, Any]) -> dict[str, list[str]]:
    """The sources that broke or were mended since the last run that asked any: what was told once is not told daily."""
    if not report["live"] or not report["sources"]:
        return {"broken": [], "mended": []}
    before = next((each for each in runs.latest(folder, report["roster"]) if each.get("sources")), None)
    was, now = _broken(before["sources"] if before else ()), _broken(report["sources"])
    return {"broken": sorted(now - was), "mended": sorted(was - now)}


def _broken(sources: Sequence[Mapping[str, Any]]) -> set[str]:
    # Of a report that something else wrote, what is missing is not broken.
    return {
        str(source.get("source_id")) for source in sources if source.get("state") in _BROKEN and source.get("fault")
    }


def _outcome_of(error: Exception) -> str:
    for kind, outcome in ((HeldError, "held"), (LockedError, "locked")):
        if isinstance(error, kind):
            return outcome
    return "failed"


def _told_error(error: Exception) -> dict[str, Any]:
    if isinstance(error, IncumbentError):
        return dict(error.as_dict())
    what = f"{type(error).__name__}: {printable(error, 400)}"
    return {"error": type(error).__name__, "what": what, "do": "look at the log of the run"}


def _live(folder: Path) -> publish.Release | None:
    """The live version; None where there is none, or none that can be told: the run itself says what is wrong."""
    try:
        found = publish.current(folder)
    except (OSError, VerifyError):
        return None
    return found if found and (found.path / "roster.parquet").is_file() else None


def _show(show: Say, report: runs.Report, warn: Say) -> None:
    try:
        show(messages.text(report))
    except Exception as error:  # Prefect's server may be what failed the run
        warn(f"the report of the run cannot be shown: {type(error).__name__}")
