"""A new roster's folder: complete, valid, true to its arguments; and nothing where it cannot be made."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from incumbent import roster, transcribe
from incumbent.archive import Archive
from incumbent.errors import InputError
from incumbent.freshness import assess
from incumbent.scaffold import scaffold
from incumbent.sources import read_roster_claims
from tests.test_cli import run

__all__ = ["run"]

DAY = dt.date(2026, 3, 5)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_made_can_be_judged_as_it_is(tmp_path: Path) -> None:
    folder = scaffold("my-council", tmp_path, "My council", DAY)
    made = roster.load("my-council", tmp_path)
    assert (made.slug, made.title, made.as_of) == ("my-council", "My council", "2026-03-05")
    claims = read_roster_claims(made, Archive(folder / "archive"), "2026-03-05").claims
    assessment = assess(claims, "2026-03-05")
    verdicts = dict(assessment.entries.select("listed_person", "verdict").iter_rows())
    assert verdicts == {"Ada Example": "current", "Ben Sample": "out_of_date", "Cleo Specimen": "unverified"}


@pytest.mark.parametrize("title", ['The "best": of all', "It's, a list", "#1 of {1}", "$slug costs $5", "Städte – 市"])
def test_any_title_is_kept_as_it_is(tmp_path: Path, title: str) -> None:
    folder = scaffold("a", tmp_path, title, DAY)
    made = roster.load(folder)
    assert made.title == title
    assert {source.title for source in made.sources} >= {title}
    assert transcribe.read_pages(folder / "pages")[0]["title"] == title


@pytest.mark.parametrize("slug", ["", "My council", "../a", "-a", "a/b", "a\nb", "é"])
def test_a_name_that_is_no_slug_is_refused_and_nothing_made(tmp_path: Path, slug: str) -> None:
    with pytest.raises(InputError, match="cannot name a roster"):
        scaffold(slug, tmp_path / "rosters", "A list", DAY)
    assert not (tmp_path / "rosters").exists()


@pytest.mark.parametrize("title", ["", "  ", "two\nlines", "a\x00b"])
def test_a_title_that_is_no_line_is_refused(tmp_path: Path, title: str) -> None:
    with pytest.raises(InputError, match="title"):
        scaffold("a", tmp_path, title, DAY)
    assert not files(tmp_path)


def test_what_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    scaffold("a", tmp_path, "A", DAY)
    before = files(tmp_path)
    with pytest.raises(InputError, match="already"):
        scaffold("a", tmp_path, "B", DAY)
    assert files(tmp_path) == before


def test_the_command_makes_it_and_pages_are_brought_in_again(tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
    rosters = tmp_path / "rosters"
    status, out, _ = run("roster", "new", "city-hall", "--rosters", str(rosters))
    assert status == 0
    assert "city-hall" in out
    assert roster.load("city-hall", rosters).title == "City hall"
    listed = rosters / "city-hall" / "pages" / "list.csv"
    listed.write_text("person,post,organisation\nEve Trial,Clerk,City Hall\n", encoding="utf-8")
    status, out, _ = run("roster", "transcribe", "city-hall", "--rosters", str(rosters))
    assert (status, "list.warc.gz" in out) == (0, True)
    (snapshot,) = Archive(rosters / "city-hall" / "archive").snapshots("list")
    assert snapshot.content == listed.read_bytes()
    assert run("roster", "new", "city-hall", "--rosters", str(rosters))[0] == 2
    assert run("roster", "new", "City Hall", "--rosters", str(rosters))[0] == 2
