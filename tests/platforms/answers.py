"""What the platforms answer, in their formats: invented accounts, for the tests of the adapters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from incumbent.archive import Snapshot
from incumbent.sources import Context

CONTEXT = Context(roster="harbour", source="platform", publisher="Platform", stated_at="2026-11-22")
FETCHED = "2026-11-22T08:00:00Z"

DID = "did:plc:harbourharbourharbour234"
OTHER_DID = "did:plc:tidetidetidetidetide2345"
URI = "https://social.tides.example/users/harbour"
LABEL = {"src": DID, "uri": DID, "val": "!no-unauthenticated", "cts": "2026-01-01T00:00:00Z"}


def snapshot(body: object, url: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Snapshot:
    """A captured response; `body` is text, bytes, or what becomes JSON."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    raw = text.encode() if isinstance(text, str) else text
    return Snapshot(
        source_id="platform", url=url, fetched_at=FETCHED, sha256=hashlib.sha256(raw).hexdigest(), content=raw,
        content_type="application/json; charset=utf-8", record="platform.warc.gz, offset 0",
        headers=headers or {}, status=status,
    )  # fmt: skip


def bluesky_profile(**more: Any) -> dict[str, Any]:
    return {
        "did": DID,
        "handle": "harbour.gov.example",
        "displayName": "Harbour Office",
        "description": "Official account. See https://harbour.gov.example/about.",
        "labels": [],
        "createdAt": "2024-11-01T10:00:00.000Z",
        "indexedAt": "2024-11-02T10:00:00.000Z",
        "followersCount": 1200,
        "followsCount": 30,
        "postsCount": 65,
    } | more


def bluesky_item(
    number: int, written: str, *, indexed: str | None = None, reason: dict[str, str] | None = None, did: str = DID
) -> dict[str, Any]:
    item: dict[str, Any] = {
        "post": {
            "uri": f"at://{did}/app.bsky.feed.post/{number}",
            "cid": f"cid{number}",
            "author": {"did": did, "handle": "harbour.gov.example", "labels": []},
            "record": {"$type": "app.bsky.feed.post", "createdAt": written, "text": "The tide is high."},
            "indexedAt": indexed or written,
        }
    }
    return item | ({"reason": reason} if reason else {})


def mastodon_account(**more: Any) -> dict[str, Any]:
    return {
        "id": "1170",
        "username": "harbour",
        "acct": "harbour",
        "display_name": "Harbour Office",
        "locked": False,
        "discoverable": None,
        "indexable": True,
        "noindex": False,
        "created_at": "2023-02-03T00:00:00.000Z",
        "note": '<p>Tides &amp; ships.<br>More at <a href="https://harbour.gov.example/">our site</a></p>',
        "url": "https://social.tides.example/@harbour",
        "uri": URI,
        "followers_count": 431,
        "following_count": 2,
        "statuses_count": 90,
        "last_status_at": "2026-11-20",
        "fields": [
            {"name": "Web", "value": '<a href="https://www.tides.example/harbour">here</a>',
             "verified_at": "2026-11-12T12:00:00.000+00:00"},
            {"name": "Also", "value": "https://ships.example;a=1.", "verified_at": None},
        ],
    } | more  # fmt: skip


def mastodon_status(number: int, written: str, *, reblog: object = None) -> dict[str, Any]:
    account = {"id": "1170", "acct": "harbour", "uri": URI}
    return {"id": str(number), "created_at": written, "reblog": reblog, "account": account}


def x_user(**more: Any) -> dict[str, Any]:
    return {"id": "2244994945", "name": "Harbour Office", "username": "HarbourOffice"} | more


def x_post(number: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "text": "The tide is low."} | more


def x_error(title: str, detail: str, value: str, parameter: str = "usernames") -> dict[str, Any]:
    return {
        "value": value, "resource_id": value, "parameter": parameter, "detail": detail, "title": title,
        "resource_type": "user", "type": "https://api.twitter.com/2/problems/resource-not-found",
    }  # fmt: skip


def one(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    assert len(rows) == 1, rows
    return rows[0]
