"""One program for all crash tests of a process, and the story that they stop."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash import story as stories
from tests.crash.processes import STRACE, Program
from tests.crash.story import Scale, Story

#: Linux's file system in memory.
MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def memory() -> Iterator[Path]:
    """A folder in memory, where there is room: what a flush does is not measured here, that it is asked for is, and a
    disk is many times slower."""
    with tempfile.TemporaryDirectory(dir=MEMORY if _has_room(MEMORY) else None) as made:
        yield Path(made)


@pytest.fixture(scope="session")
def program(memory: Path) -> Iterator[Program]:
    (memory / "program").mkdir()
    running = Program(memory / "program")
    yield running
    running.close()


@pytest.fixture(scope="session")
def story(program: Program, memory: Path) -> Story:
    (memory / "story").mkdir()
    return Story(program, memory / "story")


@pytest.fixture(scope="session")
def scale() -> Scale:
    return stories.scale()


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > 2_000_000_000


@pytest.fixture
def strace() -> None:
    """Skips where there is none."""
    if STRACE is None:
        pytest.skip("needs strace, which stops a process at a chosen system call (apt-get install strace)")
