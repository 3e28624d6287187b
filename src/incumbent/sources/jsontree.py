"""A JSON document whose values are asked for by name and type: what is not as it must be is an error with its place.

Adapters of JSON formats read through Node and never through dict and list, so that a field that a publisher drops or
changes is a SourceError with source, JSON pointer (RFC 6901), value and what was expected - not a KeyError, and not a
claim that silently lacks something.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import text
from incumbent.sources.base import Context

#: Steps from the document to its innermost value; more is no publisher's format, and would exhaust the stack.
DEEPEST = 200


def load(snapshot: Snapshot, context: Context) -> Node:
    """The snapshot's document. Numbers stay the digits that were sent (Number).

    Raises SourceError for what is not JSON, a key that stands twice in an object, NaN and Infinity, half a surrogate
    pair, and nesting deeper than DEEPEST.
    """
    content = text.decoded(snapshot.content, source=context.source, declared=snapshot.content_type)
    try:
        document = json.loads(
            content, object_pairs_hook=_once, parse_float=Number, parse_int=Number, parse_constant=_no_number
        )
        if "\\ud" in content.lower():  # an escape that may be half a pair, which no table and no file can hold
            json.dumps(document, ensure_ascii=False).encode()
        _check_depth(document)
    except (ValueError, RecursionError) as error:
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "/"
        raise SourceError(f"the text is not JSON: {error}", source=context.source, locator=place) from None
    return Node(document, "", context.source)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name!r} stands twice")
        found[name] = value
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _check_depth(document: Any) -> None:
    level = [document]
    for _ in range(DEEPEST):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise ValueError(f"it is nested more than {DEEPEST} deep")


class Number(str):
    """A number as the document writes it, so that neither 2.50 nor a long id changes on the way."""

    __slots__ = ()


@dataclass(frozen=True)
class Node:
    """One value of a document, and where it stands: `pointer` is a JSON pointer, empty for the whole document.

    Each method takes the keys of the way down from here (`node.text("details", "started_on")`); without any it is this
    value itself. The way leads through objects. What is asked for must be there and of that type, or SourceError is
    raised; the methods called optional_... also take what is absent or null.
    """

    value: Any
    pointer: str
    source: str

    def child(self, *keys: str) -> Node:
        """The value at `keys`, of whatever type, null as well. Raises SourceError where a key is absent."""
        node = self
        for key in keys:
            inner = node._members()
            if key not in inner:
                raise node.error(f"the object lacks the key {key!r}", value=", ".join(inner), expected=key)
            node = node._below(key, inner[key])
        return node

    def optional(self, *keys: str) -> Node | None:
        """The value at `keys`; None where it, or anything on the way, is absent or null."""
        node = self
        for key in keys:
            inner = node._members().get(key)
            if inner is None:
                return None
            node = node._below(key, inner)
        return None if node.value is None else node

    def text(self, *keys: str) -> str:
        """A text that is not blank."""
        node = self.child(*keys)
        if not isinstance(node.value, str) or isinstance(node.value, Number):
            raise node.error("the value is not a text", expected="a text")
        if not node.value.strip():
            raise node.error("the text is blank", expected="a text")
        return node.value

    def optional_text(self, *keys: str) -> str | None:
        """A text; None where it is absent, null or blank."""
        node = self.optional(*keys)
        if node is None or (type(node.value) is str and not node.value.strip()):
            return None
        return node.text()

    def truth(self, *keys: str) -> bool:
        """true or false."""
        node = self.child(*keys)
        if not isinstance(node.value, bool):
            raise node.error("the value is neither true nor false", expected="true | false")
        return node.value

    def optional_truth(self, *keys: str) -> bool | None:
        """true, false, or None where it is absent or null."""
        node = self.optional(*keys)
        return None if node is None else node.truth()

    def integer(self, *keys: str) -> int:
        """A whole number."""
        node = self.child(*keys)
        whole = isinstance(node.value, int | Number) and not isinstance(node.value, bool)
        if not whole or not str(node.value).removeprefix("-").isdecimal() or len(str(node.value)) > 30:
            raise node.error("the value is not a whole number", expected="a whole number")
        return int(node.value)

    def optional_integer(self, *keys: str) -> int | None:
        """A whole number; None where it is absent or null."""
        node = self.optional(*keys)
        return None if node is None else node.integer()

    def items(self, *keys: str) -> list[Node]:
        """The values of an array, in its order."""
        node = self.child(*keys)
        if not isinstance(node.value, list):
            raise node.error("the value is not an array", expected="an array")
        return [node._below(str(number), value) for number, value in enumerate(node.value)]

    def optional_items(self, *keys: str) -> list[Node]:
        """The values of an array; none where it is absent or null."""
        node = self.optional(*keys)
        return [] if node is None else node.items()

    def members(self, *keys: str) -> dict[str, Node]:
        """The values of an object by their keys, in its order."""
        node = self.child(*keys)
        return {key: node._below(key, value) for key, value in node._members().items()}

    def optional_members(self, *keys: str) -> dict[str, Node]:
        """The values of an object by their keys; none where it is absent or null."""
        node = self.optional(*keys)
        return {} if node is None else node.members()

    def error(self, what: str, *, value: object = None, expected: str = "") -> SourceError:
        """The error that says `what` of this value (or of `value`), for the caller to raise."""
        shown = self._shown() if value is None else value
        return SourceError(what, source=self.source, locator=self.pointer or "/", value=shown, expected=expected)

    def _members(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.error("the value is not an object", expected="an object")
        return self.value

    def _below(self, key: str, value: Any) -> Node:
        return Node(value, f"{self.pointer}/{key.replace('~', '~0').replace('/', '~1')}", self.source)

    def _shown(self) -> str:
        """The value as JSON writes it, or what kind of thing it is where that would be long."""
        if isinstance(self.value, dict | list):
            return "an object" if isinstance(self.value, dict) else "an array"
        return json.dumps(self.value, ensure_ascii=False) if type(self.value) is not Number else str(self.value)
