"""What an account's own profile says of its owner: that somebody now does something else is evidence, and weak.

A profile is written by its owner, is undated, and may be old or a joke. So what it says is a claim of partial scope, of
a publisher of its own (claims.PROFILE), and what rests on nothing else is `possible`, never more (freshness.hints).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from incumbent.activity import bindings, decided_of, timeline, with_platform
from incumbent.claims import PROFILE, claims_table
from incumbent.platforms import verification
from incumbent.platforms.policy import Publishable, may_publish_ids

_NAMES = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon"}
_WORDS = r"[^.,;:|/\n()@#]{3,80}?"
_END = r"(?:\s*(?:[.,;:|/\n()@#]|$|\b(?:and|now|formerly|previously|then|until|since|views|tweets|posts)\b))"
_AT = rf"(?:\s+(?:at|of|for|in)\s+(?:the\s+)?(?P<organisation>{_WORDS}))?"
#: What a profile can say: words -> the event, and the note that goes with it. The first that fits a stretch has it.
PATTERNS: tuple[tuple[str, str, str | None], ...] = (
    (rf"(?i:\b(?:retired|ret’d|ret'd))(?i:\s+(?:as\s+)?)(?P<post>[A-Z]{_WORDS}){_AT}{_END}", "ends", "retired"),
    (rf"(?i:\b(?:former|formerly|ex|previously|one-time|until recently)\b)[\s:-]+(?P<post>[A-Z]{_WORDS}){_AT}{_END}",
     "ends", None),
    (rf"(?i:\b(?:now|currently|today)\b)\s*:?\s+(?P<post>[A-Z]{_WORDS}){_AT}{_END}", "holds", None),
)  # fmt: skip


def profile_claims(
    account_claims: pl.DataFrame,
    observations: pl.DataFrame,
    roster: str = "",
    *,
    decisions: pl.DataFrame | None = None,
    platforms: Mapping[str, Publishable] | None = None,
) -> pl.DataFrame:
    """Claims (claims.CLAIMS) that the profiles of verified accounts make of their owners.

    `account_claims` and `observations` as in claims; each profile is read for the person whom a verified claim names
    with that account. A profile that says nothing of the sort, and an account of an office, give none; words that no
    pattern maps are left as words: a profile is free text. Nor is the profile read of an account that asks not to be
    shown, or of a platform of which no account may be published (`platforms`, what roster.yaml says). The same words
    are one claim from the first day on which they were seen, which still stands on the last (`still_at`).
    """
    named_claims = with_platform(account_claims).with_columns(person_id=pl.coalesce("person_ids", "person"))
    claims = timeline.dated(named_claims).filter(
        pl.col("person_id").is_not_null(), pl.col("kind").is_null() | (pl.col("kind") == "official_personal")
    )
    seen, decided = timeline.dated(observations), decided_of(decisions)
    bound = bindings.bindings(claims, seen)
    pairs = verification.verified(bindings.pairs(claims, seen, bound, decided), claims, seen, decided)
    owners = pairs.filter(pl.col("verified_by").is_not_null(), pl.col("bound_id").is_not_null())
    named = claims.group_by("person_id").agg(pl.col("person", "person_ids", "organisation").drop_nulls().last())
    hidden = [one for one in seen["platform"].unique().sort() if not may_publish_ids(one, platforms or {})]
    profiles = (
        _words_over_time(seen)
        .filter(~pl.col("platform").is_in(hidden))
        .join(owners.select("person_id", "platform", platform_id="bound_id").unique(), on=["platform", "platform_id"])
        .join(named, on="person_id")
        .sort("claim_id", "person_id")
    )
    said = [_stretches(profiles, pattern, event, note) for pattern, event, note in PATTERNS]
    # A stretch that two patterns read ("retired, former Head of ...") is one claim: the first pattern's.
    rows = pl.concat(said).unique(["claim_id", "person_id", "post"], keep="first", maintain_order=True)
    platform = pl.col("platform").replace_strict(_NAMES, default=pl.col("platform"))
    shaped = rows.select(
        pl.lit(roster).alias("roster"),
        "source",
        pl.format(PROFILE + "{}: {}", platform, "handle").alias("publisher"),
        "source_url",
        "snapshot",
        pl.format("profile {}", "locator").alias("locator"),
        "person",
        "person_ids",
        "post",
        pl.coalesce("organisation_said", pl.when(pl.col("event") == "ends").then("organisation")).alias("organisation"),
        "event",
        # A profile that says "former" says nothing of when: only that it was so by the day on which it was read.
        "as_at",
        pl.col("note").alias("status_note"),
        pl.lit("partial").alias("scope"),
        "stated_at",
        "still_at",
        "seen_at",
        pl.col("description").str.slice(0, 200).alias("quote"),
    )
    return claims_table(shaped.iter_rows(named=True))


def _words_over_time(seen: pl.DataFrame) -> pl.DataFrame:
    """The first observation of each stretch of time in which a profile said the same, with `still_at`, its last day.

    Not of an account that has asked by now not to be shown.
    """
    account = ["platform", "platform_id"]
    out = pl.col("opted_out").drop_nulls().last().over(account).fill_null(False)
    told = seen.filter(pl.col("platform_id").is_not_null()).filter(~out).filter(pl.col("description").is_not_null())
    return (
        told.with_columns(stretch=pl.col("description").rle_id().over(account))
        .with_columns(still_at=pl.col("as_at").last().over(*account, "stretch"))
        .unique([*account, "stretch"], keep="first", maintain_order=True)
        .drop("stretch")
    )


def _stretches(profiles: pl.DataFrame, pattern: str, event: str, note: str | None) -> pl.DataFrame:
    """The profiles of which `pattern` reads the beginning of a statement, with post and organisation as written."""
    found = pl.col("description").str.extract_groups(pattern)
    return (
        profiles.with_columns(found=found)
        .with_columns(
            post=pl.col("found").struct.field("post").str.strip_chars(),
            organisation_said=pl.col("found").struct.field("organisation").str.strip_chars(),
            event=pl.lit(event),
            note=pl.lit(note, pl.String),
        )
        .filter(pl.col("post").is_not_null())
        .drop("found")
    )
