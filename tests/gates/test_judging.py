"""The judge of a release, without a flow: what it notes, where it can note nothing, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from incumbent import approvals, checks, judging, quality, roster
from incumbent.claims import CLAIMS
from incumbent.errors import HeldError
from incumbent.quality import Check
from incumbent.sources.reading import CAPTURES, SOURCES

READ = {
    "sources": pl.DataFrame(schema=SOURCES),
    "roster_history": pl.DataFrame(schema=CLAIMS),
    "captures": pl.DataFrame(schema=CAPTURES),
}
HELD = Check("roster: made up", "critical", False, "three of three", "made_up", "roster", observed="3", approvable=True)
WARNED = Check("roster: thin", "warning", False, "thin", "thin", "roster")


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Check]:
    """The checks that every version is found to have."""
    found = [HELD, WARNED]
    monkeypatch.setattr(checks, "check_tables", lambda *_, **__: found)
    return found


def test_what_is_held_is_told_and_noted_and_forgotten_once_it_is_published(home: Path, judged: list[Check]) -> None:
    told: list[list[Check]] = []
    judge = judging.Judge(roster.load(home), "2031-05-01", READ, home / "archive", told.append)
    with pytest.raises(HeldError, match="made up: three of three"):
        judge(home, None)
    assert told == [[HELD, WARNED]]
    waiting = approvals.held(home / "archive")
    assert waiting is not None and waiting["as_of"] == "2031-05-01" and len(waiting["checks"]) == 1
    approvals.record(home, approvals.Approval(waiting["digest"], "2031-05-02", "M.", "It is so", "", ""))
    made = judge(home, None)
    assert dict(made.select("check_id", "state").iter_rows()) == {"made_up": "approved", "thin": "failed"}
    assert made.equals(quality.table(judge.ran))
    judge.done()
    judge.done()
    assert approvals.held(home / "archive") is None


def test_where_nothing_can_be_noted_the_release_is_held_and_the_digest_said(home: Path, judged: list[Check]) -> None:
    (home / "archive").rmdir()
    judge = judging.Judge(roster.load(home), "2031-05-01", READ, home / "archive")
    with pytest.raises(HeldError) as held:
        judge(home, None)
    assert approvals.digest("board", None, judged) in held.value.do and "nothing could be noted" in held.value.do
    judge.done()
