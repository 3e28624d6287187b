"""One program for all crash tests of a process, and the story that they stop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crash import story as stories
from tests.crash.processes import STRACE, Program
from tests.crash.story import Scale, Story


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    running = Program(tmp_path_factory.mktemp("program"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def story(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(program, tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="session")
def scale() -> Scale:
    return stories.scale()


@pytest.fixture
def strace() -> None:
    """Skips where there is none."""
    if STRACE is None:
        pytest.skip("needs strace, which stops a process at a chosen system call (apt-get install strace)")
