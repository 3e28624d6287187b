"""What a version was put to before it was published: one Check per question, and all of them as the table `quality`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from incumbent.errors import printable

#: The one thing that a check of a whole table is about.
WHOLE = "whole"

#: Columns of the table, as in schemas/quality.json.
COLUMNS: dict[str, pl.DataType] = dict.fromkeys(
    ("check_id", "table", "subject", "severity", "state", "observed", "expected", "note"), pl.String()
)
#: A cell is read by people; what was seen can be a whole list.
_LONGEST = 1_000


def table(checks: Sequence[Check]) -> pl.DataFrame:
    """`checks` as the published table (columns: COLUMNS), sorted by its key.

    Of several checks with one id about one subject the second is numbered `-2`, and so on, in the order in which they
    were asked. Text of strangers is kept to one line without control characters.
    """
    rows = [
        {
            "check_id": check.check_id,
            "table": check.table or check.name.partition(":")[0],
            "subject": printable(check.subject, _LONGEST) or WHOLE,
            "severity": check.severity,
            "state": check.outcome,
            "observed": printable(check.observed, _LONGEST),
            "expected": printable(check.expected, _LONGEST),
            "note": printable(check.notes.removeprefix(f"{check.observed}. "), _LONGEST),
        }
        for check in checks
    ]
    place = pl.int_range(pl.len()).over("check_id", "table", "subject") + 1
    numbered = pl.when(place > 1).then(pl.format("{}-{}", "check_id", place)).otherwise("check_id")
    return (
        pl.DataFrame(rows, schema=COLUMNS, orient="row")
        .with_columns(check_id=numbered)
        .sort("check_id", "table", "subject")
    )


@dataclass(frozen=True)
class Check:
    """One check: `<table>: <what>`, its severity (critical holds the release, warning does not), what was seen.

    `check_id`, `table`, `subject`, `observed`, `expected`: as in the published table. `state`: approved or not_run,
    where it is neither passed nor failed. `approvable`: whether a person can decide that it may be so all the same.
    """

    name: str
    severity: str
    passed: bool
    notes: str
    check_id: str = "check"
    table: str = ""
    subject: str = WHOLE
    observed: str = ""
    expected: str = ""
    state: str = ""
    approvable: bool = False

    @property
    def outcome(self) -> str:
        """passed | failed | approved | not_run."""
        return self.state or ("passed" if self.passed else "failed")

    @property
    def holds(self) -> bool:
        """Whether it holds the release."""
        return self.severity == "critical" and self.outcome == "failed"
