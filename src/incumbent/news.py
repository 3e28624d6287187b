"""news.json of a version: which entries went out of date or were put right since the version before, and the counts.

What the feeds are made of, so that they never have to read the tables of many versions again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from incumbent import descriptor

FILE = "news.json"

#: What can have happened to an entry, and how a feed says it.
EVENTS = {
    "out_of_date": "is out of date",
    "put_right": "was put right",
    "taken_off": "was taken off the list",
}

_SAID = ("entry_id", "listed_person", "listed_post", "listed_organisation", "verdict", "explanation")
#: A version that brings more is summed up: nobody reads a feed of so many.
_MOST = 500


def news(
    tables: Mapping[str, pl.DataFrame], before: pl.DataFrame | None, *, version: str, as_of: str
) -> dict[str, Any]:
    """The content of news.json: version, as_of, figures (sentences), changes (counts), entries (at most 500, by id) and
    how many there are.

    `tables`: as published, `changes` among them; `before`: the roster table of the version before, None for the first,
    of which no entry is news.
    """
    change = tables["changes"].get_column("change")
    entries = events(tables["roster"], before)
    notes = tables["headlines"].filter(pl.col("measure").is_in(["entries", "out_of_date", "with_account"]))
    return {
        "version": version,
        "as_of": as_of,
        "figures": notes.sort("measure").get_column("note").to_list(),
        "changes": {kind: int((change == kind).sum()) for kind in ("added", "removed", "changed")},
        "count": entries.height,
        "entries": entries.head(_MOST).to_dicts(),
    }


def events(now: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """The entries of which something is news: `event` (one of EVENTS), then the columns of the roster table that say
    what the entry is; of an entry that is gone, those of the version before. Sorted by entry.
    """
    if before is None:
        return pl.DataFrame(schema={"event": pl.String, **dict.fromkeys(_SAID, pl.String)})
    wrong = pl.col("verdict") == "out_of_date"
    was = before.select("entry_id", was="verdict")
    here = now.select(_SAID).join(was, on="entry_id", how="left").with_columns(
        event=pl.when(wrong & (pl.col("was").is_null() | (pl.col("was") != "out_of_date")))
        .then(pl.lit("out_of_date"))
        .when((pl.col("verdict") == "current") & (pl.col("was") == "out_of_date"))
        .then(pl.lit("put_right"))
    )  # fmt: skip
    gone = before.select(_SAID).filter(wrong).join(now, on="entry_id", how="anti")
    gone = gone.with_columns(event=pl.lit("taken_off"))
    found = [frame.filter(pl.col("event").is_not_null()).select("event", *_SAID) for frame in (here, gone)]
    return pl.concat(found).sort("entry_id")


def write(content: Mapping[str, Any], folder: Path) -> None:
    """news.json in a version's folder."""
    (folder / FILE).write_bytes(descriptor.to_json(content))
