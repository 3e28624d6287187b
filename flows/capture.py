"""Brings every source of a roster into its archive. A bundled edition is replayed: no socket is opened."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact

from incumbent import roster as rosters_module
from incumbent.archive import Archive
from incumbent.engine import is_io_failure
from incumbent.replay import SourceState, replay, require


@flow(persist_result=False)
def capture(
    roster: str,
    as_of: str | None = None,
    published: str = "published",
    archive: str | None = None,
    rosters: str | None = None,
) -> dict[str, Any]:
    """Every source of ROSTER, as of a day: its state in this run. A required source that failed holds the run."""
    known = rosters_module.load(roster, Path(rosters) if rosters else None)
    day = as_of or known.as_of or dt.datetime.now(dt.UTC).date().isoformat()
    folder = archive or str(known.folder / "archive")
    states = [capture_source(str(known.folder), source.id, folder, day) for source in known.sources]
    create_table_artifact(
        key=f"{known.slug}-sources", table=[dict(each) for each in states], description=f"Sources as of {day}"
    )
    require(states)
    return {"roster": known.slug, "title": known.title, "as_of": day, "sources": states}


@task(task_run_name="{source_id}", retries=2, retry_delay_seconds=[1, 5], retry_condition_fn=is_io_failure)
def capture_source(roster_folder: str, source_id: str, archive: str, as_of: str) -> SourceState:
    """One source, out of the archive that is replayed; each of its records is verified."""
    known = rosters_module.load(Path(roster_folder))
    (source,) = (each for each in known.sources if each.id == source_id)
    state = replay(source, Archive(archive), as_of)
    get_run_logger().info("%s: %s, %d snapshots", source_id, state["state"], state["snapshots"])
    return state
