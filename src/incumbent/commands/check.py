"""`incumbent check`: anybody's list against anybody's evidence; nothing is published."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from incumbent import output
from incumbent.commands import options
from incumbent.errors import EXIT_DONE, EXIT_OUT_OF_DATE, InputError, printable

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from incumbent.lists import Evidence, Reading
    from incumbent.verdicts import Checked

_FORMATS = click.Choice(["table", "csv", "json"])


@click.command()
@click.argument("list_file", metavar="LIST")
@click.option(
    "--evidence",
    "evidence_files",
    metavar="FILE",
    multiple=True,
    required=True,
    help="Statements of who held what; may be given several times.",
)
@options.as_of
@click.option("--format", "format_", type=_FORMATS, default="table", show_default=True, help="How to answer.")
@click.option("--output", "output_file", metavar="FILE", help="Write the answer here, whole or not at all.")
@click.option("--explain", is_flag=True, help="With each wrong entry, every finding and its evidence.")
@click.option(
    "--max-age",
    type=click.IntRange(0, 100_000),
    metavar="DAYS",
    help="Evidence older than this does not make an entry current (default: any age does).",
)
@click.option(
    "--columns", metavar="FIELD=COLUMN,...", help="Which column of the list is which: person=Name,post=Title."
)
@click.option("--evidence-columns", metavar="FIELD=COLUMN,...", help="The same for the evidence files.")
@click.option("--organisation", metavar="NAME", help="The body of every line, in a file that has no column for it.")
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook (default: the first with a header).")
@click.option("--excel", is_flag=True, help="With --format csv: a file that a spreadsheet opens safely.")
@options.as_json
@options.quiet
@click.pass_context
def check(
    ctx: click.Context,
    list_file: str,
    evidence_files: Sequence[str],
    as_of: str | None,
    format_: str,
    output_file: str | None,
    explain: bool,
    max_age: int | None,
    columns: str | None,
    evidence_columns: str | None,
    organisation: str | None,
    sheet: str | None,
    excel: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Which entries of LIST are out of date, by the evidence.

    Exit status 0: nothing is out of date; 1: something is; 2: the input cannot be used.
    """
    from incumbent import edtf, lists
    from incumbent.lists.columns import EVIDENCE_FIELDS, LIST_FIELDS, parse_given
    from incumbent.verdicts import check_list

    format_ = "json" if as_json else format_
    if excel and format_ != "csv":
        raise InputError("--excel is about a CSV answer", where="--excel", do="add --format csv")
    if as_of is not None:
        edtf.parse_day(as_of, what="--as-of")
    progress = output.Progress(quiet=quiet)
    with progress.step("reading the list and the evidence"):
        listed = lists.read_list(
            list_file,
            columns=parse_given(columns or "", LIST_FIELDS),
            organisation=organisation,
            sheet=sheet,
        )
        evidence = lists.read_evidence(
            evidence_files,
            columns=parse_given(evidence_columns or "", EVIDENCE_FIELDS),
            organisation=organisation,
            roster=listed.stem,
        )
    day = as_of or lists.latest_day(evidence.claims)
    if day is None:
        raise InputError(
            "no statement of the evidence has a date, so there is no day to judge by",
            where=", ".join(evidence_files),
            expected="a column stated_at or as_at, or --as-of",
            do="give the day for which to judge: --as-of 2012-06-28",
        )
    with progress.step(f"checking {listed.rows} entries against {evidence.claims.height} statements"):
        checked = check_list(listed, evidence, day, max_age)
    if format_ == "table":
        _deliver_report(output_file, listed, evidence, checked, explain=explain, day_is_given=as_of is not None)
    elif format_ == "csv":
        written = output.excel_text(checked.entries) if excel else output.csv_text(checked.entries)
        output.deliver(written, output_file)
    else:
        output.deliver(output.json_text(_as_json(listed, evidence, checked)), output_file)
    if format_ != "table" or output_file:
        progress.say(_summary_line(checked))
    ctx.exit(EXIT_OUT_OF_DATE if "out_of_date" in checked.counts("verdict") else EXIT_DONE)


def _summary_line(checked: Checked) -> str:
    return f"as of {checked.as_of}: {checked.entries.height} entries, {output.summary(checked.counts('verdict'))}"


