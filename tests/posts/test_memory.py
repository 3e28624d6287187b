"""The memory that the engine takes is a bucket's, however many posts there are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.posts.writing import AS_OF, NOW

pytestmark = pytest.mark.slow
ROWS_A_FILE = 500_000


def write_posts(folder: Path, rows: int) -> Path:
    """Posts of the last year alone: each has to be kept for the median, so none is added up while it is read."""
    folder.mkdir()
    chance = np.random.default_rng(1)
    for number in range(rows // ROWS_A_FILE):
        accounts = chance.integers(0, 1000 * rows // ROWS_A_FILE, ROWS_A_FILE)
        seconds = chance.integers(0, 364 * 86400, ROWS_A_FILE)
        frame = pl.DataFrame({"account": accounts, "seconds": seconds}).select(
            account_id=pl.format("did:plc:{}", "account"),
            posted_at=pl.lit(NOW) - pl.duration(seconds="seconds"),
            kind=pl.lit("post"),
        )
        frame.write_parquet(folder / f"{number}.parquet", row_group_size=ROWS_A_FILE // 4)
    return folder


def peak(posts: Path, output: Path, buckets: int) -> int:
    """The peak resident memory, in bytes, of the command as a process of its own."""
    # By way of a small process: the kernel counts a child's peak from that of its parent on.
    script = (
        "import os, resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'incumbent.cli', *sys.argv[1:]], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == 'darwin' else 1024))\n"
    )
    command = ["activity", str(posts), "--as-of", AS_OF, "--output", str(output), "--buckets", str(buckets), "--quiet"]
    environment = {**os.environ, "POLARS_MAX_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", script, *command], check=True, capture_output=True, text=True, env=environment
    )
    return int(done.stdout)


def test_four_times_the_posts_in_four_times_the_buckets_take_the_same_memory(tmp_path: Path) -> None:
    few, many = (write_posts(tmp_path / str(rows), rows) for rows in (2_000_000, 8_000_000))
    small, large = peak(few, tmp_path / "few.parquet", 8), peak(many, tmp_path / "many.parquet", 32)
    assert pl.read_parquet(tmp_path / "many.parquet").get_column("posts").sum() == 8_000_000
    # The 6 million rows more, held as columns of account, time and kind, would be some 150 MB.
    assert large - small < 60_000_000, f"{small:,} and {large:,} bytes"
    assert large < peak(many, tmp_path / "many.parquet", 1) - 100_000_000
