"""The stages of validation: their programs do what they say, on little data; how fast they are, no test says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incumbent.bench import speed, validation, validation_expectations


def answer(folder: Path, name: str) -> Path:
    path = folder / f"{name}.json"
    validation.main(["run", name, str(folder), str(path)])
    return path


@pytest.mark.parametrize("kind", validation.SHARES)
def test_ours_and_frictionless_have_the_same_answer(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    validation.main(["make", str(tmp_path), "5000", "1", kind])
    ours, theirs = answer(tmp_path, "incumbent"), answer(tmp_path, "frictionless")
    assert validation.main(["same", str(ours), str(theirs)]) == 0, capsys.readouterr().out
    found = json.loads(ours.read_bytes())["errors"]
    assert len({error["rowNumber"] for error in found}) == (50 if kind == "faults" else 0)
    if kind == "faults":
        kinds = {"type-error", "constraint-error", "unique-error", "primary-key", "foreign-key"}
        assert {error["type"] for error in found} == kinds


def test_arrow_judges_nothing(tmp_path: Path) -> None:
    validation.main(["make", str(tmp_path), "1000", "1", "clean"])
    ours, parsed = answer(tmp_path, "incumbent"), answer(tmp_path, "arrow")
    assert json.loads(parsed.read_bytes()) == {"rows": 1000, "errors": None}
    assert validation.main(["same", str(ours), str(parsed)]) == 0


@pytest.mark.parametrize(
    ("ours", "theirs", "status"),
    [
        ([], [], 0),
        ([{"rowNumber": 12}], [], 0),
        ([{"rowNumber": 2}], [], 1),
        ([], [{"rowNumber": 2}], 1),
        ([{"rowNumber": 2, "note": "a"}], [{"rowNumber": 2, "note": "b"}], 1),
    ],
)
def test_answers_are_compared_in_the_rows_that_both_were_given(
    tmp_path: Path, ours: list[Any], theirs: list[Any], status: int
) -> None:
    (tmp_path / "ours").write_text(json.dumps({"rows": None, "errors": ours}))
    (tmp_path / "theirs").write_text(json.dumps({"rows": 10, "errors": theirs}))
    assert validation.main(["same", str(tmp_path / "ours"), str(tmp_path / "theirs")]) == status


def test_the_same_seed_makes_the_same_table(tmp_path: Path) -> None:
    made = {}
    for name, seed in (("one", "1"), ("again", "1"), ("other", "2")):
        (tmp_path / name).mkdir()
        validation.main(["make", str(tmp_path / name), "500", seed, "faults"])
        made[name] = (tmp_path / name / "table.csv").read_bytes()
    assert made["one"] == made["again"] != made["other"]


def test_a_peer_that_is_given_a_part_is_reckoned_by_its_rate() -> None:
    (stage,) = speed.stages(["validate-parquet"])
    one, other = speed.Run(2.0, 1.0, 100), speed.Run(10.0, 9.0, 300)
    measured = speed.Measured(stage, 100, 1, {"incumbent": [one], "frictionless": [other]}, [])
    assert measured.ratio("frictionless", "seconds") == 5 / validation.SHARES["parquet"]
    assert measured.ratio("frictionless", "peak") == 3


@pytest.mark.slow
def test_a_suite_has_the_same_outcome_each_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    validation.main(["make", str(tmp_path), "2000", "1", "parquet"])
    answers = {}
    for name in validation_expectations.PROGRAMS:
        answers[name] = str(tmp_path / f"{name}.json")
        validation_expectations.main(["run", name, str(tmp_path), answers[name]])
    for name in ("naive", "whole"):
        status = validation_expectations.main(["same", answers["incumbent"], answers[name]])
        assert status == 0, capsys.readouterr().out
    outcomes = json.loads(Path(answers["incumbent"]).read_bytes())
    assert {each["met"] for each in outcomes} == {True, False}
    Path(answers["whole"]).write_text(json.dumps([{"met": None, "observed": ""}] * len(outcomes)))
    assert validation_expectations.main(["same", answers["incumbent"], answers["whole"]]) == 1
