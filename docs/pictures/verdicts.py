"""Draws the README's picture from a published version: python docs/pictures/verdicts.py VERSION_FOLDER > FILE.svg

One row for each verdict, one square for each entry. Only what headlines.csv of the version says is drawn.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from xml.sax.saxutils import escape

#: Verdict, words, colour (Okabe and Ito's palette, told apart with any kind of colour vision).
ROWS = (
    ("out_of_date", "out of date", "#d55e00"),
    ("leaving", "leaving", "#e69f00"),
    ("disputed", "in dispute", "#cc79a7"),
    ("unverified", "no recent evidence", "#999999"),
    ("current", "confirmed in post", "#0072b2"),
)
SQUARE, GAP, LEFT = 14, 4, 170


def picture(version: Path) -> str:
    """The SVG of a version's verdicts."""
    with (version / "headlines.csv").open(encoding="utf-8", newline="") as file:
        measures = {row["measure"]: row for row in csv.DictReader(file)}
    entries, as_of = measures["entries"]["value"], measures["entries"]["as_of"]
    title = f"{entries} entries of the list, by what the evidence said on {as_of}"
    shown = [(words, colour, int(measures[verdict]["value"])) for verdict, words, colour in ROWS]
    shown = [row for row in shown if row[2]]
    width = LEFT + max(count for _, _, count in shown) * (SQUARE + GAP) + 50
    height = 44 + len(shown) * 26
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="14">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="22" font-weight="bold" fill="#222222">{escape(title)}</text>',
    ]
    for place, (words, colour, count) in enumerate(shown):
        top = 38 + place * 26
        parts.append(f'<text x="{LEFT - 10}" y="{top + 12}" text-anchor="end" fill="#222222">{escape(words)}</text>')
        parts += [
            f'<rect x="{LEFT + number * (SQUARE + GAP)}" y="{top}" width="{SQUARE}" height="{SQUARE}" fill="{colour}"/>'
            for number in range(count)
        ]
        parts.append(f'<text x="{LEFT + count * (SQUARE + GAP) + 6}" y="{top + 12}" fill="#222222">{count}</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    sys.stdout.write(picture(Path(sys.argv[1])))
