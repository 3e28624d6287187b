from __future__ import annotations

import pytest

from incumbent.sources.reference_date import from_name, uploaded

FILES = "https://files.example/"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("works/2025-08-13T11-08-22Z-2025-06-30-organogram-senior.csv", "2025-06-30"),
        ("legacy/organogram/works/30/9/2011/works-2011-09-30-organogram-senior.csv", "2011-09-30"),
        ("legacy/organogram/works/30/9/2011/works.csv", "2011-09-30"),
        ("data/works/2012-03-31/Works-staff-data-260712-HL.csv", "2012-03-31"),
        ("2012-03-31.csv", "2012-03-31"),
        ("300913-Works-senior.csv", "2013-09-30"),
        ("30092013.csv", "2013-09-30"),
        ("20130930.csv", "2013-09-30"),
        ("30-09-2013.csv", "2013-09-30"),
        ("works__31-03-2012__senior.csv", "2012-03-31"),
        ("31_March_2019.csv", "2019-03-31"),
        ("31st%20March%202019.csv", "2019-03-31"),
        ("Works_at-30-Sep-11.csv", "2011-09-30"),
        ("20111208-Locks_30Sep11_Ver4.0.csv", "2011-09-30"),
        ("Works-Sept-2011-FINAL.csv", "2011-09-30"),
        ("SEP_2012_Works.csv", "2012-09-30"),
        ("works-december-2021/2022-10-05T09-15-50Z-2022-10-05-organogram-senior.csv", "2021-12-31"),
    ],
)
def test_the_last_day_of_a_quarter_is_believed(path: str, expected: str) -> None:
    assert from_name(FILES + path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "2024-10-11T10-24-03Z-2024-10-11-organogram-senior.csv",  # the day of upload
        "2024-09-30T10-24-03Z-2024-09-30-organogram-senior.csv",  # also the day of upload
        "Works_30APR2012.csv",
        "Works-260712-HL.csv",
        "October-2011.csv",
        "1-September-2011.csv",
        "31-06-2012.csv",
        "31-March-2012-and-30-September-2012.csv",  # of which?
        "works.csv",
        "works-12345-2012-0331.csv",
        "123009131.csv",
        "Cosept-2011.csv",
        "",
    ],
)
def test_no_other_date_is(path: str) -> None:
    assert from_name(FILES + path) is None


def test_when_a_file_was_put_up() -> None:
    assert uploaded(FILES + "2025-08-13T11-08-22Z-2025-06-30-organogram-senior.csv") == "2025-08-13"
    assert uploaded(FILES + "2025-08-13T11-08-22Z/2025-06-30.csv") is None
    assert uploaded(FILES + "2025-08-32T11-08-22Z.csv") is None
    assert uploaded("works.csv") is None
