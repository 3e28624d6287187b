"""HTML for the adapters: a parsed page, the words of a node, and selectors that are checked before they are used."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from incumbent.archive import Snapshot
from incumbent.sources import text

#: Elements that start a new line on screen: without a space there, the words before and after them would be glued.
_BREAKS = "br, p, div, li, td, th, tr, h1, h2, h3, h4, h5, h6, dt, dd, section, article, ul, ol, table"
_WHITE = re.compile(r"\s+")


def page(snapshot: Snapshot) -> LexborHTMLParser:
    """The snapshot as a tree, its charset taken from the bytes, the header, or the page's meta element."""
    meta = re.search(rb"<meta[^>]{0,200}charset[^>]{0,100}>", snapshot.content[:2048], re.IGNORECASE)
    declared = snapshot.content_type + (meta[0].decode("ascii", "replace") if meta else "")
    tree = LexborHTMLParser(text.decoded(snapshot.content, source=snapshot.source_id, declared=declared))
    for node in tree.css("script, style, template"):
        node.decompose()
    for node in tree.css(_BREAKS):
        node.insert_before(" ")
    return tree


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
