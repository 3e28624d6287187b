"""Bars with their labels on the left and their figures at their ends: no axis to read them from is needed."""

from __future__ import annotations

from typing import Any

from incumbent.charts.drawing import EDGE, WIDTH, line_of_text
from incumbent.charts.ink import Ink

#: Pixels from one bar to the next.
ROW = 27
_PLACE = {"field": "place", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.4, "paddingOuter": 0.2}}


def labelled_bars(
    values: list[dict[str, Any]], ink: Ink, *, labels: int, right: int, length: str, most: int, reach: str | None = None
) -> list[dict[str, Any]]:
    """Layers: a row for each of `values` (place, label, said, colour, and the figure that `length` names).

    `labels`, `right`: pixels left for the labels and for what is said at a bar's end. `most`: the figure that fills the
    rest. `reach`: a figure to which a thin line goes on from the bar.
    """
    data = {"values": values}
    scale = {"domain": [0, max(most, 1)], "range": [labels, WIDTH - 2 * EDGE - right], "nice": False}
    bar = {"field": length, "type": "quantitative", "axis": None, "scale": scale}
    end = {**bar, "field": reach or length}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    words = {"type": "nominal"}
    layers: list[dict[str, Any]] = [
        {"data": data, "mark": {"type": "bar"}, "encoding": {"y": _PLACE, "x": bar, "color": colour}},
        {
            "data": data,
            "mark": line_of_text(ink, align="right", limit=labels - 10),
            "encoding": {"y": _PLACE, "x": {"value": labels - 10}, "text": {**words, "field": "label"}},
        },
        {
            "data": data,
            "mark": line_of_text(ink, dx=7, fontWeight="bold"),
            "encoding": {"y": _PLACE, "x": end, "text": {**words, "field": "said"}},
        },
    ]
    if reach:
        thin = {"type": "rule", "strokeWidth": 2}
        encoding = {"y": _PLACE, "x": bar, "x2": {"field": reach}, "color": colour}
        layers.append({"data": data, "mark": thin, "encoding": encoding})
    return layers
