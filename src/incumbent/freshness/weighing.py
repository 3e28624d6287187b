"""From grounds to findings and verdicts: how sure, since when, and what they add up to for an entry."""

from __future__ import annotations

import polars as pl

from incumbent.claims import is_profile
from incumbent.freshness.rules import HANDOVER_DAYS, Standing

__all__ = ["CONFIDENCE", "OUT_OF_DATE", "current_holders", "verdicts", "weigh"]

#: Reasons that make an entry out of date, whatever their confidence.
OUT_OF_DATE = ("moved", "left", "retired", "died", "replaced", "post_abolished", "vacant")
#: The same, from `probable` on.
OUT_OF_DATE_IF_PROBABLE = ("not_listed",)
LEAVING = ("announced_departure", "announced_successor")
CONFIDENCE = ("confirmed", "probable", "possible")
#: The order in which an entry's reasons are given: what happened to the person, then to the post, then the rest.
ORDER = (
    "died",
    "retired",
    "left",
    "moved",
    "replaced",
    "post_abolished",
    "vacant",
    "not_listed",
    "disputed",
    "announced_departure",
    "announced_successor",
    "not_yet_started",
    "acting_holder",
    "post_renamed",
    "organisation_renamed",
    "name_misspelt",
    "title_changed",
    "duplicate_entry",
    "missing_entry",
)


def weigh(grounds: pl.DataFrame, standing: Standing, evidence: pl.DataFrame) -> pl.DataFrame:
    """One finding per entry and reason: entry, reason, key (the row of the most telling statement), since_earliest,
    since_latest, confidence, rows (all statements that speak for it).

    Confidence (design 8): `confirmed` needs two independent publishers or one primary record; a single publisher's word
    is `probable`; what rests on weak grounds alone is `possible`. What was only announced is at most `probable`. What a
    profile says of its owner (`own_words`) counts only where nobody else contradicts the entry, and does not make it
    out of date.
    """
    facts = evidence.select("row", "publisher", "source", "primary", "held_to", "claim_id", own_words=is_profile())
    grounds = _without_needless_hints(grounds, facts)
    day = pl.lit(standing.as_of, dtype=pl.Date)
    precise = (pl.col("since_hi") - pl.col("since_lo")).dt.total_days() <= HANDOVER_DAYS
    group = ["entry", "reason", "subject"]
    known = (
        _ends_of_moves(grounds)
        .join(facts, on="row", how="left")
        .with_columns((pl.col("exact") & precise.fill_null(False)).alias("precise"))
        # A stated day beats a stated year; a year beats the day of a list, which is only a bound.
        .with_columns(
            (pl.col("exact") & (pl.col("precise") | ~pl.col("precise").any().over(group))).alias("telling"),
        )
        # Of lists, the first one that shows it tells most; of dated statements, the newest.
        .with_columns(pl.when(~pl.col("telling")).then("since_hi").alias("first_listed"))
        .sort(
            [
                *("entry", "reason", "subject", "aside", "weak"),
                *("telling", "announced", "first_listed", "held_to", "publisher", "claim_id"),
            ],
            descending=[False] * 5 + [True, False, False, True, False, False],
            nulls_last=True,
        )
    )
    findings = known.group_by(group, maintain_order=True).agg(
        pl.col("row").first().alias("key"),
        pl.col("since_lo").filter(pl.col("telling")).min().alias("lo"),
        pl.col("since_hi").filter(pl.col("telling")).max().alias("hi"),
        pl.col("since_lo").filter(~pl.col("exact")).max().alias("bound_lo"),
        pl.col("since_hi").filter(~pl.col("exact")).min().alias("bound_hi"),
        pl.col("publisher").filter(~pl.col("weak")).n_unique().alias("publishers"),
        (pl.col("primary") & ~pl.col("announced")).any().alias("primary"),
        pl.col("weak").all().alias("weak"),
        pl.col("announced").all().alias("announced"),
        pl.col("own_words").fill_null(value=False).all().alias("own_words"),
        pl.col("row").unique().sort().alias("rows"),
    )
    confidence = (
        pl.when("weak")
        .then(pl.lit("possible"))
        .when(~pl.col("announced") & (pl.col("primary") | (pl.col("publishers") >= 2)))
        .then(pl.lit("confirmed"))
        .otherwise(pl.lit("probable"))
    )
    supported = standing.entries.select("entry", "supported_surely")
    future = pl.col("reason").is_in([*LEAVING, "not_yet_started"])
    return (
        findings.with_columns(confidence.alias("confidence"))
        .join(supported, on="entry", how="left")
        .with_columns(
            pl.when(pl.col("lo").is_null() | pl.col("hi").is_null())
            .then(pl.coalesce("lo", "bound_lo"))
            .when(pl.col("supported_surely").is_between(pl.col("lo"), pl.col("hi")) & ~future)
            .then(pl.col("supported_surely"))
            .otherwise(pl.col("lo"))
            .alias("since_earliest"),
            pl.when(pl.col("hi").is_null())
            .then(pl.col("bound_hi"))
            .when(pl.col("bound_hi").is_between(pl.col("lo"), pl.col("hi")))
            .then(pl.col("bound_hi"))
            .otherwise(pl.col("hi"))
            .alias("since_latest"),
        )
        .with_columns(
            pl.when(future)
            .then(pl.col("since_latest"))
            .when(pl.col("since_latest").is_not_null())
            .then(pl.min_horizontal("since_latest", day))
            .alias("since_latest")
        )
        .with_columns(pl.min_horizontal("since_earliest", "since_latest").alias("since_earliest"))
        .with_columns(
            # An absent lower bound stays absent; min_horizontal would have filled it.
            pl.when(pl.coalesce("lo", "bound_lo").is_null())
            .then(None)
            .otherwise(pl.col("since_earliest"))
            .alias("since_earliest"),
            pl.when(future | (pl.col("since_latest").is_null()))
            .then(None)
            .otherwise((day - pl.col("since_latest")).dt.total_days())
            .alias("days_out_of_date"),
        )
        .select(
            "entry",
            "reason",
            "key",
            "since_earliest",
            "since_latest",
            "days_out_of_date",
            "confidence",
            "announced",
            "own_words",
            "rows",
        )
        .pipe(_without_the_overruled)
    )


