"""From the working copy to the target: what a publication changed, in an order that is whole at every moment.

    1  files of new versions, and tombstones     created, never written over
    2  <slug>/versions.json                      If-Match what was read at the start: here one of two runs wins
    3  latest/, feeds, pages, indexes            If-Match what was read
    4  <slug>/latest.json                        If-Match what was read: the pointer
    5  what is no longer there                   deleted

A run that dies before 2 leaves objects that nothing names; after 2, a version that is whole and listed, and that the
next run's recovery completes, as it does in a folder (publish.recover).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from incumbent import durable, ledger, living, manifest
from incumbent.errors import LockedError, VerifyError
from incumbent.targets.lease import Lease, leased, put
from incumbent.targets.mirror import Mirror, abreast, refresh, rosters, version_of
from incumbent.targets.settings import Settings
from incumbent.targets.store import Conflict, Listed, Store

#: How many files are pushed between two looks at the lease.
_BATCH = 64


def push(store: Store, copy: Mirror, settings: Settings) -> bool:
    """Pushes what differs from the time of `fill`; whether there was anything.

    Raises LockedError when another run is publishing there, or has published since `fill` what this one changes: then
    nothing of this publication is named anywhere. Raises VerifyError, TargetError.
    """
    due = {*copy.changed(), *copy.removed(), *copy.undead}
    if not due:
        return False
    ours = {_slug(name) for name in due} - {""}
    with leased(store, settings) as lease:
        now = store.listed()
        _require_unchanged(store, copy, now, ours)
        _follow_the_others(store, copy, now, ours)
        _push(store, copy, lease, now, ours)
    return True


def _push(store: Store, copy: Mirror, lease: Lease, now: Mapping[str, Listed], ours: set[str]) -> None:
    """The five steps, under the lease."""
    changed = copy.changed()
    for slug in sorted(ours):
        _push_versions(store, copy, lease, slug, [name for name in changed if _slug(name) == slug and version_of(name)])
    stones = [name for name in changed if f"/{ledger.WITHDRAWN}/" in name]
    indexes = [f"{slug}/versions.json" for slug in sorted(ours)]
    sums = [f"{slug}/latest/{manifest.NAME}" for slug in sorted(ours)]  # last of latest/: who checks it sees a mixture
    pointers = [f"{slug}/latest.json" for slug in sorted(ours)]
    steps = [stones, indexes, changed, sums, pointers]
    for number, step in enumerate(steps):
        later = {name for names in steps[number + 1 :] if names is not changed for name in names}
        due = set(step) & set(copy.changed()) - later
        if step is indexes:
            lease.keep(now=True)
        _push_each(store, copy, lease, due, now)
    gone = {*copy.removed(), *(name for name in now if _slug(name) in ours and version_of(name))}
    for batch in _batches(name for name in gone if not (copy.folder / name).is_file()):
        lease.keep()
        for name in batch:
            store.delete(name)
            copy.forget(name)
    copy.save()


def _require_unchanged(store: Store, copy: Mirror, now: Mapping[str, Listed], ours: set[str]) -> None:
    """Nobody has published, since the copy was filled, what we are about to publish. Raises LockedError."""
    born = {_slug(name) for name in copy.known}
    for slug in sorted(ours - born):
        if f"{slug}/latest.json" in now or (f"{slug}/versions.json" in now and _versions(store, slug)):
            raise _overtaken(store, slug)
    for name in sorted({*now, *copy.known}):
        if _slug(name) in ours & born and not _is_left_over(copy, name) and not _is_as_read(copy, now, name):
            raise _overtaken(store, name)


def _follow_the_others(store: Store, copy: Mirror, now: Mapping[str, Listed], ours: set[str]) -> None:
    """Brings in what other rosters published meanwhile, and makes the indexes of all rosters anew."""
    theirs = rosters({*now, *copy.known}) - ours
    names = {name for name in {*now, *copy.known} if _slug(name) in theirs or (name in copy.known and not _slug(name))}
    if all(_is_as_read(copy, now, name) for name in names if not _is_left_over(copy, name)):
        return
    refresh(store, copy, now, but=ours)
    for slug in sorted(ours):
        with durable.locked(copy.folder / slug), ledger.scratch(copy.folder / slug):
            living.tell_rosters(copy.folder / slug)


def _push_versions(store: Store, copy: Mirror, lease: Lease, slug: str, names: Iterable[str]) -> None:
    """New versions: every file, and nothing else under their names. What a dead run left there is replaced."""
    names = sorted(names)
    left: list[str] = []

    def create(name: str) -> tuple[str, str]:
        try:
            return name, put(store, name, (copy.folder / name).read_bytes(), None)
        except Conflict:
            left.append(name)
            return name, ""

    tags: dict[str, str] = {}
    for batch in _batches(names):
        lease.keep()
        tags.update(abreast(create, batch))
    if left:
        lease.keep(now=True)
        _fence(store, copy, slug)
    for name in left:
        _, tag = store.read(name)
        tags[name] = store.replace(name, (copy.folder / name).read_bytes(), tag)
    for version in sorted({version_of(name) for name in names}):
        for name, there in store.listed(f"{version}/").items():
            here = copy.folder / name
            if not here.is_file():
                store.delete(name)
            elif there.size != here.stat().st_size:
                raise VerifyError(f"{name} has another size than was sent", where=store.address, do="run again")
    for name, tag in tags.items():
        copy.pushed(name, tag)


def _fence(store: Store, copy: Mirror, slug: str) -> None:
    """From here on, no other run can publish a version of this roster that it began before.

    A run that left files behind may only be asleep. Its next step would be to write versions.json, if that is as it
    read it: so that is changed, by a line end, which means nothing in JSON.
    """
    name = f"{slug}/versions.json"
    known = copy.known.get(name)
    try:
        if name in store.listed(name):
            content, tag = store.read(name)
            if known and known[0] != tag:
                raise _overtaken(store, name)
            copy.known[name] = (put(store, name, content + b"\n", tag), "")
        else:
            empty = {**json.loads((copy.folder / name).read_bytes()), "versions": []}
            copy.known[name] = (put(store, name, f"{json.dumps(empty)}\n".encode(), None), "")
    except Conflict as error:
        raise _overtaken(store, name) from error


def _push_each(store: Store, copy: Mirror, lease: Lease, names: Iterable[str], now: Mapping[str, Listed]) -> None:
    """Files that change: each only if it is as it was read. Raises LockedError for one that is not."""

    def replace(name: str) -> tuple[str, str]:
        tag = copy.known[name][0] if name in copy.known else _tag(now, name)
        try:
            return name, put(store, name, (copy.folder / name).read_bytes(), tag)
        except Conflict as error:
            raise _overtaken(store, name) from error

    for batch in _batches(names):
        lease.keep()
        for name, tag in abreast(replace, batch):
            copy.pushed(name, tag)


def _versions(store: Store, slug: str) -> list[object]:
    """The versions that versions.json at the target lists; none where a fence is all there is."""
    content, _ = store.read(f"{slug}/versions.json")
    try:
        return list(json.loads(content)["versions"])
    except (ValueError, KeyError, TypeError) as error:
        raise VerifyError("is no list of versions", where=f"{store.address}/{slug}/versions.json") from error


def _overtaken(store: Store, name: str) -> LockedError:
    return LockedError(
        f"another run published here while this one was at work: {name} has changed",
        where=store.address,
        do="run again: it begins with what is published now",
    )


def _slug(name: str) -> str:
    """The roster of a file; empty for one above all rosters."""
    slug, slash, _ = name.partition("/")
    return slug if slash else ""


def _tag(listing: Mapping[str, Listed], name: str) -> str | None:
    return listing[name].tag if name in listing else None


def _is_as_read(copy: Mirror, listing: Mapping[str, Listed], name: str) -> bool:
    return _tag(listing, name) == (copy.known[name][0] if name in copy.known else None)


def _is_left_over(copy: Mirror, name: str) -> bool:
    return bool(version_of(name)) and name not in copy.known


def _batches(names: Iterable[str]) -> Iterable[list[str]]:
    whole = sorted(names)
    return (whole[start : start + _BATCH] for start in range(0, len(whole), _BATCH))
