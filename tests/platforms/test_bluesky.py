"""Bluesky's answers: profiles, feeds, handles both ways, and errors."""

from __future__ import annotations

from typing import Any

import pytest

from incumbent.errors import SourceError
from incumbent.platforms import bluesky
from tests.platforms import answers
from tests.platforms.answers import CONTEXT, DID, OTHER_DID, bluesky_item, bluesky_profile, one, snapshot

API = "https://public.api.bsky.app/xrpc"
PROFILE = f"{API}/app.bsky.actor.getProfile?actor=harbour.gov.example"
FEED = f"{API}/app.bsky.feed.getAuthorFeed?actor={DID}&filter=posts_with_replies&limit=100"
REPOST = {"$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": "2026-11-21T00:00:00Z"}
PIN = {"$type": "app.bsky.feed.defs#reasonPin"}


def read(body: object, url: str = PROFILE, status: int = 200) -> list[dict[str, Any]]:
    return bluesky.parse(snapshot(body, url, status=status), {}, CONTEXT).observations.rows(named=True)


def feed(*items: dict[str, Any], cursor: str | None = None, url: str = FEED) -> dict[str, Any]:
    return one(read({"feed": list(items)} | ({"cursor": cursor} if cursor else {}), url))


def test_a_profile_tells_who_and_how_many_but_not_when() -> None:
    row = one(read(bluesky_profile()))
    assert (row["platform"], row["handle"], row["platform_id"]) == ("bluesky", "harbour.gov.example", DID)
    assert (row["state"], row["posts"], row["followers"], row["last_post"]) == ("live", 65, 1200, None)
    assert (row["created"], row["as_at"], row["opted_out"]) == ("2024-11-01", "2026-11-22", False)
    assert row["links"] == "https://harbour.gov.example/about"
    assert row["verified_links"] is None


def test_a_batch_gives_each_profile_and_says_of_whom_it_says_nothing() -> None:
    url = f"{API}/app.bsky.actor.getProfiles?actors=harbour.gov.example&actors={OTHER_DID}&actors=gone.example"
    rows = {(row["handle"], row["platform_id"]): row for row in read({"profiles": [bluesky_profile()]}, url)}
    assert rows[("harbour.gov.example", DID)]["state"] == "live"
    assert rows[("gone.example", None)]["state"] == "unknown"
    assert rows[(None, OTHER_DID)]["state"] == "unknown"
    assert rows[(None, OTHER_DID)]["posts"] is None
    more = bluesky.links(snapshot({"profiles": [bluesky_profile()]}, url), {}, CONTEXT).more
    assert more == (FEED, f"{API}/app.bsky.actor.getProfile?actor={OTHER_DID}",
                    f"{API}/app.bsky.actor.getProfile?actor=gone.example")  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "opted_out", "state"),
    [
        ([answers.LABEL], True, "live"),
        ([answers.LABEL | {"neg": True}], False, "live"),
        ([answers.LABEL | {"src": OTHER_DID}], False, "live"),
        ([answers.LABEL | {"val": "spam", "src": OTHER_DID}], False, "live"),
        ([answers.LABEL | {"val": "!takedown", "src": OTHER_DID}], False, "suspended"),
    ],
)
def test_labels(labels: list[dict[str, Any]], opted_out: bool, state: str) -> None:
    row = one(read(bluesky_profile(labels=labels)))
    assert (row["opted_out"], row["state"]) == (opted_out, state)
    asked = bluesky.links(snapshot(bluesky_profile(labels=labels), PROFILE), {}, CONTEXT).more
    assert bool(asked) is not opted_out, "nobody reads the feed of an account that asks not to be shown"


