"""Account states from what sources say: owners, states, what is null, what is left out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from incumbent.activity import ACCOUNTS, ACTIVITY, account_states, profile_url
from incumbent.claims import account_claims_table
from incumbent.errors import SourceError

POLICY = SimpleNamespace(dormant_days=180)
AS_OF = "2012-06-28"


def people_and_entries(*listed: tuple[str, str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Frames as the assessment has them, from (person_id, name, organisation)."""
    people = pl.DataFrame(
        [(person_id, name, None) for person_id, name, _ in listed],
        schema={"person_id": pl.String, "name": pl.String, "other_names": pl.String},
        orient="row",
    ).unique("person_id", maintain_order=True)
    entries = pl.DataFrame(
        [(str(n), name, organisation, person_id) for n, (person_id, name, organisation) in enumerate(listed)],
        schema=dict.fromkeys(("entry_id", "listed_person", "listed_organisation", "person_id"), pl.String),
        orient="row",
    )
    return people, entries


LISTED = people_and_entries(
    ("ann-archer", "Dame Ann Archer", "Harbour Office"),
    ("ben-bower", "Ben Bower", "Harbour Office"),
    ("cid-carter", "Cid Carter", "Ministry of Tides"),
)


def claim(person: str, handle: str | None, state: str | None, **more: Any) -> dict[str, Any]:
    said = {
        "source": "survey",
        "publisher": "Survey",
        "locator": "row 1",
        "platform": "x",
        "kind": "official_personal",
        "as_at": "2012-06-20",
    }
    return {**said, "person": person, "handle": handle, "state": state, **more}


def states(*claims: dict[str, Any], as_of: str = AS_OF, listed: Any = LISTED) -> tuple[pl.DataFrame, pl.DataFrame]:
    return account_states(*listed, account_claims_table(claims), as_of, POLICY)


def only(frame: pl.DataFrame) -> dict[str, Any]:
    assert frame.height == 1, frame
    return frame.row(0, named=True)


@pytest.mark.parametrize(
    ("state", "posts"), [("active", None), ("never_posted", 0), ("protected", 13), ("active", 2), ("suspended", None)]
)
def test_the_state_and_the_printed_figure_are_what_the_source_says(state: str, posts: int | None) -> None:
    accounts, activity = states(claim("Ann Archer", "annarcher", state, posts=posts))
    account = only(accounts)
    assert (account["account_id"], account["person_id"]) == ("x:annarcher", "ann-archer")
    assert (account["state"], account["posts"], account["last_post"]) == (state, posts, None)
    assert (account["checked_at"], account["source_id"]) == ("2012-06-20", "survey")
    assert account["profile_url"] == "https://x.com/annarcher"
    observed = only(activity)
    assert (observed["account_id"], observed["observed_at"], observed["source_id"]) == (
        "x:annarcher", "2012-06-20", "survey",
    )  # fmt: skip
    assert (observed["state"], observed["posts"]) == (state, posts)
    assert [observed[name] for name in ("posts_30d", "posts_90d", "posts_365d", "followers")] == [None] * 4


def test_shapes_are_as_published_also_when_nothing_is_known() -> None:
    for claims in ((), (claim("Ann Archer", "annarcher", "active"),)):
        accounts, activity = states(*claims)
        assert dict(accounts.schema) == ACCOUNTS
        assert dict(activity.schema) == ACTIVITY
        assert accounts.height == activity.height == len(claims)


@pytest.mark.parametrize(
    ("last_post", "expected"),
    [("2012-06-01", "active"), ("2012", "active"), ("2011-12-31", "active"), ("2011-12-30", "dormant"),
     ("2011-11", "dormant")],
)  # fmt: skip
def test_an_account_without_a_post_for_the_policys_days_is_dormant(last_post: str, expected: str) -> None:
    accounts, _ = states(claim("Ann Archer", "annarcher", "active", last_post=last_post), as_of="2012-06-28")
    assert only(accounts)["state"] == expected


