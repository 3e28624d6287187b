"""Nothing leaves the site, the policy holds, and what a stranger wrote is text."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import places, serving
from tests.browser.watching import Watched, until
from tests.readers.hostile_strings import STRINGS

#: What a page is made of. A hostile string would bring one that is not here, or a handler.
_ELEMENTS = """() => [...new Set([...document.querySelectorAll("*")].map((each) => each.localName))]"""
_HANDLERS = """() => [...document.querySelectorAll("*")].flatMap((each) => [...each.attributes])
  .filter(({ name, value }) => /^on|^style$/.test(name) || /^\\s*(javascript|data|vbscript):/i.test(value)
    || (["href", "src", "srcset", "action"].includes(name) && /^\\/\\/|evil\\.example/.test(value)))
  .map(({ name, value }) => name + "=" + value)"""
_SCRIPTS = """() => [...document.scripts].filter((each) => each.type !== "application/ld+json")
  .map((each) => each.getAttribute("src") + "|" + each.textContent)"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    place = places.hostile(tmp_path_factory.mktemp("hostile") / "published")
    with serving.served(place) as address:
        yield address, place


def _paths(place: Path) -> list[str]:
    """Every page of a folder; of the many pages of entries a part."""
    pages = sorted(path.relative_to(place).as_posix() for path in place.rglob("*.html"))
    entries = [page for page in pages if "/entries/" in page]
    return [page for page in pages if page not in entries] + entries[::6]


def test_a_hostile_string_stays_text_on_every_page(
    visit: Callable[..., Watched], hostile: tuple[str, Path], site: str
) -> None:
    address, place = hostile
    sane = visit()
    made_of: set[str] = set()
    for path in (
        f"{places.EDITION}/{name}" for name in ("", "findings.html", "changes.html", "data.html", "about.html")
    ):
        made_of |= set(sane.page(path).evaluate(_ELEMENTS))
    made_of |= set(sane.page(f"{places.BOARD}/entries/ada-quill.html").evaluate(_ELEMENTS))
    made_of |= {"svg", "rect", "line", "text", "blockquote"}
    watched = visit(address)
    page = watched.context.new_page()
    for path in _paths(place):
        page.goto(address + path)
        assert set(page.evaluate(_ELEMENTS)) <= made_of, path
        assert page.evaluate(_HANDLERS) == [], path
        scripts = page.evaluate(_SCRIPTS)
        assert all(each.endswith(".js|") for each in scripts), (path, scripts)
        assert page.evaluate("window.__pwned") is None
    assert len(page.context.pages) == 1


def test_the_tables_script_writes_hostile_strings_as_text(
    visit: Callable[..., Watched], hostile: tuple[str, Path]
) -> None:
    address, _ = hostile
    page = visit(address).page("hostile-board/findings.html")
    assert page.locator("#entries tbody tr").count() == len(STRINGS)
    shown = page.locator("#entries .person bdi").all_text_contents()
    for text in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt;", "${7*7}", "{{7*7}}"):
        assert text in shown
    for text in ("<script>alert", '"><script>window.__pwned', "' or 1=1"):
        page.get_by_label("Search").fill(text)
        assert page.evaluate(_HANDLERS) == [] and page.evaluate("window.__pwned") is None
    page.goto(
        address + "hostile-board/findings.html#q=%3Cimg%20src%3Dx%20onerror%3Dwindow.__pwned%3D1%3E&verdict=%3Cb%3E"
    )
    page.reload()
    assert page.evaluate(_HANDLERS) == [] and page.evaluate("window.__pwned") is None


def test_what_is_downloaded_runs_in_no_spreadsheet(visit: Callable[..., Watched], hostile: tuple[str, Path]) -> None:
    address, _ = hostile
    page = visit(address).page("hostile-board/findings.html")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download these rows").click()
    with Path(waiting.value.path()).open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    assert len(read) == len(STRINGS)
    assert not [cell for row in read for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def _policy(page: Any) -> str:
    found: str = page.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content")
    return found


def test_the_policy_is_strict_and_stops_what_is_smuggled_in(visit: Callable[..., Watched], edition: Path) -> None:
    for path in edition.rglob("*.html"):
        head = path.read_text(encoding="utf-8").partition("<title>")[0]
        assert "default-src 'none'" in head and "unsafe" not in head, path
    watched = visit()
    page = watched.page(f"{places.EDITION}/")
    assert "script-src 'self'" in _policy(page) and "base-uri 'none'" in _policy(page)
    page.evaluate("""() => {
      window.stopped = [];
      addEventListener("securitypolicyviolation", (event) => window.stopped.push(event.effectiveDirective));
      const add = (name, rest) => document.body.append(Object.assign(document.createElement(name), rest));
      add("script", { textContent: "window.__pwned = 1" });
      add("script", { src: "data:text/javascript,window.__pwned=2" });
      add("img", { src: "https://elsewhere.example/seen.gif" });
      add("iframe", { src: "about:blank" });
      add("style", { textContent: "body { display: none }" });
      document.body.insertAdjacentHTML("beforeend", '<p onclick="window.__pwned = 3" id="bait">x</p>');
      document.getElementById("bait").click();
      fetch("https://elsewhere.example/told").catch(() => {});
    }""")
    until(page, "window.stopped.length >= 6")
    stopped = set(page.evaluate("window.stopped"))
    assert {"script-src-elem", "script-src-attr", "img-src", "style-src-elem", "connect-src"} <= stopped
    assert page.evaluate("window.__pwned") is None
    assert page.evaluate("getComputedStyle(document.body).display") != "none"
    assert watched.stopped == []
    watched.forget()