def test_a_handle_that_does_not_lead_back_is_none() -> None:
    row = one(read(bluesky_profile(handle="handle.invalid")))
    assert (row["handle"], row["platform_id"]) == (None, DID)


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"error": "InvalidRequest", "message": "Profile not found"}, "not_found"),
        ({"error": "InvalidRequest", "message": "Unable to resolve handle"}, "not_found"),
        ({"error": "InvalidRequest", "message": 'Error: Params must have the property "actor"'}, "unknown"),
        ({"error": "AccountTakedown", "message": "Account has been suspended"}, "suspended"),
        ({"error": "AccountDeactivated", "message": "Account is deactivated"}, "deleted"),
        ({"error": "InternalServerError"}, "unknown"),
    ],
)
def test_an_error_says_what_has_become_of_the_account(body: dict[str, str], state: str) -> None:
    row = one(read(body, status=400))
    assert (row["handle"], row["state"], row["posts"], row["followers"]) == ("harbour.gov.example", state, None, None)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503])
def test_an_answer_that_is_none_is_a_failed_check(status: int) -> None:
    assert one(read("<html>busy</html>", status=status))["state"] == "unknown"


def test_an_error_of_a_batch_is_about_nobody_in_particular() -> None:
    url = f"{API}/app.bsky.actor.getProfiles?actors=a.example&actors=b.example"
    rows = read({"error": "AccountTakedown", "message": ""}, url, 400)
    assert [row["state"] for row in rows] == ["unknown", "unknown"]


def test_a_feed_dates_posts_and_counts_what_it_covers() -> None:
    row = feed(
        bluesky_item(3, "2026-11-20T10:00:00Z"),
        bluesky_item(9, "2026-11-21T10:00:00Z", reason=REPOST, did=OTHER_DID),
        bluesky_item(2, "2026-11-10T10:00:00Z"),
        bluesky_item(1, "2026-09-20T10:00:00Z"),
        cursor="2026-09-20T10:00:00Z",
    )
    assert (row["platform_id"], row["handle"], row["last_post"]) == (DID, "harbour.gov.example", "2026-11-20")
    assert (row["posts_30d"], row["posts_90d"], row["posts_365d"]) == (2, None, None), "what is not covered is null"
    assert row["median_gap_days"] == pytest.approx((10 + 51) / 2)
    assert row["posts"] is row["followers"] is row["state"] is None


def test_the_whole_feed_covers_every_window() -> None:
    row = feed(bluesky_item(2, "2026-11-10T10:00:00Z"), bluesky_item(1, "2025-10-01T10:00:00Z"))
    assert (row["posts_30d"], row["posts_90d"], row["posts_365d"], row["median_gap_days"]) == (1, 1, 1, None)


def test_a_pin_is_one_post_of_the_day_it_was_written() -> None:
    pinned = bluesky_item(1, "2026-10-01T00:00:00Z", reason=PIN)
    row = feed(pinned, bluesky_item(2, "2026-11-01T00:00:00Z"), bluesky_item(1, "2026-10-01T00:00:00Z"))
    assert (row["last_post"], row["posts_90d"], row["posts_365d"]) == ("2026-11-01", 2, 2)
    row = feed(pinned | {"post": pinned["post"] | {"indexedAt": "2024-01-01T00:00:00Z"}},
               bluesky_item(2, "2026-11-01T00:00:00Z"), cursor="more")  # fmt: skip
    assert row["posts_365d"] is None, "an old pin does not show how far the page reaches back"


def test_a_later_page_counts_nothing_but_may_know_the_last_post() -> None:
    row = feed(bluesky_item(1, "2026-11-01T00:00:00Z"), url=f"{FEED}&cursor=2026-11-02T00:00:00Z")
    assert (row["last_post"], row["posts_30d"], row["posts_365d"], row["median_gap_days"]) == (
        "2026-11-01", None, None, None,
    )  # fmt: skip


def test_a_post_from_the_future_is_not_counted() -> None:
    row = feed(bluesky_item(2, "2031-01-01T00:00:00Z"), bluesky_item(1, "2026-11-01T00:00:00Z"))
    assert (row["last_post"], row["posts_30d"]) == ("2026-11-01", 1)
    row = feed(bluesky_item(2, "2031-01-01T00:00:00Z", indexed="2026-11-15T00:00:00Z"))
    assert row["last_post"] == "2026-11-15", "the service saw it on a day that its author's clock did not know"


