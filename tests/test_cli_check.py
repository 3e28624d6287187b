"""`incumbent check` from files to answer."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.test_cli import run

__all__ = ["run"]

LIST = """ref,Name,Job title,Department
b2,Ben Bower,Surveyor,Harbour Office
a1,Dame Ann Archer,Chief Clerk,Harbour Office
c3,Zoe Zander,Keeper of the Light,Ministry of Tides
"""
EVIDENCE = """person,post,organisation,start,end,as_at,source,source_url,stated_at
Ben Bower,Surveyor,Harbour Office,,,2012-06-01,list,https://harbour.example/a;b,2012-06-01
Dot Dyer,Chief Clerk,Harbour Office,2012-03-01,,,gazette,https://gazette.example/1,2012-02-20
Dot Dyer,Chief Clerk,Harbour Office,2012-03-01,,,tide,https://tide.example/9,2012-03-02
"""
COLUMNS = [
    "entry_id", "person", "post", "organisation", "verdict", "reasons", "holder",
    "since_earliest", "since_latest", "confidence", "explanation", "evidence",
]  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    listed, evidence = tmp_path / "leaders.csv", tmp_path / "facts.csv"
    listed.write_text(LIST)
    evidence.write_text(EVIDENCE)
    return listed, evidence


def test_csv_has_one_row_per_entry_in_the_lists_order(run: Any, files: tuple[Path, Path]) -> None:
    status, out, err = run("check", files[0], "--evidence", files[1], "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    assert status == 1
    assert list(rows[0]) == COLUMNS
    assert [(row["entry_id"], row["verdict"]) for row in rows] == [
        ("b2", "current"), ("a1", "out_of_date"), ("c3", "unverified"),
    ]  # fmt: skip
    ann = rows[1]
    assert "replaced" in ann["reasons"].split(";")
    assert ann["holder"] == "Dot Dyer"
    assert ann["person"] == "Dame Ann Archer"
    assert ann["evidence"].split(";") == [
        "gazette (https://gazette.example/1, 2012-02-20)",
        "tide (https://tide.example/9, 2012-03-02)",
    ]
    assert rows[0]["evidence"] == "list (https://harbour.example/a%3Bb, 2012-06-01)"
    assert "as of 2012-06-01: 3 entries, 1 current, 1 out of date, 1 unverified" in err


def test_json_has_findings_what_is_missing_and_what_was_read(run: Any, files: tuple[Path, Path]) -> None:
    status, out, _ = run("check", files[0], "--evidence", files[1], "--json")
    answer = json.loads(out)
    assert status == 1
    assert answer["as_of"] == "2012-06-01"
    assert answer["verdicts"] == {"current": 1, "out_of_date": 1, "unverified": 1}
    assert answer["list"]["columns"] == {
        "entry_id": "ref", "person": "Name", "post": "Job title", "organisation": "Department",
    }  # fmt: skip
    assert [entry["entry_id"] for entry in answer["entries"]] == ["b2", "a1", "c3"]
    assert {finding["entry_id"] for finding in answer["findings"]} == {"a1"}
    assert isinstance(answer["entries"][1]["evidence"], list)
    assert answer["evidence"][0]["rows"] == 3
    for missing in answer["missing"]:
        assert missing["entry_id"] is None


def test_the_table_shows_the_wrong_first_and_how_it_was_read(run: Any, files: tuple[Path, Path]) -> None:
    status, out, _ = run("check", files[0], "--evidence", files[1])
    assert status == 1
    assert "Name → person, Job title → post, Department → organisation" in out.replace("ref → entry_id, ", "")
    assert "as of 2012-06-01 (the latest date of the evidence; --as-of changes it)" in out
    assert "Dot Dyer" in out
    assert "3 entries: 1 current, 1 out of date, 1 unverified" in out
    assert "Ben Bower" not in out.split("as of")[1], "what is current is only counted"
    explained = run("check", files[0], "--evidence", files[1], "--explain", "--as-of", "2012-06-28")[1]
    assert "as of 2012-06-28 (as given)" in explained
    assert "evidence: gazette (https://gazette.example/1, 2012-02-20)" in explained
    assert "a1 Dame Ann Archer, Chief Clerk" in explained


def test_nothing_out_of_date_is_exit_status_0(run: Any, files: tuple[Path, Path]) -> None:
    status, out, _ = run("check", files[0], "--evidence", files[0], "--as-of", "2012-01-01", "--quiet")
    assert status == 0
    assert "3 entries: 3 current" in out


def test_the_day_decides_what_is_known(run: Any, files: tuple[Path, Path]) -> None:
    status, out, _ = run("check", files[0], "--evidence", files[1], "--as-of", "2012-01-31", "--format", "csv")
    assert status == 0
    assert {row["verdict"] for row in csv.DictReader(io.StringIO(out))} == {"unverified"}


def test_max_age_makes_old_evidence_no_support(run: Any, files: tuple[Path, Path]) -> None:
    def verdict(*more: str) -> str:
        out = run("check", files[0], "--evidence", files[1], "--as-of", "2013-06-01", "--format", "csv", *more)[1]
        return str(next(csv.DictReader(io.StringIO(out)))["verdict"])

    assert verdict() == "current"
    assert verdict("--max-age", "200") == "unverified"
    assert verdict("--max-age", "365") == "current"


def test_several_evidence_files_are_one_body_of_evidence(run: Any, files: tuple[Path, Path], tmp_path: Path) -> None:
    header, *rows = EVIDENCE.splitlines(keepends=True)
    parts = []
    for number, row in enumerate(rows):
        parts.append(tmp_path / f"part{number}.csv")
        parts[-1].write_text(header + row)
    given = [option for part in reversed(parts) for option in ("--evidence", str(part))]
    whole = run("check", files[0], "--evidence", files[1], "--format", "csv")[1]
    assert run("check", files[0], *given, "--format", "csv")[1] == whole


def test_output_is_written_whole_or_not_at_all(run: Any, files: tuple[Path, Path], tmp_path: Path) -> None:
    answer = tmp_path / "answer.csv"
    status, out, _ = run("check", files[0], "--evidence", files[1], "--format", "csv", "--output", answer)
    assert (status, out) == (1, "")
    written = answer.read_bytes()
    assert written.startswith(b"entry_id,person,")
    assert stat.S_IMODE(answer.stat().st_mode) & 0o400
    answer.chmod(0o640)
    assert run("check", files[0], "--evidence", files[1], "--format", "csv", "--output", answer)[0] == 1
    assert stat.S_IMODE(answer.stat().st_mode) == 0o640
    (tmp_path / "broken.csv").write_text(EVIDENCE.replace("2012-06-01,list", "2012-06-31,list"))
    assert run("check", files[0], "--evidence", tmp_path / "broken.csv", "--output", answer)[0] == 2
    assert answer.read_bytes() == written
    assert {path.name for path in tmp_path.iterdir()} == {"leaders.csv", "facts.csv", "broken.csv", "answer.csv"}
    table = tmp_path / "answer.txt"
    assert run("check", files[0], "--evidence", files[1], "--output", table)[0] == 1
    assert "3 entries" in table.read_text()


def test_a_failed_write_leaves_the_old_answer(
    run: Any, files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = tmp_path / "answer.csv"
    answer.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    status, _, err = run("check", files[0], "--evidence", files[1], "--output", answer)
    assert status == 2
    assert "No space left on device" in err
    assert answer.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 3


def test_an_output_that_cannot_be_written_is_exit_status_2(run: Any, files: tuple[Path, Path], tmp_path: Path) -> None:
    for target in (tmp_path / "none" / "answer.csv", tmp_path):
        status, _, err = run("check", files[0], "--evidence", files[1], "--format", "csv", "--output", target)
        assert status == 2
        assert "cannot be written" in err


def test_excel_cells_are_made_harmless_only_on_request(run: Any, files: tuple[Path, Path]) -> None:
    files[0].write_text(LIST.replace("Ben Bower", '"=HYPERLINK(""http://x"")"'))
    plain = run("check", files[0], "--evidence", files[1], "--format", "csv")[1]
    assert '"=HYPERLINK(""http://x"")"' in plain
    safe = run("check", files[0], "--evidence", files[1], "--format", "csv", "--excel")[1]
    assert safe.startswith("﻿entry_id")
    assert "\"'=HYPERLINK" in safe
    assert run("check", files[0], "--evidence", files[1], "--excel")[0] == 2


def test_a_strangers_text_does_not_drive_the_terminal(run: Any, files: tuple[Path, Path]) -> None:
    files[0].write_text(LIST.replace("Dame Ann Archer", "Ann \x1b[31m[red]Archer[/red]\x07").replace("ref", "r\x1bef"))
    status, out, err = run("check", files[0], "--evidence", files[1], "--explain")
    assert status in (0, 1)
    assert "\x1b" not in out + err
    assert "\x07" not in out + err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--as-of", "June"), "'June' is not a day"),
        (("--columns", "colour=Name"), "colour=Name"),
        (("--columns", "person=Nom"), "no column 'Nom'"),
        (("--evidence-columns", "entry_id=person"), "entry_id=person"),
        (("--evidence", "none.csv"), "no such file"),
    ],
)
def test_bad_options_are_refused(run: Any, files: tuple[Path, Path], arguments: tuple[str, ...], what: str) -> None:
    status, out, err = run("check", files[0], "--evidence", files[1], *arguments)
    assert (status, out) == (2, "")
    assert what in err


def test_columns_and_the_organisation_can_be_given(run: Any, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("Who,What\nBen Bower,Surveyor\n")
    (tmp_path / "e.csv").write_text("Wer,Was,stated_at\nBen Bower,Surveyor,2012-06-01\n")
    status, out, _ = run(
        "check", tmp_path / "l.csv", "--evidence", tmp_path / "e.csv", "--organisation", "Harbour Office",
        "--columns", "post=What", "--evidence-columns", "person=Wer,post=Was", "--format", "csv",
    )  # fmt: skip
    assert status == 0
    assert next(csv.DictReader(io.StringIO(out)))["organisation"] == "Harbour Office"


def test_evidence_without_any_date_needs_a_day(run: Any, files: tuple[Path, Path]) -> None:
    status, _, err = run("check", files[0], "--evidence", files[0])
    assert status == 2
    assert "--as-of" in err


def test_holders_whom_the_list_lacks_are_shown_and_counted(run: Any, tmp_path: Path) -> None:
    header = "person,post,organisation,as_at,scope,stated_at\n"
    keepers = ["Ann Archer", "Ben Bower", "Cid Carter", "Dot Dyer", "Eve Eaton", "Fay Finch", "Gus Grant", "Hal Holt",
               "Ida Irwin", "Jim Jarvis", "Kay Kemp", "Lou Lamb", "Max Moore"]  # fmt: skip
    offices = ["Clerk", "Surveyor", "Pilot", "Treasurer", "Keeper of the Light", "Harbour Master", "Librarian",
               "Porter", "Engineer", "Bell Ringer", "Archivist", "Diver", "Cook"]  # fmt: skip
    rows = [
        f"{name},{post},Harbour Office,2012-06-01,complete,2012-06-01\n"
        for name, post in zip(keepers, offices, strict=True)
    ]
    (tmp_path / "e.csv").write_text(header + "".join(rows))
    (tmp_path / "l.csv").write_text("person,post,organisation\nAnn Archer,Clerk,Harbour Office\n")
    status, out, _ = run("check", tmp_path / "l.csv", "--evidence", tmp_path / "e.csv")
    assert status == 0
    assert "12 holders of posts in the list's scope are not on the list" in out
    assert "and 2 more: --format json lists them all" in out
    answer = json.loads(run("check", tmp_path / "l.csv", "--evidence", tmp_path / "e.csv", "--json")[1])
    assert {finding["holder"] for finding in answer["missing"]} == set(keepers[1:])


def test_on_a_terminal_there_is_a_spinner_and_no_lines(
    run: Any, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    status, out, err = run("check", files[0], "--evidence", files[1])
    assert status == 1
    assert "Dot Dyer" in out
    assert "\x1b[" in err
    assert "reading the list and the evidence" not in err.splitlines(), "no line of a log"


BENCH = Path(__file__).resolve().parents[1] / "../shared/bench"


@pytest.mark.shared
@pytest.mark.skipif(not BENCH.is_dir(), reason="needs the labelled cases of ../shared/bench")
@pytest.mark.parametrize("case", sorted(BENCH.glob("*/case.json")), ids=lambda path: path.parent.name)
def test_the_labelled_cases_run(run: Any, case: Path) -> None:
    as_of = json.loads(case.read_text())["as_of"]
    folder = case.parent
    status, out, _ = run(
        "check", folder / "roster.csv", "--evidence", folder / "evidence.csv", "--as-of", as_of, "--format", "csv"
    )
    rows = list(csv.DictReader(io.StringIO(out)))
    listed = list(csv.DictReader((folder / "roster.csv").open(encoding="utf-8")))
    assert status == 1
    assert [row["entry_id"] for row in rows] == [row["entry_id"] for row in listed]
    assert {row["verdict"] for row in rows} <= {"out_of_date", "leaving", "disputed", "unverified", "current"}
