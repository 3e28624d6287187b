"""From many posts to what each account does: how often, how lately, how regularly, as of a moment.

Rows are sorted into buckets by account, on disk; then each bucket is counted on its own, and the buckets' figures are
merged in the order of the accounts. So memory is that of a bucket and not of the data, and the same jobs run in this
process or on a cluster, with the same bytes at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from incumbent.errors import InputError
from incumbent.posts import files, jobs, spill, writer
from incumbent.posts.executors import Run, cluster, embedded
from incumbent.posts.kernel import FIGURES
from incumbent.posts.listed import listed_accounts
from incumbent.posts.moments import moment_of
from incumbent.posts.reading import TALLIED

__all__ = ["FIGURES", "Report", "activity", "cluster", "embedded"]


def activity(
    posts: str | Path,
    as_of: str,
    output: str | Path,
    *,
    accounts: str | Path | None = None,
    buckets: int | None = None,
    scratch: str | Path | None = None,
    run: Run = embedded,
) -> Report:
    """Writes `output` (Parquet or CSV, by its ending; columns FIGURES, sorted by account_id), whole or not at all.

    `posts`: Parquet files (files.find) with account_id, posted_at, kind and, where it is known, post_id. `accounts`: a
    Parquet or CSV file with account_id: accounts that get a row of zeros where they have no post. `scratch`: where to
    spill, by default beside the output. The bytes depend on the posts, the accounts and `as_of` alone: not on the order
    of the files and rows, on `buckets`, on who runs the jobs.

    Raises InputError for input that cannot be used, MachineError's causes (OSError) as they are, and what `run` raises.
    """
    moment = moment_of(as_of)
    target = Path(output)
    writer.require_format(target)
    found = files.find(Path(posts))
    listed = None if accounts is None else listed_accounts(Path(accounts))
    with _in_scratch(Path(scratch) if scratch is not None else target.parent) as folder:
        sorting, counting = jobs.plan(found, moment, buckets, folder)
        tally = Counter[str]()
        sorted_ = run(jobs.sort_portion, sorting) if sorting else []
        for one in (*sorted_, *run(jobs.count_bucket, counting)):
            tally.update(one)
        sources = [Path(job.output) for job in counting]
        listing = None if listed is None else jobs.list_accounts(listed, moment, folder)
        rows = writer.write(writer.in_order(sources, listing), target)
    return Report(moment.text, rows, len(counting), {name: tally[name] for name in TALLIED})


def _in_scratch(folder: Path) -> AbstractContextManager[Path]:
    if not folder.is_dir():
        raise InputError(
            "there is no such folder", where=str(folder), expected="a folder that may be written to",
            do="make it, or give another",
        )  # fmt: skip
    return spill.scratch(folder)


@dataclass(frozen=True)
class Report:
    """What was done: `observed_at`, rows written (`accounts`), `buckets`, and `tally`.

    `tally`: `rows` read, `posts` counted, and what was left out: each kind that is no post, `later` (after the
    moment), `repeated` (the same post_id once more).
    """

    observed_at: str
    accounts: int
    buckets: int
    tally: Mapping[str, int]

    def sentence(self) -> str:
        """`3 accounts with 120 posts as of 2026-11-22; left out: 4 repost, 1 later; 125 rows read`."""
        left = [f"{number} {name}" for name, number in self.tally.items() if name not in ("rows", "posts") and number]
        return (
            f"{self.accounts} accounts with {self.tally['posts']} posts as of {self.observed_at}; "
            f"left out: {', '.join(left) or 'none'}; {self.tally['rows']} rows read"
        )
