"""Reasons that lists, offices and spellings give: when each fires, and the nearest case in which it must not."""

from __future__ import annotations

import pytest

from incumbent.freshness import Decisions
from tests.freshness.cases import HOME, WORKS, finding, judge, listed, reasons, said, verdict


# --- acting, announced ---
def test_an_acting_holder_is_reported_and_alone_does_not_make_the_entry_out_of_date() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", as_at="2020-03-31", stated_at="2020-03-31"),
        said("Tom Mace", acting=True, as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert reasons(result) == ["acting_holder"]
    assert finding(result, "acting_holder")["holder"] == "Tom Mace"
    assert verdict(result) == "current"


def test_announced_successor_is_leaving_not_out_of_date() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", as_at="2020-06-01", stated_at="2020-06-01"),
        said("Anton Reiss", event="announced_start", start="2020-09-01", stated_at="2020-06-10"),
    )
    assert verdict(result) == "leaving"
    assert reasons(result) == ["announced_successor"]
    assert result.entries.item(0, "holder") == "Edith Marlowe"


def test_what_was_announced_after_as_of_is_not_known() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", as_at="2020-06-01", stated_at="2020-06-01"),
        said("Anton Reiss", event="announced_start", start="2020-09-01", stated_at="2020-07-01"),
    )
    assert verdict(result) == "current"


def test_an_early_list_is_not_yet_true() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", event="announced_start", start="2020-09-01", stated_at="2020-06-10"),
    )
    assert reasons(result) == ["not_yet_started"]
    assert verdict(result) == "unverified"


# --- lists ---
def _members(*names: str, scope: str = "complete", day: str = "2020-06-01") -> list[dict[str, object]]:
    return [
        said(name, f"Member for seat {place}", "Assembly", scope=scope, as_at=day, stated_at=day)
        for place, name in enumerate(names, 1)
    ]


PEOPLE = ("Ada Bright", "Bela Crane", "Carl Dorn", "Dora Ekel", "Egon Fisk", "Fay Gould")


def test_not_on_a_whole_complete_list() -> None:
    roster = [listed(name, f"Member for seat {place}", "Assembly") for place, name in enumerate(PEOPLE, 1)]
    result = judge(*roster, *_members(*PEOPLE[:5]))
    assert verdict(result, "Fay Gould") == "out_of_date"
    assert reasons(result, "Fay Gould") == ["not_listed"]
    assert finding(result, "not_listed")["confidence"] == "probable"
    assert [verdict(result, name) for name in PEOPLE[:5]] == ["current"] * 5


def test_not_on_a_list_that_calls_itself_complete_and_is_not() -> None:
    roster = [listed(name, f"Member for seat {place}", "Assembly") for place, name in enumerate(PEOPLE, 1)]
    result = judge(*roster, *_members(*PEOPLE[:1]))
    assert verdict(result, "Fay Gould") == "unverified"
    assert result.findings.filter(result.findings["confidence"] != "possible").is_empty()


def test_a_partial_list_says_nothing_by_silence() -> None:
    roster = [listed(name, f"Member for seat {place}", "Assembly") for place, name in enumerate(PEOPLE, 1)]
    result = judge(*roster, *_members(*PEOPLE[:5], scope="partial"))
    assert verdict(result, "Fay Gould") == "unverified"


def test_a_withheld_name_makes_silence_say_little() -> None:
    roster = [listed(name, f"Member for seat {place}", "Assembly") for place, name in enumerate(PEOPLE, 1)]
    hidden = said("N/D", "Member for seat 6", "Assembly", scope="complete", as_at="2020-06-01", stated_at="2020-06-01")
    result = judge(*roster, *_members(*PEOPLE[:5]), hidden)
    assert verdict(result, "Fay Gould") == "unverified"


def test_a_holder_whom_the_list_lacks() -> None:
    roster = [listed(name, f"Member for seat {place}", "Assembly") for place, name in enumerate(PEOPLE[:5], 1)]
    result = judge(*roster, *_members(*PEOPLE))
    missing = finding(result, "missing_entry")
    assert missing["entry_id"] is None
    assert missing["holder"] == "Fay Gould"
    assert "Fay Gould" in missing["explanation"]


