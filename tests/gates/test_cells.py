"""Cells that no list means, and texts that only look like them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from incumbent.gates import cells, entries
from tests.gates.tables import entry, rows, table


def changed(**of_ada: Any) -> pl.DataFrame:
    """The difference that other cells of the first entry make."""
    first, *rest = rows()
    return entries.difference(table(rows()), table([first | of_ada, *rest]))


@pytest.mark.parametrize(
    ("name", "is_damaged"),
    [
        ("JosÃ© Quill", True),
        ("Jos\ufffd Quill", True),
        ("Jos? Quill", False),  # a question mark at the end of a word is a publisher's doubt
        ("Jo?é Quill", True),
        ("?ngström Quill", True),
        ("Oâ€™Brien", True),
        ("O&rsquo;Brien", True),
        ("Jos\u0082 Quill", True),
        ("José O’Brien", False),
        ("Ñuño Ãlvares & Sons", False),
        ("A. B. Quill; CBE", False),
    ],
)
def test_text_read_in_another_encoding_is_damaged(name: str, is_damaged: bool) -> None:
    found = cells.damaged(changed(listed_person=name))
    assert (found.height == 1) is is_damaged
    if is_damaged:
        assert name in found["what"][0] and "the person is damaged" in found["what"][0]


def test_what_a_publisher_has_always_written_is_no_damage() -> None:
    odd = [row | {"listed_post": "Keeper &amp; Warden"} for row in rows()]
    assert cells.damaged(entries.difference(table(odd), table(odd[::-1]))).is_empty()


def test_a_cell_that_had_text_and_has_none_is_emptied() -> None:
    found = cells.emptied(changed(listed_organisation=None, organisation_id=None, post_id="harbour-master"))
    assert found.rows() == [
        (
            "ada-quill--harbour-board--harbour-master",
            "Ada Quill, Harbour Master: the organisation is empty, and was Harbour Board",
        )
    ]
    assert cells.emptied(changed()).is_empty()
    assert cells.emptied(entries.difference(table(rows()), table(rows()[1:]))).is_empty()


@pytest.mark.parametrize(
    ("of_ada", "column"),
    [
        ({"listed_person": "Harbour Master", "person_id": "harbour-master"}, "person"),
        ({"listed_person": "Harbour Board", "person_id": "harbour-board"}, "person"),
        ({"listed_person": "Ada Quill, Harbour Master"}, "person"),
        ({"listed_person": "Ada QuillHarbour Master", "person_id": "a"}, "person"),
        ({"listed_person": "Cyn MarshDai Ruan", "person_id": "c"}, "person"),
        ({"listed_person": "Cyn Marsh Dai Ruan Eve Tarn", "person_id": "c"}, "person"),
        ({"listed_post": "Lights Office", "post_id": "lights-office--harbour-board"}, "post"),
        ({"listed_post": "Ada Quill Harbour Master", "post_id": "a--harbour-board"}, "post"),
        (
            {"listed_organisation": "Pilot", "organisation_id": "pilot", "post_id": "harbour-master--pilot"},
            "organisation",
        ),
    ],
)
def test_a_cell_with_another_columns_text_is_mixed(of_ada: dict[str, Any], column: str) -> None:
    found = cells.mixed(changed(**of_ada))
    assert found.height == 1 and f": the {column} holds what other cells held" in found["what"][0]


@pytest.mark.parametrize(
    "of_ada",
    [
        {},
        {"listed_person": "Dame Ada Quill"},
        {"listed_post": "Clerk", "post_id": "clerk--harbour-board"},
        {"listed_post": "Director, Harbour Board", "post_id": "director--harbour-board"},
        {"listed_organisation": "Harbour Board and Lights Office", "organisation_id": "both"},
    ],
)
def test_words_that_posts_and_bodies_share_are_not_mixed(of_ada: dict[str, Any]) -> None:
    assert cells.mixed(changed(**of_ada)).is_empty()


def test_the_first_list_has_nothing_to_be_mixed_with() -> None:
    assert cells.mixed(entries.difference(table([]), table(rows()))).is_empty()


def test_lines_that_stand_there_twice_are_doubled_and_old_doubles_are_not() -> None:
    before, twice = table(rows()), table([*rows(), rows()[0] | {"entry_id": "ada-2"}, entry("New One", "Cook", None)])
    found = cells.doubled(before, twice)
    assert found.rows() == [
        (
            "ada-quill--harbour-board--harbour-master",
            "stands on the list 2 times: Ada Quill, Harbour Master, Harbour Board",
        )
    ]
    assert cells.doubled(twice, twice).is_empty()
    thrice = pl.concat([twice, twice.head(1).with_columns(entry_id=pl.lit("ada-3"))])
    assert cells.doubled(twice, thrice).height == 1
