"""What Wikidata's two formats have in common: who holds what (Holding), accounts (Account), dates with a precision."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from incumbent import edtf
from incumbent.sources.jsontree import Node

ITEM = re.compile(r"Q[1-9][0-9]*")
RANKS = ("deprecated", "normal", "preferred")
#: wikibase:timePrecision (https://www.mediawiki.org/wiki/Wikibase/DataModel#Dates_and_times) -> parts of an EDTF date.
#: What is known to the decade or less exactly is no date here: it is unknown.
_PARTS = {9: 1, 10: 2, 11: 3}
_COARSEST = range(9)
_TIME = re.compile(r"(?P<sign>[+-]?)0*(?P<year>[0-9]{4,})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})T[0-9:]{8}Z")
#: Platform -> what a handle of it looks like.
HANDLES = {
    "x": re.compile(r"[A-Za-z0-9_]{1,20}"),
    "mastodon": re.compile(r"[A-Za-z0-9_.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    "bluesky": re.compile(r"did:[a-z]+:[A-Za-z0-9.:_-]+|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    "linkedin": re.compile(r"[^\s;/?#@]+"),
}


def date_of(time: str, precision: int | None, node: Node) -> str | None:
    """An EDTF date from `+2012-05-07T00:00:00Z` (JSON) or `2012-05-07T00:00:00Z` (SPARQL); None for one that is known
    less exactly than to the year.

    Without a precision the first of a month may stand for the whole month, and 1 January for the year: then only that
    much is said. Raises SourceError at `node` for what is no date of our calendar's years 1 to 9999.
    """
    found = _TIME.fullmatch(time)
    if found is None or found["sign"] == "-" or len(found["year"]) > 4:
        raise node.error("the value is not a date", value=time, expected="a time such as +2012-05-07T00:00:00Z")
    if precision in _COARSEST:
        return None
    if precision is None:
        parts = 3 if found["day"] not in ("00", "01") else 2 if found["month"] not in ("00", "01") else 1
    elif precision in _PARTS:
        parts = _PARTS[precision]
    else:
        raise node.error("the precision of a date is none", value=str(precision), expected="0 to 11")
    date = "-".join((found["year"], found["month"], found["day"])[:parts])
    try:
        edtf.bounds(date)
    except ValueError:
        raise node.error("the value is not a date", value=time, expected="a day that exists") from None
    return date


def account(owner: Person, platform: str, handle: str, node: Node) -> Account:
    """The account, its handle checked and in one spelling. Raises SourceError at `node` for what is no handle."""
    plain = unquote(handle.strip()).removeprefix("@")
    if not HANDLES[platform].fullmatch(plain):
        raise node.error(f"the value is no handle of {platform}", value=handle, expected="a handle")
    did = plain if plain.startswith("did:") else None
    return Account(owner, platform, plain, did, "normal", None, node.pointer)


def best_holdings(holdings: Iterable[Holding]) -> list[Holding]:
    """Those that are evidence, each once.

    A deprecated statement is none. Where one statement of a person and position is preferred, a normal one of the same
    position counts only as what is over: it has an end. (Wikidata prefers the present holder's statement to past ones,
    https://www.wikidata.org/wiki/Help:Ranking, so that the past ones are true as well.)
    """
    told = [one for one in holdings if one.rank != "deprecated"]
    preferred = {(one.person.item, one.position) for one in told if one.rank == "preferred"}
    kept = [
        one
        for one in told
        if one.rank == "preferred" or one.end or one.ended or (one.person.item, one.position) not in preferred
    ]
    return list({one.content(): one for one in reversed(kept)}.values())[::-1]


def best_accounts(accounts: Iterable[Account]) -> list[Account]:
    """Those that are evidence, each once: as best_holdings does, by person and platform."""
    told = [one for one in accounts if one.rank != "deprecated"]
    preferred = {(one.owner.item, one.platform) for one in told if one.rank == "preferred"}
    kept = [
        one for one in told if one.rank == "preferred" or one.end or (one.owner.item, one.platform) not in preferred
    ]
    return list({(one.owner, one.platform, one.handle, one.end): one for one in reversed(kept)}.values())[::-1]


@dataclass(frozen=True)
class Person:
    """An item and its label; the id itself where it has no label in a language that was asked for."""

    item: str
    name: str


@dataclass(frozen=True)
class Holding:
    """One statement that a person holds or held a position. `ended`: it is over, since nobody knows when."""

    person: Person
    position: str
    post: str
    organisation: str | None
    organisation_item: str | None
    start: str | None
    end: str | None
    ended: bool
    acting: bool
    died: str | None
    note: str | None  # why it ended, in Wikidata's word
    successor: str | None
    rank: str
    locator: str

    def content(self) -> tuple[object, ...]:
        """What it says, without where."""
        return (
            *(self.person, self.position, self.post, self.organisation, self.organisation_item, self.start, self.end),
            *(self.ended, self.acting, self.died, self.note, self.successor),
        )


@dataclass(frozen=True)
class Account:
    """One statement that a person has or had an account; `end`: until when (`unknown` where only that is known)."""

    owner: Person
    platform: str
    handle: str
    platform_id: str | None
    rank: str
    end: str | None
    locator: str
