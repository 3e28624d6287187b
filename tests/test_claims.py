import pytest
from hypothesis import given
from hypothesis import strategies as st

from incumbent.claims import account_claims_table, claims_table, empty_claims, known_by
from incumbent.errors import InputError, SourceError

ROW = {
    "source": "gazette",
    "locator": "row 1",
    "person": "Edith Marlowe",
    "post": "Permanent Secretary",
    "as_at": "2020-06-01",
}


def test_defaults_and_blank_cells() -> None:
    claim = claims_table([{**ROW, "organisation": "  ", "post": " Permanent Secretary "}]).row(0, named=True)
    assert claim["event"] == "holds"
    assert claim["role"] == "evidence"
    assert claim["scope"] == "partial"
    assert claim["acting"] is False
    assert claim["organisation"] is None
    assert claim["post"] == "Permanent Secretary"


def test_the_id_is_of_the_content_not_of_when_it_was_read() -> None:
    first = claims_table([{**ROW, "seen_at": "2021-01-01"}])
    again = claims_table([{**ROW, "seen_at": "2022-01-01"}])
    other = claims_table([{**ROW, "post": "Second Permanent Secretary"}])
    assert first.item(0, "claim_id") == again.item(0, "claim_id") != other.item(0, "claim_id")


def test_an_empty_cell_and_a_missing_one_beside_it_are_not_confused() -> None:
    left = claims_table([{**ROW, "post": "a", "organisation": None}])
    right = claims_table([{**ROW, "post": None, "organisation": "a"}])
    assert left.item(0, "claim_id") != right.item(0, "claim_id")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"event": "resigns"}, "unknown event"),
        ({"role": "witness"}, "unknown role"),
        ({"scope": "whole"}, "unknown scope"),
        ({"start": "2020-02-30"}, "start is not a date"),
        ({"stated_at": "June"}, "stated_at is not a date"),
        ({"persn": "x"}, "unknown column"),
    ],
)
def test_what_does_not_fit_names_source_and_locator(change: dict[str, str], words: str) -> None:
    with pytest.raises(SourceError) as error:
        claims_table([{**ROW, **change}])
    text = error.value.describe()
    assert words in text
    assert "gazette" in text
    assert "row 1" in text


@given(st.permutations([{**ROW, "locator": f"row {place}"} for place in range(6)]))
def test_the_order_of_rows_changes_nothing(rows: list[dict[str, str]]) -> None:
    assert claims_table(rows).equals(claims_table(sorted(rows, key=lambda row: row["locator"])))


def test_the_same_statement_twice_is_one_claim() -> None:
    assert claims_table([ROW, ROW]).height == 1


@pytest.mark.parametrize(
    ("stated", "seen", "known"),
    [
        ("2012-06-28", None, True),
        ("2012-06-29", None, False),
        ("2012-05", None, True),
        ("2012-06", None, False),  # may have been said on the 30th
        ("2011", None, True),
        ("2012", None, False),
        (None, "2012-06-28", True),
        (None, "2012-06-29", False),
        ("2012-06-01", "2026-01-01", True),  # said in time, read later
        (None, None, True),
    ],
)
def test_known_time(stated: str | None, seen: str | None, known: bool) -> None:
    claims = claims_table([{**ROW, "stated_at": stated, "seen_at": seen}])
    assert known_by(claims, "2012-06-28").height == int(known)


def test_known_time_wants_a_day() -> None:
    with pytest.raises(InputError):
        known_by(empty_claims(), "2012")


def test_account_claims_have_their_own_columns() -> None:
    claim = account_claims_table(
        [{"source": "post", "person": "Edith Marlowe", "platform": "x", "handle": "edith", "posts": 2}]
    )
    assert claim.item(0, "posts") == 2
    with pytest.raises(SourceError):
        account_claims_table([{"source": "post", "event": "holds"}])
