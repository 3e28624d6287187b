"""What a profile says of its owner: evidence that is weak, and of nobody else."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from incumbent.activity.profiles import profile_claims
from incumbent.claims import PROFILE, account_claims_table, is_profile, observations_table
from incumbent.roster import Platform
from tests.activity.said import claim, decisions, seen

A = "did:plc:aaa"


def told(description: str, **more: Any) -> list[dict[str, Any]]:
    claims = account_claims_table([claim("ann.example", "2026-06-01", organisation="Harbour Office", **more)])
    observations = observations_table([seen("ann.example", A, "2026-06-02", description=description)])
    return profile_claims(claims, observations, "harbour").rows(named=True)


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Former Harbour Master at the Harbour Office. Views my own.",
         [("ends", "Harbour Master", "Harbour Office", None)]),
        ("ex-Permanent Secretary, now Chair of the Lights Trust",
         [("ends", "Permanent Secretary", "Harbour Office", None), ("holds", "Chair", "Lights Trust", None)]),
        ("Now: Director General for Tides @ somewhere", [("holds", "Director General", "Tides", None)]),
        ("Retired as Harbour Master | sailing", [("ends", "Harbour Master", "Harbour Office", "retired")]),
        ("Harbour Master. Former swimmer.", []),
        ("Formerly known as prince", []),
        ("Harbour Master at the Harbour Office", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_a_profile_says(description: str, expected: list[tuple[str, str, str, str | None]]) -> None:
    rows = [(row["event"], row["post"], row["organisation"], row["status_note"]) for row in told(description)]
    assert sorted(rows) == sorted(expected)


def test_such_a_claim_is_partial_and_its_publisher_is_the_profile() -> None:
    (row,) = told("Former Harbour Master at the Harbour Office.")
    assert (row["person"], row["person_ids"], row["scope"], row["primary"]) == (
        "Ann Archer",
        "wikidata:Q1",
        "partial",
        False,
    )
    assert (row["publisher"], row["as_at"], row["stated_at"]) == (
        f"{PROFILE}Bluesky: ann.example",
        "2026-06-02",
        "2026-06-02",
    )
    assert (row["roster"], row["role"], row["quote"]) == (
        "harbour",
        "evidence",
        "Former Harbour Master at the Harbour Office.",
    )
    frame = pl.DataFrame({"publisher": [row["publisher"], "GOV.UK", None]})
    assert frame.select(is_profile()).to_series().to_list() == [True, False, False]


def test_the_profile_of_an_office_or_of_an_unverified_account_says_nothing() -> None:
    assert told("Former Harbour Master at the Harbour Office.", kind="role") == []
    assert told("Former Harbour Master at the Harbour Office.", source_url="https://wiki.example/Q1") == []


def test_the_profile_of_whoever_took_the_handle_says_nothing() -> None:
    claims = account_claims_table([claim("ann.example", "2026-06-01")])
    checks = [seen("ann.example", A, "2026-06-01"),
              seen("ann.example", "did:plc:b", "2026-06-02", description="Former Pirate King")]  # fmt: skip
    assert profile_claims(claims, observations_table(checks)).is_empty()
    assert profile_claims(claims.clear(), observations_table([])).is_empty()


FORMER = "Former Harbour Master at the Harbour Office."


def read(*checks: dict[str, Any], **more: Any) -> list[tuple[str, str, str]]:
    claims = account_claims_table([claim("ann.example", "2026-06-01", organisation="Harbour Office")])
    told = profile_claims(claims, observations_table(checks), "harbour", **more)
    return sorted(told.select("as_at", "still_at", "quote").iter_rows())


def test_the_same_words_are_one_claim_until_they_are_others() -> None:
    words = {"2026-06-01": FORMER, "2026-06-10": FORMER, "2026-06-20": "On holiday.", "2026-07-01": FORMER}
    checks = [seen("ann.example", A, day, description=said) for day, said in words.items()]
    assert read(*checks) == [("2026-06-01", "2026-06-10", FORMER), ("2026-07-01", "2026-07-01", FORMER)]


def test_a_profile_that_is_not_to_be_shown_is_not_read() -> None:
    check = seen("ann.example", A, "2026-06-02", description=FORMER)
    assert len(read(check)) == 1
    assert read(check, seen("ann.example", A, "2026-06-12", opted_out=True)) == []
    assert read(check, platforms={"bluesky": Platform(publish_ids=False)}) == []
    assert read(check, decisions=decisions(("ann.example", None, "reject"))) == []
