"""Asks `incumbent` a case as the command line does, and says what is wrong with how it answered.

A right answer is a result that keeps its laws (status 0 or 1), or the clear error (status 2) with nothing written;
within bounds of processor time and memory, without a word on stderr that no user should see.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import resource
import signal
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from incumbent import cli, lists
from incumbent.errors import InputError
from incumbent.lists.columns import LIST_FIELDS, parse_given
from incumbent.verdicts import ENTRY_COLUMNS, FINDING_COLUMNS
from tests.hostile.cases import Case

#: Bounds of one case: processor seconds (every bounded file is small), and how far it may raise the process's peak.
CPU_SECONDS = 20
PEAK_MEGABYTES = 2_000
VERDICTS = frozenset({"out_of_date", "disputed", "leaving", "unverified", "current"})
REASONS = frozenset(
    {
        "moved", "left", "retired", "died", "replaced", "not_listed", "acting_holder", "announced_departure",
        "announced_successor", "not_yet_started", "post_renamed", "post_abolished", "organisation_renamed", "vacant",
        "name_misspelt", "title_changed", "duplicate_entry", "missing_entry", "disputed",
    }
)  # fmt: skip
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class OutOfTimeError(BaseException):
    """Not an Exception, so that nothing on the way absorbs it."""


@dataclass(frozen=True)
class Answer:
    """What came of a case."""

    status: int
    out: str
    err: str
    seconds: float
    megabytes: float


def judge(case: Case) -> tuple[Answer | None, list[str]]:
    """The answer (None when there was none), and what is wrong with it: empty when nothing is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        case.write(folder)
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        with contextlib.chdir(folder):
            try:
                answer = ask(case.arguments)
            except OutOfTimeError as error:
                return None, [f"took more than {CPU_SECONDS} s, in {error}"]
            except BaseException as error:
                return None, [f"{type(error).__name__} came out of the command line: {str(error)[:300]}"]
            faults = list(_faults(case, answer, folder))
            for path in folder.iterdir():
                if path.name != case.output and before.get(path.name) != path.read_bytes():
                    faults.append(f"{path.name} was written or changed")
        return answer, faults


def ask(arguments: tuple[str, ...]) -> Answer:
    """incumbent.cli.main with these arguments; stdout, and what reaches stderr by any way, native code's included."""
    out, kept_out, kept_err = io.BytesIO(), sys.stdout, sys.stderr
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    with tempfile.TemporaryFile() as errors, _native_stderr(errors.fileno()), _time_limit():
        sys.stdout = shown = io.TextIOWrapper(out, encoding="utf-8")
        sys.stderr = io.TextIOWrapper(
            os.fdopen(os.dup(errors.fileno()), "wb"), encoding="utf-8", errors="backslashreplace"
        )
        try:
            cli.main(arguments)
            status = -1
        except SystemExit as ended:
            status = int(ended.code or 0)
        finally:
            shown.flush()
            shown.detach()
            sys.stderr.close()
            sys.stdout, sys.stderr = kept_out, kept_err
        seconds = time.process_time() - began
        errors.seek(0)
        err = errors.read().decode(errors="backslashreplace")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
    return Answer(status, out.getvalue().decode(), err, seconds, grown)


@contextlib.contextmanager
def _native_stderr(descriptor: int) -> Iterator[None]:
    sys.stderr.flush()
    kept = os.dup(2)
    os.dup2(descriptor, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """OutOfTimeError at the first Python instruction after CPU_SECONDS of this process's time."""

    def over(_signal: int, frame: FrameType | None) -> None:
        where = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "native code"
        raise OutOfTimeError(where)

    previous = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)


def _faults(case: Case, answer: Answer, folder: Path) -> Iterator[str]:
    if answer.status not in (0, 1, 2):
        yield f"exit status {answer.status}: {answer.err[-1500:]}"
        return
    for word in ("Traceback", "panicked", "RUST_BACKTRACE", "Warning", "Exception ignored"):
        if word in answer.err:
            yield f"{word} on stderr: {answer.err[-1500:]}"
    if driving := drives_a_terminal(answer.err):
        yield f"stderr holds {driving}"
    if answer.megabytes > PEAK_MEGABYTES:
        yield f"{answer.megabytes:.0f} MB more memory"
    answered = case.output is not None and (folder / case.output).exists()
    if answer.status == 2:
        if answered:
            yield "an answer was written beside the error"
        yield from _error_faults(case, answer)
        return
    if case.output is not None:
        if not answered:
            yield "no answer was written"
            return
        if answer.out:
            yield "the answer came twice"
    text = answer.out if case.output is None else (folder / case.output).read_bytes().decode()
    try:
        yield from _LAWS[case.format](case, answer.status, text, folder)
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        yield f"the {case.format} cannot be read: {type(error).__name__}: {error}"


def drives_a_terminal(text: str) -> str | None:
    """The first character of `text` that moves a cursor, changes colours or turns the direction of writing."""
    for char in text:
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            return f"U+{ord(char):04X}"
    return None


