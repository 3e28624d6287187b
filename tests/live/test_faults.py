"""Faults at every source: no wrong release, no torn archive, and a report that names source, fault and what follows.

A part of the matrix; `python -m tests.live.campaign --all` plays the whole (docs/live-capture.md).
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from incumbent.archive import Archive
from incumbent.errors import HeldError
from tests.live.campaign import REQUIRED, TARGETS, Campaign, Case, chosen_cases
from tests.live.running import run_live
from tests.live.small import FIRST, SLUG, Live, pages_read_once, small_world, write_roster
from tests.simulator import FAULTS, Simulator

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    with pages_read_once():
        yield Campaign(tmp_path_factory.mktemp("campaign"))


def test_each_fault_is_played_and_each_source_meets_several() -> None:
    cases = chosen_cases()
    assert {case.fault for case in cases} == set(FAULTS)
    met = Counter(case.source for case in cases)
    assert set(met) == set(TARGETS) and min(met.values()) >= 5, met


@pytest.mark.parametrize("case", chosen_cases(), ids=str)
def test_a_fault_ends_well(campaign: Campaign, case: Case) -> None:
    outcome = campaign.run(case)
    if outcome.problems and all("deadline" in problem for problem in outcome.problems):
        outcome = campaign.run(case)  # a machine that is busy with other things is no fault of ours
    assert outcome.problems == [], (outcome.state, outcome.told, outcome.release)


@pytest.mark.parametrize("source", TARGETS)
@pytest.mark.parametrize("fault", ["503", "captcha", "truncated_length"])
def test_a_fault_at_the_very_first_run(tmp_path: Path, source: str, fault: str) -> None:
    """There is nothing to carry: a list that is not known is held, evidence that is not known is missed."""
    target = TARGETS[source]
    with Simulator(small_world()) as sim:
        live = Live(write_roster(tmp_path), tmp_path / "archive", sim)
        sim.fault(fault, host=target.host, path_contains=target.path)
        states = live.capture(FIRST)
        state = states[source]
        assert state["fault"] and state["note"] and state["next"]
        assert state["state"] in ("failed", "quarantined") and state["age_days"] is None
        if source in REQUIRED:
            with pytest.raises(HeldError, match="govuk-") as held:
                live.release(FIRST, states)
            assert held.value.exit_status == 3
        else:
            verdicts = live.release(FIRST, states)["roster"]["verdict"]
            assert verdicts.len() == 8 and set(verdicts) <= {"current", "unverified"}, verdicts
        Archive(live.archive).verify()
        sim.mend()
        mended = live.capture(FIRST + dt.timedelta(days=1))
        assert {state["state"] for state in mended.values()} <= {"fresh", "unchanged"}


def test_what_is_carried_too_long_holds(tmp_path: Path) -> None:
    with Simulator(small_world()) as sim:
        live = Live(write_roster(tmp_path), tmp_path / "archive", sim)
        live.capture(FIRST)
        sim.fault("500", path_contains=TARGETS["govuk-departments"].path)
        sim.fault("500", host=TARGETS["wikidata"].host)
        week = live.capture(FIRST + dt.timedelta(days=7))
        assert (week["govuk-departments"]["state"], week["govuk-departments"]["age_days"]) == ("carried_forward", 7)
        live.release(FIRST + dt.timedelta(days=7), week)
        later = FIRST + dt.timedelta(days=8)
        states = live.capture(later)
        assert (states["wikidata"]["state"], states["wikidata"]["age_days"]) == ("carried_forward", 8)
        with pytest.raises(HeldError, match="govuk-departments is carried_forward"):
            live.release(later, states)


@pytest.mark.parametrize("source", ["govuk-organisations", "govuk-departments"])
def test_the_command_holds_and_says_why(tmp_path: Path, source: str) -> None:
    with Simulator(small_world()) as sim:
        write_roster(tmp_path / "rosters")
        sim.robots["ckan.publishing.service.gov.uk"] = ""
        sim.fault("captcha", path_contains=TARGETS[source].path)
        ran = run_live(sim, tmp_path, "run", SLUG, "--rosters", str(tmp_path / "rosters"))
    assert ran.status == 3, ran.err + ran.out
    error = json.loads(ran.out)
    assert error["exit_status"] == 3 and source in error["what"] + error["where"] and "held" in error["do"]
    assert not (tmp_path / "published" / SLUG / "latest.json").exists()
