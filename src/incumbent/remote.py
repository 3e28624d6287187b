"""Brings a published folder from the web, so that `verify` can judge it as it judges one on disk.

Asks through fetch/ and nothing else, file by file, for what the seals, the manifests and the indexes name: what they do
not name cannot be seen from outside. Every name is a plain one inside the folder, or it is not asked for.
"""

from __future__ import annotations

import errno
import json
import re
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import urlsplit

from incumbent import ledger, manifest, sealing, signing
from incumbent.errors import InputError, VerifyError
from incumbent.fetch import FetchError, Request, Response, masked
from incumbent.fetch.addresses import is_public
from incumbent.verify_version import Problem

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
#: What may stand at the end of an address that means the folder.
_PAGES = ("index.html", "latest.json", "versions.json", "datapackage.json", manifest.NAME)
#: The server says that there is no such file.
_ABSENT = frozenset((404, 410))
#: Faults that are no matter of the network: the server answers, and with what no published folder holds.
_WRONG = frozenset(("redirect", "too_large", "encoding"))
#: What the file system says to names that cannot all be: a file where a folder is, and the other way round; too long.
_IMPOSSIBLE = frozenset((errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG))


def is_address(text: str) -> bool:
    """Whether `text` is meant as an address of the web, and not as a path."""
    return re.match(r"(?i)[a-z][a-z0-9+.-]*://", text) is not None


def folder_of(url: str) -> str:
    """The address of the folder that `url` means, without a slash at its end. Raises InputError."""
    if _ADDRESS.fullmatch(url) is None:
        raise InputError(
            "this is no address of a published folder",
            where=masked(url),
            expected="http or https, a host and a path, without a user, a query or a fragment",
        )
    head, _, last = url.rpartition("/")
    return (head if last in _PAGES else url).rstrip("/")


