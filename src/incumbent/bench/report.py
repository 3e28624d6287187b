"""What was measured, told: as text for people, as JSON for machines, as Markdown for docs/quality.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from incumbent import output
from incumbent.bench.costs import Cost, worst
from incumbent.bench.perturb import KINDS, SHARE
from incumbent.bench.quality import (
    Measured,
    Score,
    confusion,
    holders_right,
    total,
    unverified,
    wrong_ones,
)
from incumbent.errors import InputError

BEGIN, END = "<!-- begin: incumbent bench quality -->", "<!-- end: incumbent bench quality -->"
FIGURES = ("case", "entries", "precision", "recall", "F1", "unverified", "holders")
_REASONS = ("reason", "findings", "on_current")
_CONFUSION = ("label", "verdict", "entries")
_WRONG = ("entry_id", "person", "post", "organisation", "label", "verdict", "reasons", "explanation", "evidence")


def figures(measured: Measured, *, set_right: bool = False) -> tuple[str, ...]:
    """One row of the table FIGURES, as labelled or with the contested labels set right."""
    found = measured.set_right if set_right else measured.as_labelled
    (open_, spoken), (held, asked) = unverified(measured.entries), holders_right(measured.entries)
    return (
        measured.name + (", contested labels set right" if set_right else ""),
        str(found.entries),
        f"{found.precision:.3f}",
        f"{found.recall:.3f}",
        f"{found.f1:.3f}",
        f"{open_} of {spoken} ({open_ / spoken:.1%})" if spoken else "–",
        f"{held} of {asked}" if asked else "–",
    )


def as_text(results: Results) -> str:
    """The whole report for people."""
    parts = [output.table_text(FIGURES, results.figures())]
    everything = results.everything()
    parts += ["Labels and verdicts:\n" + output.table_text(_CONFUSION, confusion(everything.entries).rows())]
    parts += ["Findings per reason:\n" + output.table_text(_REASONS, everything.reasons.rows())]
    for one in results.measured:
        lines = [f"  {line}\n" for line in _wrong_lines(one)]
        parts += [f"{one.name}: {len(lines)} wrong by their label\n" + "".join(lines)]
    if results.costs:
        parts += [
            "Disturbed (contested labels set right):\n"
            + output.table_text(_COST[:-1], [row[:-1] for row in _cost_rows(results)])
        ]
        lines = [f"  {line}\n" for one in results.costs if not one.within_goal for line in _changed_lines(one)]
        parts += ["Verdicts that changed where the goal is missed:\n" + "".join(lines)] if lines else []
    return "\n".join(parts)


def as_json(results: Results) -> dict[str, Any]:
    """The whole report for machines: every figure as a number, every wrong entry, every changed verdict."""
    everything = results.everything()
    return {
        "seed": results.seed,
        "cases": [_measured_json(one) for one in results.measured],
        "all": _measured_json(everything),
        "perturbations": [
            {
                "case": one.case,
                "kind": one.kind,
                "touched": one.touched,
                "before": _score_json(one.before),
                "after": _score_json(one.after),
                "f1_change": round(one.change, 6),
                "within_goal": one.within_goal,
                "changed": output.rows_of(one.changed),
            }
            for one in results.costs
        ],
    }


def as_markdown(results: Results) -> str:
    """The tables of docs/quality.md."""
    parts = ["### Figures\n", _markdown_table(FIGURES, results.figures())]
    everything = results.everything()
    parts += ["### Labels and verdicts, all cases\n", _markdown_table(_CONFUSION, confusion(everything.entries).rows())]
    parts += ["### Findings per reason, all cases\n", _markdown_table(_REASONS, everything.reasons.rows())]
    contested = [(one.name, *row) for one in results.measured for row in one.contested.rows()]
    if contested:
        parts += ["### Contested labels\n", _markdown_table(("case", "entry", "right is", "proof"), contested)]
    left = [line for one in results.measured for line in _wrong_lines(one, "right")]
    parts += ["### Wrong, with the contested labels set right\n", "\n".join(f"- {line}" for line in left) or "None."]
    if results.costs:
        share = f"Seed {results.seed}; {SHARE:.0%} of the rows that a kind can change, all of them for `shuffled`."
        parts += [f"\n### Cost per disturbance\n\n{share}\n", _markdown_table(_COST, _cost_rows(results))]
        lines = [line for one in results.costs if not one.within_goal for line in _changed_lines(one)]
        if lines:
            parts += ["Verdicts that changed where F1 falls by more than 0.01:\n", "\n".join(f"- {x}" for x in lines)]
    return "\n".join(parts).rstrip() + "\n"


def write_section(path: Path, section: str) -> None:
    """`section` between BEGIN and END in the file, the rest as it was. Raises InputError where the marks are not
    there, once each and in this order."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise InputError(f"the file cannot be read: {reason}", where=str(path), do="check --markdown") from None
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise InputError(
            "the file has no place for the results",
            where=str(path),
            expected=f"the lines {BEGIN} and {END}, once each",
            do="add the two lines where the results shall stand",
        )
    output.write_whole(path, f"{before}{BEGIN}\n\n{section}\n{END}{after}".encode())


