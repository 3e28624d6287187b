"""SHA256SUMS: the manifest of a version, in the format of sha256sum, written last and read first.

`sha256sum -c SHA256SUMS` checks a version without any of our code.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from incumbent.errors import VerifyError

NAME = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*)")


def write(folder: Path) -> str:
    """Writes the manifest of all other files of `folder`, sorted by path; returns the manifest's own SHA-256."""
    lines = [f"{digest(folder / name)}  {name}\n" for name in files(folder) if name != NAME]
    content = "".join(lines).encode()
    (folder / NAME).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def read(folder: Path) -> dict[str, str]:
    """The manifest: path -> SHA-256. Raises VerifyError when it is absent, malformed, unsorted or leaves the folder."""
    path = folder / NAME
    try:
        text = path.read_bytes().decode("ascii")
    except OSError as error:
        raise VerifyError("the version has no readable manifest", where=str(path), do=str(error.strerror)) from error
    except UnicodeDecodeError as error:
        raise VerifyError("the manifest is damaged", where=str(path), expected="ASCII text") from error
    sums: dict[str, str] = {}
    lines = text.split("\n")
    if lines.pop() != "":
        raise VerifyError("the manifest is cut off", where=str(path), expected="a line end at the end")
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None or ".." in match[2].split("/") or match[2] in sums:
            raise VerifyError("the manifest is damaged", where=f"{path}, line {number}", expected="<sha256>  <path>")
        sums[match[2]] = match[1]
    if list(sums) != sorted(sums):
        raise VerifyError("the manifest is not in order", where=str(path), expected="lines sorted by path")
    return sums


def faults(folder: Path) -> Iterator[tuple[str, str]]:
    """(path, what is wrong) for each file of `folder` that is missing, extra or not as the manifest says."""
    try:
        sums = read(folder)
    except VerifyError as error:
        yield NAME, error.what
        return
    present = set(files(folder)) - {NAME}
    for name in sorted(present | set(sums)):
        if name not in present:
            yield name, "is missing"
        elif name not in sums:
            yield name, "is not in the manifest"
        elif digest(folder / name) != sums[name]:
            yield name, "is not what the manifest says: its SHA-256 differs"


def files(folder: Path) -> list[str]:
    """The paths of all files under `folder`, with /, sorted. A link counts as a file and is never followed."""
    found = []
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_dir():
            found.append(path.relative_to(folder).as_posix())
    return sorted(found)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
