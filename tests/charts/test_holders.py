"""The timeline of an entry: who held its post against what the list said."""

from __future__ import annotations

import datetime as dt
import time
import xml.etree.ElementTree as ElementTree
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incumbent import charts
from incumbent.charts import holders
from tests.charts import svg, tables
from tests.readers import hostile_strings

_DAYS = ("start_earliest", "start_latest", "end_earliest", "end_latest", "last_seen")


def _published(
    held: list[dict[str, Any]], listing: dict[str, Any], *, seats: str = "one", entries: int = 1
) -> dict[str, pl.DataFrame]:
    """Tables of `entries` entries, all for one post that `held` held; dates are pl.Date."""
    found = tables.published()
    one = found["roster"].head(1).drop("entry_id")
    roster = pl.concat([one] * entries).with_columns(
        pl.Series("entry_id", [f"entry-{number}" for number in range(entries)])
    )
    if "listed_person" in listing:
        roster = roster.with_columns(listed_person=pl.lit(listing.pop("listed_person")))
    appointments = pl.DataFrame(
        [
            {"appointment_id": f"a-{number:05d}", "post_id": roster["post_id"][0], "acting": False, **row}
            for number, row in enumerate(held)
        ],
        schema=found["appointments"].schema,
    )
    listings = pl.DataFrame(
        [{"entry_id": entry, **listing} for entry in roster["entry_id"]], schema=found["listings"].schema
    )
    names = appointments["person_id"].unique().sort()
    people = pl.DataFrame({"person_id": names, "name": [f"Name of {each}" for each in names]})
    posts = found["posts"].with_columns(seats=pl.lit(seats))
    return {
        **found,
        "roster": roster,
        "appointments": appointments,
        "listings": listings,
        "people": people,
        "posts": posts,
    }


def _bars(timeline: charts.Timeline) -> list[tuple[float, float, str, bool]]:
    """Left, right, colour and sureness of each bar, in the order in which they are drawn."""
    found = []
    for bar in svg.read(timeline.svg).root.iter("{http://www.w3.org/2000/svg}rect"):
        left = float(bar.get("x", ""))
        found.append((left, left + float(bar.get("width", "")), bar.get("fill", ""), bar.get("fill-opacity") is None))
    return found


def test_the_holders_and_the_list_each_have_their_rows() -> None:
    made = charts.timeline(tables.published(), "ada-quill")
    assert made is not None and made.title == "Harbour Master, Harbour Board: who held it, and what the list said"
    assert (
        made.table.select("row", "person", "start_latest", "wrong_since_latest").rows()
        == [
            ("true", "Gil Voss", dt.date(2031, 6, 30), None),
            ("list", "Ada Quill", dt.date(2031, 1, 31), dt.date(2031, 6, 1)),
        ]
        or made.table.height == 2
    )
    drawing = svg.read(made.svg)
    assert drawing.texts[0] == "What was true" and "What the list said" in drawing.texts
    assert made.description.startswith("Gil Voss held the post (by ")
    assert "The list named Ada Quill from " in made.description
    whole = svg.read(made.picture("Data: The Board").decode())
    assert " ".join(whole.texts[:2]) == made.title and whole.texts[-1] == "Data: The Board"
    assert set(drawing.texts) <= set(whole.texts) and "currentColor" not in made.picture("").decode()
    assert svg.size(made.png("Data: The Board")) == (1024, 2 * int(whole.root.get("height", "0")))


def test_no_entry_without_a_known_holder_has_one() -> None:
    made = list(charts.timelines(tables.published()))
    assert [each.entry_id for each in made] == ["ada-quill"]
    assert charts.timeline(tables.published(), "bo-o-fenn") is None
    assert charts.timeline(tables.published(), "nobody") is None


def test_what_is_sure_is_solid_and_what_may_be_is_an_outline() -> None:
    old = {"person_id": "ada-quill", "start_latest": dt.date(2030, 1, 1), "end_earliest": dt.date(2031, 1, 1),
           "end_latest": dt.date(2031, 3, 1), "last_seen": dt.date(2030, 6, 1)}  # fmt: skip
    new = {"person_id": "gil-voss", "start_earliest": dt.date(2031, 1, 1), "start_latest": dt.date(2031, 3, 1),
           "last_seen": dt.date(2031, 4, 1)}  # fmt: skip
    wrong = {"first_seen": dt.date(2030, 6, 1), "wrong_since_earliest": dt.date(2031, 1, 1),
             "wrong_since_latest": dt.date(2031, 3, 1)}  # fmt: skip
    made = charts.timeline(_published([new, old], wrong), "entry-0")
    assert made is not None
    assert made.description == (
        "Name of ada-quill held the post (by 1 January 2030, gone by 1 March 2031). Name of gil-voss held the post (by "
        "1 March 2031, last seen 1 April 2031). The list named Ada Quill from 1 June 2030 and still did on 28 June "
        "2031; that was wrong by 1 March 2031."
    )
    before, old_sure, old_maybe, new_maybe, new_sure, new_open, right, maybe, wrongly = _bars(made)
    assert [each[3] for each in (before, old_sure, old_maybe, new_maybe, new_sure, new_open)] == [
        False,
        True,
        False,
    ] * 2
    assert [each[3] for each in (right, maybe, wrongly)] == [True, False, True]
    assert len({right[2], wrongly[2], old_sure[2]}) == 3 and maybe[2] == wrongly[2]
    january, march = old_maybe[:2]
    assert new_maybe[:2] == maybe[:2] == (january, march)
    assert wrongly[1] == new_open[1] == pytest.approx(476)


