"""An account is its immutable id: renames, handles that others take, moves, and checks that failed."""

from __future__ import annotations

import polars as pl
import pytest

from tests.activity.said import ANN, BEN, claim, decisions, judged, seen

A, B = "did:plc:aaa", "did:plc:bbb"
FIGURES = {"posts": 50, "followers": 9, "last_post": "2026-06-01"}


def test_the_platforms_answer_gives_id_state_and_figures() -> None:
    accounts, activity = judged([claim("ann.example", "2026-06-01")], [seen("Ann.Example", A, "2026-06-02", **FIGURES)])
    account = accounts[f"bluesky:{A}"]
    assert (account["person_id"], account["handle"], account["state"]) == ("ann-archer", "Ann.Example", "active")
    assert (account["posts"], account["last_post"], account["figures_from"]) == (50, "2026-06-01", "platform")
    assert (account["platform_id"], account["checked_at"], account["opted_out"]) == (A, "2026-06-02", None)
    assert (account["verified_by"], account["score"]) == ("official_page", 0.92)
    (row,) = activity.rows(named=True)
    assert (row["followers"], row["person_id"], row["change"]) == (9, "ann-archer", "first_seen")


def test_profile_and_feed_of_a_day_are_one_observation() -> None:
    feed = seen("ann.example", A, "2026-06-02", None, last_post="2026-06-01", posts_30d=2, posts_90d=7,
                posts_365d=None, median_gap_days=1.5)  # fmt: skip
    _, activity = judged([claim("ann.example", "2026-06-01")], [seen("ann.example", A, "2026-06-02", posts=50), feed])
    (row,) = activity.rows(named=True)
    assert (row["state"], row["posts"], row["last_post"]) == ("active", 50, "2026-06-01")
    assert (row["posts_30d"], row["posts_90d"], row["posts_365d"], row["median_gap_days"]) == (2, 7, None, 1.5)


@pytest.mark.parametrize(
    ("figures", "as_of", "state"),
    [
        ({"posts": 0}, "2026-06-30", "never_posted"),
        ({"posts": 0, "last_post": "2026-05-01"}, "2026-06-30", "active"),
        ({"posts": 5, "last_post": "2025-12-01"}, "2026-06-30", "dormant"),
        ({"posts": 5}, "2026-06-30", "unknown"),
        ({"posts": 5, "last_post": "2026-06-01"}, "2027-06-30", "unknown"),
        ({"posts": 5, "last_post": "2026-06-09"}, "2026-06-30", "unknown"),
    ],
)
def test_states_by_figures(figures: dict[str, object], as_of: str, state: str) -> None:
    accounts, _ = judged([claim("ann.example", "2026-06-01")], [seen("ann.example", A, "2026-06-02", **figures)], as_of)
    assert accounts[f"bluesky:{A}"]["state"] == state


def test_a_failed_check_is_null_and_outweighs_nothing() -> None:
    checks = [seen("ann.example", A, "2026-06-02", **FIGURES), seen(None, A, "2026-06-09", "unknown"),
              seen("ann.example", None, "2026-06-10", "unknown")]  # fmt: skip
    accounts, activity = judged([claim("ann.example", "2026-06-01")], checks)
    account = accounts[f"bluesky:{A}"]
    assert (account["state"], account["posts"], account["checked_at"]) == ("active", 50, "2026-06-02")
    assert activity.select("state", "posts", "followers", "last_post", "change").rows() == [
        ("active", 50, 9, "2026-06-01", "first_seen"), ("unknown", None, None, None, None),
        ("unknown", None, None, None, None),
    ]  # fmt: skip
    accounts, _ = judged([claim("ann.example", "2026-06-01")], checks[2:])
    assert accounts["bluesky:ann.example"]["state"] == "unknown"
    assert accounts["bluesky:ann.example"]["posts"] is None


def test_a_renamed_account_is_the_same_until_the_sources_know() -> None:
    claims = [claim("ann.example", "2026-01-01")]
    checks = [seen("ann.example", A, "2026-01-02", **FIGURES | {"last_post": "2026-01-01"}),
              seen("annie.example", A, "2026-06-02", **FIGURES),
              seen("ann.example", None, "2026-06-02", "not_found")]  # fmt: skip
    accounts, activity = judged(claims, checks)
    assert list(accounts) == [f"bluesky:{A}"]
    account = accounts[f"bluesky:{A}"]
    assert (account["state"], account["handle"], account["posts"]) == ("renamed", "annie.example", 50)
    assert activity.get_column("change").to_list() == ["first_seen", "renamed;state"]
    accounts, _ = judged([*claims, claim("annie.example", "2026-06-03")], checks)
    assert accounts[f"bluesky:{A}"]["state"] == "active"


