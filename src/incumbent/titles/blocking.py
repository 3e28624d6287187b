"""Keys for titles: two that compare_titles calls anything but `different` share one.

Sparse because an office that means something only in its body is keyed with its body, and areas by prefix filtering
(Chaudhuri, Ganti, Kaushik 2006): two sorted word lists of which half is common share one of the first
n - ceil(n/2) + 1 words of each. Numbers in areas are decisive, so they are in the key. A title without an area meets
those that have one under the area of each, or all areas of an office would meet one another for its sake.
"""

from __future__ import annotations

import polars as pl

from incumbent.organisations import folding
from incumbent.organisations.matching import organisation_block_keys
from incumbent.organisations.registry import registry
from incumbent.titles.matching import numbered_bodies, portfolio_bodies, relate_bodies
from incumbent.titles.offices import offices
from incumbent.titles.parts import NATIONAL
from incumbent.titles.reading import Reading, read_titles


def title_blocking_keys(titles: pl.DataFrame, reading: Reading | None = None) -> pl.DataFrame:
    """One row per key of each distinct title (columns post, organisation): post, organisation, key; sorted.

    Related titles share a key when both are given in one call. A title that says nothing has no key. With a `reading`
    the keys are those of all its titles.
    """
    reading = reading or read_titles(titles)
    return (
        numbered_keys(reading)
        .join(reading.titles.select("row", "post", "organisation"), on="row", how="left")
        .select("post", "organisation", "key")
        .unique()
        .sort("post", "organisation", "key")
    )


def numbered_keys(reading: Reading) -> pl.DataFrame:
    """row (of the reading's titles), key: each once, in no order."""
    table = offices().table.select(pl.col("id").alias("office"), pl.col("office").alias("name"), "kind")
    parts = reading.parts.join(table, on="office", how="left").with_columns(
        pl.col("kind").fill_null("free"),
        head=pl.format("{}|{}", "modifier", pl.col("name").fill_null("")),
        whole=pl.col("area").list.join(" "),
        size=pl.col("area").list.len(),
    )
    placed = pl.col("kind").is_in(NATIONAL) & (pl.col("size") > 0)
    national = placed | (pl.col("kind") == "named")
    return pl.concat([_national(parts.filter(national)), _local(parts.filter(~placed))]).unique()


def _national(parts: pl.DataFrame) -> pl.DataFrame:
    """row, key of the offices that need no body."""
    kind, area = pl.col("kind"), pl.col("area")
    american = pl.col("name").str.starts_with("united states") & (kind == "seat")
    exact = parts.filter(~american & (kind != "minister"))
    ministers = parts.filter(kind == "minister")
    roots = registry().blocks.filter(pl.col("block").str.starts_with("@"))
    departments = (
        ministers.select("row", "head", area_key="whole")
        .join(portfolio_bodies(), on="area_key")
        .join(roots, on="key")
        .select("row", key=pl.format("{}|{}", "head", "block"))
    )
    return pl.concat(
        [
            parts.filter(american).select("row", key=pl.format("{}|{}", "head", area.list.first())),
            exact.select("row", key=pl.format("{}|{}", "head", "whole")),
            _near(exact).select("row", key=pl.format("{}|{}", "head", "near")),
            ministers.explode("area").select("row", key=pl.format("{}|{}", "head", "area")),
            _near(ministers).select("row", key=pl.format("{}|{}", "head", "near")),
            departments,
        ]
    )  # fmt: skip


def _local(parts: pl.DataFrame) -> pl.DataFrame:
    """row, key of the offices that are those of a body."""
    bodies = _neighbours(parts)
    orgs = numbered_bodies(parts)
    parts = parts.join(orgs, on=orgs.columns[1:], how="left", nulls_equal=True)
    area, size = pl.col("area"), pl.col("size")
    prefix = area.list.head(size - (size + 1) // 2 + 1)
    number = area.list.eval(pl.element().filter(pl.element().str.contains("[0-9]"))).list.join(" ")
    prefixed = parts.filter(size > 0).with_columns(number=number, prefix=prefix).explode("prefix")
    headed = parts.filter((size > 0) & pl.col("kind").is_in(["office", "grade"]))
    words = pl.concat(
        [
            parts.filter(size == 0).select("row", "org", word="head"),
            prefixed.select("row", "org", word=pl.format("{}|{}|{}", "head", "number", "prefix")),
            _near(parts.filter(size == 1)).select("row", "org", word=pl.format("{}|{}", "head", "near")),
            # "Head of Finance", "Director of Finance".
            headed.select("row", "org", word=pl.format("{}=|{}", "modifier", "whole")),
        ]
    )
    placed = _in_blocks(words, bodies).select("row", key=pl.format("{}@{}", "word", "block"))
    return pl.concat([placed, _with_and_without_area(parts, bodies)])


def _with_and_without_area(parts: pl.DataFrame, bodies: pl.DataFrame) -> pl.DataFrame:
    """row, key: a title that names no area may be any of those that do."""
    named = parts.filter(pl.col("name").is_not_null()).select("row", "org", "head", "whole", "size")
    bare = _in_blocks(named.filter(pl.col("size") == 0).drop("whole"), bodies)
    areas = _in_blocks(named.filter(pl.col("size") > 0), bodies).join(bare, on=["head", "block"], how="semi")
    met = bare.join(areas.select("head", "block", "whole").unique(), on=["head", "block"])
    return pl.concat(frame.select("row", key=pl.format("{}~{}@{}", "head", "whole", "block")) for frame in (areas, met))


def _neighbours(parts: pl.DataFrame) -> pl.DataFrame:
    """org, block: one block for each body, and one for each pair of bodies that are one or belong together.

    The bodies' own blocks would do, but they hold many more bodies (all that begin with the same two letters), and in
    each of them every title of one would meet every title of the others.
    """
    orgs = numbered_bodies(parts)
    named = orgs.select("org", key=pl.col("org_key").fill_null(""), core=pl.col("org_core").fill_null(""))
    blocked = named.join(organisation_block_keys(named), on="key").select("org", "block").unique()
    pairs = (
        blocked.join(blocked, on="block", suffix="_right")
        .filter(pl.col("org") < pl.col("org_right"))
        .select(left_org="org", right_org="org_right")
        .unique()
    )
    related = relate_bodies(pairs, orgs).filter(~pl.col("body").is_in(["different", "unstated"]))
    edge = pl.format("{}+{}", "left_org", "right_org").alias("block")
    own = named.select(
        "org", block=pl.when(pl.col("key") == "").then(pl.lit("")).otherwise(pl.col("org").cast(pl.String))
    )
    return pl.concat(
        [
            own,
            related.select(pl.col("left_org").alias("org"), edge),
            related.select(pl.col("right_org").alias("org"), edge),
        ]
    ).unique()


def _in_blocks(rows: pl.DataFrame, bodies: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `block`: once for each block of the body `org`."""
    return rows.join(bodies, on="org").drop("org")


def _near(parts: pl.DataFrame) -> pl.DataFrame:
    """`parts` that have an area, once for each key `near` that a typing error leaves alone; no number has one."""
    misspelt = (pl.col("size") > 1) | ((pl.col("size") == 1) & ~pl.col("whole").str.contains("[0-9]"))
    return parts.filter(misspelt).with_columns(near=folding.near_keys(pl.col("area"))).explode("near")
