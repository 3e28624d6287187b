"""Is what is published what was published? Seals, signatures, versions, indexes, tombstones, feeds, latest/.

Trusts nothing in the folder: a path in an index is a plain name inside it, or it is a problem. What a folder can and
cannot prove about itself is told in docs/integrity.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from incumbent import edtf, following, ledger, manifest, sealing, signing, verify_version, withdrawal
from incumbent.errors import IncumbentError, InputError, VerifyError
from incumbent.signing import PublicKey
from incumbent.verify_version import Problem as Problem
from incumbent.verify_version import read_json
from incumbent.verify_version import table_problems as table_problems

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def verify(
    path: Path, *, keys: Sequence[PublicKey] | None = None, proven: Collection[str] = frozenset()
) -> list[Problem]:
    """Every problem of a version's folder, a roster's folder or the whole of published/, in the order of paths.

    `keys`: the public keys by one of which everything must be signed. Without them a signature is checked with the
    folder's own list of keys, and nothing needs one where there is no such list. `proven`: SHA-256 of manifests of
    versions that were found whole before: their files are hashed again, their tables not read again.
    Raises InputError when `path` is none of these.
    """
    asked = _Asked(tuple(keys) if keys is not None else None, frozenset(proven))
    match kind(path):
        case "version":
            return list(_alone(path, asked))
        case "roster":
            return list(_roster(path, asked))
        case "rosters":
            found = rosters(path)
            problems = [problem for roster in found for problem in _roster(roster, asked)]
            return [*problems, *_root(path, found, asked)]
    raise InputError(
        "nothing is published here",
        where=str(path),
        expected="a version (datapackage.json), a roster (latest.json) or a folder of rosters",
    )


def require(problems: list[Problem]) -> None:
    """Raises VerifyError when there are problems; the error names the first three."""
    if problems:
        more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise VerifyError(
            f"{len(problems)} problem{'s' * (len(problems) > 1)}: "
            + "; ".join(f"{problem.path} {problem.what}" for problem in problems[:3])
            + more,
            where=problems[0].path,
            expected=problems[0].expected,
            do="restore the files from a copy; a version is never written to again",
        )


def kind(path: Path) -> str:
    """What a folder is: `version`, `roster`, `rosters`, or nothing of these (empty). One file that is gone does not
    make it something else."""
    if not path.is_dir():
        return ""
    if (path / "datapackage.json").exists() or (path / "dataset.jsonld").exists():
        return "version"
    if _is_roster(path):
        return "roster"
    if rosters(path):
        return "rosters"
    return "version" if (path / manifest.NAME).exists() else ""


def rosters(published: Path) -> list[Path]:
    """The rosters' folders: those that look like one, and those that the index of all names."""
    if not published.is_dir():
        return []
    found = {path for path in published.iterdir() if path.is_dir() and not path.is_symlink() and _is_roster(path)}
    try:
        index = read_json(published / "versions.json")
        named = [each["slug"] for each in index["rosters"]]
    except (VerifyError, KeyError, TypeError):
        named = []  # what is wrong with the index is told where it is compared
    return sorted(found | {published / name for name in named if isinstance(name, str) and _NAME.fullmatch(name)})


def _alone(folder: Path, asked: _Asked) -> Iterator[Problem]:
    """One version, as it stands by itself."""
    yield from verify_version.problems(folder, asked.proven)
    try:
        day = _day(read_json(folder / "datapackage.json").get("created"))
    except (VerifyError, AttributeError):
        day = None
    yield from _signed(folder / manifest.NAME, asked.ring(folder.parent), day)


