"""A target in memory that keeps every rule of a real one, and does what a test says before each write."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from incumbent.targets import opening
from incumbent.targets.store import Conflict, Gone, Listed

ADDRESS = "s3://in-memory/open"


class MemoryStore:
    """Objects by name. `clock` is the target's, in seconds; it moves only when a test moves it."""

    conditional = True
    address = ADDRESS

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, float]] = {}
        self.clock = 0.0
        self.writes: list[str] = []
        self._lock = threading.Lock()

    def listed(self, under: str = "") -> dict[str, Listed]:
        with self._lock:
            found = {name: each for name, each in self.objects.items() if name.startswith(under)}
        return {
            name: Listed(_tag(content), len(content), self.clock - at) for name, (content, at) in sorted(found.items())
        }

    def read(self, name: str) -> tuple[bytes, str]:
        with self._lock:
            if name not in self.objects:
                raise Gone(name)
            content, _ = self.objects[name]
        return content, _tag(content)

    def create(self, name: str, content: bytes) -> str:
        return self._write(name, content, None)

    def replace(self, name: str, content: bytes, tag: str) -> str:
        return self._write(name, content, tag)

    def delete(self, name: str) -> None:
        with self._lock:
            self.objects.pop(name, None)

    def _write(self, name: str, content: bytes, tag: str | None) -> str:
        with self._lock:
            there = _tag(self.objects[name][0]) if name in self.objects else None
            if there != tag:
                raise Conflict(name)
            self.objects[name] = (content, self.clock)
            self.writes.append(name)
        return _tag(content)

    def download(self, folder: Path) -> Path:
        for name, (content, _) in self.objects.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder


class Watched:
    """A store as one run sees it: `before(kind, name)` is called before each of its writes and deletes, and may raise
    or wait."""

    conditional = True
    address = ADDRESS

    def __init__(self, store: MemoryStore, before: Callable[[str, str], None]) -> None:
        self._store, self._before = store, before
        self.listed, self.read = store.listed, store.read

    def create(self, name: str, content: bytes) -> str:
        self._before("create", name)
        return self._store.create(name, content)

    def replace(self, name: str, content: bytes, tag: str) -> str:
        self._before("replace", name)
        return self._store.replace(name, content, tag)

    def delete(self, name: str) -> None:
        self._before("delete", name)
        self._store.delete(name)


@contextlib.contextmanager
def instead_of_s3(store: MemoryStore | Watched) -> Iterator[None]:
    """Whoever opens a target in this block gets `store`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "open_store", lambda address, settings, write: store)
        yield


def _tag(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()
