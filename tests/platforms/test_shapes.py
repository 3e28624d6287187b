"""Answers that are not as they must be: every field removed or of another type, and random mutations.

`INCUMBENT_MUTATIONS=10000` asks for a long campaign; the default is a taste of it.
"""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from incumbent.errors import SourceError
from incumbent.platforms import bluesky, mastodon, x
from tests.platforms import answers
from tests.platforms.answers import CONTEXT, DID, snapshot

MUTATIONS = int(os.environ.get("INCUMBENT_MUTATIONS", "150"))

BLUESKY = "https://public.api.bsky.app/xrpc"
MASTODON = "https://social.tides.example/api/v1/accounts"
X = "https://api.x.com/2/users"
ERROR = answers.x_error("Not Found Error", "Could not find user.", "Gone")
METRICS = {"followers_count": 7, "post_count": 3}

#: Name -> adapter, address, answer, and the fields (as paths) without which it cannot be read.
ANSWERS: dict[str, tuple[Any, str, Any, list[str]]] = {
    "profile": (
        bluesky, f"{BLUESKY}/app.bsky.actor.getProfile?actor={DID}",
        answers.bluesky_profile(labels=[answers.LABEL]),
        ["did", "handle", "labels", "labels.0.val", "labels.0.src", "createdAt", "postsCount", "followersCount"],
    ),
    "profiles": (
        bluesky, f"{BLUESKY}/app.bsky.actor.getProfiles?actors={DID}", {"profiles": [answers.bluesky_profile()]},
        ["profiles", "profiles.0.did", "profiles.0.handle", "profiles.0.postsCount"],
    ),
    "feed": (
        bluesky, f"{BLUESKY}/app.bsky.feed.getAuthorFeed?actor={DID}",
        {"feed": [answers.bluesky_item(1, "2026-11-01T00:00:00Z"),
                  answers.bluesky_item(2, "2026-10-01T00:00:00Z", did=answers.OTHER_DID, reason={
                      "$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": "2026-10-02T00:00:00Z"})]},
        ["feed", "feed.0.post", "feed.0.post.uri", "feed.0.post.indexedAt", "feed.0.post.record.createdAt",
         "feed.0.post.author.did", "feed.0.post.author.handle", "feed.0.post.author.labels", "feed.1.reason.$type",
         "feed.1.reason.indexedAt"],
    ),
    "did": (bluesky, "did.json", {"id": DID, "alsoKnownAs": ["at://harbour.gov.example"]}, ["id", "alsoKnownAs"]),
    "resolved": (bluesky, f"{BLUESKY}/com.atproto.identity.resolveHandle?handle=a.example", {"did": DID}, ["did"]),
    "account": (
        mastodon, f"{MASTODON}/lookup?acct=harbour@tides.example", answers.mastodon_account(),
        ["uri", "acct", "followers_count", "statuses_count", "last_status_at", "created_at", "fields", "note",
         "fields.0.value", "fields.0.verified_at", "indexable"],
    ),
    "statuses": (
        mastodon, f"{MASTODON}/1170/statuses?limit=40", [answers.mastodon_status(1, "2026-11-01T00:00:00Z")],
        ["0.created_at", "0.reblog", "0.account", "0.account.uri", "0.account.acct"],
    ),
    "finger": (
        mastodon, "https://tides.example/.well-known/webfinger?resource=acct:harbour@tides.example",
        {"subject": "acct:harbour@tides.example", "links": [{"rel": "self", "href": answers.URI}]},
        ["subject", "links", "links.0.rel", "links.0.href"],
    ),
    "users": (
        x, f"{X}/by?usernames=HarbourOffice,Gone",
        {"data": [answers.x_user(protected=False, public_metrics=METRICS, most_recent_post_id="1577730467436138524")],
         "errors": [ERROR]},
        ["data.0.id", "data.0.username", "data.0.protected", "data.0.public_metrics.followers_count",
         "data.0.public_metrics.post_count", "errors.0.title", "errors.0.detail", "errors.0.value",
         "errors.0.parameter"],
    ),
    "posts": (
        x, f"{X}/2244994945/tweets", {"data": [answers.x_post("1577730467436138524")], "meta": {"result_count": 1}},
        ["data", "meta", "meta.result_count", "data.0.id", "data.0.text"],
    ),
}  # fmt: skip
#: Changed like this they are answers as well, and are read for what they are.
ANSWERS_TOO: list[tuple[str, str, object]] = [
    ("users", "data.0.protected", True),
    ("account", "indexable", True),
    ("statuses", "0.reblog", {"an": "object"}),
    ("did", "alsoKnownAs", ["an array"]),
]


def read(name: str, body: Any) -> int:
    adapter, url, _, _ = ANSWERS[name]
    found: int = adapter.parse(snapshot(body, url), {}, CONTEXT).observations.height
    adapter.links(snapshot(body, url), {"feeds": True} if adapter is x else {}, CONTEXT)
    return found


def changed(name: str, path: str, value: object) -> Any:
    """The answer with the value at `path` replaced; removed where `value` is Ellipsis."""
    body = copy.deepcopy(ANSWERS[name][2])
    *way, last = path.split(".")
    inner = body
    for key in way:
        inner = inner[int(key) if isinstance(inner, list) else key]
    place: Any = int(last) if isinstance(inner, list) else last
    if value is ...:
        del inner[place]
    else:
        inner[place] = value
    return body


CASES = [(name, path) for name, answer in ANSWERS.items() for path in answer[3]]


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_itself_is_read(name: str) -> None:
    assert read(name, ANSWERS[name][2]) >= 1


@pytest.mark.parametrize(("name", "path"), CASES)
@pytest.mark.parametrize("value", [..., {"an": "object"}, ["an array"], True, 12.5], ids=str)
def test_a_field_that_is_missing_or_of_another_type_is_an_error_with_its_place(
    name: str, path: str, value: object
) -> None:
    if (name, path, value) in ANSWERS_TOO:
        return
    with pytest.raises(SourceError) as caught:
        read(name, changed(name, path, value))
    assert caught.value.source == "platform"
    assert caught.value.locator


def test_the_fields_that_may_be_absent() -> None:
    for path in ("displayName", "description"):
        assert read("profile", changed("profile", path, ...)) == 1
    for path in ("noindex", "discoverable", "locked"):
        assert read("account", changed("account", path, ...)) == 1


def mutations(rng: random.Random, body: str) -> Iterator[bytes]:
    """A few random spoilings: cut, flipped, doubled, a value replaced, a key renamed."""
    raw = body.encode()
    at = rng.randrange(len(raw))
    yield raw[:at]
    yield raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]
    yield raw[:at] + raw[max(0, at - rng.randrange(40)) :]
    odd = rng.choice(
        ["null", "-1", "1e400", '""', '"\\u0000"', "[]", "{}", '"9999-99-99T99:99:99Z"', '"' + "9" * 40 + '"']
    )
    parts = body.split(":")
    place = rng.randrange(1, len(parts))
    _, comma, rest = parts[place].partition(",")
    yield ":".join([*parts[:place], odd + comma + rest, *parts[place + 1 :]]).encode()
    yield body.replace(
        rng.choice(["did", "uri", "id", "data", "feed", "Count", "_at"]), rng.choice(["", "x", "id"])
    ).encode()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_mutated_answer_gives_observations_or_the_typed_error(name: str) -> None:
    rng = random.Random(20261122)
    body = json.dumps(ANSWERS[name][2])
    for _ in range(max(1, MUTATIONS // 5)):
        for spoilt in mutations(rng, body):
            try:
                read(name, spoilt)
            except SourceError as error:
                assert error.source == "platform"
