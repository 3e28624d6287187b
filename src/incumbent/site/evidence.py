"""The statements behind an entry, as its page and the front page show them: rows of the published table of evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from incumbent.site import words
from incumbent.site.reading import Published

Statements = Mapping[str, dict[str, Any]]


def statements(found: Published, claim_ids: Iterable[str] | None = None) -> Statements:
    """claim_id -> its row of the table of evidence, with the `title` and `kind` of the source that it was read from;
    of all claims, or of these."""
    table = found.tables["evidence"]
    if claim_ids is not None:
        table = table.filter(pl.col("claim_id").is_in(sorted(set(claim_ids))))
    sources = found.tables["sources"].select("source_id", "snapshot", "title", "kind")
    told = table.join(sources.unique(["source_id", "snapshot"], keep="any"), on=["source_id", "snapshot"], how="left")
    return {row["claim_id"]: row for row in told.iter_rows(named=True)}


def cited(*cells: str | None) -> list[str]:
    """The claim ids of some cells of a column `evidence`, each once."""
    return list(dict.fromkeys(one for cell in cells for one in words.several(cell)))


def in_order(ids: Sequence[str], known: Statements) -> list[dict[str, Any]]:
    """The statements with these ids as far as they are published, the latest first: what was said last counts most."""
    told = [known[each] for each in ids if each in known]
    return sorted(sorted(told, key=lambda each: each["claim_id"]), key=_said_on, reverse=True)


def by_publisher(told: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The first of the statements of each publisher, in their order."""
    found: dict[str, Mapping[str, Any]] = {}
    for each in told:
        found.setdefault(each["publisher"] or each["source_id"], each)
    return found


def _said_on(statement: Mapping[str, Any]) -> str:
    return statement["stated_at"] or ""
