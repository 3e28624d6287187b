"""Bad input: exit 2, an error that says what, where, what was expected and what to do, and nothing written."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incumbent import resources
from tests.edition.runs import JUNE, SLUG, Command, Edition, Ran, files, incumbent
from tests.test_cli import run

__all__ = ["run"]

LIST = "person,post,organisation\nAnn Archer,Chief Clerk,Harbour Office\nBen Bower,Surveyor,Harbour Office\n"
EVIDENCE = """person,post,organisation,as_at,source,stated_at
Ann Archer,Chief Clerk,Harbour Office,2012-06-01,gazette,2012-06-01
"""


def is_clear(err: str, *said: str) -> bool:
    """What, where, and what was expected or what to do; everything in `said`; no traceback."""
    assert "Traceback" not in err, err
    assert "defect" not in err, err
    for part in ("where", "(expected|do)"):
        assert re.search(rf"^\S.*(\n  \w+: .*)*\n  {part}: \S", err, re.MULTILINE), f"no {part}:\n{err}"
    for words in said:
        assert words in err, f"{words!r} is not in:\n{err}"
    return True


@pytest.fixture
def rosters(tmp_path: Path) -> Path:
    """A copy of the bundled roster, to be spoilt."""
    folder = tmp_path / "rosters"
    shutil.copytree(resources.path("rosters") / SLUG, folder / SLUG)
    return folder


def test_an_unknown_roster(run: Callable[..., Any], tmp_path: Path) -> None:
    published = tmp_path / "published"
    status, out, err = run("run", "uk-civil-service-leadersip", "--published", published)
    assert (status, out) == (2, "")
    assert is_clear(err, "uk-civil-service-leadersip", SLUG)
    assert not published.exists()


def test_a_roster_with_an_unknown_key(run: Callable[..., Any], rosters: Path, tmp_path: Path) -> None:
    path = rosters / SLUG / "roster.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    (place,) = (number for number, line in enumerate(lines, 1) if line.startswith("attribution:"))
    path.write_text("\n".join(lines).replace("\nattribution:", "\natribution:"), encoding="utf-8")
    before = files(rosters)
    for command in ("run", "release", "capture"):
        where = ("--published", tmp_path / "published") if command != "capture" else ()
        status, out, err = run(command, SLUG, "--rosters", rosters, *where)
        assert (status, out) == (2, "")
        assert is_clear(err, "atribution", "attribution", f"roster.yaml:{place}")
    assert not (tmp_path / "published").exists()
    assert files(rosters) == before


@pytest.fixture
def check(run: Callable[..., Any], tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """`incumbent check` on a list and evidence of this text, with an answer file that must not come to be."""

    def check(listed: str | None = LIST, evidence: str | None = EVIDENCE, *more: str) -> tuple[int, str, str]:
        folder = tmp_path / "check"
        folder.mkdir(exist_ok=True)
        for name, text in (("list.csv", listed), ("facts.csv", evidence)):
            if text is not None:
                (folder / name).write_text(text, encoding="utf-8")
        before = files(tmp_path)
        answer = folder / "answer.csv"
        status, out, err = run(
            "check",
            folder / "list.csv",
            "--evidence",
            folder / "facts.csv",
            "--format",
            "csv",
            "--output",
            answer,
            *more,
        )
        assert answer.exists() is (status != 2)
        assert status != 2 or files(tmp_path) == before
        return status, out, err

    return check


def test_the_list_and_evidence_that_the_faults_are_made_from_are_good(check: Callable[..., Any]) -> None:
    assert check()[0] == 0


@pytest.mark.parametrize(
    ("listed", "evidence", "said"),
    [
        pytest.param("colour,size\nred,1\n", EVIDENCE, ["list.csv", "person", "colour"], id="no-needed-columns"),
        pytest.param(
            LIST,
            EVIDENCE + "Ben Bower,Surveyor,Harbour Office,2012-02-30,gazette,2012-06-01\n",
            ["facts.csv", "2012-02-30", "3"],
            id="impossible-date",
        ),
        pytest.param("", EVIDENCE, ["list.csv"], id="empty-list"),
        pytest.param("person,post,organisation\n", EVIDENCE, ["list.csv"], id="list-of-a-header"),
        pytest.param(LIST, "person,colour\nAnn Archer,red\n", ["facts.csv"], id="evidence-without-columns"),
    ],
)
def test_lists_and_evidence(check: Callable[..., Any], listed: str, evidence: str, said: list[str]) -> None:
    status, out, err = check(listed, evidence)
    assert (status, out) == (2, "")
    assert is_clear(err, *said)


def test_ids_that_two_entries_share_are_not_used_and_that_is_said(run: Callable[..., Any], tmp_path: Path) -> None:
    """Not refused (docs/commands.md): the entries are numbered, so no answer can be taken for another entry's."""
    listed, evidence = tmp_path / "list.csv", tmp_path / "facts.csv"
    listed.write_text("entry_id,person,post,organisation\na1,Ann Archer,Clerk,Office\na1,Ben Bower,Surveyor,Office\n")
    evidence.write_text(EVIDENCE)
    status, out, _ = run("check", listed, "--evidence", evidence, "--json")
    answer = json.loads(out)
    assert status == 0
    assert [row["entry_id"] for row in answer["entries"]] == ["0001", "0002"]
    assert any("ids" in note for note in answer["list"]["notes"])


