"""The one shape: a claim is one thing that one source says, with where in which snapshot it says it.

A roster's entry and a piece of evidence are both claims, from the parser on (design, sections 3 and 7). What a
source says about social media is an account claim, the second and last shape.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from incumbent import edtf
from incumbent.errors import SourceError

#: Columns of the claims table. Dates are EDTF level 0 strings; missing text is null, never "".
CLAIMS: dict[str, pl.DataType] = {
    "claim_id": pl.String(),  # content hash of all that follows
    "roster": pl.String(),  # slug of the roster that the claim was read for
    "source": pl.String(),  # id of the source in roster.yaml (or the evidence file's `source`)
    "role": pl.String(),  # roster | evidence
    "publisher": pl.String(),  # who says it; independence of evidence is counted in publishers
    "primary": pl.Boolean(),  # an official appointment record or gazette: confirms alone
    "source_url": pl.String(),  # where the publisher said it
    "snapshot": pl.String(),  # SHA-256 of the bytes it was read from
    "locator": pl.String(),  # where in them: "line 12", "li:nth(3)", "row 41", "/links/0/title"
    "person": pl.String(),  # as written; null when the claim is about a post alone
    "person_ids": pl.String(),  # ;-separated scheme:id, such as wikidata:Q42
    "post": pl.String(),  # as written
    "organisation": pl.String(),  # as written
    "organisation_ids": pl.String(),
    "event": pl.String(),  # one of EVENTS
    "start": pl.String(),  # valid time
    "end": pl.String(),
    "as_at": pl.String(),
    "acting": pl.Boolean(),
    "scope": pl.String(),  # complete | partial: whether the source's list is whole for the organisation
    "status_note": pl.String(),  # why it ended, in the source's word: retired, resigned, ...; or the new name
    "stated_at": pl.String(),  # known time: when the source said it
    "still_at": pl.String(),  # the last day on which it still said so, in the same bytes
    "seen_at": pl.String(),  # known time: when we read it
    "quote": pl.String(),  # the words, short
}

#: What a claim can say. `withheld`: a post is held, by somebody whose name the source does not give.
EVENTS = (
    "holds", "starts", "ends", "announced_start", "announced_end", "dies", "abolished", "renamed", "vacant", "withheld",
)  # fmt: skip

#: Columns of the account claims table: what a source says of an account on a platform.
ACCOUNT_CLAIMS: dict[str, pl.DataType] = {
    "claim_id": pl.String(),
    "roster": pl.String(),
    "source": pl.String(),
    "publisher": pl.String(),
    "source_url": pl.String(),
    "snapshot": pl.String(),
    "locator": pl.String(),
    "person": pl.String(),
    "person_ids": pl.String(),  # ;-separated scheme:id, such as wikidata:Q42 or bioguide:B000944
    "organisation": pl.String(),
    "platform": pl.String(),  # x | bluesky | mastodon | ...
    "handle": pl.String(),  # without @; null when the source only says that there is none
    "platform_id": pl.String(),  # the platform's immutable id, where known
    "kind": pl.String(),  # role | official_personal | personal
    "state": pl.String(),  # one of design 9's states
    "posts": pl.Int64(),
    "last_post": pl.String(),
    "as_at": pl.String(),
    "stated_at": pl.String(),
    "seen_at": pl.String(),
    "quote": pl.String(),
}

#: Columns of the observations table: what a platform itself says of one account at one moment. No person is named in
#: it: whose account it is, account claims say.
OBSERVATIONS: dict[str, pl.DataType] = {
    "claim_id": pl.String(),
    "roster": pl.String(),
    "source": pl.String(),
    "publisher": pl.String(),
    "source_url": pl.String(),
    "snapshot": pl.String(),
    "locator": pl.String(),
    "platform": pl.String(),
    "handle": pl.String(),  # as the platform now writes it, or as it was asked for where there is no account
    "platform_id": pl.String(),  # X user id, Bluesky DID, Mastodon account URI
    "state": pl.String(),  # live | protected | suspended | deleted | not_found | moved | unknown (could not be checked)
    "moved_to": pl.String(),  # handle, where the account says that it has moved
    "display_name": pl.String(),
    "description": pl.String(),  # the profile's own words
    "links": pl.String(),  # ;-separated addresses that the profile gives
    "verified_links": pl.String(),  # ;-separated: those that the platform has seen link back (rel=me)
    "opted_out": pl.Boolean(),  # the account asks not to be shown or indexed
    "created": pl.String(),
    "posts": pl.Int64(),
    "followers": pl.Int64(),
    "last_post": pl.String(),
    "posts_30d": pl.Int64(),
    "posts_90d": pl.Int64(),
    "posts_365d": pl.Int64(),
    "median_gap_days": pl.Float64(),
    "as_at": pl.String(),
    "stated_at": pl.String(),
    "seen_at": pl.String(),
    "quote": pl.String(),
}

#: How the publisher of a claim begins that the profile of somebody's account makes (activity.profiles); see is_profile.
PROFILE = "Profile on "

_DATES = ("start", "end", "as_at", "stated_at", "still_at", "seen_at", "last_post", "created")


def claims_table(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Claims (columns: CLAIMS) from a parser's rows, sorted by claim_id, each once.

    A row may leave any column out. Raises SourceError for an unknown column, an unknown event or role or scope, or
    an impossible date, naming the row's source and locator.
    """
    return _table(rows, CLAIMS)


