"""Publishes a draft: compare with the last version, number, write to staging, check, promote. Crash-safe throughout.

    published/<slug>/v1.2.0/       immutable
                     latest/       a real copy of the newest version
                     versions.json every version, oldest first
                     status.json   when last checked and changed, and the state of the sources
                     latest.json   the machine's truth: version, manifest digest, sequence. Written last.
    published/versions.json        every roster with its versions

A crash at any point leaves the version that latest.json names; the next run completes what was whole and removes what
was not. Nothing below knows the time: `checked_at` is an argument.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from incumbent import difference, durable, manifest
from incumbent.errors import InputError, VerifyError

#: Name of the folder, inside a roster's, for what is not published yet. It is gone whenever no run is under way.
SCRATCH = ".publish"

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
) -> Published:
    """Publishes `draft` under published/<slug>, unless it says just what the last version says.

    `check(staging, previous)` holds the release by raising (HeldError). `checked_at` goes into status.json (default:
    the draft's as_of, so that a replayed run gives the same bytes), as do `sources` (their states) and `next_run`.
    Raises LockedError when another run is publishing here; VerifyError when the last version is damaged; InputError
    when as_of is before the last version's and the draft differs from the version of that time.
    """
    folder = published / slug
    with durable.locked(folder), _scratch(folder) as scratch:
        recover(folder)
        checked_at = checked_at or draft.as_of
        base = _base(folder, draft.as_of)
        number = draft.number(base.path if base else None)
        live = current(folder)
        if number is None or base != live:
            if base is None or number is not None:
                raise _too_late(folder, draft.as_of, live)
            if base == live:
                _write_status(folder, checked_at=checked_at, changed=None, sources=sources, next_run=next_run)
            return Published(base.version, base.path, False)
        staging = scratch / f"v{number}"
        draft.write(number, staging, base.path if base else None)
        if check is not None:
            check(staging, base.path if base else None)
        final = _promote(staging, folder)
        _complete(folder, final, checked_at=checked_at, sources=sources, next_run=next_run)
        return Published(number, final, True)


def note_check(
    published: Path, slug: str, *, checked_at: str, sources: Sequence[dict[str, Any]] = (), next_run: str | None = None
) -> None:
    """Puts into status.json that the live version was checked and still holds. Raises LockedError."""
    folder = published / slug
    with durable.locked(folder), _scratch(folder):
        recover(folder)
        _write_status(folder, checked_at=checked_at, changed=None, sources=sources, next_run=next_run)


def current(folder: Path) -> Release | None:
    """The live version of a roster's folder: what latest.json names; None before the first. Raises VerifyError."""
    pointer = folder / "latest.json"
    if not pointer.exists():
        return None
    content = _read(pointer)
    try:
        return Release(
            content["version"], folder / content["path"], content["as_of"], content["manifest"], content["sequence"]
        )
    except (KeyError, TypeError) as error:
        raise VerifyError("the pointer lacks a key", where=str(pointer), expected=str(error)) from error


def releases(folder: Path) -> list[Release]:
    """Every version of a roster's folder that versions.json lists and that is not withdrawn, oldest first."""
    index = folder / "versions.json"
    listed = _read(index)["versions"] if index.exists() else []
    return [
        Release(each["version"], folder / each["path"], each["as_of"], each["manifest"], each["sequence"])
        for each in listed
        if each["state"] == "published"
    ]


def history(published: Path, slug: str) -> pl.DataFrame:
    """The versions of a roster, oldest first: `version, as_of, sequence, state, added, removed, changed, manifest`.

    The counts are of the version's own changes table (rows added, rows removed, cells changed); null when withdrawn.
    Raises InputError when nothing is published under that name.
    """
    index = published / slug / "versions.json"
    if not index.is_file():
        raise InputError(f"nothing is published as {slug!r}", where=str(published), expected=f"{slug}/versions.json")
    rows = []
    for each in _read(index)["versions"]:
        counts: dict[str, int | None] = dict.fromkeys(("added", "removed", "changed"))
        if each["state"] == "published":
            change = pl.read_parquet(published / slug / each["path"] / "changes.parquet", columns=["change"])["change"]
            counts = {kind: int((change == kind).sum()) for kind in counts}
        rows.append({key: each[key] for key in ("version", "as_of", "sequence", "state", "manifest")} | counts)
    columns = ["version", "as_of", "sequence", "state", "added", "removed", "changed", "manifest"]
    return pl.DataFrame(rows, schema_overrides={key: pl.Int64 for key in columns[4:7]}).select(columns)


def recover(folder: Path) -> None:
    """Completes the promotion that a crash cut short. The caller holds the lock and has an empty scratch folder.

    A folder v1.2.0 is only ever there whole, checked and flushed, so one that latest.json does not know yet is taken
    forward. Raises VerifyError when it is not what its manifest says, which no crash of ours can cause.
    """
    live = current(folder)
    known = difference.version_key(live.version) if live else (0, 0, 0)
    pending = [path for path in _version_folders(folder) if difference.version_key(path.name[1:]) > known]
    for path in pending:
        _require_whole(path)
        as_of = _identity(path)["as_of"]
        _complete(folder, path, checked_at=as_of, sources=(), next_run=None)
    if live and not pending and not _same_manifest(folder / "latest", live.path):
        _replace_latest(folder, live.path)


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
    durable.flush(folder)
    return final


def _complete(
    folder: Path, final: Path, *, checked_at: str, sources: Sequence[dict[str, Any]], next_run: str | None
) -> None:
    """Everything after a version has its name; each step can be done twice. The pointer comes last."""
    scratch = folder / SCRATCH
    live = current(folder)
    identity = _identity(final)
    entry = {
        "version": identity["version"],
        "path": final.name,
        "as_of": identity["as_of"],
        "manifest": manifest.digest(final / manifest.NAME),
        "sequence": (live.sequence if live else 0) + 1,
    }
    _replace_latest(folder, final)
    index = folder / "versions.json"
    listed = _read(index)["versions"] if index.exists() else []
    listed = [each for each in listed if each["version"] != entry["version"]]
    versions = [*listed, {**entry, "state": "published"}]
    durable.write_json({"slug": folder.name, "title": identity["title"], "versions": versions}, index, scratch)
    _index_rosters(folder.parent, scratch)
    _write_status(folder, checked_at=checked_at, changed=entry, sources=sources, next_run=next_run)
    durable.write_json(entry, folder / "latest.json", scratch)


def _replace_latest(folder: Path, version: Path) -> None:
    """latest/ becomes a copy of `version`; between the two renames it is not there, which `recover` sees."""
    scratch, latest = folder / SCRATCH, folder / "latest"
    new, old = scratch / "latest-new", scratch / "latest-old"
    for leftover in (new, old):
        if leftover.exists():
            shutil.rmtree(leftover)
    durable.copy_tree(version, new)
    if latest.exists():
        latest.replace(old)
    new.replace(latest)
    durable.flush(folder)


def _index_rosters(published: Path, scratch: Path) -> None:
    """published/versions.json, from every roster's own; rosters can be published at the same time, this cannot."""
    with durable.locked(published, wait=True):
        rosters = [_read(path) for path in sorted(published.glob("*/versions.json"))]
        durable.write_json({"rosters": rosters}, published / "versions.json", scratch)


def _write_status(
    folder: Path,
    *,
    checked_at: str,
    changed: dict[str, Any] | None,
    sources: Sequence[dict[str, Any]],
    next_run: str | None,
) -> None:
    path = folder / "status.json"
    before = _read(path) if path.exists() else {}
    live = changed or _read(folder / "latest.json")
    status = {
        "slug": folder.name,
        "version": live["version"],
        "as_of": live["as_of"],
        "last_checked": checked_at,
        "last_changed": checked_at if changed else before.get("last_changed", live["as_of"]),
        "next_run": next_run,
        "sources": sorted(sources, key=lambda source: json.dumps(source, sort_keys=True)),
    }
    durable.write_json(status, path, folder / SCRATCH)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """An empty scratch folder, gone at the end; what an earlier crash left in it is removed first."""
    scratch = folder / SCRATCH
    if scratch.exists():
        shutil.rmtree(scratch)
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch)


