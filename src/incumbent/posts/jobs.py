"""The two kinds of jobs: sort a portion of the input into buckets; count a bucket.

A job is paths and numbers, so that it can be sent to another machine. It may run twice: what it writes appears whole.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from incumbent.posts import files, spill
from incumbent.posts.kernel import figures, without_posts
from incumbent.posts.moments import Moment
from incumbent.posts.reading import countable

#: Rows of the input for each bucket, unless the caller says how many: 100 MB or so where every post is recent.
BUCKET_ROWS = 4_000_000
MOST_BUCKETS = 4096
#: Rows that one job sorts. Few jobs, for each costs a cluster a round trip; four at least, so that some run at once.
_PORTION_ROWS, _LEAST_PORTIONS = 8_000_000, 4
#: Rows of the figures that are held of each bucket in merging.
_BLOCK_ROWS = 16_384


def plan(
    found: files.Input, moment: Moment, buckets: int | None, scratch: Path
) -> tuple[list[SortPortion], list[CountBucket]]:
    """The jobs for an input, in the folder `scratch`. Posts that are partitioned by account need not be sorted."""
    if found.buckets is not None:
        whole = [files.portions(group, found.rows + 1) for group in found.buckets]
        return [], [
            CountBucket(moment, str(scratch / f"figures-{number}"), portion[0] if portion else ())
            for number, portion in enumerate(whole)
        ]
    number_of_buckets = buckets or min(MOST_BUCKETS, -(-found.rows // BUCKET_ROWS) or 1)
    portions = files.portions(found.files, min(_PORTION_ROWS, found.rows // _LEAST_PORTIONS))
    sorting = [
        SortPortion(moment, portion, number_of_buckets, str(scratch), number) for number, portion in enumerate(portions)
    ]
    counting = [
        CountBucket(moment, str(scratch / f"figures-{bucket}"), (), str(scratch), len(portions), bucket)
        for bucket in range(number_of_buckets)
    ]
    return sorting, counting


def sort_portion(job: SortPortion) -> dict[str, int]:
    """Writes the portion's posts by bucket; how many rows of it are what (reading.countable)."""
    tally = Counter[str]()
    spill.write_portion(countable(job.portion, job.moment, tally), job.buckets, Path(job.scratch), job.number)
    return dict(tally)


def count_bucket(job: CountBucket) -> dict[str, int]:
    """Writes the figures of the bucket's accounts; how many posts stood there again (`repeated`)."""
    tally = Counter[str]()
    parts = list(countable(job.portion, job.moment, tally))
    parts += spill.read_bucket(Path(job.scratch), job.portions, job.bucket)
    found = figures(parts, job.moment)
    again = sum(int(part.rows.get_column("posts").sum()) for part in parts) - int(found.get_column("posts").sum())
    spill.write_frame(found, Path(job.output), _BLOCK_ROWS)
    return {**tally, "posts": tally["posts"] - again, "repeated": again}


def list_accounts(account_ids: pl.Series, moment: Moment, scratch: Path) -> Path:
    """Writes the rows of listed accounts as if none had a post."""
    path = scratch / "listed"
    spill.write_frame(without_posts(account_ids, moment), path, _BLOCK_ROWS)
    return path


@dataclass(frozen=True)
class SortPortion:
    """Which row groups to sort into how many buckets, and under which number to leave them in `scratch`."""

    moment: Moment
    portion: files.Portion
    buckets: int
    scratch: str
    number: int


@dataclass(frozen=True)
class CountBucket:
    """A bucket's posts, as row groups of the input or as `portions` folders in `scratch`, and where its figures go."""

    moment: Moment
    output: str
    portion: files.Portion
    scratch: str = ""
    portions: int = 0
    bucket: int = 0
