"""What a drawing holds, read with an XML parser."""

from __future__ import annotations

import dataclasses
import re
import struct
import xml.etree.ElementTree as ElementTree
import zlib

_SVG = "{http://www.w3.org/2000/svg}"
#: All that a chart is made of. Nothing here runs, loads or looks different elsewhere.
ELEMENTS = {"svg", "title", "desc", "g", "path", "rect", "line", "text", "tspan", "circle"}


def read(svg: bytes | str) -> Drawing:
    """The drawing; fails where it holds anything that a chart has no use for."""
    root = ElementTree.fromstring(svg)
    names = {each.tag.removeprefix(_SVG) for each in root.iter()}
    assert names <= ELEMENTS, names - ELEMENTS
    attributes = {name for each in root.iter() for name in each.attrib}
    assert not {name for name in attributes if re.match(r"on|style|.*href|id$", name)}, attributes
    title, description = root.find(f"{_SVG}title"), root.find(f"{_SVG}desc")
    assert root.get("role") == "img" and title is not None and description is not None
    assert [each.tag for each in list(root)[:2]] == [f"{_SVG}title", f"{_SVG}desc"]
    return Drawing(
        root, title.text or "", description.text or "",
        [" ".join(each.itertext()) for each in root.iter(f"{_SVG}text")],
    )  # fmt: skip


def size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG whose parts all have their check sums."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, width, height = 8, 0, 0
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        assert kind in (b"IHDR", b"IDAT", b"IEND", b"pHYs"), kind  # no time, no text
        if kind == b"IHDR":
            width, height = struct.unpack(">II", body[:8])
        at += length + 12
    return width, height


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as #rrggbb: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@dataclasses.dataclass(frozen=True)
class Drawing:
    """`texts`: every line of text that is drawn, in order."""

    root: ElementTree.Element
    title: str
    description: str
    texts: list[str]
