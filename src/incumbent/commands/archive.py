"""`incumbent archive`: whether an archive is whole, and what of it can be moved to a cold folder."""

from __future__ import annotations

import collections
import datetime as dt
from pathlib import Path

import click

from incumbent import output
from incumbent.commands import options
from incumbent.errors import InputError


@click.group()
def archive() -> None:
    """The archive of a roster: look whether it is whole, and move what no release needs."""


@archive.command()
@click.argument("roster")
@options.archive
@options.rosters
@options.as_json
def check(roster: str, archive: str | None, rosters: str | None, as_json: bool) -> None:
    """Read and verify every record of the archive of ROSTER, and say what there is."""
    from incumbent import archive_index
    from incumbent import roster as rosters_module
    from incumbent.archive import Archive

    known = rosters_module.load(roster, Path(rosters) if rosters else None)
    folder = Path(archive) if archive else known.folder / "archive"
    records = Archive(folder).verify()
    rows = archive_index.load(folder)
    kinds = dict(sorted(collections.Counter(row.type for row in rows).items()))
    size = sum(row.length for row in rows)
    told = {"archive": str(folder), "records": records, "bytes": size, "types": kinds}
    if as_json:
        output.deliver(output.json_text(told), None)
        return
    output.print_line(f"{records} records, {size / 1e6:.1f} MB, every one as it was written, in {folder}")
    output.print_line(output.summary(kinds))


@archive.command()
@click.argument("roster")
@click.option("--to", default=None, metavar="DIR", help="The cold folder (default: beside the archive, NAME.cold).")
@click.option(
    "--older-than",
    type=click.IntRange(1, 36500),
    default=90,
    show_default=True,
    metavar="DAYS",
    help="Only visits of so many days ago.",
)
@click.option("--write", is_flag=True, help="Move them. Without it, say what would be moved.")
@options.published
@options.archive
@options.rosters
@options.as_json
@options.quiet
def pack(
    roster: str,
    to: str | None,
    older_than: int,
    write: bool,
    published: str,
    archive: str | None,
    rosters: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Move visits that found nothing new from the archive of ROSTER to a cold folder.

    Nothing that a release reads is moved, for any day of which there is or was a version under --published.
    """
    from incumbent import roster as rosters_module
    from incumbent.operation import packing

    known = rosters_module.load(roster, Path(rosters) if rosters else None)
    folder = Path(archive) if archive else known.folder / "archive"
    cold = Path(to) if to else folder.with_name(f"{folder.name}.cold")
    today = dt.datetime.now(dt.UTC).date().isoformat()
    if write and not (Path(published) / known.slug / "versions.json").is_file():
        raise InputError(
            "no version of it is published here, so that nobody knows which days are needed",
            where=published,
            expected="the folder of what was released from this archive",
            do="give it with --published",
        )
    with output.Progress(quiet=quiet).step("reading the archive"):
        days = packing.days_of(known, Path(published), today)
        found = packing.packable(known, folder, days, before=packing.cutoff(today, older_than))
        kept = packing.pack(known, folder, cold, found) if write else None
    told = {
        "archive": str(folder),
        "visits": found.visits,
        "records": len(found.rows),
        "bytes": found.bytes,
        "days": list(found.days),
        "moved_to": str(kept) if kept else None,
    }
    if as_json:
        output.deliver(output.json_text(told), None)
        return
    what = f"{found.visits} visits ({len(found.rows)} records, {found.bytes / 1e6:.1f} MB)"
    output.print_line(f"{what} moved to {kept}" if kept else f"{what} can be moved to {cold}; --write does it")
