"""The parts of titles: which office each names, of which area, in which body; and which parts say nothing more.

A rank before a function ("Director General, Chief Operating Officer") is how senior the function is, not another post.
"""

from __future__ import annotations

import re
from functools import cache

import polars as pl

from incumbent.organisations import folding
from incumbent.organisations.registry import registry
from incumbent.titles.offices import offices, stems_of

#: Words that join two posts, as the comma does.
JOINS = ("and", "with", "plus", "also", "including")

#: One row per part of a title. `area` is sorted; `org_...` is the body that the part is in, as parse_organisations has
#: it; `moved` where the title itself names that body; `grade`: the rank that another part of the title only stated.
PARTS = {
    "row": pl.UInt32(), "part": pl.Int64(), "office": pl.Int64(), "modifier": pl.String(), "area": pl.List(pl.String()),
    "org_key": pl.String(), "org_core": pl.String(), "org_country": pl.String(), "org_stated": pl.Boolean(),
    "org_display": pl.String(), "moved": pl.Boolean(), "grade": pl.Int64(),
}  # fmt: skip

#: Kinds of office that, with their area, are the only one of their country.
NATIONAL = ("envoy", "minister", "place", "seat")

#: How gathered() makes a word of an area singular.
_SINGULAR = re.compile(r"^([a-z]{2,}[^s\W\d_])s$")

_BODY = ("key", "core", "country", "stated", "display")
_AREA = pl.col("area")


def finished_parts(found: pl.DataFrame, bodies: pl.DataFrame, titles: pl.DataFrame) -> pl.DataFrame:
    """The parts (columns PARTS) of the titles in which `found` (as from gathered) were read.

    bodies: row, part, org_...: bodies named inside the titles. titles: row, org_....
    """
    known = offices()
    parts = (
        found.join(known.table.select(pl.col("id").alias("office"), "kind", "seats", "rank"), on="office", how="left")
        .join(bodies, on=["row", "part"], how="left")
        .join(titles.select("row", pl.col("^org_.*$").name.suffix("_given")), on="row", how="left")
        .with_columns(moved=pl.col("org_key").is_not_null())
    )
    parts = parts.with_columns(
        pl.when("moved").then(f"org_{name}").otherwise(f"org_{name}_given").alias(f"org_{name}") for name in _BODY
    )
    parts = _of_the_sender(_with_portfolio(_of_the_country(_without_own_words(parts))))
    return _without_ranks(parts).sort("row", "part").select(*PARTS)


def gathered(tokens: pl.DataFrame) -> pl.DataFrame:
    """tokens (row, at, token, part) -> row, part, office, modifier, area, apposed (no "and" joins it to the last)."""
    token = pl.col("token")
    office, modifier = token.str.starts_with("#"), token.str.starts_with("^")
    filler, weak = [*folding.FILLERS, *JOINS, ";", ""], stems_of("weak")
    word = (
        token.filter(~office & ~modifier & ~token.str.starts_with("@") & ~token.is_in(filler))
        .str.replace(r"^([a-z]{2,}[^s\W\d])s$", "${1}")
        .unique()
        .sort()
    )
    telling = _AREA.list.set_difference(weak).list.sort()
    return (
        tokens.sort("row", "at")
        .group_by("row", "part", maintain_order=True)
        .agg(
            office=token.filter(office).first().str.slice(1).cast(pl.Int64),
            modifier=token.filter(modifier).str.slice(1).unique().sort().str.join(" "),
            area=word,
            words=token.filter(~office & ~modifier),
            joined=token.head(2).is_in(list(JOINS)).any(),
        )
        .with_columns(
            pl.col("modifier").fill_null(""),
            # "Group Team" must stay something where nothing else is said; "The" too.
            area=pl.when((telling.list.len() > 0) | pl.col("office").is_not_null())
            .then(telling)
            .when(_AREA.list.len() > 0)
            .then(_AREA)
            .otherwise(pl.col("words").list.unique().list.sort()),
            apposed=~pl.col("joined"),
        )
        .drop("words", "joined")
    )


def _without_own_words(parts: pl.DataFrame) -> pl.DataFrame:
    """The words of a post's own body are no area: "Chief Executive, Borsetshire Council" in Borsetshire Council, nor
    what kind of body it is: "Permanent Secretary of the Department for Allotments" in the Department for Allotments.

    A head's area that is a known body's name without its kind is that body: "Permanent Secretary for Education".
    """
    known = registry().cores.unique("core", keep="first", maintain_order=True)
    head = pl.col("kind").eq("head").fill_null(value=False)
    parts = parts.with_columns(name=_AREA.list.join(" ")).join(
        known.select(pl.col("core").alias("name"), pl.col("key", "country", "display").name.prefix("found_")),
        on="name", how="left",
    )  # fmt: skip
    homeless = head & (pl.col("org_key").fill_null("") == "") & pl.col("found_key").is_not_null()
    own = pl.col("org_core").fill_null("").str.split(" ")
    written = pl.col("org_display").fill_null("").str.to_lowercase().str.split(" ")
    strange = (
        ~pl.col("org_key").is_in(registry().blocks["key"].unique().implode())
        & ~pl.col("kind").fill_null("").is_in([*NATIONAL, "named"])
        & pl.col("office").is_not_null()
        & ((own.list.len() > 1) | (pl.col("org_core").str.len_chars() >= folding.TYPO_LENGTH))
        & (own.list.set_difference(_AREA).list.len() == 0)
    ).fill_null(value=False)
    return parts.with_columns(
        area=pl.when(homeless | (head & (pl.col("name") == pl.col("org_core"))).fill_null(value=False))
        .then(pl.lit([], pl.List(pl.String())))
        .when(strange)
        .then(_AREA.list.set_difference(own).list.set_difference(written).list.sort())
        .otherwise(_AREA),
        org_key=pl.when(homeless).then("found_key").otherwise("org_key"),
        org_core=pl.when(homeless).then("name").otherwise("org_core"),
        org_country=pl.when(homeless).then("found_country").otherwise("org_country"),
        org_stated=pl.when(homeless).then(pl.lit(value=False)).otherwise("org_stated"),
        org_display=pl.when(homeless).then("found_display").otherwise("org_display"),
    )


