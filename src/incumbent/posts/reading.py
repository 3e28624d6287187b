"""Row groups of posts into rows that can be counted: every value is used, left out by name and counted, or refused."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from incumbent.errors import InputError, printable
from incumbent.posts import files
from incumbent.posts.coded import POST_ID, ROWS, Coded
from incumbent.posts.kernel import LONGEST_WINDOW
from incumbent.posts.moments import Moment, microseconds

#: What a row is -> whether it counts as a post. A reply or a quote is a post of its account (platforms/bluesky.py);
#: what somebody else wrote, and what is only shown once more, is none.
KINDS = {"post": True, "repost": False, "pin": False}
#: What is counted of the rows that were read.
TALLIED = ("rows", "posts", *(kind for kind, counts in KINDS.items() if not counts), "later", "repeated")
_KNOWN = f"{' | '.join(KINDS)} (a reply or a quote is a post)"
_BATCH = 2**19  # rows; a batch and what is made of it take about 50 bytes a row
_WHOLE = 2**26  # bytes of a row group that is read at once, which is faster; of a larger one, a piece of
_BUFFER = 2**20  # bytes of each column
#: Unit of a timestamp -> its ticks in a second.
_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_FIRST = microseconds(dt.datetime.min.replace(tzinfo=dt.UTC)) // 10**6
_LAST = microseconds(dt.datetime.max.replace(tzinfo=dt.UTC)) // 10**6
_ISO = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:[0-5]\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?$"


def countable(portion: files.Portion, moment: Moment, tally: Counter[str]) -> Iterator[Coded]:
    """The posts of some row groups that count as of `moment`, a batch at a time.

    Posts before the longest window, of which only the number and the latest matter, are one row per account and batch,
    unless they have an id. `tally` counts `rows`, `posts`, the rows of each kind that is none, and `later`: posts after
    the moment. Raises InputError, with file, row group and row, for a missing value, a time that is none, a kind that
    is not known.
    """
    for name, groups in groupby(portion, key=lambda one: one[0]):
        with files.readable(name), _opened(name) as file:
            columns = [column for column in (*files.COLUMNS, POST_ID) if column in file.schema_arrow.names]
            for _, group in groups:
                yield from _group(file, name, group, columns, moment, tally)


def _opened(name: str) -> pq.ParquetFile:
    text = ["account_id", "kind"]  # as numbers into a dictionary, as Parquet mostly has them: five times as fast
    with pq.ParquetFile(name) as file:
        groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
        largest = max((group.total_byte_size for group in groups), default=0)
    buffer = _BUFFER if largest > _WHOLE else 0
    return pq.ParquetFile(
        name, read_dictionary=text, buffer_size=buffer, pre_buffer=False, coerce_int96_timestamp_unit="us"
    )


def _group(
    file: pq.ParquetFile, name: str, group: int, columns: list[str], moment: Moment, tally: Counter[str]
) -> Iterator[Coded]:
    with files.readable(name, group):
        batches = file.iter_batches(batch_size=_BATCH, row_groups=[group], columns=columns, use_threads=False)
    first = 0
    while True:
        with files.readable(name, group):
            batch = next(batches, None)
        if batch is None:
            return
        yield _batch(batch, _Place(name, group, first), moment, tally)
        first += len(batch)


def _batch(batch: pa.RecordBatch, place: _Place, moment: Moment, tally: Counter[str]) -> Coded:
    ids, accounts = _texts(batch.column("account_id"), "account_id", place)
    counts = _kinds(batch.column("kind"), place, tally)
    times = _times(batch.column("posted_at"), place)
    columns = {"account": accounts, "posted_at": times}
    if POST_ID in batch.schema.names:
        post_ids, numbers = _texts(batch.column(POST_ID), POST_ID, place)
        columns[POST_ID] = post_ids.gather(numbers)
    rows = pl.DataFrame(columns)
    past = times <= moment.instant
    recent = times > moment.days_before(LONGEST_WINDOW)
    tally["rows"] += len(batch)
    tally["posts"] += int((counts & past).sum())
    tally["later"] += int((counts & ~past).sum())
    if POST_ID in columns:
        return Coded(ids, _rows(rows.filter(counts & past)))
    return Coded(ids, pl.concat([_rows(rows.filter(counts & past & recent)), _older(rows.filter(counts & ~recent))]))


def _rows(posts: pl.DataFrame) -> pl.DataFrame:
    return posts.with_columns(pl.col("account").cast(ROWS["account"]), posts=pl.lit(1, ROWS["posts"]))


def _older(posts: pl.DataFrame) -> pl.DataFrame:
    """One row for each account: how many posts, and when the latest was.

    Most rows end here, and an account's number is an index: NumPy adds up seven times as fast as a group_by.
    """
    accounts, times = (posts.get_column(name).to_numpy() for name in ("account", "posted_at"))
    number = np.bincount(accounts)
    latest = np.full(len(number), np.iinfo(np.int64).min)
    np.maximum.at(latest, accounts, times)
    found = np.flatnonzero(number)
    return pl.DataFrame({"account": found, "posted_at": latest[found], "posts": number[found]}, schema_overrides=ROWS)


def _kinds(column: pa.Array[Any], place: _Place, tally: Counter[str]) -> pl.Series:
    """Which rows count as posts; `tally` gets the number of the others by their kind."""
    kinds, numbers = _texts(column, "kind", place)
    unknown = ~kinds.is_in(list(KINDS))
    if unknown.any():
        _refuse(unknown.gather(numbers), "the kind is not known", place, lambda row: kinds[numbers[row]], _KNOWN)
    counts = pl.repeat(False, len(column), dtype=pl.Boolean, eager=True)
    for number in (~unknown).arg_true():
        of_kind = numbers == number
        if KINDS[kinds[number]]:
            counts |= of_kind
        else:
            tally[kinds[number]] += int(of_kind.sum())
    return counts


def _texts(column: pa.Array[Any], name: str, place: _Place) -> tuple[pl.Series, pl.Series]:
    """The column's distinct texts, and for each row the number of its own. None may be missing or empty."""
    coded = cast("pa.DictionaryArray[Any, Any]", _encoded(column))
    texts, numbers = _series(coded.dictionary.cast(pa.large_string())), _series(coded.indices)
    nameless = texts.fill_null("") == ""
    if numbers.null_count() or nameless.any():
        missing = nameless.gather(numbers).fill_null(True)
        _refuse(missing, f"{name} is missing", place, None, "a value in every row")
    return texts, numbers


