"""When a roster is due: its cron line, in UTC or in a time zone that changes its clocks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from incumbent import roster as rosters
from incumbent.errors import InputError
from incumbent.operation import schedule
from incumbent.roster import Schedule
from tests.operation import example

REPOSITORY = Path(__file__).resolve().parents[2]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("cron", "timezone", "after", "due"),
    [
        ("30 5 * * *", "UTC", "2026-11-23T05:29:59+00:00", "2026-11-23T05:30:00Z"),
        ("30 5 * * *", "UTC", "2026-11-23T05:30:00+00:00", "2026-11-24T05:30:00Z"),
        ("30 5 * * *", "UTC", "2028-02-28T12:00:00+00:00", "2028-02-29T05:30:00Z"),
        ("30 4 * * 1", "UTC", "2026-11-23T05:00:00+01:00", "2026-11-23T04:30:00Z"),
        ("30 5 * * *", "Europe/London", "2026-10-24T12:00:00+00:00", "2026-10-25T05:30:00Z"),
        ("30 5 * * *", "Europe/London", "2026-10-24T01:00:00+00:00", "2026-10-24T04:30:00Z"),
        ("30 5 * * *", "Europe/London", "2027-03-27T12:00:00+00:00", "2027-03-28T04:30:00Z"),
    ],
)
def test_the_next_run_is_after_the_moment_in_utc(cron: str, timezone: str, after: str, due: str) -> None:
    assert schedule.next_run(Schedule(cron=cron, timezone=timezone), at(after)) == due


@pytest.mark.parametrize("cron", ["61 5 * * *", "* * * *", "@daily", "30 5 * * * *", "30 5 32 * *"])
def test_a_line_that_no_clock_can_follow_is_refused(cron: str) -> None:
    with pytest.raises(InputError, match="no cron line"):
        schedule.checked(Schedule.model_construct(cron=cron), where="--cron")


def test_a_time_zone_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="no time zone"):
        schedule.checked(Schedule(cron="30 5 * * *", timezone="Mars/Olympus"), where="roster.yaml:9")


def test_a_rosters_own_line_counts_unless_another_is_given(tmp_path: Path) -> None:
    board = rosters.load(example.write_roster(tmp_path) / example.SLUG)
    own, given = schedule.of(board), schedule.of(board, "0 1 * * *")
    assert own is not None
    assert given is not None
    assert (own.cron, given.cron) == ("30 5 * * *", "0 1 * * *")
    assert schedule.of(board.model_copy(update={"schedule": None})) is None


def test_the_deployments_run_each_roster_when_it_says_so() -> None:
    deployments = yaml.safe_load((REPOSITORY / "flows" / "prefect.yaml").read_text())["deployments"]
    assert [each["name"] for each in deployments] == rosters.list_rosters()
    for each in deployments:
        (planned,) = each["schedules"]
        schedule.checked(Schedule(cron=planned["cron"], timezone=planned["timezone"]), where="flows/prefect.yaml")
        known = rosters.load(each["parameters"]["roster"])
        own = known.schedule
        assert own is not None
        assert (planned["cron"], planned["timezone"]) == (own.cron, own.timezone)
