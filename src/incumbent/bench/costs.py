"""What a disturbance costs: the same case, disturbed, judged again and held against the same labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from incumbent.bench.cases import Case
from incumbent.bench.perturb import KINDS, perturb
from incumbent.bench.quality import Measured, Score, judge, labelled, score
from incumbent.errors import InputError

#: F1 may fall by this much under one kind of disturbance: the goal, not a law.
ALLOWED = 0.01


def kinds_of(said: str) -> list[str]:
    """The kinds that `all`, `none` or a comma-separated list names, in the order of KINDS. Raises InputError for an
    unknown one."""
    if said == "none":
        return []
    if said == "all":
        return list(KINDS)
    asked = [word.strip() for word in said.split(",") if word.strip()]
    unknown = sorted(set(asked) - set(KINDS))
    if unknown or not asked:
        raise InputError(
            f"there is no disturbance {unknown[0]!r}" if unknown else "no disturbance is named",
            where="--perturb",
            expected=", ".join(["all", "none", *KINDS]),
        )
    return [kind for kind in KINDS if kind in asked]


def cost(case: Case, measured: Measured, kind: str, seed: int) -> Cost:
    """`case` under one kind of disturbance. Contested labels count as set right, before and after."""
    frames, touched = perturb(case, kind, seed)
    after = labelled(case, judge(frames, case.as_of)) if touched else measured.entries
    before = measured.entries.select("entry_id", "verdict")
    changed = (
        after.select("entry_id", "person", "post", "organisation", "right", "verdict", "reasons", "explanation")
        .join(before.rename({"verdict": "verdict_before"}), on="entry_id")
        .filter(pl.col("verdict") != pl.col("verdict_before"))
        .sort("entry_id")
    )
    return Cost(case.name, kind, touched, measured.set_right, score(after, "right"), changed)


def worst(costs: Sequence[Cost], kind: str) -> Cost:
    """The case in which `kind` cost the most; of equals the first."""
    return min((one for one in costs if one.kind == kind), key=lambda one: one.change)


@dataclass(frozen=True)
class Cost:
    """`touched`: how many rows were changed or added. `changed`: the entries whose verdict is another one: entry_id,
    person, post, organisation (as disturbed), right, verdict, reasons, explanation, verdict_before."""

    case: str
    kind: str
    touched: int
    before: Score
    after: Score
    changed: pl.DataFrame

    @property
    def change(self) -> float:
        """By how much F1 rose; negative where it fell."""
        return self.after.f1 - self.before.f1

    @property
    def within_goal(self) -> bool:
        """Whether F1 fell by no more than ALLOWED."""
        return self.change >= -ALLOWED - 1e-9
