"""A table file as blocks of columns, read so that every cell is what frictionless reads, or not at all.

What cannot be read so raises HandOver. A CSV file is cut into blocks between records and parsed by Polars; the cells of
single rows are read again from their bytes, by the csv module that frictionless uses.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import polars as pl

#: Bytes of CSV, and rows of Parquet, that are held as columns at a time.
BLOCK_BYTES = 32 * 2**20
BLOCK_ROWS = 500_000
#: frictionless' number of the first row: the header, or the names of the columns of a Parquet file, is row 1.
FIRST_ROW = 2
#: frictionless guesses delimiter and quote from so many lines.
_SAMPLE_LINES = 100
_DELIMITERS = ",\t;|"
_QUOTE, _COMMA, _NEWLINE = b'",\n'


class HandOver(Exception):
    """The screen cannot judge this table exactly: frictionless has to read all of it."""


class Table(Protocol):
    """`blocks`: for each block of rows, in order, the number of rows before it and its cells (text of a CSV file; typed
    of a Parquet file; null: empty, or null). `rows`: the cells of these rows as frictionless gets them, counted from 0,
    in ascending order; only after all blocks were read. `types`: of the cells; None: text of a CSV file."""

    types: Mapping[str, pl.DataType | None]

    def blocks(self) -> Iterator[tuple[int, pl.DataFrame]]: ...

    def rows(self, numbers: Sequence[int]) -> Iterator[tuple[int, list[Any]]]: ...


class CsvTable:
    """A CSV file in UTF-8 whose header is exactly `names`. Raises HandOver where that is not so, here or in `blocks`.

    `digest`: is given all bytes of the file as the blocks are read for the first time.
    """

    def __init__(self, path: Path, names: Sequence[str], digest: Any = None) -> None:
        self._path, self._names, self._digest = path, list(names), digest
        self._starts: list[tuple[int, int, int]] = []
        self.types: Mapping[str, pl.DataType | None] = dict.fromkeys(names)
        self._body = _header_bytes(path, self._names)

    def blocks(self) -> Iterator[tuple[int, pl.DataFrame]]:
        starts, before, at = [], 0, self._body
        digest, self._digest = self._digest, None
        for block in self._cut(digest):
            frame = self._parse(block)
            starts.append((before, at, len(block)))
            yield before, frame
            before, at = before + frame.height, at + len(block)
        self._starts = starts

    def rows(self, numbers: Sequence[int]) -> Iterator[tuple[int, list[Any]]]:
        import numpy as np

        wanted = np.asarray(numbers, dtype=np.int64)
        with self._path.open("rb") as file:
            for index, (before, at, size) in enumerate(self._starts):
                after = self._starts[index + 1][0] if index + 1 < len(self._starts) else np.iinfo(np.int64).max
                here = wanted[np.searchsorted(wanted, before) : np.searchsorted(wanted, after)]
                if not len(here):
                    continue
                file.seek(at)
                block = file.read(size)
                ends = _record_ends(block)
                edges = np.concatenate([[-1], ends, [size - 1]]) + 1
                rows = here - before
                spans = zip(edges[rows].tolist(), edges[rows + 1].tolist(), strict=True)
                records = csv.reader(block[begin:end].decode("utf-8") for begin, end in spans)
                yield from zip(here.tolist(), records, strict=True)

    def _cut(self, digest: Any) -> Iterator[bytes]:
        """The file's bytes after the header, cut after records."""
        with self._path.open("rb") as file:
            head = file.read(self._body)
            if digest is not None:
                digest.update(head)
            rest = b""
            while read := file.read(BLOCK_BYTES):
                if digest is not None:
                    digest.update(read)
                block = rest + read if rest else read
                cut = _last_record_end(block)
                if cut:
                    yield block[:cut]
                rest = block[cut:]
            if rest:
                yield rest

    def _parse(self, block: bytes) -> pl.DataFrame:
        quoted = _QUOTE in block
        if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
            raise HandOver("a carriage return stands alone")
        if block.startswith(codecs.BOM_UTF8):
            raise HandOver("a row begins with a byte order mark, which Polars would drop")
        try:
            frame = pl.read_csv(
                block,
                has_header=False,
                schema=dict.fromkeys(self._names, pl.String),
                quote_char='"' if quoted else None,
                raise_if_empty=False,
            )
        except pl.exceptions.PolarsError as error:
            raise HandOver(f"Polars cannot read it: {error}") from None
        if quoted:
            _require_plain_quotes(block)
        self._require_whole_rows(block, frame, quoted)
        return frame

    def _require_whole_rows(self, block: bytes, frame: pl.DataFrame, quoted: bool) -> None:
        """Polars fills up a row that is too short, and refuses one that is too long."""
        if len(self._names) == 1:
            if frame.to_series().null_count():
                raise HandOver("a row of one column is blank")
        elif not frame[self._names[-1]].null_count() and not quoted:
            return
        rows, commas = _counts(block, quoted)
        if rows != frame.height or commas != rows * (len(self._names) - 1):
            raise HandOver("a row is too short or blank")


