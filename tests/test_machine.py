"""What the machine refuses: told in words with exit status 2, nothing half-written, and the next run completes it."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from incumbent import cli, durable, machine, verify
from tests import harbour
from tests.full_disk import longest_file

REFUSED = ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO", "ESTALE", "EMFILE", "ENFILE", "ENOMEM")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command in this process: (exit status, stdout, stderr)."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return int(ended.value.code or 0), written.out, written.err

    return run


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("incumbent.publish.history", fail)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_told_in_words_and_is_no_defect(run: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    number = getattr(errno, name)
    raising(monkeypatch, OSError(number, os.strerror(number), "kept/list.csv"))
    status, out, err = run("history", "x")
    assert (status, out) == (2, "")
    lines = err.splitlines()
    assert lines[0] == f"the machine refused to go on: {os.strerror(number)}"
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["where", "expected", "do"]
    assert lines[1] == "  where: kept/list.csv"
    status, out, _ = run("history", "x", "--json")
    assert status == 2
    assert json.loads(out) == {
        "error": "MachineError",
        **{label: json.loads(out)[label] for label in ("expected", "do")},
        "what": lines[0],
        "where": "kept/list.csv",
        "exit_status": 2,
    }


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOENT, "No such file or directory", "kept/list.csv"),
        OSError(errno.ECONNRESET, "Connection reset by peer"),
        OSError("without a number"),
        ValueError("No space left on device (os error 28)"),
    ],
)
def test_any_other_error_stays_a_defect(run: Any, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    raising(monkeypatch, error)
    status, _, err = run("history", "x")
    assert status == cli.EXIT_DEFECT
    assert "Traceback" in err


def test_two_names_of_a_copy_are_both_told() -> None:
    refused = machine.refusal(OSError(errno.ENOSPC, "No space left on device", b"v1/a.csv", None, "latest/a.csv"))
    assert refused is not None
    assert refused.where == "v1/a.csv -> latest/a.csv"


def test_what_polars_meets_is_understood(tmp_path: Path) -> None:
    import polars as pl

    table = pl.DataFrame({"number": range(10_000)})
    for write in (table.write_parquet, table.write_csv):
        with pytest.raises((OSError, pl.exceptions.PolarsError)) as raised, longest_file(1000):
            write(tmp_path / "table")
        refused = machine.refusal(raised.value)
        assert refused is not None
        assert os.strerror(errno.EFBIG) in refused.what


def test_a_copy_ends_with_the_first_files_own_error(tmp_path: Path) -> None:
    source = tmp_path / "v1"
    (source / "excel").mkdir(parents=True)
    for name in ("a.csv", "b.csv", "excel/c.csv"):
        (source / name).write_bytes(name.encode() * 1000)
    durable.copy_tree(source, tmp_path / "latest")
    for name in ("a.csv", "b.csv", "excel/c.csv"):
        assert (tmp_path / "latest" / name).read_bytes() == (source / name).read_bytes()
    with pytest.raises(OSError, match=r"a\.csv") as raised, longest_file(1000):
        durable.copy_tree(source, tmp_path / "full")
    assert raised.value.errno == errno.EFBIG
    assert not (tmp_path / "full" / "b.csv").exists()
    with pytest.raises(FileExistsError):
        durable.copy_tree(source, tmp_path / "latest")


@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_answer_that_cannot_be_written_is_no_answer(options: tuple[str, ...], unbuffered: str) -> None:
    command = [sys.executable, "-m", "incumbent.cli", "roster", "list", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment, timeout=120)
        assert done.returncode == 2
        assert done.stderr.splitlines()[0] == "the machine refused to go on: No space left on device"
        assert "Traceback" not in done.stderr
        mute = subprocess.run(command, stdout=full, stderr=full, env=environment, timeout=120)
        assert mute.returncode == 2
        wrong = subprocess.run([*command, "--nonsense"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
        assert (wrong.returncode, wrong.stderr.count("--nonsense")) == (2, 1)


def test_out_of_date_is_not_said_by_the_exit_status_alone(tmp_path: Path) -> None:
    columns = "person,post,organisation,event,start,stated_at\n"
    (tmp_path / "list.csv").write_text("person,post,organisation\nAnn Archer,Chief Clerk,Harbour Office\n")
    (tmp_path / "news.csv").write_text(f"{columns}Dot Dyer,Chief Clerk,Harbour Office,starts,2012-03-01,2012-03-02\n")
    command = [sys.executable, "-m", "incumbent.cli", "check", "list.csv", "--evidence", "news.csv", "--quiet"]
    sound = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
    assert sound.returncode == 1
    with Path("/dev/full").open("wb") as full:
        lost = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, timeout=120)
    assert lost.returncode == 2


@pytest.mark.slow
def test_a_run_into_a_full_disk_says_so_and_the_next_one_completes_it(tmp_path: Path) -> None:
    """A real limit under a real flow: the error comes through Prefect as it was raised, wherever it falls.

    In a process of its own: the limit is on every file that a process writes, and pytest keeps what it captures in one.
    """
    rosters, published = tmp_path / "rosters", tmp_path / "published"
    (harbour.write_roster(rosters) / "curation" / "evidence.csv").unlink()  # its sources have no publisher to check
    command = [sys.executable, "-m", "tests.full_disk", str(rosters), str(published)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout.splitlines()[-1])
    for size, status, out, err, live in told["limited"]:
        assert (status, out) == (2, ""), f"at {size} bytes: {err}"
        assert err.startswith(f"the machine refused to go on: {os.strerror(errno.EFBIG)}\n"), err
        assert not live
    assert len(set(told["fell"])) == 2, "both limits fell into the same step of the run"
    assert told["status"] == 0, told["err"]
    assert verify.verify(published) == []
