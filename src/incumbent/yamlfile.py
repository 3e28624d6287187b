"""A YAML file as plain data that remembers on which line each value stands.

Stricter than YAML: no key twice, no aliases (a few bytes of them can mean gigabytes), no tags, and a date is the text
that is written, since only the reader of a setting knows whether `2012-06` is one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from incumbent.errors import RosterError

Key = tuple[str | int, ...]
_SCALARS = {"str", "bool", "int", "float", "null"}


def load(path: Path) -> tuple[Any, dict[Key, int]]:
    """The file's data, and the line (from 1) of each value by its path, such as ("sources", 0, "adapter").

    Raises RosterError with file and line for anything that is not one plain YAML document.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RosterError(f"the file cannot be read ({error})", where=str(path), expected="UTF-8 text") from None
    return parse(text, str(path))


def parse(text: str, where: str) -> tuple[Any, dict[Key, int]]:
    """As load, for text; `where` names it in errors."""
    lines: dict[Key, int] = {}
    try:
        loader = _PlainLoader(text)
        node = loader.get_single_node()
        data = None if node is None else _value(loader, node, (), lines, where)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise RosterError(f"the file is not YAML: {error.problem or error.context}", where=where + line) from None
    except (yaml.YAMLError, ValueError) as error:
        raise RosterError(f"the file is not YAML: {error}", where=where) from None
    except RecursionError:
        raise RosterError("the file is nested too deeply", where=where, expected="a few levels") from None
    return data, lines


def _value(loader: _PlainLoader, node: yaml.Node, key: Key, lines: dict[Key, int], where: str) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(key, line)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            name = _name(key_node, where)
            if name in found:
                raise RosterError(
                    f"the key {name!r} stands twice",
                    where=f"{where}:{key_node.start_mark.line + 1}",
                    expected=f"each key once; the first is on line {lines[(*key, name)]}",
                )
            lines[(*key, name)] = key_node.start_mark.line + 1
            found[name] = _value(loader, value_node, (*key, name), lines, where)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, (*key, number), lines, where) for number, item in enumerate(node.value)]
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if kind not in _SCALARS:
        raise RosterError(
            f"the tag {node.tag!r} is not used here", where=f"{where}:{line}", expected="a text, a number or true/false"
        )
    return loader.construct_object(node)


def _name(node: yaml.Node, where: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise RosterError("a key is not a text", where=f"{where}:{node.start_mark.line + 1}", expected="a name")
    return str(node.value)


class _PlainLoader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not used here", problem_mark=mark)
        return super().compose_node(parent, index)


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
