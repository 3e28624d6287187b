"""Entries over time: when the list had them, which lines are one entry, and how long the list stayed wrong."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incumbent import schemas
from incumbent.errors import InputError
from incumbent.freshness import Decisions, assess
from incumbent.listings import LISTINGS, listed_over_time
from tests.listings.cases import URL, frames, left, over_time, said, told

ROE, POE, LOW = ("Jane Roe", "Director"), ("Jim Poe", "Clerk"), ("Ann Low", "Surveyor")
SEEN = ("first_seen", "last_seen", "gone_by")
WRONG = ("wrong_since_earliest", "wrong_since_latest", "put_right", "days_wrong_minimum", "days_wrong_maximum")
NEVER = (None, None, None, None, None)


def test_the_columns_are_those_of_the_schema() -> None:
    found = over_time({"2012-01-10": [ROE]}, as_of="2012-02-01")
    assert dict(found.schema) == LISTINGS == schemas.load()["listings"].types


def test_an_entry_is_seen_first_and_last_and_gone_by_the_next_capture() -> None:
    captures = {"2012-01-10": [ROE, POE], "2012-02-10": [ROE, POE], "2012-03-10": [POE, LOW]}
    assert told(over_time(captures, as_of="2012-04-01"), *SEEN) == {
        "Jane Roe": ("2012-01-10", "2012-02-10", "2012-03-10"),
        "Jim Poe": ("2012-01-10", "2012-03-10", None),
        "Ann Low": ("2012-03-10", "2012-03-10", None),
    }


def test_a_list_that_nobody_captured_has_no_listings() -> None:
    found = over_time({}, as_of="2012-04-01")
    assert found.is_empty() and dict(found.schema) == LISTINGS


def test_as_of_must_be_a_day() -> None:
    with pytest.raises(InputError, match="not a day"):
        over_time({"2012-01-10": [ROE]}, as_of="2012-02")


def test_an_entry_that_left_and_stayed_on_the_list_was_wrong_between_bounds() -> None:
    captures = {"2012-01-10": [ROE], "2012-02-10": [ROE, POE], "2012-03-10": [POE]}
    found = over_time(captures, left(*ROE, "2012-01-20"), as_of="2012-04-01")
    # Surely from 20 January to the capture of 10 February; at the most until it was seen without her.
    assert told(found, *WRONG)["Jane Roe"] == ("2012-01-20", "2012-01-20", "2012-03-10", 21, 50)
    assert told(found, "reasons", "confidence")["Jane Roe"] == ("left", "confirmed")
    assert "Jane Roe left" in told(found, "explanation")["Jane Roe"][0]
    assert told(found, *WRONG)["Jim Poe"] == NEVER


def test_an_entry_that_is_still_listed_has_not_been_put_right() -> None:
    found = over_time({"2012-01-10": [ROE], "2012-02-10": [ROE]}, left(*ROE, "2012-01-20"), as_of="2012-04-01")
    assert told(found, *WRONG)["Jane Roe"] == ("2012-01-20", "2012-01-20", None, 21, 72)


def test_an_entry_that_was_right_until_it_was_taken_off_was_never_wrong() -> None:
    captures = {"2012-01-10": [ROE], "2012-02-10": [POE]}
    for day in ("2012-02-10", "2012-02-25"):  # on the day itself; early, for she left a fortnight later
        found = over_time(captures, left(*ROE, day), as_of="2012-04-01")
        assert told(found, *WRONG, "reasons", "evidence")["Jane Roe"] == (*NEVER, None, None)
    stays = said(*ROE, event="holds", as_at="2012-03-20", stated_at="2012-03-20")
    assert told(over_time(captures, stays, as_of="2012-04-01"), *WRONG)["Jane Roe"] == NEVER


def test_an_entry_that_may_have_been_put_right_in_time_was_wrong_for_no_sure_day() -> None:
    captures = {"2012-01-10": [ROE], "2012-02-10": [POE]}
    found = over_time(captures, left(*ROE, "2012-01-20"), as_of="2012-04-01")
    assert told(found, *WRONG)["Jane Roe"] == ("2012-01-20", "2012-01-20", "2012-02-10", 0, 21)


def test_the_wrong_interval_is_as_vague_as_the_evidence() -> None:
    captures = {"2012-01-10": [ROE], "2012-03-10": [ROE, POE], "2012-04-10": [POE]}
    end = said(*ROE, event="ends", end="2012-02", stated_at="2012-03-01")
    found = over_time(captures, end, as_of="2012-05-01")
    assert told(found, *WRONG)["Jane Roe"] == ("2012-02-01", "2012-02-29", "2012-04-10", 10, 69)


def test_an_entry_put_up_wrong_counts_from_when_it_was_put_up() -> None:
    captures = {"2012-01-10": [POE], "2012-02-10": [POE, ROE], "2012-03-10": [POE, ROE], "2012-04-10": [POE]}
    found = over_time(captures, left(*ROE, "2011-06-30"), as_of="2012-05-01")
    # Since February at the earliest capture that has her, and at the most since the one in January that has not.
    assert told(found, *WRONG)["Jane Roe"] == ("2011-06-30", "2011-06-30", "2012-04-10", 29, 91)
    always = {day: lines for day, lines in captures.items() if day > "2012-02"}
    found = over_time(always, left(*ROE, "2011-06-30"), as_of="2012-05-01")
    assert told(found, *WRONG)["Jane Roe"][3:] == (254, 285)


def test_times_off_the_list_do_not_count() -> None:
    captures = {
        "2012-01-10": [ROE], "2012-02-10": [ROE], "2012-03-10": [POE], "2012-04-10": [ROE], "2012-05-10": [POE]
    }  # fmt: skip
    found = over_time(captures, left(*ROE, "2012-01-20"), as_of="2012-06-01")
    # 20 January to 10 February and no day in April; 20 January to 10 March and 10 March to 10 May.
    assert told(found, *SEEN)["Jane Roe"] == ("2012-01-10", "2012-04-10", "2012-05-10")
    assert told(found, *WRONG)["Jane Roe"][2:] == ("2012-05-10", 21, 50 + 61)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Bob Cuncliffe", "Clerk"), ("Bob Cunliffe", "Clerk")),
        (("Mr Robert Cunliffe", "Permanent Under-Secretary"), ("Sir Robert Cunliffe KCB", "Permanent Secretary")),
        (("R Cunliffe", "Clerk to the Board"), ("Robert Cunliffe", "Clerk to the Board")),
        (("Bob Cunliffe", "Clerk", "Department of Health"), ("Bob Cunliffe", "Clerk", "Dept of Health")),
    ],
)
def test_a_line_in_other_words_is_the_same_entry(before: Any, after: Any) -> None:
    captures = {"2012-01-10": [before, ROE], "2012-02-10": [after, ROE]}
    found = over_time(captures, as_of="2012-03-01")
    assert found.height == 2
    [row] = found.filter(pl.col("listed_person") == after[0]).to_dicts()
    assert (row["first_seen"], row["last_seen"]) == (dt.date(2012, 1, 10), dt.date(2012, 2, 10))
    then = over_time({"2012-01-10": [before, ROE]}, as_of="2012-01-31")
    [old] = then.filter(pl.col("listed_person") == before[0])["entry_id"]
    assert row["earlier_entry_ids"] == (None if row["entry_id"] == old else old)


def test_a_respelt_entry_is_wrong_without_a_break() -> None:
    bob, other = ("Bob Cuncliffe", "Clerk"), ("Bob Cunliffe", "Clerk")
    captures = {"2012-01-10": [bob], "2012-02-10": [other], "2012-03-10": [bob], "2012-04-10": [ROE]}
    found = over_time(captures, left(*other, "2012-01-20"), as_of="2012-05-01")
    assert told(found, *SEEN, "days_wrong_minimum", "days_wrong_maximum") == {
        "Bob Cuncliffe": ("2012-01-10", "2012-03-10", "2012-04-10", 50, 81),
        "Jane Roe": ("2012-04-10", "2012-04-10", None, None, None),
    }


def test_the_successor_is_an_entry_of_its_own() -> None:
    captures = {"2012-01-10": [("Jane Roe", "Director")], "2012-02-10": [("Jo Hale", "Director")]}
    assert set(told(over_time(captures, as_of="2012-03-01"))) == {"Jane Roe", "Jo Hale"}


def test_another_office_of_the_same_person_is_an_entry_of_its_own() -> None:
    captures = {
        "2012-01-10": [("Jane Roe", "Chief Scientific Adviser")],
        "2012-02-10": [("Jane Roe", "Chief Medical Officer")],
    }
    assert over_time(captures, as_of="2012-03-01").height == 2


def test_lines_that_stood_side_by_side_are_two_entries_however_alike() -> None:
    father, son = ("John Roe", "Commissioner"), ("John M Roe", "Commissioner")
    captures = {"2012-01-10": [father], "2012-02-10": [father, son], "2012-03-10": [son]}
    assert told(over_time(captures, as_of="2012-04-01"), *SEEN) == {
        "John Roe": ("2012-01-10", "2012-02-10", "2012-03-10"),
        "John M Roe": ("2012-02-10", "2012-03-10", None),
    }


def test_a_line_that_stands_twice_is_two_entries_with_the_ids_of_the_release() -> None:
    found = over_time({"2012-01-10": [ROE, ROE], "2012-02-10": [ROE]}, as_of="2012-03-01")
    ids = ["jane-roe--ministry-of-works--director", "jane-roe--ministry-of-works--director-2"]
    assert found["entry_id"].to_list() == ids
    assert found["gone_by"].to_list() == [None, dt.date(2012, 2, 10)]


def test_an_id_is_never_given_to_two_entries() -> None:
    """Each was the first of its name when it was listed; the one that is still listed keeps the release's id."""
    captures = {"2012-01-10": [("J. Roe", "Director"), ("J Roe", "Director")], "2012-02-10": [("J Roe", "Director")]}
    assert told(over_time(captures, as_of="2012-03-01"), "entry_id") == {
        "J Roe": ("j-roe--ministry-of-works--director",),
        "J. Roe": ("j-roe--ministry-of-works--director-2",),
    }


