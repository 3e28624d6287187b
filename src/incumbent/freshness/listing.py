"""What whole lists say by what they leave out: `not_listed`, `missing_entry`.

A list is what one publisher said of one organisation as at one day. That a name is absent means little: names can be
withheld, and a list can be an extract. So absence counts as `probable` only from a list that claims to be complete
and is (it names the great majority of the other holders), or when it is confirmed by a second capture or a successor.
"""

from __future__ import annotations

import polars as pl

from incumbent.freshness.links import Links
from incumbent.freshness.rules import Standing, grounds

#: A list is whole when it has at least this share of what should be there (design 8: the great majority).
WHOLE = 0.8
#: A later list is comparable with an earlier one when it has at least this share of its names.
COMPARABLE = 0.75
#: One name is a statement, not a list.
SHORTEST = 2


def lists_of(evidence: pl.DataFrame) -> pl.DataFrame:
    """The lists in `evidence` (with `home`): publisher, home, day, names (count), complete, withheld, first_row."""
    listed = evidence.filter(
        pl.col("event").is_in(["holds", "vacant", "withheld"]) & pl.col("home").is_not_null() & ~pl.col("ended")
    )
    return (
        on_days(listed)
        .group_by("publisher", "home", "day")
        .agg(
            pl.col("name").n_unique().alias("names"),
            (pl.col("scope") == "complete").all().alias("complete"),
            (pl.col("event") == "withheld").sum().alias("withheld"),
            pl.col("row").min().alias("first_row"),
        )
        .sort("publisher", "home", "day", nulls_last=True)
    )


def on_days(evidence: pl.DataFrame) -> pl.DataFrame:
    """`evidence` with the `day` of the list that each row stands in: a page that was captured again, unchanged, is a
    list of both days. Rows without any day are left out.
    """
    day = pl.coalesce("at", "stated").alias("day")
    again = evidence.filter(pl.col("still") > pl.coalesce("at", "stated"))
    both = pl.concat([evidence.with_columns(day), again.with_columns(pl.col("still").alias("day"))])
    return both.filter(pl.col("day").is_not_null())


