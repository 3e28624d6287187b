"""The pages: where they are, what is on them, that every link leads somewhere and every number is a published one."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import polars as pl
import pytest
from lxml import html

from incumbent import ledger, publish, site, withdrawal
from incumbent.errors import InputError
from incumbent.site import words
from tests import synthetic_package as synthetic
from tests.site import made
from tests.site.made import SLUG

PAGES = ("index", "findings", "changes", "data", "about", "quality")


def page(published: Path, path: str) -> html.HtmlElement:
    return html.fromstring((published / SLUG / path).read_bytes())


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def table(published: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(published / SLUG / "latest" / f"{name}.parquet")


def figure(published: Path, measure: str) -> int:
    return int(table(published, "headlines").filter(pl.col("measure") == measure).item(0, "value"))


def test_the_files_are_where_the_design_has_them(published: Path) -> None:
    folder = published / SLUG
    expected = {f"{name}.html" for name in PAGES}
    assert expected == {path.name for path in folder.glob("*.html")}
    entries = table(published, "listings").get_column("entry_id").to_list()
    assert {f"{each}.html" for each in [*entries, "bo-fenn", "bob-fenn"]} == {
        path.name for path in (folder / "entries").iterdir()
    }
    assert (published / "index.html").is_file()
    assert {path.name for path in (published / "assets").iterdir()} == {"icon.svg", "site.css", "site.js", "table.js"}
    assert {path.name for path in (folder / "embed").iterdir()} == {"headline.html", "table.html"}
    assert {"reasons.svg", "reasons-dark.svg", "reasons.png", "reasons.csv"} <= {
        path.name for path in (folder / "charts").iterdir()
    }


def test_what_is_written_is_what_the_pure_functions_give_and_nothing_more(published: Path) -> None:
    once, again = made.whole(published, SLUG), made.whole(published, SLUG)
    assert once == again
    assert all((published / path).read_bytes() == content for path, content in once.items())
    assert made.make(published, SLUG).changed == 0
    assert dict([site.front_page(published, SLUG)]) == {"index.html": once[f"{SLUG}/index.html"]}


def test_every_link_leads_somewhere(published: Path) -> None:
    broken = []
    for path in published.rglob("*.html"):
        tree = html.fromstring(path.read_bytes())
        for element in tree.xpath("//*[@href or @src or @srcset]"):
            address = element.get("href") or element.get("src") or element.get("srcset")
            parts = urlsplit(address)
            if parts.scheme:
                assert parts.scheme in ("http", "https", "mailto"), address
                continue
            assert not address.startswith("/")
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                broken.append(f"{path.name}: {address}")
            elif parts.fragment and "=" not in parts.fragment and element.getparent().tag != "template":
                there = html.fromstring(target.read_bytes())
                if not there.xpath("//*[@id=$id]", id=parts.fragment):
                    broken.append(f"{path.name}: {address}")
    assert not broken


def test_no_page_has_an_inline_script_or_style_and_each_has_the_policy(published: Path) -> None:
    for path in published.rglob("*.html"):
        tree = html.fromstring(path.read_bytes())
        (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        assert "unsafe" not in policy
        assert not tree.xpath("//style | //*[@style] | //script[not(@src) and not(@type='application/ld+json')]")
        assert not [name for each in tree.iter() for name in each.attrib if name.startswith("on")]


def test_the_headline_figures_are_the_published_ones(published: Path) -> None:
    front = page(published, "index.html")
    shown = {
        each.get("data-measure"): each.find_class("value")[0].text_content()
        for each in front.xpath("//*[@data-measure]")
    }
    assert set(shown) == {"out_of_date", "with_account", "list_lag_median_days", *words.VERDICTS}
    assert shown == {measure: words.number(figure(published, measure)) for measure in shown}
    of = front.xpath("//li[@data-measure='out_of_date']//*[@class='of']")[0].text_content()
    assert of == f"of {table(published, 'roster').height}"
    days = front.xpath("//li[@data-measure]//time/@datetime")
    assert days == [synthetic.LATER] * 3
    embedded = page(published, "embed/headline.html").xpath("//*[@data-measure]")
    assert {each.get("data-measure"): each.find_class("value")[0].text_content() for each in embedded} == {
        measure: shown[measure] for measure in ("out_of_date", "with_account", "list_lag_median_days")
    }


def test_the_wrong_entries_come_first_with_their_sentences_and_evidence(published: Path) -> None:
    front = page(published, "index.html")
    wrong = table(published, "roster").filter(pl.col("verdict") == "out_of_date")
    shown = front.xpath("//ol[@class='wrong']/li")
    assert len(shown) == wrong.height == 2
    for row in wrong.iter_rows(named=True):
        (item,) = [each for each in shown if text(each.find(".//h3")) == row["listed_person"]]
        assert " ".join(row["explanation"].split()) in text(item)
        assert f"at least {row['days_out_of_date']} days" in text(item)
        count = len(row["evidence"].split(";"))
        assert f"{count} statement{'s' * (count > 1)}" in text(item)
    assert front.xpath("//h2/@id").index("wrong") < front.xpath("//h2/@id").index("charts")
    lacking = table(published, "findings").filter(pl.col("entry_id").is_null())["explanation"].to_list()
    (listed,) = front.xpath("//h3[.='Whom the list lacks']/following-sibling::ul")
    assert [text(each) for each in listed] == lacking


def test_the_badge_has_whole_days_in_the_page_itself(published: Path) -> None:
    badge = page(published, "index.html").find_class("badge")[0]
    shown = {text(each[0]): text(each[1]) for each in badge}
    status = ledger.read(published / SLUG / "status.json")
    assert shown == {
        "As of": "31 October 2031",
        "Last checked": words.date(status["last_checked"]),
        "Last changed": words.date(status["last_changed"]),
        "Next run": "none planned",
        "Version": "1.1.0",
    }


def test_a_status_that_changes_changes_the_front_page_alone(published: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(published, tmp_path / "published"))
    before = made.whole(copy, SLUG)
    publish.note_check(copy, SLUG, checked_at="2031-11-02T06:30:00Z", next_run="2031-11-03T06:30:00Z")
    after = made.whole(copy, SLUG)
    assert {path for path in after if after[path] != before[path]} == {f"{SLUG}/index.html", "index.html"}
    assert b"2 November 2031, 06:30 UTC" in after[f"{SLUG}/index.html"]


def test_the_table_has_every_entry_and_so_has_its_data(published: Path) -> None:
    roster = table(published, "roster")
    rows = page(published, "findings.html").xpath("//table[@id='entries']/tbody/tr")
    assert len(rows) == roster.height
    assert [text(row.find_class("person")[0]) for row in rows][:2] == ["Ada Quill", "Eve Tarn"]
    for row in rows:
        (entry,) = roster.filter(pl.format("e-{}", "entry_id") == row.get("id")).iter_rows(named=True)
        assert text(row.find_class("verdict")[0]) == words.VERDICTS[entry["verdict"]][0]
        said = row.xpath(".//*[@data-cell='days']")[0].text_content()
        days = entry["days_out_of_date"]
        assert said == (f"at least {days} days" if days is not None else "")
    script = (published / SLUG / "findings-rows.js").read_text(encoding="utf-8")
    data = json.loads(script.removeprefix("window.incumbentRows = ").removesuffix(";\n"))
    assert len(data["rows"]) == roster.height
    given = [dict(zip(data["columns"], row, strict=True)) for row in data["rows"]]
    published_rows = roster.with_columns(pl.col(pl.Date).cast(pl.String)).select(data["downloaded"]).to_dicts()
    plain = [{name: row[name] for name in data["downloaded"]} for row in given]
    assert sorted(plain, key=lambda row: row["entry_id"]) == published_rows


def test_the_row_that_the_script_clones_is_a_row_of_the_table(published: Path) -> None:
    tree = page(published, "findings.html")
    (cloned,) = tree.xpath("//template//tr")
    row = tree.xpath("//table[@id='entries']/tbody/tr")[0]

    def shape(element: html.HtmlElement) -> list[tuple[str, str | None, str | None]]:
        return [(each.tag, each.get("class"), each.get("data-cell")) for each in element.iter()]

    assert shape(cloned) == shape(row)
    script = Path(site.ASSETS / "table.js").read_text(encoding="utf-8")
    for cell in cloned.xpath(".//@data-cell"):
        assert f'"{cell}"' in script


def test_an_entry_s_page_says_what_the_tables_say(published: Path) -> None:
    entry = page(published, "entries/ada-quill.html")
    said = text(entry)
    assert "Harbour Master" in said and "Gil Voss" in said and "Out of date" in said
    found = table(published, "findings").filter(pl.col("entry_id") == "ada-quill")
    shown = entry.xpath("//li[@data-finding]")
    assert {each.get("data-finding") for each in shown} == set(found["finding_id"])
    lanes = [[text(cell) for cell in row] for row in entry.xpath("//table[.//th[.='Who or what']]/tbody/tr")]
    assert ["Gil Voss", "held the post", "between 1 May 2031 and 30 June 2031", "no end known", "confirmed"] in lanes
    assert any(lane[0] == "The list: Ada Quill" for lane in lanes)
    assert any(lane[0] == "The list was wrong" and lane[3] == "still wrong" for lane in lanes)
    accounts = table(published, "accounts").filter(pl.col("person_id") == "ada-quill")
    assert len(entry.xpath("//section[@aria-labelledby='accounts']//tbody/tr")) == accounts.height == 2
    assert entry.xpath("//a[@href='https://x.example/adaquill']")
    history = entry.xpath("//section[@aria-labelledby='history']//tbody/tr")
    assert [text(row[0]) for row in history] == ["1.0.0"]
    report = entry.xpath("//textarea")[0].text
    assert "Entry: ada-quill" in report and "Version: 1.1.0" in report


def test_an_entry_that_is_gone_keeps_its_page_and_a_former_id_leads_on(published: Path) -> None:
    gone = page(published, "entries/ivo-rask.html")
    assert "No longer listed" in text(gone) and "gone by 28 June 2031" in text(gone)
    assert page(published, "entries/bo-fenn.html").xpath("//main//a/@href") == ["../entries/bo-o-fenn.html"]


def test_the_changes_are_those_of_the_version(published: Path) -> None:
    tree = page(published, "changes.html")
    changes = table(published, "changes")
    shown = {
        row.get("data-table"): [int(text(cell).replace(",", "")) for cell in row[1:]]
        for row in tree.xpath("//tr[@data-table]")
    }
    for name, counts in shown.items():
        of = changes.filter(pl.col("table") == name)["change"]
        assert counts == [int((of == kind).sum()) for kind in ("added", "removed", "changed")]
    assert set(shown) == set(changes["table"])
    assert tree.xpath("//h2[@id='v1-0-0' or @id='v1-1-0']/@id") == ["v1-1-0", "v1-0-0"]
    feeds = tree.xpath("//link[@rel='alternate']/@href")
    assert feeds == ["feed.xml", "changes-feed.xml"]


def test_the_data_page_has_rows_sizes_checksums_and_the_dictionary(published: Path) -> None:
    tree = page(published, "data.html")
    folder = published / SLUG / "v1.1.0"
    rows = tree.xpath("//table[contains(@class,'downloads')]//tr[@data-table]")
    for row in rows:
        name = row.get("data-table")
        assert text(row.find_class("amount")[0]) == words.number(table(published, name).height)
        (csv, parquet, excel) = row.xpath(".//a[@download]/@href")
        assert (csv, parquet, excel) == (
            f"v1.1.0/{name}.csv",
            f"v1.1.0/{name}.parquet",
            f"v1.1.0/excel/{name}.csv",
        )
        assert words.size((folder / f"{name}.csv").stat().st_size) in text(row)
        described = text(tree.xpath(f"//details[@id='table-{name}']")[0])
        assert all(column in described for column in table(published, name).columns)
    assert {row.get("data-table") for row in rows} == {path.stem for path in folder.glob("*.csv")}
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    shown = text(tree.xpath("//section[@aria-labelledby='checksums']")[0])
    assert sums["roster.csv"] in shown and ledger.read(published / SLUG / "latest.json")["manifest"] in shown
    cited = text(tree.xpath("//*[@id='citation']")[0])
    assert "The Harbour Board. Version 1.1.0, as of 31 October 2031." in cited
    assert tree.xpath("//*[@id='bibtex']")[0].text_content().startswith("@misc{harbour-board-1.1.0,\n")
    assert "SITE/embed/table.html" in text(tree.xpath("//*[@id='embed-table']")[0])


def test_the_description_for_dataset_search_names_files_that_are_there(published: Path) -> None:
    (block,) = page(published, "index.html").xpath("//script[@type='application/ld+json']")
    dataset = json.loads(block.text)
    assert dataset["version"] == "1.1.0"
    for file in dataset["distribution"]:
        assert (published / SLUG / file["contentUrl"]).is_file()


def test_the_quality_page_has_every_source_and_every_check(published: Path) -> None:
    tree = page(published, "quality.html")
    sources = table(published, "sources")
    assert len(tree.xpath("//section[@aria-labelledby='sources']//tbody/tr")) == sources.height
    assert f"{sources.height} snapshots" in text(tree)
    assert sources["snapshot"][0] in text(tree)
    checks = table(published, "quality")
    assert len(tree.xpath("//tr[@data-check]")) == checks.height


def test_the_index_has_every_roster(published: Path, tmp_path: Path) -> None:
    (item,) = html.fromstring((published / "index.html").read_bytes()).xpath("//li[@data-roster]")
    assert text(item.find(".//h2")) == "The Harbour Board"
    assert text(item.find_class("number")[0]) == "2 of 6 entries are out of date"
    (empty,) = [content for path, content in site.index_pages(tmp_path) if path == "index.html"]
    assert b"Nothing is published yet." in empty


def test_a_withdrawn_version_is_shown_with_its_tombstone(published: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(published, tmp_path / "published"))
    withdrawal.withdraw(copy, SLUG, ["1.1.0"], reason="wrong_data", date="2031-12-01", note="wrong board")
    made.make(copy, SLUG)
    told = (
        "Version 1.1.0 was withdrawn on 2031-12-01: what it said was wrong, and it could not stand beside a correction"
    )
    for name in ("index", "changes", "data"):
        assert told in text(page(copy, f"{name}.html"))
    assert "as of 28 June 2031" in text(page(copy, "index.html").find("body").find("footer"))
    assert "2031-12-01" in (copy / SLUG / "corrections.csv").read_text()
    assert "wrong data" in text(page(copy, "about.html").xpath("//section[@aria-labelledby='corrections']")[0])
    withdrawal.withdraw(copy, SLUG, ["1.0.0"], reason="licence", date="2031-12-02")
    made.make(copy, SLUG)
    assert "No version is published now" in text(page(copy, "index.html"))
    assert not (copy / SLUG / "entries").exists()
    assert not (copy / SLUG / "charts").exists()
    assert "Every version was withdrawn" in (copy / "index.html").read_text(encoding="utf-8")
    test_every_link_leads_somewhere(copy)


def test_a_roster_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing is published as 'no-such'"):
        list(site.pages(tmp_path, "no-such"))


def test_the_pages_are_small(published: Path) -> None:
    folder, assets = published / SLUG, published / "assets"
    front = (folder / "index.html").stat().st_size
    shared = sum((assets / name).stat().st_size for name in ("site.css", "site.js", "icon.svg"))
    assert front + shared < 60_000  # leaves 90 kB of the 150 for charts
    assert sum(path.stat().st_size for path in assets.glob("*.js")) < 15_000


def test_no_page_says_a_clock_time_of_its_own(published: Path) -> None:
    for path in published.rglob("*.html"):
        assert not re.search(r"20(2[4-9])-", path.read_text(encoding="utf-8")), path
