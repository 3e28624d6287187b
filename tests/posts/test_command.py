"""`incumbent activity` as its users meet it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incumbent import cli
from tests.posts.writing import AS_OF, ago, oracle, read, write

POSTS = [("b", ago(number), "post") for number in (1, 4, 9)] + [("a", ago(400), "post"), ("a", ago(2), "repost")]
TOLD = f"2 accounts with 4 posts as of {AS_OF}; left out: 1 repost; 5 rows read"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command on POSTS in a folder of its own: (exit status, stdout, stderr)."""
    write(tmp_path / "posts.parquet", POSTS)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["activity", "posts.parquet", "--as-of", AS_OF, *arguments])
        written = capsys.readouterr()
        return int(ended.value.code or 0), written.out, written.err

    return run


def test_without_a_file_the_answer_is_csv_on_stdout(run: Any) -> None:
    status, out, err = run()
    assert status == 0
    assert out.splitlines() == [
        "account_id,observed_at,posts,last_post,posts_30d,posts_90d,posts_365d,median_gap_days",
        f"a,{AS_OF},1,2025-10-18,0,0,0,",
        f"b,{AS_OF},3,2026-11-21,3,3,3,4.0",
    ]
    assert err.splitlines() == ["counting the posts of posts.parquet", TOLD]
    assert run("--quiet")[1:] == (out, "")


def test_a_file_gets_the_answer_and_stdout_nothing(run: Any, tmp_path: Path) -> None:
    assert run("--output", "a.parquet", "--quiet", "--buckets", "2") == (0, "", "")
    assert read(tmp_path / "a.parquet") == oracle(POSTS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "posts.parquet"]


def test_a_machine_gets_json(run: Any) -> None:
    status, out, _ = run("--json")
    told = json.loads(out)
    assert status == 0
    assert told.pop("figures") == oracle(POSTS)
    assert told == {
        "observed_at": AS_OF, "accounts": 2, "buckets": 1, "output": None,
        "tally": {"rows": 5, "posts": 4, "repost": 1, "pin": 0, "later": 0, "repeated": 0},
    }  # fmt: skip
    _, out, _ = run("--json", "--output", "a.csv")
    assert json.loads(out) == {**told, "output": "a.csv"}


def test_what_cannot_be_counted_ends_with_2(run: Any, tmp_path: Path) -> None:
    write(tmp_path / "posts.parquet", [("a", ago(1), "like")])
    status, out, err = run()
    assert (status, out) == (2, "")
    assert "the kind is not known: 'like'" in err
    assert "where: posts.parquet, row group 0, row 0" in err
    assert run("--buckets", "0")[0] == 2
    assert run("--output", "a.xlsx")[0] == 2
