"""Pairs that share a key: the same in portions of any size, and each once."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incumbent.names import alike, alike_names
from incumbent.pairing import paired
from incumbent.titles import read_titles, related, related_titles

KEYS = st.lists(st.tuples(st.integers(0, 6), st.sampled_from("abcde")), unique=True, max_size=20)


def frame(rows: list[tuple[int, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"row": pl.UInt32, "key": pl.String}, orient="row")


@given(KEYS, KEYS, st.integers(1, 30))
def test_every_pair_that_shares_a_key_comes_once_whatever_the_portion(
    ours: list[tuple[int, str]], theirs: list[tuple[int, str]], at_most: int
) -> None:
    found = [pair for portion in paired(frame(ours), frame(theirs), at_most) for pair in portion.rows()]
    assert len(found) == len(set(found))
    assert set(found) == {(one, other) for one, key in ours for other, same in theirs if key == same}


def test_portions_stay_small(size: int = 10) -> None:
    ours = frame([(row, key) for row in range(50) for key in "ab"])
    portions = list(paired(ours, frame([(row, "a") for row in range(5)]), size))
    assert max(portion.height for portion in portions) <= size + 5
    assert sum(portion.height for portion in portions) == 250


def test_names_and_titles_are_related_alike_in_portions_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    left = pl.Series(["Jon Day", "Sir Jon Cuncliffe", "Ann Archer", None])
    right = pl.Series(["Jonathan Day", "Jon Cunliffe", "J Day", "Bob Smith"])
    listed = pl.DataFrame({"post": ["Permanent Secretary", "Director, Rail"], "organisation": ["Home Office", "DfT"]})
    known = pl.DataFrame(
        {"post": ["PUS", "Director, Rail and Roads"], "organisation": ["Home Office", "Department for Transport"]}
    )
    reading = read_titles(pl.concat([listed, known]))
    names, titles = alike_names(left, right), related_titles(listed, known, reading)
    assert names.height >= 3 and titles.height == 2
    monkeypatch.setattr(alike, "PORTION", 1)
    monkeypatch.setattr(related, "PORTION", 1)
    assert alike_names(left, right).equals(names)
    assert related_titles(listed, known, reading).equals(titles)


def test_nothing_meets_nothing() -> None:
    nobody = pl.Series([], dtype=pl.String)
    assert alike_names(nobody, pl.Series(["Jon Day"])).is_empty()
    assert alike_names(nobody, nobody).columns == ["left", "right", "relation", "score", "reason"]
    assert list(paired(frame([]), frame([(1, "a")]), 5)) == []
