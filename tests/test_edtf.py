import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incumbent import edtf
from incumbent.errors import InputError


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2012", dt.date(2012, 1, 1), dt.date(2012, 12, 31)),
        ("2012-02", dt.date(2012, 2, 1), dt.date(2012, 2, 29)),
        ("2013-02", dt.date(2013, 2, 1), dt.date(2013, 2, 28)),
        ("2012-06-23", dt.date(2012, 6, 23), dt.date(2012, 6, 23)),
        ("0001", dt.date(1, 1, 1), dt.date(1, 12, 31)),
        ("9999-12", dt.date(9999, 12, 1), dt.date(9999, 12, 31)),
    ],
)
def test_a_date_means_an_interval_of_days(text: str, first: dt.date, last: dt.date) -> None:
    assert edtf.bounds(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "2012-6",
        "2012-06-1",
        "2012-13",
        "2012-02-30",
        "2013-02-29",
        "0000",
        "2012-06-23T00:00",
        " 2012",
        "2012/06",
        "２０１２",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a date|day is out of range|month must be"):
        edtf.bounds(text)


def test_a_day_is_asked_for_where_one_is_needed() -> None:
    assert edtf.parse_day("2012-06-28") == dt.date(2012, 6, 28)
    with pytest.raises(InputError) as error:
        edtf.parse_day("2012-06")
    assert "2012-06-28" in error.value.describe()
    assert error.value.exit_status == 2


@given(
    st.lists(st.dates(min_value=dt.date(1, 1, 1), max_value=dt.date(9999, 12, 31)), max_size=20),
    st.sampled_from([4, 7, 10]),
)
def test_columns_agree_with_single_dates(days: list[dt.date], length: int) -> None:
    texts = [day.isoformat()[:length] for day in days]
    frame = pl.DataFrame({"date": texts}, schema={"date": pl.String}).select(
        edtf.first_day("date").alias("first"), edtf.last_day("date").alias("last")
    )
    assert frame.rows() == [edtf.bounds(text) for text in texts]


def test_missing_and_impossible_dates_are_null_in_columns() -> None:
    frame = pl.DataFrame({"date": [None, "", "2012-13", "2012-02-30", "x"]}).select(edtf.last_day("date"))
    assert frame.to_series().to_list() == [None] * 5
