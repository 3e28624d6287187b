"""Titles -> what each one is, in one row."""

from __future__ import annotations

import polars as pl

from incumbent.organisations import organisation_slug
from incumbent.titles.offices import offices
from incumbent.titles.parts import NATIONAL
from incumbent.titles.reading import Reading, read_titles

_ADDED = ("key", "display", "rank", "acting", "generic", "seats", "exact")


def parse_titles(titles: pl.DataFrame, reading: Reading | None = None) -> pl.DataFrame:
    """`titles` (post, organisation; others kept), in order, with key, display, rank, acting, generic, seats, exact.

    `key`: canonical words of the office or offices, without the organisation's own words; "" where the title says
    nothing. `display`: the usual title where the office is all it says, else the title as given, tidied. `rank`:
    larger is more senior, the highest of the offices held together; null where unknown. `acting`: the title says so.
    `generic`: it means something only with its organisation. `seats`: `many` where several hold it at once, else
    `one`. `exact`: it names one known office and nothing else, so that two exact titles with different keys are two
    offices. A `reading` (read_titles) must have all of `titles`.
    """
    read, parts = reading or read_titles(titles)
    summed = (
        _named(parts)
        .group_by("row")
        .agg(
            key=pl.col("part_key").sort_by("part").str.join(" + "),
            rank=pl.max_horizontal(pl.col("rank").max(), pl.col("grade").max()),
            generic=pl.col("generic").all(),
            many=pl.col("many").all(),
            one=pl.when(pl.len() == 1).then(pl.col("said").first()),
            exact=(pl.len() == 1) & (pl.col("said").is_not_null() | pl.col("placed")).first(),
        )
    )
    tidy = pl.col("post").str.slice(0, 600).str.replace_all(r"[\s\pC]+", " ").str.strip_chars(" ,;")
    rows = read.join(summed, on="row", how="left").select(
        "post",
        "organisation",
        pl.col("key").fill_null(""),
        pl.coalesce("one", tidy, pl.lit("")).alias("display"),
        "rank",
        "acting",
        pl.col("generic").fill_null(value=False),
        seats=pl.when("many").then(pl.lit("many")).otherwise(pl.lit("one")),
        exact=(pl.col("exact") & ~pl.col("many")).fill_null(value=False),
    )
    asked = titles.select(pl.col("post", "organisation").cast(pl.String))
    found = asked.join(rows, on=["post", "organisation"], how="left", nulls_equal=True, maintain_order="left")
    return titles.with_columns(found[name] for name in _ADDED)


def split_posts(titles: pl.DataFrame) -> pl.DataFrame:
    """One row per office that each distinct title names: post, organisation, part (1, 2, ...), key, organisation_key.

    `organisation_key` is the body that the office is in, which a title can name itself ("Chief Executive, UKTI").
    """
    read, parts = read_titles(titles)
    return (
        _named(parts)
        .join(read.select("row", "post", "organisation"), on="row", how="left")
        .sort("row", "part")
        .select(
            "post",
            "organisation",
            part=pl.int_range(1, pl.len() + 1).over("row"),
            key="part_key",
            organisation_key=pl.col("org_key").fill_null(""),
        )
    )


def post_slug(display_post: str, display_organisation: str) -> str:
    """A readable id: "second-permanent-secretary--ministry-of-defence"; the post alone without an organisation."""
    post = organisation_slug(display_post)
    return f"{post}--{organisation_slug(display_organisation)}" if display_organisation.strip() else post


def _named(parts: pl.DataFrame) -> pl.DataFrame:
    """`parts` with part_key, rank, generic, many (several hold it), said (the usual title where that is all)."""
    table = offices().table.select(
        pl.col("id").alias("office"), pl.col("office").alias("name"), "display", "kind", "rank", "seats", "generic"
    )
    size = pl.col("area").list.len()
    placed = pl.col("kind").is_in(NATIONAL) & (size > 0)
    return parts.join(table, on="office", how="left").select(
        "row",
        "part",
        "org_key",
        "rank",
        "grade",
        placed.fill_null(value=False).alias("placed"),
        part_key=pl.concat_str(
            [
                pl.col("modifier"),
                pl.col("name").fill_null(""),
                pl.col("area").list.join(" "),
                pl.when("moved").then("org_key").otherwise(pl.lit("")),
            ],
            separator=" ",
        )
        .str.replace_all(r" +", " ")
        .str.strip_chars(" "),
        generic=(pl.col("generic") & ~placed).fill_null(value=False),
        many=(pl.col("seats") == "many").fill_null(value=False)
        | ((pl.col("seats") == "bare") & (size == 0) & ~pl.col("moved")).fill_null(value=False),
        said=pl.when((size == 0) & (pl.col("modifier") == "") & ~pl.col("moved")).then("display"),
    )
