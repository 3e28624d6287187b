"""Kill, ENOSPC and EIO at system calls that write: nobody meets a torn version, and the next run completes the step."""

from __future__ import annotations

import errno
import itertools
import os
import random
from collections import Counter

import pytest

from tests.crash import disk, judge
from tests.crash.processes import Call, changing
from tests.crash.story import Scale, Story, sealed

FAULTS = ("signal=SIGKILL", "error=ENOSPC", "error=EIO")
STEPS = ("first", "second", "withdraw", "withdraw both")

pytestmark = pytest.mark.usefixtures("strace")


@pytest.fixture(scope="module")
def recorded(story: Story) -> dict[str, list[Call]]:
    """The calls of each step at which it can be stopped."""
    found = {}
    for step in STEPS:
        story.lay(story.before(step))
        ended, calls = story.program.traced(story.command(step))
        sealed(ended)
        assert disk.read(story.base) == story.after[step]
        found[step] = changing(calls, story.base)
    return found


def sample(points: list[Call], count: int | None, seed: int) -> list[Call]:
    """All, or so many: of every system call in turn, anywhere in the step."""
    chance, names = random.Random(seed), sorted(_names(points))
    by_name: dict[str, list[Call]] = {name: [] for name in chance.sample(names, len(names))}
    for point in chance.sample(points, len(points)):
        by_name[point.name].append(point)
    in_turn = [point for row in itertools.zip_longest(*by_name.values()) for point in row if point is not None]
    return in_turn[:count]


def _names(points: list[Call]) -> set[str]:
    return {point.name for point in points}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
def test_a_fault_at_a_call_that_writes_leaves_nothing_torn(
    story: Story, scale: Scale, recorded: dict[str, list[Call]], step: str, fault: str
) -> None:
    points = recorded[step]
    assert {"openat", "write", "rename", "mkdir", "rmdir", "fsync", "flock"} <= _names(points)
    before, ends = story.before(step), Counter[int]()
    least, most = story.sequence(before), story.sequence(story.after[step])
    tried = sample(points, scale.points, scale.seed + FAULTS.index(fault) * 10 + STEPS.index(step))[scale.part]
    for point in tried:
        at = f"{fault} at {point.name} {point.number}, {point.path()}"
        story.lay(before)
        inject = f"{point.name}:{fault}:when={point.number}"
        ended, calls = story.program.traced(story.command(step), inject=inject, brief=True)
        assert any((call.name, call.number, call.path()) == (point.name, point.number, point.path()) for call in calls)
        ends[ended.status] += 1
        left = disk.read(story.base)
        assert story.torn(left, least=least) == [], at
        if fault == "signal=SIGKILL":
            assert ended.status == -9, at
        elif ended.status:
            refused = os.strerror(getattr(errno, fault.removeprefix("error=")))
            assert ended.status == 2, f"{at}: {ended.said}"
            assert ended.said.splitlines()[0] == f"the machine refused to go on: {refused}", at
            assert "  where: " in ended.said, f"{at}: {ended.said}"
            assert "Traceback" not in ended.said
        else:  # what failed was done in another way, or did not have to be
            assert judge.different(left, story.after[step]) == [], at
        assert story.sequence(left) in range(least, most + 1)
        assert story.wrong_after(step) == [], at
    print(f"{step}, {fault}: {sum(ends.values())} of {len(points)} points, ended with {dict(ends)}")


def test_what_the_steps_leave_is_what_verify_finds_whole(story: Story) -> None:
    """The steps are compared with these trees ever after; here alone frictionless reads every table of them."""
    for step in ("second", "withdraw last"):
        story.lay(story.after[step])
        tree = judge.part(story.after[step], "published/")
        assert judge.problems(story.published, tree, tables=True) == []
    for step, tree in story.after.items():
        story.lay(tree)
        assert judge.problems(story.published, judge.part(tree, "published/")) == [], step
        assert story.torn(tree) == []
