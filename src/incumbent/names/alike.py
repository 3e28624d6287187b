"""Which names of two columns may be one person's: blocked first, then compared, in bounded memory."""

from __future__ import annotations

import polars as pl

from incumbent.names.blocking import blocking_keys
from incumbent.names.tables import compare_distinct, name_facts
from incumbent.pairing import paired

#: Pairs of names with a common key that are looked at together: some hundred megabytes.
PORTION = 2_000_000


def alike_names(left: pl.Series, right: pl.Series) -> pl.DataFrame:
    """`left, right, relation, score, reason` of every two names, as given, that are not `different`, but for nulls;
    sorted by the names."""
    names = pl.concat([left, right]).drop_nulls().unique().sort()
    numbered = pl.DataFrame({"name": names}).with_row_index("row")
    keys = blocking_keys(names).join(numbered, on="name").select("row", "key")
    ours, theirs = (
        keys.join(numbered.filter(pl.col("name").is_in(side.drop_nulls().unique().implode())), on="row", how="semi")
        for side in (left, right)
    )
    facts = name_facts(names)
    found = [
        compare_distinct(_named(pairs, numbered), facts).filter(pl.col("relation") != "different")
        for pairs in paired(ours, theirs, PORTION)
    ]
    none = pl.DataFrame(schema={"left": pl.String, "right": pl.String})
    return pl.concat(found or [compare_distinct(none, facts)]).sort("left", "right")


def _named(pairs: pl.DataFrame, numbered: pl.DataFrame) -> pl.DataFrame:
    """left, right: the names of `pairs` (row, row_right)."""
    left = pairs.join(numbered.rename({"name": "left"}), on="row")
    return left.join(numbered.rename({"row": "row_right", "name": "right"}), on="row_right").select("left", "right")
