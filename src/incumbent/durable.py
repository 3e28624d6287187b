"""Files that are whole or not there, whenever the machine stops: flushed to disk, renamed into place, one writer."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from incumbent.errors import InputError, LockedError


@contextmanager
def locked(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Holds `folder` (made if absent) for one writer. The kernel lets go when the process ends, however it ends.

    The lock is on the folder itself, so no lock file is left among what is published. A folder that is empty at the end
    is removed again: a run that published nothing leaves nothing. Raises LockedError at once unless `wait`; InputError
    where there can be no folder: a file is in its place or above it, or we may not write there. What is in a folder
    is on disk only if the folder's own name is, which is seen to here.
    """
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # another run has just removed it, empty
            continue
        except (FileExistsError, NotADirectoryError, PermissionError) as error:
            raise InputError(
                f"nothing can be published here: {error.strerror}",
                where=str(folder),
                expected="a folder that can be written to, or a place where one can be made",
                do="give another folder",
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            os.close(handle)
            if not isinstance(error, BlockingIOError):
                raise OSError(error.errno, error.strerror, str(folder)) from error
            raise LockedError(
                "another run is publishing here", where=str(folder), do="wait until it has ended, then run again"
            ) from None
        # the folder may have been removed, and made anew, between opening and locking it
        if folder.is_dir() and os.path.samestat(os.fstat(handle), folder.stat()):
            break
        os.close(handle)
    try:
        _flush_above(folder)
        yield
    finally:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        os.close(handle)


def write_json(value: object, path: Path, scratch: Path) -> None:
    """`value` as JSON at `path`, replaced in one step; `scratch` is a folder on the same file system."""
    write((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode(), path, scratch)


def write(content: bytes, path: Path, scratch: Path) -> None:
    """`content` at `path`, replaced in one step and on disk.

    A file that holds it already was on disk before it got its name; whether the name is, nobody knows: whoever gave it
    may have been stopped right after.
    """
    if not path.is_file() or path.read_bytes() != content:
        temporary = scratch / f"{path.name}.new"
        with naming(temporary):
            temporary.write_bytes(content)
        flush(temporary)
        temporary.replace(path)
    flush(path.parent)


def copy_tree(source: Path, target: Path) -> None:
    """A real copy of the files of `source`, flushed to disk. `target` must not be there.

    The first file that cannot be copied ends it with that file's OSError; shutil.copytree would try all the others, and
    raise an error that has no number and lists them all.
    """
    target.mkdir()
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir()
        else:
            shutil.copyfile(path, copy)
    flush_tree(target)


def flush_tree(folder: Path) -> None:
    """Every file under `folder`, then every folder from the innermost out, is on disk when this returns."""
    for root, _, names in os.walk(folder, topdown=False):
        for name in sorted(names):
            flush(Path(root) / name)
        flush(Path(root))


def flush(path: Path) -> None:
    """One file's content, or one folder's list of names, is on disk when this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        with naming(path):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """An error of the operating system that names no file, as those of writing and flushing, leaves with `path`."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = str(path)
        raise


def _flush_above(folder: Path) -> None:
    """The names of `folder` and of the folders above it are on disk: this run made them, or one that was stopped.

    Upwards as far as we could have made one: where we may write, and on the same file system.
    """
    device = folder.stat().st_dev
    for above in folder.parents:
        if above.stat().st_dev != device or not os.access(above, os.R_OK | os.W_OK):
            break
        flush(above)
