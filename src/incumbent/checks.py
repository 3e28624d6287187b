"""Checks a staged version before it may be published: its schemas (frictionless), its cells, its expectations, and
what the gates (incumbent.gates) ask of it beside the last version.

The only module that imports Great Expectations, and it does so late: the import takes seconds. It is given only the
columns that a suite names, in an ephemeral context that writes no file and calls nobody.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from incumbent import difference, edtf, gates, schemas, suites, verify
from incumbent.errors import HeldError, SchemaError
from incumbent.frictionless_report import report_errors
from incumbent.quality import WHOLE
from incumbent.quality import Check as Check
from incumbent.schemas import TableSchema
from incumbent.suites import Expectation, Suite

_SHOWN = 5


def check_tables(
    folder: Path,
    schemas_dir: Path | None = None,
    expectations_dir: Path | None = None,
    previous: Path | None = None,
    asked: gates.Asked | None = None,
) -> list[Check]:
    """Every check of the version in `folder`, passed or not: structure first, then each suite in order, then the gates
    by what they are to go by, `asked` (None: only what the tables tell by themselves).

    Expectations and gates run only when the structure holds: on tables that are not what their schemas say they would
    judge something else. `previous` is the version before, for the change since. Raises SchemaError (exit 2) when a
    schema or a suite says what would otherwise be ignored: unknown keys, constraints, types, arguments, severities.
    """
    known = schemas.load(schemas_dir)
    loaded, limits = suites.load(known, expectations_dir), suites.thresholds(expectations_dir)
    objects = {suite.table: _load_expectations(suite) for suite in loaded}
    checks = _structure(folder, known)
    if all(check.passed for check in checks):
        version = difference.read_version(folder)
        before = difference.read_version(previous) if previous is not None else None
        tables = {**version.tables, "release": release_figures(version, before)}
        for suite in loaded:
            checks += _run_suite(suite, objects[suite.table], tables[suite.table])
        if asked is not None:
            checks += gates.judge(version.tables, before.tables if before else None, asked, limits)
    return checks


def check_quality(folder: Path) -> list[Check]:
    """The structure of the table `quality` of a version that is otherwise checked: it cannot tell of itself."""
    known = schemas.load()
    descriptor = schemas.read_json(folder / "datapackage.json")
    own = [each for each in descriptor.get("resources", []) if each["path"] in ("quality.csv", "quality.parquet")]
    errors = [("quality.csv", note) for _, note in report_errors(folder, {**descriptor, "resources": own})]
    return _of_table("quality", known["quality"], folder, own, errors)


def gate(checks: Sequence[Check], approve: str = "") -> None:
    """Raises HeldError (exit 3) when a critical check failed that nobody approved: which, what was observed.

    `approve`: the command that would approve it, where everything that failed can be approved.
    """
    failed = [check for check in checks if check.holds]
    if failed:
        mend = "look at the source that the table comes from; correct it, or the expectation, and release again"
        if approve and all(check.approvable for check in failed):
            mend = f"look at the source; if it is right as it is: {approve}"
        raise HeldError(
            f"the release is held: {len(failed)} critical check{'s' * (len(failed) > 1)} failed: "
            + "; ".join(f"{check.name}: {check.notes}" for check in failed[:_SHOWN]),
            where=failed[0].name,
            expected="every critical check to pass",
            do=mend,
        )


def release_figures(version: difference.Version, previous: difference.Version | None) -> pl.DataFrame:
    """One row (columns: suites.release_columns()) of figures about the version as a whole; null: nothing to compare."""
    row: dict[str, float | int | None] = dict.fromkeys(suites.release_columns())
    for name in schemas.TABLES:
        if f"{name}_rows" in row:
            rows = row[f"{name}_rows"] = version.tables[name].height
            if previous is not None and name in previous.tables:
                before = row[f"{name}_previous_rows"] = previous.tables[name].height
                row[f"{name}_change"] = (rows - before) / before if before else None
    if previous is not None and "roster" in previous.tables:
        both = version.tables["roster"].join(previous.tables["roster"], on="entry_id", suffix="_before")
        if not both.is_empty():
            row["verdicts_changed"] = both.filter(pl.col("verdict") != pl.col("verdict_before")).height / both.height
    newest = version.tables["sources"].select(edtf.last_day(pl.col("stated_at").str.head(10)).max()).item()
    if newest is not None:
        row["days_since_newest_statement"] = (edtf.parse_day(version.as_of[:10]) - newest).days
    return pl.DataFrame([row], schema=dict.fromkeys(row, pl.Float64))


def run_suite(suite: Suite, table: pl.DataFrame) -> list[Check]:
    """The checks of one suite on its table, in the order that is written. Raises SchemaError as `check_tables`."""
    return _run_suite(suite, _load_expectations(suite), table)


def observed_of(result: Mapping[str, Any]) -> str:
    """What Great Expectations observed, of the `result` of an outcome, in a few words."""
    if "unexpected_count" in result:
        sample = ", ".join(repr(value) for value in result.get("partial_unexpected_list", [])[:3])
        return f"{result['unexpected_count']} of {result['element_count']} not as expected" + (
            f": {sample}" if sample else ""
        )
    return f"observed {result.get('observed_value')}"


def _structure(folder: Path, known: Mapping[str, TableSchema]) -> list[Check]:
    """Descriptor and tables: the schemas are those of schemas/, frictionless agrees, CSV and Parquet hold the same."""
    descriptor = schemas.read_json(folder / "datapackage.json")
    resources = descriptor.get("resources", [])
    embedded = {each["name"] for each in resources if each.get("format") == "csv"}
    errors = list(report_errors(folder, descriptor))
    of_none = [note for file, note in errors if Path(file).stem not in known]
    if embedded != set(known):
        of_none.append(f"tables {sorted(embedded ^ set(known))} are not in both descriptor and schemas")
    checks = [_structural("descriptor", "profile, by frictionless", "schema", of_none)]
    for name, schema in known.items():
        checks += _of_table(name, schema, folder, resources, errors)
    return checks


def _of_table(
    name: str,
    schema: TableSchema,
    folder: Path,
    resources: Iterable[Mapping[str, Any]],
    errors: Iterable[tuple[str, str]],
) -> list[Check]:
    """The structure of one table. `errors`: (file, note) of frictionless; those of other files do not count."""
    embedded = {each["name"]: each.get("schema") for each in resources if each.get("format") == "csv"}
    invalid = [note for file, note in errors if Path(file).stem == name]
    stale = [] if embedded.get(name) == schema.descriptor else ["the descriptor has another schema than schemas/"]
    problems = [f"{problem.what} ({problem.path})" for problem in verify.table_problems(folder, name, schema)]
    return [
        _structural(name, "schema, by frictionless", "schema", invalid),
        _structural(name, "schema as in schemas/", "schema_as_declared", stale),
        _structural(name, "CSV equals Parquet, dates strict, sorted", "csv_equals_parquet", problems),
    ]


def _structural(table: str, what: str, check_id: str, faults: list[str]) -> Check:
    more = f" … {len(faults)} in all" if len(faults) > _SHOWN else ""
    seen = "; ".join(faults[:_SHOWN]) + more
    observed = f"{len(faults)} faults"
    return Check(f"{table}: {what}", "critical", not faults, seen, check_id, table, observed=observed, expected="none")


def _load_expectations(suite: Suite) -> list[Any]:
    """Great Expectations' objects for a suite. Raises SchemaError unless every one of them is exactly as written: it
    drops an unknown type or severity with no more than a line in a log, and the emptied suite then passes."""
    gx = _great_expectations()
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    loaded = []
    for expectation in suite.expectations:
        written = dict(expectation.written)
        try:
            made = ExpectationConfiguration(**written).to_domain_obj()
        except (gx.exceptions.GreatExpectationsError, ValueError, TypeError, KeyError) as error:
            raise SchemaError(
                f"Great Expectations cannot use {written['type']!r}: {error}",
                where=expectation.where,
                expected="a type that exists, with arguments that it knows",
            ) from error
        kept = made.configuration.to_json_dict()
        if {key: kept.get(key) for key in written} != written:
            raise SchemaError(
                f"Great Expectations reads {written['type']!r} otherwise than it is written",
                where=expectation.where,
                expected=str({key: kept.get(key) for key in written}),
            )
        loaded.append(made)
    return loaded


def _run_suite(suite: Suite, loaded: list[Any], table: pl.DataFrame) -> list[Check]:
    if table.is_empty():
        names = ", ".join(sorted({expectation.written["type"] for expectation in suite.expectations}))
        notes = f"the table is empty, which is {'allowed' if suite.empty_allowed else 'not'}; not run: {names}"
        expected = "a table, or none of its rows" if suite.empty_allowed else "rows"
        state = "not_run" if suite.empty_allowed else ""
        return [
            Check(f"{suite.table}: not empty", "critical", suite.empty_allowed, notes, "not_empty", suite.table,
                  observed="0 rows", expected=expected, state=state)
        ]  # fmt: skip
    gx = _great_expectations()
    columns = list(dict.fromkeys(column for each in suite.expectations for column in each.columns)) or table.columns[:1]
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("tables").add_dataframe_asset(suite.table)
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch(
        {"dataframe": table.select(columns).to_pandas()}
    )
    result = batch.validate(gx.ExpectationSuite(name=suite.table, expectations=loaded))
    if len(result.results) != len(suite.expectations):
        raise SchemaError(
            f"{len(suite.expectations)} expectations were written and {len(result.results)} were run",
            where=f"expectations/{suite.table}.json",
            expected="each expectation once",
        )
    outcomes = [each.to_json_dict() for each in result.results]
    return [
        _expected(suite.table, expectation, _outcome_of(expectation, outcomes), table)
        for expectation in suite.expectations
    ]


def _outcome_of(expectation: Expectation, outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """The outcome of this expectation: results come grouped by column, not in the order that was written."""
    for outcome in outcomes:
        ran = outcome["expectation_config"]
        kwargs = {key: value for key, value in ran["kwargs"].items() if key != "batch_id"}
        if (ran["type"], kwargs, ran["severity"]) == tuple(
            expectation.written[key] for key in ("type", "kwargs", "severity")
        ):
            return outcome
    raise SchemaError("an expectation was written and not run", where=expectation.where)


def _expected(table: str, expectation: Expectation, outcome: dict[str, Any], frame: pl.DataFrame) -> Check:
    written = expectation.written
    named = ", ".join(expectation.columns)
    exception = outcome.get("exception_info") or {}
    state = ""
    if exception.get("raised_exception"):
        observed = f"could not be judged: {exception.get('exception_message')}"
    elif (
        outcome["success"]
        and named
        and frame.select(pl.all_horizontal(pl.col(expectation.columns).is_null().all())).item()
    ):
        observed, state = "no values to judge", "not_run"
    else:
        observed = observed_of(outcome["result"])
    name = f"{table}: {written['type']}" + (f"({named})" if named else "")
    why = written["meta"]["why"]
    arguments = {key: value for key, value in written["kwargs"].items() if not key.startswith("column")}
    return Check(
        name,
        written["severity"],
        bool(outcome["success"]),
        f"{observed}. {why}",
        written["type"],
        table,
        subject=named or WHOLE,
        observed=observed,
        expected=", ".join(f"{key} {json.dumps(arguments[key], ensure_ascii=False)}" for key in sorted(arguments)),
        state=state,
        approvable=written["severity"] == "critical" and not exception.get("raised_exception"),
    )


def _great_expectations() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    import great_expectations
    from great_expectations.execution_engine import pandas_execution_engine

    # It takes a fingerprint of every frame below so many bytes, each time it is handed one, by hashing all its cells:
    # most of the time that a suite takes, for a value that nobody reads.
    pandas_execution_engine.HASH_THRESHOLD = 0
    return great_expectations
