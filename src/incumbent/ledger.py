"""What a roster's folder of published versions says of itself: which versions there are, and which one is live.

versions.json  every version, oldest first: published, or withdrawn with when and why
latest.json    the pointer: version, folder, as_of, manifest digest, sequence; all but the last null when every
               version was withdrawn. The sequence grows with each publication and each withdrawal.
"""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from incumbent import difference, durable
from incumbent.errors import VerifyError

#: Name of the folder, inside a roster's, for what is not published yet. It is gone whenever no run is under way.
SCRATCH = ".publish"

#: The folder of the tombstones, inside a roster's.
WITHDRAWN = "withdrawn"

#: Why a version may be withdrawn. The class is published; docs/commands.md says what each means.
REASONS: dict[str, str] = {
    "personal_data": "it held personal data that should not be published",
    "suppressed": "it named a person who is not to be shown",
    "wrong_data": "what it said was wrong, and it could not stand beside a correction",
    "licence": "a source's terms did not allow it",
    "defective": "its files were not what they should have been",
}

#: The keys of the pointer, which are also those of each version in versions.json.
KEYS = ("version", "path", "as_of", "manifest", "sequence")


def current(folder: Path) -> Release | None:
    """The live version of a roster's folder: what latest.json names; None before the first, and when all versions were
    withdrawn. Raises VerifyError."""
    pointer = folder / "latest.json"
    if not pointer.exists():
        return None
    content = read(pointer)
    try:
        found = Release(
            content["version"], folder / (content["path"] or ""), content["as_of"], content["manifest"],
            content["sequence"],
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise VerifyError("the pointer lacks a key", where=str(pointer), expected=str(error)) from error
    return found if content["version"] is not None else None


def releases(folder: Path) -> list[Release]:
    """Every version of a roster's folder that versions.json lists and that is not withdrawn, oldest first."""
    return [
        Release(each["version"], folder / each["path"], each["as_of"], each["manifest"], each["sequence"])
        for each in versions(folder)
        if each["state"] == "published"
    ]


def versions(folder: Path) -> list[dict[str, Any]]:
    """The versions as versions.json lists them, oldest first: KEYS, `state`, and `withdrawn` where that is the state.

    Raises VerifyError.
    """
    index = folder / "versions.json"
    listed: list[dict[str, Any]] = read(index)["versions"] if index.exists() else []
    return listed


def sequence(folder: Path) -> int:
    """The sequence number of the pointer; 0 before the first version."""
    pointer = folder / "latest.json"
    return int(read(pointer)["sequence"]) if pointer.exists() else 0


def last_event(listed: list[dict[str, Any]]) -> int:
    """The number of the last publication or withdrawal among the versions of versions.json."""
    return max((each.get("withdrawn", each)["sequence"] for each in listed), default=0)


def pointer_to(listed: list[dict[str, Any]]) -> dict[str, Any]:
    """latest.json for these versions: the newest that is not withdrawn, and the number of the last event."""
    live = [each for each in listed if each["state"] == "published"]
    named: Mapping[str, Any] = live[-1] if live else dict.fromkeys(KEYS)
    return {key: named[key] for key in KEYS} | {"sequence": last_event(listed)}


def told(entry: Mapping[str, Any]) -> str:
    """One plain sentence on a withdrawn version of versions.json."""
    said = entry.get("withdrawn") or {}
    words = REASONS.get(str(said.get("reason")), "no reason is given")
    note = f" ({said['note']})" if said.get("note") else ""
    return f"Version {entry['version']} was withdrawn on {said.get('date', 'an unknown day')}: {words}{note}."


def version_folders(folder: Path) -> list[Path]:
    """The folders v<version> that are there, by number."""
    named = [path for path in folder.glob("v*") if path.is_dir() and difference.VERSION.fullmatch(path.name[1:])]
    return sorted(named, key=lambda path: difference.version_key(path.name[1:]))


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """An empty scratch folder, gone at the end; what an earlier crash left in it is removed first."""
    made = folder / SCRATCH
    if made.exists():
        _remove(made)
    made.mkdir()
    try:
        yield made
    finally:
        _remove(made)


def set_aside(path: Path) -> None:
    """What is at `path`, in a roster's folder, is there no more, in one step; its files go with the scratch folder."""
    numbered = (path.parent / SCRATCH / f"{path.name}-{number}" for number in itertools.count())
    path.replace(next(free for free in numbered if not free.exists()))


def read(path: Path) -> Any:
    """The JSON of a published index. Raises VerifyError when it is not readable as that."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise VerifyError("a published index is damaged", where=str(path), expected="JSON", do=str(error)) from error


def _remove(scratch: Path) -> None:
    """What was set aside has lost its name on disk before its files go, or it could come back half deleted; and when
    this returns, it does not come back at all."""
    durable.flush(scratch.parent)
    shutil.rmtree(scratch)
    durable.flush(scratch.parent)


@dataclass(frozen=True)
class Release:
    """One published version: its number, folder, as_of, the SHA-256 of its manifest, its place in the sequence."""

    version: str
    path: Path
    as_of: str
    manifest: str
    sequence: int
