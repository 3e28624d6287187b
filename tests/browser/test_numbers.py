"""Every number on a page is the one in the published tables; every link leads somewhere; the HTML is clean."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import polars as pl
import pytest
from selectolax.lexbor import LexborHTMLParser

from incumbent import charts
from tests.browser import places
from tests.browser.watching import Watched
from tests.node import tools

ROSTERS = (places.EDITION, places.BOARD)
_CELLS = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)*")


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.fixture(scope="module")
def reader(opened: Callable[..., Watched], site: str) -> Any:
    """One page that goes from address to address."""
    watched = opened(site)
    return watched.page()


def _texts(reader: Any, selector: str) -> list[str]:
    found: list[str] = reader.locator(selector).evaluate_all(
        "all => all.map(each => each.innerText.replace(/\\s+/g, ' ').trim())"
    )
    return found


@pytest.mark.parametrize("slug", ROSTERS)
def test_the_front_page_says_what_the_headlines_say(reader: Any, site: str, edition: Path, slug: str) -> None:
    tables = places.tables(edition, slug)
    headlines = {row["measure"]: row for row in tables["headlines"].iter_rows(named=True)}
    reader.goto(f"{site}{slug}/")
    measured = reader.locator("[data-measure]").evaluate_all(
        "all => all.map(each => [each.dataset.measure, each.querySelector('.value').textContent,"
        " each.querySelector('.of')?.textContent || ''])"
    )
    assert len(measured) >= 7
    for measure, value, of in measured:
        assert _whole(value) == headlines[measure]["value"]
        if found := re.search(r"of ([0-9,]+)", of):
            assert _whole(found[1]) == headlines[measure]["of"]
    assert f"{headlines['out_of_date']['value']} entr" in reader.locator("#wrong").inner_text()
    pictures = {each.id: each for each in charts.plans(tables, "x")}
    assert reader.locator("figure.chart").count() == len(pictures) > 1
    for name, picture in pictures.items():
        figure = reader.locator(f"#chart-{name}")
        assert figure.locator("img").get_attribute("alt") == picture.title
        assert figure.locator("figcaption p").first.inner_text() == picture.description
        figure.locator("details").evaluate("each => each.open = true")
        shown = figure.locator("tbody tr").evaluate_all(_CELLS)
        assert shown == [["" if cell is None else str(cell) for cell in row] for row in picture.table.rows()]
        with (edition / slug / f"charts/{name}.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.reader(file))) == picture.table.height + 1


@pytest.mark.parametrize("slug", ROSTERS)
def test_no_number_on_a_page_is_from_nowhere(reader: Any, site: str, edition: Path, slug: str) -> None:
    """Each number of a page's words is a cell of the tables, a part of one, a count of rows, or the size of a file."""
    tables = places.tables(edition, slug)
    known = {str(value) for frame in tables.values() for column in frame for value in column.drop_nulls().to_list()}
    known |= {str(row) for frame in tables.values() for row in (frame.height, *frame.null_count().rows()[0])}
    numbers = {number for value in known for number in _NUMBER.findall(value)}
    numbers |= {part for number in numbers for part in number.split("-")}
    for text in [*numbers]:
        numbers.add(text.lstrip("0") or "0")
    for name in ("versions.json", "status.json", "latest/datapackage.json", "latest/news.json", "v1.0.0/news.json"):
        numbers |= {found.lstrip("0") or "0" for found in _NUMBER.findall((edition / slug / name).read_text("utf-8"))}
    for picture in charts.plans(tables, "x"):
        numbers |= set(_NUMBER.findall(picture.title)) | {str(picture.table.height)}
    counted = tables["findings"].group_by("entry_id").len()["len"].to_list()
    evidence = tables["roster"]["evidence"].drop_nulls().str.split(";").list.len().to_list()
    numbers |= {str(count) for count in [*counted, *evidence]}
    for page in ("index.html", "findings.html", "quality.html"):
        reader.goto(f"{site}{slug}/{page}")
        reader.evaluate("document.querySelectorAll('code, time + *, style, script, footer').forEach((e) => e.remove())")
        text = reader.locator("main").inner_text()
        text = re.sub(r"\((?:in )?[0-9,]+ (?:days?|months?|years?)(?: ago)?\)|SHA-256|UTC|[0-9]{2}:[0-9]{2}", "", text)
        strange = {
            each for each in _NUMBER.findall(text) if each.replace(",", "").lstrip("0") not in numbers and each != "0"
        }
        assert strange == set(), page


