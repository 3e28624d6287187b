"""Reading anybody's list and evidence. Long because each format stands beside the ways in which it is broken."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incumbent import lists
from incumbent.claims import CLAIMS, with_claim_ids
from incumbent.errors import InputError

HEADER = "person,post,organisation\n"
ROWS = HEADER + "Ann Archer,Chief Clerk,Harbour Office\nBen Bower,Surveyor,Harbour Office\n"


def write(folder: Path, content: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def listed(path: Path, **options: object) -> list[tuple[str | None, ...]]:
    """The list's entries as (entry_id, person, post, organisation), in its order."""
    reading = lists.read_list(path, **options)  # type: ignore[arg-type]
    assert reading.entries is not None
    joined = reading.entries.join(reading.claims, on="claim_id", maintain_order="left")
    return joined.select("entry_id", "person", "post", "organisation").rows()


@contextmanager
def refused(told: str | None = None) -> Iterator[pytest.ExceptionInfo[InputError]]:
    """As pytest.raises, of an error that says what is wrong, where, what was expected and what to do."""
    with pytest.raises(InputError, match=told) as caught:
        yield caught
    assert all((caught.value.what, caught.value.where, caught.value.expected, caught.value.do)), caught.value.describe()


def evidence_rows(path: Path, *columns: str) -> list[tuple[object, ...]]:
    claims = lists.read_evidence([path]).claims
    return claims.sort(pl.col("locator").str.extract(r"(\d+)").cast(pl.Int64)).select(columns).rows()


EXPECTED = [
    ("0001", "Ann Archer", "Chief Clerk", "Harbour Office"),
    ("0002", "Ben Bower", "Surveyor", "Harbour Office"),
]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", ROWS),
        ("a.csv", ROWS.replace("\n", "\r\n")),
        ("a.csv", ROWS.replace("\n", "\r")),
        ("a.csv", ROWS.rstrip("\n")),
        ("a.tsv", ROWS.replace(",", "\t")),
        ("a.csv", ROWS.replace(",", "\t")),
        ("a.csv", ROWS.replace(",", ";")),
        ("a.csv", "sep=;\n" + ROWS.replace(",", ";")),
        ("a.txt", ROWS.replace(",", "|")),
        ("a.csv", ("﻿" + ROWS).encode()),
        ("a.csv", ROWS.encode("utf-16")),
        ("a.csv", ROWS.encode("utf-16-be")),
        ("a.csv", ROWS.encode("utf-16-le")),
        ("a.csv", ROWS.encode("utf-32")),
        ("a.csv", ROWS.replace("\nBen", "\n\n , ,\nBen")),
        ("a.csv", "Leaders of the harbour\n\nas printed, in May\n" + ROWS),
        ("a.csv", ROWS.replace("Ann Archer", '" Ann \n Archer\t"')),
        ("a.csv", ROWS.replace("Ann Archer", "‏Ann​ Archer‎")),
        ("a.csv", "\n".join(line + ",," for line in ROWS.splitlines())),
    ],
)
def test_text_lists_of_every_dialect_read_alike(tmp_path: Path, name: str, content: str | bytes) -> None:
    assert listed(write(tmp_path, content, name)) == EXPECTED


