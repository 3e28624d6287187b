"""The peers of the stage `activity`: the same figures as one would write them with each, told to filter early.

Each reads a folder of posts and writes a Parquet file with the figures' columns. None knows of buckets.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from incumbent.platforms.observing import WINDOWS

if TYPE_CHECKING:
    import pandas as pd

_LONGEST = max(WINDOWS.values())


def with_pandas(posts: str, answer: str, now: dt.datetime) -> None:
    """pandas: everything in memory."""
    import pandas as pd

    found = pd.read_parquet(posts, columns=["account_id", "posted_at", "kind"])
    found = found.loc[
        (found["kind"] == "post") & (found["posted_at"] <= pd.Timestamp(now)), ["account_id", "posted_at"]
    ]
    grouped = found.groupby("account_id")["posted_at"]
    figures = pd.DataFrame({"posts": grouped.size(), "last_post": grouped.max().dt.strftime("%Y-%m-%d")})
    for name, days in WINDOWS.items():
        within = found[found["posted_at"] > now - dt.timedelta(days=days)]
        figures[name] = within.groupby("account_id").size().reindex(figures.index, fill_value=0)
    recent = found[found["posted_at"] > now - dt.timedelta(days=_LONGEST)]
    figures["median_gap_days"] = _median_gaps(recent)
    figures.reset_index().to_parquet(answer, index=False)


def with_dask(posts: str, answer: str, now: dt.datetime) -> None:
    """Dask DataFrame, with its default scheduler (threads): aggregations as trees, a shuffle for the gaps."""
    import dask.dataframe as dd
    import pandas as pd

    found = dd.read_parquet(posts, columns=["account_id", "posted_at", "kind"])
    found = found[(found["kind"] == "post") & (found["posted_at"] <= pd.Timestamp(now))][["account_id", "posted_at"]]
    flags = {name: found["posted_at"] > now - dt.timedelta(days=days) for name, days in WINDOWS.items()}
    counted = found.assign(**flags).groupby("account_id").agg(
        {"posted_at": ["count", "max"], **dict.fromkeys(WINDOWS, "sum")}
    )  # fmt: skip
    recent = found[found["posted_at"] > now - dt.timedelta(days=_LONGEST)].shuffle("account_id")
    meta = pd.Series([], dtype="float64", name="median_gap_days")
    counted, gaps = dd.compute(counted, recent.map_partitions(_median_gaps, meta=meta))  # type: ignore[no-untyped-call]
    figures = pd.DataFrame(
        {
            "posts": counted[("posted_at", "count")],
            "last_post": counted[("posted_at", "max")].dt.strftime("%Y-%m-%d"),
            **{name: counted[(name, "sum")] for name in WINDOWS},
            "median_gap_days": gaps,
        }
    )
    figures.rename_axis("account_id").reset_index().to_parquet(answer, index=False)


def with_polars(posts: str, answer: str, now: dt.datetime) -> None:
    """Polars, lazily, by its streaming engine: one group_by that does everything."""
    import polars as pl

    moment = pl.col("posted_at")
    recent = moment.filter(moment > now - dt.timedelta(days=_LONGEST))
    (
        pl.scan_parquet(f"{posts}/*.parquet")
        .filter(pl.col("kind") == "post", moment <= now)
        .group_by("account_id")
        .agg(
            pl.len().alias("posts"),
            moment.max().dt.strftime("%Y-%m-%d").alias("last_post"),
            *((moment > now - dt.timedelta(days=days)).sum().alias(name) for name, days in WINDOWS.items()),
            (recent.sort().diff().median() / pl.duration(days=1)).round(4).alias("median_gap_days"),
        )
        .collect(engine="streaming")
        .write_parquet(answer)
    )


def _median_gaps(recent: pd.DataFrame) -> pd.Series[float]:
    ordered = recent.sort_values(["account_id", "posted_at"])
    gaps = ordered.groupby("account_id")["posted_at"].diff().dt.total_seconds() / 86400
    medians: pd.Series[float] = gaps.groupby(ordered["account_id"]).median().round(4)
    return medians.rename("median_gap_days")


PEERS: dict[str, Callable[[str, str, dt.datetime], None]] = {
    "pandas": with_pandas,
    "dask": with_dask,
    "polars": with_polars,
}
