"""Without any one of the calls that flush or lock, something breaks; so each of them is there for a reason."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.crash import disk, judge, losses, mutants
from tests.crash.losses import Leg, Loss
from tests.crash.mutants import Site
from tests.crash.processes import Ended, Program
from tests.crash.program import SLUG
from tests.crash.story import FOLLOWS, Scale, Story, sealed

OTHER = "lights-office"


class Race(NamedTuple):
    """How to get to a lock of what all rosters share: a command, the file that it writes there, and for the how many-th
    time; a second number where it is written once more later."""

    command: str
    file: str
    times: tuple[int, ...]


RACES = {
    "living._index_rosters": Race("second", "feed.xml", (1,)),
    "sealing.seal": Race("second", "SHA256SUMS", (1, 2)),
    "living._write_index": Race("second", "SHA256SUMS", (2,)),
    "site.writing.write_index": Race("site", "SHA256SUMS", (2,)),
}


def broken(story: Story, scale: Scale, site: Site) -> tuple[Loss, list[str]] | None:
    """The first state found that is torn, lost or cannot be recovered from; None when every state is right.

    Each step alone, then runs after one that was killed just after it gave a name: what they find unflushed is theirs
    to flush.
    """
    away = site.module in ("ledger", "withdrawal")
    first, *steps = sorted(FOLLOWS, key=lambda step: step.startswith("withdraw") != away)
    whole = (list(losses.record(story, [step], mutant=site)) for step in steps)
    for runs in (
        [list(losses.record(story, [first], mutant=site))],
        itertools.islice(_stopped(story, first, site), 2),
        itertools.chain(whole, *(_stopped(story, step, site) for step in ("withdraw", "withdraw last", "second"))),
    ):
        shown: list[Loss] = []
        for legs in runs:
            found: dict[frozenset[tuple[str, bytes]], Loss] = {}
            for loss in losses.losses(story, legs, scale.seed, stride=256, often=1, names=4):
                if wrong := losses.faults(story, loss):
                    return loss, wrong
                found.setdefault(loss.shown, loss)
            shown += itertools.islice(found.values(), 16)
        for loss in shown:
            if wrong := losses.faults_after(story, loss):
                return loss, wrong
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
    """A second run comes while a first holds the roster and has begun to tell of its version: how the second ended, and
    what is wrong with the first and with what it leaves."""
    story.lay(story.after["first"])
    first = story.program.start(story.command("second"), pause=(f"{SLUG}/versions.json", (1,)))
    assert first.stopped()
    ended = story.program.run(second, mutant=mutant)
    first.go()
    done = first.ended()
    found = [] if done.status == 0 else [f"the first ended with {done.status}: {done.said.splitlines()[-2:]}"]
    return ended, found + judge.different(disk.read(story.base), story.after["second"])


def among(story: Story, race: Race, mutant: Site | None) -> list[str]:
    """Another roster is published while a run of a first one is about to write what all rosters share: what is wrong
    when both have ended, or already when the second has."""
    story.lay(story.after["first"])
    first = story.program.start(
        _command(story, race.command), mutant=mutant, pause=(race.file, race.times[: 1 if mutant is None else None])
    )
    assert first.stopped()
    other = story.program.start(
        ["publish-draft", story.contents[0], "--as-of", "2031-06-28", "--slug", OTHER, "--published", story.published]
    )
    if mutant is None:  # the second waits
        first.go()
        sealed(first.ended())
        sealed(other.ended())
        return judge.problems(story.published, disk.read(story.published))
    sealed(other.ended())
    first.go()
    if len(race.times) > 1:  # a reader may come before it is written again
        assert first.stopped()
        first.kill()
        first.ended()
        named = (story.published / race.file).read_text()
        return [] if f"  {OTHER}/" in named else [f"{race.file} lacks a roster whose run has ended"]
    sealed(first.ended())
    return judge.problems(story.published, disk.read(story.published))


def _command(story: Story, step: str) -> list[str]:
    into = ["--published", str(story.published)]
    return ["site", SLUG, "--quiet", *into] if step == "site" else story.command(step)


def seconds(story: Story) -> list[list[str]]:
    """What may come while another run holds the roster."""
    into = ["--published", str(story.published)]
    withdraw = ["withdraw", SLUG, "1.0.0", "--reason", "defective", "--date", "2031-12-01", *into]
    check = ["note-check", "--at", "2031-12-02", *into]
    return [story.another("other"), check, withdraw, _command(story, "site")]


def test_a_second_run_is_turned_away_whatever_it_wants(story: Story) -> None:
    for command in seconds(story):
        ended, found = guarded(story, command, None)
        assert (ended.status, found) == (75, []), ended.said
        assert ended.said.startswith("another run is publishing here\n  where: ")


@pytest.mark.parametrize("place", sorted(RACES))
def test_runs_of_two_rosters_wait_for_each_other(story: Story, place: str) -> None:
    assert among(story, RACES[place], None) == []


@pytest.mark.parametrize("site", mutants.locks(), ids=str)
def test_without_a_lock_a_race_breaks_what_is_published(story: Story, site: Site) -> None:
    race = RACES.get(f"{site.module}.{site.function}")
    if race is not None:
        found = among(story, race, site)
    else:
        tried = (guarded(story, command, site)[1] for command in seconds(story))
        found = next((each for each in tried if each), [])
    assert found, f"nothing breaks without {site}; RACES has to say how to get to what all rosters share"
    print(f"{site}: {found[0].splitlines()[0]}")


def test_the_calls_are_found_in_the_source(program: Program) -> None:
    found = [str(site) for site in mutants.flushes()]
    assert "durable.flush: os.fsync(handle)" in found
    assert len(found) == len(set(found)) >= 12
    locks = [f"{site.module}.{site.function}" for site in mutants.locks()]
    assert {"durable.locked", "publish.publish", "publish.note_check", "withdrawal.withdraw", *RACES} <= set(locks)
    with pytest.raises(LookupError, match="0 times"):
        mutants.apply(Site("durable", "flush", "os.fsync(nothing)", 0))
