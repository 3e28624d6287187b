"""The working copy of a target: all versions and the files around them, brought over once, verified, kept between runs.

    <cache>/published/   what the target has, as a folder in which a publication can be made
    <cache>/index.json   name -> tag at the target and SHA-256 here, as they were when both were the same

The names come from the target and are not trusted: one that would leave the folder is refused.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from incumbent import difference, durable, ledger, manifest
from incumbent.errors import LockedError, VerifyError
from incumbent.targets.store import Gone, Listed, Store

Item = TypeVar("Item")
Result = TypeVar("Result")

#: The object that says that a run is publishing. It is no part of what is published.
LEASE = ".publishing.json"

#: How many requests are under way at once.
_ABREAST = 16


def fill(store: Store, cache: Path) -> Mirror:
    """Brings `cache` in line with the target. What it has already, by tag and SHA-256, is not asked for again.

    Of each roster everything but what lies in a version's folder that versions.json does not list as published: that is
    what a run that did not end has left. Raises VerifyError when a version is not what its manifest and versions.json
    say; LockedError when the target changes meanwhile; TargetError.
    """
    copy = Mirror(cache / "published", cache / "index.json", {}, set())
    if copy.index.exists() and copy.folder.is_dir():
        copy.known.update(_index(copy.index))
    copy.discard_strangers()
    copy.folder.mkdir(parents=True, exist_ok=True)
    refresh(store, copy, store.listed())
    copy.save()
    return copy


def refresh(store: Store, copy: Mirror, listing: Mapping[str, Listed], *, but: Collection[str] = ()) -> None:
    """Everything that `listing` has, but the files of the rosters `but`, is in the copy as it is at the target.

    A file above all rosters that the copy has changed stays as it is there; what it will replace is what is listed now.
    """
    slugs = rosters(listing).difference(but)
    ours = {name: each for name, each in listing.items() if name != LEASE and _is_ours(name, slugs)}
    _require_plain(ours, store.address)
    for name in [name for name in copy.known if name not in listing and name.partition("/")[0] not in but]:
        copy.forget(name)
    for name in [name for name in (copy.changed() if but else ()) if "/" not in name and name in ours]:
        copy.known[name] = (ours.pop(name).tag, "")
    _bring(store, copy, {name: each for name, each in ours.items() if not version_of(name)})
    listed = {f"{slug}/{each['path']}" for slug in slugs for each in _published(copy.folder / slug)}
    buried = {f"{slug}/{each['path']}" for slug in slugs for each in ledger.versions(copy.folder / slug)} - listed
    copy.undead.update(name for name in ours if version_of(name) in buried)
    _bring(store, copy, {name: each for name, each in ours.items() if version_of(name) in listed})
    pointed = {slug for slug in slugs if f"{slug}/latest.json" in listing}
    unborn = {slug for slug in slugs - pointed if not ledger.versions(copy.folder / slug)}
    for name in list(copy.known):
        slug = name.partition("/")[0]
        if slug in unborn or (slug in slugs and version_of(name) and version_of(name) not in listed):
            copy.forget(name)
    for slug in sorted(slugs - unborn):
        _verify(copy.folder / slug, store.address)


def rosters(names: Iterable[str]) -> set[str]:
    """The rosters among the names of a target: the folders that have a versions.json."""
    index = "/versions.json"
    return {name.removesuffix(index) for name in names if name.count("/") == 1 and name.endswith(index)}


def version_of(name: str) -> str:
    """<slug>/v1.2.0 for a file of a version; empty for any other."""
    slug, _, rest = name.partition("/")
    folder, slash, _ = rest.partition("/")
    is_version = bool(slash) and folder.startswith("v") and difference.VERSION.fullmatch(folder[1:])
    return f"{slug}/{folder}" if is_version else ""


def abreast(do: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """`do` for each item, several at once, the results in order. The first error ends it."""
    with ThreadPoolExecutor(_ABREAST) as pool:
        yield from pool.map(do, items)


def _is_ours(name: str, slugs: set[str]) -> bool:
    """Whether the object is a file above all rosters, or in a roster's folder."""
    slug, slash, _ = name.partition("/")
    return not slash or slug in slugs


