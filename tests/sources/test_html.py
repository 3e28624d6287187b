"""HTML for the adapters: what is nested deeper than any page is refused before it is parsed."""

from __future__ import annotations

import time

import pytest

from incumbent.errors import SourceError
from incumbent.sources import html
from tests.sources.pages import snapshot

MANY = 30_000


@pytest.mark.parametrize(
    "content",
    [
        "<div>" * MANY,
        "<div>" * MANY + "</div>" * MANY,
        "<DIV\n>" * MANY,
        "<div a='<'>" * MANY,
        "<div>" * MANY + "</x>" * MANY,
        "<table><tr><td>" * MANY,
        "<b><p>" * MANY,
        "<svg>" + "<tr>" * MANY,
        "<svg></math></math>" + "<tr></math>" * MANY,
        "<svg><foreignObject><div></svg>" * MANY,
        "<svg><foreignObject>" + "<path/>" * MANY,
    ],
    ids=lambda content: content[:30],
)
def test_what_is_nested_without_end_is_refused_at_once(content: str) -> None:
    began = time.process_time()
    with pytest.raises(SourceError, match="nested too deep") as raised:
        html.page(snapshot(content))
    assert (raised.value.source, raised.value.locator) == ("page", "/")
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "content",
    [
        "<div><p>one<br>two<img src=a.png></div>" * MANY,
        "<ul>" + "<li>one" * MANY + "</ul>",
        "<svg>" + "<path d='M0 0'/>" * MANY + "</svg>" + "<p>one" * MANY,
        "<table>" + "<tr><td>1<td>2" * MANY + "</table>",
        "<div>" * 500 + "one" + "</div>" * 500 + "<p>two</p>" * MANY,
    ],
    ids=lambda content: content[:30],
)
def test_a_long_page_is_no_deep_one(content: str) -> None:
    assert html.parsed(content, "page").body is not None