def own_base(url: str) -> dict[str, str]:
    """The bases with which `url` is reached on a private address: where the user typed one, it is meant."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    private = host == "localhost" or (re.fullmatch(r"[0-9.]+|.*:.*", host) is not None and not is_public(host))
    origin = f"{parts.scheme}://{parts.netloc}"
    return {origin: origin} if private else {}


def mirror(url: str, fetcher: Fetches, scratch: Path, *, limits: Limits | None = None, threads: int = 4) -> Mirror:
    """A copy of the published folder at `url` (as `folder_of` gives it) below `scratch`, which is empty.

    Raises FetchError where a file cannot be brought for a fault of the network; InputError where nothing is published
    there; VerifyError where there is more than `limits`.
    """
    name = url.rpartition("/")[2]
    place = scratch / "published"
    place.mkdir()
    folder = place / (name if _PLAIN.fullmatch(name) else "published")
    folder.mkdir()
    copy = _Copy(fetcher, url, folder, limits or Limits(), threads)
    match _kind(copy):
        case "version":
            copy.version("")
            above = _Copy(fetcher, url.rpartition("/")[0], place, copy.limits, threads)
            above.index(signing.LIST)  # the list of keys is beside the versions
        case "roster":
            copy.roster("")
        case "rosters":
            copy.rosters()
        case _:
            raise InputError(
                "nothing is published here",
                where=url,
                expected="a version (datapackage.json), a roster (latest.json) or a folder of rosters (versions.json)",
                do="check the address",
            )
    return Mirror(url, folder, tuple(copy.problems))


def _kind(copy: _Copy) -> str:
    """What is published there. A host that answers every address with a page of its own does not deceive us: only JSON
    is an index."""
    if isinstance(copy.index(sealing.POINTER, first=True), dict):
        return "roster"
    if isinstance(copy.index("datapackage.json", first=True), dict):
        return "version"
    index = copy.index("versions.json", first=True)
    if isinstance(index, dict):
        return "rosters" if "rosters" in index else "roster"
    if isinstance(copy.index("status.json", first=True), dict):
        return "roster"
    sums = copy.sums("")
    if "datapackage.json" in sums:
        return "version"
    return "roster" if sealing.POINTER in sums else "rosters" if sums else ""


def _listed(index: Any, key: str, name: str) -> list[dict[str, Any]]:
    """The entries of an index whose `name` is a plain one; the others are told by `verify`."""
    entries = index.get(key) if isinstance(index, dict) else None
    found = [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    return [each for each in found if isinstance(each.get(name), str) and _PLAIN.fullmatch(each[name])]


def _nested(sums: Iterable[str]) -> list[str]:
    """The folders directly below whose manifests are named."""
    return [name.removesuffix(f"/{manifest.NAME}") for name in sums if re.fullmatch(rf"[^/]+/{manifest.NAME}", name)]


def _is_index(name: str) -> bool:
    """Whether a file is one that is read whole: an index, a manifest, a signature."""
    last = name.rpartition("/")[2]
    return last in (*_PAGES, signing.LIST, "status.json") or last.endswith((signing.SUFFIX, manifest.NAME))


class Fetches(Protocol):
    """What brings a file: fetch.Fetcher is one."""

    def fetch(self, request: Request, into: BinaryIO | None = None) -> Response: ...


@dataclass(frozen=True)
class Limits:
    """How much is brought at the most. A single file is limited by the fetcher."""

    files: int = 200_000
    bytes: int = 20_000_000_000


@dataclass(frozen=True)
class Mirror:
    """A copy of what is published at `url`, in `folder`, and what was refused on the way."""

    url: str
    folder: Path
    problems: tuple[Problem, ...] = ()

    def shown(self, problem: Problem) -> Problem:
        """The problem with addresses in place of paths of the copy."""
        above = self.url.rpartition("/")[0]
        texts = [
            text.replace(str(self.folder), self.url).replace(str(self.folder.parent), above)
            for text in (problem.path, problem.what, problem.expected)
        ]
        return Problem(*texts)


@dataclass
class _Copy:
    """What was brought of `url` into `folder` so far."""

    fetcher: Fetches
    url: str
    folder: Path
    limits: Limits
    threads: int
    problems: list[Problem] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rosters(self) -> None:
        """All that is published: every roster, and what stands above them."""
        sums = self.sums("")
        index = self.index("versions.json")
        self._bring([manifest.SIGNATURE, *sealing.ABOVE, *(name for name in sums if "/" not in name)])
        named = [each["slug"] for each in _listed(index, "rosters", "slug")]
        folders = sorted({*named, *_nested(sums)})
        self._bring(name for name in sums if name.partition("/")[0] not in folders)
        for slug in folders:
            self.roster(f"{slug}/")

    def roster(self, at: str) -> None:
        """A roster's folder. `at`: its path, with a slash at its end."""
        sums = self.sums(at)
        versions = _listed(self.index(f"{at}versions.json"), "versions", "path")
        published = {each["path"] for each in versions if each.get("state") == "published"}
        withdrawn = {
            f"{at}{ledger.WITHDRAWN}/{each['path']}.json" for each in versions if each["path"] not in published
        }
        folders = sorted({*published, *_nested(sums), "latest"})
        single = [name for name in sums if name.partition("/")[0] not in folders]
        self._bring(f"{at}{name}" for name in (manifest.SIGNATURE, *sealing.LIVING, "status.json", *single))
        self._bring(sorted(withdrawn))
        for name in folders:
            self.version(f"{at}{name}/")

    def version(self, at: str) -> None:
        """A version's folder, or latest/."""
        sums = self.sums(at)
        self._bring(f"{at}{name}" for name in (manifest.SIGNATURE, *sums))

    def sums(self, at: str) -> Mapping[str, str]:
        """The manifest at `at`; empty where there is none that can be read, which `verify` tells."""
        name = f"{at}{manifest.NAME}"
        self._one(name)
        try:
            return manifest.parse((self.folder / name).read_bytes(), name)
        except (OSError, VerifyError):
            return {}

    def index(self, name: str, *, first: bool = False) -> Any:
        """The JSON at `name`; None where there is none that can be read, which `verify` tells. `first`: the address may
        be a wrong one, so that whatever goes wrong is an error."""
        self._one(name, first=first)
        try:
            return json.loads((self.folder / name).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None

    def _bring(self, names: Iterable[str]) -> None:
        """Each file, several at once. The first fault of the network ends it."""
        wanted = list(dict.fromkeys(names))
        pool = ThreadPoolExecutor(max_workers=self.threads, thread_name_prefix="verify")
        try:
            for _ in pool.map(self._one, wanted):
                pass
        finally:
            pool.shutdown(cancel_futures=True)

    def _one(self, name: str, *, first: bool = False) -> None:
        """The file `name`, once, if it is there; indexes in memory, within the fetcher's lower limit."""
        with self._lock:
            if name in self._asked:
                return
            self._asked.add(name)
            self._require_within()
        path, small = self.folder / name, _is_index(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                response = self.fetcher.fetch(Request(f"{self.url}/{name}"), into=None if small else file)
                file.write(response.body)
        except FetchError as error:
            path.unlink(missing_ok=True)
            if error.response is not None and error.response.status in _ABSENT:
                return
            if first or error.fault not in _WRONG:
                raise
            self.problems.append(Problem(f"{self.url}/{name}", f"is refused: {error.what}", "the file itself"))
            return
        except OSError as error:
            if error.errno not in _IMPOSSIBLE:
                raise
            self.problems.append(Problem(f"{self.url}/{name}", "has a name that cannot be with the others"))
            return
        with self._lock:
            self._bytes += path.stat().st_size
            self._require_within()

    def _require_within(self) -> None:
        if len(self._asked) > self.limits.files or self._bytes > self.limits.bytes:
            raise VerifyError(
                "there is more here than is brought to be verified",
                where=self.url,
                expected=f"at most {self.limits.files:,} files and {self.limits.bytes:,} bytes",
                do="verify one version, or a copy on disk",
            )