_COST = ("kind", "rows touched", "F1 change, worst case", "worst case", "verdicts changed", "what")


def _cost_rows(results: Results) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for kind in dict.fromkeys(one.kind for one in results.costs):
        of_kind = [one for one in results.costs if one.kind == kind]
        least = worst(results.costs, kind)
        rows.append(
            (
                kind,
                str(sum(one.touched for one in of_kind)),
                f"{least.change:+.3f}",
                least.case if least.change < 0 else "–",
                str(sum(one.changed.height for one in of_kind)),
                KINDS[kind].about,
            )
        )
    return rows


def _wrong_lines(measured: Measured, label: str = "label") -> list[str]:
    """Each wrong entry with why: who, what was said, on what evidence, and whether the label is contested."""
    proofs = dict(measured.contested.select("entry_id", "proof").iter_rows())
    lines = []
    for row in wrong_ones(measured.entries, label).iter_rows(named=True):
        line = (
            f"{measured.name} {row['entry_id']} {row['person']}, {row['post']}: labelled {_words(row[label])}, "
            f"called {_words(row['verdict'])}{' (' + row['reasons'] + ')' if row['reasons'] else ''}. "
            f"{row['explanation']} Evidence: {row['evidence'] or 'none'}."
        )
        lines.append(line + (f" Contested: {proofs[row['entry_id']]}" if row["entry_id"] in proofs else ""))
    return lines


def _changed_lines(one: Cost) -> list[str]:
    return [
        f"{one.kind}, {one.case} {row['entry_id']} {row['person']}, {row['post']}, {row['organisation']}: "
        f"{_words(row['verdict_before'])} became {_words(row['verdict'])}; right is {_words(row['right'])}. "
        f"{row['explanation']}"
        for row in one.changed.iter_rows(named=True)
    ]


def _words(verdict: str) -> str:
    return verdict.replace("_", " ")


def _score_json(found: Score) -> dict[str, float | int]:
    counts = {"hits": found.hits, "false_alarms": found.false_alarms, "missed": found.missed}
    ratios = {"precision": found.precision, "recall": found.recall, "f1": found.f1}
    return counts | {name: round(value, 6) for name, value in ratios.items()}


def _measured_json(measured: Measured) -> dict[str, Any]:
    (open_, spoken), (held, asked) = unverified(measured.entries), holders_right(measured.entries)
    wrong = measured.entries.filter(pl.col("entry_id").is_in(wrong_ones(measured.entries)["entry_id"].implode()))
    return {
        "case": measured.name,
        "as_of": measured.as_of or None,
        "entries": measured.entries.height,
        "as_labelled": _score_json(measured.as_labelled),
        "contested_set_right": _score_json(measured.set_right),
        "unverified": {"entries": open_, "of": spoken},
        "holders": {"right": held, "of": asked},
        "confusion": output.rows_of(confusion(measured.entries)),
        "reasons": output.rows_of(measured.reasons),
        "wrong": output.rows_of(wrong.select(_WRONG)),
        "contested": output.rows_of(measured.contested),
    }


def _markdown_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    def line(cells: Sequence[object]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line([name.replace("_", " ") for name in columns]), line(["---"] * len(columns)),
                      *(line(row) for row in rows)]) + "\n"  # fmt: skip


@dataclass(frozen=True)
class Results:
    """All that one run of `incumbent bench quality` measured."""

    measured: list[Measured]
    costs: list[Cost]
    seed: int

    def everything(self) -> Measured:
        """All cases as one."""
        return total(self.measured)

    def figures(self) -> list[tuple[str, ...]]:
        """A row per case, one more where labels are contested, and the sum of both."""
        shown = [*self.measured, self.everything()] if len(self.measured) > 1 else self.measured
        return [
            figures(one, set_right=right)
            for one in shown
            for right in ((False, True) if one.contested.height else (False,))
        ]