class ParquetTable:
    """A Parquet file whose columns are exactly `names`. Raises HandOver where that is not so."""

    def __init__(self, path: Path, names: Sequence[str], digest: Any = None) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if digest is not None:
            with path.open("rb") as file:
                while read := file.read(BLOCK_BYTES):
                    digest.update(read)
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise HandOver(f"Arrow cannot read it: {error}") from None
        if self._file.schema_arrow.names != list(names):
            raise HandOver("the columns are not the fields of the schema")
        empty = pl.from_arrow(self._file.schema_arrow.empty_table())
        assert isinstance(empty, pl.DataFrame)
        self.types: Mapping[str, pl.DataType | None] = dict(empty.schema)

    def blocks(self) -> Iterator[tuple[int, pl.DataFrame]]:
        before = 0
        for batch in self._batches():
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield before, frame
            before += frame.height

    def rows(self, numbers: Sequence[int]) -> Iterator[tuple[int, list[Any]]]:
        before, wanted = 0, pl.Series(numbers, dtype=pl.Int64)
        for batch in self._batches():
            here = wanted.filter(wanted.is_between(before, before + batch.num_rows - 1))
            if len(here):
                cells = batch.take((here - before).to_arrow()).to_pylist()
                yield from ((number, list(row.values())) for number, row in zip(here.to_list(), cells, strict=True))
            before += batch.num_rows

    def _batches(self) -> Iterator[Any]:
        import pyarrow as pa

        try:
            yield from self._file.iter_batches(BLOCK_ROWS)
        except (pa.ArrowException, OSError) as error:
            raise HandOver(f"Arrow cannot read it: {error}") from None


def _header_bytes(path: Path, names: list[str]) -> int:
    """How long the header is. Raises HandOver unless frictionless would read the file as commas and quotes in UTF-8,
    with these labels."""
    lines: list[str] = []
    with path.open("rb") as file:
        try:
            text = io.TextIOWrapper(file, "utf-8", newline="")
            lines += [line for _, line in zip(range(_SAMPLE_LINES), text, strict=False)]
        except UnicodeDecodeError:
            raise HandOver("it is not UTF-8") from None
    try:
        guess: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff("".join(lines), _DELIMITERS)
    except csv.Error:
        guess = csv.excel
    if guess.delimiter != "," or guess.skipinitialspace or guess.quotechar not in ("'", '"') or guess.escapechar:
        raise HandOver("frictionless would guess another dialect")
    reader = csv.reader(lines)
    if next(reader, None) != names:
        raise HandOver("the labels are not the fields of the schema")
    header = "".join(lines[: reader.line_num])
    if header.endswith("\r"):
        raise HandOver("a carriage return stands alone")
    return len(header.encode())


def _last_record_end(block: bytes) -> int:
    """Where the last whole record of a block that begins with one ends; 0: there is none. Right where every quote
    stands at the edge of a cell or is doubled, which is asked of the block afterwards."""
    cut = block.rfind(b"\n") + 1
    if _QUOTE not in block:
        return cut
    within = block.count(b'"', 0, cut) % 2
    while cut and within:
        previous = block.rfind(b"\n", 0, cut - 1) + 1
        within ^= block.count(b'"', previous, cut) % 2
        cut = previous
    return cut


def _require_plain_quotes(block: bytes) -> None:
    """Every quote begins or ends a cell, or is doubled within one: then all readers agree what the cells are."""
    import numpy as np

    text = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(text == _QUOTE)
    opening, closing = quotes[0::2], quotes[1::2]
    if len(opening) != len(closing):
        raise HandOver("a quote is left open")
    before, after = text[opening - 1], text[np.minimum(closing + 1, len(text) - 1)]
    begins = (opening == 0) | (before == _COMMA) | (before == _NEWLINE) | (before == _QUOTE)
    ends = (
        (closing == len(text) - 1) | (after == _COMMA) | (after == _NEWLINE) | (after == ord("\r")) | (after == _QUOTE)
    )
    if not begins.all() or not ends.all():
        raise HandOver("a quote stands within a cell")


def _outside(block: bytes, byte: int) -> Any:
    """Where `byte` stands outside quotes."""
    import numpy as np

    text = np.frombuffer(block, dtype=np.uint8)
    found = np.flatnonzero(text == byte)
    if _QUOTE not in block:
        return found
    return found[np.searchsorted(np.flatnonzero(text == _QUOTE), found) % 2 == 0]


def _record_ends(block: bytes) -> Any:
    return _outside(block, _NEWLINE)


def _counts(block: bytes, quoted: bool) -> tuple[int, int]:
    """Records, and commas between cells, in a block with plain quotes or none."""
    ends, commas = (
        (len(_record_ends(block)), len(_outside(block, _COMMA))) if quoted else (block.count(b"\n"), block.count(b","))
    )
    return ends + (not block.endswith(b"\n")), commas
