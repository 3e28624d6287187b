"""Text as it is compared: folded, abbreviations written out, in columns and never row by row.

The one home of what counts as the same letters in the name of a body or of an office; names of people have other
rules (names.py).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import anyascii
import polars as pl
from rapidfuzz.distance import OSA

DATA = Path(__file__).resolve().parent.parent / "data"

#: A longer text is nobody's title; it is compared by its beginning, so that a hostile cell costs no more than this.
LONGEST = 600

#: Words that never tell two bodies or two offices apart.
FILLERS = ("the", "of", "for", "and", "to", "in", "at", "on", "a", "an", "with", "from", "by", "her", "his")

#: A word shorter than this has too many neighbours one letter away (Kent, Gent) to be taken for a typing error.
TYPO_LENGTH = 5


@cache
def rows(table: str) -> tuple[dict[str, str], ...]:
    """The rows of data/<table>.csv, such as `organisations/bodies`."""
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def fold(texts: pl.Series) -> pl.Series:
    """Lower-case ASCII words parted by single spaces; a comma, bracket, slash or dash becomes a lone `;`, "&" is "and".

    Apostrophes vanish (Treasurer's, Treasurer’s, Treasurers), and so do the full stops of U.S. and C.E.O.
    """
    text = texts.fill_null("").cast(pl.String).str.slice(0, LONGEST)
    foreign = text.str.contains(r"[^\x00-\x7f]")
    if foreign.any():
        spelt = text.filter(foreign).unique()
        table = dict(zip(spelt, (anyascii.anyascii(value) for value in spelt), strict=True))
        text = text.replace(table)
    column = pl.col("text")
    return (
        pl.DataFrame({"text": text})
        .select(
            column.str.slice(0, LONGEST)
            .str.to_lowercase()
            .str.replace_all(r"['`]", "")
            .str.replace_all(r"\b([a-z])\.\s?([a-z])\.(?:\s?([a-z])\.)?(?:\s?([a-z])\.)?", "${1}${2}${3}${4} ")
            .str.replace_all(r"([a-z]{2})\.([a-z]{2})", "${1} ; ${2}")
            .str.replace_all(r"\s-+|-+\s|--+", " ; ")
            .str.replace_all(r"[&+]", " and ")
            .str.replace_all(r"[,;:/|()\[\]{}\\]", " ; ")
            .str.replace_all(r"[^a-z0-9;]+", " ")
            .str.replace_all(r"(?: *; *)+", " ; ")
            .str.strip_chars(" ;")
        )
        .to_series()
    )


def replace_phrases(texts: pl.Series, table: Mapping[str, str]) -> pl.Series:
    """`texts` (folded) with each whole phrase of `table` replaced; the longest phrase that starts first wins."""
    if not table:
        return texts
    ordered = sorted(table, key=lambda phrase: (-len(phrase), phrase))
    spaced = pl.lit(" ") + pl.col("text").str.replace_all(" ", "  ", literal=True) + pl.lit(" ")
    return (
        pl.DataFrame({"text": texts})
        .select(
            spaced.str.replace_many(
                [f" {phrase.replace(' ', '  ')} " for phrase in ordered],
                [f" {table[phrase].replace(' ', '  ')} " for phrase in ordered],
                leftmost=True,
            )
            .str.replace_all(r" +", " ")
            .str.strip_chars(" ")
        )
        .to_series()
    )


@cache
def _spellings() -> dict[str, str]:
    return {row["word"]: row["means"] for row in rows("organisations/words")}


def spelt_out(texts: pl.Series) -> pl.Series:
    """`texts` (folded) with the abbreviations and variant spellings of data/organisations/words.csv written out."""
    return replace_phrases(texts, _spellings())


def stems(text: pl.Expr) -> pl.Expr:
    """The sorted distinct words of a folded text: without fillers and marks, a plural or possessive s taken off."""
    return (
        text.str.split(" ")
        .list.eval(
            pl.element().filter(~pl.element().is_in([*FILLERS, "", ";"])).str.replace(r"^([a-z]{2,}[^s\W\d])s$", "${1}")
        )
        .list.unique()
        .list.sort()
    )


def near_keys(words: pl.Expr) -> pl.Expr:
    """Keys of a list of words such that two lists that a single typing error (is_typo) tells apart share one.

    The list without one of those of its first eight words that can be misspelt at all, and in its place once the
    first and once the last two letters of it, of which a typing error leaves one as it is. A list of one word has
    these keys whatever the word is.
    """
    several = []
    for index in range(8):
        word = words.list.get(index, null_on_oob=True)
        others = pl.concat_list(words.list.head(index), words.list.slice(index + 1)).list.join(" ")
        possible = word.str.contains(rf"^[a-z]{{{TYPO_LENGTH},}}$")
        several += [
            pl.when(possible).then(pl.concat_str(others, ends, separator=" "))
            for ends in (word.str.head(2) + pl.lit("*"), pl.lit("*") + word.str.tail(2))
        ]
    whole = words.list.join(" ")
    single = pl.concat_list(whole.str.head(2) + pl.lit("*"), pl.lit("*") + whole.str.tail(2))
    return (
        pl.when(words.list.len() == 1).then(single).otherwise(pl.concat_list(several).list.drop_nulls().list.unique())
    )


def is_typo(left: str, right: str, vocabulary: frozenset[str]) -> bool:
    """Whether two words are one word with one typing error (two in a word of ten letters): never two known words."""
    shorter = min(len(left), len(right))
    if shorter < TYPO_LENGTH or (left in vocabulary and right in vocabulary):
        return False
    if not (left.isalpha() and right.isalpha()):
        return False
    if left[:2] != right[:2] and left[-2:] != right[-2:]:
        return False
    allowed = 2 if shorter >= 10 else 1
    return OSA.distance(left, right, score_cutoff=allowed) <= allowed
