"""Claims -> people, organisations, posts with ids that a person can read and that stay.

A person is a set of mentions (a name at a body) joined by facts: the same full name at one body or at bodies that
belong together, a link that freshness/links.py made by post, organisation, identifier or curated decision, or a full
name that is not a common one. Ids come from the earliest spelling, so new evidence does not change them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from incumbent.components import components
from incumbent.freshness.links import Links, body_relations, name_relations
from incumbent.freshness.ties import SAME_BODY
from incumbent.names import person_slug
from incumbent.organisations import organisation_slugs


@dataclass(frozen=True)
class Identities:
    """`mentions`: row, person_id, post_id, organisation_id for every statement; and the published id tables."""

    mentions: pl.DataFrame
    people: pl.DataFrame
    organisations: pl.DataFrame
    posts: pl.DataFrame


def entry_ids(entries: pl.DataFrame) -> pl.DataFrame:
    """row, entry_id: readable from what is listed (person, organisation, post), `-2` and so on for the same again.

    `entries`: statements of role roster. The number follows the place in the list, which the locator gives.
    """
    listed = entries.select(
        "row", pl.coalesce("shown", "person").alias("person"), "organisation", "post", "locator", "claim_id"
    )
    for column, slugs in (("person", person_slugs), ("organisation", organisation_slugs), ("post", organisation_slugs)):
        listed = listed.join(_slugs(listed.get_column(column), slugs), on=column, how="left")
    text = pl.concat_str("person_slug", "organisation_slug", "post_slug", separator="--", ignore_nulls=True)
    return (
        listed.with_columns(text.replace("", "entry").alias("entry_id"))
        .with_columns(pl.col("locator").str.extract(r"(\d+)").cast(pl.Int64, strict=False).alias("_place"))
        .sort("_place", "locator", "claim_id", nulls_last=True)
        .pipe(_numbered, "entry_id")
        .select("row", "entry_id")
        .sort("row")
    )


def finding_ids(findings: pl.DataFrame) -> pl.DataFrame:
    """`findings` with finding_id: the entry's id and the reason, numbered where one reason stands more than once."""
    text = pl.concat_str(
        pl.col("entry_id"), pl.col("reason").str.replace_all("_", "-"), separator="--", ignore_nulls=True
    )
    return findings.with_columns(text.alias("finding_id")).pipe(_numbered, "finding_id")