@pytest.mark.parametrize("slug", ROSTERS)
def test_the_table_of_entries_is_the_roster_table(reader: Any, site: str, edition: Path, slug: str) -> None:
    roster = places.tables(edition, slug)["roster"]
    reader.goto(f"{site}{slug}/findings.html")
    assert _texts(reader, "#count") == [f"{roster.height} entries"]
    cells = reader.locator("#entries tbody tr").evaluate_all(
        "rows => rows.map(row => [row.querySelector('.person').getAttribute('href'), row.querySelector('.verdict')"
        ".dataset.verdict, ...['listed_organisation', 'explanation', 'days'].map(name =>"
        " row.querySelector(`[data-cell=${name}]`).textContent)])"
    )
    shown = {
        unquote(href).removeprefix("entries/").removesuffix(".html"): (verdict, body, why, days)
        for href, verdict, body, why, days in cells
    }
    assert len(shown) == roster.height
    for row in roster.iter_rows(named=True):
        verdict, body, why, days = shown[row["entry_id"]]
        assert (verdict, body, why) == (row["verdict"], row["listed_organisation"] or "", row["explanation"] or "")
        count = row["days_out_of_date"]
        assert days == ("" if count is None else f"at least {count:,} day{'s' * (count != 1)}")


@pytest.mark.parametrize("slug", ROSTERS)
def test_entries_say_what_the_tables_say(reader: Any, site: str, edition: Path, slug: str) -> None:
    tables = places.tables(edition, slug)
    wrong = tables["roster"].filter(pl.col("verdict") == "out_of_date")
    for row in wrong[::3].iter_rows(named=True):
        reader.goto(f"{site}{slug}/entries/{row['entry_id']}.html")
        findings = tables["findings"].filter(pl.col("entry_id") == row["entry_id"])
        assert set(
            reader.locator("[data-finding]").evaluate_all("all => all.map(each => each.dataset.finding)")
        ) == set(findings["finding_id"])
        text = " ".join(_texts(reader, "main"))
        for each in findings.iter_rows(named=True):
            assert " ".join(each["explanation"].split()) in text
        assert f"at least {row['days_out_of_date']:,} day" in text
        assert row["holder"] is None or row["holder"] in text
        facts = dict(zip(_texts(reader, ".facts dt"), _texts(reader, ".facts dd"), strict=True))
        assert facts["Person"] == row["listed_person"] and facts["Entry"] == row["entry_id"]


@pytest.mark.parametrize("slug", ROSTERS)
def test_entries_quote_the_evidence_that_is_published(reader: Any, site: str, edition: Path, slug: str) -> None:
    tables = places.tables(edition, slug)
    known = {row["claim_id"]: row for row in tables["evidence"].iter_rows(named=True)}
    cited = tables["roster"].filter(pl.col("verdict") == "out_of_date")[::4]
    assert known and not cited.is_empty()
    for entry in cited.iter_rows(named=True):
        reader.goto(f"{site}{slug}/entries/{entry['entry_id']}.html")
        findings = tables["findings"].filter(pl.col("entry_id") == entry["entry_id"])
        ids = {one for cell in [entry["evidence"], *findings["evidence"]] for one in (cell or "").split(";") if one}
        shown = reader.locator("ol.evidence > li").evaluate_all(
            "all => all.map(each => [each.dataset.claim, each.querySelector('.statement').textContent,"
            " each.querySelector('.by a')?.getAttribute('href'), each.querySelector('code').textContent])"
        )
        assert {claim for claim, *_ in shown} == ids
        for claim, statement, address, digest in shown:
            row = known[claim]
            assert (statement, address, digest) == (row["statement"], row["url"], row["snapshot"])


