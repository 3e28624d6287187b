"""What was said of each account, by whom and when: claims of sources and answers of platforms in one table, in time."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from incumbent import edtf
from incumbent.activity.bindings import PAIR

FIGURES = ("posts", "followers", "last_post", "posts_30d", "posts_90d", "posts_365d", "median_gap_days")
#: What a platform answers -> design 9's state. `live` has none of its own: its figures tell.
_STATES = {"not_found": "deleted", "moved": "renamed"}
#: Of several answers at one check, the gravest is believed; a failed one outweighs none.
_GRAVITY = ("suspended", "deleted", "protected", "renamed", "live", "unknown")
#: States that are read off the figures of an account.
OF_FIGURES = ("active", "dormant", "never_posted")
#: Platforms on which a handle never changes, so that a handle that is not found is an account that is gone.
_FIXED_HANDLES = ("mastodon",)
SAID: dict[str, pl.DataType] = {
    "claim_id": pl.String(),
    "account_id": pl.String(),
    "person_id": pl.String(),  # whom a claim names; null for what the platform says
    "platform": pl.String(),
    "handle": pl.String(),
    "kind": pl.String(),
    "state": pl.String(),  # design 9's, or `live`; null where nothing is said of it
    "moved_to": pl.String(),
    "opted_out": pl.Boolean(),
    "posts": pl.Int64(),
    "followers": pl.Int64(),
    "last_post": pl.String(),
    "posts_30d": pl.Int64(),
    "posts_90d": pl.Int64(),
    "posts_365d": pl.Int64(),
    "median_gap_days": pl.Float64(),
    "created": pl.String(),
    "observed_at": pl.String(),
    "day": pl.Date(),
    "source": pl.String(),
    "origin": pl.String(),  # publication | platform
    "taken_over": pl.Boolean(),
}
_TAKEN, _OWN = pl.lit(True).alias("taken_over"), pl.lit(False).alias("taken_over")


def dated(rows: pl.DataFrame) -> pl.DataFrame:
    """With `observed_at` (text), `day` (its last) and `folded` (the handle), in the order of time; undated ones first.

    A last post that would be later than the statement itself is dropped: a clock was wrong.
    """
    return (
        rows.with_columns(observed_at=pl.coalesce("as_at", "stated_at", "seen_at"))
        .with_columns(day=edtf.last_day("observed_at"), folded=pl.col("handle").str.to_lowercase())
        .with_columns(pl.when(~(edtf.first_day("last_post") > pl.col("day")).fill_null(False)).then("last_post"))
        .sort("day", "claim_id", nulls_last=False)
    )


def said(
    claims: pl.DataFrame,
    seen: pl.DataFrame,
    pairs: pl.DataFrame,
    taken: pl.DataFrame,
    known_as: pl.DataFrame,
    bound: pl.DataFrame,
) -> pl.DataFrame:
    """Everything that is said of the accounts of `pairs` and of `taken` (bindings), as SAID, in the order of time."""
    return pl.concat([_by_sources(claims, pairs, taken), _by_platforms(seen, pairs, taken, known_as, bound)]).sort(
        "day", "origin", "claim_id", nulls_last=False, descending=[False, True, False]
    )


def publishable(told: pl.DataFrame, may_publish: Callable[[str], bool]) -> pl.DataFrame:
    """`told` without the figures, and the states read off them, that a platform gave and that may not be published."""
    names = told.get_column("platform").unique().sort().to_list()
    barred = [name for name in names if not may_publish(name)]
    private = (pl.col("origin") == "platform") & pl.col("platform").is_in(barred)
    return told.with_columns(pl.when(~private).then(pl.col(*FIGURES)))


def _by_sources(claims: pl.DataFrame, pairs: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Account claims under their account. One that gives another id than the handle had is about whoever took it."""
    ours = claims.filter(pl.col("folded").is_not_null()).join(pairs.select(*PAIR, "account_id", "bound_id"), on=PAIR)
    other = pl.col("platform_id").is_not_null() & (pl.col("platform_id") != pl.col("bound_id")).fill_null(False)
    theirs = (
        ours.filter(other)
        .drop("account_id")
        .join(taken.select(*PAIR, "platform_id", "account_id"), on=[*PAIR, "platform_id"])
    )
    # A claim that gives no handle (it could not be checked whether there is an account) is kept under the person,
    # where nothing else is known.
    unchecked = (
        claims.filter(pl.col("handle").is_null(), pl.col("state") == "unknown")
        .join(pairs, on=["person_id", "platform"], how="anti")
        .with_columns(account_id=pl.format("{}:unknown--{}", "platform", "person_id"))
    )
    rows = [ours.filter(~other).with_columns(_OWN), theirs.with_columns(_TAKEN), unchecked.with_columns(_OWN)]
    return pl.concat([_shaped(one.with_columns(origin=pl.lit("publication"))) for one in rows])


