"""Generated schemas and tables with every kind of error, for the differential test: all from one seed."""

from __future__ import annotations

import csv
import hashlib
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: What may stand in a cell of each type: texts that are right more often than not, some written oddly, some wrong.
TEXTS: dict[str, tuple[str, ...]] = {
    "string": ("ada", "ben", "cy", "Zoë", "a b", " a", "a ", "x;y", "ADA", "a1", "é", "none", "7", "a\u2028b", "\x85"),
    "integer": ("0", "1", "2", "3", "-4", "07", "+7", " 7", "7 ", "7", "1_0", "10", "9223372036854775808", "٣", "x",
                "1.0", "0x1", "-0", "- 1", "1e3", "\t3"),
    "number": ("0", "1", "1.0", "1.50", "1.5", "-2.25", "NaN", "inf", "-Infinity", "1e3", "1E400", ".5", "5.", " 1",
               "1_0", "0.1", "0.10000000000000000555", "x", "1,5", "", "100", "99.99999999999999999999",
               "100.0000000000000000001"),
    "boolean": ("true", "false", "True", "FALSE", "1", "0", "yes", "tRue", " true"),
    "date": ("2026-01-01", "2026-1-1", "2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "0999-05-05",
             "2026-04-31", "2026-12-31", "0000-01-01", "31/12/2026", "2026-01-01 ", "2026-01- 1", "2026-01-01T00:00:00",
             "2025-06-30"),
    "datetime": ("2026-01-01T00:00:00", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-02-30T00:00:00Z",
                 "2026-01-01T24:00:00", "2026-01-01 00:00:00", "2026-01-01T00:00", "2026-01-01T00:00:00.5Z", "x"),
    "year": ("2026", "1999", "0000", "26", "20265", "+202", " 202", "x999", "٢٠٢٦"),
    "yearmonth": ("2026-01", "2026-1", "2026-13", "2026-00", "1999-12", "x", "-5-01", "2026-01-01"),
    "list": ("a,b", "a", "1,2", ",", "a,,b"),
    "array": ("[1,2]", "[]", "{}", "[", '["a"]', "[1,2,3]"),
    "object": ('{"a":1}', "{}", "[]", "{", '{"a":1,"b":2}', "null"),
    "any": ("a", "1", "true", " "),
}  # fmt: skip
#: Types that frictionless cannot look up in a set: it breaks off at them.
UNHASHED = ("list", "array", "object")
FORMATS = {
    "string": ("default", "email", "uri", "uuid"),
    "date": ("default", "any", "%d/%m/%Y"),
    "datetime": ("default", "any"),
}
PATTERNS = (
    "[a-z]+", "[A-Z]{2}[0-9]{3}|x", r"\w+", r"[^\s;]+", "^a.*$", "(ada|ben|cy)(;(ada|ben))*", r"\S+", "a?b?c?.*",
    r"[\w ]{1,3}",
    "(?i)ada", "a(?!x).*", r"(a)\1", ".", "[^^]+", "[a-]+", r"\d{1,2}", "x{,2}", "[a-z]*?", "\\u0061.*",
)  # fmt: skip
OTHER_TEXTS = (
    "",
    "",
    "",
    "-",
    "NA",
    "None",
    "null",
    'a"b',
    '"',
    "a,b",
    "line\nbreak",
    "cr\r\nlf",
    "'q'",
    "\ufeff",
    "\0",
)


def package(folder: Path, seed: int) -> dict[str, Any]:
    """Writes `things.csv` and `places.csv` into `folder`; the descriptor of the package. Always the same for a seed."""
    chance = random.Random(seed)
    places = _fields(chance, "p")
    things = _fields(chance, "t")
    schemas = {"places": _schema(chance, places), "things": _schema(chance, things)}
    _refer(chance, schemas)
    resources = []
    for name, schema in schemas.items():
        path = folder / f"{name}.csv"
        path.write_bytes(_content(chance, schema))
        resources.append(_resource(chance, name, path, schema))
    return {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "resources": resources}


