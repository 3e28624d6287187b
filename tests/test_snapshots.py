"""snapshots: one row per source and bytes, that of the last time they came."""

from __future__ import annotations

import polars as pl

from incumbent.snapshots import snapshot_rows
from incumbent.sources.reading import SOURCES


def test_the_same_bytes_are_one_row_and_no_bytes_are_none() -> None:
    rows = [
        {"source_id": "list", "sha256": "a" * 64, "stated_at": "2012-03-31", "state": "fresh", "records": 2},
        {"source_id": "list", "sha256": "a" * 64, "stated_at": "2011-09-30", "state": "fresh", "records": 2},
        {"source_id": "list", "sha256": "b" * 64, "stated_at": None, "state": "fresh", "records": 1},
        {"source_id": "other", "sha256": "a" * 64, "stated_at": None, "fetched_at": "2012-01-01", "state": "fresh"},
        {"source_id": "other", "sha256": "a" * 64, "stated_at": None, "fetched_at": "2012-01-02", "state": "unchanged"},
        {"source_id": "gone", "sha256": None, "state": "failed", "reason": "nothing came"},
    ]
    for order in (rows, rows[::-1]):
        made = snapshot_rows(pl.DataFrame(order, schema=SOURCES, orient="row"))
        kept = made.select("source_id", "snapshot", "stated_at", "fetched_at", "state").rows()
        assert kept == [
            ("list", "a" * 64, "2012-03-31", None, "fresh"),
            ("list", "b" * 64, None, None, "fresh"),
            ("other", "a" * 64, None, "2012-01-02", "fresh"),  # that it came again is no news
        ]
        assert not {"reason", "sha256"} & set(made.columns)
