"""The log of corrections: what was put right or withdrawn, when, of what class. It holds no personal data.

From curation/corrections.csv of a roster (kept by hand) and from the withdrawals, published as <slug>/corrections.csv.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from incumbent import edtf
from incumbent.errors import InputError, RosterError, VerifyError

#: The name of the file, in curation/ and beside the published versions.
FILE = "corrections.csv"

#: What was put right. The class is published; docs/commands.md says what each means.
CLASSES = ("source", "reading", "matching", "account", "code", "other")

#: The class of a withdrawal, which nobody writes by hand.
WITHDRAWN = "withdrawn"

_VERSIONS = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(;[0-9]+\.[0-9]+\.[0-9]+)*")


def load(folder: Path) -> list[Correction]:
    """The corrections of a roster's curation folder, in order; none where there is no such file.

    Raises RosterError with file and line for other columns, a day that is none, an unknown class, and a row that does
    not say what was corrected.
    """
    path = folder / FILE
    if not path.is_file():
        return []
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RosterError("is not readable as CSV", where=str(path), expected="CSV in UTF-8", do=str(error)) from None
    if not rows or tuple(rows[0]) != Correction._fields:
        raise RosterError("the file has other columns", where=f"{path}:1", expected=",".join(Correction._fields))
    found = []
    for number, row in enumerate(rows[1:], 2):
        cells = [cell.strip() for cell in row]
        expected = _fault(cells)
        if expected:
            raise RosterError("the row is no correction", where=f"{path}:{number}", expected=expected, do="correct it")
        found.append(Correction(*cells))
    return sorted(found)


def log(path: Path, corrected: Sequence[Correction] | None, versions: Sequence[Mapping[str, Any]]) -> list[Correction]:
    """The whole log, in order: `corrected` (None: those that `path` has) and the withdrawals among `versions`."""
    kept = published(path) if corrected is None else corrected
    by_hand = [each for each in kept if each.kind != WITHDRAWN]
    withdrawn = [
        Correction(str(each["withdrawn"]["date"]), str(each["version"]), WITHDRAWN, str(each["withdrawn"]["reason"]))
        for each in versions
        if each.get("withdrawn")
    ]
    return sorted([*by_hand, *withdrawn])


def published(path: Path) -> list[Correction]:
    """The log at `path`; empty where there is none. Raises VerifyError when it is no such log."""
    if not path.is_file():
        return []
    try:
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise VerifyError("the log of corrections is damaged", where=str(path), expected="CSV") from error
    if not rows or tuple(rows[0]) != Correction._fields or any(len(row) != len(rows[0]) for row in rows):
        raise VerifyError("the log of corrections is damaged", where=str(path), expected=",".join(Correction._fields))
    return [Correction(*row) for row in rows[1:]]


def csv_bytes(log: Sequence[Correction]) -> bytes:
    """The log as RFC 4180 CSV, as our tables are written."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(Correction._fields)
    writer.writerows(log)
    return out.getvalue().encode()


def _fault(cells: Sequence[str]) -> str:
    """What a row should have been; empty when it is right."""
    if len(cells) != len(Correction._fields):
        return ",".join(Correction._fields)
    date, versions, kind, what = cells
    try:
        edtf.parse_day(date)
    except InputError:
        return "date: a day such as 2026-11-22"
    if versions and _VERSIONS.fullmatch(versions) is None:
        return "versions: such as 1.0.0;1.1.0, or empty"
    if kind not in CLASSES:
        return f"class: {' | '.join(CLASSES)}"
    return "" if what and what.isprintable() else "what: one line of text, without names"


class Correction(NamedTuple):
    """One line of the log: the day, the versions that it is about (;-separated), its class, and what was put right."""

    date: str
    versions: str
    kind: str
    what: str
