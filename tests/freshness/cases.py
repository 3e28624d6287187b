"""Short ways to write a list and evidence down in a test."""

from __future__ import annotations

from typing import Any

import polars as pl

from incumbent.claims import claims_table
from incumbent.freshness import Assessment, Decisions, Policy, assess

AS_OF = "2020-06-30"
HOME = "Home Office"
WORKS = "Ministry of Works"


def listed(
    person: str | None, post: str | None = "Permanent Secretary", organisation: str = HOME, **more: Any
) -> dict[str, Any]:
    """One line of the published list."""
    return {"role": "roster", "source": "list", "person": person, "post": post, "organisation": organisation, **more}


def said(
    person: str | None,
    post: str | None = "Permanent Secretary",
    organisation: str = HOME,
    *,
    by: str = "Gazette",
    **more: Any,
) -> dict[str, Any]:
    """One statement of a publisher."""
    return {
        "role": "evidence", "source": by.lower(), "publisher": by, "person": person, "post": post,
        "organisation": organisation, **more,
    }  # fmt: skip


def judge(
    *rows: dict[str, Any],
    as_of: str = AS_OF,
    max_age_days: int | None = 200,
    decisions: Decisions | None = None,
) -> Assessment:
    """The assessment of lists and statements; each row gets a locator, so that equal rows stay two."""
    numbered = [{"locator": f"row {place}", **row} for place, row in enumerate(rows, 1)]
    return assess(claims_table(numbered), as_of, Policy(max_age_days=max_age_days), decisions)


def verdict(assessment: Assessment, person: str | None = None) -> str:
    """The verdict of the only entry, or of the entry that lists `person`."""
    entries = assessment.entries
    if person is not None:
        entries = entries.filter(pl.col("listed_person") == person)
    assert entries.height == 1, entries
    return str(entries.item(0, "verdict"))


def reasons(assessment: Assessment, person: str | None = None) -> list[str]:
    """The reasons of the only entry, or of the entry that lists `person`."""
    entries = assessment.entries
    if person is not None:
        entries = entries.filter(pl.col("listed_person") == person)
    assert entries.height == 1, entries
    text = entries.item(0, "reasons")
    return text.split(";") if text else []


def finding(assessment: Assessment, reason: str) -> dict[str, Any]:
    """The only finding of that reason."""
    found = assessment.findings.filter(pl.col("reason") == reason)
    assert found.height == 1, assessment.findings
    return found.row(0, named=True)
