"""A real Chromium, and the pages that it is shown. Every page that a test opens is watched: see watching.py."""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import places, serving, watching

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs a Chromium, such as Debian's package chromium (CI has it)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """One Chromium for all tests here; each context in it is a new, empty profile.

    No longer than for these: while it runs, Playwright's event loop is that of the thread, and tests elsewhere that
    start one of their own fail.
    """
    place = shutil.which("chromium") or shutil.which("chromium-browser")
    if place is None:
        pytest.skip("needs Chromium: apt-get install chromium (CI has it)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright, of the dev group")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The published folder that most tests open."""
    return places.edition(tmp_path_factory.mktemp("edition") / "published", repository)


@pytest.fixture(scope="session")
def site(edition: Path) -> Iterator[str]:
    """The address of `edition`."""
    with serving.served(edition) as address:
        yield address


@pytest.fixture(scope="package")
def opened(chromium: Any) -> Iterator[Callable[..., watching.Watched]]:
    """`opened(site, **settings)`: a new profile that may ask `site` for files and nothing else; checked at the end."""
    with contextlib.ExitStack() as stack:
        yield functools.partial(_opened, stack, chromium)


def _opened(stack: contextlib.ExitStack, chromium: Any, site: str, **settings: Any) -> watching.Watched:
    settings = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"} | settings
    context = chromium.new_context(**settings)
    stack.callback(context.close)
    return watching.Watched(context, site)


@pytest.fixture
def visit(opened: Callable[..., watching.Watched], site: str) -> Iterator[Callable[..., watching.Watched]]:
    """`visit(**settings)`: a new profile on `site`; after the test nothing may have gone wrong in it."""
    made: list[watching.Watched] = []

    def visit(address: str = site, **settings: Any) -> watching.Watched:
        made.append(opened(address, **settings))
        return made[-1]

    yield visit
    for each in made:
        assert each.faults() == []
        each.context.close()
