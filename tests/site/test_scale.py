"""A long list: bounded work, pages of a size that a browser shows, the same rows without a script."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import polars as pl
from lxml import html

from tests import synthetic_package as synthetic
from tests.site import made
from tests.site.made import SLUG

#: How many entries: INCUMBENT_SITE_ENTRIES=20000 is what docs/site.md measures.
ENTRIES = int(os.environ.get("INCUMBENT_SITE_ENTRIES", "1001"))


def test_a_long_list_has_pages_of_bounded_size(tmp_path: Path) -> None:
    published = made.published(tmp_path / "published", made.many(ENTRIES), synthetic.Roster())
    began = time.process_time()
    made.make(published, SLUG)
    seconds = time.process_time() - began
    folder = published / SLUG
    assert seconds < 5 + ENTRIES / 100  # 100 entries a second is far below what any machine does
    tables = sorted(folder.glob("findings*.html"))
    assert len(tables) == -(-ENTRIES // 200)
    assert max(path.stat().st_size for path in tables) < 400_000
    assert (folder / "index.html").stat().st_size < 60_000
    assert max(path.stat().st_size for path in (folder / "entries").iterdir()) < 20_000
    ids = [
        row.get("id")
        for path in tables
        for row in html.fromstring(path.read_bytes()).xpath("//tbody/tr[starts-with(@id,'e-')]")
    ]
    roster = pl.read_parquet(folder / "latest/roster.parquet")
    assert sorted(ids) == sorted(f"e-{each}" for each in roster["entry_id"])
    first, last = (html.fromstring((folder / name).read_bytes()) for name in ("findings.html", "findings-2.html"))
    assert first.xpath("//a[@rel='next']/@href") == ["findings-2.html"] and not first.xpath("//a[@rel='prev']")
    assert last.xpath("//a[@rel='prev']/@href") == ["findings.html"]
    verdicts = [text for text in first.xpath("//tbody/tr//*[@data-cell='verdict']/text()")]
    assert set(verdicts) == {"Out of date"}, "the wrong ones come first"
    data = (folder / "findings-rows.js").read_text(encoding="utf-8")
    assert len(json.loads(data.removeprefix("window.incumbentRows = ").removesuffix(";\n"))["rows"]) == ENTRIES
    assert f"All {ENTRIES // 5 + (ENTRIES % 5 > 0):,} entries" in (folder / "index.html").read_text(encoding="utf-8")


def test_a_page_that_is_no_more_goes(tmp_path: Path) -> None:
    published = made.published(tmp_path / "published", made.many(201), synthetic.Roster())
    made.make(published, SLUG)
    assert (published / SLUG / "findings-2.html").is_file()
    kept = (published / SLUG / "v1.0.0/README.md").read_bytes()
    made.published(published, made.many(200), synthetic.Roster(), synthetic.LATER)
    made.make(published, SLUG)
    assert not (published / SLUG / "findings-2.html").exists()
    assert (published / SLUG / "v1.0.0/README.md").read_bytes() == kept
    # The entry is gone from the list and, here, from the table of listings too.
    assert not (published / SLUG / "entries/person-000200--body-0.html").exists()


def test_a_list_without_an_entry_has_its_pages(tmp_path: Path) -> None:
    tables = {**synthetic.tables()}
    for name in ("roster", "findings", "listings"):
        tables[name] = tables[name].clear()
    published = made.published(tmp_path / "published", tables, synthetic.Roster())
    assert len(made.make(published, SLUG).paths) > 10
    assert "No entry is out of date." in (published / SLUG / "index.html").read_text(encoding="utf-8")
