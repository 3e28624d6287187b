"""The calls that put things on disk in order, and the locks; and the code without one of them.

Found in the source, not listed: a call that is added is tested from then on.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from dataclasses import dataclass

#: Where publishing writes.
MODULES = ("durable", "ledger", "living", "publish", "sealing", "site.writing", "withdrawal")

_FLUSHES = ("os.fsync", "os.fdatasync", "flush", "flush_tree", "_flush_above", "durable.flush", "durable.flush_tree")
_LOCKS = ("fcntl.flock", "durable.locked", "locked")


def flushes() -> list[Site]:
    """Every place that has something put on disk."""
    return _sites(_FLUSHES)


def locks() -> list[Site]:
    """Every place that takes a lock."""
    return _sites(_LOCKS)


def apply(site: Site) -> None:
    """In this process, the module does without the call from now on."""
    module = importlib.import_module(f"incumbent.{site.module}")
    tree = ast.parse(inspect.getsource(module))
    lost = _Without(site)
    tree = ast.fix_missing_locations(lost.visit(tree))
    if lost.found != 1:
        raise LookupError(f"{site} is in the source {lost.found} times")
    exec(compile(tree, str(module.__file__), "exec"), module.__dict__)


def _sites(names: tuple[str, ...]) -> list[Site]:
    found = []
    for module in MODULES:
        seeker = _Seeker(module, names)
        seeker.visit(ast.parse(inspect.getsource(importlib.import_module(f"incumbent.{module}"))))
        found += seeker.found
    return found


class _Walk(ast.NodeTransformer):
    """Visits every call with the function that it is in."""

    def __init__(self) -> None:
        self.function = ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outer, self.function = self.function, node.name
        self.generic_visit(node)
        self.function = outer
        return node


class _Seeker(_Walk):
    def __init__(self, module: str, names: tuple[str, ...]) -> None:
        super().__init__()
        self.module, self.names = module, names
        self.found: list[Site] = []

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if ast.unparse(node.func) in self.names:
            text = ast.unparse(node)
            before = sum(each[:3] == (self.module, self.function, text) for each in map(_key, self.found))
            self.found.append(Site(self.module, self.function, text, before))
        self.generic_visit(node)
        return node


class _Without(_Walk):
    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site, self.seen, self.found = site, 0, 0

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if (self.function, ast.unparse(node)) == (self.site.function, self.site.call):
            self.seen += 1
            if self.seen == self.site.number + 1:
                self.found += 1
                return ast.parse(self._instead(node), mode="eval").body
        self.generic_visit(node)
        return node

    def _instead(self, node: ast.Call) -> str:
        """A lock taken also makes the folder."""
        if not ast.unparse(node.func).endswith("locked"):
            return "None"
        folder = ast.unparse(node.args[0])
        return f"__import__('contextlib').nullcontext({folder}.mkdir(parents=True, exist_ok=True))"


def _key(site: Site) -> tuple[str, str, str, int]:
    return (site.module, site.function, site.call, site.number)


@dataclass(frozen=True)
class Site:
    """A call: the module and function that it is in, its text, and how many of the same text come before it there."""

    module: str
    function: str
    call: str
    number: int

    def __str__(self) -> str:
        again = f", {self.number + 1}" if self.number else ""
        return f"{self.module}.{self.function}: {self.call}{again}"
