"""Pairs of rows that share a key, a portion at a time: millions of names or titles meet in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl


def paired(ours: pl.DataFrame, theirs: pl.DataFrame, at_most: int) -> Iterator[pl.DataFrame]:
    """row, row_right: each pair of `ours` and `theirs` (row, key) that shares a key, once in all portions together.

    `at_most`: how many pairs, with the repeated ones, a portion has; more where a single row meets more. Two keys of
    one hash would add a pair, and lose none.
    """
    ours, theirs = (side.select("row", pl.col("key").hash()) for side in (ours, theirs))
    met = ours.join(theirs.group_by("key").len(), on="key").sort("row")
    portion = (met.get_column("len").cum_sum() - 1) // at_most
    whole = met.select("row", "key", portion=portion).with_columns(portion=pl.col("portion").first().over("row"))
    for part in whole.partition_by("portion", maintain_order=True):
        yield part.join(theirs, on="key").select("row", "row_right").unique()
