"""From an address to its store: S3 with conditional writes, any other file system where one writer is promised."""

from __future__ import annotations

import importlib.util

import fsspec

from incumbent.errors import InputError
from incumbent.targets.settings import Settings
from incumbent.targets.store import PlainStore, Store, TargetError

_S3 = ("s3", "s3a")


def open_store(address: str, settings: Settings, *, write: bool) -> Store:
    """The store at `address`. Raises InputError for a scheme that fsspec does not know or whose package is missing,
    TargetError for a file system without conditional writes that is to be written to, unless `settings.one_writer`."""
    scheme, _, place = address.partition("://")
    if scheme in _S3:
        if importlib.util.find_spec("s3fs") is None:
            raise InputError(
                "publishing to S3 needs the package s3fs, which is not installed",
                where=address,
                expected="incumbent with its extra s3",
                do="pip install 'incumbent[s3]'",
            )
        from incumbent.targets.s3 import S3Store

        try:
            return S3Store(address, place, settings.storage)
        except (ValueError, TypeError) as error:
            raise InputError("an option of the target cannot be used", where=address, do=str(error)) from error
    try:
        system = fsspec.filesystem(scheme, skip_instance_cache=True, use_listings_cache=False, **settings.storage)
    except (ValueError, ImportError, TypeError) as error:
        raise InputError(
            f"fsspec cannot open {scheme}://: {error}", where=address, expected="s3://, or a scheme that fsspec knows"
        ) from error
    if write and not settings.one_writer:
        raise TargetError(
            f"{scheme}:// has no conditional writes that we know of: two runs that publish at once would tear it",
            where=address,
            expected="s3://, or a promise that there is only ever one writer",
            do="publish from one place only, and say so with --target-option one_writer=true",
        )
    return PlainStore(system, address)
