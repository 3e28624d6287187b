"""Claims made comparable: what each one says, on which days, after curation and with its name's kind.

Everything later (links, rules, appointments) reads statements, never raw claims.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import polars as pl

from incumbent import edtf
from incumbent.names import parse_names
from incumbent.organisations import parse_organisations
from incumbent.titles import Reading, parse_titles, read_titles

#: Events by which a source says that somebody held the post at some time.
HOLDING = ("holds", "starts")

#: Names that differ in none of these (but in honorifics, letters, case or a remark) are compared once.
_SPELT = (
    pl.col("kind"),
    pl.col("given").list.join(" "),
    pl.col("surname"),
    pl.col("suffix"),
    pl.col("nicknames").list.join(" "),
    pl.col("orders").list.eval(pl.element().struct.json_encode()).list.join(" "),
)

#: More people than this in one post of one list are no handover.
CROWD = 5

_NAMES = Path(__file__).resolve().parent.parent / "data" / "names"


def prepare(claims: pl.DataFrame, as_of: dt.date, posts: pl.DataFrame) -> tuple[pl.DataFrame, Reading]:
    """Statements from claims known by `as_of`, in an order of their own (`row`, u32).

    Adds to the claims' columns, in this order of steps:
    what is meant: `office`, `body` (the post and organisation after the curated decisions in `posts`: listed_post,
    listed_organisation -> post, organisation, seats), `curated_seats`;
    how it reads: `name` (null unless a person is named), `name_kind`, `name_key`, `shown`, `given`, `surname`,
    `honorifics`, `distinctive`;
    `office_key`, `office_name`, `rank`, `exact`, `seats`; `body_key`, `body_core`, `body_name`;
    when: `start_lo`, `start_hi`, `end_lo`, `end_hi`, `at`, `stated`, `still` (days; `still`: the last on which it said
    the same), `held_from_lo`, `held_from_hi`, `held_to`, `held_surely_to` (the days on which the claim says that the
    post was held), `dated` (the beginning is stated, not merely the day somebody was seen in post), `ended`.
    """
    frame = claims.sort("claim_id").with_row_index("row")
    frame = _with_curated_posts(frame, posts)
    reading = read_titles(titled(frame))
    frame = _with_readings(frame, reading)
    frame = frame.with_columns(
        pl.when(pl.col("name_kind") == "person").then(pl.col("person")).alias("name"),
        # A source's own word for "nobody" or "not telling" is an event, whatever column it stood in.
        pl.when((pl.col("name_kind") == "vacant") & pl.col("event").is_in(HOLDING))
        .then(pl.lit("vacant"))
        .when(pl.col("name_kind").is_in(["withheld", "body"]) & pl.col("event").is_in(HOLDING))
        .then(pl.lit("withheld"))
        .otherwise(pl.col("event"))
        .alias("event"),
        (pl.col("acting") | pl.col("acting_title").fill_null(False)).alias("acting"),
    ).drop("acting_title")
    return _with_days(frame, as_of).sort("row"), reading


def said_once(evidence: pl.DataFrame) -> pl.DataFrame:
    """The statements without those that only repeat another one of the same source, word for word."""
    place = ("row", "claim_id", "locator", "snapshot", "quote", "seen_at")
    said = [name for name in evidence.columns if name not in place and evidence.schema[name] != pl.List(pl.String)]
    return evidence.sort("row").unique(said, keep="first", maintain_order=True)


def with_seats(entries: pl.DataFrame) -> pl.DataFrame:
    """The roster's statements with `seats` as curation has it, else the title; a post for which the list itself has
    more than CROWD people has many, whatever it is called."""
    crowd = pl.col("name_key").n_unique().over("office_key", "body_key") > CROWD
    read = pl.when(crowd).then(pl.lit("many")).otherwise(pl.col("seats"))
    return entries.with_columns(pl.coalesce("curated_seats", read).fill_null("many").alias("seats"))


def titled(frame: pl.DataFrame) -> pl.DataFrame:
    """post, organisation: the distinct titles of statements, at which body."""
    titles = frame.filter(pl.col("office").is_not_null())
    columns = pl.col("office").alias("post"), pl.col("body").alias("organisation")
    return titles.select(*columns).unique().sort("post", "organisation")


def _with_readings(frame: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """Each distinct name, title and organisation is read once; everything later uses these columns."""
    names = parse_names(frame.get_column("person").drop_nulls().unique().sort()).select(
        pl.col("name").alias("person"),
        pl.col("kind").alias("name_kind"),
        pl.col("display").alias("shown"),
        pl.col("name").min().over(_SPELT).alias("name_key"),
        "given",
        "surname",
        "honorifics",
        _distinctive().alias("distinctive"),
    )
    bodies = parse_organisations(frame.get_column("body").drop_nulls().unique().sort()).select(
        pl.col("name").alias("body"),
        pl.col("key").alias("body_key"),
        pl.col("core").alias("body_core"),
        pl.col("display").alias("body_name"),
    )
    offices = parse_titles(titled(frame), reading).select(
        pl.col("post").alias("office"),
        pl.col("organisation").alias("body"),
        pl.col("key").alias("office_key"),
        pl.col("display").alias("office_name"),
        "rank",
        "exact",
        "seats",
        pl.col("acting").alias("acting_title"),
    )
    return (
        frame.join(names, on="person", how="left")
        .join(offices, on=["office", "body"], how="left", nulls_equal=True)
        .join(bodies, on="body", how="left")
        .with_columns(pl.col("name_kind").fill_null("empty"))
    )


def _distinctive() -> pl.Expr:
    """Whether a name is not made of a frequent given name and a frequent surname: those join nobody by themselves."""
    given = pl.col("given").list.first().is_in(sorted(_frequent("given")))
    surname = pl.col("surname").is_in(sorted(_frequent("surnames")))
    return (~(given & surname)).fill_null(False)


@cache
def _frequent(kind: str) -> frozenset[str]:
    lines = (_NAMES / f"common_{kind}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _with_curated_posts(frame: pl.DataFrame, posts: pl.DataFrame) -> pl.DataFrame:
    decisions = posts.select(
        _folded("listed_post").alias("_post"),
        _folded("listed_organisation").alias("_organisation"),
        pl.col("post").alias("_office"),
        pl.col("organisation").alias("_body"),
        pl.col("seats").cast(pl.String).alias("curated_seats"),
    ).unique(["_post", "_organisation"], keep="first", maintain_order=True)
    return (
        frame.with_columns(_folded("post").alias("_post"), _folded("organisation").alias("_organisation"))
        .join(decisions, on=["_post", "_organisation"], how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("_office", "post").alias("office"),
            pl.coalesce("_body", "organisation").alias("body"),
        )
        .drop("_post", "_organisation", "_office", "_body")
    )


def _folded(column: str) -> pl.Expr:
    return pl.col(column).fill_null("").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def _with_days(frame: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    frame = frame.with_columns(
        edtf.first_day("start").alias("start_lo"),
        edtf.last_day("start").alias("start_hi"),
        edtf.first_day("end").alias("end_lo"),
        edtf.last_day("end").alias("end_hi"),
        edtf.last_day("as_at").alias("at"),
        pl.coalesce(edtf.last_day("stated_at"), edtf.last_day("seen_at")).alias("stated"),
    )
    # A list that states its own reference date says nothing new by staying where it is.
    own_date = (pl.col("at") != pl.col("stated")).fill_null(False)
    frame = frame.with_columns(pl.when(~own_date).then(edtf.last_day("still_at")).alias("still"))
    # What is said in the past tense had happened when it was said: "began in 2012", said in March, means by March.
    past = pl.col("event").is_in([*HOLDING, "ends"])
    frame = frame.with_columns(
        *(
            pl.when(past & (pl.col(f"{side}_lo") <= pl.col("stated")) & (pl.col("stated") < pl.col(f"{side}_hi")))
            .then(pl.col("stated"))
            .otherwise(pl.col(f"{side}_hi"))
            .alias(f"{side}_hi")
            for side in ("start", "end")
        )
    )
    day = pl.lit(as_of, dtype=pl.Date)
    not_future = pl.col("start_lo").is_null() | (pl.col("start_lo") <= day)
    begun = (pl.col("event").is_in(HOLDING) & not_future) | (
        (pl.col("event") == "announced_start") & (pl.col("start_hi") <= day)
    )
    ended = pl.col("end_hi") <= day
    seen = (
        pl.when(pl.col("event") == "holds")
        .then(pl.coalesce("still", "at", "stated", day))
        .otherwise(pl.coalesce("at", "start_hi", "stated"))
    )
    return frame.with_columns(
        pl.when(begun).then(pl.coalesce("start_lo", "at", "stated", day)).alias("held_from_lo"),
        pl.when(begun).then(pl.coalesce("start_hi", "at", "stated", day)).alias("held_from_hi"),
        pl.when(begun & ended).then(pl.col("end_lo")).when(begun).then(pl.min_horizontal(seen, day)).alias("held_to"),
        # Who began in 2011 was there on some day of 2011; only the first is sure not to be after the end.
        pl.when(begun & ended)
        .then(pl.col("end_lo"))
        .when(begun & pl.col("at").is_null() & (pl.col("event") != "holds"))
        .then(pl.col("start_lo"))
        .when(begun)
        .then(pl.min_horizontal(seen, day))
        .alias("held_surely_to"),
        (begun & pl.col("start_lo").is_not_null()).alias("dated"),
        ended.fill_null(False).alias("ended"),
    )
