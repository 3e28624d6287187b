"""Which statements speak of an entry: of its person, of its post, of both; and by what fact they are joined.

A name alone never joins two people who could be two: it takes the post, the organisation, an identifier or a curated
decision. A name that fits only by an initial or but for a typo is joined by the post or, where nobody else could be
meant, by the organisation. Every join keeps its score and its reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from incumbent.components import components
from incumbent.freshness.statements import titled
from incumbent.freshness.ties import person_links
from incumbent.names import alike_names
from incumbent.organisations import compare_organisations, organisation_block_keys
from incumbent.titles import Reading, related_titles


@dataclass(frozen=True)
class Links:
    """`persons`: entry, row, name_relation, post_relation, body_relation, tie, office (this | reworded | other), ranked
    (the statement's title has a known rank), elsewhere (the statement belongs to another entry of that name), score,
    reason. `posts`: entry, row, post_relation, score, reason: what is
    said of the entry's post, whoever holds it. `bodies`: body, other_body, relation: the entries' organisations against
    those of the evidence. `homes`: body, home: the spellings of one organisation, under the first of them."""

    persons: pl.DataFrame
    posts: pl.DataFrame
    bodies: pl.DataFrame
    homes: pl.DataFrame


def link(
    entries: pl.DataFrame,
    evidence: pl.DataFrame,
    reading: Reading,
    identities: pl.DataFrame,
    organisations: pl.DataFrame,
) -> Links:
    """Links between statements of role roster (`entries`) and role evidence. Columns: see Links.

    `identities`, `organisations`: curated decisions, which override what the code finds.
    """
    everybody = pl.concat([entries, evidence])
    related = _decided_bodies(body_relations(everybody, everybody), organisations)
    bodies = related.join(entries.select("body").unique(), on="body", how="semi").join(
        evidence.select(pl.col("body").alias("other_body")).unique(), on="other_body", how="semi"
    )
    offices = office_relations(entries, evidence, reading)
    persons = person_links(entries, evidence, name_relations(entries, evidence), offices, bodies, identities)
    return Links(persons, _post_links(entries, evidence, offices), bodies, _homes(everybody, related))


def name_relations(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Names (column `name_key`) of two frames that may be one person's: left, right, relation, score, reason."""
    return alike_names(one.get_column("name_key"), other.get_column("name_key"))


def body_relations(entries: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """Organisations that are one or belong together: body, other_body, relation, score, reason."""
    pairs = (
        _blocked_bodies(entries, "left")
        .join(_blocked_bodies(evidence, "right"), on="block")
        .select("left", "right")
        .unique()
        .sort("left", "right")
    )
    return (
        compare_organisations(pairs)
        .filter(pl.col("relation") != "different")
        .rename({"left": "body", "right": "other_body"})
    )


def _decided_bodies(bodies: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Curated decisions win, both ways round: organisation, other_organisation, relation (`different` unlinks)."""
    if decisions.is_empty():
        return bodies
    one = decisions.select(
        pl.col("organisation").alias("body"),
        pl.col("other_organisation").alias("other_body"),
        "relation",
        pl.lit(1.0).alias("score"),
        pl.lit("a curated decision").alias("reason"),
    )
    other = one.rename({"body": "other_body", "other_body": "body"}).select(one.columns)
    decided = pl.concat([one, other]).unique(["body", "other_body"], keep="first", maintain_order=True)
    undecided = bodies.join(decided, on=["body", "other_body"], how="anti").select(one.columns)
    return pl.concat([undecided, decided.filter(pl.col("relation") != "different")]).sort("body", "other_body")


def _homes(statements: pl.DataFrame, related: pl.DataFrame) -> pl.DataFrame:
    same = related.filter(pl.col("relation") == "same")
    edges = same.select(pl.col("body").alias("left"), pl.col("other_body").alias("right"))
    bodies = statements.get_column("body").drop_nulls().unique().sort()
    return components(bodies, edges).rename({"node": "body", "label": "home"})


def _blocked_bodies(statements: pl.DataFrame, side: str) -> pl.DataFrame:
    parsed = statements.select(
        pl.col("body").alias(side), pl.col("body_key").alias("key"), pl.col("body_core").alias("core")
    )
    parsed = parsed.drop_nulls(side).unique()
    return parsed.select(side, "key").join(organisation_block_keys(parsed), on="key")


def office_relations(entries: pl.DataFrame, evidence: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """Titles that are one office or alike: office, body, other_office, other_body, post_relation, score, reason."""
    return related_titles(titled(entries), titled(evidence), reading).select(
        pl.col("left_post").alias("office"),
        pl.col("left_organisation").alias("body"),
        pl.col("right_post").alias("other_office"),
        pl.col("right_organisation").alias("other_body"),
        pl.col("relation").alias("post_relation"),
        "score",
        "reason",
    )


def _post_links(entries: pl.DataFrame, evidence: pl.DataFrame, offices: pl.DataFrame) -> pl.DataFrame:
    """What is said of each entry's post. Of a post with many seats only what concerns the post itself: who else holds
    one of its seats says nothing of this one."""
    many = pl.col("seats") != "one"
    said = evidence.select(
        "row",
        pl.col("office").alias("other_office"),
        pl.col("body").alias("other_body"),
        pl.col("name").is_null().alias("of_the_post"),
    )
    related = (
        entries.select(pl.col("row").alias("entry"), "office", "body", many.alias("many"))
        .join(offices, on=["office", "body"], nulls_equal=True)
        .drop("office", "body")
    )
    other = ["other_office", "other_body"]
    of_single = related.filter(~pl.col("many")).join(said, on=other, nulls_equal=True)
    of_plural = related.filter("many").join(said.filter("of_the_post"), on=other, nulls_equal=True)
    return pl.concat([of_single, of_plural]).select("entry", "row", "post_relation", "score", "reason")
