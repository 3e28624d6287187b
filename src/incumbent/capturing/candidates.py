"""Which accounts to ask the platforms for: those that the other sources tell of, of people who are on the list.

A handle is asked for first; by its immutable id an account is asked for only where its handle no longer leads to it.
Nobody else's account is asked for: what is not needed is not collected (docs/data-protection.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from incumbent import activity, curation, platforms
from incumbent.activity import bindings, timeline
from incumbent.archive import Archive
from incumbent.names import alike_names
from incumbent.roster import Roster, Source
from incumbent.sources.base import Parsed
from incumbent.sources.pages import Pages


def told_accounts(roster: Roster, archive: Archive, day: str) -> pl.DataFrame:
    """What the sources of a roster, but for the platforms, tell by `day` of accounts of people who may be on the list.

    Account claims, the platforms called as we call them. What cannot be read is passed over here: whether a page can be
    used is judged when it comes, and by the release.
    """
    parsed = [Parsed()]
    for source in roster.in_force(day):
        if source.adapter not in platforms.ADAPTERS:
            pages = Pages(roster, source, archive, day)
            runs = [pages.good(address) for address in pages.visits]
            parsed += [pages.read(run) for run in runs if run]
    listed = pl.concat([one.claims for one in parsed]).filter(role="roster")
    told = activity.with_platform(pl.concat([one.account_claims for one in parsed]))
    return _of_the_listed(told.unique("claim_id").sort("claim_id"), listed)


def candidates(told: pl.DataFrame, platform: str) -> list[Account]:
    """The accounts of a platform of which `told` tells: handles, with ids where it gives them."""
    named = told.filter(platform=platform).select("handle", "platform_id").unique().sort("handle", "platform_id")
    return [Account(handle, number) for handle, number in named.iter_rows() if handle or number]


def lost(told: pl.DataFrame, roster: Roster, source: Source, archive: Archive, day: str) -> list[Account]:
    """Accounts whose handle, when the platform `source` was last asked for it, did not lead to them: by their ids.

    An account is known by the id that its handle had when a source named it (activity.bindings): it may have been
    renamed, or be gone, or its handle may be somebody else's by now.
    """
    pages = Pages(roster, source, archive, day)
    runs = [run for address in pages.visits for run in pages.runs(address) if pages.fault(run) is None]
    seen = timeline.dated(pl.concat([Parsed().observations, *(pages.read(run).observations for run in runs)]))
    claims = told.filter(platform=source.adapter).with_columns(person_id=pl.coalesce("person_ids", "person"))
    claims = timeline.dated(claims.filter(pl.col("person_id").is_not_null()))
    decided = activity.decided_of(curation.load(roster.folder / "curation").valid_on(day).accounts)
    pairs = bindings.pairs(claims, seen, bindings.bindings(claims, seen), decided).drop_nulls("bound_id")
    asked = seen.group_by("folded").agg(asked=pl.col("day").max())
    met = seen.group_by("platform_id").agg(met=pl.col("day").max())
    found = (
        pairs.select("folded", platform_id="bound_id")
        .unique()
        .join(asked, on="folded")
        .join(met, on="platform_id", how="left")
        .filter((pl.col("met") < pl.col("asked")).fill_null(True))
    )
    return [Account(None, number) for number in found.get_column("platform_id").unique().sort()]


def _of_the_listed(told: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """The account claims about somebody whose identifier, or a name that could be theirs, is on the list."""
    ids = listed.get_column("person_ids").drop_nulls().str.split(";").explode().unique()
    alike = alike_names(told.get_column("person"), listed.get_column("person")).get_column("left").unique()
    by_id = pl.col("person_ids").str.split(";").list.eval(pl.element().is_in(ids.implode())).list.any()
    return told.filter(pl.col("person").is_in(alike.implode()).fill_null(False) | by_id.fill_null(False))


@dataclass(frozen=True)
class Account:
    """What a source tells of an account: its handle, or the platform's immutable id, or both."""

    handle: str | None
    platform_id: str | None
