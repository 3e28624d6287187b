"""Settings of the adapter `wikidata`: see wikidata.py."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field, field_validator

from incumbent.sources.base import AdapterSettings
from incumbent.sources.wikidata_values import ITEM

#: The variables that are read, under the names that a query gives them unless the settings name others.
VARIABLES = (
    "person", "personLabel", "position", "positionLabel", "organisation", "organisationLabel", "start",
    "startPrecision", "end", "endPrecision", "endCauseLabel", "replacedByLabel", "acting", "died", "diedPrecision",
    "rank", "x", "xId", "mastodon", "bluesky", "linkedin",
)  # fmt: skip


class Position(AdapterSettings):
    """How a position reads: the post, and its organisation where the position alone tells it."""

    post: str = Field(min_length=1)
    organisation: str | None = Field(default=None, min_length=1)


class Settings(AdapterSettings):
    """See wikidata.py."""

    languages: list[str] = Field(default=["en"], min_length=1)
    positions: dict[str, Position] = Field(default_factory=dict)
    ignore_positions: list[str] | Literal["all"] = Field(default_factory=list)
    labels: dict[str, str] = Field(default_factory=dict)
    undated: Literal["left_out", "holds"] = "left_out"
    variables: dict[str, str] = Field(default_factory=dict)
    ignore: list[str] = Field(default_factory=list)
    post: str | None = None
    organisation: str | None = None
    pages: Literal["none", "entities", "batches"] = "none"
    yields: list[Literal["claims", "accounts"]] = Field(default=["claims", "accounts"], min_length=1)

    def ignores(self, position: str) -> bool:
        """Whether statements about that position are left out."""
        if self.ignore_positions == "all":
            return position not in self.positions
        return position in self.ignore_positions

    @field_validator("positions", "labels")
    @classmethod
    def _keys_are_items(cls, values: dict[str, object]) -> dict[str, object]:
        _check_items(values)
        return values

    @field_validator("ignore_positions")
    @classmethod
    def _are_items(cls, values: list[str] | str) -> list[str] | str:
        if isinstance(values, list):
            _check_items(values)
        return values

    @field_validator("variables")
    @classmethod
    def _are_variables(cls, values: dict[str, str]) -> dict[str, str]:
        unknown = [name for name in values if name not in VARIABLES]
        if unknown:
            raise ValueError(f"there is no variable {unknown[0]!r}; there are {', '.join(VARIABLES)}")
        return values


def _check_items(values: Iterable[str]) -> None:
    for value in values:
        if not ITEM.fullmatch(value):
            raise ValueError(f"{value!r} is not the id of an item such as Q42")
