"""Is what is published what was published? Hashes, descriptor, schemas, CSV = Parquet, indexes, latest = its version.

Trusts nothing in the folder: a path in a descriptor or an index is a plain name inside it, or it is a problem.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from incumbent import catalogue, corrections, difference, feeds, ledger, manifest, schemas, tablefiles, withdrawal
from incumbent.errors import IncumbentError, InputError, VerifyError
from incumbent.ledger import SCRATCH
from incumbent.schemas import TableSchema

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_RELEASE_KEYS = ledger.KEYS


def verify(path: Path) -> list[Problem]:
    """Every problem of a version's folder, a roster's folder or the whole of published/, in the order of paths.

    Raises InputError when `path` is none of these.
    """
    if (path / "datapackage.json").exists() or (path / manifest.NAME).exists():
        return list(_version(path))
    if (path / "latest.json").exists():
        return list(_roster(path))
    rosters = _rosters(path)
    if not rosters:
        raise InputError(
            "nothing is published here",
            where=str(path),
            expected="a version (datapackage.json), a roster (latest.json) or a folder of rosters",
        )
    problems = [problem for roster in rosters for problem in _roster(roster)]
    return [*problems, *_root_index(path, rosters)]


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


def _version(folder: Path) -> Iterator[Problem]:
    """One version. A file that is not what the manifest says is reported once, and not read any further."""
    broken = list(manifest.faults(folder))
    for name, fault in broken:
        yield Problem(str(folder / name), fault)
    if broken:
        return
    try:
        descriptor = _json(folder / "datapackage.json")
        yield from _descriptor(folder, descriptor)
    except IncumbentError as error:
        yield Problem(error.where or str(folder / "datapackage.json"), error.what, error.expected)


def _descriptor(folder: Path, descriptor: Any) -> Iterator[Problem]:
    path = str(folder / "datapackage.json")
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("resources"), list):
        yield Problem(path, "is no data package", "an object with resources")
        return
    if difference.VERSION.fullmatch(str(descriptor.get("version", ""))) is None:
        yield Problem(path, "has no version", "MAJOR.MINOR.PATCH")
    elif folder.name.startswith("v") and folder.name != f"v{descriptor['version']}":
        yield Problem(path, f"says version {descriptor['version']}", f"the version of its folder, {folder.name}")
    sums = manifest.read(folder)
    named: dict[str, TableSchema] = {}
    for index, resource in enumerate(descriptor["resources"]):
        at = f"{path}, /resources/{index}"
        file = resource.get("path") if isinstance(resource, dict) else None
        if not isinstance(file, str) or _NAME.fullmatch(file) is None:
            yield Problem(at, "has a path that is no plain file name", "a file of this folder")
            continue
        if resource.get("hash") != f"sha256:{sums.get(file)}":
            yield Problem(at, f"has another hash for {file} than the manifest", str(sums.get(file)))
        if "bytes" in resource and (folder / file).is_file() and resource["bytes"] != (folder / file).stat().st_size:
            yield Problem(at, f"has another size for {file}", str((folder / file).stat().st_size))
        schema = schemas.parse_schema(resource.get("schema"), where=at)
        if named.setdefault(schema.name, schema).descriptor != schema.descriptor:
            yield Problem(at, "has another schema than its sister", "one schema for CSV and Parquet")
    unnamed = {name for name in sums if re.fullmatch(r"[^/]+\.(csv|parquet)", name)} - {
        resource.get("path") for resource in descriptor["resources"] if isinstance(resource, dict)
    }
    for name in sorted(unnamed):
        yield Problem(str(folder / name), "is not in the descriptor", "a resource")
    for name, schema in named.items():
        yield from table_problems(folder, name, schema)
    yield from _profile(folder, descriptor)


def table_problems(folder: Path, name: str, schema: TableSchema) -> Iterator[Problem]:
    """CSV and Parquet of one table hold the same cells, of the schema's types, with strict dates, sorted by key."""
    csv, parquet = folder / f"{name}.csv", folder / f"{name}.parquet"
    try:
        text = tablefiles.read_csv_text(csv, schema)
        from_csv = tablefiles.typed(text, schema)
        from_parquet = tablefiles.read_parquet(parquet, schema)
    except OSError as error:
        yield Problem(str(error.filename), "is missing or unreadable", "the table as CSV and as Parquet")
        return
    except IncumbentError as error:
        yield Problem(str(csv) if str(parquet) not in error.where else str(parquet), f"{error.what} ({error.where})")
        return
    if from_csv.height != from_parquet.height:
        yield Problem(str(csv), f"has {from_csv.height} rows, {parquet.name} {from_parquet.height}", "the same rows")
        return
    for field in schema.names:
        unequal = from_csv[field].ne_missing(from_parquet[field])
        if unequal.any():
            row = unequal.arg_true()[0]
            yield Problem(
                f"{csv}, line {row + 2}, field {field}",
                f"is {from_csv[field][row]!r} and in {parquet.name} {from_parquet[field][row]!r}",
                "the same cells",
            )
    if not from_parquet.equals(tablefiles.conform(from_parquet, schema)):
        yield Problem(str(csv), "is not sorted by its primary key, or has empty text for missing", "sorted rows")


