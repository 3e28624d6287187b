"""The screen's report is frictionless', error for error and word for word, on tables with every kind of error.

INCUMBENT_DIFFERENTIAL: how many tables (default: a few hundred; each seed makes two); INCUMBENT_DIFFERENTIAL_SEED: the
first seed. Where frictionless itself breaks off with an exception (it compares times with and without a zone, an
integer with nothing) there is no report to compare with: those are counted.
"""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from incumbent.validation import HandOver, judge, tables
from tests.validation import generated

TABLES = int(os.environ.get("INCUMBENT_DIFFERENTIAL", "300"))
FIRST = int(os.environ.get("INCUMBENT_DIFFERENTIAL_SEED", "1"))
#: Errors of a table that can be read in part; those of ragged rows and labels are frictionless' alone.
EVERY_KIND = (
    "type-error", "constraint-error", "unique-error", "primary-key", "foreign-key", "blank-row", "hash-count",
    "byte-count",
)  # fmt: skip
#: So many tables at most may be left to frictionless; the share tells whether the test tests anything.
MOST_HANDED_OVER = 0.5


def told(errors: list[Any]) -> list[dict[str, Any]]:
    return [error.to_descriptor() for error in errors]


def reported(function: Any, *arguments: Any) -> Any:
    """The report, or what was raised: frictionless breaks off at some cells, and so must we."""
    try:
        return told(function(*arguments))
    except HandOver:
        raise
    except Exception as error:
        return repr(error)


def test_the_report_is_frictionless_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warnings.simplefilter("ignore")
    counted: Counter[str] = Counter()
    unequal: list[str] = []
    for seed in range(FIRST, FIRST + TABLES // 2):
        monkeypatch.setattr(tables, "BLOCK_BYTES", (50, 200, 1000, 2**20)[seed % 4])
        folder = tmp_path / str(seed)
        folder.mkdir()
        descriptor = generated.package(folder, seed)
        for name in ("places", "things"):
            counted["tables"] += 1
            theirs = reported(judge.whole_errors, folder, descriptor, name)
            try:
                ours = reported(judge.screened_errors, folder, descriptor, name)
            except HandOver:
                counted["handed over"] += 1
                continue
            if isinstance(theirs, str):
                counted["frictionless broke off"] += 1
                continue
            counted["errors" if theirs else "no errors"] += 1
            counted.update({error["type"] for error in theirs})
            if ours != theirs:
                unequal.append(f"seed {seed}, {name}: {json.dumps(descriptor)}")
        shutil.rmtree(folder)
    print(dict(counted))
    assert not unequal, f"{len(unequal)} of {counted['tables']} tables, {dict(counted)}: {unequal[:3]}"
    if TABLES >= 200:
        assert counted["handed over"] <= MOST_HANDED_OVER * counted["tables"]
        assert set(EVERY_KIND) <= set(counted)
