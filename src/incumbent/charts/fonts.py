"""The font that every picture is drawn with: our own copy (data/fonts), never one of the machine."""

from __future__ import annotations

import functools
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data" / "fonts"
#: The first is ours alone, and all that a PNG ever needs; a browser that shows the SVG goes on to what it has.
FAMILIES = "Incumbent Sans, Inter, Helvetica Neue, Arial, sans-serif"


def covered(char: str) -> bool:
    """Whether our font has this character."""
    return ord(char) in _coverage()


@functools.cache
def _coverage() -> frozenset[int]:
    """The code points that coverage.txt lists, as ranges in hexadecimal."""
    points: set[int] = set()
    for line in (FOLDER / "coverage.txt").read_text(encoding="ascii").split():
        first, _, last = line.partition("-")
        points.update(range(int(first, 16), int(last, 16) + 1))
    return frozenset(points)
