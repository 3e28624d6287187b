"""Why the entries that are out of date are so: a bar for each reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from incumbent import wording
from incumbent.charts import words
from incumbent.charts.bars import ROW, labelled_bars
from incumbent.charts.drawing import Plan
from incumbent.charts.ink import Ink

#: So many reasons have a bar of their own; the others share one.
MOST = 10
_OTHERS = "other reasons"
_LABELS = 212


def plan(tables: Mapping[str, pl.DataFrame], source: str) -> Plan | None:
    """Entries whose verdict is out_of_date, by each of their reasons; None when there is none.

    An entry counts once for each reason that it has. The plan's table: `reason, label, entries`, most first; past MOST
    reasons, the last row is of the entries that have any of the rest (its `reason` is empty).
    """
    roster = tables["roster"]
    wrong = roster.filter(pl.col("verdict") == "out_of_date")
    each = (
        wrong.select("entry_id", reason=pl.col("reasons").str.split(";"))
        .explode("reason")
        .filter(pl.col("reason").str.len_chars() > 0)
        .unique()
    )
    if each.is_empty():
        return None
    counted = each.group_by("reason").agg(pl.len().cast(pl.Int64).alias("entries"))
    counted = counted.sort("entries", "reason", descending=[True, False])
    shown = counted.head(MOST) if counted.height > MOST + 1 else counted
    rest = each.join(shown, on="reason", how="anti")
    labels = [wording.label(wording.REASONS, reason) for reason in shown["reason"]]
    table = shown.select("reason", pl.Series("label", labels, dtype=pl.String), "entries")
    if not rest.is_empty():
        count = counted.height - MOST
        others = {"reason": None, "label": f"{count:,} {_OTHERS}", "entries": rest["entry_id"].n_unique()}
        table = pl.concat([table, pl.DataFrame([others], schema=table.schema)])
    is_are = "is" if wrong.height == 1 else "are"
    first = table.row(0, named=True)
    title = f"{wrong.height:,} of {words.entries(roster.height)} {is_are} out of date"
    return Plan(
        id="reasons",
        title=title,
        subtitle="Entries that are out of date, by reason. An entry can have several reasons.",
        description=(
            f"{title}. The most frequent of {counted.height:,} {'reason' if counted.height == 1 else 'reasons'}: "
            f"{words.plain(first['label'])} ({words.entries(first['entries'])})."
        ),
        source=source,
        height=table.height * ROW,
        table=table,
        layers=lambda ink: _layers(table, ink),
    )


def _layers(table: pl.DataFrame, ink: Ink) -> list[dict[str, Any]]:
    values = [
        {
            "place": place, "label": words.label(label), "entries": count, "said": f"{count:,}",
            "colour": ink.muted if reason is None else ink.wrong,
        }
        for place, (reason, label, count) in enumerate(table.iter_rows())
    ]  # fmt: skip
    return labelled_bars(values, ink, labels=_LABELS, right=52, length="entries", most=max(table["entries"]))
