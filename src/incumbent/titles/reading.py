"""Titles -> the offices they name. One title may name several; each is a part.

A title is folded, its phrases replaced by tokens (`#12` an office, `@34` a body), cut at its commas and ands, and each
piece that has an office of its own becomes a part: the office, what modifies it, the words of its area, its body.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from incumbent.organisations import folding, parse_organisations
from incumbent.organisations.registry import registry
from incumbent.titles.congress import congress_seats
from incumbent.titles.offices import CORRECTED_LENGTH, offices, phrases
from incumbent.titles.parts import JOINS, PARTS, finished_parts, gathered

#: UK organograms put a profession before some titles: "Policy Delivery.Director General".
_CATEGORY = r"^\s*[A-Za-z][A-Za-z &/-]{4,40}\.([A-Z][a-z])"


class Reading(NamedTuple):
    """titles: row, post, organisation, acting, text. parts: the columns PARTS. A title that says nothing has none."""

    titles: pl.DataFrame
    parts: pl.DataFrame


def read_titles(titles: pl.DataFrame) -> Reading:
    """The distinct rows of `titles` (columns post, organisation), read.

    The most costly step of parse_titles, compare_titles and title_blocking_keys, which all take a Reading that has
    their titles, so that one reading serves the three.
    """
    distinct = titles.select(pl.col("post", "organisation").cast(pl.String)).unique().sort("post", "organisation")
    distinct = distinct.with_row_index("row")
    bodies = parse_organisations(distinct["organisation"]).select(
        pl.col("name").alias("organisation"),
        pl.col("key", "core", "country", "stated", "display").name.prefix("org_"),
    )
    posts = distinct.select(pl.col("post").unique().sort()).drop_nulls()
    posts = posts.with_columns(text=_prepared(posts["post"]))
    posts = _without_acting(posts)
    frame = distinct.join(posts, on="post", how="left", maintain_order="left").join(
        bodies, on="organisation", how="left", maintain_order="left"
    )
    frame = frame.with_columns(pl.col("text").fill_null(""), pl.col("acting").fill_null(value=False))
    seats = _congress(frame)
    parts = _read(frame.join(seats, on="row", how="anti").select("row", "text", pl.col("^org_.*$")))
    seats = seats.join(frame.select("row", pl.col("^org_.*$")), on="row", how="left")
    seats = seats.with_columns(moved=pl.lit(value=False), grade=pl.lit(None, pl.Int64())).select(*PARTS)
    everything = pl.concat([parts.select(*PARTS), seats]).sort("row", "part")
    return Reading(frame.select("row", "post", "organisation", "acting", "text"), everything)


def _read(frame: pl.DataFrame) -> pl.DataFrame:
    """The parts (columns PARTS) of titles: row, text, org_….

    Each text is cut up once, however many bodies have such a post; only one that names a body is read for each.
    """
    texts = frame.select("text").unique().sort("text").rename({"text": "words"}).with_row_index("row")
    tokens = _tokens(_tokenised(texts))
    naming = tokens.filter(pl.col("token").str.starts_with("@")).select("row").unique()
    rows = (
        frame.select(pl.col("row").alias("title"), pl.col("text").alias("words")).join(texts, on="words").drop("words")
    )
    plain = gathered(tokens.join(naming, on="row", how="anti")).join(rows, on="row").drop("row")
    there = tokens.join(naming, on="row", how="semi").join(rows, on="row").drop("row")
    placed, bodies = _place(there.rename({"title": "row"}), frame)
    columns = ("row", "part", "office", "modifier", "area", "apposed")
    parts = pl.concat([plain.rename({"title": "row"}).select(columns), gathered(placed).select(columns)])
    return finished_parts(parts, bodies, frame)


def _prepared(posts: pl.Series) -> pl.Series:
    """Folded, spelt out, office words with a typing error corrected, short titles of ministers written out."""
    text = folding.replace_phrases(
        folding.fold(posts.str.replace(_CATEGORY, "${1}")), phrases("words", "word", "means")
    )
    text = _corrected(text)
    return folding.replace_phrases(text, phrases("portfolios", "said", "means"))


def _corrected(texts: pl.Series) -> pl.Series:
    """`Permanet Secretry` -> `permanent secretary`: an unknown word one error away from one office word only."""
    known = registry().vocabulary | offices().words
    unknown = (
        pl.DataFrame({"word": texts})
        .select(pl.col("word").str.split(" ").explode().unique())
        .filter(
            (pl.col("word").str.len_chars() >= CORRECTED_LENGTH)
            & (pl.col("word").str.len_chars() <= 30)
            & ~pl.col("word").is_in(sorted(known))
            & ~pl.col("word").str.strip_suffix("s").is_in(sorted(known))
        )
        .with_columns(near=folding.near_keys(pl.concat_list("word")))
        .explode("near")
    )
    pairs = unknown.join(offices().near, on="near").select("word", "right").unique().sort("word", "right")
    # A wrong first letter is rare, and makes other words: resident, president.
    wrong = [word[0] == right[0] and folding.is_typo(word, right, known) for word, right in pairs.iter_rows()]
    sure = pairs.filter(pl.Series(wrong, dtype=pl.Boolean)).filter(pl.len().over("word") == 1)
    return folding.replace_phrases(texts, dict(sure.iter_rows()))


def _without_acting(posts: pl.DataFrame) -> pl.DataFrame:
    """`posts` with acting, and the text without the words for it unless nothing would be left."""
    bare = folding.replace_phrases(posts["text"], phrases("acting", "phrase"))
    bare = pl.Series(bare.str.replace_all(r"(?:; *)+", "; ").str.strip_chars(" ;"))
    # "Temporary Position" is what some lists call a post without a title: nobody acts in it.
    acts = (bare != posts["text"]) & (bare != "") & ~bare.is_in(["position", "post", "pool", "role"])
    return posts.with_columns(text=bare.zip_with(acts, posts["text"]), acting=acts)


def _congress(frame: pl.DataFrame) -> pl.DataFrame:
    chambers = {"united states senate": "senate", "united states house of representatives": "house"}
    sure = pl.col("org_stated") | ~pl.col("org_key").is_in(list(chambers))
    asked = frame.select(
        pl.col("row").alias("title"),
        "text",
        country=pl.when(sure).then("org_country"),
        chamber=pl.col("org_key").replace_strict(chambers, default=None, return_dtype=pl.String),
    )
    same = ["text", "country", "chamber"]
    distinct = asked.select(same).unique().sort(same).with_row_index("row")
    seats = congress_seats(distinct).join(distinct, on="row").drop("row")
    seats = seats.join(asked, on=same, nulls_equal=True).rename({"title": "row"}).drop(same)
    senator, representative = offices().id("united states senator"), offices().id("united states representative")
    return seats.with_columns(
        part=pl.lit(1, pl.Int64),
        office=pl.when("senator").then(senator).otherwise(representative).cast(pl.Int64),
        modifier=pl.lit("", pl.String),
    )


def _tokenised(frame: pl.DataFrame) -> pl.DataFrame:
    """row, tokens of the texts (row, words): `#` an office, `@` a body, `^` a modifier; no office after "of"."""
    known = offices()
    text = folding.replace_phrases(frame["words"], known.tokens)
    envoys = rf"#(?:{'|'.join(map(str, known.ids('envoy')))})\b"
    abroad = text.str.contains(envoys)
    text = folding.replace_phrases(text, phrases("places", "place", "means")).zip_with(abroad, text)
    modifiers: dict[str, list[str]] = {}
    for word, means in phrases("modifiers", "word", "means").items():
        modifiers.setdefault(means, []).append(word)
    for _ in range(2):  # "former deputy chief executive"
        for means, words in sorted(modifiers.items()):
            token = f" ^{means}" if means else ""
            text = text.str.replace_all(rf"\b(?:{'|'.join(words)}) #([0-9]+)", f"#${{1}}{token}")
    after = "|".join(modifiers["elect"])
    text = text.str.replace_all(rf"#([0-9]+) (?:; )?(?:{after})\b", "#${1} ^elect")
    text = text.str.replace_all(r"\b(to|of|for|from|at|in|by|under)( the| a| his| her)? #([0-9]+)", "${1} ~${3}")
    head, grades = known.id("head"), "|".join(map(str, known.ids("grade")))
    # "Director General, Head of X" is the Director General of X.
    text = text.str.replace_all(rf"#({grades}) ; #{head}\b", "#${1} ")
    return frame.select("row", tokens=text)


def _tokens(frame: pl.DataFrame) -> pl.DataFrame:
    """row, at, token, part: each word of each text, and the part of it that the word belongs to.

    A part begins with the piece (between commas and ands) in which an office stands, or at an office that follows
    another in the same piece; words before the first office belong to it.
    """
    words = (
        frame.select("row", token=pl.col("tokens").str.split(" "))
        .explode("token")
        .filter(pl.col("token").fill_null("") != "")
        .with_columns(at=pl.int_range(pl.len()).over("row"))
    )
    joins = pl.col("token").is_in([";", *JOINS])
    words = words.with_columns(piece=joins.cum_sum().over("row"), office=pl.col("token").str.starts_with("#"))
    nth = pl.col("office").cum_sum().over("row", "piece")
    begins = (pl.col("office") & (nth > 1)) | (
        (pl.col("at") == pl.col("at").min().over("row", "piece")) & pl.col("office").any().over("row", "piece")
    )
    return (
        words.with_columns(begins=begins)
        .with_columns(part=pl.max_horizontal(pl.col("begins").cum_sum().over("row"), 1).cast(pl.Int64))
        .select("row", "at", "token", "part")
    )


def _place(tokens: pl.DataFrame, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The tokens without the names of the title's own body; and row, part, org_…: the body each part is in.

    A body named in the title is the title's own (dropped), or a part of it or the only one given (then the post is
    there: "Chief Executive, UKTI" in BIS), or else a word of the area.
    """
    known = offices()
    heads = known.ids("head", "minister", "office")
    offices_of = tokens.filter(pl.col("token").str.starts_with("#")).group_by("row", "part").agg(
        office=pl.col("token").sort_by("at").first().str.slice(1).cast(pl.Int64)
    )  # fmt: skip
    named = (
        tokens.filter(pl.col("token").str.starts_with("@"))
        .join(known.bodies, left_on="token", right_on="mention", how="left")
        .join(frame.select("row", "org_key"), on="row", how="left")
        .join(offices_of, on=["row", "part"], how="left")
        .join(
            registry().relations.select("left_key", "right_key", "relation"),
            left_on=["org_key", "key"], right_on=["left_key", "right_key"], how="left",
        )
        .with_columns(
            own=pl.col("org_key").eq_missing(pl.col("key")) | pl.col("relation").eq_missing(pl.lit("renamed")),
            none=pl.col("org_key").fill_null("") == "",
            alone=pl.col("key").n_unique().over("row", "part") == 1,
        )
        .with_columns(
            there=~pl.col("own") & pl.col("alone")
            & (pl.col("none") | pl.col("relation").eq("part_of").fill_null(value=False)
               | pl.col("office").is_in(heads).fill_null(value=False)),
        )
    )  # fmt: skip
    settled = named.filter(pl.col("own") | pl.col("there")).select("row", "at")
    bodies = (
        named.filter("there")
        .sort("row", "part", "at")
        .unique(["row", "part"], keep="first", maintain_order=True)
        .select("row", "part", pl.col("key", "core", "country", "stated", "display").name.prefix("org_"))
    )
    return tokens.join(settled, on=["row", "at"], how="anti"), bodies
