"""Figures: counted by hand on cases of our own, and the acceptance figures on the cases that are not ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import cli
from incumbent.bench import quality
from incumbent.bench.cases import Case, read_case
from incumbent.bench.costs import Cost, kinds_of, worst
from incumbent.bench.perturb import KINDS
from incumbent.bench.quality import Measured, Score
from incumbent.bench.report import BEGIN, END

CASES = Path(__file__).resolve().parent.parent / "fixtures" / "bench"


@pytest.fixture(scope="module")
def harbour() -> Measured:
    return quality.measure(read_case(CASES / "harbour"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `incumbent bench quality`: (exit status, stdout, stderr)."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["bench", "quality", *map(str, arguments)])
        written = capsys.readouterr()
        return int(ended.value.code or 0), written.out, written.err

    return run


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (Score(10, 3, 1, 2), (0.75, 0.6, 2 / 3)),
        (Score(10, 0, 0, 0), (1, 1, 1)),
        (Score(10, 0, 2, 0), (0, 1, 0)),
        (Score(10, 0, 0, 2), (1, 0, 0)),
    ],
)
def test_ratios(score: Score, expected: tuple[float, float, float]) -> None:
    assert (score.precision, score.recall, score.f1) == pytest.approx(expected)


def test_figures_as_labelled_and_set_right(harbour: Measured) -> None:
    assert harbour.as_labelled == Score(13, 2, 1, 1)
    assert harbour.set_right == Score(13, 3, 0, 0)
    assert quality.wrong_ones(harbour.entries)["entry_id"].to_list() == ["07", "12"]
    assert quality.wrong_ones(harbour.entries, "right").is_empty()


def test_new_holders_are_compared_as_names(harbour: Measured) -> None:
    assert quality.holders_right(harbour.entries) == (2, 2)
    swapped = harbour.entries.with_columns(holder=pl.col("holder").replace("Ingrid Salisbourne", "Salisbourne, Ingrid"))
    assert quality.holders_right(swapped) == (2, 2)
    other = harbour.entries.with_columns(holder=pl.col("holder").replace("Ingrid Salisbourne", "Hugh Nobody"))
    assert quality.holders_right(other) == (1, 2)


def test_unverified_counts_only_where_evidence_speaks(harbour: Measured) -> None:
    spoken = dict(harbour.entries.select("entry_id", "spoken_of").rows())
    assert [entry for entry, is_spoken_of in spoken.items() if not is_spoken_of] == ["12"]
    assert quality.unverified(harbour.entries) == (0, 12)
    silent = harbour.entries.with_columns(verdict=pl.lit("unverified"))
    assert quality.unverified(silent) == (12, 12)


def test_a_namesake_in_initials_elsewhere_does_not_speak_of_an_entry() -> None:
    case = read_case(CASES / "harbour")
    said = case.frames.evidence[0].filter(pl.col("person") == "Elizabeth Underhay")
    elsewhere = said.with_columns(person=pl.lit("E Underhay"), post=pl.lit("Porter"), organisation=pl.lit("Mint"))
    at_home = elsewhere.with_columns(organisation=pl.lit("Lighthouse Agency"))
    for frame, expected in ((elsewhere, False), (at_home, True)):
        frames = quality.Frames(case.frames.roster, (frame,))
        measured = quality.measure(Case(case.name, case.as_of, "", frames, case.truth, case.contested))
        assert measured.entries.filter(pl.col("entry_id") == "11")["spoken_of"].to_list() == [expected]


def test_findings_per_reason_and_confusion(harbour: Measured) -> None:
    reasons = {reason: (count, on_current) for reason, count, on_current in harbour.reasons.rows()}
    assert reasons["replaced"][1] == 1 and reasons["moved"] == (1, 1)
    assert quality.confusion(harbour.entries).rows() == [
        ("current", "current", 9),
        ("current", "out_of_date", 1),
        ("out_of_date", "out_of_date", 2),
        ("out_of_date", "unverified", 1),
    ]


def test_the_sum_of_cases_counts_each_entry(harbour: Measured) -> None:
    both = quality.total([harbour, quality.measure(read_case(CASES / "assembly"))])
    assert both.set_right == Score(25, 6, 0, 0)
    assert both.entries["entry_id"].n_unique() == 25


def test_the_worst_case_of_a_kind() -> None:
    none = pl.DataFrame()
    costs = [
        Cost("a", "typos", 1, Score(9, 5, 0, 0), Score(9, 5, 0, 0), none),
        Cost("b", "typos", 1, Score(9, 5, 0, 0), Score(9, 4, 0, 1), none),
    ]
    assert worst(costs, "typos").case == "b"
    assert costs[0].within_goal and not costs[1].within_goal


def test_kinds_are_named_all_at_once_or_one_by_one() -> None:
    assert kinds_of("all") == list(KINDS)
    assert kinds_of("none") == []
    assert kinds_of(" shuffled, typos") == ["typos", "shuffled"]


def test_the_command_tells_people_what_is_wrong_and_why(run: Any) -> None:
    status, out, err = run(CASES / "harbour", CASES / "assembly", "--perturb", "typos")
    assert status == 0
    assert "harbour, contested labels set right" in out and "all" in out
    assert "harbour 07 Daniel Thistlewood" in out and "https://gazette.example/la" in out
    assert "assembly: 0 wrong by their label" in out
    assert "harbour: disturbed by typos" in err


def test_the_command_tells_machines_every_figure(run: Any) -> None:
    status, out, err = run(CASES / "harbour", "--perturb", "two-files,letters", "--seed", "4", "--json", "--quiet")
    answer = json.loads(out)
    assert (status, err, answer["seed"]) == (0, "", 4)
    case = answer["cases"][0]
    assert case["as_labelled"] == {
        "hits": 2, "false_alarms": 1, "missed": 1, "precision": 0.666667, "recall": 0.666667, "f1": 0.666667,
    }  # fmt: skip
    assert case["contested_set_right"]["f1"] == 1 and case["unverified"] == {"entries": 0, "of": 12}
    assert [wrong["entry_id"] for wrong in case["wrong"]] == ["07", "12"]
    assert [one["kind"] for one in answer["perturbations"]] == ["letters", "two-files"]


def test_the_results_go_between_the_marks(run: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nstale figures\n{END}\nafter\n")
    assert run(CASES / "harbour", "--perturb", "repeated", "--markdown", page, "-q")[0] == 0
    written = page.read_text()
    assert written.startswith(f"before\n{BEGIN}\n") and written.endswith(f"{END}\nafter\n")
    assert "stale" not in written and "| repeated |" in written and "Marcus Applegarth" in written
    assert run(CASES / "harbour", "--perturb", "repeated", "--markdown", page, "-q")[0] == 0
    assert page.read_text() == written


@pytest.mark.parametrize("text", ["no marks", f"{BEGIN} only", f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_page_without_its_marks_is_left_as_it_is(run: Any, tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    status, _, err = run(CASES / "harbour", "--markdown", page, "-q")
    assert status == 2 and "no place for the results" in err and page.read_text() == text


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--perturb", "typo"], "no disturbance 'typo'"),
        (["--perturb", ","], "no disturbance is named"),
        (["--markdown", "nowhere/page.md"], "cannot be read"),
        (["--contested", "nowhere"], "no such folder"),
    ],
)
def test_bad_usage_is_told(run: Any, arguments: list[str], what: str) -> None:
    status, _, err = run(CASES / "harbour", *arguments, "-q")
    assert status == 2 and what in err and "Traceback" not in err


def test_no_case_is_bad_usage(run: Any, tmp_path: Path) -> None:
    assert run()[0] == 2
    assert run(tmp_path / "nowhere")[0] == 2


def test_every_kind_stands_in_the_published_results(repository: Path) -> None:
    text = (repository / "docs" / "quality.md").read_text(encoding="utf-8")
    section = text.partition(BEGIN)[2].partition(END)[0]
    assert [kind for kind in KINDS if f"| {kind} |" not in section] == []


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("congress-2014-11", 0.99),
        ("congress-2015-02", 0.99),
        ("congress-2016-11", 0.99),
        ("scs-2012", 0.95),
        ("scs-2017", 0.95),
    ],
)
def test_the_figures_of_the_labelled_cases(name: str, least: float, shared: Path, repository: Path) -> None:
    measured = quality.measure(read_case(shared / "bench" / name, repository / "docs" / "quality"))
    wrong = quality.wrong_ones(measured.entries, "right").rows(named=True)
    assert measured.set_right.precision >= least and measured.set_right.recall >= least, wrong
    unverified, spoken_of = quality.unverified(measured.entries)
    assert unverified <= 0.02 * spoken_of
    figures = (repository / "docs" / "quality.md").read_text(encoding="utf-8")
    found = measured.as_labelled
    row = f"| {name} | {found.entries} | {found.precision:.3f} | {found.recall:.3f} | {found.f1:.3f} |"
    assert row in figures, "docs/quality.md is older than the code: make it again with the command that it names"
