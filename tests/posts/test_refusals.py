"""What cannot be counted is refused with its file and row group, and nothing is left behind."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from incumbent import machine
from incumbent import posts as engine
from incumbent.errors import InputError
from incumbent.posts import spill
from incumbent.posts.coded import ROWS, Coded
from tests.posts.writing import AS_OF, MOMENT, ago, table, write

GOOD = {"account_id": ["a"] * 6, "posted_at": [ago(1)] * 6, "kind": ["post"] * 6}
TYPES = {"account_id": pa.string(), "posted_at": MOMENT, "kind": pa.string(), "post_id": pa.string()}


def content(**changed: list[Any] | pa.Array) -> pa.Table:
    columns = {**GOOD, **changed}
    return pa.table(
        {
            name: values if isinstance(values, pa.Array) else pa.array(values, TYPES[name])
            for name, values in columns.items()
        }
    )


def ticks(number: int, unit: str) -> pa.Array:
    """Timestamps of which the fourth is `number` units after 1970."""
    return pa.array([0, 1, 2, number, 3, 4]).cast(pa.timestamp(unit))


def refused(posts: Path, **options: Any) -> InputError:
    """The error, after which neither output nor scratch is there."""
    output = options.pop("output", posts.parent / "activity.parquet")
    before = sorted(posts.parent.rglob("*"))
    with pytest.raises(InputError) as raised:
        engine.activity(posts, AS_OF, output, **options)
    assert sorted(posts.parent.rglob("*")) == before
    return raised.value


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"account_id": ["a", "a", "a", None, "a", "a"]}, "account_id is missing"),
        ({"account_id": ["a", "a", "a", "", "a", "a"]}, "account_id is missing"),
        ({"posted_at": [ago(1), ago(1), ago(1), None, ago(1), ago(1)]}, "posted_at is missing"),
        ({"kind": ["post", "pin", "repost", None, "pin", "post"]}, "kind is missing"),
        ({"kind": ["post", "pin", "repost", "Post", "pin", "post"]}, "the kind is not known: 'Post'"),
        ({"kind": ["post", "pin", "repost", "reply", "pin", "post"]}, "the kind is not known: 'reply'"),
        ({"post_id": ["1", "2", "3", None, "5", "6"]}, "post_id is missing"),
        ({"posted_at": ticks(2**62, "ms")}, f"posted_at is no moment in time: '{2**62}'"),
        ({"posted_at": ticks(-(2**60), "us")}, f"posted_at is no moment in time: '{-(2**60)}'"),
        *(
            ({"posted_at": pa.array(["2026-01-01T00:00:00Z"] * 3 + [text] + ["2026-01-01 00:00:00"] * 2)}, what)
            for text, what in [
                (None, "posted_at is missing"),
                *((text, f"posted_at is no moment in time: '{text}'")
                  for text in ("", "yesterday", "2026-01-01", "2026-02-30T00:00:00Z", "2026-01-01T00:00:60Z",
                               "2026-01-01T25:00:00Z", "0000-01-01T00:00:00Z", "2026-01-01T00:00:00+0100")),
            ]
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("buckets", [None, 3])
def test_a_value_that_cannot_be_used_is_named_with_its_place(
    tmp_path: Path, changed: dict[str, Any], what: str, buckets: int | None
) -> None:
    posts = write(tmp_path / "posts.parquet", content(**changed), row_group=2)
    error = refused(posts, buckets=buckets)
    assert error.what == what
    assert error.where == f"{posts}, row group 1, row 1"


def test_the_same_in_posts_that_are_partitioned(tmp_path: Path) -> None:
    posts = write(tmp_path / "posts" / "bucket=x" / "1.parquet", content(kind=["post"] * 5 + ["like"]), row_group=4)
    error = refused(tmp_path / "posts")
    assert error.where == f"{posts}, row group 1, row 1"


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (table([]).drop_columns(["kind"]), "the column kind is missing"),
        (table([], type_=pa.date32()), "the column posted_at has the type date32[day]"),
        (content(account_id=pa.array([1.5] * 6)), "the column account_id has the type double"),
        (content(kind=pa.array([1] * 6)), "the column kind has the type int64"),
        (content(post_id=pa.array([True] * 6)), "the column post_id has the type bool"),
    ],
)
def test_a_column_that_cannot_be_used_is_named_with_its_file(tmp_path: Path, wrong: pa.Table, what: str) -> None:
    write(tmp_path / "posts" / "1.parquet", [("a", ago(1), "post")])
    posts = write(tmp_path / "posts" / "2.parquet", wrong)
    error = refused(tmp_path / "posts")
    assert (error.what, error.where) == (what, str(posts))


def test_a_post_with_two_times_is_refused(tmp_path: Path) -> None:
    posts = [("a", ago(1), "post"), ("a", ago(2), "post"), ("b", ago(2), "post"), ("a", ago(9), "repost")]
    error = refused(write(tmp_path / "posts.parquet", table(posts, ["1", "1", "1", "1"])))
    assert (error.what, error.where) == ("a post has two times (1 such posts)", "account a, post 1")


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "ids" / "1.parquet", table([], []))
    write(tmp_path / "ids" / "2.parquet", [])
    assert refused(tmp_path / "ids").where.endswith("2.parquet")
    write(tmp_path / "mixed" / "bucket=1" / "1.parquet", [])
    write(tmp_path / "mixed" / "2.parquet", [])
    assert refused(tmp_path / "mixed").where.endswith("2.parquet")


@pytest.mark.parametrize("damage", ["text", "cut", "page", "empty"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    posts = write(tmp_path / "posts.parquet", [("a" * 40, ago(number), "post") for number in range(3000)])
    sound = posts.read_bytes()
    middle = len(sound) // 2
    posts.write_bytes(
        {
            "text": b"account_id,posted_at,kind\r\n",
            "cut": sound[:middle],
            "page": sound[:100] + b"\xff" * (middle - 100) + sound[middle:],
            "empty": b"",
        }[damage]
    )
    error = refused(posts)
    assert error.what.startswith("the file cannot be read as Parquet")
    assert error.where == str(posts) + (", row group 0" if damage == "page" else "")


def test_paths_that_lead_nowhere_are_refused(tmp_path: Path) -> None:
    posts = write(tmp_path / "posts.parquet", [("a", ago(1), "post")])
    (tmp_path / "nothing").mkdir()
    assert refused(tmp_path / "nothing").what == "the folder holds no Parquet file"
    assert refused(tmp_path / "absent").what == "there is no such file or folder"
    assert refused(posts, output=tmp_path / "activity.xlsx").expected == ".parquet | .csv"
    assert refused(posts, output=tmp_path / "absent" / "a.csv").where == str(tmp_path / "absent")
    assert refused(posts, scratch=tmp_path / "absent").what == "there is no such folder"
    assert "written" in refused(posts, output=tmp_path / "absent" / "a.csv", scratch=tmp_path).what
    for name, text in (
        ("a.txt", "a"),
        ("a.csv", "id\n1\n"),
        ("b.csv", "account_id,x\na,1\n,2\n"),
        ("c.parquet", "PAR1"),
    ):
        (tmp_path / name).write_text(text)
        assert str(tmp_path / name) in refused(posts, accounts=tmp_path / name).where
    assert refused(posts, accounts=tmp_path / "absent.csv").what == "there is no such file"


@contextlib.contextmanager
def longest_file(size: int) -> Iterator[None]:
    """Inside, this process can write no file longer than `size` bytes: a disk that fills up, without being root."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    many = [(f"account-{number % 977}", ago(number / 7), "post") for number in range(20_000)]
    posts = write(tmp_path / "posts.parquet", many)
    output = tmp_path / "activity.csv"
    output.write_text("of before")
    for size, module in ((1_000, "spill.py"), (20_000, "spill.py"), (40_000, "writer.py")):
        with pytest.raises(OSError, match="File too large") as raised, longest_file(size):
            engine.activity(posts, AS_OF, output, buckets=2)
        assert module in {Path(frame.path).name for frame in raised.traceback}, f"{size} bytes fell elsewhere"
        refusal = machine.refusal(raised.value)
        assert refusal is not None
        assert os.strerror(errno.EFBIG) in refusal.what
        assert [path.name for path in sorted(tmp_path.iterdir())] == ["activity.csv", "posts.parquet"]
        assert output.read_text() == "of before"


