"""Capture without a network: what the archive already holds of a source is what came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypedDict

from incumbent.archive import Archive
from incumbent.errors import HeldError

if TYPE_CHECKING:
    from incumbent.roster import Source


class SourceState(TypedDict):
    """A source in a run: its state (design 6), its snapshots known by then, when the newest was made, and why."""

    source_id: str
    state: str
    required: bool
    snapshots: int
    fetched_at: str | None
    note: str | None


def replay(source: Source, archive: Archive, as_of: str) -> SourceState:
    """What a capture of `source` as of a day finds in `archive`: every record is read and its digests verified.

    `unchanged` when the newest record says that nothing was new, `failed` when nothing was known by then. Raises
    ArchiveError for a damaged record.
    """
    known = archive.snapshots(source.id, as_of=as_of)
    newest = known[-1] if known else None
    return {
        "source_id": source.id,
        "state": "failed" if newest is None else "unchanged" if newest.unchanged else "fresh",
        "required": source.required,
        "snapshots": len(known),
        "fetched_at": newest.fetched_at if newest else None,
        "note": None if newest else f"the archive holds nothing of it that was known by {as_of}",
    }


def require(states: Iterable[SourceState]) -> None:
    """Raises HeldError when a required source is not there: what is missing would be read as a change."""
    failed = [state for state in states if state["required"] and state["state"] == "failed"]
    if failed:
        raise HeldError(
            f"the required source {failed[0]['source_id']} failed: {failed[0]['note']}",
            where=", ".join(state["source_id"] for state in failed),
            expected="a snapshot of every required source",
            do="capture it, or name another archive (--archive) or day (--as-of)",
        )
