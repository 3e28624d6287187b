"""Two titles: the same office, a later name of it, perhaps the same reworded, or different offices.

The decision is made for parts (parts.py) and the best one holds for the titles. What must agree:
- an office that is the only one of its kind in its country (kind `named`; an envoy, a minister or a seat with its
  area): the office and the area; the body may be anything in that country;
- any other office: the office, the area, and the body. A later name of the body makes a later name of the office.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from incumbent.organisations import folding
from incumbent.organisations.matching import relate
from incumbent.organisations.registry import core_of, registry
from incumbent.titles.offices import offices, stems_of
from incumbent.titles.parts import NATIONAL
from incumbent.titles.reading import Reading, read_titles

#: Two areas are similar from this share of common words (Jaccard) on. Blocking (blocking.py) relies on it.
SIMILAR = 0.5

_RANKS = {"different": 0, "similar": 1, "renamed": 2, "same": 3}
_ORG = ("org_key", "org_core", "org_country", "org_stated", "org_display")


def compare_titles(pairs: pl.DataFrame, reading: Reading | None = None) -> pl.DataFrame:
    """`pairs` (left_post, left_organisation, right_post, right_organisation; others kept) with relation, score, reason.

    In the order given. relation: same | renamed | similar | different; symmetric. A title that names several offices
    is the same as each of them, and the reason says so. An empty title is different from every title. A `reading`
    (titles.read_titles) must have the titles of both sides.
    """
    columns = ("left_post", "left_organisation", "right_post", "right_organisation")
    asked = pairs.select(pl.col(columns).cast(pl.String))
    distinct = asked.unique(maintain_order=True)
    sides = [
        distinct.select(post=f"{side}_post", organisation=f"{side}_organisation") for side in ("left", "right")
    ]  # fmt: skip
    titles, parts = reading or read_titles(pl.concat(sides))
    numbered = titles.select("row", "post", "organisation")
    for side in ("left", "right"):
        distinct = distinct.join(
            numbered.rename({"row": side, "post": f"{side}_post", "organisation": f"{side}_organisation"}),
            on=[f"{side}_post", f"{side}_organisation"], how="left", nulls_equal=True, maintain_order="left",
        )  # fmt: skip
    verdicts = compare_parts(distinct.select("left", "right").unique(), comparable(parts))
    decided = distinct.join(verdicts, on=["left", "right"], how="left", maintain_order="left")
    decided = decided.with_columns(
        pl.col("relation").fill_null("different"),
        pl.col("score").fill_null(0.0),
        pl.col("reason").fill_null("no title given"),
    )
    found = asked.join(decided, on=list(columns), how="left", nulls_equal=True, maintain_order="left")
    return pairs.with_columns(found["relation"], found["score"], found["reason"])


class Comparable(NamedTuple):
    """Parts as they are compared. `parts`: row, part, org, office, name, modifier, kind, generic, national, area,
    area_key, many. `bodies`: see numbered_bodies."""

    parts: pl.DataFrame
    bodies: pl.DataFrame


def comparable(parts: pl.DataFrame) -> Comparable:
    """What compare_parts needs of `parts` (those of a Reading)."""
    known = offices().table.select(
        pl.col("id").alias("office"), pl.col("office").alias("name"), "kind", "generic", "rank"
    )
    bodies = numbered_bodies(parts)
    slim = (
        parts.join(bodies, on=list(_ORG), how="left", nulls_equal=True)
        .join(known, on="office", how="left", maintain_order="left")
        .with_columns(
            pl.col("kind").fill_null("free"),
            pl.col("name").fill_null(""),
            pl.col("generic").fill_null(value=False),
            area_key=pl.col("area").list.join(" "),
            many=pl.len().over("row") > 1,
        )
        .with_columns(
            national=pl.col("kind").eq("named") | (pl.col("kind").is_in(NATIONAL) & (pl.col("area").list.len() > 0))
        )
        .select(
            "row",
            "part",
            "org",
            "office",
            "name",
            "modifier",
            "kind",
            "generic",
            "national",
            "area",
            "area_key",
            "many",
        )
    )
    return Comparable(slim, bodies)


def compare_parts(pairs: pl.DataFrame, known: Comparable) -> pl.DataFrame:
    """left, right (rows of titles), relation, score, reason; without the pairs of which one title says nothing."""
    slim, bodies = known
    joined = pairs
    for side in ("left", "right"):
        joined = joined.join(
            slim.select(pl.all().name.prefix(f"{side}_")), left_on=side, right_on=f"{side}_row", how="inner"
        )
    joined = _with_bodies(joined, bodies)
    joined = _with_areas(joined)
    return _best(_decided(joined))


def numbered_bodies(parts: pl.DataFrame) -> pl.DataFrame:
    """The bodies that titles are of, as read: org (a number) and the columns org_… of parts."""
    return parts.select(_ORG).unique().sort(_ORG).with_row_index("org")


def relate_bodies(pairs: pl.DataFrame, bodies: pl.DataFrame) -> pl.DataFrame:
    """`pairs` (left_org, right_org: numbers of `bodies`) with body (same | renamed | part_of | different | unstated),
    body_score, body_reason, abroad (of two countries that are both stated)."""
    for side in ("left", "right"):
        pairs = pairs.join(
            bodies.select(
                pl.col("org").alias(f"{side}_org"),
                pl.col("org_display").alias(side),
                pl.col(_ORG).name.replace("^org_", f"{side}_"),
            ),
            on=f"{side}_org",
            how="left",
        )
    nobody = pl.col("left_key").fill_null("").eq("") & pl.col("right_key").fill_null("").eq("")
    one = pl.col("left_key").fill_null("").eq("") != pl.col("right_key").fill_null("").eq("")
    abroad = pl.col("left_stated") & pl.col("right_stated") & (pl.col("left_country") != pl.col("right_country"))
    return relate(pairs).select(
        "left_org",
        "right_org",
        body=pl.when(nobody).then(pl.lit("same")).when(one).then(pl.lit("unstated")).otherwise("relation"),
        body_score=pl.when(nobody).then(pl.lit(0.8)).otherwise("score"),
        body_reason=pl.when(nobody).then(pl.lit("no organisation given for either")).otherwise("reason"),
        abroad=abroad.fill_null(value=False),
    )


def _with_bodies(joined: pl.DataFrame, bodies: pl.DataFrame) -> pl.DataFrame:
    """`joined` with the columns of relate_bodies."""
    related = relate_bodies(joined.select("left_org", "right_org").unique(), bodies)
    return joined.join(related, on=["left_org", "right_org"], how="left")


def _with_areas(joined: pl.DataFrame) -> pl.DataFrame:
    """`joined` with overlap (Jaccard), decisive, typo (text or null), heir (reason or null) of the two areas."""
    areas = (
        joined.filter(pl.col("left_area_key") != pl.col("right_area_key"))
        .select("left_area", "right_area", "left_area_key", "right_area_key")
        .unique(["left_area_key", "right_area_key"])
    )
    left, right = pl.col("left_area"), pl.col("right_area")
    areas = areas.with_columns(
        ours=left.list.set_difference(right),
        theirs=right.list.set_difference(left),
        common=left.list.set_intersection(right).list.len(),
    ).with_columns(
        overlap=pl.col("common") / (pl.col("common") + pl.col("ours").list.len() + pl.col("theirs").list.len()),
        apart=pl.concat_list("ours", "theirs"),
    )
    decisive = stems_of("decisive")
    areas = areas.with_columns(
        decisive=(pl.col("apart").list.set_intersection(decisive).list.len() > 0)
        | pl.col("apart").list.eval(pl.element().str.contains(r"[0-9]")).list.any()
    )
    close = areas.filter((pl.col("ours").list.len() == 1) & (pl.col("theirs").list.len() == 1) & ~pl.col("decisive"))
    close = close.with_columns(pl.col("ours", "theirs").list.first())
    vocabulary = registry().vocabulary | offices().words | frozenset(decisive)
    wrong = [folding.is_typo(ours, theirs, vocabulary) for ours, theirs in close.select("ours", "theirs").iter_rows()]
    typos = close.filter(pl.Series(wrong, dtype=pl.Boolean)).select(
        "left_area_key",
        "right_area_key",
        typo=pl.format("{} and {}", pl.min_horizontal("ours", "theirs"), pl.max_horizontal("ours", "theirs")),
    )
    keys = ["left_area_key", "right_area_key"]
    facts = (
        areas.select(*keys, "overlap", "decisive")
        .join(typos, on=keys, how="left")
        .join(_heirs(areas), on=keys, how="left")
    )
    return joined.join(facts, on=keys, how="left")


def _heirs(areas: pl.DataFrame) -> pl.DataFrame:
    """left_area_key, right_area_key, heir, heir_score where one department is a later name of the other."""
    bodies = portfolio_bodies()
    keys = areas.select("left_area_key", "right_area_key")
    return (
        keys.join(bodies.rename({"area_key": "left_area_key", "key": "left_key"}), on="left_area_key")
        .join(bodies.rename({"area_key": "right_area_key", "key": "right_key"}), on="right_area_key")
        .join(registry().relations.filter(pl.col("relation") == "renamed"), on=["left_key", "right_key"])
        .select("left_area_key", "right_area_key", heir="reason", heir_score="score")
        .sort("left_area_key", "right_area_key", "heir_score", "heir", descending=[False, False, True, False])
        .unique(["left_area_key", "right_area_key"], keep="first")
    )


def portfolio_bodies() -> pl.DataFrame:
    """area_key, key: the department of each portfolio, by the department's own words or portfolio_bodies.csv."""
    own = folding.rows("titles/portfolio_bodies")
    said = core_of(pl.Series([row["portfolio"] for row in own]))
    keys = folding.spelt_out(folding.fold(pl.Series([row["organisation"] for row in own]))).str.replace_all(
        " ;", "", literal=True
    )
    cores = registry().cores.select(pl.col("core").alias("area_key"), "key")
    return pl.concat([pl.DataFrame({"area_key": said, "key": keys}), cores]).unique("area_key", keep="first")


