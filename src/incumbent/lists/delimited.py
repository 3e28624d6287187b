"""Text tables: commas, tabs, semicolons or bars, in UTF-8, UTF-16 or a Windows code page.

Rows are parsed by Polars, all columns as text. Python's csv module, strict, reads the first rows (to find delimiter
and header) and again a file that Polars refuses or leaves in doubt, to name the line and what is wrong with it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from incumbent.errors import InputError
from incumbent.lists.columns import is_header, recognised
from incumbent.lists.table import HEADER_WITHIN, Table, refuse_wide

_DELIMITERS = {",": "CSV", "\t": "TSV", ";": "CSV with semicolons", "|": "CSV with bars"}
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252"}
#: The header is looked for in this many characters.
_HEAD = 1 << 20
#: A UTF-8 letter outside ASCII; in a file that is no UTF-8 it proves that the file mixes two encodings.
_UTF8_LETTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")

_BLANK_LINES = re.compile(r"(?:[ \t]*\r?\n)+")


def decode(content: bytes, where: str) -> tuple[str, str, tuple[str, ...]]:
    """The text, its encoding's name and what to tell the user. Raises InputError for what is no text."""
    encoding, skip = _encoding(content)
    try:
        text = content[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start + skip) + 1
        if encoding != "utf-8" or skip:
            raise InputError(
                f"the file is broken {_NAMES.get(encoding, encoding)} text",
                where=f"{where}, line {line}",
                expected="a whole file in one encoding, best UTF-8",
                do="save the file again as UTF-8",
            ) from None
        if _UTF8_LETTER.search(content):
            raise InputError(
                "the file mixes UTF-8 with another encoding",
                where=f"{where}, line {line}",
                expected="one encoding, best UTF-8",
                do="save the file again as UTF-8",
            ) from None
        encoding = "cp1252"
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            raise InputError(
                "the file is no text in UTF-8, UTF-16 or Windows-1252",
                where=f"{where}, line {line}",
                expected="a table of text, best in UTF-8",
                do="save it again as UTF-8",
            ) from None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise InputError(
            "the file holds a NUL character",
            where=f"{where}, line {line}",
            expected="a table of text",
            do="delete the character, or save the file again as UTF-8",
        )
    name = _NAMES.get(encoding, encoding)
    notes = ("the text is read as Windows-1252, for it is no UTF-8",) if encoding == "cp1252" else ()
    return text, name, notes


def _encoding(content: bytes) -> tuple[str, int]:
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return encoding, len(bom)
    head = content[:2000]
    pairs = len(head) // 2
    if pairs >= 2 and head[1::2].count(0) > 0.6 * pairs and head[0::2].count(0) == 0:
        return "utf-16-le", 0
    if pairs >= 2 and head[0::2].count(0) > 0.6 * pairs and head[1::2].count(0) == 0:
        return "utf-16-be", 0
    return "utf-8", 0


def read_delimited(text: str, where: str, fields: Sequence[str], given: Mapping[str, str]) -> Table:
    """The table of a delimited text. Raises InputError with the line for ragged rows and broken quotes."""
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")  # the line ends of an old Macintosh
    told = re.match(r"sep=(.)\r?\n", text)  # how Excel is told the delimiter
    offset = told.end() if told else 0
    delimiters = [told[1]] if told and told[1] in _DELIMITERS else list(_DELIMITERS)
    delimiter, skipped, headers, body = _find_header(text, offset, delimiters, fields, given, where)
    refuse_wide(headers, where)
    width = len(headers)
    first_row = skipped + 2 + (1 if told else 0)
    if blank := _BLANK_LINES.match(text, body):  # from the first line Polars would take them for a narrower table
        body, first_row = blank.end(), first_row + blank[0].count("\n")
    table = _parse(text[body:], delimiter, width, first_row, where, text.count("\n", 0, body) + 1)
    frame = table.rename({f"column_{i + 1}": f"c{i}" for i in range(width)} if width else {})
    notes = (f"{skipped} lines above the header are left out",) if skipped else ()
    return Table(tuple(headers), frame, _DELIMITERS[delimiter], notes=notes)