def test_a_handle_that_somebody_else_took_has_no_figures() -> None:
    claims = [claim("ann.example", "2026-01-01"), claim("ann.example", "2026-06-01")]
    checks = [seen("ann.example", A, "2026-01-02", **FIGURES | {"last_post": "2026-01-01"}),
              seen("ann.example", B, "2026-06-02", posts=4000, followers=9, last_post="2026-06-02")]  # fmt: skip
    accounts, activity = judged(claims, checks)
    assert {key: (row["state"], row["posts"], row["last_post"]) for key, row in accounts.items()} == {
        f"bluesky:{A}": ("identity_changed", None, None), f"bluesky:{B}": ("identity_changed", None, None),
    }  # fmt: skip
    theirs = activity.filter(account_id=f"bluesky:{B}")
    assert theirs.select("state", "posts", "followers", "last_post").rows() == [("identity_changed", None, None, None)]
    accounts, _ = judged(claims, checks, decisions=decisions(("ann.example", B, "accept")))
    assert {key: (row["state"], row["posts"]) for key, row in accounts.items()} == {f"bluesky:{B}": ("active", 4000)}


def test_a_handle_that_was_given_up_and_taken_while_its_owner_goes_on() -> None:
    checks = [seen("ann.example", A, "2026-01-02", posts=1), seen("annie.example", A, "2026-06-02", **FIGURES),
              seen("ann.example", B, "2026-06-02", posts=4000)]  # fmt: skip
    accounts, _ = judged([claim("ann.example", "2026-01-01")], checks)
    assert (accounts[f"bluesky:{A}"]["state"], accounts[f"bluesky:{A}"]["posts"]) == ("renamed", 50)
    assert (accounts[f"bluesky:{B}"]["state"], accounts[f"bluesky:{B}"]["posts"]) == ("identity_changed", None)


def test_a_handle_that_came_back_is_nobody_elses() -> None:
    checks = [seen("ann.example", A, "2026-01-02"), seen("ann.example", B, "2026-03-02"),
              seen("ann.example", A, "2026-06-02", **FIGURES)]  # fmt: skip
    accounts, _ = judged([claim("ann.example", "2026-01-01")], checks)
    assert {key: row["state"] for key, row in accounts.items()} == {f"bluesky:{A}": "active"}


def test_an_answer_long_after_the_claim_may_be_about_another_account() -> None:
    accounts, activity = judged([claim("ann.example", "2020-01-01")], [seen("ann.example", A, "2026-06-02", **FIGURES)])
    assert list(accounts) == ["bluesky:ann.example"]
    assert accounts["bluesky:ann.example"]["posts"] is None
    assert activity.is_empty()


@pytest.mark.parametrize(
    ("state", "expected"),
    [("suspended", "suspended"), ("protected", "protected"), ("deleted", "deleted"), ("not_found", "deleted")],
)
def test_who_has_withdrawn_has_no_figures_not_even_old_ones(state: str, expected: str) -> None:
    checks = [seen("ann.example", A, "2026-01-02", **FIGURES | {"last_post": "2026-01-01"}),
              seen(None, A, "2026-06-02", state)]  # fmt: skip
    accounts, activity = judged([claim("ann.example", "2026-01-01")], checks)
    account = accounts[f"bluesky:{A}"]
    assert (account["state"], account["posts"], account["last_post"]) == (expected, None, None)
    assert activity.get_column("posts").null_count() == activity.get_column("followers").null_count() == 2
    back = [*checks, seen("ann.example", A, "2026-06-09", posts=51, last_post="2026-06-08")]
    accounts, activity = judged([claim("ann.example", "2026-01-01")], back)
    assert (accounts[f"bluesky:{A}"]["state"], accounts[f"bluesky:{A}"]["posts"]) == ("active", 51)
    assert activity.get_column("posts").to_list() == [50, None, 51]


def test_of_two_answers_of_one_day_the_graver_is_believed() -> None:
    checks = [seen("ann.example", A, "2026-06-02", **FIGURES), seen("ann.example", None, "2026-06-02", "suspended")]
    accounts, _ = judged([claim("ann.example", "2026-06-02")], checks)
    assert (accounts[f"bluesky:{A}"]["state"], accounts[f"bluesky:{A}"]["posts"]) == ("suspended", None)


