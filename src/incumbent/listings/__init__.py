"""How long each entry has stood on the published list, and how long the list stayed wrong about it.

    captures -> runs of equal bytes -> spells of each line -> one listing per entry ever listed -> judged -> days

What is between two captures nobody knows, so every duration has a minimum and a maximum.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from incumbent import edtf
from incumbent.freshness import Assessment, Decisions, Policy, assess
from incumbent.listings.entries import earlier_ids, same_entries
from incumbent.listings.spells import ADDRESS, LINE, closed, lines, lists_with, runs, spells
from incumbent.organisations import parse_organisations

__all__ = ["LISTINGS", "listed_over_time"]

#: Columns of the answer; what they mean is in schemas/listings.json.
LISTINGS: dict[str, pl.DataType] = {
    "entry_id": pl.String(),
    "listed_person": pl.String(),
    "listed_post": pl.String(),
    "listed_organisation": pl.String(),
    "first_seen": pl.Date(),
    "last_seen": pl.Date(),
    "gone_by": pl.Date(),
    "wrong_since_earliest": pl.Date(),
    "wrong_since_latest": pl.Date(),
    "put_right": pl.Date(),
    "days_wrong_minimum": pl.Int64(),
    "days_wrong_maximum": pl.Int64(),
    "reasons": pl.String(),
    "confidence": pl.String(),
    "explanation": pl.String(),
    "earlier_entry_ids": pl.String(),
    "organisation_id": pl.String(),
    "source_id": pl.String(),
    "claim_id": pl.String(),
    "evidence": pl.String(),
}
_JUDGED = ("verdict", "since_earliest", "since_latest", "reasons", "confidence", "explanation", "evidence")


def listed_over_time(
    assessment: Assessment,
    claims: pl.DataFrame,
    history: pl.DataFrame,
    captures: pl.DataFrame,
    as_of: str,
    policy: Policy | None = None,
    decisions: Decisions | None = None,
) -> pl.DataFrame:
    """One row per entry ever listed (columns: LISTINGS), sorted by entry_id.

    `assessment`: of `claims` (both roles), which hold the list as it is now. `history`: claims.CLAIMS, what every
    capture of the list known by `as_of` said. `captures`: source, source_url, snapshot, stated_at, one row per good
    capture, those with unchanged bytes too.

    An entry that is still listed keeps its id and its verdict. One that is gone is judged by the same evidence, among
    the lines that stood beside it. Lines that freshness joins by post, organisation, identifier or decision, and that
    never stood side by side, are one entry in other words, under its last ones. Raises InputError when `as_of` is not a
    day.
    """
    day, policy, decisions = edtf.parse_day(as_of), policy or Policy(), decisions or Decisions()
    current, evidence = (claims.filter(pl.col("role") == role) for role in ("roster", "evidence"))
    seen = runs(captures, current, day)
    key = [*ADDRESS, *LINE]
    listed = lines(history, seen)
    nodes = listed.select(key).unique().sort(key).with_row_index("node")
    listed = listed.join(nodes, on=key, nulls_equal=True)
    now = lines(current, seen).join(nodes, on=key, nulls_equal=True).select("node", "claim_id")
    now = now.join(assessment.entries, on="claim_id").drop("claim_id")
    stood = closed(spells(listed, seen), now.select("node"), captures)
    said = listed.sort("node", edtf.last_day("stated_at"), "claim_id").unique("node", keep="first")
    said = said.sort("node").select("node", *claims.columns)

    listing = same_entries(said, stood, now.select("node"), decisions, day)
    entries = _entries(listing, stood, now.select("node"))
    gone = _judged(entries.filter(~pl.col("still")), said, stood, evidence, as_of, policy, decisions)
    judged = pl.concat([now.select(gone.columns), gone])
    judged = _with_wrong(entries.join(judged, on="node", how="left"), listing, stood, day)
    return (
        judged.join(earlier_ids(entries, listing, said, stood), on="listing", how="left")
        .join(said, on="node")
        .join(now.select("node", "organisation_id"), on="node", how="left")
        .pipe(_with_organisations, assessment.organisations)
        .pipe(_with_own_ids)
        .with_columns(
            pl.col("earlier_ids").list.set_difference(pl.concat_list("entry_id")).list.sort().list.join(";")
            .replace("", None).alias("earlier_entry_ids")
        )
        .rename(
            {"person": "listed_person", "post": "listed_post", "organisation": "listed_organisation",
             "source": "source_id"}
        )
        .select(pl.col(name).cast(dtype) for name, dtype in LISTINGS.items())
        .sort("entry_id")
    )  # fmt: skip


def _entries(listing: pl.DataFrame, stood: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """listing, node (the line that carries the entry, or carried it last), still (listed), first_seen, last_seen,
    gone_by."""
    last = pl.col("last") == pl.col("last").max()
    return (
        stood.join(listing, on="node")
        .join(now.with_columns(pl.lit(True).alias("still")), on="node", how="left")
        .with_columns(pl.col("still").fill_null(False))
        .sort("listing", "still", "last", "node")
        .group_by("listing", maintain_order=True)
        .agg(
            pl.col("node").last(),
            pl.col("still").any(),
            pl.col("first").min().alias("first_seen"),
            pl.col("last").max().alias("last_seen"),
            pl.col("after").filter(last).max().alias("gone_by"),
        )
        .with_columns(pl.when(~pl.col("still")).then("gone_by").alias("gone_by"))
    )


def _judged(
    gone: pl.DataFrame,
    said: pl.DataFrame,
    stood: pl.DataFrame,
    evidence: pl.DataFrame,
    as_of: str,
    policy: Policy,
    decisions: Decisions,
) -> pl.DataFrame:
    """node, entry_id and what freshness says of each line that is gone, judged in a list that it stood on."""
    nothing = {"node": said.schema["node"], **dict.fromkeys(("entry_id", *_JUDGED), pl.String())}
    parts = [pl.DataFrame(schema=nothing)]
    for state, nodes in lists_with(gone.select("node"), said, stood):
        claims = pl.concat([state.select(evidence.columns), evidence])
        entries = assess(claims, as_of, policy, decisions, with_identities=False).entries
        wanted = state.filter(pl.col("node").is_in(nodes)).select("node", "claim_id")
        parts.append(wanted.join(entries, on="claim_id").select(list(nothing)))
    return pl.concat(parts)


def _with_wrong(entries: pl.DataFrame, listing: pl.DataFrame, stood: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """`entries` (judged) with wrong_since_earliest, wrong_since_latest, put_right, days_wrong_minimum and _maximum;
    these, and what freshness says, only of an entry that was or can have been wrong while the list carried it."""
    since = {f"since_{end}": f"wrong_since_{end}" for end in ("earliest", "latest")}
    dated = entries.with_columns(pl.col(name).str.to_date("%Y-%m-%d").alias(new) for name, new in since.items())
    counted = dated.join(_days(dated, listing, stood, as_of), on="listing", how="left")
    began = pl.coalesce("wrong_since_earliest", "wrong_since_latest")
    in_time = (began < pl.coalesce("gone_by", pl.lit(as_of))) & pl.col("days_wrong_maximum").ne_missing(0)
    wrong = (pl.col("verdict") == "out_of_date") & (pl.col("still") | in_time.fill_null(False))
    told = [*since.values(), "days_wrong_minimum", "days_wrong_maximum", *_JUDGED[3:]]
    return counted.with_columns(
        *(pl.when(wrong).then(name).alias(name) for name in told),
        pl.when(wrong & ~pl.col("still")).then("gone_by").alias("put_right"),
    )


def _days(entries: pl.DataFrame, listing: pl.DataFrame, stood: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """listing, days_wrong_minimum, days_wrong_maximum: summed over the times that the list carried the entry.

    The minimum counts from the last day by which it had become wrong to the last capture that carries it, the maximum
    from the first day on which it can have become wrong to the first capture without it, or to as_of. An entry that
    came onto the list after it had become wrong counts from when it came; one that stands in every capture of its
    address so far is taken to have stood there before the first.
    """
    last, after = (pl.col(name).shift(1).over("listing") for name in ("last", "after"))
    # Its next words follow on the last ones: no capture in between lacks the entry.
    unbroken = (pl.col("first") <= after) & (pl.col("before").is_null() | (pl.col("before") <= last))
    earliest = pl.max_horizontal("wrong_since_earliest", "before")
    latest = pl.max_horizontal("wrong_since_latest", pl.when(pl.col("before").is_not_null()).then("first"))
    times = (
        stood.join(listing, on="node")
        .sort("listing", "first", "node")
        .with_columns((~unbroken).fill_null(True).cum_sum().over("listing").alias("time"), last.alias("seen_before"))
        .group_by("listing", "time", maintain_order=True)
        .agg(
            pl.col("first").first(),
            pl.coalesce("before", "seen_before").first().alias("before"),
            pl.col("last", "after").last(),
        )
        .join(entries.select("listing", "wrong_since_earliest", "wrong_since_latest"), on="listing")
        .with_columns(
            pl.when(pl.col("wrong_since_latest").is_not_null())
            .then((pl.col("last") - latest).dt.total_days().clip(0)).alias("least"),
            (pl.coalesce("after", pl.lit(as_of)) - earliest).dt.total_days().clip(0).alias("most"),
        )
    )  # fmt: skip
    return times.group_by("listing").agg(
        pl.when(pl.col(days).is_not_null().all()).then(pl.col(days).sum()).alias(name)
        for days, name in (("least", "days_wrong_minimum"), ("most", "days_wrong_maximum"))
    )


def _with_organisations(listings: pl.DataFrame, organisations: pl.DataFrame) -> pl.DataFrame:
    """organisation_id also for an entry that is gone, where the release knows its organisation."""
    names = organisations.select(
        pl.col("organisation_id").alias("known"),
        pl.concat_str("name", "other_names", separator=";", ignore_nulls=True).str.split(";").alias("name"),
    ).explode("name")
    keys = parse_organisations(pl.concat([names["name"], listings["organisation"]])).select("name", "key")
    known = names.join(keys, on="name").filter(pl.col("key") != "").sort("known").unique("key", keep="first")
    found = keys.join(known.select("key", "known"), on="key").rename({"name": "organisation"})
    return listings.join(found, on="organisation", how="left").with_columns(
        pl.coalesce("organisation_id", "known").alias("organisation_id")
    )


def _with_own_ids(listings: pl.DataFrame) -> pl.DataFrame:
    """`entry_id` without one that another entry has: first come those still listed, then the others as they went."""
    taken: set[str] = set()
    ids = []
    order = listings.sort("still", "last_seen", "node", descending=[True, False, False])
    for node, wanted in order.select("node", "entry_id").iter_rows():
        name, number = wanted or "entry", 1
        while name in taken:
            number += 1
            name = f"{wanted or 'entry'}-{number}"
        taken.add(name)
        ids.append((node, name))
    given = pl.DataFrame(ids, schema={"node": listings.schema["node"], "entry_id": pl.String}, orient="row")
    return listings.drop("entry_id").join(given, on="node")
