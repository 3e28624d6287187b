"""Rules that the repository as a whole keeps: its links, its locks, its sizes, its rooms."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from incumbent.output import summary
from incumbent.report import release_report

MACHINE_PATH = re.compile(
    r"(?<![\w.:/~-])/(?:work|farm|root|home/\w+|Users/\w+|opt/(?!incumbent/)\w+)/"
)  # /opt/incumbent: where deploy/ expects it
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def tracked(repository: Path) -> list[Path]:
    """Every tracked file that is there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=repository, check=True, capture_output=True, text=True)
    return [path for name in listed.stdout.split("\0") if name and (path := repository / name).is_file()]


def test_a_python_file_over_400_lines_says_why_in_its_first_line(tracked: list[Path], repository: Path) -> None:
    long = [
        str(path.relative_to(repository))
        for path in tracked
        if path.suffix == ".py"
        and len(lines := path.read_text(encoding="utf-8").splitlines()) > 400
        and "long because" not in lines[0].lower()
    ]
    assert not long


def test_no_file_names_a_path_of_one_machine(tracked: list[Path], repository: Path) -> None:
    found = []
    for path in tracked:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # archives and Parquet: their bytes are checked by verify
        if MACHINE_PATH.search(text) and path != Path(__file__):
            found.append(str(path.relative_to(repository)))
    assert not found


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_everything_by_hash_and_names_no_index(name: str, repository: Path) -> None:
    text = (repository / name).read_text(encoding="utf-8")
    requirements = re.findall(r"^([A-Za-z0-9_.-]+)(\S*).*?((?:\\\n\s+--hash=\S+\s*)+)", text, re.MULTILINE)
    named = re.findall(r"^[A-Za-z0-9_.-]+", text, re.MULTILINE)
    assert len(requirements) == len(named) > 50
    assert all(pin.startswith("==") for _, pin, _ in requirements)
    assert "://" not in text
    assert not re.search(r"^\s*(-i|--(extra-)?index-url|--find-links|--trusted-host)", text, re.MULTILINE)


def test_the_tests_run_on_what_is_shipped(repository: Path) -> None:
    runtime, dev = (_pins(repository / name) for name in ("requirements.lock", "requirements-dev.lock"))
    assert runtime <= dev


def _pins(lock: Path) -> set[str]:
    return set(re.findall(r"^[A-Za-z0-9_.-]+==\S+", lock.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_dependency_is_locked(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = {pin.split("==")[0].lower().replace("_", "-") for pin in _pins(repository / "requirements.lock")}
    wanted = {re.match(r"[A-Za-z0-9_.-]+", each).group().lower() for each in project["dependencies"]}  # type: ignore[union-attr]
    assert wanted <= locked


def test_every_link_of_the_docs_leads_somewhere(repository: Path) -> None:
    broken = []
    for page in [repository / "README.md", repository / "CHANGELOG.md", *sorted((repository / "docs").glob("*.md"))]:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for plain, image in LINK.findall(text):
            target = plain or image
            if "://" in target or target.startswith("mailto:"):
                continue
            name, _, anchor = target.partition("#")
            linked = (page.parent / name) if name else page
            if not linked.exists() or (anchor and anchor not in _anchors(linked)):
                broken.append(f"{page.name}: {target}")
    assert not broken


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_the_figures_of_the_readme_are_those_of_the_first_edition(repository: Path) -> None:
    readme = (repository / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"<!-- figures -->\n```text\n(.*?)```\n<!-- /figures -->", readme, re.DOTALL)
    version = repository / "published/uk-civil-service-leadership/v1.0.0"
    made = release_report(version, title="", slug="", number="1.0.0", changed=True, sources=[], checks=[])
    assert shown.splitlines() == [
        f"{made['entries']} entries: {summary(made['verdicts'])}",
        f"why: {summary(made['reasons'])}",
        f"{made['with_account']} of {made['of']} with an account",
    ]


def test_every_page_of_the_docs_is_reachable_from_the_readme(repository: Path) -> None:
    readme = (repository / "README.md").read_text(encoding="utf-8")
    unlinked = [page.name for page in (repository / "docs").glob("*.md") if f"(docs/{page.name})" not in readme]
    assert not unlinked


def test_every_make_target_of_the_docs_exists(repository: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (repository / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in [repository / "README.md", *(repository / "docs").glob("*.md")]:
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
        assert named <= targets, page.name


def test_no_module_imports_relatively(repository: Path) -> None:
    for path in sorted((repository / "src").rglob("*.py")) + sorted((repository / "flows").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level], path.name


def test_a_flow_holds_no_domain_logic(repository: Path) -> None:
    """Flows say what runs, in which order, with which retries: no class, no frame is computed, nothing is parsed."""
    for path in sorted((repository / "flows").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)], path.name
        roots = {name.split(".")[0] for name in _imports(tree)}
        assert roots <= {"__future__", "dataclasses", "datetime", "logging", "pathlib", "tempfile", "typing"} | {
            "capture", "incumbent", "prefect", "release",
        }, path.name  # fmt: skip


def test_only_what_runs_flows_knows_prefect_and_only_checks_knows_great_expectations(repository: Path) -> None:
    """And the benchmark that Great Expectations is a peer in."""
    knows: dict[str, set[str]] = {"prefect": set(), "great_expectations": set()}
    for path in (repository / "src/incumbent").rglob("*.py"):
        roots = {name.split(".")[0] for name in _imports(ast.parse(path.read_text(encoding="utf-8")))}
        for package in roots & set(knows):
            knows[package].add(path.relative_to(repository / "src/incumbent").as_posix())
    assert knows == {
        "prefect": {"engine.py", "operation/serving.py", "operation/doctor/machine.py"},
        "great_expectations": {"checks.py", "bench/validation_expectations.py"},
    }


def _imports(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_no_flow_file_is_named_like_a_package(repository: Path) -> None:
    """Prefect loads a flow under its bare file name: that name must be nobody else's."""
    locked = {pin.split("==")[0].lower().replace("-", "_") for pin in _pins(repository / "requirements-dev.lock")}
    names = {path.stem for path in (repository / "flows").glob("*.py")}
    assert names == {"capture", "release", "watch"}
    assert not names & locked
    assert not names & set(sys.stdlib_module_names)


def test_every_roster_has_a_deployment_that_runs_alone_and_on_utc(repository: Path) -> None:
    described = yaml.safe_load((repository / "flows/prefect.yaml").read_text(encoding="utf-8"))
    rosters = {path.parent.name for path in (repository / "rosters").glob("*/roster.yaml")}
    assert {each["parameters"]["roster"] for each in described["deployments"]} == rosters
    for each in described["deployments"]:
        file, _, function = each["entrypoint"].partition(":")
        assert f"def {function}(" in (repository / file).read_text(encoding="utf-8")
        assert [schedule["timezone"] for schedule in each["schedules"]] == ["UTC"]
        assert each["concurrency_limit"]["limit"] == 1


def test_the_table_of_rooms_names_every_room_and_module(repository: Path) -> None:
    page = (repository / "docs/architecture.md").read_text(encoding="utf-8")
    table = page[page.index("## The rooms") : page.index("## The shapes")]
    named = re.findall(r"`([a-z_]+/?)`", table)
    package = repository / "src" / "incumbent"
    modules = {path.stem for path in package.glob("[a-z]*.py")}
    rooms = {f"{path.name}/" for path in package.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert (modules | rooms) - set(named) == set()
