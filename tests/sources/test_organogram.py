from __future__ import annotations

import csv
import traceback
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from incumbent import sources
from incumbent.errors import SourceError
from tests.sources.pages import CONTEXT, snapshot

FIXTURE = (Path(__file__).parent.parent / "fixtures/sources/organogram.csv").read_text(encoding="utf-8")
SAMPLES = Path(__file__).resolve().parents[2] / "../shared/samples/organogram"
PERSONAL = ("020 7946", "@works.example")


def parse(text: str | bytes, settings: dict[str, object] | None = None, context=CONTEXT):  # type: ignore[no-untyped-def]
    return sources.get("organogram").parse(snapshot(text, "text/csv"), settings or {}, context)


def test_posts_become_claims_and_words_for_nobody_become_events() -> None:
    rows = sorted(parse(FIXTURE).claims.to_dicts(), key=lambda row: row["locator"])
    assert [(row["locator"], row["event"], row["person"], row["post"], row["organisation"]) for row in rows] == [
        ("line 2", "holds", "Roe, Ms Jane", "Permanent Secretary", "Ministry of Works"),
        ("line 3", "withheld", None, "Director of Bridges", "Ministry of Works"),
        ("line 4", "vacant", None, "Director of Tunnels", "Ministry of Works"),
        ("line 6", "holds", "Bill O’Brien", "Head of Locks", "Ministry of Works"),
    ]
    assert {row["as_at"] for row in rows} == {"2012-06-28"}
    assert {row["scope"] for row in rows} == {"partial"}
    assert rows[0]["quote"] == "Roe, Ms Jane | Permanent Secretary | Ministry of Works"


def test_the_other_header_windows_1252_and_line_ends_are_read() -> None:
    other = FIXTURE.replace("Grade (or equivalent)", "Grade").replace("Oâ€™Brien", "O’Brien").replace(",URI", "")
    other = other.replace(",,,\n", ",,\n").replace("\n", "\r\n")
    assert (
        parse(other.encode("cp1252")).claims["person"].sort().to_list()
        == parse(FIXTURE).claims["person"].sort().to_list()
    )


def test_grades_dates_and_words_are_settings() -> None:
    assert parse(FIXTURE, {"grades": ["SCS4"]}).claims["person"].to_list() == ["Roe, Ms Jane"]
    odd = FIXTURE.replace("Eliminated'", "To be filled")
    parsed = parse(odd, {"names": {"To be filled": "vacant"}, "titles_ignored": ["Head of Locks"]})
    assert parsed.claims["event"].sort().to_list() == ["holds", "vacant", "vacant", "withheld"]
    undated = replace(CONTEXT, stated_at=None)
    claims = parse(FIXTURE, {"reference_date": "2012-03-31"}, undated).claims
    assert set(claims["as_at"]) == set(claims["stated_at"]) == {"2012-03-31"}
    with pytest.raises(SourceError, match="reference date"):
        parse(FIXTURE, {}, undated)


def test_personal_data_never_leaves_the_parser() -> None:
    parsed = parse(FIXTURE)
    for cell in parsed.claims.cast(pl.String).to_numpy().ravel():
        assert not any(word in str(cell) for word in PERSONAL)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",Job Title,", ",Title,", "lacks a column"),
        ("Grade (or equivalent)", "Pay", "lacks a column"),
        (",Notes,", ",Remarks,", "column that no organogram has"),
        ("N/D", "", "no name"),
        (",020 7946 0001,", ",020 7946 0001,,", "more or fewer cells"),
        ('"Roe, Ms Jane"', '"Roe, Ms Jane"x', "not CSV"),
        ("Contact Phone", "Contact E-mail", "two columns have one name"),
    ],
)
def test_an_error_shows_no_personal_data_either(old: str, new: str, said: str) -> None:
    assert old in FIXTURE
    with pytest.raises(SourceError, match=said) as caught:
        parse(FIXTURE.replace(old, new))
    told = "".join(traceback.format_exception_only(caught.value)) + str(caught.value.as_dict())
    assert not any(word in told for word in PERSONAL)


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the real organograms of ../shared/samples, not ours to publish")
def test_real_organograms_lose_no_row_in_silence() -> None:
    found = 0
    for path in sorted(SAMPLES.glob("*.csv")):
        found += 1
        content = path.read_bytes()
        claims = sources.get("organogram").parse(snapshot(content), {}, CONTEXT).claims
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        names = [row["Name"].strip(" '").lower() for row in rows]
        idle = [row["Job Title"].strip(" '").lower() == "not in post" for row in rows]
        gone = [name in ("eliminated", "elminated") for name in names]
        assert claims.height == sum(not (a or b) for a, b in zip(idle, gone, strict=True)), path.name
        vacant = sum("vacan" in name and not away for name, away in zip(names, idle, strict=True))
        assert claims.filter(event="vacant").height == vacant, path.name
        assert claims.filter(event="withheld").height == sum(
            name == "n/d" and not away for name, away in zip(names, idle, strict=True)
        ), path.name
        assert claims["organisation"].null_count() == 0
    assert found >= 10
