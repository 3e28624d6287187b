"""Keys under which names that may be one person's meet: sparse, and complete for relate.relate.

Each rule of relate has its key, and the tests hold the two together:

- `surname|letter`: surnames equal or sharing a part; given names that agree, by name, nickname, initial or not at all;
- `surname|~rest`: a given name misspelt in its first two letters, found by what is left without one of them;
- `given~letters`: a surname with one letter wrong: the same when the right letter of each is left out;
- `letter~letters`: the same beside initials, where a name of that surname has its initial first;
- `=word word`: the same words in the other order;
- `body:words`: cells that hold a body's name.

Numbers in names part them (relate), so a name with numbers has them in its keys; one without meets each of those.
"""

from __future__ import annotations

import string

import polars as pl

from incumbent.names import given, text
from incumbent.names.relate import SHORTEST_BESIDE_INITIALS, SHORTEST_MISSPELT
from incumbent.names.tables import parse_names
from incumbent.names.vocabulary import particles

_LETTERS = [*string.ascii_lowercase, *string.digits]


def blocking_keys(names: pl.Series) -> pl.DataFrame:
    """Columns name, key: one row per distinct key of each distinct name, in no order.

    Two names that compare_names calls anything but `different` share a key, when both are given in one call. Vacant,
    withheld and empty have none.
    """
    parsed = parse_names(names)
    readings = _readings(parsed.filter(pl.col("kind") == "person"))
    solid = readings.filter(pl.col("why") != "swapped")
    tokens = _tokens(solid)
    keys = [_surname_keys(solid, tokens), _beginning_keys(solid), _misspelt_keys(solid, tokens), _order_keys(readings)]
    bodies = parsed.filter(pl.col("kind") == "body").select("name", key=pl.lit("body:") + _words(pl.col("display")))
    return _with_numbers(pl.concat([*keys, bodies]).unique(), parsed)


def _with_numbers(keys: pl.DataFrame, parsed: pl.DataFrame) -> pl.DataFrame:
    """`keys` with the numbers of each name; a name without any has its key also with those of the others."""
    written = pl.concat_str([pl.col("given").list.join(" "), "surname", "suffix"], separator=" ", ignore_nulls=True)
    numbered = parsed.select("name", numbers=written.str.extract_all(r"[0-9]+").list.sort().list.join(",")).filter(
        pl.col("numbers") != ""
    )
    if numbered.is_empty():
        return keys
    apart = keys.join(numbered, on="name").select("name", "key", "numbers")
    plain = keys.join(numbered, on="name", how="anti")
    meeting = plain.join(apart.select("key", "numbers").unique(), on="key")
    return pl.concat(
        [plain, *(frame.select("name", key=pl.format("{}#{}", "key", "numbers")) for frame in (apart, meeting))]
    ).unique()


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
    return (
        _surname_forms(solid)
        .join(_letters(solid, tokens), on="reading")
        .select("name", key=pl.col("form") + "|" + pl.col("letter"))
    )


def _letters(solid: pl.DataFrame, tokens: pl.DataFrame) -> pl.DataFrame:
    """Columns reading, letter: every initial that the given names may have; every letter where there are none."""
    distinct = tokens.select(pl.col("token").unique())
    letters = distinct.with_columns(
        letter=pl.Series([sorted(given.initials(token)) for token in distinct["token"]], dtype=pl.List(pl.String))
    ).explode("letter")
    lettered = tokens.join(letters, on="token").select("reading", "letter")
    nameless = (
        solid.filter(pl.col("given").list.len() == 0).select("reading", letter=pl.lit(_LETTERS)).explode("letter")
    )
    return pl.concat([lettered, nameless]).unique()


