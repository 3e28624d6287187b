"""Lines that are one entry in other words: a respelt name, a retitled post, a page that moved.

The facts that join them are those by which freshness joins an entry and a statement (freshness/links.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from incumbent.freshness import Decisions
from incumbent.freshness.links import link
from incumbent.freshness.statements import prepare, with_seats
from incumbent.freshness.ties import TIES
from incumbent.identity import entry_ids
from incumbent.listings.spells import lists_with
from incumbent.names import parse_names


def same_entries(
    said: pl.DataFrame, stood: pl.DataFrame, still: pl.DataFrame, decisions: Decisions, as_of: dt.date
) -> pl.DataFrame:
    """node, listing: each line with the least line of its entry.

    `said`: a claim for each `node`; `stood`: see spells; `still`: the nodes of the list as it is now. A full name alone
    joins nothing here, nor does another office of the same person.
    """
    alone = said.select("node", pl.col("node").alias("listing"))
    ended = stood.join(still, on="node", how="anti")
    if ended.is_empty():
        return alone
    # Only what came after a line was taken off, or was taken off before it came, can be the same entry in other words.
    apart = stood.filter((pl.col("first") > ended["last"].min()) | (pl.col("last") < ended["first"].max()))
    words = said.with_columns(pl.col("node").cast(pl.String).str.zfill(10).alias("claim_id"))
    later = words.join(apart, on="node", how="semi").with_columns(pl.lit("roster").alias("role"))
    earlier = words.join(ended, on="node", how="semi").with_columns(
        pl.lit("evidence").alias("role"), pl.format("{}-ended", "claim_id").alias("claim_id")
    )
    statements, reading = prepare(pl.concat([later, earlier]), as_of, decisions.posts)
    links = link(
        with_seats(statements.filter(pl.col("role") == "roster")).drop("node"),
        statements.filter(pl.col("role") == "evidence").drop("node"),
        reading,
        decisions.identities,
        decisions.organisations,
    )
    node = statements.select("row", "node")
    pairs = (
        links.persons.filter((pl.col("tie") != "name") & (pl.col("office") == "this"))
        .join(node.rename({"row": "entry", "node": "one"}), on="entry")
        .join(node.rename({"node": "other"}), on="row")
        .with_columns(pl.col("tie").replace_strict(TIES, return_dtype=pl.Int8).alias("strength"))
        .sort("strength", "score", "one", "other", descending=[True, True, False, False])
        .select("one", "other")
    )
    labels = joined(pairs.iter_rows(), stood.select("node", "first", "last").iter_rows())
    return alone.with_columns(pl.col("listing").replace(labels))


def joined(pairs: Iterable[tuple[int, int]], stood: Iterable[tuple[int, dt.date, dt.date]]) -> dict[int, int]:
    """Each node with the least node of its entry.

    Of `pairs`, the strongest first, those are joined whose lines never stood side by side: those are two entries,
    however alike (a father and his son).
    """
    held: dict[int, list[tuple[dt.date, dt.date]]] = {}
    for node, first, last in stood:
        held.setdefault(node, []).append((first, last))
    label = {node: node for node in held}
    members = {node: [node] for node in held}
    for one, other in pairs:
        into, gone = sorted((label[one], label[other]))
        if into == gone or any(a <= d and c <= b for a, b in held[into] for c, d in held[gone]):
            continue
        held[into] += held.pop(gone)
        for node in members.pop(gone):
            label[node] = into
            members[into].append(node)
    return label


def earlier_ids(entries: pl.DataFrame, listing: pl.DataFrame, said: pl.DataFrame, stood: pl.DataFrame) -> pl.DataFrame:
    """listing, earlier_ids (list): the ids that a release gave an entry while it stood on the list in other words.

    `entries`: node, the line that carries each entry now, or carried it last; `listing`: see same_entries.
    """
    former = listing.join(entries, on="node", how="anti")
    shown = parse_names(said.get_column("person")).select(
        pl.col("name").alias("person"), pl.col("display").alias("shown")
    )
    parts = [pl.DataFrame(schema={"node": said.schema["node"], "entry_id": pl.String})]
    for state, nodes in lists_with(former.select("node"), said, stood):
        numbered = state.with_row_index("row").join(shown, on="person", how="left", maintain_order="left")
        ids = numbered.select("row", "node").join(entry_ids(numbered), on="row").select("node", "entry_id")
        parts.append(ids.filter(pl.col("node").is_in(nodes)))
    ids = pl.concat(parts).join(former, on="node")
    return ids.group_by("listing").agg(pl.col("entry_id").unique().sort().alias("earlier_ids"))
