"""api.x.com: users and their posts, for a bearer token that the simulator knows.

The formats: https://docs.x.com/x-api/users/lookup and https://docs.x.com/x-api/posts. Fields are spelt as
`Simulator.x_spelling` has it: tweet_count and edit_history_tweet_ids, or, since 2026, post_count and the like.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from tests.simulator.entities import Account, AccountPost, number_of, snowflake
from tests.simulator.messages import Answer, Call, Headers, json_answer
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.server import Simulator

_LIMITS: Headers = (
    ("x-rate-limit-limit", "300"),
    ("x-rate-limit-remaining", "299"),
    ("x-rate-limit-reset", "1780301700"),
    ("x-access-level", "read"),
    ("Cache-Control", "no-cache, no-store, max-age=0"),
    ("Content-Disposition", "attachment; filename=json.json"),
)
_PROBLEMS = "https://api.twitter.com/2/problems/"


def answer(call: Call, world: World, simulator: Simulator) -> Answer | None:
    if not call.path.startswith("/2/"):
        return None
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or token not in simulator.x_tokens:
        body = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
        return json_answer(body, 401, headers=_LIMITS, content_type="application/problem+json")
    spelling = simulator.x_spelling
    if call.path == "/2/users/by":
        return _users("usernames", "username", call, world, spelling)
    if call.path == "/2/users":
        return _users("ids", "id", call, world, spelling)
    found = re.fullmatch(r"/2/users/by/username/(\w+)", call.path)
    if found:
        return _one_user("username", found.group(1), call, world, spelling)
    found = re.fullmatch(r"/2/users/(\d+)(?:/(?:tweets|posts))?", call.path)
    if found and call.path.count("/") == 3:
        return _one_user("id", found.group(1), call, world, spelling)
    return _posts(found.group(1), call, world, spelling) if found else None


def _users(parameter: str, by: str, call: Call, world: World, spelling: str) -> Answer:
    values = [value for value in call.one(parameter).split(",") if value]
    if not 1 <= len(values) <= 100:
        return _invalid(
            parameter, f"The number of values in the `{parameter}` query parameter list is not between 1 and 100"
        )
    data, errors = [], []
    for value in values:
        account = _found(by, value, world)
        if account is None or account.on(world.today).state == "suspended":
            errors.append(_problem(parameter, value, suspended=account is not None))
        else:
            data.append(_user(account, call, world, spelling))
    body: dict[str, Any] = {"data": data} if data else {}
    return json_answer(body | ({"errors": errors} if errors else {}), headers=_LIMITS)


def _one_user(by: str, value: str, call: Call, world: World, spelling: str) -> Answer:
    account = _found(by, value, world)
    if account is None or account.on(world.today).state == "suspended":
        return json_answer({"errors": [_problem(by, value, suspended=account is not None)]}, headers=_LIMITS)
    return json_answer({"data": _user(account, call, world, spelling)}, headers=_LIMITS)


def _found(by: str, value: str, world: World) -> Account | None:
    """The account of an id, or the one that has this handle today. A deleted account is not found by either."""
    there = [pair for pair in world.accounts_on("x") if pair[1].state not in ("deleted", "deactivated")]
    if by == "id":
        return next((one for one, _ in there if one.number == value), None)
    named = [one for one, state in there if state.handle.casefold() == value.casefold()]
    return named[-1] if named else None


def _problem(parameter: str, value: str, *, suspended: bool) -> dict[str, Any]:
    """Suspended and missing have one type: title and detail tell them apart."""
    missing = f"Could not find user with {parameter}: [{value}]."
    return {
        "value": value,
        "detail": f"User has been suspended: [{value}]." if suspended else missing,
        "title": "Forbidden" if suspended else "Not Found Error",
        "resource_type": "user",
        "parameter": parameter,
        "resource_id": value,
        "type": f"{_PROBLEMS}resource-not-found",
    }


def _user(account: Account, call: Call, world: World, spelling: str) -> dict[str, Any]:
    """id, name and username, and the fields that were asked for."""
    state = account.on(world.today)
    posts = _posted(account, world)
    asked = set(call.one("user.fields").split(","))
    user: dict[str, Any] = {"id": account.number, "name": state.display_name, "username": state.handle}
    urls = [
        {
            "start": 0,
            "end": 23,
            "url": f"https://t.co/{number_of(link, 8)}",
            "expanded_url": link,
            "display_url": link[8:],
        }
        for link in state.links
    ]
    newest = next((_id(account, post) for post in reversed(posts)), None)
    fields: dict[str, Any] = {
        "created_at": _stamp(account.created),
        "description": state.description,
        "protected": state.state == "protected",
        "public_metrics": {
            "followers_count": state.followers,
            "following_count": state.follows,
            f"{spelling}_count": len(posts),
            "listed_count": state.followers // 90,
            "like_count": 3 * len(posts),
        },
        "url": urls[0]["url"] if urls else "",
        "verified": False,
    }
    if urls:
        fields["entities"] = {"url": {"urls": urls[:1]}, "description": {"urls": urls[1:]}}
    if newest:
        fields[f"most_recent_{spelling}_id"] = newest
        asked |= {f"most_recent_{spelling}_id"} if {"most_recent_post_id", "most_recent_tweet_id"} & asked else set()
    return user | {name: value for name, value in sorted(fields.items()) if name in asked}


def _posted(account: Account, world: World) -> list[AccountPost]:
    now = datetime.combine(world.today, time())
    return [post for post in account.posts if post.at < now]


def _id(account: Account, post: AccountPost) -> str:
    return str(snowflake(post.at) | number_of(f"{account.key}{post.at}", 6) % (1 << 22))


def _posts(number: str, call: Call, world: World, spelling: str) -> Answer:
    account = _found("id", number, world)
    state = account.on(world.today).state if account else "missing"
    if account is None or state == "suspended":
        problem = _problem("id", number, suspended=account is not None)
        return json_answer({"errors": [problem]}, headers=_LIMITS)
    if state == "protected":
        problem = {
            "resource_id": number,
            "parameter": "id",
            "resource_type": "user",
            "section": "data",
            "title": "Authorization Error",
            "value": number,
            "detail": f"Sorry, you are not authorized to see the user with id: [{number}].",
            "type": f"{_PROBLEMS}not-authorized-for-resource",
        }
        return json_answer({"errors": [problem]}, headers=_LIMITS)
    limit = call.number("max_results", 10)
    if not 5 <= limit <= 100:
        return _invalid("max_results", f"The `max_results` query parameter value [{limit}] is not between 5 and 100")
    every = list(reversed(_posted(account, world)))[:3200]
    excluded = call.one("exclude").split(",")
    every = [post for post in every if {"repost": "retweets", "reply": "replies"}.get(post.kind) not in excluded]
    token = re.fullmatch(r"7140dibdnow9c(\d+)", call.one("pagination_token"))
    start = int(token.group(1)) if token else 0
    page = every[:limit] if call.endless else every[start : start + limit]
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": _id(account, page[0]), "oldest_id": _id(account, page[-1])}
    if page and (call.endless or start + limit < len(every)):
        meta["next_token"] = f"7140dibdnow9c{start + limit}"
    body: dict[str, Any] = {"data": [_post(account, post, call, spelling) for post in page]} if page else {}
    return json_answer(body | {"meta": meta}, headers=_LIMITS)


def _post(account: Account, post: AccountPost, call: Call, spelling: str) -> dict[str, Any]:
    identifier = _id(account, post)
    asked = f"{call.one('tweet.fields')},{call.one('post.fields')}".split(",")
    text = f"RT @elsewhere: {post.text}" if post.kind == "repost" else post.text
    found: dict[str, Any] = {f"edit_history_{spelling}_ids": [identifier], "id": identifier, "text": text}
    if "created_at" in asked:
        found["created_at"] = _stamp(post.at)
    kind = {"repost": "retweeted", "reply": "replied_to"}.get(post.kind)
    if kind and ("referenced_tweets" in asked or "referenced_posts" in asked):
        found[f"referenced_{spelling}s"] = [{"type": kind, "id": str(int(identifier) - (1 << 30))}]
    return found


def _stamp(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='milliseconds')}Z"


def _invalid(parameter: str, message: str) -> Answer:
    return json_answer(
        {
            "errors": [{"parameters": {parameter: []}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{_PROBLEMS}invalid-request",
        },
        400,
        headers=_LIMITS,
    )
