"""`incumbent bench speed`: ours and its peers on the same work, side by side, each as a whole process.

A stage says what is made, what is run and what is wanted; here it is run: data from a seed, then ours and each peer in
turn, again and again, so that a machine that slows down slows all of them; then every answer against ours. One run's
figure is noise: medians are told, and ratios are taken within a round.

Every program is started by a small process (launch.py), and nothing of what is measured is imported into this one.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

from incumbent.bench import launch
from incumbent.errors import IncumbentError, InputError, VerifyError

#: Name of each stage -> the module whose STAGE it is.
STAGES: Mapping[str, str] = {
    "activity": "incumbent.bench.activity",
    "validate": "incumbent.bench.validation",
    "validate-faults": "incumbent.bench.validation_faults",
    "validate-parquet": "incumbent.bench.validation_parquet",
    "expectations": "incumbent.bench.validation_expectations",
}
_LAST_WORDS = 2000


def stages(only: Sequence[str] = ()) -> list[Stage]:
    """The stages of these names, or all. Raises InputError for a name that is none."""
    for name in only:
        if name not in STAGES:
            raise InputError(f"{name!r} is no stage", where="--only", expected=" | ".join(STAGES))
    return [importlib.import_module(module).STAGE for name, module in STAGES.items() if not only or name in only]


def measure(
    stage: Stage, rows: int, repeat: int, seed: int, folder: Path, say: Callable[[str], None] = lambda _: None
) -> Measured:
    """Runs a stage with `rows` rows, `repeat` times, in a temporary folder within `folder`.

    A peer that is not installed is left out, and told. Raises BenchError when a program fails, VerifyError when an
    answer is not ours.
    """
    peers = [peer for peer in stage.peers if all(importlib.util.find_spec(name) for name in peer.needs)]
    absent = [peer.name for peer in stage.peers if peer not in peers]
    programs = [stage.ours, *peers]
    runs: dict[str, list[Run]] = {program.name: [] for program in programs}
    with tempfile.TemporaryDirectory(prefix="incumbent-bench-", dir=folder) as scratch:
        made = Path(scratch) / "input"
        made.mkdir()
        say(f"{stage.name}: making {rows:,} {stage.unit}")
        _run(stage.make, {"input": made, "rows": rows, "seed": seed})
        answers = {program.name: Path(scratch) / f"{program.name}-{stage.answer}" for program in programs}
        for round_ in range(repeat):
            for program in programs:
                say(f"{stage.name}: {program.name}, {round_ + 1} of {repeat}")
                answer = answers[program.name]
                answer.unlink(missing_ok=True)
                runs[program.name].append(_run(program.command, {"input": made, "answer": answer}))
        for peer in peers:
            _require_same(stage, answers[stage.ours.name], peer.name, answers[peer.name])
    return Measured(stage, rows, seed, runs, absent)


def _require_same(stage: Stage, ours: Path, name: str, theirs: Path) -> None:
    try:
        _run(stage.same, {"ours": ours, "theirs": theirs})
    except BenchError as error:
        raise VerifyError(
            f"{name} has another answer than ours", where=f"stage {stage.name}: {error.where}",
            expected="the same figures", do="find out who is wrong: until then no time means anything",
        ) from error  # fmt: skip


def _run(command: Sequence[str], values: Mapping[str, object]) -> Run:
    """A program from its start to its exit: `python -m` and `command`, in which `values` are put in."""
    arguments = [sys.executable, "-m", *(part.format(**values) for part in command)]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as words:
        usage = Path(folder) / "usage.json"
        launched = [sys.executable, launch.__file__, str(usage), *arguments]
        subprocess.run(launched, check=True, stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT)
        taken = json.loads(usage.read_text(encoding="utf-8"))
        if status := taken.pop("status"):
            words.seek(0)
            said = words.read().decode(errors="replace").strip()[-_LAST_WORDS:]
            raise BenchError(
                f"a program ended with status {status}", where=said or "it said nothing",
                do=f"run it alone: python -m {' '.join(arguments[2:])}",
            )  # fmt: skip
    return Run(**taken)


@dataclass(frozen=True)
class Program:
    """`command`: a module and its arguments, with {input} and {answer}. `needs`: packages it imports. `share`: of the
    rows that are made, the part that it is given, where all of them would take too long: its rate is compared."""

    name: str
    about: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    share: float = 1.0


@dataclass(frozen=True)
class Goal:
    """A peer takes at least so many times our seconds, or our peak memory."""

    peer: str
    measure: Literal["seconds", "peak"]
    at_least: float


@dataclass(frozen=True)
class Stage:
    """What is measured. `make`, `same`: as Program.command, with {input}, {rows}, {seed}; with {ours}, {theirs}; `same`
    ends with another status than 0 where two answers differ. `rows`: how many the goals are for, of which `unit`."""

    name: str
    about: str
    unit: str
    rows: int
    answer: str
    make: tuple[str, ...]
    same: tuple[str, ...]
    ours: Program
    peers: tuple[Program, ...]
    goals: tuple[Goal, ...]


@dataclass(frozen=True)
class Run:
    """One run of a program: wall and processor seconds, and the peak of its resident memory in bytes."""

    seconds: float
    processor: float
    peak: int


@dataclass(frozen=True)
class Measured:
    """The runs of each program of a stage, and the peers that are not installed."""

    stage: Stage
    rows: int
    seed: int
    runs: Mapping[str, Sequence[Run]]
    absent: Sequence[str]

    def typical(self, name: str, measure: str) -> float:
        """The median of a measure over a program's runs."""
        return float(median(getattr(run, measure) for run in self.runs[name]))

    def ratio(self, name: str, measure: str) -> float:
        """How many times ours a program takes: the median of the rounds' ratios; of seconds, for as many rows."""
        pairs = zip(self.runs[name], self.runs[self.stage.ours.name], strict=True)
        share = self.share(name) if measure == "seconds" else 1.0
        return float(median(getattr(theirs, measure) / getattr(ours, measure) for theirs, ours in pairs)) / share

    def share(self, name: str) -> float:
        """The part of the rows that a program is given."""
        return next(each.share for each in (self.stage.ours, *self.stage.peers) if each.name == name)

    def as_dict(self) -> dict[str, Any]:
        """Every figure, for `--json`."""
        return {
            "stage": self.stage.name,
            "rows": self.rows,
            "seed": self.seed,
            "not_installed": list(self.absent),
            "programs": {
                name: [
                    {"seconds": run.seconds, "processor_seconds": run.processor, "peak_bytes": run.peak}
                    for run in runs
                ]
                for name, runs in self.runs.items()
            },
            "goals": [
                {"peer": goal.peer, "measure": goal.measure, "at_least": goal.at_least, "ratio": ratio, "met": met}
                for goal, ratio, met in self.goals()
            ],
        }  # fmt: skip

    def goals(self) -> list[tuple[Goal, float, bool]]:
        """Each goal whose peer is installed, what was measured, and whether that is enough."""
        found = [(goal, self.ratio(goal.peer, goal.measure)) for goal in self.stage.goals if goal.peer in self.runs]
        return [(goal, ratio, ratio >= goal.at_least) for goal, ratio in found]


class BenchError(IncumbentError):
    """A program of a stage that failed: what is measured is worth nothing."""
