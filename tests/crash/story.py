"""What the crash tests publish and take back, step by step, and what each step leaves when nothing disturbs it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from incumbent import package
from tests import synthetic_package as synthetic
from tests.crash import disk, judge
from tests.crash.disk import Tree
from tests.crash.processes import Ended, Program
from tests.crash.program import SLUG

#: What follows what, each from what the one before left. `again`: latest/ was lost, and nothing has changed.
FOLLOWS = {
    "first": None,
    "second": "first",
    "withdraw": "second",
    "withdraw last": "withdraw",
    "withdraw older": "second",
    "withdraw both": "second",
    "again": "second",
}

#: What can be asked for: a sample for CI, or all of it, or all but so many points of each fault in each step.
_ASKED, _POINTS, _SEED = "INCUMBENT_CRASH", "INCUMBENT_CRASH_POINTS", "INCUMBENT_CRASH_SEED"
#: Of the points and losses only every so many-th: 3/8 is the third of eight parts, which together are all.
_PART = "INCUMBENT_CRASH_PART"


def scale() -> Scale:
    seed, points = int(os.environ.get(_SEED, "20261123")), os.environ.get(_POINTS)
    which, _, parts = os.environ.get(_PART, "1/1").partition("/")
    part = slice(int(which) - 1, None, int(parts))
    if os.environ.get(_ASKED) == "all":
        everywhere = {"stride": 4, "often": 1, "names": 16}
        return Scale(seed, int(points) if points else None, part, everywhere, 1_000, 6, 20_000, 300)
    return Scale(seed, int(points) if points else 2, part, {"stride": 64, "often": 8, "names": 4}, 60, 1, 1_000, 12)


def sealed(done: Ended) -> None:
    assert done.status == 0, done.said


@dataclass(frozen=True)
class Scale:
    """How much is tried: `points` of each fault in each step (None: all), of them and of the losses a `part`, `moments`
    of a power loss (as losses.losses has them) and so many `losses` recovered from, `stopped` runs before a loss,
    `reads`, `kills`."""

    seed: int
    points: int | None
    part: slice
    moments: dict[str, int]
    losses: int
    stopped: int
    reads: int
    kills: int


class Story:
    """The steps as commands, on a disk that is one folder, and what is on it after each."""

    def __init__(self, program: Program, place: Path) -> None:
        self.program, self.place = program, place
        self.contents = (place / "v1.0.0", place / "v1.1.0")
        first = synthetic.write(self.contents[0])
        changed = synthetic.edited(
            synthetic.tables(synthetic.LATER, extra=True), "roster", "dai-ruan", verdict="current"
        )
        draft = package.Draft(changed, synthetic.Roster(), synthetic.LATER)
        synthetic.write(self.contents[1], draft, "1.1.0", first)
        self.after: dict[str, Tree] = {}
        self._wrong: dict[tuple[str, bytes], list[str]] = {}
        for step in FOLLOWS:
            self.lay(self.before(step))
            sealed(self.run(step))
            self.after[step] = disk.read(self.base)

    @property
    def base(self) -> Path:
        """The disk; published/ on it is made by the first step."""
        return self.place / "disk"

    @property
    def published(self) -> Path:
        return self.base / "published"

    def before(self, step: str) -> Tree:
        """What a step finds."""
        earlier = FOLLOWS[step]
        found = self.after[earlier] if earlier else {}
        return {name: content for name, content in found.items() if step != "again" or "/latest/" not in name}

    def lay(self, tree: Tree) -> None:
        """The disk holds just `tree`."""
        if self.base.exists():
            shutil.rmtree(self.base)
        disk.write(tree, self.base)

    def command(self, step: str) -> list[str]:
        into = ["--published", str(self.published)]
        if step == "withdraw both":
            return ["withdraw-several", "1.0.0", "1.1.0", "--date", "2031-12-01", *into]
        if step.startswith("withdraw"):
            version = {"withdraw": "1.1.0"}.get(step, "1.0.0")
            return ["withdraw", SLUG, version, "--reason", "wrong_data", "--date", "2031-12-01", *into]
        content, day = (self.contents[0], synthetic.AS_OF) if step == "first" else (self.contents[1], synthetic.LATER)
        return ["publish-draft", str(content), "--as-of", day, *into]

    def another(self, label: str) -> list[str]:
        """The command of a release that no step makes."""
        return [*self.command("second")[:2], "--as-of", "2031-12-24", "--label", label, *self.command("second")[4:]]

    def run(self, step: str) -> Ended:
        return self.program.run(self.command(step))

    def torn(self, tree: Tree, *, least: int = 0) -> list[str]:
        """judge.torn of a tree of the disk."""
        return judge.torn(judge.part(tree, "published/"), SLUG, least=least)

    def sequence(self, tree: Tree) -> int:
        """How far the pointer of a tree of the disk is; 0 where there is none."""
        told = judge.pointer(judge.part(tree, "published/"), SLUG)
        return int(told["sequence"]) if told else 0

    def wrong_after(self, step: str) -> list[str]:
        """Runs a step on the disk as it is: what is then not as the step leaves it when nothing disturbs it.

        What a run does follows from what it finds, so it is run once for each state: many faults leave the same.
        """
        key = (step, disk.digest(disk.read(self.base)))
        if key not in self._wrong:
            self._wrong[key] = self._run_again(step)
        return self._wrong[key]

    @property
    def states(self) -> int:
        """From how many states of the disk a step was run again."""
        return len(self._wrong)

    def _run_again(self, step: str) -> list[str]:
        done = self.run(step)
        if done.status != 0:
            return [f"the next run ended with {done.status}: {done.said}"]
        return [f"{name} is not what it should be" for name in judge.different(disk.read(self.base), self.after[step])]
