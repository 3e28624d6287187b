"""The answers of X: users and errors, in both spellings, and pages of posts."""

from __future__ import annotations

from typing import Any

import pytest

from incumbent.errors import SourceError
from incumbent.platforms import x
from tests.platforms.answers import CONTEXT, one, snapshot, x_error, x_post, x_user

BY = "https://api.x.com/2/users/by?usernames=HarbourOffice"
FEED = "https://api.x.com/2/users/2244994945/tweets?max_results=100"


def read(body: object, url: str = BY, status: int = 200) -> list[dict[str, Any]]:
    return x.parse(snapshot(body, url, status=status), {}, CONTEXT).observations.rows(named=True)


def snowflake(milliseconds: int) -> str:
    """The id of something made that long after 2026-11-01T00:00:00Z."""
    return str((1_793_491_200_000 - 1_288_834_974_657 + milliseconds) << 22)


DAY = 86_400_000


def test_a_user_without_further_fields_is_there() -> None:
    row = one(read({"data": [x_user()]}))
    assert (row["handle"], row["platform_id"], row["state"]) == ("HarbourOffice", "2244994945", "live")
    assert [row[name] for name in ("posts", "followers", "last_post", "created", "opted_out")] == [None] * 5


@pytest.mark.parametrize(
    ("count", "newest"), [("tweet_count", "most_recent_tweet_id"), ("post_count", "most_recent_post_id")]
)
def test_both_spellings_of_the_figures(count: str, newest: str) -> None:
    user = x_user(
        protected=False, created_at="2013-12-14T04:35:55.000Z", public_metrics={"followers_count": 7, count: 3961},
        description="Now at https://t.co/a", **{newest: snowflake(3 * DAY)},
        entities={"url": {"urls": [{"url": "https://t.co/b", "expanded_url": "https://harbour.gov.example"}]},
                  "description": {"urls": [{"url": "https://t.co/a"}]}},
    )  # fmt: skip
    row = one(read({"data": [user]}))
    assert (row["posts"], row["followers"], row["last_post"], row["created"]) == (3961, 7, "2026-11-04", "2013-12-14")
    assert row["links"] == "https://harbour.gov.example;https://t.co/a"


def test_a_protected_account() -> None:
    row = one(read({"data": [x_user(protected=True)]}))
    assert row["state"] == "protected"
    with pytest.raises(SourceError, match="protected"):
        read({"data": [x_user(public_metrics={"followers_count": 1, "post_count": 2})]})


@pytest.mark.parametrize(
    ("title", "detail", "state"),
    [
        ("Forbidden", "User has been suspended: [HarbourOffice].", "suspended"),
        ("Not Found Error", "Could not find user with usernames: [HarbourOffice].", "not_found"),
        ("Authorization Error", "Sorry, you are not authorized to see the user with usernames: [a].", "protected"),
        ("Forbidden", "Not for you.", "unknown"),
        ("Something New", "User has been suspended, or so.", "unknown"),
    ],
)
def test_title_and_detail_tell_suspended_and_missing_apart(title: str, detail: str, state: str) -> None:
    row = one(read({"errors": [x_error(title, detail, "HarbourOffice")]}))
    assert (row["handle"], row["platform_id"], row["state"], row["posts"]) == ("HarbourOffice", None, state, None)


def test_an_error_may_be_about_an_id() -> None:
    url = "https://api.x.com/2/users?ids=481186914"
    row = one(read({"errors": [x_error("Forbidden", "User has been suspended: [1].", "481186914", "ids")]}, url))
    assert (row["handle"], row["platform_id"], row["state"]) == (None, "481186914", "suspended")


def test_data_and_errors_of_one_batch_and_who_is_in_neither() -> None:
    url = "https://api.x.com/2/users/by?usernames=harbouroffice,Gone,2020,quiet"
    body = {"data": [x_user()], "errors": [x_error("Not Found Error", "Could not find user.", "Gone")]}
    rows = {row["handle"]: row["state"] for row in read(body, url)}
    assert rows == {"HarbourOffice": "live", "Gone": "not_found", "2020": "unknown", "quiet": "unknown"}


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_refused_request_says_nothing_of_the_account(status: int) -> None:
    refused = {"title": "Forbidden", "detail": "The user used for authentication is suspended", "status": status,
               "type": "https://api.twitter.com/2/problems/user-suspended"}  # fmt: skip
    assert one(read(refused, status=status))["state"] == "unknown"
    assert one(read(refused))["state"] == "unknown"