OBJECTS = [
    {"person": "Ann Archer", "post": "Chief Clerk", "organisation": "Harbour Office"},
    {"person": "Ben Bower", "post": "Surveyor", "organisation": "Harbour Office"},
]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", json.dumps(OBJECTS)),
        ("a.json", json.dumps({"rows": OBJECTS, "title": "Leaders"})),
        ("a.jsonl", "\n".join(map(json.dumps, OBJECTS))),
        ("a.ndjson", "\n\n".join(map(json.dumps, OBJECTS)) + "\n"),
        ("export", json.dumps(OBJECTS, indent=2)),
        ("a.json", json.dumps(OBJECTS).encode("utf-16")),
    ],
)
def test_json_lists_read_alike(tmp_path: Path, name: str, content: str | bytes) -> None:
    assert listed(write(tmp_path, content, name)) == EXPECTED


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_read_from_the_sheet_that_has_a_header(tmp_path: Path) -> None:
    content = workbook(
        ("Notes", [["About this list"]]),
        ("Leaders", [
            ["Printed in May"], [], ["No.", "Name", "Job title", "Department", "From"],
            [7, "Ann Archer", "Chief Clerk", "Harbour Office", dt.datetime(2012, 5, 1)],
            [8.0, "Ben Bower", "Surveyor", "Harbour Office", "June 2012"],
        ]),
    )  # fmt: skip
    path = write(tmp_path, content, "leaders.csv")  # a spreadsheet saved under the wrong name
    reading = lists.read_list(path)
    assert [row[:2] for row in listed(path)] == [("7", "Ann Archer"), ("8", "Ben Bower")]
    assert sorted(reading.claims.get_column("start")) == ["2012-05-01", "2012-06"]
    assert sorted(reading.claims.get_column("locator")) == ["row 4", "row 5"]
    assert "sheet 'Leaders' read; not read: 'Notes'" in reading.notes
    with refused("no line under the header"):
        lists.read_list(path, sheet="Notes", columns={})
    with refused("no sheet 'Extra'"):
        lists.read_list(path, sheet="Extra")


def test_parquet_with_dates_numbers_and_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame(
        {
            "id": [10, 11],
            "person": ["Ann Archer", "Ben Bower"],
            "post": ["Chief Clerk", "Surveyor"],
            "organisation": pl.Series(["Harbour Office"] * 2, dtype=pl.Categorical),
            "from": [dt.date(2012, 5, 1), None],
            "as_at": [dt.datetime(2012, 6, 1, 12, 30), dt.datetime(2012, 6, 2)],
        }
    ).write_parquet(path)
    assert [row[:2] for row in listed(path)] == [("10", "Ann Archer"), ("11", "Ben Bower")]
    claims = lists.read_list(path).claims.sort("person")
    assert claims.select("start", "as_at").rows() == [("2012-05-01", "2012-06-01"), (None, "2012-06-02")]


def test_windows_1252_is_read_and_said(tmp_path: Path) -> None:
    reading = lists.read_list(write(tmp_path, ROWS.replace("Archer", "O’Bríen").encode("cp1252")))
    assert "Ann O’Bríen" in reading.claims.get_column("person").to_list()
    assert reading.encoding == "Windows-1252"
    assert any("Windows-1252" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Name,Title,Body", "Ann Archer,Clerk,Harbour", ("Ann Archer", "Clerk", "Harbour")),
        ("Full name,Role,Department", "Ann Archer,Clerk,Harbour", ("Ann Archer", "Clerk", "Harbour")),
        ("OFFICE HOLDER,Office,Chamber", "Ann Archer,Clerk,Harbour", ("Ann Archer", "Clerk", "Harbour")),
        ("Official,Position,Agency", "Ann Archer,Clerk,Harbour", ("Ann Archer", "Clerk", "Harbour")),
        ("Surname,Forename,Job Title,Ministry", "Archer,Ann,Clerk,Harbour", ("Ann Archer", "Clerk", "Harbour")),
        ("Title,First name,Last name,Post,Body", "Dr,Ann,Archer,Clerk,Harbour", ("Ann Archer", "Clerk", "Harbour")),
        ("Salutation,Given_Name,Surname,Post,Body", "Dr,Ann,Archer,Clerk,Sea", ("Dr Ann Archer", "Clerk", "Sea")),
        ("Name,Post,Parent Department,Organization", "Ann Archer,Clerk,Crown,Sea", ("Ann Archer", "Clerk", "Sea")),
        ("Name,Post,Office", "Ann Archer,Clerk,Harbour", ("Ann Archer", "Clerk", "Harbour")),
        ("Name,Surname,Forename,Post,Body", "A. Archer,Archer,Ann,Clerk,Harbour", ("Ann Archer", "Clerk", "Harbour")),
        ("Surname,Forename,Post,Body", "Archer,,Clerk,Harbour", ("Archer", "Clerk", "Harbour")),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_synonyms(tmp_path: Path, header: str, row: str, expected: tuple[str, ...]) -> None:
    assert listed(write(tmp_path, f"{header}\n{row}\n")) == [("0001", *expected)]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Name,Role,Position,Body", "'Role', 'Position' could each be the post"),
        ("Name,Surname,Post,Body", "'Name' could be the whole name or the forename"),
        ("Name,Forename,Post,Body", "'Name' could be the whole name or the surname"),
        ("Name,Title,Office", "'Office' could be the post or the organisation"),
        ("Name,Name,Post,Body", "two columns are called 'Name'"),
        ("Name,NAME.,Post,Body", "two columns are called 'NAME.'"),
        ("Name,Post,Ministry,Agency", "'Ministry', 'Agency' could each be the organisation"),
        ("Name,Post", "no column for organisation"),
        ("Post,Body", "no column for person"),
        ("alpha,beta", "no column for person, post, organisation"),
        ("Ann Archer,Chief Clerk,Harbour Office", "no column for person, post, organisation"),
        ("Name,Post,Body,From,Since", "'From', 'Since' could each be the start"),
    ],
)
def test_columns_that_could_be_two_things_or_none_are_refused(tmp_path: Path, header: str, told: str) -> None:
    row = ",".join("x" for _ in header.split(","))
    with refused(told) as caught:
        lists.read_list(write(tmp_path, f"{header}\n{row}\n"))
    assert "list.csv" in caught.value.where


