"""Tables as files of every format that the check reads, and files that are none: damaged, disguised, bloated."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any
from xml.sax.saxutils import escape

import polars as pl

from tests.hostile import cells
from tests.hostile.tables import Rows

_ENCODINGS = (
    "utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252",
    "latin-1", "cp437", "shift_jis",
)  # fmt: skip
_SUFFIXES = (
    ".csv",
    ".tsv",
    ".txt",
    ".json",
    ".jsonl",
    ".xlsx",
    ".xls",
    ".parquet",
    ".ods",
    ".CSV",
    ".pdf",
    "",
    ".csv.gz",
)


def write(random: Random, table: Rows) -> tuple[str, bytes, bool]:
    """The table as a file: suffix, bytes, and whether they are a sound file of a sound table."""
    suffix, writer = random.choice(_WRITERS)
    content = writer(random, table)
    sound = table.sound
    if random.random() < 0.06:
        suffix, sound = random.choice(_SUFFIXES), False
    if random.random() < 0.12:
        content, sound = random.choice(_DAMAGES)(random, content), False
    if random.random() < 0.03:
        suffix, content, sound = random.choice(_SUFFIXES), random.choice(_MONSTERS)(random), False
    return suffix, content, sound


def _delimited(delimiter: str) -> Callable[[Random, Rows], bytes]:
    def text(random: Random, table: Rows) -> bytes:
        stream = io.StringIO(newline="")
        ends = random.choice(("\n", "\r\n")) if table.sound else random.choice(("\n", "\r\n", "\r", "\n\n"))
        quoting = random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
        writer = csv.writer(stream, delimiter=delimiter, lineterminator=ends, quoting=quoting)
        writer.writerows([table.headers, *table.rows])
        written = stream.getvalue()
        encoding = "utf-8" if table.sound else random.choice(_ENCODINGS)
        return written.encode(encoding, errors="replace")

    return text


def _objects(random: Random, table: Rows) -> list[dict[str, Any]]:
    """Rows as objects; where the table is spoilt, some cells are no text."""
    values: tuple[Any, ...] = (
        None, True, False, 0, -1, 1.5, 10**400, 2**63, -(2**70), float("nan"), float("inf"), [], {}, [1, [2]],
        {"a": {"b": 1}}, "\ud800", "\u0000", 20120623, 1e308, 0.1,
    )  # fmt: skip
    rows: list[dict[str, Any]] = [dict(zip(table.headers, row, strict=False)) for row in table.rows]
    if not table.sound and rows:
        for _ in range(random.choice((0, 1, 3))):
            row = random.choice(rows)
            if row:
                row[random.choice(sorted(row))] = random.choice(values)
    return rows


def _json(random: Random, table: Rows) -> bytes:
    rows = _objects(random, table)
    value: Any = random.choice((rows, {"rows": rows}))
    if not table.sound:
        value = random.choice(
            (rows, {"rows": rows}, [rows], {"data": rows}, rows[:1], rows[0] if rows else {}, [1, 2], "x", None, 3)
        )
    return json.dumps(value, ensure_ascii=random.random() < 0.5).encode("utf-8", errors="surrogatepass")


def _json_lines(random: Random, table: Rows) -> bytes:
    lines = [json.dumps(row, ensure_ascii=random.random() < 0.5) for row in _objects(random, table)]
    return "\n".join(lines).encode("utf-8", errors="surrogatepass")


def _workbook(random: Random, table: Rows) -> bytes:
    """An .xlsx written by hand: inline text, numbers or formulas, as other programs do."""
    lines = []
    for number, row in enumerate([table.headers, *table.rows], 1):
        inline = "".join(
            f'<c r="{_column(at)}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(_xml(cell))}</t></is></c>'
            if table.sound or random.random() < 0.95
            else random.choice(
                (f'<c r="{_column(at)}{number}"><v>{random.randrange(60000)}</v></c>',
                 f'<c r="{_column(at)}{number}" t="str"><f>1/0</f><v>#DIV/0!</v></c>',
                 f'<c r="{_column(at)}{number}" t="e"><v>#REF!</v></c>',
                 f'<c r="{_column(at)}{number}" t="b"><v>1</v></c>',
                 f'<c r="{_column(at)}{number}" t="s"><v>99</v></c>',
                 f'<c r="{_column(at)}{number}"><v>1e999</v></c>',
                 f'<c r="{random.choice(("A0", "ZZZ9", "1A", "", "A99999999999", "XFD1048576"))}"><v>1</v></c>')
            )
            for at, cell in enumerate(row)
        )  # fmt: skip
        lines.append(f'<row r="{number}">{inline}</row>')
    return _package("".join(lines), compression=random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))


_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def _package(rows: str, *, head: str = "", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    sheet = f"{head}<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for path, text in (_PARTS | {"xl/worksheets/sheet1.xml": sheet}).items():
            archive.writestr(zipfile.ZipInfo(path), text, compress_type=compression)
    return stream.getvalue()


def _column(at: int) -> str:
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _xml(cell: str) -> str:
    """`cell` without what XML 1.0 cannot hold."""
    return "".join(char for char in cell if char in "\t\n\r" or (char >= " " and char not in "\ufffe\uffff"))


def _parquet(random: Random, table: Rows) -> bytes:
    width = len(table.headers)
    names = list(dict.fromkeys(table.headers))
    columns: dict[str, pl.Series] = {}
    for name in names:
        at = table.headers.index(name)
        columns[name] = pl.Series(
            [row[at] if at < min(len(row), width) else None for row in table.rows], dtype=pl.String
        )
        if not table.sound and random.random() < 0.15:
            columns[name] = random.choice(_COLUMNS)(len(table.rows))
    stream = io.BytesIO()
    pl.DataFrame(columns).write_parquet(stream, compression=random.choice(("uncompressed", "snappy", "zstd")))
    return stream.getvalue()


_COLUMNS: tuple[Callable[[int], pl.Series], ...] = (
    lambda n: pl.Series([[1, 2]] * n, dtype=pl.List(pl.Int64)),
    lambda n: pl.Series([{"a": 1}] * n, dtype=pl.Struct({"a": pl.Int64})),
    lambda n: pl.Series([b"\xff\x00"] * n, dtype=pl.Binary),
    lambda n: pl.Series([None] * n, dtype=pl.Null),
    lambda n: pl.Series([float("nan")] * n),
    lambda n: pl.Series(["a"] * n, dtype=pl.Categorical),
    lambda n: pl.Series([15000] * n).cast(pl.Date),
    lambda n: pl.Series([2**62] * n).cast(pl.Datetime("us")),
    lambda n: pl.Series([-(2**31)] * n).cast(pl.Date),
    lambda n: pl.Series([1] * n).cast(pl.Duration("us")),
    lambda n: pl.Series([True] * n),
)

_WRITERS: tuple[tuple[str, Callable[[Random, Rows], bytes]], ...] = (
    (".csv", _delimited(",")), (".csv", _delimited(",")), (".csv", _delimited(";")), (".tsv", _delimited("\t")),
    (".txt", _delimited("|")), (".json", _json), (".jsonl", _json_lines), (".xlsx", _workbook), (".parquet", _parquet),
)  # fmt: skip


def _cut(random: Random, content: bytes) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _flipped(random: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 5, 50))):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _inserted(random: Random, content: bytes) -> bytes:
    at = random.randrange(len(content) + 1)
    piece = random.choice(
        (
            b'"',
            b"'",
            b"\x00",
            b"\xff",
            b"\xe9",
            b"\xed\xa0\x80",
            b"\xc3",
            b"\r",
            b"\n",
            b",,,",
            b"\xef\xbb\xbf",
            b"\x1a",
        )
    )
    return content[:at] + piece + content[at:]


def _mixed(random: Random, content: bytes) -> bytes:
    """Two encodings in one file."""
    return content + "\nZoë Müller,Surveyor,Harbour Office\n".encode(
        random.choice(("cp1252", "utf-8", "utf-16", "utf-16-be"))
    )


def _doubled(random: Random, content: bytes) -> bytes:
    return content + content


def _bytes(random: Random, content: bytes) -> bytes:
    head = random.choice(
        (
            b"",
            b"PK\x03\x04",
            b"PAR1",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"\x1f\x8b",
            b"%PDF-",
            b"\xff\xfe",
            b"\xfe\xff",
            b"{",
            b"[",
        )
    )
    tail = b"PAR1" if head == b"PAR1" else b""
    return head + random.randbytes(random.randrange(3000)) + tail


_DAMAGES = (_cut, _cut, _flipped, _flipped, _inserted, _inserted, _mixed, _doubled, _bytes)


def _long_cell(random: Random) -> bytes:
    """10 MB in one cell."""
    piece = random.choice(("x", "Ann ", "é", '""', "\n", "=1+", "\u202e"))
    filling = (piece * (10_000_000 // len(piece.encode()))).encode()
    at = random.randrange(3)
    row = [b"Ann Archer", b"Chief Clerk", b"Harbour Office"]
    row[at] = b'"' + filling + random.choice((b'"', b'"', b""))
    return b"person,post,organisation\n" + b",".join(row) + b"\n"


def _long_line(random: Random) -> bytes:
    return b"x" * 10_000_000 if random.random() < 0.5 else b"," * 200_000


def _deep_json(random: Random) -> bytes:
    depth = random.choice((500, 5_000, 200_000))
    if random.random() < 0.5:
        return b"[" * depth + random.choice((b"", b"]" * depth))
    return b'[{"person":' * depth + b"1" + b"}]" * depth


def _wide(random: Random) -> bytes:
    headers = ["person", "post", "organisation", *(f"c{number}" for number in range(3_000))]
    return (",".join(headers) + "\nAnn Archer,Chief Clerk,Harbour Office" + "," * 3_000 + "\n").encode()


def _bomb(random: Random) -> bytes:
    """A workbook of some kilobytes that unpacks to much more, or reaches into the last corner of its sheet."""
    if random.random() < 0.5:
        return _package('<row r="1"><c r="A1"><v>1</v></c></row>' + " " * 50_000_000)
    return _package('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def _entities(random: Random) -> bytes:
    """The billion laughs inside a workbook."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _package(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>',
        head=f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>',
    )


def _nothing(random: Random) -> bytes:
    return random.choice(
        (
            b"",
            b"\n",
            b"  \r\n ",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"\x00" * 100,
            b"PAR1",
            b"PK\x03\x04",
            b"null",
            b"[]",
            b"{}",
            b"[{}]",
            b'""',
        )
    )


def _cells_only(random: Random) -> bytes:
    lines = [",".join(cells.hostile(random) for _ in range(3)) for _ in range(20)]
    return "\n".join(lines).encode(errors="replace")


_MONSTERS: tuple[Callable[[Random], bytes], ...] = (
    _long_cell, _long_line, _deep_json, _wide, _bomb, _entities, _nothing, _nothing, _cells_only, _cells_only,
)  # fmt: skip
