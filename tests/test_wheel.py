"""The wheel works outside the checkout: it finds schemas, expectations, flows and rosters in itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

LIST = "person,post,organisation\nAda Example,Chief Executive,Example Agency\nBo Sample,Chair,Sample Board\n"
EVIDENCE = (
    "person,post,organisation,start,end,source,stated_at\n"
    "Ada Example,Chief Executive,Example Agency,2010-01-04,2012-03-30,Example Gazette,2012-04-01\n"
    "Cy Instance,Chief Executive,Example Agency,2012-04-02,,Example Gazette,2012-04-02\n"
    "Cy Instance,Chief Executive,Example Agency,2012-04-02,,Example News,2012-04-03\n"
)


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(repository)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def incumbent(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment that has the wheel, and borrows only the dependencies of this one."""
    environment = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python")]
    install = [*pip, "install", "--no-deps", "--no-index", "--quiet", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, text=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return environment / "bin" / "incumbent"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """An unrelated working folder. What a command leaves in it, but the folder `out`, it had no business to write."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def run(command: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`command` as a user far from the checkout runs it: neither PYTHONPATH nor the checkout is in sight."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_"))}
    return subprocess.run([command, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)


def test_it_holds_every_folder_that_the_code_reads(wheel: Path, repository: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("schemas", "expectations", "flows", "rosters"):
        tracked = subprocess.run(
            ["git", "ls-files", folder], cwd=repository, check=True, capture_output=True, text=True
        ).stdout.split()
        assert tracked, f"nothing is tracked in {folder}/"
        missing = [name for name in tracked if f"incumbent/bundled/{name}" not in names]
        assert not missing
    data = {f"incumbent/{path.relative_to(repository / 'src/incumbent').as_posix()}" for path in _data(repository)}
    assert data
    assert data <= names
    assert not [name for name in names if name.startswith(("tests/", "published/")) or name.endswith(".pyc")]


def _data(repository: Path) -> list[Path]:
    return [path for path in (repository / "src/incumbent").rglob("*.csv")]


def test_it_is_the_wheels_code_that_runs(incumbent: Path, elsewhere: Path) -> None:
    python = incumbent.parent / "python"
    where = run(python, "-c", "import incumbent; print(incumbent.__file__)", cwd=elsewhere).stdout
    assert Path(where.strip()).is_relative_to(incumbent.parent.parent)


def test_check_works(incumbent: Path, elsewhere: Path) -> None:
    (elsewhere / "list.csv").write_text(LIST, encoding="utf-8")
    (elsewhere / "facts.csv").write_text(EVIDENCE, encoding="utf-8")
    done = run(
        incumbent, "check", "list.csv", "--evidence", "facts.csv", "--as-of", "2012-06-28", "--json", cwd=elsewhere
    )
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert "Cy Instance" in json.dumps(report)
    assert sorted(path.name for path in elsewhere.iterdir()) == ["facts.csv", "list.csv"]


def test_run_then_release_publish_the_bundled_roster(incumbent: Path, elsewhere: Path) -> None:
    first = run(incumbent, "run", "--published", "out", "--json", cwd=elsewhere)
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    assert (report["version"], report["changed"]) == ("1.0.0", True)
    again = run(
        incumbent,
        "release",
        report["roster"],
        "--as-of",
        report["as_of"],
        "--published",
        "out",
        "--json",
        cwd=elsewhere,
    )
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["changed"] is False
    verified = run(incumbent, "verify", f"out/{report['roster']}/latest", cwd=elsewhere)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert [path.name for path in elsewhere.iterdir()] == ["out"]
