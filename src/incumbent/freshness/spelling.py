"""Entries that name the right person in the wrong words: `name_misspelt`, `title_changed`, `duplicate_entry`."""

from __future__ import annotations

import polars as pl

from incumbent.freshness.rules import Standing, grounds
from incumbent.names import parse_names
from incumbent.titles import parse_titles

#: Honorifics that are conferred, so that gaining one dates a list. Mr, Mrs, Dr and the like are a matter of style.
CONFERRED = ("sir", "dame", "lord", "lady", "baron", "baroness", "viscount", "viscountess", "earl", "countess")

_NO_DAY = pl.lit(None, dtype=pl.Date)


def misspelt(standing: Standing) -> pl.DataFrame:
    """`name_misspelt`: every source that is joined to the entry spells the name in another way, alike but for a slip."""
    joined = standing.support.filter(pl.col("tie") != "name")
    slips = joined.filter(
        (pl.col("name_relation") == "near") & ~(pl.col("name_relation") == "same").any().over("entry")
    )
    return grounds(slips, "name_misspelt", lo=_NO_DAY, hi=_NO_DAY)


def title_gained(standing: Standing) -> pl.DataFrame:
    """`title_changed`: the newest statements of at least one source give a conferred honorific that the list lacks."""
    honorifics = parse_names(
        pl.concat([standing.entries.get_column("name"), standing.support.get_column("name")])
        .drop_nulls()
        .unique()
        .sort()
    ).select("name", pl.col("honorifics").list.set_intersection(list(CONFERRED)).alias("conferred"))
    listed = standing.entries.select("entry", "name").join(honorifics, on="name").rename({"conferred": "listed"})
    said = (
        standing.support.filter(pl.col("held_to").is_not_null() & (pl.col("name_relation") != "compatible"))
        .join(honorifics, on="name")
        .join(listed.select("entry", "listed"), on="entry")
        .filter(
            (pl.col("listed").list.len() == 0)
            & (pl.col("conferred").list.len() > 0)
            & (pl.col("held_to") == pl.col("held_to").max().over("entry"))
        )
    )
    return grounds(said, "title_changed", lo=_NO_DAY, hi=pl.col("held_to"))


def duplicates(standing: Standing) -> pl.DataFrame:
    """`duplicate_entry`: the same person is listed for the same post twice. `row` is that of the other entry."""
    listed = standing.entries.filter(pl.col("name").is_not_null() & pl.col("body").is_not_null())
    names = parse_names(listed.get_column("name").unique().sort()).select(
        "name",
        pl.concat_str(pl.col("given").list.join(" "), pl.col("surname"), separator=" ", ignore_nulls=True).alias(
            "_name"
        ),
    )
    titled = listed.filter(pl.col("office").is_not_null())
    offices = parse_titles(
        titled.select(pl.col("office").alias("post"), pl.col("body").alias("organisation"))
        .unique()
        .sort("post", "organisation")
    ).select(pl.col("post").alias("office"), pl.col("organisation").alias("body"), pl.col("key").alias("_office"))
    keyed = (
        listed.join(names, on="name")
        .join(offices, on=["office", "body"], how="left", nulls_equal=True)
        .with_columns(pl.col("body").fill_null("").str.to_lowercase().alias("_body"), pl.col("_office").fill_null(""))
    )
    group = ["_name", "_office", "_body"]
    twice = keyed.filter(pl.len().over(group) > 1).sort("entry")
    others = twice.with_columns(
        pl.when(pl.col("entry") == pl.col("entry").first().over(group))
        .then(pl.col("entry").last().over(group))
        .otherwise(pl.col("entry").first().over(group))
        .alias("row")
    )
    return grounds(others, "duplicate_entry", lo=_NO_DAY, hi=_NO_DAY)
