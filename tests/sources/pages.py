"""Snapshots for the tests of adapters, made from text."""

from __future__ import annotations

import hashlib

from incumbent.archive import Snapshot
from incumbent.sources import Context

CONTEXT = Context(
    roster="works",
    source="page",
    publisher="Ministry of Works",
    source_url="https://works.example/",
    stated_at="2012-06-28",
)


def snapshot(content: str | bytes, content_type: str = "text/html") -> Snapshot:
    raw = content.encode() if isinstance(content, str) else content
    return Snapshot(
        source_id="page",
        url="https://works.example/",
        fetched_at="2026-01-02T00:00:00Z",
        sha256=hashlib.sha256(raw).hexdigest(),
        content=raw,
        content_type=content_type,
        record="page.warc.gz, offset 0",
    )
