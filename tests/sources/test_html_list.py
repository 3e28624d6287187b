from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from incumbent import sources
from incumbent.claims import CLAIMS
from incumbent.errors import SourceError
from tests.sources.pages import CONTEXT, snapshot

HTML = """<title>People</title><ul class="leaders">
<li><b>Jane</b> Roe, Ministry of&nbsp;Works (Director)</li>
<li>Bill O’Brien,<br>Treasury &amp; Mint<script>alert(1)</script></li></ul><ul><li>Not one of them</li></ul>"""
SETTINGS = {
    "items": "ul.leaders > li",
    "count": 2,
    "patterns": [r"(?P<person>[^,]+), (?P<organisation>[^()]+?)(?: \((?P<post>[^()]+)\))?"],
}


def parse(html: str | bytes, settings: dict[str, object], context=CONTEXT):  # type: ignore[no-untyped-def]
    return sources.get("html_list").parse(snapshot(html), settings, context)


def test_entries_become_claims_with_their_place_and_words() -> None:
    parsed = parse(HTML, SETTINGS)
    assert parsed.claims.columns == list(CLAIMS)
    rows = {row["person"]: row for row in parsed.claims.to_dicts()}
    jane = rows["Jane Roe"]
    assert (jane["organisation"], jane["post"]) == ("Ministry of Works", "Director")
    assert jane["locator"] == "ul.leaders > li:nth(1)"
    assert jane["quote"] == "Jane Roe, Ministry of Works (Director)"
    assert jane["snapshot"] == snapshot(HTML).sha256
    assert (jane["event"], jane["as_at"], jane["stated_at"], jane["seen_at"]) == (
        "holds", "2012-06-28", "2012-06-28", "2026-01-02",
    )  # fmt: skip
    assert (jane["publisher"], jane["role"], jane["scope"], jane["primary"], jane["acting"]) == (
        "Ministry of Works", "evidence", "partial", False, False,
    )  # fmt: skip
    assert (rows["Bill O’Brien"]["organisation"], rows["Bill O’Brien"]["post"]) == ("Treasury & Mint", None)
    assert parsed.account_claims.is_empty()


def test_patterns_are_tried_in_turn_and_constants_fill_what_they_leave() -> None:
    settings = {
        "items": "li",
        "minimum": 1,
        "patterns": ["(?P<person>.+): (?P<post>.+)", "(?P<person>.+)"],
        "constants": {"post": "Member", "organisation": "Council", "acting": True},
    }
    parsed = parse("<li>Ann: Chair</li><li>Bob</li>", settings, replace(CONTEXT, role="roster", scope="complete"))
    rows = parsed.claims.sort("person").select("person", "post", "organisation", "acting", "role", "scope").rows()
    assert rows == [
        ("Ann", "Chair", "Council", True, "roster", "complete"),
        ("Bob", "Member", "Council", True, "roster", "complete"),
    ]


def test_a_line_that_no_pattern_fits_is_an_error_with_its_value() -> None:
    with pytest.raises(SourceError) as caught:
        parse(HTML.replace("Bill O’Brien,", "Bill O’Brien;"), SETTINGS)
    assert caught.value.locator == "ul.leaders > li:nth(2)"
    assert caught.value.value == "Bill O’Brien; Treasury & Mint"


@pytest.mark.parametrize("stated", [{"count": 1}, {"count": 3}, {"minimum": 3, "count": None}])
def test_another_count_than_stated_is_an_error(stated: dict[str, int]) -> None:
    with pytest.raises(SourceError, match="as many nodes") as caught:
        parse(HTML, {**SETTINGS, **stated})
    assert caught.value.value == "2"


def test_accounts_can_be_read_from_a_list() -> None:
    settings = {
        "items": "li",
        "count": 1,
        "patterns": [r"(?P<person>.+) \((?P<handle>@\w+)\)"],
        "yields": ["accounts"],
        "constants": {"platform": "x", "state": "active"},
    }
    parsed = parse("<li>Ann Poe (@annpoe)</li>", settings)
    assert parsed.claims.is_empty()
    [row] = parsed.account_claims.to_dicts()
    assert (row["person"], row["platform"], row["handle"], row["state"]) == ("Ann Poe", "x", "annpoe", "active")
    assert (row["posts"], row["as_at"]) == (None, "2012-06-28")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<li>José</li>".encode("cp1252"), "José"),
        (b"\xef\xbb\xbf" + "<li>José</li>".encode(), "José"),
        ("<li>José</li>".encode("utf-16"), "José"),
        (b'<meta charset="iso-8859-2"><li>Ji\xf8\xed</li>', "Jiří"),
    ],
)
def test_encodings_are_understood(content: bytes, expected: str) -> None:
    settings = {"items": "li", "count": 1, "patterns": ["(?P<person>.+)"], "constants": {"post": "Member"}}
    assert parse(content, settings).claims["person"].to_list() == [expected]


def test_bytes_that_are_no_text_are_an_error() -> None:
    with pytest.raises(SourceError, match="not text"):
        parse(b"<li>\x81\xff</li>", {"items": "li", "count": 1, "patterns": ["(?P<person>.+)"]})


@pytest.mark.parametrize(
    "wrong",
    [
        {"patterns": []},
        {"patterns": ["("]},
        {"patterns": ["no group"]},
        {"patterns": ["(?P<who>.+)"]},
        {"items": "li["},
        {"count": None},
        {"minimum": 1},
        {"columns": {"a": "person"}},
        {"lookups": {"event": {"a": "holds"}}},
        {"yields": []},
        {"nonsense": 1},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        parse(HTML, {**SETTINGS, **wrong})
