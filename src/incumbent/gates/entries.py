"""Which entries of a list appeared, vanished or changed places since the last version: by who holds what, not by row.

An entry is the same one as long as it names the same person, however its id, its wording or its post is spelled now.
Its id follows from the words, so ids alone would take every honour and every renamed department for a departure.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from incumbent.names import alike_names

#: What became of an entry. `same`: word for word. `reworded`: person and post are the same, in other words. `respelt`:
#: the post is the same, and the name so alike that it may be the same person's. `renamed`: the person is the same, and
#: the post or body has a name that the list did not have. `moved`: the person now stands at a post, title or body that
#: the list already had. `appeared`, `vanished`: nobody of that name was, or is, on the list.
KINDS = ("same", "reworded", "respelt", "renamed", "moved", "appeared", "vanished")

_TEXT = ("listed_person", "listed_post", "listed_organisation")
_KEPT = ("entry_id", *_TEXT, "person_id", "post_id", "organisation_id", "verdict", "reasons")
#: What is left over on both sides is compared by name only up to this size; a list of which more is new is held anyway.
_MOST_COMPARED = 3_000


def difference(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """One row per entry of either table `roster`: `kind` (one of KINDS), then `<column>_before` and `<column>` of
    entry_id, listed_person, listed_post, listed_organisation, person_id, post_id, organisation_id, verdict and reasons.

    Sorted by the entry's id, before's where it has vanished. A column that a table lacks is taken as empty.
    """
    left, right = _numbered(before, "before"), _numbered(now, "now")
    pairs, steps = [], (
        ("same", _TEXT),
        ("reworded", ("person_id", "post_id")),
        ("same", ("post_id", "_vacant")),
        ("placed", ("person_id", "organisation_id")),
        ("placed", ("person_id",)),
        ("placed", ("listed_person",)),
    )  # fmt: skip
    for kind, columns in steps:
        found = _paired(left, right, columns).with_columns(kind=pl.lit(kind))
        pairs.append(found)
        left = left.join(found, on="before", how="anti", maintain_order="left")
        right = right.join(found, on="now", how="anti", maintain_order="left")
    alike = _alike(left, right)
    pairs.append(alike)
    pairs.append(left.join(alike, on="before", how="anti").select("before", _none("now"), kind=pl.lit("vanished")))
    pairs.append(right.join(alike, on="now", how="anti").select(_none("before"), "now", kind=pl.lit("appeared")))
    sides = [_numbered(frame, side).drop("_vacant") for frame, side in ((before, "before"), (now, "now"))]
    named = sides[0].rename({name: f"{name}_before" for name in _KEPT})
    whole = pl.concat(pairs).join(named, on="before", how="left").join(sides[1], on="now", how="left")
    return (
        whole.with_columns(kind=_placed(sides[0]))
        .select("kind", *(f"{name}_before" for name in _KEPT), *_KEPT)
        .sort(pl.coalesce("entry_id", "entry_id_before"), "kind")
    )


def counts(changed: pl.DataFrame) -> dict[str, int]:
    """How many entries of each of KINDS."""
    found = dict(changed.get_column("kind").value_counts().iter_rows())
    return {kind: int(found.get(kind, 0)) for kind in KINDS}


def exchanged(changed: pl.DataFrame) -> pl.DataFrame:
    """Of the rows of `difference` those who moved in a ring: each to a post that another of them held before."""
    moved = changed.filter(pl.col("kind") == "moved").drop_nulls(["post_id", "post_id_before"])
    while True:
        kept = moved.filter(
            pl.col("post_id").is_in(moved.get_column("post_id_before").implode())
            & pl.col("post_id_before").is_in(moved.get_column("post_id").implode())
        )
        if kept.height == moved.height:
            return kept
        moved = kept


def _numbered(table: pl.DataFrame, side: str) -> pl.DataFrame:
    """The columns that identify an entry, with a number, in an order that does not depend on the table's."""
    absent = [pl.lit(None, pl.String).alias(name) for name in _KEPT if name not in table.columns]
    whole = table.with_columns(absent).select(_KEPT).sort(_KEPT, nulls_last=True).with_row_index(side)
    return whole.with_columns(_vacant=pl.when(pl.col("listed_person").is_null()).then(True))


def _none(side: str) -> pl.Expr:
    return pl.lit(None, pl.UInt32).alias(side)


def _paired(left: pl.DataFrame, right: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """before, now: rows that agree in `columns`, one with one. Word for word an empty cell equals an empty cell."""
    whole = columns == _TEXT
    sides = []
    for frame, side in ((left, "before"), (right, "now")):
        present = frame if whole else frame.drop_nulls(list(columns))
        sides.append(present.select(side, *columns, _place=pl.int_range(pl.len()).over(columns)))
    return sides[0].join(sides[1], on=[*columns, "_place"], nulls_equal=whole).select("before", "now")


def _alike(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """before, now, kind `respelt`: those left over at one post whose names may be one person's."""
    empty = pl.DataFrame(schema={"before": pl.UInt32, "now": pl.UInt32, "kind": pl.String})
    if left.is_empty() or right.is_empty() or max(left.height, right.height) > _MOST_COMPARED:
        return empty
    names = alike_names(left.get_column("listed_person"), right.get_column("listed_person"))
    at_one_post = left.select("before", "post_id", left="listed_person").join(
        right.select("now", "post_id", right="listed_person"), on="post_id"
    )
    found = at_one_post.join(names.select("left", "right", "score"), on=["left", "right"])
    best = found.sort("score", "before", "now", descending=[True, False, False])
    once = best.unique("before", keep="first", maintain_order=True).unique("now", keep="first", maintain_order=True)
    return once.select("before", "now", kind=pl.lit("respelt")) if once.height else empty


def _placed(before: pl.DataFrame) -> pl.Expr:
    """The kind of a row, where `placed` (the person is the same, the post is not) becomes `moved` or `renamed`."""

    def known(column: str) -> pl.Expr:
        values = before.get_column(column).drop_nulls().unique()
        changed = pl.col(column).ne_missing(pl.col(f"{column}_before"))
        return (pl.col(column).is_in(values.implode()) & changed).fill_null(False)

    elsewhere = known("post_id") | known("organisation_id") | known("listed_post") | known("listed_organisation")
    placed = pl.when(elsewhere).then(pl.lit("moved")).otherwise(pl.lit("renamed"))
    return pl.when(pl.col("kind") == "placed").then(placed).otherwise(pl.col("kind"))