def _roster(folder: Path, asked: _Asked) -> Iterator[Problem]:
    """A roster's folder: its seal, its pointer, its index, each version, latest/, and what follows from them."""
    if (folder / ledger.SCRATCH).exists():
        yield Problem(str(folder / ledger.SCRATCH), "is left over from a run that did not end", "run the release again")
    yield from _sealed(folder, sealing.OF_RUN)
    read: dict[str, Any] = {}
    for name in (sealing.POINTER, "versions.json", "status.json"):
        try:
            read[name] = read_json(folder / name)
        except VerifyError as error:
            yield Problem(str(folder / name), error.what)
    ring = asked.ring(folder)
    day = _checked(read.get("status.json"))
    yield from ring.problems
    for name in (manifest.NAME, sealing.POINTER):
        yield from _signed(folder / name, ring, day)
    if "versions.json" not in read:
        return
    pointer, index = read.get(sealing.POINTER), read["versions.json"]
    listed = index.get("versions") if isinstance(index, dict) else None
    if not isinstance(listed, list) or not all(_is_release(each) and _has_state(each) for each in listed):
        yield Problem(str(folder / "versions.json"), "is no list of versions", ", ".join(ledger.KEYS))
        return
    present = {path.name for path in folder.glob("v*") if path.is_dir() and not path.is_symlink()}
    for name in sorted(present - {each["path"] for each in listed}):
        yield Problem(str(folder / name), "is not in versions.json", "every version listed")
    yield from _withdrawn(folder, listed, present)
    for each in (each for each in listed if each["state"] == "published"):
        version = folder / each["path"]
        if each["path"] not in present:
            yield Problem(str(version), "is listed in versions.json and is not there")
            continue
        yield from verify_version.problems(version, asked.proven)
        yield from _digest(version, each["manifest"], "versions.json")
        yield from _signed(version / manifest.NAME, ring, _day(each["as_of"]))
    expected = ledger.pointer_to(listed)
    if sealing.POINTER in read and pointer != expected:
        yield Problem(str(folder / sealing.POINTER), "does not name the newest version of versions.json", str(expected))
    if expected["path"] in present:
        yield from _latest(folder, folder / expected["path"])
    elif expected["path"] is None and (folder / "latest").exists():
        yield Problem(str(folder / "latest"), "is there although every version was withdrawn", "no such folder")
    yield from _status(folder, read.get("status.json"), index, expected)
    yield from _followed(folder, lambda: following.of_roster(folder, index))


def _root(published: Path, found: list[Path], asked: _Asked) -> Iterator[Problem]:
    """What stands above the rosters: its seal, the index of all versions, what follows from them."""
    yield from _sealed(published, sealing.OF_HOST)
    own = [_or_none(roster / "versions.json") for roster in found]
    days = [_checked(_or_none(roster / "status.json")) for roster in found]
    ring = asked.ring(published)
    yield from ring.problems
    yield from _signed(published / manifest.NAME, ring, max(filter(None, days), default=None))
    path = published / "versions.json"
    try:
        index = read_json(path)
    except VerifyError as error:
        yield Problem(error.where, error.what)
        return
    for roster, said in zip(found, own, strict=True):
        if isinstance(said, dict) and said.get("slug") != roster.name:
            yield Problem(str(roster / "versions.json"), f"is of the roster {said.get('slug')!r}", roster.name)
    if index != {"rosters": own}:
        yield Problem(str(path), "is not what the rosters' own versions.json say", "the same versions")
    else:
        yield from _followed(published, lambda: following.of_rosters(published, own))


def _sealed(folder: Path, ignored: Collection[str]) -> Iterator[Problem]:
    for name, what in sealing.faults(folder, ignored):
        yield Problem(str(folder / name), what)


def _signed(path: Path, ring: _Ring, day: str | None) -> Iterator[Problem]:
    """The signature of the file `path`, which says it is of `day`."""
    signature = path.with_name(path.name + signing.SUFFIX)
    if ring.keys:
        if what := sealing.signature_fault(path, ring.keys, day):
            yield Problem(str(signature), what, f"a signature by {' or '.join(key.id for key in ring.keys)}")
    elif not ring.problems and (signature.exists() or signature.is_symlink()):
        yield Problem(str(signature), "cannot be checked: no key is known", "--key FILE, or keys.json in the folder")


def _withdrawn(folder: Path, listed: list[dict[str, Any]], present: set[str]) -> Iterator[Problem]:
    """Each withdrawn version has its tombstone and nothing else; no other version has one."""
    withdrawn = {each["path"]: each for each in listed if each["state"] == "withdrawn"}
    for name, each in withdrawn.items():
        if name in present:
            yield Problem(str(folder / name), "was withdrawn, and its files are still there", "a tombstone only")
        for fault in withdrawal.faults(folder, each):
            yield Problem(str(folder / ledger.WITHDRAWN / f"{name}.json"), f"is of {name}, which {fault}")
    for stone in sorted((folder / ledger.WITHDRAWN).glob("*")):
        if stone.suffix != ".json" or stone.stem not in withdrawn:
            yield Problem(str(stone), "is the tombstone of no withdrawn version", "one for each in versions.json")


