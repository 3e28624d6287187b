"""Where versions are published: a folder, or an address such as s3://bucket/prefix that fsspec reaches.

    opened(address) -> a local working folder, filled from the target and verified
                       ... the publication is made in it as in any folder ...
                    -> what it changed is pushed: versions, then versions.json, then the rest, latest.json last

store.py says what is asked of a target, s3.py how S3 does it, mirror.py fills the folder, push.py empties it. Whoever
reads the target at any moment, and follows its latest.json, meets a whole version; docs/targets.md says why.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from incumbent import durable
from incumbent.errors import InputError
from incumbent.targets.settings import Settings, read_settings

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)


def is_address(published: str) -> bool:
    """Whether `--published` names a target that is reached through fsspec, and no folder."""
    return _ADDRESS.match(published) is not None and not published.startswith("file://")


@contextlib.contextmanager
def opened(published: str, options: Sequence[str] = (), *, write: bool = True) -> Iterator[Path]:
    """The folder in which to read and publish what `published` names: the folder itself, or a working copy of a target.

    `options`: KEY=VALUE, as --target-option gives them. A working copy is pushed when the block ends without an error,
    unless `write` is False; after an error nothing has been pushed. Raises InputError for an address or an option that
    cannot be used, TargetError when the target refuses or cannot be reached, VerifyError when what it holds is not
    what its manifests say, LockedError when another run is publishing there, or has since this one began.
    """
    if not is_address(published):
        if options:
            raise InputError("a folder has no options", where="--target-option", expected="an address in --published")
        yield Path(published.removeprefix("file://"))
        return
    settings = read_settings(options)
    address = _checked(published)
    from incumbent.targets import mirror, push
    from incumbent.targets.opening import open_store

    cache = _cache(settings, address, write)
    with durable.locked(cache):
        store = open_store(address, settings, write=write)
        copy = mirror.fill(store, cache)
        yield copy.folder
        if write:
            push.push(store, copy, settings)


def shown(path: str, folder: Path, published: str) -> str:
    """`path`, which is inside the working folder, as the address that it is published at; another path as it is."""
    inside = Path(path)
    if not is_address(published) or not inside.is_relative_to(folder):
        return path
    return f"{published.rstrip('/')}/{inside.relative_to(folder).as_posix()}"


def _checked(published: str) -> str:
    """The address, when it is one that can be shown. What may be a secret is not in the error."""
    found = _ADDRESS.fullmatch(published)
    place = found[2] if found else ""
    if found is None or "@" in place.partition("/")[0] or re.search(r"[?#\s\x00-\x1f]|(^|/)\.\.?(/|$)|//", place):
        raise InputError(
            "this is no address that can be published to",
            where="--published",
            expected="SCHEME://PLACE/PREFIX such as s3://bucket/published, without credentials, `?`, `#` and `..`",
            do="give credentials by the environment: docs/targets.md",
        )
    if not place.strip("/"):
        raise InputError("the address names no place", where="--published", expected="such as s3://bucket/published")
    return f"{found[1].lower()}://{place.rstrip('/')}"


def _cache(settings: Settings, address: str, write: bool) -> Path:
    """Where the working copy of a target is kept between runs. It can be thrown away at any time."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", address)[:60] + "-" + hashlib.sha256(address.encode()).hexdigest()[:12]
    home = settings.cache or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "incumbent" / "targets"
    return home / (name if write else f"{name}-read")