def _by_platforms(
    seen: pl.DataFrame, pairs: pl.DataFrame, taken: pl.DataFrame, known_as: pl.DataFrame, bound: pl.DataFrame
) -> pl.DataFrame:
    """Observations under their account, one row per account, moment and source."""
    accounts = pairs.select("account_id", "platform", platform_id="bound_id").unique()
    by_id = seen.join(accounts, on=["platform", "platform_id"]).with_columns(_OWN, direct=pl.lit(True))
    ids = taken.select("account_id", "platform", "platform_id").unique()
    of_taken = seen.join(ids, on=["platform", "platform_id"]).with_columns(_TAKEN, direct=pl.lit(True))
    by_handle = _about_handles(seen, accounts, known_as, bound).with_columns(_OWN, direct=pl.lit(False))
    columns = [*seen.columns, "account_id", "taken_over", "direct"]
    rows = pl.concat([one.select(columns) for one in (by_id, of_taken, by_handle)])
    # An answer that says only which id a handle has (WebFinger, a DID's document) tells no state.
    telling = pl.col("state").is_not_null() | pl.any_horizontal(pl.col(*FIGURES).is_not_null())
    told = rows.filter(telling).with_columns(_state())
    order = ["account_id", "observed_at", "source"]
    gravity = pl.col("state").replace_strict({state: at for at, state in enumerate(_GRAVITY)}, default=len(_GRAVITY))
    merged = (
        told.with_columns(
            failed=pl.col("state") == "unknown",
            # That a handle is not found says less than that its account is there.
            gravity=pl.when(~pl.col("direct") & (pl.col("state") == "deleted")).then(len(_GRAVITY)).otherwise(gravity),
        )
        .sort(*order, "failed", "gravity", "direct", "claim_id", descending=[False] * 5 + [True, False])
        .group_by(order, maintain_order=True)
        .agg(
            pl.col("platform", "state", "claim_id", "day", "taken_over").first(),
            pl.col("handle").filter("direct").drop_nulls().first(),
            pl.col("last_post").max(),
            pl.col("moved_to", "created", *(name for name in FIGURES if name != "last_post")).drop_nulls().first(),
            pl.col("opted_out").drop_nulls().any(ignore_nulls=False).alias("opted_out"),
            pl.col("opted_out").is_not_null().any().alias("asked"),
        )
        .with_columns(pl.when("asked").then("opted_out"))
        .with_columns(person_id=pl.lit(None, pl.String), kind=pl.lit(None, pl.String), origin=pl.lit("platform"))
    )
    return _shaped(_only_of_the_living(merged))


def _only_of_the_living(rows: pl.DataFrame) -> pl.DataFrame:
    """Figures only of an account that is there, open to all, and does not ask to be left out: later, or ever again.

    Whoever withdraws from the public also withdraws what was counted before.
    """
    state = pl.when(pl.col("state") != "unknown").then("state").alias("standing")
    rows = rows.sort("account_id", "day", "source", nulls_last=False).with_columns(
        pl.col("opted_out").forward_fill().over("account_id")
    )
    latest = (
        rows.with_columns(state)
        .sort("day", "source", nulls_last=False)
        .group_by("account_id")
        .agg(
            pl.col("standing").drop_nulls().last(),
            pl.col("opted_out").drop_nulls().last().fill_null(False).alias("out"),
        )
    )
    with_latest = rows.join(latest, on="account_id", how="left")
    open_now = pl.col("standing").is_in(["live", "renamed"]).fill_null(False) & ~pl.col("out")
    open_then = pl.col("state").is_in(["live"]) & ~pl.col("opted_out").fill_null(False) & ~pl.col("taken_over")
    return with_latest.with_columns(pl.when(open_now & open_then).then(pl.col(*FIGURES)))


def _about_handles(
    seen: pl.DataFrame, accounts: pl.DataFrame, known_as: pl.DataFrame, bound: pl.DataFrame
) -> pl.DataFrame:
    """Answers that name a handle and no id (not found, suspended, failed), under the account that had it that day."""
    bare = seen.filter(pl.col("platform_id").is_null(), pl.col("folded").is_not_null())
    asked = bare.join(known_as.select("account_id", "platform", "folded").unique(), on=["platform", "folded"])
    key = ["claim_id", "account_id"]
    now = (
        asked.select(*key, "day", asked_for="folded")
        .join(known_as.select("account_id", "folded", known="day"), on="account_id")
        .filter(pl.col("known").is_null() | pl.col("day").is_null() | (pl.col("known") <= pl.col("day")))
        .with_columns(newest=pl.col("known").max().over(key))
        .filter(pl.col("known").eq_missing(pl.col("newest")))
        .group_by(key)
        .agg((pl.col("folded") == pl.col("asked_for")).any().alias("is_its_handle"))
    )
    holder = (
        asked.select(*key, "platform", "folded", "day")
        .join(bound, on=["platform", "folded"], suffix="_bound")
        .filter((pl.col("day_bound") <= pl.col("day")).fill_null(True))
        .sort("day_bound", "by_platform", nulls_last=False)
        .group_by(key, maintain_order=True)
        .agg(holder=pl.col("platform_id").last())
    )
    return (
        asked.join(now, on=key, how="left")
        .join(holder, on=key, how="left")
        .join(accounts.select("account_id", bound_id="platform_id"), on="account_id")
        .filter(
            pl.col("is_its_handle").fill_null(True),
            pl.col("holder").is_null() | (pl.col("holder") == pl.col("bound_id")).fill_null(True),
        )
        # Of an account that is known by its id, "not found" may only mean that it goes by another handle now.
        .with_columns(
            state=pl.when(
                (pl.col("state") == "not_found")
                & pl.col("bound_id").is_not_null()
                & ~pl.col("platform").is_in(_FIXED_HANDLES)
            )
            .then(pl.lit("unknown"))
            .otherwise("state")
        )
    )


def _state() -> pl.Expr:
    return pl.col("state").replace(_STATES).fill_null("live")


def _shaped(rows: pl.DataFrame) -> pl.DataFrame:
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in SAID.items() if name not in rows.columns]
    return rows.with_columns(absent).select(pl.col(name).cast(dtype) for name, dtype in SAID.items())
