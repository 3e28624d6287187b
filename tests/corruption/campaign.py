"""Seeded corruptions and seeded legitimate changes, in turn through every shape and size of list: what the gates do."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.corruption.changes import CHANGES
from tests.corruption.corruptions import CORRUPTIONS
from tests.corruption.lists import SHAPES, Line
from tests.corruption.releases import Outcome, World, release, world

SIZES = (30, 60, 120, 300, 600)
#: Of which share of a list's entries the gazette tells: nearly all, half, none.
COVERED = (0.9, 0.5, 0.0)


class Case(NamedTuple):
    """What was done to which list, and what came of it: held | flagged | unnoticed | unchanged, or published."""

    number: int
    kind: str
    shape: str
    size: int
    covered: float
    came: str
    by: Sequence[str]
    touched: int
    named: int
    seconds: float


def corruptions(numbers: Iterable[int], sizes: Sequence[int] = SIZES) -> Iterator[Case]:
    """The corruptions of these numbers. `flagged`: not held, and a warning names a line that was touched. `unchanged`:
    the adapter or the archive makes the same list of it, so that there is nothing to notice."""
    for number, known, rng, scratch in _cases(numbers, "corruption", sizes):
        kind = sorted(CORRUPTIONS)[number % len(CORRUPTIONS)]
        spoilt = CORRUPTIONS[kind](rng, known.page)
        began = time.monotonic()
        outcome = release(known, scratch, spoilt.body)
        yield _case(number, kind, known, outcome, spoilt.touched, time.monotonic() - began)


def changes(numbers: Iterable[int], sizes: Sequence[int] = SIZES) -> Iterator[Case]:
    """The legitimate changes of these numbers; of every second the gazette tells, where there is something to tell."""
    for number, known, rng, scratch in _cases(numbers, "change", sizes):
        kind = sorted(CHANGES)[number % len(CHANGES)]
        changed = CHANGES[kind](rng, known.lines)
        news = [[*line, "starts", "2031-04-20", ""] for line in changed.notices] if rng.random() < 0.5 else []
        began = time.monotonic()
        outcome = release(known, scratch, known.page.shape.written(changed.lines).encode(), news)
        yield _case(number, kind, known, outcome, changed.notices, time.monotonic() - began)


def unnoticed(cases: Sequence[Case]) -> list[Case]:
    """The corruptions that were neither held nor flagged, of those that changed the list."""
    return [case for case in cases if case.came == "unnoticed"]


def summary(cases: Sequence[Case]) -> str:
    """How the cases ended, by kind, as a Markdown table."""
    ends = ("held", "flagged", "unnoticed", "published", "unchanged")
    counted = Counter((case.kind, case.came) for case in cases)
    shown = [end for end in ends if any(case.came == end for case in cases)]
    lines = [f"| kind | cases | {' | '.join(shown)} |", f"| --- | ---: |{' ---: |' * len(shown)}"]
    for kind in sorted({case.kind for case in cases}):
        counts = [counted[kind, end] for end in shown]
        lines.append(f"| {kind.replace('_', ' ')} | {sum(counts)} | {' | '.join(map(str, counts))} |")
    totals = [sum(case.came == end for case in cases) for end in shown]
    return "\n".join([*lines, f"| all | {len(cases)} | {' | '.join(map(str, totals))} |"])


def _cases(numbers: Iterable[int], what: str, sizes: Sequence[int]) -> Iterator[tuple[int, World, Random, Path]]:
    with tempfile.TemporaryDirectory(prefix="incumbent-corruption-") as folder:
        worlds: dict[tuple[str, int, float], World] = {}
        for number in numbers:
            rng = Random(f"{what} {number}")
            key = (rng.choice(sorted(SHAPES)), rng.choice(list(sizes)), rng.choice(COVERED))
            if key not in worlds:
                worlds[key] = world(Path(folder), key[0], key[1], COVERED.index(key[2]), key[2])
            yield number, worlds[key], rng, Path(folder) / f"{what}-{number}"


def _case(number: int, kind: str, known: World, outcome: Outcome, touched: Sequence[Line], seconds: float) -> Case:
    named = outcome.warns_of(touched)
    warned = sorted({check.check_id for check in outcome.checks if check.outcome == "failed"})
    if outcome.held:
        came, by = "held", outcome.holding
    elif not outcome.differs:
        came, by = "unchanged", []
    elif kind in CHANGES:
        came, by = "published", warned
    else:
        came, by = ("flagged", warned) if named else ("unnoticed", warned)
    size, covered = len(known.lines), len(known.told) / max(1, len(known.lines))
    return Case(number, kind, known.shape, size, round(covered, 1), came, by, len(touched), named, seconds)
