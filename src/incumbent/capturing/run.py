"""One capture of one roster: each page fetched, kept in the archive, and judged."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit

import polars as pl

from incumbent import platforms
from incumbent.archive import Archive, Snapshot
from incumbent.archive_writer import ArchiveWriter
from incumbent.capturing.candidates import candidates, lost
from incumbent.capturing.doubts import Doubts
from incumbent.capturing.outcomes import Captured, Outcome
from incumbent.capturing.secrets import Secrets
from incumbent.errors import SourceError
from incumbent.fetch import FetchError, Request, Response
from incumbent.roster import Roster, Source
from incumbent.sources import page, registry
from incumbent.sources.mementos import Memento, memento_of
from incumbent.sources.pages import Pages
from incumbent.sources.walk import hosts_of, own_addresses, walk

#: Bytes of an error's page that are kept: enough to see what it was.
_ERROR_PAGE = 65_536
#: Fault -> why the bytes are not all there (WARC 1.1, WARC-Truncated).
_TRUNCATED = {"truncated": "disconnect", "timeout": "time", "too_large": "length", "encoding": "unspecified"}
#: A whole page that says so itself, where the server does not say where its body ends.
_ENDS = re.compile(rb"(</html>|[}\]])\s*$", re.IGNORECASE)


def _without_token(source: Source) -> Captured:
    return Captured([Outcome(source.url, fault="no_token", why=f"no token in {source.token_env}")])


class Run:
    """One capture of one roster: what its threads share."""

    def __init__(
        self,
        roster: Roster,
        archive: Archive,
        writer: ArchiveWriter,
        fetcher: Fetches,
        day: str,
        tokens: Mapping[str, str | None],
        clock: Callable[[], float],
    ) -> None:
        self._roster, self._archive, self._writer, self._fetcher = roster, archive, writer, fetcher
        self._day, self._tokens, self._clock = day, tokens, clock
        self._doubts = Doubts(roster, archive, writer)
        self._secrets = Secrets(token for token in tokens.values() if token)
        self._stopped: set[str] = set()  # ids of sources that are not asked again in this run

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

    def platform(self, source: Source, told: pl.DataFrame, said: Callable[[str], None]) -> Captured:
        """What a platform says of the accounts of which `told` (account claims) tells.

        A platform that refuses us is not asked again in this run.
        """
        if source.token_env and not self._tokens[source.id]:
            return _without_token(source)
        accounts = candidates(told, source.adapter)
        found = self._pages(source, platforms.addresses(source.adapter, accounts, source.settings))
        with self._writer.paused():
            by_id = lost(told, self._roster, source, self._archive, self._day)
        known = {outcome.address for outcome in found.outcomes}
        more = [one for one in platforms.addresses(source.adapter, by_id, source.settings) if one not in known]
        said(f"{source.id}: {len(accounts)} accounts, {len(by_id)} of them asked for by id")
        return found.joined(self._pages(source, more)) if more else found

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
        if source.id in self._stopped:
            return Outcome(address, fault="stopped", why="the platform refused an earlier request of this run")
        if host not in hosts and not registry.any_host(source.adapter):
            return Outcome(
                address, fault="host", why=f"its address is at a host that the source does not allow: {host}"
            )
        memento = memento_of(address)
        latest = self._writer.latest(source.id, address)
        if memento and latest:  # a copy in a web archive never changes
            return Outcome(memento.original, fetched_at=latest.fetched_at)
        if latest and self._is_recent(source, latest):
            return Outcome(address, fetched_at=latest.fetched_at)
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

    def is_due(self, source: Source) -> bool:
        """Whether a platform is to be asked: not within the `refresh_hours` after its last answers."""
        known = self._writer.newest(source.id)
        return known is None or not self._is_recent(source, known)

    def _is_recent(self, source: Source, latest: Snapshot) -> bool:
        """Whether a page came whole so lately that it is not asked for again. A doubted one (without headers) is."""
        came = dt.datetime.fromisoformat(latest.fetched_at)
        age = dt.datetime.fromtimestamp(self._clock(), dt.UTC) - came
        return bool(latest.headers) and dt.timedelta() <= age < dt.timedelta(hours=source.politeness.refresh_hours)

    def _failed(self, source: Source, address: str, memento: Memento | None, error: FetchError) -> Outcome:
        """An error's page is an answer too: it is kept, and for some sources read."""
        response = error.response
        if response is not None and error.fault == "status" and registry.reads_errors(source.adapter):
            found = self._kept(source, address, memento, response)
            if found.fault is None and response.status in platforms.TELLING:
                return found
            if platforms.stops(source.adapter, response.status, response.body):
                self._stopped.add(source.id)
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
            why=self._secrets.masked(error.what),
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
        latest = self._writer.latest(source.id, address)
        snapshot = self._add(source, address, memento, replace(response, body=body), redacted=redacted)
        kept = snapshot if registry.names_others(source.adapter) else None
        if snapshot.unchanged and latest and latest.headers:  # judged when it came, and not doubted
            return replace(outcome, snapshot=kept)
        parsed, why = None, ""
        try:
            parsed = page.read_page(self._roster, source, snapshot)
        except SourceError as error:
            why = page.why(error)  # the error itself holds the page's text
        if parsed is None:
            return self._doubted(source, address, replace(outcome, fault="quarantined", why=why))
        if latest and not memento and not snapshot.unchanged:
            if outdated := self._doubts.fault_of(source, snapshot):
                return self._doubted(source, address, replace(outcome, fault="quarantined", why=outdated))
            if doubt := self._doubts.about(source, snapshot, parsed):
                outcome = self._doubted(source, address, replace(outcome, doubt=doubt[0], why=doubt[1]))
        return replace(outcome, fresh=not snapshot.unchanged, snapshot=kept)

    def _doubted(self, source: Source, address: str, outcome: Outcome) -> Outcome:
        """The outcome, its doubt kept beside the page: the next run asks for the whole of it again."""
        told = f"{outcome.fault or outcome.doubt}: {outcome.why}"
        self._writer.add_note(source.id, address, outcome.fetched_at or "", told)
        return outcome

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
            status=self._secrets.masked(f"{response.status} {response.reason}".strip()),
            headers=[(name, self._secrets.masked(value)) for name, value in response.headers],
            body=self._secrets.cut(response.body),
            request_headers=response.request_headers,
            published_at=memento.original if memento else "",
            stated_at=memento.taken_at if memento else "",
            truncated=truncated,
            redacted=redacted,
        )


class Fetches(Protocol):
    """What is asked of fetch.Fetcher. Safe to call from threads; raises FetchError."""

    def fetch(self, request: Request) -> Response: ...
