"""SHA256SUMS: the manifest of a folder, in the format of sha256sum, written last and read first.

`sha256sum -c SHA256SUMS` checks a version without any of our code. A manifest may name the manifest of a folder below
it (`v1.0.0/SHA256SUMS`), which then speaks for all that is in that folder: a tree of digests.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from incumbent.errors import VerifyError

NAME = "SHA256SUMS"
#: The signature of a manifest, beside it (signing.py). No manifest can name the signature of itself.
SIGNATURE = "SHA256SUMS.sig"
_OWN = frozenset((NAME, SIGNATURE))
_PATH = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*")
_LINE = re.compile(rf"([0-9a-f]{{64}})  ({_PATH.pattern})")


def write(folder: Path) -> str:
    """Writes the manifest of all other files of `folder`, sorted by path; returns the manifest's own SHA-256."""
    content = content_of(folder, [name for name in files(folder) if name not in _OWN])
    (folder / NAME).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def content_of(folder: Path, names: Collection[str]) -> bytes:
    """A manifest of the files `names` of `folder`, sorted by path."""
    return "".join(f"{digest(folder / name)}  {name}\n" for name in sorted(names)).encode()


def can_name(path: str) -> bool:
    """Whether a line of a manifest can hold `path`: plain letters, and never out of the folder."""
    return _PATH.fullmatch(path) is not None and not {".", ".."} & set(path.split("/"))


def read(folder: Path) -> dict[str, str]:
    """The manifest: path -> SHA-256. Raises VerifyError when it is absent, malformed, unsorted or leaves the folder."""
    path = folder / NAME
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise VerifyError("the manifest is no plain file", where=str(path), expected="a file")
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        raise VerifyError("the version has no readable manifest", where=str(path), do=str(error.strerror)) from error


def parse(content: bytes, where: str) -> dict[str, str]:
    """As `read`, of a manifest's bytes; `where` is what errors name."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise VerifyError("the manifest is damaged", where=where, expected="ASCII text") from error
    sums: dict[str, str] = {}
    lines = text.split("\n")
    if lines.pop() != "":
        raise VerifyError("the manifest is cut off", where=where, expected="a line end at the end")
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None or not can_name(match[2]) or match[2] in sums:
            raise VerifyError("the manifest is damaged", where=f"{where}, line {number}", expected="<sha256>  <path>")
        sums[match[2]] = match[1]
    if list(sums) != sorted(sums):
        raise VerifyError("the manifest is not in order", where=where, expected="lines sorted by path")
    return sums


def faults(folder: Path, *, tree: bool = False, ignored: Collection[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """(path, what is wrong) for each file of `folder` that is missing, extra or not as the manifest says.

    `tree`: a folder whose manifest is named speaks for itself and is not looked into. `ignored`: names directly in
    `folder` that may be there. A link and whatever else is no plain file is never what a manifest means.
    """
    try:
        sums = read(folder)
    except VerifyError as error:
        yield NAME, error.what
        return
    nested = {name.rpartition("/")[0] for name in sums if name.endswith(f"/{NAME}")} if tree else set()
    present = {name: kind for name, kind in _walk(folder, nested) if name not in _OWN and name not in ignored}
    for name in nested & set(present):
        yield name, "is no folder"  # one that is, and speaks for itself, is not walked
    known = {name for name in sums if name.rpartition("/")[0] in nested}
    for name in sorted((set(present) - nested) | set(sums)):
        if name not in present and name not in known:
            yield name, "is missing"
        elif name not in sums:
            yield os.fsencode(name).decode("utf-8", "backslashreplace"), "is not in the manifest"
        elif fault := _fault(folder / name, sums[name]):
            yield name, fault


def files(folder: Path) -> list[str]:
    """The paths of all files under `folder`, with /, sorted. A link counts as a file and is never followed."""
    return sorted(name for name, is_folder in _walk(folder, frozenset()) if not is_folder)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fault(path: Path, expected: str) -> str:
    """What is wrong with the file that should have the SHA-256 `expected`; empty when nothing is."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            return "is a link"
        if not stat.S_ISREG(mode):
            return "is no plain file"
        return "" if digest(path) == expected else "is not what the manifest says: its SHA-256 differs"
    except (FileNotFoundError, NotADirectoryError):
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _walk(folder: Path, nested: Collection[str]) -> Iterator[tuple[str, bool]]:
    """(path, whether it is a folder) of all that is under `folder`, but of folders only the empty ones, and nothing of
    the real folders `nested`."""
    pending = [""]
    while pending:
        below = pending.pop()
        with os.scandir(folder / below) as found:
            entries = list(found)
        if below and not entries:
            yield below, True
        for entry in entries:
            name = f"{below}/{entry.name}" if below else entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield name, False
            elif name not in nested:
                pending.append(name)
