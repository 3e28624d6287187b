"""What became out of date from one published version to the next, and what was put right."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

import polars as pl

_OUT = "out_of_date"
_LISTED = {"listed_person": "person", "listed_post": "post", "listed_organisation": "organisation"}
_GONE = "no longer listed"


class Turned(TypedDict):
    """Entries whose verdict crossed `out_of_date`, each with entry_id, person, post and organisation.

    `first`: there was no version before. `wrong`: out of date now, and not before, with holder and explanation.
    `righted`: the other way round, with `now`: the verdict, or that it is no longer listed.
    """

    first: bool
    wrong: list[dict[str, Any]]
    righted: list[dict[str, Any]]


def turned(before: Path | None, after: Path) -> Turned:
    """What `after`, the folder of a version, says of entries that `before` did not. In the order of entry_id."""
    now = _entries(after)
    was = _entries(before) if before else now.clear()
    was_out, is_out = was.filter(pl.col("verdict") == _OUT), now.filter(pl.col("verdict") == _OUT)
    wrong = is_out.join(was_out, on="entry_id", how="anti").drop("verdict")
    righted = (
        was_out.drop("verdict", "holder", "explanation")
        .join(is_out, on="entry_id", how="anti")
        .join(now.select("entry_id", now="verdict"), on="entry_id", how="left")
        .with_columns(pl.col("now").fill_null(_GONE).str.replace_all("_", " "))
    )
    return {
        "first": before is None,
        "wrong": wrong.sort("entry_id").to_dicts(),
        "righted": righted.sort("entry_id").to_dicts(),
    }


def _entries(version: Path) -> pl.DataFrame:
    columns = ["entry_id", *_LISTED, "verdict", "holder", "explanation"]
    return pl.read_parquet(version / "roster.parquet", columns=columns).rename(_LISTED)