def _status(folder: Path, status: Any, index: Mapping[str, Any], pointer: Mapping[str, Any]) -> Iterator[Problem]:
    """status.json speaks of the version that is live."""
    if status is None:
        return  # told already
    said = {key: status.get(key) for key in ("slug", "version", "as_of")} if isinstance(status, dict) else {}
    if said != {"slug": index.get("slug"), "version": pointer["version"], "as_of": pointer["as_of"]}:
        yield Problem(str(folder / "status.json"), "is not of the live version", str(pointer["version"]))


def _followed(folder: Path, make: Callable[[], Iterable[tuple[str, bytes]]]) -> Iterator[Problem]:
    """Every file that follows from the versions is what they give."""
    try:
        made = dict(make())
    except (IncumbentError, OSError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        yield Problem(str(folder), f"has news that cannot be read: {error}")
        return
    for name, content in made.items():
        path = folder / name
        if not path.is_file():
            yield Problem(str(path), "is missing")
        elif path.stat().st_size != len(content) or path.read_bytes() != content:
            yield Problem(str(path), "is not what the versions say", "run the release again")


def _latest(folder: Path, version: Path) -> Iterator[Problem]:
    """latest/ is a copy of `version`, byte for byte: it has the same manifest, and is what that says."""
    latest = folder / "latest"
    if latest.is_symlink() or not latest.is_dir():
        yield Problem(str(latest), "is not there", f"a copy of {version.name}")
        return
    for name in (manifest.NAME, manifest.SIGNATURE):
        one, other = latest / name, version / name
        if one.is_symlink() or _content(one) != _content(other):
            yield Problem(str(one), f"is not that of {version.name}", "the same bytes")
    for name, what in manifest.faults(latest):
        yield Problem(str(latest / name), what)


def _digest(version: Path, expected: str, said_in: str) -> Iterator[Problem]:
    path = version / manifest.NAME
    if path.is_file() and manifest.digest(path) != expected:
        yield Problem(str(path), f"is not the manifest that {said_in} knows", expected)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _is_roster(path: Path) -> bool:
    if (path / sealing.POINTER).exists() or (path / "status.json").exists():
        return True
    return any((each / manifest.NAME).exists() for each in path.glob("v*"))


def _is_release(value: object) -> bool:
    if not isinstance(value, dict) or any(key not in value for key in ledger.KEYS):
        return False
    return isinstance(value["path"], str) and _NAME.fullmatch(value["path"]) is not None


def _has_state(listed: Mapping[str, Any]) -> bool:
    """Whether an entry of versions.json, all keys there, is published, or withdrawn with when and why."""
    said = listed.get("withdrawn")
    if listed.get("state") == "withdrawn":
        return isinstance(said, dict) and type(said.get("sequence")) is int and isinstance(said.get("date"), str)
    return listed.get("state") == "published" and said is None and type(listed["sequence"]) is int


def _or_none(path: Path) -> Any:
    """The JSON of a file; None where there is none, which is told among the roster's own problems."""
    try:
        return read_json(path)
    except VerifyError:
        return None


def _checked(status: Any) -> str | None:
    """The day on which a status.json says that all was last checked: the day that the living files are of."""
    return _day(status.get("last_checked")) if isinstance(status, dict) else None


def _day(text: object) -> str | None:
    """The day at the beginning of `text`; None where there is none."""
    try:
        return edtf.parse_day(str(text)[:10]).isoformat()
    except InputError:
        return None


@dataclass(frozen=True)
class _Ring:
    """The keys that a folder's signatures are checked with, and what is wrong with its list of them."""

    keys: tuple[PublicKey, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Asked:
    """What a verification is asked for: see `verify`."""

    keys: tuple[PublicKey, ...] | None
    proven: frozenset[str]

    def ring(self, folder: Path) -> _Ring:
        """The keys that were given, else those that `folder` lists."""
        path = folder / signing.LIST
        if self.keys is not None:
            return _Ring(self.keys)
        if not path.exists() and not path.is_symlink():
            return _Ring()
        try:
            return _Ring(signing.read_keys(path))
        except InputError as error:
            return _Ring(problems=(Problem(str(path), error.what, error.expected),))
