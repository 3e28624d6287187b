"""Power losses: the steps recorded call by call, what may be on the disk after any of them, and what becomes of it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.crash import disk, judge
from tests.crash.disk import Disk, Tree
from tests.crash.mutants import Site
from tests.crash.processes import Call, changing
from tests.crash.story import Story, sealed

#: Steps that follow each other with no time for the machine to write back what nobody flushed.
CHAINS = (("first", "second", "withdraw", "withdraw last"), ("withdraw older",), ("withdraw both",), ("again",))


def record(story: Story, steps: Sequence[str], *, mutant: Site | None = None) -> Iterator[Leg]:
    """Each step, run to its end after the one before, with the calls that it made."""
    story.lay(story.before(steps[0]))
    for step in steps:
        before = disk.read(story.base)
        ended, calls = story.program.traced(story.command(step), mutant=mutant)
        sealed(ended)
        yield Leg(step, before, changing(calls, story.base))


def naming(leg: Leg) -> list[Call]:
    """The calls that come right after one that gave something a name: a kill there leaves the name unflushed."""
    return [
        after
        for call, after in itertools.pairwise(leg.calls)
        if call.name in ("rename", "mkdir") and call.result == 0 and ".publish" not in str(call.paths()[-1])
    ]


def record_stopped(story: Story, step: str, at: Call, *, mutant: Site | None = None) -> list[Leg]:
    """A step that is killed at a call, and the run after it, which completes the step: the power goes after that."""
    story.lay(story.before(step))
    killed, calls = story.program.traced(story.command(step), inject=f"{at.name}:signal=SIGKILL:when={at.number}")
    assert killed.status == -9
    before = disk.read(story.base)
    ended, more = story.program.traced(story.command(step), mutant=mutant)
    sealed(ended)
    return [
        Leg(step, story.before(step), changing(calls, story.base), ends=False),
        Leg(step, before, changing(more, story.base)),
    ]


def losses(
    story: Story, legs: Sequence[Leg], seed: int, *, stride: int = 1, often: int = 1, names: int | None = None
) -> Iterator[Loss]:
    """Every state of the disk that differs from those before: at every `stride`-th moment; at every `often`-th that is
    before or after a call that touches what is shown (all but the scratch folder, and pages, which are many and alike);
    and whenever a run has ended. Of so many `names` each by itself (None: of all)."""
    model, seen, chance = Disk(story.base, legs[0].before), set(), random.Random(seed)
    least, moment = story.sequence(legs[0].before), 0
    for leg in legs:
        shown = [_is_shown(call) for call in leg.calls]
        for at, call in enumerate(leg.calls, 1):
            model.apply(call)
            moment += 1
            ended = leg.ends and at == len(leg.calls)
            if moment % (often if any(shown[at - 1 : at + 1]) else stride) and not ended:
                continue
            if ended:
                least = story.sequence(story.after[leg.step])
            now = model.now()
            for kind, tree in disk.states(model, chance, names):
                # what is right before a run ended may be a loss after it
                key = (frozenset(tree.items()), least, ended)
                if key not in seen:
                    seen.add(key)
                    yield Loss(leg.step, at, ended, kind, tree, least, now)


def _is_shown(call: Call) -> bool:
    source, *target = (str(path) for path in call.paths())
    return not source.endswith("/.publish/page") and ".publish" not in (target or [source])[0]


def faults(story: Story, loss: Loss) -> list[str]:
    """What is wrong with a state as it is: torn, or not what a run that had ended has left."""
    found = story.torn(loss.tree, least=loss.least)
    if loss.ended:
        found += [
            f"{name} was otherwise when the run ended" for name in judge.different(loss.tree, story.after[loss.step])
        ]
    return found


def faults_after(story: Story, loss: Loss) -> list[str]:
    """What is wrong with a state once the step was run again."""
    story.lay(loss.tree)
    return story.wrong_after(loss.step)


def faults_after_another(story: Story, loss: Loss, label: str) -> list[str]:
    """What is wrong with a state once another release was made: above all, a version that a reader may have seen before
    the power went must not be there with other content."""
    story.lay(loss.tree)
    done = story.program.run(story.another(label))
    if done.status != 0:
        return [f"another release ended with {done.status}: {done.said}"]
    tree = disk.read(story.base)
    found = judge.problems(story.published, judge.part(tree, "published/"))
    return found + [f"{each} was seen with other content" for each in judge.changed_versions(loss.now, tree)]


@dataclass(frozen=True)
class Leg:
    """A step's run: what it found, what it did, and whether it came to its end."""

    step: str
    before: Tree
    calls: list[Call]
    ends: bool = True


@dataclass(frozen=True)
class Loss:
    """A state of the disk: after how many calls of which step (`ended`: all), what kind of loss, what is there; how far
    the pointer was when a run last ended, and what those who ran saw (`now`)."""

    step: str
    at: int
    ended: bool
    kind: str
    tree: Tree = field(repr=False)
    least: int = 0
    now: Tree = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> frozenset[tuple[str, bytes]]:
        """What is there, the scratch folder apart."""
        return frozenset(item for item in self.tree.items() if "/.publish" not in item[0])