def _find_header(
    text: str, offset: int, delimiters: list[str], fields: Sequence[str], given: Mapping[str, str], where: str
) -> tuple[str, int, list[str], int]:
    """Delimiter, number of records above the header, the header's cells, and where the rows begin.

    The delimiter is the one under which some early row names a person's and a post's column; else the one that finds
    most known words, then most columns, in the first row.
    """
    best: tuple[tuple[int, int], str, int, list[str], int] | None = None
    for delimiter in delimiters:
        for skipped, (record, end) in enumerate(_first_records(text, offset, delimiter)):
            if is_header(record, fields, given):
                return delimiter, skipped, record, end
            score = (len(recognised(record, fields, given)), len(record))
            if any(cell.strip() for cell in record) and (best is None or score > best[0]) and skipped == 0:
                best = (score, delimiter, skipped, record, end)
    if best is None:
        raise InputError(
            "the first line is no header",
            where=where,
            expected="a header such as person,post,organisation",
            do="write the columns' names in the first line",
        )
    return best[1], best[2], best[3], best[4]


def _first_records(text: str, offset: int, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """The first records as cells, each with the offset behind it; ends at what is no CSV, or is far too long."""
    stream = io.StringIO(text[:_HEAD], newline="")
    stream.seek(offset)
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    try:
        for _, record in zip(range(HEADER_WITHIN), reader, strict=False):
            if stream.tell() == _HEAD < len(text):
                return  # cut off in the middle
            yield [cell.strip() for cell in record], stream.tell()
    except csv.Error:
        return


def _parse(body: str, delimiter: str, width: int, first_row: int, where: str, line: int) -> pl.DataFrame:
    columns = {f"column_{i + 1}": pl.String() for i in range(width)}
    if not body.strip():
        return pl.DataFrame(schema={"row": pl.UInt32(), **columns})
    try:
        frame = pl.read_csv(
            body.encode(),
            has_header=False,
            separator=delimiter,
            infer_schema=False,
            schema=columns,
            extra_columns="raise",
            row_index_name="row",
            row_index_offset=first_row,
        )
    except pl.exceptions.PolarsError as error:
        _explain(body, delimiter, width, where, line)
        raise InputError(
            f"the table cannot be read: {str(error).splitlines()[0]}",
            where=where,
            expected="rows with as many cells as the header",
            do="save the file again as CSV",
        ) from None
    except pl.exceptions.PanicException:
        _explain(body, delimiter, width, where, line)
        raise InputError(
            "the table cannot be read",
            where=where,
            expected="rows with as many cells as the header",
            do="save the file again as CSV",
        ) from None
    # Polars fills a short row with nulls; only a strict second reading tells it from a row of empty cells.
    last_empty = pl.col(f"column_{width}").is_null() & pl.any_horizontal(
        [pl.col(name).str.contains(r"\S") for name in columns]
    ).fill_null(False)
    if width > 1 and frame.select(last_empty.any()).item():
        _explain(body, delimiter, width, where, line)
    return frame


def _explain(body: str, delimiter: str, width: int, where: str, line: int) -> None:
    """Raise InputError for the first record that is not as wide as the header, or whose quotes are broken."""
    before = csv.field_size_limit(max(len(body), 1))
    try:
        reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
        start = 0
        for record in reader:
            if len(record) != width and any(cell.strip() for cell in record):
                raise InputError(
                    f"a row has {len(record)} cells where the header has {width}",
                    where=f"{where}, line {line + start}",
                    expected=f"{width} cells in each row",
                    do="put a cell that holds the delimiter in double quotes; write empty cells at the end too",
                )
            start = reader.line_num
    except csv.Error as error:
        what = "a quoted cell has no end" if "end of data" in str(error) else "the quotes of a cell are broken"
        raise InputError(
            what,
            where=f"{where}, line {line + start}",
            expected='cells with quotes written as "He said ""yes"""',
            do="close the quotes, or double those inside a cell",
        ) from None
    finally:
        csv.field_size_limit(before)
