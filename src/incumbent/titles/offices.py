"""What is known about offices, read from data/titles when first needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from incumbent.organisations import folding
from incumbent.organisations.registry import registry

#: A word of a title that may be a misspelt word of an office: `Permanet`, `Secretry`.
CORRECTED_LENGTH = 6


@dataclass(frozen=True)
class Offices:
    """`table`: id, office (folded), display, kind, rank, seats, generic. `tokens`: phrase -> token (`#id`, `@id`).

    `bodies`: mention (`@id`), and the body as parse_organisations gives it (key, display, country, core, stated).
    `words`: the words that make up the names of offices; `near`: those of them that a misspelt word may mean, with
    their near keys (right, near).
    """

    table: pl.DataFrame
    tokens: dict[str, str]
    bodies: pl.DataFrame
    words: frozenset[str]
    near: pl.DataFrame

    def ids(self, *kinds: str) -> list[int]:
        """The ids of the offices of these kinds."""
        return self.table.filter(pl.col("kind").is_in(kinds))["id"].to_list()

    def id(self, office: str) -> int:
        """The id of one office, by its folded name."""
        return int(self.table.filter(pl.col("office") == office)["id"].item())


def phrases(table: str, key: str, value: str | None = None) -> dict[str, str]:
    """A two-column data file of titles as a table of phrases; without `value` each phrase stands for nothing."""
    return {row[key]: row[value] if value else "" for row in folding.rows(f"titles/{table}")}


def stems_of(table: str) -> list[str]:
    """The words of a data file of single stems."""
    return [row["word"] for row in folding.rows(f"titles/{table}")]


@cache
def offices() -> Offices:
    """All offices, read once. Raises ValueError when one phrase is given to two offices."""
    raw = folding.rows("titles/offices")
    spoken = [(number, name) for number, row in enumerate(raw) for name in (row["office"], *row["aliases"].split("|"))]
    folded = folding.replace_phrases(
        folding.fold(pl.Series([name for _, name in spoken])), phrases("words", "word", "means")
    )
    tokens: dict[str, str] = {}
    for (number, name), phrase in zip(spoken, folded, strict=True):
        if phrase and tokens.setdefault(phrase, f"#{number}") != f"#{number}":
            raise ValueError(f"offices.csv gives {name!r} to two offices")
    words = frozenset(word for phrase in tokens for word in phrase.split() if word.isalpha())
    table = pl.DataFrame(
        {
            "id": list(range(len(raw))),
            "office": folding.replace_phrases(
                folding.fold(pl.Series([row["office"] for row in raw])), phrases("words", "word", "means")
            ),
            "display": [row["office"] for row in raw],
            "kind": [row["kind"] for row in raw],
            "rank": [int(row["rank"]) if row["rank"] else None for row in raw],
            "seats": [row["seats"] for row in raw],
            "generic": [row["generic"] == "true" for row in raw],
        },
        schema_overrides={"id": pl.Int64(), "rank": pl.Int64()},
    )
    known = registry()
    own = known.names.unique("key", keep="first", maintain_order=True).with_row_index("number")
    numbers = dict(zip(own["key"], own["number"], strict=True))
    spelt = folding.replace_phrases(pl.Series(sorted(known.mentions)), phrases("words", "word", "means"))
    for phrase, said in zip(sorted(known.mentions), spelt, strict=True):
        for spelling in (phrase, said):
            tokens.setdefault(spelling, f"@{numbers[known.mentions[phrase]]}")
    bodies = own.select(
        pl.format("@{}", "number").alias("mention"),
        "key",
        "display",
        "country",
        "core",
        pl.lit(value=True).alias("stated"),
    )
    near = pl.DataFrame({"right": sorted(word for word in words if len(word) >= CORRECTED_LENGTH)}).with_columns(
        near=folding.near_keys(pl.concat_list("right"))
    )
    return Offices(table, tokens, bodies, words, near.explode("near"))
