"""The gate: schemas and expectations hold a release, and nothing that they say is ignored."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import checks, difference, manifest, package, resources, schemas, suites
from incumbent.errors import HeldError, SchemaError
from tests import synthetic_package as synthetic


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic.write(tmp_path_factory.mktemp("checks") / "v1.0.0")


def draft(tables: dict[str, pl.DataFrame], as_of: str = synthetic.AS_OF) -> package.Draft:
    return package.Draft(tables, synthetic.Roster(), as_of)


def failed(found: list[checks.Check]) -> dict[str, checks.Check]:
    return {check.name: check for check in found if not check.passed}


def test_a_sound_version_passes_every_check(version: Path) -> None:
    found = checks.check_tables(version)
    assert failed(found) == {}
    checks.gate(found)
    names = [check.name for check in found]
    assert "roster: schema, by frictionless" in names
    assert "roster: expect_column_values_to_be_unique(entry_id)" in names
    written = sum(len(suite.expectations) for suite in suites.load(schemas.load()))
    assert sum(": expect_" in name for name in names) == written
    by_name = {check.name: check.notes for check in found}
    assert by_name["release: expect_column_values_to_be_between(verdicts_changed)"].startswith("no values to judge")


def test_a_critical_failure_holds_the_release_and_says_what_was_seen(tmp_path: Path) -> None:
    tables = synthetic.tables()
    tables["roster"] = tables["roster"].with_columns(pl.lit("unverified").alias("verdict"))
    found = checks.check_tables(synthetic.write(tmp_path / "v", draft(tables)))
    with pytest.raises(HeldError) as caught:
        checks.gate(found)
    assert caught.value.exit_status == 3
    said = caught.value.describe()
    assert "roster" in said and "expect_column_values_to_not_be_in_set(verdict)" in said and "6 of 6" in said


def test_a_warning_is_reported_and_holds_nothing(tmp_path: Path) -> None:
    tables = synthetic.edited(synthetic.tables(), "sources", "post", state="failed")
    found = checks.check_tables(synthetic.write(tmp_path / "v", draft(tables)))
    assert [(check.severity, "failed" in check.notes) for check in failed(found).values()] == [("warning", True)]
    checks.gate(found)


@pytest.mark.parametrize(("table", "held"), [("findings", False), ("people", True)])
def test_an_empty_table_is_never_passed_in_silence(table: str, held: bool) -> None:
    suite = next(suite for suite in suites.load(schemas.load()) if suite.table == table)
    (check,) = checks._run_suite(suite, [], pl.DataFrame())
    assert check.passed is not held
    assert "empty" in check.notes and "expect_column_value_lengths_to_be_between" in check.notes
    assert check.severity == "critical"


def test_a_list_that_lost_most_of_its_entries_is_held(version: Path, tmp_path: Path) -> None:
    tables = synthetic.tables()
    few = {
        **tables,
        "roster": tables["roster"].head(2),
        "findings": tables["findings"].filter(pl.col("entry_id") == "ada-quill"),
    }
    found = checks.check_tables(synthetic.write(tmp_path / "v", draft(few), "1.1.0", version), previous=version)
    assert "release: expect_column_values_to_be_between(roster_change)" in failed(found)
    with pytest.raises(HeldError, match="roster_change"):
        checks.gate(found)


def test_the_figures_of_a_release(version: Path, tmp_path: Path) -> None:
    tables = synthetic.edited(synthetic.tables(synthetic.LATER, extra=True), "roster", "dai-ruan", verdict="current")
    later = difference.read_version(synthetic.write(tmp_path / "v", draft(tables, synthetic.LATER), "1.1.0", version))
    first = difference.read_version(version)
    figures = checks.release_figures(later, first).row(0, named=True)
    assert (figures["sources_rows"], figures["sources_previous_rows"], figures["sources_change"]) == (3, 2, 0.5)
    assert figures["verdicts_changed"] == pytest.approx(1 / 6)
    assert figures["days_since_newest_statement"] == 0
    alone = checks.release_figures(first, None).row(0, named=True)
    assert alone["roster_change"] is None and alone["verdicts_changed"] is None and alone["roster_rows"] == 6


STRUCTURE: dict[str, tuple[str, dict[str, Any], str]] = {
    "enum": ("ada-quill", {"confidence": "certain"}, "certain"),
    "pattern": ("ada-quill", {"reasons": "moved, left"}, "moved, left"),
    "foreign key": ("ada-quill", {"person_id": "nobody"}, "nobody"),
    "minimum": ("ada-quill", {"days_out_of_date": -1}, "-1"),
    "required": ("ada-quill", {"verdict": None}, "required"),
}


@pytest.mark.parametrize("fault", STRUCTURE)
def test_what_a_schema_forbids_holds_the_release(tmp_path: Path, fault: str) -> None:
    key, cells, named = STRUCTURE[fault]
    folder = synthetic.write(tmp_path / "v", draft(synthetic.edited(synthetic.tables(), "roster", key, **cells)))
    found = failed(checks.check_tables(folder))
    assert named in found["roster: schema, by frictionless"].notes
    with pytest.raises(HeldError, match="roster"):
        checks.gate(list(found.values()))


def test_a_primary_key_twice_holds_the_release(tmp_path: Path) -> None:
    tables = synthetic.tables()
    tables["people"] = pl.concat([tables["people"], tables["people"].head(1)])
    found = failed(checks.check_tables(synthetic.write(tmp_path / "v", draft(tables))))
    assert "people: schema, by frictionless" in found


def test_more_errors_than_frictionless_reports_are_said_to_be_more(tmp_path: Path) -> None:
    tables = synthetic.tables()
    many = pl.DataFrame({"organisation_id": [f"o-{number:04}" for number in range(1100)], "name": [""] * 1100})
    tables["organisations"] = pl.concat([tables["organisations"], many], how="diagonal")
    found = failed(checks.check_tables(synthetic.write(tmp_path / "v", draft(tables))))
    assert "1001 in all" in found["organisations: schema, by frictionless"].notes


def test_a_descriptor_with_other_schemas_than_ours_is_held(version: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(version, tmp_path / "v"))
    described = json.loads((folder / "datapackage.json").read_bytes())
    described["resources"][0]["schema"]["fields"][0]["constraints"].pop("pattern")
    described["resources"] = described["resources"][:-2]
    (folder / "datapackage.json").write_text(json.dumps(described))
    manifest.write(folder)
    found = failed(checks.check_tables(folder))
    assert "roster: schema as in schemas/" in found
    assert "'changes'" in found["descriptor: profile, by frictionless"].notes


@pytest.fixture
def expectations(tmp_path: Path) -> Path:
    return Path(shutil.copytree(resources.path("expectations"), tmp_path / "expectations"))


def first_of(suite: Any) -> Any:
    return suite["expectations"][1]


SUITE_FAULTS: dict[str, tuple[Callable[[Any], object], str, str]] = {
    "type that doesn't exist": (
        lambda s: first_of(s).update(type="expect_column_values_to_be_uniqe"), "/expectations/1", "uniqe"),
    "misspelt severity": (
        lambda s: first_of(s).update(severity="critcal"), "/expectations/1/severity", "critcal"),
    "unknown argument": (
        lambda s: first_of(s)["kwargs"].update(mostyl=0.5), "/expectations/1", "mostyl"),
    "argument of the wrong kind": (
        lambda s: first_of(s)["kwargs"].update(mostly=1.5), "/expectations/1", "mostly"),
    "missing argument": (lambda s: first_of(s).update(kwargs={}), "/expectations/1", "column"),
    "column of no table": (lambda s: first_of(s)["kwargs"].update(column="entri"), "/expectations/1/kwargs", "entri"),
    "unknown key": (lambda s: first_of(s).update(sevrity="warning"), "/expectations/1/sevrity", "sevrity"),
    "no severity": (lambda s: first_of(s).pop("severity"), "/expectations/1", "severity"),
    "no reason": (lambda s: first_of(s).update(meta={"why": " "}), "/meta/why", "reason"),
    "kwargs that are no object": (lambda s: first_of(s).update(kwargs=[]), "/expectations/1", "kwargs"),
    "emptied": (lambda s: s.update(expectations=[]), "/expectations", "without expectations"),
    "no word on emptiness": (lambda s: s.update(meta={"empty": "maybe"}), "/meta/empty", "empty"),
    "another name": (lambda s: s.update(name="rooster"), "/name", "name"),
    "meta that is no object": (lambda s: s.update(meta=[]), "/meta", "object"),
}  # fmt: skip


@pytest.mark.parametrize("fault", SUITE_FAULTS)
def test_a_suite_that_would_be_emptied_in_silence_is_refused(version: Path, expectations: Path, fault: str) -> None:
    edit, pointer, named = SUITE_FAULTS[fault]
    suite = json.loads((expectations / "roster.json").read_bytes())
    edit(suite)
    (expectations / "roster.json").write_text(json.dumps(suite))
    with pytest.raises(SchemaError) as caught:
        checks.check_tables(version, expectations_dir=expectations)
    assert caught.value.exit_status == 2
    assert "roster.json" in caught.value.where and pointer in caught.value.where
    assert named in caught.value.describe()


def test_a_suite_of_no_table_and_no_suite_at_all(expectations: Path, tmp_path: Path) -> None:
    known = schemas.load()
    (expectations / "rooster.json").write_text("{}")
    with pytest.raises(SchemaError, match=r"rooster\.json"):
        suites.load(known, expectations)
    with pytest.raises(SchemaError, match="no expectations"):
        suites.load(known, tmp_path / "none")


def test_great_expectations_is_quiet_and_writes_nothing(version: Path, tmp_path: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    code = f"from pathlib import Path; from incumbent import checks; checks.check_tables(Path({str(version)!r}))"
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=work, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(home.iterdir()) == list(work.iterdir()) == []


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    code = (
        "import sys; from incumbent import checks, package, publish, verify, difference; "
        "print([name for name in ('great_expectations', 'frictionless', 'pandas', 'prefect') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
