"""Which rows of a table frictionless could find fault with: all of them, and few others.

A row is suspect when a cell of it is not certainly right and frictionless' reader of the field says it is wrong, when
it shares the value of a unique field or of the primary key with another, when its key or all of it is blank, and when
its foreign key is not found as it is written. One pass over the table; what is kept of a row is a hash of each key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from incumbent.validation.columns import Column
from incumbent.validation.tables import HandOver, Table

#: A field's reader: of a cell, its value and what is wrong with it.
Reader = Callable[[Any], tuple[Any, Any]]
#: How many distinct cells of a column are remembered from one block to the next.
_REMEMBERED = 1_000_000


def screen(table: Table, asked: Asked, reader_of: Callable[[str], Reader]) -> Screened:
    """Reads all of `table`. `reader_of` is called for a column only when it has a cell that is not certainly right.

    Raises HandOver when the table cannot be judged in part.
    """
    readers = _Readers(reader_of)
    suspects: list[pl.Series] = []
    hashes: dict[tuple[str, ...], list[pl.Series]] = {key: [] for key in asked.keys}
    rows = 0
    for before, frame in table.blocks():
        found = [_faulty(frame, asked.columns, readers)]
        for key in asked.keys:
            hashed, blank = _hashed(frame, [asked.columns[name] for name in key], readers)
            hashes[key].append(hashed)
            if key == asked.primary_key:
                found.append(blank.arg_true())
        found += [_unmatched(frame, one, asked.columns) for one in asked.references]
        found.append(_blank(frame, asked.columns.values()).arg_true())
        suspects += [each.cast(pl.Int64) + before for each in found if len(each)]
        rows = before + frame.height
    for parts in hashes.values():
        suspects += _repeated(parts)
    empty = pl.Series(dtype=pl.Int64)
    return Screened(rows, pl.concat(suspects).unique().sort() if suspects else empty)


def _faulty(frame: pl.DataFrame, columns: Mapping[str, Column], readers: _Readers) -> pl.Series:
    """The rows of a block in which a cell by itself is wrong."""
    certain = [column for column in columns.values() if column.right is not None]
    checked = frame.select(column.right.not_().alias(column.name) for column in certain if column.right is not None)
    found = []
    for name, column in columns.items():
        if column.right is None:
            at = pl.int_range(frame.height, eager=True)
        elif not checked[name].any():
            continue
        else:
            at = checked[name].arg_true().cast(pl.Int64)
        unsure = frame.select(column.cell).to_series().gather(at)
        wrong = [cell for cell in unsure.unique().to_list() if readers.read(name, cell)[1]]
        if wrong:
            found.append(at.filter(unsure.is_in(pl.Series(wrong, dtype=unsure.dtype).implode(), nulls_equal=True)))
    return pl.concat(found) if found else pl.Series(dtype=pl.Int64)


def _hashed(frame: pl.DataFrame, columns: Sequence[Column], readers: _Readers) -> tuple[pl.Series, pl.Series]:
    """A number for each row of a block that is the same for equal keys, null for none; and which keys are blank."""
    keys = pl.DataFrame([_equal_by(frame, column, readers) for column in columns])
    blank = keys.select(pl.all_horizontal(pl.all().is_null())).to_series()
    hashed = keys.hash_rows() if keys.width > 1 else keys.to_series().hash()
    return pl.select(pl.when(~blank).then(hashed)).to_series(), blank


def _equal_by(frame: pl.DataFrame, column: Column, readers: _Readers) -> pl.Series:
    """What equal cells have in common; null where frictionless reads no value."""
    equality = column.equality
    of = equality.of if equality.of is not None else pl.lit(None, dtype=equality.type)
    values = frame.select(pl.when(~column.missing).then(of).alias(column.name)).to_series()
    unsure = frame.select(~column.missing).to_series() & values.is_null()
    if not unsure.any():
        return values
    cells = frame.select(column.cell).to_series()
    known = {}
    for cell in cells.filter(unsure).unique().to_list():
        value, _ = readers.read(column.name, cell)
        if value is not None:
            known[cell] = readers.guarded(equality.of_value, value)
    if not known:
        return values
    read = cells.replace_strict(list(known), list(known.values()), default=None, return_dtype=equality.type)
    return pl.select(pl.when(unsure).then(read).otherwise(values).alias(column.name)).to_series()


def _repeated(parts: list[pl.Series]) -> list[pl.Series]:
    """The rows that share their number with another."""
    hashed = pl.concat(parts) if parts else pl.Series(dtype=pl.UInt64)
    given = len(hashed) - hashed.null_count()
    if hashed.n_unique() == given + bool(hashed.null_count()):
        return []
    return [(hashed.is_duplicated() & hashed.is_not_null()).arg_true().cast(pl.Int64)]


def _unmatched(frame: pl.DataFrame, reference: Reference, columns: Mapping[str, Column]) -> pl.Series:
    """The rows whose foreign key is not blank and is not among those known, as it is written."""
    keys = key_cells(frame, [columns[name] for name in reference.fields], reference.known.columns)
    given = keys.select(~pl.all_horizontal(pl.all().is_null())).to_series()
    if keys.width == 1:
        return (given & ~keys.to_series().is_in(reference.known.to_series().implode())).arg_true()
    numbered = keys.with_row_index("").filter(given)
    return numbered.join(reference.known, on=keys.columns, how="anti", nulls_equal=True).get_column("").sort()


def key_cells(frame: pl.DataFrame, columns: Sequence[Column], names: Sequence[str]) -> pl.DataFrame:
    """The cells of a key under these names, missing ones as null."""
    cells = (
        pl.when(~column.missing).then(column.cell).alias(name) for column, name in zip(columns, names, strict=True)
    )
    return frame.select(cells)


def _blank(frame: pl.DataFrame, columns: Iterable[Column]) -> pl.Series:
    """Which rows are blank; none where a field is required, since those are suspect for that."""
    if any(column.required for column in columns):
        return pl.Series([False])
    return frame.select(pl.all_horizontal(column.missing for column in columns)).to_series()


class _Readers:
    """frictionless' readers, each asked once for a text. What they cannot take ends its own run too: HandOver."""

    def __init__(self, reader_of: Callable[[str], Reader]) -> None:
        self._reader_of = reader_of
        self._readers: dict[str, Reader] = {}
        self._read: dict[str, dict[Any, tuple[Any, Any]]] = {}

    def read(self, name: str, cell: Any) -> tuple[Any, Any]:
        if name not in self._readers:
            self._readers[name] = self._reader_of(name)
        read = self._read.setdefault(name, {})
        if cell not in read:
            if len(read) >= _REMEMBERED:
                read.clear()
            read[cell] = self.guarded(self._readers[name], cell)
        return read[cell]

    def guarded(self, function: Callable[[Any], Any], value: Any) -> Any:
        """The result of `function`. Raises HandOver for whatever it raises."""
        try:
            return function(value)
        except Exception as error:
            raise HandOver(f"frictionless cannot read a cell: {error!r}") from error


@dataclass(frozen=True)
class Reference:
    """A foreign key: its `fields`, and the keys that there are to refer to (`known`: a column for each field, distinct,
    with cells as they are written, null for a missing one)."""

    fields: tuple[str, ...]
    known: pl.DataFrame


@dataclass(frozen=True)
class Asked:
    """What is asked of a table. `keys`: the fields that must be unique, alone or together."""

    columns: Mapping[str, Column]
    keys: frozenset[tuple[str, ...]]
    primary_key: tuple[str, ...]
    references: Sequence[Reference]


@dataclass(frozen=True)
class Screened:
    """How many rows a table has, and which are suspect: counted from 0, ascending."""

    rows: int
    suspects: pl.Series
