"""Which accounts to ask the platforms for: those that the other sources tell of."""

from __future__ import annotations

from dataclasses import dataclass

from incumbent import activity, platforms
from incumbent.archive import Archive
from incumbent.roster import Roster
from incumbent.sources.pages import Pages


def candidates(roster: Roster, archive: Archive, day: str) -> dict[str, list[Account]]:
    """Platform -> the accounts that the sources of a roster tell of by `day`: handles, with ids where they are known.

    What cannot be read is passed over here: whether a page can be used is judged when it comes, and by the release.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for source in roster.in_force(day):
        pages = Pages(roster, source, archive, day)
        for address in pages.visits:
            run = pages.good(address)
            said = pages.read(run).account_claims if run and source.adapter not in platforms.ADAPTERS else None
            if said is None:
                continue
            for platform, handle, number in said.select("platform", "handle", "platform_id").unique().iter_rows():
                if handle or number:
                    found.setdefault(activity.PLATFORMS.get(platform, platform), set()).add(
                        (handle or "", number or "")
                    )
    return {
        platform: [Account(handle or None, number or None) for handle, number in sorted(accounts)]
        for platform, accounts in found.items()
    }


@dataclass(frozen=True)
class Account:
    """What a source tells of an account: its handle, or the platform's immutable id, or both."""

    handle: str | None
    platform_id: str | None
