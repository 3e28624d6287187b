"""What is counted of a bucket's posts: one row per account, by the rules of platforms/observing.py.

A post of the window of N days is later than N times 24 hours before the moment, and not later than the moment. The
median gap is between the posts of the last 365 days. A bucket has whole accounts, and needs nothing of another.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from incumbent.errors import InputError
from incumbent.platforms.observing import WINDOWS
from incumbent.posts.coded import POST_ID, ROWS, Coded, merged
from incumbent.posts.moments import MICROSECONDS_A_DAY, Moment

#: Columns of the figures, named and typed as schemas/activity.json has them. What a platform says of an account (state,
#: followers) and who says so (source_id) is not in its posts.
FIGURES: dict[str, pl.DataType] = {
    "account_id": pl.String(),
    "observed_at": pl.String(),  # the moment, as given
    "posts": pl.Int64(),
    "last_post": pl.String(),  # a day, UTC
    "posts_30d": pl.Int64(),
    "posts_90d": pl.Int64(),
    "posts_365d": pl.Int64(),
    "median_gap_days": pl.Float64(),  # 4 decimals; null for fewer than two posts in the last 365 days
}
LONGEST_WINDOW = max(WINDOWS.values())
_COUNTS = ("posts", *WINDOWS)
# Account and time since the start of the longest window in one integer, so that one sort orders by both. 365 days are
# less than 2**45 microseconds; 18 bits are left for the account.
_TIME = 2**45
_ACCOUNTS_AT_ONCE = 2**18


def figures(parts: Sequence[Coded], moment: Moment) -> pl.DataFrame:
    """FIGURES of the accounts that have a post in `parts`, sorted by account_id.

    The rows must be posts not later than `moment`; a row may stand for several posts only if it lies before the longest
    window. Where posts have an id, each counts once; raises InputError for one that has two times.
    """
    if not parts:
        return pl.DataFrame(schema=FIGURES)
    coded = merged(parts)
    rows = _each_once(coded) if POST_ID in coded.rows.columns else coded.rows
    counted = rows.group_by("account").agg(
        pl.col("posts").cast(pl.Int64).sum(),
        pl.col("posted_at").max().alias("last"),
        *((pl.col("posted_at") > moment.days_before(days)).sum().alias(name) for name, days in WINDOWS.items()),
    )
    whole = counted.join(_median_gaps(rows, moment), on="account", how="left").sort("account")
    return whole.with_columns(
        account_id=coded.ids.gather(whole.get_column("account")),
        observed_at=pl.lit(moment.text),
        last_post=pl.col("last").cast(pl.Datetime("us")).dt.strftime("%Y-%m-%d"),
    ).select(pl.col(name).cast(dtype) for name, dtype in FIGURES.items())


def without_posts(account_ids: pl.Series, moment: Moment) -> pl.DataFrame:
    """FIGURES of accounts that are known to have no post, sorted by account_id, each once."""
    return (
        account_ids.unique()
        .sort()
        .alias("account_id")
        .to_frame()
        .with_columns(pl.lit(moment.text).alias("observed_at"), *(pl.lit(0).alias(name) for name in _COUNTS))
        .with_columns(pl.lit(None).alias(name) for name in ("last_post", "median_gap_days"))
        .select(pl.col(name).cast(dtype) for name, dtype in FIGURES.items())
    )


def _each_once(coded: Coded) -> pl.DataFrame:
    once = coded.rows.group_by("account", POST_ID).agg(pl.col("posted_at").min(), until=pl.col("posted_at").max())
    if (twice := once.filter(pl.col("posted_at") != pl.col("until")).sort("account", POST_ID)).height:
        account, post_id = twice.select("account", POST_ID).row(0)
        raise InputError(
            f"a post has two times ({twice.height} such posts)",
            where=f"account {coded.ids[account]}, post {post_id}",
            expected="the same posted_at wherever a post_id stands",
            do="find out which is right and correct the input",
        )
    return once.select("account", "posted_at", posts=pl.lit(1, ROWS["posts"]))


def _median_gaps(rows: pl.DataFrame, moment: Moment) -> pl.DataFrame:
    """account, median_gap_days of the accounts with two posts or more in the longest window."""
    start = moment.days_before(LONGEST_WINDOW)
    recent = rows.filter(pl.col("posted_at") > start)
    most = recent.get_column("account").max()
    last = most if isinstance(most, int) else 0
    found = []
    for first in range(0, last + 1, _ACCOUNTS_AT_ONCE):
        mine = recent.filter(pl.col("account").is_between(first, first + _ACCOUNTS_AT_ONCE, closed="left"))
        account, time = pl.col("account").cast(pl.Int64) - first, pl.col("posted_at") - start
        middle = _middle_gaps(mine.select(key=account * _TIME + time).get_column("key"))
        found.append(middle.with_columns((pl.col("account") + first).cast(pl.UInt32)))
    middles = pl.concat(found)
    # As Python divides and rounds, because platforms/observing.py does. Polars multiplies by a reciprocal instead, and
    # rounds a value multiplied by 10,000: one in some thousand medians would end otherwise. A value per account only.
    lower, upper = (middles.get_column(name).to_numpy() / MICROSECONDS_A_DAY for name in ("lower", "upper"))
    rounded = [round(value, 4) for value in ((lower + upper) / 2).tolist()]
    return middles.select("account", pl.Series("median_gap_days", rounded, dtype=pl.Float64))


def _middle_gaps(keys: pl.Series) -> pl.DataFrame:
    """account, lower, upper: the two middle gaps between an account's posts (the same one twice where their number is
    odd), from keys that hold account and time."""
    ordered = keys.sort().alias("key").to_frame().with_columns(account=pl.col("key") // _TIME)
    gaps = (
        ordered.select("account", gap=pl.col("key").diff(), same=pl.col("account") == pl.col("account").shift(1))
        .filter("same")
        .select(key=pl.col("account") * _TIME + pl.col("gap"))
        .sort("key")
    )
    # Equal accounts now stand together, each with its gaps in order: the middle is found by counting.
    spans = (
        gaps.select(account=pl.col("key") // _TIME)
        .group_by("account", maintain_order=True)
        .agg(number=pl.len().cast(pl.Int64))
        .with_columns(first=pl.col("number").cum_sum() - pl.col("number"))
    )
    gap = gaps.get_column("key") % _TIME
    at = spans.select(
        lower=pl.col("first") + (pl.col("number") - 1) // 2, upper=pl.col("first") + pl.col("number") // 2
    )
    return spans.select(
        "account",
        lower=gap.gather(at.get_column("lower").cast(pl.UInt32)),
        upper=gap.gather(at.get_column("upper").cast(pl.UInt32)),
    )