@pytest.mark.parametrize("slug", ROSTERS)
def test_the_data_page_gives_the_files_as_they_are(reader: Any, site: str, edition: Path, slug: str) -> None:
    folder = edition / slug
    tables = places.tables(edition, slug)
    reader.goto(f"{site}{slug}/data.html")
    rows = dict(
        reader.locator("tr[data-table]").evaluate_all(
            "all => all.map(each => [each.dataset.table, each.querySelector('.amount').textContent])"
        )
    )
    assert {name: _whole(count) for name, count in rows.items()} == {name: len(frame) for name, frame in tables.items()}
    files = reader.locator(".downloads a[download], ul.files a[download]").evaluate_all(
        "all => all.map(each => [each.getAttribute('href'), each.nextElementSibling.textContent])"
    )
    assert len(files) > 2 * len(tables)
    for path, told in files:
        number, unit = told.split()
        scale = {"bytes": 1, "kB": 1e3, "MB": 1e6}[unit]
        shown = 0.5 * 10 ** -len(number.partition(".")[2]) * scale
        assert abs(float(number) * scale - (folder / path).stat().st_size) <= shown, path
    digests = dict(reader.locator("#checksums ~ details tbody tr").evaluate_all(_CELLS))
    assert len(digests) > 2 * len(tables)
    live = json.loads((folder / "latest.json").read_text("utf-8"))["path"]
    for name, digest in digests.items():
        path = folder / live / name.removeprefix(f"{live}/")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, name


def test_the_changes_page_counts_what_changed(reader: Any, site: str, edition: Path) -> None:
    for slug in ROSTERS:
        changes = places.tables(edition, slug)["changes"]
        reader.goto(f"{site}{slug}/changes.html")
        for table, added, removed, changed in reader.locator("tr[data-table]").evaluate_all(
            "all => all.map(row => [...row.cells].map(cell => cell.textContent))"
        ):
            of = changes.filter(pl.col("table") == table)["change"].value_counts()
            counts = dict(of.rows())
            assert [_whole(each) for each in (added, removed, changed)] == [
                counts.get(kind, 0) for kind in ("added", "removed", "changed")
            ], table


def test_every_link_leads_somewhere(edition: Path) -> None:
    """All that any page names on the site is there, with the part of the page that a link names; no page is cut off."""
    anchors: dict[Path, set[str]] = {}
    named: dict[Path, dict[Path, set[str]]] = {}
    outside: set[str] = set()
    for path in sorted(edition.rglob("*.html")):
        tree = LexborHTMLParser(path.read_text(encoding="utf-8"))
        anchors[path] = {str(node.attributes["id"]) for node in tree.css("[id]")}
        named[path] = {}
        for node in tree.css("[href], [src], [srcset]"):
            link = next(
                str(value) for name in ("href", "src", "srcset") if (value := node.attributes.get(name)) is not None
            )
            address, fragment = urldefrag(link)
            if re.match("[a-z]+:", address):
                outside.add(address)
                continue
            target = (path.parent / unquote(address)).resolve() if address else path
            assert target.is_relative_to(edition), (path, link)
            named[path].setdefault(target, set()).add(unquote(fragment))
    for path, targets in named.items():
        for target, fragments in targets.items():
            assert target.is_file(), (path, target)
            within = {each for each in fragments if each and "=" not in each}
            assert within <= anchors.get(target, set()), (path, target, within - anchors[target])
    assert all(each.startswith(("https://", "http://", "mailto:")) for each in outside)
    reached, todo = {edition / "index.html"}, [edition / "index.html"]
    while todo:
        news = {each for each in named[todo.pop()] if each.suffix == ".html"} - reached
        reached |= news
        todo += news
    lost = {path.relative_to(edition).as_posix() for path in set(anchors) - reached}
    assert {each for each in lost if "/entries/" not in each and not each.startswith("old-board/embed")} == set()


_RULES = {
    "extends": ["html-validate:standard", "html-validate:a11y"],
    "rules": {
        # Pages are written by templates and read by machines: trailing blanks and long titles are no faults of theirs.
        "no-trailing-whitespace": "off",
        "long-title": "off",
    },
}


def test_html_validate_finds_nothing(edition: Path, tmp_path: Path) -> None:
    validator = tools() / "node_modules" / ".bin" / "html-validate"
    (tmp_path / "rules.json").write_text(json.dumps(_RULES), encoding="utf-8")
    pages = sorted(
        path for path in edition.rglob("*.html") if places.EDITION not in str(path) or "entries" not in str(path)
    )
    pages += sorted((edition / places.EDITION / "entries").glob("*.html"))[::6]
    ran = subprocess.run(
        [str(validator), "--config", str(tmp_path / "rules.json"), "--formatter", "json", *map(str, pages)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.stdout, ran.stderr
    told = [
        (Path(each["filePath"]).name, message["ruleId"], message["message"], message["line"])
        for each in json.loads(ran.stdout)
        for message in each["messages"]
    ]
    assert told == []
