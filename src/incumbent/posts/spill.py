"""The scratch folder: posts by bucket, and figures by bucket, between one job and the next.

Every portion of the input writes a folder of its own with a file for each bucket. A folder appears under its name only
when it is whole, so a job that is run again, because its worker was killed, leaves what the first run would have left.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import polars as pl
import pyarrow as pa

from incumbent.posts.coded import ROWS, Coded, merged, split

_PREFIX, _MAKING, _LOCK = ".incumbent-posts-", ".incumbent-making-", "lock"
_TRIES = 4  # removals of a folder into which somebody may still be writing
_ROWS_AT_ONCE = 500_000  # rows held before they are written: fewer, longer pieces for each bucket
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder in `folder` that is removed at the end, however that comes.

    Only a process that is killed outright leaves its own behind: then the next one that works in `folder` removes it,
    for the lock in it ends with its process. What a worker of a cluster still writes is waited for in removing.
    """
    _remove_abandoned(folder)
    made = Path(tempfile.mkdtemp(prefix=_MAKING, dir=folder))
    handle = os.open(made / _LOCK, os.O_RDWR | os.O_CREAT)
    try:
        with contextlib.suppress(OSError):  # a file system without locks: then nobody removes what is not his
            fcntl.flock(handle, fcntl.LOCK_EX)
        # Under its lasting name only now that it is locked: another run may be looking for abandoned ones.
        made = made.rename(folder / made.name.replace(_MAKING, _PREFIX))
        yield made
    finally:
        os.close(handle)
        _remove(made)


def write_portion(parts: Iterator[Coded], buckets: int, folder: Path, number: int) -> None:
    """Posts into `folder`/part-<number>/<bucket>, in pieces that each are an Arrow stream.

    A file is opened only while a piece is appended: there may be more buckets than a process may open files.
    """
    made = Path(tempfile.mkdtemp(prefix=f".part-{number}-", dir=folder))
    try:
        held: list[Coded] = []
        for part in parts:
            held.append(part)
            if sum(one.rows.height for one in held) >= _ROWS_AT_ONCE:
                _append(held, buckets, made)
                held = []
        if held:
            _append(held, buckets, made)
        _publish(made, folder / f"part-{number}")
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def read_bucket(folder: Path, portions: int, bucket: int) -> list[Coded]:
    """A bucket's posts, as all portions left them."""
    found: list[Coded] = []
    for number in range(portions):
        path = folder / f"part-{number}" / str(bucket)
        if path.exists():
            found += _pieces(path)
    return found


def write_frame(frame: pl.DataFrame, path: Path, rows: int) -> None:
    """A frame as an Arrow file of blocks of `rows` rows, whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=".frame-", dir=path.parent)
    os.close(handle)
    try:
        table = frame.to_arrow()
        with pa.OSFile(name, "wb") as sink, pa.ipc.new_file(sink, table.schema, options=_OPTIONS) as writer:
            writer.write_table(table, max_chunksize=rows)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_blocks(path: Path) -> Iterator[pl.DataFrame]:
    """The blocks of write_frame, one at a time."""
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as reader:
        for number in range(reader.num_record_batches):
            yield cast(pl.DataFrame, pl.from_arrow(reader.get_batch(number)))


def _append(held: Sequence[Coded], buckets: int, folder: Path) -> None:
    for bucket, coded in split(merged(held), buckets):
        columns = coded.rows.drop("account").to_arrow()
        numbers = coded.rows.get_column("account").to_arrow().cast(pa.int32())
        ids = coded.ids.to_arrow().cast(pa.large_string())
        table = columns.append_column("account", pa.DictionaryArray.from_arrays(numbers, ids))
        path = folder / str(bucket)
        with path.open("ab") as sink, pa.ipc.new_stream(sink, table.schema, options=_OPTIONS) as stream:
            stream.write_table(table.combine_chunks())


def _pieces(path: Path) -> Iterator[Coded]:
    with pa.OSFile(str(path), "rb") as source:
        while source.tell() < source.size():
            for batch in pa.ipc.open_stream(source):
                account = cast("pa.DictionaryArray[Any, Any]", batch.column("account"))
                numbers = _series(account.indices).cast(ROWS["account"]).alias("account")
                rows = cast(pl.DataFrame, pl.from_arrow(batch.drop_columns(["account"])))
                yield Coded(_series(account.dictionary), rows.insert_column(0, numbers))


def _series(array: pa.Array[Any]) -> pl.Series:
    return cast(pl.Series, pl.from_arrow(array))


def _publish(made: Path, final: Path) -> None:
    """Another run of the same job may have come first: then what it wrote is the same, and stays."""
    try:
        made.rename(final)
    except OSError:
        if not final.is_dir():
            raise
        shutil.rmtree(made, ignore_errors=True)


def _remove_abandoned(folder: Path) -> None:
    for path in sorted(folder.glob(f"{_PREFIX}*")):
        with contextlib.suppress(OSError):  # locked: another run's. Gone: that has just ended
            handle = os.open(path / _LOCK, os.O_RDWR)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            finally:
                os.close(handle)
            _remove(path)


def _remove(folder: Path) -> None:
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
    shutil.rmtree(folder)
