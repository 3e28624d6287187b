"""All titles of one list that are related to those of another, in bounded memory.

Two lists of a million titles have tens of millions of pairs that share a key: they are compared a portion at a time.
"""

from __future__ import annotations

import polars as pl

from incumbent.pairing import paired
from incumbent.titles.blocking import numbered_keys
from incumbent.titles.matching import comparable, compare_parts
from incumbent.titles.reading import Reading

#: Pairs that are compared at a time: a few hundred megabytes.
PORTION = 500_000

_TITLE = ["post", "organisation"]


def related_titles(left: pl.DataFrame, right: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """The pairs of titles (columns post, organisation) that compare_titles calls anything but `different`:
    left_post, left_organisation, right_post, right_organisation, relation, score, reason; sorted by the titles.

    `reading` (titles.read_titles) must have the titles of both.
    """
    numbered = reading.titles.select("row", *_TITLE)
    keys = numbered_keys(reading)
    ours, theirs = (
        keys.join(numbered.join(side, on=_TITLE, how="semi", nulls_equal=True), on="row", how="semi")
        for side in (left, right)
    )
    known = comparable(reading.parts)
    found = []
    for pairs in paired(ours, theirs, PORTION):
        pairs = pairs.rename({"row": "left", "row_right": "right"})
        found.append(compare_parts(pairs, known).filter(pl.col("relation") != "different"))
    if not found:
        found.append(compare_parts(pl.DataFrame(schema={"left": pl.UInt32, "right": pl.UInt32}), known))
    related = pl.concat(found)
    for side in ("left", "right"):
        named = numbered.select(pl.col("row").alias(side), pl.col(_TITLE).name.prefix(f"{side}_"))
        related = related.join(named, on=side, how="left")
    titles = ["left_post", "left_organisation", "right_post", "right_organisation"]
    return related.select(*titles, "relation", "score", "reason").sort(titles)
