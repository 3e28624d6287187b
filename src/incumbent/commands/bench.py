"""`incumbent bench`: how good the verdicts are, measured on labelled cases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from incumbent import output
from incumbent.commands import options


@click.group()
def bench() -> None:
    """How good the answers are, measured."""


@bench.command()
@click.argument("cases", metavar="CASES...", nargs=-1, required=True)
@click.option(
    "--perturb",
    default="none",
    show_default=True,
    metavar="all|none|KIND,...",
    help="Measure again over disturbed copies of each case.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="What the disturbances are drawn from.")
@click.option(
    "--contested", metavar="DIR", help="A folder with contested-<case>.csv: labels that are wrong, with the proof."
)
@click.option("--markdown", metavar="FILE", help="Also write the results into FILE, between its two marks.")
@options.as_json
@options.quiet
def quality(
    cases: Sequence[str],
    perturb: str,
    seed: int,
    contested: str | None,
    markdown: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Precision, recall and F1 for `out_of_date` on labelled CASES, and the wrong ones with why.

    A case is a folder with roster.csv, evidence.csv, truth.csv and case.json. Exit status 0, whatever the figures
    are; 2 when a case cannot be read.
    """
    from incumbent.bench import report
    from incumbent.bench.cases import read_case
    from incumbent.bench.costs import cost, kinds_of
    from incumbent.bench.quality import measure

    kinds = kinds_of(perturb)
    read = [read_case(folder, contested) for folder in cases]
    progress = output.Progress(quiet=quiet)
    measured, costs = [], []
    for case in read:
        with progress.step(f"{case.name}: judging {case.frames.roster.height} entries"):
            measured.append(measure(case))
        for kind in kinds:
            with progress.step(f"{case.name}: disturbed by {kind}"):
                costs.append(cost(case, measured[-1], kind, seed))
    results = report.Results(measured, costs, seed)
    if markdown is not None:
        report.write_section(Path(markdown), report.as_markdown(results))
    output.deliver(output.json_text(report.as_json(results)) if as_json else report.as_text(results), None)