def test_what_curation_keeps_apart_or_joins_is_apart_or_joined() -> None:
    captures = {"2012-01-10": [("Lin Hoe", "Clerk")], "2012-02-10": [("Linda Hoe", "Clerk")]}
    assert over_time(captures, as_of="2012-03-01").height == 1
    decided = [{"person": "Linda Hoe", "other_person": "Lin Hoe", "decision": "different"}]
    apart = Decisions(identities=pl.DataFrame(decided, schema=Decisions().identities.schema))
    assert over_time(captures, as_of="2012-03-01", decisions=apart).height == 2
    strangers = {"2012-01-10": [("Lin Hoe", "Clerk")], "2012-02-10": [("Mary Poe", "Clerk")]}
    decided = [{"person": "Mary Poe", "other_person": "Lin Hoe", "decision": "same"}]
    married = Decisions(identities=pl.DataFrame(decided, schema=Decisions().identities.schema))
    assert over_time(strangers, as_of="2012-03-01").height == 2
    assert over_time(strangers, as_of="2012-03-01", decisions=married).height == 1


def test_each_page_is_judged_by_its_own_captures() -> None:
    other = "https://works.example/health"
    pages = {
        URL: {"2012-01-10": [ROE], "2012-03-10": [POE]},
        other: {"2012-01-10": [LOW], "2012-02-10": [LOW]},  # not asked in March: that says nothing of her
    }
    assert told(over_time(pages, as_of="2012-04-01"), *SEEN) == {
        "Jane Roe": ("2012-01-10", "2012-01-10", "2012-03-10"),
        "Jim Poe": ("2012-03-10", "2012-03-10", None),
        "Ann Low": ("2012-01-10", "2012-02-10", None),
    }


