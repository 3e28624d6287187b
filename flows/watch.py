"""Capture, then release: what a schedule runs, and `incumbent run`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, runtime
from prefect.artifacts import create_markdown_artifact
from prefect.logging import get_logger

from capture import bring_in
from incumbent import roster as rosters_module
from incumbent import targets
from incumbent.operation import schedule, watching
from incumbent.replay import require
from release import release


def tell_of_death(flow: Any, flow_run: Any, state: Any) -> None:
    """What a run that was killed or stopped could not tell. The runner or worker that started it calls this."""
    logger, began = get_logger("incumbent"), flow_run.start_time or flow_run.expected_start_time
    watching.died(
        flow_run.parameters,
        str(flow_run.id),
        schedule.instant(began or dt.datetime.now(dt.UTC)),
        state.message or state.name,
        stopped=not state.is_crashed(),
        say=logger.info,
        warn=logger.warning,
    )


@flow(persist_result=False, on_crashed=[tell_of_death], on_cancellation=[tell_of_death])
def watch(
    roster: str,
    as_of: str | None = None,
    published: str = "published",
    archive: str | None = None,
    rosters: str | None = None,
    live: bool = False,
    history: bool = False,
    contact: str | None = None,
    bases: dict[str, str] | None = None,
    cron: str | None = None,
    target_options: list[str] | None = None,
) -> dict[str, Any]:
    """Bring in the sources of ROSTER and publish what they change. The report is the release's, with the capture's.

    One flow run, not three: the steps of both flows are tasks of this one. `cron`: the schedule that this is a run of,
    in UTC, where it is not that of roster.yaml. `published` may be an address that takes `target_options`.
    """
    known, logger, began = (
        rosters_module.load(roster, Path(rosters) if rosters else None),
        get_run_logger(),
        dt.datetime.now(dt.UTC),
    )
    planned = schedule.of(known, cron) if live else None
    run = watching.Run(
        identity=str(runtime.flow_run.id or ""),
        roster=known.slug,
        title=known.title,
        published=published,
        started=schedule.instant(began),
        live=live,
        next_run=schedule.next_run(planned, began) if planned else None,
    )

    def show(text: str) -> None:
        create_markdown_artifact(key=f"{known.slug}-run", markdown=f"```\n{text}```\n", description="The run's report")

    with (
        watching.watched(run, say=logger.info, warn=logger.warning, show=show),
        targets.opened(published, target_options or ()) as folder,
    ):
        run.publishes_in(folder)
        captured = bring_in(roster, as_of, archive, rosters, live, history, contact, bases)
        run.captured = captured["sources"]
        require(captured["sources"])
        run.released = release.fn(
            roster,
            captured["as_of"],
            str(folder),
            archive,
            rosters,
            [dict(state) for state in captured["sources"]] if live else None,
            run.next_run,
        )
    shown = targets.shown(run.released["path"], folder, published)
    return dict(run.released) | {"path": shown, "captured": captured["sources"]}
