"""Evidence -> who held what, from when to when, and since when that is known.

Two times for every appointment (design 7): valid time (start_*, end_*: when it was so) and known time (known_from,
known_to: when a source had said it). A start or an end is an interval, since sources differ and some give a year only.
"""

from __future__ import annotations

import polars as pl


def appointments(evidence: pl.DataFrame, mentions: pl.DataFrame) -> pl.DataFrame:
    """appointment_id, person_id, post_id, organisation_id, acting, start_earliest, start_latest, end_earliest,
    end_latest, last_seen, known_from, known_to, confidence, evidence (claim ids, `;`-separated); sorted by id.

    `evidence`: statements of role evidence; `mentions`: row, person_id, post_id, organisation_id. A day known from a
    list alone bounds the start from above only: start_earliest is then null.
    """
    held = evidence.join(mentions, on="row").filter(
        pl.col("person_id").is_not_null()
        & pl.col("post_id").is_not_null()
        & pl.col("event").is_in(["holds", "starts", "ends", "announced_start", "announced_end", "dies"])
    )
    key = ["person_id", "post_id", "organisation_id", "acting"]
    dated_start = pl.col("start_lo").is_not_null()
    dated_end = pl.col("end_lo").is_not_null()
    primary = pl.col("primary").any()
    grouped = held.group_by(key).agg(
        pl.col("start_lo").min().alias("start_earliest"),
        pl.col("start_hi").filter(dated_start).max().alias("stated_start"),
        pl.col("held_from_hi").min().alias("seen_first"),
        pl.col("end_lo").min().alias("end_earliest"),
        pl.col("end_hi").filter(dated_end).max().alias("end_latest"),
        pl.col("held_to").max().alias("last_seen"),
        pl.col("stated").min().alias("known_from"),
        pl.col("publisher").n_unique().alias("publishers"),
        primary.alias("primary"),
        pl.col("event").str.starts_with("announced").all().alias("announced"),
        pl.col("claim_id").unique().sort().str.join(";").alias("evidence"),
    )
    suffix = pl.when(pl.col("acting")).then(pl.lit("--acting")).otherwise(pl.lit(""))
    return (
        grouped.with_columns(
            pl.min_horizontal(pl.coalesce("stated_start", "seen_first"), "seen_first").alias("start_latest"),
            pl.format("{}--{}{}", "person_id", "post_id", suffix).alias("appointment_id"),
            pl.when(~pl.col("announced") & (pl.col("primary") | (pl.col("publishers") >= 2)))
            .then(pl.lit("confirmed"))
            .otherwise(pl.lit("probable"))
            .alias("confidence"),
            pl.lit(None, dtype=pl.Date).alias("known_to"),
        )
        .with_columns(
            pl.when(pl.col("start_latest") < pl.col("start_earliest"))
            .then(pl.col("start_earliest"))
            .otherwise(pl.col("start_latest"))
            .alias("start_latest")
        )
        .select(
            "appointment_id", *key, "start_earliest", "start_latest", "end_earliest", "end_latest", "last_seen",
            "known_from", "known_to", "confidence", "evidence",
        )
        .sort("appointment_id")
    )  # fmt: skip
