"""Titles: the table of pairs, the laws of the comparison, and what one title is."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incumbent.titles import compare_titles, parse_titles, post_slug, split_posts, title_blocking_keys

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared"
RELATIONS = {"same", "renamed", "similar", "different"}
PAIR = ("left_post", "left_organisation", "right_post", "right_organisation")


def table() -> list[dict[str, str]]:
    with (HERE / "titles_pairs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


KNOWN = sorted({(row[f"{side}_post"], row[f"{side}_organisation"]) for row in table() for side in ("left", "right")})
WORDS = (
    "Director", "General", "Deputy", "Permanent", "Secretary", "of", "State", "for", "Health", "Helath", "and", ",",
    "Finance", "Strategy", "Head", "(", ")", "HMA", "Paris", "2nd", "Acting", "MP", "Senator", "Ohio", "TX-9",
    "Cabinet Office", "DfT", "Minister", "the", "Chief Executive", "-", "/", "North",
)  # fmt: skip

posts = st.one_of(
    st.sampled_from([post for post, _ in KNOWN]),
    st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join),
    st.text(max_size=30),
)
bodies = st.one_of(st.sampled_from([body for _, body in KNOWN]), st.just("Borsetshire Council"), st.none())
titles = st.one_of(st.sampled_from(KNOWN), st.tuples(posts, bodies))


def compared(pairs: list[tuple[str | None, ...]]) -> pl.DataFrame:
    return compare_titles(pl.DataFrame(pairs, schema=dict.fromkeys(PAIR, pl.String()), orient="row"))


def parsed(*rows: tuple[str | None, str | None]) -> pl.DataFrame:
    return parse_titles(pl.DataFrame(rows, schema={"post": pl.String(), "organisation": pl.String()}, orient="row"))


def test_table_of_pairs() -> None:
    pairs = pl.read_csv(HERE / "titles_pairs.csv", infer_schema=False).rename({"relation": "expected"})
    assert len(pairs) >= 200
    result = compare_titles(pairs)
    assert result.filter(pl.col("relation") != pl.col("expected")).rows() == []


def test_posts_held_together_say_so() -> None:
    both = "Permanent Secretary, Cabinet Office and First Parliamentary Counsel"
    result = compared([(both, "Cabinet Office", "First Parliamentary Counsel", "Cabinet Office")])
    assert result["relation"].item() == "same"
    assert "posts held together" in result["reason"].item()
    assert 0 < result["score"].item() < 1


def test_split_posts_names_each_office_and_its_body() -> None:
    rows = [
        ("Permanent Secretary, Cabinet Office and First Parliamentary Counsel", "Cabinet Office"),
        ("Chief Executive, UKTI", "BIS"),
    ]
    split = split_posts(pl.DataFrame(rows, schema=["post", "organisation"], orient="row"))
    assert split.select("part", "key", "organisation_key").rows() == [
        (1, "chief executive uk trade and investment", "uk trade and investment"),
        (1, "permanent secretary", "cabinet office"),
        (2, "first parliamentary counsel", "cabinet office"),
    ]


@pytest.mark.parametrize(
    ("post", "acting"),
    [
        ("Acting Director General", True),
        ("Director (Acting)", True),
        ("Interim Chief Executive", True),
        ("Chief Executive - interim", True),
        ("Director General (TRA)", True),
        ("Temporary Director of Finance", True),
        ("Chief Executive", False),
        ("Temporary Position", False),
        ("Head of Factoring", False),
    ],
)
def test_acting(post: str, acting: bool) -> None:
    row = parsed((post, "Home Office"))
    assert row["acting"].item() is acting
    assert row["key"].item() != ""


@pytest.mark.parametrize(
    ("post", "seats", "generic"),
    [
        ("Director General", "many", True),
        ("Director General, Finance", "one", True),
        ("Parliamentary Counsel", "many", True),
        ("Member of Parliament", "many", True),
        ("MP for Bristol East", "one", False),
        ("Commissioner", "many", True),
        ("Permanent Secretary", "one", True),
        ("Chief Scientific Adviser", "one", True),
        ("Cabinet Secretary", "one", False),
        ("Non-Executive Director", "many", True),
        ("Senator for Ohio", "one", False),
        ("Keeper of the Stars", "one", False),
        ("Corporate Pool", "many", True),
    ],
)
def test_seats_and_generic(post: str, seats: str, generic: bool) -> None:
    row = parsed((post, "Somewhere"))
    assert (row["seats"].item(), row["generic"].item()) == (seats, generic)


def test_rank_is_an_order_of_seniority() -> None:
    order = ["Prime Minister", "Secretary of State for Health", "Minister of State for Health", "Permanent Secretary",
             "Second Permanent Secretary", "Director General", "Director", "Deputy Director"]  # fmt: skip
    ranks = parsed(*((post, "X") for post in order))["rank"].to_list()
    assert ranks == sorted(ranks, reverse=True) and len(set(ranks)) == len(ranks)
    assert parsed(("Keeper of the Stars", "X"))["rank"].item() is None


def test_display_is_the_usual_title_or_the_title_as_given() -> None:
    rows = parsed(("2nd Permanent Undersecretary", "MOD"), (" DG  Finance ", "MOD"), ("Chief Executive, UKTI", "BIS"))
    assert rows["display"].to_list() == ["Second Permanent Secretary", "DG Finance", "Chief Executive, UKTI"]
    assert post_slug(rows["display"][0], "Ministry of Defence") == "second-permanent-secretary--ministry-of-defence"
    assert post_slug("Cabinet Secretary", "") == "cabinet-secretary"


def test_heads_of_two_parts_of_one_body_have_two_keys() -> None:
    rows = parsed(("Chief Executive, UKTI", "BIS"), ("Chief Executive, Shareholder Executive", "BIS"))
    assert rows["key"].n_unique() == 2


def test_rows_keep_their_order_and_columns() -> None:
    frame = pl.DataFrame({"n": [2, 1, 3], "post": ["CEO", None, "CEO"], "organisation": ["B", "A", None]})
    result = parse_titles(frame)
    assert result["n"].to_list() == [2, 1, 3]
    assert result["key"].to_list() == ["chief executive", "", "chief executive"]


def test_nothing_to_compare() -> None:
    assert compared([]).columns == [*PAIR, "relation", "score", "reason"]
    empty = pl.DataFrame(schema={"post": pl.String(), "organisation": pl.String()})
    assert parse_titles(empty).is_empty() and title_blocking_keys(empty).is_empty() and split_posts(empty).is_empty()
    result = compared([(None, None, None, None), ("", "DfT", "Director", "DfT"), ("???", "DfT", "Director", "DfT")])
    assert result["relation"].to_list() == ["different"] * 3
    assert result["reason"].to_list() == ["no title given"] * 3


def test_a_hostile_cell_costs_no_more_than_its_beginning() -> None:
    long = "Director of " + "strategy and " * 800_000
    assert compared([(long, "DfT", "Director of Finance", "DfT")])["relation"].item() == "different"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(titles, titles), min_size=1, max_size=10))
def test_laws(pairs: list[tuple[tuple[str, str | None], tuple[str, str | None]]]) -> None:
    there = compared([(*left, *right) for left, right in pairs])
    back = compared([(*right, *left) for left, right in pairs])
    assert set(there["relation"]) <= RELATIONS
    assert there["relation"].to_list() == back["relation"].to_list(), "symmetry"
    assert there["score"].to_list() == back["score"].to_list(), "symmetry"
    assert there["score"].is_between(0, 1).all()
    own = compared([(*left, *left) for left, _ in pairs])
    keys = parsed(*(left for left, _ in pairs))["key"]
    assert own["relation"].to_list() == ["same" if key else "different" for key in keys], "reflexivity"


@settings(max_examples=50, deadline=None)
@given(st.lists(titles, min_size=2, max_size=12))
def test_related_titles_share_a_key(rows: list[tuple[str, str | None]]) -> None:
    frame = pl.DataFrame(rows, schema={"post": pl.String(), "organisation": pl.String()}, orient="row")
    assert_blocks_complete(frame)


def test_related_titles_of_the_table_share_a_key() -> None:
    frame = pl.DataFrame(KNOWN, schema={"post": pl.String(), "organisation": pl.String()}, orient="row")
    assert_blocks_complete(frame)


def assert_blocks_complete(frame: pl.DataFrame) -> None:
    frame = frame.unique(maintain_order=True)
    keys = title_blocking_keys(frame)
    owned: dict[tuple[str, str | None], set[str]] = {}
    for post, body, key in keys.iter_rows():
        owned.setdefault((post, body), set()).add(key)
    pairs = frame.rename({"post": "left_post", "organisation": "left_organisation"}).join(
        frame.rename({"post": "right_post", "organisation": "right_organisation"}), how="cross"
    )
    related = compare_titles(pairs).filter(pl.col("relation") != "different")
    for left_post, left_body, right_post, right_body, relation in related.select(*PAIR, "relation").iter_rows():
        left, right = owned[left_post, left_body], owned[right_post, right_body]
        assert left & right, (left_post, left_body, right_post, right_body, relation)


def test_keys_are_sparse() -> None:
    """Ten posts in each of a thousand bodies: a title shares a key with its own body's, not with its namesakes."""
    areas = ("Finance", "Strategy", "People", "Law", "Digital", "Estates", "Policy", "Research")
    frame = pl.DataFrame(
        [
            (post, f"Borsetshire {number} Council")
            for number in range(1000)
            for post in ("Chief Executive", "Chair", *(f"Director of {area}" for area in areas))
        ],
        schema=["post", "organisation"],
        orient="row",
    )
    keys = title_blocking_keys(frame)
    assert keys["key"].value_counts()["count"].max() <= 1000
    together = keys.join(keys, on="key").select("post", "organisation", "post_right", "organisation_right").unique()
    assert len(together) <= 60 * len(frame)


