"""Puts the pages where they are read: each whole or not at all; what is as it was is left alone, what is gone removed.

Pages follow from what is published and can be made again at any time, so a crash between two of them loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from incumbent import durable, ledger, site
from incumbent.site.reading import read

#: Folders, inside a roster's, that hold nothing but the site's own files.
OWN_FOLDERS = ("charts", "embed", "entries")


def write_pages(published: Path, slug: str) -> Written:
    """The pages of one roster. Raises InputError, VerifyError, and LockedError while another run publishes there."""
    folder = published / slug
    if not (folder / "versions.json").is_file():
        read(published, slug)  # says what is missing
    with durable.locked(folder), ledger.scratch(folder) as scratch:
        return replace(folder, site.pages(published, slug), scratch)


def write_index(published: Path) -> None:
    """The index of all rosters, and what every page shares."""
    with durable.locked(published, wait=True), ledger.scratch(published) as scratch:
        for path, content in site.index_pages(published):
            _put(published / path, content, scratch)


def replace(folder: Path, pages: Iterable[tuple[str, bytes]], scratch: Path) -> Written:
    """`pages` into a roster's folder; pages there that are none of these go. The caller holds the lock, and `scratch`
    is an empty folder on the same file system."""
    paths: set[str] = set()
    changed = 0
    for path, content in pages:
        paths.add(path)
        changed += _put(folder / path, content, scratch)
    for gone in of_the_site(folder) - paths:
        (folder / gone).unlink()
    return Written(len(paths), changed)


def of_the_site(folder: Path) -> set[str]:
    """The files of a roster's folder that are the site's, by where they are: paths relative to it, with /."""
    own = [path for name in OWN_FOLDERS for path in (folder / name).rglob("*") if path.is_file()]
    beside = [path for pattern in ("*.html", "findings-rows.js") for path in folder.glob(pattern)]
    return {path.relative_to(folder).as_posix() for path in [*own, *beside]}


def _put(target: Path, content: bytes, scratch: Path) -> bool:
    """Whether `target` had to be written. It is not flushed: a page that a crash spoils is made again."""
    try:
        if target.read_bytes() == content:
            return False
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
    staged = scratch / "page"
    staged.write_bytes(content)
    staged.replace(target)
    return True


class Written(NamedTuple):
    """How many pages there are, and how many of them are not what they were."""

    pages: int
    changed: int
