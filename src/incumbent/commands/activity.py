"""`incumbent activity`: what accounts did, counted from their posts."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from types import FrameType

import click

from incumbent import output
from incumbent.commands import options

_TERMINATED = 128 + signal.SIGTERM


@click.command()
@click.argument("posts", metavar="POSTS")
@click.option(
    "--as-of", required=True, metavar="DATE", help="Count up to the end of this day, or up to this moment, in UTC."
)
@click.option("--output", "output_file", metavar="FILE", help="A .parquet or .csv file (default: CSV on stdout).")
@click.option("--accounts", metavar="FILE", help="Accounts (account_id) that get a row also where they have no post.")
@click.option(
    "--buckets",
    type=click.IntRange(1, 4096),
    metavar="N",
    help="How many parts to count one after the other; more of them take less memory (default: by the rows).",
)
@click.option("--scratch", metavar="DIR", help="Where to spill (default: beside the output).")
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler, such as tcp://scheduler:8786, to do the work.")
@options.as_json
@options.quiet
def activity(
    posts: str,
    as_of: str,
    output_file: str | None,
    accounts: str | None,
    buckets: int | None,
    scratch: str | None,
    cluster: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Posts in all, the last, those of 30, 90 and 365 days and the median gap, for each account of POSTS.

    POSTS: a Parquet file or a folder of them, with account_id, posted_at, kind.
    """
    import polars as pl

    from incumbent import posts as engine

    progress = output.Progress(quiet=quiet)
    with _terminable(), tempfile.TemporaryDirectory() as folder:
        target = Path(output_file) if output_file else Path(folder) / f"activity.{'parquet' if as_json else 'csv'}"
        with (
            progress.step(f"counting the posts of {posts}"),
            engine.cluster(cluster) if cluster else nullcontext(engine.embedded) as run,
        ):
            report = engine.activity(posts, as_of, target, accounts=accounts, buckets=buckets, scratch=scratch, run=run)
        if as_json:
            figures = {} if output_file else {"figures": output.rows_of(pl.read_parquet(target))}
            output.deliver(output.json_text({**asdict(report), "output": output_file, **figures}), None)
        elif not output_file:
            with target.open("rb") as answer:
                shutil.copyfileobj(answer, sys.stdout.buffer)
    progress.say(report.sentence())


@contextmanager
def _terminable() -> Iterator[None]:
    """Inside, SIGTERM ends the command as an interruption does: what it had begun is cleared away."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(_TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