def test_a_page_of_posts_is_dated_by_date_or_by_id() -> None:
    body = {
        "data": [
            x_post(snowflake(20 * DAY), text="RT @tides: high"),
            x_post(snowflake(10 * DAY), created_at="2026-11-12T00:00:00.000Z"),
            x_post(snowflake(0), referenced_tweets=[{"type": "replied_to", "id": "1"}]),
            x_post(snowflake(-60 * DAY), referenced_posts=[{"type": "reposted", "id": "1"}]),
        ],
        "meta": {"result_count": 4, "next_token": "more"},
    }
    row = one(read(body, FEED))
    assert (row["platform_id"], row["handle"], row["last_post"]) == ("2244994945", None, "2026-11-12")
    assert (row["posts_30d"], row["posts_90d"], row["posts_365d"], row["median_gap_days"]) == (2, None, None, 11.0)
    whole = body | {"meta": {"result_count": 4}}
    assert one(read(whole, FEED))["posts_365d"] == 2
    assert one(read(whole, f"{FEED}&pagination_token=abc"))["posts_365d"] is None
    assert one(read({"meta": {"result_count": 0}}, FEED))["posts_365d"] == 0


def test_posts_that_may_not_be_seen() -> None:
    error = x_error("Authorization Error", "Sorry, you are not authorized to see the user with id: [2].", "2", "id")
    row = one(read({"errors": [error]}, FEED))
    assert (row["platform_id"], row["state"]) == ("2244994945", "protected")


def test_an_id_from_before_ids_held_their_time_dates_nothing() -> None:
    assert x.snowflake_day("20") is None
    assert x.snowflake_day(snowflake(0)) == "2026-11-01"
    assert x.snowflake_day("1577730467436138524") == "2022-10-05"
    with pytest.raises(SourceError, match="nothing dates the post"):
        read({"data": [x_post("20")], "meta": {"result_count": 1}}, FEED)


def test_what_is_asked_for() -> None:
    class One:
        def __init__(self, handle: str | None, platform_id: str | None = None) -> None:
            self.handle, self.platform_id = handle, platform_id

    many = [One(f"user{number:03}", "7" if number == 3 else None) for number in range(101)]
    addresses = x.requests(many, {})
    assert [address.partition("?")[0][20:] for address in addresses] == ["users/by", "users/by", "users"]
    assert "usernames=user000,user001" in addresses[0]
    assert "most_recent_post_id" in addresses[0]
    assert "most_recent_tweet_id" in x.requests(many, {"spelling": "tweet"})[2]
    users = snapshot({"data": [x_user(), x_user(id="9", protected=True)]}, BY)
    assert x.links(users, {}, CONTEXT).more == (), "each page of posts is paid for"
    assert x.links(users, {"feeds": True}, CONTEXT).more == (
        f"{FEED}&post.fields=created_at,referenced_posts",
    )  # fmt: skip
    posts = snapshot({"meta": {"result_count": 0}}, FEED)
    assert x.links(posts, {"feeds": True}, CONTEXT).more == ()


@pytest.mark.parametrize(
    ("body", "url", "match"),
    [
        ({"data": [x_user(id="a1")]}, BY, "no id"),
        ({"data": [x_user(username="a b")]}, BY, "no handle"),
        ({"data": [x_post("1577730467436138524")], "meta": {"result_count": 2}}, FEED, "another number"),
        ({"data": [], "meta": {"result_count": 0}}, "file.json", "whose posts"),
        ({"neither": 1}, BY, "title"),
    ],
)
def test_what_cannot_be_mapped_is_an_error_with_its_place(body: object, url: str, match: str) -> None:
    with pytest.raises(SourceError, match=match):
        read(body, url)
