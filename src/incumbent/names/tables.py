"""Columns of names -> tables: parsed, compared. Bulk work in Polars; Python sees each distinct hard case once."""

from __future__ import annotations

import functools

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from incumbent.names import given
from incumbent.names.parse import Name, parse_name
from incumbent.names.plain import split_plain
from incumbent.names.relate import SHORTEST_MISSPELT, Verdict, relate

READING = pl.Struct({"given": pl.List(pl.String), "surname": pl.String, "why": pl.String})
#: Columns of parse_names.
PARSED: dict[str, pl.DataType] = {
    "name": pl.String(),
    "kind": pl.String(),
    "display": pl.String(),
    "given": pl.List(pl.String()),
    "surname": pl.String(),
    "suffix": pl.String(),
    "honorifics": pl.List(pl.String()),
    "postnominals": pl.List(pl.String()),
    "nicknames": pl.List(pl.String()),
    "orders": pl.List(READING),
}

#: From this many pairs on rapidfuzz's own loop pays for the import of numpy, a sixth of a second.
_WORTH_NUMPY = 20_000

_remembered = functools.lru_cache(maxsize=1 << 16)(parse_name)

#: A longer cell is parsed each time: remembered, a few hostile ones would fill the memory.
_LONGEST_REMEMBERED = 200


def _parsed(name: str) -> Name:
    return _remembered(name) if len(name) <= _LONGEST_REMEMBERED else parse_name(name)


def parse_names(names: pl.Series) -> pl.DataFrame:
    """One row per distinct non-null name, sorted by it.

    Columns: `name` (as given); `kind` (person | vacant | withheld | body | empty); `display` (natural order, without
    honorifics and letters, diacritics kept); `given` (folded given names in order, an initial is one letter);
    `surname` (folded, parts joined by a space); `suffix` (jr, sr, ii, iii, iv, a number that
    tells namesakes apart, both, or null: "jr 17"); `honorifics`, `postnominals`
    (folded); `nicknames` (quoted or bracketed: "Chuck"); `orders` (further readings: given, surname, and why: swapped |
    written | double | umlaut). Raises nothing for any text.
    """
    distinct = names.cast(pl.String).drop_nulls().unique()
    plain, rest = split_plain(distinct)
    thought = _frame([_parsed(name) for name in rest])
    none = pl.lit([], dtype=pl.List(pl.String))
    simple = plain.with_columns(
        kind=pl.lit("person"),
        suffix=pl.lit(None, dtype=pl.String),
        honorifics=none,
        postnominals=none,
        nicknames=none,
    )
    return pl.concat([simple.select(list(PARSED)).cast(pl.Schema(PARSED)), thought]).sort("name")


def _frame(rows: list[Name]) -> pl.DataFrame:
    columns: dict[str, list[object]] = {column: [] for column in PARSED}
    for row in rows:
        for column in PARSED:
            value = getattr(row, column)
            if column == "orders":
                value = [{"given": list(one.given), "surname": one.surname, "why": one.why} for one in row.orders]
            columns[column].append(list(value) if isinstance(value, tuple) else value)
    return pl.DataFrame(columns, schema=PARSED)


def compare_names(pairs: pl.DataFrame) -> pl.DataFrame:
    """`pairs` (columns left, right, and any others; nulls allowed) with `relation`, `score`, `reason`; rows in order.

    relation: same | compatible | near | different (docs/architecture.md). The score (0 to 1) orders matches of one
    relation, and is 0 for different. A vacant, withheld or empty cell is different from everything, itself too.
    """
    distinct = pairs.select(pl.col("left", "right").cast(pl.String)).unique(maintain_order=True)
    decided = compare_distinct(distinct, name_facts(pl.concat([distinct["left"], distinct["right"]])))
    return pairs.join(decided, on=["left", "right"], how="left", nulls_equal=True, maintain_order="left")