def account_claims_table(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Account claims (columns: ACCOUNT_CLAIMS) from a parser's rows; the same rules as claims_table."""
    return _table(rows, ACCOUNT_CLAIMS)


def observations_table(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Observations (columns: OBSERVATIONS) from a platform parser's rows; the same rules as claims_table."""
    return _table(rows, OBSERVATIONS)


def _table(rows: Iterable[Mapping[str, Any]], shape: Mapping[str, pl.DataType]) -> pl.DataFrame:
    checked = [_checked(row, shape) for row in rows]
    frame = pl.DataFrame(checked, schema=dict(shape), orient="row")
    return with_claim_ids(frame)


def _checked(row: Mapping[str, Any], shape: Mapping[str, pl.DataType]) -> dict[str, Any]:
    source, locator = str(row.get("source", "")), str(row.get("locator", ""))

    def fail(what: str, value: object, expected: str) -> SourceError:
        return SourceError(what, source=source, locator=locator, value=value, expected=expected)

    unknown = sorted(set(row) - set(shape))
    if unknown:
        raise fail("a claim has an unknown column", ", ".join(unknown), ", ".join(shape))
    clean: dict[str, Any] = {}
    for column in shape:
        value = row.get(column)
        if isinstance(value, str):
            value = value.strip() or None
        clean[column] = value
    if "event" in shape:
        clean["event"] = clean["event"] or "holds"
        clean["role"] = clean["role"] or "evidence"
        clean["acting"] = bool(clean["acting"])
        clean["primary"] = bool(clean["primary"])
        clean["scope"] = clean["scope"] or "partial"
        for column, allowed in (
            ("event", EVENTS),
            ("role", ("roster", "evidence")),
            ("scope", ("complete", "partial")),
        ):
            if clean[column] not in allowed:
                raise fail(f"unknown {column}", clean[column], " | ".join(allowed))
    for column in _DATES:
        if clean.get(column) is not None:
            try:
                edtf.bounds(str(clean[column]))
            except ValueError:
                raise fail(f"{column} is not a date", clean[column], "2012, 2012-06 or 2012-06-23") from None
    return clean


def with_claim_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with its claim_id set to the content hash of the other columns (20 hex digits), duplicates dropped.

    The hash is SHA-256 over the columns' text, joined by the unit separator, so it is the same on every machine.
    """
    if frame.is_empty():
        return frame
    content = [name for name in frame.columns if name not in ("claim_id", "still_at", "seen_at")]
    joined = frame.select(
        pl.concat_str([pl.col(name).cast(pl.String).fill_null("\x00") for name in content], separator="\x1f")
    ).to_series()
    ids = [hashlib.sha256(text.encode()).hexdigest()[:20] for text in joined]
    return (
        frame.with_columns(pl.Series("claim_id", ids))
        .unique("claim_id", keep="first", maintain_order=True)
        .sort("claim_id")
    )


def is_profile(publisher: str = "publisher") -> pl.Expr:
    """Whether a claim is what the profile of an account says of its owner: a hint, and never more (freshness.hints)."""
    return pl.col(publisher).str.starts_with(PROFILE).fill_null(False)


def empty_claims() -> pl.DataFrame:
    """A claims table without rows."""
    return pl.DataFrame(schema=CLAIMS)


def known_by(claims: pl.DataFrame, as_of: str) -> pl.DataFrame:
    """The claims that a release as of `as_of` (a whole day) may use.

    Known-time rule (design 7): stated_at, else seen_at, on or before as_of. A date that is only known to the month or
    year counts from its last day, so that nothing is used before it can have been said. A claim with neither date was
    given by hand with no date, and is known.
    """
    day = edtf.parse_day(as_of)
    stated = pl.coalesce(edtf.last_day("stated_at"), edtf.last_day("seen_at"))
    return claims.filter(stated.is_null() | (stated <= day))
