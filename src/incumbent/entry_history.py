"""One entry over time, from what is published: when the list had it, and what each version said of it.

The listings table of the newest version knows every entry ever listed; the verdicts are those of each version.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from incumbent import ledger, publish
from incumbent.errors import InputError
from incumbent.explain import find_entry

#: Columns of EntryHistory.versions: one row per version, the oldest first; nulls where the list did not have the entry.
VERSIONS: dict[str, pl.DataType] = {
    "version": pl.String(),
    "as_of": pl.String(),
    "entry_id": pl.String(),
    "verdict": pl.String(),
    "reasons": pl.String(),
    "since_earliest": pl.String(),
    "since_latest": pl.String(),
    "explanation": pl.String(),
}


def entry_history(published: Path, slug: str, entry: str) -> EntryHistory:
    """The history of the entry that `entry` names: an entry_id, one that it had earlier, or a part of the name listed.

    Raises InputError when nothing is published as `slug`, when its newest version is older than the table of listings,
    and for an unknown entry or one that could be several.
    """
    folder = published / slug
    live = publish.current(folder)
    if live is None:
        withdrawn = any(each["state"] == "withdrawn" for each in ledger.versions(folder))
        what = f"every version of {slug!r} was withdrawn" if withdrawn else f"nothing is published as {slug!r}"
        raise InputError(what, where=str(published), do="run it first: incumbent run")
    path = live.path / "listings.parquet"
    if not path.is_file():
        raise InputError(
            f"version {live.version} has no table of listings",
            where=str(live.path),
            expected="listings.parquet, which later versions have",
            do=f"release again: incumbent release {slug}",
        )
    listing = _find(pl.read_parquet(path), entry)
    ids = [listing["entry_id"], *(listing["earlier_entry_ids"] or "").split(";")]
    return EntryHistory(listing, _verdicts(publish.releases(folder), ids), live.version)


def _find(listings: pl.DataFrame, text: str) -> dict[str, Any]:
    named = pl.col("entry_id") == text
    earlier = pl.col("earlier_entry_ids").str.split(";").list.contains(text).fill_null(False)
    by_earlier_id = listings.filter(earlier)
    if listings.filter(named).is_empty() and by_earlier_id.height == 1:
        listings, text = by_earlier_id, by_earlier_id.item(0, "entry_id")
    return find_entry(listings, text)


def _verdicts(releases: list[publish.Release], ids: list[str]) -> pl.DataFrame:
    """Columns: VERSIONS. Of several ids that a version knows, the first of `ids` counts."""
    parts = []
    for release in releases:
        entries = pl.read_parquet(release.path / "roster.parquet").with_columns(pl.col(pl.Date).cast(pl.String))
        place = pl.col("entry_id").replace_strict(ids, range(len(ids)), default=None, return_dtype=pl.Int64)
        row = entries.filter(pl.col("entry_id").is_in(ids)).sort(place).head(1)
        about = pl.DataFrame({"version": [release.version], "as_of": [release.as_of]})
        parts.append(about.join(row, how="cross") if row.height else about)
    found = pl.concat([pl.DataFrame(schema=VERSIONS), *parts], how="diagonal")
    return found.select(list(VERSIONS))


def _since(earliest: str | None, latest: str | None) -> str:
    if latest is None:
        return "since a day that nobody tells"
    if earliest is None:
        return f"by {latest}"
    return f"since {latest}" if earliest == latest else f"since a day between {earliest} and {latest}"


def _days(least: int | None, most: int | None) -> str:
    if least is None:
        return "for as long as nobody tells"
    if most is None:
        return f"for at least {least} days"
    return f"for {least} days" if least == most else f"for between {least} and {most} days"


@dataclass(frozen=True)
class EntryHistory:
    """`listing`: the entry's row of the listings table (dates as text); `versions`: columns VERSIONS; `version`: the
    newest one, from which the row is."""

    listing: dict[str, Any]
    versions: pl.DataFrame
    version: str

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return {"version": self.version, "entry": self.listing, "versions": self.versions.to_dicts()}

    def sentences(self) -> list[str]:
        """The listing in plain sentences: when it was on the list, and how long the list was wrong about it."""
        row = self.listing
        seen = f"first seen {row['first_seen']}, last seen {row['last_seen']}"
        stands = f"gone by {row['gone_by']}" if row["gone_by"] else "still listed"
        told = [f"On the list: {seen}, {stands}."]
        if row["reasons"] is None:
            return [*told, "It is not known to have been wrong while the list had it."]
        since = _since(row["wrong_since_earliest"], row["wrong_since_latest"])
        right = f"put right by {row['put_right']}" if row["put_right"] else "still wrong"
        days = _days(row["days_wrong_minimum"], row["days_wrong_maximum"])
        return [*told, f"Wrong {since}: {row['explanation']}", f"The list stayed wrong {days}; {right}."]
