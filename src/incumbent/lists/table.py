"""The shape between a file and its meaning: headers, columns of text, and each row's number in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from incumbent.errors import InputError
from incumbent.lists.columns import fold_header

#: The header is looked for in this many first rows; above it people put titles and dates.
HEADER_WITHIN = 20
#: No list of office-holders has more columns; what has is a header that was read wrongly, and slow to go through.
MOST_COLUMNS = 1_000


def refuse_wide(headers: Sequence[str], where: str) -> None:
    """Raises InputError for more than MOST_COLUMNS columns."""
    if len(headers) > MOST_COLUMNS:
        raise InputError(
            f"the table has {len(headers):,} columns",
            where=where,
            expected=f"at most {MOST_COLUMNS:,} columns",
            do="keep the columns of persons, posts, organisations and dates",
        )


@dataclass(frozen=True)
class Table:
    """`frame`: String columns `c0`, `c1`, ... (one per header) and `row` (UInt32, the row's number in the file)."""

    headers: tuple[str, ...]
    frame: pl.DataFrame
    format: str
    encoding: str = ""
    notes: tuple[str, ...] = ()
    digest: str = ""

    @staticmethod
    def of_columns(
        headers: Sequence[str], columns: Sequence[Sequence[str | None]], *, first_row: int, format: str, where: str
    ) -> Table:
        """A table of Python columns; the first row has the number `first_row`. `where`: the file, for an error."""
        try:
            series = [pl.Series(values=column, dtype=pl.String) for column in columns]
        except UnicodeEncodeError:
            raise InputError(
                "a cell holds half a character",
                where=where,
                expected="text whose characters are whole",
                do="save the file again as UTF-8",
            ) from None
        return Table.of_series(headers, series, first_row=first_row, format=format)

    @staticmethod
    def of_series(headers: Sequence[str], series: Sequence[pl.Series], *, first_row: int, format: str) -> Table:
        """A table of Polars columns of text; the first row has the number `first_row`."""
        frame = pl.DataFrame([column.alias(f"c{i}") for i, column in enumerate(series)])
        return Table(tuple(headers), frame.with_row_index("row", offset=first_row), format)

    def with_encoding(self, encoding: str, notes: Sequence[str]) -> Table:
        """The same, with how its text was encoded."""
        return replace(self, encoding=encoding, notes=(*notes, *self.notes))

    def with_notes(self, notes: Sequence[str]) -> Table:
        """The same, with more to tell the user."""
        return replace(self, notes=(*self.notes, *notes))

    def with_digest(self, digest: str) -> Table:
        """The same, with the SHA-256 of the file's bytes."""
        return replace(self, digest=digest)

    def checked(self, where: str) -> Table:
        """The table without blank rows and nameless empty columns.

        Raises InputError for two columns of one name, cells under a column without one, and no row at all.
        """
        seen: dict[str, str] = {}
        for header in self.headers:
            folded = fold_header(header)
            if folded and folded in seen:
                raise InputError(
                    f"two columns are called {header!r}",
                    where=where,
                    expected="each column's name once",
                    do="rename or delete one of them",
                )
            seen[folded] = header
        columns = [f"c{i}" for i in range(len(self.headers))]
        filled = pl.any_horizontal(pl.lit(False), *(pl.col(name).str.contains(r"[^\s\x{FEFF}]") for name in columns))
        frame = self.frame.filter(filled)
        if frame.is_empty():
            raise InputError(
                "there is no line under the header",
                where=where,
                expected="at least one entry",
                do="write one line for each person under the header, or give another file",
            )
        for name, header in zip(columns, self.headers, strict=True):
            if not header.strip() and (rows := frame.filter(pl.col(name).str.contains(r"\S")).get_column("row")).len():
                raise InputError(
                    "a column that has cells has no name",
                    where=f"{where}, column {int(name[1:]) + 1}, first cell in row {rows[0]}",
                    expected="a name in the header for each column",
                    do="name the column, or empty its cells",
                )
        return replace(self, frame=frame)
