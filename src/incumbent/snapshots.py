"""The published table of sources: one row per snapshot, which is bytes, however often they came."""

from __future__ import annotations

import polars as pl


def snapshot_rows(read: pl.DataFrame) -> pl.DataFrame:
    """`read` (columns: sources.reading.SOURCES) as the columns of schemas/sources.json.

    The same bytes of one source, said or fetched again, are one snapshot: the row of the last time they were new. That
    they came again unchanged is no news: it stands in the run's report, not in a version. A source that gave nothing
    has no bytes and no row.
    """
    return (
        read.drop_nulls("sha256")
        .sort("source_id", "sha256", "stated_at", "fetched_at", nulls_last=False)
        .unique(["source_id", "sha256"], keep="last", maintain_order=True)
        .with_columns(pl.col("state").replace("unchanged", "fresh"))
        .rename({"sha256": "snapshot"})
        .drop("checked_at", "reason", "age_days")
    )