def _numbered(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    place = pl.int_range(pl.len()).over(column) + 1
    return frame.with_columns(
        pl.when(place > 1).then(pl.format("{}-{}", pl.col(column), place)).otherwise(pl.col(column)).alias(column)
    )


def person_slugs(displays: pl.Series) -> pl.Series:
    """names.person_slug of each value, in their order."""
    return pl.Series(displays.name, [person_slug(display) for display in displays], dtype=pl.String)


def _slugs(values: pl.Series, slugs: Callable[[pl.Series], pl.Series]) -> pl.DataFrame:
    """Each distinct value with its slug: <name>, <name>_slug. A slug is made once per value, not per row."""
    distinct = values.drop_nulls().unique().sort()
    return pl.DataFrame([distinct.cast(pl.String), slugs(distinct).alias(f"{values.name}_slug")])


def identify(statements: pl.DataFrame, links: Links, decisions: pl.DataFrame) -> Identities:
    """Identities of every statement (roster and evidence). `statements`: see freshness/statements.py.

    `decisions`: curated identities (person, organisation, other_person, other_organisation, decision), which win.
    """
    organisations, organisation_mentions = _organisations(statements)
    posts, post_mentions = _posts(statements, organisation_mentions)
    people, person_mentions = _people(statements, links, decisions)
    mentions = (
        statements.select("row")
        .join(person_mentions, on="row", how="left")
        .join(post_mentions, on="row", how="left")
        .join(organisation_mentions, on="row", how="left")
        .sort("row")
    )
    return Identities(mentions, people, organisations, posts)


def _organisations(statements: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    keyed = statements.filter(pl.col("body").is_not_null()).select(
        "row", "body_key", "body_name", "organisation", "organisation_ids"
    )
    ids = keyed.group_by("body_key").agg(pl.col("body_name").min().alias("name")).sort("name", "body_key")
    ids = (
        ids.join(_slugs(ids.get_column("name"), organisation_slugs), on="name", how="left")
        .rename({"name_slug": "organisation_id"})
        .sort("organisation_id", "body_key")
        .pipe(_numbered, "organisation_id")
    )
    keyed = keyed.join(ids, on="body_key")
    mentions = keyed.select("row", "organisation_id")
    return _id_table(keyed, "organisation_id", "organisation", "organisation_ids"), mentions


def _id_table(keyed: pl.DataFrame, id_column: str, spelling: str, identifiers: str) -> pl.DataFrame:
    split = pl.col(identifiers).str.split(";").list.explode(empty_as_null=True, keep_nulls=True)
    return (
        keyed.group_by(id_column)
        .agg(
            pl.col("name").first(),
            pl.col(spelling).drop_nulls().unique().sort().alias("spellings"),
            split.drop_nulls().unique().sort().str.join(";").alias("identifiers"),
        )
        .select(
            id_column,
            "name",
            _other_names().alias("other_names"),
            pl.when(pl.col("identifiers") != "").then(pl.col("identifiers")).alias("identifiers"),
        )
        .sort(id_column)
    )


def _other_names() -> pl.Expr:
    others = pl.col("spellings").list.set_difference(pl.concat_list("name")).list.sort().list.join(";")
    return pl.when(others != "").then(others)


def _posts(statements: pl.DataFrame, organisation_mentions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    keyed = (
        statements.filter(pl.col("office").is_not_null())
        .select("row", "post", "office_key", "office_name", "body_name", "curated_seats", "seats")
        .join(organisation_mentions, on="row", how="left")
    )
    ids = (
        keyed.group_by("office_key", "organisation_id")
        .agg(
            pl.col("office_name").min().alias("name"),
            pl.col("body_name").min(),
            pl.coalesce("curated_seats", "seats").min().alias("seats_"),
        )
        .sort("organisation_id", "name", "office_key", nulls_last=True)
    )
    for column in ("name", "body_name"):
        ids = ids.join(_slugs(ids.get_column(column), organisation_slugs), on=column, how="left", maintain_order="left")
    post_id = pl.concat_str("name_slug", "body_name_slug", separator="--", ignore_nulls=True)
    ids = ids.with_columns(post_id.alias("post_id")).drop("body_name").pipe(_numbered, "post_id")
    keyed = keyed.join(ids, on=["office_key", "organisation_id"], nulls_equal=True)
    table = (
        keyed.group_by("post_id")
        .agg(
            pl.col("name").first(),
            pl.col("organisation_id").first(),
            pl.col("post").drop_nulls().unique().sort().alias("spellings"),
            pl.col("seats_").first().alias("seats"),
        )
        .with_columns(_other_names().alias("other_names"))
        .select("post_id", "name", "organisation_id", "other_names", "seats")
        .sort("post_id")
    )
    return table, keyed.select("row", "post_id")


def _people(statements: pl.DataFrame, links: Links, decisions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    named = statements.filter(pl.col("name").is_not_null()).with_columns(
        pl.col("body").fill_null(""), pl.col("shown").alias("display")
    )
    place = ["name_key", "body"]
    nodes = named.select(*place, "body_key", "body_core").unique(place).sort(place).with_row_index("node")
    named = named.join(nodes.select(*place, "node"), on=place)
    decided = _decided_mentions(named, decisions)
    apart = decided.filter(pl.col("decision") == "different")
    edges = (
        pl.concat([_links_between_mentions(nodes), _links_to_entries(named, links)])
        .join(apart, on=["left", "right"], how="anti")
        .join(apart, left_on=["left", "right"], right_on=["right", "left"], how="anti")
    )
    together = decided.filter(pl.col("decision") == "same").select("left", "right")
    labels = components(nodes.get_column("node"), pl.concat([edges, together]))
    named = named.join(labels, on="node")
    slips = links.persons.filter(pl.col("name_relation") == "near").select(pl.col("entry").alias("row")).unique()
    spelling = (
        named.join(slips.with_columns(pl.lit(True).alias("slip")), on="row", how="left")
        .with_columns(
            # The list's own spelling names the person, unless it is a slip; then the earliest source's does.
            pl.when((pl.col("role") == "roster") & pl.col("slip").is_null())
            .then(0)
            .when(pl.col("role") == "evidence")
            .then(1)
            .otherwise(2)
            .alias("preference"),
            (pl.col("display").str.count_matches(r"[^\W\d_]{2,}") < 2).alias("initials_only"),
        )
        .sort("label", "preference", "initials_only", "stated", "display", nulls_last=True)
        .group_by("label", maintain_order=True)
        .agg(
            pl.col("display").first().alias("shown"),
            pl.col("preference").min(),
            pl.col("stated").min(),
            pl.col("claim_id").min(),
        )
    )
    ids = (
        spelling.join(_slugs(spelling.get_column("shown"), person_slugs), on="shown", how="left")
        .rename({"shown_slug": "person_id"})
        .sort("preference", "stated", "claim_id", nulls_last=True)
        .pipe(_numbered, "person_id")
        .select("label", "person_id", "shown")
    )
    keyed = named.drop("name", "shown").join(ids, on="label").rename({"shown": "name"})
    return _id_table(keyed, "person_id", "display", "person_ids"), keyed.select("row", "person_id")


def _decided_mentions(named: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """left, right, decision: pairs of nodes of which curation says whether they are one person."""
    mentions = named.select("node", "person", "organisation").unique()
    pairs = decisions.select("person", "organisation", "other_person", "other_organisation", "decision")
    for side, prefix in (("left", ""), ("right", "other_")):
        pairs = (
            pairs.join(
                mentions.select(
                    pl.col("node").alias(side),
                    pl.col("person").alias(f"{prefix}person"),
                    pl.col("organisation").alias("at"),
                ),
                on=f"{prefix}person",
            )
            .filter(pl.col(f"{prefix}organisation").is_null() | (pl.col(f"{prefix}organisation") == pl.col("at")))
            .drop("at")
        )
    return pairs.select(
        pl.col("left").cast(named.schema["node"]), pl.col("right").cast(named.schema["node"]), "decision"
    )


def _links_between_mentions(nodes: pl.DataFrame) -> pl.DataFrame:
    """Edges (left, right) between mentions of one full name at one body, or at bodies that belong together."""
    same = name_relations(nodes, nodes).filter(pl.col("relation") == "same")
    bodies = nodes.filter(pl.col("body") != "")
    related = (
        body_relations(bodies, bodies)
        .filter(pl.col("relation").is_in(SAME_BODY))
        .select("body", "other_body", "relation")
    )
    return (
        nodes.select(pl.col("node").alias("left_node"), pl.col("name_key").alias("left"), "body")
        .join(same.select("left", "right"), on="left")
        .join(
            nodes.select(
                pl.col("node").alias("right_node"),
                pl.col("name_key").alias("right"),
                pl.col("body").alias("other_body"),
            ),
            on="right",
        )
        .join(related, on=["body", "other_body"])
        # A nickname at a department and at its agency is two people's as easily as one's.
        .filter((pl.col("relation") != "part_of") | (pl.col("left") == pl.col("right")))
        .select(pl.col("left_node").alias("left"), pl.col("right_node").alias("right"))
    )


def _links_to_entries(named: pl.DataFrame, links: Links) -> pl.DataFrame:
    facts = links.persons.filter(
        (pl.col("tie") != "name") | (pl.col("ranked") & (pl.col("name_relation") == "same"))
    ).select("entry", "row", "tie")
    node_of = named.select("row", "node")
    return (
        facts.join(node_of.rename({"row": "entry", "node": "left"}), on="entry")
        .join(node_of.rename({"node": "right"}), on="row")
        .select("left", "right")
    )
