"""The documentation builds as a site: no link or anchor of it leads nowhere, and it loads nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_in_the_navigation(site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    pages = {path.stem for path in (REPOSITORY / "docs").glob("*.md")}
    assert {page for page in pages if f'href="{page}.html"' in home} | {"index"} == pages


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loads = re.compile(r"""<(?:script|img|link|iframe)\b[^>]*?(?:src|href)=["']?(https?:)?//([^"'\s>]+)""")
    for page in site.glob("*.html"):
        loaded = [address for _, address in loads.findall(page.read_text(encoding="utf-8"))]
        assert not loaded, f"{page.name}: {loaded}"


def test_links_to_the_code_are_words_where_no_repository_is_named(site: Path) -> None:
    for page in site.glob("*.html"):
        assert not re.findall(r'href="\.\./', page.read_text(encoding="utf-8")), page.name
