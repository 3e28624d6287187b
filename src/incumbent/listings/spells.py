"""Captures of a list -> the stretches of time in which each of its lines stood on it.

A line is on the list at an address in every capture that carries it, and gone when a later good capture of the same
address lacks it. Of several captures on one day the last counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from incumbent import edtf

#: An address of the list. One publisher can have a page for each organisation.
ADDRESS = ("source", "source_url")
#: What makes lines of two captures of one address the same line, with its place among equal ones (`copy`).
LINE = ("person", "post", "organisation", "person_ids", "copy")


def runs(captures: pl.DataFrame, current: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Captures of one address one after the other with the same bytes: source, source_url, snapshot, run (its number),
    first, last (days), before (the day of the capture before it), after (of the one after it).

    `captures`: source, source_url, snapshot, stated_at, in their order where several are of one day, of which that with
    a snapshot of `current` (claims: the list as it is read now) is the last. A capture without a date is left out.
    """
    read_now = current.select("source", "snapshot").unique().with_columns(pl.lit(True).alias("now"))
    return (
        captures.with_columns(edtf.last_day("stated_at").alias("day"))
        .filter(pl.col("day") <= as_of)
        .join(read_now, on=["source", "snapshot"], how="left", maintain_order="left")
        .with_columns(pl.col("now").fill_null(False))
        .sort(*ADDRESS, "day", "now", maintain_order=True)
        .unique([*ADDRESS, "day"], keep="last", maintain_order=True)
        .with_columns(pl.col("snapshot").rle_id().over(ADDRESS).cast(pl.Int64).alias("run"))
        .group_by(*ADDRESS, "run", maintain_order=True)
        .agg(pl.col("snapshot").first(), pl.col("day").first().alias("first"), pl.col("day").last().alias("last"))
        .with_columns(
            pl.col("last").shift(1).over(ADDRESS).alias("before"),
            pl.col("first").shift(-1).over(ADDRESS).alias("after"),
        )
    )


def lines(claims: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """The roster's claims, each once for a page that says it, with that page's address for `source_url`, and `copy`.

    `seen`: see runs.
    """
    page = [*ADDRESS, "snapshot"]
    said = (
        claims.filter(pl.col("role") == "roster")
        .sort(edtf.last_day("stated_at"), "claim_id", nulls_last=True)
        .unique([*page, "locator", *LINE[:-1]], keep="first", maintain_order=True)
    )
    pages = seen.select(page).unique()
    # A list can give each line an address of its own; such a line stands on every page with these bytes.
    of_page = said.join(pages, on=page, how="semi")
    of_bytes = said.join(pages, on=list(ADDRESS), how="anti").drop("source_url").join(pages, on=["source", "snapshot"])
    return (
        pl.concat([of_page, of_bytes.select(of_page.columns)])
        .with_columns(pl.col("locator").str.extract(r"(\d+)").cast(pl.Int64, strict=False).alias("_place"))
        .sort("_place", "locator", "claim_id", nulls_last=True)
        .with_columns(pl.int_range(pl.len()).over(*page, *LINE[:-1]).alias("copy"))
        .drop("_place")
    )


def spells(numbered: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """The stretches of captures that carry a line: node, source, first, last, before, after (days, as in runs).

    `numbered`: lines, with the number of each (`node`).
    """
    return (
        numbered.select("node", *ADDRESS, "snapshot")
        .join(seen, on=[*ADDRESS, "snapshot"])
        .sort("node", "run")
        .with_columns((pl.col("run") - pl.int_range(pl.len()).over("node")).alias("stretch"))
        .group_by("node", "stretch", maintain_order=True)
        .agg(pl.col("source", "first", "before").first(), pl.col("last", "after").last())
        .select("node", "source", "first", "last", "before", "after")
    )


def closed(stood: pl.DataFrame, still: pl.DataFrame, captures: pl.DataFrame) -> pl.DataFrame:
    """`stood` (see spells) where the lines of a page that the list no longer has are gone by the list's next capture.

    `still`: node of each line of the list as it is now.
    """
    read = stood.join(still, on="node", how="semi").select("source").unique()
    days = captures.join(read, on="source", how="semi").select(edtf.last_day("stated_at").alias("next"))
    open_ended = stood.filter(pl.col("after").is_null()).join(still, on="node", how="anti").sort("last")
    ended = open_ended.join_asof(
        days.drop_nulls().unique().sort("next"),
        left_on="last",
        right_on="next",
        strategy="forward",
        allow_exact_matches=False,
    ).with_columns(pl.col("next").alias("after"))
    others = stood.join(open_ended, on=["node", "first"], how="anti")
    return pl.concat([others, ended.select(stood.columns)]).sort("node", "first")


def lists_with(
    nodes: pl.DataFrame, said: pl.DataFrame, stood: pl.DataFrame
) -> Iterator[tuple[pl.DataFrame, list[int]]]:
    """Whole lists as they stood on as few days as it takes to meet each of `nodes` in its last spell: rows of `said` (a
    claim for each node), and the nodes met.

    The earliest end that no day has met yet is the next day: the fewest points that meet all intervals.
    """
    ends = (
        stood.join(nodes, on="node", how="semi")
        .sort("last", "node")
        .unique("node", keep="last", maintain_order=True)
        .sort("last", "node")
    )
    while not ends.is_empty():
        day = ends.item(0, "last")
        met = ends.filter(pl.col("first") <= day)
        there = (pl.col("first") <= day) & ((pl.col("after") > day) | pl.col("after").is_null())
        state = said.join(stood.filter(there), on="node", how="semi")
        yield state.unique("claim_id", keep="first", maintain_order=True).sort("node"), met["node"].to_list()
        ends = ends.join(met, on="node", how="anti", maintain_order="left")
