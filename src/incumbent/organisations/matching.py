"""Two names of organisations: the same body, a later name, a part, or different bodies."""

from __future__ import annotations

import polars as pl

from incumbent.organisations import folding
from incumbent.organisations.parsing import parse_organisations
from incumbent.organisations.registry import registry


def organisation_slug(display: str) -> str:
    """A readable id: "ministry-of-defence"; "unnamed" where nothing of the name can be written in ASCII letters."""
    return str(organisation_slugs(pl.Series([display]))[0])


def organisation_slugs(displays: pl.Series) -> pl.Series:
    """organisation_slug of each value, in their order."""
    slug = (
        pl.col("text").str.replace_all(r"[^a-z0-9]+", "-").str.strip_chars("-").str.slice(0, 120).str.strip_chars("-")
    )
    folded = pl.DataFrame({"text": folding.fold(displays)})
    return folded.select(slug.replace("", "unnamed")).to_series().alias(displays.name)


def compare_organisations(pairs: pl.DataFrame) -> pl.DataFrame:
    """`pairs` (columns left, right; any others are kept) with relation, score (0..1) and reason, in the same order.

    relation: same | renamed (a later or earlier name, or an heir; the score tells renamed from merged from split) |
    part_of (either way round) | different. Symmetric. A missing name is different from everything.
    """
    parsed = parse_organisations(pl.concat([pairs["left"], pairs["right"]]).cast(pl.String))
    distinct = pairs.select(pl.col("left", "right").cast(pl.String)).unique()
    joined = distinct
    for side in ("left", "right"):
        joined = joined.join(
            parsed.select(pl.all().name.prefix(f"{side}_")), left_on=side, right_on=f"{side}_name", how="left"
        )
    related = relate(joined).select("left", "right", "relation", "score", "reason")
    keys = pairs.select(pl.col("left", "right").cast(pl.String))
    found = keys.join(related, on=["left", "right"], how="left", nulls_equal=True, maintain_order="left")
    return pairs.with_columns(found["relation"], found["score"], found["reason"])


def relate(pairs: pl.DataFrame) -> pl.DataFrame:
    """`pairs` of parsed names (left_key, left_core, left_country, left_stated, left_display, and right_…) with relation, score, reason.

    The rule alone, for those who have parsed already (titles).
    """  # noqa: E501
    known = registry().relations
    facts = pairs.join(known, on=["left_key", "right_key"], how="left", maintain_order="left")
    blank = pl.col("left_key").fill_null("").eq("") | pl.col("right_key").fill_null("").eq("")
    identical = pl.col("left").eq_missing(pl.col("right")) & pl.col("left").str.contains(r"\S").fill_null(value=False)
    one_country = (
        (pl.col("left_stated") & pl.col("right_stated")).not_().fill_null(value=True)
        | pl.col("left_country").eq_missing(pl.col("right_country"))
    )  # fmt: skip
    same_core = pl.col("left_core").eq(pl.col("right_core")) & one_country
    # A name one error away from a known one has been read as that one already (parsing).
    known_keys = registry().blocks["key"].unique().implode()
    strange = ~pl.col("left_key").is_in(known_keys) & ~pl.col("right_key").is_in(known_keys)
    typo = _typos(pairs.filter(strange & ~blank & (pl.col("left_key") != pl.col("right_key"))))
    facts = facts.join(typo, on=["left_core", "right_core"], how="left", maintain_order="left")
    misspelt = pl.col("typo").is_not_null() & one_country & strange
    cases: list[tuple[pl.Expr, str, pl.Expr, pl.Expr]] = [
        (identical, "same", pl.lit(1.0), pl.lit("the same name")),
        (blank, "different", pl.lit(0.0), pl.lit("no organisation given")),
        (
            pl.col("left_key") == pl.col("right_key"),
            "same",
            pl.lit(1.0),
            pl.format("both are names of {}", pl.min_horizontal("left_display", "right_display")),
        ),
        (same_core, "same", pl.lit(0.95), pl.lit("the same words but for the kind of body or an unstated country")),
        (pl.col("relation") == "renamed", "renamed", pl.col("score"), pl.col("reason")),
        (pl.col("relation") == "part_of", "part_of", pl.col("score"), pl.col("reason")),
        (misspelt, "same", pl.lit(0.9), pl.format("a typing error apart: {}", "typo")),
    ]
    relation, score, reason = pl.lit("different"), pl.lit(0.0), pl.lit("different bodies")
    for condition, name, value, why in reversed(cases):
        relation = pl.when(condition).then(pl.lit(name)).otherwise(relation)
        score = pl.when(condition).then(value).otherwise(score)
        reason = pl.when(condition).then(why).otherwise(reason)
    return facts.with_columns(relation=relation, score=score, reason=reason).drop("typo")


def _typos(pairs: pl.DataFrame) -> pl.DataFrame:
    """left_core, right_core, typo for those cores that a typing error in one word tells apart."""
    cores = pairs.select("left_core", "right_core").unique().filter(pl.col("left_core") != pl.col("right_core"))
    left, right = pl.col("left_core").str.split(" "), pl.col("right_core").str.split(" ")
    candidates = (
        cores.filter(left.list.len() == right.list.len())
        .with_columns(ours=left.list.set_difference(right), theirs=right.list.set_difference(left))
        .filter((pl.col("ours").list.len() == 1) & (pl.col("theirs").list.len() == 1))
        .with_columns(pl.col("ours", "theirs").list.first())
    )
    vocabulary = registry().vocabulary
    wrong = [
        folding.is_typo(ours, theirs, vocabulary)
        for ours, theirs in candidates.select("ours", "theirs").iter_rows()
    ]  # fmt: skip
    return candidates.filter(pl.Series(wrong, dtype=pl.Boolean)).select(
        "left_core",
        "right_core",
        typo=pl.format("{} and {}", pl.min_horizontal("ours", "theirs"), pl.max_horizontal("ours", "theirs")),
    )


def organisation_block_keys(parsed: pl.DataFrame) -> pl.DataFrame:
    """key, block for parsed organisations (columns key, core): any two that relate() calls related share a block."""
    distinct = parsed.select("key", "core").filter(pl.col("key") != "").unique()
    blocks = registry().blocks.join(distinct.select("key").unique(), on="key", how="semi")
    others = distinct.join(registry().blocks.select("key"), on="key", how="anti")
    near = others.select("key", block=folding.near_keys(pl.col("core").str.split(" "))).explode("block")
    return pl.concat([blocks, distinct.select("key", block="core"), near]).unique().sort("key", "block")
