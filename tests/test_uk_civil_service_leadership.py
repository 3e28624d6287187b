"""The bundled roster says what its facts say: nothing lost, nothing added, each with its own date and publisher."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import polars as pl
import pytest

from incumbent import roster, sources
from incumbent.archive import Archive
from incumbent.sources.reading import Reading

SHARED = Path(__file__).resolve().parents[1] / "../shared"
SLUG = "uk-civil-service-leadership"
needs_shared = pytest.mark.skipif(
    not (SHARED / "facts").is_dir(), reason="needs the facts of ../shared, from which the pages were written"
)


def read(as_of: str | None) -> Reading:
    loaded = roster.load(SLUG)
    return sources.read_roster_claims(loaded, Archive(loaded.folder / "archive"), as_of)


@pytest.fixture(scope="module")
def june() -> Reading:
    return read("2012-06-28")


def test_the_list_has_its_38_lines_in_its_own_words(june: Reading) -> None:
    entries = june.claims.filter(role="roster")
    listed = set(entries.select("person", "post", "organisation").rows())
    assert entries.height == len(listed) == 38
    for line in (
        ("Sir Jon Cuncliffe", "International Economic Affairs and Europe", "Cabinet Office"),
        ("Bernard Gray", "Chief of Defence Material", "Ministry of Defence"),
        ("Una O’Brien", None, "Department of Health"),
        ("Professor Sir John Beddington", "Government Chief Scientific Adviser", None),
        ("Sir John Sawers", None, "Secret Intelligence Service (MI6)"),
        ("Martin Donnelly", None, "Department for Business, Innovation and Skills"),
    ):
        assert line in listed


def test_the_corrections_are_nine_and_the_departures_announced(june: Reading) -> None:
    said = june.claims.filter(source="corrections-2012-06-28")
    assert said["publisher"].unique().to_list() == ["Guerilla Policy"]
    assert said.filter(event="announced_end")["person"].sort().to_list() == ["Gillian Morgan", "Ian Watmore"]
    assert said.filter(event="holds").height == 9
    assert said.filter(acting=True)["person"].to_list() == ["Tom McKane"]
    assert said.filter(pl.col("event") == "holds")["as_at"].unique().to_list() == ["2012-06-28"]


def test_six_of_38_have_an_account_in_the_states_that_the_post_told(june: Reading) -> None:
    survey = june.account_claims.filter(source="accounts-2012-06-28")
    assert survey.height == 38 and survey.filter(state="none_known").height == 32
    found = survey.filter(pl.col("state") != "none_known").sort("handle")
    assert found.select("handle", "state", "posts", "platform").rows() == [
        ("DFID_Mark", "active", 2, "x"),
        ("D_Hartnett_HMRC", "never_posted", 0, "x"),
        ("ianwatmore", "active", None, "x"),
        ("sirbobkerslake", "active", None, "x"),
        ("uksciencechief", "active", None, "x"),
        ("urs18", "protected", 13, "x"),
    ]
    assert set(survey["person"]) == set(june.claims.filter(role="roster")["person"])


def test_nothing_that_was_said_later_is_known(june: Reading) -> None:
    assert june.claims["stated_at"].null_count() == 0
    assert june.claims["stated_at"].max() <= "2012-06-28"  # type: ignore[operator]
    october, ever = read("2012-10-31").claims, read(None).claims
    assert set(june.claims["claim_id"]) < set(october["claim_id"]) < set(ever["claim_id"])
    assert october.filter(person="Derek Jones").height == 1
    assert ever.filter(pl.col("stated_at") > "2012-10-31").height > 10


def test_sources_that_disagree_both_stay(june: Reading) -> None:
    starts = june.claims.filter(person="Jon Cunliffe", event="starts").select("start", "publisher")
    assert sorted(starts.rows()) == [("2012-01-01", "Politico"), ("2012-01-23", "Wikipedia")]


def test_only_official_notices_are_primary() -> None:
    primary = read(None).claims.filter(pl.col("primary"))
    assert set(primary["publisher"]) == {"GOV.UK"}
    assert primary["source_url"].str.contains("/government/news/").all()


def test_every_page_is_a_transcription_with_its_place_and_a_licence() -> None:
    rows = read("2012-12-31").sources
    assert rows["kind"].unique().to_list() == ["transcription"]
    assert rows["state"].unique().to_list() == ["fresh"]
    for column in ("url", "title", "publisher", "licence", "sha256"):
        assert rows[column].null_count() == 0


def test_no_page_holds_a_contact() -> None:
    for path in (roster.load(SLUG).folder / "pages").rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[\w.]+@[\w.]+|\b0\d{2,4}[ -]?\d{3}", text), path


@pytest.mark.shared
@needs_shared
def test_the_organograms_hold_the_facts_and_no_other() -> None:
    with (SHARED / "facts/uk_2012_organogram_facts.csv").open(encoding="utf-8") as file:
        facts = {
            (row["reference_date"], row["organisation"], row["name"], row["job_title"]) for row in csv.DictReader(file)
        }
    claims = read(None).claims.filter(source="organograms")
    told = set(claims.select("as_at", "organisation", "person", "post").rows())
    assert told - facts == {("2011-03-31", "Ministry of Defence", "Tom McKane", "Director General Strategy")}
    assert facts - told == set()


@pytest.mark.shared
@needs_shared
def test_every_announced_fact_has_its_row() -> None:
    with (SHARED / "facts/uk_2012_facts.csv").open(encoding="utf-8") as file:
        facts = list(csv.DictReader(file))
    claims = read(None).claims.filter(source="announcements")
    page = (roster.load(SLUG).folder / "pages/announcements.csv").read_text(encoding="utf-8").splitlines()
    for fact in facts:
        if fact["source_type"] == "organogram":
            continue
        person = "Ivan Rogers" if "Ivan Rogers" in fact["event"] else fact["person"]
        said = claims.filter(person=person)
        year = re.match(r"\d{4}", fact["date"])
        assert year is not None
        dates = said.select(pl.concat_str("start", "end", "as_at", "stated_at", separator=" ", ignore_nulls=True))
        remarks = [line for line in page if person in line]
        assert any(year[0] in text for text in [*dates.to_series(), *remarks]), fact
        if fact["source"].startswith("http"):
            address = re.sub(r"^https?://(www\.)?", "", fact["source"])
            assert said["source_url"].str.contains(address, literal=True).any(), fact
