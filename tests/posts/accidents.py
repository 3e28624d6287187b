"""Jobs that meet with an accident on their worker. In a module, so that workers can import them."""

from __future__ import annotations

import errno
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import get_worker

from incumbent.posts import jobs


@dataclass(frozen=True)
class Doomed:
    """A job of the engine, and a file that says that its worker has been killed over it once."""

    job: Any
    mark: str


def sort_or_be_killed(doomed: Doomed) -> dict[str, int]:
    """The first time, half of the job is done, and the worker killed."""
    _die_once(doomed, Path(doomed.job.scratch) / f".part-{doomed.job.number}-half")
    return jobs.sort_portion(doomed.job)


def count_or_be_killed(doomed: Doomed) -> dict[str, int]:
    _die_once(doomed, Path(doomed.job.output).parent / f".frame-{doomed.job.bucket}")
    return jobs.count_bucket(doomed.job)


def be_killed(_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sleep(_: Any) -> None:
    time.sleep(120)


def meet_a_full_disk(name: str) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)


def process(_: Any) -> int:
    time.sleep(0.1)  # so that one worker does not do them all
    return os.getpid()


def worker(_: Any) -> str:
    return str(get_worker().address)


def look_for(name: str) -> int:
    return Path(name).stat().st_size


def _die_once(doomed: Doomed, half: Path) -> None:
    if doomed.mark and not Path(doomed.mark).exists():
        Path(doomed.mark).touch()
        half.mkdir()
        (half / "0").write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)