@pytest.mark.parametrize("form", ["Chief Clerk {}", "Director of Region {}", "Chief Clerk, Area {} North", "Ward {}"])
def test_numbered_posts_of_one_body_stay_apart(form: str) -> None:
    office = form.split("{")[0].split(",")[0].strip()
    posts = [office, *(form.format(number) for number in range(500))]
    frame = pl.DataFrame({"post": posts, "organisation": ["Borsetshire Council"] * len(posts)})
    keys = title_blocking_keys(frame)
    met = keys.join(keys, on="key").select("post", "post_right").unique()
    assert len(met) < 5 * len(frame), "five hundred posts would be a hundred thousand pairs"
    assert_blocks_complete(frame.head(60))


def test_a_million_pairs_take_seconds() -> None:
    frame = pl.DataFrame(
        {
            "left_post": [f"Director of Area {number % 500}" for number in range(1_000_000)],
            "left_organisation": [f"Body {number % 70} of Borsetshire" for number in range(1_000_000)],
        }
    )
    frame = frame.with_columns(right_post=pl.col("left_post"), right_organisation=pl.col("left_organisation"))
    started = time.perf_counter()
    result = compare_titles(frame)
    assert time.perf_counter() - started < 30
    assert (result["relation"] == "same").all()


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "bench").is_dir(), reason="the folder ../shared with the bench cases is not here")
def test_each_seat_of_congress_is_itself_alone() -> None:
    cases = sorted((SHARED / "bench").glob("congress-*/roster.csv"))
    assert cases
    for case in cases:
        roster = pl.read_csv(case, infer_schema=False)
        seats = parse_titles(roster.select("post", "organisation").unique())
        assert seats["key"].n_unique() == len(seats)
        assert set(seats["seats"]) == {"one"}