@pytest.mark.parametrize(("as_of", "expected"), [("2012-12-17", "active"), ("2012-12-18", "unknown")])
def test_an_old_statement_alone_does_not_make_an_account_active(as_of: str, expected: str) -> None:
    accounts, _ = states(claim("Ann Archer", "annarcher", "active"), as_of=as_of)
    assert only(accounts)["state"] == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"posts": 0}, "never_posted"),
        ({"posts": 5}, "unknown"),
        ({"posts": 5, "last_post": "2012-06"}, "active"),
        ({"last_post": "2010"}, "dormant"),
        ({}, "unknown"),
    ],
)
def test_a_claim_without_a_state_has_the_one_that_its_figures_show(facts: dict[str, Any], expected: str) -> None:
    accounts, _ = states(claim("Ann Archer", "annarcher", None, **facts))
    assert only(accounts)["state"] == expected


def test_a_later_statement_decides_and_a_failed_check_does_not() -> None:
    accounts, activity = states(
        claim("Ann Archer", "AnnArcher", "active", posts=2, as_at="2012-05-01"),
        claim("Ann Archer", "annarcher", "protected", as_at="2012-06-01"),
        claim("Ann Archer", "annarcher", "unknown", as_at="2012-06-20"),
    )
    account = only(accounts)
    assert (account["state"], account["checked_at"], account["posts"]) == ("protected", "2012-06-01", 2)
    assert account["evidence"].count(";") == 2
    assert activity.get_column("state").to_list() == ["active", "protected", "unknown"]


def test_what_is_said_later_is_not_known_yet() -> None:
    late = claim("Ann Archer", "annarcher", "deleted", stated_at="2012-07-01", as_at="2012-06-01")
    accounts, _ = states(claim("Ann Archer", "annarcher", "active"), late)
    assert only(accounts)["state"] == "active"
    accounts, _ = states(claim("Ann Archer", "annarcher", "active", as_at="2012-05"), late, as_of="2012-07-01")
    assert only(accounts)["state"] == "deleted"


def test_the_platforms_id_is_the_key_and_a_new_handle_of_it_the_same_account() -> None:
    accounts, activity = states(
        claim("Ann Archer", "archer", "active", platform_id="77", as_at="2012-05-01"),
        claim("Ann Archer", "harbour_ann", "active", platform_id="77", as_at="2012-06-01"),
        claim("Ann Archer", "archer", "active", posts=9, as_at="2012-05-15"),
    )
    account = only(accounts)
    assert (account["account_id"], account["handle"], account["posts"]) == ("x:77", "harbour_ann", 9)
    assert activity.height == 3


def test_a_handle_that_now_has_another_id_keeps_its_figures_to_itself() -> None:
    accounts, activity = states(
        claim("Ann Archer", "archer", "active", platform_id="77", posts=5, as_at="2012-05-01"),
        claim("Ann Archer", "archer", "active", platform_id="99", posts=4000, as_at="2012-06-01"),
    )
    assert accounts.select("account_id", "state", "posts").rows() == [
        ("x:77", "identity_changed", None), ("x:99", "identity_changed", None),
    ], "until somebody has looked, neither says anything of her"  # fmt: skip
    assert activity.filter(account_id="x:77").select("state", "posts").rows() == [("active", 5)]
    assert activity.filter(account_id="x:99").select("state", "posts").rows() == [("identity_changed", None)]


def test_platforms_go_by_one_name_and_are_kept_apart() -> None:
    accounts, _ = states(
        claim("Ann Archer", "archer", "active", platform="Twitter"),
        claim("Ann Archer", "archer", "active", platform="x"),
        claim("Ann Archer", "archer@tides.example", "active", platform="mastodon"),
        claim("Ann Archer", "archer", "active", platform="pebble"),
    )
    assert accounts.select("account_id", "profile_url").rows() == [
        ("mastodon:archer@tides.example", "https://tides.example/@archer"),
        ("pebble:archer", None),
        ("x:archer", "https://x.com/archer"),
    ]
    assert profile_url("mastodon", "archer") is None
    assert profile_url("x", "archer@tides.example") is None
    assert profile_url("bluesky", "ann/../x") == "https://bsky.app/profile/ann%2F..%2Fx"


