"""Without any one of the calls that flush or lock, something breaks; so each of them is there for a reason."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.crash import disk, judge, losses, mutants
from tests.crash.losses import Leg, Loss
from tests.crash.mutants import Site
from tests.crash.processes import Ended, Program
from tests.crash.program import SLUG
from tests.crash.story import FOLLOWS, Scale, Story, sealed

OTHER = "lights-office"


def broken(story: Story, scale: Scale, site: Site) -> tuple[Loss, list[str]] | None:
    """The first state found that is torn, lost or cannot be recovered from; None when every state is right.

    Each step alone, then runs after one that was killed just after it gave a name: what they find unflushed is theirs
    to flush.
    """
    away = site.module in ("ledger", "withdrawal")
    steps = sorted(FOLLOWS, key=lambda step: step.startswith("withdraw") != away)
    half = len(steps) // 2
    runs = itertools.chain(
        (list(losses.record(story, [step], mutant=site)) for step in steps[:half]),
        _stopped(story, "withdraw" if away else "second", site),
        (list(losses.record(story, [step], mutant=site)) for step in steps[half:]),
        _stopped(story, "second" if away else "withdraw", site),
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


def _stopped(story: Story, step: str, site: Site) -> Iterator[list[Leg]]:
    [leg] = losses.record(story, [step])
    for at in losses.naming(leg):
        yield losses.record_stopped(story, step, at, mutant=site)


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("site", mutants.flushes(), ids=str)
def test_without_a_flush_a_power_loss_breaks_what_is_published(story: Story, scale: Scale, site: Site) -> None:
    found = broken(story, scale, site)
    assert found is not None, f"nothing breaks without {site}: it is not needed, or the model is too kind"
    print(f"{site}: {found[0].step}, {found[0].kind}: {found[1][0]}")


def guarded(story: Story, second: list[str], mutant: Site | None) -> tuple[Ended, list[str]]:
    """A second run comes while a first holds the roster, its version written and not yet named: how the second ended,
    and what is wrong with the first and with what it leaves."""
    story.lay(story.after["first"])
    first = story.program.start(story.command("second"), pause="staged")
    assert first.stopped()
    ended = story.program.run(second, mutant=mutant)
    first.go()
    done = first.ended()
    found = [] if done.status == 0 else [f"the first ended with {done.status}: {done.said.splitlines()[-2:]}"]
    return ended, found + judge.different(disk.read(story.base), story.after["second"])


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
        ended, found = guarded(story, command, None)
        assert (ended.status, found) == (75, []), ended.said
        assert ended.said.startswith("another run is publishing here\n  where: ")
    assert indexed(story, None) == []


@pytest.mark.parametrize("site", mutants.locks(), ids=str)
def test_without_a_lock_a_race_breaks_what_is_published(story: Story, site: Site) -> None:
    tried = itertools.chain(
        (guarded(story, command, site)[1] for command in seconds(story)), (indexed(story, site) for _ in range(1))
    )
    found = next((each for each in tried if each), None)
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
