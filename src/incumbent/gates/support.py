"""What the evidence says of the entries of a list: of those that changed, of all of them, and of the sources' age."""

from __future__ import annotations

import polars as pl

#: Verdicts of an entry that evidence stands behind.
_SUPPORTED = ("current", "leaving")
#: Verdicts of an entry that the list was expected to drop.
_EXPECTED_TO_GO = ("out_of_date", "leaving")
#: Reasons for which a post goes from a list together with its holder, or may.
_GONE_FOR_GOOD = r"(^|;)(left|retired|died|vacant|post_abolished)(;|$)"
_UNUSED = ("carried_forward", "quarantined", "failed")


def explained(changed: pl.DataFrame, appointments: pl.DataFrame) -> pl.DataFrame:
    """`changed` (entries.difference) with `explained`: whether evidence, and not the list alone, says the same.

    Who appeared or moved is explained by a verdict that the new entry is right, but for who stood on the list already
    and now does once more; who vanished by one that the old entry was wrong or would be, by an end in `appointments`,
    or by a successor who is explained. A post that goes together with its holder is not explained by a successor:
    somebody else should stand there.
    """
    listed_before = changed.get_column("person_id_before").drop_nulls().unique()
    once_more = (pl.col("kind") == "appeared") & pl.col("person_id").is_in(listed_before.implode())
    supported = pl.col("verdict").is_in(_SUPPORTED).fill_null(False) & ~once_more.fill_null(False)
    listed = changed.filter(pl.col("kind") != "vanished").drop_nulls("post_id")
    followed = listed.group_by(post_id_before="post_id").agg(followed=pl.lit(True), succeeded=supported.any())
    ends = (
        appointments.drop_nulls(["person_id", "post_id", "end_latest"])
        .select(person_id_before="person_id", post_id_before="post_id", ended=pl.lit(True))
        .unique()
    )
    expected = pl.col("verdict_before").is_in(_EXPECTED_TO_GO) | pl.col("ended") | pl.col("succeeded")
    post_goes_too = pl.col("reasons_before").str.contains(_GONE_FOR_GOOD) | pl.col("ended")
    vanished = expected.fill_null(False) & (pl.col("followed") | post_goes_too).fill_null(False)
    return (
        changed.join(followed, on="post_id_before", how="left", maintain_order="left")
        .join(ends, on=["person_id_before", "post_id_before"], how="left", maintain_order="left")
        .with_columns(explained=pl.when(pl.col("kind") == "vanished").then(vanished).otherwise(supported))
        .drop("followed", "succeeded", "ended")
    )


def unverified_percent(roster: pl.DataFrame) -> float | None:
    """The share of the entries of a table `roster` that are unverified, in per cent; None of an empty one."""
    if roster.is_empty():
        return None
    return 100 * int((roster.get_column("verdict") == "unverified").sum()) / roster.height


def lost_evidence(changed: pl.DataFrame) -> pl.DataFrame:
    """The rows of `changed` whose entry is unverified now and was not before."""
    now, before = pl.col("verdict") == "unverified", pl.col("verdict_before") != "unverified"
    return changed.filter((now & before).fill_null(False))


def ages(read: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """One row per source that is not simply fresh: source_id, required, max_age_days, state, age_days (the greatest;
    null: it is not carried forward), pages (how many, in that state or a worse one), reason (of one of them).

    `read`: columns of sources.reading.SOURCES. `asked`: source_id, required, max_age_days. A page of which an earlier
    state is carried forward counts as that; only what nothing stands in for is quarantined or failed.
    """
    worst = pl.col("state").replace_strict(_UNUSED, range(len(_UNUSED)), default=None, return_dtype=pl.Int8)
    return (
        read.filter(pl.col("state").is_in(_UNUSED))
        .with_columns(_rank=worst)
        .sort("source_id", "_rank", "age_days", "reason", descending=[False, True, True, False], nulls_last=True)
        .group_by("source_id", maintain_order=True)
        .agg(pl.col("state").first(), pl.col("age_days").max(), pages=pl.len(), reason=pl.col("reason").first())
        .join(asked, on="source_id", how="left", maintain_order="left")
        .with_columns(pl.col("required").fill_null(False))
        .sort("source_id")
    )
