"""The layout of GitHub Pages: what is published, as a folder that Pages serves as it is, also under /repository/.

Rules: https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits (1 GB a site) and
https://docs.github.com/en/repositories/working-with-files/managing-large-files (100 MiB a file). Links are not followed
there, names that differ in case only clash in many a checkout, and .nojekyll keeps files as they are.
"""

from __future__ import annotations

import contextlib
import itertools
import posixpath
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from incumbent import durable, ledger, manifest
from incumbent.errors import InputError, VerifyError

#: The most that one file, and a whole site, may have.
FILE_LIMIT, SITE_LIMIT = 100 * 2**20, 10**9

_NOT_JEKYLL, _CNAME, _INDEX = ".nojekyll", "CNAME", "index.html"
#: Of a folder that was laid out earlier: what is not ours to remove.
_KEPT = (".git", _CNAME)
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_CSS_LINK = re.compile(r"""url\(\s*["']?([^"')]+)""")


def lay_out(published: Path, to: Path, *, cname: str | None = None) -> Pages:
    """Makes `to` a folder that Pages can serve, from the folder of all rosters; what it held of an earlier time goes.

    `to` must be new, empty, or made by this before; a .git in it stays, and a CNAME unless `cname` is given. Raises
    InputError for what Pages would refuse or break (size, links, names, a link in a page that leads nowhere or out of
    /repository/); VerifyError for a version that is not whole; LockedError while a run is publishing.
    """
    rosters = sorted(path.parent.name for path in published.glob("*/latest.json"))
    if not rosters:
        raise InputError("nothing is published here", where=str(published), expected="a folder of rosters")
    _require_apart(published, to)
    if cname is not None and _HOST.fullmatch(cname) is None:
        raise InputError(f"{cname!r} is no host name", where="--cname", expected="such as data.example.org")
    with contextlib.ExitStack() as stack:
        for slug in rosters:
            stack.enter_context(durable.locked(published / slug))
            _require_whole(published / slug)
        files = {name: published / name for name in manifest.files(published)}
        sizes = _require_servable(files)
        _require_links(files)
        _bring(files, to)
    (to / _NOT_JEKYLL).write_bytes(b"")
    if cname is not None:
        (to / _CNAME).write_text(f"{cname}\n", encoding="ascii")
    largest = max(sizes, key=lambda name: (sizes[name], name))
    return Pages(str(to), rosters, len(files), sum(sizes.values()), largest, sizes[largest])


def _require_apart(published: Path, to: Path) -> None:
    inner, outer = to.resolve(), published.resolve()
    if inner.is_relative_to(outer) or outer.is_relative_to(inner):
        raise InputError("one folder lies in the other", where=str(to), expected="a folder apart from --published")
    if to.exists() and not to.is_dir():
        raise InputError("is no folder", where=str(to), expected="a folder, or a place where one can be made")
    there = {path.name for path in to.iterdir()} - set(_KEPT) if to.is_dir() else set()
    if there and not {_NOT_JEKYLL, "versions.json"} <= there:
        raise InputError(
            "the folder holds something else, which would be removed",
            where=str(to),
            expected="a folder that is new, empty, or was made by this command",
            do="give another folder",
        )


def _require_whole(roster: Path) -> None:
    for each in ledger.releases(roster):
        for name, fault in manifest.faults(each.path):
            raise VerifyError(f"{name} {fault}", where=str(each.path), do="restore the version from a copy")
    live = ledger.current(roster)
    if live is not None and manifest.digest(live.path / manifest.NAME) != live.manifest:
        raise VerifyError("the live version is not the one that latest.json names", where=str(roster))


def _require_servable(files: Mapping[str, Path]) -> dict[str, int]:
    """The size of each file. Raises InputError."""
    for name, path in files.items():
        if any(each.is_symlink() for each in (path, *path.parents)[: name.count("/") + 1]):
            raise InputError("is a link, and Pages follows none", where=name, expected="a file")
    _require_one_case(files)
    sizes = {name: path.stat().st_size for name, path in files.items()}
    for name, size in sizes.items():
        if size > FILE_LIMIT:
            raise InputError(f"has {size} bytes", where=name, expected=f"at most {FILE_LIMIT}, the limit of GitHub")
    if sum(sizes.values()) > SITE_LIMIT:
        raise InputError(
            f"the site has {sum(sizes.values())} bytes",
            expected=f"at most {SITE_LIMIT}, the limit of GitHub Pages",
            do="publish to S3 instead: docs/targets.md",
        )
    return sizes


def _require_one_case(files: Mapping[str, Path]) -> None:
    seen: dict[str, str] = {}
    for name in sorted(files):
        for shown in itertools.accumulate(name.split("/"), posixpath.join):
            other = seen.setdefault(shown.casefold(), shown)
            if other != shown:
                raise InputError(
                    "two names differ in nothing but case, and are one file in many a checkout",
                    where=f"{other}, {shown}",
                    expected="names that differ in more",
                )


def _require_links(files: Mapping[str, Path]) -> None:
    """Every link of a page or style sheet leads to a file of the site, wherever the site is mounted."""
    for name, path in files.items():
        for link in _links(path):
            parts = urlsplit(link)
            if parts.scheme or link.startswith("//") or not parts.path:
                continue
            if parts.path.startswith("/"):
                raise InputError(
                    f"links to {link!r}, which is outside of /repository/", where=name, expected="a relative link"
                )
            aim = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
            is_there = aim in files or posixpath.normpath(posixpath.join(aim, _INDEX)) in files
            if aim.startswith("..") or not is_there:
                raise InputError(f"links to {link!r}, which is not there", where=name, expected="a file of the site")


def _links(path: Path) -> Iterator[str]:
    if path.suffix == ".css":
        yield from _CSS_LINK.findall(path.read_text(encoding="utf-8"))
    if path.suffix == ".html":
        from selectolax.lexbor import LexborHTMLParser

        page = LexborHTMLParser(path.read_text(encoding="utf-8"))
        for attribute in ("href", "src"):
            for node in page.css(f"[{attribute}]"):
                yield (node.attributes.get(attribute) or "").strip()


def _bring(files: Mapping[str, Path], to: Path) -> None:
    """`files` and nothing else but what is kept; a file that is the same stays as it is."""
    to.mkdir(parents=True, exist_ok=True)
    for name in manifest.files(to):
        if name not in files and name.split("/")[0] not in (*_KEPT, _NOT_JEKYLL):
            (to / name).unlink()
    for folder in sorted((path for path in to.rglob("*") if path.is_dir()), reverse=True):
        if folder.relative_to(to).parts[0] not in _KEPT and not any(folder.iterdir()):
            folder.rmdir()
    for name, path in files.items():
        target = to / name
        if not target.is_file() or manifest.digest(target) != manifest.digest(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


@dataclass(frozen=True)
class Pages:
    """What was laid out: where, of which rosters, how many files and bytes, and the largest file."""

    folder: str
    rosters: list[str]
    files: int
    bytes: int
    largest: str
    largest_bytes: int