def test_not_found_by_handle_may_be_a_rename_where_handles_change() -> None:
    checks = [seen("ann.example", A, "2026-01-02", posts=1), seen("ann.example", None, "2026-06-02", "not_found")]
    accounts, _ = judged([claim("ann.example", "2026-01-01")], checks)
    assert accounts[f"bluesky:{A}"]["checked_at"] == "2026-01-02"
    uri = "https://social.example/users/ann"
    checks = [one | {"platform": "mastodon", "handle": "ann@social.example",
                     "platform_id": one["platform_id"] and uri} for one in checks]  # fmt: skip
    accounts, _ = judged([claim("ann@social.example", "2026-01-01", platform="mastodon")], checks)
    assert accounts[f"mastodon:{uri}"]["state"] == "deleted"
    accounts, _ = judged([claim("ann.example", "2026-06-01")], [seen("ann.example", None, "2026-06-02", "not_found")])
    assert accounts["bluesky:ann.example"]["state"] == "deleted", "no id was ever known"


def test_an_account_that_opts_out_has_no_figures() -> None:
    checks = [seen("ann.example", A, "2026-01-02", opted_out=False, **FIGURES | {"last_post": "2026-01-01"}),
              seen("ann.example", A, "2026-06-02", opted_out=True, **FIGURES)]  # fmt: skip
    accounts, activity = judged([claim("ann.example", "2026-01-01")], checks)
    account = accounts[f"bluesky:{A}"]
    assert (account["opted_out"], account["state"], account["posts"], account["last_post"]) == (
        True,
        "unknown",
        None,
        None,
    )
    assert activity.select(pl.col("posts", "followers", "last_post").is_null().all()).row(0) == (True, True, True)


def test_a_move_leads_to_the_new_account() -> None:
    old, new = "https://old.example/users/ann", "https://new.example/users/ann"
    mastodon = {"platform": "mastodon"}
    claims = [claim("ann@old.example", "2026-01-01", kind="official_personal", **mastodon)]
    checks = [
        seen("ann@old.example", old, "2026-01-02", **FIGURES | {"last_post": "2026-01-01"}, **mastodon),
        seen("ann@old.example", old, "2026-06-02", "moved", moved_to="ann@new.example", **FIGURES, **mastodon),
        seen("ann@new.example", new, "2026-06-02", None, **mastodon),
        seen("ann@new.example", new, "2026-06-03", posts=3, last_post="2026-06-02", **mastodon),
    ]
    accounts, activity = judged(claims, checks)
    assert {key: (row["person_id"], row["state"], row["posts"]) for key, row in accounts.items()} == {
        f"mastodon:{new}": ("ann-archer", "active", 3), f"mastodon:{old}": ("ann-archer", "renamed", 50),
    }  # fmt: skip
    assert accounts[f"mastodon:{old}"]["moved_to"] == "ann@new.example"
    assert (accounts[f"mastodon:{new}"]["verified_by"], accounts[f"mastodon:{new}"]["kind"]) == (
        "moved_here", "official_personal",
    )  # fmt: skip
    assert activity.filter(account_id=f"mastodon:{old}").get_column("change").to_list() == ["first_seen", "moved;state"]


def test_posts_from_after_the_check_are_not_believed_and_order_does_not_matter() -> None:
    checks = [seen("ann.example", A, "2026-06-02", posts=5, last_post="2031-01-01"),
              seen("ann.example", A, "2026-05-02", posts=4, last_post="2026-05-01")]  # fmt: skip
    for order in (checks, checks[::-1]):
        accounts, activity = judged([claim("ann.example", "2026-01-01")], order)
        assert (accounts[f"bluesky:{A}"]["posts"], accounts[f"bluesky:{A}"]["last_post"]) == (5, "2026-05-01")
        assert activity.get_column("last_post").to_list() == ["2026-05-01", None]


def test_what_the_platform_says_later_is_not_known_yet() -> None:
    checks = [seen("ann.example", A, "2026-06-02", **FIGURES), seen(None, A, "2026-07-02", "suspended")]
    assert judged([claim("ann.example", "2026-06-01")], checks)[0][f"bluesky:{A}"]["state"] == "active"


