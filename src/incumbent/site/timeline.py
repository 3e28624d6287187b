"""An entry's timeline: who held the post, what the list said meanwhile, and when the one contradicted the other.

Drawn as lanes over one axis of days. A stretch is sure where sources show it, and possible where they leave it open.
All of it is also in the table beside the picture.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from incumbent.freshness.weighing import OUT_OF_DATE
from incumbent.site import words

#: A post with many seats would make a picture that nobody can read; the tables have them all.
_MOST_HOLDERS = 12
_MOST_ELSEWHERE = 6
_MOST_TICKS = 6
#: Steps between the days that are marked on the axis, in months.
_STEPS = (1, 3, 6, *(12 * years for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)))
#: Per cent of the width: what happened on one day must be seen too.
_THINNEST = 0.8


def timeline(
    listing: Mapping[str, Any] | None,
    holders: Sequence[Mapping[str, Any]],
    elsewhere: Sequence[Mapping[str, Any]],
    person_id: str | None,
    as_of: dt.date,
) -> Timeline | None:
    """The timeline of one entry; None where no day at all is known.

    `listing`: its row of the table of listings; `holders`: rows of appointments to its post, with `name`; `elsewhere`:
    those of the person listed to other posts, with `office`; `person_id`: of that person, who is shown whatever the
    number of holders.
    """
    kept = sorted(holders, key=lambda each: (each["person_id"] != person_id, -_ordinal(each["last_seen"])))
    gone_by = gone(listing) if listing else None
    drawn = [
        _held(_until(each, gone_by), each["name"], "listed", "held the post", as_of)
        if each["person_id"] == person_id
        else _held(each, each["name"], "holder", "held the post", as_of)
        for each in kept[:_MOST_HOLDERS]
    ]
    other = sorted(elsewhere, key=lambda each: -_ordinal(each["last_seen"]))[:_MOST_ELSEWHERE]
    drawn += [
        _held(each, f"{each['name']}: {each['office']}", "elsewhere", "held another post", as_of) for each in other
    ]
    lanes = sorted((lane for lane in drawn if lane), key=lambda lane: (lane.first, lane.last, lane.label))
    if listing is not None:
        lanes += [lane for lane in (_listed(listing, as_of), _wrong(listing, as_of)) if lane]
    if not lanes:
        return None
    first = min(lane.first for lane in lanes)
    last = max(as_of, *(lane.last for lane in lanes))
    axis = Axis(first, max(last, first + dt.timedelta(days=28)))
    left_out = len(kept) - min(len(kept), _MOST_HOLDERS)
    return Timeline(tuple(lanes), axis, tuple(_ticks(axis)), axis.at(as_of), left_out)


def gone(listing: Mapping[str, Any]) -> dt.date | None:
    """The day by which the person listed held the post no more, as the findings have it; None where they don't."""
    day: dt.date | None = listing["wrong_since_latest"]
    return day if set(OUT_OF_DATE).intersection(words.several(listing["reasons"])) else None


def _until(row: Mapping[str, Any], gone_by: dt.date | None) -> Mapping[str, Any]:
    """The appointment, with the end that the findings give it where it has none of its own."""
    known = _days(row["start_earliest"], row["start_latest"], row["last_seen"])
    if gone_by is None or row["end_latest"] is not None or (known and known[-1] > gone_by):
        return row
    return {**row, "end_latest": gone_by}


def _held(row: Mapping[str, Any], label: str, kind: str, what: str, as_of: dt.date) -> Lane | None:
    """One appointment. Without a known end it is open until the release's day."""
    known = _days(row["start_earliest"], row["start_latest"], row["last_seen"], row["end_earliest"], row["end_latest"])
    if not known:
        return None
    starts = row["start_latest"] or row["start_earliest"] or known[0]
    ends = row["end_earliest"] or row["last_seen"] or row["end_latest"] or starts
    open_end = row["end_latest"] is None
    stretch = Stretch(
        row["start_earliest"] or starts,
        starts,
        max(starts, ends),
        max(starts, ends, row["end_latest"] or as_of),
    )
    told = [words.since(row["start_earliest"], row["start_latest"])]
    told.append("no end known" if open_end else words.since(row["end_earliest"], row["end_latest"]))
    return Lane(
        kind,
        label + (" (acting)" if row["acting"] else ""),
        what,
        told[0] or "not known",
        told[1] or "not known",
        row["confidence"] or "",
        stretch,
    )


