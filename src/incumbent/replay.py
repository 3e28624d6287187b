"""Capture without a network: what the archive already holds of a source is what came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypedDict

from incumbent.archive import Archive
from incumbent.errors import HeldError

if TYPE_CHECKING:
    from incumbent.roster import Source


class SourceState(TypedDict):
    """A source in a run: its state (design 6), its snapshots known by then, when the newest was made, and why.

    `fault`: what was wrong; `next`: what will happen, or what to do; `age_days`: of what is carried forward.
    """

    source_id: str
    state: str
    required: bool
    snapshots: int
    fetched_at: str | None
    note: str | None
    fault: str | None
    next: str | None
    age_days: int | None
    max_age_days: int | None


def replay(source: Source, archive: Archive, as_of: str) -> SourceState:
    """What a capture of `source` as of a day finds in `archive`: every record is read and its digests verified.

    `unchanged` when the newest record says that nothing was new, `failed` when nothing was known by then. Raises
    ArchiveError for a damaged record.
    """
    known = [visit.snapshot for visit in archive.visits(source.id, as_of=as_of) if visit.whole]
    newest = known[-1] if known else None
    return {
        "source_id": source.id,
        "state": "failed" if newest is None else "unchanged" if newest.unchanged else "fresh",
        "required": source.required,
        "snapshots": len(known),
        "fetched_at": newest.fetched_at if newest else None,
        "note": None if newest else f"the archive holds nothing of it that was known by {as_of}",
        "fault": None if newest else "missing",
        "next": None if newest else "capture it, or name another archive (--archive) or day (--as-of)",
        "age_days": None,
        "max_age_days": source.max_age_days,
    }


def require(states: Iterable[SourceState]) -> None:
    """Raises HeldError when a required source is not there, or is older than it may be: what is missing would be read
    as a change."""
    lost = [state for state in states if state["required"] and _is_lost(state)]
    if lost:
        first = lost[0]
        raise HeldError(
            f"the required source {first['source_id']} is {first['state']}: {first['note']}",
            where=", ".join(state["source_id"] for state in lost),
            expected="every required source fresh, or within its allowed age",
            do=f"{first['next'] or 'capture it again'}; the release is held",
        )


def _is_lost(state: SourceState) -> bool:
    if state["state"] == "carried_forward":
        age, limit = state["age_days"], state["max_age_days"]
        return age is None or limit is None or age > limit
    return state["state"] in ("failed", "quarantined")
