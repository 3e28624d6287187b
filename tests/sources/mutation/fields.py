"""Every field of a sound response, spoilt one at a time in each way that its format knows (Variant)."""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from selectolax.lexbor import LexborHTMLParser, LexborNode

from incumbent.errors import SourceError
from tests.sources.mutation.case import Case, ask
from tests.sources.mutation.tracing import asked_for

#: Kinds of variants in which the field is not there, or holds nothing.
ABSENT = frozenset(("removed", "null", "blank", "empty", "emptied"))
#: Kinds in which it holds something of another type, or what no value of it can be.
TYPES = frozenset(("number", "text", "list", "object", "truth"))
_ODD = "¶¶"


def variants(case: Case) -> Iterator[Variant]:
    """The variants of all fields of `case` that its parser uses."""
    yield from _FORMATS[case.format](case)


def _documents(case: Case) -> Iterator[Variant]:
    yield from _of_document(case, json.loads(case.body), "", lambda document: json.dumps(document).encode())


def _yaml(case: Case) -> Iterator[Variant]:
    document = yaml.safe_load(case.body)
    yield from _of_document(case, document, "", lambda spoilt: yaml.safe_dump(spoilt, sort_keys=False).encode())


def _json_lines(case: Case) -> Iterator[Variant]:
    lines = case.body.decode().splitlines()
    for number, line in enumerate(lines):

        def whole(document: Any, number: int = number) -> bytes:
            spoilt = [*lines[:number], json.dumps(document), *lines[number + 1 :]]
            return ("\n".join(spoilt) + "\n").encode()

        yield from _of_document(case, json.loads(line), f"line {number + 1}", whole)


def _of_document(case: Case, document: Any, line: str, whole: Callable[[Any], bytes]) -> Iterator[Variant]:
    asked, sound = asked_for(case), ask(case, case.body).says()
    for pointer, keys in _paths(document, "", ()):
        spoilt = list(_spoilt(document, keys))
        if pointer in asked or any(
            kind in ("removed", "null") and ask(case, whole(changed)).says() != sound for kind, changed in spoilt
        ):
            for kind, changed in spoilt:
                yield Variant(f"{line}, {pointer}" if line else pointer, kind, whole(changed), line)


