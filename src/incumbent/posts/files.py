"""Which Parquet files hold the posts, whether they can be read at all, and in which portions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from incumbent.errors import InputError
from incumbent.posts.coded import POST_ID

COLUMNS = ("account_id", "posted_at", "kind")
#: A folder of posts that are already partitioned by account, such as bucket=12.
_BUCKET = re.compile(r"bucket=(\w+)")
#: Kinds of values that each column may have: what is expected -> whether an Arrow type is that.
_TYPES: dict[str, tuple[str, Callable[[pa.DataType], bool]]] = {
    "account_id": ("text, or whole numbers", lambda type_: _is_text(type_) or pa.types.is_integer(type_)),
    "posted_at": ("a timestamp (without a zone it is UTC), or text such as 2025-05-05T01:30:17Z",
                  lambda type_: pa.types.is_timestamp(type_) or _is_text(type_)),
    "kind": ("text", lambda type_: _is_text(type_)),
    POST_ID: ("text, or whole numbers", lambda type_: _is_text(type_) or pa.types.is_integer(type_)),
}  # fmt: skip


def find(posts: Path) -> Input:
    """The files of `posts`, a Parquet file or a folder of them, every one looked at, none read.

    A folder is searched through; what begins with a dot or an underscore is left out, as Spark and Dask write their own
    notes there. When every file lies in a folder called bucket=..., the posts are taken to be partitioned: all of an
    account's are in one bucket. Raises InputError when there is none, for a file that is no Parquet, lacks a column or
    has another type, when some have a post_id and some don't, and when only some lie in a bucket.
    """
    names = _names(posts)
    described = [_described(name) for name in names]
    if len({one.with_ids for one in described}) > 1:
        without = next(one.name for one in described if not one.with_ids)
        raise InputError(
            f"some files have the column {POST_ID} and some don't", where=without, expected="all, or none",
            do=f"write {POST_ID} into every file, or leave it out of all",
        )  # fmt: skip
    labels = [_bucket(name, posts) for name in names]
    if any(labels) and not all(labels):
        raise InputError(
            "some files lie in a folder bucket=... and some don't", where=names[labels.index(None)],
            expected="all, or none", do="partition all posts by account, or move the files elsewhere",
        )  # fmt: skip
    buckets = {label: [one for one, own in zip(described, labels, strict=True) if own == label] for label in labels}
    return Input(
        described, [buckets[label] for label in sorted(buckets, key=str)] if any(labels) else None,
        described[0].with_ids,
    )  # fmt: skip


def portions(files: Sequence[File], rows: int) -> list[Portion]:
    """All row groups of `files` in portions of about `rows` rows, a row group at least."""
    found: list[Portion] = []
    groups: list[tuple[str, int]] = []
    held = 0
    for file in files:
        for number, size in enumerate(file.groups):
            groups.append((file.name, number))
            held += size
            if held >= rows:
                found.append(tuple(groups))
                groups, held = [], 0
    return [*found, tuple(groups)] if groups else found


@contextmanager
def readable(name: str, group: int | None = None) -> Iterator[None]:
    """Errors of Arrow as InputError with file and row group; those of the machine (a right, a disk) as they are.

    Arrow tells damaged bytes as an OSError that has no number.
    """
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, FileNotFoundError):
            raise
        raise InputError(
            f"the file cannot be read as Parquet: {error}", where=place(name, group), expected="a whole Parquet file",
            do="write the file again",
        ) from error  # fmt: skip


def place(name: str, group: int | None = None, row: int | None = None) -> str:
    """`posts.parquet, row group 3, row 17`, counted from 0 as Parquet's tools count them."""
    parts = [name, "" if group is None else f"row group {group}", "" if row is None else f"row {row}"]
    return ", ".join(part for part in parts if part)


def _names(posts: Path) -> list[str]:
    if posts.is_dir():
        found = [
            path for path in posts.rglob("*.parquet")
            if path.is_file() and not any(part.startswith((".", "_")) for part in path.relative_to(posts).parts)
        ]  # fmt: skip
        if not found:
            raise InputError(
                "the folder holds no Parquet file", where=str(posts), expected="files *.parquet",
                do="give the folder that they are in",
            )  # fmt: skip
        return sorted(str(path) for path in found)
    if not posts.exists():
        raise InputError("there is no such file or folder", where=str(posts), expected="Parquet files of posts")
    return [str(posts)]


def _bucket(name: str, posts: Path) -> str | None:
    parts = Path(name).relative_to(posts).parts[:-1] if posts.is_dir() else ()
    found = (_BUCKET.fullmatch(part) for part in parts)
    return next((match[1] for match in found if match), None)


def _described(name: str) -> File:
    with readable(name), pq.ParquetFile(name) as file:
        schema, metadata = file.schema_arrow, file.metadata
        groups = tuple(metadata.row_group(number).num_rows for number in range(metadata.num_row_groups))
    for column, (expected, fits) in _TYPES.items():
        if column not in schema.names:
            if column == POST_ID:
                continue
            raise InputError(
                f"the column {column} is missing", where=name,
                expected=f"{', '.join(COLUMNS)}, and {POST_ID} where it is known",
                do=f"the file has: {', '.join(schema.names)}",
            )  # fmt: skip
        if not fits(schema.field(column).type):
            raise InputError(
                f"the column {column} has the type {schema.field(column).type}", where=name, expected=expected,
                do="write the file again with that type",
            )  # fmt: skip
    types = {column: schema.field(column).type for column in _TYPES if column in schema.names}
    return File(name, groups, POST_ID in types, types)


def _is_text(type_: pa.DataType) -> bool:
    value = type_.value_type if pa.types.is_dictionary(type_) else type_
    return bool(pa.types.is_string(value) or pa.types.is_large_string(value) or pa.types.is_string_view(value))


@dataclass(frozen=True)
class File:
    """A file's name, the number of rows of each of its row groups, and its columns that are read."""

    name: str
    groups: tuple[int, ...]
    with_ids: bool
    types: Mapping[str, pa.DataType]


@dataclass(frozen=True)
class Input:
    """What is read: `files`; `buckets`, the files of each where they are partitioned; whether posts have an id."""

    files: Sequence[File]
    buckets: Sequence[Sequence[File]] | None
    with_ids: bool

    @property
    def rows(self) -> int:
        """Rows in all, as the files' ends say."""
        return sum(sum(file.groups) for file in self.files)


#: What one job reads: (file, number of a row group), each once.
Portion = tuple[tuple[str, int], ...]
