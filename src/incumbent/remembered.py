"""What a client remembers of what it verified, so that a rollback and a freeze are noticed.

A folder of files can be whole, signed, and old. Whoever saw it before can tell: a sequence that went down, another
version under a known number, a version that is gone without a tombstone, a check that was promised and never came.

The memory is one JSON file. For each roster, under its address or path: the pointer, the manifest of each version,
status.json's times, the keys. It changes only after a verification without a problem.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from incumbent import durable, manifest, output, sealing, signing, verify
from incumbent.errors import InputError, VerifyError
from incumbent.verify_version import Problem, read_json

#: How long after the promised time of the next run it counts as frozen: a run takes a while, and may fail once.
GRACE = dt.timedelta(hours=24)
#: How far the clocks of two machines may differ.
_SKEW = dt.timedelta(hours=24)
_FORMAT = 1
_KEY = re.compile(r"[0-9a-f]{64}")  # the 32 bytes of a public key
_TYPES: Mapping[str, tuple[type, ...]] = {
    "sequence": (int,), "version": (str, type(None)), "manifest": (str, type(None)), "versions": (dict,),
    "withdrawn": (list,), "last_checked": (str, type(None)), "next_run": (str, type(None)), "keys": (list,),
    "signer": (str, type(None)), "seen_at": (str,),
}  # fmt: skip


def verified(
    folder: Path, place: str, memory: Path, now: str, *, keys: Sequence[signing.PublicKey] | None = None
) -> list[Problem]:
    """verify.verify of `folder`, which is known as `place` (an address or path), and what contradicts the memory at
    `now` (UTC, such as 2026-11-22T08:00:00Z). Without a problem, the memory is brought up to date.

    Tables of versions that are known to be whole are not read again. Raises InputError as `verify` and `load`.
    """
    known, what = load(memory), verify.kind(folder)
    at = {folder: place}
    if what == "rosters":
        at = {roster: f"{place}/{roster.name}" for roster in verify.rosters(folder)}
    elif what == "version":
        at = {folder: place.rpartition("/")[0]}
    known_here = [known[each] for each in at.values() if each in known]
    proven = {digest for seen in known_here for digest in seen.versions.values()}
    problems = verify.verify(folder, keys=keys, proven=proven)
    if what == "version":
        return [*problems, *(problem for before in known_here for problem in _version_changed(folder, before))]
    observed = {}
    for roster, each in at.items():
        before, seen = known.get(each), observe(roster, now)
        if seen is None:
            continue  # its indexes cannot be read, which is a problem already
        observed[each] = seen
        if before is not None:
            problems += changed(roster, before, seen, keys_given=keys is not None)
        problems += frozen(roster, before, seen, now)
    if what == "rosters":
        problems += missing(place, known, list(at.values()))
    if not problems:
        keep(memory, observed)
    return problems


def load(path: Path) -> dict[str, Seen]:
    """The memory: what was seen, by the roster's address or path; nothing where the file is not there yet.

    Raises InputError for a file that is no memory: it is never taken for an empty one.
    """
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"the memory cannot be read: {error.strerror}", where=str(path)) from None
    except (ValueError, RecursionError):
        content = None
    rosters = content.get("rosters") if isinstance(content, dict) and content.get("format") == _FORMAT else None
    if not isinstance(rosters, dict) or not all(_is_seen(each) for each in rosters.values()):
        raise InputError(
            "this is no memory of what was verified",
            where=str(path),
            expected="a file that incumbent verify --remember wrote",
            do="name another file; or remove it, and with it what is known of the past",
        )
    return {place: Seen(**each) for place, each in rosters.items()}


def keep(path: Path, observed: Mapping[str, Seen]) -> None:
    """Puts what was observed into the memory, whole or not at all. Two runs at once lose nothing: of one roster, what
    was seen last by its sequence stays. Raises InputError where it cannot be written."""
    if not path.absolute().parent.is_dir():
        raise InputError("there is no folder for the memory", where=str(path), do="make the folder, or name another")
    with durable.locked(path.absolute().parent, wait=True):
        known = load(path)
        for place, seen in observed.items():
            if place not in known or known[place].sequence <= seen.sequence:
                known[place] = seen
        rosters = {place: asdict(known[place]) for place in sorted(known)}
        content = json.dumps({"format": _FORMAT, "rosters": rosters}, indent=2, ensure_ascii=False) + "\n"
        output.write_whole(path, content.encode())


def observe(folder: Path, now: str) -> Seen | None:
    """What a roster's folder says of itself at the time `now` (UTC, such as 2026-11-22T08:00:00Z); None where its
    indexes cannot be read, which `verify` tells."""
    try:
        pointer, status = read_json(folder / sealing.POINTER), read_json(folder / "status.json")
        listed = read_json(folder / "versions.json")["versions"]
        seen = {
            "sequence": pointer["sequence"],
            "version": pointer["version"],
            "manifest": pointer["manifest"],
            "versions": {each["version"]: each["manifest"] for each in listed},
            "withdrawn": sorted(each["version"] for each in listed if each["state"] == "withdrawn"),
            "last_checked": status["last_checked"],
            "next_run": status.get("next_run"),
            **_keys(folder),
            "seen_at": now,
        }
    except (VerifyError, InputError, AttributeError, KeyError, TypeError):
        return None
    return Seen(**seen) if _is_seen(seen) else None


def changed(folder: Path, before: Seen, seen: Seen, *, keys_given: bool = False) -> Iterator[Problem]:
    """What contradicts what was seen before of the roster in `folder`. `keys_given`: the caller says which keys count,
    so those that were seen do not."""
    pointer, index = str(folder / sealing.POINTER), str(folder / "versions.json")
    if seen.sequence < before.sequence:
        yield Problem(
            pointer,
            f"was rolled back: its sequence is {seen.sequence}, and {before.sequence} was seen on {before.seen_at}",
            f"sequence {before.sequence} or higher",
        )
    elif seen.sequence == before.sequence and (seen.version, seen.manifest) != (before.version, before.manifest):
        named = f"version {before.version}, manifest {before.manifest}"
        yield Problem(pointer, f"names another version under sequence {seen.sequence} than was seen", named)
    for version, digest in before.versions.items():
        if version not in seen.versions:
            yield Problem(index, f"has lost version {version}, which has no tombstone", "every version ever published")
        elif seen.versions[version] != digest:
            yield Problem(index, f"has another version {version} than was seen on {before.seen_at}", digest)
        elif version in before.withdrawn and version not in seen.withdrawn:
            yield Problem(
                index, f"shows version {version} again, which was withdrawn", "a version that stays withdrawn"
            )
    earlier, later = _times(seen.last_checked), _times(before.last_checked)
    if earlier and later and earlier[1] < later[0]:
        yield Problem(
            str(folder / "status.json"),
            f"was last checked at {seen.last_checked}, and {before.last_checked} was seen on {before.seen_at}",
            "a time that does not go back",
        )
    if before.keys and not keys_given and seen.signer not in before.keys:
        signed = f"is signed by key {_name(seen.signer)}, which nobody announced" if seen.signer else "is not signed"
        known = " or ".join(_name(key) for key in before.keys)
        yield Problem(pointer, f"{signed}, and was signed when it was seen", f"key {known}, or --key with the new one")


def frozen(folder: Path, before: Seen | None, seen: Seen, now: str) -> Iterator[Problem]:
    """Whether, at the time `now`, the roster has not been checked for longer than it promised.

    The promise is `next_run` of status.json, a time or a whole day; a promise that was seen before counts for as long
    as last_checked has not moved, even if it is no longer there. GRACE is allowed beyond it.
    """
    status, moment = str(folder / "status.json"), _times(now)
    checked = _times(seen.last_checked)
    if checked is None or moment is None:
        yield Problem(status, "does not tell when it was last checked", "last_checked: a day, or a time in UTC")
        return
    if checked[0] > moment[1] + _SKEW:
        yield Problem(status, f"was last checked at {seen.last_checked}, which is to come", f"a time before {now}")
    promises = {seen.next_run}
    if before is not None and before.last_checked == seen.last_checked:
        promises.add(before.next_run)
    for promise in sorted(filter(None, promises)):
        due = _times(promise)
        if due is None:
            yield Problem(status, f"has a next_run that is no time: {promise!r}", "a day, or a time in UTC")
        elif moment[0] > due[1] + GRACE:
            what = f"is frozen: it was to be checked again by {promise}, and was last checked at {seen.last_checked}"
            yield Problem(status, what, f"a check after {seen.last_checked}")


def missing(place: str, before: Mapping[str, Seen], observed: Sequence[str]) -> Iterator[Problem]:
    """The rosters that were seen under `place`, an address or path that holds rosters, and are not there any more."""
    for each in sorted(before):
        if each.startswith(f"{place}/") and "/" not in each.removeprefix(f"{place}/") and each not in observed:
            yield Problem(each, f"was published here, was seen on {before[each].seen_at}, and is gone", "every roster")


def _version_changed(folder: Path, before: Seen) -> Iterator[Problem]:
    """Whether one version, by itself, is the one that was seen under its number."""
    try:
        version = str(read_json(folder / "datapackage.json")["version"])
    except (VerifyError, KeyError, TypeError):
        return  # told already
    sums = folder / manifest.NAME
    if version in before.withdrawn:
        yield Problem(str(folder), f"is version {version}, which was withdrawn", "a version that is published")
    elif version not in before.versions or not sums.is_file():
        return
    elif manifest.digest(sums) != before.versions[version]:
        yield Problem(str(sums), f"is of another version {version} than was seen", before.versions[version])


def _keys(folder: Path) -> dict[str, Any]:
    """The keys that the folder lists, and the one of them that signed the pointer."""
    if not (folder / signing.LIST).is_file():
        return {"keys": [], "signer": None}
    keys = signing.read_keys(folder / signing.LIST)
    pointer = folder / sealing.POINTER
    signers = [
        key for key in keys if not sealing.signature_fault(pointer, [replace(key, start=None, until=None)], None)
    ]
    return {"keys": sorted(key.raw.hex() for key in keys), "signer": signers[0].raw.hex() if signers else None}


def _name(key: str) -> str:
    return signing.PublicKey(bytes.fromhex(key)).id


def _is_seen(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != set(_TYPES):
        return False
    typed = all(isinstance(value[key], types) and value[key] is not True for key, types in _TYPES.items())
    texts = [*value["versions"].items(), value["withdrawn"], value["keys"]] if typed else [[None]]
    keys = [*value["keys"], value["signer"] or "0" * 64] if typed else []
    return all(isinstance(text, str) for group in texts for text in group) and all(map(_KEY.fullmatch, keys))


def _times(text: str | None) -> tuple[dt.datetime, dt.datetime] | None:
    """The first and last moment that a day, or a time in UTC, can mean; None for anything else."""
    try:
        if text is None:
            return None
        if len(text) == len("2026-11-22"):
            first = dt.datetime.fromisoformat(f"{text}T00:00:00+00:00")
            return first, first + dt.timedelta(days=1)
        found = dt.datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return (found, found) if found.tzinfo else None


@dataclass(frozen=True)
class Seen:
    """What was seen of a roster: its pointer, the SHA-256 of the manifest of each version, which were withdrawn, the
    times of status.json, the keys that it listed and the one that had signed, and when it was seen."""

    sequence: int
    version: str | None
    manifest: str | None
    versions: dict[str, str]
    withdrawn: list[str] = field(default_factory=list)
    last_checked: str | None = None
    next_run: str | None = None
    keys: list[str] = field(default_factory=list)
    signer: str | None = None
    seen_at: str = ""
