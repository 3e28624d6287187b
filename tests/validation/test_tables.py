"""Reading: cells are what the csv module reads, whatever the blocks; what two readers differ on is handed over."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest

from incumbent.validation import HandOver, tables
from incumbent.validation.tables import CsvTable

NAMES = ["a", "b", "c"]
CELLS = ("", "x", "é", "two words", "a,b", 'say "so"', '"', "line\nbreak", "cr\r\nlf", " ", "'", "\u2028", "10" * 30)


def written(path: Path, rows: list[list[str]], ending: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator=ending, quoting=quoting).writerows([NAMES, *rows])
    return path


@pytest.mark.parametrize("block", [1, 40, 4096, 2**25])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_all_cells_and_any_row_are_what_the_csv_module_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, ending: str, quoting: int
) -> None:
    monkeypatch.setattr(tables, "BLOCK_BYTES", block)
    chance = random.Random(block)
    rows = [chance.choices(CELLS, k=3) for _ in range(20_000 if block > 4000 else 60)]
    table = CsvTable(written(tmp_path / "t.csv", rows, ending, quoting), NAMES)
    read = [list(row) for _, frame in table.blocks() for row in frame.fill_null("").rows()]
    assert read == rows
    numbers = sorted(chance.sample(range(len(rows)), 20))
    assert list(table.rows(numbers)) == [(number, rows[number]) for number in numbers]


def test_quoted_and_plain_blocks_have_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "BLOCK_BYTES", 64)
    rows = [["1", "2", str(number)] for number in range(50)] + [['a"', ",", "\n"]] + [["4", "5", ""]] * 50
    table = CsvTable(written(tmp_path / "t.csv", rows), NAMES)
    starts = [(before, frame.height) for before, frame in table.blocks()]
    assert len(starts) > 5
    assert [before for before, _ in starts] == [sum(height for _, height in starts[:n]) for n in range(len(starts))]


FAULTS = {
    "short row": b"a,b,c\n1,2,3\n4,5\n",
    "long row": b"a,b,c\n1,2,3\n4,5,6,7\n",
    "short and empty": b"a,b,c\n1,2,\n4,5\n",
    "blank row": b"a,b,c\n1,2,3\n\n4,5,6\n",
    "blank end": b"a,b,c\n1,2,3\n\n",
    "short among quotes": b'a,b,c\n"1",2,3\n4,5\n',
    "blank among quotes": b'a,b,c\n"1",2,3\n\n4,5,6\n',
    "quote within": b'a,b,c\n1,2"x,3\n',
    "quotes within": b'a,b,c\n1,2"x"y,3\n',
    "after a quote": b'a,b,c\n1,"2"x,3\n',
    "before a quote": b'a,b,c\n1, "2",3\n',
    "open quote": b'a,b,c\n1,2,"3\n',
    "lone carriage return": b"a,b,c\n1,2,3\r4,5,6\n",
    "not UTF-8": b"a,b,c\n1,2,\xff\n",
    "byte order mark": b"\xef\xbb\xbfa,b,c\n1,2,3\n",
    "byte order mark of a row": b"a,b,c\n\xef\xbb\xbf1,2,3\n",
    "other labels": b"a,b,d\n1,2,3\n",
    "semicolons": b"a;b;c\n1;2;3\n",
    "spaces": b'a, "b", "c"\n1, "2", "3"\n4, "5", "6"\n',
    "carriage returns": b"a,b,c\r1,2,3\r",
    "nothing": b"",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_may_be_read_otherwise_is_handed_over(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(FAULTS[fault])
    with pytest.raises(HandOver):
        list(CsvTable(path, NAMES).blocks())


def test_a_blank_row_of_one_column_is_handed_over(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a\nx\n\ny\n")
    with pytest.raises(HandOver, match="blank"):
        list(CsvTable(path, ["a"]).blocks())


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", [])
    assert list(CsvTable(path, NAMES).blocks()) == []
    assert io.BytesIO(path.read_bytes()).read() == b"a,b,c\n"
