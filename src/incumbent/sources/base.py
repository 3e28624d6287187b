"""What every adapter shares: what it is given (Context), what it gives (Parsed), what may be set (Settings)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import polars as pl
from pydantic import BaseModel, ConfigDict

from incumbent.archive import Snapshot
from incumbent.claims import ACCOUNT_CLAIMS, OBSERVATIONS, empty_claims


def empty_account_claims() -> pl.DataFrame:
    """An account claims table without rows."""
    return pl.DataFrame(schema=ACCOUNT_CLAIMS)


def empty_observations() -> pl.DataFrame:
    """An observations table without rows."""
    return pl.DataFrame(schema=OBSERVATIONS)


@dataclass(frozen=True)
class Context:
    """What roster.yaml and the archive know of a snapshot: the defaults of each claim that is read from it."""

    roster: str
    source: str
    role: str = "evidence"
    publisher: str | None = None
    primary: bool = False
    source_url: str | None = None
    scope: str = "partial"
    stated_at: str | None = None


@dataclass(frozen=True)
class Parsed:
    """Tables of claims (claims.CLAIMS), account claims (claims.ACCOUNT_CLAIMS) and observations (OBSERVATIONS)."""

    claims: pl.DataFrame = field(default_factory=empty_claims)
    account_claims: pl.DataFrame = field(default_factory=empty_account_claims)
    observations: pl.DataFrame = field(default_factory=empty_observations)

    @property
    def height(self) -> int:
        """Rows of all its tables."""
        return self.claims.height + self.account_claims.height + self.observations.height


@dataclass(frozen=True)
class Links:
    """The addresses that a captured page names, each whole (with scheme and host), in the page's order.

    `more`: further pages of the same source (pagination), read like this one. `pages`: what a source that `follows`
    this one captures: the organisations of an index, the people of an organisation, the captures of a web archive.
    """

    more: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


class AdapterSettings(BaseModel):
    """Base of each adapter's settings: an unknown setting is an error, and text stays text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Adapter(Protocol):
    """What a module of this package offers. `parse` raises SourceError for anything that it cannot map.

    A module may offer three functions more, which functions of the same name in registry call where they exist:
    `links(snapshot, settings, context) -> Links` (raises SourceError as parse does), and
    `redacted(content: bytes, declared: str | None) -> bytes`: the response without the personal data that the archive
    must not keep, in the same format; raises ValueError where it cannot tell what is personal;
    `edited(snapshot, context) -> str | None`: the instant of the last edit that the page states, where no later copy
    can state an earlier one: how an old copy that is served again is told. None where it does not say; never raises.
    """

    Settings: type[AdapterSettings]

    def parse(self, snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed: ...
