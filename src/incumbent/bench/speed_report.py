"""What `incumbent bench speed` measured, told: as text for people, as Markdown for docs/performance.md."""

from __future__ import annotations

from pathlib import Path

from incumbent import output
from incumbent.bench.speed import Measured
from incumbent.errors import InputError

COLUMNS = ("program", "seconds", "rows/s", "processor s", "peak MB", "time, × ours", "peak, × ours")


def as_text(measured: Measured) -> str:
    """One stage for people."""
    parts = [_title(measured), "\n", output.table_text(COLUMNS, _rows(measured))]
    return "".join([*parts, *(f"{line}\n" for line in _goals(measured))])


def as_markdown(measured: Measured) -> str:
    """One stage as a table of Markdown."""
    lines = [_title(measured), "", _line(COLUMNS), _line(["---"] + ["---:"] * (len(COLUMNS) - 1))]
    lines += [_line(row) for row in _rows(measured)]
    return "\n".join([*lines, "", *(f"- {line}" for line in _goals(measured))]) + "\n"


def write_section(path: Path, measured: Measured) -> None:
    """The stage's Markdown between its two marks in `path`, the rest as it was. Raises InputError without the marks."""
    begin, end = (f"<!-- {side}: incumbent bench speed {measured.stage.name} -->" for side in ("begin", "end"))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise InputError(f"the file cannot be read: {reason}", where=str(path), do="check --markdown") from None
    before, first, rest = text.partition(begin)
    _, last, after = rest.partition(end)
    if not first or not last:
        raise InputError(
            "the file has no place for the results", where=str(path), expected=f"the lines {begin} and {end}",
            do="add the two lines where the results shall stand",
        )  # fmt: skip
    output.write_whole(path, f"{before}{begin}\n\n{as_markdown(measured)}\n{end}{after}".encode())


def _title(measured: Measured) -> str:
    runs = len(measured.runs[measured.stage.ours.name])
    times = "one run" if runs == 1 else f"{runs} runs, medians"
    return f"{measured.rows:,} {measured.stage.unit}, seed {measured.seed}, {times}; all answers are the same."


def _rows(measured: Measured) -> list[list[str]]:
    found = []
    for name in measured.runs:
        seconds, peak = measured.typical(name, "seconds"), measured.typical(name, "peak")
        ours = name == measured.stage.ours.name
        found.append(
            [
                name,
                f"{seconds:.1f}",
                f"{measured.rows * measured.share(name) / seconds:,.0f}",
                f"{measured.typical(name, 'processor'):.1f}",
                f"{peak / 1e6:,.0f}",
                "" if ours else f"{measured.ratio(name, 'seconds'):.1f}",
                "" if ours else f"{measured.ratio(name, 'peak'):.1f}",
            ]
        )
    return found


def _goals(measured: Measured) -> list[str]:
    words = {"seconds": "the time", "peak": "the peak memory"}
    lines = [
        f"goal: {goal.peer} takes {goal.at_least:g} times {words[goal.measure]} of ours; measured {ratio:.1f}: "
        + ("met" if met else "not met")
        for goal, ratio, met in measured.goals()
    ]
    if measured.rows != measured.stage.rows and lines:
        lines.append(f"the goals are for {measured.stage.rows:,} {measured.stage.unit}")
    lines += [
        f"{peer.name} is given {peer.share:g} of the rows; its time, × ours, is that for as many rows"
        for peer in measured.stage.peers
        if peer.share != 1 and peer.name in measured.runs
    ]
    return [*lines, *(f"not installed, so not compared: {name}" for name in measured.absent)]


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
