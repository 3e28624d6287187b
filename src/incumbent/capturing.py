"""Capture with a network: every source of a roster, page by page, into its archive, and what became of each.

Sources that do not wait for one another run side by side, hosts too; how often a host is asked is the fetcher's to
decide. A page that fails never stops another. Nothing is interpreted here but whether a page is what was asked for.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from incumbent import edtf
from incumbent.archive import Archive, Snapshot
from incumbent.archive_writer import ArchiveWriter
from incumbent.errors import RosterError, SourceError
from incumbent.fetch import FAULT_TABLE, FetchError, Request, Response
from incumbent.replay import SourceState, replay
from incumbent.roster import Politeness, Roster, Source
from incumbent.sources import page, registry
from incumbent.sources.mementos import Memento, memento_of
from incumbent.sources.pages import Pages
from incumbent.sources.walk import Walk, hosts_of, own_addresses, walk

#: Bytes of an error's page that are kept: enough to see what it was.
_ERROR_PAGE = 65_536
#: Fault -> why the bytes are not all there (WARC 1.1, WARC-Truncated).
_TRUNCATED = {"truncated": "disconnect", "timeout": "time", "too_large": "length", "encoding": "unspecified"}
#: Faults beside the fetcher's own -> what an operator can expect, or do.
_ADVICE = {
    "host": "add the host to `hosts` of the source if it is the publisher's, else leave the page",
    "no_pages": "it is asked again at the next run",
    "no_token": "set the variable to have it fetched",
    "pagination": "raise `page_limit` of the source if it really has more pages",
    "personal_data": "it is asked again at the next run; if the layout has changed, mend the adapter",
    "quarantined": "it is kept, and asked again at the next run; if the layout has changed, mend the settings",
}
#: A whole page that says so itself, where the server does not say where its body ends.
_ENDS = re.compile(rb"(</html>|[}\]])\s*$", re.IGNORECASE)


def capture(
    roster: Roster,
    folder: Path,
    fetcher: Fetches,
    day: str,
    *,
    history: bool = False,
    said: Callable[[str], None] = lambda _: None,
) -> list[SourceState]:
    """Every source that is in force on `day` into the archive at `folder`; with `history`, also what web archives keep
    of its past. One state per source, in the order of roster.yaml.

    A source that is no capture (a transcription) is looked up in the archive, as a replay does. `said` is told of each
    source when it is done. Raises LockedError while another run writes to the archive; RosterError for a token that the
    environment lacks.
    """
    sources = [source for source in roster.in_force(day) if source.id not in roster.past_only or history]
    past = [source for source in roster.sources if source.past] if history else []
    tokens = {source.id: _token(roster, source) for source in sources}
    with ArchiveWriter(folder) as writer:
        run = _Run(roster, Archive(folder), writer, fetcher, day, tokens)
        with ThreadPoolExecutor(max_workers=max(1, len(sources)), thread_name_prefix="source") as pool:
            futures: dict[str, Future[Captured]] = {}
            for source in sources:
                if source.kind == "capture":
                    futures[source.id] = pool.submit(run.source, source, dict(futures), said)
        captured = {name: future.result() for name, future in futures.items()}
        for source in past:
            found = run.past(source, captured)
            captured[source.id] = found if source.id not in captured else captured[source.id].joined(found)
            said(f"{source.id}: {len(found.outcomes)} pages of the past")
        asked = {source.id for source in (*sources, *past)}
        archive = Archive(folder)
        return [
            _state(roster, source, captured[source.id], archive, day)
            if source.id in captured
            else replay(source, archive, day)
            for source in roster.sources
            if source.id in asked
        ]


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


def _state(roster: Roster, source: Source, captured: Captured, archive: Archive, day: str) -> SourceState:
    """What a source came to: as good as its worst page that nothing older can stand in for."""
    outcomes = captured.outcomes
    bad = [outcome for outcome in outcomes if outcome.fault]
    fetched = max((outcome.fetched_at for outcome in outcomes if outcome.fetched_at), default=None)
    state: SourceState = {
        "source_id": source.id,
        "state": "fresh" if any(outcome.fresh for outcome in outcomes) else "unchanged",
        "required": source.required,
        "snapshots": len(outcomes) - len(bad),
        "fetched_at": fetched,
        "note": None,
        "fault": None,
        "next": None,
        "age_days": None,
        "max_age_days": source.max_age_days,
    }
    if not outcomes and source.role == "roster":
        return state | {
            "state": "failed",
            "fault": "no_pages",
            "note": "no page of it is named",
            "next": _ADVICE["no_pages"],
        }
    if not bad:
        return state
    pages = Pages(roster, source, archive, day)
    ages = [_age(pages, outcome.address, day) for outcome in bad]
    known = [age for age in ages if age is not None]
    worst = bad[ages.index(None)] if None in ages else bad[ages.index(max(known))]
    said = f"{len(bad)} of {len(outcomes)} pages: {worst.why}" if len(outcomes) > 1 else worst.why
    state |= {"fault": worst.fault, "note": said, "next": worst.next or _advice(worst.fault or "")}
    if len(known) == len(ages):
        age = max(known)
        return state | {
            "state": "carried_forward",
            "age_days": age,
            "note": f"{said}; what it said {_ago(age)} is used",
        }
    return state | {"state": "quarantined" if worst.fault == "quarantined" else "failed"}


def _advice(fault: str) -> str:
    return _ADVICE[fault] if fault in _ADVICE else FAULT_TABLE[fault].advice


def _age(pages: Pages, address: str, day: str) -> int | None:
    """Days since the page last said what is carried forward; None where there is nothing to carry."""
    run = pages.good(address)
    if run is None:
        return None
    known = run.last.snapshot.known_at
    return (edtf.parse_day(day) - edtf.bounds(known)[1]).days if known else 0


def _ago(days: int) -> str:
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


class Fetches(Protocol):
    """What is asked of fetch.Fetcher. Safe to call from threads; raises FetchError."""

    def fetch(self, request: Request) -> Response: ...


@dataclass(frozen=True)
class Outcome:
    """What became of one page: `fresh` bytes, the same as before, or a fault with why (a sentence) and what is next."""

    address: str
    fresh: bool = False
    fetched_at: str | None = None
    fault: str | None = None
    why: str = ""
    next: str | None = None
    snapshot: Snapshot | None = field(default=None, repr=False)  # of a page that names others, until they are known


@dataclass
class Captured:
    """What became of a source's pages, and what they name."""

    outcomes: list[Outcome] = field(default_factory=list)
    walk: Walk = field(default_factory=Walk)

    def joined(self, other: Captured) -> Captured:
        """Both of them as one source's."""
        return replace(self, outcomes=[*self.outcomes, *other.outcomes])


