"""Ends without a date, and what profiles say: a hint that never makes an entry out of date, nor current."""

from __future__ import annotations

from typing import Any

import pytest

from incumbent.claims import PROFILE
from incumbent.freshness import Assessment
from tests.freshness.cases import HOME, WORKS, finding, judge, listed, reasons, said, verdict

ANN = "Zenobia Quillfeather"
#: The list, and what supports it.
ENTRY = listed(ANN)
SUPPORT = said(ANN, as_at="2020-06-01")


def profile(event: str, post: str = "Permanent Secretary", organisation: str = HOME, **more: Any) -> dict[str, Any]:
    day = {"as_at": "2020-06-20", "stated_at": "2020-06-20"}
    return said(ANN, post, organisation, by=f"{PROFILE}Bluesky: zq.example", event=event, **(day | more))


def without_own_words(assessment: Assessment) -> list[dict[str, Any]]:
    """Entries but for what a hint may change."""
    hinted = ("reasons", "explanation", "confidence", "evidence")
    return assessment.entries.drop(hinted).to_dicts()


def test_an_end_without_a_date_had_come_when_it_was_said() -> None:
    found = judge(ENTRY, SUPPORT, said(ANN, event="ends", as_at="2020-06-20"))
    assert (verdict(found), reasons(found)) == ("out_of_date", ["left"])
    left = finding(found, "left")
    assert (left["since_earliest"], left["since_latest"], left["confidence"]) == (None, "2020-06-20", "probable")
    assert left["explanation"] == (
        f"{ANN} left the post of Permanent Secretary, Home Office by 20 June 2020, according to Gazette."
    )
    later = judge(ENTRY, said(ANN, as_at="2020-06-25"), said(ANN, event="ends", as_at="2020-05-20"))
    assert verdict(later) == "current", "seen in post a month after it was said to have ended"


@pytest.mark.parametrize(
    ("hint", "reason", "sentence"),
    [
        (profile("ends"), "left",
         f"{ANN} is listed as Permanent Secretary, Home Office, but calls that a former post "
         "(Profile on Bluesky: zq.example, read on 20 June 2020)."),
        (profile("ends", status_note="retired"), "retired",
         f"{ANN} is listed as Permanent Secretary, Home Office, but calls that a post retired from "
         "(Profile on Bluesky: zq.example, read on 20 June 2020)."),
        (profile("holds", "Chair", "Lights Trust", person_ids="wikidata:Q1"), "moved",
         f"{ANN} is listed as Permanent Secretary, Home Office, but says to be Chair, Lights Trust now "
         "(Profile on Bluesky: zq.example, read on 20 June 2020)."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("support", [[SUPPORT], []])
def test_a_profile_is_a_hint(hint: dict[str, Any], reason: str, sentence: str, support: list[dict[str, Any]]) -> None:
    entry = ENTRY | {"person_ids": "wikidata:Q1"}
    found = judge(entry, *support, hint)
    assert reasons(found) == [reason]
    told = finding(found, reason)
    assert (told["confidence"], told["explanation"]) == ("possible", sentence)
    assert verdict(found) == ("current" if support else "unverified")
    assert without_own_words(found) == without_own_words(judge(entry, *support))


def test_a_profile_supports_nothing_and_nobody() -> None:
    boast = profile("holds")
    assert verdict(judge(ENTRY, boast)) == "unverified", "one's own word does not make an entry current"
    other = judge(listed("Ben Bower"), said("Ben Bower", as_at="2020-06-01"), boast)
    assert (verdict(other), reasons(other)) == ("current", []), "nor somebody else's entry wrong"
    assert other.people.height == 1 and other.appointments.height == 1


def test_a_profile_does_not_help_another_statement_to_weigh_more() -> None:
    # At another body by a list alone, she may hold both posts; a profile that calls one former changes no verdict.
    there = said(ANN, "Director General", WORKS, as_at="2020-06-10")
    found = judge(ENTRY, SUPPORT, there, profile("ends"))
    assert (verdict(found), reasons(found)) == ("current", ["left"])
    # Where others say that she left, what her profile says is neither evidence nor a date.
    left = said(ANN, event="ends", end="2020-06-15")
    without, with_it = judge(ENTRY, SUPPORT, left), judge(ENTRY, SUPPORT, left, profile("ends", as_at="2020-06-16"))
    assert with_it.entries.equals(without.entries)
    assert with_it.findings.equals(without.findings)


def test_an_old_profile_says_nothing_against_later_evidence() -> None:
    old = {"as_at": "2020-01-10", "stated_at": "2020-01-10"}
    assert reasons(judge(ENTRY, SUPPORT, profile("ends", **old))) == []
    assert reasons(judge(ENTRY, SUPPORT, profile("ends", still_at="2020-06-02", **old))) == ["left"]