def test_columns_can_be_given(tmp_path: Path) -> None:
    path = write(tmp_path, "Name,Role,Position,Place\nAnn,Clerk,Head,Harbour\n")
    given_columns = lists.columns.parse_given('post=Position, organisation="Place"', lists.LIST_FIELDS)
    assert listed(path, columns=given_columns) == [("0001", "Ann", "Head", "Harbour")]
    with refused("no column 'Rank' for post"):
        lists.read_list(path, columns={"post": "Rank"})
    for wrong in ("post", "post=", "colour=Name", "post=A,post=B"):
        with refused() as caught:
            lists.columns.parse_given(wrong, lists.LIST_FIELDS)
        assert caught.value.where == "--columns"


def test_a_given_person_column_outweighs_the_parts_of_a_name(tmp_path: Path) -> None:
    path = write(tmp_path, "Name,Surname,Post,Body\nAnn Archer,Archer,Clerk,Harbour\n")
    assert listed(path, columns={"person": "Name"}) == [("0001", "Ann Archer", "Clerk", "Harbour")]
    path = write(tmp_path, "Official,Surname,Post,Body\nAnn Archer,Archer,Clerk,Harbour\n")
    assert listed(path) == [("0001", "Ann Archer", "Clerk", "Harbour")]


def test_a_column_that_two_fields_know_goes_to_the_surer_one(tmp_path: Path) -> None:
    path = write(tmp_path, "Name,Office,Parent department\nAnn,Clerk,Harbour\n")
    assert listed(path) == [("0001", "Ann", "Clerk", "Harbour")]
    path = write(tmp_path, "Name,Office\nAnn,Clerk\n")
    assert listed(path, organisation="Harbour") == [("0001", "Ann", "Clerk", "Harbour")]


def test_spreadsheet_cells_of_every_type_are_text(tmp_path: Path) -> None:
    rows = [["person", "post", "organisation", "acting", "start", "end", "as at"],
            [1, True, dt.time(9, 30), False, dt.date(2012, 1, 2), None, 2012],
            [1.5, "x", dt.timedelta(hours=2), True, "2012", "", None]]  # fmt: skip
    path = write(tmp_path, workbook(("Facts", rows)), "facts.xlsx")
    assert evidence_rows(path, "person", "post", "acting", "start", "as_at") == [
        ("1", "true", False, "2012-01-02", "2012"),
        ("1.5", "x", True, "2012", None),
    ]


