"""How many of those listed have an account, and what it does, over time: from the published tables alone."""

from __future__ import annotations

import polars as pl

from incumbent import edtf
from incumbent.headlines import COUNTED, NO_ACCOUNT

#: Columns of the answer; what they mean is in schemas/shares.json.
SHARES: dict[str, pl.DataType] = {
    "share_id": pl.String(),
    "since": pl.Date(),
    "organisation_id": pl.String(),  # null for the whole list
    "entries": pl.Int64(),
    "with_account": pl.Int64(),
    "counted": pl.Int64(),
    "active": pl.Int64(),
    "dormant": pl.Int64(),
    "never_posted": pl.Int64(),
}
_FIGURES = list(SHARES)[3:]


def shares_over_time(roster: pl.DataFrame, activity: pl.DataFrame, dormant_days: int) -> pl.DataFrame:
    """A row for each day on which the figures of an organisation, or of the whole list, changed (columns: SHARES).

    Of those whom `roster` lists, as `activity` knew their accounts on that day. `counted` are those of whose account it
    is known what it does: the denominator of the last three. An account whose last post, or else the observation that
    calls it active, is older than `dormant_days` by then is dormant, or not counted. Only days on which something was
    observed are looked at.
    """
    seen = (
        activity.with_columns(at=edtf.last_day(pl.col("observed_at").str.slice(0, 10)))
        .drop_nulls(["at", "person_id"])
        .sort("at", "source_id")
    )
    days = seen.select(since="at").unique().sort("since")
    people = _people(seen.filter("answered"), days, dormant_days)
    listed = roster.select("entry_id", "organisation_id", "person_id")
    having = listed.join(people, on="person_id")
    bodies = listed.filter(pl.col("organisation_id").is_not_null())
    whole = pl.lit(None, pl.String).alias("organisation_id")
    table = pl.concat(
        [
            _counted(listed.with_columns(whole), having.with_columns(whole), days),
            _counted(bodies, having.filter(pl.col("organisation_id").is_not_null()), days),
        ]
    )
    before = pl.struct(_FIGURES).shift(1).over("organisation_id", order_by="since")
    share = pl.concat_str(pl.col("since").cast(pl.String), "organisation_id", separator="--", ignore_nulls=True)
    return (
        table.filter(pl.struct(_FIGURES).ne_missing(before))
        .with_columns(share_id=share)
        .select(pl.col(name).cast(dtype) for name, dtype in SHARES.items())
        .sort("share_id")
    )


def _people(seen: pl.DataFrame, days: pl.DataFrame, dormant_days: int) -> pl.DataFrame:
    """`person_id, since, state`: of each person who had an account on a day, what the most telling one did.

    `seen`: observations that were answered, in the order of time, with `at`.
    """
    filled = seen.with_columns(pl.col("last_post").forward_fill().over("account_id"))
    accounts = filled.select("account_id").unique().join(days, how="cross").sort("since", "account_id")
    known = accounts.join_asof(
        filled.select("account_id", "at", "person_id", "state", "last_post"),
        left_on="since",
        right_on="at",
        by="account_id",
        check_sortedness=False,  # both are sorted by their day
    ).drop_nulls("person_id")
    old = pl.col("since") - pl.duration(days=dormant_days)
    late = edtf.last_day(pl.col("last_post").cast(pl.String)) < old
    state = (
        pl.when((pl.col("state") == "active") & (pl.col("at") < old))
        .then(pl.lit("unknown"))
        .when((pl.col("state") == "active") & late.fill_null(False))
        .then(pl.lit("dormant"))
        .otherwise("state")
    )
    rank = {name: number for number, name in enumerate(COUNTED)}
    return (
        known.with_columns(state)
        .filter(~pl.col("state").is_in(NO_ACCOUNT))
        .sort(pl.col("state").replace_strict(rank, default=len(rank)), "state")
        .group_by("since", "person_id", maintain_order=True)
        .agg(pl.col("state").first())
    )


def _counted(listed: pl.DataFrame, having: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """`since, organisation_id` and the figures, of each day and organisation of `listed`."""
    figures = having.group_by("since", "organisation_id").agg(
        pl.len().alias("with_account"),
        pl.col("state").is_in(list(COUNTED)).sum().alias("counted"),
        *((pl.col("state") == name).sum().alias(name) for name in COUNTED),
    )
    return (
        listed.group_by("organisation_id")
        .agg(pl.len().alias("entries"))
        .join(days, how="cross")
        .join(figures, on=["since", "organisation_id"], how="left", nulls_equal=True)
        .select("since", "organisation_id", *(pl.col(name).fill_null(0).cast(pl.Int64) for name in _FIGURES))
    )
