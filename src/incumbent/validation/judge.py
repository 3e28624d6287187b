"""frictionless' errors of one table of a data package: found by the screen, judged by frictionless.

frictionless opens the table itself (its header, its schema), is given the suspect rows alone with their true numbers,
and the keys that the screen found in the tables it refers to. Where there is nothing to judge it is not even imported.
"""

from __future__ import annotations

import copy
import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from incumbent.validation import screening
from incumbent.validation.columns import Column, compile_field
from incumbent.validation.screening import Asked, Reader, Reference, Screened
from incumbent.validation.tables import FIRST_ROW, CsvTable, HandOver, ParquetTable, Table

#: What of a resource or schema the screen heeds; another key may change what frictionless reads.
_HEEDED = {
    "$schema", "name", "type", "title", "description", "path", "format", "mediatype", "encoding", "hash", "bytes",
    "schema", "sources", "licenses", "contributors", "homepage",
}  # fmt: skip
_SCHEMA_HEEDED = {
    "$schema", "name", "title", "description", "fields", "missingValues", "primaryKey", "foreignKeys", "uniqueKeys",
}  # fmt: skip
#: Types of which equal text is an equal value, and a value can be looked up.
_REFERRING = ("string", "any", "boolean", "integer", "date", "datetime", "year", "yearmonth")
_TABLES: Mapping[str, type[CsvTable] | type[ParquetTable]] = {"csv": CsvTable, "parquet": ParquetTable}


def table_errors(folder: Path, descriptor: Mapping[str, Any], name: str, limit_errors: int = 0) -> list[Any]:
    """The errors (frictionless.Error) that frictionless reports of the resource `name` of the data package `descriptor`
    in `folder`, in its order; at most `limit_errors`, if that is not 0.

    The descriptor has to be valid (frictionless.Package.to_descriptor(validate=True)), its paths within `folder`.
    """
    try:
        return screened_errors(folder, descriptor, name, limit_errors)
    except HandOver:
        return whole_errors(folder, descriptor, name, limit_errors)


def screened_errors(folder: Path, descriptor: Mapping[str, Any], name: str, limit_errors: int = 0) -> list[Any]:
    """As `table_errors`, by the screen and no other way. Raises HandOver where frictionless has to read all rows."""
    resources = {str(each.get("name")): each for each in descriptor["resources"]}
    return _Judged(folder, descriptor, resources, name).errors(limit_errors)


def whole_errors(folder: Path, descriptor: Mapping[str, Any], name: str, limit_errors: int = 0) -> list[Any]:
    """As `table_errors`, by frictionless alone, which reads every row."""
    report = _package(folder, descriptor).get_resource(name).validate(limit_errors=limit_errors)
    return [error for task in report.tasks for error in task.errors]


def _package(folder: Path, descriptor: Mapping[str, Any]) -> Any:
    import frictionless

    return frictionless.Package.from_descriptor(copy.deepcopy(dict(descriptor)), basepath=str(folder))


class _Judged:
    """One table, what is asked of it, and what was found."""

    def __init__(
        self, folder: Path, descriptor: Mapping[str, Any], resources: Mapping[str, Mapping[str, Any]], name: str
    ) -> None:
        self._folder, self._descriptor, self._resources, self._name = folder, descriptor, resources, name
        self._resource = resources[name]
        self._told = _Told(self._resource, folder)
        self._schema, self._table, self._columns = _open(folder, self._resource, self._told.digest)
        self._readers: dict[str, Reader] = {}

    def errors(self, limit_errors: int) -> list[Any]:
        keys: set[tuple[str, ...]] = {(name,) for name in self._columns if self._is_unique(name)}
        primary_key = _names(self._schema.get("primaryKey", []), self._columns)
        if primary_key:
            keys.add(primary_key)
        references = [self._reference(each) for each in self._schema.get("foreignKeys", [])]
        asked = Asked(self._columns, frozenset(keys), primary_key, references)
        screened = screening.screen(self._table, asked, self._reader)
        if not len(screened.suspects) and self._told.holds():
            return []
        return self._judge(screened, references, limit_errors)

    def _is_unique(self, name: str) -> bool:
        field = next(field for field in self._schema["fields"] if field["name"] == name)
        return bool(field.get("constraints", {}).get("unique"))

    def _reader(self, name: str) -> Reader:
        """frictionless' reader of a field."""
        if not self._readers:
            self._readers = {field.name: field.create_cell_reader() for field in self._opened.schema.fields}
        return self._readers[name]

    @functools.cached_property
    def _opened(self) -> Any:
        """The resource as frictionless knows it."""
        return _package(self._folder, self._descriptor).get_resource(self._name)

    def _reference(self, key: Mapping[str, Any]) -> Reference:
        """The keys that a foreign key may name, read from the table that it refers to."""
        fields = _names(key.get("fields"), self._columns)
        at = key.get("reference", {}).get("resource", "") or self._name
        if at not in self._resources:
            raise HandOver(f"there is no resource {at!r}")
        _, table, columns = _open(self._folder, self._resources[at])
        targets = _names(key.get("reference", {}).get("fields"), columns)
        for here, there in zip(fields, targets, strict=True):
            one, other = self._columns[here], columns[there]
            types = {str(each.types[field] or pl.String) for each, field in ((self._table, here), (table, there))}
            alike = one.reading == other.reading and len(types) == 1
            if not alike or one.reading.get("type") not in _REFERRING:
                raise HandOver(f"{here} and {at}.{there} are read otherwise")
        names = list(fields)
        parts = [
            screening.key_cells(frame, [columns[each] for each in targets], names).unique()
            for _, frame in table.blocks()
        ]
        known = pl.concat(parts).unique() if parts else pl.DataFrame(schema=dict.fromkeys(names, pl.String))
        return Reference(fields, known)

    def _judge(self, screened: Screened, references: Sequence[Reference], limit_errors: int) -> list[Any]:
        resource = self._opened
        resource.basepath = str(self._folder)
        resource.package = _NoTables()
        resource.to_copy = _NoRows
        resource.dialect = _only(self._suspects(screened, resource))
        with resource:
            for key, reference in zip(resource.schema.foreign_keys, references, strict=True):
                found = resource.lookup[key["reference"]["resource"]]
                found[tuple(key["reference"]["fields"])] = self._values(reference)
            report = resource.validate(limit_errors=limit_errors)
        return [error for task in report.tasks for error in task.errors]

    def _suspects(self, screened: Screened, resource: Any) -> Iterator[tuple[int, list[Any]]]:
        """The suspect rows with frictionless' numbers; then `resource` is told what it would have counted."""
        if len(screened.suspects):
            for number, cells in self._table.rows(screened.suspects.to_list()):
                yield number + FIRST_ROW, cells
        resource.stats.rows = screened.rows
        self._told.tell(resource.stats)

    def _values(self, reference: Reference) -> set[tuple[Any, ...]]:
        """The keys of a reference as frictionless reads them."""
        if all(self._columns[name].plain_text for name in reference.fields):
            return set(reference.known.rows())
        readers = [self._reader(name) for name in reference.fields]
        return {
            tuple(reader(cell)[0] for reader, cell in zip(readers, cells, strict=True))
            for cells in reference.known.rows()
        }