def dropped(support: pl.DataFrame, persons: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """Entries whose person a publisher's comparable later list of the same body no longer names.

    Columns: entry, row (one of the later list's), day (of the first such list), last_named, captures (how many later
    lists lack the name).
    """
    listed = on_days(evidence).select("row", "publisher", "home", "day")
    named = (
        support.filter(pl.col("event") == "holds")
        .select("entry", "row")
        .join(listed, on="row")
        .filter(pl.col("day").is_not_null())
        .group_by("entry", "publisher", "home")
        .agg(pl.col("day").max().alias("last_named"))
    )
    lists = lists_of(evidence)
    a_list = ["publisher", "home"]
    then = lists.select(*a_list, pl.col("day").alias("last_named"), pl.col("names").alias("names_then"))
    later = (
        named.join(then, on=[*a_list, "last_named"])
        .join(lists, on=a_list)
        .filter((pl.col("day") > pl.col("last_named")) & (pl.col("names") >= COMPARABLE * pl.col("names_then")))
        .filter(pl.col("names") >= SHORTEST)
    )
    still_there = persons.join(listed, on="row").select("entry", *a_list, "day").unique()
    return (
        later.join(still_there, on=["entry", *a_list, "day"], how="anti")
        .sort("entry", "day", "first_row")
        .group_by("entry", maintain_order=True)
        .agg(
            pl.col("first_row").first().alias("row"),
            pl.col("day").first(),
            pl.col("last_named").first(),
            pl.col("day").n_unique().alias("captures"),
            (pl.col("withheld") > 0).any().alias("withheld"),
        )
    )


def not_listed(standing: Standing, evidence: pl.DataFrame, links: Links, successions: pl.DataFrame) -> pl.DataFrame:
    """`not_listed`: a list that claims to be complete lacks the person; or a comparable later list dropped the name."""
    succeeded = (
        successions.filter(pl.col("reason") == "replaced")
        .select("entry")
        .unique()
        .with_columns(pl.lit(True).alias("succeeded"))
    )
    gone = standing.dropped.join(succeeded, on="entry", how="left").join(
        standing.entries.select("entry", "supported_to"), on="entry"
    )
    gone = gone.filter(pl.col("supported_to").is_null() | (pl.col("day") > pl.col("supported_to")))
    by_drop = grounds(
        gone,
        "not_listed",
        lo=pl.col("last_named"),
        hi=pl.col("day"),
        weak=~(((pl.col("captures") >= 2) & ~pl.col("withheld")) | pl.col("succeeded").fill_null(False)),
    )
    return pl.concat([by_drop, _absent_from_complete(standing, evidence, links)])


def _absent_from_complete(standing: Standing, evidence: pl.DataFrame, links: Links) -> pl.DataFrame:
    lists = _latest_complete(evidence)
    expected = (
        standing.entries.filter(pl.col("name").is_not_null())
        .select("entry", "body", "supported_to", "supported_surely", "single")
        .join(_homes_of_entries(links), on="body")
        .join(lists, on="home")
    )
    listed = on_days(evidence).select("row", "publisher", "home", "day")
    key = ["entry", "publisher", "home", "day"]
    on_list = links.persons.join(listed, on="row").select(key).unique().with_columns(pl.lit(True).alias("named"))
    post_on_list = (
        links.posts.filter(pl.col("post_relation").is_in(["same", "renamed"]))
        .join(listed, on="row")
        .select(key)
        .unique()
        .with_columns(pl.lit(True).alias("post_named"))
    )
    expected = (
        expected.join(on_list, on=key, how="left")
        .join(post_on_list, on=key, how="left")
        .with_columns(
            pl.col("named").fill_null(False),
            (pl.col("post_named").fill_null(False) & pl.col("single")).alias("post_named"),
        )
    )
    a_list = ["publisher", "home", "day"]
    found = (pl.col("named") | pl.col("post_named")).cast(pl.Float64)
    others = pl.len().over(a_list) - 1
    share = (found.sum().over(a_list) - found) / others
    enough_names = pl.col("names") >= WHOLE * pl.len().over(a_list)
    whole = (others == 0) | (share >= WHOLE) | (enough_names & (share >= 0.3))
    absent = expected.with_columns(whole.alias("whole")).filter(
        ~pl.col("named") & (pl.col("supported_to").is_null() | (pl.col("day") > pl.col("supported_to")))
    )
    return grounds(
        absent.rename({"first_row": "row"}),
        "not_listed",
        lo=pl.col("supported_surely"),
        hi=pl.col("day"),
        weak=~pl.col("whole") | (pl.col("withheld") > 0),
    )


def missing(standing: Standing, evidence: pl.DataFrame, links: Links) -> pl.DataFrame:
    """`missing_entry`: a complete list names a holder of a post, at a body of the roster, that the roster lacks.

    Columns: those of grounds, `entry` null.
    """
    in_scope = _homes_of_entries(links).select("home").unique()
    named = (
        evidence.filter(pl.col("name").is_not_null() & (pl.col("event") == "holds") & ~pl.col("ended"))
        .with_columns(pl.coalesce("at", "stated").alias("day"))
        .join(_latest_complete(evidence).select("publisher", "home", "day"), on=["publisher", "home", "day"])
        .join(in_scope, on="home")
        .filter(pl.col("office").is_not_null())
    )
    known_post = links.posts.join(standing.entries.select("entry", "single"), on="entry").filter("single").select("row")
    known_person = links.persons.filter(pl.col("tie") != "name").select("row")
    lacking = named.join(pl.concat([known_post, known_person]).unique(), on="row", how="anti")
    return grounds(
        lacking.with_columns(pl.lit(None, dtype=pl.UInt32).alias("entry")),
        "missing_entry",
        lo=pl.col("start_lo"),
        hi=pl.coalesce("start_hi", "day"),
        exact=pl.col("dated"),
        subject=pl.col("row").min().over("name", "office", "body"),
    )


def _latest_complete(evidence: pl.DataFrame) -> pl.DataFrame:
    lists = lists_of(evidence).filter(pl.col("complete"))
    return lists.filter(pl.col("day") == pl.col("day").max().over("publisher", "home"))


def _homes_of_entries(links: Links) -> pl.DataFrame:
    """body (an entry's), home (of a list that speaks of it): the organisation, or a later or earlier name of it."""
    return (
        links.bodies.filter(pl.col("relation").is_in(["same", "renamed"]))
        .select("body", "other_body")
        .join(links.homes.rename({"body": "other_body"}), on="other_body")
        .select("body", "home")
        .unique()
    )
