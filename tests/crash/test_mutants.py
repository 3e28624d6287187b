"""Without any one of the calls that flush or lock, something breaks; so each of them is there for a reason."""

from __future__ import annotations

import itertools

import pytest

from tests.crash import disk, judge, losses, mutants
from tests.crash.losses import Loss
from tests.crash.mutants import Site
from tests.crash.processes import Program
from tests.crash.program import SLUG
from tests.crash.story import FOLLOWS, Scale, Story, sealed

OTHER = "lights-office"


def broken(story: Story, scale: Scale, site: Site) -> tuple[Loss, list[str]] | None:
    """The first state found that is torn, lost or cannot be recovered from; None when every state is right.

    Each step alone, then runs after one that was killed just after it gave a name: what they find unflushed is theirs
    to flush.
    """
    steps = sorted(FOLLOWS, key=lambda step: step.startswith("withdraw") != (site.module == "withdrawal"))
    runs = itertools.chain(
        (list(losses.record(story, [step], mutant=site)) for step in steps),
        (
            losses.record_stopped(story, step, at, mutant=site)
            for step in ("withdraw", "second")
            for at in losses.naming(next(losses.record(story, [step])))
        ),
    )
    for legs in runs:
        shown: dict[frozenset[tuple[str, bytes]], Loss] = {}
        for loss in losses.losses(story, legs, scale.seed, stride=scale.stride * 4):
            if found := losses.faults(story, loss):
                return loss, found
            shown.setdefault(loss.shown, loss)
        for loss in shown.values():
            if found := losses.faults_after(story, loss):
                return loss, found
    return None


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("site", mutants.flushes(), ids=str)
def test_without_a_flush_a_power_loss_breaks_what_is_published(story: Story, scale: Scale, site: Site) -> None:
    found = broken(story, scale, site)
    assert found is not None, f"nothing breaks without {site}: it is not needed, or the model is too kind"
    print(f"{site}: {found[0].step}, {found[0].kind}: {found[1][0]}")


def guarded(story: Story, second: list[str], mutant: Site | None) -> list[str]:
    """What is wrong when a second run comes while a first holds the roster, its version written and not yet named."""
    story.lay(story.after["first"])
    program = story.program
    first = program.start(story.command("second"), pause="staged")
    assert first.stopped()
    ended = program.run(second, mutant=mutant)
    first.go()
    done = first.ended()
    found = [] if ended.status == 75 else [f"the second ended with {ended.status}: {ended.said}"]
    found += [] if done.status == 0 else [f"the first ended with {done.status}: {done.said}"]
    return found + judge.different(disk.read(story.base), story.after["second"])


def indexed(story: Story, mutant: Site | None) -> list[str]:
    """What is wrong when another roster is published while a first one's run is at the indexes of all rosters."""
    story.lay({})
    program = story.program
    into = ["--published", story.published]
    first = program.start(story.command("first"), pause="indexing")
    assert first.stopped()
    content = ["publish-draft", story.contents[0], "--as-of", "2031-06-28", "--slug", OTHER, *into]
    second = program.start(content, mutant=mutant)
    if mutant is not None:
        sealed(second.ended())
    first.go()
    sealed(first.ended())
    if mutant is None:
        sealed(second.ended())
    return judge.problems(story.published, disk.read(story.published))


def seconds(story: Story) -> list[list[str]]:
    into = ["--published", str(story.published)]
    withdraw = ["withdraw", SLUG, "1.0.0", "--reason", "defective", "--date", "2031-12-01", *into]
    return [story.another("other"), ["note-check", "--at", "2031-12-02", *into], withdraw]


def test_a_second_run_is_turned_away_whatever_it_wants(story: Story) -> None:
    for command in seconds(story):
        assert guarded(story, command, None) == []
    assert indexed(story, None) == []


@pytest.mark.parametrize("site", mutants.locks(), ids=str)
def test_without_a_lock_a_race_breaks_what_is_published(story: Story, site: Site) -> None:
    tried = itertools.chain((guarded(story, command, site) for command in seconds(story)), [None])
    found = next((each for each in tried if each), None)
    if found is None:
        found = indexed(story, site)
    assert found, f"nothing breaks without {site}"
    print(f"{site}: {found[0].splitlines()[0]}")


def test_the_calls_are_found_in_the_source(program: Program) -> None:
    found = [str(site) for site in mutants.flushes()]
    assert "durable.flush: os.fsync(handle)" in found
    assert len(found) == len(set(found)) >= 12
    assert [str(site) for site in mutants.locks()] == [
        "durable.locked: fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))",
        "living._index_rosters: durable.locked(published, wait=True)",
        "publish.publish: durable.locked(folder)",
        "publish.note_check: durable.locked(folder)",
        "withdrawal.withdraw: durable.locked(folder)",
    ]
    with pytest.raises(LookupError, match="0 times"):
        mutants.apply(Site("durable", "flush", "os.fsync(nothing)", 0))
