"""The heart: entries of a roster against evidence, as of a day -> findings and verdicts.

    claims -> statements -> links -> standing -> grounds -> findings -> verdicts

`assess` tells the story; each step is one module of this package. No step knows a roster, a network or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from incumbent import edtf
from incumbent.appointments import appointments
from incumbent.claims import is_profile, known_by
from incumbent.freshness import hints, listing, rules, spelling, weighing
from incumbent.freshness.links import link
from incumbent.freshness.sentences import with_sentences
from incumbent.freshness.standing import stand
from incumbent.freshness.statements import prepare, said_once, with_seats
from incumbent.freshness.tables import entries_table, findings_table, matches_table
from incumbent.identity import entry_ids, identify

__all__ = ["Assessment", "Decisions", "Policy", "assess"]

_POSTS = {
    "listed_post": pl.String,
    "listed_organisation": pl.String,
    "post": pl.String,
    "organisation": pl.String,
    "seats": pl.String,
}
_IDENTITIES = {
    "person": pl.String,
    "organisation": pl.String,
    "other_person": pl.String,
    "other_organisation": pl.String,
    "decision": pl.String,
}
_ORGANISATIONS = {"organisation": pl.String, "other_organisation": pl.String, "relation": pl.String}


@dataclass(frozen=True)
class Policy:
    """A roster's own thresholds (roster.yaml). `max_age_days`: evidence older than that does not make an entry
    `current`; None: any evidence does. `announcement_days`: an announcement without a date is stale after that."""

    max_age_days: int | None = 200
    announcement_days: int = 365


@dataclass(frozen=True)
class Decisions:
    """Curated decisions, which override what the code would match (columns: see rosters/<slug>/curation)."""

    posts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_POSTS))
    identities: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_IDENTITIES))
    organisations: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_ORGANISATIONS))


@dataclass(frozen=True)
class Assessment:
    """The frames that docs/architecture.md describes; `people` to `matches` are empty unless asked for."""

    entries: pl.DataFrame
    findings: pl.DataFrame
    people: pl.DataFrame = field(default_factory=pl.DataFrame)
    organisations: pl.DataFrame = field(default_factory=pl.DataFrame)
    posts: pl.DataFrame = field(default_factory=pl.DataFrame)
    appointments: pl.DataFrame = field(default_factory=pl.DataFrame)
    matches: pl.DataFrame = field(default_factory=pl.DataFrame)


def assess(
    claims: pl.DataFrame,
    as_of: str,
    policy: Policy | None = None,
    decisions: Decisions | None = None,
    *,
    with_identities: bool = True,
) -> Assessment:
    """Judges every roster claim by the evidence claims known on `as_of`.

    `claims`: columns of claims.CLAIMS, both roles. The answer does not depend on the order of rows. Raises InputError
    when `as_of` is not a day.
    """
    policy, decisions = policy or Policy(), decisions or Decisions()
    day = edtf.parse_day(as_of)
    # Curated or not, the roster's own entries are always judged: a list is checked whenever it was published.
    known = pl.concat(
        [claims.filter(pl.col("role") == "roster"), known_by(claims.filter(pl.col("role") == "evidence"), as_of)]
    )
    statements, reading = prepare(known, day, decisions.posts)
    entries = with_seats(statements.filter(pl.col("role") == "roster"))
    evidence = said_once(statements.filter(pl.col("role") == "evidence"))
    own, evidence = evidence.filter(is_profile()), evidence.filter(~is_profile())

    curated = decisions.identities, decisions.organisations
    links = link(entries, evidence, reading, *curated)
    evidence = evidence.join(links.homes, on="body", how="left", maintain_order="left")
    standing = stand(entries, evidence, links, day, policy.max_age_days)

    ends = rules.ended(standing)
    successions = rules.replaced(standing)
    grounds = pl.concat(
        [
            ends,
            successions,
            rules.moved(standing, ends, successions),
            rules.announced(standing, policy.announcement_days),
            rules.office_changed(standing),
            listing.not_listed(standing, evidence, links, successions),
            listing.missing(standing, evidence, links),
            spelling.misspelt(standing),
            spelling.title_gained(standing),
            spelling.duplicates(standing),
            *([hints.hinted(standing, entries, own, reading, *curated, policy.max_age_days)] if own.height else []),
        ]
    )
    findings = weighing.weigh(grounds, standing, statements)
    holders = weighing.current_holders(standing)
    findings = with_sentences(findings, standing, statements, holders)
    verdicts = weighing.verdicts(standing, findings)
    others = statements.filter(~is_profile())
    identities = identify(others, links, decisions.identities) if with_identities else None
    ids = entry_ids(entries).rename({"row": "entry"})
    judged = Assessment(
        entries=entries_table(standing, verdicts, findings, holders, statements, ids, identities),
        findings=findings_table(findings, ids, statements),
    )
    if identities is None:
        return judged
    return replace(
        judged,
        people=identities.people,
        organisations=identities.organisations,
        posts=identities.posts,
        appointments=appointments(evidence, identities.mentions),
        matches=matches_table(links, statements),
    )
