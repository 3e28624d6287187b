"""When a roster is run: the cron line of its roster.yaml, or another one; in UTC unless roster.yaml says otherwise."""

from __future__ import annotations

import datetime as dt
import importlib
import zoneinfo
from typing import Any

from incumbent.errors import InputError
from incumbent.roster import Roster, Schedule

#: What `incumbent serve` uses for a roster that names none: daily, when Europe sleeps and few ask its servers.
DAILY = "30 5 * * *"


def of(roster: Roster, cron: str | None = None) -> Schedule | None:
    """The schedule of a roster: `cron` in UTC where it is given, else that of roster.yaml, if it has one.

    Raises InputError for a line that no clock can follow.
    """
    if cron is not None:
        return checked(Schedule.model_construct(cron=cron), where="--cron")
    return checked(roster.schedule, where=roster.where("schedule")) if roster.schedule else None


def checked(schedule: Schedule, *, where: str) -> Schedule:
    """The schedule, when Prefect can follow it: the same reader of cron lines decides. Raises InputError."""
    if len(schedule.cron.split()) != 5 or not _croniter().is_valid(schedule.cron):
        raise InputError(
            f"{schedule.cron!r} is no cron line", where=where, expected="five fields, such as 30 5 * * * for daily"
        )
    try:
        zoneinfo.ZoneInfo(schedule.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise InputError(
            f"{schedule.timezone!r} is no time zone", where=where, expected="UTC, or such as Europe/London"
        ) from error
    return schedule


def next_run(schedule: Schedule, after: dt.datetime) -> str:
    """When `schedule` is due next, after an instant (with a time zone): UTC such as "2026-11-24T05:30:00Z"."""
    zone = zoneinfo.ZoneInfo(schedule.timezone)
    # By the wall's clock: the reader of cron lines loses an hour where a clock is changed.
    lines = _croniter()(schedule.cron, after.astimezone(zone).replace(tzinfo=None))
    while True:
        wall: dt.datetime = lines.get_next(dt.datetime)
        due = wall.replace(tzinfo=zone)
        if due > after:  # not so in the hour that comes twice
            return instant(due)


def instant(moment: dt.datetime) -> str:
    """An instant as everything here writes it: UTC, to the second."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _croniter() -> Any:
    """The reader of cron lines that Prefect's own scheduler uses. It has no public name; Prefect is pinned."""
    return importlib.import_module("prefect._vendor.croniter").croniter
