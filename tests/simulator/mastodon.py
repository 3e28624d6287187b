"""Any Mastodon server that has an account in the world: look-up, accounts, statuses, WebFinger.

Entities: https://docs.joinmastodon.org/entities/Account/ and .../Status/; WebFinger: RFC 7033.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from html import escape
from typing import TYPE_CHECKING, Any

from tests.simulator.entities import Account, AccountPost, number_of
from tests.simulator.messages import Answer, Call, Headers, html_answer, json_answer, text_answer
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.server import Simulator

_LIMITS: Headers = (
    ("X-RateLimit-Limit", "300"),
    ("X-RateLimit-Remaining", "299"),
    ("X-RateLimit-Reset", "2026-06-01T08:05:00.809356Z"),
    ("Cache-Control", "private, no-store"),
    ("Vary", "Authorization, Origin"),
)
_NOT_FOUND = "Record not found"


def answer(call: Call, world: World, simulator: Simulator) -> Answer | None:
    if not any(one.platform == "mastodon" and one.host == call.host for one in world.accounts.values()):
        return None
    if call.path == "/robots.txt":
        return text_answer(
            "User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nDisallow: /media_proxy/\nDisallow: /interact/\n"
        )
    if call.path == "/.well-known/webfinger":
        return _finger(call, world)
    if call.path.startswith("/api/v1/accounts/") and call.host in simulator.closed_mastodon:
        return _error("This method requires an authenticated user", 401)
    if call.path == "/api/v1/accounts/lookup":
        account = _named(call.one("acct"), call.host, world)
        return _shown(account, world) if account else _error(_NOT_FOUND, 404)
    found = re.fullmatch(r"/api/v1/accounts/(\d+)(/statuses)?", call.path)
    if found:
        there = (one for one, _ in world.accounts_on("mastodon") if one.host == call.host)
        account = next((one for one in there if one.number == found.group(1)), None)
        if account is None or account.on(world.today).state == "deleted":
            return _error(_NOT_FOUND, 404)
        return _statuses(account, call, world) if found.group(2) else _shown(account, world)
    page = re.fullmatch(r"/@(\w+)", call.path)
    if page:
        account = _named(page.group(1), call.host, world)
        return _profile_page(account, world) if account else html_answer("<h1>Not found</h1>", 404)
    return None


def _named(acct: str, host: str, world: World) -> Account | None:
    """The account of that name on this server today. A deleted account no longer has its name."""
    name, _, domain = acct.removeprefix("acct:").lstrip("@").casefold().partition("@")
    if domain not in ("", host):
        return None
    named = [
        one
        for one, state in world.accounts_on("mastodon")
        if one.host == host and state.state != "deleted" and state.handle.casefold() == name
    ]
    return named[-1] if named else None


def _shown(account: Account, world: World) -> Answer:
    if account.on(world.today).state == "gone":
        return _error("Gone", 410)
    return json_answer(_entity(account, world), headers=_LIMITS, validated=True)


def _uri(account: Account) -> str:
    """Servers name accounts by the handle that they had at first, or, since 2026, by number; never anew."""
    return f"https://{account.host}/ap/users/{account.number}"


def _entity(account: Account, world: World, *, nested: bool = False) -> dict[str, Any]:
    state, host = account.on(world.today), account.host
    suspended = state.state == "suspended"
    posts = _posted(account, world)
    picture = f"https://{host}/avatars/original/missing.png"
    header = f"https://{host}/headers/original/missing.png"
    entity: dict[str, Any] = {
        "id": account.number,
        "username": state.handle,
        "acct": state.handle,
        "display_name": "" if suspended else state.display_name,
        "locked": state.state == "protected",
        "bot": False,
        "discoverable": None if state.opted_out else True,
        "indexable": not state.opted_out,
        "group": False,
        "created_at": f"{account.created.date()}T00:00:00.000Z",
        "note": "" if suspended or not state.description else f"<p>{escape(state.description)}</p>",
        "url": f"https://{host}/@{state.handle}",
        "uri": _uri(account),
        "avatar": picture,
        "avatar_static": picture,
        "avatar_description": "",
        "header": header,
        "header_static": header,
        "header_description": "",
        "followers_count": 0 if suspended else state.followers,
        "following_count": 0 if suspended else state.follows,
        "statuses_count": 0 if suspended else len(posts),
        "last_status_at": f"{posts[-1].at.date()}" if posts and not suspended else None,
        "hide_collections": False,
        "show_media": True,
        "show_media_replies": True,
        "show_featured": True,
        "noindex": state.opted_out,
        "feature_approval": {"automatic": [], "manual": [], "current_user": "denied"},
        "emojis": [],
        "roles": [],
        "fields": [] if suspended else [_field(link, link in state.verified_links) for link in state.links],
    }
    entity |= {name: True for name in ("suspended", "limited", "memorial") if state.state == name}
    if state.moved_to and not nested:
        entity["moved"] = _elsewhere(_entity(world.accounts[state.moved_to], world, nested=True), account.host)
    return entity


def _elsewhere(entity: dict[str, Any], host: str) -> dict[str, Any]:
    """An account as another server names it: with its domain."""
    domain = entity["url"].split("/")[2]
    return entity if domain == host else entity | {"acct": f"{entity['username']}@{domain}"}


def _field(link: str, verified: bool) -> dict[str, Any]:
    shown = link.removeprefix("https://")
    return {
        "name": "Website",
        "value": f'<a href="{escape(link)}" target="_blank" rel="nofollow noopener me">{escape(shown)}</a>',
        "verified_at": "2024-01-02T03:04:05.678+00:00" if verified else None,
    }


def _posted(account: Account, world: World) -> list[AccountPost]:
    now = datetime.combine(world.today, time())
    return [post for post in account.posts if post.at < now]


def _statuses(account: Account, call: Call, world: World) -> Answer:
    """Newest first. A protected account shows nothing of itself to strangers; a suspended one nothing at all."""
    state = account.on(world.today).state
    if state == "gone":
        return _error("Gone", 410)
    posts = [] if state in ("protected", "suspended") else list(reversed(_posted(account, world)))
    if call.one("exclude_reblogs") in ("true", "1"):
        posts = [post for post in posts if post.kind != "repost"]
    if call.one("exclude_replies") in ("true", "1"):
        posts = [post for post in posts if post.kind != "reply"]
    if call.one("pinned") in ("true", "1"):
        posts = [post for post in posts if post.pinned]
    before = call.number("max_id", 10**20)
    limit = min(call.number("limit", 20), 40)
    page = [post for post in posts if call.endless or int(_id(post)) < before][:limit]
    entity = _entity(account, world)
    headers = _LIMITS
    if page:
        base = f"https://{account.host}/api/v1/accounts/{account.number}/statuses"
        kept = "".join(
            f"&{name}={call.one(name)}" for name in ("limit", "exclude_reblogs", "exclude_replies") if call.one(name)
        )
        oldest = before - 1 if call.endless else int(_id(page[-1]))
        links = f'<{base}?max_id={oldest}{kept}>; rel="next", <{base}?min_id={_id(page[0])}{kept}>; rel="prev"'
        headers = (*_LIMITS, ("Link", links))
    return json_answer([_status(account, post, entity) for post in page], headers=headers)


def _id(post: AccountPost) -> str:
    """Ids of statuses are milliseconds since 1970 above 16 bits."""
    return str(int((post.at - datetime(1970, 1, 1)).total_seconds() * 1000) << 16)


def _status(account: Account, post: AccountPost, entity: dict[str, Any]) -> dict[str, Any]:
    identifier = _id(post)
    uri = f"{_uri(account)}/statuses/{identifier}"
    status: dict[str, Any] = {
        "id": identifier,
        "created_at": f"{(post.claimed_at or post.at).isoformat(timespec='milliseconds')}Z",
        "in_reply_to_id": str(number_of(uri, 18)) if post.kind == "reply" else None,
        "in_reply_to_account_id": str(number_of(account.host, 18)) if post.kind == "reply" else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": uri,
        "url": f"https://{account.host}/@{entity['username']}/{identifier}",
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "edited_at": None,
        "content": f"<p>{escape(post.text)}</p>",
        "reblog": None,
        "application": {"name": "Web", "website": None},
        "account": entity,
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
    }
    if post.kind == "repost":
        theirs = {
            "id": str(number_of("elsewhere", 18)),
            "uri": "https://elsewhere.example/ap/users/1",
            "acct": "a@elsewhere.example",
        }
        status["content"] = ""
        status["reblog"] = status | {
            "id": str(number_of(uri, 18)),
            "account": theirs,
            "uri": f"{theirs['uri']}/statuses/1",
        }
    return status


def _finger(call: Call, world: World) -> Answer:
    resource = call.one("resource")
    account = _named(resource, call.host, world) if resource.startswith("acct:") else None
    if account is None:
        return Answer(b"", "text/html; charset=utf-8", 404)
    state = account.on(world.today)
    if state.state in ("suspended", "gone"):
        return Answer(b"", "text/html; charset=utf-8", 410)
    page = f"https://{account.host}/@{state.handle}"
    return json_answer(
        {
            "subject": f"acct:{state.handle}@{account.host}",
            "aliases": [page, _uri(account)],
            "links": [
                {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": page},
                {"rel": "self", "type": "application/activity+json", "href": _uri(account)},
                {
                    "rel": "http://ostatus.org/schema/1.0/subscribe",
                    "template": f"https://{account.host}/authorize_interaction?uri={{uri}}",
                },
            ],
        },
        headers=(("Cache-Control", "max-age=259200, public"),),
        content_type="application/jrd+json; charset=utf-8",
        validated=True,
    )


def _profile_page(account: Account, world: World) -> Answer:
    state = account.on(world.today)
    links = "".join(f'<link href="{escape(link)}" rel="me">' for link in state.links)
    title = f"{escape(state.display_name)} (@{state.handle}@{account.host})"
    return html_answer(
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>'
        f"{links}</head><body><noscript>To use the web application, please enable JavaScript.</noscript></body></html>"
    )


def _error(text: str, status: int) -> Answer:
    return json_answer({"error": text}, status, headers=_LIMITS)