def test_personal_accounts_and_people_who_are_not_listed_are_left_out() -> None:
    accounts, activity = states(
        claim("Ann Archer", "annathome", "active", kind="personal"),
        claim("Zoe Zander", "zz", "active"),
        claim("Ben Bower", "role_account", "active", kind="role"),
    )
    assert only(accounts)["person_id"] == "ben-bower"
    assert activity.get_column("account_id").to_list() == ["x:role_account"]


def test_none_known_gives_no_account_but_a_check_that_failed_is_kept() -> None:
    accounts, _ = states(
        claim("Ann Archer", None, "none_known"),
        claim("Ben Bower", None, "unknown"),
        claim("Cid Carter", None, "unknown"),
        claim("Cid Carter", "cid", "protected"),
    )
    assert accounts.select("person_id", "handle", "state", "profile_url").rows() == [
        ("cid-carter", "cid", "protected", "https://x.com/cid"), ("ben-bower", None, "unknown", None),
    ]  # fmt: skip


def test_less_than_a_full_name_needs_the_organisation() -> None:
    assert states(claim("A Archer", "aa", "active"))[0].is_empty()
    assert states(claim("A Archer", "aa", "active", organisation="Ministry of Tides"))[0].is_empty()
    accounts, _ = states(claim("A Archer", "aa", "active", organisation="Harbour Office"))
    assert only(accounts)["person_id"] == "ann-archer"


def test_two_listed_people_of_one_name_are_told_apart_by_the_organisation_or_refused() -> None:
    listed = people_and_entries(
        ("ann-archer", "Ann Archer", "Harbour Office"), ("ann-archer-2", "Ann Archer", "Ministry of Tides")
    )
    accounts, _ = states(claim("Ann Archer", "aa", "active", organisation="Ministry of Tides"), listed=listed)
    assert only(accounts)["person_id"] == "ann-archer-2"
    with pytest.raises(SourceError, match="ann-archer, ann-archer-2") as caught:
        states(claim("Ann Archer", "aa", "active"), listed=listed)
    assert caught.value.source == "survey"
    assert caught.value.locator == "row 1"


def test_a_person_in_two_entries_has_an_account_once() -> None:
    listed = people_and_entries(
        ("ann-archer", "Ann Archer", "Harbour Office"), ("ann-archer", "Ann Archer", "Ministry of Tides")
    )
    assert states(claim("Ann Archer", "aa", "active"), listed=listed)[0].height == 1


@pytest.mark.parametrize("handle", ["ann archer", "@ann", "ann;ben"])
def test_an_impossible_handle_is_refused(handle: str) -> None:
    with pytest.raises(SourceError, match="the handle is none"):
        states(claim("Ann Archer", handle, "active"))


def test_order_and_repetition_change_nothing() -> None:
    claims = [
        claim("Ann Archer", "a", "active", posts=2, as_at="2012-05-01"),
        claim("Ann Archer", "a", "protected", posts=3, as_at="2012-06-01"),
        claim("Ann Archer", "a", "dormant", posts=4, as_at="2012-06-01", locator="row 2"),
        claim("Ben Bower", "b", "never_posted", posts=0),
    ]
    first, second = states(*claims), states(*reversed(claims), *claims)
    assert first[0].equals(second[0])
    assert first[1].equals(second[1])


def test_an_undated_claim_is_known_but_observed_nothing_at_a_moment() -> None:
    accounts, activity = states(claim("Ann Archer", "a", "protected", as_at=None))
    assert only(accounts)["checked_at"] is None
    assert activity.is_empty()
