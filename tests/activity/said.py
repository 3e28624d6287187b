"""Claims, observations and people of an invented harbour, for the tests of accounts over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import polars as pl

from incumbent.activity import DECISIONS, account_states
from incumbent.claims import account_claims_table, observations_table

POLICY = SimpleNamespace(dormant_days=180)
PAGE = "https://www.gov.uk/government/people/"
APPOINTMENTS = {
    "person_id": pl.String, "post_id": pl.String, "start_latest": pl.Date, "end_earliest": pl.Date,
}  # fmt: skip
ANN = {"person": "Ann Archer", "person_ids": "wikidata:Q1"}
BEN = {"person": "Ben Bower", "person_ids": "wikidata:Q2"}


def listed(*people: tuple[str, str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """People and entries as the assessment has them, from (person_id, name, identifier); one post for all."""
    rows = [{"person_id": one, "name": name, "other_names": None, "identifiers": ids} for one, name, ids in people]
    schema = dict.fromkeys(("person_id", "name", "other_names", "identifiers"), pl.String)
    entries = [
        {"listed_person": name, "listed_organisation": "Harbour Office", "person_id": one, "post_id": "harbour-master"}
        for one, name, _ in people
    ]
    columns = dict.fromkeys(("listed_person", "listed_organisation", "person_id", "post_id"), pl.String)
    return pl.DataFrame(rows, schema=schema), pl.DataFrame(entries, schema=columns)


BOTH = listed(("ann-archer", "Ann Archer", "wikidata:Q1"), ("ben-bower", "Ben Bower", "wikidata:Q2"))


def claim(handle: str, day: str = "2026-01-01", *, official: bool = True, **more: Any) -> dict[str, Any]:
    """An account claim; by default the official page of Ann links the account."""
    who = {} if {"person", "person_ids"} & set(more) else ANN
    return {
        "source": "official-page" if official else "wiki", "locator": f"link {handle} {day}", "platform": "bluesky",
        "handle": handle, "source_url": f"{PAGE}ann-archer" if official else "https://wiki.example/Q1",
        "publisher": "GOV.UK" if official else "Wiki", "as_at": day, "stated_at": day,
    } | who | more  # fmt: skip


def seen(handle: str | None, number: str | None, day: str, state: str | None = "live", **more: Any) -> dict[str, Any]:
    """What a platform says on a day."""
    return {
        "source": "platform", "locator": f"{handle} {number}", "platform": "bluesky", "handle": handle,
        "platform_id": number, "state": state, "as_at": day, "stated_at": day, "source_url": "https://api.example/",
    } | more  # fmt: skip


def judged(
    claims: Sequence[Mapping[str, Any]],
    observations: Sequence[Mapping[str, Any]] = (),
    as_of: str = "2026-06-30",
    *,
    people: tuple[pl.DataFrame, pl.DataFrame] = BOTH,
    **more: Any,
) -> tuple[dict[str, dict[str, Any]], pl.DataFrame]:
    """Accounts by id, and activity."""
    accounts, activity = account_states(
        *people, account_claims_table(claims), as_of, POLICY, observations=observations_table(observations), **more
    )
    return {row["account_id"]: row for row in accounts.rows(named=True)}, activity


def decisions(*rows: tuple[str, str | None, str]) -> pl.DataFrame:
    """Curated decisions from (handle, platform_id, decision)."""
    return pl.DataFrame([("bluesky", *row) for row in rows], schema=DECISIONS, orient="row")


def appointments(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    """Appointments to the one post from (person_id, start, end)."""
    text = [(person, "harbour-master", start, end) for person, start, end in rows]
    frame = pl.DataFrame(text, schema=dict.fromkeys(APPOINTMENTS, pl.String), orient="row")
    return frame.with_columns(pl.col("start_latest", "end_earliest").str.to_date("%Y-%m-%d"))
