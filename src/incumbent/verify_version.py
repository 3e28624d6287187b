"""Is one version what was published? Its manifest, its descriptor, and its tables: CSV = Parquet, by the schema.

Trusts nothing in the folder: a path in a descriptor is a plain name inside it, or it is a problem.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from incumbent import difference, manifest, schemas, tablefiles
from incumbent.errors import IncumbentError, VerifyError
from incumbent.schemas import TableSchema

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def problems(folder: Path, proven: Collection[str] = frozenset()) -> Iterator[Problem]:
    """The problems of one version. A file that is not what the manifest says is reported once, and then nothing else
    is read.

    `proven`: SHA-256 of manifests of versions that were found whole before. Where the digests of all files are right
    and this manifest is one of them, the tables are those that were found valid, and are not read again.
    """
    broken = list(manifest.faults(folder))
    for name, fault in broken:
        yield Problem(str(folder / name), fault)
    if broken or manifest.digest(folder / manifest.NAME) in proven:
        return
    try:
        yield from _descriptor(folder, read_json(folder / "datapackage.json"))
    except IncumbentError as error:
        yield Problem(error.where or str(folder / "datapackage.json"), error.what, error.expected)


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


def read_json(path: Path) -> Any:
    """The JSON of a file. Raises VerifyError where there is none. What is no plain file is not opened: it may never
    end."""
    if not path.is_file():
        raise VerifyError("is no plain file" if os.path.lexists(path) else "is missing", where=str(path))
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise VerifyError("is not readable as JSON", where=str(path)) from error


def _descriptor(folder: Path, descriptor: Any) -> Iterator[Problem]:
    path = str(folder / "datapackage.json")
    resources = descriptor.get("resources") if isinstance(descriptor, dict) else None
    if not isinstance(resources, list) or not all(isinstance(each, dict) for each in resources):
        yield Problem(path, "is no data package", "an object with resources")
        return
    if difference.VERSION.fullmatch(str(descriptor.get("version", ""))) is None:
        yield Problem(path, "has no version", "MAJOR.MINOR.PATCH")
    elif folder.name.startswith("v") and folder.name != f"v{descriptor['version']}":
        yield Problem(path, f"says version {descriptor['version']}", f"the version of its folder, {folder.name}")
    sums = manifest.read(folder)
    named: dict[str, TableSchema] = {}
    for index, resource in enumerate(resources):
        at = f"{path}, /resources/{index}"
        file = resource.get("path")
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
    described = [resource.get("path") for resource in resources]
    for name in (name for name in sums if re.fullmatch(r"[^/]+\.(csv|parquet)", name) and name not in described):
        yield Problem(str(folder / name), "is not in the descriptor", "a resource")
    for name, schema in named.items():
        if _NAME.fullmatch(name) is None:
            yield Problem(path, f"has a schema of the name {name!r}", "the name of a table")
        else:
            yield from table_problems(folder, name, schema)
    yield from _profile(folder, descriptor)


def _profile(folder: Path, descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    """frictionless' opinion of the descriptor and of every table. It reads no address and no file outside the folder:
    every path was found to be a plain name before this."""
    from incumbent.frictionless_report import report_errors

    for resource, note in report_errors(folder, descriptor):
        yield Problem(str(folder / resource), note)


@dataclass(frozen=True)
class Problem:
    """What is wrong with which file, and what it should be."""

    path: str
    what: str
    expected: str = ""
