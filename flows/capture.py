"""Brings every source of a roster into its archive: over the network, or replayed from what the archive already has."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact

from incumbent import capturing
from incumbent import roster as rosters_module
from incumbent.archive import Archive
from incumbent.engine import is_io_failure
from incumbent.fetch import Fetcher
from incumbent.replay import SourceState, replay, require


@flow(persist_result=False)
def capture(
    roster: str,
    as_of: str | None = None,
    published: str = "published",
    archive: str | None = None,
    rosters: str | None = None,
    live: bool = False,
    history: bool = False,
    contact: str | None = None,
    bases: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Every source of ROSTER, as of a day: its state in this run. A required source that failed holds the run.

    `live` asks the sources themselves, by `contact` (an address for whoever runs them); else the archive is replayed.
    """
    captured = bring_in(roster, as_of, archive, rosters, live, history, contact, bases)
    require(captured["sources"])
    return captured


def bring_in(
    roster: str,
    as_of: str | None,
    archive: str | None,
    rosters: str | None,
    live: bool,
    history: bool,
    contact: str | None,
    bases: dict[str, str] | None,
) -> dict[str, Any]:
    """The steps of a capture, in whichever flow: what came of every source, the required ones too."""
    known = rosters_module.load(roster, Path(rosters) if rosters else None)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    day = as_of or (today if live else known.as_of or today)
    folder = archive or str(known.folder / "archive")
    if live:
        states = capture_live(
            str(known.folder), folder, day, capturing.contact_of(known, contact), bases or {}, history
        )
    else:
        states = [capture_source(str(known.folder), source.id, folder, day) for source in known.in_force(day)]
    create_table_artifact(
        key=f"{known.slug}-sources", table=[dict(each) for each in states], description=f"Sources as of {day}"
    )
    return {"roster": known.slug, "title": known.title, "as_of": day, "sources": states}


@task
def capture_live(
    roster_folder: str, archive: str, day: str, contact: str, bases: dict[str, str], history: bool
) -> list[SourceState]:
    """All sources over the network, side by side; the fetcher has its own retries."""
    known, logger = rosters_module.load(Path(roster_folder)), get_run_logger()
    with Fetcher(contact, bases=bases, politeness=capturing.politeness(known)) as fetcher:
        states = capturing.capture(known, Path(archive), fetcher, day, history=history, said=logger.info)
    for state in states:
        if state["fault"]:
            logger.warning("%s: %s, %s; %s", state["source_id"], state["state"], state["note"], state["next"])
    return states


@task(task_run_name="{source_id}", retries=2, retry_delay_seconds=[1, 5], retry_condition_fn=is_io_failure)
def capture_source(roster_folder: str, source_id: str, archive: str, as_of: str) -> SourceState:
    """One source, out of the archive that is replayed; each of its records is verified."""
    known = rosters_module.load(Path(roster_folder))
    (source,) = (each for each in known.sources if each.id == source_id)
    state = replay(source, Archive(archive), as_of)
    get_run_logger().info("%s: %s, %d snapshots", source_id, state["state"], state["snapshots"])
    return state
