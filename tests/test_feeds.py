"""The feeds: valid Atom, stable ids, dates from the data, and what became of each entry."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from incumbent import feeds, ledger, news, package, publish, withdrawal
from tests import synthetic_package as synthetic
from tests.test_publish import SLUG, bytes_of

ATOM = "{http://www.w3.org/2005/Atom}"
#: RFC 4151: tag:<authority>,<date>:<specific>
TAG = re.compile(r"tag:[a-z0-9.-]+,[0-9]{4}(-[0-9]{2}){0,2}:[A-Za-z0-9%._~/-]+")
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00Z")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Since the first version: Eve's entry was put right, Dai's went out of date, Ada's was taken off the list."""
    published = tmp_path_factory.mktemp("feeds") / "published"
    publish.publish(synthetic.draft(), published, SLUG)
    publish.publish(later(), published, SLUG)
    return published


def later() -> package.Draft:
    made = synthetic.tables(synthetic.LATER, extra=True)
    made = synthetic.edited(made, "roster", "dai-ruan", verdict="out_of_date", explanation="Dai Ruan left.")
    made = synthetic.edited(made, "roster", "eve-tarn", verdict="current", explanation=None)
    made["roster"] = made["roster"].filter(pl.col("entry_id") != "ada-quill")
    made["findings"] = made["findings"].filter(pl.col("entry_id") != "ada-quill")
    return package.Draft(made, synthetic.Roster(), synthetic.LATER)


@pytest.fixture
def published(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "published"))


def read(path: Path) -> tuple[ElementTree.Element, list[dict[str, Any]]]:
    """A feed and its entries, after the rules of RFC 4287 that a reader relies on."""
    root = ElementTree.fromstring(path.read_bytes())
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert TAG.fullmatch(str(element.findtext(f"{ATOM}id")))
        assert INSTANT.fullmatch(str(element.findtext(f"{ATOM}updated")))
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    assert [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"] == [path.name]
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids))
    told = []
    for entry in entries:
        (link,) = entry.findall(f"{ATOM}link")
        assert (path.parent / str(link.get("href"))).is_file(), link.get("href")
        told.append({name: entry.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated", "content")})
    days = [each["updated"] for each in told]
    assert days == sorted(days, reverse=True)
    return root, told


def test_the_feed_of_versions_tells_each_with_its_figures(published: Path) -> None:
    root, entries = read(published / SLUG / "feed.xml")
    assert [each["title"] for each in entries] == [
        "The Harbour Board, version 1.1.0, as of 2031-10-31",
        "The Harbour Board, version 1.0.0, as of 2031-06-28",
    ]
    assert root.findtext(f"{ATOM}updated") == "2031-10-31T00:00:00Z"
    assert "2 of 6 entries are out of date." in str(entries[1]["content"])
    assert "Since the version before: 1 added, " in str(entries[0]["content"])


def test_the_feed_of_changes_tells_what_became_of_entries(published: Path) -> None:
    _, entries = read(published / SLUG / "changes-feed.xml")
    assert [(each["title"], each["content"]) for each in entries] == [
        (
            "Ada Quill, Harbour Master, Harbour Board was taken off the list",
            'Ada Quill, says the "Gazette", moved to the Lights Office by 1 June 2031.',
        ),
        ("Dai Ruan, Surveyor, Harbour Board is out of date", "Dai Ruan left."),
        ("Eve Tarn, Warden, North, Harbour Board was put right",) * 2,
    ]


def test_a_withdrawn_version_says_so_under_its_old_id_and_its_news_go(published: Path) -> None:
    _, before = read(published / SLUG / "feed.xml")
    withdrawal.withdraw(published, SLUG, ["1.1.0"], reason="licence", date="2031-12-01")
    root, entries = read(published / SLUG / "feed.xml")
    assert {each["id"] for each in entries} == {each["id"] for each in before}
    assert (entries[0]["title"], entries[0]["updated"]) == (
        "The Harbour Board, version 1.1.0: withdrawn", "2031-12-01T00:00:00Z",
    )  # fmt: skip
    assert entries[0]["content"] == "Version 1.1.0 was withdrawn on 2031-12-01: a source's terms did not allow it."
    assert root.findtext(f"{ATOM}updated") == "2031-12-01T00:00:00Z"
    assert read(published / SLUG / "changes-feed.xml")[1] == []


def test_the_feed_of_all_rosters_has_every_version(published: Path) -> None:
    publish.publish(synthetic.draft(), published, "another-board")
    _, entries = read(published / "feed.xml")
    assert len(entries) == 3
    assert {str(each["id"]).split(":")[2].split("/")[0] for each in entries} == {SLUG, "another-board"}


def test_what_was_lost_is_written_again_with_the_same_bytes(published: Path) -> None:
    before = bytes_of(published)
    for name in ("feed.xml", "changes-feed.xml", "corrections.csv"):
        (published / SLUG / name).unlink()
    for name in ("feed.xml", "catalog.jsonld"):
        (published / name).unlink()
    assert not publish.publish(later(), published, SLUG).changed
    assert bytes_of(published) == before


def test_a_version_of_too_much_news_is_summed_up(published: Path) -> None:
    path = published / SLUG / "v1.1.0" / news.FILE
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps(content | {"count": 700}))
    index = ledger.read(published / SLUG / "versions.json")
    text = feeds.of_changes(published / SLUG, index).decode()
    assert "700 entries are news in version 1.1.0; its table changes has them all." in text


def test_a_version_from_before_there_was_news_has_none(published: Path) -> None:
    (published / SLUG / "v1.1.0" / news.FILE).unlink()
    index = ledger.read(published / SLUG / "versions.json")
    assert b"<entry>" not in feeds.of_changes(published / SLUG, index)
    assert feeds.of_versions(published / SLUG, index).count(b"<entry>") == 2


def test_of_the_first_version_no_entry_is_news() -> None:
    assert news.events(synthetic.tables()["roster"], None).is_empty()