def test_a_list_of_one_body_takes_it_as_an_option(tmp_path: Path) -> None:
    path = write(tmp_path, "Name,Seat\nAnn Archer,North\n,\n")
    assert listed(path, organisation="Parish Council") == [("0001", "Ann Archer", "North", "Parish Council")]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["b", "a"], ["b", "a"]),
        (["a", "a"], ["0001", "0002"]),
        (["a", ""], ["0001", "0002"]),
        (["a;b", "c"], ["0001", "0002"]),
    ],
)
def test_the_lists_own_ids_are_kept_when_each_row_has_one(tmp_path: Path, ids: list[str], expected: list[str]) -> None:
    path = write(tmp_path, "entry_id," + HEADER + f"{ids[0]},Ann,Clerk,Harbour\n{ids[1]},Ben,Clerk,Harbour\n")
    assert [row[0] for row in listed(path)] == expected
    assert any("numbered" in note for note in lists.read_list(path).notes) == (ids != expected)


@pytest.mark.parametrize(
    ("content", "told", "where"),
    [
        ("", "empty", ""),
        ("  \n\n", "empty", ""),
        (HEADER, "no line under the header", ""),
        (HEADER + " , ,\n,,\n", "no line under the header", ""),
        (HEADER + "Ann,Clerk,Harbour\nBen,Clerk\n", "2 cells where the header has 3", "line 3"),
        (HEADER + "Ann,Clerk,Harbour\nBen,Clerk,Harbour,Extra\n", "4 cells where the header has 3", "line 3"),
        (HEADER + 'Ann,"Clerk\nto all",Harbour\nBen,Clerk\n', "2 cells", "line 4"),
        (HEADER + 'Ann,"Clerk,Harbour\nBen,Clerk,Harbour\n', "quoted cell has no end", "line 2"),
        (HEADER + 'Ann,"Cl"erk,Harbour\n', "quotes of a cell are broken", "line 2"),
        (HEADER + "Ann,Cl\x00erk,Harbour\n", "NUL", "line 2"),
        (HEADER.encode() + b"Ann O\xc2\xb4Neil,Clerk,Harbour\nBj\xf8rn,Clerk,Harbour\n", "mixes UTF-8", "line 3"),
        (HEADER.encode() + b"Ann\x81,Clerk,Harbour\n", "no text", "line 2"),
        (b"\xff\xfe" + HEADER.encode("utf-16-le") + b"A", "broken UTF-16", "line"),
        (HEADER + f"Ann,{'x' * 10_001},Harbour\n", "10,001 characters", "row 2"),
        (HEADER + f"Ann,{'x' * 10_000_000},Harbour\n", "10,000,000 characters", "row 2"),
        ("x" * 10_000_000 + "\nAnn\n", "header", ""),
        ("person,post,organisation,\nAnn,Clerk,Harbour,x\n", "has no name", "column 4, first cell in row 2"),
        (b"\x1f\x8b" + b"x" * 40, "compressed", ""),
        (b"%PDF-1.7 x", "a PDF", ""),
        (("x" * (1 << 20)).encode() + HEADER.encode(), "first line is no header", ""),
        (b"PAR1" + b"x" * 40, "Parquet file cannot be read", ""),
        (b"PK\x03\x04" + b"x" * 40, "damaged", ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "cannot be read", ""),
    ],
)
def test_a_broken_list_is_refused_with_file_and_place(
    tmp_path: Path, content: str | bytes, told: str, where: str
) -> None:
    with refused(told) as caught:
        lists.read_list(write(tmp_path, content))
    assert "list.csv" in caught.value.where
    assert where in caught.value.where


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "no JSON"),
        ("[1, 2]", "no list of rows"),
        ('{"people": []}', "no list of rows"),
        ("[]", "no line under the header"),
        ("[{}]", "no line under the header"),
        ('[{"person": "Ann", "person": "Ben"}]', "key 'person' twice"),
        ('[{"person": ["Ann"], "post": "x", "organisation": "y"}]', "a list or an object"),
        ("[" * 100_000, "no JSON"),
        ('[{"person": "\\ud800", "post": "x", "organisation": "y"}]', "half a character"),
        ('[{"person": 1' + "0" * 5000 + "}]", "no JSON"),
    ],
)
def test_broken_json_is_refused(tmp_path: Path, content: str, told: str) -> None:
    with refused(told):
        lists.read_list(write(tmp_path, content, "a.json"))


