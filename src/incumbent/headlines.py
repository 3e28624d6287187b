"""The figures that a release comes to: how many entries, how many of them wrong and why, how many with an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from incumbent.schemas import TableSchema

#: States in which a person can be said to have an account. Gone, another's, or never there: not.
NO_ACCOUNT = ("none_known", "deleted", "identity_changed")

_VERDICTS = {
    "out_of_date": "are out of date",
    "leaving": "name somebody whose departure is announced and has not happened",
    "disputed": "are in dispute between sources of equal weight",
    "unverified": "have no evidence that is recent enough, so nothing is said of them",
    "current": "are current: recent evidence supports them and none contradicts them",
}


def headlines(
    roster: pl.DataFrame, findings: pl.DataFrame, as_of: dt.date, schemas: dict[str, TableSchema]
) -> pl.DataFrame:
    """The headlines table: `measure, value, of, share, as_of, note`, one row per measure.

    Every verdict, reason and account state that the schemas know has its row, zero included, so that a measure that
    first occurs is a changed figure and no new row. `share` is value / of with four places; null when `of` is 0.
    """
    total = roster.height
    rows = [
        {"measure": measure, "value": value, "of": of, "note": note}
        for measure, value, of, note in _measures(roster, findings, total, schemas)
    ]
    of = pl.col("of")
    return pl.DataFrame(
        rows, schema={"measure": pl.String, "value": pl.Int64, "of": pl.Int64, "note": pl.String}
    ).select(
        "measure",
        "value",
        "of",
        pl.when(of > 0).then((pl.col("value") / of).round(4)).alias("share"),
        pl.lit(as_of).alias("as_of"),
        "note",
    )


def _measures(
    roster: pl.DataFrame, findings: pl.DataFrame, total: int, schemas: dict[str, TableSchema]
) -> Iterator[tuple[str, int, int | None, str]]:
    yield "entries", total, None, f"The list has {total} {_entries(total)}."
    for verdict in schemas["roster"].field("verdict").constraints["enum"]:
        count = roster.filter(pl.col("verdict") == verdict).height
        yield verdict, count, total, f"{count} of {total} {_entries(total)} {_VERDICTS[verdict]}."
    yield "findings", findings.height, None, f"{findings.height} reasons were found in all; an entry can have several."
    missing = findings.filter(pl.col("reason") == "missing_entry").height
    yield (
        "missing_entries",
        missing,
        None,
        f"Evidence names {missing} holder{'s' * (missing != 1)} of posts that the list lacks.",
    )
    reasons = roster.select("entry_id", pl.col("reasons").str.split(";")).explode("reasons")
    for reason in schemas["findings"].field("reason").constraints["enum"]:
        count = reasons.filter(pl.col("reasons") == reason)["entry_id"].n_unique()
        note = f"{count} of {total} {_entries(total)} have the reason {reason.replace('_', ' ')}."
        yield f"reason_{reason}", count, total, note
    with_account = roster.filter(
        pl.col("accounts").is_not_null() & ~pl.col("account_state").is_in(NO_ACCOUNT).fill_null(True)
    ).height
    yield (
        "with_account",
        with_account,
        total,
        f"{with_account} of {total} {_entries(total)} name somebody with an account.",
    )
    for state in schemas["roster"].field("account_state").constraints["enum"]:
        count = roster.filter(pl.col("account_state") == state).height
        note = f"{count} of {total} {_entries(total)} have the account state {state.replace('_', ' ')}."
        yield f"account_{state}", count, total, note


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"
