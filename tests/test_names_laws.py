"""Names: laws that hold for any text, and for every supported spelling of generated names."""

from __future__ import annotations

import time

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from incumbent.names import blocking_keys, compare_names, parse_names, person_slug
from incumbent.names.parse import parse_name
from incumbent.names.plain import split_plain
from incumbent.names.relate import relate

RELATIONS = {"same", "compatible", "near", "different"}
GIVEN = [
    "Robert", "Michael", "Jonathan", "Nicholas", "Linda", "Susan", "Catherine", "Geoffrey", "Christopher", "Una",
    "Anne-Marie", "Sherrod", "José", "Philip", "Elizabeth", "Bob", "Mike", "Chris", "Sandy", "Jürgen",
]  # fmt: skip
MIDDLE = ["", "", "P.", "Q", "James", "Ivan", "T. P.", "Lujan", "o"]
SURNAME = [
    "Casey", "Cunliffe", "O'Brien", "Collins-Rice", "Wasserman Schultz", "Van Hollen", "McDonald", "Müller", "Day",
    "de la Cruz", "Sørensen", "Smith", "Jackson", "Li", "MacTaggart",
]  # fmt: skip
HONORIFIC = ["", "Sir", "Dame", "Dr", "Rt Hon", "Professor Sir", "Lt Gen", "Mrs.", "Hon."]
LETTERS = ["", "", "KCB", "QC", "CBE FRS", "MP"]
text = st.text(max_size=60)
#: Text made of what names are made of, so that it reaches deeper than any text does.
PIECES = [
    *GIVEN, *SURNAME, *HONORIFIC, *LETTERS, ",", ", ", ".", "-", " - ", "'", '"', "(", ")", "(acting)", "/", ":", "J",
    "J.", "JP", "G.K.", "of", "the", "van", "Jr", "III", "and", "VACANT", "Board", "習", "\u202e", "\xa0", "x",
]  # fmt: skip
nameish = st.lists(st.sampled_from(PIECES), max_size=8).flatmap(
    lambda words: st.sampled_from(["", " "]).map(lambda gap: gap.join(words))
)
names = st.builds(
    lambda *parts: " ".join(part for part in parts if part),
    st.sampled_from(GIVEN),
    st.sampled_from(MIDDLE),
    st.sampled_from(SURNAME),
)
#: As `names`, with initials first, numbers behind, or in the other order: what the harder rules are about.
terse = st.builds(
    lambda first, middle, last, form: form.format(first=first, initial=first[0], middle=middle, last=last),
    st.sampled_from(GIVEN),
    st.sampled_from(["", "P.", "James", "Ivan"]),
    st.sampled_from(SURNAME),
    st.sampled_from(
        ["{initial} {last}", "{initial}. {middle} {last}", "{last}, {initial}. {middle}", "{first} {last} 17",
         "{initial} {last} 18", "{last} {first}", "{middle} {last}", "J. {first} {last}"]
    ),
).map(lambda name: " ".join(name.split()))  # fmt: skip


def compared(left: str, right: str) -> tuple[str, float, str]:
    row = compare_names(pl.DataFrame({"left": [left], "right": [right]})).row(0, named=True)
    return row["relation"], row["score"], row["reason"]


def share_a_key(left: str, right: str) -> bool:
    keys = blocking_keys(pl.Series([left, right]))
    mine = keys.filter(pl.col("name") == left)["key"].implode()
    return keys.filter(pl.col("key").is_in(mine))["name"].n_unique() == len({left, right})


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """Two supported spellings of one name."""
    first, middle, last = draw(st.sampled_from(GIVEN)), draw(st.sampled_from(MIDDLE)), draw(st.sampled_from(SURNAME))
    return draw(spelling_of(first, middle, last)), draw(spelling_of(first, middle, last))


@st.composite
def spelling_of(draw: st.DrawFn, first: str, middle: str, last: str) -> str:
    if middle == "o":  # a lower-case o before the surname is an apostrophe that was lost, not a middle initial
        middle = ""
    honorific, letters = draw(st.sampled_from(HONORIFIC)), draw(st.sampled_from(LETTERS))
    shown_last = draw(st.sampled_from([last, last.upper(), last.replace("'", "’")]))
    given_names = f"{first} {middle}".strip() if draw(st.booleans()) else first
    remark = draw(st.sampled_from(["", " (acting)", " [R-OH]"]))
    if draw(st.booleans()):
        return f"{shown_last}, {f'{honorific} {given_names}'.strip()}{remark}"
    if " " in last and middle and middle not in given_names:
        shown_last = last
    return f"{f'{honorific} {given_names}'.strip()} {shown_last} {letters}".strip() + remark


@given(st.one_of(text, nameish))
@example("")
@example("()")
@example("'' \"\" ,,")
@example("Jr")
@example(", , Jr, KCB")
@example("of")
@example("the the the of")
@example("O")
@example("-.-")
@example("\u202e\u200b")
@settings(max_examples=100, deadline=None)
def test_any_text_is_parsed_and_is_related_to_itself(name: str) -> None:
    row = parse_names(pl.Series([name])).row(0, named=True)
    assert row["name"] == name
    assert row["kind"] in {"person", "vacant", "withheld", "body", "empty"}
    if row["kind"] == "person":
        assert row["surname"]
        assert row["display"]
        assert row["surname"].isascii()
    relation, _, _ = compared(name, name)
    if row["kind"] in ("vacant", "withheld", "empty"):
        assert relation == "different"
    else:
        assert relation in ("same", "compatible")
        assert share_a_key(name, name)
    assert person_slug(name).isascii()