def test_an_entry_that_moves_to_another_page_is_the_same() -> None:
    pages = {
        URL: {"2012-01-10": [ROE, POE], "2012-02-10": [POE]},
        "https://works.example/new": {"2012-02-10": [ROE], "2012-03-10": [ROE]},
    }
    found = over_time(pages, left(*ROE, "2012-01-20"), as_of="2012-04-01")
    assert told(found, *SEEN, "days_wrong_minimum")["Jane Roe"] == ("2012-01-10", "2012-03-10", None, 50)
    assert found.height == 2


def test_a_page_that_the_list_no_longer_has_is_gone_by_the_lists_next_capture() -> None:
    history, captures = frames(
        {
            URL: {"2012-01-10": [ROE], "2012-02-10": [ROE], "2012-03-10": [ROE]},
            "https://old.example/": {"2012-01-20": [POE]},
        }
    )
    claims = history.filter(pl.col("source_url") == URL)
    found = listed_over_time(assess(claims, "2012-04-01"), claims, history, captures, "2012-04-01")
    assert told(found, *SEEN) == {
        "Jane Roe": ("2012-01-10", "2012-03-10", None),
        "Jim Poe": ("2012-01-20", "2012-01-20", "2012-02-10"),
    }


def test_the_organisation_of_an_entry_that_is_gone_is_known_where_the_release_knows_it() -> None:
    gone = [("Jim Poe", "Clerk", "Min. of Works"), ("Ann Low", "Chair", "Old Quay Trust")]
    found = over_time({"2012-01-10": [ROE, *gone], "2012-02-10": [ROE]}, as_of="2012-03-01")
    assert told(found, "organisation_id") == {
        "Jane Roe": ("ministry-of-works",), "Jim Poe": ("ministry-of-works",), "Ann Low": (None,)
    }  # fmt: skip


