"""What the people on the list say of themselves in the profiles of their accounts: a hint, and never more.

A profile is undated, may be old, or a joke. So it is judged apart from the evidence, by the same rules: nothing in it
supports an entry, fills a seat, joins two people, or lets another statement count for more than it does by itself.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from incumbent.freshness import rules
from incumbent.freshness.links import link
from incumbent.freshness.rules import HANDOVER_DAYS, Standing
from incumbent.freshness.standing import stand
from incumbent.titles import Reading


def hinted(
    standing: Standing,
    entries: pl.DataFrame,
    own: pl.DataFrame,
    reading: Reading,
    identities: pl.DataFrame,
    organisations: pl.DataFrame,
    max_age_days: int | None,
) -> pl.DataFrame:
    """`left`, `retired`, `moved` (columns: rules.GROUNDS, all weak) of entries whose holder's own profile says so.

    `own`: the statements that are a profile's (claims.is_profile); `standing`: what the evidence says of the entries. A
    profile that was last seen to say so more than HANDOVER_DAYS before the evidence last supports the entry is old.
    """
    links = link(entries, own, reading, identities, organisations)
    own = own.join(links.homes, on="body", how="left", maintain_order="left")
    apart = stand(entries, own, links, standing.as_of, max_age_days)
    ends = rules.ended(apart)
    nobody = ends.clear()
    found = pl.concat([ends, rules.moved(apart, ends, nobody)]).with_columns(weak=pl.lit(value=True))
    still = own.select("row", still=pl.coalesce("still", "at", "stated"))
    late = pl.col("still") + dt.timedelta(days=HANDOVER_DAYS) >= pl.col("supported_to")
    return (
        found.join(still, on="row", how="left")
        .join(standing.entries.select("entry", "supported_to"), on="entry", how="left")
        .filter(late.fill_null(True))
        .select(found.columns)
    )
