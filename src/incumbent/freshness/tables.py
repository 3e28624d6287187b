"""The assessment's frames, in the columns that docs/architecture.md promises: ids, ISO dates, lists in a cell."""

from __future__ import annotations

import polars as pl

from incumbent.freshness.links import Links
from incumbent.freshness.rules import Standing
from incumbent.identity import Identities, finding_ids

_DAYS = ("since_earliest", "since_latest")


def findings_table(findings: pl.DataFrame, ids: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    """finding_id, entry_id, reason, explanation, holder, since_earliest, since_latest, days_out_of_date, confidence,
    evidence. `findings`: columns of weighing.weigh with sentences; `ids`: entry,
    entry_id."""
    cited = _claim_ids(findings.with_row_index("place").select("place", "rows"), statements)
    return (
        findings.with_row_index("place")
        .join(cited, on="place", how="left")
        .join(ids, on="entry", how="left", maintain_order="left")
        .sort("place")
        .pipe(finding_ids)
        .select(
            "finding_id",
            "entry_id",
            "reason",
            "explanation",
            "holder",
            *(pl.col(day).dt.to_string("iso:strict").alias(day) for day in _DAYS),
            "days_out_of_date",
            "confidence",
            "evidence",
        )
        .sort("finding_id")
    )


def _claim_ids(frame: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    return (
        frame.explode("rows")
        .join(statements.select(pl.col("row").alias("rows"), "claim_id"), on="rows")
        .group_by("place")
        .agg(pl.col("claim_id").unique().sort().str.join(";").alias("evidence"))
    )


def entries_table(
    standing: Standing,
    verdicts: pl.DataFrame,
    findings: pl.DataFrame,
    holders: pl.DataFrame,
    statements: pl.DataFrame,
    ids: pl.DataFrame,
    identities: Identities | None,
) -> pl.DataFrame:
    """One row per entry, in the roster's order; columns: see docs/architecture.md, Assessment.entries."""
    shown = statements.select(pl.col("row").alias("holder_row"), pl.col("shown").alias("other_holder"))
    holder = holders.join(shown, on="holder_row", how="left")
    told = (
        findings.filter(pl.col("entry").is_not_null())
        .group_by("entry", maintain_order=True)
        .agg(
            # What happened tells more than what was announced.
            pl.col("explanation").sort_by("announced", maintain_order=True).first(),
            pl.col("holder").drop_nulls().first().alias("finding_holder"),
            pl.col("rows").list.explode(empty_as_null=True, keep_nulls=True).unique().sort().alias("rows"),
        )
    )
    supporting = (
        standing.support.filter(pl.col("held_to").is_not_null() & ~pl.col("ended"))
        .sort("entry", "held_to", "claim_id", descending=[False, True, False])
        .group_by("entry", maintain_order=True)
        .agg(
            pl.col("row").unique().sort().alias("support_rows"),
            pl.col("publisher").first().alias("by"),
            pl.col("held_to").first().dt.to_string("%-d %B %Y").alias("last"),
        )
    )
    frame = (
        standing.entries.select(
            "entry",
            "claim_id",
            pl.col("person").alias("listed_person"),
            pl.col("post").alias("listed_post"),
            pl.col("organisation").alias("listed_organisation"),
            pl.col("source").alias("source_id"),
            "locator",
        )
        .join(ids, on="entry")
        .join(verdicts.drop("name", "supported_to"), on="entry")
        .join(told, on="entry", how="left")
        .join(holder.select("entry", "other_holder"), on="entry", how="left")
        .join(supporting, on="entry", how="left")
    )
    cited = _claim_ids(
        frame.select(pl.col("entry").alias("place"), pl.coalesce("rows", "support_rows").alias("rows")).filter(
            pl.col("rows").is_not_null()
        ),
        statements,
    ).rename({"place": "entry"})
    still = pl.col("verdict").is_in(["current", "leaving"])
    frame = frame.join(cited, on="entry", how="left").with_columns(
        pl.when(still)
        .then(pl.col("listed_person"))
        .when(pl.col("verdict") == "out_of_date")
        .then(pl.coalesce("other_holder", "finding_holder"))
        .alias("holder"),
        pl.coalesce(
            "explanation",
            pl.when(pl.col("verdict") == "current").then(
                pl.format(
                    "{} is confirmed in post as of {} by {}.",
                    "listed_person",
                    "last",
                    pl.coalesce("by", pl.lit("the evidence")),
                )
            ),
            pl.when(pl.col("last").is_not_null()).then(
                pl.format(
                    "The latest evidence for {} is of {} ({}), too old to say.",
                    "listed_person",
                    "last",
                    pl.coalesce("by", pl.lit("the evidence")),
                )
            ),
            pl.lit("No evidence speaks of this entry."),
        ).alias("explanation"),
        pl.col("reasons").list.join(";").alias("reasons"),
    )
    frame = _with_entry_ids(frame, identities)
    return (
        frame.with_columns(pl.col("locator").str.extract(r"(\d+)").cast(pl.Int64).alias("_place"))
        .sort("_place", "locator", "claim_id", nulls_last=True)
        .select(
            "entry_id",
            "listed_person",
            "listed_post",
            "listed_organisation",
            "verdict",
            pl.when(pl.col("reasons") != "").then(pl.col("reasons")).alias("reasons"),
            "holder",
            *(pl.col(day).dt.to_string("iso:strict").alias(day) for day in _DAYS),
            "days_out_of_date",
            "confidence",
            "explanation",
            "person_id",
            "post_id",
            "organisation_id",
            "source_id",
            "claim_id",
            "evidence",
        )
    )


def _with_entry_ids(frame: pl.DataFrame, identities: Identities | None) -> pl.DataFrame:
    columns = ("person_id", "post_id", "organisation_id")
    if identities is None:
        return frame.with_columns(*(pl.lit(None, dtype=pl.String).alias(name) for name in columns))
    return frame.join(identities.mentions.rename({"row": "entry"}), on="entry", how="left")


def matches_table(links: Links, statements: pl.DataFrame) -> pl.DataFrame:
    """left_claim, right_claim, kind, relation, score, reason: why an entry and a statement were joined."""
    claim = statements.select("row", "claim_id")
    persons = links.persons.select(
        "entry",
        "row",
        pl.format("person by {}", "tie").alias("kind"),
        pl.col("name_relation").alias("relation"),
        "score",
        "reason",
    )
    posts = links.posts.select(
        "entry", "row", pl.lit("post").alias("kind"), pl.col("post_relation").alias("relation"), "score", "reason"
    )
    return (
        pl.concat([persons, posts])
        .join(claim.rename({"row": "entry", "claim_id": "left_claim"}), on="entry")
        .join(claim.rename({"claim_id": "right_claim"}), on="row")
        .select("left_claim", "right_claim", "kind", "relation", "score", "reason")
        .sort("left_claim", "right_claim", "kind", "relation")
    )
