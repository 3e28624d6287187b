"""Cells of a list that no list means: damaged text, text that went missing, one column's text in another, doubles.

Each is asked only of what is new since the last version: what a publisher has always written is the publisher's own.
"""

from __future__ import annotations

import polars as pl

#: The columns of the table `roster` that hold what the list prints.
LISTED = {"listed_person": "person", "listed_post": "post", "listed_organisation": "organisation"}

#: Text that was decoded otherwise than it was encoded: the replacement character (also itself decoded twice), control
#: characters of Latin-1, UTF-8 read as Windows-1252, an entity that nobody resolved, a question mark where a
#: letter should be.
DAMAGED = (
    r"\u{FFFD}|ï¿½|[\u{0080}-\u{009F}]|Ã[\u{0080}-\u{00BF}ƒ‚„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|Â[\u{00A0}-\u{00BF}]"
    r"|&(?:#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z]{2,8});|\?\p{L}|\?\?"
)
#: Of how many new cells it is asked at most whether others stand within them: an automaton of a large list costs
#: gigabytes, and a list of which more is new is held anyway, or renamed throughout.
_MOST_WITHIN = 5_000
#: A text shorter than this may stand within another by chance: of one word, and of several.
_SHORTEST_WITHIN = (8, 5)
_WORD = r"[\p{L}\p{N}]+"


def damaged(changed: pl.DataFrame) -> pl.DataFrame:
    """entry_id, what: new cells that hold damaged text. `changed`: entries.difference."""
    return _told(changed, {name: _is_new(changed, name) & pl.col(name).str.contains(DAMAGED) for name in LISTED},
                 "is damaged: {}")  # fmt: skip


def emptied(changed: pl.DataFrame) -> pl.DataFrame:
    """entry_id, what: cells of an entry that had text in the last version and have none now.

    A post that lost its holder's name is no emptied cell: it is a departure, and entries.difference says so.
    """
    gone = {
        name: pl.col(name).is_null() & pl.col(f"{name}_before").is_not_null() & pl.col("entry_id").is_not_null()
        for name in LISTED
    }
    return _told(changed, gone, "is empty, and was {}", shown="{}_before")


def mixed(changed: pl.DataFrame) -> pl.DataFrame:
    """entry_id, what: new cells that hold another column's text of the last version, or several names at once.

    A column is shifted or two cells are merged where the new name of a person is, or contains, a known post or body, or
    contains two known people; where a new post is a known body or contains a known person; where a new body is a known
    post or contains a known person.
    """
    known = {name: changed.get_column(f"{name}_before").drop_nulls().unique().sort() for name in LISTED}
    people, posts, bodies = (known[name] for name in LISTED)
    found = {
        "listed_person": _is("listed_person", posts, people)
        | _is("listed_person", bodies, people)
        | _within(changed, "listed_person", posts, 1)
        | _within(changed, "listed_person", bodies, 1)
        | _within(changed, "listed_person", people, 2),
        "listed_post": _is("listed_post", bodies, posts) | _within(changed, "listed_post", people, 1),
        "listed_organisation": _is("listed_organisation", posts, bodies)
        | _within(changed, "listed_organisation", people, 1),
    }
    new = {name: _is_new(changed, name) & condition for name, condition in found.items()}
    return _told(changed, new, "holds what other cells held: {}")


def doubled(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """entry_id, what: entries of the table `now` that say just what another one says, where `before` had fewer."""
    columns = list(LISTED)
    known = before.group_by(columns).agg(had=pl.len())
    counted = (
        now.select("entry_id", *columns)
        .sort("entry_id")
        .with_columns(place=pl.int_range(1, pl.len() + 1).over(columns))
        .join(known, on=columns, how="left", nulls_equal=True)
    )
    more = counted.filter((pl.col("place") > 1) & (pl.col("place") > pl.col("had").fill_null(1)))
    said = pl.concat_str(columns, separator=", ", ignore_nulls=True)
    return more.select("entry_id", what=pl.format("stands on the list {} times: {}", "place", said)).sort("entry_id")


def _is_new(changed: pl.DataFrame, name: str) -> pl.Expr:
    known = changed.get_column(f"{name}_before").drop_nulls().unique()
    return (pl.col(name).is_not_null() & ~pl.col(name).is_in(known.implode())).fill_null(False)


def _is(name: str, others: pl.Series, own: pl.Series) -> pl.Expr:
    """The cell is, letter for letter, what only another column held."""
    return (pl.col(name).is_in(others.implode()) & ~pl.col(name).is_in(own.implode())).fill_null(False)


def _within(changed: pl.DataFrame, name: str, texts: pl.Series, times: int) -> pl.Expr:
    """The new cell is longer than one of `texts` and contains as many of them as `times`, or more."""
    cells = changed.filter(_is_new(changed, name)).get_column(name).unique().sort().head(_MOST_WITHIN)
    length, (one, several) = texts.str.len_chars(), _SHORTEST_WITHIN
    patterns = texts.filter((length >= one) | ((length >= several) & texts.str.contains(" ", literal=True)))
    words = cells.str.to_lowercase().str.extract_all(_WORD).explode().unique()
    # A text within a cell has its first or its last word there, however closely the two were joined.
    folded, known = patterns.str.to_lowercase(), words.implode()
    ends = [folded.str.extract(form).is_in(known) for form in (f"({_WORD})", f"({_WORD})[^\\p{{L}}\\p{{N}}]*$")]
    patterns = patterns.filter(ends[0] | ends[1])
    if patterns.is_empty():
        return pl.lit(False)
    found = cells.filter(cells.str.extract_many(patterns.implode()).list.n_unique() >= times)
    return pl.col(name).is_in(found.implode()).fill_null(False)


def _told(changed: pl.DataFrame, conditions: dict[str, pl.Expr], said: str, shown: str = "{}") -> pl.DataFrame:
    """entry_id, what: one row per entry and column of which the condition holds; what names the entry."""
    whole = pl.concat_str(list(LISTED), separator=", ", ignore_nulls=True)
    parts = [
        changed.filter(condition).select(
            "entry_id", what=pl.format(f"{{}}: the {LISTED[name]} {said}", whole, pl.col(shown.format(name)))
        )
        for name, condition in conditions.items()
    ]
    return pl.concat(parts).sort("entry_id", "what")
