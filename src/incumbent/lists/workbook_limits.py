"""Which workbooks are refused before a reader opens them: a few kilobytes can unpack to terabytes.

A reader makes room for every cell from A1 to the last one that is filled, so one stray cell, or one that says that it
is repeated a million times, is enough to exhaust the memory, and the process ends without an error to catch.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from incumbent.errors import InputError

_MOST_CELLS = 20_000_000
_MOST_UNPACKED = 1 << 30
_XLSX_CELL = re.compile(rb"""\sr\s*=\s*["']\s*\$?([A-Za-z]+)\$?([0-9]+)""")
_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(/?)>")
_REPEATED = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']([0-9]+)""")


def refuse_huge_workbook(content: bytes, where: str) -> None:
    """Raises InputError for a zipped workbook that is damaged, unpacks to more than 1 GB or reaches too far."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
        if sum(member.file_size for member in members) > _MOST_UNPACKED:
            raise InputError(
                "the workbook unpacks to more than 1 GB",
                where=where,
                expected="a workbook that fits into memory",
                do="save the sheet as CSV",
            )
        for member in members:
            # Any part can be a sheet, and reading it is how a false size in the archive's index comes out.
            unpacked = archive.read(member)
            last_column, last_row = max(
                _xlsx_reach(unpacked), _ods_reach(unpacked), key=lambda reach: reach[0] * reach[1]
            )
            if last_column * last_row > _MOST_CELLS:
                raise InputError(
                    f"a sheet reaches from A1 to column {last_column}, row {last_row}",
                    where=f"{where}, {member.filename}",
                    expected=f"at most {_MOST_CELLS:,} cells",
                    do="delete the stray cells in its far corner, or save it as CSV",
                )
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise InputError(
            f"the workbook is damaged: {error}",
            where=where,
            expected="a whole workbook",
            do="save it again, or as CSV",
        ) from None


def _xlsx_reach(xml: bytes) -> tuple[int, int]:
    """The last column and the last row that a cell of an .xlsx sheet says it is in; (0, 0) in other parts."""
    last_column = last_row = 0
    for letters, digits in _XLSX_CELL.findall(xml):
        column = 0
        for letter in letters[:8].upper():
            column = column * 26 + letter - 64
        last_column, last_row = max(last_column, column), max(last_row, int(digits[:20]))
    return last_column, last_row


def _ods_reach(xml: bytes) -> tuple[int, int]:
    """The same of an OpenDocument sheet, whose rows and cells can say how often they are repeated."""
    last_column = last_row = 0
    for sheet in xml.split(b"<table:table ")[1:]:
        row = 0
        for attributes, inside in _ODS_ROW.findall(sheet):
            row += _repeats(attributes)
            column = 0
            for cell, closed in _ODS_CELL.findall(inside):
                column += _repeats(cell)
                if not closed or b"value-type" in cell:
                    last_column, last_row = max(last_column, column), max(last_row, row)
    return last_column, last_row


def _repeats(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return int(found[1][:20]) if found else 1
