"""What became of a page and of a source in a capture, and what an operator can expect, or do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from incumbent import edtf, platforms
from incumbent.archive import Archive, Snapshot
from incumbent.fetch import FAULT_TABLE
from incumbent.replay import SourceState
from incumbent.roster import Roster, Source
from incumbent.sources.pages import Pages
from incumbent.sources.walk import Walk

#: Faults beside the fetcher's own -> what an operator can expect, or do.
_ADVICE = {
    "host": "add the host to `hosts` of the source if it is the publisher's, else leave the page",
    "no_pages": "it is asked again at the next run",
    "no_token": "set the variable to have it fetched",
    "pagination": "raise `page_limit` of the source if it really has more pages",
    "personal_data": "it is asked again at the next run; if the layout has changed, mend the adapter",
    "stopped": "mend the token, or wait until the platform allows it; it is asked again at the next run",
    "returned": "it is used; look at the page, which may be an old copy served again",
    "shrunk": "it is used; look at the page, which may have lost a part of its rows",
    "quarantined": "it is kept, and asked again at the next run; if the layout has changed, mend the settings",
}


def state_of(roster: Roster, source: Source, captured: Captured, archive: Archive, day: str) -> SourceState:
    """What a source came to: as good as its worst page that nothing older can stand in for."""
    outcomes = captured.outcomes
    bad = [outcome for outcome in outcomes if outcome.fault]
    fetched = max((outcome.fetched_at for outcome in outcomes if outcome.fetched_at), default=None)
    state: SourceState = {
        "source_id": source.id,
        "state": "fresh" if any(outcome.fresh for outcome in outcomes) else "unchanged",
        "required": source.required,
        "snapshots": len(outcomes) - len(bad),
        "fetched_at": fetched,
        "note": None,
        "fault": None,
        "next": None,
        "age_days": None,
        "max_age_days": source.max_age_days,
    }
    if not outcomes and source.role == "roster":
        return state | {
            "state": "failed",
            "fault": "no_pages",
            "note": "no page of it is named",
            "next": _ADVICE["no_pages"],
        }
    if not bad:
        doubtful = [outcome for outcome in outcomes if outcome.doubt]
        if not doubtful:
            return state
        first = doubtful[0]
        note = _counted(doubtful, outcomes, f"{first.address}: {first.why}")
        return state | {"fault": first.doubt, "note": note, "next": _advice(first.doubt or "")}
    pages = Pages(roster, source, archive, day)
    ages = [_age(pages, outcome.address, day) for outcome in bad]
    known = [age for age in ages if age is not None]
    worst = bad[ages.index(None)] if None in ages else bad[ages.index(max(known))]
    said = _counted(bad, outcomes, worst.why)
    state |= {"fault": worst.fault, "note": said, "next": worst.next or _advice(worst.fault or "")}
    if len(known) == len(ages):
        age = max(known)
        return state | {
            "state": "carried_forward",
            "age_days": age,
            "note": f"{said}; what it said {_ago(age)} is used",
        }
    return state | {"state": "quarantined" if worst.fault == "quarantined" else "failed"}


def _counted(some: Sequence[Outcome], outcomes: Sequence[Outcome], why: str) -> str:
    return f"{len(some)} of {len(outcomes)} pages: {why}" if len(outcomes) > 1 else why


def _advice(fault: str) -> str:
    return _ADVICE[fault] if fault in _ADVICE else FAULT_TABLE[fault].advice


def _age(pages: Pages, address: str, day: str) -> int | None:
    """Days since the page last said what is carried forward; None where there is nothing to carry."""
    # Of platforms an error is an answer as well, but one that says nothing is not what is carried forward.
    told = (run for run in reversed(pages.runs(address)) if run.last.snapshot.status in platforms.TELLING)
    run = next((run for run in told if pages.fault(run) is None), None)
    if run is None:
        return None
    known = run.last.snapshot.known_at
    return (edtf.parse_day(day) - edtf.bounds(known)[1]).days if known else 0


def _ago(days: int) -> str:
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


@dataclass(frozen=True)
class Outcome:
    """What became of one page: `fresh` bytes, the same as before, or a fault with why (a sentence) and what is next.

    A `doubt` is about a page that is used all the same (capturing.doubts).
    """

    address: str
    fresh: bool = False
    fetched_at: str | None = None
    fault: str | None = None
    why: str = ""
    next: str | None = None
    doubt: str | None = None
    snapshot: Snapshot | None = field(default=None, repr=False)  # of a page that names others, until they are known


@dataclass
class Captured:
    """What became of a source's pages, and what they name."""

    outcomes: list[Outcome] = field(default_factory=list)
    walk: Walk = field(default_factory=Walk)

    def joined(self, other: Captured) -> Captured:
        """Both of them as one source's."""
        return replace(self, outcomes=[*self.outcomes, *other.outcomes])