# --- the office itself ---
def test_vacant() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", as_at="2020-01-31", stated_at="2020-01-31"),
        said("Vacant", as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert verdict(result) == "out_of_date"
    assert reasons(result) == ["vacant"]
    assert result.entries.item(0, "holder") is None


def test_a_vacancy_that_was_filled_again() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Vacant", as_at="2020-01-31", stated_at="2020-01-31"),
        said("Edith Marlowe", as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert verdict(result) == "current"


def test_post_abolished() -> None:
    result = judge(listed("Edith Marlowe"), said(None, event="abolished", end="2020-02-01", stated_at="2020-02-01"))
    assert verdict(result) == "out_of_date"
    assert reasons(result) == ["post_abolished"]


def test_a_renamed_body_is_no_reason_to_doubt_the_person() -> None:
    result = judge(
        listed("Edith Marlowe", "Permanent Secretary", "Department for Communities and Local Government"),
        said(
            "Edith Marlowe",
            "Permanent Secretary",
            "Ministry of Housing, Communities and Local Government",
            as_at="2020-06-01",
            stated_at="2020-06-01",
        ),
    )
    assert "organisation_renamed" in reasons(result)
    assert verdict(result) == "current"


def test_a_body_said_to_have_another_name_is_a_renamed_body_and_not_a_renamed_post() -> None:
    result = judge(
        listed("Edith Marlowe", "Permanent Secretary", WORKS),
        said(
            None, None, WORKS, event="renamed", start="2020-02-01", status_note="Board of Works", stated_at="2020-02-02"
        ),
    )
    assert reasons(result) == ["organisation_renamed"]
    assert finding(result, "organisation_renamed")["explanation"].startswith(f"{WORKS} is called Board of Works")


# --- spelling ---
def test_a_slip_of_spelling_is_found_and_the_person_still_followed() -> None:
    result = judge(
        listed("Edith Marlowwe", "Adviser on Trade", WORKS),
        said("Edith Marlowe", "Adviser on Trade", WORKS, as_at="2019-09-30", stated_at="2019-09-30"),
        said(
            "Edith Marlowe",
            "Chief Executive",
            "Harbour Authority",
            by="Courier",
            event="starts",
            start="2020-01-15",
            stated_at="2020-01-15",
        ),
        said("Anton Reiss", "Adviser on Trade", WORKS, as_at="2020-03-31", stated_at="2020-03-31"),
    )
    assert set(reasons(result)) >= {"moved", "replaced", "name_misspelt"}
    assert "Edith Marlowe" in finding(result, "name_misspelt")["explanation"]
    assert result.people.filter(result.people["person_id"] == "edith-marlowe").height == 1


def test_a_nickname_is_no_slip() -> None:
    result = judge(listed("Nick Marlowe"), said("Nicholas Marlowe", as_at="2020-06-01", stated_at="2020-06-01"))
    assert verdict(result) == "current"
    assert reasons(result) == []


def test_an_initial_is_joined_by_the_post() -> None:
    result = judge(listed("Edith Marlowe"), said("E Marlowe", as_at="2020-06-01", stated_at="2020-06-01"))
    assert verdict(result) == "current"


def test_an_honorific_gained() -> None:
    result = judge(listed("Edith Marlowe"), said("Dame Edith Marlowe", as_at="2020-06-01", stated_at="2020-06-01"))
    assert reasons(result) == ["title_changed"]
    assert verdict(result) == "current"


def test_listed_twice() -> None:
    result = judge(
        listed("Edith Marlowe"),
        listed("Dame Edith Marlowe"),
        said("Edith Marlowe", as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert result.findings.filter(result.findings["reason"] == "duplicate_entry").height == 2


def test_father_and_son_are_not_listed_twice() -> None:
    result = judge(listed("Egon Fisk Sr"), listed("Egon Fisk Jr"), listed("Clerk 1"), listed("Clerk 2"))
    assert "duplicate_entry" not in result.findings["reason"].to_list()


def test_one_person_in_two_posts_is_listed_once_each() -> None:
    result = judge(listed("Edith Marlowe"), listed("Edith Marlowe", "Chair", "Joint Committee"))
    assert result.findings.is_empty()


# --- verdicts ---
@pytest.mark.parametrize(("days_old", "expected"), [("2019-12-13", "current"), ("2019-12-12", "unverified")])
def test_support_is_current_up_to_the_allowed_age(days_old: str, expected: str) -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", as_at=days_old, stated_at=days_old),
        as_of="2020-06-30",
        max_age_days=200,
    )
    assert verdict(result) == expected


def test_the_lists_own_publisher_repeating_it_is_no_support() -> None:
    current = {"as_at": "2020-06-20", "stated_at": "2020-06-20"}
    line = listed("Edith Marlowe", publisher="Crown Office", stated_at="2020-06-25")
    assert verdict(judge(line, said("Edith Marlowe", by="Crown Office", **current))) == "unverified"
    assert verdict(judge(line, said("Edith Marlowe", by="Gazette", **current))) == "current"
    assert verdict(judge(line, said("Edith Marlowe", by="Crown Office", primary=True, **current))) == "current"
    undated, old = line | {"stated_at": None}, line | {"stated_at": "2020-03-01"}
    for other in (undated, old):
        later_edition = said("Edith Marlowe", by="Crown Office", **current)
        assert verdict(judge(other, later_edition)) == "current"
    left = said("Edith Marlowe", by="Crown Office", event="ends", end="2020-05-31", **current)
    assert "left" in reasons(judge(line, left)), "that it calls somebody gone is news"


def test_no_evidence_is_unverified() -> None:
    result = judge(listed("Edith Marlowe"))
    assert verdict(result) == "unverified"
    assert result.entries.item(0, "explanation") == "No evidence speaks of this entry."


def test_an_untitled_entry_takes_the_post_that_curation_gives_it() -> None:
    import polars as pl

    posts = pl.DataFrame(
        [
            {
                "listed_post": None,
                "listed_organisation": HOME,
                "post": "Permanent Secretary",
                "organisation": HOME,
                "seats": "one",
            }
        ],
        schema_overrides={"listed_post": pl.String},
    )
    result = judge(
        listed("Edith Marlowe", None),
        said("Anton Reiss", as_at="2020-06-01", stated_at="2020-06-01"),
        decisions=Decisions(posts=posts),
    )
    assert reasons(result) == ["replaced"]
