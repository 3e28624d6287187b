"""The buckets' figures as one file in the order of the accounts, a block of each bucket in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from incumbent import output
from incumbent.errors import InputError
from incumbent.posts.kernel import FIGURES
from incumbent.posts.spill import read_blocks

#: Rows of a row group: the same whatever the number of buckets was.
ROW_GROUP = 100_000
_ARROW = {pl.String(): pa.string(), pl.Int64(): pa.int64(), pl.Float64(): pa.float64()}
_SCHEMA = pa.schema([pa.field(name, _ARROW[dtype]) for name, dtype in FIGURES.items()])


def in_order(buckets: Sequence[Path], listed: Path | None = None) -> Iterator[pl.DataFrame]:
    """The rows of sorted files (spill.write_frame) in the order of account_id, some blocks at a time.

    `listed`: rows of accounts that need not have posts; those that have are only in their bucket's. Raises InputError
    for an account that is in two buckets: the input was not partitioned by account, and each figure is of a part only.
    """
    sources = [(path, False) for path in buckets] + ([(listed, True)] if listed else [])
    blocks = {number: read_blocks(path) for number, (path, _) in enumerate(sources)}
    held: dict[int, pl.DataFrame] = {}
    while True:
        for number in [number for number in blocks if number not in held]:
            block = next((block for block in blocks[number] if block.height), None)
            if block is None:
                del blocks[number]
            else:
                held[number] = block.with_columns(listed=pl.lit(sources[number][1]))
        if not held:
            return
        # No file can still have an account before the least of the last ones that are held.
        until = min(block.item(-1, "account_id") for block in held.values())
        whole = pl.concat([block.filter(pl.col("account_id") <= until) for block in held.values()])
        rest = {number: block.filter(pl.col("account_id") > until) for number, block in held.items()}
        held = {number: block for number, block in rest.items() if block.height}
        yield _once(whole)


def write(frames: Iterator[pl.DataFrame], path: Path) -> int:
    """Frames of FIGURES as one Parquet or CSV file, by the ending of its name, whole or not at all; the number of rows.

    Parquet: zstd, a row group per 100,000 rows, nothing of the clock or the machine. CSV: as every published one is
    (RFC 4180, empty for missing). Raises InputError when the file cannot be written or its name ends otherwise.
    """
    writer = _WRITERS[require_format(path)]
    with output.replacing(path) as sink:
        return writer(frames, sink)


def require_format(path: Path) -> str:
    """.parquet or .csv. Raises InputError for another ending."""
    if path.suffix not in _WRITERS:
        raise InputError(
            f"the file's name ends with {path.suffix!r}", where=str(path), expected=" | ".join(_WRITERS),
            do="give another --output",
        )  # fmt: skip
    return path.suffix


def csv(frame: pl.DataFrame, *, header: bool) -> bytes:
    """Figures as CSV."""
    return frame.write_csv(
        include_header=header, line_terminator="\r\n", null_value="", quote_style="necessary"
    ).encode()


def _once(frame: pl.DataFrame) -> pl.DataFrame:
    ordered = frame.sort("account_id", "listed")
    again = pl.col("account_id") == pl.col("account_id").shift(1)
    twice = ordered.filter(again & ~pl.col("listed"))
    if twice.height:
        raise InputError(
            f"the posts of an account lie in two buckets ({twice.height} such accounts)",
            where=f"account {twice.item(0, 'account_id')}",
            expected="all posts of an account in one folder bucket=...",
            do="partition the posts anew, or move the files into folders of other names",
        )
    return ordered.filter(~again.fill_null(False)).drop("listed")


def _of_size(frames: Iterator[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in frames of `rows` each, but the last."""
    held = pl.DataFrame(schema=FIGURES)
    for frame in frames:
        held = pl.concat([held, frame])
        while held.height >= rows:
            yield held.head(rows)
            held = held.slice(rows)
    if held.height:
        yield held


def _write_parquet(frames: Iterator[pl.DataFrame], sink: IO[bytes]) -> int:
    rows = 0
    with pq.ParquetWriter(sink, _SCHEMA, compression="zstd", compression_level=9, version="2.6") as writer:
        for frame in _of_size(frames, ROW_GROUP):
            table = frame.to_arrow().cast(_SCHEMA).combine_chunks()
            writer.write_table(table, row_group_size=ROW_GROUP)
            rows += frame.height
    return rows


def _write_csv(frames: Iterator[pl.DataFrame], sink: IO[bytes]) -> int:
    rows = sink.write(csv(pl.DataFrame(schema=FIGURES), header=True)) * 0
    for frame in frames:
        sink.write(csv(frame, header=False))
        rows += frame.height
    return rows


_WRITERS: dict[str, Callable[[Iterator[pl.DataFrame], IO[bytes]], int]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
}
