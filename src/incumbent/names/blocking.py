"""Keys under which names that may be one person's meet: sparse, and complete for relate.relate.

Each rule of relate has its key, and the tests hold the two together:

- `surname|letter`: surnames equal or sharing a part; given names that agree, by name, nickname, initial or not at all;
- `surname|~end`: a given name misspelt in its first letters, found by its last three;
- `given~length^half`, `given~length$half`: a surname with one letter wrong: one of its halves is whole;
- `=word word`: the same words in the other order;
- `body:words`: cells that hold a body's name.
"""

from __future__ import annotations

import string

import polars as pl

from incumbent.names import given, text
from incumbent.names.relate import SHORTEST_MISSPELT
from incumbent.names.tables import parse_names
from incumbent.names.vocabulary import particles

_LETTERS = [*string.ascii_lowercase, *string.digits]


def blocking_keys(names: pl.Series) -> pl.DataFrame:
    """Columns name, key: one row per distinct key of each distinct name, sorted.

    Two names that compare_names calls anything but `different` share a key. Vacant, withheld and empty have none.
    """
    parsed = parse_names(names)
    readings = _readings(parsed.filter(pl.col("kind") == "person"))
    solid = readings.filter(pl.col("why") != "swapped")
    tokens = _tokens(solid)
    keys = [_surname_keys(solid, tokens), _ending_keys(solid), _misspelt_keys(solid, tokens), _order_keys(readings)]
    bodies = parsed.filter(pl.col("kind") == "body").select("name", key=pl.lit("body:") + _words(pl.col("display")))
    return pl.concat([*keys, bodies]).unique().sort("name", "key")


def _words(column: pl.Expr) -> pl.Expr:
    return column.map_elements(text.words, return_dtype=pl.String)


def _readings(people: pl.DataFrame) -> pl.DataFrame:
    """Columns reading, name, given, nicknames, surname, letters (the surname without spaces), why."""
    first = people.select("name", "given", "nicknames", "surname", why=pl.lit(""))
    others = people.select("name", "nicknames", "orders").explode("orders").drop_nulls("orders").unnest("orders")
    return (
        pl.concat([first, others.select(first.columns)])
        .with_columns(letters=pl.col("surname").str.replace_all(" ", ""))
        .with_row_index("reading")
    )


def _tokens(solid: pl.DataFrame) -> pl.DataFrame:
    """Columns reading, token, called (the person may be addressed by it): the given names and nicknames that count.

    Initials count where they come first, and after an initial.
    """
    initial_first = pl.col("given").list.first().str.len_chars() == 1
    listed = (
        solid.select("reading", "given", initial_first=initial_first, place=pl.int_ranges(pl.col("given").list.len()))
        .explode("given", "place")
        .drop_nulls("given")
        .rename({"given": "token"})
    )
    full = pl.col("token").str.len_chars() > 1
    listed = listed.filter((pl.col("place") == 0) | full | pl.col("initial_first")).select(
        "reading", "token", called=full & ((pl.col("place") == 0) | pl.col("initial_first"))
    )
    nicknames = solid.select("reading", called="nicknames").explode("called").drop_nulls("called")
    return pl.concat(
        [
            listed,
            nicknames.select("reading", pl.col("called").alias("token"), called=pl.col("called").str.len_chars() > 1),
        ]
    )


def _surname_keys(solid: pl.DataFrame, tokens: pl.DataFrame) -> pl.DataFrame:
    forms = _surname_forms(solid)
    distinct = tokens.select(pl.col("token").unique())
    letters = distinct.with_columns(
        letter=pl.Series([sorted(given.initials(token)) for token in distinct["token"]], dtype=pl.List(pl.String))
    ).explode("letter")
    lettered = tokens.join(letters, on="token").select("reading", "letter")
    nameless = (
        solid.filter(pl.col("given").list.len() == 0).select("reading", letter=pl.lit(_LETTERS)).explode("letter")
    )
    return forms.join(pl.concat([lettered, nameless]).unique(), on="reading").select(
        "name", key=pl.col("form") + "|" + pl.col("letter")
    )


def _surname_forms(solid: pl.DataFrame) -> pl.DataFrame:
    """Columns reading, name, form: the whole surname, and each part of a double one that relate can match alone."""
    parts = (
        solid.filter(pl.col("surname").str.contains(" "))
        .select("reading", "name", form=pl.col("surname").str.split(" "))
        .explode("form")
        .filter((pl.col("form").str.len_chars() >= 3) & ~pl.col("form").is_in(sorted(particles())))
    )
    return pl.concat([solid.select("reading", "name", form="letters"), parts]).unique()


def _ending_keys(solid: pl.DataFrame) -> pl.DataFrame:
    first = pl.col("given").list.first()
    return solid.filter(first.str.len_chars() >= 5).select("name", key=pl.col("letters") + "|~" + first.str.tail(3))


def _misspelt_keys(solid: pl.DataFrame, tokens: pl.DataFrame) -> pl.DataFrame:
    called = tokens.filter("called")
    distinct = called.select(pl.col("token").unique())
    full_names = distinct.with_columns(
        full=pl.Series(
            [sorted({given.canonical(token), *given.formals(token)}) for token in distinct["token"]],
            dtype=pl.List(pl.String),
        )
    ).explode("full")
    named = called.join(full_names, on="token").select("reading", "full").unique()
    length = pl.col("letters").str.len_chars().cast(pl.Int64)
    halves = (
        solid.select("reading", "name", "letters", shorter=pl.concat_list(length, length - 1))
        .explode("shorter")
        .filter(pl.col("shorter") >= SHORTEST_MISSPELT)
    )
    # Of the shorter surname's letters, the first half and the rest less one: an edit, even two letters that changed
    # places, leaves one of the two whole.
    head = pl.col("shorter") // 2
    tail = pl.col("shorter") - 1 - head
    keyed = halves.with_columns(
        half=pl.concat_list(
            pl.lit("^") + pl.col("letters").str.head(head), pl.lit("$") + pl.col("letters").str.tail(tail)
        )
    ).explode("half")
    return keyed.join(named, on="reading").select(
        "name", key=pl.format("{}~{}{}", pl.col("full"), pl.col("shorter"), pl.col("half"))
    )


def _order_keys(readings: pl.DataFrame) -> pl.DataFrame:
    first = pl.col("given").list.first().str.replace_all("-", "")
    return readings.filter(first.str.len_chars() > 1).select(
        "name",
        key=pl.format(
            "={} {}", pl.min_horizontal(first, pl.col("letters")), pl.max_horizontal(first, pl.col("letters"))
        ),
    )
