"""The parts that pages are made of: words, timelines, addresses, frames, and `incumbent site`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from incumbent import cli, package, publish, schemas, site, verify
from incumbent.site import rendering, timeline, words
from tests import synthetic_package as synthetic
from tests.site import made
from tests.site.made import SLUG

DAY = dt.date(2031, 6, 28)


@pytest.mark.parametrize(
    ("earliest", "latest", "said"),
    [
        (None, None, ""),
        (None, "2031-06-01", "by 1 June 2031"),
        ("2031-06-01", None, "after 1 June 2031"),
        ("2031-06-01", "2031-06-01", "1 June 2031"),
        ("2031-02-01", "2031-02-28", "in February 2031"),
        ("2031-01-01", "2031-12-31", "in 2031"),
        ("2030-01-01", "2031-12-31", "between 1 January 2030 and 31 December 2031"),
        ("2031-03-01", "2031-04-30", "between 1 March 2031 and 30 April 2031"),
    ],
)
def test_since_is_as_exact_as_what_is_known(earliest: str | None, latest: str | None, said: str) -> None:
    days = (each and dt.date.fromisoformat(each) for each in (earliest, latest))
    assert words.since(*days) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2031", "2031"),
        ("2031-06", "June 2031"),
        ("2031-06-08", "8 June 2031"),
        ("2031-06-08T07:05:09Z", "8 June 2031, 07:05 UTC"),
        ("some day", "some day"),
        ("2031-13-01", "1 2031"),
        (None, ""),
    ],
)
def test_dates_are_written_out(value: str | None, said: str) -> None:
    assert words.date(value) == said


@pytest.mark.parametrize(
    ("octets", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (17_776, "17.8 kB"), (99_960, "100 kB"),
     (999_600, "1.0 MB"), (123_456_789, "123 MB"), (5_000_000_000, "5.0 GB"), (7_000_000_000_000, "7000 GB")],
)  # fmt: skip
def test_sizes_have_three_figures(octets: int, said: str) -> None:
    assert words.size(octets) == said


def test_a_title_fits_the_tab() -> None:
    assert words.headed(("Data", "The Harbour Board")) == "Data · The Harbour Board"
    assert words.headed(("Data", "x" * 80)) == "Data"
    assert words.headed(("y" * 80, "Board")) == "y" * 69 + "…"


@given(st.text())
def test_whatever_is_written_is_text_that_html_can_hold(text: str) -> None:
    page = rendering.environment().from_string('<p title="{{ it }}">{{ it }}</p>').render(it=text)
    element = html.fragment_fromstring(page)
    assert element.text_content() == element.get("title") == words.plain(text)
    assert not list(element)


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_json_for_a_page_says_the_same_and_ends_no_element(text: str) -> None:
    block = str(rendering.data_block({"name": text.encode("utf-8", "replace").decode()}))
    assert json.loads(block) == {"name": text.encode("utf-8", "replace").decode()}
    assert not set("<>&") & set(block) and words.plain(block) == block
    script = rendering.script("it", [text]).decode()
    assert json.loads(script.removeprefix("window.it = ").removesuffix(";\n")) == [text]


def test_a_frame_changes_no_byte_of_a_page() -> None:
    common: dict[str, Any] = {
        "site": "slot", "up": "../", "root": "../../", "page": "slot-", "slug": "s", "title": "slottitleslot",
        "total": 1, "description": "<slot>", "version": "1.0.0", "as_of": "2031-06-28", "licences": [],
        "attribution": ["& sons"],
    }  # fmt: skip
    entry = {"name": "A <b> slotmainslot", "page": "entries/a.html"}
    whole = rendering.render("moved.html", **common, entry=entry)
    assert rendering.framed("moved.html", common)(entry=entry) == whole
    assert b"A &lt;b&gt; slotmainslot" in whole


def appointment(person: str, **days: dt.date | None) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(
        ("start_earliest", "start_latest", "end_earliest", "end_latest", "last_seen", "confidence", "acting")
    )
    return row | {"person_id": person, "name": person.upper(), "office": "Pilot"} | days


def test_a_timeline_says_who_held_the_post_and_what_the_list_said() -> None:
    holders = [
        appointment("b", start_latest=dt.date(2031, 5, 1), last_seen=dt.date(2031, 6, 1), acting=True),
        appointment("a", start_earliest=dt.date(2029, 1, 1), start_latest=dt.date(2029, 3, 1),
                    end_earliest=dt.date(2031, 4, 1), end_latest=dt.date(2031, 4, 30)),
        appointment("c"),
    ]  # fmt: skip
    elsewhere = [appointment("a", start_latest=dt.date(2031, 5, 2))]
    listing: dict[str, Any] = {
        "listed_person": "A", "listed_post": None, "first_seen": dt.date(2030, 1, 1), "last_seen": dt.date(2031, 6, 20),
        "gone_by": None, "put_right": None, "wrong_since_earliest": dt.date(2031, 4, 1),
        "wrong_since_latest": dt.date(2031, 4, 30), "confidence": "confirmed", "reasons": "moved",
    }  # fmt: skip
    drawn = timeline.timeline(listing, holders, elsewhere, "a", DAY)
    assert drawn is not None
    assert [(lane.kind, lane.label, lane.begins, lane.ends) for lane in drawn.lanes] == [
        ("listed", "A", "between 1 January 2029 and 1 March 2029", "in April 2031"),
        ("holder", "B (acting)", "by 1 May 2031", "no end known"),
        ("elsewhere", "A: Pilot", "by 2 May 2031", "no end known"),
        ("list", "The list: A", "first seen 1 January 2030", "last seen 20 June 2031, still listed"),
        ("wrong", "The list was wrong", "in April 2031", "still wrong"),
    ]
    assert (drawn.axis.first, drawn.axis.last, drawn.today) == (dt.date(2029, 1, 1), DAY, 100)
    assert [name for _, name in drawn.ticks] == ["Jan 2029", "Jul 2029", "Jan 2030", "Jul 2030", "Jan 2031"]
    for lane in drawn.lanes:
        for _, begins, width in lane.stretch.drawn(drawn.axis):
            assert 0 <= begins <= 100 and width > 0 and begins + width <= 100.01
    for reasons, until in (("moved", "by 30 April 2031"), ("name_misspelt", "no end known")):
        held = [appointment("a", start_latest=dt.date(2030, 1, 1))]
        own = timeline.timeline(listing | {"reasons": reasons}, held, [], "a", DAY)
        assert own is not None and own.lanes[0].ends == until, "whom the findings have gone held it no longer"
    gone = timeline.timeline(listing | {"gone_by": DAY, "put_right": DAY}, [], [], None, DAY)
    assert gone is not None and [lane.ends for lane in gone.lanes] == [
        "gone by 28 June 2031",
        "put right by 28 June 2031",
    ]


def test_a_timeline_of_nothing_is_none_and_one_of_many_is_cut() -> None:
    assert timeline.timeline(None, [appointment("a")], [], "a", DAY) is None
    many = [appointment(f"p{at}", start_latest=DAY - dt.timedelta(days=at), last_seen=DAY) for at in range(40)]
    drawn = timeline.timeline(None, many, [], "p39", DAY)
    assert drawn is not None and len(drawn.lanes) == 12 and drawn.left_out == 28
    assert "listed" in {lane.kind for lane in drawn.lanes}


@given(st.dates(dt.date(1600, 1, 1), dt.date(2031, 6, 28)))
def test_an_axis_has_few_marks_and_all_inside(first: dt.date) -> None:
    drawn = timeline.timeline(None, [appointment("a", start_latest=first)], [], None, DAY)
    assert drawn is not None and len(drawn.ticks) <= 6
    assert all(0 <= at <= 100 for at, _ in drawn.ticks)
    assert [at for at, _ in drawn.ticks] == sorted({at for at, _ in drawn.ticks})


def test_statements_that_are_published_are_shown_with_their_place(published: Path) -> None:
    entry = html.fromstring((published / SLUG / "entries/ada-quill.html").read_bytes())
    latest, first = entry.xpath("//ol[@class='evidence']/li")
    told = " ".join(first.text_content().split())
    assert told.startswith(
        "Ada Quill left the post of Harbour Master, Harbour Board, in May 2031. "
        "The Gazette, 9 May 2031 · transcribed facts Where it was read"
    )
    for word in ("line 12", "a" * 20, "2" * 64):
        assert word in told
    assert not latest.xpath(".//blockquote"), "a row that was written down is nobody's words"
    assert "As written down" in latest.text_content() and "Gil Voss · Harbour Master" in latest.text_content()
    assert [link.get("href") for link in first.xpath(".//a")] == ["https://gazette.example/may"]
    finding = entry.xpath("//li[@data-finding='ada-quill-moved']")[0]
    assert [link.get("href") for link in finding.xpath(".//a")] == ["#statement-2"]
    assert first.get("id") == "statement-2"
    front = html.fromstring((published / SLUG / "index.html").read_bytes())
    assert "Evidence: The Gazette, 20 June 2031 · 2 statements" in " ".join(front.text_content().split())


def test_a_copy_in_a_web_archive_is_linked(published: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(published, tmp_path / "published"))
    address = "https://web.archive.org/web/20310601000000/https://gazette.example/may"
    for version in ("v1.1.0", "latest"):
        path = copy / SLUG / version / "evidence.parquet"
        pl.read_parquet(path).with_columns(archived_url=pl.lit(address)).write_parquet(path)
        read = path.with_name("sources.parquet")
        pl.read_parquet(read).with_columns(kind=pl.lit("capture")).write_parquet(read)
    made.make(copy, SLUG)
    entry = html.fromstring((copy / SLUG / "entries/ada-quill.html").read_bytes())
    assert [link.get("href") for link in entry.xpath("//ol[@class='evidence']/li[1]//p[@class='by']/a")] == [
        "https://gazette.example/may",
        address,
    ]
    quotes = entry.xpath("//ol[@class='evidence']//blockquote")
    assert quotes[1].text_content().strip() == "Ms Quill has moved to the Lights Office."


@dataclasses.dataclass(frozen=True)
class Reachable(synthetic.Roster):
    contact: str = ""


@pytest.mark.parametrize(
    ("contact", "begins", "shown"),
    [
        ("mailto:desk@news.example", "mailto:desk@news.example?subject=Error%20in%20ada-quill%2C", "desk@news.example"),
        ("desk@news.example", "mailto:desk@news.example?subject=", "desk@news.example"),
        (
            "https://github.com/news/desk/issues",
            "https://github.com/news/desk/issues/new?title=Error%20in%20ada-quill%2C",
            "https://github.com/news/desk/issues",
        ),
        ("https://gitlab.com/news/a/desk", "https://gitlab.com/news/a/desk/-/issues/new?issue%5Btitle%5D=", "desk"),
        ("https://codeberg.org/news/desk.git", "https://codeberg.org/news/desk/issues/new?title=", "desk"),
        ("https://news.example/errors", "https://news.example/errors", "https://news.example/errors"),
    ],
)
def test_a_report_goes_to_the_contact_of_the_roster(tmp_path: Path, contact: str, begins: str, shown: str) -> None:
    draft = package.Draft(synthetic.tables(), Reachable(contact=contact), synthetic.AS_OF)
    publish.publish(draft, tmp_path, SLUG)
    entry = html.fromstring((tmp_path / SLUG / "entries/ada-quill.html").read_bytes())
    (address,) = entry.xpath("//section[@aria-labelledby='report']//a/@href")
    assert address.startswith(begins)
    assert shown in html.fromstring((tmp_path / SLUG / "about.html").read_bytes()).text_content()
    assert "Reports of errors" not in (tmp_path / SLUG / "v1.0.0/CITATION.cff").read_text(encoding="utf-8")
    assert verify.verify(tmp_path) == []


def test_a_contact_in_words_is_no_address(tmp_path: Path) -> None:
    draft = package.Draft(synthetic.tables(), Reachable(contact="ask at the desk"), synthetic.AS_OF)
    publish.publish(draft, tmp_path, SLUG)
    entry = html.fromstring((tmp_path / SLUG / "entries/ada-quill.html").read_bytes())
    assert entry.xpath("//section[@aria-labelledby='report']//a/@href") == ["../about.html#report"]
    assert "ask at the desk" not in (tmp_path / SLUG / "v1.0.0/datapackage.json").read_text(encoding="utf-8")


def test_the_index_of_all_reads_no_table_of_a_list_but_its_headlines(published: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(published, tmp_path / "published"))
    before = dict(site.index_pages(copy))
    for path in (copy / SLUG).glob("v1.1.0/*.parquet"):
        if path.stem not in ("headlines", "roster"):
            path.write_bytes(b"not to be read")
    assert dict(site.index_pages(copy)) == before
    assert b"entries are out of date" in before["index.html"]


def test_other_machines_make_the_same_bytes(published: Path) -> None:
    program = (
        "import hashlib, sys; from pathlib import Path; from incumbent import charts; from tests.site import made;"
        "charts.pictures = made.stub_pictures; found = made.whole(Path(sys.argv[1]), 'harbour-board');"
        "print(hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest())"
    )
    elsewhere = {"PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "POLARS_MAX_THREADS": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", program, str(published)],
        env=os.environ | elsewhere, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    here = hashlib.sha256(repr(sorted(made.whole(published, SLUG).items())).encode()).hexdigest()
    assert ran.stdout.strip() == here


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["site", *arguments])
    return int(str(ended.value.code))


def test_the_command_makes_what_is_missing_again(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(published, tmp_path / "published"))
    whole = made.whole(copy, SLUG)
    (copy / SLUG / "index.html").unlink()
    (copy / SLUG / "entries/stray.html").write_text("left over")
    shutil.rmtree(copy / "assets")
    assert run("--published", str(copy), "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)["rosters"]
    assert told == {"roster": SLUG, "pages": len(dict(site.pages(copy, SLUG))), "changed": 1}
    assert {path: (copy / path).read_bytes() for path in whole} == whole
    assert not (copy / SLUG / "entries/stray.html").exists()
    assert run(SLUG, "--published", str(copy), "--quiet") == 0
    assert "harbour-board: " in capsys.readouterr().out


def test_the_command_says_what_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--published", str(tmp_path)) == 2
    assert "nothing is published here" in capsys.readouterr().err
    assert run("no-such", "--published", str(tmp_path)) == 2
    assert "nothing is published as 'no-such'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_every_word_of_the_schemas_has_its_name() -> None:
    known = schemas.load()
    fields = {field.name: field for field in known["roster"].fields}
    assert set(fields["verdict"].constraints["enum"]) == set(words.VERDICTS)
    assert set(fields["account_state"].constraints["enum"]) == set(words.STATES)
    sure = next(field for field in known["findings"].fields if field.name == "confidence")
    assert set(sure.constraints["enum"]) == set(words.CONFIDENCE)
