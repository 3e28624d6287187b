"""The measuring itself: what is run, what is compared, what is told. How fast anything is, no test says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import cli
from incumbent.bench import activity, speed, speed_report
from incumbent.bench.speed import BenchError, Goal, Measured, Program, Run, Stage
from incumbent.errors import InputError, VerifyError

#: A stage of programs that are done at once: each copies its input, `other` another thing, `broken` nothing.
PROGRAMS = """
import pathlib, sys
action, *rest = sys.argv[1:]
if action == "make":
    (pathlib.Path(rest[0]) / "data").write_text(" ".join(rest[1:]))
elif action == "same":
    one, other = (pathlib.Path(name).read_text() for name in rest)
    print("they differ")
    sys.exit(one != other)
elif action == "copy":
    pathlib.Path(rest[1]).write_text((pathlib.Path(rest[0]) / "data").read_text())
elif action == "eat":
    held = bytearray(200_000_000)
    pathlib.Path(rest[1]).write_text((pathlib.Path(rest[0]) / "data").read_text())
elif action == "other":
    pathlib.Path(rest[1]).write_text("another")
else:
    sys.exit("it is broken")
"""


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "bench_programs.py").write_text(PROGRAMS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "programs"))

    def program(name: str, *needs: str) -> Program:
        return Program(name, "", ("bench_programs", name, "{input}", "{answer}"), needs)

    return Stage(
        "copying", "Copies.", "bytes", 10, "answer", ("bench_programs", "make", "{input}", "{rows}", "{seed}"),
        ("bench_programs", "same", "{ours}", "{theirs}"), program("copy"),
        (program("eat"), program("absent", "no_such_package")), (Goal("eat", "peak", 2), Goal("absent", "seconds", 2)),
    )  # fmt: skip


def test_each_program_is_run_in_turn_and_measured(stage: Stage, tmp_path: Path) -> None:
    said: list[str] = []
    measured = speed.measure(stage, 7, 2, 3, tmp_path, said.append)
    assert said == ["copying: making 7 bytes"] + [
        f"copying: {name}, {number} of 2" for number in (1, 2) for name in ("copy", "eat")
    ]
    assert {name: len(runs) for name, runs in measured.runs.items()} == {"copy": 2, "eat": 2}
    assert measured.absent == ["absent"]
    assert all(run.seconds > 0 and run.processor > 0 for runs in measured.runs.values() for run in runs)
    assert measured.typical("eat", "peak") - measured.typical("copy", "peak") > 150_000_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["programs"]


def test_another_answer_is_told(stage: Stage, tmp_path: Path) -> None:
    wrong = replace(stage, peers=(Program("other", "", ("bench_programs", "other", "{input}", "{answer}")),))
    with pytest.raises(VerifyError, match="other has another answer") as raised:
        speed.measure(wrong, 7, 1, 3, tmp_path)
    assert "they differ" in raised.value.where
    assert raised.value.exit_status == 4


def test_a_program_that_fails_is_told_with_its_last_words(stage: Stage, tmp_path: Path) -> None:
    broken = replace(stage, ours=Program("broken", "", ("bench_programs", "broken")))
    with pytest.raises(BenchError, match="status 1") as raised:
        speed.measure(broken, 7, 1, 3, tmp_path)
    assert raised.value.where == "it is broken"
    assert raised.value.do == "run it alone: python -m bench_programs broken"


def measured(stage: Stage) -> Measured:
    """Ours took 1, 2 and 9 seconds; the peer ten times as long each time, and three times the memory."""
    ours = [Run(seconds, 1.0, 100_000_000) for seconds in (2.0, 9.0, 1.0)]
    peer = [Run(run.seconds * 10, 2.0, 300_000_000) for run in ours]
    return Measured(stage, 10, 1, {"copy": ours, "eat": peer}, ["absent"])


def test_medians_ratios_and_goals(stage: Stage) -> None:
    found = measured(stage)
    assert (found.typical("copy", "seconds"), found.ratio("eat", "seconds"), found.ratio("eat", "peak")) == (2, 10, 3)
    assert found.goals() == [(Goal("eat", "peak", 2), 3, True)]
    assert replace(found, stage=replace(stage, goals=(Goal("eat", "seconds", 11),))).goals()[0][2] is False
    assert json.loads(json.dumps(found.as_dict()))["goals"] == [
        {"peer": "eat", "measure": "peak", "at_least": 2, "ratio": 3.0, "met": True}
    ]


def test_the_report_tells_every_figure(stage: Stage) -> None:
    text, markdown = speed_report.as_text(measured(stage)), speed_report.as_markdown(measured(stage))
    assert re.search(r"^eat +20\.0 +0 +2\.0 +300 +10\.0 +3\.0 *$", text, re.MULTILINE)
    assert "| eat | 20.0 | 0 | 2.0 | 300 | 10.0 | 3.0 |" in markdown
    for told in (text, markdown):
        assert "10 bytes, seed 1, 3 runs, medians; all answers are the same." in told
        assert "goal: eat takes 2 times the peak memory of ours; measured 3.0: met" in told
        assert "not installed, so not compared: absent" in told
        assert "the goals are for" not in told
    assert "the goals are for 10 bytes" in speed_report.as_text(replace(measured(stage), rows=9))


def test_the_markdown_goes_between_its_marks(stage: Stage, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    begin, end = "<!-- begin: incumbent bench speed copying -->", "<!-- end: incumbent bench speed copying -->"
    page.write_text(f"before\n{begin}\nold\n{end}\nafter\n")
    speed_report.write_section(page, measured(stage))
    text = page.read_text()
    assert text.startswith(f"before\n{begin}\n\n10 bytes")
    assert text.endswith(f"{end}\nafter\n")
    assert "old" not in text
    for broken in ("nothing", f"{end}{begin}"):
        page.write_text(broken)
        with pytest.raises(InputError, match="no place"):
            speed_report.write_section(page, measured(stage))
    with pytest.raises(InputError, match="cannot be read"):
        speed_report.write_section(tmp_path / "absent.md", measured(stage))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["bench", "speed", *arguments])
    written = capsys.readouterr()
    return int(ended.value.code or 0), written.out, written.err


@pytest.mark.slow
def test_the_stage_activity_is_measured_and_all_answers_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], repository: Path
) -> None:
    page = tmp_path / "performance.md"
    page.write_text((repository / "docs" / "performance.md").read_text())
    options = ("--only", "activity", "--rows", "50000", "--repeat", "1", "--scratch", str(tmp_path))
    status, out, err = run(capsys, *options, "--json", "--markdown", str(page))
    assert status == 0, err
    (told,) = json.loads(out)
    assert set(told["programs"]) == {"incumbent", "pandas", "dask", "polars"}
    assert [(goal["peer"], goal["measure"]) for goal in told["goals"]] == [
        ("pandas", "seconds"), ("dask", "seconds"), ("pandas", "peak"),
    ]  # fmt: skip
    assert "50,000 posts, seed 1, one run; all answers are the same." in page.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["performance.md"]


def test_what_cannot_be_measured_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, err = run(capsys, "--only", "flying")
    assert (status, "expected: activity" in err) == (2, True)
    status, _, err = run(capsys, "--scratch", str(tmp_path / "absent"))
    assert (status, "no such folder" in err) == (2, True)


def test_every_stage_loads_without_what_it_measures() -> None:
    script = (
        "import sys\nfrom incumbent.bench import speed\nspeed.stages()\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert not {"polars", "pandas", "dask", "pyarrow", "numpy"} & set(done.stdout.split())


def test_the_same_seed_makes_the_same_posts(tmp_path: Path) -> None:
    made: dict[str, Any] = {}
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        (tmp_path / name).mkdir()
        activity.main(["make", str(tmp_path / name), "5000", str(seed)])
        made[name] = (tmp_path / name / "posts-0000.parquet").read_bytes()
    assert made["one"] == made["again"] != made["other"]
    frame = pl.read_parquet(tmp_path / "one")
    assert (frame.height, set(frame["kind"])) == (5000, {"post", "repost", "pin"})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ""),
        ({"median_gap_days": 1.5001}, ""),
        ({"median_gap_days": 1.5003}, "the column median_gap_days differs"),
        ({"median_gap_days": None}, "the column median_gap_days differs"),
        ({"posts": 8}, "the column posts differs"),
        ({"last_post": "2026-11-21"}, "the column last_post differs"),
    ],
)
def test_answers_are_compared_figure_by_figure(
    tmp_path: Path, change: dict[str, Any], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"account_id": "a", "posts": 7, "last_post": "2026-11-20", "median_gap_days": 1.5}
    other = {**row, "account_id": "b"}
    pl.DataFrame([row, other]).write_parquet(tmp_path / "ours")
    pl.DataFrame([other, {**row, **change}]).write_parquet(tmp_path / "theirs")
    assert activity.main(["same", str(tmp_path / "ours"), str(tmp_path / "theirs")]) == bool(told)
    assert capsys.readouterr().out.strip() == told
