"""Connected components of a table of edges, in columns."""

from __future__ import annotations

import polars as pl


def components(nodes: pl.Series, edges: pl.DataFrame) -> pl.DataFrame:
    """node, label: each node with the least node of its component. `edges`: left, right. Labels spread until none
    changes, which takes as many rounds as the longest chain is long."""
    labels = pl.DataFrame({"node": nodes, "label": nodes})
    back = edges.select(pl.col("right").alias("left"), pl.col("left").alias("right"))
    both = pl.concat([edges.select("left", "right"), back]).unique()
    while True:
        spread = (
            both.join(labels, left_on="right", right_on="node")
            .group_by("left")
            .agg(pl.col("label").min().alias("near"))
            .rename({"left": "node"})
        )
        moved = labels.join(spread, on="node", how="left", maintain_order="left").with_columns(
            pl.min_horizontal("label", "near").alias("label")
        )
        if moved.get_column("label").equals(labels.get_column("label")):
            return labels
        labels = moved.select("node", "label")
