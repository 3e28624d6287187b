"""Which accounts to ask the platforms for: those that the other sources tell of, of people who are on the list.

Nobody else's account is asked for: what is not needed is not collected (docs/data-protection.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from incumbent import activity, platforms
from incumbent.archive import Archive
from incumbent.names import blocking_keys, compare_names
from incumbent.roster import Roster
from incumbent.sources.base import Parsed
from incumbent.sources.pages import Pages


def candidates(roster: Roster, archive: Archive, day: str) -> dict[str, list[Account]]:
    """Platform -> the accounts that the sources of a roster tell of by `day`: handles, with ids where they are known.

    What cannot be read is passed over here: whether a page can be used is judged when it comes, and by the release.
    """
    parsed = [Parsed()]
    for source in roster.in_force(day):
        if source.adapter not in platforms.ADAPTERS:
            pages = Pages(roster, source, archive, day)
            runs = [pages.good(address) for address in pages.visits]
            parsed += [pages.read(run) for run in runs if run]
    listed = pl.concat([one.claims for one in parsed]).filter(role="roster")
    told = _of_the_listed(pl.concat([one.account_claims for one in parsed]), listed)
    found: dict[str, set[tuple[str, str]]] = {}
    for platform, handle, number in told.select("platform", "handle", "platform_id").unique().iter_rows():
        if handle or number:
            name = activity.PLATFORMS.get(platform.lower(), platform.lower())
            found.setdefault(name, set()).add((handle or "", number or ""))
    return {
        platform: [Account(handle or None, number or None) for handle, number in sorted(accounts)]
        for platform, accounts in found.items()
    }


def _of_the_listed(told: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """The account claims about somebody whose identifier, or a name that could be theirs, is on the list."""
    ids = listed.get_column("person_ids").drop_nulls().str.split(";").explode().unique()
    names = pl.concat([told.get_column("person"), listed.get_column("person")]).drop_nulls().unique().sort()
    keys = blocking_keys(names)
    ours = keys.filter(pl.col("name").is_in(listed.get_column("person").implode()))
    pairs = keys.join(ours, on="key").select(left="name", right="name_right").unique().sort("left", "right")
    alike = compare_names(pairs).filter(pl.col("relation") != "different").get_column("left").unique()
    by_id = pl.col("person_ids").str.split(";").list.eval(pl.element().is_in(ids.implode())).list.any()
    return told.filter(pl.col("person").is_in(alike.implode()).fill_null(False) | by_id.fill_null(False))


@dataclass(frozen=True)
class Account:
    """What a source tells of an account: its handle, or the platform's immutable id, or both."""

    handle: str | None
    platform_id: str | None
