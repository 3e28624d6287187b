"""Adapter `x`: what the API of X, formerly Twitter, says of accounts.

Reads /2/users/by and /2/users, and /2/users/:id/tweets, with data and errors. An account's id is its user id. Fields
were renamed in 2026 (tweet_count to post_count, most_recent_tweet_id to most_recent_post_id): both spellings are read,
`spelling` says which is asked for. Its terms let nothing but ids be published (platforms/policy.py), and each answer is
paid for, so pages of posts are asked for only with `feeds: true`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from incumbent.archive import Snapshot
from incumbent.platforms import observing
from incumbent.platforms.observing import Candidate, Feed
from incumbent.sources import jsontree
from incumbent.sources.base import AdapterSettings, Context, Links, Parsed
from incumbent.sources.jsontree import Node

PLATFORM = "x"
#: An error's page is an answer too: there is no such account, or it is suspended.
READS_ERRORS = True
#: Statuses of a response after which nothing more is asked of the platform in this run: no access, or none paid for.
STOPPING = frozenset((401, 402))
#: What the body of such a response says when the account that asks is itself suspended (a 403).
STOPPING_MARKS = (b"/problems/user-suspended", b"/problems/client-forbidden", b"/problems/usage-capped")
#: Accounts in one request, and posts on one page: the API's own limits.
BATCH, PAGE = 100, 100
#: The new spelling of a field, and the one before 2026.
_COUNT, _NEWEST = ("post_count", "tweet_count"), ("most_recent_post_id", "most_recent_tweet_id")
#: `errors[].title` -> what it says of the account; `type` is the same for those suspended and those that are not there.
_ERRORS = {"Forbidden": "suspended", "Not Found Error": "not_found", "Authorization Error": "protected"}
#: What `detail` must say for that, since a Forbidden may have other reasons.
_DETAILS = {"suspended": "suspended", "not_found": "could not find", "protected": "not authorized to see"}
#: A user id or post id made after 4 November 2010 holds its time: milliseconds since this moment, above 22 bits.
#: https://docs.x.com/fundamentals/x-ids and Twitter's announcement of Snowflake, June 2010.
_EPOCH_MS, _SHIFT = 1_288_834_974_657, 22
_FIRST_SNOWFLAKE = 29_700_859_247
_FIELDS = ("created_at", "description", "entities", "protected", "public_metrics", "url")


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One observation per account that the response tells of, in `data` or in `errors`. Raises SourceError.

    An account that was asked for and is in neither is `unknown`, and so is every one when the request was refused.
    """
    Settings.model_validate(settings)
    if snapshot.status not in observing.TELLING:
        rows = _unchecked(_asked(snapshot), f"HTTP {snapshot.status}")
        return observing.observed(rows, PLATFORM, snapshot, context)
    document = jsontree.load(snapshot, context)
    names = document.members()
    if not {"data", "errors", "meta"} & set(names):
        refusal = f"{document.text('title')}: {document.optional_text('detail') or ''}"
        rows = _unchecked(_asked(snapshot), refusal)
    elif _is_feed(document, snapshot):
        rows = _feed(document, snapshot, context)
    else:
        rows = [_observation(user) for user in document.optional_items("data")]
        rows += [_error(error) for error in document.optional_items("errors")]
        told = {(name, str(row.get(name)).lower()) for row in rows for name in ("handle", "platform_id")}
        left = [one for one in _asked(snapshot) if (one[0], one[1].lower()) not in told]
        rows += _unchecked(left, "asked for, and not in the answer")
    return observing.observed(rows, PLATFORM, snapshot, context)


