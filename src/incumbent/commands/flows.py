"""`incumbent run`, `capture`, `release`: the flows of flows/, run by Prefect, and a short report of what came out."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from incumbent import output, targets
from incumbent.commands import options
from incumbent.commands.verifying import signing_key
from incumbent.errors import InputError

_STEPS = {
    "watch": "capturing and releasing {roster}",
    "capture": "capturing the sources of {roster}",
    "release": "releasing {roster}",
}


@click.command()
@click.argument("roster", default=options.DEFAULT_ROSTER)
@options.as_of
@options.published
@signing_key
@options.target
@options.archive
@options.rosters
@options.live
@options.as_json
@options.quiet
def run(
    roster: str,
    as_of: str | None,
    published: str,
    target_options: tuple[str, ...],
    archive: str | None,
    rosters: str | None,
    live: bool,
    history: bool,
    contact: str | None,
    bases: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Capture the sources of ROSTER and release a version: the main job.

    Without ROSTER, the bundled one. Without --live its sources are replayed from its archive, so no network is needed,
    and the day is the one that roster.yaml names; with it the day is today. When nothing has changed no version is
    made.
    """
    asked = _live(live, history, contact, bases)
    place = {"published": published, "archive": archive, "rosters": rosters}
    report = _flow("watch", quiet, target_options, roster=roster, as_of=as_of, **place, **asked)
    _finish(report, as_json=as_json)


@click.command()
@click.argument("roster")
@options.as_of
@options.archive
@options.rosters
@options.live
@options.as_json
@options.quiet
def capture(
    roster: str,
    as_of: str | None,
    archive: str | None,
    rosters: str | None,
    live: bool,
    history: bool,
    contact: str | None,
    bases: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Bring every source of ROSTER into its archive; without --live, look what the archive has of each."""
    asked = _live(live, history, contact, bases)
    report = _flow("capture", quiet, (), roster=roster, as_of=as_of, archive=archive, rosters=rosters, **asked)
    if as_json:
        output.deliver(output.json_text(report), None)
    else:
        _print_sources(report)


@click.command()
@click.argument("roster")
@options.as_of
@options.published
@signing_key
@options.target
@options.archive
@options.rosters
@options.as_json
@options.quiet
def release(
    roster: str,
    as_of: str | None,
    published: str,
    target_options: tuple[str, ...],
    archive: str | None,
    rosters: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make a version of ROSTER from its archive, without any network."""
    place = {"published": published, "archive": archive, "rosters": rosters}
    report = _flow("release", quiet, target_options, roster=roster, as_of=as_of, **place)
    _finish(report, as_json=as_json)


def _live(live: bool, history: bool, contact: str | None, bases: Sequence[str]) -> dict[str, Any]:
    """The parameters of a capture with a network. Raises InputError for what only makes sense with --live."""
    given = {"--history": history, "--base": bool(bases)}
    if not live:
        for option in (option for option, present in given.items() if present):
            raise InputError(f"{option} asks for a network", where=option, expected="--live beside it")
        return {}
    return {"live": True, "history": history, "contact": contact, "bases": options.origins(bases)}


def _flow(name: str, quiet: bool, target_options: Sequence[str], **parameters: Any) -> dict[str, Any]:
    """Run a flow and return its report. What can be refused without Prefect is refused before it is imported.

    Where `published` is an address, the flow publishes into its working copy, which is pushed when the flow has ended.
    """
    from incumbent import edtf, engine, roster

    if parameters.get("as_of") is not None:
        edtf.parse_day(parameters["as_of"], what="--as-of")
    rosters = parameters["rosters"]
    known = roster.load(parameters["roster"], Path(rosters) if rosters else None)
    if parameters.get("live"):
        from incumbent import capturing

        capturing.contact_of(known, parameters["contact"])
    step = _STEPS[name].format(**parameters)
    if "published" not in parameters:
        with _writable_home(), output.Progress(quiet=quiet).step(step):
            return engine.run(name, **parameters)
    place = parameters.pop("published")
    with targets.opened(place, target_options) as folder, _writable_home(), output.Progress(quiet=quiet).step(step):
        report = engine.run(name, published=str(folder), **parameters)
        return {**report, "path": targets.shown(report["path"], folder, place)}


@contextlib.contextmanager
def _writable_home() -> Iterator[None]:
    """Prefect keeps its database in the home folder; where that cannot be written to, in one that ends with the run."""
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    if os.access(existing, os.W_OK):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="incumbent-prefect-", ignore_cleanup_errors=True) as folder:
        os.environ["PREFECT_HOME"] = folder
        yield


def _finish(report: Mapping[str, Any], *, as_json: bool) -> None:
    """The report of a run: for machines as it is, for people with the wrong entries and where the files are."""
    if as_json:
        output.deliver(output.json_text(report), None)
        return
    if report["wrong"]:
        columns = ("entry", "verdict", "why")
        rows = [(entry["person"] or entry["post"], entry["verdict"], entry["explanation"]) for entry in report["wrong"]]
        output.print_table(columns, rows, flexible="why")
        output.print_line()
    output.print_line(f"{report['title']}, as of {report['as_of']}")
    output.print_line(f"{report['entries']} entries: {output.summary(report['verdicts'])}")
    if report["reasons"]:
        output.print_line(f"why: {output.summary(report['reasons'])}")
    output.print_line(f"{report['with_account']} of {report['of']} with an account")
    said = "is new" if report["changed"] else "still holds, for nothing has changed"
    output.print_line(f"version {report['version']} {said}")
    from incumbent import report as reports  # late: it loads Polars

    for sentence in reports.since_last(report):
        output.print_line(sentence)
    output.print_line(f"files: {report['path']}")
    for source in report.get("captured", []):
        if source["fault"]:
            output.print_line(f"source {source['source_id']}: {source['state']}, {source['note']}; {source['next']}")


def _print_sources(report: Mapping[str, Any]) -> None:
    columns = ("source_id", "state", "snapshots", "fetched_at", "note", "next")
    output.print_table(columns, [[source[name] for name in columns] for source in report["sources"]], flexible="note")
