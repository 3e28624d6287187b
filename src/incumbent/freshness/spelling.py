"""Entries that name the right person in the wrong words: `name_misspelt`, `title_changed`, `duplicate_entry`."""

from __future__ import annotations

import polars as pl

from incumbent.freshness.rules import Standing, grounds

#: Honorifics that are conferred, so that gaining one dates a list. Mr, Mrs, Dr and the like are a matter of style.
CONFERRED = ("sir", "dame", "lord", "lady", "baron", "baroness", "viscount", "viscountess", "earl", "countess")

_NO_DAY = pl.lit(None, dtype=pl.Date)


def misspelt(standing: Standing) -> pl.DataFrame:
    """`name_misspelt`: every source that is joined to the entry spells the name otherwise, alike but for a slip."""
    joined = standing.support.filter(pl.col("tie") != "name")
    slips = joined.filter(
        (pl.col("name_relation") == "near") & ~(pl.col("name_relation") == "same").any().over("entry")
    )
    return grounds(slips, "name_misspelt", lo=_NO_DAY, hi=_NO_DAY)


def title_gained(standing: Standing) -> pl.DataFrame:
    """`title_changed`: the newest statements of at least one source give a conferred honorific that the list lacks."""
    conferred = pl.col("honorifics").list.set_intersection(list(CONFERRED)).list.len()
    listed = standing.entries.select("entry", conferred.alias("listed"))
    said = (
        standing.support.filter(pl.col("held_to").is_not_null() & (pl.col("name_relation") != "compatible"))
        .join(listed, on="entry")
        .filter(
            (pl.col("listed") == 0) & (conferred > 0) & (pl.col("held_to") == pl.col("held_to").max().over("entry"))
        )
    )
    return grounds(said, "title_changed", lo=_NO_DAY, hi=pl.col("held_to"))


def duplicates(standing: Standing) -> pl.DataFrame:
    """`duplicate_entry`: the same person is listed for the same post twice. `row` is that of the other entry."""
    keyed = standing.entries.filter(pl.col("name").is_not_null()).with_columns(
        pl.col("office_key").fill_null(""), pl.col("body_key").fill_null("")
    )
    group = ["name_key", "office_key", "body_key"]
    twice = keyed.filter(pl.len().over(group) > 1).sort("entry")
    others = twice.with_columns(
        pl.when(pl.col("entry") == pl.col("entry").first().over(group))
        .then(pl.col("entry").last().over(group))
        .otherwise(pl.col("entry").first().over(group))
        .alias("row")
    )
    return grounds(others, "duplicate_entry", lo=_NO_DAY, hi=_NO_DAY)