def _listed(row: Mapping[str, Any], as_of: dt.date) -> Lane | None:
    known = _days(row["first_seen"], row["last_seen"])
    if not known:
        return None
    gone = row["gone_by"]
    return Lane(
        "list",
        f"The list: {row['listed_person'] or row['listed_post'] or 'this entry'}",
        "stood on the list",
        f"first seen {words.date(known[0])}",
        f"gone by {words.date(gone)}" if gone else f"last seen {words.date(known[-1])}, still listed",
        "",
        Stretch(known[0], known[0], known[-1], gone or max(as_of, known[-1])),
    )


def _wrong(row: Mapping[str, Any], as_of: dt.date) -> Lane | None:
    if row["wrong_since_latest"] is None:
        return None
    ends = row["put_right"] or max(as_of, row["wrong_since_latest"])
    return Lane(
        "wrong",
        "The list was wrong",
        "contradicted by the evidence",
        words.since(row["wrong_since_earliest"], row["wrong_since_latest"]),
        f"put right by {words.date(row['put_right'])}" if row["put_right"] else "still wrong",
        row["confidence"] or "",
        Stretch(row["wrong_since_earliest"] or row["wrong_since_latest"], row["wrong_since_latest"], ends, ends),
    )


def _days(*given: dt.date | None) -> list[dt.date]:
    return sorted(day for day in given if day is not None)


def _ordinal(day: dt.date | None) -> int:
    return day.toordinal() if day else 0


def _ticks(axis: Axis) -> Iterator[tuple[float, str]]:
    """The first days of months or years that are marked, at most six: where each is, in per cent, and its name."""
    begins = 12 * axis.first.year + axis.first.month - (axis.first.day == 1)
    ends = 12 * axis.last.year + axis.last.month - 1
    step = next(each for each in _STEPS if ends // each - (begins - 1) // each <= _MOST_TICKS)
    for month in range(-(-begins // step) * step, ends + 1, step):
        day = dt.date(month // 12, month % 12 + 1, 1)
        yield axis.at(day), str(day.year) if step >= 12 else words.short_month(day)


@dataclass(frozen=True)
class Axis:
    """The days from the left edge to the right one."""

    first: dt.date
    last: dt.date

    def at(self, day: dt.date) -> float:
        """Where a day is, in per cent of the width."""
        return round(100 * (day - self.first).days / (self.last - self.first).days, 2)


@dataclass(frozen=True)
class Stretch:
    """It can have begun on `earliest`, had by `sure_from`, went on to `sure_to`, and can have gone on to `latest`."""

    earliest: dt.date
    sure_from: dt.date
    sure_to: dt.date
    latest: dt.date

    def drawn(self, axis: Axis) -> list[tuple[str, float, float]]:
        """`(maybe | sure, where it begins, how wide it is)`, in per cent: what is possible lies under what is sure."""
        found = [("maybe", self.earliest, self.latest), ("sure", self.sure_from, self.sure_to)]
        made = []
        for certainty, begins, ends in found:
            width = max(axis.at(max(begins, ends)) - axis.at(begins), _THINNEST)
            made.append((certainty, round(min(axis.at(begins), 100 - width), 2), round(width, 2)))
        return made


@dataclass(frozen=True)
class Lane:
    """One line of the picture and of its table. `kind`: listed (the person on the list), elsewhere (the same
    in another post), holder, list or wrong."""

    kind: str
    label: str
    what: str
    begins: str
    ends: str
    confidence: str
    stretch: Stretch

    @property
    def first(self) -> dt.date:
        """The first day of it."""
        return self.stretch.earliest

    @property
    def last(self) -> dt.date:
        """The last day of it."""
        return self.stretch.latest


@dataclass(frozen=True)
class Timeline:
    """`ticks`: where the marked years are, in per cent, and their names; `today`: where the release's day is;
    `left_out`: how many holders have no lane."""

    lanes: tuple[Lane, ...]
    axis: Axis
    ticks: tuple[tuple[float, str], ...]
    today: float
    left_out: int
