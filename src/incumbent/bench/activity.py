"""The stage `activity` of `incumbent bench speed`: from posts to each account's figures, beside who else does that.

Run as a program, so that nothing of it is in the measuring process: `python -m incumbent.bench.activity`, and
`make FOLDER ROWS SEED`, `run PEER POSTS ANSWER` or `same OURS THEIRS`.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from incumbent.bench.speed import Goal, Program, Stage

AS_OF = "2026-11-22T00:00:00Z"
_MODULE = "incumbent.bench.activity"
_ACCOUNTS = 10_000
_YEARS = 5
_KINDS = {"post": 0.8, "repost": 0.195, "pin": 0.005}
_ROWS_A_FILE, _ROWS_A_GROUP = 5_000_000, 1_000_000
#: A gap is told to four decimals of a day; who divides and rounds otherwise may end one further.
_CLOSE = 0.00011


def _peer(name: str, about: str, *needs: str) -> Program:
    return Program(name, about, (_MODULE, "run", name, "{input}", "{answer}"), needs)


STAGE = Stage(
    name="activity",
    about=f"Posts in all, the last, those of 30, 90 and 365 days and the median gap, for {_ACCOUNTS:,} accounts.",
    unit="posts",
    rows=50_000_000,
    answer="answer.parquet",
    make=(_MODULE, "make", "{input}", "{rows}", "{seed}"),
    same=(_MODULE, "same", "{ours}", "{theirs}"),
    ours=Program(
        "incumbent", "incumbent activity",
        ("incumbent.cli", "activity", "{input}", "--as-of", AS_OF, "--output", "{answer}", "--quiet"),
    ),
    peers=(
        _peer("pandas", "read_parquet, groupby, sort_values, diff", "pandas"),
        _peer("dask", "Dask DataFrame, threads: groupby, shuffle, map_partitions", "dask"),
        _peer("polars", "scan_parquet, one group_by, collected by the streaming engine", "polars"),
    ),
    goals=(
        Goal("pandas", "seconds", 8), Goal("dask", "seconds", 4), Goal("pandas", "peak", 8),
    ),
)  # fmt: skip


def make(folder: Path, rows: int, seed: int) -> None:
    """Parquet files of `rows` posts: few accounts post much and most little, over five years, in no order."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    chance = np.random.default_rng(seed)
    ids = pa.array([f"did:plc:{number:024x}" for number in chance.integers(0, 2**62, _ACCOUNTS)])
    kinds, shares = pa.array(list(_KINDS)), list(_KINDS.values())
    now = int(dt.datetime.fromisoformat(AS_OF).timestamp() * 10**6)
    span = _YEARS * 365.25 * 86400e6
    for first in range(0, rows, _ROWS_A_FILE):
        number = min(_ROWS_A_FILE, rows - first)
        # A few lie in the future: clocks are wrong, and those posts do not count.
        moments = now - (chance.random(number) * span - 10**10).astype("int64")
        columns = {
            "account_id": ids.take(pa.array((chance.random(number) ** 2 * _ACCOUNTS).astype("int32"))),
            "posted_at": pa.array(moments).cast(pa.timestamp("us", "UTC")),
            "kind": kinds.take(pa.array(chance.choice(len(kinds), number, p=shares).astype("int32"))),
        }
        path = folder / f"posts-{first // _ROWS_A_FILE:04}.parquet"
        pq.write_table(pa.table(columns), path, row_group_size=_ROWS_A_GROUP)


def same(ours: Path, theirs: Path) -> str:
    """What differs between two answers; empty when nothing does."""
    import polars as pl

    left, right = (pl.read_parquet(path).sort("account_id") for path in (ours, theirs))
    for name in [name for name in left.columns if name != "observed_at"]:
        one, other = left.get_column(name), right.get_column(name).cast(left.schema[name])
        if name == "median_gap_days":
            agree = one.is_null().equals(other.is_null()) and not ((one - other).abs() > _CLOSE).any()
        else:
            agree = one.equals(other)
        if not agree:
            return f"the column {name} differs"
    return ""


def main(arguments: list[str]) -> int:
    """One of the programs. Exit status 1: the answers differ."""
    action, *rest = arguments
    if action == "make":
        make(Path(rest[0]), int(rest[1]), int(rest[2]))
    elif action == "run":
        from incumbent.bench.activity_peers import PEERS

        PEERS[rest[0]](rest[1], rest[2], dt.datetime.fromisoformat(AS_OF))
    elif difference := same(Path(rest[0]), Path(rest[1])):
        print(difference)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