def test_two_people_of_one_handle_have_it_one_after_the_other_or_neither() -> None:
    first, second = claim("a.example", "2025-01-01", **ANN), claim("a.example", "2026-06-02", **BEN)
    checks = [seen("a.example", A, "2025-01-02", posts=7), seen("a.example", B, "2026-06-02", **FIGURES)]
    accounts, _ = judged([first, second], checks)
    assert (accounts[f"bluesky:{B}"]["person_id"], accounts[f"bluesky:{B}"]["posts"]) == ("ben-bower", 50)
    assert (accounts[f"bluesky:{A}"]["person_id"], accounts[f"bluesky:{A}"]["state"]) == (
        "ann-archer",
        "identity_changed",
    )
    accounts, _ = judged([claim("a.example", **ANN), claim("a.example", **BEN)], checks[1:])
    assert accounts == {}, "nothing says whose it is"
    accounts, _ = judged([claim("a.example", **ANN), claim("a.example", official=False, kind="role", **BEN)], [])
    assert accounts["bluesky:a.example"]["person_id"] is not None


def test_a_handle_that_changed_hands_about_the_time_of_the_claim_is_nobodys() -> None:
    checks = [seen("a.example", A, "2026-05-02", posts=7), seen("a.example", B, "2026-06-02", **FIGURES)]
    accounts, activity = judged([claim("a.example", "2026-05-20")], checks)
    assert [(key, row["posts"]) for key, row in accounts.items()] == [("bluesky:a.example", None)]
    assert activity.is_empty()
    accounts, _ = judged([claim("a.example", "2026-05-20", platform_id=B)], checks)
    assert accounts[f"bluesky:{B}"]["posts"] == 50


def test_a_handle_that_was_gone_before_it_was_seen_may_be_anybodys() -> None:
    checks = [seen("a.example", None, "2026-05-21", "not_found"), seen("a.example", B, "2026-06-02", **FIGURES)]
    accounts, _ = judged([claim("a.example", "2026-05-20")], checks)
    assert [(key, row["state"], row["posts"]) for key, row in accounts.items()] == [
        ("bluesky:a.example", "deleted", None)
    ]
    checks = [seen("a.example", None, "2026-05-19", "not_found"), *checks[1:]]
    accounts, _ = judged([claim("a.example", "2026-05-20")], checks)
    assert accounts[f"bluesky:{B}"]["posts"] == 50, "it was opened, and then the page named it"


def test_identifiers_decide_who_is_meant() -> None:
    accounts, _ = judged([claim("a.example", person=None, person_ids="isni:1;wikidata:Q2")])
    assert accounts["bluesky:a.example"]["person_id"] == "ben-bower"
    accounts, _ = judged([claim("a.example", person="Ann Archer", person_ids="wikidata:Q99")])
    assert accounts == {}, "the same name, and another person"
    accounts, _ = judged([claim("a.example", person=None, person_ids="wikidata:Q99")])
    assert accounts == {}


def test_a_handle_that_was_given_up_for_somebody_to_move_there() -> None:
    """Ben is called otherwise, and Ann moves to his old handle, on the day on which both were first seen."""
    day, later, now = "2026-01-01", "2026-01-09", "did:plc:new"
    claims = [claim("ann.example", day, **ANN), claim("ben.example", day, **BEN)]
    moved = {"state": "moved", "moved_to": "ben.example"}
    checks = [
        seen("ann.example", A, day), seen("ben.example", B, day), seen("ben-b.example", B, day, posts=7),
        seen("ann.example", A, day, **moved), seen("ben.example", now, day, posts=2),
    ]  # fmt: skip
    accounts, _ = judged(claims, checks, day)
    assert not {f"bluesky:{B}", f"bluesky:{now}"} & {
        key for key, row in accounts.items() if row["person_id"] == "ann-archer"
    }, "on that day the handle was two accounts'"
    again = [seen("ann.example", A, later, **moved), seen("ben.example", now, later, posts=2)]
    accounts, _ = judged(claims, [*checks, *again], later)
    assert (accounts[f"bluesky:{now}"]["person_id"], accounts[f"bluesky:{now}"]["posts"]) == ("ann-archer", 2)
    strangers = [seen("ann.example", A, later, **moved), seen("ben.example", "did:plc:stranger", later, posts=9)]
    accounts, _ = judged(claims, [*checks, *strangers], later)
    assert [row["posts"] for row in accounts.values()] == [None] * len(accounts), "nor is it whoever has it later"
