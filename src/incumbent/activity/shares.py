"""How many of those listed have an account, and what it does, over time: from the published tables alone."""

from __future__ import annotations

import polars as pl

from incumbent import edtf
from incumbent.headlines import COUNTED, NO_ACCOUNT

SHARES: dict[str, pl.DataType] = {
    "day": pl.Date(),
    "organisation_id": pl.String(),  # null for the whole list
    "entries": pl.Int64(),
    "with_account": pl.Int64(),
    "counted": pl.Int64(),
    "active": pl.Int64(),
    "dormant": pl.Int64(),
    "never_posted": pl.Int64(),
}


def shares_over_time(roster: pl.DataFrame, activity: pl.DataFrame, dormant_days: int) -> pl.DataFrame:
    """One row per day on which something was observed and organisation, and one for the whole list (columns: SHARES).

    Of those whom `roster` lists, as `activity` knew their accounts on that day. `counted` are those of whose account it
    is known what it does: the denominator of the last three. An account whose last post, or else the observation that
    calls it active, is older than `dormant_days` by then is dormant, or not counted.
    """
    seen = activity.with_columns(at=edtf.last_day(pl.col("observed_at").str.slice(0, 10))).drop_nulls(
        ["at", "person_id"]
    )
    days = seen.select(day="at").unique().sort("day")
    known = (
        seen.filter("answered")
        .join(days, how="cross")
        .filter(pl.col("at") <= pl.col("day"))
        .sort("at", "source_id")
        .group_by("day", "person_id", "account_id", maintain_order=True)
        .agg(pl.col("state", "at").last(), pl.col("last_post").drop_nulls().last())
    )
    old = pl.duration(days=dormant_days)
    late = edtf.last_day(pl.col("last_post").cast(pl.String)) < pl.col("day") - old
    state = (
        pl.when((pl.col("state") == "active") & (pl.col("at") < pl.col("day") - old))
        .then(pl.lit("unknown"))
        .when((pl.col("state") == "active") & late.fill_null(False))
        .then(pl.lit("dormant"))
        .otherwise("state")
    )
    rank = {name: number for number, name in enumerate(COUNTED)}
    people = (
        known.with_columns(state)
        .filter(~pl.col("state").is_in(NO_ACCOUNT))
        .sort(pl.col("state").replace_strict(rank, default=len(rank)), "state")
        .group_by("day", "person_id", maintain_order=True)
        .agg(pl.col("state").first())
    )
    listed = roster.select("entry_id", "organisation_id", "person_id").join(days, how="cross")
    each = listed.join(people, on=["day", "person_id"], how="left")
    figures = [
        pl.len().alias("entries"),
        pl.col("state").is_not_null().sum().alias("with_account"),
        pl.col("state").is_in(list(COUNTED)).fill_null(False).sum().alias("counted"),
        *((pl.col("state") == name).fill_null(False).sum().alias(name) for name in COUNTED),
    ]
    whole = each.group_by("day").agg(figures).with_columns(organisation_id=pl.lit(None, pl.String))
    bodies = each.filter(pl.col("organisation_id").is_not_null()).group_by("day", "organisation_id").agg(figures)
    columns = [pl.col(name).cast(dtype) for name, dtype in SHARES.items()]
    return pl.concat([whole.select(columns), bodies.select(columns)]).sort("day", "organisation_id", nulls_last=False)
