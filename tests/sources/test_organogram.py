from __future__ import annotations

import csv
import time
import traceback
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from incumbent import sources
from incumbent.errors import SourceError
from incumbent.sources import registry
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
        ("Permanent Secretary", " ", "no title"),
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


ADDRESS = "https://files.example/organogram-ministry-of-works/resources/"


@pytest.mark.parametrize(
    ("address", "stated_at", "as_at", "known"),
    [
        ("2025-08-13T11-08-22Z-2025-06-30-organogram-senior.csv", "2026-11-22", "2025-06-30", "2025-08-13"),
        ("2025-08-13T11-08-22Z-2025-06-30-organogram-senior.csv", None, "2025-06-30", "2025-08-13"),
        ("2024-10-11T10-24-03Z-2024-10-11-organogram-senior.csv", "2026-11-22", "2024-10-11", "2024-10-11"),
        ("300913-Works-senior.csv", "2026-11-22", "2013-09-30", "2026-11-22"),
        ("300913-Works-senior.csv", None, "2013-09-30", "2013-09-30"),
        ("works.csv", "2026-11-22", "2026-11-22", "2026-11-22"),
    ],
)
def test_the_address_may_tell_the_reference_date(address: str, stated_at: str | None, as_at: str, known: str) -> None:
    page = replace(snapshot(FIXTURE, "text/csv"), url=ADDRESS + address)
    context = replace(CONTEXT, stated_at=stated_at)
    claims = sources.get("organogram").parse(page, {"reference_date": "from_name"}, context).claims
    assert set(claims["as_at"]) == {as_at}
    assert set(claims["stated_at"]) == {known}


def test_without_any_date_there_is_no_claim() -> None:
    with pytest.raises(SourceError, match="reference date"):
        parse(FIXTURE, {"reference_date": "from_name"}, replace(CONTEXT, stated_at=None))
    assert registry.settings_problem(sources.get("organogram"), {"reference_date": "name"})


CONTACTS = FIXTURE.replace(
    ",Leads the department,", ",Mail Jane.Roe@works.example or ring +44 (0)20 7946 0000.,"
).replace(",Eliminated',", ",Eliminated 01-04-2012 31-03-2013',")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_contacts_are_removed_before_anything_is_archived(encoding: str, ends: str) -> None:
    whole = CONTACTS.replace("Oâ€™Brien", "O’Brien").replace("\n", ends)
    content = registry.redacted("organogram", whole.encode(encoding), "text/csv; charset=" + encoding)
    clean = content.decode(encoding)
    assert not any(word in clean for word in (*PERSONAL, "7946", "Contact", "@"))
    rows, before = (list(csv.DictReader(text.splitlines())) for text in (clean, whole))
    assert [name for name in before[0] if name not in rows[0]] == ["Contact Phone", "Contact E-mail"]
    assert rows[0]["Job/Team Function"] == "Mail [removed] or ring [removed]."
    assert rows[3]["Name"] == "Eliminated 01-04-2012 31-03-2013'"
    for row, one in zip(rows, before, strict=True):
        assert all(row[name] == one[name] for name in row if name != "Job/Team Function")
    assert clean.count(ends) == whole.count(ends)
    assert registry.redacted("organogram", content, "text/csv; charset=" + encoding) == content


def test_an_encoding_that_cannot_be_kept_becomes_utf_8() -> None:
    content = ("\ufeff" + CONTACTS).encode("utf-16-be")
    clean = registry.redacted("organogram", content, "text/csv; charset=nonsense").decode("utf-8")
    assert "Permanent Secretary" in clean
    assert not any(word in clean for word in (*PERSONAL, "7946", "Contact"))
    with pytest.raises(ValueError, match="no organogram"):  # without its mark it is no text
        registry.redacted("organogram", content[2:], None)


def test_what_is_redacted_says_the_same() -> None:
    columns = ("locator", "event", "person", "post", "organisation", "as_at")
    clean = registry.redacted("organogram", FIXTURE.encode(), None)
    assert set(parse(clean).claims.select(columns).rows()) == set(parse(FIXTURE).claims.select(columns).rows())


