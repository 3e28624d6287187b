from __future__ import annotations

import json
from typing import Any

import pytest

from incumbent import sources
from incumbent.errors import SourceError
from incumbent.sources import registry
from incumbent.sources.base import Parsed
from tests.sources.pages import CONTEXT, snapshot

ARTICLE = """
<div class="mw-parser-output">
<table class="wikitable"><caption>Budgets</caption><tr><th>Year</th></tr><tr><td>2011</td></tr></table>
<div class="mw-heading mw-heading2"><h2 id="List">List of permanent secretaries</h2>
<span class="mw-editsection">[edit]</span></div>
<table class="wikitable sortable">
<caption>Permanent secretaries<sup class="reference"><a href="#cite-1">[1]</a></sup></caption>
<tbody>
<tr><th colspan="2" scope="col">Name</th><th colspan="2">Term of office</th>
    <th rowspan="2">Department<sup>[a]</sup></th></tr>
<tr><th>Portrait</th><th>Full</th><th>From</th><th>To</th></tr>
<tr><td rowspan="2"><img src="a.jpg"></td>
    <td rowspan="2"><span class="sortkey">Roe, Jane</span><a href="/wiki/File:A.jpg"></a>
        <a href="/wiki/Jane_Roe_(civil_servant)#Life">Dame Jane Roe</a><sup class="reference">[2]</sup></td>
    <td><span data-sort-value="000000002010" style="white-space:nowrap">7 May 2010</span></td>
    <td>31 March 2012</td><td><a href="/wiki/Works">Works</a></td></tr>
<tr><td>1 April 2012</td><td>Incumbent</td><td rowspan="2"><style>.a{}</style>Locks<br>and Canals [3]</td></tr>
<tr><td></td><td><a href="/w/index.php?title=Bo_Lee&amp;action=edit&amp;redlink=1" class="new">Bo Lee</a>
    <sup class="noprint Inline-Template">[<i>citation needed</i>]</sup></td>
    <td><span style="display : none">&amp;0000</span>1 June 2009</td><td>6 May 2010</td></tr>
<tr style="display:none"><td>hidden</td></tr>
</tbody></table>
</div>
"""
SETTINGS: dict[str, Any] = {
    "heading": "permanent secretaries",
    "count": 3,
    "header_rows": 2,
    "columns": {
        "Name Full": "person",
        "Term of office From": "start",
        "Term of office To": "end",
        "Department": "organisation",
    },
    "ignore": ["Name Portrait"],
    "constants": {"post": "Permanent Secretary"},
    "empty": ["Incumbent"],
    "date_format": "%d %B %Y",
}
ROWS = [
    ("Dame Jane Roe", "Works", "2010-05-07", "2012-03-31"),
    ("Dame Jane Roe", "Locks and Canals", "2012-04-01", None),
    ("Bo Lee", "Locks and Canals", "2009-06-01", "2010-05-06"),
]


def page(html: str = ARTICLE, version: int = 2) -> str:
    text: object = html if version == 2 else {"*": html}
    return json.dumps({"parse": {"title": "Permanent secretary", "pageid": 5, "text": text}})


def read(content: str, settings: dict[str, Any] | None = None) -> Parsed:
    kind = "application/json" if content.startswith("{") else "text/html"
    return sources.get("mediawiki_table").parse(snapshot(content, kind), {**SETTINGS, **(settings or {})}, CONTEXT)


def said(parsed: Parsed, *columns: str) -> list[tuple[object, ...]]:
    wanted = columns or ("person", "organisation", "start", "end")
    return parsed.claims.sort("locator").select(wanted).rows()


@pytest.mark.parametrize("content", [page(), page(version=1), f"<html><body>{ARTICLE}</body></html>"])
def test_a_table_is_read_as_the_wiki_shows_it(content: str) -> None:
    parsed = read(content)
    assert said(parsed) == ROWS
    assert said(parsed, "locator") == [(f"table.wikitable tr:nth({number})",) for number in (3, 4, 5)]
    assert set(parsed.claims["post"]) == {"Permanent Secretary"}


def test_the_table_is_chosen_by_selector_caption_and_heading() -> None:
    chosen = {"heading": "", "caption": "permanent"}
    assert said(read(page(), chosen)) == ROWS
    assert said(read(page(), {"heading": "", "table": "table.sortable"})) == ROWS
    for settings, found in (({"heading": ""}, "2"), ({"caption": "Budgets"}, "0"), ({"table": "table.infobox"}, "0")):
        with pytest.raises(SourceError, match="as many nodes") as caught:
            read(page(), settings)
        assert caught.value.value == found


def test_links_may_become_identifiers() -> None:
    assert said(read(page()), "person_ids") == [(None,)] * 3
    linked = said(read(page(), {"link_scheme": "enwiki"}), "person_ids")
    # A red link leads to no article.
    assert linked == [("enwiki:Jane Roe (civil servant)",)] * 2 + [(None,)]
    parsoid = ARTICLE.replace("/wiki/Jane_Roe_(civil_servant)#Life", "./Jane%20Roe;%20II")
    assert said(read(page(parsoid), {"link_scheme": "enwiki"}), "person_ids")[0] == ("enwiki:Jane Roe%3B II",)
    other = ARTICLE.replace('<a href="/wiki/Jane_Roe_(civil_servant)#Life">', '<a class="extiw" href="/wiki/Jane">')
    assert said(read(page(other), {"link_scheme": "enwiki"}), "person_ids")[0] == (None,)


