"""The same parse as parse.parse_name, in columns, for the names that need no thought: nine of ten in most lists.

"Sherrod Brown", "Robert P. Casey", "J Heywood", "Cunliffe, Jon B": ASCII, usual case, and no word that the vocabulary
knows as an honorific, a particle, a remark or the like. Everything else is left to parse_name; the tests hold the two
to the same answers.
"""

from __future__ import annotations

import functools
import re

import polars as pl

from incumbent.names import vocabulary
from incumbent.names.parse import DECISIVE, given_weight, surname_weight

_SURNAME = r"(?:O')?[A-Z][a-z]+(?:[A-Z][a-z]+)?"
_NATURAL = rf"^(?:[A-Z][a-z]+|[A-Z]\.?)(?: [A-Z]\.?)* {_SURNAME}$"
_INVERTED = rf"^{_SURNAME}, [A-Z][a-z]+(?: [A-Z]\.?)*$"


def split_plain(distinct: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """The parsed plain names (columns of parse_names but honorifics, postnominals, nicknames, suffix), and the rest."""
    name = pl.col("name")
    screened = pl.DataFrame({"name": distinct}).with_columns(
        natural=name.str.contains(_NATURAL), inverted=name.str.contains(_INVERTED), word=name.str.contains(_words())
    )
    plain = screened.filter((pl.col("natural") | pl.col("inverted")) & ~pl.col("word"))
    inverted = pl.col("inverted")
    given_text = pl.when(inverted).then(name.str.replace(r"^[^,]*, ", "")).otherwise(name.str.replace(r" [^ ]*$", ""))
    surname_text = pl.when(inverted).then(name.str.extract(r"^([^,]*),")).otherwise(name.str.extract(r"([^ ]*)$"))
    parsed = plain.with_columns(given_text=given_text, surname_text=surname_text).select(
        "name",
        display=pl.col("given_text") + " " + pl.col("surname_text"),
        given=pl.col("given_text").str.replace_all(".", "", literal=True).str.to_lowercase().str.split(" "),
        surname=pl.col("surname_text").str.replace("'", "", literal=True).str.to_lowercase(),
        swappable=~inverted & pl.col("given_text").str.contains("^[A-Z][a-z]"),
        unsure=~inverted & ~pl.col("given_text").str.contains(r"[ .]|^.$"),
    )
    kept = _with_orders(parsed)
    rest = screened.join(kept, on="name", how="anti", maintain_order="left")["name"]
    return kept, rest


@functools.cache
def _words() -> str:
    """A pattern for every word that makes a name not plain. A lone O may be an O' that lost its apostrophe."""
    known: set[str] = {"o", "of", "and"}
    known |= set(vocabulary.honorifics()) | vocabulary.postnominals() | set(vocabulary.suffixes())
    known |= vocabulary.particles() | set(vocabulary.remarks()) | set(vocabulary.body_words())
    for phrases in vocabulary.placeholders().values():
        known |= {word for phrase in phrases for word in phrase.split() if len(word) > 1}
    alternatives = "|".join(re.escape(word) for word in sorted(known))
    return rf"(?i)\b(?:{alternatives}|x+)\b"


@functools.cache
def _weights() -> pl.DataFrame:
    known = sorted(vocabulary.given_names())
    return pl.DataFrame(
        {"word": known, "as_given": map(given_weight, known), "as_surname": map(surname_weight, known)},
        schema={"word": pl.String, "as_given": pl.Float64, "as_surname": pl.Float64},
    )


def _with_orders(parsed: pl.DataFrame) -> pl.DataFrame:
    """`parsed` with `orders`, without the names that are likelier to have their surname first."""
    weights = _weights()
    first = pl.col("given").list.first()
    weighed = (
        parsed.with_columns(first=first)
        .join(weights.rename(lambda column: f"{column}_first"), left_on="first", right_on="word_first", how="left")
        .join(weights.rename(lambda column: f"{column}_last"), left_on="surname", right_on="word_last", how="left")
    )
    never_seen_given, never_seen_surname = given_weight(""), surname_weight("")
    swapped = pl.col("as_given_last").fill_null(never_seen_given) * pl.col("as_surname_first").fill_null(
        never_seen_surname
    )
    written = pl.col("as_given_first").fill_null(never_seen_given) * pl.col("as_surname_last").fill_null(
        never_seen_surname
    )
    reading = pl.struct(
        given=pl.concat_list(pl.col("given").list.slice(1), "surname"),
        surname=pl.col("first"),
        why=pl.lit("swapped", dtype=pl.String),
    )
    empty = pl.lit([], dtype=pl.List(pl.Struct({"given": pl.List(pl.String), "surname": pl.String, "why": pl.String})))
    return weighed.filter(~(pl.col("unsure") & (swapped / written >= DECISIVE))).select(
        "name",
        "display",
        "given",
        "surname",
        orders=pl.when("swappable").then(pl.concat_list(reading)).otherwise(empty),
    )
