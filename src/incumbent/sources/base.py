"""What every adapter shares: what it is given (Context), what it gives (Parsed), what may be set (Settings)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import polars as pl
from pydantic import BaseModel, ConfigDict

from incumbent.archive import Snapshot
from incumbent.claims import ACCOUNT_CLAIMS, empty_claims


def empty_account_claims() -> pl.DataFrame:
    """An account claims table without rows."""
    return pl.DataFrame(schema=ACCOUNT_CLAIMS)


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
    """Tables of claims (claims.CLAIMS) and account claims (claims.ACCOUNT_CLAIMS)."""

    claims: pl.DataFrame = field(default_factory=empty_claims)
    account_claims: pl.DataFrame = field(default_factory=empty_account_claims)


class AdapterSettings(BaseModel):
    """Base of each adapter's settings: an unknown setting is an error, and text stays text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Adapter(Protocol):
    """What a module of this package offers. `parse` raises SourceError for anything that it cannot map."""

    Settings: type[AdapterSettings]

    def parse(self, snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed: ...
