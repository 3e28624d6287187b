"""Mastodon's answers: accounts, statuses, WebFinger, and what is not there."""

from __future__ import annotations

from typing import Any

import pytest

from incumbent.errors import SourceError
from incumbent.platforms import mastodon
from tests.platforms.answers import CONTEXT, URI, mastodon_account, mastodon_status, one, snapshot

SERVER = "https://social.tides.example"
LOOKUP = f"{SERVER}/api/v1/accounts/lookup?acct=harbour@tides.example"
STATUSES = f"{SERVER}/api/v1/accounts/1170/statuses?limit=40&exclude_reblogs=true"
FINGER = "https://tides.example/.well-known/webfinger?resource=acct:harbour@tides.example"


def read(body: object, url: str = LOOKUP, status: int = 200, link: str = "") -> list[dict[str, Any]]:
    headers = {"Link": link} if link else {}
    said = mastodon.parse(snapshot(body, url, status=status, headers=headers), {}, CONTEXT)
    return said.observations.rows(named=True)


def test_an_account_tells_its_figures_and_what_links_back() -> None:
    row = one(read(mastodon_account()))
    assert (row["handle"], row["platform_id"], row["state"]) == ("harbour@tides.example", URI, "live")
    assert (row["posts"], row["followers"], row["last_post"], row["created"]) == (90, 431, "2026-11-20", "2023-02-03")
    assert row["verified_links"] == "https://www.tides.example/harbour"
    assert row["links"].split(";") == [
        "https://www.tides.example/harbour", "https://ships.example%3Ba=1", "https://harbour.gov.example/",
    ]  # fmt: skip
    assert row["description"] == "Tides & ships. More at our site"
    assert row["opted_out"] is False


def test_a_handle_takes_its_domain_from_the_question_or_the_server() -> None:
    assert one(read(mastodon_account(), f"{SERVER}/api/v1/accounts/1170"))["handle"] == "harbour@social.tides.example"
    assert one(read(mastodon_account(acct="harbour@sea.example")))["handle"] == "harbour@sea.example"


def test_a_date_of_the_last_status_may_be_null_and_hidden_followers_are_not_known() -> None:
    row = one(read(mastodon_account(last_status_at=None, statuses_count=0, followers_count=-1)))
    assert (row["posts"], row["last_post"], row["followers"]) == (0, None, None)


@pytest.mark.parametrize(
    ("said", "opted_out"),
    [
        ({"noindex": True}, True),
        ({"indexable": False}, True),
        ({"discoverable": False}, False),
        ({"noindex": None, "indexable": None}, False),
    ],
)
def test_who_asks_not_to_be_indexed_has_opted_out(said: dict[str, Any], opted_out: bool) -> None:
    assert one(read(mastodon_account(**said)))["opted_out"] is opted_out
    more = mastodon.links(snapshot(mastodon_account(**said), LOOKUP), {}, CONTEXT).more
    assert more == (() if opted_out else (STATUSES,))


def test_a_suspended_account_has_no_figures() -> None:
    blank = {"display_name": "", "note": "", "fields": [], "statuses_count": 0, "followers_count": 0}
    row = one(read(mastodon_account(suspended=True, **blank)))
    assert (row["state"], row["posts"], row["followers"], row["last_post"]) == ("suspended", None, None, None)
    assert mastodon.links(snapshot(mastodon_account(suspended=True), LOOKUP), {}, CONTEXT).more == ()


def test_a_limited_or_memorial_account_is_there() -> None:
    row = one(read(mastodon_account(limited=True, memorial=True)))
    assert (row["state"], row["quote"]) == ("live", "memorial account")


def test_a_move_names_the_account_that_is_new() -> None:
    there = mastodon_account(acct="harbour@new.example", uri="https://new.example/users/harbour")
    rows = {row["platform_id"]: row for row in read(mastodon_account(moved=there))}
    assert (rows[URI]["state"], rows[URI]["moved_to"]) == ("moved", "harbour@new.example")
    new = rows["https://new.example/users/harbour"]
    assert (new["handle"], new["state"], new["posts"]) == ("harbour@new.example", None, None)
    more = mastodon.links(snapshot(mastodon_account(moved=there), LOOKUP), {}, CONTEXT).more
    assert more[1] == "https://new.example/api/v1/accounts/lookup?acct=harbour@new.example"


@pytest.mark.parametrize(
    ("status", "url", "body", "state"),
    [
        (404, LOOKUP, {"error": "Record not found"}, "not_found"),
        (410, LOOKUP, {"error": "Gone"}, "suspended"),
        (404, LOOKUP, "<html>no such server</html>", "unknown"),
        (404, FINGER, "", "not_found"),
        (410, FINGER, "", "suspended"),
        (401, LOOKUP, {"error": "This method requires an authenticated user"}, "unknown"),
        (503, LOOKUP, "", "unknown"),
        (200, LOOKUP, {"error": "Remote data could not be fetched"}, "unknown"),
    ],
)
def test_what_is_not_there_and_what_could_not_be_asked(status: int, url: str, body: object, state: str) -> None:
    row = one(read(body, url, status))
    assert (row["handle"], row["state"], row["posts"]) == ("harbour@tides.example", state, None)