def _surname_forms(solid: pl.DataFrame) -> pl.DataFrame:
    """Columns reading, name, form: the whole surname, and each part of a double one that relate can match alone."""
    parts = (
        solid.filter(pl.col("surname").str.contains(" "))
        .select("reading", "name", form=pl.col("surname").str.split(" "))
        .explode("form")
        .filter((pl.col("form").str.len_chars() >= 3) & ~pl.col("form").is_in(sorted(particles())))
    )
    return pl.concat([solid.select("reading", "name", form="letters"), parts]).unique()


def _beginning_keys(solid: pl.DataFrame) -> pl.DataFrame:
    first = pl.col("given").list.first()
    rest = pl.concat_list(first, first.str.slice(1), first.str.head(1) + first.str.slice(2))
    return (
        solid.filter(first.str.len_chars() >= 3)
        .select("name", "letters", rest=rest)
        .explode("rest")
        .select("name", key=pl.col("letters") + "|~" + pl.col("rest"))
    )


def _misspelt_keys(solid: pl.DataFrame, tokens: pl.DataFrame) -> pl.DataFrame:
    lessened = _lessened_surnames(solid)
    long = lessened.filter("long")
    in_full = _full_names(tokens.filter("called"))
    # A middle name that the other person goes by: only beside a long surname.
    middle = _full_names(tokens.filter(~pl.col("called") & (pl.col("token").str.len_chars() > 1)))
    named = pl.concat([lessened.join(in_full, on="reading"), long.join(middle, on="reading")]).select(
        "name", key=pl.col("full") + "~" + pl.col("less")
    )
    lettered = long.join(_letters(solid.filter(pl.col("given").list.len() > 0), tokens), on="reading").select(
        "name", "initial_first", key=pl.col("letter") + "~" + pl.col("less")
    )
    # Of two names that agree by an initial one has it first: without such a name a letter joins too many.
    beside_initials = lettered.join(lettered.filter("initial_first").select("key").unique(), on="key", how="semi")
    return pl.concat([named, beside_initials.select("name", "key")])


def _full_names(tokens: pl.DataFrame) -> pl.DataFrame:
    """Columns reading, full: each token's usual spelling, and the full names that it is short for."""
    distinct = tokens.select(pl.col("token").unique())
    full_names = distinct.with_columns(
        full=pl.Series(
            [sorted({given.canonical(token), *given.formals(token)}) for token in distinct["token"]],
            dtype=pl.List(pl.String),
        )
    ).explode("full")
    return tokens.join(full_names, on="token").select("reading", "full").unique()


def _lessened_surnames(solid: pl.DataFrame) -> pl.DataFrame:
    """Columns reading, name, initial_first, long (enough beside an initial), less (the surname, or less a letter)."""
    length = pl.col("letters").str.len_chars()
    # One letter more, less or other, or two that changed places: leaving out one letter of each makes them equal, or
    # one equals the other less a letter (the symmetric deletes of SymSpell, https://github.com/wolfgarbe/SymSpell).
    return (
        solid.filter(length >= SHORTEST_MISSPELT)
        .select(
            "reading",
            "name",
            "letters",
            initial_first=(pl.col("given").list.first().str.len_chars() == 1).fill_null(False),
            long=length >= SHORTEST_BESIDE_INITIALS,
            place=pl.int_ranges(-1, length.cast(pl.Int64)),
        )
        .explode("place")
        .with_columns(
            less=pl.when(pl.col("place") < 0)
            .then("letters")
            .otherwise(
                pl.col("letters").str.head(pl.max_horizontal("place", 0))
                + pl.col("letters").str.slice(pl.col("place") + 1)
            )
        )
        .select("reading", "name", "initial_first", "long", "less")
        .unique()
    )


def _order_keys(readings: pl.DataFrame) -> pl.DataFrame:
    written = pl.col("given").list.eval(pl.element().filter(pl.element().str.len_chars() > 1)).list.first()
    first = written.str.replace_all("-", "", literal=True)
    least, most = pl.min_horizontal(first, "letters"), pl.max_horizontal(first, "letters")
    return readings.filter(first.is_not_null()).select("name", key=pl.format("={} {}", least, most))