def _paths(value: Any, pointer: str, keys: tuple[Any, ...]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """JSON pointer and keys of everything within `value`."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            here = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
            yield here, (*keys, key)
            yield from _paths(value[key], here, (*keys, key))


def _spoilt(document: Any, keys: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """`document` with the value at `keys` spoilt, by kind."""
    *above, last = keys
    value = document
    for key in keys:
        value = value[key]
    others: dict[str, Any] = {"null": None, "number": 7, "text": "x", "list": [value], "object": {"x": value},
                              "truth": True}  # fmt: skip
    others |= {"blank": ""} if isinstance(value, str) else {}
    others |= {"empty": type(value)()} if isinstance(value, dict | list) and value else {}
    own = {type(None): "null", bool: "truth", int: "number", float: "number", str: "text", list: "list",
           dict: "object"}[type(value)]  # fmt: skip
    for kind in ("removed", *others):
        changed = copy.deepcopy(document)
        inside = changed
        for key in above:
            inside = inside[key]
        if kind == "removed":
            if isinstance(inside, list):
                continue  # one of several is no field: without it the response is a shorter one
            del inside[last]
        elif kind == own:
            continue
        else:
            inside[last] = others[kind]
        yield kind, changed


def _table(case: Case) -> Iterator[Variant]:
    """Columns removed, renamed and doubled, cells emptied and garbled, the delimiter another."""
    delimiter = case.settings.get("delimiter", ",")
    rows = list(csv.reader(io.StringIO(case.body.decode(), newline=""), delimiter=delimiter))
    header = rows[0]

    def whole(changed: list[list[str]], separator: str = delimiter) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=separator, lineterminator="\n").writerows(changed)
        return text.getvalue().encode()

    sound = ask(case, case.body).says()
    for separator in sorted({",", ";", "\t", "|"} - {delimiter}):
        yield Variant("(delimiter)", "another", whole(rows, separator))
    for place, name in enumerate(header):
        spoilt = []
        for number, row in enumerate(rows[1:], start=1):
            line = f"line {number + 1}"
            for kind, value in (("emptied", ""), ("garbled", _ODD)):
                if row[place] != value:
                    cells = [*row[:place], value, *row[place + 1 :]]
                    changed = whole([*rows[:number], cells, *rows[number + 1 :]])
                    spoilt.append(Variant(f"{name}, {line}", kind, changed, line))
        # A column that is left out by name is no field, but an unknown name in its place is an error.
        if any(ask(case, one.body).says() != sound for one in spoilt):
            yield from spoilt
            yield Variant(name, "removed", whole([row[:place] + row[place + 1 :] for row in rows]), "header")
            yield Variant(name, "twice", whole([[*row, row[place]] for row in rows]), "header")
        if name:
            yield Variant(name, "renamed", whole([[*header[:place], _ODD, *header[place + 1 :]], *rows[1:]]), "header")


def _lines(case: Case) -> Iterator[Variant]:
    """Fields of lines apart by spaces: removed, emptied, garbled."""
    lines = case.body.decode().split("\n")
    for number, line in enumerate(lines):
        words = line.split(" ")
        for place in range(len(words) if line else 0):
            changes = {"removed": [], "emptied": [""], "garbled": [_ODD]}
            for kind, value in changes.items():
                spoilt = " ".join([*words[:place], *value, *words[place + 1 :]])
                body = "\n".join([*lines[:number], spoilt, *lines[number + 1 :]]).encode()
                alone = len(words) == 1  # without it the line before is at fault
                path = f"line {number + 1}" if alone else f"field {place + 1}, line {number + 1}"
                yield Variant(path, kind, body, "" if alone else f"line {number + 1}")


def _page(case: Case) -> Iterator[Variant]:
    """Elements that the parser reads: removed, emptied, and renamed; their attributes removed."""
    yield from _of_page(case, case.body.decode(), lambda page: page.encode())


def _wiki(case: Case) -> Iterator[Variant]:
    yield from _documents(case)
    document = json.loads(case.body)

    def whole(page: str) -> bytes:
        changed = copy.deepcopy(document)
        changed["parse"]["text"] = page
        return json.dumps(changed).encode()

    yield from _of_page(case, document["parse"]["text"], whole)


def _of_page(case: Case, page: str, whole: Callable[[str], bytes]) -> Iterator[Variant]:
    sound = ask(case, case.body).says()
    for selector in case.nodes:
        for number, found in enumerate(LexborHTMLParser(page).css(selector)):
            path = f"{selector}:nth({number + 1})"
            spoilt = {
                kind: Variant(path, kind, whole(_with_node(page, selector, number, change)))
                for kind, change in _NODE_CHANGES.items()
            }
            if ask(case, spoilt["emptied"].body).says() == sound:
                continue  # a cell of a column that is left out by name
            yield from spoilt.values()
            for name in found.attributes:
                changed = _with_node(page, selector, number, lambda _, node, name=name: node.attrs.__delitem__(name))
                yield Variant(f"{path}@{name}", "removed", whole(changed))


def _with_node(page: str, selector: str, number: int, change: Callable[[LexborHTMLParser, LexborNode], None]) -> str:
    tree = LexborHTMLParser(page)
    change(tree, tree.css(selector)[number])
    return tree.html or ""


def _removed(tree: LexborHTMLParser, node: LexborNode) -> None:
    node.decompose()


def _emptied(tree: LexborHTMLParser, node: LexborNode) -> None:
    node.inner_html = ""


def _renamed(tree: LexborHTMLParser, node: LexborNode) -> None:
    other = tree.create_node("x-y")
    other.inner_html = node.inner_html or ""
    node.replace_with(other)


_NODE_CHANGES = {"removed": _removed, "emptied": _emptied, "renamed": _renamed}

_FORMATS: dict[str, Callable[[Case], Iterator[Variant]]] = {
    "json": _documents, "yaml": _yaml, "jsonlines": _json_lines, "csv": _table, "lines": _lines, "html": _page,
    "wiki": _wiki,
}  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """`case` with one field spoilt. path: which one; line: the line, or `header`, that an error must name, if any."""

    path: str
    kind: str
    body: bytes
    line: str = ""

    def is_told_by(self, error: SourceError) -> bool:
        """Whether the error points at the field, or at something that it is in."""
        place = error.locator
        if self.line and not (place == self.line or place.startswith(f"{self.line},")):
            return False
        if not self.path.startswith("/"):
            return True
        return place == "/" or f"{self.path}/".startswith(f"{place}/") or place.startswith(f"{self.path}/")