#: The command, but every step of jobs is followed by a long rest.
SLOW = """
import sys, time
from pathlib import Path
from incumbent import posts
plain = posts.embedded
def rested(function, jobs):
    done = plain(function, jobs)
    Path(sys.argv[1]).touch()
    time.sleep(60)
    return done
posts.embedded = rested
from incumbent.cli import main
main(sys.argv[2:])
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_the_scratch_folder_goes_however_the_run_ends(tmp_path: Path, number: int, status: int) -> None:
    posts = write(tmp_path / "posts.parquet", [("a", ago(1), "post")])
    reached, output = tmp_path / "reached", tmp_path / "out" / "activity.csv"
    output.parent.mkdir()
    command = [
        sys.executable,
        "-c",
        SLOW,
        str(reached),
        "activity",
        str(posts),
        "--as-of",
        AS_OF,
        "--output",
        str(output),
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not reached.exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        assert len(list(output.parent.iterdir())) == 1, "it had not begun"
        process.send_signal(number)
        assert process.wait(30) == status
    finally:
        process.kill()
    left = list(output.parent.iterdir())
    assert bool(left) == (number == signal.SIGKILL)
    engine.activity(posts, AS_OF, output)
    assert list(output.parent.iterdir()) == [output]


def test_the_scratch_folder_of_another_run_is_left_alone(tmp_path: Path) -> None:
    posts = write(tmp_path / "posts.parquet", [("a", ago(1), "post")])
    seen: list[list[str]] = []

    def run(function: Any, jobs: Any) -> Any:
        if not seen:
            seen.append([])
            engine.activity(posts, AS_OF, tmp_path / "inner.csv")
            seen.append(sorted(path.name for path in tmp_path.glob(".incumbent-posts-*")))
        return engine.embedded(function, jobs)

    engine.activity(posts, AS_OF, tmp_path / "outer.csv", run=run)
    assert len(seen[1]) == 1
    assert (tmp_path / "outer.csv").read_bytes() == (tmp_path / "inner.csv").read_bytes()


def test_a_job_that_is_run_again_leaves_what_the_first_run_left(tmp_path: Path) -> None:
    part = Coded(pl.Series(["a"]), pl.DataFrame({"account": [0], "posted_at": [1], "posts": [1]}, schema=ROWS))
    for parts in ([part], [part, part]):
        spill.write_portion(iter(parts), 1, tmp_path, 0)
    (kept,) = spill.read_bucket(tmp_path, 1, 0)
    assert (kept.ids.to_list(), kept.rows.rows()) == (["a"], [(0, 1, 1)])
    assert [path.name for path in tmp_path.iterdir()] == ["part-0"]
    (tmp_path / "part-1").write_text("no folder")
    with pytest.raises(NotADirectoryError):
        spill.write_portion(iter([part]), 1, tmp_path, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["part-0", "part-1"]


def test_times_before_the_year_1000_have_four_digits(tmp_path: Path) -> None:
    posts = write(tmp_path / "posts.parquet", [("a", dt.datetime(33, 4, 3, tzinfo=dt.UTC), "post")])
    engine.activity(posts, AS_OF, tmp_path / "a.csv")
    assert ",0033-04-03," in (tmp_path / "a.csv").read_text()
