"""`explain`, `diff`, `history`, `verify`, `parse`, `roster`: the commands about what is there."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests import harbour
from tests.test_cli import run

__all__ = ["run"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """rosters/ and published/ with two versions."""
    folder = tmp_path_factory.mktemp("harbour")
    harbour.write_roster(folder / "rosters")
    harbour.publish_version(folder / "rosters", folder / "published", "2012-06-21")
    harbour.publish_version(folder / "rosters", folder / "published", "2012-06-28")
    return folder


def test_explain_prints_the_walk_to_the_bytes(run: Any, folder: Path) -> None:
    where = ("--published", folder / "published", "--rosters", folder / "rosters")
    status, out, _ = run("explain", harbour.SLUG, "ann archer", *where)
    assert status == 0
    assert "verdict: out of date." in out
    assert "finding: replaced" in out
    assert "    archived: leaders.warc.gz, offset " in out
    assert "    words: … " in out
    assert "Dot Dyer,Chief Clerk,Harbour Office" in out
    status, out, _ = run("explain", harbour.SLUG, "ben", "account_state", *where)
    assert "account_state: protected" in out
    assert "posts 13" in out
    answer = json.loads(run("explain", harbour.SLUG, "ann archer", *where, "--json")[1])
    assert answer["entry"]["listed_person"] == "Dame Ann Archer"
    status, _, err = run("explain", harbour.SLUG, "nobody at all", *where)
    assert status == 2
    status, _, err = run("explain", harbour.SLUG, "ben", *where, "--archive", folder / "none")
    assert status == 4
    assert "--archive" in err


def test_explain_can_be_asked_of_an_older_version(run: Any, folder: Path) -> None:
    where = ("--published", folder / "published", "--rosters", folder / "rosters")
    status, out, _ = run("explain", harbour.SLUG, "ann archer", "accounts", "--version", "1.0.0", *where)
    assert status == 0
    assert "in version 1.0.0" in out
    assert "accounts: (empty)" in out


def test_history_and_diff_show_the_versions(run: Any, folder: Path) -> None:
    published = ("--published", folder / "published")
    versions = json.loads(run("history", harbour.SLUG, *published, "--json")[1])
    assert [version["as_of"] for version in versions] == ["2012-06-21", "2012-06-28"]
    status, out, _ = run("history", harbour.SLUG, *published)
    assert status == 0
    assert "2012-06-28" in out
    old, new = versions[0]["version"], versions[1]["version"]
    status, out, _ = run("diff", harbour.SLUG, old, f"v{new}", *published)
    assert status == 0
    assert "differences" in out
    rows = list(csv.DictReader(io.StringIO(run("diff", harbour.SLUG, old, "latest", *published, "--format", "csv")[1])))
    assert {"table", "key", "field", "old", "new", "cause", "change"} == set(rows[0])
    assert json.loads(run("diff", harbour.SLUG, old, new, *published, "--json")[1]) == [
        {key: value or None for key, value in row.items()} for row in rows
    ]
    assert run("diff", harbour.SLUG, new, "latest", *published)[1] == "Nothing differs.\n"


def test_an_unknown_version_or_roster_names_those_there_are(run: Any, folder: Path) -> None:
    published = ("--published", folder / "published")
    status, _, err = run("diff", harbour.SLUG, "9.9.9", "latest", *published)
    assert status == 2
    assert "1.0.0" in err
    for arguments in (("diff", "none", "1", "2"), ("history", "none"), ("explain", "none", "x")):
        assert run(*arguments, *published)[0] == 2


def test_verify_finds_one_flipped_byte(run: Any, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "published"
    shutil.copytree(folder / "published", copy)
    status, out, _ = run("verify", copy)
    assert status == 0, out
    assert run("verify", copy, "--quiet")[:2] == (0, "")
    path = next(copy.glob("*/v*/roster.csv"))
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(bytes(content))
    status, out, _ = run("verify", copy)
    assert status == 4
    assert "roster.csv" in out
    status, out, _ = run("verify", copy, "--json")
    assert status == 4
    assert json.loads(out)["problems"][0]["path"].endswith("roster.csv")
    assert run("verify", tmp_path / "none")[0] == 2
    (tmp_path / "empty").mkdir()
    assert run("verify", tmp_path / "empty")[0] == 2


def test_parse_tries_an_adapter(run: Any, folder: Path, tmp_path: Path) -> None:
    pages = folder / "rosters" / harbour.SLUG / "pages"
    settings = [
        "items=ul.leaders > li", "count=3",
        r"patterns=['(?P<person>[^,]+), (?P<organisation>[^()]+) \((?P<post>[^()]+)\)']",
        "role=roster", "stated_at=2012-06-20",
    ]  # fmt: skip
    given = [option for setting in settings for option in ("--set", setting)]
    status, out, err = run("parse", "html_list", pages / "leaders.html", *given)
    assert status == 0, err
    assert out.index("Ann Archer") < out.index("Ben Bower") < out.index("Carter")
    assert "3 claims, 0 account claims" in err
    rows = list(
        csv.DictReader(io.StringIO(run("parse", "html_list", pages / "leaders.html", *given, "--format", "csv")[1]))
    )
    assert [row["role"] for row in rows] == ["roster"] * 3
    table = [
        "table=table.accounts", "count=2", "yields=[accounts]", "constants.platform=x",
        "columns={Person: person, Organisation: organisation, Handle: handle, State: state, Posts: posts, Whose: kind}",
    ]  # fmt: skip
    given = [option for setting in table for option in ("--set", setting)]
    status, out, err = run("parse", "html_table", pages / "accounts.html", *given, "--accounts", "--json")
    assert status == 0, err
    assert [(row["handle"], row["posts"]) for row in json.loads(out)] == [("benbower", 13), (None, None)]
    answer = tmp_path / "claims.txt"
    assert run("parse", "html_table", pages / "accounts.html", *given, "--accounts", "--output", answer)[1] == ""
    assert "benbower" in answer.read_text()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("parse", "html_lst", "x.html"), "html_list"),
        (("parse", "html_list", "none.html"), "none.html"),
        (("parse", "csv", "none.csv", "--set", "columns"), "KEY=VALUE"),
    ],
)
def test_parse_refuses_what_it_cannot_use(run: Any, arguments: tuple[str, ...], what: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert what in err


def test_rosters_are_listed_and_validated(run: Any, folder: Path, tmp_path: Path) -> None:
    rosters = tmp_path / "rosters"
    shutil.copytree(folder / "rosters", rosters)
    status, out, _ = run("roster", "list", "--rosters", rosters)
    assert status == 0
    assert "Leaders of the harbour" in out
    assert json.loads(run("roster", "list", "--rosters", rosters, "--json")[1]) == [
        {"slug": harbour.SLUG, "title": "Leaders of the harbour", "as_of": "2012-06-28", "sources": 3}
    ]
    assert run("roster", "validate", "--rosters", rosters)[:2] == (0, "harbour-leaders: valid\n")
    path = rosters / harbour.SLUG / "roster.yaml"
    path.write_text(path.read_text().replace("contact:", "contract:"))
    status, out, err = run("roster", "validate", harbour.SLUG, "--rosters", rosters)
    assert (status, out) == (2, "harbour-leaders: not valid\n")
    assert "contract" in err
    assert f"{path}:" in err
    status, out, _ = run("roster", "validate", "--rosters", rosters, "--json")
    answer = json.loads(out)
    assert status == 2
    assert answer[0]["valid"] is False
    assert answer[0]["what"]
    assert run("roster", "list", "--rosters", tmp_path / "none")[0] == 2


def test_the_bundled_roster_is_valid(run: Any) -> None:
    assert run("roster", "validate")[0] == 0
