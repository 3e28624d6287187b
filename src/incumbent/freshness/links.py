"""Which statements speak of an entry: of its person, of its post, of both; and by what fact they are joined.

A name alone never joins two people who could be two: it takes the post, the organisation, an identifier or a curated
decision. A name that fits only by an initial or but for a typo is joined by the post or, where nobody else could be
meant, by the organisation. Every join keeps its score and its reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from incumbent.freshness.statements import titled
from incumbent.names import blocking_keys, compare_names
from incumbent.organisations import compare_organisations, organisation_block_keys
from incumbent.titles import Reading, compare_titles, title_blocking_keys

#: How strongly a statement is tied to an entry's person, strongest first.
TIES = {"decision": 5, "identifier": 4, "post": 3, "organisation": 2, "name": 1}
SAME_OFFICE = ("same", "renamed")
#: Titles whose ranks (titles.parse_titles) differ by less may be the same post in other words.
A_RANK = 5
SAME_BODY = ("same", "renamed", "part_of")


@dataclass(frozen=True)
class Links:
    """`persons`: entry, row, name_relation, post_relation, body_relation, tie, office (this | reworded | other), ranked
    (the statement's title has a known rank), elsewhere (the statement belongs to another entry of that name), score,
    reason. `posts`: entry, row, post_relation, score, reason: what is
    said of the entry's post, whoever holds it. `bodies`: body, other_body, relation: the entries' organisations against
    those of the evidence."""

    persons: pl.DataFrame
    posts: pl.DataFrame
    bodies: pl.DataFrame


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
    bodies = _decided_bodies(body_relations(entries, evidence), organisations)
    posts = _post_links(entries, evidence, reading)
    persons = _person_links(entries, evidence, posts, bodies, identities)
    return Links(persons, posts, bodies)


def name_relations(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Names (column `name`) of two frames that may be one person's: left, right, relation, score, reason."""
    left, right = one.select("name").drop_nulls().unique(), other.select("name").drop_nulls().unique()
    keys = blocking_keys(pl.concat([left, right]).get_column("name").unique().sort())
    pairs = (
        keys.join(left, on="name", how="semi")
        .rename({"name": "left"})
        .join(keys.join(right, on="name", how="semi").rename({"name": "right"}), on="key")
        .select("left", "right")
        .unique()
        .sort("left", "right")
    )
    return compare_names(pairs).filter(pl.col("relation") != "different")


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


def _blocked_bodies(statements: pl.DataFrame, side: str) -> pl.DataFrame:
    parsed = statements.select(
        pl.col("body").alias(side), pl.col("body_key").alias("key"), pl.col("body_core").alias("core")
    )
    parsed = parsed.drop_nulls(side).unique()
    return parsed.select(side, "key").join(organisation_block_keys(parsed), on="key")


def _post_links(entries: pl.DataFrame, evidence: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    left, right = titled(entries), titled(evidence)
    office = ["post", "organisation"]
    keys = title_blocking_keys(pl.concat([left, right]).unique(), reading)
    pairs = (
        keys.join(left, on=office, how="semi", nulls_equal=True)
        .rename({"post": "left_post", "organisation": "left_organisation"})
        .join(
            keys.join(right, on=office, how="semi", nulls_equal=True).rename(
                {"post": "right_post", "organisation": "right_organisation"}
            ),
            on="key",
        )
        .drop("key")
        .unique()
        .sort("left_post", "left_organisation", "right_post", "right_organisation")
    )
    related = compare_titles(pairs, reading).filter(pl.col("relation") != "different")
    return (
        entries.select(pl.col("row").alias("entry"), "office", "body")
        .join(
            related,
            left_on=["office", "body"],
            right_on=["left_post", "left_organisation"],
            nulls_equal=True,
        )
        .join(
            evidence.select("row", pl.col("office").alias("right_post"), pl.col("body").alias("right_organisation")),
            on=["right_post", "right_organisation"],
            nulls_equal=True,
        )
        .select("entry", "row", pl.col("relation").alias("post_relation"), "score", "reason")
    )


def _person_links(
    entries: pl.DataFrame, evidence: pl.DataFrame, posts: pl.DataFrame, bodies: pl.DataFrame, identities: pl.DataFrame
) -> pl.DataFrame:
    names = name_relations(entries, evidence)
    listed = entries.select(
        pl.col("row").alias("entry"),
        pl.col("name").alias("left"),
        "body",
        "office",
        "distinctive",
        pl.col("person_ids").alias("ids"),
    )
    stated = evidence.select(
        "row",
        pl.col("name").alias("right"),
        pl.col("body").alias("other_body"),
        pl.col("office").alias("other_office"),
        pl.col("person_ids").alias("other_ids"),
    )
    candidates = (
        listed.join(names, on="left")
        .join(stated, on="right")
        .rename({"relation": "name_relation", "score": "name_score", "reason": "name_reason"})
    )
    candidates = pl.concat(
        [_with_ties(candidates, posts, bodies, identities), _tied_by_identifier(listed, stated, posts, bodies)],
        how="diagonal",
    )
    tied = _exclusive(candidates.filter(pl.col("tie").is_not_null()))
    chained = _chained(listed, stated, tied, posts, bodies)
    links = _exclusive(pl.concat([tied, chained], how="diagonal"))
    return _with_offices(links, entries, evidence).sort("entry", "row")


def _with_context(candidates: pl.DataFrame, posts: pl.DataFrame, bodies: pl.DataFrame) -> pl.DataFrame:
    return candidates.join(
        posts.select("entry", "row", "post_relation", pl.col("reason").alias("post_reason")),
        on=["entry", "row"],
        how="left",
    ).join(
        bodies.select("body", "other_body", pl.col("relation").alias("body_relation")),
        on=["body", "other_body"],
        how="left",
    )


def _with_ties(
    candidates: pl.DataFrame, posts: pl.DataFrame, bodies: pl.DataFrame, identities: pl.DataFrame
) -> pl.DataFrame:
    candidates = _with_context(candidates, posts, bodies)
    full = pl.col("name_relation") == "same"
    same_office = pl.col("post_relation").is_in(SAME_OFFICE)
    like_office = pl.col("post_relation").is_not_null()
    same_body = pl.col("body_relation").is_in(SAME_BODY)
    # An initial or a typo is joined by the organisation only where nobody else there could be meant, on either side.
    # Where one is written just as the other, it is meant.
    alone = (pl.struct("entry").n_unique().over("right", "other_body") == 1) & (
        pl.col("right").n_unique().over("entry", "other_body") == 1
    )
    agree_ids = _shared_identifier()
    return (
        candidates.with_columns(
            pl.when(same_office | (like_office & same_body))
            .then(pl.lit("post"))
            .when((full | (pl.col("left") == pl.col("right"))) & same_body)
            .then(pl.lit("organisation"))
            .when(~full & (pl.col("body_relation") == "same") & alone)
            .then(pl.lit("organisation"))
            .when(full)
            .then(pl.lit("name"))
            .alias("tie")
        )
        .filter(agree_ids.is_null() | agree_ids)
        .pipe(_decided, identities)
    )


def _shared_identifier() -> pl.Expr:
    """True where both sides carry an identifier and share one, false where they share none, null where not both do."""
    return pl.when(pl.col("ids").is_not_null() & pl.col("other_ids").is_not_null()).then(
        pl.col("ids").str.split(";").list.set_intersection(pl.col("other_ids").str.split(";")).list.len() > 0
    )


def _decided(candidates: pl.DataFrame, identities: pl.DataFrame) -> pl.DataFrame:
    """Curated decisions win: person, organisation, other_person, other_organisation, decision (same | different)."""
    if identities.is_empty():
        return candidates
    decisions = identities.select(
        pl.col("person").alias("left"),
        pl.col("other_person").alias("right"),
        pl.col("organisation").alias("_body"),
        pl.col("other_organisation").alias("_other_body"),
        "decision",
    )
    verdicts = (
        candidates.select("entry", "row", "left", "right", "body", "other_body")
        .join(decisions, on=["left", "right"])
        .filter(
            (pl.col("_body").is_null() | (pl.col("_body") == pl.col("body")))
            & (pl.col("_other_body").is_null() | (pl.col("_other_body") == pl.col("other_body")))
        )
        .select("entry", "row", "decision")
        .unique(["entry", "row"], keep="first", maintain_order=True)
    )
    return (
        candidates.join(verdicts, on=["entry", "row"], how="left")
        .filter(pl.col("decision").is_null() | (pl.col("decision") == "same"))
        .with_columns(pl.when(pl.col("decision") == "same").then(pl.lit("decision")).otherwise("tie").alias("tie"))
        .drop("decision")
    )


def _tied_by_identifier(
    listed: pl.DataFrame, stated: pl.DataFrame, posts: pl.DataFrame, bodies: pl.DataFrame
) -> pl.DataFrame:
    pairs = (
        _by_identifier(listed, "ids")
        .join(_by_identifier(stated, "other_ids"), on="_id")
        .drop("_id")
        .unique(["entry", "row"])
        .with_columns(
            pl.lit("same").alias("name_relation"),
            pl.lit(1.0).alias("name_score"),
            pl.lit("the same identifier").alias("name_reason"),
            pl.lit("identifier").alias("tie"),
        )
    )
    return _with_context(pairs, posts, bodies)


def _by_identifier(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    return (
        frame.filter(pl.col(column).is_not_null())
        .with_columns(pl.col(column).str.split(";").alias("_id"))
        .explode("_id", empty_as_null=True, keep_nulls=True)
        .filter(pl.col("_id").str.len_chars() > 0)
    )


def _exclusive(links: pl.DataFrame) -> pl.DataFrame:
    """Each statement stays with the entries that it is tied to most strongly, once each."""
    strength = pl.col("tie").replace_strict(TIES, default=0, return_dtype=pl.Int8)
    by_full_name = (pl.col("tie") == "name") & (pl.col("name_relation") == "same")
    return (
        links.with_columns(strength.alias("strength"))
        .sort(["strength", "name_score", "entry", "row"], descending=[True, True, False, False])
        .unique(["entry", "row"], keep="first", maintain_order=True)
        # A full name that is not a common one may be one person, listed at two places of which one is stale.
        .filter((pl.col("strength") == pl.col("strength").max().over("row")) | (pl.col("distinctive") & by_full_name))
        .with_columns((pl.col("strength") < pl.col("strength").max().over("row")).alias("elsewhere"))
    )


def _chained(
    listed: pl.DataFrame, stated: pl.DataFrame, tied: pl.DataFrame, posts: pl.DataFrame, bodies: pl.DataFrame
) -> pl.DataFrame:
    """Statements that use, letter for letter, a spelling by which the entry's person is already known.

    The list says Cuncliffe; a source that is tied to the entry by the organisation says Cunliffe; what is said
    elsewhere of that Cunliffe is then joined by that spelling.
    """
    spellings = (
        tied.filter((pl.col("name_relation") != "same") & (pl.col("tie") != "name"))
        .select("entry", "right", pl.col("left").alias("_left"))
        .unique()
        # An initial with a surname is nobody's own spelling: it fits too many.
        .filter(pl.col("right").str.count_matches(r"[^\W\d_]{2,}") >= 2)
    )
    pairs = (
        spellings.join(stated, on="right")
        .join(tied.select("entry", "row"), on=["entry", "row"], how="anti")
        .join(listed.rename({"left": "_listed"}), on="entry")
        .with_columns(
            pl.col("_left").alias("left"),
            pl.lit("same").alias("name_relation"),
            pl.lit(0.9).alias("name_score"),
            pl.format("spelt {} by a source that is joined by post or organisation", "right").alias("name_reason"),
            pl.lit("name").alias("tie"),
        )
        .drop("_left", "_listed")
    )
    return _with_context(pairs, posts, bodies)


def _with_offices(links: pl.DataFrame, entries: pl.DataFrame, evidence: pl.DataFrame) -> pl.DataFrame:
    """Adds `office`: whether the statement puts the person in `this` post, in one `reworded`, or in an `other`.

    One body rewords the titles of people who stay ("Director General, Market Frameworks" becomes "... Market and
    Local Growth"). So at the same body, at the same rank or where a rank is unknown, other words are `reworded`; the
    rules decide by what became of the listed post. Two known offices with nothing added (Chief Medical Officer and
    Chief Scientific Adviser, two seats, two embassies) are two offices.
    """
    links = links.join(entries.select(pl.col("row").alias("entry"), "rank", "exact"), on="entry").join(
        evidence.select("row", pl.col("rank").alias("other_rank"), pl.col("exact").alias("other_exact")), on="row"
    )
    same_body = pl.col("body_relation").is_in(SAME_BODY)
    ranks_differ = ((pl.col("rank") - pl.col("other_rank")).abs() >= A_RANK).fill_null(False)
    two_offices = pl.col("exact") & pl.col("other_exact")
    # A part of a body words its titles itself: there only the same title is the same office.
    one_body = pl.col("body_relation").is_in(["same", "renamed"])
    this = pl.col("post_relation").is_in(SAME_OFFICE) | (pl.col("post_relation").is_not_null() & one_body)
    untitled = pl.col("office").is_null() | pl.col("other_office").is_null()
    return links.with_columns(
        pl.when(this | (untitled & same_body))
        .then(pl.lit("this"))
        .when(one_body & ~ranks_differ & ~two_offices.fill_null(False))
        .then(pl.lit("reworded"))
        .otherwise(pl.lit("other"))
        .alias("office_is")
    ).select(
        "entry",
        "row",
        "name_relation",
        "post_relation",
        "body_relation",
        "tie",
        pl.col("office_is").alias("office"),
        pl.col("other_rank").is_not_null().alias("ranked"),
        "elsewhere",
        pl.col("name_score").alias("score"),
        pl.col("name_reason").alias("reason"),
    )
