"""Who does the jobs: threads of this process, or an existing Dask cluster.

A job is a function of a module and a small value that can be pickled (paths and numbers, never a frame). It may be run
twice, so what it writes appears whole and is the same each time.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from incumbent import __version__
from incumbent.errors import IncumbentError, InputError

if TYPE_CHECKING:
    from distributed import Client, Future

Job = TypeVar("Job")
Result = TypeVar("Result")

#: Seconds in which a cluster must answer, and in which it must have a worker again after it lost all.
DEADLINE = 30.0
#: Two: one reads and the other counts. Polars has threads of its own, and each job more needs a bucket's memory more.
THREADS = 2


def embedded(function: Callable[[Job], Result], jobs: Sequence[Job]) -> list[Result]:
    """Each job in this process, a few at a time; the results in the order of the jobs.

    The error of the first job, in their order, that fails ends it: jobs begin in that order, so it is always the same.
    """
    pool = ThreadPoolExecutor(max_workers=min(THREADS, os.cpu_count() or 1))
    try:
        return [future.result() for future in [pool.submit(function, job) for job in jobs]]
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def cluster(address: str, *, deadline: float | None = None) -> Iterator[Run]:
    """Jobs on the Dask cluster whose scheduler is at `address`, such as tcp://scheduler:8786.

    The workers must have this version of incumbent, and see the input's files and the scratch folder under the same
    names. A worker that dies is no error: the scheduler gives its jobs to another. `deadline`: seconds (DEADLINE).
    Raises InputError when Dask is not installed; ClusterError when nothing answers in that time, a worker is of another
    version or sees other files, all workers have been gone for so long, or a job has killed its worker again and again.
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "Dask is not installed", where="--cluster", expected="the packages dask and distributed",
            do="install incumbent[dask], or leave --cluster out",
        ) from None  # fmt: skip
    deadline = DEADLINE if deadline is None else deadline
    _require_scheduler(address, deadline)
    client = Client(address, timeout=deadline, set_as_default=False)  # type: ignore[no-untyped-call]
    try:
        _require_workers(client, address, deadline)

        def run(function: Callable[[Job], Result], jobs: Sequence[Job]) -> list[Result]:
            with client.as_current():
                return _on_cluster(client, address, deadline, function, jobs)

        yield run
    finally:
        client.close(timeout=deadline)  # type: ignore[no-untyped-call]


def _require_scheduler(address: str, deadline: float) -> None:
    """Asked before there is a Client: one that could not connect tries again when it is collected, and says so."""
    from distributed import rpc
    from distributed.security import Security

    security = Security().get_connection_args("client")  # type: ignore[no-untyped-call]

    async def ask() -> object:
        async with rpc(address, connection_args=security) as other:  # type: ignore[no-untyped-call]
            return await asyncio.wait_for(other.identity(), deadline)

    expected = f"a Dask scheduler that answers within {deadline:g} s"
    try:
        answer = asyncio.run(ask())
    except Exception as error:  # whatever it is that answers there, if it is no Dask, may lead to any error in Dask
        what = str(error) or f"no answer within {deadline:g} s"
        raise ClusterError(f"the cluster cannot be reached: {what}", address, expected) from error
    if not isinstance(answer, dict) or answer.get("type") != "Scheduler":
        raise ClusterError("what answers is no scheduler", address, expected)


def _require_workers(client: Client, address: str, deadline: float) -> None:
    """At least one worker, and none of another version: its figures, or its files, could be others."""
    try:
        client.wait_for_workers(1, timeout=deadline)
    except TimeoutError:
        raise ClusterError("the cluster has no worker", address, f"one within {deadline:g} s") from None
    answers: dict[str, Any] = client.run(_version, on_error="return")
    for worker, answer in sorted(answers.items()):
        if answer != __version__ and not isinstance(answer, OSError):  # OSError: it has just gone
            raise ClusterError(
                f"a worker cannot do the work: it answers {answer!r}",
                worker,
                f"incumbent {__version__} on every worker",
            )


def _version() -> str:
    return __version__


def _on_cluster(
    client: Client, address: str, deadline: float, function: Callable[[Job], Result], jobs: Sequence[Job]
) -> list[Result]:
    from distributed import KilledWorker

    futures: list[Future[Result]] = client.map(function, list(jobs), pure=False)
    try:
        _finish(client, address, deadline, futures)
        return [future.result() for future in futures]
    except KilledWorker as error:
        raise ClusterError(
            f"a job has ended every worker that tried it: {error}", address, "workers with memory for one bucket",
            "give the workers more memory, or more --buckets",
        ) from error  # fmt: skip
    except CancelledError as error:
        raise ClusterError(f"the cluster gave up the work: {error}", address, "a scheduler that stays") from error
    except FileNotFoundError as error:
        raise ClusterError(
            f"a worker does not see a file: {error.filename}", address,
            "the input and the scratch folder under the same names on every worker", "give a shared --scratch",
        ) from error  # fmt: skip
    finally:
        client.cancel(futures)  # type: ignore[no-untyped-call]


def _finish(client: Client, address: str, deadline: float, futures: Sequence[Future[Any]]) -> None:
    """Returns when all are done; raises the error of the first that failed, or when there has long been no worker."""
    from distributed import wait as some

    pending = list(futures)
    worked = time.monotonic()
    while pending:
        try:
            state = some(pending, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")  # type: ignore[no-untyped-call]
        except TimeoutError:
            if client.status != "running" or not client.nthreads():  # type: ignore[no-untyped-call]
                if time.monotonic() - worked > deadline:
                    raise ClusterError("the cluster has lost all its workers", address, "one that lives") from None
                continue
        else:
            for future in state.done:
                if future.status != "finished":
                    future.result()
            pending = list(state.not_done)
        worked = time.monotonic()


_LOOK_SECONDS = 1.0


class ClusterError(IncumbentError):
    """A Dask cluster that does not answer, or cannot do the work."""

    def __init__(
        self, what: str, where: str, expected: str, do: str = "look at the cluster, or leave --cluster out"
    ) -> None:
        super().__init__(what, where=where, expected=expected, do=do)


class Run(Protocol):
    """Runs a function on every job; the results are in the order of the jobs."""

    def __call__(self, function: Callable[[Job], Result], jobs: Sequence[Job]) -> list[Result]: ...