def test_files_that_are_none(tmp_path: Path) -> None:
    with refused("no such file"):
        lists.read_list(tmp_path / "none.csv")
    with refused("a folder"):
        lists.read_list(tmp_path)
    with refused("cannot be read"):
        lists.read_list(Path("a\0b"))


def test_a_nested_parquet_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"person": [["Ann"]], "post": ["x"], "organisation": ["y"]}).write_parquet(path)
    with refused("column 'person' holds List"):
        lists.read_list(path)


@pytest.mark.parametrize("blank", ["\n", "\r\n \t\r\n", "\n\n\n"])
def test_blank_lines_under_the_header_are_left_out_and_counted(tmp_path: Path, blank: str) -> None:
    path = write(tmp_path, f"person,post,organisation\n{blank}Ann,Clerk,Harbour\n\nBen,Pilot,Harbour\n")
    reading = lists.read_list(path)
    assert reading.rows == 2
    assert reading.entries is not None
    first = 2 + blank.count("\n")
    assert reading.entries["row"].to_list() == [first, first + 2]


def test_a_parquet_column_is_text_numbers_or_dates_of_the_calendar(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    frame = pl.DataFrame({"person": ["Ann", "Ben"], "post": ["x", "x"], "organisation": ["y", "y"]})

    def read(column: pl.Series) -> list[str | None]:
        frame.with_columns(column.alias("start")).write_parquet(path)
        return lists.read_list(path).claims.sort("locator")["start"].to_list()

    assert read(pl.Series([dt.date.min, dt.date.max])) == ["0001-01-01", "9999-12-31"]
    assert read(pl.Series([dt.datetime(2012, 6, 28, 23), None])) == ["2012-06-28", None]
    assert read(pl.Series(["2012", None], dtype=pl.Categorical)) == ["2012", None]
    assert read(pl.Series([None, None], dtype=pl.Null)) == [None, None]
    for column in (
        pl.Series([0, -(2**31)]).cast(pl.Date), pl.Series([0, 2932897]).cast(pl.Date),
        pl.Series([0, 2**62]).cast(pl.Datetime("us")),
    ):  # fmt: skip
        with refused("outside the calendar"):
            read(column)
    for column in (pl.Series([dt.timedelta(1)] * 2), pl.Series([b"x", b"y"]), pl.Series([{"a": 1}] * 2)):
        with refused("the column 'start' holds"):
            read(column)


def test_a_parquet_file_of_too_many_rows_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"person": ["Ann"] * 3, "post": ["x"] * 3, "organisation": ["y"] * 3}).write_parquet(path)
    assert lists.read_list(path).rows == 3
    monkeypatch.setattr("incumbent.lists.files._MOST_ROWS", 2)
    monkeypatch.setattr("polars.read_parquet", None)
    with refused("the Parquet file has 3 rows"):
        lists.read_list(path)


def test_a_workbook_that_reaches_to_the_last_corner_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["person", "post", "organisation"])
    book.active.cell(row=1_048_576, column=16_384, value="x")
    path = tmp_path / "a.xlsx"
    book.save(path)
    with refused("column 16384, row 1048576"):
        lists.read_list(path)


