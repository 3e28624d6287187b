"""What is published of one roster, read once for all of its pages: indexes, the live version's tables, its descriptor.

Pages are made from nothing else, so what may not be published cannot be on one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from incumbent import corrections, ledger, news, schemas
from incumbent.errors import InputError
from incumbent.schemas import TableSchema

#: What the index of all rosters shows of each comes from here.
_OUTLINED = ("headlines",)


def read(published: Path, slug: str) -> Published:
    """Everything that the pages of published/<slug> are made of.

    Raises InputError when nothing is published as `slug`; VerifyError when an index or the log of corrections is
    damaged.
    """
    return _read(published, slug, schemas.load())


def outline(published: Path, slug: str) -> Published:
    """As `read`, with the table of headlines alone: what costs the same however long the list is."""
    known = schemas.load()
    return _read(published, slug, {name: known[name] for name in _OUTLINED})


def _read(published: Path, slug: str, wanted: Mapping[str, TableSchema]) -> Published:
    folder = published / slug
    if not (folder / "versions.json").is_file():
        raise InputError(f"nothing is published as {slug!r}", where=str(published), expected=f"{slug}/versions.json")
    index = ledger.read(folder / "versions.json")
    listed: list[dict[str, Any]] = index["versions"]
    pointer = ledger.pointer_to(listed)
    live = folder / pointer["path"] if pointer["path"] else None
    tables = {name: _table(live, name, schema.types) for name, schema in wanted.items()}
    status = folder / "status.json"
    return Published(
        folder=folder,
        slug=slug,
        title=str(index["title"]),
        versions=listed,
        pointer=pointer,
        live=live,
        status=ledger.read(status) if status.is_file() else {},
        corrections=corrections.published(folder / corrections.FILE),
        described=ledger.read(live / "datapackage.json") if live else {},
        tables=tables,
    )


def news_of(version: Path) -> dict[str, Any]:
    """news.json of a version; empty for one that was made before there was such a file."""
    path = version / news.FILE
    found: dict[str, Any] = ledger.read(path) if path.is_file() else {}
    return found


def _table(live: Path | None, name: str, types: Mapping[str, Any]) -> pl.DataFrame:
    """A table of the live version, with the columns `types` at least; empty where the version has no such table."""
    empty = pl.DataFrame(schema=dict(types))
    path = live / f"{name}.parquet" if live else None
    if path is None or not path.is_file():
        return empty
    frame = pl.read_parquet(path)
    lacking = [pl.lit(None, dtype).alias(column) for column, dtype in empty.schema.items() if column not in frame]
    return frame.with_columns(lacking)


@dataclass(frozen=True)
class Published:
    """`versions`: as versions.json lists them, oldest first; `pointer`: of the live one, its values null where all are
    withdrawn, and `live` None; `described`: its datapackage.json; `tables`: those of its tables that were read, empty
    where it lacks one."""

    folder: Path
    slug: str
    title: str
    versions: list[dict[str, Any]]
    pointer: dict[str, Any]
    live: Path | None
    status: dict[str, Any]
    corrections: list[corrections.Correction]
    described: dict[str, Any]
    tables: dict[str, pl.DataFrame]

    @property
    def as_of(self) -> str | None:
        """The day whose knowledge the live version uses."""
        as_of: str | None = self.pointer["as_of"]
        return as_of

    @property
    def entries(self) -> int:
        """How many entries the live version has."""
        if "roster" in self.tables:
            return self.tables["roster"].height
        path = self.live / "roster.parquet" if self.live else None
        return int(pl.scan_parquet(path).select(pl.len()).collect().item()) if path and path.is_file() else 0

    def figure(self, measure: str) -> dict[str, Any] | None:
        """A row of the headlines table; None where the version does not count that."""
        found = self.tables["headlines"].filter(pl.col("measure") == measure)
        return found.row(0, named=True) if found.height else None
