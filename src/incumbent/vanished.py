"""Who was on the list in the last version and is on it no more: many at once are a broken page, not news.

A page that lost half of its rows still parses, and a list that is short says nothing of why. The last version is what
somebody relied on, so it is what the new one is held against; who joined, or has another post now, has not vanished.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from incumbent.errors import HeldError
from incumbent.roster import Roster

_SHOWN = 10


def listed(version: Path) -> pl.DataFrame:
    """The table `roster` of the version in a folder."""
    return pl.read_parquet(version / "roster.parquet")


def require_few(roster: Roster, as_of: str, before: pl.DataFrame, now: pl.DataFrame) -> None:
    """Raises HeldError, with their names, when more than `policy.hold_change_percent` of the people in `before`, the
    last version's table `roster`, are not in the new one's, `now`.

    Counted are the lists that are still read as of that day: another list is not the same one changed.
    """
    read = [source.id for source in roster.in_force(as_of)]
    before = before.filter(pl.col("source_id").is_in(read)).drop_nulls("listed_person")
    gone, people = _gone(before, now), before.get_column("listed_person").n_unique()
    limit = roster.policy.hold_change_percent
    if gone and 100 * len(gone) > limit * people:
        shown = ", ".join(gone[:_SHOWN]) + (f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else "")
        raise HeldError(
            f"{len(gone)} of {people} people have vanished from the list at once: {shown}",
            where=", ".join(sorted(before.get_column("source_id").unique())),
            expected=f"at most {limit:g} % fewer than in the version before",
            do="look at the list's own page; if it is right, raise policy.hold_change_percent for this release",
        )


def _gone(before: pl.DataFrame, now: pl.DataFrame) -> list[str]:
    """The names of those who are in the first and not in the second, neither by their id nor by their name."""
    known = pl.col("person_id").is_in(now.get_column("person_id").drop_nulls().implode()).fill_null(False)
    named = pl.col("listed_person").is_in(now.get_column("listed_person").drop_nulls().implode())
    return sorted(before.filter(~known & ~named).get_column("listed_person").unique())