NAMES = ("Ada Quill", "Bo Fenn", "Cyn Marsh", "Dai Ruan", "Eve Tarn")
POSTS = ("Harbour Master", "Pilot", "Clerk", "Surveyor", "Lamplighter")
DAYS = [f"2012-{month:02}-{day:02}" for month in range(1, 7) for day in (3, 19)]
captured = st.dictionaries(
    st.sampled_from(DAYS), st.sets(st.integers(0, 4), min_size=1).map(sorted), min_size=1, max_size=6
)
departures = st.dictionaries(st.integers(0, 4), st.sampled_from(DAYS), max_size=5)


def page_of(captures: dict[str, list[int]]) -> dict[str, list[tuple[str, ...]]]:
    return {day: [(NAMES[each], POSTS[each]) for each in captures[day]] for day in sorted(captures)}


@settings(max_examples=20, deadline=None)
@given(captured, departures)
def test_days_and_bounds_are_those_that_a_person_would_count(
    captures: dict[str, list[int]], departed: dict[int, str]
) -> None:
    evidence = [left(NAMES[each], POSTS[each], day) for each, day in departed.items()]
    found = over_time(page_of(captures), *evidence, as_of="2012-12-31").with_columns(pl.col(pl.Date).cast(pl.String))
    days = sorted(captures)
    assert found.height == len({each for held in captures.values() for each in held})
    for row in found.to_dicts():
        each = NAMES.index(row["listed_person"])
        on = [each in captures[day] for day in days]
        last = max(place for place, there in enumerate(on) if there)
        assert row["first_seen"] == days[on.index(True)] and row["last_seen"] == days[last]
        assert row["gone_by"] == (days[last + 1] if last + 1 < len(days) else None)
        # Day by day: wrong for sure between two captures that have the entry, perhaps beside one that has it.
        end = departed.get(each)
        least = most = 0
        stops = [*zip(days, on, strict=True), ("2012-12-31", on[-1])]
        for (start, there), (stop, then) in itertools.pairwise(stops):
            span = _days(max(start, end), stop) if end else 0
            least += span if there and then and stop in captures else 0
            most += span if there or then else 0
        if end and on[0] and end < days[0]:
            least, most = least + _days(end, days[0]), most + _days(end, days[0])
        if end is None or (most == 0 and row["gone_by"]):
            assert row["days_wrong_minimum"] is row["days_wrong_maximum"] is row["put_right"] is None
        else:
            assert (row["days_wrong_minimum"], row["days_wrong_maximum"]) == (least, most)
            assert row["put_right"] == row["gone_by"]


def _days(start: str, stop: str) -> int:
    return max(0, (dt.date.fromisoformat(stop) - dt.date.fromisoformat(start)).days)


@settings(max_examples=10, deadline=None)
@given(captured, departures, st.sampled_from(DAYS))
def test_the_future_of_the_archive_does_not_change_the_past(
    captures: dict[str, list[int]], departed: dict[int, str], as_of: str
) -> None:
    evidence = [left(NAMES[each], POSTS[each], day) for each, day in departed.items()]
    then = {day: held for day, held in captures.items() if day <= as_of}
    assert over_time(page_of(captures), *evidence, as_of=as_of).equals(over_time(page_of(then), *evidence, as_of=as_of))
