"""Which account a handle was when somebody said whose it is: the platform's immutable id, and who has the handle since.

A handle is a name that its owner can give up and somebody else can take. A claim says only the handle; what the
platform said of that handle, at about that time, says the id. From then on the account is followed by its id.
"""

from __future__ import annotations

import polars as pl

#: Days between a claim that names a handle and the platform's answer whose it is. What lies further apart than a
#: statement is believed for (roster.Policy.max_age_days) may be about two accounts.
BINDING_DAYS = 200
#: An account that moved, and moved again: more often than this is no history of a person.
_MOVES = 5
#: Answers about a handle after which whoever has it next may be somebody else.
_GONE = ("not_found", "deleted", "suspended")
PAIR = ["person_id", "platform", "folded"]


def bindings(claims: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """`platform, folded, platform_id, day, by_platform`: on which day who said that a handle has which id."""
    columns = ["platform", "folded", "platform_id", "day"]
    said = [
        claims.select(*columns, by_platform=pl.lit(False)),
        observations.select(*columns, by_platform=pl.lit(True)),
    ]
    return (
        pl.concat(said)
        .drop_nulls(["folded", "platform_id"])
        .unique()
        .sort("day", "by_platform", "platform", "folded", "platform_id", nulls_last=False)
    )


def pairs(
    claims: pl.DataFrame, observations: pl.DataFrame, bound: pl.DataFrame, decisions: pl.DataFrame
) -> pl.DataFrame:
    """One row per person and handle: person_id, platform, folded, kind, first_claim, bound_id, account_id, moved_here.

    `bound_id` is the id that the handle had when it was first claimed for the person: the one that the claim itself
    gives; else the one that the platform gave on that day; else the last one before and the first one after, where they
    are the same or only one is known, not further than BINDING_DAYS from a claim. Where they differ, the handle changed
    hands about then, and nobody knows on which side of it the claim stands; the same where the handle was found to be
    gone before it was first seen to be anybody's. A curated decision overrides all. It is null where nothing says so:
    then the account is known by its handle alone.
    """
    named = claims.filter(pl.col("folded").is_not_null())
    first = named.group_by(PAIR).agg(
        pl.col("day").min().alias("first_claim"),
        pl.col("kind").drop_nulls().last(),
        pl.col("platform_id").drop_nulls().first().alias("own_id"),
    )
    gone = observations.filter(pl.col("platform_id").is_null(), pl.col("state").is_in(_GONE))
    near = (
        named.select(*PAIR, claimed="day")
        .join(bound.filter("by_platform"), on=["platform", "folded"])
        .filter((pl.col("day") - pl.col("claimed")).dt.total_days().abs() <= BINDING_DAYS)
        .select(*PAIR, "platform_id", "day")
        .unique()
        .join(first.select(*PAIR, "first_claim"), on=PAIR)
        .sort("day", "platform_id")
        .group_by(PAIR)
        .agg(
            pl.col("platform_id").filter(pl.col("day") == pl.col("first_claim")).unique().sort().alias("then"),
            pl.col("platform_id").filter(pl.col("day") < pl.col("first_claim")).last().alias("before"),
            pl.col("platform_id", "day").filter(pl.col("day") > pl.col("first_claim")).first().name.prefix("after_"),
        )
        .join(_first_gone(first, gone), on=PAIR, how="left")
        .with_columns(after=pl.when((pl.col("after_day") < pl.col("gone")).fill_null(True)).then("after_platform_id"))
        .with_columns(
            pl.when(pl.col("then").list.len() == 1)
            .then(pl.col("then").list.first())
            .when(pl.col("then").list.len() == 0)
            .then(pl.when((pl.col("before") == pl.col("after")).fill_null(True)).then(pl.coalesce("before", "after")))
            .alias("bound_id")
        )
    )
    newest = bound.group_by("platform", "folded", maintain_order=True).agg(pl.col("platform_id").last().alias("newest"))
    decided = (
        decisions.filter(decision="accept")
        .join(newest, on=["platform", "folded"], how="left")
        .select("platform", "folded", decided=pl.coalesce("platform_id", "newest"))
        .unique(["platform", "folded"], keep="last", maintain_order=True)
    )
    return (
        first.join(near.select(*PAIR, "bound_id"), on=PAIR, how="left")
        .join(decided, on=["platform", "folded"], how="left")
        .with_columns(bound_id=pl.coalesce("decided", "own_id", "bound_id"), moved_here=pl.lit(False))
        .drop("decided", "own_id")
        .pipe(_with_account_id)
        .sort(PAIR)
    )


def _first_gone(first: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Per pair the first day, once it was claimed, on which its handle was nobody's: `gone`."""
    return (
        first.select(*PAIR, "first_claim")
        .join(gone.select("platform", "folded", gone="day"), on=["platform", "folded"])
        .filter(pl.col("gone") >= pl.col("first_claim"))
        .group_by(PAIR)
        .agg(pl.col("gone").min())
    )


def moves(pairs: pl.DataFrame, observations: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """The accounts that those of `pairs` say they have moved to, and so on: rows like those of `pairs`, without them.

    The platform itself vouches: Mastodon lets an account move only to one that names it in turn.
    """
    moved = observations.filter(pl.col("moved_to").is_not_null()).select(
        "platform", "platform_id", "day", there=pl.col("moved_to").str.to_lowercase()
    )
    found, last = pairs.clear(), pairs
    for _ in range(_MOVES):
        gone = last.join(moved, left_on=["platform", "bound_id"], right_on=["platform", "platform_id"])
        arrived = (
            gone.select("person_id", "platform", "kind", "day", folded="there")
            .join(bound.filter("by_platform"), on=["platform", "folded"], suffix="_bound")
            .with_columns(apart=(pl.col("day_bound") - pl.col("day")).dt.total_days().abs())
            .filter(pl.col("apart") <= BINDING_DAYS)
            .sort("apart", "day_bound", "platform_id")
            .unique(PAIR, keep="first", maintain_order=True)
            .join(pairs.vstack(found), on=PAIR, how="anti")
            .select(*PAIR, "kind", first_claim="day", bound_id="platform_id", moved_here=pl.lit(True))
            .pipe(_with_account_id)
            .select(pairs.columns)
        )
        if arrived.is_empty():
            break
        found, last = found.vstack(arrived), arrived
    return found


def taken_over(pairs: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """`person_id, platform, folded, kind, platform_id, account_id` of accounts that now have a handle of `pairs`.

    The handle was claimed for the person when it was another account. Not those that are somebody's by a claim of
    their own.
    """
    theirs = pairs.select("platform", platform_id="bound_id").drop_nulls()
    handle = ["platform", "folded"]
    newest = bound.group_by(handle, maintain_order=True).agg(pl.col("platform_id", "day").last())
    since = bound.group_by(*handle, "platform_id").agg(pl.col("day").min().alias("since"))
    return (
        pairs.filter(pl.col("bound_id").is_not_null())
        .join(since, left_on=[*handle, "bound_id"], right_on=[*handle, "platform_id"], how="left")
        .join(newest, on=handle)
        .filter(
            pl.col("platform_id") != pl.col("bound_id"),
            # What the handle was before it was theirs is somebody else's past.
            (pl.col("day") >= pl.coalesce("since", "first_claim")).fill_null(True),
        )
        .join(theirs, on=["platform", "platform_id"], how="anti")
        .select(*PAIR, "kind", "platform_id")
        .unique()
        .with_columns(account_id=pl.format("{}:{}", "platform", "platform_id"))
        .sort("account_id", *PAIR)
    )


def handles(pairs: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """`account_id, platform, folded, day`: each handle that an account was known by, and when; null for always."""
    ids = pairs.select("account_id", "platform", platform_id="bound_id").unique()
    by_id = ids.drop_nulls("platform_id").join(bound, on=["platform", "platform_id"])
    by_handle = pairs.filter(pl.col("bound_id").is_null())
    return pl.concat(
        [
            by_id.select("account_id", "platform", "folded", "day", "by_platform"),
            by_handle.select("account_id", "platform", "folded", pl.lit(None, pl.Date).alias("day"), by_platform=False),
        ]
    ).unique()


def without_its_handle(pairs: pl.DataFrame, known: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """`account_id` of accounts whose last known handle is another account's since."""
    ids = pairs.select("account_id", "bound_id").unique()
    last = (
        known.sort("day", "by_platform", "folded", nulls_last=False)
        .group_by("account_id", maintain_order=True)
        .agg(pl.col("platform", "folded", "day").last())
        .join(ids, on="account_id")
    )
    return (
        last.join(bound, on=["platform", "folded"], suffix="_other")
        .filter(pl.col("platform_id") != pl.col("bound_id"), pl.col("day_other") > pl.col("day"))
        .select("account_id")
        .unique()
    )


def _with_account_id(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.with_columns(account_id=pl.format("{}:{}", "platform", pl.coalesce("bound_id", "folded")))
