"""The commands about what is published, where that is an address: as of a folder, file for file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incumbent import suppression, targets, verify
from tests import harbour
from tests.targets.conftest import Place
from tests.targets.drafts import content
from tests.test_cli import run

__all__ = ["run"]

SLUG = harbour.SLUG


@pytest.fixture(autouse=True)
def site_pages() -> None:
    """The real ones."""


@pytest.fixture(scope="module")
def rosters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rosters")
    harbour.write_roster(folder)
    return folder


@pytest.fixture
def there(place: Place, rosters: Path) -> tuple[str, ...]:
    """Two versions at an address; the options with which commands reach it, each from a machine of its own."""
    with targets.opened(place.address, place.options("publisher")) as folder:
        for as_of in ("2012-06-21", "2012-06-28"):
            harbour.publish_version(rosters, folder, as_of)
    given = [part for option in place.options("reader") for part in ("--target-option", option)]
    place.line.seen.clear()
    return ("--published", place.address, *given)


def test_what_is_there_is_told_and_not_touched(
    run: Any, place: Place, there: tuple[str, ...], rosters: Path, tmp_path: Path
) -> None:
    before = content(place.download(tmp_path / "before"))
    status, out, _ = run("history", SLUG, *there, "--json")
    assert (status, [each["version"] for each in json.loads(out)]) == (0, ["1.0.0", "1.1.0"])
    status, out, _ = run("history", SLUG, "ann archer", *there)
    assert status == 0 and "Ann Archer, Chief Clerk, Harbour Office" in out
    status, out, _ = run("diff", SLUG, "1.0.0", "latest", *there, "--format", "csv")
    assert status == 0 and out.startswith("table,key,")
    status, out, _ = run("explain", SLUG, "ann archer", *there, "--rosters", rosters)
    assert status == 0 and "Dot Dyer,Chief Clerk,Harbour Office" in out
    status, _, err = run("explain", SLUG, "ann archer", "--version", "3.0.0", *there, "--rosters", rosters)
    assert status == 2 and "expected: 1.0.0, 1.1.0" in err
    assert {method for method, _, _ in place.line.seen} == {"GET"}
    assert content(place.download(tmp_path / "after")) == before


def test_a_version_is_taken_back(run: Any, place: Place, there: tuple[str, ...], tmp_path: Path) -> None:
    status, out, _ = run("withdraw", SLUG, "latest", "--reason", "licence", "--date", "2012-07-01", *there)
    assert status == 0
    assert out.splitlines() == ["withdrawn: 1.1.0", "live now: 1.0.0"]
    assert not [name for name in place.names() if "/v1.1.0/" in name]
    assert verify.verify(place.download(tmp_path / "read")) == []
    status, _, err = run("withdraw", SLUG, "9.9.9", "--reason", "licence", *there)
    assert status == 2 and "there is no version" in err


def test_who_is_not_to_be_shown_is_in_no_object(
    run: Any, place: Place, there: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(suppression.KEY, "5f" * 32)
    home = tmp_path / "rosters"
    harbour.write_roster(home)
    given = ("suppress", SLUG, "Dame Ann Archer", "--reason", "objection", "--date", "2012-07-01", "--rosters", home)
    status, _, err = run(*given, *there)
    assert status == 2 and "show this and will be withdrawn" in err
    assert not (home / SLUG / "curation" / suppression.FILE).exists()
    status, out, _ = run(*given, "--yes", "--json", *there)
    assert (status, json.loads(out)["withdrawn"]) == (0, ["1.0.0", "1.1.0"])
    with targets.opened(place.address, place.options("publisher")) as folder:
        harbour.publish_version(home, folder)
    read = place.download(tmp_path / "read")
    assert any("/latest/" in name for name in place.names())
    assert [name for name, held in content(read).items() if b"Archer" in held or b"archer" in held.lower()] == []
    assert verify.verify(read) == []


@pytest.mark.parametrize("command", [("site",), ("pages", "--to", "site")])
def test_a_command_that_knows_folders_only_says_so(run: Any, command: tuple[str, ...]) -> None:
    status, _, err = run(*command, "--published", "s3://bucket/prefix")
    assert status == 2
    assert "this command reads and writes a folder" in err
    assert "fetch what is published there into a folder first" in err