class _Told:
    """What a resource says of its file: its hash and its size."""

    def __init__(self, resource: Mapping[str, Any], folder: Path) -> None:
        self._hash, self._bytes = resource.get("hash"), resource.get("bytes")
        self._path = folder / str(resource.get("path"))
        if self._hash and not str(self._hash).startswith("sha256:"):
            raise HandOver("its hash is no SHA-256")
        self.digest = hashlib.sha256() if self._hash else None

    def holds(self) -> bool:
        """Whether both are right; only after the whole file was read."""
        size = self._path.stat().st_size
        return (not self._hash or self._hash == f"sha256:{self._sha256()}") and (not self._bytes or self._bytes == size)

    def tell(self, stats: Any) -> None:
        """Fill in what frictionless counts while it reads a whole file."""
        stats.bytes, stats.sha256 = self._path.stat().st_size, self._sha256()

    def _sha256(self) -> str | None:
        return self.digest.hexdigest() if self.digest is not None else None


def _open(
    folder: Path, resource: Mapping[str, Any], digest: Any = None
) -> tuple[Mapping[str, Any], Table, dict[str, Column]]:
    """The schema, the table and the checks of a resource. Raises HandOver where the screen would not read it as
    frictionless does."""
    schema, path, kind = resource.get("schema"), str(resource.get("path")), str(resource.get("format"))
    if not isinstance(schema, dict) or set(schema) - _SCHEMA_HEEDED or set(resource) - _HEEDED or kind not in _TABLES:
        raise HandOver("the resource is not understood")
    names = [field.get("name") for field in schema.get("fields", [])]
    if not names or not path.endswith(f".{kind}") or len(set(names)) != len(names):
        raise HandOver("the schema, or the path, is not understood")
    try:
        if kind == "csv" and not _is_utf8(resource, folder / path):
            raise HandOver("it is not UTF-8")
        table: Table = _TABLES[kind](folder / path, names, digest)
    except OSError as error:
        raise HandOver(f"it cannot be read: {error}") from None
    columns = {field["name"]: compile_field(field, schema, table.types[field["name"]]) for field in schema["fields"]}
    return schema, table, columns


def _is_utf8(resource: Mapping[str, Any], path: Path) -> bool:
    """Whether frictionless reads the file as UTF-8: as told, or as it guesses from the beginning."""
    if "encoding" in resource:
        return str(resource["encoding"]).lower() in ("utf-8", "utf8")
    import frictionless

    detector = frictionless.Detector()
    with path.open("rb") as file:
        return bool(detector.detect_encoding(file.read(detector.buffer_size)) == "utf-8")


def _names(value: Any, columns: Mapping[str, Column]) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else tuple(value or ())
    if not all(name in columns for name in names):
        raise HandOver("a key names a field that is not there")
    return names


def _only(rows: Iterator[tuple[int, list[Any]]]) -> Any:
    """A dialect by which frictionless takes a table's rows from `rows`, and its header from the file."""
    import frictionless

    class Suspects(frictionless.Dialect):
        """Made here, since frictionless is imported only where there is something to judge."""

        def __bool__(self) -> bool:
            return True

        def read_enumerated_content_stream(self, cell_stream: Any) -> Iterator[tuple[int, list[Any]]]:
            """`rows`; none of the sample, which frictionless asks for first, as a list."""
            return iter(()) if isinstance(cell_stream, list) else rows

    return Suspects()


class _NoRows:
    """Stands for a table that frictionless opens to collect keys, of which there are none."""

    schema = None
    row_stream = ()

    def to_copy(self) -> _NoRows:
        """Itself."""
        return self

    def __enter__(self) -> _NoRows:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class _NoTables:
    """Stands for the package: its tables were read already."""

    def has_resource(self, _: str) -> bool:
        """Every table that is named was found before."""
        return True

    def get_resource(self, _: str) -> _NoRows:
        """A table without rows."""
        return _NoRows()
