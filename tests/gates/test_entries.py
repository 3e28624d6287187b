"""Which entries appeared, vanished or changed places: told by who holds what, not by ids or the order of rows."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incumbent.gates import entries
from tests.gates.tables import PEOPLE, entry, rows, table


def kinds(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> dict[str, str]:
    """Person -> kind, of those of whom something is news."""
    changed = entries.difference(table(before), table(now)).filter(pl.col("kind") != "same")
    return dict(changed.select(pl.coalesce("listed_person", "listed_person_before"), "kind").iter_rows())


def test_the_same_list_in_another_order_with_other_ids_is_the_same() -> None:
    renumbered = [row | {"entry_id": f"entry-{number}"} for number, row in enumerate(reversed(rows()))]
    assert kinds(rows(), renumbered) == {}


def test_who_comes_and_who_goes_is_named() -> None:
    now = [row for row in rows() if row["listed_person"] != "Ada Quill"]
    now.append(entry("Zora Lorne", "Harbour Master", "Harbour Board"))
    assert kinds(rows(), now) == {"Ada Quill": "vanished", "Zora Lorne": "appeared"}


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"listed_person": "Dame Ada Quill CBE"}, "reworded"),
        ({"listed_post": "The Harbour Master"}, "reworded"),
        ({"listed_post": "Port Captain", "post_id": "port-captain--harbour-board"}, "renamed"),
        ({"listed_post": "Pilot", "post_id": "pilot--harbour-board"}, "moved"),
        (
            {
                "listed_organisation": "Lights Office",
                "organisation_id": "lights-office",
                "post_id": "harbour-master--l",
            },
            "moved",
        ),
        ({"listed_person": "Ada Quil", "person_id": "ada-quil"}, "respelt"),
        ({"listed_person": None, "person_id": None}, "vanished"),
    ],
)
def test_an_entry_in_other_words_is_the_same_entry(cells: dict[str, Any], kind: str) -> None:
    now = [row | cells if row["listed_person"] == "Ada Quill" else row for row in rows()]
    assert kinds(rows(), now)[cells.get("listed_person", "Ada Quill") or "Ada Quill"] == kind


def test_a_renamed_body_is_nobodys_departure() -> None:
    other = {"listed_organisation": "Department of Lights", "organisation_id": "department-of-lights"}
    now = [
        row | other | {"post_id": row["post_id"].replace("lights-office", "department-of-lights")}
        if row["organisation_id"] == "lights-office"
        else row
        for row in rows()
    ]
    found = kinds(rows(), now)
    assert set(found.values()) == {"renamed"} and len(found) == 7


def test_a_vacancy_is_an_entry_too() -> None:
    vacant = entry(None, "Harbour Master", "Harbour Board")
    rest = rows()[1:]
    assert kinds([vacant, *rest], [vacant | {"listed_post": "Master of the harbour"}, *rest]) == {}
    filled = entries.difference(table([vacant, *rest]), table(rows()))
    assert entries.counts(filled) == dict.fromkeys(entries.KINDS, 0) | {"same": 9, "appeared": 1, "vanished": 1}


def test_those_who_took_each_others_posts_stand_in_a_ring() -> None:
    one, two, three, four, *rest = rows()

    def at(row: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        return entry(row["listed_person"], other["listed_post"], other["listed_organisation"])

    swapped = entries.difference(table(rows()), table([at(one, two), at(two, one), three, four, *rest]))
    assert sorted(entries.exchanged(swapped)["listed_person"]) == ["Ada Quill", "Bo Fenn"]
    # A chain that somebody has left at one end is no ring: each follows the next.
    followed = entries.difference(table(rows()), table([at(one, two), at(two, three), four, *rest]))
    assert entries.counts(followed)["moved"] == 2 and entries.exchanged(followed).is_empty()


def test_one_who_holds_two_posts_and_namesakes_are_paired_one_with_one() -> None:
    twice = [*rows(), entry("Ada Quill", "Registrar", "Lights Office")]
    assert kinds(twice, rows()) == {"Ada Quill": "vanished"}
    assert kinds(rows(), twice) == {"Ada Quill": "appeared"}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(sorted(PEOPLE)), unique=True), st.lists(st.sampled_from(sorted(PEOPLE)), unique=True))
def test_every_entry_of_both_versions_has_one_kind(had: list[str], has: list[str]) -> None:
    before, now = ([row for row in rows() if row["listed_person"] in names] for names in (had, has))
    changed = entries.difference(table(before), table(now))
    assert sorted(changed["listed_person_before"].drop_nulls()) == sorted(had)
    assert sorted(changed["listed_person"].drop_nulls()) == sorted(has)
    count = entries.counts(changed)
    assert (count["vanished"], count["appeared"]) == (len(set(had) - set(has)), len(set(has) - set(had)))
