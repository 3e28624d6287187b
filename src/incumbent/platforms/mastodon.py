"""Adapter `mastodon`: what a Mastodon server says of accounts.

Reads the account entity (/api/v1/accounts/lookup and /accounts/:id), a page of statuses, WebFinger, and the 404 and 410
of each. An account's id is its ActivityPub address (`uri`), a handle is `name@domain`. Entities:
https://docs.joinmastodon.org/entities/Account/ and .../Status/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.platforms import observing
from incumbent.platforms.observing import Candidate, Feed
from incumbent.sources import html, jsontree
from incumbent.sources.base import AdapterSettings, Context, Links, Parsed
from incumbent.sources.jsontree import Node

PLATFORM = "mastodon"
#: An error's page is an answer too: there is no such account, or it is suspended.
READS_ERRORS = True
#: Every server is a host of its own, and accounts move between them.
ANY_HOST = True
#: Each server is asked for itself, so none that asks for a token stops the others.
STOPPING: frozenset[int] = frozenset()
#: Statuses on one page: the API's own limit.
PAGE = 40
#: What an account says of itself, and means that it asks not to be indexed.
OPT_OUTS = {"noindex": True, "indexable": False}
#: What a server answers in place of an account: 404 for none, 410 for one that it has suspended for good.
_ABSENT = {404: "not_found", 410: "suspended"}
_DOMAIN = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\s;]*)?")
_SELF = "self"
_WEBFINGER = "/.well-known/webfinger"
_STATUSES = re.compile(r"/api/v1/accounts/[^/]+/statuses")
_NEXT = re.compile(r"<([^>]+)>\s*;[^,]*rel=\"?next\b")


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One observation per response; two where an account names the one that it moved to; none for an empty page.

    Raises SourceError.
    """
    Settings.model_validate(settings)
    if snapshot.status in _ABSENT:
        rows = _absent(snapshot, context)
    elif snapshot.status not in observing.TELLING:
        rows = _unchecked(snapshot, f"HTTP {snapshot.status}")
    else:
        document = jsontree.load(snapshot, context)
        if isinstance(document.value, list):
            rows = _statuses(document, snapshot, context)
        elif "subject" in document.members():
            rows = [_finger(document)]
        elif "error" in document.members() and "uri" not in document.members():
            rows = _unchecked(snapshot, document.text("error"))
        else:
            rows = _account(document, snapshot)
    return observing.observed(rows, PLATFORM, snapshot, context)


