"""Disturbed copies: each kind does what it says, the same for the same seed, and leaves alone what it must."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from incumbent.bench.cases import Case, Frames, read_case
from incumbent.bench.costs import cost
from incumbent.bench.perturb import KINDS, perturb
from incumbent.bench.quality import Measured, measure
from incumbent.names import compare_names

CASES = Path(__file__).resolve().parent.parent / "fixtures" / "bench"
COLUMNS = ("person", "post", "organisation")


@pytest.fixture(scope="module")
def harbour() -> Case:
    return read_case(CASES / "harbour")


@pytest.fixture(scope="module")
def undisturbed(harbour: Case) -> Measured:
    return measure(harbour)


def small(roster: list[tuple[str, str, str]], evidence: list[tuple[str, str, str]]) -> Case:
    listed = pl.DataFrame([(f"{at:02d}", *row) for at, row in enumerate(roster)], ["entry_id", *COLUMNS], orient="row")
    said = pl.DataFrame(evidence, list(COLUMNS), orient="row").with_columns(as_at=pl.lit("2020-06-30"))
    truth = listed.select("entry_id", verdict=pl.lit("current"), holder=pl.lit(""))
    return Case("small", "2020-09-30", "", Frames(listed, (said,)), truth, truth.clear())


def cells(frames: Frames, column: str) -> list[str]:
    return [cell for frame in (frames.roster, *frames.evidence) for cell in frame[column].to_list()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_changes_something_and_the_same_seed_the_same(kind: str, harbour: Case) -> None:
    once, touched = perturb(harbour, kind, 7)
    again, _ = perturb(harbour, kind, 7)
    assert touched > 0
    assert once.roster.equals(again.roster)
    assert [frame.rows() for frame in once.evidence] == [frame.rows() for frame in again.evidence]
    same = once.roster.equals(harbour.frames.roster) and [frame.rows() for frame in once.evidence] == [
        frame.rows() for frame in harbour.frames.evidence
    ]
    assert not same


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_keeps_the_entries_and_every_statement(kind: str, harbour: Case) -> None:
    frames, _ = perturb(harbour, kind, 3)
    assert sorted(frames.roster["entry_id"]) == sorted(harbour.frames.roster["entry_id"])
    before, after = harbour.frames.evidence[0], pl.concat(frames.evidence, how="diagonal")
    assert after.height >= before.height
    unchanged = [column for column in before.columns if column not in COLUMNS]
    kept = after.select(unchanged).rows()
    assert all(row in kept for row in before.select(unchanged).rows())


@pytest.mark.parametrize("kind", ["name-order", "honorifics", "nicknames", "middle-initials", "letters"])
def test_a_changed_name_is_the_same_name(kind: str, harbour: Case) -> None:
    frames, _ = perturb(harbour, kind, 5)
    pairs = pl.DataFrame({"left": harbour.frames.roster["person"], "right": frames.roster["person"]})
    changed = pairs.filter(pl.col("left") != pl.col("right"))
    assert changed.height
    assert set(compare_names(changed)["relation"]) <= {"same", "compatible"}


def test_another_seed_draws_other_rows(harbour: Case) -> None:
    drawn = {tuple(perturb(harbour, "name-order", seed)[0].roster["person"]) for seed in range(4)}
    assert len(drawn) > 1


def test_a_typing_error_is_one_and_keeps_the_case_of_the_surname() -> None:
    case = small([("Ann VANSTONE", "Clerk", "Mint")], [("Ann Vanstone", "Clerk", "Mint")])
    for seed in range(20):
        name = perturb(case, "typos", seed)[0].roster["person"][0]
        assert name.startswith("Ann ") and name != "Ann VANSTONE" and name.isascii()
        assert name.split()[1].isupper() and abs(len(name) - len("Ann VANSTONE")) <= 1


def test_a_short_surname_is_not_misspelt() -> None:
    case = small([("Ann Kent", "Clerk", "Mint")], [("Ann Kent", "Clerk", "Mint")])
    assert perturb(case, "typos", 1)[1] == 0


def test_a_name_that_is_the_only_tie_is_left_alone() -> None:
    moved = small([("Ann Vanstone", "Clerk", "Mint")], [("Ann Vanstone", "Warden", "Observatory")])
    assert perturb(moved, "typos", 1)[1] == 0
    assert perturb(moved, "initials", 1)[1] == 0


def test_two_people_are_not_made_one() -> None:
    two = small(
        [("Daniel Vanstone", "Clerk", "Mint")],
        [("Daniel Vanstone", "Clerk", "Mint"), ("Dorothy Vanstone", "Porter", "Mint")],
    )
    assert perturb(two, "initials", 1)[1] == 0
    assert perturb(two, "nicknames", 1)[1] == 0


def test_no_middle_initial_where_another_is_known() -> None:
    case = small([("Ann Vanstone", "Clerk", "Mint")], [("Ann Q Vanstone", "Clerk", "Mint")])
    assert perturb(case, "middle-initials", 1)[1] == 0


def test_namesakes_are_said_on_the_evidences_last_day_and_strangers_after_the_day(harbour: Case) -> None:
    frames, count = perturb(harbour, "namesakes", 1)
    assert set(frames.evidence[1]["as_at"]) == {"2020-06-30"}
    assert set(frames.evidence[1]["person"]) < set(harbour.frames.roster["person"])
    assert count == frames.evidence[1].height
    later, _ = perturb(harbour, "later-statements", 1)
    assert min(later.evidence[1]["stated_at"].to_list()) > harbour.as_of
    assert not set(later.evidence[1]["person"]) & set(harbour.frames.roster["person"])


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_costs_more_than_the_goal_on_a_case_of_our_own(kind: str, harbour: Case, undisturbed: Measured) -> None:
    found = cost(harbour, undisturbed, kind, 1)
    assert found.within_goal, found.changed.rows(named=True)