@cache
def _countries() -> pl.DataFrame:
    rows = [
        (row["country"], name) for row in folding.rows("organisations/countries") for name in row["words"].split("|")
    ]
    folded = folding.fold(pl.Series([name for _, name in rows]))
    words = [sorted({_SINGULAR.sub(r"\1", word) for word in name.split(" ")}) for name in folded]
    return pl.DataFrame(
        {"of_country": [country for country, _ in rows], "words": words},
        schema={"of_country": pl.String(), "words": pl.List(pl.String())},
    )


def _of_the_country(parts: pl.DataFrame) -> pl.DataFrame:
    """A country in the area of a national office says whose it is: "Prime Minister of the United Kingdom".

    A minister keeps a country that is the whole portfolio: "Secretary of State for Northern Ireland".
    """
    countries = _countries()
    named = (pl.col("kind") == "named") | (pl.col("kind") == "minister")
    areas = parts.filter(named & (_AREA.list.len() > 0)).select("area", "kind").unique()
    rest = areas.join(countries, how="cross").with_columns(rest=_AREA.list.set_difference("words").list.sort())
    found = (
        rest.filter(
            (_AREA.list.set_intersection("words").list.len() == pl.col("words").list.len())
            & ((pl.col("kind") == "named") | (pl.col("rest").list.len() > 0))
        )
        .sort(pl.col("words").list.len(), "of_country", descending=[True, False])
        .unique(["area", "kind"], keep="first", maintain_order=True)
        .select("area", "kind", "of_country", "rest")
    )
    return parts.join(found, on=["area", "kind"], how="left").with_columns(
        area=pl.coalesce("rest", "area"),
        org_country=pl.coalesce("of_country", "org_country"),
        org_stated=pl.col("of_country").is_not_null() | pl.col("org_stated"),
    )


def _with_portfolio(parts: pl.DataFrame) -> pl.DataFrame:
    """A minister without an area has that of the ministry, a mayor without a place the city's, an envoy the next one's.

    Secretary of State, Department for Transport; Mayor, City of Springfield; Permanent Representative and Ambassador to
    the United Nations.
    """
    ministry = pl.col("org_display").str.contains(r"(?i)\b(?:department|dept|ministry)\b") | pl.col(
        "org_key"
    ).str.contains(r"\b(?:department|ministry)\b")
    own = pl.col("org_core").str.split(" ")
    place = own.list.set_difference([row["word"] for row in folding.rows("organisations/place_words")]).list.sort()
    known = pl.col("org_key").is_in(registry().blocks["key"].unique().implode())
    none = _AREA.list.len() == 0
    kind = pl.col("kind")
    following = _AREA.shift(-1).over("row", order_by="part")
    shared = kind.eq("envoy") & kind.shift(-1).over("row", order_by="part").eq("envoy")
    return parts.with_columns(
        area=pl.when((none & kind.eq("minister") & ministry).fill_null(value=False))
        .then(own)
        .when((none & kind.eq("place") & ~known & (pl.col("org_key") != "")).fill_null(value=False))
        .then(place)
        .when((none & shared).fill_null(value=False))
        .then(following)
        .otherwise(_AREA)
    )


def _of_the_sender(parts: pl.DataFrame) -> pl.DataFrame:
    """An ambassador in the Foreign Office is the British ambassador (data/titles/senders.csv)."""
    known = offices()
    senders = pl.DataFrame(
        [(known.id(row["office"]), row["country"], known.id(row["means"])) for row in folding.rows("titles/senders")],
        schema={"office": pl.Int64(), "org_country": pl.String(), "sent": pl.Int64()},
        orient="row",
    )
    return parts.join(senders, on=["office", "org_country"], how="left", maintain_order="left").with_columns(
        office=pl.coalesce("sent", "office")
    )


def _without_ranks(parts: pl.DataFrame) -> pl.DataFrame:
    """`parts` without those that only say the rank of another part of the same title."""
    parts = parts.sort("row", "part")
    bare = (_AREA.list.len() == 0) & (pl.col("modifier") == "") & ~pl.col("moved")
    rank = pl.col("kind").eq("grade") & pl.col("seats").is_in(["bare", "many"])
    follows = pl.col("apposed").shift(-1).over("row") & pl.col("kind").shift(-1).over("row").is_in(
        ["named", "office", "grade"]
    )
    graded = (pl.col("office") == offices().id("permanent secretary")) & follows
    empty = bare & (rank | pl.col("kind").eq("envoy") | graded)
    parts = parts.with_columns(empty=empty.fill_null(value=False))
    parts = parts.with_columns(grade=pl.when("empty").then("rank").max().over("row"))
    keep = ~pl.col("empty") | (pl.col("empty").all().over("row") & (pl.col("part") == pl.col("part").min().over("row")))
    return parts.filter(keep)
