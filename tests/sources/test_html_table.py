from __future__ import annotations

import pytest
from pydantic import ValidationError

from incumbent import sources
from incumbent.errors import SourceError
from tests.sources.pages import CONTEXT, snapshot

HTML = """<table id="t"><thead><tr><th>Name</th><th>Office <small>held</small></th><th>Says</th><th>As
at</th><th>Ref</th></tr></thead><tbody>
<tr><td>Jane Roe</td><td>Director</td><td>in post</td><td>23/06/2012</td><td>1</td></tr>
<tr><td> </td><td></td><td></td><td></td><td></td></tr>
<tr><td></td><td>Deputy</td><td>empty</td><td>2012</td><td><table><tr><td>2</td></tr></table></td></tr></tbody></table>"""
SETTINGS = {
    "table": "table#t",
    "count": 2,
    "columns": {"Name": "person", "Office held": "post", "Says": "event", "As at": "as_at"},
    "ignore": ["Ref"],
    "constants": {"organisation": "Works"},
    "lookups": {"event": {"in post": "holds", "empty": "vacant"}},
    "date_format": "%d/%m/%Y",
}


def parse(html: str, settings: dict[str, object]):  # type: ignore[no-untyped-def]
    return sources.get("html_table").parse(snapshot(html), settings, CONTEXT)


def test_rows_become_claims_by_their_header_text() -> None:
    rows = parse(HTML, SETTINGS).claims.sort("post").to_dicts()
    assert [(row["person"], row["post"], row["event"], row["as_at"]) for row in rows] == [
        (None, "Deputy", "vacant", "2012"),
        ("Jane Roe", "Director", "holds", "2012-06-23"),
    ]
    assert rows[1]["locator"] == "table#t tr:nth(2)"
    assert rows[1]["quote"] == "Jane Roe | Director | in post | 23/06/2012"


@pytest.mark.parametrize(
    ("old", "new", "said", "value"),
    [
        ("<th>Ref</th>", "<th>Phone</th>", "neither mapped nor ignored", "Phone"),
        ("<th>Says</th>", "<th>Ref2</th>", "neither mapped nor ignored", "Ref2"),
        ("<th>Ref</th>", "<th>Name</th>", "two columns have one name", "Name"),
        ("<td>in post</td>", "<td>perhaps</td>", "lookup of event lacks", "perhaps"),
        ("<td>23/06/2012</td>", "<td>31/06/2012</td>", "not a date", "31/06/2012"),
        ("<td>Jane Roe</td>", "<td></td>", "names no person", "holds"),
        ("<td>Jane Roe</td>", "<td colspan=2>Jane Roe</td>", "merged cell", "Jane Roe"),
        ("<td>Jane Roe</td>", "", "more or fewer cells", "4 cells"),
        ("<td>Jane Roe</td><td>Director</td><td>in post</td><td>23/06/2012</td><td>1</td>",
         "<td></td><td></td><td></td><td></td><td></td>", "as many nodes", "1"),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_is_raised(old: str, new: str, said: str, value: str) -> None:
    assert old in HTML
    with pytest.raises(SourceError, match=said) as caught:
        parse(HTML.replace(old, new), SETTINGS)
    assert caught.value.value == value


def test_a_mapped_column_that_is_gone_is_raised() -> None:
    with pytest.raises(SourceError, match="lacks a column"):
        parse(HTML, {**SETTINGS, "columns": {**SETTINGS["columns"], "Until": "end"}})  # type: ignore[dict-item]


def test_several_tables_are_read_one_after_the_other() -> None:
    table = "<table><tr><th>Name<th>Post<tr><td>{}<td>Member</table>"
    settings = {"table": "table", "tables": 2, "minimum": 2, "columns": {"Name": "person", "Post": "post"}}
    parsed = parse(table.format("Ann") + table.format("Bob"), settings)
    assert sorted(parsed.claims["locator"]) == ["table:nth(1) tr:nth(2)", "table:nth(2) tr:nth(2)"]
    with pytest.raises(SourceError, match="as many nodes"):
        parse(table.format("Ann"), settings)
    with pytest.raises(SourceError, match="no row"):
        parse("<table></table>", {**settings, "tables": 1})


@pytest.mark.parametrize(
    "wrong",
    [
        {"table": "a["},
        {"count": None},
        {"columns": {"a": "post", "b": "post"}},
        {"columns": {"a": "nothing"}},
        {"date_format": "day"},
        {"tables": "two"},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        parse(HTML, {**SETTINGS, **wrong})
