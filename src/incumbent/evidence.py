"""All that a release goes by: what its sources say, and what the accounts of the people listed say of their owners.

The profiles of accounts can only be read once it is known from sources and platforms whose they are.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from incumbent import curation, sources
from incumbent.activity.profiles import profile_claims
from incumbent.archive import Archive
from incumbent.roster import Roster
from incumbent.sources import Reading


def read_evidence(roster: Roster, archive: Archive, as_of: str) -> Reading:
    """What sources.read_roster_claims reads, and raises, with the claims of profiles among the claims."""
    reading = sources.read_roster_claims(roster, archive, as_of)
    decided = curation.load(roster.folder / "curation").valid_on(as_of).accounts
    told = profile_claims(
        reading.account_claims, reading.observations, roster.slug, decisions=decided, platforms=roster.platforms
    )
    return replace(reading, claims=pl.concat([reading.claims, told]).sort("claim_id"))