def rewritten(content: bytes, part: str, old: bytes, new: bytes, moved: str = "") -> bytes:
    """A workbook with `old` in one part replaced by `new`, and with the part under another name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old in text
                text = text.replace(old, new)
            if moved:
                text = text.replace(part.removeprefix("xl/").encode(), moved.encode())
            target.writestr(f"xl/{moved}" if moved and name == part else name, text)
    return out.getvalue()


@pytest.mark.parametrize("place", [b'r="A99999999999"', b"r='A99999999999'", b'r = "XFD1048576"', b'r="zzzzzz9999"'])
@pytest.mark.parametrize("moved", ["", "elsewhere.xml"])
def test_a_cell_far_away_is_refused_however_it_is_written(tmp_path: Path, place: bytes, moved: str) -> None:
    """The reader would make room for all the cells before it, and the process would end for lack of memory."""
    content = workbook(("Leaders", [["person", "post", "organisation"], ["Ann", "Clerk", "Harbour"]]))
    with refused("a sheet reaches"):
        lists.read_list(
            write(tmp_path, rewritten(content, "xl/worksheets/sheet1.xml", b'r="C2"', place, moved), "a.xlsx")
        )


@pytest.mark.parametrize(
    ("rows", "columns", "most"), [(1, 1, None), (100_000, 1_000, "row 100001"), (10**12, 1, "row 1")]
)
def test_an_opendocument_cell_that_is_repeated_is_counted(
    tmp_path: Path, rows: int, columns: int, most: str | None
) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    far = f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="string"><text:p>x</text:p>'
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        + '<table:table table:name="S"><table:table-row>'
        + "".join(map(cell.format, ("person", "post", "organisation")))
        + f'</table:table-row><table:table-row table:number-rows-repeated="{rows}">{far}</table:table-cell>'
        + "".join(map(cell.format, ("Clerk", "Harbour")))
        + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        + '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
        + "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    path = write(tmp_path, out.getvalue(), "a.ods")
    if most is None:
        assert lists.read_list(path).rows == 1
    else:
        with refused(most):
            lists.read_list(path)


def test_a_table_of_thousands_of_columns_is_refused_and_empty_ones_of_a_sheet_are_not_there(tmp_path: Path) -> None:
    row = {"person": "Ann", "post": "Clerk", "organisation": "Harbour"} | {f"c{n}": "x" for n in range(1_000)}
    (tmp_path / "a.csv").write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    (tmp_path / "a.json").write_text(json.dumps([row]))
    pl.DataFrame([row]).write_parquet(tmp_path / "a.parquet")
    write(tmp_path, workbook(("S", [list(row), list(row.values())])), "a.xlsx")
    for name in ("a.csv", "a.json", "a.parquet", "a.xlsx"):
        with refused("the table has 1,003 columns"):
            lists.read_list(tmp_path / name)
    stray = workbook(("S", [[*list(row)[:3], *[""] * 5_000], [*list(row.values())[:3], *[""] * 5_000]]))
    stray = rewritten(
        stray, "xl/worksheets/sheet1.xml", b"</row></sheetData>", b'<c r="ZZZ2"><v></v></c></row></sheetData>'
    )
    assert lists.read_list(write(tmp_path, stray, "stray.xlsx")).rows == 1


def test_a_workbook_that_is_damaged_or_unpacks_to_gigabytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, workbook(("Leaders", [["person", "post", "organisation"], ["Ann", "Clerk", "Harbour"]])))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    content[sheet.header_offset + 30 + len(sheet.filename) + 5] ^= 0xFF
    with refused("damaged"):
        lists.read_list(write(tmp_path, bytes(content), "damaged.xlsx"))
    monkeypatch.setattr("incumbent.lists.workbook_limits._MOST_UNPACKED", 1000)
    with refused("unpacks to more"):
        lists.read_list(path)


def test_an_empty_workbook_and_a_zip_that_is_none(tmp_path: Path) -> None:
    with refused("workbook is empty"):
        lists.read_list(write(tmp_path, workbook(("Empty", []))))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with refused("cannot be read"):
        lists.read_list(write(tmp_path, out.getvalue()))


DATED = "person,post,organisation,start,end,as_at,stated_at\n"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2012", "2012"),
        ("2012-06", "2012-06"),
        ("2012-06-23", "2012-06-23"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
        ("2012-06-23T10:15:00Z", "2012-06-23"),
        ("2012-06-23 10:15", "2012-06-23"),
        ("2012-06-23T10:15:00.123+01:00", "2012-06-23"),
        ("2012/06/23", "2012-06-23"),
        ("2012/06", "2012-06"),
        ("2012-6-3", "2012-06-03"),
        ("20120623", "2012-06-23"),
        ("12 June 2012", "2012-06-12"),
        ("12th of June 2012", "2012-06-12"),
        ("Tuesday 12 June 2012", "2012-06-12"),
        ("12-Jun-2012", "2012-06-12"),
        ('"June 12, 2012"', "2012-06-12"),
        ("June 2012", "2012-06"),
        ("Sept. 2012", "2012-09"),
        ("31/12/2011", "2011-12-31"),
        ("12/31/2011", "2011-12-31"),
        ("05/05/2012", "2012-05-05"),
        ("31.12.2011", "2011-12-31"),
        ("n/a", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_dates_as_people_write_them(tmp_path: Path, written: str, read: str | None) -> None:
    path = write(tmp_path, DATED + f"Ann,Clerk,Harbour,{written},,,x\n".replace(",x", ",2013"))
    assert evidence_rows(path, "start") == [(read,)]


@pytest.mark.parametrize("word", ["present", "Current", "ongoing", "to date"])
def test_an_end_may_say_that_there_is_none(tmp_path: Path, word: str) -> None:
    assert evidence_rows(write(tmp_path, DATED + f"Ann,Clerk,Harbour,,{word},,\n"), "end") == [(None,)]
    with refused():
        lists.read_evidence([write(tmp_path, DATED + f"Ann,Clerk,Harbour,{word},,,\n")])


@pytest.mark.parametrize(
    "written",
    ["2012-02-30", "2012-13", "31/02/2012", "0000", "0000-01-01", "12", "12/06/12", "soon", "June", "32 May 2012",
     "2012-06-00", "12 Juno 2012", "2012-06/23", "-2012", "20121301", "２０１２"],
)  # fmt: skip
def test_what_is_no_date_is_refused_with_its_row(tmp_path: Path, written: str) -> None:
    path = write(tmp_path, DATED + f"Ann,Clerk,Harbour,2012,,,\nBen,Clerk,Harbour,{written},,,\n", "facts.csv")
    with refused("is not a date") as caught:
        lists.read_evidence([path])
    assert caught.value.where == f"{path}, row 3, column 'start'"


def test_another_row_of_the_column_decides_the_order_of_day_and_month(tmp_path: Path) -> None:
    row = "Ann,Clerk,Harbour,{},,,\n"
    day_first = write(tmp_path, DATED + row.format("03/04/2012") + row.format("31/12/2011"), "a.csv")
    month_first = write(tmp_path, DATED + row.format("03/04/2012") + row.format("12/31/2011"), "b.csv")
    assert evidence_rows(day_first, "start") == [("2012-04-03",), ("2011-12-31",)]
    assert evidence_rows(month_first, "start") == [("2012-03-04",), ("2011-12-31",)]
    with refused("could be the day or the month first") as caught:
        lists.read_evidence([write(tmp_path, DATED + row.format("05/05/2012") + row.format("03/04/2012"))])
    assert "row 3" in caught.value.where
    assert "2012-06-23" in caught.value.do
    with refused("month first, other dates"):
        lists.read_evidence([write(tmp_path, DATED + row.format("31/12/2011") + row.format("12/31/2011"))])


def test_evidence_says_who_says_so(tmp_path: Path) -> None:
    header = "person,post,organisation,source,source_url,publisher\n"
    content = (
        header
        + "Ann,Clerk,Harbour,gazette,https://www.Gazette.example:443/notice/1,\n"
        + "Ben,Clerk,Harbour,,http://user@harbour.example/x,\n"
        + "Cid,Clerk,Harbour,,,\n"
        + "Dot,Clerk,Harbour,blog,https://blog.example,The Blog\n"
    )
    assert evidence_rows(write(tmp_path, content, "facts.csv"), "source", "publisher") == [
        ("gazette", "gazette.example"),
        ("facts", "harbour.example"),
        ("facts", "facts"),
        ("blog", "The Blog"),
    ]


def test_evidence_flags_and_events_are_read_in_their_words(tmp_path: Path) -> None:
    header = "person,post,organisation,acting,scope,event,primary,status note\n"
    content = (
        header
        + "Ann,Clerk,Harbour,Yes,Complete,announced_end,1,retiring\n"
        + "Ben,Clerk,Harbour,,,,,\n,Clerk,Harbour,no,partial,Vacancy,,\n"
    )
    rows = evidence_rows(write(tmp_path, content), "person", "acting", "scope", "event", "primary", "status_note")
    assert rows == [
        ("Ann", True, "complete", "announced_end", True, "retiring"),
        ("Ben", False, "partial", "holds", False, None),
        (None, False, "partial", "vacant", False, None),
    ]


@pytest.mark.parametrize(("column", "cell"), [("acting", "perhaps"), ("scope", "half"), ("event", "sings")])
def test_an_unknown_word_is_refused_with_its_row(tmp_path: Path, column: str, cell: str) -> None:
    path = write(tmp_path, f"person,post,organisation,{column}\nAnn,Clerk,Harbour,\nBen,Clerk,Harbour,{cell}\n")
    with refused(repr(cell)) as caught:
        lists.read_evidence([path])
    assert f"row 3, column {column!r}" in caught.value.where


def test_claims_have_their_shape_and_stable_ids(tmp_path: Path) -> None:
    reading = lists.read_list(write(tmp_path, ROWS, "my list.csv"))
    assert dict(reading.claims.schema) == CLAIMS
    assert reading.claims.get_column("role").unique().to_list() == ["roster"]
    assert reading.claims.get_column("roster").unique().to_list() == ["my list"]
    assert with_claim_ids(reading.claims).equals(reading.claims)
    evidence = lists.read_evidence([write(tmp_path, ROWS, "a.csv"), write(tmp_path, ROWS, "b.csv")], roster="my list")
    assert dict(evidence.claims.schema) == CLAIMS
    assert evidence.claims.height == 4
    assert evidence.claims.get_column("source").unique().sort().to_list() == ["a", "b"]


def test_no_evidence_at_all_is_an_empty_table() -> None:
    assert dict(lists.read_evidence([]).claims.schema) == CLAIMS


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("Ann,Clerk,Harbour,2030,2031,2012-05,2012-06-02\n", "2012-06-02"),
        ("Ann,Clerk,Harbour,,,2012-07,2012-06-02\n", "2012-07-31"),
        ("Ann,Clerk,Harbour,2011,,,\n", "2011-12-31"),
        ("Ann,Clerk,Harbour,,2013,,\n", None),
    ],
)
def test_the_latest_day_of_the_evidence(tmp_path: Path, rows: str, expected: str | None) -> None:
    assert lists.latest_day(lists.read_evidence([write(tmp_path, DATED + rows)]).claims) == expected


def test_rows_that_name_nobody_are_left_out_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "person,post,organisation,Grade\nAnn,Clerk,Harbour,1\n,,,2\n")
    reading = lists.read_list(path)
    assert reading.rows == 1
    assert "1 rows without person, post and organisation are left out" in reading.notes
    assert reading.columns.unused == ("Grade",)
    with refused("no row names"):
        lists.read_list(write(tmp_path, "person,post,organisation,Grade\n,,,2\n"))


hostile = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=300).map(lambda text: (HEADER + text).encode("utf-8", "replace")),
    st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=5), min_size=1, max_size=6).map(
        lambda rows: "\n".join([DATED.strip(), *(",".join(row) for row in rows)]).encode("utf-8", "replace")
    ),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["person", "post", "organisation", "rows", "start"]), inner, max_size=5)
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=hostile, name=st.sampled_from(["a.csv", "a.json", "a.xlsx", "a.parquet", "a"]))
def test_any_bytes_give_a_table_or_the_clear_error(tmp_path: Path, content: bytes, name: str) -> None:
    path = write(tmp_path, content, name)
    for read in (lists.read_list, lambda path: lists.read_evidence([path])):
        try:
            result = read(path)
        except InputError as error:
            assert error.what and error.where and error.expected and error.do
        else:
            assert result.claims.height > 0
