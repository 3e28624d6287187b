"""The files that follow from the versions: how each is made again, so that `verify` can tell whether it was changed.

The one place where such a file is named. A maker gives paths, relative to its folder, with the bytes that must
be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from incumbent import catalogue, corrections, feeds, news
from incumbent.errors import VerifyError

#: Of a roster's folder and its versions.json.
OfRoster = Callable[[Path, Mapping[str, Any]], Iterable[tuple[str, bytes]]]
#: Of published/ and the versions.json of each roster.
OfRosters = Callable[[Path, Sequence[Mapping[str, Any]]], Iterable[tuple[str, bytes]]]


def of_roster(folder: Path, index: Mapping[str, Any]) -> Iterable[tuple[str, bytes]]:
    """Every file of a roster's folder that follows from its versions. Raises VerifyError, KeyError, TypeError,
    ValueError or OSError where the versions cannot be read."""
    _require_plain(folder, index)
    for maker in OF_ROSTER:
        yield from maker(folder, index)


def of_rosters(published: Path, indexes: Sequence[Mapping[str, Any]]) -> Iterable[tuple[str, bytes]]:
    """Every file of published/ itself that follows from the versions of all rosters. Raises as `of_roster`."""
    for index in indexes:
        _require_plain(published / index["slug"], index)
    for maker in OF_ROSTERS:
        yield from maker(published, indexes)


def _require_plain(folder: Path, index: Mapping[str, Any]) -> None:
    """What the makers open is a file, or not there: a device would never end."""
    for each in index["versions"]:
        for path in (folder / each["path"] / name for name in ("datapackage.json", news.FILE)):
            if path.exists() and not path.is_file():
                raise VerifyError("is no plain file", where=str(path))


def _corrections(folder: Path, index: Mapping[str, Any]) -> Iterable[tuple[str, bytes]]:
    """The rows that were written by hand are taken from the file itself: what they say is the seal's to prove."""
    log = corrections.log(folder / corrections.FILE, None, index["versions"])
    yield corrections.FILE, corrections.csv_bytes(log)


def _feeds(folder: Path, index: Mapping[str, Any]) -> Iterable[tuple[str, bytes]]:
    yield feeds.VERSIONS, feeds.of_versions(folder, index)
    yield feeds.CHANGES, feeds.of_changes(folder, index)


def _indexes(published: Path, indexes: Sequence[Mapping[str, Any]]) -> Iterable[tuple[str, bytes]]:
    yield feeds.VERSIONS, feeds.of_rosters(published, indexes)
    yield catalogue.FILE, catalogue.of_rosters(published, indexes)


#: Add a maker here when a run writes another such file.
OF_ROSTER: tuple[OfRoster, ...] = (_corrections, _feeds)
OF_ROSTERS: tuple[OfRosters, ...] = (_indexes,)
