"""Puts the pages where they are read: each whole or not at all; what is as it was is left alone, what is gone removed.

Pages follow from what is published and can be made again at any time, so a crash between two of them loses nothing:
the seal, which names them, is written after them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from incumbent import durable, ledger, sealing, site
from incumbent.site.reading import read

#: Folders, inside a roster's, that hold nothing but the site's own files.
OWN_FOLDERS = ("charts", "embed", "entries")


def write_pages(published: Path, slug: str) -> Written:
    """The pages of one roster. Raises InputError, VerifyError, and LockedError while another run publishes there."""
    folder = published / slug
    if not (folder / "versions.json").is_file():
        read(published, slug)  # says what is missing
    with durable.locked(folder), ledger.scratch(folder) as scratch:
        sealing.signer_of(folder)  # what cannot sign is refused before anything is written
        written = replace(folder, site.pages(published, slug), scratch)
        sealing.seal(folder, scratch, pages=written.paths, whole=True)
    return written


def write_index(published: Path) -> None:
    """The index of all rosters, and what every page shares. Raises LockedError."""
    with durable.locked(published, wait=True), ledger.scratch(published) as scratch:
        sealing.signer_above(published)
        replace_index(published, scratch)


def replace(folder: Path, pages: Iterable[tuple[str, bytes]], scratch: Path, *, all_of_them: bool = True) -> Written:
    """`pages` into a roster's folder; where they are `all_of_them`, pages there that are none of these go. On disk when
    this returns. The caller holds the lock, and `scratch` is an empty folder on the same file system."""
    paths, changed = set(), 0
    for path, content in pages:
        paths.add(path)
        changed += _put(folder / path, content, scratch)
    if all_of_them:
        _remove(folder, of_the_site(folder) - paths)
    _flush_names(folder, paths)
    return Written(frozenset(paths), changed)


def replace_index(published: Path, scratch: Path) -> None:
    """The pages above the rosters, sealed. The caller holds the lock of `published`."""
    paths = set()
    for path, content in site.index_pages(published):
        paths.add(path)
        _put(published / path, content, scratch)
    _flush_names(published, paths)
    sealing.seal_pages(published, scratch, paths)


def of_the_site(folder: Path) -> set[str]:
    """The files of a roster's folder that are the site's, by where they are: paths relative to it, with /."""
    own = [path for name in OWN_FOLDERS for path in (folder / name).rglob("*") if path.is_file()]
    beside = [path for pattern in ("*.html", "findings-rows.js") for path in folder.glob(pattern)]
    return {path.relative_to(folder).as_posix() for path in [*own, *beside]}


def _put(target: Path, content: bytes, scratch: Path) -> bool:
    """Whether `target` had to be written. What is as it should be was flushed when it was written."""
    try:
        if target.read_bytes() == content:
            return False
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
    staged = scratch / "page"
    with durable.naming(staged):
        staged.write_bytes(content)
    durable.flush(staged)
    staged.replace(target)
    return True


def _remove(folder: Path, gone: Collection[str]) -> None:
    """Pages that are no more, and what they leave empty."""
    for path in gone:
        (folder / path).unlink()
    for own in (folder / name for name in OWN_FOLDERS):
        if own.is_dir() and not any(own.iterdir()):
            own.rmdir()


def _flush_names(folder: Path, pages: Collection[str]) -> None:
    """Which pages stand where is on disk: also those that a run put or removed which was stopped right after."""
    own = {folder / name for name in OWN_FOLDERS if (folder / name).is_dir()}
    for each in sorted({folder, *own, *((folder / path).parent for path in pages)}, reverse=True):
        durable.flush(each)


class Written(NamedTuple):
    """The paths of the pages, and how many of them are not what they were."""

    paths: frozenset[str]
    changed: int
