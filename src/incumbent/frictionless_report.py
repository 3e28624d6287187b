"""frictionless' report on a version, made safe: local plain files only, and never taken for whole when it is cut off.

frictionless judges every descriptor and every small table; a table of LARGE_ROWS rows or more, and one that refers to
such a table, is screened by incumbent.validation first, and the report is the same.

Known of frictionless 5: it stops at 1,000 errors a table, fetches addresses that a descriptor names, and finds every
Parquet file with `bytes` invalid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from incumbent import validation
from incumbent.errors import SchemaError

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LIMIT = 1000
#: From so many rows on a table is large. frictionless takes about half a second for as many.
LARGE_ROWS = 5_000
_CHUNK = 2**20


def report_errors(
    folder: Path, descriptor: Mapping[str, Any], *, formats: tuple[str, ...] = ("csv",)
) -> Iterator[tuple[str, str]]:
    """(file, note) for each error that frictionless finds in the descriptor and in its resources of `formats`.

    Checks types, constraints, unique and primary keys, foreign keys, hash and size. Raises SchemaError when a path or a
    schema of the descriptor points anywhere but to a file of `folder`: nothing is fetched.
    """
    resources = [resource for resource in descriptor["resources"] if resource.get("format") in formats]
    for resource in resources:
        path = resource.get("path")
        if not isinstance(path, str) or not _PLAIN.fullmatch(path) or not isinstance(resource.get("schema"), dict):
            raise SchemaError(
                f"the descriptor points to {path!r}",
                where=str(folder / "datapackage.json"),
                expected="a file beside it",
            )
        if {"dialect", "extrapaths", "profile", "data"} & set(resource):
            raise SchemaError(
                "a resource has more than a file", where=str(folder / "datapackage.json"), expected="path"
            )
    import frictionless

    try:
        package = frictionless.Package.from_descriptor({**descriptor, "resources": resources}, basepath=str(folder))
    except frictionless.FrictionlessException as error:
        for reason in error.reasons or [error.error]:
            yield "datapackage.json", reason.message
        return
    large = _large(folder, resources)
    if not large:
        report = package.validate(limit_errors=_LIMIT)
        for each in report.errors:
            yield "datapackage.json", each.message
        for task in report.tasks:
            yield from _told(task.place, task.errors)
        return
    try:
        package.to_descriptor(validate=True)  # what Package.validate begins with
    except frictionless.FrictionlessException as error:
        for each in error.to_errors():
            yield "datapackage.json", each.message
        return
    for resource in resources:
        judge = validation.table_errors if resource["name"] in large else validation.whole_errors
        described = {**descriptor, "resources": resources}
        yield from _told(resource["path"], judge(folder, described, resource["name"], _LIMIT))


def _told(file: str, errors: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for each in errors:
        yield file, each.message
    if len(errors) >= _LIMIT:
        yield file, f"has {_LIMIT:,} errors or more: the report stops here"


def _large(folder: Path, resources: Sequence[Mapping[str, Any]]) -> set[str]:
    """The names of the tables of LARGE_ROWS rows or more, and of those that refer to one; none where a resource has no
    name of its own, which frictionless would make up."""
    if not all(isinstance(resource.get("name"), str) for resource in resources):
        return set()
    many = {resource["name"] for resource in resources if _has_many_rows(folder / resource["path"])}
    return many | {resource["name"] for resource in resources if _referred(resource["schema"]) & many}


def _referred(schema: Mapping[str, Any]) -> set[str]:
    """The tables that the foreign keys of a schema name, as far as they are written as they should be."""
    keys = schema.get("foreignKeys")
    references = [key.get("reference") for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
    return {str(reference.get("resource")) for reference in references if isinstance(reference, dict)}


def _has_many_rows(path: Path) -> bool:
    """Whether a file has as many lines; what is no file has none."""
    lines = 0
    if path.is_file():
        with path.open("rb") as file:
            while lines < LARGE_ROWS and (read := file.read(_CHUNK)):
                lines += read.count(b"\n")
    return lines >= LARGE_ROWS