@given(st.one_of(text, nameish), st.one_of(text, nameish))
@settings(max_examples=100, deadline=None)
def test_comparing_is_symmetric_and_blocking_complete(left: str, right: str) -> None:
    both = compare_names(pl.DataFrame({"left": [left, right], "right": [right, left]}))
    one, other = both.select("relation", "score", "reason").rows()
    assert one == other
    assert one[0] in RELATIONS
    assert 0 <= one[1] <= 1
    assert one[2]
    if one[0] != "different":
        assert share_a_key(left, right)


@given(spellings())
@settings(max_examples=100, deadline=None)
def test_spellings_of_one_name_are_the_same(pair: tuple[str, str]) -> None:
    assert compared(*pair)[0] == "same", pair
    assert share_a_key(*pair)


@given(
    st.one_of(names, terse),
    st.one_of(st.none(), terse),
    st.integers(0, 40),
    st.sampled_from("abcdefghijklmnopqrstuvwxyz"),
    st.sampled_from(["drop", "add", "swap", "change"]),
)
@settings(max_examples=100, deadline=None)
def test_blocking_finds_misspellings_that_comparing_accepts(
    name: str, other: str | None, place: int, letter: str, edit: str
) -> None:
    place %= len(name)
    changed = {
        "drop": name[:place] + name[place + 1 :],
        "add": name[:place] + letter + name[place:],
        "swap": name[:place] + name[place : place + 2][::-1] + name[place + 2 :],
        "change": name[:place] + letter + name[place + 1 :],
    }[edit]
    against = other or name
    if compared(against, changed)[0] != "different":
        assert share_a_key(against, changed)


@given(st.sampled_from(GIVEN), st.sampled_from(["Cunliffe", "Thorneycroft", "Wormald"]), st.data())
@settings(max_examples=60, deadline=None)
def test_one_wrong_letter_in_a_long_surname_is_near_at_least(first: str, last: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(last) - 1))
    changed = last[:place] + data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz")) + last[place + 1 :]
    assume(changed != last)
    assert compared(f"{first} {last}", f"{first} {changed}")[0] == "near"


@given(names, names)
@settings(max_examples=60, deadline=None)
def test_names_with_other_surnames_and_other_names_are_different(left: str, right: str) -> None:
    one, other = parse_name(left), parse_name(right)
    assume(not set(one.surname.split()) & set(other.surname.split()) and one.given[0][0] != other.given[0][0])
    words = {*one.given, one.surname} & {*other.given, other.surname}
    assume(not words)
    assert compared(left, right)[0] == "different"


@given(st.lists(st.one_of(names, nameish), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_plain_names_are_parsed_in_columns_as_one_by_one(some: list[str]) -> None:
    kept, rest = split_plain(pl.Series(some).unique())
    assert len(kept) + len(rest) == len(set(some))
    for row in kept.iter_rows(named=True):
        alone = parse_name(row["name"])
        assert (alone.kind, alone.display, list(alone.given), alone.surname) == (
            "person", row["display"], row["given"], row["surname"],
        )  # fmt: skip
        assert [order._asdict() | {"given": list(order.given)} for order in alone.orders] == row["orders"]
        assert not (alone.suffix or alone.honorifics or alone.postnominals or alone.nicknames)


@given(st.lists(st.one_of(names, terse, nameish), min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_comparing_in_columns_gives_what_comparing_one_by_one_gives(some: list[str]) -> None:
    pairs = pl.DataFrame({"left": some, "right": some[::-1]})
    together = compare_names(pairs)["relation"].to_list()
    assert together == [relate(parse_name(left), parse_name(right)).relation for left, right in pairs.rows()]


@pytest.mark.parametrize(
    "unit", ["a", "A ", "Smith, ", "(", "()", "'", '"', "-", " - ", "J.", "习", "é", "\u202e", ".", "of "]
)
def test_a_megabyte_in_one_cell_takes_no_time(unit: str) -> None:
    cell = unit * (1_000_000 // len(unit))
    started = time.process_time()
    row = parse_names(pl.Series([cell])).row(0, named=True)
    compared(cell, "Jon Day")
    blocking_keys(pl.Series([cell]))
    assert time.process_time() - started < 2
    assert row["kind"] in {"body", "empty"}
    assert len(row["display"]) <= 300


def test_lone_surrogates_are_no_error() -> None:
    assert parse_name("Jon \ud800 Day").surname == "day"


def test_blocking_finds_every_match_among_many_spellings() -> None:
    shown: set[str] = set()
    for first in GIVEN[::3]:
        for last in SURNAME[::2]:
            place = (len(first) * 7 + len(last)) % len(last)
            shown |= {
                f"{first} {last}",
                f"{last}, {first} J.",
                f"{first[0]} {last}",
                f"{last} {first}",
                f"{first[1:]} {last}",
                f"{first} {last[:place]}{last[place + 1 :]}",
                f"J. {first} {last}",
                f"{first[0]}. {last[:place]}{last[place + 1 :]}",
                f"Zoltan {first} {last[: place - 1]}x{last[place:]}",
                f"{first} {last} {place}",
            }
    names = pl.DataFrame({"left": sorted(shown | set(SURNAME))})
    pairs = names.join(names.rename({"left": "right"}), how="cross").filter(pl.col("left") < pl.col("right"))
    matches = compare_names(pairs).filter(pl.col("relation") != "different")
    keys = blocking_keys(names["left"])
    met = keys.join(keys, on="key").select(left="name", right="name_right").unique()
    assert matches.join(met, on=["left", "right"], how="anti").select("left", "right", "relation").rows() == []
    assert matches["relation"].n_unique() == 3
    assert len(met) < len(pairs) / 10  # eight surnames in all: an eighth of the pairs share one