def _without_needless_hints(grounds: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """`grounds` without those of profiles on entries that somebody else says are wrong."""
    told = grounds.join(facts.select("row", "own_words"), on="row", how="left", maintain_order="left")
    own = pl.col("own_words").fill_null(value=False)
    wrong = pl.col("reason").is_in([*OUT_OF_DATE, *OUT_OF_DATE_IF_PROBABLE])
    return told.filter(~own | ~(wrong & ~own).any().over("entry")).drop("own_words")


def _ends_of_moves(grounds: pl.DataFrame) -> pl.DataFrame:
    """`left` means: with no next post. Where there is one, the end dates the move, though it does not tell of it.

    Adds `aside`: the ground dates and supports the finding, but another one says what it is.
    """
    movers = grounds.filter(pl.col("reason") == "moved").select("entry").unique().with_columns(aside=pl.lit(True))
    return (
        grounds.join(movers, on="entry", how="left")
        .with_columns(((pl.col("reason") == "left") & pl.col("aside")).fill_null(False).alias("aside"))
        .with_columns(pl.when("aside").then(pl.lit("moved")).otherwise("reason").alias("reason"))
    )


def _out_of_date() -> pl.Expr:
    sure_enough = pl.col("reason").is_in(OUT_OF_DATE) | (
        pl.col("reason").is_in(OUT_OF_DATE_IF_PROBABLE) & (pl.col("confidence") != "possible")
    )
    return sure_enough & ~pl.col("own_words")


def _without_the_overruled(findings: pl.DataFrame) -> pl.DataFrame:
    """Drops what a stronger finding on the same entry makes pointless: `left` beside the reason for leaving, an
    announcement or a dispute about an entry that is out of date anyway."""
    gone_on = pl.col("reason").is_in(["retired", "died"]).any().over("entry") & pl.col("entry").is_not_null()
    wrong = _out_of_date().any().over("entry") & pl.col("entry").is_not_null()
    pointless = (
        ((pl.col("reason") == "left") & gone_on)
        | ((pl.col("reason").is_in(LEAVING) | (pl.col("reason") == "disputed")) & wrong)
        | ((pl.col("reason") == "not_listed") & (pl.col("confidence") == "possible") & wrong)
    )
    order = pl.col("reason").replace_strict({reason: place for place, reason in enumerate(ORDER)}, return_dtype=pl.Int8)
    return findings.filter(~pointless).sort("entry", order, "key", nulls_last=True)


def current_holders(standing: Standing) -> pl.DataFrame:
    """Who holds each entry's post now, if evidence names somebody else: entry, holder_row (latest, not ended)."""
    now = standing.holders.filter(pl.col("held_to").is_not_null() & ~pl.col("ended") & pl.col("single"))
    began = pl.when(pl.col("dated")).then(pl.col("held_from_lo"))
    return (
        now.with_columns(began.alias("began"))
        .sort(
            ["entry", "held_to", "began", "acting", "claim_id"],
            descending=[False, True, True, False, False],
            nulls_last=True,
        )
        .group_by("entry", maintain_order=True)
        .agg(pl.col("row").first().alias("holder_row"))
    )


def verdicts(standing: Standing, findings: pl.DataFrame) -> pl.DataFrame:
    """What the findings add up to: entry, verdict, reasons (list), confidence, since_earliest, since_latest,
    days_out_of_date, lead (the reason whose sentence tells it)."""
    per_entry = (
        findings.filter(pl.col("entry").is_not_null())
        .with_columns(_out_of_date().alias("wrong"))
        .group_by("entry", maintain_order=True)
        .agg(
            pl.col("reason").alias("reasons"),
            pl.col("wrong").any().alias("wrong"),
            (pl.col("reason") == "disputed").any().alias("disputed"),
            pl.col("reason").is_in(LEAVING).any().alias("leaving"),
            *_of_wrong("since_latest"),
            *_of_wrong("since_earliest"),
            _surest(pl.col("wrong")).alias("wrong_confidence"),
            _surest(pl.lit(True)).alias("any_confidence"),
        )
    )
    recent = pl.col("supported_to") >= pl.lit(standing.oldest, dtype=pl.Date)
    day = pl.lit(standing.as_of, dtype=pl.Date)
    return (
        standing.entries.select("entry", "supported_to", "name")
        .join(per_entry, on="entry", how="left")
        .with_columns(
            pl.when(pl.col("wrong").fill_null(False))
            .then(pl.lit("out_of_date"))
            .when(pl.col("disputed").fill_null(False))
            .then(pl.lit("disputed"))
            .when(pl.col("leaving").fill_null(False))
            .then(pl.lit("leaving"))
            .when(recent.fill_null(False))
            .then(pl.lit("current"))
            .otherwise(pl.lit("unverified"))
            .alias("verdict"),
            pl.col("reasons").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        )
        .with_columns(
            pl.when(pl.col("wrong").fill_null(False))
            .then(pl.col("wrong_confidence"))
            .otherwise(pl.col("any_confidence"))
            .alias("confidence"),
            (day - pl.col("since_latest")).dt.total_days().alias("days_out_of_date"),
        )
        .sort("entry")
    )


def _of_wrong(column: str) -> list[pl.Expr]:
    """The earliest day of `column` over the findings that make the entry wrong; what was only announced dates it only
    where nothing tells that something happened."""
    happened = pl.col("wrong") & ~pl.col("announced")
    of_all, of_happened = pl.col(column).filter(pl.col("wrong")).min(), pl.col(column).filter(happened).min()
    return [pl.when(happened.any()).then(of_happened).otherwise(of_all).alias(column)]


def _surest(which: pl.Expr) -> pl.Expr:
    place = pl.col("confidence").replace_strict(
        {level: place for place, level in enumerate(CONFIDENCE)}, return_dtype=pl.Int8
    )
    surest = place.filter(which).min()
    return (
        pl.when(surest == 0)
        .then(pl.lit(CONFIDENCE[0]))
        .when(surest == 1)
        .then(pl.lit(CONFIDENCE[1]))
        .when(surest == 2)
        .then(pl.lit(CONFIDENCE[2]))
    )
