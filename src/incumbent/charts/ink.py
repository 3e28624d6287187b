"""The colours of the charts, on paper and in the dark.

Text stands out from its ground by 4.5 to 1 and more, marks by 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11); the three hues are
of Okabe and Ito's palette or near it, which all kinds of colour vision tell apart. tests/charts measures both.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ink:
    """Colours as #rrggbb. `paper`: the ground. `text`, `muted`: words. `first`, `second`, `wrong`: marks. `line`: the
    axis and what only guides the eye."""

    paper: str
    text: str
    muted: str
    line: str
    first: str
    second: str
    wrong: str


LIGHT = Ink("#ffffff", "#1a1a1a", "#555555", "#d4d4d4", "#0072b2", "#00855f", "#c74e00")
DARK = Ink("#16181c", "#f0f0f0", "#b8b8b8", "#43464d", "#56b4e9", "#3fc79a", "#f08a4b")