class _Run:
    """One capture of one roster: what its threads share."""

    def __init__(
        self,
        roster: Roster,
        archive: Archive,
        writer: ArchiveWriter,
        fetcher: Fetches,
        day: str,
        tokens: Mapping[str, str | None],
    ) -> None:
        self._roster, self._archive, self._writer, self._fetcher = roster, archive, writer, fetcher
        self._day, self._tokens = day, tokens

    def source(self, source: Source, before: Mapping[str, Future[Captured]], said: Callable[[str], None]) -> Captured:
        """Every page of a source, once those that it follows are known."""
        named = [before[name].result().walk.named for name in source.follows if name in before]
        if source.token_env and not self._tokens[source.id]:
            why = f"no token in {source.token_env}"
            return Captured(
                [Outcome(source.url, fault="no_token", why=why, next="set the variable to have it fetched")]
            )
        starts = [address for names in named for address in names] if source.follows else own_addresses(source)
        found = self._pages(source, starts)
        bad = sum(outcome.fault is not None for outcome in found.outcomes)
        said(f"{source.id}: {len(found.outcomes)} pages, {bad} with a fault")
        return found

    def past(self, source: Source, captured: Mapping[str, Captured]) -> Captured:
        """The copies that web archives have of a source's pages, each kept under the address that it is a copy of."""
        named = [address for name in source.past if name in captured for address in captured[name].walk.named]
        hosts = frozenset().union(*(hosts_of(one) for one in self._roster.sources if one.id in source.past))
        outcomes = self._fetched(source, list(dict.fromkeys(named)), hosts)
        return Captured(outcomes)

    def _pages(self, source: Source, starts: Sequence[str]) -> Captured:
        outcomes: dict[str, Outcome] = {}
        names_others = registry.names_others(source.adapter)

        def fetched(addresses: Sequence[str]) -> list[Snapshot | None]:
            done = self._fetched(source, addresses, hosts_of(source))
            outcomes.update({outcome.address: replace(outcome, snapshot=None) for outcome in done})
            if not names_others:
                return [None] * len(done)
            return [outcome.snapshot or self._latest_good(source, outcome.address) for outcome in done]

        found = walk(self._roster, source, starts, fetched)
        for address, why in found.faults.items():
            known = outcomes.get(address)
            if known is None or known.fault is None:
                outcomes[address] = Outcome(address, fault="pagination", why=why)
        return Captured(list(outcomes.values()), found)

    def _latest_good(self, source: Source, address: str) -> Snapshot | None:
        """The last page of an address that could be used: what it named is asked for until a newer one comes."""
        with self._writer.paused():
            pages = Pages(self._roster, source, self._archive, None)
            run = pages.good(address)
            return self._archive.load(run.last) if run else None

    def _fetched(self, source: Source, addresses: Sequence[str], hosts: frozenset[str]) -> list[Outcome]:
        """The outcome of each address, in order. Each host has lanes of its own, as many as it may be asked at once."""
        lanes: dict[str, list[str]] = {}
        for address in addresses:
            lanes.setdefault(urlsplit(address).netloc, []).append(address)
        wide = source.politeness.concurrency
        with ThreadPoolExecutor(max_workers=max(1, min(64, len(lanes) * wide)), thread_name_prefix=source.id) as pool:
            done: dict[str, Future[Outcome]] = {}
            # Round robin over the hosts: a slow one must not fill every lane.
            for place in range(max((len(lane) for lane in lanes.values()), default=0)):
                for lane in lanes.values():
                    if place < len(lane):
                        done[lane[place]] = pool.submit(self._page, source, lane[place], hosts)
        return [done[address].result() for address in addresses]

    def _page(self, source: Source, address: str, hosts: frozenset[str]) -> Outcome:
        """One page fetched, kept, and judged."""
        host = urlsplit(address).hostname
        if host not in hosts:
            return Outcome(
                address, fault="host", why=f"its address is at a host that the source does not allow: {host}"
            )
        memento = memento_of(address)
        latest = self._writer.latest(source.id, address)
        if memento and latest:  # a copy in a web archive never changes
            return Outcome(memento.original, fetched_at=latest.fetched_at)
        headers = {name.lower(): value for name, value in latest.headers.items()} if latest else {}
        token = self._tokens.get(source.id)
        request = Request(
            address,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            secret_headers=(("Authorization", f"Bearer {token}"),) if token else (),
            hosts=hosts,
            interface=source.interface is not None,
        )
        try:
            response = self._fetcher.fetch(request)
        except FetchError as error:
            return self._failed(source, address, memento, error)
        return self._kept(source, address, memento, response)

    def _failed(self, source: Source, address: str, memento: Memento | None, error: FetchError) -> Outcome:
        """An error's page is an answer too: it is kept, and for some sources read."""
        response = error.response
        if response is not None and error.fault == "status" and registry.reads_errors(source.adapter):
            found = self._kept(source, address, memento, response)
            if found.fault is None:
                return found
        elif response is not None:
            cut = _TRUNCATED.get(error.fault) or ("length" if len(response.body) > _ERROR_PAGE else "")
            body = b"" if registry.redacts(source.adapter) else response.body[:_ERROR_PAGE]
            self._add(source, address, memento, replace(response, body=body), truncated=cut)
        later = None
        if error.retry_at is not None:
            when = dt.datetime.fromtimestamp(error.retry_at, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
            later = f"it is not asked again before {when}, as the server wishes"
        return Outcome(
            memento.original if memento else address,
            fetched_at=response.fetched_at if response else None,
            fault=error.fault,
            why=error.what,
            next=later,
        )

    def _kept(self, source: Source, address: str, memento: Memento | None, response: Response) -> Outcome:
        outcome = Outcome(memento.original if memento else address, fetched_at=response.fetched_at)
        if not response.complete and not _ENDS.search(response.body[-200:]):
            self._add(source, address, memento, replace(response, body=b""), truncated="unspecified")
            return replace(outcome, fault="truncated", why="nothing says where the body ends, nor whether it is whole")
        declared = next((value for name, value in response.headers if name.lower() == "content-type"), None)
        try:
            body = (
                registry.redacted(source.adapter, response.body, declared) if response.status == 200 else response.body
            )
        except ValueError as error:
            self._add(source, address, memento, replace(response, body=b""), truncated="unspecified")
            why = f"personal data in it cannot be told apart, so that it is not kept: {error}"
            return replace(outcome, fault="personal_data", why=why)
        redacted = body != response.body
        snapshot = self._add(source, address, memento, replace(response, body=body), redacted=redacted)
        try:
            page.read_page(self._roster, source, snapshot)
        except SourceError as error:
            return replace(outcome, fault="quarantined", why=page.why(error))
        kept = snapshot if registry.names_others(source.adapter) else None
        return replace(outcome, fresh=not snapshot.unchanged, snapshot=kept)

    def _add(
        self,
        source: Source,
        address: str,
        memento: Memento | None,
        response: Response,
        *,
        truncated: str = "",
        redacted: bool = False,
    ) -> Snapshot:
        return self._writer.add_capture(
            source.id,
            address,
            fetched_at=response.fetched_at,
            status=f"{response.status} {response.reason}".strip(),
            headers=response.headers,
            body=response.body,
            request_headers=response.request_headers,
            published_at=memento.original if memento else "",
            stated_at=memento.taken_at if memento else "",
            truncated=truncated,
            redacted=redacted,
        )