def test_an_empty_feed_says_nothing_and_reposts_alone_lead_to_the_next_page() -> None:
    assert read({"feed": []}, FEED) == []
    reposts = {"feed": [bluesky_item(9, "2026-11-21T10:00:00Z", reason=REPOST)], "cursor": "2026-11-21T10:00:00Z"}
    assert read(reposts, FEED) == []
    assert bluesky.links(snapshot(reposts, FEED), {}, CONTEXT).more == (f"{FEED}&cursor=2026-11-21T10:00:00Z",)
    own = {"feed": [bluesky_item(1, "2026-11-21T10:00:00Z")], "cursor": "2026-11-21T10:00:00Z"}
    assert bluesky.links(snapshot(own, FEED), {}, CONTEXT).more == ()


def test_posts_of_two_authors_are_refused() -> None:
    with pytest.raises(SourceError, match="two authors"):
        feed(bluesky_item(1, "2026-11-01T00:00:00Z"), bluesky_item(2, "2026-11-01T00:00:00Z", did=OTHER_DID))
    with pytest.raises(SourceError, match="unknown reason"):
        feed(bluesky_item(1, "2026-11-01T00:00:00Z", reason={"$type": "app.bsky.feed.defs#reasonNew"}))


def test_a_handle_is_resolved_both_ways() -> None:
    resolve = f"{API}/com.atproto.identity.resolveHandle?handle=harbour.gov.example"
    row = one(read({"did": DID}, resolve))
    assert (row["handle"], row["platform_id"], row["state"]) == ("harbour.gov.example", DID, None)
    document = {"id": DID, "alsoKnownAs": ["https://x.example", "at://harbour.gov.example"], "service": []}
    directory = f"https://plc.directory/{DID}"
    for body in (document, {"did": DID, "handle": "harbour.gov.example", "didDoc": document}):
        row = one(read(body, directory))
        assert (row["handle"], row["platform_id"], row["state"]) == ("harbour.gov.example", DID, None)
    asked = bluesky.links(snapshot(bluesky_profile(), PROFILE), {"verify_handles": True}, CONTEXT).more
    assert asked == (FEED, resolve, directory)
    web = bluesky_profile(did="did:web:harbour.gov.example", labels=[])
    asked = bluesky.links(snapshot(web, PROFILE), {"verify_handles": True}, CONTEXT).more
    assert asked[-1] == "https://harbour.gov.example/.well-known/did.json"
    elsewhere = bluesky_profile(did="did:web:harbour.example/..", labels=[])
    asked = bluesky.links(snapshot(elsewhere, PROFILE), {"verify_handles": True}, CONTEXT).more
    assert "well-known" not in "".join(asked)


def test_candidates_are_asked_for_by_id_and_handle_in_batches() -> None:
    class One:
        def __init__(self, handle: str | None, platform_id: str | None) -> None:
            self.handle, self.platform_id = handle, platform_id

    many = [One(f"h{number:02}.example", None) for number in range(26)] + [One("a.example", DID), One(None, None)]
    first, second = bluesky.requests(many, {})
    assert (first.count("actors="), second.count("actors=")) == (25, 3)
    assert f"actors={DID}" in first + second
    assert bluesky.requests([], {}) == ()


@pytest.mark.parametrize(
    ("body", "url", "match"),
    [
        ({"answer": 1}, "file.json", "none that is known"),
        ("[1]", PROFILE, "not an object"),
        ("{", PROFILE, "not JSON"),
        ({"did": DID}, "file.json", "nothing says which handle"),
        ({"error": "AccountTakedown"}, "file.json", "nothing says which account"),
        (bluesky_profile(handle="two words"), PROFILE, "no handle"),
        (bluesky_profile(did="plc:1"), PROFILE, "no DID"),
        (bluesky_profile(postsCount=-1), PROFILE, "no count"),
        (bluesky_profile(createdAt="yesterday"), PROFILE, "no moment"),
    ],
)
def test_what_cannot_be_mapped_is_an_error_with_its_place(body: object, url: str, match: str) -> None:
    with pytest.raises(SourceError, match=match) as caught:
        read(body, url)
    assert caught.value.source == "platform"
