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
        .group_by(PAIR)
        .agg(**_around(pl.col("first_claim"), pl.col("day")))
        .join(_first_gone(first, gone), on=PAIR, how="left")
        .with_columns(after=pl.when((pl.col("after_day") < pl.col("gone")).fill_null(True)).then("after"))
        .with_columns(bound_id=_decided(pl.col("before"), pl.col("after").fill_null([])))
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


def _around(moment: pl.Expr, day: pl.Expr) -> dict[str, pl.Expr]:
    """The ids of a handle on the day of a `moment`, on the last `day` before and on the first after it, and which that
    is: `then`, `before`, `after` (lists), `after_day`. On a day on which it changed hands a handle has two."""
    number, ahead = pl.col("platform_id"), day.filter(day > moment).min()
    return {
        "then": number.filter(day == moment).unique().sort(),
        "before": number.filter(day == day.filter(day < moment).max()).unique().sort(),
        "after": number.filter(day == ahead).unique().sort(),
        "after_day": ahead,
    }


def _decided(before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """The one id of `then`; without any, the one of `before` and of `after`, or of that which is known; else null."""
    then = pl.col("then")
    sides = pl.concat_list(before, after).list.unique()
    return (
        pl.when(then.list.len() == 1)
        .then(then.list.first())
        .when((then.list.len() == 0) & (sides.list.len() == 1))
        .then(sides.list.first())
    )


def moves(pairs: pl.DataFrame, observations: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """The accounts that those of `pairs` say they have moved to, and so on: rows like those of `pairs`, without them.

    The platform itself vouches: Mastodon lets an account move only to one that names it in turn. Which one that is, is
    what its handle was on the day on which the move was first seen, or both before and after it. Where it was two that
    day, it is that of them which it was on a later day on which the move is still told. What it was before says nothing
    by itself: its owner can have given it up for somebody to move there.
    """
    moved = observations.filter(pl.col("moved_to").is_not_null()).select(
        "platform", "platform_id", "day", there=pl.col("moved_to").str.to_lowercase()
    )
    found, last = pairs.clear(), pairs
    for _ in range(_MOVES):
        gone = last.join(moved, left_on=["platform", "bound_id"], right_on=["platform", "platform_id"])
        alone = (pl.col("before").list.len() > 0) & (pl.col("after").list.len() == 0)
        told = (
            gone.select("person_id", "platform", "kind", "day", folded="there")
            .join(bound.filter("by_platform"), on=["platform", "folded"], suffix="_bound")
            .filter((pl.col("day_bound") - pl.col("day")).dt.total_days().abs() <= BINDING_DAYS)
            .group_by(*PAIR, "kind", "day")
            .agg(**_around(pl.col("day").first(), pl.col("day_bound")))
            .with_columns(
                known=pl.when(~alone | (pl.col("then").list.len() > 0)).then(
                    _decided(pl.col("before"), pl.col("after"))
                )
            )
            .sort(*PAIR, "day")
            .group_by(PAIR, maintain_order=True)
            .agg(
                pl.col("kind", "then").first(),
                first_claim=pl.col("day").first(),
                at_first=pl.col("known").first(),
                later=pl.col("known").drop_nulls().first(),
            )
        )
        later = pl.when(pl.col("then").list.contains(pl.col("later"))).then("later")
        arrived = (
            told.with_columns(bound_id=pl.coalesce("at_first", later), moved_here=pl.lit(True))
            .drop_nulls("bound_id")
            .join(pairs.vstack(found), on=PAIR, how="anti")
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
