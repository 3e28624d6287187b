"""Reading a labelled case: whole, or the clear error."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from incumbent.bench.cases import read_case
from incumbent.errors import InputError

CASES = Path(__file__).resolve().parent.parent / "fixtures" / "bench"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A copy of a good case, to spoil."""
    return Path(shutil.copytree(CASES / "harbour", tmp_path / "harbour"))


def test_a_case_is_read_as_written() -> None:
    read = read_case(CASES / "harbour")
    assert (read.name, read.as_of, read.frames.roster.height) == ("harbour", "2020-09-30", 13)
    assert read.frames.roster["person"][1] == "Ockenden, Ms Margaret"
    assert read.contested.select("entry_id", "verdict").rows() == [("07", "out_of_date"), ("12", "unverified")]


def test_labels_are_contested_from_another_folder_too(tmp_path: Path) -> None:
    (tmp_path / "contested-assembly.csv").write_text("entry_id,verdict,proof\n01,unverified,Nobody says so.\n")
    assert read_case(CASES / "assembly", tmp_path).contested.rows() == [("01", "unverified", "Nobody says so.")]
    assert read_case(CASES / "assembly").contested.is_empty()


@pytest.mark.parametrize(
    ("file", "content", "what"),
    [
        ("case.json", None, "cannot be read"),
        ("case.json", b"{", "not JSON"),
        ("case.json", b"[]", "has no as_of"),
        ("case.json", b'{"as_of": "2020-13-01"}', "is not a day"),
        ("roster.csv", b"entry_id,person\n01,A B\n", "lacks post, organisation"),
        ("roster.csv", b"", "not a CSV table"),
        ("roster.csv", b"\xff\xfe\xff", "cannot be read"),
        ("evidence.csv", b"name\nA B\n", "lacks person"),
        ("truth.csv", b"entry_id,verdict,holder\n01,wrong,\n", "'wrong' is no verdict"),
        ("truth.csv", b"entry_id,verdict,holder\n01,current,\n01,current,\n", "labelled twice"),
        ("truth.csv", b"entry_id,verdict,holder\n01,current,\n", "different entries"),
        ("contested.csv", b"entry_id,verdict,proof\n99,current,Because.\n", "the case lacks"),
        ("contested.csv", b"entry_id,verdict,proof\n01,current, \n", "without a proof"),
    ],
)
def test_a_spoilt_case_is_told_by_file(case: Path, file: str, content: bytes | None, what: str) -> None:
    if content is None:
        (case / file).unlink()
    else:
        (case / file).write_bytes(content)
    with pytest.raises(InputError, match=what):
        read_case(case)


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such case"):
        read_case(tmp_path / "nowhere")
    with pytest.raises(InputError, match="no such folder"):
        read_case(CASES / "harbour", tmp_path / "nowhere")
