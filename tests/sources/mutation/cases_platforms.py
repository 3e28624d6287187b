"""Sound answers of the social platforms: the sets that their own tests stand on."""

from __future__ import annotations

import json
from typing import Any

from tests.platforms.answers import (
    DID,
    LABEL,
    bluesky_item,
    bluesky_profile,
    mastodon_account,
    mastodon_status,
    x_error,
    x_post,
    x_user,
)
from tests.sources.mutation.case import Case

_XRPC = "https://public.api.bsky.app/xrpc"
_MASTODON = "https://social.tides.example"
_FINGER = {
    "subject": "acct:harbour@tides.example",
    "links": [{"rel": "self", "type": "application/activity+json", "href": f"{_MASTODON}/users/harbour"},
              {"rel": "profile", "href": f"{_MASTODON}/@harbour"}],
}  # fmt: skip
_REPOST = {"$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": "2026-11-21T09:00:00.000Z"}
_PIN = {"$type": "app.bsky.feed.defs#reasonPin"}
_X_USER = x_user(
    protected=False, created_at="2013-12-14T04:35:55.000Z", most_recent_post_id="1900000000000000000",
    public_metrics={"followers_count": 7, "post_count": 3961}, description="Now at https://t.co/a",
    entities={"url": {"urls": [{"url": "https://t.co/b", "expanded_url": "https://harbour.gov.example"}]}},
)  # fmt: skip
_X_LOST = x_error("Forbidden", "User has been suspended: [Gone].", "Gone")
_X_POSTS = {
    "data": [
        x_post("1900000000000000000", created_at="2026-11-20T08:00:00.000Z", referenced_posts=[{"type": "quoted"}]),
        x_post("1890000000000000000"),
    ],
    "meta": {"result_count": 2, "next_token": "abc"},
}  # fmt: skip


def _case(
    name: str, adapter: str, document: Any, url: str, settings: dict[str, Any] | None = None, **more: Any
) -> Case:
    return Case(name, adapter, "json", json.dumps(document).encode(), settings or {}, url=url, **more)


PLATFORMS = [
    _case(
        "bluesky profiles", "bluesky", {"profiles": [bluesky_profile(labels=[LABEL])]},
        f"{_XRPC}/app.bsky.actor.getProfiles?actors={DID}&actors=gone.example", {"verify_handles": True},
    ),
    _case("bluesky profile", "bluesky", bluesky_profile(), f"{_XRPC}/app.bsky.actor.getProfile?actor={DID}"),
    _case(
        "bluesky feed", "bluesky",
        {"feed": [bluesky_item(1, "2026-11-20T08:00:00Z", reason=_PIN), bluesky_item(2, "2026-11-10T08:00:00Z"),
                  bluesky_item(9, "2026-11-01T08:00:00Z", reason=_REPOST, did="did:plc:other")], "cursor": "next"},
        f"{_XRPC}/app.bsky.feed.getAuthorFeed?actor={DID}&limit=100",
    ),
    _case(
        "bluesky handle", "bluesky", {"did": DID},
        f"{_XRPC}/com.atproto.identity.resolveHandle?handle=harbour.gov.example",
    ),
    _case(
        "bluesky DID", "bluesky", {"id": DID, "alsoKnownAs": ["at://harbour.gov.example"]},
        f"https://plc.directory/{DID}",
    ),
    _case(
        "bluesky error", "bluesky", {"error": "InvalidRequest", "message": "Profile not found"},
        f"{_XRPC}/app.bsky.actor.getProfile?actor=gone.example", status=400,
    ),
    _case(
        "mastodon account", "mastodon",
        mastodon_account(moved=mastodon_account(acct="harbour@sea.example", uri="https://sea.example/users/harbour")),
        f"{_MASTODON}/api/v1/accounts/lookup?acct=harbour@tides.example",
    ),
    _case(
        "mastodon statuses", "mastodon",
        [mastodon_status(2, "2026-11-20T08:00:00.000Z"),
         mastodon_status(1, "2026-11-10T08:00:00.000Z", reblog={"id": "7"})],
        f"{_MASTODON}/api/v1/accounts/1170/statuses?limit=40",
    ),
    _case(
        "mastodon webfinger", "mastodon", _FINGER,
        "https://tides.example/.well-known/webfinger?resource=acct:harbour@tides.example",
    ),
    _case(
        "mastodon not found", "mastodon", {"error": "Record not found"},
        f"{_MASTODON}/api/v1/accounts/lookup?acct=gone@tides.example", status=404,
    ),
    _case(
        "x users", "x", {"data": [_X_USER], "errors": [_X_LOST]},
        "https://api.x.com/2/users/by?usernames=HarbourOffice,Gone,Silent", {"feeds": True},
    ),
    _case("x posts", "x", _X_POSTS, "https://api.x.com/2/users/2244994945/tweets?max_results=100", {"feeds": True}),
]  # fmt: skip