def _resource(chance: random.Random, name: str, path: Path, schema: dict[str, Any]) -> dict[str, Any]:
    content = path.read_bytes()
    resource = {"name": name, "path": path.name, "format": "csv", "encoding": "utf-8", "schema": schema}
    if chance.random() < 0.1:
        del resource["encoding"]
    if chance.random() < 0.2:
        resource["hash"] = "sha256:" + hashlib.sha256(content + b" " * (chance.random() < 0.3)).hexdigest()
    if chance.random() < 0.2:
        resource["bytes"] = len(content) + (chance.random() < 0.3)
    return resource


def _fields(chance: random.Random, prefix: str) -> list[dict[str, Any]]:
    kinds = sorted(TEXTS)
    weights = [4 if kind in ("string", "integer", "number", "date") else 1 for kind in kinds]
    fields = []
    for index, kind in enumerate(chance.choices(kinds, weights, k=chance.choice((1, 2, 3, 3, 4, 5, 6)))):
        field: dict[str, Any] = {"name": f"{prefix}{index}", "type": kind}
        if kind in FORMATS and chance.random() < 0.2:
            field["format"] = chance.choice(FORMATS[kind])
        if chance.random() < 0.1:
            field["missingValues"] = chance.choice((["-"], ["", "NA"], ["", "-", "1"]))
        if kind in ("integer", "number") and chance.random() < 0.05:
            field["bareNumber"] = False
        if kind == "number" and chance.random() < 0.1:
            field |= chance.choice(({"decimalChar": ","}, {"groupChar": ","}, {"floatNumber": True}))
        if kind == "boolean" and chance.random() < 0.1:
            field["trueValues"] = ["yes"]
        constraints = {name: make(chance) for name, make in _constraints(kind).items() if chance.random() < 0.25}
        if constraints:
            field["constraints"] = constraints
        fields.append(field)
    return fields


def _constraints(kind: str) -> dict[str, Callable[[random.Random], Any]]:
    bounds: dict[str, Callable[[random.Random], Any]] = {
        "integer": lambda chance: chance.choice((0, 2, 7, -4, "3")),
        "number": lambda chance: chance.choice((0, 1, 1.5, 0.1, 100, "1.5")),
        "date": lambda chance: chance.choice(("2026-01-01", "2000-02-29", "2025-6-30")),
        "datetime": lambda chance: "2026-01-01T00:00:00",
        "year": lambda chance: chance.choice((1999, "2026")),
        "yearmonth": lambda chance: "2026-01",
    }
    found: dict[str, Callable[[random.Random], Any]] = {"required": lambda chance: chance.random() < 0.8}
    if kind not in ("list", "array", "object"):
        found["unique"] = lambda chance: True
    if kind != "list":
        found["enum"] = lambda chance: _enum(chance, kind)
    if kind == "string":
        found["pattern"] = lambda chance: chance.choice(PATTERNS)
    if kind in ("string", "list", "array", "object"):
        found["minLength"] = lambda chance: chance.choice((0, 1, 2))
        found["maxLength"] = lambda chance: chance.choice((1, 2, 3))
    if kind in bounds:
        found |= dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), bounds[kind])
    return found


def _enum(chance: random.Random, kind: str) -> list[Any]:
    if kind == "integer" and chance.random() < 0.5:
        return [0, 1, 2, 3, 7, 10]
    return chance.sample(TEXTS[kind], min(5, len(TEXTS[kind])))


def _schema(chance: random.Random, fields: list[dict[str, Any]]) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": fields}
    names = [
        field["name"] for field in fields if field["type"] not in ("list", "array", "object") or chance.random() < 0.02
    ]
    if names and chance.random() < 0.5:
        key = chance.sample(names, min(len(names), chance.choice((1, 1, 2, 3))))
        schema["primaryKey"] = key[0] if len(key) == 1 and chance.random() < 0.5 else key
    if chance.random() < 0.15:
        schema["missingValues"] = chance.choice((["", "NA"], ["-"], [], [{"value": "", "label": "none"}]))
    return schema