@pytest.mark.parametrize("missing", ["list.csv", "facts.csv"])
def test_a_missing_file(check: Callable[..., Any], missing: str) -> None:
    status, out, err = check(None if missing == "list.csv" else LIST, None if missing == "facts.csv" else EVIDENCE)
    assert (status, out) == (2, "")
    assert is_clear(err, missing)


def test_a_folder_given_as_a_list(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text(EVIDENCE)
    status, out, err = run("check", tmp_path, "--evidence", tmp_path / "facts.csv")
    assert (status, out) == (2, "")
    assert is_clear(err, str(tmp_path), "folder")


@pytest.mark.parametrize("day", ["2012-13-01", "2012-02-30", "2012-06", "28.6.2012", "tomorrow", ""])
def test_a_day_that_is_none(run: Callable[..., Any], check: Callable[..., Any], tmp_path: Path, day: str) -> None:
    status, out, err = check(LIST, EVIDENCE, "--as-of", day)
    assert (status, out) == (2, "")
    assert is_clear(err, "--as-of", repr(day))
    status, out, err = run("run", SLUG, "--as-of", day, "--published", tmp_path / "published")
    assert (status, out) == (2, "")
    assert is_clear(err, "--as-of", repr(day))
    assert not (tmp_path / "published").exists()


def spoil_archive(folder: Path) -> Path:
    """The bundled archive with one letter of one page changed, inside a record whose gzip is whole."""
    archive = folder / "archive"
    shutil.copytree(resources.path("rosters") / SLUG / "archive", archive)
    path = archive / "official-list.warc.gz"
    text = gzip.decompress(path.read_bytes())
    assert text.count(b"Ian Watmore") == 1
    path.write_bytes(gzip.compress(text.replace(b"Ian Watmore", b"Ian Whatmo"), mtime=0))
    return archive


def spoil_schemas(folder: Path) -> Path:
    schemas = folder / "schemas"
    shutil.copytree(resources.path("schemas"), schemas)
    path = schemas / "findings.json"
    described = json.loads(path.read_bytes())
    constraints = described["fields"][0]["constraints"]
    constraints["requird"] = constraints.pop("required")
    path.write_text(json.dumps(described))
    return schemas


def spoil_expectations(folder: Path) -> Path:
    expectations = folder / "expectations"
    shutil.copytree(resources.path("expectations"), expectations)
    path = expectations / "roster.json"
    suite = json.loads(path.read_bytes())
    suite["expectations"][0]["type"] = "expect_table_row_count_to_be_betwixt"
    path.write_text(json.dumps(suite))
    return expectations


def cut_archive(folder: Path) -> Path:
    """The bundled archive with a file that ends too early."""
    archive = folder / "archive"
    shutil.copytree(resources.path("rosters") / SLUG / "archive", archive)
    path = archive / "announcements.warc.gz"
    path.write_bytes(path.read_bytes()[:-200])
    return archive


@pytest.fixture(scope="module")
def held(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Ran], dict[str, bytes]]:
    """Runs that must refuse: each onto a fresh folder, and onto one where two versions are already published.

    The folder of it all; how each run ended, by name; and what lay in that folder before.
    """
    folder = tmp_path_factory.mktemp("refused")
    published = folder / "published"
    shutil.copytree(edition.published, published)
    (folder / "a file").write_text("not a folder\n")
    (folder / "a link").symlink_to(folder / "nowhere")
    commands = {}
    for name, more, bundled in (
        ("damaged record", ["--archive", spoil_archive(folder / "damaged")], {}),
        ("cut record", ["--archive", cut_archive(folder / "cut")], {}),
        ("misspelt constraint", [], {"schemas": spoil_schemas(folder)}),
        ("unknown expectation", [], {"expectations": spoil_expectations(folder)}),
    ):
        # Another day than those published, or the run would have nothing to publish and so nothing to check.
        for where, target in (("fresh", folder / f"new {name}"), ("over", published)):
            day = JUNE if where == "fresh" else "2012-11-30"
            arguments = ["run", SLUG, "--as-of", day, "--published", target, *more]
            commands[f"{name}, {where}"] = Command(arguments, bundled)
    for name in ("a file", "a link"):
        commands[name] = Command(["run", SLUG, "--published", folder / name])
    before = files(folder)
    ran = incumbent(*commands.values())
    return folder, dict(zip(commands, ran, strict=True)), before


@pytest.mark.parametrize("where", ["fresh", "over"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("damaged record", ["official-list.warc.gz"]),
        ("cut record", ["announcements.warc.gz"]),
        ("misspelt constraint", ["requird", "required", "findings.json"]),
        ("unknown expectation", ["expect_table_row_count_to_be_betwixt", "roster.json"]),
    ],
)
def test_what_a_release_stands_on(
    held: tuple[Path, dict[str, Ran], dict[str, bytes]], name: str, said: list[str], where: str
) -> None:
    ran = held[1][f"{name}, {where}"]
    assert (ran.status, ran.out) == (2, "")
    assert is_clear(ran.err, *said)


@pytest.mark.parametrize("name", ["a file", "a link"])
def test_published_is_a_file_or_a_link_to_nowhere(
    held: tuple[Path, dict[str, Ran], dict[str, bytes]], name: str
) -> None:
    ran = held[1][name]
    assert (ran.status, ran.out) == (2, "")
    assert is_clear(ran.err, name)


def test_nothing_was_written_by_any_of_them(held: tuple[Path, dict[str, Ran], dict[str, bytes]]) -> None:
    folder, _, before = held
    assert files(folder) == before
    assert not list(folder.glob("new */*/v*"))
