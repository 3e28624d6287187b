"""The table of entries: one row for each line of the list, as the pages and their script show it.

Whoever reads without a script gets the same rows, in the same order, on as many pages as they need.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from incumbent import wording
from incumbent.site import addresses, words
from incumbent.site.reading import Published

#: How many rows a page shows at once, with a script and without.
PER_PAGE = 200

#: The columns of the CSV that the script makes of the rows that it shows.
COLUMNS = (
    "entry_id", "listed_person", "listed_post", "listed_organisation", "verdict", "reasons", "holder",
    "since_earliest", "since_latest", "days_out_of_date", "confidence", "explanation", "accounts", "account_state",
)  # fmt: skip

#: What the script shows beside them.
_SHOWN = ("name", "organisation", "since", "stem")

#: The row that the script clones, and fills.
BLANK: dict[str, Any] = dict.fromkeys((*COLUMNS, *_SHOWN)) | {
    "page": "findings.html", "anchor": "", "name": "…", "reason_list": [],
}  # fmt: skip

_CONFIDENT = ("confirmed", "probable", "possible")


def in_order(roster: pl.DataFrame) -> pl.DataFrame:
    """The roster table as readers want it: the wrong entries first, the surest and longest wrong before the others."""
    verdict = _place("verdict", tuple(words.VERDICTS))
    return roster.sort(
        verdict,
        _place("confidence", _CONFIDENT),
        pl.col("days_out_of_date").fill_null(-1).neg(),
        "listed_organisation",
        "listed_person",
        "entry_id",
        nulls_last=True,
    )


def rows(roster: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Each row of the roster table, with what a page shows of it beside (`shown`)."""
    for row in roster.iter_rows(named=True):
        yield shown(row)


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """One row of the roster table with `name` (never empty), `page`, `anchor`, `since` and `reason_list`."""
    return row | {
        "name": row["listed_person"] or row["listed_post"] or row["entry_id"],
        "page": addresses.entry_page(row["entry_id"]),
        "anchor": addresses.anchor(row["entry_id"]),
        "since": words.since(row["since_earliest"], row["since_latest"]),
        "reason_list": words.several(row["reasons"]),
    }


def data(found: Published, ordered: pl.DataFrame) -> dict[str, Any]:
    """What the script of the table is given: `columns` and `rows` (lists, in their order), `downloaded` (the columns of
    the CSV that it makes), `labels`, `perPage`, `file` (what that CSV is called)."""
    since = [words.since(*days) for days in ordered.select("since_earliest", "since_latest").iter_rows()]
    organisations = found.tables["organisations"].select("organisation_id", organisation="name")
    named = ordered.join(organisations, on="organisation_id", how="left", maintain_order="left")
    cells = (
        named.with_columns(
            organisation=pl.coalesce("organisation", "listed_organisation"),
            name=pl.coalesce("listed_person", "listed_post", "entry_id"),
            since=pl.Series(since, dtype=pl.String),
            stem=pl.Series([addresses.stem(entry_id) for entry_id in ordered["entry_id"]], dtype=pl.String),
        )
        .with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
        .select(*COLUMNS, *_SHOWN)
    )
    written = [[words.plain(cell) if isinstance(cell, str) else cell for cell in row] for row in cells.iter_rows()]
    return {
        "columns": cells.columns,
        "rows": written,
        "downloaded": list(COLUMNS),
        "perPage": PER_PAGE,
        "labels": {
            "verdict": {key: name for key, (name, _) in words.VERDICTS.items()},
            "reasons": dict(wording.REASONS),
            "account_state": words.STATES,
        },
        "file": f"{found.slug}-{found.pointer['version']}",
    }


def _place(column: str, known: tuple[str, ...]) -> pl.Expr:
    places = {value: place for place, value in enumerate(known)}
    return pl.col(column).replace_strict(places, default=len(known), return_dtype=pl.Int64)