def links(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Links:
    """After WebFinger, the account on the server that it names; after an account, its statuses, unless it opts out.

    After an account that has moved, also the one that it moved to. Raises SourceError.
    """
    Settings.model_validate(settings)
    if snapshot.status != 200:
        return Links()
    document = jsontree.load(snapshot, context)
    if isinstance(document.value, list):
        following = _NEXT.search(_header(snapshot, "link"))
        own = any(not _is_boost(status) for status in document.items())
        return Links(more=(following[1],)) if following and not own else Links()
    if "subject" in document.members():
        found = _finger(document)
        return Links(more=(_lookup(_origin(found["platform_id"]), found["handle"]),))
    more = []
    if not document.optional_truth("suspended") and not _opts_out(document):
        origin = "://".join(urlsplit(snapshot.url)[:2])
        statuses = f"{origin}/api/v1/accounts/{observing.escaped(document.text('id'))}/statuses"
        more.append(f"{statuses}?limit={PAGE}&exclude_reblogs=true")
    moved = document.optional("moved")
    if moved is not None:
        uri = _uri(moved)
        more.append(_lookup(_origin(uri), _handle(moved, uri, uri)))
    return Links(more=tuple(more))


def requests(candidates: Sequence[Candidate], settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses that tell of `candidates`: WebFinger and the account on the handle's own domain.

    Where its address is known, also the account on the server of that address. A handle without a domain cannot be
    asked for.
    """
    Settings.model_validate(settings)
    found = set()
    for one in candidates:
        name, _, domain = (one.handle or "").partition("@")
        if not name or not _DOMAIN.fullmatch(domain):
            continue
        resource = observing.escaped(f"acct:{name}@{domain}")
        found |= {f"https://{domain}{_WEBFINGER}?resource={resource}", _lookup(f"https://{domain}", f"{name}@{domain}")}
        if one.platform_id and _ADDRESS.fullmatch(one.platform_id):
            found.add(_lookup(_origin(one.platform_id), f"{name}@{domain}"))
    return tuple(sorted(found))


def _lookup(origin: str, handle: str) -> str:
    return f"{origin}/api/v1/accounts/lookup?acct={observing.escaped(handle)}"


def _origin(uri: str) -> str:
    return "://".join(urlsplit(uri)[:2])


def _asked(snapshot: Snapshot) -> list[str]:
    """The handle that the address asked for, with the server's domain where it left that out."""
    server = urlsplit(snapshot.url).netloc
    names = [name.removeprefix("acct:").lstrip("@") for name in observing.asked(snapshot.url, "acct", "resource")]
    return [name if "@" in name else f"{name}@{server}" for name in names]


def _unchecked(snapshot: Snapshot, why: str) -> list[dict[str, Any]]:
    return [observing.unchecked({"handle": handle}, why) for handle in _asked(snapshot)]


def _absent(snapshot: Snapshot, context: Context) -> list[dict[str, Any]]:
    """An account that is not there. Of the API only in its own words: another page's 404 says nothing of an account."""
    rows = _unchecked(snapshot, f"HTTP {snapshot.status}")
    if urlsplit(snapshot.url).path != _WEBFINGER:
        try:
            jsontree.load(snapshot, context).text("error")
        except SourceError:
            return rows
    return [row | {"state": _ABSENT[snapshot.status]} for row in rows]


def _account(document: Node, snapshot: Snapshot) -> list[dict[str, Any]]:
    """The account, and the one that it says it moved to."""
    uri = _uri(document)
    row: dict[str, Any] = {"locator": "/", "handle": _handle(document, uri, snapshot.url), "platform_id": uri}
    if document.optional_truth("suspended"):
        return [row | {"state": "suspended"}]
    moved, there = document.optional("moved"), []
    if moved is not None:
        uri = _uri(moved)
        there = [{"locator": moved.pointer, "handle": _handle(moved, uri, uri), "platform_id": uri}]
        row["moved_to"] = there[0]["handle"]
    fields = [(field, _hrefs(field.child("value"))) for field in document.items("fields")]
    proven = [href for field, hrefs in fields if _is_verified(field) for href in hrefs]
    followers = document.integer("followers_count")
    told = row | {
        "state": "live" if moved is None else "moved",
        "display_name": document.optional_text("display_name"),
        "description": _words(document.child("note")),
        "links": observing.joined([href for _, hrefs in fields for href in hrefs] + _hrefs(document.child("note"))),
        "verified_links": observing.joined(proven),
        "opted_out": _opts_out(document),
        "created": observing.instant(document.child("created_at")).date().isoformat(),
        "posts": observing.count(document, "statuses_count"),
        "followers": followers if followers >= 0 else None,  # -1 where the account hides it
        "last_post": _day(document.child("last_status_at")),
        "quote": "memorial account" if document.optional_truth("memorial") else None,
    }
    return [told, *there]


def _day(node: Node) -> str | None:
    """The date of the last status; null for an account without one."""
    return None if node.value is None else observing.instant(node).date().isoformat()


def _is_verified(field: Node) -> bool:
    """Whether the server has seen the field's address link back to the account (rel=me)."""
    seen = field.child("verified_at")
    return seen.value is not None and bool(observing.instant(seen))


def _opts_out(document: Node) -> bool:
    """Whether it asks not to be indexed. `noindex` is sent for a server's own accounts only, `indexable` always."""
    document.child("indexable")
    return any(document.optional_truth(name) is sign for name, sign in OPT_OUTS.items())


def _uri(account: Node, name: str = "uri") -> str:
    uri = account.text(name)
    if not _ADDRESS.fullmatch(uri):
        raise account.child(name).error("the value is no address of an account", expected="https://...")
    return uri


def _handle(account: Node, uri: str, url: str) -> str:
    """name@domain. A server leaves the domain of its own accounts out: it is that of the question, or its own."""
    handle = observing.handle(account, "acct")
    if "@" in handle:
        return handle
    for name in observing.asked(url, "acct"):
        if name.lstrip("@").lower().startswith(f"{handle}@".lower()):
            return name.lstrip("@")
    return f"{handle}@{urlsplit(url).netloc or urlsplit(uri).netloc}"


def _html(node: Node) -> str:
    """A text of HTML, which may be empty."""
    return "" if node.value == "" else node.text()


def _words(node: Node) -> str | None:
    """A piece of HTML as it is read; null for an empty one."""
    page = html.parsed(_html(node), node.source, node.pointer)
    for end in page.css("p, br"):
        end.insert_before(" ")
    return " ".join(page.text().split()) or None


def _hrefs(node: Node) -> list[str]:
    """The addresses that a piece of HTML links to; those of people who are only mentioned aside."""
    page = html.parsed(_html(node), node.source, node.pointer)
    return [
        anchor.attributes.get("href") or "" for anchor in page.css("a[href]:not(.mention)")
    ] or observing.addresses_in(page.text())  # fmt: skip


def _finger(document: Node) -> dict[str, Any]:
    """WebFinger (RFC 7033): whose the handle is. It says nothing of the account's state."""
    subject = document.text("subject")
    if not subject.startswith("acct:"):
        raise document.child("subject").error("the subject is no account", expected="acct:name@domain")
    own = [link for link in document.items("links") if link.text("rel") == _SELF]
    if len(own) != 1:
        raise document.child("links").error("not one link is the account itself", value=len(own), expected="rel: self")
    named = Node({"acct": subject.removeprefix("acct:")}, document.pointer, document.source)
    return {"locator": "/subject", "handle": observing.handle(named, "acct"), "platform_id": _uri(own[0], "href")}


def _statuses(document: Node, snapshot: Snapshot, context: Context) -> list[dict[str, Any]]:
    """What a page of statuses shows of the account that wrote them. A boost is not a post."""
    items = document.items()
    if not items:
        return []
    own = [status for status in items if not _is_boost(status)]
    accounts = {status.text("account", "uri") for status in items}
    if len(accounts) > 1:
        raise document.error("statuses of two accounts", value=", ".join(sorted(accounts)), expected="one account's")
    account = items[0].child("account")
    uri = _uri(account)
    limit = next(iter(observing.asked(snapshot.url, "limit")), "20")  # the API's default
    feed = Feed(
        [observing.instant(status.child("created_at")) for status in own],
        [observing.instant(status.child("created_at")) for status in items],
        first=not observing.asked(snapshot.url, "max_id", "min_id"),
        last=not _NEXT.search(_header(snapshot, "link")) and limit.isdecimal() and len(items) < int(limit),
    )
    row = {"locator": "/", "handle": _handle(account, uri, snapshot.url), "platform_id": uri}
    return [row | feed.figures(observing.read_at(snapshot, context))]


def _is_boost(status: Node) -> bool:
    return status.child("reblog").value is not None and bool(status.members("reblog"))


def _header(snapshot: Snapshot, name: str) -> str:
    return next((value for key, value in snapshot.headers.items() if key.lower() == name), "")


class Settings(AdapterSettings):
    pass
