"""public.api.bsky.app and plc.directory: profiles, feeds, handles and DID documents of the world's Bluesky accounts.

Lexicons: https://github.com/bluesky-social/atproto/tree/main/lexicons; DIDs: https://github.com/did-method-plc.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulator.entities import Account, AccountPost, AccountState
from tests.simulator.messages import Answer, Call, Headers, json_answer, text_answer
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.server import Simulator

_LIMITS: Headers = (
    ("RateLimit-Limit", "3000"),
    ("RateLimit-Remaining", "2997"),
    ("RateLimit-Reset", "1780300800"),
    ("RateLimit-Policy", "3000;w=300"),
    ("Vary", "Accept-Encoding"),
    ("Access-Control-Allow-Origin", "*"),
)
_ELSEWHERE = "did:plc:elsewhereelsewhereelse"
#: States in which the API answers with an error, which is (error, message).
_ERRORS = {
    "suspended": ("AccountTakedown", "Account has been suspended"),
    "deactivated": ("AccountDeactivated", "Account is deactivated"),
    "deleted": ("InvalidRequest", "Profile not found"),
}


def answer(call: Call, world: World, simulator: Simulator) -> Answer | None:
    methods = {
        "/xrpc/app.bsky.actor.getProfile": _profile,
        "/xrpc/app.bsky.actor.getProfiles": _profiles,
        "/xrpc/app.bsky.feed.getAuthorFeed": _feed,
        "/xrpc/com.atproto.identity.resolveHandle": _resolve,
    }
    if call.path == "/robots.txt":
        return text_answer("# Hello Friends!\n\nUser-agent: *\nAllow: /\n")
    if call.path in methods:
        return methods[call.path](call, world)
    if call.path.startswith("/xrpc/"):
        return _error("MethodNotImplemented", "Method Not Implemented", 501)
    return None


def directory(call: Call, world: World, simulator: Simulator) -> Answer | None:
    """plc.directory: the document of a DID; 410 once the account is deleted."""
    did = call.path.removeprefix("/")
    if not did.startswith("did:plc:"):
        return None
    state = next((state for one, state in world.accounts_on("bluesky") if one.did == did), None)
    if state is None:
        return json_answer({"message": f"DID not registered: {did}"}, 404)
    if state.state == "deleted":
        return json_answer({"message": f"DID not available: {did}"}, 410)
    return json_answer(
        {
            "@context": [
                "https://www.w3.org/ns/did/v1",
                "https://w3id.org/security/multikey/v1",
                "https://w3id.org/security/suites/secp256k1-2019/v1",
            ],
            "id": did,
            "alsoKnownAs": [f"at://{state.handle}"],
            "verificationMethod": [
                {
                    "id": f"{did}#atproto",
                    "type": "Multikey",
                    "controller": did,
                    "publicKeyMultibase": "zQ3sh" + hashlib.sha256(did.encode()).hexdigest()[:44],
                }
            ],
            "service": [
                {
                    "id": "#atproto_pds",
                    "type": "AtprotoPersonalDataServer",
                    "serviceEndpoint": "https://pds.example",
                }
            ],
        },
        content_type="application/did+ld+json; charset=utf-8",
    )


def _found(actor: str, world: World) -> Account | None:
    """The account of a DID, or the one that has this handle today. A deleted account no longer has its handle."""
    every = world.accounts_on("bluesky")
    if actor.startswith("did:"):
        return next((one for one, _ in every if one.did == actor), None)
    named = [(state.state != "deleted", one) for one, state in every if state.handle.casefold() == actor.casefold()]
    return max(named, key=lambda pair: (pair[0], pair[1].created))[1] if named else None


def _profile(call: Call, world: World) -> Answer:
    actor = call.one("actor")
    if not actor:
        return _error("InvalidRequest", 'Error: Params must have the property "actor"')
    account = _found(actor, world)
    if account is None:
        return _error("InvalidRequest", "Profile not found")
    state = account.on(world.today).state
    if state in _ERRORS:
        return _error(*_ERRORS[state])
    return json_answer(_view(account, world), headers=_LIMITS, chunked=True)


def _profiles(call: Call, world: World) -> Answer:
    """Of those that can be shown; the others are left out without a word."""
    actors = call.query.get("actors", []) + call.query.get("actors[]", [])
    if not actors or len(actors) > 25:
        return _error("InvalidRequest", "Error: actors must not have more than 25 elements")
    found = [_found(actor, world) for actor in actors]
    shown = {one.key: one for one in found if one and one.on(world.today).state not in _ERRORS}
    return json_answer({"profiles": [_view(one, world) for one in shown.values()]}, headers=_LIMITS, chunked=True)


def _resolve(call: Call, world: World) -> Answer:
    account = _found(call.one("handle"), world)
    if account is None or account.on(world.today).state == "deleted":
        return _error("InvalidRequest", "Unable to resolve handle")
    return json_answer({"did": account.did}, headers=_LIMITS)


def _feed(call: Call, world: World) -> Answer:
    account = _found(call.one("actor"), world)
    if account is None:
        return _error("InvalidRequest", "Profile not found")
    state = account.on(world.today).state
    if state in _ERRORS:
        return _error(*_ERRORS[state])
    limit = call.number("limit", 50)
    if not 1 <= limit <= 100:
        return _error("InvalidRequest", "Error: limit can not be greater than 100")
    kept = [
        post for post in reversed(_posted(account, world)) if _passes(post, call.one("filter", "posts_with_replies"))
    ]
    cursor = call.one("cursor").split("#")[0]
    page = [post for post in kept if not cursor or call.endless or _stamp(post.at) < cursor][:limit]
    items = [_item(account, post, world) for post in page]
    pinned = next((post for post in kept if post.pinned), None)
    if pinned and call.one("includePins") == "true" and not cursor:
        reason = {"$type": "app.bsky.feed.defs#reasonPin"}
        items.insert(0, {"post": _item(account, pinned, world)["post"], "reason": reason})
    body: dict[str, Any] = {"feed": items}
    if page and (call.endless or page[-1] is not kept[-1]):
        rounds = int(call.one("cursor").partition("#")[2] or 0) + 1 if call.endless else 0
        body["cursor"] = _stamp(page[-1].at) + (f"#{rounds}" if rounds else "")
    return json_answer(body, headers=_LIMITS, chunked=True)


def _posted(account: Account, world: World) -> list[AccountPost]:
    """What it put out before today began."""
    now = datetime.combine(world.today, time())
    return [post for post in account.posts if post.at < now]


def _passes(post: AccountPost, wanted: str) -> bool:
    return wanted != "posts_no_replies" or post.kind != "reply"


def _item(account: Account, post: AccountPost, world: World) -> dict[str, Any]:
    key = hashlib.sha256(f"{account.key}{post.at}".encode()).hexdigest()
    author = _author(account, world)
    if post.kind == "repost":
        reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": author, "indexedAt": _stamp(post.at)}
        theirs = {"did": _ELSEWHERE, "handle": "elsewhere.example", "displayName": "Somebody else", "labels": []}
        theirs["createdAt"] = "2023-05-01T00:00:00.000Z"
        return {"post": _post(theirs, key, post.at - timedelta(days=2), post, None), "reason": reason}
    if post.kind != "reply":
        return {"post": _post(author, key, post.at, post, None)}
    parent = {"cid": f"bafyrei{key[:52]}", "uri": f"at://{_ELSEWHERE}/app.bsky.feed.post/3k{key[:11]}"}
    theirs = {"did": _ELSEWHERE, "handle": "elsewhere.example", "labels": [], "createdAt": "2023-05-01T00:00:00.000Z"}
    view = _post(theirs, key, post.at - timedelta(hours=1), post, None) | {"$type": "app.bsky.feed.defs#postView"}
    return {
        "post": _post(author, key, post.at, post, {"parent": parent, "root": parent}),
        "reply": {"root": view, "parent": view},
    }


def _post(
    author: dict[str, Any], key: str, at: datetime, post: AccountPost, reply: dict[str, Any] | None
) -> dict[str, Any]:
    record: dict[str, Any] = {
        "$type": "app.bsky.feed.post",
        "createdAt": _stamp(post.claimed_at or at),
        "langs": ["en"],
    }
    if reply:
        record["reply"] = reply
    record["text"] = post.text
    return {
        "uri": f"at://{author['did']}/app.bsky.feed.post/3l{key[:11]}",
        "cid": f"bafyrei{key[:52]}",
        "author": author,
        "record": record,
        "replyCount": 0,
        "repostCount": 0,
        "likeCount": int(key[:2], 16),
        "quoteCount": 0,
        "indexedAt": _stamp(at),
        "labels": [],
    }


def _author(account: Account, world: World) -> dict[str, Any]:
    state = account.on(world.today)
    return {
        "did": account.did,
        "handle": state.handle,
        "displayName": state.display_name,
        "avatar": f"https://cdn.bsky.app/img/avatar/plain/{account.did}/bafkrei{account.did[8:]}@jpeg",
        "associated": {"chat": {"allowIncoming": "following"}},
        "labels": _labels(account, state),
        "createdAt": _stamp(account.created),
    }


def _view(account: Account, world: World) -> dict[str, Any]:
    state = account.on(world.today)
    associated = {
        "lists": 0,
        "feedgens": 0,
        "starterPacks": 0,
        "labeler": False,
        "chat": {"allowIncoming": "following"},
    }
    return {
        **_author(account, world),
        "associated": associated,
        "description": "\n".join((state.description, *state.links)),
        "indexedAt": _stamp(account.created + timedelta(days=3)),
        "banner": f"https://cdn.bsky.app/img/banner/plain/{account.did}/bafkrei{account.did[8:]}@jpeg",
        "followersCount": state.followers,
        "followsCount": state.follows,
        "postsCount": sum(post.kind != "repost" for post in _posted(account, world)),
    }


def _labels(account: Account, state: AccountState) -> list[dict[str, Any]]:
    """The account's own wish not to be shown to everybody, and what others say of it."""
    values = [(account.did, "!no-unauthenticated")] if state.opted_out else []
    values += [("did:plc:ar7c4by46qjdydhdevvrndac", label) for label in state.labels]
    return [
        {
            "src": source,
            "uri": f"at://{account.did}/app.bsky.actor.profile/self",
            "cid": f"bafyrei{account.did[8:]}",
            "val": value,
            "cts": "1970-01-01T00:00:00.000Z",
        }
        for source, value in values
    ]


def _stamp(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='milliseconds')}Z"


def _error(error: str, message: str, status: int = 400) -> Answer:
    return json_answer({"error": error, "message": message}, status, headers=_LIMITS)
