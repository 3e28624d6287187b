"""How many of those listed have an account, and are active there, over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from incumbent.charts import dates, words
from incumbent.charts.drawing import EDGE, WIDTH, Plan, line_of_text
from incumbent.charts.ink import Ink

#: Of more days than these, evenly spaced ones are drawn: no eye tells them apart.
MOST = 300
_HEIGHT, _FIELD, _LABELS, _APART = 178, 150, 136, 17
#: The figure of the shares table, its words at the end of its line, and the line's width: the second lies on the first
#: where they are equal, and both are seen.
_LINES = (("with_account", "have an account", 5), ("active", "have posted lately", 2))


def plan(tables: Mapping[str, pl.DataFrame], source: str) -> Plan | None:
    """The share of the list's entries that name somebody with an account, and somebody active there.

    None when the shares table has no row of the whole list, or no account in any. The plan's table: those rows (since,
    entries, with_account, counted, active, dormant, never_posted), in the order of time; of more than MOST days, the
    last one of each of MOST spans.
    """
    whole = (
        tables["shares"]
        .filter(pl.col("organisation_id").is_null() & (pl.col("entries") > 0))
        .select("since", "entries", "with_account", "counted", "active", "dormant", "never_posted")
        .sort("since")
    )
    if not whole["with_account"].sum():
        return None
    as_of: dt.date = max(tables["headlines"]["as_of"][0], whole["since"][-1])
    table, last, first = _thinned(whole), whole.row(-1, named=True), whole.row(0, named=True)
    title = f"{last['with_account']:,} of {words.entries(last['entries'])} name somebody with an account"
    if last["entries"] == 1:
        title = f"{last['with_account']} of 1 entry names somebody with an account"
    before = ""
    if first["since"] < last["since"]:
        share = words.percent(first["with_account"], first["entries"])
        before = f", after {first['with_account']:,} ({share}) on {words.day(first['since'])}"
    thinned = f" Drawn from {table.height} of {whole.height:,} days." if table.height < whole.height else ""
    return Plan(
        id="accounts-over-time",
        title=title,
        subtitle=f"Share of the entries, by what was known of accounts on each day.{thinned}",
        description=(
            f"{title} ({words.percent(last['with_account'], last['entries'])}) on {words.day(as_of)}{before}; "
            f"{last['active']:,} of the {last['counted']:,} accounts that can be counted "
            f"{'has' if last['active'] == 1 else 'have'} posted lately."
        ),
        source=source,
        height=_HEIGHT,
        table=table,
        layers=lambda ink: _layers(table, as_of, ink),
    )


def _thinned(whole: pl.DataFrame) -> pl.DataFrame:
    """The last day of each of MOST spans of equal length, where there are more days than that."""
    if whole.height <= MOST:
        return whole
    days = (pl.col("since") - pl.col("since").min()).dt.total_days()
    return whole.group_by(span=days * MOST // (days.max() + 1)).last().sort("since").drop("span")


def _layers(table: pl.DataFrame, as_of: dt.date, ink: Ink) -> list[dict[str, Any]]:
    first, right = table["since"][0], WIDTH - 2 * EDGE - _LABELS
    if first == as_of:
        first -= dt.timedelta(days=1)  # one day has no width
    top = _top(max(table["with_account"] / table["entries"]))
    last = table.row(-1, named=True)
    colours = {"with_account": ink.first, "active": ink.second}
    ends = {name: _FIELD * (1 - last[name] / last["entries"] / top) for name, _, _ in _LINES}
    across = {"domain": [first.toordinal(), as_of.toordinal()], "range": [30, right], "nice": False, "zero": False}
    x = {"field": "x", "type": "quantitative", "axis": None, "scale": across}
    y = {"field": "y", "type": "quantitative", "scale": None}
    layers = [*_grid(top, right, ink), _days(first, as_of, x, ink)]
    for name, _, thickness in _LINES:
        points = [
            {"x": since.toordinal(), "y": _FIELD * (1 - count / entries / top)}
            for since, count, entries in table.select("since", name, "entries").iter_rows()
        ]
        points.append({"x": as_of.toordinal(), "y": ends[name]})
        line = {"type": "line", "interpolate": "step-after", "color": colours[name], "strokeWidth": thickness}
        dot = {"type": "circle", "color": colours[name], "size": 60, "opacity": 1}
        layers += [
            {"data": {"values": points}, "mark": line, "encoding": {"x": x, "y": y}},
            {"data": {"values": points[-1:]}, "mark": dot, "encoding": {"x": x, "y": y}},
        ]
    return [*layers, *_named(last, ends, right, ink)]


def _named(last: Mapping[str, Any], ends: Mapping[str, float], right: int, ink: Ink) -> list[dict[str, Any]]:
    """The lines' names at their ends, moved apart where the ends are close."""
    gap = ends["active"] - ends["with_account"]
    push = max(0.0, 2 * _APART + 4 - gap) / 2
    lower = min(ends["active"] + push, _FIELD - _APART / 2)
    places = {"with_account": min(ends["with_account"] - push, lower - 2 * _APART - 4), "active": lower}
    values = []
    for name, label, _ in _LINES:
        count = last[name]
        said = f"{count:,} ({words.percent(count, last['entries'])})"
        values.append({"y": places[name] - _APART / 2, "said": said, "weight": "bold"})
        values.append({"y": places[name] + _APART / 2, "said": label, "weight": "normal"})
    return [
        {
            "data": {"values": [row for row in values if row["weight"] == weight]},
            "mark": line_of_text(ink, fontWeight=weight),
            "encoding": {
                "x": {"value": right + 12},
                "y": {"field": "y", "type": "quantitative", "scale": None},
                "text": {"field": "said", "type": "nominal"},
            },
        }
        for weight in ("bold", "normal")
    ]


def _grid(top: float, right: int, ink: Ink) -> list[dict[str, Any]]:
    """Lines across at nothing, half and the whole of what is shown, with their shares."""
    data = {"values": [{"y": _FIELD * (1 - part), "said": f"{100 * top * part:g}%"} for part in (0, 0.5, 1)]}
    y = {"field": "y", "type": "quantitative", "scale": None}
    return [
        {
            "data": data,
            "mark": {"type": "rule", "color": ink.line, "strokeWidth": 1},
            "encoding": {"x": {"value": 30}, "x2": {"value": right}, "y": y},
        },
        {
            "data": data,
            "mark": line_of_text(ink, align="right", color=ink.muted, fontSize=12),
            "encoding": {"x": {"value": 25}, "y": y, "text": {"field": "said", "type": "nominal"}},
        },
    ]


def _days(first: dt.date, last: dt.date, x: dict[str, Any], ink: Ink) -> dict[str, Any]:
    """The days that the axis of time names."""
    marked = dates.marks(first, last, 4)
    return {
        "data": {"values": [{"x": day.toordinal(), "said": said} for day, said in marked]},
        "mark": line_of_text(ink, align="center", color=ink.muted, fontSize=12),
        "encoding": {"x": x, "y": {"value": _FIELD + 18}, "text": {"field": "said", "type": "nominal"}},
    }


def _top(share: float) -> float:
    """The share at the top of the field: the least of these that leaves room for the highest."""
    return next(top for top in (0.02, 0.04, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if share <= top)