def _decided(joined: pl.DataFrame) -> pl.DataFrame:
    """relation, score, reason for each pair of parts. The first rule that fits, decides."""
    col = pl.col
    office = (col("left_name") == col("right_name")) & (col("left_modifier") == col("right_modifier"))
    area = col("left_area_key") == col("right_area_key")
    agreed = office & (area | col("typo").is_not_null())
    bare = (col("left_area_key") == "") != (col("right_area_key") == "")
    national = col("left_national") & col("right_national")
    kind = pl.col("left_kind")
    near = (col("overlap") >= SIMILAR).fill_null(value=False) & ~col("decisive")
    minister = national & kind.eq("minister") & office
    single = pl.min_horizontal(
        col("left_area").list.len(), col("right_area").list.len()
    ).eq(1) & col("left_area").list.set_intersection(col("right_area")).list.len().eq(1)  # fmt: skip
    unnumbered = (
        national & kind.eq("seat") & office & ~area
        & col("left_name").str.starts_with("united states")
        & (col("left_area").list.first() == col("right_area").list.first())
        & (col("left_area").list.len() != col("right_area").list.len())
    )  # fmt: skip
    here = col("body").is_in(["same", "renamed"])
    inside = (col("body") == "part_of") & ~col("left_generic") & ~col("right_generic")
    loose = kind.is_in(["office", "grade", "free", "named"])
    headless = office.not_() & area & (col("left_area_key") != "") & (col("left_modifier") == col("right_modifier")) & (
        (col("left_name") == "head") | (col("right_name") == "head")
    ) & kind.is_in(["office", "grade"]) & col("right_kind").is_in(["office", "grade"])  # fmt: skip
    rank_only = (col("body") == "part_of") & kind.eq("grade") & (col("left_area_key") == "") & area
    title = pl.min_horizontal("left_name", "right_name")
    spelt = pl.when(col("typo").is_not_null()).then(0.95).otherwise(1.0)
    because = pl.when(col("typo").is_not_null()).then(pl.format("a typing error apart: {}", "typo"))
    only, here_too = "the same office, the only one in its country", "the same office in the same organisation"
    rules = [
        _rule(national & agreed & col("abroad"), "different", 0.0, "of two countries"),
        _rule(national & agreed, "same", spelt, pl.coalesce(because, pl.lit(only))),
        _rule(minister & col("heir").is_not_null(), "renamed", col("heir_score"), col("heir")),
        _rule(minister & (near | single), "similar", 0.5, "portfolios that share their words"),
        _rule(unnumbered, "similar", 0.6, "one title leaves out the class or district"),
        _rule(national & office & kind.is_in(NATIONAL), "different", 0.0, "another place or portfolio"),
        _rule(
            agreed & (col("body") == "same"), "same", spelt * col("body_score"), pl.coalesce(because, pl.lit(here_too))
        ),
        _rule(agreed & (col("body") == "renamed"), "renamed", spelt * col("body_score"), col("body_reason")),
        _rule(agreed & inside, "same", spelt * 0.8, pl.format("the same office; {}", "body_reason")),
        _rule(agreed & rank_only, "similar", 0.4, pl.format("a rank alone; {}", "body_reason")),
        _rule(agreed & (col("body") == "unstated"), "different", 0.0, "one title lacks the organisation that tells it"),
        _rule(agreed, "different", 0.0, "the same title in another organisation"),
        _rule(office & here & bare & loose, "similar", 0.5, pl.format("{}, of which one title names the area", title)),
        _rule(office & here & ~bare & near & loose, "similar", col("overlap"), "areas that share most of their words"),
        _rule(headless & here, "similar", 0.5, "the same area, headed under another rank"),
    ]
    relation, score = pl.lit("different"), pl.lit(0.0)
    reason = (
        pl.when(~office).then(pl.format("{} is not {}", _office("left"), _office("right")))
        .otherwise(pl.lit("another area"))
    )  # fmt: skip
    for condition, name, value, why in reversed(rules):
        relation = pl.when(condition).then(pl.lit(name)).otherwise(relation)
        score = pl.when(condition).then(value).otherwise(score)
        reason = pl.when(condition).then(why).otherwise(reason)
    return joined.with_columns(relation=relation, score=score.fill_null(0.0), reason=reason)