def links(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Links:
    """With `feeds`, a page of posts of each account that is not protected. Raises SourceError."""
    wanted = Settings.model_validate(settings)
    if not wanted.feeds or snapshot.status != 200:
        return Links()
    document = jsontree.load(snapshot, context)
    if _is_feed(document, snapshot):
        return Links()
    users = [user for user in document.optional_items("data") if not user.optional_truth("protected")]
    return Links(more=tuple(wanted.feed(_number(user.child("id"))) for user in users))


def requests(candidates: Sequence[Candidate], settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses that tell of `candidates`: 100 handles, or 100 ids, each.

    Where the id is known both it and the handle are asked for: who the account is now, and whose the handle is.
    """
    wanted = Settings.model_validate(settings)
    handles = sorted({one.handle for one in candidates if one.handle}, key=str.lower)
    ids = sorted({one.platform_id for one in candidates if one.platform_id})
    return tuple(
        [wanted.users("/by", "usernames", handles[at : at + BATCH]) for at in range(0, len(handles), BATCH)]
        + [wanted.users("", "ids", ids[at : at + BATCH]) for at in range(0, len(ids), BATCH)]
    )


def snowflake_day(number: str) -> str | None:
    """The day on which the post or user of that id was made; null for an id from before ids held their time."""
    if int(number) < _FIRST_SNOWFLAKE:
        return None
    return _snowflake(number).date().isoformat()


def _snowflake(number: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(((int(number) >> _SHIFT) + _EPOCH_MS) / 1000, dt.UTC)


def _asked(snapshot: Snapshot) -> list[tuple[str, str]]:
    """What the address asked for: the column that names it (a handle may be all digits), and the value."""
    handles = [("handle", name) for name in observing.asked(snapshot.url, "usernames", "username")]
    return handles + [("platform_id", number) for number in observing.asked(snapshot.url, "ids")]


def _unchecked(accounts: Sequence[tuple[str, str]], why: str) -> list[dict[str, Any]]:
    return [observing.unchecked({column: value}, why) for column, value in accounts]


def _is_feed(document: Node, snapshot: Snapshot) -> bool:
    """Whether it is a page of posts: by its address; for a saved file, by what only such a page has."""
    end = urlsplit(snapshot.url).path.rpartition("/")[2]
    return end in ("tweets", "posts") or (end not in ("by", "users") and "meta" in document.members())


def _observation(user: Node) -> dict[str, Any]:
    row: dict[str, Any] = {
        "locator": user.pointer,
        "handle": observing.handle(user, "username"),
        "platform_id": _number(user.child("id")),
        "display_name": user.optional_text("name"),
        "description": user.optional_text("description"),
        "links": observing.joined(_links(user)),
        "state": "protected" if user.optional_truth("protected") else "live",
    }
    created, metrics = user.optional("created_at"), user.optional("public_metrics")
    if created is not None:
        row["created"] = observing.instant(created).date().isoformat()
    if metrics is not None:
        user.truth("protected")  # asked for together: figures without it could be those of a protected account
        row["posts"] = observing.count(metrics, _spelt(metrics, _COUNT))
        row["followers"] = observing.count(metrics, "followers_count")
    newest = [name for name in _NEWEST if user.optional(name) is not None]
    if newest:
        row["last_post"] = snowflake_day(_number(user.child(newest[0])))
    return row


def _spelt(node: Node, spellings: Sequence[str]) -> str:
    """The spelling that the answer uses; the first where it uses none, for the error to name."""
    return next((name for name in spellings if node.optional(name) is not None), spellings[0])


def _links(user: Node) -> list[str]:
    """The addresses of a profile, unshortened."""
    entities = user.optional_members("entities")
    urls = [one for part in ("url", "description") if part in entities for one in entities[part].optional_items("urls")]
    return [url.optional_text("expanded_url") or url.text("url") for url in urls]


def _error(error: Node) -> dict[str, Any]:
    """What one of `errors` says of the account it names; `unknown` where it gives another reason than we know."""
    title, detail = error.text("title"), error.text("detail")
    state = _ERRORS.get(title, "unknown")
    if _DETAILS.get(state, "") not in detail.lower():
        state = "unknown"
    value = error.text("value")
    column = "platform_id" if error.text("parameter") in ("id", "ids") else "handle"
    return {column: value, "locator": error.pointer, "state": state, "quote": f"{title}: {detail}"[:200]}


def _number(node: Node) -> str:
    """An id: digits, sent as a text because it is larger than many a reader's numbers."""
    text = node.text()
    if not text.isdecimal() or len(text) > 19:
        raise node.error("the value is no id", expected="digits")
    return text


def _feed(document: Node, snapshot: Snapshot, context: Context) -> list[dict[str, Any]]:
    """What a page of posts shows. A repost is not a post; of posts without a date, the id tells the time."""
    segments = urlsplit(snapshot.url).path.split("/")
    user = segments[-2] if len(segments) > 1 else ""
    if not user.isdecimal():
        raise document.error("nothing says whose posts these are", value=snapshot.url, expected="/2/users/:id/tweets")
    errors = document.optional_items("errors")
    if errors:
        return [_error(error) | {"handle": None, "platform_id": user} for error in errors]
    moments = [(post, _moment(post)) for post in document.optional_items("data")]
    if len(moments) != observing.count(document, "meta", "result_count"):
        raise document.child("meta").error("the page has another number of posts than it says", value=len(moments))
    feed = Feed(
        [moment for post, moment in moments if not _is_repost(post)],
        [moment for _, moment in moments],
        first="pagination_token=" not in urlsplit(snapshot.url).query,
        last=document.optional_text("meta", "next_token") is None,
    )
    return [{"locator": "/data", "platform_id": user} | feed.figures(observing.read_at(snapshot, context))]


def _moment(post: Node) -> dt.datetime:
    created = post.optional("created_at")
    if created is not None:
        return observing.instant(created)
    number = _number(post.child("id"))
    if int(number) < _FIRST_SNOWFLAKE:
        raise post.child("id").error("nothing dates the post: its id is from before ids held their time")
    return _snowflake(number)


def _is_repost(post: Node) -> bool:
    kinds = [
        one.text("type") for name in ("referenced_posts", "referenced_tweets") for one in post.optional_items(name)
    ]
    return "retweeted" in kinds or "reposted" in kinds or post.text("text").startswith("RT @")


class Settings(AdapterSettings):
    service: str = "https://api.x.com"
    spelling: Literal["post", "tweet"] = "post"
    feeds: bool = False

    def users(self, path: str, parameter: str, values: Sequence[str]) -> str:
        """The address of a batch of users."""
        fields = ",".join(sorted((*_FIELDS, f"most_recent_{self.spelling}_id")))
        return (
            f"{self.service}/2/users{path}?{parameter}={','.join(map(observing.escaped, values))}&user.fields={fields}"
        )

    def feed(self, number: str) -> str:
        """The address of a page of a user's posts."""
        asked = f"max_results={PAGE}&{self.spelling}.fields=created_at,referenced_{self.spelling}s"
        return f"{self.service}/2/users/{number}/tweets?{asked}"
