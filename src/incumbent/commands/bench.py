"""`incumbent bench`: how good the verdicts are, on labelled cases; how fast the work is, beside who else does it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from incumbent import output
from incumbent.commands import options
from incumbent.errors import InputError


@click.group()
def bench() -> None:
    """How good the answers are and how fast they come, measured."""


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


@bench.command()
@click.option("--only", multiple=True, metavar="STAGE", help="Only this stage; may be given several times.")
@click.option(
    "--rows",
    type=click.IntRange(1, 10**10),
    metavar="N",
    help="How many rows to make (default: what the goals are for).",
)
@click.option("--repeat", type=click.IntRange(1, 100), default=3, show_default=True, metavar="K", help="Runs of each.")
@click.option("--seed", type=int, default=1, show_default=True, help="What the data is drawn from.")
@click.option("--scratch", default=".", metavar="DIR", help="Where the data is made for the time (default: here).")
@click.option("--markdown", metavar="FILE", help="Also write the results into FILE, between each stage's two marks.")
@options.as_json
@options.quiet
def speed(
    only: Sequence[str],
    rows: int | None,
    repeat: int,
    seed: int,
    scratch: str,
    markdown: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Ours and its peers on the same work, side by side: seconds, rows a second, peak memory, and the goals.

    Exit status 0, whatever the figures are; 4 when a peer's answer is not ours.
    """
    from incumbent.bench import speed, speed_report

    folder = Path(scratch)
    if not folder.is_dir():
        raise InputError("there is no such folder", where=f"--scratch {scratch}", expected="a folder with room")
    progress = output.Progress(quiet=quiet)
    measured = [
        speed.measure(stage, rows or stage.rows, repeat, seed, folder, progress.say) for stage in speed.stages(only)
    ]
    for one in measured:
        if markdown is not None:
            speed_report.write_section(Path(markdown), one)
    if as_json:
        output.deliver(output.json_text([one.as_dict() for one in measured]), None)
    else:
        output.deliver("\n".join(speed_report.as_text(one) for one in measured), None)
