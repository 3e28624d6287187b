"""Capture with a network: every source of a roster, page by page, into its archive, and what became of each.

Sources that do not wait for one another run side by side, hosts too; how often a host is asked is the fetcher's to
decide. A page that fails never stops another. Nothing is interpreted here but whether a page is what was asked for.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from incumbent import platforms
from incumbent.archive import Archive
from incumbent.archive_writer import ArchiveWriter
from incumbent.capturing.candidates import told_accounts
from incumbent.capturing.outcomes import Captured, state_of
from incumbent.capturing.run import Fetches, Run
from incumbent.errors import InputError, RosterError
from incumbent.replay import SourceState, replay
from incumbent.roster import Politeness, Roster, Source
from incumbent.sources.walk import hosts_of

#: The variable that says who runs the capture: an e-mail or web address that every source is told.
CONTACT = "INCUMBENT_CONTACT"

_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]+|[^\s@]+@[^\s@]+\.[^\s@]+")

__all__ = ["capture", "contact_of", "politeness"]


def capture(
    roster: Roster,
    folder: Path,
    fetcher: Fetches,
    day: str,
    *,
    history: bool = False,
    said: Callable[[str], None] = lambda _: None,
    clock: Callable[[], float] = time.time,
) -> list[SourceState]:
    """Every source that is in force on `day` into the archive at `folder`; with `history`, also what web archives keep
    of its past. One state per source, in the order of roster.yaml.

    A source that is no capture (a transcription) is looked up in the archive, as a replay does. `said` is told of each
    source when it is done; `clock` gives the seconds since 1970. Raises LockedError while another run writes to the
    archive; RosterError for a token that the environment lacks.
    """
    sources = [source for source in roster.in_force(day) if source.id not in roster.past_only or history]
    past = [source for source in roster.sources if source.past] if history else []
    # Platforms come last: which accounts to ask for, the other sources tell.
    asked_platforms = [source for source in sources if source.adapter in platforms.ADAPTERS]
    tokens = {source.id: _token(roster, source) for source in sources}
    with ArchiveWriter(folder) as writer:
        run = Run(roster, Archive(folder), writer, fetcher, day, tokens, clock)
        with ThreadPoolExecutor(max_workers=max(1, len(sources)), thread_name_prefix="source") as pool:
            futures: dict[str, Future[Captured]] = {}
            for source in sources:
                if source.kind == "capture" and source not in asked_platforms:
                    futures[source.id] = pool.submit(run.source, source, dict(futures), said)
        captured = {name: future.result() for name, future in futures.items()}
        with ThreadPoolExecutor(max_workers=len(platforms.ADAPTERS), thread_name_prefix="platform") as pool:
            due = [one for one in asked_platforms if run.is_due(one)]
            told = told_accounts(roster, Archive(folder), day) if due else None
            asking = {one.id: pool.submit(run.platform, one, told, said) for one in due if told is not None}
        captured |= {one.id: Captured() for one in asked_platforms if one not in due}
        captured |= {name: future.result() for name, future in asking.items()}
        for source in past:
            found = run.past(source, captured)
            captured[source.id] = found if source.id not in captured else captured[source.id].joined(found)
            said(f"{source.id}: {len(found.outcomes)} pages of the past")
        asked = {source.id for source in (*sources, *past)}
        archive = Archive(folder)
        return [
            state_of(roster, source, captured[source.id], archive, day)
            if source.id in captured
            else replay(source, archive, day)
            for source in roster.sources
            if source.id in asked
        ]


def contact_of(roster: Roster, given: str | None = None) -> str:
    """Whom the sources can write to: as given, else CONTACT of the environment, else the roster's, if it is an address.

    Raises InputError where there is none: nobody is asked by a stranger.
    """
    contact = given or os.environ.get(CONTACT, "").strip() or roster.contact
    if not _ADDRESS.fullmatch(contact):
        raise InputError(
            "the sources are to be told who asks, and no address is known"
            if contact == roster.contact
            else "the sources are to be told who asks, and this is no address",
            where="--contact" if given else f"{CONTACT}, or contact in {roster.where('contact')}",
            expected="an e-mail or web address",
            do=f"give --contact, or set {CONTACT}",
        )
    return contact


def politeness(roster: Roster) -> dict[str, Politeness]:
    """How each host of a roster may be asked. Where sources share a host, the most careful of them decides."""
    found: dict[str, Politeness] = {}
    for source in roster.sources:
        for host in hosts_of(source) if source.kind == "capture" else ():
            known = found.get(host, source.politeness)
            found[host] = Politeness(
                delay_seconds=max(known.delay_seconds, source.politeness.delay_seconds),
                concurrency=min(known.concurrency, source.politeness.concurrency),
            )
    return found


def _token(roster: Roster, source: Source) -> str | None:
    if source.token_env is None:
        return None
    token = os.environ.get(source.token_env, "").strip()
    if not token and source.required:
        raise RosterError(
            f"the source {source.id} asks for a token, and the environment has none",
            where=roster.where("sources", roster.sources.index(source), "token_env"),
            expected=f"a token in {source.token_env}",
            do="set the variable, or remove the source",
        )
    return token or None