def test_a_reference_is_no_telephone_number() -> None:
    header, first = FIXTURE.splitlines()[:2]
    content = f"{header}\n{first.replace('1,', '02079460000,', 1)}\n".encode()
    clean = registry.redacted("organogram", content, None).decode()
    assert clean.splitlines()[1].startswith("02079460000,")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Job Title", "Title"),
        ("Grade (or equivalent)", "Pay"),
        (",020 7946 0001,", ",020 7946 0001,,"),
        ('"Roe, Ms Jane"', '"Roe, Ms Jane"x'),
        (FIXTURE, "<html>Are you a human? jane.roe@works.example</html>"),
        (FIXTURE, ""),
    ],
)
def test_what_cannot_be_redacted_is_refused_and_not_shown(old: str, new: str) -> None:
    with pytest.raises(ValueError, match="no organogram") as caught:
        registry.redacted("organogram", FIXTURE.replace(old, new).encode(), None)
    assert not any(word in str(caught.value) for word in PERSONAL)


def test_a_cell_without_end_is_redacted_in_time() -> None:
    content = FIXTURE.replace("Ministry of Works", "x" * 100_000 + " @ a@b.example", 1).encode()
    began = time.process_time()
    assert b"a@b.example" not in registry.redacted("organogram", content, "text/csv")
    assert time.process_time() - began < 3


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the real organograms of ../shared/samples, not ours to publish")
def test_a_real_organogram_gives_the_posts_that_a_reader_sees() -> None:
    path = SAMPLES / "300913-Natural-England-Organogram-senior.csv"
    page = replace(snapshot(path.read_bytes()), url=f"https://files.example/{path.name}")
    claims = sources.get("organogram").parse(page, {"reference_date": "from_name"}, CONTEXT).claims
    assert set(claims["as_at"]) == {"2013-09-30"}
    assert set(claims["organisation"]) == {"Natural England"}
    assert set(claims["event"]) == {"holds"}
    assert dict(claims.select("person", "post").rows()) == {  # 25 posts, of which two are eliminated
        "Dave Webster": "Chief Executive",
        "Jim Smyllie": "Executive Director, People, Landscape and Biodiversity",
        "Andrew Wood": "Executive Director, Science, Evidence and Advice",
        "Guy Thompson": "Executive Director, Customers and Land Management",
        "Paul Lambert": "Executive Director, Corporate Services",
        "Paul Egginton": "Director, Systems Knowledge & Information",
        "James Marsden": "Director, Land Management Strategy",
        "Ian Fugler": "Director, Land Management North and Uplands",
        "Ciaran Gannon": "Director, Local Partnerships & Integration",
        "Tim Hill": "Director of Evidence and Chief Scientist",
        "Maddy Jago": "Director, Landscape and Biodiversity",
        "Abdul Razaq": "Director, Finance",
        "Rob Cooke": "Director, Land Use",
        "Alan Law": "Director, Marine",
        "Liz Newton": "Director, Access and Engagement",
        "Simon Sheppard": "Director, Organisation Development",
        "Ken Roy": "Director, Performance and Standards",
        "Geoff Sansome": "Director, Land Management South",
        "Peter Nottage": "Director, Customer Services",
        "Janette Ward": "Director, Regulation",
        "Julian Woolford": "Director, External Affairs",
        "Rob Aubrook": "Director, Natural Capital and Sustainable Growth",
        "Caroline Cotterell": "Acting Director, Organisation Development",
    }


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the real organograms of ../shared/samples, not ours to publish")
def test_real_organograms_say_the_same_when_redacted() -> None:
    columns = ("locator", "event", "person", "post", "organisation", "as_at")
    for path in sorted(SAMPLES.glob("*.csv")):
        clean = registry.redacted("organogram", path.read_bytes(), "text/csv")
        assert b"Contact" not in clean.splitlines()[0]
        before = parse(path.read_bytes()).claims.select(columns).rows()
        assert sorted(parse(clean).claims.select(columns).rows(), key=str) == sorted(before, key=str)


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
