"""From a chart's plan to the picture: SVG for light and dark, and PNG, with the same bytes on any machine.

The plans are Vega-Lite, written as plain dictionaries: Altair would build the same ones, and costs a second and pandas'
import to do it. vl-convert draws them with no browser and no network; its import is left to the moment of drawing.
Everything has its place in pixels and the font is our own, so that nothing depends on what a machine has installed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import polars as pl

from incumbent.charts import ink as inks
from incumbent.charts.fonts import FAMILIES, FOLDER
from incumbent.charts.ink import Ink
from incumbent.charts.words import label, wrapped

#: Pixels: wide enough for a column of a page, and still to be read when a phone shows it at two thirds.
WIDTH, EDGE = 480, 12
#: A PNG has this many dots for each pixel.
SCALE = 2

_TITLE, _SUBTITLE, _SMALL = 17, 13, 11
_TITLE_LINE, _SUBTITLE_LINE = 22, 17
#: Characters that fit on a line of each size.
_TITLE_CHARACTERS, _SUBTITLE_CHARACTERS, _SMALL_CHARACTERS = 46, 64, 76


def draw(plan: Plan) -> Picture:
    """The picture of a plan."""
    light = _described(_svg(_spec(plan, inks.LIGHT)), plan)
    dark = _described(_svg(_spec(plan, inks.DARK)), plan)
    return Picture(
        id=plan.id, title=plan.title, description=plan.description, svg=light.encode(), svg_dark=dark.encode(),
        png=png(light), table=plan.table,
    )  # fmt: skip


def png(svg: str) -> bytes:
    """A drawing as PNG, at SCALE dots for each pixel."""
    drawn: bytes = _converter().svg_to_png(svg, scale=SCALE)
    return drawn


def line_of_text(ink: Ink, **mark: Any) -> dict[str, Any]:
    """A mark: text in the middle of its line. What it says comes from data: nothing in it is read as a formula."""
    return {"type": "text", "align": "left", "baseline": "middle", "fontSize": 13, "color": ink.text, **mark}


def described(svg: str, title: str, description: str) -> str:
    """`svg` with a name and a description that a screen reader says in place of what is drawn."""
    head, rest = svg.split(">", 1)
    if " role=" not in head:
        head += ' role="img"'
    return f"{head}><title>{escape(title)}</title><desc>{escape(description)}</desc>{rest}"


def _described(svg: str, plan: Plan) -> str:
    return described(svg, plan.title, plan.description)


def _spec(plan: Plan, ink: Ink) -> dict[str, Any]:
    """The whole of a Vega-Lite specification: title, subtitle and source about the plan's own layers."""
    titles, subtitles = wrapped(plan.title, _TITLE_CHARACTERS), wrapped(plan.subtitle, _SUBTITLE_CHARACTERS)
    sources = wrapped(label(plan.source), _SMALL_CHARACTERS)
    top = EDGE + len(titles) * _TITLE_LINE + len(subtitles) * _SUBTITLE_LINE + 20
    inner = WIDTH - 2 * EDGE
    foot = {
        "data": {"values": [{"line": line, "y": plan.height + 22 + 15 * place} for place, line in enumerate(sources)]},
        "mark": line_of_text(ink, fontSize=_SMALL, color=ink.muted, limit=inner),
        "encoding": {
            "x": {"value": 0},
            "y": {"field": "y", "type": "quantitative", "scale": None},
            "text": {"field": "line", "type": "nominal"},
        },
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": inner,
        "height": plan.height,
        "padding": {"left": EDGE, "right": EDGE, "top": top, "bottom": 22 + 15 * len(sources)},
        "autosize": {"type": "none"},
        "background": ink.paper,
        "title": {
            "text": titles, "subtitle": subtitles, "anchor": "start", "frame": "group", "offset": 14, "limit": inner,
            "fontSize": _TITLE, "lineHeight": _TITLE_LINE, "color": ink.text,
            "subtitleFontSize": _SUBTITLE, "subtitleLineHeight": _SUBTITLE_LINE, "subtitleColor": ink.muted,
            "subtitlePadding": 6,
        },
        "layer": [*plan.layers(ink), foot],
        "config": {"font": FAMILIES, "aria": False, "view": {"stroke": None}},
    }  # fmt: skip


def _svg(spec: dict[str, Any]) -> str:
    drawn: str = _converter().vegalite_to_svg(spec, allowed_base_urls=[])
    return drawn


@functools.cache
def _converter() -> Any:
    """vl-convert, which knows our font. Its engine starts with the first drawing, in about half a second."""
    import vl_convert

    vl_convert.register_font_directory(str(FOLDER))
    return vl_convert


@dataclass(frozen=True)
class Plan:
    """What a chart is to show. `layers`: its Vega-Lite layers in some ink, in a field of `height` pixels below the
    title. `table`: what is drawn, and nothing else. `source`: where it is from, in one line."""

    id: str
    title: str
    subtitle: str
    description: str
    source: str
    height: int
    table: pl.DataFrame
    layers: Callable[[Ink], list[dict[str, Any]]]


@dataclass(frozen=True)
class Picture:
    """A chart as files. `description`: the finding in one sentence, for who does not see it. `table`: what is drawn."""

    id: str
    title: str
    description: str
    svg: bytes
    svg_dark: bytes
    png: bytes
    table: pl.DataFrame
