"""Short ways to write down what a list said on which day, and what the evidence says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from incumbent.claims import claims_table, empty_claims, known_by
from incumbent.freshness import Decisions, assess
from incumbent.listings import listed_over_time

URL = "https://works.example/leaders"
WORKS = "Ministry of Works"
CAPTURES = dict.fromkeys(("source", "source_url", "snapshot", "stated_at"), pl.String)

#: What one capture says: (person, post), at WORKS; or (person, post, organisation).
Line = tuple[str, ...]
#: Day of the capture -> its lines. A list of one page; several pages are a mapping of address to Page.
Page = Mapping[str, Sequence[Line]]


def frames(pages: Mapping[str, Page]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the lists of several addresses ever said (claims), and their captures, by address and day."""
    rows: list[dict[str, Any]] = []
    captures = []
    for url, page in pages.items():
        shown: str | None = None
        for day, lines in page.items():
            digest = hashlib.sha256(repr(lines).encode()).hexdigest()
            captures.append({"source": "list", "source_url": url, "snapshot": digest, "stated_at": day})
            if digest != shown:  # what is captured again, unchanged, is said once
                rows += [_claim(url, day, digest, place, *line) for place, line in enumerate(lines, 1)]
            shown = digest
    return claims_table(rows), pl.DataFrame(captures, schema=CAPTURES)


def _claim(url: str, day: str, digest: str, place: int, person: str, post: str, body: str = WORKS) -> dict[str, Any]:
    return {
        "role": "roster", "source": "list", "source_url": url, "snapshot": digest, "locator": f"row {place}",
        "person": person, "post": post, "organisation": body, "stated_at": day, "as_at": day,
    }  # fmt: skip


def said(person: str, post: str, organisation: str = WORKS, **more: Any) -> dict[str, Any]:
    """One statement of an official record."""
    return {
        "role": "evidence", "source": "gazette", "publisher": "Gazette", "primary": True, "person": person,
        "post": post, "organisation": organisation, **more,
    }  # fmt: skip


def left(person: str, post: str, day: str, organisation: str = WORKS) -> dict[str, Any]:
    return said(person, post, organisation, event="ends", end=day, stated_at=day[:10])


def over_time(
    page: Page | Mapping[str, Page], *evidence: dict[str, Any], as_of: str, decisions: Decisions | None = None
) -> pl.DataFrame:
    """Listings of a list (one page, or several by address) as of a day; what came later is in the frames too."""
    several = {str(url): each for url, each in page.items() if isinstance(each, Mapping)}
    history, captures = frames(several or {URL: page})  # type: ignore[dict-item]
    latest = captures.filter(pl.col("stated_at") <= as_of).sort("stated_at", maintain_order=True)
    latest = latest.unique("source_url", keep="last", maintain_order=True)
    current = history.join(latest, on=["source_url", "snapshot"], how="semi").filter(pl.col("stated_at") <= as_of)
    current = current.sort("stated_at").unique(["source_url", "locator"], keep="last")
    claims = pl.concat([current, known_by(claims_table(evidence) if evidence else empty_claims(), as_of)])
    judged = assess(claims, as_of, decisions=decisions)
    return listed_over_time(judged, claims, history, captures, as_of, decisions=decisions)


def told(listings: pl.DataFrame, *columns: str) -> dict[str, tuple[Any, ...]]:
    """person listed -> the cells of those columns, days as text."""
    shown = listings.with_columns(pl.col(pl.Date).cast(pl.String))
    return {row[0]: row[1:] for row in shown.select("listed_person", *columns).iter_rows()}
