"""Who held the office of a role account, and when: it belongs to the office and is handed on with it."""

from __future__ import annotations

import polars as pl

from incumbent import edtf


def terms(
    pairs: pl.DataFrame, claims: pl.DataFrame, entries: pl.DataFrame, appointments: pl.DataFrame | None
) -> pl.DataFrame:
    """`account_id, person_id, since, until`: whose account it was on which days, both ends included; null is open.

    A personal account is its owner's on all days. A role account is each holder's for the time in office: from the last
    day on which the appointment can have begun to the first on which it can have ended; where no appointment is known,
    the first holder's since ever, a later one's from the first claim that names them, until the next one's.
    """
    role = (pl.col("kind") == "role").fill_null(False).any().over("account_id")
    mine = pairs.with_columns(role=role)
    always = mine.filter(~pl.col("role")).select("account_id", "person_id").unique()
    held = (
        mine.filter("role")
        .group_by("account_id", "person_id")
        .agg(named=pl.col("first_claim").min())
        .join(_in_office(entries, appointments), on="person_id", how="left")
        .sort("account_id", pl.coalesce("begins", "named"), "person_id", nulls_last=False)
        .with_columns(first=pl.int_range(pl.len()).over("account_id") == 0)
        .with_columns(since=pl.coalesce("begins", pl.when(~pl.col("first")).then("named")))
        .with_columns(next=pl.col("since").shift(-1).over("account_id") - pl.duration(days=1))
        .with_columns(until=pl.min_horizontal("ends", "next"))
    )
    none = pl.lit(None, pl.Date)
    return pl.concat(
        [
            always.select("account_id", "person_id", since=none, until=none),
            held.select("account_id", "person_id", "since", "until"),
        ]
    ).sort("account_id", "since", "person_id", nulls_last=False)


def with_holders(rows: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """`rows` (account_id, day) with `holder`: who had the account on that day; null where nobody had."""
    days = rows.select("account_id", "day").unique()
    at = (
        days.join(held, on="account_id")
        .filter((pl.col("since") <= pl.col("day")).fill_null(True), (pl.col("day") <= pl.col("until")).fill_null(True))
        .sort("account_id", "day", "since", "person_id", nulls_last=False)
        .group_by("account_id", "day", maintain_order=True)
        .agg(pl.col("person_id").last().alias("holder"))
    )
    return rows.join(at, on=["account_id", "day"], how="left", nulls_equal=True, maintain_order="left")


def latest(held: pl.DataFrame, day: pl.Expr) -> pl.DataFrame:
    """One row per account: the last who had come into it by `day` (person_id, since, until), else the first to come."""
    come = (pl.col("since") <= day).fill_null(True)
    return (
        held.with_columns(come=come, order=pl.when(come).then(pl.col("since")))
        .sort("account_id", "come", "order", "person_id", nulls_last=False)
        .group_by("account_id", maintain_order=True)
        .agg(pl.col("person_id", "since", "until").last())
    )


def _in_office(entries: pl.DataFrame, appointments: pl.DataFrame | None) -> pl.DataFrame:
    """`person_id, begins, ends` of the listed post of each person, where appointments say so; the newest of several."""
    if appointments is None or "post_id" not in entries.columns:
        return pl.DataFrame(schema={"person_id": pl.String, "begins": pl.Date, "ends": pl.Date})
    dates = [pl.col(name).cast(pl.String) for name in ("start_latest", "end_earliest")]
    return (
        entries.select("person_id", "post_id")
        .drop_nulls()
        .unique()
        .join(appointments.with_columns(dates), on=["person_id", "post_id"])
        .with_columns(begins=edtf.last_day("start_latest"), ends=edtf.first_day("end_earliest"))
        .sort("person_id", "begins", "ends", nulls_last=False)
        .group_by("person_id", maintain_order=True)
        .agg(pl.col("begins", "ends").last())
    )
