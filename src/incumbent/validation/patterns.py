"""A Table Schema pattern as a regular expression of Polars that matches nothing which Python's would not.

The two differ in what `\\d`, `\\w`, `\\s`, `.` and a negated class mean beyond ASCII, and in what they know. So only
plain constructs are translated, each to its printable ASCII part: a match is proof, and no match means nothing.
"""

from __future__ import annotations

import re

import polars as pl

_TOKEN = re.compile(
    r"""(?P<group>\((?:\?:)?(?!\?))
      | (?P<close>\))
      | (?P<or>\|)
      | (?P<repeat>[*+?]|\{[0-9]+(?:,[0-9]*)?\})
      | (?P<any>\.)
      | \\(?P<escape>[dws.\\/|()\[\]{}*+?^$"'#:;,&%@!~<>=_-])
      | \[(?P<negated>\^?)(?!\^)(?P<members>(?:\\[dws.\\/|()\[\]{}*+?^$-]|[^\]\[\\&~|])+)\]
      | (?P<literal>[ -~])
    """,
    re.VERBOSE,
)
_MEMBER = re.compile(r"\\(?P<escape>.)|(?P<low>[ -~])-(?P<high>[ -~])|(?P<one>[ -~])")
_SPECIAL = set(r"\^$*+?{}[]|()")
_PRINTABLE = frozenset(map(chr, range(32, 127)))
#: What each class of Python's means within printable ASCII.
_CLASSES = {
    "d": frozenset("0123456789"),
    "w": frozenset(char for char in _PRINTABLE if char.isalnum() or char == "_"),
    "s": frozenset(" "),
}


def proof(pattern: str) -> str | None:
    """A regular expression for `Expr.str.contains` whose match proves that frictionless finds `pattern` matched.

    None where the pattern has constructs that are not translated: assertions, back references, lazy or nested
    repetitions, flags, alternatives outside a group (frictionless anchors `a|b` as `^a|b$`).
    """
    pattern = pattern.removeprefix("^")
    if pattern.endswith("$") and not pattern.endswith("\\$"):
        pattern = pattern[:-1]
    parts: list[str] = []
    depth, repeatable = 0, False
    at, end = 0, len(pattern)
    while at < end:
        found = _TOKEN.match(pattern, at)
        if found is None:
            return None
        at = found.end()
        kind = found.lastgroup
        if kind == "group":
            depth, repeatable = depth + 1, False
            parts.append("(?:")
        elif kind == "close" and depth:
            depth, repeatable = depth - 1, True
            parts.append(")")
        elif kind == "or" and depth:
            repeatable = False
            parts.append("|")
        elif kind == "repeat" and repeatable:
            repeatable = False
            parts.append(found["repeat"])
        elif kind in ("any", "escape", "members", "literal") and (chars := _chars(found)):
            repeatable = True
            parts.append(_class(chars))
        else:
            return None
    regex = rf"\A(?:{''.join(parts)})\z"
    try:
        pl.Series([""]).str.contains(regex)
    except pl.exceptions.ComputeError:  # too large for the engine
        return None
    return regex if depth == 0 else None


def _chars(found: re.Match[str]) -> frozenset[str]:
    """The printable ASCII that one token matches; empty where it is not known."""
    if found["any"]:
        return _PRINTABLE
    if found["escape"]:
        return _CLASSES.get(found["escape"], frozenset(found["escape"]))
    if found["literal"]:
        return frozenset() if found["literal"] in _SPECIAL else frozenset(found["literal"])
    chars: set[str] = set()
    at = 0
    while at < len(found["members"]):
        member = _MEMBER.match(found["members"], at)
        if member is None:
            return frozenset()
        at = member.end()
        if member["escape"]:
            chars |= _CLASSES.get(member["escape"], frozenset(member["escape"]))
        elif member["low"]:
            chars |= {chr(code) for code in range(ord(member["low"]), ord(member["high"]) + 1)}
        else:
            chars.add(member["one"])
    return _PRINTABLE - chars if found["negated"] else frozenset(chars)


def _class(chars: frozenset[str]) -> str:
    return "[" + "".join(f"\\x{ord(char):02x}" for char in sorted(chars)) + "]"