def _encoded(column: pa.Array[Any]) -> pa.Array[Any]:
    return column if pa.types.is_dictionary(column.type) else column.cast(pa.large_string()).dictionary_encode()


def _times(column: pa.Array[Any], place: _Place) -> pl.Series:
    """The column as microseconds since 1970, UTC. What is finer than that is cut off."""
    if column.null_count:
        _refuse(_series(column.is_null()), "posted_at is missing", place, None, "a value in every row")
    if pa.types.is_timestamp(column.type):
        written = times = _series(column.cast(pa.int64()))
        a_second = _TICKS[column.type.unit]
    else:
        written = _series(column.cast(pa.large_string()))
        times, a_second = _read(written), _TICKS["us"]
    low, high = _FIRST * a_second, (_LAST + 1) * a_second
    least, most = (cast("int | None", each) for each in (times.min(), times.max()))
    if times.null_count() or (least is not None and least < low) or (most is not None and most >= high):
        # Compared as whole seconds: the limits in nanoseconds are more than 64 bits hold.
        wrong = ~(times // a_second).is_between(_FIRST, _LAST).fill_null(False)
        expected = "one of the years 1 to 9999: 2025-05-05T01:30:17Z"
        _refuse(wrong, "posted_at is no moment in time", place, lambda row: written[row], expected)
    if a_second == _TICKS["us"]:
        return times
    return times * (10**6 // a_second) if a_second < 10**6 else times // (a_second // 10**6)


def _read(texts: pl.Series) -> pl.Series:
    """Microseconds since 1970 of RFC 3339 texts; without a zone they are UTC; null for what is none."""
    whole = pl.when(pl.col("text").str.contains(_ISO)).then(
        pl.col("text").str.to_uppercase().str.replace(" ", "T", literal=True)
    )
    zoned = pl.when(whole.str.contains(r"(Z|[+-]\d\d:\d\d)$")).then(whole).otherwise(whole + "Z")
    moments = zoned.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    return texts.alias("text").to_frame().select(moments.cast(pl.Int64)).to_series()


def _series(array: pa.Array[Any]) -> pl.Series:
    return cast(pl.Series, pl.from_arrow(array))


def _refuse(wrong: pl.Series, what: str, place: _Place, value: Callable[[int], object] | None, expected: str) -> None:
    """Raises InputError for the first row that is wrong, with the number of such rows in the batch."""
    if not wrong.any():
        return
    row = int(wrong.arg_true()[0])
    raise InputError(
        what if value is None else f"{what}: {printable(value(row))!r}",
        where=files.place(place.name, place.group, place.first + row),
        expected=expected,
        do=f"correct the input ({wrong.sum()} such rows among the {len(wrong)} read with this one)",
    )


@dataclass(frozen=True)
class _Place:
    """Where a batch begins: file, row group, row within it."""

    name: str
    group: int
    first: int
