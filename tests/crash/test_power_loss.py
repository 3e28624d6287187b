"""Power loss: whatever of the unflushed is gone, nobody meets a torn version and the next run completes the step."""

from __future__ import annotations

import random

import pytest

from tests.crash import disk, losses
from tests.crash.disk import Disk
from tests.crash.losses import Leg, Loss
from tests.crash.processes import Call
from tests.crash.story import Scale, Story

pytestmark = pytest.mark.usefixtures("strace")


@pytest.fixture(scope="module")
def chains(story: Story) -> list[list[Leg]]:
    return [list(losses.record(story, steps)) for steps in losses.CHAINS]


@pytest.fixture(scope="module")
def found(story: Story, scale: Scale, chains: list[list[Leg]]) -> list[Loss]:
    """States of the disk, each looked at as it is."""
    found = []
    for legs in chains:
        for loss in losses.losses(story, legs, scale.seed, **scale.moments):
            assert losses.faults(story, loss) == [], loss
            found.append(loss)
    return found


def drawn(found: list[Loss], count: int, seed: object) -> list[Loss]:
    """So many of the states: no two alike, first those that differ in what is shown."""
    shuffled = random.Random(f"{seed}").sample(found, len(found))
    first = {loss.shown: loss for loss in shuffled}
    rest = {frozenset(loss.tree.items()): loss for loss in [*first.values(), *shuffled]}
    return list(rest.values())[:count]


def test_the_model_knows_what_the_processes_did(story: Story, chains: list[list[Leg]]) -> None:
    for legs in chains:
        model = Disk(story.base, legs[0].before)
        for leg in legs:
            for call in leg.calls:
                model.apply(call)
            assert model.now() == story.after[leg.step]


def test_no_state_is_torn_and_the_next_run_completes_it(story: Story, scale: Scale, found: list[Loss]) -> None:
    tried = drawn(found, scale.losses, scale.seed)
    assert len({frozenset(loss.tree.items()) for loss in tried}) == len(tried) == scale.losses, "too few states"
    for loss in tried[scale.part]:
        assert losses.faults_after(story, loss) == [], loss
    states, shown = {frozenset(loss.tree.items()) for loss in found}, {loss.shown for loss in found}
    print(f"{len(states)} states, {len(shown)} of them with scratch aside; {len(tried)} recovered from")


def test_a_version_that_was_seen_never_comes_back_as_another(story: Story, scale: Scale, found: list[Loss]) -> None:
    """After the power loss another release is made than the one that was under way."""
    tried = drawn(found, scale.losses // 10, f"{scale.seed} another")
    for number, loss in enumerate(tried):
        assert losses.faults_after_another(story, loss, f"draft {number % 3}") == [], loss


@pytest.mark.parametrize("step", ["first", "second", "withdraw", "withdraw both"])
def test_a_run_after_a_killed_one_flushes_what_that_left_unflushed(story: Story, scale: Scale, step: str) -> None:
    """Killed between giving a name and flushing it; the next run finds the name, ends, and then the power goes."""
    [leg] = losses.record(story, (step,))
    naming = losses.naming(leg)
    chance = random.Random(f"{scale.seed} {step}")
    for at in chance.sample(naming, min(scale.stopped, len(naming))):
        legs = losses.record_stopped(story, step, at)
        found = list(losses.losses(story, legs, scale.seed, stride=128, often=1, names=4))
        for loss in found:
            assert losses.faults(story, loss) == [], (at.path(), loss)
        for loss in drawn(found, scale.losses // 30, scale.seed):
            assert losses.faults_after(story, loss) == [], (at.path(), loss)


def test_the_model_itself(story: Story) -> None:
    """What is sure is what was flushed, name and content each by itself."""
    base = story.base
    model = Disk(base, {"kept": b"old", "folder/": b""})
    sure = model.lost(disk.NOTHING, random.Random(0))
    assert sure == {"kept": b"old", "folder/": b""}

    def does(name: str, *arguments: bytes | str, result: int = 0) -> None:
        under = {"openat": (str(base).encode(),), "unlinkat": (str(base).encode(),)}.get(name, ())
        model.apply(Call(name, 1, (*under, *arguments), result))

    new, content = str(base / "new").encode(), str(base / "folder/new").encode()
    does("openat", new, "O_WRONLY|O_CREAT|O_TRUNC", result=3)
    does("write", new, b"0123456789", "10", result=4)
    assert model.now()["new"] == b"0123"
    assert model.lost(disk.NOTHING, random.Random(0)) == sure
    kinds = {kind: tree.get("new") for kind, tree in disk.states(model, random.Random(0))}
    assert kinds["names without content"] == b""
    assert kinds["names and zeros"] == bytes(4)
    assert kinds["names and half the content"] == b"01"
    assert kinds["names and the content's end"] == b"\0\x0023"
    assert kinds["nothing"] is None
    does("fsync", new)
    assert model.lost(disk.NOTHING, random.Random(0)) == sure, "a flushed file still has no name"
    does("rename", new, content)
    both = [tree for _, tree in disk.states(model, random.Random(0)) if {"new", "folder/new"} <= tree.keys()]
    neither = [tree for _, tree in disk.states(model, random.Random(0)) if not {"new", "folder/new"} & tree.keys()]
    assert both
    assert neither
    does("fsync", str(base / "folder").encode())
    assert model.lost(disk.NOTHING, random.Random(0)) == sure | {"folder/new": b"0123"}
    does("unlinkat", content, "0")
    assert model.lost(disk.NOTHING, random.Random(0))["folder/new"] == b"0123"
    does("rmdir", str(base / "kept").encode(), result=-1)
    assert "kept" in model.now()
    with pytest.raises(ValueError, match="does not know ftruncate"):
        does("ftruncate", content, "0")
    with pytest.raises(ValueError, match="made where the trace does not show it"):
        does("fsync", str(base / "nowhere").encode())