def _as_json(listed: Reading, evidence: Evidence, checked: Checked) -> dict[str, Any]:
    """The whole answer: what was read as what, the counts, entries, findings, and the entries that the list lacks."""
    return {
        "as_of": checked.as_of,
        "list": _reading_json(listed),
        "evidence": [_reading_json(reading) for reading in evidence.readings],
        "verdicts": checked.counts("verdict"),
        "reasons": checked.counts("reasons"),
        "entries": _listed_rows(checked.entries),
        "findings": _listed_rows(checked.findings),
        "missing": _listed_rows(checked.missing),
    }


def _listed_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON, with `;`-separated cells as lists."""
    import polars as pl

    several = [name for name in ("reasons", "evidence") if name in frame.columns]
    return output.rows_of(frame.with_columns(pl.col(several).str.split(";").fill_null([])))


def _reading_json(reading: Reading) -> dict[str, Any]:
    return {
        "file": reading.path,
        "format": reading.format,
        "encoding": reading.encoding,
        "rows": reading.rows,
        "columns": {field: header for header, field in reading.columns.pairs},
        "unused_columns": list(reading.columns.unused),
        "notes": list(reading.notes),
    }


def _deliver_report(
    path: str | None, listed: Reading, evidence: Evidence, checked: Checked, *, explain: bool, day_is_given: bool
) -> None:
    """The answer for people: what was read, the wrong entries with a sentence each, and the summary."""
    stream = io.StringIO() if path else sys.stdout
    console = output.console(stream)

    def say(text: str = "") -> None:
        console.print(printable(text, 2000))

    for reading, what in [(listed, "entries"), *((reading, "statements") for reading in evidence.readings)]:
        kind = ", ".join(part for part in (reading.format, reading.encoding) if part)
        say(f"{reading.path}: {reading.rows} {what} ({kind})")
        unused = f"; not used: {', '.join(reading.columns.unused)}" if reading.columns.unused else ""
        say("columns: " + ", ".join(f"{header} → {field}" for header, field in reading.columns.pairs) + unused)
        for note in reading.notes:
            say(f"note: {note}")
    how = "as given" if day_is_given else "the latest date of the evidence; --as-of changes it"
    say(f"as of {checked.as_of} ({how})")
    say()
    wrong = checked.worst_first()
    if wrong.height:
        columns = ("entry_id", "person", "verdict", "explanation")
        console.print(output.table(columns, wrong.select(columns).rows(), flexible="explanation"))
        say()
    if explain:
        _explain(console, wrong, checked)
    if checked.missing.height:
        say(f"{checked.missing.height} holders of posts in the list's scope are not on the list:")
        for explanation in checked.missing.get_column("explanation").head(_MOST_MISSING):
            say(f"  {explanation}")
        if checked.missing.height > _MOST_MISSING:
            say(f"  and {checked.missing.height - _MOST_MISSING} more: --format json lists them all")
        say()
    say(f"{checked.entries.height} entries: {output.summary(checked.counts('verdict'))}")
    if reasons := checked.counts("reasons"):
        say(f"reasons: {output.summary(reasons)}")
    if isinstance(stream, io.StringIO):
        output.deliver(stream.getvalue(), path)


def _explain(console: Console, wrong: pl.DataFrame, checked: Checked) -> None:
    """Each shown entry's findings, with their interval, confidence and evidence."""
    for entry_id, person, post in wrong.select("entry_id", "person", "post").iter_rows():
        console.print(printable(f"{entry_id} {person or ''}, {post or ''}"))
        for finding in checked.findings.filter(entry_id=entry_id).iter_rows(named=True):
            since = finding["since_earliest"] or "an unknown day"
            if finding["since_latest"] and finding["since_latest"] != finding["since_earliest"]:
                since += f" to {finding['since_latest']}"
            console.print(printable(f"  {finding['reason']} ({finding['confidence']}, since {since})", 500))
            console.print(printable(f"    {finding['explanation']}", 1000))
            for reference in (finding["evidence"] or "").split(";"):
                console.print(printable(f"    evidence: {reference or 'none'}", 500))
        console.print()


_MOST_MISSING = 10