def _bring(store: Store, copy: Mirror, wanted: Mapping[str, Listed]) -> None:
    def fetch(name: str) -> None:
        try:
            content, tag = store.read(name)
        except Gone:
            content, tag = b"", ""
        if tag != wanted[name].tag:
            raise LockedError(
                f"{name} changed while it was read: another run is publishing here",
                where=store.address,
                do="wait until it has ended, then run again",
            )
        copy.put(name, content, tag)

    for _ in abreast(fetch, sorted(name for name, each in wanted.items() if not copy.has(name, each))):
        pass


def _require_plain(names: Iterable[str], address: str) -> None:
    folders = {name.rpartition("/")[0] for name in names}
    for name in sorted(names):
        parts = name.split("/")
        if any(part in ("", ".", "..") for part in parts) or not name.isprintable() or "\\" in name or name in folders:
            raise VerifyError(
                f"the target holds {name!r}, which is no name of a published file",
                where=address,
                expected="a prefix that holds nothing but what incumbent published",
                do="give another prefix, or remove the object",
            )


def _published(folder: Path) -> list[dict[str, Any]]:
    try:
        listed = [each for each in ledger.versions(folder) if each["state"] == "published"]
        if all(version_of(f"{folder.name}/{each['path']}/") and each["manifest"] for each in listed):
            return listed
    except (KeyError, TypeError) as error:
        raise VerifyError("is no list of versions", where=f"{folder.name}/versions.json") from error
    raise VerifyError("lists a version that has no folder of its own", where=f"{folder.name}/versions.json")


def _verify(folder: Path, address: str) -> None:
    """Every version of the roster is whole, and the one that versions.json knows."""
    for each in _published(folder):
        version = folder / each["path"]
        where = f"{address}/{folder.name}/{each['path']}"
        for name, fault in manifest.faults(version):
            raise VerifyError(f"{name} {fault}", where=where, do="restore the version from a copy")
        if manifest.digest(version / manifest.NAME) != each["manifest"]:
            raise VerifyError("a published version is not the one that was published", where=where)


def _index(path: Path) -> dict[str, tuple[str, str]]:
    try:
        return {name: (tag, digest) for name, (tag, digest) in json.loads(path.read_bytes()).items()}
    except (ValueError, AttributeError, TypeError):  # cut off by a crash, say: the copy is then made anew
        return {}


@dataclass(frozen=True)
class Mirror:
    """`known`: of each file that is the same here and there, the tag there and the SHA-256 here. `undead`: files of
    withdrawn versions that the target still has, since the run that withdrew them did not end."""

    folder: Path
    index: Path
    known: dict[str, tuple[str, str]]
    undead: set[str]

    def has(self, name: str, there: Listed) -> bool:
        """Whether the copy holds just what the target holds under that name."""
        tag, digest = self.known.get(name, ("", ""))
        path = self.folder / name
        return tag == there.tag and path.is_file() and manifest.digest(path) == digest

    def put(self, name: str, content: bytes, tag: str) -> None:
        """The target's content, into the copy."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.known[name] = (tag, manifest.digest(path))

    def pushed(self, name: str, tag: str) -> None:
        """The copy's content, now at the target."""
        self.known[name] = (tag, manifest.digest(self.folder / name))

    def forget(self, name: str) -> None:
        """The target does not have it, and so the copy does not."""
        self.known.pop(name, None)
        (self.folder / name).unlink(missing_ok=True)
        for parent in list((self.folder / name).parents):
            if parent == self.folder or not parent.is_dir() or any(parent.iterdir()):
                break
            parent.rmdir()

    def discard_strangers(self) -> None:
        """Removes what no target is known to have: files, and empty folders, that a run that did not end has left."""
        if not self.known:
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        for name in set(manifest.files(self.folder)).difference(self.known):
            (self.folder / name).unlink()
        for path in sorted(self.folder.rglob("*"), reverse=True):  # the inner before the outer
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()

    def changed(self) -> list[str]:
        """Files of the copy that the target does not have so."""
        here = manifest.files(self.folder)
        return [name for name in here if self.known.get(name, ("", ""))[1] != manifest.digest(self.folder / name)]

    def removed(self) -> list[str]:
        """Files that the target has and the copy no longer."""
        return sorted(name for name in self.known if not (self.folder / name).is_file())

    def save(self) -> None:
        """Remembers what is the same, for the next run. A crash before this costs that run a download."""
        scratch = self.index.parent / "scratch"
        scratch.mkdir(exist_ok=True)
        durable.write_json(self.known, self.index, scratch)
