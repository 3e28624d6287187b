"""What may be published of each platform, and the last gate that sees to it, whatever the tables hold.

Design, section 9. Bluesky and Mastodon let anybody read what an account shows, and say which accounts ask not to be
shown. The terms of X let ids be published and no metric of its API, unless the operator states a legal basis; of any
other platform nothing is known, so nothing but ids is published either. A figure that a publication printed is that
publication's claim, and is published with its source.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

#: Columns of the accounts and activity tables that say how much an account does.
METRICS = ("posts", "last_post", "followers", "posts_30d", "posts_90d", "posts_365d", "median_gap_days")
#: States that are read off such figures: published, they would be a metric of one bit.
_OF_METRICS = ("active", "dormant", "never_posted")
#: States in which an account has no metrics, whoever counted, but for what a publication printed.
_WITHDRAWN = ("protected", "suspended", "deleted", "identity_changed")
#: Where figures come from, in `figures_from`; what says neither is taken to be the platform's.
PUBLICATION = "publication"


class Publishable(Protocol):
    """What roster.yaml lets be published of a platform (roster.Platform)."""

    @property
    def publish_ids(self) -> bool: ...
    @property
    def publish_metrics(self) -> bool: ...
    @property
    def legal_basis(self) -> str | None: ...


@dataclass(frozen=True)
class Default:
    """What holds for a platform of which roster.yaml says nothing."""

    publish_metrics: bool
    publish_ids: bool = True
    legal_basis: str | None = None


DEFAULTS: Mapping[str, Default] = {"bluesky": Default(publish_metrics=True), "mastodon": Default(publish_metrics=True)}
_OTHERS = Default(publish_metrics=False)
#: Platforms whose own terms let metrics be published, so that no further basis is asked for.
_OPEN = frozenset(DEFAULTS)


def may_publish_metrics(platform: str, platforms: Mapping[str, Publishable]) -> bool:
    """Whether figures that the platform gave may be published; `platforms` is what roster.yaml says."""
    said = platforms.get(platform, DEFAULTS.get(platform, _OTHERS))
    return said.publish_ids and said.publish_metrics and (platform in _OPEN or bool(said.legal_basis))


def may_publish_ids(platform: str, platforms: Mapping[str, Publishable]) -> bool:
    """Whether the platform's accounts may be published at all."""
    return platforms.get(platform, DEFAULTS.get(platform, _OTHERS)).publish_ids


def enforced(
    accounts: pl.DataFrame,
    activity: pl.DataFrame,
    platforms: Mapping[str, Publishable],
    platform_sources: Collection[str] = (),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The two tables without what may not be published of them; `platforms` is what roster.yaml says.

    `platform_sources`: ids of sources that are a platform's API; what an observation gives as theirs is the platform's,
    whatever `figures_from` says.

    Rows of a platform whose ids may not be published are left out. Figures are null unless a publication printed them
    (`figures_from`), where the platform's may not be published, and of accounts that have withdrawn from the public or
    opted out; a state that was read off such figures is `unknown`.
    """
    names = accounts.get_column("platform").drop_nulls().unique().sort().to_list()
    hidden = [name for name in names if not may_publish_ids(name, platforms)]
    barred = [name for name in names if not may_publish_metrics(name, platforms)]
    platform = pl.col("platform")
    kept = accounts.filter(~platform.is_in(hidden).fill_null(False))
    out = pl.col("opted_out").fill_null(False) if "opted_out" in kept.columns else pl.lit(False)
    private = platform.is_null() | platform.is_in(barred) | out
    closed = kept.select(
        "account_id", private=private.fill_null(True), withdrawn=pl.col("state").is_in(_WITHDRAWN).fill_null(False)
    )
    shown = activity.filter(pl.col("account_id").is_in(kept.get_column("account_id").implode()))
    return _blanked(kept, closed, ()), _blanked(shown, closed, platform_sources)


def _blanked(table: pl.DataFrame, closed: pl.DataFrame, platform_sources: Collection[str]) -> pl.DataFrame:
    """`table` in its columns and order, without the figures and states that `closed` keeps of each account."""
    printed = pl.col("figures_from") == PUBLICATION if "figures_from" in table.columns else pl.lit(False)
    printed = printed.fill_null(False) & ~pl.col("source_id").is_in(list(platform_sources)).fill_null(False)
    private = (pl.col("private") | pl.col("withdrawn")) & ~printed
    metrics = [name for name in METRICS if name in table.columns]
    told = pl.col("state").is_in(_OF_METRICS) & pl.col("private") & ~printed
    return (
        table.join(closed, on="account_id", how="left", maintain_order="left")
        .with_columns(
            *(pl.when(~private).then(name).alias(name) for name in metrics),
            pl.when(told).then(pl.lit("unknown")).otherwise("state").alias("state"),
        )
        .select(table.columns)
    )
