"""What the commands print: progress, tables for people, CSV for spreadsheets, JSON for machines.

Everything that comes from a stranger's file is stripped of control characters before a terminal sees it, and never
read as markup. CSV and JSON are data: nothing in them is changed.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from incumbent.errors import InputError, printable

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console
    from rich.table import Table

#: A table in a log is as wide as this; on a terminal, as wide as that.
_LOG_WIDTH = 120
_STYLES = {"out_of_date": "red", "disputed": "magenta", "leaving": "yellow", "unverified": "dim", "current": "green"}


def console(stream: IO[str] | None = None) -> Console:
    """A rich console on `stream` (stdout): the terminal's width, else a fixed one, so that logs are alike."""
    from rich.console import Console

    target = stream or sys.stdout
    return Console(
        file=target, width=None if target.isatty() else _LOG_WIDTH, highlight=False, markup=False, emoji=False
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, flexible: str = "") -> Table:
    """A table. `flexible`: the column that gives way when the terminal is narrow; the others hardly do."""
    from rich.table import Table
    from rich.text import Text

    built = Table(show_edge=False, pad_edge=False, header_style="bold", box=None, padding=(0, 2, 0, 0))
    for column in columns:
        built.add_column(column.replace("_", " "), overflow="fold", ratio=1 if column == flexible else None)
    for row in rows:
        cells = [printable("" if value is None else value, 1000) for value in row]
        built.add_row(
            *(Text(cell.replace("_", " ") if cell in _STYLES else cell, _STYLES.get(cell, "")) for cell in cells)
        )
    return built


def _plain(cell: str) -> str:
    """A verdict in words; any other cell as it is."""
    return cell.replace("_", " ") if cell in _STYLES else cell


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, flexible: str = "") -> None:
    """A table on stdout."""
    console().print(table(columns, rows, flexible=flexible))


def table_text(columns: Sequence[str], rows: Sequence[Sequence[object]], *, flexible: str = "") -> str:
    """A table as text, as wide as stdout is."""
    stream = io.StringIO()
    target = console(stream)
    if sys.stdout.isatty():
        target.width = console().width
    target.print(table(columns, rows, flexible=flexible))
    return stream.getvalue()


def print_line(text: str = "", *, indent: int = 0) -> None:
    """One line on stdout, free of control characters, behind `indent` spaces."""
    click.echo(" " * indent + printable(text, 2000))


def json_text(value: object) -> str:
    """`value` as JSON: two spaces, non-ASCII as it is, no NaN."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n"


def rows_of(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The frame's rows for JSON: dates as ISO text, missing as null."""
    import polars as pl

    return frame.with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()


def csv_text(frame: pl.DataFrame) -> str:
    """The frame as CSV (RFC 4180, `\\r\\n`), empty for missing."""
    return frame.write_csv(line_terminator="\r\n", null_value="", quote_style="necessary")


def excel_text(frame: pl.DataFrame) -> str:
    """The frame as CSV for a spreadsheet, by the rule of the published excel/ files (tablefiles.py)."""
    from incumbent import tablefiles  # imports pyarrow, which every other answer does without

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "excel.csv"
        tablefiles.write_excel_csv(frame, path)
        return path.read_bytes().decode()


def frame_text(frame: pl.DataFrame, format: str) -> str:
    """A frame as `csv` or `json` text."""
    return csv_text(frame) if format == "csv" else json_text(rows_of(frame))


def deliver(text: str, path: str | None) -> None:
    """`text` to `path`, whole or not at all, else to stdout. Raises InputError when the file cannot be written."""
    if path is None or path == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return
    write_whole(Path(path), text.encode())


def write_whole(path: Path, content: bytes) -> None:
    """A file with that content, as `replacing` does it. Raises InputError when it cannot be written."""
    try:
        with replacing(path) as file:
            file.write(content)
    except OSError as error:
        raise _unwritable(path, error) from None


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """To write a file whole or not at all: a temporary file beside it, flushed to the disk at the end, then renamed
    over it. Raises InputError where there can be no such file; what fails in between is left as it is."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_mode(path))
        try:
            Path(name).replace(path)
        except IsADirectoryError as error:
            raise _unwritable(path, error) from None
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _unwritable(path: Path, error: Exception) -> InputError:
    return InputError(
        f"the file cannot be written: {getattr(error, 'strerror', None) or error}",
        where=str(path),
        expected="a folder that exists and may be written to",
        do="give another --output",
    )


def _mode(path: Path) -> int:
    """The mode that writing in place would leave: the old file's, else what the umask allows."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def summary(counts: Mapping[str, int]) -> str:
    """`3 out of date, 1 leaving`."""
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())


class Progress:
    """Steps on stderr: a spinner on a terminal, one line per step in a log, nothing with --quiet."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Shows `what` while it lasts."""
        if self.quiet:
            yield
        elif sys.stderr.isatty():
            with console(sys.stderr).status(printable(what)):
                yield
        else:
            click.echo(printable(what), err=True)
            yield

    def say(self, text: str) -> None:
        """One line on stderr that the user should know whatever the format of the answer."""
        if not self.quiet:
            click.echo(printable(text, 1000), err=True)
