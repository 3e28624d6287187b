"""Changes of a body that leave it well-formed: rows dropped, keys renamed, types changed; for JSON, CSV and HTML."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

from tests.simulator.messages import Answer

_ROW = re.compile(r"<(tr|li)\b[^>]*>(?:(?!<(?:tr|li)\b).)*?</\1>", re.DOTALL)
_KEPT_KEYS = frozenset({"error", "errors", "success"})


def changed(answer: Answer, change: Callable[[Any], Any]) -> bytes:
    """The body with `change` applied to its JSON value, to each of its lists of rows (CSV, lines) or of HTML rows.

    `change` gets any JSON value; CSV and HTML rows come to it as a list of lists of text.
    """
    text = answer.body.decode("utf-8", "replace")
    kind = (answer.content_type or "").split(";")[0]
    try:
        return json.dumps(change(json.loads(text)), ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError:
        pass  # no JSON
    if "html" in kind:
        rows = [[match.group()] for match in _ROW.finditer(text)]
        kept = iter("".join(str(cell) for cell in row) for row in change(rows[1:]) or [])
        first = True

        def put(match: re.Match[str]) -> str:
            nonlocal first
            if first:
                first = False
                return match.group()
            return next(kept, "")

        spoilt = _ROW.sub(put, text)
        return spoilt.replace("</table>", "".join(kept) + "</table>", 1).encode()
    if "csv" in kind:
        rows = list(csv.reader(io.StringIO(text)))
        return _csv([rows[0], *change(rows[1:])] if rows else [])
    lines = [[line] for line in text.splitlines()]
    return "".join("".join(map(str, row)) + "\n" for row in change(lines)).encode()


def dropped(value: Any) -> Any:
    """Every other item of every list of more than one item."""
    if isinstance(value, list) and len(value) > 1:
        return [dropped(item) if isinstance(item, dict) else item for item in value[::2]]
    return _within(value, dropped)


def duplicated(value: Any) -> Any:
    """Every item of every list of objects or rows twice."""
    if isinstance(value, list) and value and isinstance(value[0], (dict, list)):
        return [_within(item, duplicated) for item in value for _ in range(2)]
    return _within(value, duplicated)


def reversed_rows(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], (dict, list)):
        return [_within(item, reversed_rows) for item in reversed(value)]
    return _within(value, reversed_rows)


def nulls(value: Any) -> Any:
    """Every other scalar is null (in rows of text: empty)."""
    count = 0

    def walk(part: Any, text_rows: bool) -> Any:
        nonlocal count
        if isinstance(part, dict):
            return {key: walk(item, False) for key, item in part.items()}
        if isinstance(part, list):
            return [walk(item, text_rows) for item in part]
        count += 1
        return ("" if text_rows else None) if count % 2 else part

    return walk(value, _is_rows(value))


def types(value: Any) -> Any:
    """Numbers and truth values become text, text a list of text; rows of text get numbers."""
    if _is_rows(value):
        return [[str(len(cell)) for cell in row] for row in value]
    if isinstance(value, dict):
        return {key: types(item) for key, item in value.items()}
    if isinstance(value, list):
        return [types(item) for item in value]
    return [value] if isinstance(value, str) else str(value)


def mojibake(value: Any) -> Any:
    """Text that was read as Latin-1 and written again; what is ASCII only gets an é to suffer from."""
    if isinstance(value, str):
        return (value.replace("e", "é", 1) if value.isascii() else value).encode().decode("latin-1")
    if isinstance(value, dict):
        return {key: mojibake(item) for key, item in value.items()}
    return [mojibake(item) for item in value] if isinstance(value, list) else value


def renamed(answer: Answer) -> bytes:
    """Keys, columns, classes and ids under another name, as after a relaunch of the site."""
    text = answer.body.decode("utf-8", "replace")
    try:
        return json.dumps(_keys(json.loads(text)), ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError:
        pass  # no JSON
    if "csv" in (answer.content_type or ""):
        rows = list(csv.reader(io.StringIO(text)))
        return _csv([[f"{name} (new)" for name in rows[0]], *rows[1:]] if rows else [])
    text = re.sub(r'\b(class|id)="([^"]*)"', r'\1="next-\2"', text)
    return re.sub(r"<(/?)(table|ul|ol)\b", r"<\1section", text).encode()


def shifted(answer: Answer) -> bytes:
    """Each row one cell to the right, the last cell first; objects: each value under the next key."""
    text = answer.body.decode("utf-8", "replace")
    try:
        return json.dumps(_rotated(json.loads(text)), ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError:
        pass  # no JSON
    if "csv" in (answer.content_type or ""):
        rows = list(csv.reader(io.StringIO(text)))
        return _csv([rows[0], *([row[-1], *row[:-1]] for row in rows[1:] if row)] if rows else [])

    def rotate(match: re.Match[str]) -> str:
        cells = re.findall(r"<td\b.*?</td>", match.group(), re.DOTALL)
        if len(cells) < 2:
            return match.group()
        turned = iter([cells[-1], *cells[:-1]])
        return re.sub(r"<td\b.*?</td>", lambda _: next(turned), match.group(), flags=re.DOTALL)

    return _ROW.sub(rotate, text).encode()


def keys_twice(body: bytes) -> bytes:
    """Each object's keys a second time with null, which a last-one-wins reader believes."""
    try:
        value = json.loads(body)
    except ValueError:
        return body

    def write(part: Any) -> str:
        if isinstance(part, dict):
            pairs = [f"{json.dumps(key)}:{write(item)}" for key, item in part.items()]
            return "{" + ",".join(pairs + [f"{json.dumps(key)}:null" for key in part]) + "}"
        if isinstance(part, list):
            return "[" + ",".join(map(write, part)) + "]"
        return json.dumps(part, ensure_ascii=False)

    return write(value).encode()


def _within(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: change(item) for key, item in value.items()}
    if isinstance(value, list) and not _is_rows([value]):
        return [change(item) for item in value]
    return value


def _is_rows(value: Any) -> bool:
    """Whether it is a table: a list of lists of text."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in value)
    )


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key if key in _KEPT_KEYS else f"next_{key}": _keys(item) for key, item in value.items()}
    return [_keys(item) for item in value] if isinstance(value, list) else value


def _rotated(value: Any) -> Any:
    if isinstance(value, list):
        return [_rotated(item) for item in value]
    if isinstance(value, dict):
        items = [_rotated(item) for item in value.values()]
        return dict(zip(value, [items[-1], *items[:-1]], strict=True)) if items else value
    return value


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
