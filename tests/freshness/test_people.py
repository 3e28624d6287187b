"""Reasons that tell what became of the person: when each fires, and the nearest case in which it must not."""

from __future__ import annotations

import pytest

from incumbent.freshness import Decisions
from tests.freshness.cases import WORKS, finding, judge, listed, reasons, said, verdict


# --- moved ---
def test_moved_when_a_publisher_lists_the_person_elsewhere_and_has_dropped_them_here() -> None:
    result = judge(
        listed("Edith Marlowe", "Second Permanent Secretary", WORKS),
        said("Edith Marlowe", "Second Permanent Secretary", WORKS, as_at="2019-09-30", stated_at="2019-09-30"),
        said("Anton Reiss", "Permanent Secretary", WORKS, as_at="2019-09-30", stated_at="2019-09-30"),
        said("Anton Reiss", "Permanent Secretary", WORKS, as_at="2020-03-31", stated_at="2020-03-31"),
        said("Mira Castle", "Chief Scientific Adviser", WORKS, as_at="2020-03-31", stated_at="2020-03-31"),
        said(
            "Edith Marlowe",
            "Chair of the Joint Committee",
            "Cabinet Office",
            as_at="2020-03-31",
            stated_at="2020-03-31",
        ),
    )
    assert verdict(result) == "out_of_date"
    assert "moved" in reasons(result)
    moved = finding(result, "moved")
    assert (moved["since_earliest"], moved["since_latest"]) == ("2019-09-30", "2020-03-31")
    assert moved["days_out_of_date"] == 91
    assert "Chair of the Joint Committee" in moved["explanation"]
    assert "31 March 2020" in moved["explanation"]


