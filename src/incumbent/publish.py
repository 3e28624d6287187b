"""Publishes a draft: compare with the last version, number, write to staging, check, promote. Crash-safe throughout.

    published/<slug>/v1.2.0/       immutable
                     withdrawn/    tombstones of versions that were taken back (withdrawal.py)
                     latest/ ... latest.json   what follows from the versions (living.py), the pointer last

A crash at any point leaves the version that latest.json names; the next run completes what was whole and removes what
was not. Nothing below knows the time: `checked_at` is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from incumbent import difference, durable, ledger, living, manifest, sealing, withdrawal
from incumbent.corrections import Correction
from incumbent.errors import InputError, VerifyError
from incumbent.ledger import SCRATCH as SCRATCH
from incumbent.ledger import Release as Release
from incumbent.ledger import current as current
from incumbent.ledger import releases as releases

Check = Callable[[Path, Path | None], object]


def publish(
    draft: Draft,
    published: Path,
    slug: str,
    *,
    check: Check | None = None,
    checked_at: str | None = None,
    sources: Sequence[dict[str, Any]] = (),
    next_run: str | None = None,
    corrections: Sequence[Correction] | None = None,
) -> Published:
    """Publishes `draft` under published/<slug>, unless it says just what the last version says.

    `check(staging, previous)` holds the release by raising (HeldError). `checked_at` goes into status.json (default:
    the draft's as_of, so that a replayed run gives the same bytes), as do `sources` (their states) and `next_run`.
    `corrections`: the log of what was put right, published beside the versions; None leaves it as it is.
    Raises LockedError when another run is publishing here; VerifyError when the last version is damaged; InputError
    when as_of is before the last version's and the draft differs from the version of that time.
    """
    folder = published / slug
    with durable.locked(folder), ledger.scratch(folder) as scratch:
        signer = sealing.signer_of(folder)
        recover(folder)
        checked_at = checked_at or draft.as_of
        base = _base(folder, draft.as_of)
        number = draft.number(base.path if base else None)
        live = current(folder)
        of_live = (base.version if base else None) == (live.version if live else None)
        status = {"last_checked": checked_at, "next_run": next_run, "sources": list(sources)}
        if number is None or not of_live:
            if base is None or number is not None:
                raise _too_late(folder, draft.as_of, live)
            if of_live:
                living.note(folder, status, corrections)
            return Published(base.version, base.path, False)
        number = _unused(number, base, folder)
        staging = scratch / f"v{number}"
        with durable.naming(staging):
            draft.write(number, staging, base.path if base else None)
        if check is not None:
            check(staging, base.path if base else None)
        sealing.sign_version(staging, signer)
        final = _promote(staging, folder)
        _complete(folder, final, status, corrections)
        return Published(number, final, True)


def note_check(
    published: Path, slug: str, *, checked_at: str, sources: Sequence[dict[str, Any]] = (), next_run: str | None = None
) -> None:
    """Puts into status.json that the live version was checked and still holds. Raises LockedError, and InputError for
    a signing key that cannot be used."""
    folder = published / slug
    with durable.locked(folder), ledger.scratch(folder):
        sealing.signer_of(folder)
        recover(folder)
        status = {"last_checked": checked_at, "next_run": next_run, "sources": list(sources)}
        living.note(folder, status)


def history(published: Path, slug: str) -> pl.DataFrame:
    """The versions of a roster, oldest first: `version, as_of, sequence, state, added, removed, changed, manifest,
    withdrawn` (the day), `reason` (of the withdrawal).

    The counts are of the version's own changes table (rows added, rows removed, cells changed); null when withdrawn.
    Raises InputError when nothing is published under that name.
    """
    folder = published / slug
    if not (folder / "versions.json").is_file():
        raise InputError(f"nothing is published as {slug!r}", where=str(published), expected=f"{slug}/versions.json")
    rows = []
    for each in ledger.versions(folder):
        counts: dict[str, int | None] = dict.fromkeys(("added", "removed", "changed"))
        if each["state"] == "published":
            change = pl.read_parquet(folder / each["path"] / "changes.parquet", columns=["change"])["change"]
            counts = {kind: int((change == kind).sum()) for kind in counts}
        said = each.get("withdrawn") or {}
        taken_back = {"withdrawn": said.get("date"), "reason": said.get("reason")}
        rows.append({key: each[key] for key in ("version", "as_of", "sequence", "state", "manifest")} | counts)
        rows[-1] |= taken_back
    columns = ["version", "as_of", "sequence", "state", "added", "removed", "changed", "manifest"]
    types = {key: pl.Int64 for key in columns[4:7]} | {"withdrawn": pl.String, "reason": pl.String}
    return pl.DataFrame(rows, schema_overrides=types).select(*columns, "withdrawn", "reason")


def recover(folder: Path) -> None:
    """Completes the withdrawal or promotion that a crash cut short. The caller holds the lock and has an empty scratch
    folder.

    A folder v1.2.0 is only ever there whole, checked and flushed, so one that latest.json does not know yet is taken
    forward, unless a tombstone says that it goes. Raises VerifyError when it is not what its manifest says, which no
    crash of ours can cause.
    """
    withdrawal.finish(folder)
    live = current(folder)
    known = difference.version_key(live.version) if live else (0, 0, 0)
    pending = [path for path in ledger.version_folders(folder) if difference.version_key(path.name[1:]) > known]
    for path in pending:
        _require_whole(path)
        status: dict[str, Any] = {"last_checked": _identity(path)["as_of"], "next_run": None, "sources": []}
        _complete(folder, path, status, None)
    if not pending:
        living.catch_up(folder)


def _base(folder: Path, as_of: str) -> Release | None:
    """The version to compare with: the newest whose as_of is not after the draft's. It is verified before use."""
    known = [release for release in releases(folder) if release.as_of <= as_of]
    if not known:
        return None
    _require_whole(known[-1].path)
    if manifest.digest(known[-1].path / manifest.NAME) != known[-1].manifest:
        raise VerifyError("a published version is not the one that was published", where=str(known[-1].path))
    return known[-1]


def _too_late(folder: Path, as_of: str, live: Release | None) -> InputError:
    newest = live.as_of if live else ""
    return InputError(
        f"a release as of {as_of} would come after the one as of {newest}, and differs from what was said then",
        where=str(folder),
        expected=f"as_of {newest} or later",
        do="release as of a later date, or publish into another folder",
    )


def _promote(staging: Path, folder: Path) -> Path:
    """Flushes, reads back and verifies the staged version, then gives it its final name."""
    durable.flush_tree(staging)
    _require_whole(staging)
    final = folder / staging.name
    if final.exists():
        raise VerifyError("a version never changes, and this one is there", where=str(final))
    staging.replace(final)
    return final


def _unused(number: str, base: Release | None, folder: Path) -> str:
    """`number`, which the draft asks for after `base`; where that number is not above every number ever given, since
    later versions were withdrawn, the same step after the highest. A number is never given twice.

    Where nothing is left to compare with, a reader can rely on nothing: that is MAJOR.
    """
    listed = [each["version"] for each in ledger.versions(folder)]
    highest = max(listed, key=difference.version_key, default=None)
    if highest is None or difference.version_key(number) > difference.version_key(highest):
        return number
    if base is None:
        return difference.next_version(highest, "major")
    if highest == base.version:
        return number
    moved = [one != other for one, other in zip(number.split("."), base.version.split("."), strict=True)]
    return difference.next_version(highest, "major" if moved[0] else "minor" if moved[1] else "patch")


def _complete(folder: Path, final: Path, status: dict[str, Any], corrections: Sequence[Correction] | None) -> None:
    """Everything after a version has its name; each step can be done twice. The pointer comes last.

    The name is on disk before anything else says it, also where a run that was stopped gave it.
    """
    durable.flush(folder)
    identity = _identity(final)
    entry = {
        "version": identity["version"],
        "path": final.name,
        "as_of": identity["as_of"],
        "manifest": manifest.digest(final / manifest.NAME),
        "sequence": ledger.sequence(folder) + 1,
        "state": "published",
    }
    listed = [each for each in ledger.versions(folder) if each["version"] != entry["version"]]
    changed = status | {"last_changed": status["last_checked"]}
    living.settle(folder, identity["title"], [*listed, entry], changed, corrections)


def _require_whole(version: Path) -> None:
    for name, fault in manifest.faults(version):
        raise VerifyError(
            f"{name} {fault}", where=str(version), do="restore the version from a copy; it is never written to again"
        )


def _identity(version: Path) -> dict[str, str]:
    """version, as_of and title of a version, from its own descriptor."""
    descriptor = ledger.read(version / "datapackage.json")
    return {
        "version": descriptor["version"],
        "as_of": descriptor["created"].removesuffix("T00:00:00Z"),
        "title": descriptor["title"],
    }


class Draft(Protocol):
    """What may become a version; package.Draft is one."""

    @property
    def as_of(self) -> str: ...

    def number(self, previous: Path | None) -> str | None:
        """The version number it asks for after `previous`; None when it says the same."""

    def write(self, version: str, folder: Path, previous: Path | None) -> None:
        """The complete version in `folder`, with its manifest."""


@dataclass(frozen=True)
class Published:
    """What a run came to: the version that now holds, where it is, and whether this run made it."""

    version: str
    path: Path
    changed: bool
