"""From what was said of each account to its state and figures on a day, and to its history."""

from __future__ import annotations

from typing import Protocol

import polars as pl

from incumbent import edtf
from incumbent.activity import terms
from incumbent.activity.timeline import FIGURES, OF_FIGURES


def states(
    told: pl.DataFrame,
    owned: pl.DataFrame,
    lost: pl.DataFrame,
    held: pl.DataFrame,
    as_of: str,
    policy: DormancyPolicy,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The accounts and activity tables (activity.ACCOUNTS but for profile_url, and ACTIVITY), from `told` (SAID).

    `owned`: account_id, person_id, folded, platform_id, kind, verified_by, score, of each account that is believed.
    `lost`: accounts whose handle is another's since. `held`: terms.terms.
    """
    day = pl.lit(edtf.parse_day(as_of))
    limit = pl.duration(days=policy.dormant_days)
    holders = terms.latest(held, day)
    figures = _figures(told, holders)
    accounts = (
        _standing(told)
        .join(figures, on="account_id", how="left")
        .join(_owners(owned), on="account_id", how="left")
        .join(holders.select("account_id", holder="person_id"), on="account_id", how="left")
        .join(lost.select("account_id", lost=pl.lit(True)), on="account_id", how="left")
        .with_columns(
            person_id=pl.coalesce("holder", "owner", "person_id"),
            kind=pl.coalesce("kind", "owned_kind"),
            taken_over=pl.col("taken_over") | pl.col("lost").fill_null(False),
        )
        .with_columns(state=_state(day, limit))
        .with_columns(
            # Another's figures say nothing of this person: they stay away until somebody has looked.
            pl.when(pl.col("state") != "identity_changed").then(pl.col("posts", "last_post", "figures_from")),
        )
        # A publication can say that an account is active and print no figure.
        .with_columns(
            figures_from=pl.when(pl.col("state").is_in(OF_FIGURES))
            .then(pl.coalesce("figures_from", "origin"))
            .otherwise("figures_from")
        )
        .rename({"observed_at": "checked_at", "source": "source_id"})
    )
    return accounts, _history(told, held, owned, limit)


def _standing(told: pl.DataFrame) -> pl.DataFrame:
    """Per account what the last successful check says; where none succeeded, the last one that was tried."""
    checked = pl.col("state").is_not_null() | pl.any_horizontal(pl.col("posts", "last_post").is_not_null())
    succeeded = checked & pl.col("state").ne_missing("unknown")
    told = told.with_columns(
        rank=checked.cast(pl.Int8) + succeeded.cast(pl.Int8), platforms=pl.col("origin") == "platform"
    )
    deciding = told.sort("rank", "day", "platforms", "claim_id", nulls_last=False)
    handle = pl.col("handle").filter(pl.col("handle").is_not_null())
    return (
        deciding.group_by("account_id")
        .agg(
            pl.col("person_id").drop_nulls().last(),
            pl.col("platform", "state", "observed_at", "source", "day", "taken_over", "origin").last(),
            pl.col("kind", "moved_to").drop_nulls().last(),
            pl.col("opted_out").sort_by("day", "claim_id", nulls_last=False).drop_nulls().last(),
            handle.filter(pl.col("platforms").filter(pl.col("handle").is_not_null())).last().alias("platforms_handle"),
            handle.sort_by(pl.col("day").filter(pl.col("handle").is_not_null()), nulls_last=False)
            .last()
            .alias("said_handle"),
            evidence=pl.col("claim_id").unique().sort().str.join(";"),
        )
        .with_columns(handle=pl.coalesce("platforms_handle", "said_handle"))
    )


def _owners(owned: pl.DataFrame) -> pl.DataFrame:
    """Per account what is known of it besides what was said: its id, whose it is, by which handles, how believed."""
    return (
        owned.sort("account_id", "score", "person_id", "folded", nulls_last=False)
        .group_by("account_id", maintain_order=True)
        .agg(
            pl.col("person_id").last().alias("owner"),
            pl.col("kind").drop_nulls().last().alias("owned_kind"),
            pl.col("platform_id").drop_nulls().last(),
            pl.col("folded").alias("named"),
            pl.col("verified_by")
            .str.split(";")
            .list.explode(empty_as_null=False, keep_nulls=False)
            .unique()
            .sort()
            .str.join(";")
            .replace("", None),
            pl.col("score").max(),
        )
    )


def _figures(told: pl.DataFrame, holders: pl.DataFrame) -> pl.DataFrame:
    """Per account `posts`, `last_post`, when that was said (`last_post_day`), `figures_from`: the latest origin's.

    Of a role account only what its holder did: nothing from before the term, or after it.
    """
    mine = (
        told.join(holders.select("account_id", "since", "until", holder="person_id"), on="account_id", how="left")
        .filter(
            pl.col("person_id").is_null() | pl.col("holder").is_null() | (pl.col("person_id") == pl.col("holder")),
            (pl.col("day") >= pl.col("since")).fill_null(True),
            (pl.col("day") <= pl.col("until")).fill_null(True),
        )
        .with_columns(
            pl.when((edtf.first_day("last_post") >= pl.col("since")).fill_null(True)).then("last_post"),
            # How many there were before the term, nobody counted.
            pl.when((edtf.first_day("created") >= pl.col("since")).fill_null(pl.col("since").is_null())).then("posts"),
        )
    )
    telling = mine.filter(pl.any_horizontal(pl.col("posts", "last_post").is_not_null()))
    origin = telling.group_by("account_id", maintain_order=True).agg(figures_from=pl.col("origin").last())
    same = telling.join(origin, on="account_id").filter(pl.col("origin") == pl.col("figures_from"))
    dated = pl.col("last_post").is_not_null()
    return (
        same.sort("day", "claim_id", nulls_last=False)
        .group_by("account_id")
        .agg(
            pl.col("figures_from").last(),
            pl.col("posts", "last_post").drop_nulls().last(),
            pl.col("day").filter(dated).last().alias("last_post_day"),
        )
    )


def _state(day: pl.Expr, limit: pl.Expr) -> pl.Expr:
    """The state on `day`: what the deciding statement says, unless its own dates say more.

    `active` needs a post, or a statement, within `limit`: an earlier last post than that makes it `dormant`, if that
    it was the last was said within `limit`; an older statement alone makes it `unknown`, for nobody has looked since.
    An account that goes by a handle that no source names is `renamed`.
    """
    last_post = edtf.last_day("last_post")
    stated = pl.when(pl.col("state") != "live").then("state")
    said = pl.coalesce(stated, _unstated())
    old = (pl.col("last_post_day") < day - limit).fill_null(False)
    at_last = (
        pl.when((said == "active") & (last_post < day - limit))
        .then(pl.when(old).then(pl.lit("unknown")).otherwise(pl.lit("dormant")))
        .when((said == "active") & last_post.is_null() & (pl.col("day") < day - limit))
        .then(pl.lit("unknown"))
        .otherwise(said)
    )
    unnamed = ~pl.col("named").list.contains(pl.col("platforms_handle").str.to_lowercase()).fill_null(True)
    return (
        pl.when(pl.col("taken_over"))
        .then(pl.lit("identity_changed"))
        .when((pl.col("state") == "live") & unnamed)
        .then(pl.lit("renamed"))
        .otherwise(at_last)
    )


def _unstated() -> pl.Expr:
    """The state that figures show by themselves."""
    return (
        pl.when((pl.col("posts") == 0) & pl.col("last_post").is_null())
        .then(pl.lit("never_posted"))
        .when(pl.col("last_post").is_not_null())
        .then(pl.lit("active"))
        .otherwise(pl.lit("unknown"))
    )


def _history(told: pl.DataFrame, held: pl.DataFrame, owned: pl.DataFrame, limit: pl.Expr) -> pl.DataFrame:
    """One row per account, moment and source, with what changed since the moment before.

    `person_id` is who had the account on that day; of a role account the figures are those of the office. A statement
    without any date, and one that only names the account, observed nothing at a moment.
    """
    observed = told.filter(
        pl.col("observed_at").is_not_null(),
        pl.col("state").is_not_null() | pl.any_horizontal(pl.col("posts", "last_post").is_not_null()),
    )
    stated = pl.when(pl.col("state") != "live").then("state")
    stale = (pl.col("last_post").is_not_null()) & (edtf.last_day("last_post") < pl.col("day") - limit)
    said = pl.coalesce(stated, pl.when(stale).then(pl.lit("dormant")), _unstated())
    others = owned.group_by("account_id", maintain_order=True).agg(
        pl.col("person_id").last().alias("owner"), pl.col("folded").alias("named")
    )
    platforms_handle = pl.when(pl.col("origin") == "platform").then(pl.col("handle").str.to_lowercase())
    called = platforms_handle.forward_fill().over("account_id")
    live = (pl.col("origin") == "platform") & (pl.col("state") == "live")
    unnamed = live & ~pl.col("named").list.contains(pl.col("called")).fill_null(True)
    rows = (
        observed.sort("account_id", "day", "claim_id", nulls_last=False)
        .with_columns(called=called)
        .join(others, on="account_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(~pl.col("taken_over")).then(pl.col(*FIGURES)),
            state=pl.when("taken_over")
            .then(pl.lit("identity_changed"))
            .when(unnamed)
            .then(pl.lit("renamed"))
            .otherwise(said),
            source_id="source",
            answered=pl.col("state").ne_missing("unknown"),
        )
        .sort("account_id", "observed_at", "source_id", "posts", "claim_id", nulls_last=True)
        .unique(["account_id", "observed_at", "source_id"], keep="first", maintain_order=True)
        .pipe(terms.with_holders, held)
        .with_columns(
            person_id=pl.when(pl.col("account_id").is_in(held.get_column("account_id").implode()))
            .then("holder")
            .otherwise(pl.coalesce("person_id", "owner")),
            figures_from=pl.when(
                pl.any_horizontal(pl.col(*FIGURES).is_not_null()) | pl.col("state").is_in(OF_FIGURES)
            ).then("origin"),
        )
    )
    return _with_changes(rows)


def _with_changes(rows: pl.DataFrame) -> pl.DataFrame:
    """With `handle` as last known then, and `change`: first_seen, state, renamed, moved, handed_on; ;-separated."""
    ordered = rows.sort("account_id", "day", "source_id", nulls_last=False)
    over = "account_id"
    known = pl.when(pl.col("state") != "unknown").then("state").alias("known")
    filled = ordered.with_columns(known).with_columns(
        pl.col("handle").forward_fill().over(over),
        before=pl.col("known").forward_fill().shift(1).over(over),
        by=pl.col("person_id").forward_fill().shift(1).over(over),
        first=pl.int_range(pl.len()).over(over) == 0,
    )
    earlier = pl.col("handle").str.to_lowercase().shift(1).over(over)
    moved = (pl.col("state") == "renamed") & pl.col("moved_to").is_not_null()
    changes = {
        "first_seen": pl.col("first"),
        "handed_on": pl.col("person_id") != pl.col("by"),
        "moved": moved & pl.col("before").ne_missing("renamed"),
        "renamed": pl.col("handle").str.to_lowercase() != earlier,
        "state": pl.col("known") != pl.col("before"),
    }
    said = [pl.when(hit.fill_null(False)).then(pl.lit(name)) for name, hit in changes.items()]
    return filled.with_columns(change=pl.concat_str(said, separator=";", ignore_nulls=True).replace("", None))


class DormancyPolicy(Protocol):
    """What is asked of a roster's policy: days without a post after which an account is dormant."""

    @property
    def dormant_days(self) -> int: ...
