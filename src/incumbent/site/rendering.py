"""The templates: everything that they are given is text, escaped, and cleaned of what HTML cannot hold."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from incumbent import descriptor, wording
from incumbent.site import addresses, words

_HERE = Path(__file__).parent

#: Where the shared files are: in the package, and relative to published/.
ASSETS = _HERE / "assets"
ASSETS_AT = "assets"


def render(template: str, **given: Any) -> bytes:
    """A page as UTF-8. `given` are plain values: a string in them is text, never markup."""
    return environment().get_template(template).render(given).encode()


def framed(template: str, common: Mapping[str, Any]) -> Callable[..., bytes]:
    """What renders many pages of one template: each as `render` does, but what they have in common is rendered once.

    `template` extends page.html, imports what it needs inside its blocks, and has what is its own in the blocks
    `title`, `about` and `main` alone.
    """
    mark = "slot"
    while mark in repr(common):
        mark += "-"
    slots = {name: f"{mark}{name}{mark}" for name in ("title", "about", "main")}
    frame = environment().get_template("frame.html").render({**common, "slots": slots})
    parts = re.split(f"{mark}({'|'.join(slots)}){mark}", frame)
    page = environment().get_template(template)

    def rendered(**given: Any) -> bytes:
        context = page.new_context({**common, **given})
        own = {name: "".join(page.blocks[name](context)) for name in slots}
        return "".join(own[part] if at % 2 else part for at, part in enumerate(parts)).encode()

    return rendered


@functools.cache
def environment() -> Environment:
    """The templates with the words and addresses of the site. An unknown name in one is an error, never a gap."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "date": words.date,
        "iso": _iso,
        "number": words.number,
        "size": words.size,
        "reason": functools.partial(wording.label, wording.REASONS),
        "state": functools.partial(wording.label, words.STATES),
        "kind": functools.partial(wording.label, words.KINDS),
        "event": functools.partial(wording.label, words.EVENTS),
        "platform": functools.partial(wording.label, wording.PLATFORMS),
        "headed": words.headed,
        "several": words.several,
        "quoted": words.quoted,
        "web": addresses.web,
        "anchor": addresses.anchor,
        "entry_page": addresses.entry_page,
        "holders_chart": addresses.holders_chart,
    }
    made.globals |= {"VERDICTS": words.VERDICTS, "CONFIDENCE": words.CONFIDENCE}
    return made


def script(name: str, value: object) -> bytes:
    """A script that sets `window[name]` to `value`: data that also a page opened as a file can load."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return f"window.{name} = {text};\n".encode("utf-8", "backslashreplace")


def data_block(value: object) -> Markup:
    """JSON for a script element that is data. <, > and & are escaped in it, so that no text can end the element; so is
    what a page cannot hold or what would turn its text around."""
    return Markup(words.escaped(descriptor.to_linked_json(value).decode().strip()))  # noqa: S704


def _iso(value: dt.date | str | None) -> str:
    """A date for <time datetime>."""
    return "" if value is None else str(value)


def _shown(value: Any) -> Any:
    """What a template writes for a value: nothing for None, and text that HTML can hold."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return words.plain(value)
    return "" if value is None else value