def compare_distinct(pairs: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """left, right, relation, score, reason of `pairs` (left, right; each once), in no order; `facts`: name_facts of
    all their names, which many calls can share."""
    joined = pairs.join(
        facts.rename(lambda column: f"{column}_left"), left_on="left", right_on="name_left", how="left"
    ).join(facts.rename(lambda column: f"{column}_right"), left_on="right", right_on="name_right", how="left")
    judged = _judge_in_columns(joined)
    hard = judged.filter(pl.col("relation").is_null())
    verdicts = [_judge(left, right) for left, right in zip(hard["left"], hard["right"], strict=True)]
    return pl.concat(
        [
            judged.filter(pl.col("relation").is_not_null()),
            hard.with_columns(
                pl.Series("relation", [verdict.relation for verdict in verdicts], dtype=pl.String),
                pl.Series("score", [verdict.score for verdict in verdicts], dtype=pl.Float64),
                pl.Series("reason", [verdict.reason for verdict in verdicts], dtype=pl.String),
            ),
        ]
    )


def _judge(left: str | None, right: str | None) -> Verdict:
    if left is None or right is None:
        return Verdict("different", 0.0, "no name: empty")
    verdict = relate(_parsed(left), _parsed(right))
    return verdict._replace(score=round(verdict.score, 2))


def name_facts(names: pl.Series) -> pl.DataFrame:
    """What the columnar rules need of each name: first, plain (one reading that is no swap, initials only after a
    written-out first name, no nickname, no number), solid (no reading but the first and its swap), letters, swap."""
    parsed = parse_names(names)
    later = pl.col("given").list.slice(1)
    return parsed.select(
        "name",
        person=pl.col("kind") == "person",
        first=pl.col("given").list.first(),
        later=later.list.join(" "),
        letters=pl.col("surname").str.replace_all(" ", ""),
        generation=pl.col("suffix").str.extract("^([a-z]+)"),
        single=~pl.col("surname").str.contains(" ")
        & pl.col("orders").list.eval(pl.element().struct.field("why") != "swapped").list.any().not_(),
        plain=(pl.col("given").list.len() > 0)
        & (pl.col("given").list.first().str.len_chars() > 1)
        & (later.list.eval(pl.element().str.len_chars()).list.max().fill_null(1) == 1)
        & (pl.col("nicknames").list.len() == 0)
        & ~pl.concat_str(pl.col("given").list.join(" "), "surname", "suffix", ignore_nulls=True).str.contains("[0-9]"),
    )


def _judge_in_columns(joined: pl.DataFrame) -> pl.DataFrame:
    """Columns left, right, relation, score, reason; relation is null where only the whole rule can tell."""
    people = pl.col("person_left") & pl.col("person_right")
    plain = people & pl.all_horizontal("plain_left", "plain_right", "single_left", "single_right")
    suffixes_agree = (
        pl.col("generation_left").is_null()
        | pl.col("generation_right").is_null()
        | (pl.col("generation_left") == pl.col("generation_right"))
    )
    same_surname = pl.col("letters_left") == pl.col("letters_right")
    no_contradiction = (
        (pl.col("later_left") == "") | (pl.col("later_right") == "") | (pl.col("later_left") == pl.col("later_right"))
    )
    equal = plain & suffixes_agree & same_surname & no_contradiction & (pl.col("first_left") == pl.col("first_right"))
    one_sided = pl.col("later_left") != pl.col("later_right")
    surnames = _far_surnames(joined.filter(people & pl.col("single_left") & pl.col("single_right") & ~same_surname))
    joined = joined.join(surnames, on=["letters_left", "letters_right"], how="left")
    firsts = _first_name_relations(joined.filter(plain & ~pl.col("far").fill_null(False)))
    joined = joined.join(firsts, on=["first_left", "first_right"], how="left")
    swap = (pl.col("first_left") == pl.col("letters_right")) | (pl.col("first_right") == pl.col("letters_left"))
    other_firsts = (
        plain & suffixes_agree & (pl.col("first_relation") == "different") & (same_surname | ~swap.fill_null(False))
    )
    far = (
        people
        & suffixes_agree
        & pl.col("single_left")
        & pl.col("single_right")
        & pl.col("far").fill_null(False)
        & ~swap.fill_null(False)
    )
    # Beside written-out first names an initial can only contradict another: nobody goes by it.
    initials = pl.concat_str("later_left", "later_right").str.contains("^[a-z]{2}$") & (
        (pl.col("later_left").str.len_chars() == 1) & (pl.col("later_left") != pl.col("later_right"))
    )
    hyphens = pl.concat_str("first_left", "first_right").str.contains("-", literal=True)
    contradicting = (
        plain
        & suffixes_agree
        & (same_surname | ~pl.col("far").fill_null(True))
        & (pl.col("first_relation") != "different")
        & initials
        & ~hyphens
        & ~swap.fill_null(False)
    )
    none = pl.lit(None, dtype=pl.String)

    def differing(what: str, left: str, right: str) -> pl.Expr:
        return pl.format(f"{what} {{}} and {{}} differ", pl.min_horizontal(left, right), pl.max_horizontal(left, right))

    return joined.select(
        "left",
        "right",
        relation=pl.when(equal)
        .then(pl.lit("same"))
        .when(other_firsts | far | contradicting)
        .then(pl.lit("different"))
        .otherwise(none),
        score=pl.when(equal).then(pl.when(one_sided).then(0.98).otherwise(1.0)).otherwise(0.0),
        reason=pl.when(equal)
        .then(pl.when(one_sided).then(pl.lit("middle name on one side only")).otherwise(pl.lit("same given name")))
        .when(other_firsts)
        .then(differing("given names", "first_left", "first_right"))
        .when(far)
        .then(differing("surnames", "letters_left", "letters_right"))
        .when(contradicting)
        .then(pl.lit("middle names contradict"))
        .otherwise(none),
    )


def _first_name_relations(pairs: pl.DataFrame) -> pl.DataFrame:
    """Columns first_left, first_right, first_relation for each distinct pair of first names."""
    distinct = pairs.select("first_left", "first_right").unique()
    relations = [given.relation(left, right) for left, right in distinct.iter_rows()]
    return distinct.with_columns(pl.Series("first_relation", relations, dtype=pl.String))


def _far_surnames(pairs: pl.DataFrame) -> pl.DataFrame:
    """Columns letters_left, letters_right, far (not a misspelling of one another, as relate.surname_relation says)."""
    distinct = pairs.select("letters_left", "letters_right").unique()
    left, right = distinct["letters_left"].to_list(), distinct["letters_right"].to_list()
    if len(left) < _WORTH_NUMPY:
        distances = [OSA.distance(one, other, score_cutoff=1) for one, other in zip(left, right, strict=True)]
    else:
        distances = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=1).tolist()
    lengths = pl.col("letters_left", "letters_right").str.len_chars()
    letters = [pl.col(side).str.split("").list.sort().list.join("") for side in ("letters_left", "letters_right")]
    short = pl.min_horizontal(lengths) < SHORTEST_MISSPELT
    shortest = (pl.max_horizontal(lengths) == SHORTEST_MISSPELT) & (letters[0] != letters[1])
    return distinct.with_columns(far=(pl.Series(distances, dtype=pl.Int64) > 1) | short | shortest)