def _refer(chance: random.Random, schemas: dict[str, dict[str, Any]]) -> None:
    """Foreign keys of `things`: to `places`, whose fields may be read otherwise, or to itself."""
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        at = chance.choice(("places", "places", "places", "", "things"))
        targets = schemas[at or "things"]["fields"]
        fields = schemas["things"]["fields"]
        width = min(chance.choice((1, 1, 2)), len(fields), len(targets))
        chosen = sorted(chance.sample(targets, width), key=lambda field: field["type"] in UNHASHED)
        here = chance.sample(fields, width)
        for field, target in zip(here, chosen, strict=True):
            if field is not target and target["type"] not in UNHASHED and chance.random() < 0.9:
                name = field["name"]
                field.clear()
                field |= {**{key: value for key, value in target.items() if key != "constraints"}, "name": name}
        key = {"fields": [field["name"] for field in here],
               "reference": {"resource": at, "fields": [field["name"] for field in chosen]}}  # fmt: skip
        schemas["things"].setdefault("foreignKeys", []).append(key)
    if "foreignKeys" in schemas["things"] and chance.random() < 0.9:
        schemas["things"]["missingValues"] = schemas["places"].get("missingValues", [""])


def _content(chance: random.Random, schema: dict[str, Any]) -> bytes:
    """A table with the schema's header: mostly what it should be, now and then anything."""
    names = [field["name"] for field in schema["fields"]]
    faulty = chance.choice((0.0, 0.02, 0.1, 0.3))
    pools = [_pool(chance, field, faulty) for field in schema["fields"]]
    rows = [[chance.choice(pool) for pool in pools] for _ in range(chance.choice((0, 1, 3, 10, 25, 70)))]
    if chance.random() < 0.3 and rows:
        rows += chance.choices(rows, k=2)
    if chance.random() < 0.1:
        rows.insert(chance.randrange(len(rows) + 1), [""] * len(names))
    _spoil_rows(chance, names, rows)
    out = io.StringIO(newline="")
    ending = chance.choice(("\n", "\n", "\n", "\r\n"))
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(out, lineterminator=ending, quoting=quoting)
    writer.writerows([names, *rows])
    return _spoil_bytes(chance, out.getvalue().encode("utf-8"))


def _pool(chance: random.Random, field: dict[str, Any], faulty: float) -> list[str]:
    texts = list(TEXTS[field["type"]])
    if chance.random() < 0.5:
        texts = texts[: max(2, len(texts) // 3)]
    if chance.random() < 0.4:
        texts += [f"k{number}" if field["type"] == "string" else str(number) for number in range(300)]
    if field.get("format") == "email":
        texts += ["a@example.org", "b@example.org"]
    if field.get("format") == "uri":
        texts += ["https://example.org/a", "mailto:x"]
    pool = texts * 20
    return pool + chance.choices(OTHER_TEXTS, k=int(len(pool) * faulty)) + [""] * (len(pool) // chance.choice((5, 100)))


def _spoil_rows(chance: random.Random, names: list[str], rows: list[list[str]]) -> None:
    if chance.random() < 0.06 and rows:
        chance.choice(rows).append("extra")
    if chance.random() < 0.06 and rows:
        chance.choice(rows).pop()
    if chance.random() < 0.03:
        names[chance.randrange(len(names))] = chance.choice(("", "other", " t0", names[0]))
    if chance.random() < 0.02:
        names.append("more")


def _spoil_bytes(chance: random.Random, content: bytes) -> bytes:
    draw = chance.random()
    if draw < 0.02:
        return b"\xef\xbb\xbf" + content
    at = chance.randrange(len(content))
    if draw < 0.12:
        odd = chance.choice(
            (b"\xff", b'"', b"\r", b"\n", b"\n\n", b"\r\n", b',"a"b,', b"\xc3", b'\n"', b",", b'""', b"\0")
        )
        return content[:at] + odd + content[at:]
    if draw < 0.17:
        return content.rstrip(b"\r\n")
    if draw < 0.19:
        return content + b"\n"
    if draw < 0.20:
        return content.replace(b",", chance.choice((b";", b"\t", b", ")))
    return content
