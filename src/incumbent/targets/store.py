"""What is asked of a target: list, read, create, replace, delete; and any fsspec file system that can do no more.

A tag is what a target gives to say which content an object has (S3: the ETag). It is only ever compared.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from incumbent import machine
from incumbent.errors import IncumbentError

#: What a file system says of a file that is not of its content, or that it says in listings only.
_UNSTEADY = ("name", "Key", "mode", "uid", "gid", "nlink", "islink", "atime")


class TargetError(IncumbentError):
    """A target refused, cannot be reached, or cannot do what publishing needs. What was published is as it was."""


class Conflict(Exception):
    """A conditional write met another state of the object than the one it named."""


class Gone(Exception):
    """There is no object of that name."""


@dataclass(frozen=True)
class Listed:
    """One object as a listing has it. `age`: seconds since it was written, by the target's own clock; None: unknown."""

    tag: str
    size: int
    age: float | None = None


class Store(Protocol):
    """A target. Names are relative to its address, with /. Every method raises TargetError."""

    address: str
    #: Whether create and replace are one step at the target, so that of two writers one is told.
    conditional: bool

    def listed(self, under: str = "") -> dict[str, Listed]:
        """Every object whose name begins with `under`."""

    def read(self, name: str) -> tuple[bytes, str]:
        """Content and tag. Raises Gone."""

    def create(self, name: str, content: bytes) -> str:
        """Writes a new object; its tag. Raises Conflict when there is one."""

    def replace(self, name: str, content: bytes, tag: str) -> str:
        """Writes over the object that has `tag`; the new tag. Raises Conflict when it has another, or is gone."""

    def delete(self, name: str) -> None:
        """Removes the object, if it is there."""


class PlainStore:
    """Any fsspec file system, by look-before-write: right only as long as nobody else writes."""

    conditional = False

    def __init__(self, system: Any, address: str) -> None:
        self._system, self.address = system, address
        self._root = str(system._strip_protocol(address)).rstrip("/")  # as the system itself lists what lies in it

    def listed(self, under: str = "") -> dict[str, Listed]:
        try:
            found: Mapping[str, Mapping[str, Any]] = self._system.find(self._root, detail=True)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._refused(error) from error
        start = len(self._root) + 1
        named = {path[start:]: info for path, info in found.items()}
        return {name: Listed(_tag(info), int(info["size"])) for name, info in named.items() if name.startswith(under)}

    def read(self, name: str) -> tuple[bytes, str]:
        try:
            path = f"{self._root}/{name}"
            return bytes(self._system.cat_file(path)), _tag(self._system.info(path))
        except FileNotFoundError as error:
            raise Gone(name) from error
        except OSError as error:
            raise self._refused(error) from error

    def create(self, name: str, content: bytes) -> str:
        return self._write(name, content, None)

    def replace(self, name: str, content: bytes, tag: str) -> str:
        return self._write(name, content, tag)

    def delete(self, name: str) -> None:
        try:
            self._system.rm_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._refused(error) from error

    def _write(self, name: str, content: bytes, tag: str | None) -> str:
        path = f"{self._root}/{name}"
        try:
            there = _tag(self._system.info(path)) if self._system.exists(path) else None
            if there != tag:
                raise Conflict(name)
            self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._system.pipe_file(path, content)
            return _tag(self._system.info(path))
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> IncumbentError:
        return machine.refusal(error, where=self.address) or TargetError(
            f"the target refused: {type(error).__name__}", where=self.address, do="look at it, then run again"
        )


def _tag(info: Mapping[str, Any]) -> str:
    """A file's identity: a digest of what the file system says of it, which is more than its size with every one that
    we know. Some tell a time as a number in a listing and as a date elsewhere."""
    told = {
        key: value.timestamp() if isinstance(value, dt.datetime) else value
        for key, value in info.items()
        if key not in _UNSTEADY
    }
    return hashlib.sha256(repr(sorted((key, str(value)) for key, value in told.items())).encode()).hexdigest()
