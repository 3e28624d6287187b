"""Whether a release would say just what the last one said: everything that it is made from, as one digest.

A release is a pure function of the archive, the curation, roster.yaml, the code and as_of (design 10). When a live run
finds all of them as the last run left them, what follows from them need not be worked out again. What is remembered
lies beside the archive, in RELEASED; without it, or with another, the release is made in full.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from incumbent import archive_index, durable, manifest, publish, resources
from incumbent.archive import PAYLOAD_TYPES
from incumbent.roster import FILE, Roster

#: What is remembered of the last release, in the folder of the archive. It may be deleted at any time.
RELEASED = "released.json"

#: What a state says that is no news: that the same came again, when, and how much was asked for.
_UNTOLD = ("fetched_at", "next", "note", "snapshots")


def digest(roster: Roster, archive: Path, day: str, states: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of all that a release as of `day` follows from, after a capture that ended in `states`.

    Of the archive the records that brought something; that a page came again unchanged moves nothing on the same day.
    """
    told = hashlib.sha256()
    for name, content in _told(roster, archive, day, states):
        told.update(f"{name}\0{len(content)}\0".encode() + content)
    return told.hexdigest()


def recall(archive: Path, inputs: str, published: Path, slug: str) -> publish.Release | None:
    """The live version, when it was made from `inputs` and is still whole; else None."""
    try:
        known = json.loads((archive / RELEASED).read_bytes())
    except (OSError, ValueError):
        return None
    live = publish.current(published / slug)
    if live is None or known != {"inputs": inputs, "version": live.version, "manifest": live.manifest}:
        return None
    whole = manifest.digest(live.path / manifest.NAME) == live.manifest and not list(manifest.faults(live.path))
    return live if whole else None


def remember(archive: Path, inputs: str, published: Path, slug: str) -> None:
    """That the live version was made from `inputs`."""
    live = publish.current(published / slug)
    if live is not None:
        value = {"inputs": inputs, "version": live.version, "manifest": live.manifest}
        durable.write_json(value, archive / RELEASED, archive)


def _told(roster: Roster, archive: Path, day: str, states: Sequence[Mapping[str, Any]]) -> Iterable[tuple[str, bytes]]:
    yield "day", day.encode()
    yield FILE, (roster.folder / FILE).read_bytes()
    for path in sorted((roster.folder / "curation").glob("*.csv")):
        yield f"curation/{path.name}", path.read_bytes()
    rows = archive_index.rows_of(archive / archive_index.INDEX)
    news = [row for row in rows if row.type in PAYLOAD_TYPES]
    yield "archive", archive_index.encoded(sorted(news, key=lambda row: (row.file, row.offset)))
    yield "states", json.dumps([_untimed(state) for state in states], sort_keys=True).encode()
    yield from _code()


def _untimed(state: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: value for name, value in state.items() if name not in _UNTOLD}
    return kept | {"state": "unchanged" if kept["state"] == "fresh" else kept["state"]}


def _code() -> Iterable[tuple[str, bytes]]:
    package = Path(__file__).parent
    for folder in (package, resources.path("schemas"), resources.path("expectations")):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in (".py", ".json", ".csv", ".txt", ".yaml"):
                yield f"{folder.name}/{path.relative_to(folder).as_posix()}", path.read_bytes()
