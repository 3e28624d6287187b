"""Laws that hold whatever the list and the evidence (issue: detection that can be trusted)."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from incumbent.claims import claims_table
from incumbent.freshness import Policy, assess
from tests.freshness.cases import AS_OF, listed, said

NAMES = (
    "Ada Bright", "Bela Crane", "Carl Dorn", "Dora Ekel", "Egon Fisk", "Fay Gould", "John Smith", "Dr J Smith",
    "Dame Ada Bright", "BRIGHT, Ada", "Vacant", "N/D", "Una O'Brien", "Jean-Luc Petit", "Li Wei", "Müller, Jörg",
)  # fmt: skip
POSTS = (
    "Permanent Secretary", "Second Permanent Secretary", "Director General, Finance", "Deputy Director",
    "Chief Executive", "Member for seat 9", "Senator for OH, class 1", None,
)  # fmt: skip
BODIES = ("Home Office", "Ministry of Works", "Harbour Authority", "Department for Transport", None)
DATES = (None, "2019", "2019-09", "2020-03-31", "2020-06-01", "2021-01-01")

PEOPLE = st.sampled_from(NAMES)
LINES = st.builds(listed, PEOPLE, st.sampled_from(POSTS), st.sampled_from(BODIES))
STATEMENTS = st.builds(
    said,
    PEOPLE,
    st.sampled_from(POSTS),
    st.sampled_from(BODIES),
    by=st.sampled_from(("Gazette", "Courier")),
    event=st.sampled_from(("holds", "starts", "ends", "announced_start", "announced_end")),
    start=st.sampled_from(DATES),
    end=st.sampled_from(DATES),
    as_at=st.sampled_from(DATES),
    acting=st.booleans(),
    scope=st.sampled_from(("complete", "partial")),
    stated_at=st.sampled_from(("2019-10-01", "2020-04-01", "2020-06-30", None)),
)
LISTS = st.lists(LINES, min_size=1, max_size=6)
EVIDENCE = st.lists(STATEMENTS, max_size=8)
LAWS = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "locator": f"row {place}"} for place, row in enumerate(rows, 1)]


def _judged(rows: list[dict[str, Any]], max_age_days: int | None = 200) -> tuple[pl.DataFrame, pl.DataFrame]:
    result = assess(claims_table(rows), AS_OF, Policy(max_age_days=max_age_days), with_identities=False)
    return result.entries, result.findings


def _verdicts(rows: list[dict[str, Any]], max_age_days: int | None = 200) -> list[tuple[str, str]]:
    entries, _ = _judged(rows, max_age_days)
    return entries.select("entry_id", "verdict").rows()


@LAWS
@given(LISTS, EVIDENCE, st.integers(0, 2**32))
def test_the_order_of_rows_changes_nothing(lines: list[Any], evidence: list[Any], seed: int) -> None:
    rows = _numbered(lines) + _numbered(evidence)
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    for one, other in zip(_judged(rows), _judged(mixed), strict=True):
        assert_frame_equal(one, other)


@LAWS
@given(LISTS, EVIDENCE, EVIDENCE)
def test_what_is_said_after_as_of_changes_nothing(lines: list[Any], evidence: list[Any], later: list[Any]) -> None:
    rows = _numbered(lines) + _numbered(evidence)
    after = [{**row, "stated_at": "2020-07-01", "locator": f"later {place}"} for place, row in enumerate(later)]
    for one, other in zip(_judged(rows), _judged(rows + after), strict=True):
        assert_frame_equal(one, other)


@LAWS
@given(LISTS, EVIDENCE)
def test_saying_it_again_changes_no_verdict(lines: list[Any], evidence: list[Any]) -> None:
    rows = _numbered(lines) + _numbered(evidence)
    again = [{**row, "locator": f"again {place}"} for place, row in enumerate(evidence)]
    assert _verdicts(rows) == _verdicts(rows + again)


@LAWS
@given(LISTS)
def test_without_evidence_everything_is_unverified(lines: list[Any]) -> None:
    assert {verdict for _, verdict in _verdicts(_numbered(lines))} == {"unverified"}


@LAWS
@given(LISTS, st.sampled_from(("complete", "partial")))
def test_the_list_itself_as_evidence_makes_everybody_current(lines: list[Any], scope: str) -> None:
    named = [line for line in lines if line["person"] not in ("Vacant", "N/D") and line["organisation"]]
    copy = [
        said(line["person"], line["post"], line["organisation"], as_at=AS_OF, stated_at=AS_OF, scope=scope)
        for line in named
    ]
    verdicts = _verdicts(_numbered(named) + _numbered(copy))
    assert {verdict for _, verdict in verdicts} <= {"current"}


@pytest.mark.parametrize(
    "spelling",
    [
        "BRIGHT, Ada",
        "Dame Ada Bright",
        "Ms Ada Bright CBE",
        "ada bright",
        "Bright, Ms. Ada",
        "Ada M. Bright",
        "Ada\u00a0Bright",
    ],
)
def test_a_person_in_any_spelling_is_the_same_person(spelling: str) -> None:
    rows = _numbered([listed("Ada Bright")]) + _numbered([said(spelling, as_at=AS_OF, stated_at=AS_OF)])
    assert [verdict for _, verdict in _verdicts(rows)] == ["current"]
