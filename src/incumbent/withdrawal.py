"""Takes a version back: a tombstone stands for it, its files are gone, the pointer goes to the newest that still holds.

    <slug>/withdrawn/v1.1.0.json   the tombstone: which version, the SHA-256 of its manifest, when, why. Never changes.

The tombstone is the decision: it is written first, whole or not at all, and `finish` does the rest, as often as it is
asked, so that a crash at any point leaves either the version live or a withdrawal that the next run completes. The
pointer moves before the files go: whoever follows latest.json never meets a version that is half gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from incumbent import durable, edtf, ledger, living, manifest, sealing
from incumbent.errors import InputError, VerifyError

_LONGEST_NOTE = 500


def withdraw(
    published: Path, slug: str, named: Sequence[str], *, reason: str, date: str, note: str | None = None
) -> Withdrawn:
    """Withdraws the versions `named` (such as 1.1.0) of a roster. One that already is withdrawn stays as it was.

    `reason`: one of ledger.REASONS; `date`: the day of the decision; `note`: published in the tombstone, so without
    personal data. Raises InputError for an unknown version, reason or day, and for a signing key that cannot be used;
    LockedError when another run is publishing here.
    """
    folder = published / slug
    if reason not in ledger.REASONS:
        raise InputError(f"{reason!r} is no class of reasons", where="--reason", expected=", ".join(ledger.REASONS))
    if note is not None and (not note.isprintable() or len(note) > _LONGEST_NOTE):
        raise InputError("the note is no short line of text", where="--note", expected=f"{_LONGEST_NOTE} characters")
    edtf.parse_day(date, what="--date")
    if not (folder / "versions.json").is_file():
        raise InputError(f"nothing is published as {slug!r}", where=str(published), do="check --published")
    with durable.locked(folder), ledger.scratch(folder) as scratch:
        from incumbent import publish  # it completes withdrawals, and so knows this module

        sealing.signer_of(folder)
        publish.recover(folder)
        listed = ledger.versions(folder)
        wanted = [_find(listed, version, folder) for version in named]
        standing = [entry for entry in wanted if entry["state"] == "published"]
        for number, entry in enumerate(standing, ledger.last_event(listed) + 1):
            _set(_tombstone(entry, slug, reason=reason, date=date, note=note, sequence=number), entry, folder, scratch)
        finish(folder)
        if not standing:  # the run that withdrew them may have been stopped at the pages
            living.note(folder, {})
        live = ledger.current(folder)
    return Withdrawn(tuple(entry["version"] for entry in wanted), live.version if live else None)


def finish(folder: Path) -> None:
    """Completes every withdrawal that has a tombstone. The caller holds the lock and has an empty scratch folder.

    Raises VerifyError for a tombstone that is not of a version listed in versions.json, or that is not there.
    """
    listed = ledger.versions(folder)
    marked = [_marked(entry, folder) for entry in listed]
    stones = {path.stem for path in (folder / ledger.WITHDRAWN).glob("v*.json")}
    if unknown := stones - {entry["path"] for entry in listed}:
        raise VerifyError(f"{min(unknown)} has a tombstone and is not listed", where=str(folder / "versions.json"))
    if lost := {entry["path"] for entry in marked if entry["state"] == "withdrawn"} - stones:
        raise VerifyError(f"{min(lost)} was withdrawn and has no tombstone", where=str(folder / ledger.WITHDRAWN))
    last = max((entry["withdrawn"] for entry in marked if "withdrawn" in entry), key=_sequence, default=None)
    if last is not None and (marked != listed or ledger.sequence(folder) < last["sequence"]):
        # Whoever set the tombstone may have been stopped right after: it is on disk before anything else says it.
        durable.flush(folder / ledger.WITHDRAWN)
        durable.flush(folder)
        title = ledger.read(folder / "versions.json")["title"]
        living.settle(folder, title, marked, {"last_changed": last["date"]})
    for entry in marked:
        gone = folder / entry["path"]
        if entry["state"] == "withdrawn" and gone.exists():
            ledger.set_aside(gone)


def faults(folder: Path, entry: Mapping[str, Any]) -> list[str]:
    """What is wrong with the tombstone of a version that versions.json lists as withdrawn; empty when nothing is."""
    path, said = folder / ledger.WITHDRAWN / f"{entry['path']}.json", entry.get("withdrawn")
    if not path.is_file():
        return ["has no tombstone"]
    try:
        stone = ledger.read(path)
    except VerifyError as error:
        return [error.what]
    if not isinstance(stone, dict) or not isinstance(said, dict):
        return ["has a tombstone that says nothing"]
    wrong = [key for key in ("version", "as_of", "manifest") if stone.get(key) != entry.get(key)]
    wrong += [key for key in ("date", "reason", "note", "sequence") if stone.get(key) != said.get(key)]
    found = [f"has a tombstone with another {key} than versions.json" for key in wrong]
    if stone.get("reason") not in ledger.REASONS:
        found.append("has a tombstone with no class of reasons")
    if manifest.digest(path) != said.get("tombstone"):
        found.append("has a tombstone that is not the one that versions.json knows: its SHA-256 differs")
    return found


def _find(listed: Sequence[Mapping[str, Any]], version: str, folder: Path) -> Mapping[str, Any]:
    wanted = version.removeprefix("v")
    if wanted == "latest":
        wanted = str(ledger.pointer_to([dict(entry) for entry in listed])["version"])
    for entry in listed:
        if entry["version"] == wanted:
            return entry
    raise InputError(
        f"there is no version {version!r}",
        where=str(folder),
        expected=", ".join(entry["version"] for entry in listed),
        do=f"incumbent history {folder.name} lists them",
    )


def _tombstone(
    entry: Mapping[str, Any], slug: str, *, reason: str, date: str, note: str | None, sequence: int
) -> dict[str, Any]:
    """`manifest` is what SHA256SUMS of the version was: whoever kept a copy can tell that it is the one withdrawn."""
    return {
        "slug": slug, "version": entry["version"], "as_of": entry["as_of"], "manifest": entry["manifest"],
        "date": date, "reason": reason, "note": note, "sequence": sequence,
    }  # fmt: skip


def _set(stone: Mapping[str, Any], entry: Mapping[str, Any], folder: Path, scratch: Path) -> None:
    """The tombstone in its place. The folder of the first comes with it: an empty one would be there for nothing, and
    stay, if the run was stopped between the two."""
    stones = folder / ledger.WITHDRAWN
    made = stones if stones.is_dir() else scratch / ledger.WITHDRAWN
    made.mkdir(exist_ok=True)
    durable.write_json(stone, made / f"{entry['path']}.json", scratch)
    if made != stones:
        made.replace(stones)


def _sequence(said: Mapping[str, Any]) -> int:
    return int(said["sequence"])


def _marked(entry: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The entry of versions.json as it is to be: withdrawn, when there is a tombstone."""
    path = folder / ledger.WITHDRAWN / f"{entry['path']}.json"
    if not path.is_file():
        return entry
    stone = ledger.read(path)
    if not isinstance(stone, dict) or stone.get("manifest") != entry["manifest"]:
        raise VerifyError("the tombstone is of another version", where=str(path), expected=str(entry["manifest"]))
    said = {key: stone.get(key) for key in ("date", "reason", "note", "sequence")}
    return entry | {"state": "withdrawn", "withdrawn": said | {"tombstone": manifest.digest(path)}}


@dataclass(frozen=True)
class Withdrawn:
    """What a withdrawal came to: the versions asked for, and the one that is live now (None: there is none)."""

    versions: tuple[str, ...]
    live: str | None
