"""Charts of a release, from its published tables alone: `pictures`; for an entry's page, `timelines`."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from incumbent.charts import accounts, days_wrong, reasons, words
from incumbent.charts.drawing import Picture, Plan, draw
from incumbent.charts.holders import Timeline, timeline, timelines

__all__ = ["Picture", "Plan", "Timeline", "pictures", "plans", "timeline", "timelines"]


def pictures(tables: Mapping[str, pl.DataFrame], title: str) -> list[Picture]:
    """The charts of a release that have anything to show, always in the same order, drawn.

    `tables`: the published tables `roster`, `listings`, `shares` and `headlines`, with pl.Date days. `title`: the
    roster's. Ids: `reasons`, `accounts-over-time`, `days-wrong`. A pure function: the same tables give the same bytes.
    """
    return [draw(plan) for plan in plans(tables, title)]


def plans(tables: Mapping[str, pl.DataFrame], title: str) -> list[Plan]:
    """What `pictures` draws, in milliseconds and undrawn: for who needs only `id`, `title`, `description`, `table`."""
    if tables["headlines"].is_empty():
        return []
    source = f"Data: {words.plain(title)}, as of {words.day(tables['headlines']['as_of'][0])}"
    made = (chart.plan(tables, source) for chart in (reasons, accounts, days_wrong))
    return [plan for plan in made if plan is not None]
