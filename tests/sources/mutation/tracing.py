"""Which fields of a document a parser uses: those that it asks for, and those without which it says something else."""

from __future__ import annotations

import pytest

from incumbent.sources.jsontree import Node
from tests.sources.mutation.case import Case, ask


def asked_for(case: Case) -> set[str]:
    """JSON pointers of what the parser asks for by name (jsontree.Node), present or not; the document itself aside.

    Adapters read documents through Node alone. What one gets as a whole and looks at itself is not seen here, but by
    what comes of its absence.
    """
    asked: set[str] = set()
    child, optional = Node.child, Node.optional

    def note(node: Node, keys: tuple[str, ...]) -> None:
        pointer = node.pointer
        asked.add(pointer)
        for key in keys:
            pointer = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            asked.add(pointer)

    def traced_child(node: Node, *keys: str) -> Node:
        note(node, keys)
        return child(node, *keys)

    def traced_optional(node: Node, *keys: str) -> Node | None:
        note(node, keys)
        return optional(node, *keys)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Node, "child", traced_child)
        patch.setattr(Node, "optional", traced_optional)
        answer = ask(case, case.body)
    assert not answer.faults and not answer.errors, f"{case.name} is not sound: {answer.faults or answer.errors}"
    return asked - {""}
