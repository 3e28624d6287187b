"""The scheduled runs of rosters, in one process that goes on until it is told to stop.

    serve ── a Prefect server, where none is configured: started, watched, started again when it ends
          └─ Prefect's runner: asks the server what is due, and starts each run in a process of its own

One run at a time: of a roster, and of all of them together, because the runner has one place. What is due meanwhile
waits; of several runs of one roster that are waiting, the newest is kept and the others are cancelled, so that a night
without electricity is made up for by one run. Nothing here depends on the places that Prefect's server counts, which
it forgets to free when it dies with the run.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from incumbent import engine, resources
from incumbent.roster import Roster, Schedule

if TYPE_CHECKING:
    from prefect.runner import Runner

#: Seconds between two looks at what is due, and before the runner is started again after a failure.
QUERY_SECONDS = 10.0
_RESTART_SECONDS = 5.0
#: What the server of `incumbent serve` keeps, and for how long: its own history would grow for ever. It logs nothing.
_SERVER = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P2D",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}

Say = Callable[[str], None]


@dataclass(frozen=True)
class Planned:
    """A roster and when it is run, with the parameters of the flow `watch`."""

    roster: Roster
    schedule: Schedule
    parameters: Mapping[str, Any]


def serve(planned: Sequence[Planned], say: Say, *, port: int = 0, query_seconds: float = QUERY_SECONDS) -> None:
    """Runs what is planned, until SIGTERM or SIGINT: then the run under way is stopped, and nothing is left half done.

    `port`: of the server, where none is configured; 0 for one that is free. Raises HeldError when it does not start.
    """
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "INFO")  # the runs tell what they do
    os.environ.setdefault("PREFECT_LOGGING_COLORS", "false")
    engine.set_defaults()
    server = None
    if not engine.server_configured():
        server = engine.TemporaryServer(port=port, environment=_SERVER, whole=True)
        say(f"Prefect's server: {server.ready()}")
    with _server_settings(server):
        asyncio.run(_serve(planned, server, say, query_seconds))


async def _serve(
    planned: Sequence[Planned], server: engine.TemporaryServer | None, say: Say, query_seconds: float
) -> None:
    stopped = asyncio.Event()
    runners: list[Runner] = []
    watching = asyncio.create_task(_watch_server(server, stopped, say)) if server else None
    try:
        while not stopped.is_set():
            await _one_runner(planned, stopped, runners, say, query_seconds)
            if not stopped.is_set():
                say(f"what is due cannot be asked for; tried again in {_RESTART_SECONDS:.0f} s")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopped.wait(), _RESTART_SECONDS)
    finally:
        if watching:
            watching.cancel()
        if server:
            from prefect.logging.handlers import APILogHandler

            await APILogHandler.aflush()  # what the runner has said reaches the server before that ends
            await asyncio.to_thread(server.stop)
    say("stopped")


async def _one_runner(
    planned: Sequence[Planned], stopped: asyncio.Event, runners: list[Runner], say: Say, query_seconds: float
) -> None:
    """A runner, from its deployments to its end: because it was told to stop, or the server could not be asked."""
    from prefect.runner import Runner

    runner = Runner(name="incumbent", limit=1, query_seconds=query_seconds, pause_on_shutdown=False)
    try:
        for each in planned:
            await runner.aadd_deployment(_deployment(each))
        await _drop_backlog([each.roster.slug for each in planned], say)
        running = asyncio.create_task(runner.start())
        await asyncio.sleep(0)  # it takes the signals first; they are ours
        _stop_on_signals(stopped, say)
        for each in planned:
            say(f"{each.roster.slug}: {each.schedule.cron} ({each.schedule.timezone})")
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if stopped.is_set() and not running.done():
            await runner.astop()
        await running
    except Exception as error:  # the server is gone, or says no: whatever it is, the schedule goes on
        say(f"the runner ended: {type(error).__name__}: {error}")


def _deployment(planned: Planned) -> Any:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Cron

    return RunnerDeployment.from_entrypoint(
        entrypoint=f"{resources.path('flows') / 'watch.py'}:watch",
        name=planned.roster.slug,
        schedule=Cron(planned.schedule.cron, timezone=planned.schedule.timezone),
        parameters=dict(planned.parameters),
        description=f"Capture the sources of {planned.roster.title}, and publish what changed.",
        tags=["incumbent"],
    )


async def _drop_backlog(slugs: Sequence[str], say: Say) -> None:
    """Cancels, of the runs of each roster that are late, all but the newest."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas import filters, sorting
    from prefect.client.schemas.objects import StateType
    from prefect.states import Cancelled
    from prefect.types import DateTime

    async with get_client() as client:
        for slug in slugs:
            late = await client.read_flow_runs(
                deployment_filter=filters.DeploymentFilter(name=filters.DeploymentFilterName(any_=[slug])),
                flow_run_filter=filters.FlowRunFilter(
                    state=filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
                    expected_start_time=filters.FlowRunFilterExpectedStartTime(before_=DateTime.now(dt.UTC)),
                ),
                sort=sorting.FlowRunSort.EXPECTED_START_TIME_DESC,
            )
            for run in late[1:]:
                await client.set_flow_run_state(run.id, Cancelled(message="a later run makes up for it"), force=True)
            if late:
                say(f"{slug}: {len(late)} runs were missed; one makes up for them")


def _stop_on_signals(stopped: asyncio.Event, say: Say) -> None:
    def stop(number: signal.Signals) -> None:
        if not stopped.is_set():
            say(f"{number.name}: stopping; the run under way is ended, what is published stays as it is")
        stopped.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)


async def _watch_server(server: engine.TemporaryServer, stopped: asyncio.Event, say: Say) -> None:
    while not stopped.is_set():
        await asyncio.sleep(1)
        if not server.alive():
            say("Prefect's server ended; it is started again")
            await asyncio.to_thread(server.restart)


@contextlib.contextmanager
def _server_settings(server: engine.TemporaryServer | None) -> Iterator[None]:
    """The address of our server, for this process and for those of the runs."""
    if server is None:
        yield
        return
    from prefect.settings import PREFECT_API_URL, temporary_settings

    before = os.environ.get("PREFECT_API_URL")
    os.environ["PREFECT_API_URL"] = server.url
    try:
        with temporary_settings({PREFECT_API_URL: server.url}):
            yield
    finally:
        if before is None:
            del os.environ["PREFECT_API_URL"]
        else:
            os.environ["PREFECT_API_URL"] = before