def test_two_posts_at_once_are_no_move() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", as_at="2020-06-01", stated_at="2020-06-01"),
        said("Edith Marlowe", "Chair", "Joint Committee", as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert verdict(result) == "current"
    assert reasons(result) == []


def test_a_later_mention_elsewhere_is_no_move_while_nothing_says_that_the_person_left() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", as_at="2020-05-01", stated_at="2020-05-01"),
        said("Edith Marlowe", "Chair", "Joint Committee", by="Courier", as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert "moved" not in reasons(result)
    assert verdict(result) == "current"


def test_a_promotion_within_the_body_is_a_move() -> None:
    result = judge(
        listed("Edith Marlowe", "Director General Finance", WORKS),
        said("Edith Marlowe", "Director General Finance", WORKS, as_at="2020-01-31", stated_at="2020-01-31"),
        said("Edith Marlowe", "Permanent Secretary", WORKS, as_at="2020-05-31", stated_at="2020-05-31"),
    )
    assert verdict(result) == "out_of_date"
    assert reasons(result) == ["moved"]


def test_an_earlier_post_in_the_body_is_no_move() -> None:
    result = judge(
        listed("Edith Marlowe", "Director General Finance", WORKS),
        said("Edith Marlowe", "Permanent Secretary", WORKS, as_at="2020-01-31", stated_at="2020-01-31"),
        said("Edith Marlowe", "Director General Finance", WORKS, as_at="2020-05-31", stated_at="2020-05-31"),
    )
    assert verdict(result) == "current"
    assert reasons(result) == []


def test_a_common_name_alone_joins_nobody() -> None:
    result = judge(
        listed("John Smith", "Director General", WORKS),
        said("John Smith", "Chief Executive", "Harbour Authority", as_at="2020-05-31", stated_at="2020-05-31"),
    )
    assert verdict(result) == "unverified"
    assert reasons(result) == []


def test_an_uncommon_name_in_another_senior_post_is_a_possible_move() -> None:
    result = judge(
        listed("Edith Marlowe", "Director General", WORKS),
        said("Edith Marlowe", "Chief Executive", "Harbour Authority", as_at="2020-05-31", stated_at="2020-05-31"),
    )
    assert verdict(result) == "out_of_date"
    assert finding(result, "moved")["confidence"] == "possible"


def test_an_old_mention_elsewhere_says_nothing_about_a_list_that_may_be_newer() -> None:
    result = judge(
        listed("Edith Marlowe", "Director General", WORKS),
        said("Edith Marlowe", "Chief Executive", "Harbour Authority", as_at="2018-05-31", stated_at="2018-05-31"),
    )
    assert verdict(result) == "unverified"


def test_a_curated_decision_keeps_two_people_of_one_name_apart() -> None:
    import polars as pl

    identities = pl.DataFrame(
        [
            {
                "person": "Edith Marlowe",
                "organisation": None,
                "other_person": "Edith Marlowe",
                "other_organisation": "Harbour Authority",
                "decision": "different",
            }
        ],
        schema_overrides={"organisation": pl.String},
    )
    result = judge(
        listed("Edith Marlowe", "Director General", WORKS),
        said("Edith Marlowe", "Chief Executive", "Harbour Authority", as_at="2020-05-31", stated_at="2020-05-31"),
        decisions=Decisions(identities=identities),
    )
    assert verdict(result) == "unverified"


def test_different_identifiers_keep_two_people_of_one_name_apart_and_equal_ones_join_two_names() -> None:
    apart = judge(
        listed("Edith Marlowe", person_ids="wikidata:Q1"),
        said("Edith Marlowe", as_at="2020-06-01", stated_at="2020-06-01", person_ids="wikidata:Q2"),
    )
    assert "replaced" in reasons(apart)
    joined = judge(
        listed("Edith Marlowe", person_ids="wikidata:Q1"),
        said("Edith Vane", as_at="2020-06-01", stated_at="2020-06-01", person_ids="wikidata:Q1;gov:7"),
    )
    assert verdict(joined) == "current"


def test_ids_of_different_schemes_keep_nobody_apart() -> None:
    result = judge(
        listed("Edith Marlowe", person_ids="govuk:1"),
        said("Edith Marlowe", as_at="2020-06-01", stated_at="2020-06-01", person_ids="wikidata:Q2"),
    )
    assert (verdict(result), reasons(result)) == ("current", [])


# --- left, retired, died ---
@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ({"event": "ends", "end": "2020-03-31"}, "left"),
        ({"event": "ends", "end": "2020-03-31", "status_note": "retired"}, "retired"),
        ({"event": "dies", "end": "2020-03-31"}, "died"),
        ({"event": "holds", "start": "2016-01-01", "end": "2020-03-31"}, "left"),
    ],
)
def test_an_end_puts_the_entry_out_of_date(statement: dict[str, str], reason: str) -> None:
    result = judge(listed("Edith Marlowe"), said("Edith Marlowe", stated_at="2020-04-02", **statement))
    assert verdict(result) == "out_of_date"
    assert reasons(result) == [reason]
    assert finding(result, reason)["since_latest"] == "2020-03-31"
    assert finding(result, reason)["days_out_of_date"] == 91
    assert "31 March 2020" in finding(result, reason)["explanation"]


def test_an_end_before_a_second_spell_is_no_end() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", start="2010-01-01", end="2014-01-01", stated_at="2020-06-01"),
        said("Edith Marlowe", start="2018-01-01", stated_at="2020-06-01"),
    )
    assert verdict(result) == "current"
    assert reasons(result) == []


def test_an_end_that_a_month_may_still_hold_is_a_departure_to_come() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", event="announced_end", end="2020-06", stated_at="2020-05-16"),
        as_of="2020-06-28",
    )
    assert verdict(result) == "leaving"
    assert reasons(result) == ["announced_departure"]


def test_an_announced_end_that_has_passed_is_at_most_probable() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", event="announced_end", end="2020-05-31", stated_at="2020-04-16"),
        said("Edith Marlowe", by="Courier", event="announced_end", end="2020-05-31", stated_at="2020-04-17"),
    )
    assert verdict(result) == "out_of_date"
    assert finding(result, "left")["confidence"] == "probable"


