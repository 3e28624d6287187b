"""Readers in processes of their own, who follow latest.json to every file of a version, again and again."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.crash.program import SLUG


@contextmanager
def readers(published: Path, number: int) -> Iterator[Callable[[], Seen]]:
    """Reads with so many processes until the end; what is given tells what they have seen up to now."""
    spawn = multiprocessing.get_context("spawn")
    stop, news = spawn.Event(), spawn.Queue()
    processes = [spawn.Process(target=_watch, args=(str(published / SLUG), stop, news)) for _ in range(number)]
    for process in processes:
        process.start()
    seen = Seen(0, set(), [])

    def counts() -> Seen:
        while not news.empty():
            seen.add(news.get())
        return seen

    try:
        seen.add(news.get(timeout=120))  # somebody reads before anything is published
        yield counts
    finally:
        stop.set()
        for _ in processes:
            while (told := news.get(timeout=120)) is not None:
                seen.add(told)
        for process in processes:
            process.join(60)


def read_once(folder: Path) -> tuple[str | None, str]:
    """(version, what is torn of it) of one reading, as docs/crash-safety.md tells a reader to do it: what is gone was
    withdrawn meanwhile when latest.json now says something else, and is then read again from there."""
    told = (folder / "latest.json").read_bytes()
    pointer = json.loads(told)
    if pointer["path"] is None:
        return None, ""
    try:
        torn = _torn(folder / pointer["path"], pointer["manifest"])
    except FileNotFoundError as error:
        torn = f"{error.filename} is not there"
    if torn and (folder / "latest.json").read_bytes() != told:
        return read_once(folder)
    return pointer["version"], torn


def _torn(version: Path, sealed: str) -> str:
    sums = (version / "SHA256SUMS").read_bytes()
    if hashlib.sha256(sums).hexdigest() != sealed:
        return f"{version.name} is not what latest.json names"
    for line in sums.decode().splitlines():
        digest, _, name = line.partition("  ")
        if hashlib.sha256((version / name).read_bytes()).hexdigest() != digest:
            return f"{version.name}/{name} is torn"
    return ""


def _watch(folder: str, stop: Any, news: Any) -> None:
    while not stop.is_set():
        reads, versions, torn = 0, set(), []
        for _ in range(20):
            version, fault = read_once(Path(folder))
            reads += 1
            versions.add(version)
            torn += [fault] if fault else []
        news.put((reads, versions, torn))
    news.put(None)


@dataclass
class Seen:
    """How many readings, which versions, and what was torn."""

    reads: int
    versions: set[str | None]
    torn: list[str]

    def add(self, told: tuple[int, set[str | None], list[str]]) -> None:
        self.reads += told[0]
        self.versions |= told[1]
        self.torn += told[2]
