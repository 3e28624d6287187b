"""Small tables `roster` of two versions, for the gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

COLUMNS = (
    "entry_id", "listed_person", "listed_post", "listed_organisation", "person_id", "post_id", "organisation_id",
    "verdict", "reasons", "source_id",
)  # fmt: skip

#: Who holds what, at two bodies of an invented port.
PEOPLE = {
    "Ada Quill": ("Harbour Master", "Harbour Board"),
    "Bo Fenn": ("Pilot", "Harbour Board"),
    "Cyn Marsh": ("Clerk", "Harbour Board"),
    "Dai Ruan": ("Warden", "Lights Office"),
    "Eve Tarn": ("Keeper", "Lights Office"),
    "Fay Ulm": ("Surveyor", "Lights Office"),
    "Gil Voss": ("Boatswain", "Lights Office"),
    "Hal Rask": ("Purser", "Lights Office"),
    "Ida Thorne": ("Diver", "Lights Office"),
    "Kit Bexley": ("Gauger", "Lights Office"),
}


def entry(person: str | None, post: str, body: str | None, **cells: Any) -> dict[str, Any]:
    """One row, with ids made of the words as the ids of the published tables are."""
    named, held, at = (_slug(text) for text in (person, post, body))
    made = {
        "entry_id": "--".join(filter(None, (named, at, held))),
        "listed_person": person,
        "listed_post": post,
        "listed_organisation": body,
        "person_id": named or None,
        "post_id": "--".join(filter(None, (held, at))),
        "organisation_id": at or None,
        "verdict": "current",
        "reasons": None,
        "source_id": "the-list",
    }
    return made | cells


def table(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def rows(**verdicts: str) -> list[dict[str, Any]]:
    """An entry for each of PEOPLE; `verdicts` by the given name: ada="out_of_date"."""
    return [
        entry(name, *held, verdict=verdicts.get(name.split()[0].lower(), "current")) for name, held in PEOPLE.items()
    ]


def _slug(text: str | None) -> str:
    return (text or "").lower().replace(" ", "-")