# --- replaced ---
def test_replaced_by_a_later_holder() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", as_at="2019-09-30", stated_at="2019-09-30"),
        said("Anton Reiss", event="starts", start="2020-04-11", stated_at="2020-04-11"),
        said("Anton Reiss", by="Courier", as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert verdict(result) == "out_of_date"
    replaced = finding(result, "replaced")
    assert replaced["holder"] == "Anton Reiss"
    assert (replaced["since_earliest"], replaced["since_latest"]) == ("2020-04-11", "2020-04-11")
    assert replaced["confidence"] == "confirmed"
    assert result.entries.item(0, "holder") == "Anton Reiss"


def test_one_publisher_is_probable_and_a_primary_record_confirms_alone() -> None:
    rows = [listed("Edith Marlowe")]
    one = judge(*rows, said("Anton Reiss", as_at="2020-06-01", stated_at="2020-06-01"))
    assert finding(one, "replaced")["confidence"] == "probable"
    record = judge(*rows, said("Anton Reiss", as_at="2020-06-01", stated_at="2020-06-01", primary=True))
    assert finding(record, "replaced")["confidence"] == "confirmed"


def test_the_same_publisher_twice_confirms_nothing() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Anton Reiss", as_at="2020-05-01", stated_at="2020-05-01"),
        said("Anton Reiss", as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert finding(result, "replaced")["confidence"] == "probable"


def test_a_predecessor_does_not_replace() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Anton Reiss", start="2012-01-01", stated_at="2019-01-01"),
        said("Edith Marlowe", start="2019-05-01", stated_at="2020-06-01"),
    )
    assert verdict(result) == "current"
    assert reasons(result) == []


def test_a_predecessor_whom_a_laggard_still_lists_does_not_replace() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", start="2019-05-01", stated_at="2020-06-01"),
        said("Anton Reiss", by="Courier", start="2012-01-01", stated_at="2020-06-15"),
    )
    assert verdict(result) == "current"
    assert reasons(result) == []


def test_plural_posts_are_never_replaced() -> None:
    result = judge(
        listed("Edith Marlowe", "Deputy Director", WORKS),
        said("Anton Reiss", "Deputy Director", WORKS, as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert "replaced" not in reasons(result)


def test_a_list_with_two_holders_of_a_post_shows_that_it_has_two_seats() -> None:
    result = judge(
        listed("Edith Marlowe", "Chief Inspector", WORKS),
        said("Anton Reiss", "Chief Inspector", WORKS, as_at="2020-06-01", stated_at="2020-06-01"),
        said("Mira Castle", "Chief Inspector", WORKS, as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert "replaced" not in reasons(result)


def test_second_permanent_secretary_is_another_post() -> None:
    result = judge(
        listed("Edith Marlowe", "Permanent Secretary", WORKS),
        said("Anton Reiss", "Second Permanent Secretary", WORKS, as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert verdict(result) == "unverified"


def test_a_generic_title_at_another_body_is_another_post() -> None:
    result = judge(
        listed("Edith Marlowe", "Chief Executive", "Harbour Authority"),
        said("Anton Reiss", "Chief Executive", "Canal Agency", as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert verdict(result) == "unverified"


def test_two_publishers_that_name_two_holders_as_of_one_day_are_in_dispute() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Edith Marlowe", as_at="2020-06-01", stated_at="2020-06-01"),
        said("Anton Reiss", by="Courier", as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert verdict(result) == "disputed"
    assert reasons(result) == ["disputed"]
    assert finding(result, "disputed")["holder"] == "Anton Reiss"


def test_a_later_list_outweighs_an_older_rival() -> None:
    result = judge(
        listed("Edith Marlowe"),
        said("Anton Reiss", by="Courier", as_at="2020-01-01", stated_at="2020-01-01"),
        said("Edith Marlowe", as_at="2020-06-01", stated_at="2020-06-01"),
    )
    assert verdict(result) == "current"
    assert reasons(result) == []
