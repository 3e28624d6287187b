"""What listed accounts give away, and how many do what over time."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import polars as pl
import pytest

from incumbent import resources
from incumbent.activity import findings
from incumbent.activity.shares import SHARES, shares_over_time
from incumbent.headlines import account_shares
from tests.activity.said import ANN, BEN, BOTH, claim, judged, seen

A, B = "did:plc:aaa", "did:plc:bbb"
ENTRIES = BOTH[1].with_columns(entry_id=pl.col("person_id") + "--entry", organisation_id=pl.lit("harbour-office"))


def found(*checks: dict[str, Any]) -> dict[str, Any] | None:
    accounts, activity = judged([claim("ann.example", "2026-01-01")], checks)
    table = findings.account_findings(
        ENTRIES, pl.DataFrame(list(accounts.values()), infer_schema_length=None), activity, "2026-06-30"
    )
    assert dict(table.schema) == findings.FINDINGS
    assert table.height <= 1
    return table.row(0, named=True) if table.height else None


GOOD = seen("ann.example", A, "2026-01-02", posts=3, last_post="2026-01-01")


def test_an_account_that_is_gone() -> None:
    row = found(
        GOOD,
        seen(None, A, "2026-05-01", "unknown"),
        seen(None, A, "2026-06-02", "deleted"),
        seen(None, A, "2026-06-20", "deleted"),
    )
    assert row is not None
    assert (row["finding_id"], row["entry_id"], row["reason"]) == (
        "ann-archer--entry--account-gone", "ann-archer--entry", "account_gone",
    )  # fmt: skip
    assert (
        row["explanation"]
        == "The account ann.example on Bluesky, given for Ann Archer, was no longer there on 2 June 2026."
    )
    assert (row["since_earliest"], row["since_latest"], row["days_out_of_date"]) == (
        dt.date(2026, 1, 3), dt.date(2026, 6, 2), 28,
    )  # fmt: skip
    assert row["confidence"] == "probable"


def test_an_account_that_is_renamed_or_taken() -> None:
    now = [seen("annie.example", A, day, posts=4, last_post="2026-06-01") for day in ("2026-06-02", "2026-06-20")]
    row = found(GOOD, *now)
    assert row is not None
    assert row["reason"] == "account_renamed"
    assert row["explanation"].endswith(" on Bluesky goes by annie.example now, as seen on 2 June 2026.")
    assert (row["since_earliest"], row["since_latest"]) == (dt.date(2026, 1, 3), dt.date(2026, 6, 2))
    row = found(GOOD, seen("ann.example", B, "2026-06-02", posts=4))
    assert row is not None
    assert row["reason"] == "account_taken"
    assert row["explanation"] == (
        "The handle ann.example on Bluesky, given for Ann Archer, was another account's on 2 June 2026."
    ), "not of the day on which it was last seen to be hers"
    assert (row["since_earliest"], row["since_latest"]) == (None, dt.date(2026, 6, 2))


def test_an_account_that_has_moved() -> None:
    claims = [claim("ann@old.example", "2026-01-01", platform="mastodon")]
    checks = [
        seen("ann@old.example", "https://old.example/1", "2026-01-02", platform="mastodon", posts=3),
        seen("ann@old.example", "https://old.example/1", "2026-06-02", "moved", platform="mastodon",
             moved_to="ann@new.example"),
    ]  # fmt: skip
    accounts, activity = judged(claims, checks)
    table = findings.account_findings(
        ENTRIES, pl.DataFrame(list(accounts.values()), infer_schema_length=None), activity, "2026-06-30"
    )
    assert table.get_column("explanation").to_list() == [
        "The account ann@old.example on Mastodon, given for Ann Archer, has moved to ann@new.example, "
        "as seen on 2 June 2026."
    ]


@pytest.mark.parametrize("state", ["live", "protected", "suspended", "unknown"])
def test_an_account_that_is_still_there_is_no_finding(state: str) -> None:
    assert found(GOOD, seen("ann.example", A, "2026-06-02", state)) is None


def test_shares_over_time() -> None:
    claims = [claim("ann.example", "2026-01-01", **ANN), claim("ben.example", "2026-01-01", **BEN)]
    checks = [
        seen("ann.example", A, "2026-01-02", posts=3, last_post="2026-01-01"),
        seen("ben.example", B, "2026-02-02", posts=0),
        seen("ben.example", B, "2026-03-02", "unknown"),
        seen("ann.example", A, "2026-12-02", posts=3, last_post="2026-01-01"),
        seen(None, B, "2026-12-03", "protected"),
    ]
    _, activity = judged(claims, checks, "2026-12-31")
    shares = shares_over_time(ENTRIES, activity, 180)
    assert dict(shares.schema) == SHARES
    whole = shares.filter(pl.col("organisation_id").is_null()).drop("share_id", "organisation_id").rows()
    assert whole == [
        (dt.date(2026, 1, 2), 2, 1, 1, 1, 0, 0),
        # That he had never posted is not told any more of one who has withdrawn since.
        # A day on which nothing became other than it was has no row.
        (dt.date(2026, 2, 2), 2, 2, 1, 1, 0, 0), (dt.date(2026, 12, 2), 2, 2, 1, 0, 1, 0),
    ]  # fmt: skip
    assert shares.filter(organisation_id="harbour-office").get_column("share_id").to_list() == [
        "2026-01-02--harbour-office", "2026-02-02--harbour-office", "2026-12-02--harbour-office",
    ]  # fmt: skip
    assert shares.get_column("share_id").is_unique().all()
    assert shares_over_time(ENTRIES, activity.clear(), 180).is_empty()


def test_headlines_count_only_accounts_of_which_it_is_known_what_they_do() -> None:
    states = ["active", "dormant", "never_posted", "protected", "unknown", "none_known", "deleted", None]
    roster = pl.DataFrame(
        {
            "listed_organisation": ["Harbour Office"] * 5 + ["Ministry of Tides"] * 2 + [None],
            "organisation_id": ["harbour-office"] * 5 + ["ministry-of-tides", None, None],
            "accounts": ["x:a"] * 5 + [None] * 3,
            "account_state": states,
        }
    )
    organisations = pl.DataFrame({"organisation_id": ["harbour-office"], "name": ["The Harbour Office"]})
    table = account_shares(roster, organisations, dt.date(2026, 6, 30))
    shown = {row["measure"]: (row["value"], row["of"], row["share"]) for row in table.rows(named=True)}
    assert shown == {
        "accounts_active": (1, 3, 0.3333),
        "accounts_dormant": (1, 3, 0.3333),
        "accounts_never_posted": (1, 3, 0.3333),
        "with_account__harbour_office": (5, 5, 1.0),
        "accounts_active__harbour_office": (1, 3, 0.3333),
        "with_account__ministry_of_tides": (0, 2, 0.0),
        "accounts_active__ministry_of_tides": (0, 0, None),
    }
    notes = dict(table.select("measure", "note").iter_rows())
    assert (
        notes["with_account__harbour_office"] == "5 of 5 entries of The Harbour Office name somebody with an account."
    )
    assert notes["accounts_active"] == "1 of 3 accounts that can be counted have posted lately."


def test_every_state_is_one_that_the_schemas_know() -> None:
    schema = json.loads((resources.path("schemas") / "accounts.json").read_text(encoding="utf-8"))
    known = next(field["constraints"]["enum"] for field in schema["fields"] if field["name"] == "state")
    assert set(findings.REASONS) <= set(known)