def _version_folders(folder: Path) -> list[Path]:
    named = [path for path in folder.glob("v*") if path.is_dir() and difference.VERSION.fullmatch(path.name[1:])]
    return sorted(named, key=lambda path: difference.version_key(path.name[1:]))


def _require_whole(version: Path) -> None:
    for name, fault in manifest.faults(version):
        raise VerifyError(
            f"{name} {fault}", where=str(version), do="restore the version from a copy; it is never written to again"
        )


def _same_manifest(one: Path, other: Path) -> bool:
    path = one / manifest.NAME
    return path.is_file() and path.read_bytes() == (other / manifest.NAME).read_bytes()


def _identity(version: Path) -> dict[str, str]:
    """version, as_of and title of a version, from its own descriptor."""
    descriptor = _read(version / "datapackage.json")
    return {
        "version": descriptor["version"],
        "as_of": descriptor["created"].removesuffix("T00:00:00Z"),
        "title": descriptor["title"],
    }


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise VerifyError("a published index is damaged", where=str(path), expected="JSON", do=str(error)) from error


class Draft(Protocol):
    """What may become a version; package.Draft is one."""

    @property
    def as_of(self) -> str: ...

    def number(self, previous: Path | None) -> str | None:
        """The version number it asks for after `previous`; None when it says the same."""

    def write(self, version: str, folder: Path, previous: Path | None) -> None:
        """The complete version in `folder`, with its manifest."""


@dataclass(frozen=True)
class Release:
    """One published version: its number, folder, as_of, the SHA-256 of its manifest, its place in the sequence."""

    version: str
    path: Path
    as_of: str
    manifest: str
    sequence: int


@dataclass(frozen=True)
class Published:
    """What a run came to: the version that now holds, where it is, and whether this run made it."""

    version: str
    path: Path
    changed: bool
