"""A YAML document as the same tree that jsontree gives for JSON, built from the parser's events.

Stricter than YAML, and safe for what a stranger sends: no object is ever constructed, no key stands twice, no aliases
(a few bytes of them can mean gigabytes), no tags, one document, and nothing deeper than jsontree.DEEPEST (PyYAML's own
fast loader overruns the stack there, which ends the process). A plain scalar is what YAML 1.2 calls it, so that `NO` is
a state and not false, and a date stays the text that is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import text
from incumbent.sources.base import Context
from incumbent.sources.jsontree import DEEPEST, Node, Number

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def load(snapshot: Snapshot, context: Context) -> Node:
    """The snapshot's document. Raises SourceError with the line for what is not one plain YAML document."""
    content = text.decoded(snapshot.content, source=context.source, declared=snapshot.content_type)
    builder = _Builder(context.source)
    try:
        for event in _events(content):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise builder.error(f"the text is not YAML: {error.problem or error.context}", mark) from None
    except (yaml.YAMLError, ValueError) as error:
        raise builder.error(f"the text is not YAML: {error}", None) from None
    return Node(builder.document, "", context.source)


def _events(content: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(content, Loader=yaml.CSafeLoader)


class _Builder:
    """The document, as far as its events have come. `_open`: arrays and objects that are not yet closed, outermost
    first, each with the key that waits for its value."""

    def __init__(self, source: str) -> None:
        self.document: Any = None
        self._source = source
        self._documents = 0
        self._open: list[tuple[list[Any] | dict[str, Any], list[str]]] = []

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self.error("there is a second document", event.start_mark)
        elif isinstance(event, yaml.AliasEvent):
            raise self.error("aliases (*name) are not used here", event.start_mark)
        elif isinstance(event, yaml.ScalarEvent):
            self._put(self._scalar(event), event)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._start(event)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._open.pop()

    def error(self, what: str, mark: Any, value: object = "") -> SourceError:
        """The error that says `what`; `mark` is the parser's, of either of its two kinds, or None."""
        place = f"line {mark.line + 1}" if mark else "/"
        return SourceError(what, source=self._source, locator=place, value=value, expected="plain YAML")

    def _start(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        self._refuse_tag(event)
        if len(self._open) >= DEEPEST:
            raise self.error(f"it is nested more than {DEEPEST} deep", event.start_mark)
        inner: list[Any] | dict[str, Any] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self._put(inner, event)
        self._open.append((inner, []))

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        self._refuse_tag(event)
        plain = not event.style
        if not plain or self._key_is_next():
            return event.value
        if event.value in _NULL:
            return None
        if event.value in _TRUTH:
            return _TRUTH[event.value]
        return Number(event.value) if _NUMBER.fullmatch(event.value) else event.value

    def _key_is_next(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1][0], dict) and not self._open[-1][1]

    def _put(self, value: Any, event: yaml.Event) -> None:
        """`value` where the document stands: as a key, under the last key, at the end of an array, or as the whole."""
        if not self._open:
            self.document = value
            return
        inner, keys = self._open[-1]
        if isinstance(inner, list):
            inner.append(value)
        elif keys:
            inner[keys.pop()] = value
        else:
            if not isinstance(value, str):
                raise self.error("a key is not a text", event.start_mark)
            if value in inner:
                raise self.error("a key stands twice", event.start_mark, value)
            keys.append(value)

    def _refuse_tag(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            raise self.error("tags are not used here", event.start_mark, tag)
