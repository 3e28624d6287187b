"""A difference that a gate holds, looked at and approved by a person: approvals.csv of a roster's folder.

An approval counts for one difference after one version and for nothing else: it names their digest. What is held waits
beside the archive, in HELD, so that whoever approves need not copy a digest; it may be deleted at any time.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from incumbent import durable, edtf, manifest
from incumbent.errors import InputError, RosterError
from incumbent.quality import Check

#: The approvals, in the folder of the roster: data to be kept with it.
FILE = "approvals.csv"
#: What the last run was held for, in the folder of the archive.
HELD = "held.json"

_DIGEST = re.compile(r"[0-9a-f]{20}")
#: How the ids of the checks begin that name what became of single entries.
_ENTRY = "entry_"


def digest(slug: str, previous: Path | None, checks: Sequence[Check]) -> str:
    """What an approval is bound to: the roster, the version before, every check that holds and what it saw, and every
    entry that a gate names. The order of `checks` does not matter, nor does the day of the release."""
    told = [
        [check.check_id, check.table, check.subject, check.severity, check.observed]
        for check in checks
        if check.holds or check.check_id.startswith(_ENTRY)
    ]
    after = manifest.digest(previous / manifest.NAME) if previous is not None else None
    said = json.dumps({"roster": slug, "after": after, "checks": sorted(told)}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:20]


def settle(checks: Sequence[Check], known: Approval | None) -> list[Check]:
    """`checks`, of which those that hold and can be approved are, where there is the approval of their digest."""
    if known is None:
        return list(checks)
    words = f" Approved on {known.date}: {known.reason}"
    return [
        replace(check, state="approved", notes=check.notes + words) if check.holds and check.approvable else check
        for check in checks
    ]


def find(folder: Path, wanted: str) -> Approval | None:
    """The newest approval of that digest in a roster's folder. Raises RosterError as load does."""
    return next((each for each in reversed(load(folder)) if each.digest == wanted), None)


def load(folder: Path) -> list[Approval]:
    """The approvals of a roster's folder, in the order in which they were given; none where there is no such file.

    Raises RosterError with file and line for other columns and for a row that is no approval.
    """
    path = folder / FILE
    if not path.is_file():
        return []
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RosterError("is not readable as CSV", where=str(path), expected="CSV in UTF-8", do=str(error)) from None
    if not rows or tuple(rows[0]) != Approval._fields:
        raise RosterError("the file has other columns", where=f"{path}:1", expected=",".join(Approval._fields))
    for number, row in enumerate(rows[1:], 2):
        if fault := _fault(row):
            raise RosterError("the row is no approval", where=f"{path}:{number}", expected=fault, do="correct it")
    return [Approval(*row) for row in rows[1:]]


def record(folder: Path, approval: Approval) -> None:
    """Puts `approval` at the end of the file. Raises InputError when it is none, RosterError as load does."""
    if fault := _fault(approval):
        raise InputError("this is no approval", where=FILE, expected=fault)
    known = load(folder)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Approval._fields)
    writer.writerows([*(each for each in known if each != approval), approval])
    with tempfile.TemporaryDirectory(dir=folder, prefix=".approving-") as scratch:
        durable.write(out.getvalue().encode(), folder / FILE, Path(scratch))


def note_held(archive: Path, waiting: str, as_of: str, after: str | None, checks: Sequence[Check]) -> None:
    """That the release was held, and for what; `waiting` is the digest, `after` the version before."""
    value = {
        "digest": waiting,
        "as_of": as_of,
        "after": after,
        "checks": [
            {"name": check.name, "observed": check.observed, "note": check.notes} for check in checks if check.holds
        ],
        "entries": [check.notes for check in checks if check.check_id.startswith(_ENTRY)],
        "approvable": all(check.approvable for check in checks if check.holds),
    }
    with tempfile.TemporaryDirectory(dir=archive, prefix=".holding-") as scratch:
        durable.write_json(value, archive / HELD, Path(scratch))


def held(archive: Path) -> dict[str, Any] | None:
    """What note_held noted last; None where nothing is held. Raises InputError when the note is damaged."""
    path = archive / HELD
    if not path.is_file():
        return None
    try:
        value = json.loads(path.read_bytes())
        whole = isinstance(value, dict) and _DIGEST.fullmatch(value["digest"]) and isinstance(value["checks"], list)
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise InputError("the note of what is held is damaged", where=str(path), do="delete it, and release again")
    return dict(value)


def forget_held(archive: Path) -> None:
    """Nothing is held any more."""
    if (archive / HELD).is_file():  # an archive may be only read from
        (archive / HELD).unlink()


def _fault(cells: Sequence[str]) -> str:
    """What a row should have been; empty when it is right."""
    if len(cells) != len(Approval._fields):
        return ",".join(Approval._fields)
    row = Approval(*cells)
    try:
        edtf.parse_day(row.date)
    except InputError:
        return "date: a day such as 2026-11-22"
    if _DIGEST.fullmatch(row.digest) is None:
        return "digest: 20 hexadecimal digits, as the held release named them"
    for name in ("by", "reason"):
        if not getattr(row, name).strip() or not getattr(row, name).isprintable():
            return f"{name}: one line of text"
    return ""


class Approval(NamedTuple):
    """One approval: the digest of what was held, the day, who approved it and why, the version before (empty: none),
    and the checks that held it (;-separated). Reason and day are published, who it was is not."""

    digest: str
    date: str
    by: str
    reason: str
    after: str
    checks: str
