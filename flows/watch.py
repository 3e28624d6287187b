"""Capture, then release: what a schedule runs, and `incumbent run`."""

from __future__ import annotations

from typing import Any

from prefect import flow

from capture import capture
from release import release


@flow(persist_result=False)
def watch(
    roster: str,
    as_of: str | None = None,
    published: str = "published",
    archive: str | None = None,
    rosters: str | None = None,
    live: bool = False,
    history: bool = False,
    contact: str | None = None,
    bases: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Bring in the sources of ROSTER and publish what they change. The report is the release's, with the capture's.

    One flow run, not three: the steps of both flows are tasks of this one.
    """
    captured = capture.fn(roster, as_of, published, archive, rosters, live, history, contact, bases)
    released: dict[str, Any] = release.fn(
        roster,
        captured["as_of"],
        published,
        archive,
        rosters,
        [dict(state) for state in captured["sources"]] if live else None,
    )
    return released | {"captured": captured["sources"]}
