"""What one step of a run hands to the next: a folder of Parquet files with their digests, never the tables themselves.

A step's result goes through Prefect and may be shown, logged or kept: it holds names, paths and hashes only.
"""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

import polars as pl

from incumbent.errors import ArchiveError


class Stage(TypedDict):
    """`folder` holds <name>.parquet for each name of `tables`, whose value is the SHA-256 of the file."""

    folder: str
    tables: dict[str, str]


def put(folder: Path, tables: Mapping[str, pl.DataFrame]) -> Stage:
    """Write each table to `folder`, which is made; what `take` needs to read them back. Whole, or not there."""
    folder.mkdir(parents=True)
    digests: dict[str, str] = {}
    try:
        for name, table in sorted(tables.items()):
            content = io.BytesIO()  # Polars hides what the disk said: a full one is "invalid thrift"
            table.write_parquet(content)
            (folder / f"{name}.parquet").write_bytes(content.getbuffer())
            digests[name] = hashlib.sha256(content.getbuffer()).hexdigest()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # a step that is tried again makes it anew
        raise
    return {"folder": str(folder), "tables": digests}


def take(stage: Stage) -> dict[str, pl.DataFrame]:
    """The tables of a stage, by name. Raises ArchiveError when a file is not the one that was put there."""
    tables: dict[str, pl.DataFrame] = {}
    for name, digest in stage["tables"].items():
        path = Path(stage["folder"]) / f"{name}.parquet"
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise ArchiveError(
                "a table changed between two steps of the run",
                where=str(path),
                expected=f"SHA-256 {digest}",
                do="run again; let nothing else write to the folder of temporary files",
            )
        tables[name] = pl.read_parquet(content)
    return tables