def _error_faults(case: Case, answer: Answer) -> Iterator[str]:
    if case.format == "json":
        told = json.loads(answer.out)
        fields = {name for name in ("what", "where", "expected", "do") if told.get(name)}
        if told.get("exit_status") != 2:
            yield "the error's exit_status is not 2"
    else:
        if answer.out:
            yield "something was answered beside the error"
        lines = answer.err.strip("\n").split("\n")
        labelled = {line.split(":")[0].strip() for line in lines if line.startswith("  ")}
        fields = labelled & {"where", "expected", "do"} | (
            {"what"} if any(not line.startswith(" ") for line in lines) else set()
        )
    if not {"what", "where"} <= fields or not fields & {"expected", "do"}:
        yield f"the error says only {sorted(fields)}: {answer.err or answer.out}"


def _listed(case: Case) -> list[tuple[Any, ...]]:
    """entry_id, person, post, organisation of the list's entries in its order, as the check reads them."""
    options = dict(zip(case.arguments, [*case.arguments[1:], ""], strict=True))
    reading = lists.read_list(
        case.list_file,
        columns=parse_given(options.get("--columns", ""), LIST_FIELDS),
        organisation=options.get("--organisation"),
        sheet=options.get("--sheet"),
    )
    assert reading.entries is not None
    listed = reading.entries.join(reading.claims, on="claim_id").sort("row")
    if case.entries is not None and listed.height != case.entries:
        raise InputError(f"{listed.height} entries were read of a list that has {case.entries}")
    return listed.select("entry_id", "person", "post", "organisation").rows()


def _row_faults(case: Case, status: int, rows: list[dict[str, Any]], *, excel: bool) -> Iterator[str]:
    listed = _listed(case)
    if len(rows) != len(listed):
        yield f"{len(rows)} rows for {len(listed)} entries"
        return
    for row, (entry_id, person, post, organisation) in zip(rows, listed, strict=True):
        if tuple(row) != ENTRY_COLUMNS:
            yield f"columns {tuple(row)}"
            return
        if not excel:
            shown = tuple(row[name] or None for name in ("entry_id", "person", "post", "organisation"))
            if shown != (entry_id, person, post, organisation):
                yield f"row {shown} where the list has {(entry_id, person, post, organisation)}"
        if row["verdict"] not in VERDICTS:
            yield f"verdict {row['verdict']!r}"
        reasons = row["reasons"] if isinstance(row["reasons"], list) else (row["reasons"] or "").split(";")
        if unknown := set(reasons) - REASONS - {""}:
            yield f"reasons {sorted(unknown)}"
        if (row["verdict"] in ("out_of_date", "leaving", "disputed")) and not set(reasons) - {""}:
            yield f"{row['verdict']} without a reason"
        for name in ("since_earliest", "since_latest"):
            if row[name] and not _DAY.fullmatch(row[name]):
                yield f"{name} {row[name]!r}"
        if row["confidence"] not in ("confirmed", "probable", "possible", "", None):
            yield f"confidence {row['confidence']!r}"
    if (status == 1) != any(row["verdict"] == "out_of_date" for row in rows):
        yield f"exit status {status} for {sorted({row['verdict'] for row in rows})}"


def _csv_faults(case: Case, status: int, text: str, folder: Path) -> Iterator[str]:
    excel = "--excel" in case.arguments
    if excel and not text.startswith("\ufeff"):
        yield "a file for a spreadsheet without its mark"
    csv.field_size_limit(1 << 27)
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    header, *records = list(reader)
    if any(len(record) != len(header) for record in records):
        yield "rows of different widths"
        return
    for record in records if excel else ():
        if formula := next((cell for cell in record if cell.startswith(("=", "+", "-", "@", "\t", "\r"))), None):
            yield f"a formula for a spreadsheet: {formula[:60]!r}"
    yield from _row_faults(case, status, [dict(zip(header, record, strict=True)) for record in records], excel=excel)


def _json_faults(case: Case, status: int, text: str, folder: Path) -> Iterator[str]:
    def constant(word: str) -> None:
        raise ValueError(f"{word} is no JSON")

    told = json.loads(text, parse_constant=constant)
    yield from _row_faults(case, status, told["entries"], excel=False)
    if told["list"]["rows"] != len(told["entries"]) or sum(told["verdicts"].values()) != len(told["entries"]):
        yield "the counts do not add up"
    ids = {entry["entry_id"] for entry in told["entries"]}
    for finding in (*told["findings"], *told["missing"]):
        if tuple(finding) != FINDING_COLUMNS or finding["reason"] not in REASONS:
            yield f"finding {finding}"
    if not {finding["entry_id"] for finding in told["findings"]} <= ids:
        yield "a finding of no entry"


def _table_faults(case: Case, status: int, text: str, folder: Path) -> Iterator[str]:
    if driving := drives_a_terminal(text):
        yield f"the table holds {driving}"
    entries = len(_listed(case))
    found = re.search(r"^([0-9]+) entries: ", text, flags=re.MULTILINE)
    if not found or int(found[1]) != entries:
        yield f"no summary of {entries} entries: {text[-300:]}"
    elif (status == 1) != ("out of date" in text[found.start() :].split("\n")[0]):
        yield f"exit status {status} for {text[found.start() :].splitlines()[0]}"


_LAWS = {"csv": _csv_faults, "json": _json_faults, "table": _table_faults}
