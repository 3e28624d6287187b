"""Posts written as Parquet, and the slow, plain count that the engine is held to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

MOMENT = pa.timestamp("us", "UTC")
AS_OF = "2026-11-22T08:00:00Z"
NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)

#: account_id, posted_at, kind
Post = tuple[str, dt.datetime, str]


def ago(days: float, **more: float) -> dt.datetime:
    """A moment before NOW."""
    return NOW - dt.timedelta(days=days, **more)


def table(posts: Sequence[Post], post_ids: Sequence[str] | None = None, type_: pa.DataType = MOMENT) -> pa.Table:
    columns = {
        "account_id": pa.array([post[0] for post in posts], pa.string()),
        "posted_at": pa.array([post[1] for post in posts], MOMENT).cast(type_),
        "kind": pa.array([post[2] for post in posts], pa.string()),
    }
    if post_ids is not None:
        columns["post_id"] = pa.array(post_ids, pa.string())
    return pa.table(columns)


def write(path: Path, posts: Sequence[Post] | pa.Table, *, row_group: int = 1000, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = posts if isinstance(posts, pa.Table) else table(posts)
    pq.write_table(content, path, row_group_size=row_group, **options)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return pl.read_parquet(path).to_dicts()


def oracle(posts: Iterable[Post], as_of: str = AS_OF, now: dt.datetime = NOW) -> list[dict[str, Any]]:
    """The figures, counted one post after the other."""
    by_account: dict[str, list[dt.datetime]] = {}
    for account, moment, kind in posts:
        if kind == "post" and moment <= now:
            by_account.setdefault(account, []).append(moment)
    rows = []
    for account, moments in sorted(by_account.items(), key=lambda item: item[0].encode()):
        moments.sort()

        def within(days: int, moments: list[dt.datetime] = moments) -> list[dt.datetime]:
            return [moment for moment in moments if now - moment < dt.timedelta(days=days)]

        gaps = [(later - earlier) / dt.timedelta(days=1) for earlier, later in pairwise(within(365))]
        rows.append(
            {
                "account_id": account,
                "observed_at": as_of,
                "posts": len(moments),
                "last_post": moments[-1].date().isoformat(),
                "posts_30d": len(within(30)),
                "posts_90d": len(within(90)),
                "posts_365d": len(within(365)),
                "median_gap_days": round(median(gaps), 4) if gaps else None,
            }
        )
    return rows
