"""HTML for the adapters: a parsed page, the words of a node, and selectors that are checked before they are used."""

from __future__ import annotations

import re
from collections import Counter

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import text

#: Elements that start a new line on screen: without a space there, the words before and after them would be glued.
_BREAKS = "br, p, div, li, td, th, tr, h1, h2, h3, h4, h5, h6, dt, dd, section, article, ul, ol, table"
_WHITE = re.compile(r"\s+")
#: Elements within each other; more is no page that a person wrote, and parsing takes the square of it (browsers stop at
#: 512). Pages with fewer tags than _FEW are not looked at: they cannot be that deep, or not for long.
DEEPEST = 3_000
_FEW = 4_000
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)(?:[^<>]*(/)>)?")
#: Elements that never hold another, or that the next one of their kind ends.
_ENDING = frozenset((
    "area", "base", "br", "col", "colgroup", "dd", "dt", "embed", "frame", "hr", "image", "img", "input", "keygen",
    "li", "link", "meta", "option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr",
    "track", "wbr",
))  # fmt: skip
#: Elements in which every other one holds what follows, unless it ends in "/>"; and those in them where that is no end.
_FOREIGN = ("svg", "math")
_HTML_AGAIN = ("foreignobject", "desc", "title", "annotation-xml", "mi", "mo", "mn", "ms", "mtext")


def page(snapshot: Snapshot) -> LexborHTMLParser:
    """The snapshot as a tree, its charset taken from the bytes, the header, or the page's meta element."""
    meta = re.search(rb"<meta[^>]{0,200}charset[^>]{0,100}>", snapshot.content[:2048], re.IGNORECASE)
    declared = snapshot.content_type + (meta[0].decode("ascii", "replace") if meta else "")
    tree = parsed(text.decoded(snapshot.content, source=snapshot.source_id, declared=declared), snapshot.source_id)
    for node in tree.css("script, style, template"):
        node.decompose()
    for node in tree.css(_BREAKS):
        node.insert_before(" ")
    return tree


def parsed(content: str, source: str, locator: str = "/") -> LexborHTMLParser:
    """HTML as a tree. Raises SourceError for elements nested deeper than DEEPEST."""
    if content.count("<") > _FEW and _deepest(content) > DEEPEST:
        raise SourceError(
            "the page's elements are nested too deep",
            source=source,
            locator=locator,
            expected=f"at most {DEEPEST} deep",
        )
    return LexborHTMLParser(content)


def _deepest(content: str) -> int:
    """At least how deep the elements of `content` are nested, told from its tags alone: what is never closed counts."""
    still_open: Counter[str] = Counter()
    depth = deepest = 0
    for found in _TAG.finditer(content):
        closing, alone, name = found[1], found[3], found[2].lower()
        foreign = any(still_open[one] for one in _FOREIGN)
        if closing:
            if still_open[name]:
                still_open[name] -= 1
                depth -= 1
        elif foreign and alone and not any(still_open[one] for one in _HTML_AGAIN):
            continue
        elif foreign or name not in _ENDING:
            still_open[name] += 1
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEEPEST:
                break
    return deepest


def words(node: LexborNode) -> str:
    """The node's text as it is read on screen: white space as one space, no two words glued over a line break."""
    return _WHITE.sub(" ", node.text(deep=True)).strip()


def check_selector(selector: str) -> str:
    """`selector`, when it is one. Raises ValueError."""
    try:
        LexborHTMLParser("<p></p>").css(selector)
    except SelectolaxError:
        raise ValueError(f"{selector!r} is not a CSS selector") from None
    return selector
