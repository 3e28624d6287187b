"""Adapter `bluesky`: what Bluesky's public API says of accounts.

Reads app.bsky.actor.getProfile and getProfiles, app.bsky.feed.getAuthorFeed, com.atproto.identity.resolveHandle, a DID
document (alone, or as didDoc in com.atproto.repo.describeRepo), and the error bodies of each. An account's id is its
DID. Lexicons: https://github.com/bluesky-social/atproto/tree/main/lexicons.

Settings: `service` (the API's origin), `directory` (of DIDs), `verify_handles` (also asks both ways which DID a handle
has; the API does so itself, and calls a handle that does not lead back `handle.invalid`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from incumbent.archive import Snapshot
from incumbent.platforms import observing
from incumbent.platforms.observing import Candidate, Feed
from incumbent.sources import jsontree
from incumbent.sources.base import AdapterSettings, Context, Links, Parsed
from incumbent.sources.jsontree import Node

PLATFORM = "bluesky"
#: An error's page is an answer too: there is no such account, or it is suspended.
READS_ERRORS = True
#: Statuses of a response after which nothing more is asked of the platform in this run.
STOPPING = frozenset((401,))
#: Actors in one getProfiles, and posts on one page of a feed: the API's own limits.
BATCH, PAGE = 25, 100
#: Labels, put on an account by itself, that ask not to be shown to everybody.
OPT_OUTS = frozenset(("!no-unauthenticated",))
#: The API's `error` -> what it says of the account. InvalidRequest says so only of a profile that is not there.
_ERRORS = {
    "AccountTakedown": "suspended",
    "AccountSuspended": "suspended",
    "RepoTakendown": "suspended",
    "RepoSuspended": "suspended",
    "AccountDeactivated": "deleted",
    "RepoDeactivated": "deleted",
    "RepoNotFound": "not_found",
    "HandleNotFound": "not_found",
    "NotFound": "not_found",
}
_ABSENT = ("profile not found", "unable to resolve handle", "could not find", "actor not found")
_TAKEN_DOWN = frozenset(("!takedown", "!suspend"))
_NO_HANDLE = "handle.invalid"
_PROFILES, _PROFILE = "app.bsky.actor.getProfiles", "app.bsky.actor.getProfile"
_FEED, _RESOLVE = "app.bsky.feed.getAuthorFeed", "com.atproto.identity.resolveHandle"
_ASKED = ("actor", "actors", "handle", "repo", "did")


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One observation per account that the response tells of (none for an empty feed). Raises SourceError.

    An actor that getProfiles leaves out is `unknown`: the batch does not say why; links() asks for it alone.
    """
    Settings.model_validate(settings)
    if snapshot.status not in observing.TELLING:
        rows = _unchecked(_asked(snapshot), f"HTTP {snapshot.status}")
        return observing.observed(rows, PLATFORM, snapshot, context)
    document = jsontree.load(snapshot, context)
    kind = _kind(document, snapshot)
    rows = _READERS[kind](document, snapshot, context)
    return observing.observed(rows, PLATFORM, snapshot, context)