def test_the_server_is_the_domain_of_a_name_that_was_asked_for_without_one() -> None:
    row = one(read({"error": "Record not found"}, f"{SERVER}/api/v1/accounts/lookup?acct=harbour", 404))
    assert row["handle"] == "harbour@social.tides.example"


def test_a_page_of_statuses_dates_posts_and_counts_what_it_covers() -> None:
    page = [mastodon_status(3, "2026-11-21T00:00:00Z", reblog={"id": "1"}), mastodon_status(2, "2026-11-20T00:00:00Z"),
            mastodon_status(1, "2026-10-01T00:00:00Z")]  # fmt: skip
    row = one(read(page, STATUSES))
    assert (row["platform_id"], row["last_post"]) == (URI, "2026-11-20")
    assert (row["posts_30d"], row["posts_90d"], row["posts_365d"], row["median_gap_days"]) == (1, 2, 2, 50.0)
    row = one(read(page, STATUSES, link=f'<{STATUSES}&max_id=1>; rel="next", <{STATUSES}&min_id=3>; rel="prev"'))
    assert (row["posts_30d"], row["posts_90d"], row["posts_365d"]) == (1, None, None)
    row = one(read(page, STATUSES.replace("limit=40", "limit=3")))
    assert (row["posts_30d"], row["posts_90d"]) == (1, None), "a full page may not be the last"
    assert one(read(page, f"{STATUSES}&max_id=9"))["posts_30d"] is None
    assert read([], STATUSES) == []


def test_boosts_alone_lead_to_the_next_page() -> None:
    page = [mastodon_status(3, "2026-11-21T00:00:00Z", reblog={"id": "1"})]
    following = f"{STATUSES}&max_id=3"
    headers = {"link": f'<{following}>; rel="next"'}
    assert mastodon.links(snapshot(page, STATUSES, headers=headers), {}, CONTEXT).more == (following,)
    assert mastodon.links(snapshot(page, STATUSES), {}, CONTEXT).more == ()
    assert one(read(page, STATUSES))["last_post"] is None


def test_webfinger_says_whose_a_handle_is() -> None:
    body = {
        "subject": "acct:harbour@tides.example",
        "links": [{"rel": "http://webfinger.net/rel/profile-page", "href": f"{SERVER}/@harbour"},
                  {"rel": "self", "type": "application/activity+json", "href": URI}],
    }  # fmt: skip
    row = one(read(body, FINGER))
    assert (row["handle"], row["platform_id"], row["state"]) == ("harbour@tides.example", URI, None)
    assert mastodon.links(snapshot(body, FINGER), {}, CONTEXT).more == (LOOKUP,)
    assert mastodon.links(snapshot({"error": "x"}, FINGER, status=404), {}, CONTEXT).more == ()


def test_candidates_are_asked_for_on_their_servers() -> None:
    class One:
        def __init__(self, handle: str | None, platform_id: str | None = None) -> None:
            self.handle, self.platform_id = handle, platform_id

    assert mastodon.requests([One("harbour@tides.example", URI), One("nobody"), One(None), One("a@b/c")], {}) == (
        LOOKUP,
        FINGER,
        "https://tides.example/api/v1/accounts/lookup?acct=harbour@tides.example",
    )


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (mastodon_account(uri="javascript:1"), "no address"),
        (mastodon_account(acct="a b"), "no handle"),
        (mastodon_account(statuses_count="many"), "not a whole number"),
        (mastodon_account(last_status_at="soon"), "no moment"),
        ({"subject": "https://tides.example", "links": []}, "no account"),
        ({"subject": "acct:a@b", "links": []}, "not one link"),
        ({"subject": "acct:a@b", "links": [{"rel": "self", "href": "urn:a"}]}, "no address"),
        ([mastodon_status(1, "2026-01-01T00:00:00Z"),
          mastodon_status(2, "2026-01-01T00:00:00Z") | {"account": {"uri": "https://b.example", "acct": "b"}}],
         "two accounts"),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_is_an_error_with_its_place(body: object, match: str) -> None:
    with pytest.raises(SourceError, match=match):
        read(body)


def test_a_profile_that_is_nested_without_end_is_refused_at_its_place() -> None:
    with pytest.raises(SourceError, match="nested too deep") as raised:
        read(mastodon_account(note="<div>" * 30_000))
    assert raised.value.locator == "/note"