def _rule(
    condition: pl.Expr, relation: str, score: float | pl.Expr, reason: str | pl.Expr
) -> tuple[pl.Expr, str, pl.Expr, pl.Expr]:
    return (
        condition.fill_null(value=False),
        relation,
        pl.lit(score) if isinstance(score, float) else score,
        pl.lit(reason) if isinstance(reason, str) else reason,
    )


def _office(side: str) -> pl.Expr:
    named = pl.concat_str(
        [pl.col(f"{side}_modifier"), pl.col(f"{side}_name")], separator=" "
    ).str.strip_chars(" ")  # fmt: skip
    return pl.when(named == "").then(pl.col(f"{side}_area_key")).otherwise(named)


def _best(decided: pl.DataFrame) -> pl.DataFrame:
    """The closest relation that any two parts of a pair have; a combined title says that it is one."""
    grade = pl.col("relation").replace_strict(_RANKS, return_dtype=pl.Int64)
    best = (
        decided.with_columns(grade=grade)
        .sort(
            ["left", "right", "grade", "score", "reason", "left_part", "right_part"],
            descending=[False, False, True, True, False, False, False],
        )
        .unique(["left", "right"], keep="first", maintain_order=True)
    )
    combined = (pl.col("left_many") | pl.col("right_many")) & (pl.col("relation") != "different")
    shared = pl.concat_str([_office("left"), pl.col("left_area_key")], separator=" ").str.strip_chars(" ")
    return best.select(
        "left",
        "right",
        "relation",
        score=pl.when(combined).then(pl.col("score") * 0.9).otherwise("score").round(3),
        reason=pl.when(combined)
        .then(pl.format("posts held together, of which {} is compared: {}", shared, "reason"))
        .otherwise("reason"),
    )