def links(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Links:
    """After profiles, the feed of each that may be read, and alone each that the batch left out.

    After a page of a feed on which the account wrote nothing itself, the next page. Raises SourceError.
    """
    wanted = Settings.model_validate(settings)
    if snapshot.status != 200:
        return Links()
    document = jsontree.load(snapshot, context)
    kind = _kind(document, snapshot)
    if kind == _FEED:
        cursor, posts = document.optional_text("cursor"), _own_posts(document, snapshot)
        actor = next(iter(_asked(snapshot)), None)
        return Links(more=(wanted.feed(actor, cursor),)) if cursor and actor and not posts else Links()
    if kind not in (_PROFILE, _PROFILES):
        return Links()
    more = []
    for profile in document.items("profiles") if kind == _PROFILES else [document]:
        did, handle = profile.text("did"), observing.handle(profile, "handle")
        if not _opt_outs(profile, did):
            more.append(wanted.feed(did))
        if wanted.verify_handles and handle != _NO_HANDLE:
            more += [wanted.call(_RESOLVE, handle=handle), *wanted.did_document(did)]
    if kind == _PROFILES:
        more += [wanted.call(_PROFILE, actor=actor) for actor in _left_out(document, snapshot)]
    return Links(more=tuple(dict.fromkeys(more)))


def requests(candidates: Sequence[Candidate], settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses that tell of `candidates`: getProfiles, 25 actors each.

    Where the DID is known both it and the handle are asked for: who the account is now, and whose the handle is.
    """
    wanted = Settings.model_validate(settings)
    actors = sorted({actor for one in candidates for actor in (one.platform_id, one.handle) if actor})
    batches = [actors[start : start + BATCH] for start in range(0, len(actors), BATCH)]
    return tuple(wanted.call(_PROFILES, actors=batch) for batch in batches)


def _asked(snapshot: Snapshot) -> list[str]:
    return observing.asked(snapshot.url, *_ASKED)


def _unchecked(actors: Sequence[str], why: str) -> list[dict[str, Any]]:
    names = [("platform_id" if actor.startswith("did:") else "handle", actor.removeprefix("@")) for actor in actors]
    return [observing.unchecked({column: name}, why) for column, name in names]


def _kind(document: Node, snapshot: Snapshot) -> str:
    """Which answer it is: by its address; for a saved file, by what only that answer has."""
    names = document.members()
    if "error" in names:
        return "error"
    method = urlsplit(snapshot.url).path.rpartition("/")[2]
    if method in _READERS:
        return method
    if {"alsoKnownAs"} <= set(names) or "didDoc" in names:
        return "did"
    marks = {_PROFILES: "profiles", _FEED: "feed", _PROFILE: "handle"}
    for kind, mark in marks.items():
        if mark in names:
            return kind
    if set(names) == {"did"}:
        return _RESOLVE
    raise document.error("the answer is none that is known", value=", ".join(names), expected=", ".join(_READERS))


def _profiles(document: Node, snapshot: Snapshot, context: Context) -> list[dict[str, Any]]:
    rows = [_observation(profile) for profile in document.items("profiles")]
    return rows + _unchecked(_left_out(document, snapshot), "asked for, and not in the answer")


def _left_out(document: Node, snapshot: Snapshot) -> list[str]:
    given = {name.lower() for one in document.items("profiles") for name in (one.text("did"), one.text("handle"))}
    return [actor for actor in _asked(snapshot) if actor.lower() not in given]


def _profile(document: Node, snapshot: Snapshot, context: Context) -> list[dict[str, Any]]:
    return [_observation(document)]


def _observation(profile: Node) -> dict[str, Any]:
    did, handle = _did(profile.child("did")), observing.handle(profile, "handle")
    description = profile.optional_text("description")
    labels = _own_labels(profile, None)
    return {
        "locator": profile.pointer or "/",
        "handle": None if handle == _NO_HANDLE else handle,
        "platform_id": did,
        "state": "suspended" if labels & _TAKEN_DOWN else "live",
        "display_name": profile.optional_text("displayName"),
        "description": description,
        "links": observing.joined(observing.addresses_in(description)),
        "opted_out": bool(_opt_outs(profile, did)),
        "created": observing.instant(profile.child("createdAt")).date().isoformat(),
        "posts": observing.count(profile, "postsCount"),
        "followers": observing.count(profile, "followersCount"),
    }


def _opt_outs(profile: Node, did: str) -> frozenset[str]:
    return frozenset(_own_labels(profile, did) & OPT_OUTS)


def _own_labels(profile: Node, source: str | None) -> set[str]:
    """Labels in force, from `source` or from anybody. Without the field an opt-out would be missed: an error."""
    return {
        label.text("val")
        for label in profile.items("labels")
        if not label.optional_truth("neg") and source in (None, label.text("src"))
    }


def _feed(document: Node, snapshot: Snapshot, context: Context) -> list[dict[str, Any]]:
    posts = _own_posts(document, snapshot)
    if not posts:
        return []
    shown = [
        observing.instant(item.child("reason", "indexedAt") if _reason(item) == "reasonRepost" else _dated(item))
        for item in document.items("feed")
        if _reason(item) != "reasonPin"
    ]
    feed = Feed(
        [min(observing.instant(_dated(item)), observing.instant(item.child("post", "record", "createdAt")))
         for item in posts],
        shown, first=not observing.asked(snapshot.url, "cursor"), last=document.optional_text("cursor") is None,
    )  # fmt: skip
    author = posts[0].child("post", "author")
    handle = observing.handle(author, "handle")
    return [
        {
            "locator": "/feed",
            "handle": None if handle == _NO_HANDLE else handle,
            "platform_id": _did(author.child("did")),
            "opted_out": bool(_opt_outs(author, author.text("did"))) or None,
        }
        | feed.figures(observing.read_at(snapshot, context))
    ]


def _own_posts(document: Node, snapshot: Snapshot) -> list[Node]:
    """The items that the account wrote, each once. A repost is not one; a pin is, once, at the date it was written."""
    found = {item.text("post", "uri"): item for item in document.items("feed") if _reason(item) in (None, "reasonPin")}
    authors = {item.text("post", "author", "did") for item in found.values()}
    if len(authors) > 1:
        raise document.child("feed").error(
            "posts of two authors, and no reason given", value=", ".join(sorted(authors))
        )
    return list(found.values())


def _reason(item: Node) -> str | None:
    """Why an item stands in the feed that is not a new post of its author: reasonRepost, reasonPin."""
    reason = item.optional("reason")
    if reason is None:
        return None
    kind = reason.text("$type").rpartition("#")[2]
    if kind not in ("reasonRepost", "reasonPin"):
        raise reason.error("an unknown reason to be in a feed", value=kind, expected="reasonRepost | reasonPin")
    return kind


def _dated(item: Node) -> Node:
    return item.child("post", "indexedAt")


def _resolved(document: Node, snapshot: Snapshot, context: Context) -> list[dict[str, Any]]:
    """A handle leads to a DID; that says nothing of the account's state."""
    handles = _asked(snapshot)
    if not handles:
        raise document.error("nothing says which handle was resolved", value=snapshot.url, expected="...?handle=")
    return [{"locator": "/", "handle": handles[0], "platform_id": _did(document.child("did"))}]


def _did_document(document: Node, snapshot: Snapshot, context: Context) -> list[dict[str, Any]]:
    """A DID names its handle: the other way round."""
    inner = document.optional("didDoc") or document
    did = _did(inner.child("id"))
    names = [
        name.text().removeprefix("at://") for name in inner.items("alsoKnownAs") if name.text().startswith("at://")
    ]
    return [{"locator": inner.pointer or "/", "handle": names[0] if names else None, "platform_id": did}]


def _error(document: Node, snapshot: Snapshot, context: Context) -> list[dict[str, Any]]:
    error, message = document.text("error"), document.optional_text("message") or ""
    actors = _asked(snapshot)
    if not actors:
        raise document.error("nothing says which account the error is about", value=error, expected="...?actor=")
    said = f"{error}: {message}"
    state = _ERRORS.get(error)
    if error == "InvalidRequest" and message.lower().startswith(_ABSENT):
        state = "not_found"
    if state is None or len(actors) > 1:  # of a batch, the error does not say which it is about
        return _unchecked(actors, said)
    return [row | {"state": state} for row in _unchecked(actors, said)]


def _did(node: Node) -> str:
    did = node.text()
    if not did.startswith(("did:plc:", "did:web:")):
        raise node.error("the value is no DID", expected="did:plc:... | did:web:...")
    return did


_HOST = re.compile(r"[A-Za-z0-9.-]+")
_READERS = {
    _PROFILES: _profiles,
    _PROFILE: _profile,
    _FEED: _feed,
    _RESOLVE: _resolved,
    "did": _did_document,
    "error": _error,
}


class Settings(AdapterSettings):
    service: str = "https://public.api.bsky.app"
    directory: str = "https://plc.directory"
    verify_handles: bool = False

    def call(self, method: str, **parameters: str | Sequence[str]) -> str:
        """The address of a method of the API."""
        query = urlencode(parameters, doseq=True, quote_via=lambda text, *_: observing.escaped(text))
        return f"{self.service}/xrpc/{method}?{query}"

    def feed(self, actor: str, cursor: str | None = None) -> str:
        """The address of a page of an account's feed: posts, replies and reposts, no pins."""
        page = self.call(_FEED, actor=actor, filter="posts_with_replies", limit=str(PAGE))
        return page if cursor is None else f"{page}&cursor={observing.escaped(cursor)}"

    def did_document(self, did: str) -> list[str]:
        """The address of a DID's document, https://github.com/did-method-plc and the method did:web."""
        if did.startswith("did:plc:"):
            return [f"{self.directory}/{did}"]
        host = did.removeprefix("did:web:")
        return [f"https://{host}/.well-known/did.json"] if _HOST.fullmatch(host) else []
