"""Which names of two columns may be one person's: blocked first, then compared."""

from __future__ import annotations

import polars as pl

from incumbent.names.blocking import blocking_keys
from incumbent.names.tables import compare_names


def alike_names(left: pl.Series, right: pl.Series) -> pl.DataFrame:
    """`left, right, relation, score, reason` of every two names, as given, that are not `different`, but for nulls."""
    ours, theirs = left.drop_nulls().unique(), right.drop_nulls().unique()
    keys = blocking_keys(pl.concat([ours, theirs]).unique().sort())
    pairs = (
        keys.filter(pl.col("name").is_in(ours.implode()))
        .rename({"name": "left"})
        .join(keys.filter(pl.col("name").is_in(theirs.implode())).rename({"name": "right"}), on="key")
        .select("left", "right")
        .unique()
        .sort("left", "right")
    )
    return compare_names(pairs).filter(pl.col("relation") != "different")
