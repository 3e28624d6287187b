"""Claims -> people, organisations, posts with ids that a person can read and that stay.

A person is a set of mentions (a name at a body) joined by facts: the same full name at one body or at bodies that
belong together, a link that freshness/links.py made by post, organisation, identifier or curated decision, or a full
name that is not a common one. Ids come from the earliest spelling, so new evidence does not change them.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from incumbent.freshness.links import SAME_BODY, Links, body_relations, name_relations
from incumbent.names import parse_names, person_slug
from incumbent.organisations import organisation_slug, parse_organisations
from incumbent.titles import parse_titles, post_slug


@dataclass(frozen=True)
class Identities:
    """`mentions`: row, person_id, post_id, organisation_id for every statement; and the published id tables."""

    mentions: pl.DataFrame
    people: pl.DataFrame
    organisations: pl.DataFrame
    posts: pl.DataFrame


def entry_ids(entries: pl.DataFrame) -> pl.DataFrame:
    """row, entry_id: readable from what is listed (person, organisation, post), `-2` and so on for the same again."""
    listed = entries.select("row", "person", "organisation", "post", "locator", "claim_id")
    names = _slugs(listed.get_column("person"), _name_slug, "person")
    bodies = _slugs(listed.get_column("organisation"), organisation_slug, "organisation")
    posts = _slugs(listed.get_column("post"), organisation_slug, "post")
    text = pl.concat_str("person_slug", "organisation_slug", "post_slug", separator="--", ignore_nulls=True)
    return (
        listed.join(names, on="person", how="left")
        .join(bodies, on="organisation", how="left")
        .join(posts, on="post", how="left")
        .with_columns(text.replace("", "entry").alias("entry_id"))
        .with_columns(pl.col("locator").str.extract(r"(\d+)").cast(pl.Int64).alias("_place"))
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


def _name_slug(name: str) -> str:
    parsed = parse_names(pl.Series([name]))
    return person_slug(parsed.item(0, "display") or name)


def _slugs(values: pl.Series, slug: object, name: str) -> pl.DataFrame:
    distinct = values.drop_nulls().unique().sort()
    assert callable(slug)
    return pl.DataFrame(
        {name: distinct, f"{name}_slug": [slug(value) or None for value in distinct]},
        schema={name: pl.String, f"{name}_slug": pl.String},
    )


def identify(statements: pl.DataFrame, links: Links) -> Identities:
    """Identities of every statement (roster and evidence). `statements`: see freshness/statements.py."""
    organisations, organisation_mentions = _organisations(statements)
    posts, post_mentions = _posts(statements, organisation_mentions)
    people, person_mentions = _people(statements, links)
    mentions = (
        statements.select("row")
        .join(person_mentions, on="row", how="left")
        .join(post_mentions, on="row", how="left")
        .join(organisation_mentions, on="row", how="left")
        .sort("row")
    )
    return Identities(mentions, people, organisations, posts)


def _organisations(statements: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    bodies = statements.filter(pl.col("body").is_not_null()).select("row", "body", "organisation", "organisation_ids")
    parsed = parse_organisations(bodies.get_column("body").unique().sort()).select(
        pl.col("name").alias("body"), "key", "display"
    )
    keyed = bodies.join(parsed, on="body")
    ids = (
        keyed.group_by("key")
        .agg(pl.col("display").min().alias("name"))
        .sort("key")
        .with_columns(pl.col("name").map_elements(organisation_slug, return_dtype=pl.String).alias("organisation_id"))
        .sort("organisation_id", "key")
        .pipe(_numbered, "organisation_id")
    )
    keyed = keyed.join(ids, on="key")
    return _id_table(keyed, "organisation_id", "organisation", "organisation_ids"), keyed.select(
        "row", "organisation_id"
    )


def _id_table(keyed: pl.DataFrame, id_column: str, spelling: str, identifiers: str) -> pl.DataFrame:
    split = pl.col(identifiers).str.split(";").list.explode(empty_as_null=True, keep_nulls=True)
    return (
        keyed.group_by(id_column)
        .agg(
            pl.col("name").first(),
            pl.col(spelling).drop_nulls().unique().sort().alias("spellings"),
            split.drop_nulls().unique().sort().str.join(";").alias("identifiers"),
        )
        .with_columns(
            pl.col("spellings")
            .list.set_difference(pl.concat_list("name"))
            .list.sort()
            .list.join(";")
            .alias("other_names"),
        )
        .select(
            id_column,
            "name",
            pl.when(pl.col("other_names") != "").then(pl.col("other_names")).alias("other_names"),
            pl.when(pl.col("identifiers") != "").then(pl.col("identifiers")).alias("identifiers"),
        )
        .sort(id_column)
    )


def _posts(statements: pl.DataFrame, organisation_mentions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    held = (
        statements.filter(pl.col("office").is_not_null())
        .select("row", "office", "body", "post", "curated_seats")
        .join(organisation_mentions, on="row", how="left")
    )
    parsed = parse_titles(
        held.select(pl.col("office").alias("post"), pl.col("body").alias("organisation"))
        .unique()
        .sort("post", "organisation")
    ).rename({"post": "office", "organisation": "body"})
    keyed = held.join(parsed, on=["office", "body"], nulls_equal=True)
    names = (
        keyed.group_by("key", "organisation_id")
        .agg(pl.col("display").min().alias("name"), pl.coalesce("curated_seats", "seats").min().alias("seats_"))
        .sort("key", "organisation_id", nulls_last=True)
    )
    bodies = keyed.select("organisation_id").unique().drop_nulls().get_column("organisation_id")
    del bodies
    ids = names.with_columns(
        pl.struct("name", "organisation_id")
        .map_elements(
            lambda post: post_slug(post["name"], (post["organisation_id"] or "").replace("-", " ")),
            return_dtype=pl.String,
        )
        .alias("post_id")
    ).pipe(_numbered, "post_id")
    keyed = keyed.join(ids, on=["key", "organisation_id"], nulls_equal=True)
    table = (
        keyed.group_by("post_id")
        .agg(
            pl.col("name").first(),
            pl.col("organisation_id").first(),
            pl.col("post").drop_nulls().unique().sort().alias("spellings"),
            pl.col("seats_").first().alias("seats"),
        )
        .with_columns(
            pl.col("spellings").list.set_difference(pl.concat_list("name")).list.sort().list.join(";").alias("other")
        )
        .select(
            "post_id",
            "name",
            "organisation_id",
            pl.when(pl.col("other") != "").then(pl.col("other")).alias("other_names"),
            "seats",
        )
        .sort("post_id")
    )
    return table, keyed.select("row", "post_id")


def _people(statements: pl.DataFrame, links: Links) -> tuple[pl.DataFrame, pl.DataFrame]:
    named = statements.filter(pl.col("name").is_not_null()).select(
        "row", "role", "name", pl.col("body").fill_null("").alias("body"), "person_ids", "stated", "claim_id", "person"
    )
    nodes = named.select("name", "body").unique().sort("name", "body").with_row_index("node")
    named = named.join(nodes, on=["name", "body"])
    spelled = parse_names(nodes.get_column("name").unique().sort()).select("name", "display")
    named = named.join(spelled, on="name")
    labels = _components(
        nodes.get_column("node"), pl.concat([_links_between_mentions(nodes), _links_to_entries(named, links)])
    )
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
        spelling.with_columns(pl.col("shown").map_elements(person_slug, return_dtype=pl.String).alias("person_id"))
        .sort("preference", "stated", "claim_id", nulls_last=True)
        .pipe(_numbered, "person_id")
        .select("label", "person_id", "shown")
    )
    keyed = named.join(ids, on="label").drop("name").rename({"shown": "name"})
    return _id_table(keyed, "person_id", "display", "person_ids"), keyed.select("row", "person_id")


def _links_between_mentions(nodes: pl.DataFrame) -> pl.DataFrame:
    """Edges (left, right) between mentions of one full name at one body, or at bodies that belong together."""
    same = name_relations(nodes.get_column("name"), nodes.get_column("name")).filter(pl.col("relation") == "same")
    bodies = nodes.select(pl.col("body").replace("", None))
    related = body_relations(bodies, bodies).filter(pl.col("relation").is_in(SAME_BODY)).select("body", "other_body")
    return (
        nodes.rename({"node": "left_node", "name": "left"})
        .join(same.select("left", "right"), on="left")
        .join(nodes.rename({"node": "right_node", "name": "right", "body": "other_body"}), on="right")
        .join(related, on=["body", "other_body"])
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


def _components(nodes: pl.Series, edges: pl.DataFrame) -> pl.DataFrame:
    """node, label: connected components, each labelled with its least node. Labels spread until none changes."""
    labels = pl.DataFrame({"node": nodes, "label": nodes})
    both = pl.concat([edges, edges.select(pl.col("right").alias("left"), pl.col("left").alias("right"))]).unique()
    while True:
        spread = (
            both.join(labels, left_on="right", right_on="node")
            .group_by("left")
            .agg(pl.col("label").min().alias("near"))
            .rename({"left": "node"})
        )
        moved = labels.join(spread, on="node", how="left").with_columns(
            pl.min_horizontal("label", "near").alias("label")
        )
        if moved.get_column("label").equals(labels.get_column("label")):
            return labels
        labels = moved.select("node", "label")
