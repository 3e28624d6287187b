"""The rules: for each reason of the design's table, which statements make it fire for which entries.

A rule reads `Standing` and returns grounds: one row per entry, reason and statement that speaks for it, with the
days between which the entry became wrong. Weighing and wording come later (weighing.py, sentences.py), so a rule says
only what contradicts what. Rules that read whole lists are in lists.py, those about spelling in spelling.py.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

#: Columns of grounds. `subject`: tells apart findings of one reason that concern no entry; null else. `since_lo`,
#: `since_hi`: the days between which it became so; `exact`: they come from a stated date, not from the day of a list;
#: `weak`: this ground alone is never more than `possible`; `announced`: no more than `probable`, since what was
#: announced need not have happened.
GROUNDS: dict[str, pl.DataType] = {
    "entry": pl.UInt32(),
    "reason": pl.String(),
    "subject": pl.UInt32(),
    "row": pl.UInt32(),
    "since_lo": pl.Date(),
    "since_hi": pl.Date(),
    "exact": pl.Boolean(),
    "weak": pl.Boolean(),
    "announced": pl.Boolean(),
}

#: Two sources that differ by no more than this many days differ about a handover, not about who holds the post:
#: sources of 2012 disagree by three weeks on Cunliffe's first day, and lists lag an event by a month.
HANDOVER_DAYS = 31


@dataclass(frozen=True)
class Standing:
    """What the evidence says of each entry, before any rule.

    `entries`: statements of the roster, with `entry` for `row`, and `supported_to` (the last day on which evidence puts
    the person in the post; null when none does), `supported_surely` (the same, where a vague date does not stretch it),
    `supported_from` (a stated beginning), `single` (one seat).
    `support`, `other`: person statements with their links: the person in this post, in another one.
    `holders`: statements that put somebody else in the entry's post. `posts`: statements on the post itself (vacant,
    abolished, renamed, withheld). All carry the statement's columns.
    """

    as_of: dt.date
    oldest: dt.date
    entries: pl.DataFrame
    support: pl.DataFrame
    other: pl.DataFrame
    holders: pl.DataFrame
    posts: pl.DataFrame
    dropped: pl.DataFrame


def grounds(
    frame: pl.DataFrame,
    reason: str | pl.Expr,
    *,
    lo: pl.Expr,
    hi: pl.Expr,
    exact: pl.Expr | None = None,
    weak: pl.Expr | None = None,
    announced: pl.Expr | None = None,
    subject: pl.Expr | None = None,
) -> pl.DataFrame:
    """`frame` (columns entry, row, ...) as GROUNDS."""
    false = pl.lit(False)
    return frame.select(
        pl.col("entry").cast(pl.UInt32),
        (pl.lit(reason) if isinstance(reason, str) else reason).alias("reason"),
        (pl.lit(None) if subject is None else subject).cast(pl.UInt32).alias("subject"),
        pl.col("row").cast(pl.UInt32),
        lo.cast(pl.Date).alias("since_lo"),
        hi.cast(pl.Date).alias("since_hi"),
        (false if exact is None else exact).fill_null(False).alias("exact"),
        (false if weak is None else weak).fill_null(False).alias("weak"),
        (false if announced is None else announced).fill_null(False).alias("announced"),
    )


def _later(day: pl.Expr) -> pl.Expr:
    """That `day` is after the last day on which evidence supports the entry (or nothing supports it)."""
    return pl.col("supported_to").is_null() | (day > pl.col("supported_to"))


def _recent(standing: Standing) -> pl.Expr:
    """For an entry that nothing supports, an old statement says nothing: the list may be the newer of the two."""
    return pl.col("supported_to").is_not_null() | (pl.col("held_to") >= standing.oldest) | pl.col("dated")


def ended(standing: Standing) -> pl.DataFrame:
    """`left`, `retired`, `died`: evidence ends the appointment, and nothing puts the person there afterwards.

    An end without a date ("former") had come by the day on which it was said.
    """
    note = pl.col("status_note").fill_null("").str.to_lowercase()
    said = standing.support.filter(
        pl.col("event").is_in(["holds", "starts", "ends", "announced_end", "dies"])
        # One source dates the end, another says what it is.
    ).with_columns(retiring=note.str.contains(r"\bretir").any().over("entry"))
    died = pl.col("event") == "dies"
    over_by = (pl.col("event") == "ends") & pl.all_horizontal(pl.col("end_hi", "start_hi").is_null())
    over = said.filter(died | pl.col("ended") | over_by).with_columns(
        pl.when(~over_by).then(pl.coalesce("end_lo", "start_lo", "at")).alias("lo"),
        pl.coalesce("end_hi", "start_hi", "at", "stated").alias("hi"),
        (~over_by).alias("exact"),
    )
    # A list that still names somebody some days after the stated end lags; one that does so a month later contradicts.
    over = over.filter(
        pl.col("supported_to").is_null()
        | (pl.col("supported_to") <= pl.col("hi") + pl.duration(days=HANDOVER_DAYS))
        | died
    )
    # An end before a stated, later beginning ended an earlier spell in the same post.
    over = over.filter(pl.col("supported_from").is_null() | (pl.col("supported_from") <= pl.col("hi")) | died)
    reason = (
        pl.when(died | note.str.contains(r"\b(died|death|deceased)\b"))
        .then(pl.lit("died"))
        .when("retiring")
        .then(pl.lit("retired"))
        .otherwise(pl.lit("left"))
    )
    dated = grounds(
        over,
        reason,
        lo=pl.col("lo"),
        hi=pl.col("hi"),
        exact=pl.col("exact"),
        announced=pl.col("event") == "announced_end",
    )
    words = said.filter(note.str.contains(r"\bretir") & ~pl.col("ended")).join(over, on="entry", how="semi")
    none = pl.lit(None, dtype=pl.Date)
    return pl.concat([dated, grounds(words, "retired", lo=none, hi=none, announced=pl.lit(True))])


def replaced(standing: Standing) -> pl.DataFrame:
    """`replaced`, `acting_holder`: somebody else holds this single-seat post from a date after the entry's.

    Grounds in which sources disagree (both hold it, as of about the same day) come out as `disputed`.
    """
    held = standing.holders.filter(pl.col("single") & pl.col("held_to").is_not_null())
    predecessor = (pl.col("dated") & (pl.col("held_from_hi") <= pl.col("supported_from"))).fill_null(False) | (
        pl.col("ended") & (pl.col("supported_to").is_null() | (pl.col("end_hi") <= pl.col("supported_to")))
    )
    held = held.filter(~predecessor)
    began_later = (pl.col("dated") & (pl.col("held_from_lo") > pl.col("supported_from"))).fill_null(False)
    began_after_support = (pl.col("dated") & (pl.col("held_from_lo") > pl.col("supported_to"))).fill_null(False)
    after = (
        (_later(pl.col("held_to")) & ~pl.col("ended"))
        | began_after_support
        | (began_later & (pl.col("held_to") >= pl.col("supported_to")))
    )
    # The entry's own end is evidence too: whoever holds the post afterwards has replaced the person listed.
    close = (
        (pl.col("held_to") + pl.duration(days=HANDOVER_DAYS) >= pl.col("supported_to")) & ~pl.col("ended")
    ).fill_null(False)
    stated = held.with_columns(after.alias("after"), close.alias("close")).filter(_recent(standing))
    acting = pl.col("acting").fill_null(False)
    taken = stated.filter("after")
    equal = stated.filter(~pl.col("after") & pl.col("close") & ~acting)
    lo = pl.when(pl.col("dated")).then(pl.col("held_from_lo")).otherwise(pl.col("supported_surely"))
    hi = pl.when(pl.col("dated")).then(pl.col("held_from_hi")).otherwise(pl.col("at"))
    hi = pl.coalesce(hi, pl.col("held_from_hi"), pl.col("held_to"))
    return pl.concat(
        [
            grounds(
                taken,
                pl.when(acting).then(pl.lit("acting_holder")).otherwise(pl.lit("replaced")),
                lo=lo,
                hi=hi,
                exact=pl.col("dated"),
                announced=pl.col("event") == "announced_start",
            ),
            grounds(equal, "disputed", lo=lo, hi=hi, exact=pl.col("dated")),
        ]
    )


def moved(standing: Standing, ends: pl.DataFrame, successions: pl.DataFrame) -> pl.DataFrame:
    """`moved`: evidence puts the person in another post, and no longer in this one.

    "No longer" needs more than a later mention elsewhere, since one person can hold two posts: an end, a successor, a
    list of the same publisher that has dropped the person, or the other post being in the same body. Where nothing
    at all puts the person in the listed post, the other post is enough, unless only a common name joins the two.
    """
    there = standing.other.filter(pl.col("held_to").is_not_null() & ~pl.col("ended"))
    gone = (
        pl.concat(
            [
                ends.select("entry"),
                successions.filter(pl.col("reason").is_in(["replaced", "acting_holder"])).select("entry"),
                standing.dropped.select("entry"),
            ]
        )
        .unique()
        .with_columns(pl.lit(True).alias("gone"))
    )
    there = there.join(gone, on="entry", how="left").with_columns(pl.col("gone").fill_null(False))
    by_name = pl.col("tie") == "name"
    unsupported = pl.col("supported_to").is_null()
    after = _later(pl.col("held_to"))
    elsewhere = (
        (unsupported & ~by_name)
        | (unsupported & pl.col("ranked") & (pl.col("distinctive") | pl.col("covered")) & ~pl.col("elsewhere"))
        | (unsupported & pl.col("ranked") & pl.col("covered") & pl.col("elsewhere"))
        | (~unsupported & pl.col("gone"))
        | (~unsupported & ~by_name & pl.col("office").is_in(["other", "reworded"]))
    )
    found = there.filter(after & elsewhere & _recent(standing))
    lo = pl.when(pl.col("dated")).then(pl.col("held_from_lo")).otherwise(pl.col("supported_surely"))
    hi = pl.when(pl.col("dated")).then(pl.col("held_from_hi")).otherwise(pl.coalesce("at", "held_to"))
    return grounds(
        found,
        "moved",
        lo=lo,
        hi=hi,
        exact=pl.col("dated"),
        weak=by_name & unsupported & ~pl.col("gone"),
        announced=pl.col("event") == "announced_start",
    )


def announced(standing: Standing, stale_days: int) -> pl.DataFrame:
    """`announced_departure`, `announced_successor`, `not_yet_started`: stated, and in the future of as_of."""
    day = pl.lit(standing.as_of, dtype=pl.Date)
    fresh = pl.coalesce("stated", "at", day) >= day - pl.duration(days=stale_days)
    ending = standing.support.filter(
        pl.col("event").is_in(["announced_end", "ends", "holds"])
        & ~pl.col("ended")
        & ((pl.col("end_hi") > day) | (pl.col("end_hi").is_null() & (pl.col("event") == "announced_end") & fresh))
        # A term that ends some day is not a departure: only what is near, or was announced as such.
        & ((pl.col("event") != "holds") | (pl.col("end_hi") <= day + pl.duration(days=stale_days)))
    )
    coming = standing.holders.filter(
        pl.col("single")
        & (pl.col("event").is_in(["announced_start", "starts", "holds"]))
        & pl.col("held_to").is_null()
        & ((pl.col("start_hi") > day) | (pl.col("start_hi").is_null() & fresh))
        & (
            pl.col("supported_to").is_null()
            | (pl.coalesce("stated", day) + pl.duration(days=stale_days) >= pl.col("supported_to"))
        )
    )
    early = standing.support.filter(
        pl.col("supported_to").is_null()
        & pl.col("event").is_in(["announced_start", "starts", "holds"])
        & (pl.col("start_lo") > day)
    )
    none = pl.lit(None, dtype=pl.Date)
    return pl.concat(
        [
            grounds(
                ending,
                "announced_departure",
                lo=pl.col("end_lo"),
                hi=pl.col("end_hi"),
                exact=pl.col("end_lo").is_not_null(),
                announced=pl.lit(True),
            ),
            grounds(
                coming,
                "announced_successor",
                lo=pl.col("start_lo"),
                hi=pl.col("start_hi"),
                exact=pl.col("start_lo").is_not_null(),
                announced=pl.lit(True),
            ),
            grounds(early, "not_yet_started", lo=none, hi=none),
        ]
    )


def office_changed(standing: Standing) -> pl.DataFrame:
    """`post_renamed`, `post_abolished`, `organisation_renamed`, `vacant`: the office itself changed."""
    on_post = standing.posts.filter(_later(pl.coalesce("start_hi", "end_hi", "at", "stated")))
    begun = pl.coalesce("start_lo", "end_lo", "at", "stated") <= pl.lit(standing.as_of, dtype=pl.Date)
    said = on_post.filter(begun & pl.col("event").is_in(["abolished", "renamed", "vacant"]))
    said = said.filter((pl.col("event") != "vacant") | pl.col("single"))
    # A later holder fills a vacancy.
    filled = (
        standing.holders.filter(pl.col("held_to").is_not_null())
        .group_by("entry")
        .agg(pl.col("held_to").max().alias("filled_to"))
    )
    said = said.join(filled, on="entry", how="left").filter(
        (pl.col("event") != "vacant")
        | pl.col("filled_to").is_null()
        | (pl.coalesce("at", "start_hi", "stated") > pl.col("filled_to"))
    )
    # A statement that names no post is about the body itself.
    reason = (
        pl.when((pl.col("event") == "renamed") & pl.col("other_office").is_null())
        .then(pl.lit("organisation_renamed"))
        .otherwise(
            pl.col("event").replace_strict(
                {"abolished": "post_abolished", "renamed": "post_renamed", "vacant": "vacant"}, return_dtype=pl.String
            )
        )
    )
    lo, hi = pl.coalesce("start_lo", "end_lo", "supported_surely"), pl.coalesce("start_hi", "end_hi", "at", "stated")
    stated = grounds(
        said, reason, lo=lo, hi=hi, exact=pl.col("start_lo").is_not_null() | pl.col("end_lo").is_not_null()
    )
    # The same person at the same desk under other words.
    still = standing.support.filter(pl.col("held_to").is_not_null() & ~pl.col("ended"))
    newest = still.filter(pl.col("held_to") == pl.col("held_to").max().over("entry"))
    none = pl.lit(None, dtype=pl.Date)
    words = newest.filter((pl.col("post_relation") == "renamed") | (pl.col("office") == "reworded"))
    bodies = newest.filter(pl.col("body_relation") == "renamed")
    return pl.concat(
        [
            stated,
            grounds(
                words,
                "post_renamed",
                lo=none,
                hi=pl.coalesce("held_from_hi", "held_to"),
                weak=pl.col("office") == "reworded",
            ),
            grounds(bodies, "organisation_renamed", lo=none, hi=pl.coalesce("held_from_hi", "held_to")),
        ]
    )
