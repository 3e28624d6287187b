"""Which statements speak of an entry's person, and by what fact they are joined.

A name alone never joins two people who could be two: it takes the post, the organisation, an identifier or a curated
decision. The facts are tried in that order, and a statement that one of them joins is not tried with a weaker one: so
a list of thousands of people of one name costs no more than any other.
"""

from __future__ import annotations

import polars as pl

#: How strongly a statement is tied to an entry's person.
TIES = {"decision": 5, "identifier": 4, "post": 3, "organisation": 2, "name": 1}
#: Relations of titles (incumbent.titles) that make two titles one office.
SAME_OFFICE = ("same", "renamed")
SAME_BODY = ("same", "renamed", "part_of")
#: Titles whose ranks (titles.parse_titles) differ by less may be the same post in other words.
A_RANK = 5
#: A name that more entries than this share joins none of them by itself.
FEW = 5

_FULL = pl.col("name_relation") == "same"


def person_links(
    entries: pl.DataFrame,
    evidence: pl.DataFrame,
    names: pl.DataFrame,
    offices: pl.DataFrame,
    bodies: pl.DataFrame,
    identities: pl.DataFrame,
) -> pl.DataFrame:
    """Links.persons (see links.py) between statements of role roster and role evidence.

    `names`: left, right (name_key), relation, score, reason; `offices`: office, body, other_office, other_body,
    post_relation; `bodies`: body, other_body, relation; `identities`: the curated decisions.
    """
    listed = entries.filter(pl.col("name").is_not_null()).select(
        pl.col("row").alias("entry"),
        pl.col("name_key").alias("left"),
        "name",
        "body",
        "office",
        "organisation",
        "distinctive",
        pl.col("person_ids").alias("ids"),
    )
    stated = evidence.filter(pl.col("name").is_not_null()).select(
        "row",
        pl.col("name_key").alias("right"),
        pl.col("name").alias("other_name"),
        pl.col("body").alias("other_body"),
        pl.col("office").alias("other_office"),
        pl.col("organisation").alias("other_organisation"),
        pl.col("person_ids").alias("other_ids"),
    )
    named = listed.join(
        names.rename({"relation": "name_relation", "score": "name_score", "reason": "name_reason"}), on="left"
    )
    facts = _Facts(offices.drop("score", "reason"), bodies, _refused(listed, stated, identities))
    tied = pl.concat([_by_decision(listed, stated, identities), _by_identifier(listed, stated)], how="diagonal")
    tied = facts.of(tied)
    for step in (_by_office, _by_body, _by_name):
        rest = stated.join(tied, on="row", how="anti") if step is not _by_name else stated
        tied = pl.concat([tied, step(named, rest, tied, facts)], how="diagonal")
    tied = pl.concat([tied, _by_spelling(listed, stated, tied, facts)], how="diagonal")
    return _with_offices(_exclusive(tied), entries, evidence).sort("entry", "row")


