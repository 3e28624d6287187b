"""frictionless' report on a version, made safe: local plain files only, and never taken for whole when it is cut off.

Known of frictionless 5: it stops at 1,000 errors a table, fetches addresses that a descriptor names, and finds every
Parquet file with `bytes` invalid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from incumbent.errors import SchemaError

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LIMIT = 1000


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
    report = package.validate(limit_errors=_LIMIT)
    for each in report.errors:
        yield "datapackage.json", each.message
    for task in report.tasks:
        for each in task.errors:
            yield task.place, each.message
        if len(task.errors) >= _LIMIT:
            yield task.place, f"has {_LIMIT:,} errors or more: the report stops here"
