"""Social platforms: one adapter each, which reads what the platform says of accounts (claims.OBSERVATIONS).

An adapter is a source's adapter (sources/base.py) that also says which addresses tell of given accounts. Everything
here is pure: nothing opens a socket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, cast

from incumbent.errors import RosterError
from incumbent.platforms import bluesky, mastodon, x
from incumbent.platforms.observing import TELLING, Candidate

#: Platforms that can be asked: name, as accounts have it and as an adapter is called -> its adapter.
ADAPTERS: Mapping[str, ModuleType] = {module.PLATFORM: module for module in (bluesky, mastodon, x)}
_FORBIDDEN = 403
__all__ = ["ADAPTERS", "TELLING", "Candidate", "addresses", "stops"]


def addresses(platform: str, candidates: Sequence[Candidate], settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses that a capture must fetch to know how `candidates` (of that platform) are; each once, sorted.

    Their pages' links name the rest (feeds, accounts that a batch leaves out). Raises RosterError for a platform that
    cannot be asked.
    """
    return cast(tuple[str, ...], _adapter(platform).requests(candidates, settings))


def stops(platform: str, status: int, body: bytes = b"") -> bool:
    """Whether a response means that nothing more may be asked of that platform in this run.

    A 401 is our token's failure and not the account's: asking on would only be refused on. Other platforms go on. The
    403 of X that tells of our own account's suspension is one as well, which its body alone says.
    """
    adapter = _adapter(platform)
    marks: tuple[bytes, ...] = getattr(adapter, "STOPPING_MARKS", ()) if status == _FORBIDDEN else ()
    return status in adapter.STOPPING or any(mark in body for mark in marks)


def _adapter(platform: str) -> ModuleType:
    if platform not in ADAPTERS:
        raise RosterError(f"the platform {platform!r} cannot be asked", where="platform", expected=" | ".join(ADAPTERS))
    return ADAPTERS[platform]
