"""Spoils what a format is made of: a document's values, a table's cells, a page's elements."""

from __future__ import annotations

import copy
import csv
import io
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from tests.sources.mutation.oddities import ODDITIES, deep_value

Spoil = Callable[[random.Random, bytes], bytes]
_TAG = re.compile(r"<[^<>]{1,300}>")


def _slots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _slots(value[key])


def _changed(chance: random.Random, document: Any) -> Any:
    """A document with some of its values removed, of another type, odd, renamed, swapped, doubled or deep."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        slots = list(_slots(document))
        if not slots:
            return chance.choice((document, [document], {"a": document}, None))
        inside, key = chance.choice(slots)
        _CHANGES[chance.randrange(len(_CHANGES))](chance, inside, key, slots)
    return document


def _remove(chance: random.Random, inside: Any, key: Any, slots: list[tuple[Any, Any]]) -> None:
    del inside[key]


def _odd(chance: random.Random, inside: Any, key: Any, slots: list[tuple[Any, Any]]) -> None:
    inside[key] = chance.choice(ODDITIES)


def _other(chance: random.Random, inside: Any, key: Any, slots: list[tuple[Any, Any]]) -> None:
    others = (None, True, False, 0, -1, 1.5, 10**30, -(10**400), "", [], {}, [inside[key]], {"a": inside[key]}, [None])
    inside[key] = copy.deepcopy(chance.choice(others))


def _deep(chance: random.Random, inside: Any, key: Any, slots: list[tuple[Any, Any]]) -> None:
    inside[key] = deep_value(chance)


def _unwrap(chance: random.Random, inside: Any, key: Any, slots: list[tuple[Any, Any]]) -> None:
    value = inside[key]
    if isinstance(value, dict | list) and value:
        inside[key] = chance.choice(list(value.values()) if isinstance(value, dict) else value)
    else:
        inside[key] = str(value)


def _rename(chance: random.Random, inside: Any, key: Any, slots: list[tuple[Any, Any]]) -> None:
    if isinstance(inside, dict):
        inside[chance.choice((key.upper(), key + "s", chance.choice(ODDITIES)))] = inside.pop(key)
    else:
        inside.insert(key, copy.deepcopy(inside[key]))


def _swap(chance: random.Random, inside: Any, key: Any, slots: list[tuple[Any, Any]]) -> None:
    other, at = chance.choice(slots)
    inside[key], other[at] = copy.deepcopy(other[at]), copy.deepcopy(inside[key])


def _garble(chance: random.Random, inside: Any, key: Any, slots: list[tuple[Any, Any]]) -> None:
    """A text with something odd in it."""
    value = str(inside[key]) if not isinstance(inside[key], dict | list) else ""
    at = chance.randrange(len(value) + 1)
    inside[key] = value[:at] + chance.choice(ODDITIES) + value[at + chance.choice((0, 1, 5)) :]


def _crowd(chance: random.Random, inside: Any, key: Any, slots: list[tuple[Any, Any]]) -> None:
    if isinstance(inside[key], list):
        inside[key] = [copy.deepcopy(one) for one in inside[key] * chance.choice((2, 30))][:300]


_CHANGES = (
    _remove,
    _remove,
    _odd,
    _odd,
    _other,
    _other,
    _other,
    _deep,
    _unwrap,
    _rename,
    _swap,
    _garble,
    _garble,
    _crowd,
)


def _json(chance: random.Random, body: bytes) -> bytes:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return body
    text = json.dumps(_changed(chance, document), ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.1:
        text = re.sub(
            r"\b\d+\b", lambda _: chance.choice(("NaN", "Infinity", "-0", "1E400", "1.0", "01")), text, count=1
        )
    return text.encode("utf-8", "surrogatepass")


def _yaml(chance: random.Random, body: bytes) -> bytes:
    if b"*" in body or len(body) > 20_000:  # a bomb of aliases would go off here
        return body
    try:
        document = yaml.safe_load(body)
    except (yaml.YAMLError, ValueError, RecursionError):
        return body
    if isinstance(document, str):  # a broken document is often one long text
        return body
    changed = _changed(chance, document)
    try:
        text = yaml.safe_dump(changed, sort_keys=False, allow_unicode=chance.random() < 0.5, default_flow_style=None)
    except RecursionError:  # nested deeper than the writer can follow: the bytes themselves are nested elsewhere
        return body
    return text.encode("utf-8", "surrogatepass")


def _yaml_marks(chance: random.Random, body: bytes) -> bytes:
    """A YAML document with a mark of its syntax put in: an anchor, a tag, another document, a flow without end."""
    lines = body.split(b"\n")
    marks = (
        b"&a ", b"*a", b"!!python/name:os.system ", b"!!binary ", b"---", b"...", b"<<: *a", b"? ", b"- [", b"{", b"|",
        b">", b"'", b'"', b"# ", b"%YAML 9.9", b"\t", b"!!set {", b"!!float .nan", b"0x1f", b"1_000", b"12:30:45", b"~",
    )  # fmt: skip
    at = chance.randrange(len(lines))
    place = chance.randrange(len(lines[at]) + 1)
    mark = chance.choice(marks)
    lines[at : at + 1] = [lines[at][:place] + mark + lines[at][place:]] if chance.random() < 0.6 else [mark, lines[at]]
    return b"\n".join(lines)


def _key_twice(chance: random.Random, body: bytes) -> bytes:
    keys = re.findall(rb'"[A-Za-z_$-]{1,40}":', body)
    if not keys:
        return body
    key = chance.choice(keys)
    return body.replace(key, key + chance.choice((b"null,", b'"x",', b"[],")) + key, 1)


def _json_lines(chance: random.Random, body: bytes) -> bytes:
    lines = body.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at] = _json(chance, lines[at])
    return b"\n".join(lines)


def _rows(body: bytes, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(body.decode("utf-8", "replace"), newline=""), delimiter=delimiter))
    except csv.Error:
        return []


def _table(chance: random.Random, body: bytes) -> bytes:
    """A delimited table with cells, rows or columns spoilt."""
    delimiter = chance.choice((",", ",", ",", ";", "\t"))
    rows = _rows(body, ",")
    if not rows or not any(rows):
        return body
    at = chance.randrange(len(rows))
    row = rows[at]
    column = chance.randrange(len(row)) if row else 0
    kind = chance.randrange(10)
    if kind < 3 and row:
        row[column] = chance.choice(ODDITIES)
    elif kind == 3 and row:
        del row[column]
    elif kind == 4:
        row.insert(column, chance.choice(ODDITIES))
    elif kind == 5:
        for one in rows:
            if column < len(one):
                del one[column]
    elif kind == 6:
        rows.insert(at, list(chance.choice(rows)))
    elif kind == 7 and len(rows[0]) > 1:
        one, other = chance.sample(range(len(rows[0])), 2)
        rows[0][one], rows[0][other] = rows[0][other], rows[0][one]
    elif kind == 8:
        rows = rows * chance.choice((2, 20))
    else:
        chance.shuffle(row)
    text = io.StringIO(newline="")
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _page(chance: random.Random, body: bytes) -> bytes:
    """A page with tags removed, renamed, doubled, moved, or given odd attributes."""
    text = body.decode("utf-8", "replace")
    tags = list(_TAG.finditer(text))
    if not tags:
        return body
    for _ in range(chance.choice((1, 1, 2, 6))):
        found = chance.choice(tags)
        tag, other = found[0], chance.choice(tags)[0]
        span = chance.choice((0, 1, 2, 3, 99999, "-1", "x", "", "²", "1e9", "9" * 400))
        changed = (
            "", "<x-y>", tag * 2, tag * 200, other, tag + chance.choice(ODDITIES), tag[:-1], tag.replace("<", "<!-- <"),
            re.sub(r"^<(\w+)", rf'<\1 colspan="{span}" rowspan="{span}"', tag),
            re.sub(r"^<(\w+)", r'<\1 style="display:none" class="" href="&#xD800;"', tag),
            f"<table>{tag}", "<template>", "<script>", "<select>", "<svg>", "</body></html>", "<plaintext>",
        )  # fmt: skip
        text = text[: found.start()] + chance.choice(changed) + text[found.end() :]
        tags = list(_TAG.finditer(text)) or tags
    return text.encode("utf-8", "surrogatepass")


def _wiki(chance: random.Random, body: bytes) -> bytes:
    """The page within the answer of a wiki, or the answer around it."""
    try:
        document = json.loads(body)
        page = document["parse"]["text"]
        document["parse"]["text"] = _page(chance, page.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return _page(chance, body)
    return json.dumps(document).encode()


def _line(chance: random.Random, body: bytes) -> bytes:
    """A line of fields apart by spaces, with one of them spoilt."""
    lines = body.decode("utf-8", "replace").split("\n")
    at = chance.randrange(len(lines))
    fields = lines[at].split(" ")
    place = chance.randrange(len(fields))
    kind = chance.randrange(5)
    if kind < 2:
        fields[place] = chance.choice(ODDITIES)
    elif kind == 2:
        del fields[place]
    elif kind == 3:
        fields.insert(place, chance.choice(ODDITIES))
    else:
        fields[place] = fields[place][: chance.randrange(len(fields[place]) + 1)] + chance.choice("0179-/:²")
    lines[at] = " ".join(fields)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


#: Format of a case -> what spoils its structure.
STRUCTURES: dict[str, tuple[Spoil, ...]] = {
    "json": (_json, _json, _json, _key_twice),
    "yaml": (_yaml, _yaml, _yaml_marks),
    "jsonlines": (_json_lines, _json_lines, _json_lines, _key_twice),
    "csv": (_table,),
    "html": (_page,),
    "wiki": (_wiki, _wiki, _json),
    "lines": (_line,),
}
