"""How long entries stayed wrong: a line for each where they are few, else a bar for each span of days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from incumbent.charts import words
from incumbent.charts.bars import ROW, labelled_bars
from incumbent.charts.drawing import Plan
from incumbent.charts.ink import Ink

#: So many entries have each their own line; more of them are counted by span.
MOST = 15
#: Longer than this is worth a title: what takes a list a month is no longer the handover itself.
LONG = 30
#: The last day of each span, and its label.
SPANS = (
    (0, "none for sure"),
    (30, "1 to 30 days"),
    (90, "31 to 90 days"),
    (180, "91 to 180 days"),
    (365, "181 to 365 days"),
    (730, "1 to 2 years"),
    (None, "over 2 years"),
)
_LABELS = 176
_COLUMNS = (
    "entry_id", "listed_person", "listed_post", "listed_organisation", "days_wrong_minimum", "days_wrong_maximum",
)  # fmt: skip


def plan(tables: Mapping[str, pl.DataFrame], source: str) -> Plan | None:
    """For how many days the list was wrong about the entries that it got wrong; None when it is known of none.

    The plan's table has a row for each entry, longest first (entry_id, listed_person, listed_post, listed_organisation,
    days_wrong_minimum, days_wrong_maximum: null where no first day is known); for more than MOST entries a row for each
    span of SPANS (`span, entries`, by days_wrong_minimum).
    """
    lagging = (
        tables["listings"]
        .filter(pl.col("days_wrong_minimum").is_not_null())
        .select(_COLUMNS)
        .sort(
            pl.col("days_wrong_minimum"),
            pl.col("days_wrong_maximum"),
            pl.col("entry_id"),
            descending=[True, True, False],
            nulls_last=True,
        )
    )
    if lagging.is_empty():
        return None
    surely = lagging.filter(pl.col("days_wrong_minimum") > LONG).height
    longest = lagging["days_wrong_minimum"][0]
    got_wrong = f"the {words.entries(lagging.height)} that the list got wrong"
    if surely:
        title = f"{words.entries(surely)} stayed wrong for more than {LONG} days"
    else:
        title = f"The list was wrong about {words.entries(lagging.height)}, none for over {LONG} days for sure"
    few = lagging.height <= MOST
    table = lagging if few else _by_span(lagging)
    told = "the bar is what the list’s captures show, the line what is possible." if few else "at the least."
    return Plan(
        id="days-wrong",
        title=title,
        subtitle=f"Of {got_wrong}, how many days each stayed so: {told}",
        description=(
            f"Of {got_wrong}, {surely:,} stayed wrong for more than {LONG} days; the longest for at least {longest:,} "
            f"{'day' if longest == 1 else 'days'}, and the median is "
            f"{int(lagging['days_wrong_minimum'].median() or 0):,} at the least."  # type: ignore[arg-type]
        ),
        source=source,
        height=table.height * ROW,
        table=table,
        layers=lambda ink: _each(table, ink) if few else _spans(table, ink),
    )


def _by_span(lagging: pl.DataFrame) -> pl.DataFrame:
    """`span, entries`: how many of the entries were wrong for so many days at the least; every span has its row."""
    ends = pl.Series([last for last, _ in SPANS if last is not None])
    places = pl.Series(ends.search_sorted(lagging["days_wrong_minimum"], side="left"), dtype=pl.Int64)
    counted = pl.DataFrame({"place": places}).group_by("place").agg(pl.len().cast(pl.Int64).alias("entries"))
    return (
        pl.DataFrame({"place": range(len(SPANS)), "span": [label for _, label in SPANS]})
        .join(counted, on="place", how="left", maintain_order="left")
        .select("span", pl.col("entries").fill_null(0))
    )


def _each(table: pl.DataFrame, ink: Ink) -> list[dict[str, Any]]:
    """A row for each entry: a bar of the days that are sure, and a thin line on to those that are possible."""
    values = [
        {
            "place": place,
            "label": words.label(row["listed_person"] or row["listed_post"] or row["entry_id"]),
            "colour": ink.wrong,
            "least": row["days_wrong_minimum"],
            "most": max(row["days_wrong_minimum"], row["days_wrong_maximum"] or 0),
            "said": _said(row["days_wrong_minimum"], row["days_wrong_maximum"]),
        }
        for place, row in enumerate(table.iter_rows(named=True))
    ]
    most = max(row["most"] for row in values)
    return labelled_bars(values, ink, labels=_LABELS, right=88, length="least", most=most, reach="most")


def _spans(table: pl.DataFrame, ink: Ink) -> list[dict[str, Any]]:
    """A bar for each span of days."""
    values = [
        {"place": place, "label": span, "colour": ink.wrong, "entries": count, "said": f"{count:,}"}
        for place, (span, count) in enumerate(table.iter_rows())
    ]
    return labelled_bars(values, ink, labels=_LABELS, right=60, length="entries", most=max(table["entries"]))


def _said(least: int, most: int | None) -> str:
    if most is None:
        return f"{least:,} or more"
    return f"{least:,} to {most:,}" if most > least else f"{least:,}"
