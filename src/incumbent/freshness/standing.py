"""From statements and links to what the evidence says of each entry: who supports it, who stands where it stands."""

from __future__ import annotations

import datetime as dt

import polars as pl

from incumbent.freshness.links import Links
from incumbent.freshness.listing import dropped
from incumbent.freshness.rules import Standing
from incumbent.freshness.ties import SAME_OFFICE

_HOLDS = ("holds", "starts", "announced_start")
#: What a list's own publisher says elsewhere within a month of the list comes from the same record.
_SAME_RECORD_DAYS = 31


def stand(
    entries: pl.DataFrame, evidence: pl.DataFrame, links: Links, as_of: dt.date, max_age_days: int | None
) -> Standing:
    """The Standing of every entry as of a day; statements older than `max_age_days` do not make an entry current."""
    oldest = dt.date.min if max_age_days is None else as_of - dt.timedelta(days=max_age_days)
    entries = entries.rename({"row": "entry"}).sort("entry")
    statements = evidence.rename({"office": "other_office", "body": "other_body"}).drop(
        "roster", "role", "home", "rank", "exact"
    )
    persons = links.persons.join(statements, on="row").join(
        entries.select("entry", "body", "office", "distinctive").rename({"office": "listed_office"}), on="entry"
    )
    holders = (
        links.posts.filter(pl.col("post_relation").is_in(SAME_OFFICE))
        .join(links.persons.select("entry", "row"), on=["entry", "row"], how="anti")
        .join(statements, on="row")
    )
    named = holders.filter(pl.col("name").is_not_null())
    persons = _reworded_resolved(persons, named.join(entries.filter(pl.col("seats") == "one"), on="entry", how="semi"))
    support = _not_repeating(persons.filter(pl.col("office") == "this"), entries)
    entries = entries.join(_supported(support), on="entry", how="left")
    entries = _single(entries, support, named)
    facts = entries.select("entry", "supported_to", "supported_surely", "supported_from", "single")
    other = persons.filter(pl.col("office") != "this").join(facts, on="entry")
    other = _with_coverage(other, links, evidence)
    support = support.join(facts, on="entry")
    return Standing(
        as_of=as_of,
        oldest=oldest,
        entries=entries,
        support=support,
        other=other,
        holders=named.join(facts, on="entry"),
        posts=_on_the_post(holders, entries, links, statements).join(facts, on="entry"),
        dropped=dropped(support, links.persons, evidence),
    )


def _reworded_resolved(persons: pl.DataFrame, holders: pl.DataFrame) -> pl.DataFrame:
    """A reworded title is this post still, unless by then somebody else holds the post in the listed words."""
    taken = (
        holders.filter(pl.col("held_to").is_not_null() & ~pl.col("ended") & ~pl.col("acting"))
        .group_by("entry")
        .agg(pl.col("held_to").max().alias("taken_to"))
    )
    left_behind = (pl.col("taken_to") >= pl.col("held_to")).fill_null(False)
    return (
        persons.join(taken, on="entry", how="left")
        .with_columns(
            pl.when(pl.col("office") != "reworded")
            .then(pl.col("office"))
            .when(left_behind)
            .then(pl.lit("other"))
            .otherwise(pl.lit("this"))
            .alias("office"),
            (pl.col("office") == "reworded").alias("reworded"),
        )
        .drop("taken_to")
    )


def _not_repeating(support: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """`support` in which the list's own publisher, saying elsewhere that the person is in post, shows no more than when
    that began.

    Such a page is made from the same record, and is late where the list is, unless it comes well after the list was
    last seen. That it calls somebody gone, or puts them elsewhere, is news all the same; and so is an official record
    of appointments.
    """
    said_on = pl.coalesce("still", "at", "stated")
    listing = entries.select("entry", listed_by="publisher", listed_on=said_on)
    own = support.join(listing, on="entry", how="left", maintain_order="left")
    repeats = (
        (pl.col("publisher") == pl.col("listed_by"))
        & (said_on <= pl.col("listed_on") + pl.duration(days=_SAME_RECORD_DAYS))
        & ~pl.col("primary")
        & ~pl.col("ended")
        & pl.col("event").is_in(_HOLDS)
    ).fill_null(False)
    began = pl.when("dated").then(pl.col("held_from_hi"))
    return own.with_columns(
        pl.when(repeats).then(pl.when(began <= pl.col(to)).then(began)).otherwise(to).alias(to)
        for to in ("held_to", "held_surely_to")
    ).drop("listed_by", "listed_on")


def _supported(support: pl.DataFrame) -> pl.DataFrame:
    held = support.filter(pl.col("held_to").is_not_null() & ~pl.col("ended") & pl.col("event").is_in(_HOLDS))
    return held.group_by("entry").agg(
        pl.col("held_to").max().alias("supported_to"),
        pl.col("held_surely_to").max().alias("supported_surely"),
        pl.col("held_from_lo").filter(pl.col("dated")).max().alias("supported_from"),
    )


def _single(entries: pl.DataFrame, support: pl.DataFrame, holders: pl.DataFrame) -> pl.DataFrame:
    """`single`: one seat. A list that names two holders of a post at once shows that it has several."""
    key = ["entry", "publisher", "held_to"]
    # Rows that have a beginning but no day of their own are a register's: one holder after the other, not two at once.
    on_one_list = (
        (pl.col("at").is_not_null() | ~pl.col("dated"))
        & ~pl.col("ended")
        & ~pl.col("acting")
        & (pl.col("event") == "holds")
    )
    together = (
        pl.concat([support.filter(on_one_list).select(*key, "name"), holders.filter(on_one_list).select(*key, "name")])
        .group_by(key)
        .agg(pl.col("name").n_unique().alias("n"))
        .filter(pl.col("n") > 1)
        .select("entry")
        .unique()
        .with_columns(pl.lit(True).alias("shared"))
    )
    return entries.join(together, on="entry", how="left").with_columns(
        ((pl.col("seats") == "one") & ~pl.col("shared").fill_null(False)).alias("single")
    )


def _with_coverage(other: pl.DataFrame, links: Links, evidence: pl.DataFrame) -> pl.DataFrame:
    """`covered`: the publisher that names the person elsewhere also lists the body where the roster has the person."""
    covering = (
        links.bodies.join(evidence.select(pl.col("body").alias("other_body"), "publisher").unique(), on="other_body")
        .select("body", "publisher")
        .unique()
        .with_columns(pl.lit(True).alias("covered"))
    )
    return other.join(covering, on=["body", "publisher"], how="left", nulls_equal=True).with_columns(
        pl.col("covered").fill_null(False)
    )


def _on_the_post(holders: pl.DataFrame, entries: pl.DataFrame, links: Links, statements: pl.DataFrame) -> pl.DataFrame:
    about = ["vacant", "abolished", "renamed"]
    of_post = holders.filter(pl.col("name").is_null() & pl.col("event").is_in(about))
    of_body = (
        statements.filter(pl.col("other_office").is_null() & pl.col("event").is_in(["abolished", "renamed"]))
        .join(links.bodies.select("body", "other_body", pl.col("relation").alias("body_relation")), on="other_body")
        .filter(pl.col("body_relation") == "same")
        .join(entries.select("entry", "body"), on="body")
    )
    columns = ["entry", *[name for name in holders.columns if name in statements.columns]]
    return pl.concat([of_post.select(columns), of_body.select(columns)])