def test_an_open_end_reaches_to_the_successor_and_no_further() -> None:
    first = {"person_id": "ada-quill", "start_latest": dt.date(2029, 1, 1), "last_seen": dt.date(2029, 1, 1)}
    acting = {"person_id": "hal-wick", "start_latest": dt.date(2030, 1, 1), "acting": True}
    second = {"person_id": "gil-voss", "start_latest": dt.date(2030, 6, 1), "last_seen": dt.date(2031, 6, 1)}
    made = charts.timeline(_published([first, acting, second], {"first_seen": dt.date(2031, 1, 1)}), "entry-0")
    assert made is not None
    bars = _bars(made)
    start_of_second = next(left for left, right, colour, sure in bars if sure and right - left > 50)
    assert bars[2][1] == pytest.approx(start_of_second, abs=0.2) and not bars[2][3]
    assert "Name of hal-wick held the post (acting, by 1 January 2030)." in made.description


def test_of_a_post_with_many_seats_only_the_listed_persons_terms_are_shown() -> None:
    others = [{"person_id": f"other-{number}", "start_latest": dt.date(2030, 1, 1)} for number in range(700)]
    own = {"person_id": "ada-quill", "start_latest": dt.date(2030, 2, 1)}
    listing = {"first_seen": dt.date(2031, 1, 1)}
    made = charts.timeline(_published([*others, own], listing, seats="many"), "entry-0")
    assert made is not None and made.table["person"].to_list() == ["Name of ada-quill", "Ada Quill"]
    one = charts.timeline(_published([own, *others], listing), "entry-0")
    assert one is not None and one.table.height == holders.MOST + 1 and one.table["person"][0] == "Name of other-693"


def test_the_listed_person_is_shown_however_many_came_after() -> None:
    later = [{"person_id": f"p-{number}", "start_latest": dt.date(2000 + number, 1, 1)} for number in range(30)]
    own = {"person_id": "ada-quill", "end_latest": dt.date(1999, 1, 1)}
    made = charts.timeline(_published([*later, own], {"first_seen": dt.date(2031, 1, 1)}), "entry-0")
    assert made is not None and made.table.height == holders.MOST + 1
    assert made.table["person"].to_list()[:2] == ["Name of ada-quill", "Name of p-23"]


_day = st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2035, 1, 1))


@settings(max_examples=40, deadline=None)
@given(
    held=st.lists(st.fixed_dictionaries({name: _day for name in _DAYS}), min_size=1, max_size=4),
    listing=st.fixed_dictionaries(
        {name: _day for name in ("gone_by", "wrong_since_earliest", "wrong_since_latest", "put_right")}
        | {"first_seen": st.dates(dt.date(1990, 1, 1), dt.date(2031, 6, 28))}
    ),
    seats=st.sampled_from(["one", "many"]),
)
def test_whatever_the_days_all_is_inside_the_picture(
    held: list[dict[str, Any]], listing: dict[str, Any], seats: str
) -> None:
    people = [{"person_id": "ada-quill", "known_from": dt.date(2031, 1, 1), **row} for row in held]
    made = charts.timeline(_published(people, dict(listing), seats=seats), "entry-0")
    assert made is not None
    for left, right, _, _ in _bars(made):
        assert 4 <= left < right <= 478
    assert {text for text in svg.read(made.svg).texts if "entry" in text} == set()


def test_hostile_names_stay_text() -> None:
    for name in hostile_strings.STRINGS:
        held = [{"person_id": "ada-quill", "start_latest": dt.date(2030, 2, 1)}]
        found = _published(held, {"first_seen": dt.date(2031, 1, 1), "listed_person": name})
        found["people"] = found["people"].with_columns(name=pl.lit(name))
        found["roster"] = found["roster"].with_columns(listed_post=pl.lit(name))
        made = charts.timeline(found, "entry-0")
        assert made is not None
        drawing = svg.read(made.svg)
        assert drawing.title == made.title and len(drawing.texts) >= 5
        assert len(list(drawing.root.iter())) < 30
    ElementTree.fromstring(made.svg)


def test_the_timelines_of_a_long_list_cost_what_writing_them_costs() -> None:
    held = [{"person_id": f"p-{number}", "start_latest": dt.date(2000 + number, 1, 1)} for number in range(30)]
    found = _published(held, {"first_seen": dt.date(2031, 1, 1)}, entries=500)
    begun = time.process_time()
    made = sum(len(each.svg) for each in charts.timelines(found))
    assert made > 500 * 1000 and time.process_time() - begun < 5  # measured: 0.2 s; an engine would take half a minute


@pytest.mark.parametrize("paper", ["#ffffff", "#16181c"])
def test_marks_stand_out_in_light_and_in_dark(paper: str) -> None:
    for colour in (holders._TRUE, holders._LIST, holders._WRONG):
        assert svg.contrast(colour, paper) > 3


def test_whom_the_findings_have_gone_held_the_post_no_longer() -> None:
    own = {"person_id": "ada-quill", "start_latest": dt.date(2030, 1, 1)}
    wrong = {"first_seen": dt.date(2030, 6, 1), "wrong_since_latest": dt.date(2031, 3, 1)}
    ends = {}
    for reasons in ("moved", "name_misspelt"):
        made = charts.timeline(_published([own], {**wrong, "reasons": reasons}), "entry-0")
        assert made is not None
        ends[reasons] = max(right for _, right, colour, _ in _bars(made) if colour == holders._TRUE)
    assert ends["moved"] < ends["name_misspelt"]