SMALL = """<table class="wikitable"><tr><th>Name</th><th>Post</th><th>Post</th></tr>
<tr><td colspan="3">Under the old law</td></tr>
<tr><td>Jane Roe</td><td colspan="2">Clerk</td></tr>
<tr class="sortbottom"><td>Total</td><td>1</td><td>1</td></tr></table>"""
PLAIN: dict[str, Any] = {
    "columns": {"Name": "person", "Post": "post"}, "ignore": ["Post (2)"], "minimum": 1, "dividers": True,
    "drop": [".sortbottom"], "constants": {"organisation": "York"},
}  # fmt: skip


def plain(content: str, settings: dict[str, Any] | None = None) -> Parsed:
    return sources.get("mediawiki_table").parse(snapshot(content), {**PLAIN, **(settings or {})}, CONTEXT)


def test_dividers_and_what_is_dropped_are_no_rows() -> None:
    assert said(plain(SMALL), "person", "post", "organisation") == [("Jane Roe", "Clerk", "York")]
    with pytest.raises(SourceError, match="across the whole table") as caught:
        plain(SMALL, {"dividers": False})
    assert caught.value.locator == "table.wikitable tr:nth(2)"


def test_several_tables_are_read_one_after_the_other() -> None:
    found = plain(SMALL + SMALL.replace("Jane", "Ann"), {"tables": 2})
    assert said(found, "locator", "person") == [
        ("table.wikitable:nth(1) tr:nth(3)", "Jane Roe"),
        ("table.wikitable:nth(2) tr:nth(3)", "Ann Roe"),
    ]


def test_a_table_within_a_cell_is_another_table() -> None:
    inner = SMALL.replace("<td>Jane Roe</td>", "<td>Jane Roe<table><tr><td>x</td></tr></table></td>")
    assert said(plain(inner), "person") == [("Jane Roe x",)]


def test_a_cell_may_reach_to_the_end() -> None:
    rows = SMALL.replace('<td colspan="2">Clerk</td>', '<td rowspan="0">Clerk</td><td>a</td>')
    rows = rows.replace(
        '<tr class="sortbottom"><td>Total</td><td>1</td><td>1</td></tr>', "<tr><td>Ann</td><td>b</td></tr>"
    )
    assert said(plain(rows), "person", "post") == [("Jane Roe", "Clerk"), ("Ann", "Clerk")]
    far = rows.replace('rowspan="0"', 'rowspan="65534"')
    assert said(plain(far)) == said(plain(rows))


@pytest.mark.parametrize(
    ("old", "new", "said_of_it", "locator"),
    [
        ('colspan="2">Clerk', 'colspan="two">Clerk', "no number", "table.wikitable tr:nth(3)"),
        ('colspan="2">Clerk', 'colspan="99999">Clerk', "too wide", "table.wikitable tr:nth(3)"),
        ('colspan="2">Clerk', 'colspan="123456">Clerk', "no number", "table.wikitable tr:nth(3)"),
        ('colspan="2">Clerk', ">Clerk", "more or fewer cells", "table.wikitable tr:nth(3)"),
        ("<td>Jane Roe</td>", '<td>Jane Roe</td><td rowspan="2">a</td>', "more or fewer", "table.wikitable tr:nth(3)"),
        ("<td>Jane Roe</td>", "<td></td>", "names no person", "table.wikitable tr:nth(3)"),
        ("<th>Name</th>", "<th>Who</th>", "neither mapped nor ignored", "header"),
        (SMALL, "<table class='wikitable'></table>", "no row", "table.wikitable"),
        (SMALL, "<p>Are you a human?</p>", "as many nodes", "table.wikitable"),
    ],
)
def test_another_table_is_an_error(old: str, new: str, said_of_it: str, locator: str) -> None:
    assert old in SMALL
    with pytest.raises(SourceError, match=said_of_it) as caught:
        plain(SMALL.replace(old, new))
    assert (caught.value.source, caught.value.locator) == ("page", locator)


def test_two_cells_in_one_place_are_an_error() -> None:
    clash = """<table class="wikitable"><tr><th>Name</th><th>Post</th><th>Post</th></tr>
    <tr><td>Jane</td><td rowspan="2">Clerk</td><td>a</td></tr><tr><td colspan="2">Ann</td><td>b</td></tr></table>"""
    with pytest.raises(SourceError, match="in one place") as caught:
        plain(clash)
    assert caught.value.locator == "table.wikitable tr:nth(3)"


@pytest.mark.parametrize(
    ("content", "match", "pointer"),
    [
        ('{"error": {"code": "missingtitle", "info": "The page does not exist."}}', "does not exist", "/error"),
        ('{"error": {"code": "missingtitle"}}', "lacks the key", "/error"),
        ('{"warnings": {}}', "lacks the key", "/"),
        ('{"parse": {"title": "a"}}', "lacks the key", "/parse"),
        ('{"parse": {"text": 7}}', "not a text", "/parse/text"),
        ('{"parse": {"text": {"html": "a"}}}', "lacks the key", "/parse/text"),
        ('{"parse": {"text": {"*": null}}}', "not a text", "/parse/text/*"),
        ('{"parse": ', "not JSON", "line 1"),
    ],
)
def test_another_answer_is_an_error(content: str, match: str, pointer: str) -> None:
    with pytest.raises(SourceError, match=match) as caught:
        read(content)
    assert caught.value.locator == pointer


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"count": 1, "minimum": 1},
        {"count": 1, "table": "table["},
        {"count": 1, "drop": ["["]},
        {"count": 1, "link_scheme": "enwiki"},
        {"count": 1, "columns": {"a": "person"}, "link_scheme": "en wiki"},
        {"count": 1, "header_rows": 0},
    ],
)
def test_settings_are_checked(settings: dict[str, Any]) -> None:
    assert registry.settings_problem(sources.get("mediawiki_table"), settings)
