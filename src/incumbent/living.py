"""The files of a roster's folder that change: brought in line with the versions that there are, the pointer last.

    latest/            a real copy of the newest version that is not withdrawn
    versions.json      every version, oldest first
    corrections.csv    what was put right or withdrawn, when, and of what class
    feed.xml, changes-feed.xml
    history.parquet    every row of every version, with the days on which it was what was known
    status.json        when last checked and changed, and the state of the sources
    *.html, charts/, embed/, entries/   the pages
    ../versions.json, ../feed.xml, ../catalog.jsonld, ../index.html   the same of all rosters
    latest.json        the machine's truth. Written when all that it leads to is there.
    SHA256SUMS         the seal of all these, and ../SHA256SUMS around it (sealing.py). Written last.

Every step can be done twice and gives the same bytes: a crash between two of them is mended by doing them again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from incumbent import catalogue, corrections, durable, feeds, history_table, ledger, manifest, sealing, site
from incumbent.site import writing


def settle(
    folder: Path,
    title: str,
    listed: list[dict[str, Any]],
    status: Mapping[str, Any],
    corrected: Sequence[corrections.Correction] | None = None,
) -> None:
    """Makes everything but the versions themselves say what `listed` (entries of versions.json) says.

    `status`: the keys of status.json that change. `corrected`: the log of corrections; None leaves the one that is
    published. The caller holds the lock and has an empty scratch folder.
    """
    scratch = folder / ledger.SCRATCH
    pointer = ledger.pointer_to(listed)
    if pointer["path"] is None:
        if (folder / "latest").exists():
            ledger.set_aside(folder / "latest")
    elif not same_manifest(folder / "latest", folder / pointer["path"]):
        replace_latest(folder, folder / pointer["path"])
    index = {"slug": folder.name, "title": title, "versions": listed}
    durable.write_json(index, folder / "versions.json", scratch)
    _tell(folder, corrected)
    _write_history(folder, index)
    _write_status(folder, {"version": pointer["version"], "as_of": pointer["as_of"], **status})
    pages = writing.replace(folder, site.pages(folder.parent, folder.name), scratch)
    durable.write_json(pointer, folder / "latest.json", scratch)
    sealing.seal(folder, scratch, pages=pages.paths, whole=True)
    _write_index(folder.parent, scratch)


def note(folder: Path, status: Mapping[str, Any], corrected: Sequence[corrections.Correction] | None = None) -> None:
    """What a run that changes no version tells: the keys `status` of status.json, and the log of corrections.

    The caller holds the lock and has an empty scratch folder.
    """
    scratch = folder / ledger.SCRATCH
    before = _content(folder / corrections.FILE)
    _tell(folder, corrected)
    _write_status(folder, status)
    if _content(folder / corrections.FILE) == before:
        front = [site.front_page(folder.parent, folder.name)]
        pages = writing.replace(folder, front, scratch, all_of_them=False)
        sealing.seal(folder, scratch, pages=pages.paths)
    else:
        pages = writing.replace(folder, site.pages(folder.parent, folder.name), scratch)
        sealing.seal(folder, scratch, pages=pages.paths, whole=True)
    _write_index(folder.parent, scratch)


def catch_up(folder: Path) -> None:
    """Completes what a run was stopped in after the pointer: latest/, the pages, the seal.

    The caller holds the lock and has an empty scratch folder.
    """
    live = ledger.current(folder)
    if live and not same_manifest(folder / "latest", live.path):
        replace_latest(folder, live.path)
    if (folder / "versions.json").is_file() and sealing.is_behind(folder):
        scratch = folder / ledger.SCRATCH
        pages = writing.replace(folder, site.pages(folder.parent, folder.name), scratch)
        sealing.seal(folder, scratch, pages=pages.paths, whole=True)
        _write_index(folder.parent, scratch)


def tell_rosters(folder: Path) -> None:
    """The files above the rosters, from all that are there now. `folder` is one of theirs: the caller holds its lock,
    and it has an empty scratch folder."""
    _index_rosters(folder.parent, folder / ledger.SCRATCH)
    _write_index(folder.parent, folder / ledger.SCRATCH)


def _tell(folder: Path, corrected: Sequence[corrections.Correction] | None) -> None:
    """The corrections log, the feeds, and the indexes of all rosters, from versions.json and the versions."""
    scratch = folder / ledger.SCRATCH
    index = ledger.read(folder / "versions.json")
    log = corrections.log(folder / corrections.FILE, corrected, index["versions"])
    durable.write(corrections.csv_bytes(log), folder / corrections.FILE, scratch)
    durable.write(feeds.of_versions(folder, index), folder / feeds.VERSIONS, scratch)
    durable.write(feeds.of_changes(folder, index), folder / feeds.CHANGES, scratch)
    _index_rosters(folder.parent, scratch)


def _write_history(folder: Path, index: Mapping[str, Any]) -> None:
    """history.parquet, built on the one that is there if that is what the last seal names."""
    path = folder / history_table.FILE
    known = path.read_bytes() if sealing.stands(folder, history_table.FILE) else None
    durable.write(history_table.of(folder, index, known), path, folder / ledger.SCRATCH)


def _write_index(published: Path, scratch: Path) -> None:
    with durable.locked(published, wait=True):
        writing.replace_index(published, scratch)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _write_status(folder: Path, news: Mapping[str, Any]) -> None:
    """status.json: what it said, with `news` instead of what that says otherwise."""
    path = folder / "status.json"
    keys = ("version", "as_of", "last_checked", "last_changed", "next_run", "sources")
    known: dict[str, Any] = {"slug": folder.name, **dict.fromkeys(keys), "sources": []}
    status = known | (ledger.read(path) if path.exists() else {}) | dict(news)
    status["sources"] = sorted(status["sources"], key=lambda source: json.dumps(source, sort_keys=True))
    durable.write_json(status, path, folder / ledger.SCRATCH)


def replace_latest(folder: Path, version: Path) -> None:
    """latest/ becomes a copy of `version`; between the two renames it is not there, which a recovery sees.

    The renames are not flushed here: whatever of them is on disk, latest/ is whole or not there.
    """
    latest, new = folder / "latest", folder / ledger.SCRATCH / "latest-new"
    durable.copy_tree(version, new)
    if latest.exists():
        ledger.set_aside(latest)
    new.replace(latest)


def same_manifest(one: Path, other: Path) -> bool:
    """Whether two folders have the same manifest."""
    path = one / manifest.NAME
    return path.is_file() and path.read_bytes() == (other / manifest.NAME).read_bytes()


def _index_rosters(published: Path, scratch: Path) -> None:
    """The files above the rosters, from every roster's own; rosters can be published at the same time, this cannot."""
    with durable.locked(published, wait=True):
        rosters = [ledger.read(path) for path in sorted(published.glob("*/versions.json"))]
        durable.write(feeds.of_rosters(published, rosters), published / feeds.VERSIONS, scratch)
        durable.write(catalogue.of_rosters(published, rosters), published / catalogue.FILE, scratch)
        durable.write_json({"rosters": rosters}, published / "versions.json", scratch)
