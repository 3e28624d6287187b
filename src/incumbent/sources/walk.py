"""Which pages a source consists of: its own addresses, or those that other sources name, and their further pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import page, registry

if TYPE_CHECKING:  # roster.py imports this package
    from incumbent.roster import Roster, Source

#: Takes addresses, gives the good snapshot of each in the same order; None where there is none.
Fetched = Callable[[Sequence[str]], Sequence[Snapshot | None]]


def walk(roster: Roster, source: Source, starts: Iterable[str], fetched: Fetched) -> Walk:
    """Every page of `source` from `starts` on, pagination followed, and what its pages name for other sources.

    Pages are asked for in rounds, so that those of one round can be fetched side by side. A page that names an address
    at a host that the source does not allow, or more pages than its `page_limit`, is a fault of the walk, by address.
    """
    allowed = None if registry.any_host(source.adapter) else hosts_of(source)
    found = Walk()
    asked: dict[str, None] = {}
    todo = list(dict.fromkeys(starts))
    while todo:
        asked.update(dict.fromkeys(todo))
        if len(asked) > source.page_limit:
            found.faults[todo[0]] = f"more than {source.page_limit} pages: the pagination does not end"
            break
        snapshots = fetched(todo)
        found.pages.extend(todo)
        further: dict[str, None] = {}
        for url, snapshot in zip(todo, snapshots, strict=True):
            if snapshot is None:
                continue
            try:
                links = page.links_of(roster, source, snapshot)
            except SourceError as error:
                found.faults[url] = page.why(error)
                continue
            found.named.update(dict.fromkeys(links.pages))
            for address in links.more:
                if allowed is not None and urlsplit(address).hostname not in allowed:
                    found.faults[url] = f"its next page is at another host: {address}"
                elif address not in asked:
                    further[address] = None
        todo = list(further)
    return found


def hosts_of(source: Source) -> frozenset[str]:
    """The hosts that a source may be fetched from, and be redirected to."""
    own = (urlsplit(url).hostname for url in (source.url, *source.urls))
    return frozenset([*(host for host in own if host), *(host.lower() for host in source.hosts)])


def own_addresses(source: Source) -> list[str]:
    """The addresses that roster.yaml gives for a source that follows no other."""
    return [] if source.follows else source.addresses


@dataclass
class Walk:
    """`pages`: the source's own, in the order in which they were found. `named`: the addresses that they name for the
    sources that follow this one. `faults`: address -> why it could not be followed."""

    pages: list[str] = field(default_factory=list)
    named: dict[str, None] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
