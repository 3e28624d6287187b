"""What is published beside the versions follows from them, so it is computed once: later runs of the same read it back.

The crash tests are about how it gets to the disk, in thousands of runs that make the same pages again and again. Only
functions that read and write nothing are remembered, by all that they read; `living` and `site.writing` call them.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from incumbent import catalogue, feeds, history_table, site

#: What is read beneath a roster's folder. A version is known by its manifest: recovery has compared its files with it.
_READ = ("*.json", "*.csv", "history.parquet", "v*/SHA256SUMS", "withdrawn/*.json", "charts/*", "latest/SHA256SUMS")

#: The functions, by where they are looked up: whether they are given published/ or a roster's folder, and whether they
#: yield.
_FUNCTIONS = (
    (site, "pages", True, True), (site, "index_pages", True, True), (site, "front_page", True, False),
    (feeds, "of_rosters", True, False), (catalogue, "of_rosters", True, False),
    (feeds, "of_versions", False, False), (feeds, "of_changes", False, False), (history_table, "of", False, False),
)  # fmt: skip


def remember(folder: Path) -> None:
    """From now on, this process and those forked from it keep in `folder` what the functions gave."""
    folder.mkdir(exist_ok=True)
    for module, name, above, yields in _FUNCTIONS:
        real = getattr(module, name)
        setattr(module, name, _kept(folder, f"{module.__name__}.{name}", real, above=above, yields=yields))


def _kept(folder: Path, name: str, real: Callable[..., Any], *, above: bool, yields: bool) -> Callable[..., Any]:
    def kept(place: Path, *arguments: Any) -> Any:
        rosters = sorted(path.parent for path in place.glob("*/versions.json")) if above else [place]
        read = {f"{each.name}/{path}": content for each in rosters for path, content in _contents(each)}
        path = folder / hashlib.sha256(pickle.dumps((name, arguments, read))).hexdigest()
        try:
            found = pickle.loads(path.read_bytes())
        except FileNotFoundError:
            found = real(place, *arguments)
            found = list(found) if yields else found
            begun = path.with_name(f"{path.name}-{os.getpid()}")
            begun.write_bytes(pickle.dumps(found))
            begun.replace(path)
        return iter(found) if yields else found

    return kept


def _contents(roster: Path) -> Iterator[tuple[str, bytes]]:
    for pattern in _READ:
        for path in sorted(roster.glob(pattern)):
            if path.is_file():
                yield path.relative_to(roster).as_posix(), path.read_bytes()
