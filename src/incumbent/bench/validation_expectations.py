"""The stage `expectations` of `incumbent bench speed`: a suite of Great Expectations on a table of ten columns.

Ours is what the release's gate does with it; `whole` gives Great Expectations the whole table, in one suite; `naive`
asks of the whole table one expectation after the other, as its tutorials do. As a program: `run PROGRAM FOLDER ANSWER`
or `same OURS THEIRS`. An answer is JSON: of each expectation, in order, whether it was met and what was observed.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from incumbent.bench import validation
from incumbent.bench.speed import Goal, Program, Stage

_MODULE = "incumbent.bench.validation_expectations"


def _expectation(kind: str, column: str = "", **arguments: Any) -> dict[str, Any]:
    kwargs = ({"column": column} if column else {}) | arguments
    return {"type": kind, "kwargs": kwargs, "severity": "critical", "meta": {"why": "Asked of it."}}


#: Twelve expectations of five of the ten columns; some are not met by a table with faults.
SUITE = [
    _expectation("expect_table_row_count_to_be_between", min_value=1, max_value=10**9),
    _expectation("expect_column_values_to_not_be_null", "entry_id"),
    _expectation("expect_column_values_to_be_unique", "entry_id"),
    _expectation("expect_column_value_lengths_to_be_between", "entry_id", min_value=3, max_value=40),
    _expectation("expect_column_values_to_not_be_null", "verdict"),
    _expectation(
        "expect_column_values_to_be_in_set", "verdict", value_set=["current", "left", "unverified", "disputed"]
    ),
    _expectation("expect_column_values_to_not_be_in_set", "verdict", value_set=["gone"], mostly=0.5),
    _expectation("expect_column_values_to_match_regex", "code", regex="^[A-Z]{2}[0-9]{6}$", mostly=0.9),
    _expectation("expect_column_values_to_be_between", "rank", min_value=0, max_value=900),
    _expectation("expect_column_mean_to_be_between", "rank", min_value=400, max_value=600),
    _expectation("expect_column_values_to_be_between", "score", min_value=0, max_value=100),
    _expectation("expect_column_values_to_not_be_null", "score", mostly=0.9),
]


def _program(name: str, about: str) -> Program:
    return Program(name, about, (_MODULE, "run", name, "{input}", "{answer}"), ("great_expectations",))


STAGE = Stage(
    name="expectations",
    about=f"{len(SUITE)} expectations of 5 columns of a table of 10.",
    unit="rows of 10 columns",
    rows=1_000_000,
    answer="answer.json",
    make=(validation.MODULE, "make", "{input}", "{rows}", "{seed}", "parquet"),
    same=(_MODULE, "same", "{ours}", "{theirs}"),
    ours=_program("incumbent", "the gate of a release"),
    peers=(
        _program("naive", "Great Expectations on the whole table, one expectation after the other"),
        _program("whole", "Great Expectations on the whole table, one suite"),
    ),
    goals=(Goal("naive", "seconds", 5),),
)


def with_incumbent(folder: Path) -> list[dict[str, Any]]:
    """Ours: only the columns that the suite names."""
    import polars as pl

    from incumbent import checks
    from incumbent.suites import Expectation, Suite

    suite = Suite("roster", False, tuple(Expectation(each, "bench") for each in SUITE))
    return [
        {"met": check.passed, "observed": check.observed}
        for check in checks.run_suite(suite, pl.read_parquet(folder / "table.parquet"))
    ]


def with_suite(folder: Path, one_by_one: bool = False) -> list[dict[str, Any]]:
    """Great Expectations as it comes, on all ten columns."""
    import pandas as pd

    from incumbent import checks

    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    import great_expectations as gx
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}  # type: ignore[assignment]
    asset = context.data_sources.add_pandas("tables").add_dataframe_asset("table")
    frame = pd.read_parquet(folder / "table.parquet")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    asked = [ExpectationConfiguration(**each).to_domain_obj() for each in SUITE]
    if one_by_one:
        outcomes: list[Any] = [batch.validate(each).to_json_dict() for each in asked]
    else:
        whole = batch.validate(gx.ExpectationSuite(name="whole", expectations=asked))
        outcomes = [each.to_json_dict() for each in whole.results]
    found = {
        (each["expectation_config"]["type"], each["expectation_config"]["kwargs"].get("column")): each
        for each in outcomes
    }
    ordered = [found[each["type"], each["kwargs"].get("column")] for each in SUITE]
    return [{"met": each["success"], "observed": checks.observed_of(each["result"])} for each in ordered]


PROGRAMS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "incumbent": with_incumbent,
    "naive": lambda folder: with_suite(folder, one_by_one=True),
    "whole": with_suite,
}


def same(ours: Path, theirs: Path) -> str:
    """What differs between two answers; empty when nothing does."""
    one, other = (json.loads(path.read_bytes()) for path in (ours, theirs))
    for expectation, left, right in zip(SUITE, one, other, strict=True):
        if left != right:
            return f"{expectation['type']} of {expectation['kwargs']}: ours {left}, theirs {right}"
    return ""


def main(arguments: list[str]) -> int:
    """One of the programs. Exit status 1: the answers differ."""
    action, *rest = arguments
    if action == "run":
        Path(rest[2]).write_text(json.dumps(PROGRAMS[rest[0]](Path(rest[1]))), encoding="utf-8")
    elif difference := same(Path(rest[0]), Path(rest[1])):
        print(difference)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