class _Facts:
    """What relates posts and bodies, and which pairs a decision or two identifiers keep apart."""

    def __init__(self, offices: pl.DataFrame, bodies: pl.DataFrame, refused: pl.DataFrame) -> None:
        self.offices = offices
        self.bodies = bodies.select("body", "other_body", pl.col("relation").alias("body_relation"))
        self.refused = refused

    def of(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """`pairs` (entry, row, office, body, other_office, other_body, ids, other_ids) with post_relation and
        body_relation, without those that are kept apart."""
        pairs = pairs.drop("post_relation", "body_relation", strict=False)
        return (
            pairs.join(self.offices, on=["office", "body", "other_office", "other_body"], how="left", nulls_equal=True)
            .join(self.bodies, on=["body", "other_body"], how="left")
            .filter(_shared_identifier().fill_null(True))
            .join(self.refused, on=["entry", "row"], how="anti")
        )


def _shared_identifier() -> pl.Expr:
    """True where both sides share an identifier, false where they have different ones of one scheme, else null.

    That one publisher knows a person by its own number, and another by another scheme's, says nothing.
    """
    ours, theirs = pl.col("ids").str.split(";"), pl.col("other_ids").str.split(";")
    schemes = [ids.list.eval(pl.element().str.split(":").list.first()).list.unique() for ids in (ours, theirs)]
    comparable = schemes[0].list.set_intersection(schemes[1]).list.len() > 0
    shared = ours.list.set_intersection(theirs).list.len() > 0
    both = pl.col("ids").is_not_null() & pl.col("other_ids").is_not_null()
    return pl.when(both & (shared | comparable)).then(shared)


def _decisions(listed: pl.DataFrame, stated: pl.DataFrame, identities: pl.DataFrame) -> pl.DataFrame:
    """Pairs (entry, row, ..., decision) that curation decides: person, organisation, other_person, other_organisation,
    decision (same | different), names and organisations as written, an empty organisation standing for any."""
    decided = identities.select(
        pl.col("person").alias("name"),
        pl.col("other_person").alias("other_name"),
        pl.col("organisation").alias("at"),
        pl.col("other_organisation").alias("other_at"),
        "decision",
    )
    return (
        listed.join(decided, on="name")
        .join(stated, on="other_name")
        .filter(
            (pl.col("at").is_null() | (pl.col("at") == pl.col("body")) | (pl.col("at") == pl.col("organisation")))
            & (
                pl.col("other_at").is_null()
                | (pl.col("other_at") == pl.col("other_body"))
                | (pl.col("other_at") == pl.col("other_organisation"))
            )
        )
        .unique(["entry", "row"], keep="first", maintain_order=True)
    )


def _refused(listed: pl.DataFrame, stated: pl.DataFrame, identities: pl.DataFrame) -> pl.DataFrame:
    decided = _decisions(listed, stated, identities)
    return decided.filter(pl.col("decision") == "different").select("entry", "row")


def _by_decision(listed: pl.DataFrame, stated: pl.DataFrame, identities: pl.DataFrame) -> pl.DataFrame:
    decided = _decisions(listed, stated, identities).filter(pl.col("decision") == "same")
    return decided.drop("decision", "at", "other_at").with_columns(*_stamp("decision", "a curated decision"))


def _by_identifier(listed: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    pairs = _exploded(listed, "ids").join(_exploded(stated, "other_ids"), on="id").drop("id").unique(["entry", "row"])
    return pairs.with_columns(*_stamp("identifier", "the same identifier"))


def _exploded(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    return (
        frame.filter(pl.col(column).is_not_null())
        .with_columns(pl.col(column).str.split(";").alias("id"))
        .explode("id", empty_as_null=True, keep_nulls=True)
        .filter(pl.col("id").str.len_chars() > 0)
    )


def _stamp(tie: str, reason: str, score: float = 1.0) -> tuple[pl.Expr, ...]:
    return (
        pl.lit("same").alias("name_relation"),
        pl.lit(score).alias("name_score"),
        pl.lit(reason).alias("name_reason"),
        pl.lit(tie).alias("tie"),
    )


def _by_office(named: pl.DataFrame, rest: pl.DataFrame, tied: pl.DataFrame, facts: _Facts) -> pl.DataFrame:
    """A name that fits, in the same office; or in one that is alike, at the same body."""
    pairs = (
        named.join(facts.offices.drop("post_relation"), on=["office", "body"], nulls_equal=True)
        .join(rest, on=["right", "other_office", "other_body"], nulls_equal=True)
        .pipe(facts.of)
    )
    alike = pl.col("body_relation").is_in(SAME_BODY)
    return pairs.filter(pl.col("post_relation").is_in(SAME_OFFICE) | alike).with_columns(pl.lit("post").alias("tie"))


def _by_body(named: pl.DataFrame, rest: pl.DataFrame, tied: pl.DataFrame, facts: _Facts) -> pl.DataFrame:
    """A full name at the same body. An initial or a typo only where nobody else there could be meant, on either side;
    where one is written just as the other, it is meant."""
    bodies = facts.bodies.filter(pl.col("body_relation").is_in(SAME_BODY)).drop("body_relation")
    pairs = named.join(bodies, on="body").join(rest, on=["right", "other_body"]).pipe(facts.of)
    alone = (pl.col("entry").n_unique().over("right", "other_body") == 1) & (
        pl.col("right").n_unique().over("entry", "other_body") == 1
    )
    meant = (_FULL | (pl.col("left") == pl.col("right"))) | ((pl.col("body_relation") == "same") & alone)
    return pairs.filter(meant).with_columns(pl.lit("organisation").alias("tie"))


def _by_name(named: pl.DataFrame, rest: pl.DataFrame, tied: pl.DataFrame, facts: _Facts) -> pl.DataFrame:
    """A full name somewhere else. It joins nobody yet: what more it takes, the rules say (rules.moved).

    A statement that belongs to another entry counts only for a name that is not a common one: that may be one person,
    listed at two places of which one is stale.
    """
    few = named.filter(_FULL & (pl.col("entry").n_unique().over("left") <= FEW))
    free = few.join(rest.join(tied, on="row", how="anti"), on="right")
    taken = few.filter("distinctive").join(rest.join(tied, on="row", how="semi"), on="right")
    pairs = pl.concat([free, taken]).join(tied, on=["entry", "row"], how="anti")
    return facts.of(pairs).with_columns(pl.lit("name").alias("tie"))


def _by_spelling(listed: pl.DataFrame, stated: pl.DataFrame, tied: pl.DataFrame, facts: _Facts) -> pl.DataFrame:
    """Statements that use, letter for letter, a spelling by which the entry's person is already known.

    The list says Cuncliffe; a source that is tied to the entry by the organisation says Cunliffe; what is said
    elsewhere of that Cunliffe is then joined by that spelling.
    """
    spellings = (
        tied.filter(~_FULL & (pl.col("tie") != "name"))
        .select("entry", "right")
        .unique()
        # An initial with a surname is nobody's own spelling: it fits too many.
        .filter(pl.col("right").str.count_matches(r"[^\W\d_]{2,}") >= 2)
        .filter(pl.col("entry").n_unique().over("right") <= FEW)
    )
    reason = pl.format("spelt {} by a source that is joined by post or organisation", "right").alias("name_reason")
    pairs = (
        listed.join(spellings, on="entry")
        .join(stated, on="right")
        .join(tied, on=["entry", "row"], how="anti")
        .with_columns(*_stamp("name", "", 0.9))
        .with_columns(reason)
    )
    return facts.of(pairs)


def _exclusive(links: pl.DataFrame) -> pl.DataFrame:
    """Each statement stays with the entries it is tied to most strongly; `elsewhere` where a name alone keeps it."""
    strength = pl.col("tie").replace_strict(TIES, default=0, return_dtype=pl.Int8)
    strongest = pl.col("strength").max().over("row")
    by_full_name = (pl.col("tie") == "name") & _FULL & pl.col("distinctive")
    return (
        links.with_columns(strength.alias("strength"))
        .sort(["strength", "name_score", "entry", "row"], descending=[True, True, False, False])
        .unique(["entry", "row"], keep="first", maintain_order=True)
        .filter((pl.col("strength") == strongest) | by_full_name)
        .with_columns((pl.col("strength") < strongest).alias("elsewhere"))
    )


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
