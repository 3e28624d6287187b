"""Every command, program and query that the documentation shows is run, page by page, in a folder like a checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.docs.blocks import Block, blocks_of

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
#: What a block may be. Only the first four are run; `text` is an output, a layout or a signature.
LANGUAGES = {"sh", "python", "sql", "yaml", "csv", "text", "json", "ini"}


def ids(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_block_says_what_it_is(page: Path) -> None:
    for block in blocks_of(page):
        assert block.language in LANGUAGES, (
            f"{block}: a fence names its language, one of {', '.join(sorted(LANGUAGES))}"
        )
        if block.directive == "not run":
            assert len(block.value) > 10, f"{block}: say why it is not run"
        if block.directive == "run by":
            assert (REPOSITORY / block.value.partition("::")[0]).exists(), f"{block}: {block.value} is not there"


@pytest.mark.parametrize("page", [page for page in PAGES if blocks_of(page)], ids=ids)
def test_what_the_page_shows_works(page: Path, tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    printed = ""
    for block in blocks_of(page):
        if block.directive in ("not run", "run by"):
            continue
        if block.directive == "file":
            (folder / block.value).write_text(block.text, encoding="utf-8")
        elif block.directive == "output":
            assert lines(printed) == lines(block.text), str(block)
        elif block.language == "sh":
            printed = shell(block, folder)
        elif block.language == "python":
            command = [sys.executable, "-c", block.text]
            done = subprocess.run(
                command, cwd=place(block, folder), capture_output=True, text=True, timeout=300, env=environment(folder)
            )
            assert done.returncode == 0, f"{block}\n{done.stderr}"
        elif block.language == "sql":
            query(block, folder)
        elif block.language == "yaml":
            assert yaml.safe_load(block.text), str(block)


def checkout(folder: Path) -> Path:
    """A folder that looks like a checkout to the commands: what they write to is a copy, the rest is ours."""
    for name in ("published", "rosters"):
        shutil.copytree(REPOSITORY / name, folder / name)
    for name in ("docs", "expectations", "flows", "schemas", "src", "tests", "pyproject.toml", "datapackage.json"):
        (folder / name).symlink_to(REPOSITORY / name)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INCUMBENT_", "PREFECT_API"))}
    return kept | {
        "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "120",
        "NO_COLOR": "1",
        "PREFECT_HOME": os.environ.get("PREFECT_HOME", str(folder / ".prefect")),
    }


def place(block: Block, folder: Path) -> Path:
    return folder / block.value if block.directive == "in" else folder


def shell(block: Block, folder: Path) -> str:
    """What the block's commands print. They must end with the status that the block says."""
    expected = int(block.value) if block.directive == "exit" else 0
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=place(block, folder), env=environment(folder), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == expected, f"{block}: exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def query(block: Block, folder: Path) -> None:
    """The query answers with at least one row."""
    where = Path.cwd()
    os.chdir(place(block, folder))
    try:
        assert duckdb.sql(block.text).fetchall(), str(block)
    finally:
        os.chdir(where)


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]
