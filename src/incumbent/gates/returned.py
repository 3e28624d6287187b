"""A page of a list that says again what it said before its last change: an old copy, out of some cache, most likely."""

from __future__ import annotations

import polars as pl

_SAID = ("person", "post", "organisation", "event")


def returned(history: pl.DataFrame, captures: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """source, source_url, day (of the newest capture), before (the last day on which it said the same before): pages
    whose content is that of an earlier capture, and not that of the last version.

    `history`: claims.CLAIMS, what every capture of the list said. `captures`: columns of sources.reading.CAPTURES, in
    the order in which they came. `used`: source, snapshot, those that the last version was made from; it is they that
    the page would undo, so that a list which comes back right after a page that was held is no old copy.

    Content is who is listed where: a page differs from an older one of the same content by its own date, for one.
    """
    content = _content(history)
    seen = (
        captures.join(content, on=["source", "snapshot"], maintain_order="left")
        .with_columns(_order=pl.int_range(pl.len()).over("source", "source_url"))
        .with_columns(_last=pl.col("_order").max().over("source", "source_url"))
    )
    newest = seen.filter(pl.col("_order") == pl.col("_last")).select("source", "source_url", "said", day="stated_at")
    known = used.join(content, on=["source", "snapshot"]).select("source", pl.col("said"))
    at_page = seen.join(known, on=["source", "said"]).select("source", "source_url", _published="_order", _was="said")
    published = at_page.group_by("source", "source_url").agg(pl.all().sort_by("_published").last())
    again = seen.select("source", "source_url", "said", "_order", before="stated_at")
    found = (
        newest.join(published, on=["source", "source_url"])
        .filter(pl.col("said") != pl.col("_was"))
        .join(again, on=["source", "source_url", "said"])
        .filter(pl.col("_order") < pl.col("_published"))
        .group_by("source", "source_url", "day")
        .agg(pl.col("before").sort_by("_order").last())
    )
    return found.select("source", "source_url", "day", "before").sort("source", "source_url")


def _content(history: pl.DataFrame) -> pl.DataFrame:
    """source, snapshot, said: a number that stands for the set of lines of a capture, whatever their order."""
    line = pl.concat_str(pl.col(_SAID).fill_null(""), separator="\x1f")
    lines = history.select("source", "snapshot", line=line).unique().with_columns(pl.col("line").hash())
    return lines.group_by("source", "snapshot").agg(said=pl.struct(lines=pl.len(), total=pl.col("line").sum()))