def _profile(folder: Path, descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    """frictionless' opinion of the descriptor and of every table. It reads no address and no file outside the folder:
    every path was found to be a plain name before this."""
    from incumbent.frictionless_report import report_errors

    for resource, note in report_errors(folder, descriptor):
        yield Problem(str(folder / resource), note)


def _roster(folder: Path) -> Iterator[Problem]:
    """A roster's folder: its pointer, its index, each version, and latest/."""
    if (folder / SCRATCH).exists():
        yield Problem(str(folder / SCRATCH), "is left over from a run that did not end", "run the release again")
    read: dict[str, Any] = {}
    for name in ("latest.json", "versions.json", "status.json"):
        try:
            read[name] = _json(folder / name)
        except VerifyError as error:
            yield Problem(str(folder / name), error.what)
    if not {"latest.json", "versions.json"} <= set(read):
        return
    pointer, index = read["latest.json"], read["versions.json"]
    listed = index.get("versions") if isinstance(index, dict) else None
    if not isinstance(listed, list) or not all(_is_release(each) and _has_state(each) for each in listed):
        yield Problem(str(folder / "versions.json"), "is no list of versions", ", ".join(_RELEASE_KEYS))
        return
    published = [each for each in listed if each["state"] == "published"]
    present = {path.name for path in folder.glob("v*") if path.is_dir()}
    for name in sorted(present - {each["path"] for each in listed}):
        yield Problem(str(folder / name), "is not in versions.json", "every version listed")
    yield from _withdrawn(folder, listed, present)
    for each in published:
        if each["path"] not in present:
            yield Problem(str(folder / each["path"]), "is listed in versions.json and is not there")
            continue
        yield from _version(folder / each["path"])
        yield from _digest(folder / each["path"], each["manifest"], "versions.json")
    expected = ledger.pointer_to(listed)
    if pointer != expected:
        yield Problem(str(folder / "latest.json"), "does not name the newest version of versions.json", str(expected))
    elif pointer["path"] in present:
        yield from _latest(folder, folder / pointer["path"])
    elif pointer["path"] is None and (folder / "latest").exists():
        yield Problem(str(folder / "latest"), "is there although every version was withdrawn", "no such folder")
    yield from _told(folder, index)


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


def _told(folder: Path, index: dict[str, Any]) -> Iterator[Problem]:
    """The corrections log and the feeds say what the versions say."""
    try:
        log = corrections.log(folder / corrections.FILE, None, index["versions"])
        made = {
            corrections.FILE: corrections.csv_bytes(log),
            feeds.VERSIONS: feeds.of_versions(folder, index),
            feeds.CHANGES: feeds.of_changes(folder, index),
        }
    except (VerifyError, KeyError, TypeError, ValueError) as error:
        yield Problem(str(folder), f"has news that cannot be read: {error}")
        return
    for name, content in made.items():
        path = folder / name
        if not path.is_file():
            yield Problem(str(path), "is missing")
        elif path.read_bytes() != content:
            yield Problem(str(path), "is not what the versions say", "run the release again")


def _latest(folder: Path, version: Path) -> Iterator[Problem]:
    """latest/ is a copy of `version`, byte for byte."""
    latest = folder / "latest"
    if not latest.is_dir():
        yield Problem(str(latest), "is not there", f"a copy of {version.name}")
        return
    for name in sorted(set(manifest.files(latest)) | set(manifest.files(version))):
        here, there = latest / name, version / name
        if not here.is_file() or not there.is_file():
            yield Problem(str(here), f"is {'extra' if here.exists() else 'missing'}", f"a copy of {version.name}")
        elif manifest.digest(here) != manifest.digest(there):
            yield Problem(str(here), f"differs from {there.name} of {version.name}", "the same bytes")


def _digest(version: Path, expected: str, said_in: str) -> Iterator[Problem]:
    path = version / manifest.NAME
    if path.is_file() and manifest.digest(path) != expected:
        yield Problem(str(path), f"is not the manifest that {said_in} knows", expected)


def _root_index(published: Path, rosters: list[Path]) -> Iterator[Problem]:
    path = published / "versions.json"
    try:
        index = _json(path)
        own = [_json(roster / "versions.json") for roster in rosters]
    except VerifyError as error:
        yield Problem(error.where, error.what)
        return
    if index != {"rosters": own}:
        yield Problem(str(path), "is not what the rosters' own versions.json say", "the same versions")
        return
    for name, made in ((feeds.VERSIONS, feeds.of_rosters), (catalogue.FILE, catalogue.of_rosters)):
        shown = published / name
        if not shown.is_file():
            yield Problem(str(shown), "is missing")
            continue
        try:
            same = shown.read_bytes() == made(published, own)
        except (IncumbentError, KeyError, TypeError, ValueError):
            same = False
        if not same:
            yield Problem(str(shown), "is not what the versions say", "run the release again")


def _rosters(published: Path) -> list[Path]:
    if not published.is_dir():
        return []
    return sorted(path.parent for path in published.glob("*/latest.json"))


def _is_release(value: object) -> bool:
    if not isinstance(value, dict) or any(key not in value for key in _RELEASE_KEYS):
        return False
    return isinstance(value["path"], str) and _NAME.fullmatch(value["path"]) is not None


def _has_state(listed: Mapping[str, Any]) -> bool:
    """Whether an entry of versions.json, all keys there, is published, or withdrawn with when and why."""
    said = listed.get("withdrawn")
    if listed.get("state") == "withdrawn":
        return isinstance(said, dict) and type(said.get("sequence")) is int and isinstance(said.get("date"), str)
    return listed.get("state") == "published" and said is None and type(listed["sequence"]) is int


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise VerifyError("is missing", where=str(path)) from error
    except (OSError, ValueError) as error:
        raise VerifyError("is not readable as JSON", where=str(path)) from error


@dataclass(frozen=True)
class Problem:
    """What is wrong with which file, and what it should be."""

    path: str
    what: str
    expected: str = ""
