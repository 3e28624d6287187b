"""Every kind of page, light and dark, on a phone, a tablet and a desk: axe finds nothing, nothing scrolls sideways."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser import places
from tests.browser.watching import Watched, until

WIDTHS = (360, 768, 1440)
SCHEMES = ("light", "dark")
#: axe's own rules, with that of WCAG 2.2 which it leaves off.
_AXE = "axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"
_PAGES = (
    "index.html", "findings.html", "changes.html", "data.html", "about.html", "quality.html", "embed/headline.html",
    "embed/table.html", "entries/ada-quill.html", "entries/bo-o-fenn.html", "entries/ivo-rask.html",
    "entries/bob-fenn.html",
)  # fmt: skip
PAGES = (
    "index.html",
    *(f"{places.BOARD}/{page}" for page in _PAGES),
    "old-board/index.html",
    "old-board/changes.html",
    f"{places.EDITION}/index.html",
)
LOOKS = list(itertools.product(SCHEMES, WIDTHS))


def looks(place: int) -> list[tuple[str, int]]:
    """How the page at `place` of PAGES is looked at: once light and once dark, at other widths than its neighbours.

    With INCUMBENT_BROWSER=all every page in all six ways, which takes minutes.
    """
    if os.environ.get("INCUMBENT_BROWSER") == "all":
        return LOOKS
    return [("light", WIDTHS[place % 3]), ("dark", WIDTHS[(place + 1) % 3])]


@pytest.fixture(scope="module")
def profiles(opened: Callable[..., Watched], site: str) -> dict[str, Watched]:
    return {scheme: opened(site, color_scheme=scheme) for scheme in SCHEMES}


@pytest.fixture(scope="module")
def axe() -> str:
    package = pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python, of the dev group")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_violation(path: str, profiles: dict[str, Watched], axe: str) -> None:
    for scheme, width in looks(PAGES.index(path)):
        watched = profiles[scheme]
        page = watched.page(path)
        page.set_viewport_size({"width": width, "height": 900})
        # Those of a page are made alike: of the dictionary's hundred fields a few are enough.
        page.evaluate("for (const each of [...document.querySelectorAll('details')].slice(-3)) each.open = true")
        page.evaluate(axe)
        found = page.evaluate(_AXE)["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found] == []
        page.close()
        assert watched.faults() == []


def test_axe_would_find_one(profiles: dict[str, Watched], axe: str) -> None:
    page = profiles["light"].page(f"{places.BOARD}/about.html")
    page.evaluate("document.querySelector('h1').style.color = '#ddd'; document.documentElement.lang = ''")
    page.evaluate(axe)
    assert {each["id"] for each in page.evaluate(_AXE)["violations"]} == {"color-contrast", "html-has-lang"}
    page.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_page_scrolls_sideways_at_any_width(scheme: str, profiles: dict[str, Watched]) -> None:
    wide: list[Any] = []
    edition = f"{places.EDITION}/"
    paths = [*PAGES, *(edition + page for page in _PAGES[1:8])] if scheme == "light" else PAGES[:4]
    for path in paths:
        page = profiles[scheme].page(path)
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        for width in (320, *WIDTHS):
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if over > 0:
                wide.append((path, width, over))
        page.close()
    assert wide == []


def test_dark_is_dark_and_shows_the_dark_charts(profiles: dict[str, Watched]) -> None:
    shown = {}
    for scheme, watched in profiles.items():
        page = watched.page(f"{places.EDITION}/index.html")
        page.locator(".chart img").first.scroll_into_view_if_needed()
        until(page, "document.querySelector('.chart img').complete")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        chart = page.evaluate("document.querySelector('.chart img').currentSrc.split('/').at(-1)")
        shown[scheme] = (sum(map(int, ground.strip("rgb()").split(",")[:3])) > 380, "-dark" in chart)
        page.close()
    assert shown == {"light": (True, False), "dark": (False, True)}


def test_text_written_from_right_to_left_stays_in_its_place(profiles: dict[str, Watched]) -> None:
    page = profiles["light"].page(f"{places.BOARD}/findings.html")
    page.evaluate("document.documentElement.dir = 'rtl'")
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.close()
    assert over <= 0
