"""Which accounts the people on a list have, and in which state each is: what sources and the platforms say of them.

Design, section 9. An account is known by the platform's immutable id where that is known, else by its handle. What no
source says is null, never 0; a check that failed outweighs nothing; a person of whom no source tells an account has no
row here, which is not the same as having been found inactive.

The steps, one module each: `owners` (whose account a claim is about), `bindings` (which id a handle was),
platforms.verification (whether to believe it), `timeline` (what was said of each account, when), `terms` (who held the
office of a role account), `states` (what that comes to on the day of the release).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import polars as pl

from incumbent.activity import bindings, owners, states, terms, timeline
from incumbent.activity.bindings import PAIR
from incumbent.activity.states import DormancyPolicy
from incumbent.claims import OBSERVATIONS, known_by
from incumbent.errors import SourceError
from incumbent.platforms import verification
from incumbent.platforms.policy import Publishable, may_publish_metrics

ACCOUNTS: dict[str, pl.DataType] = {
    "account_id": pl.String(),
    "person_id": pl.String(),
    "platform": pl.String(),
    "handle": pl.String(),
    "profile_url": pl.String(),
    "kind": pl.String(),
    "state": pl.String(),
    "posts": pl.Int64(),
    "last_post": pl.String(),
    "checked_at": pl.String(),
    "source_id": pl.String(),
    "evidence": pl.String(),
    "platform_id": pl.String(),
    "moved_to": pl.String(),
    "opted_out": pl.Boolean(),
    "figures_from": pl.String(),
    "verified_by": pl.String(),
    "score": pl.Float64(),
}
ACTIVITY: dict[str, pl.DataType] = {
    "account_id": pl.String(),
    "observed_at": pl.String(),
    "state": pl.String(),
    "posts": pl.Int64(),
    "last_post": pl.String(),
    "posts_30d": pl.Int64(),
    "posts_90d": pl.Int64(),
    "posts_365d": pl.Int64(),
    "followers": pl.Int64(),
    "median_gap_days": pl.Float64(),
    "source_id": pl.String(),
    "person_id": pl.String(),
    "handle": pl.String(),
    "change": pl.String(),
    "figures_from": pl.String(),
    "answered": pl.Boolean(),
}
#: What somebody decided by hand of a candidate: `accept` (this account, where platform_id says which) or `reject`.
DECISIONS: dict[str, pl.DataType] = {
    "platform": pl.String(),
    "handle": pl.String(),
    "platform_id": pl.String(),
    "decision": pl.String(),
}

#: Platform -> the address of a handle's page. Mastodon's handles carry their server.
PROFILES = {
    "x": "https://x.com/{handle}",
    "bluesky": "https://bsky.app/profile/{handle}",
    "mastodon": "https://{server}/@{handle}",
    "facebook": "https://www.facebook.com/{handle}",
    "instagram": "https://www.instagram.com/{handle}",
    "linkedin": "https://www.linkedin.com/in/{handle}",
    "threads": "https://www.threads.net/@{handle}",
    "youtube": "https://www.youtube.com/@{handle}",
}
#: What sources call a platform -> our name for it.
PLATFORMS = {"twitter": "x", "x (twitter)": "x", "x/twitter": "x", "bsky": "bluesky"}


def account_states(
    people: pl.DataFrame,
    entries: pl.DataFrame,
    account_claims: pl.DataFrame,
    as_of: str,
    policy: DormancyPolicy,
    *,
    observations: pl.DataFrame | None = None,
    appointments: pl.DataFrame | None = None,
    decisions: pl.DataFrame | None = None,
    platforms: Mapping[str, Publishable] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Accounts (columns: ACCOUNTS, one row per account) and their history (ACTIVITY), as known on `as_of`.

    `people` (person_id, name, other_names, identifiers), `entries` (listed_person, listed_organisation, person_id,
    post_id) and `appointments` are the assessment's; `account_claims` and `observations` as claims.ACCOUNT_CLAIMS and
    OBSERVATIONS; `decisions` as DECISIONS; `platforms` what roster.yaml lets be published of each.

    Accounts of people who are not on the list are left out, and so are personal ones, and those of which nothing but
    somebody's word is known (platforms.verification). Figures of accounts that are protected, suspended, deleted,
    opted out or no longer the same one are null; so are a platform's own where it may not be published, while what a
    publication printed stays. Raises SourceError when a claim's name is that of two listed people and its organisation
    does not tell which, and for a handle that is none.
    """
    known = known_by(account_claims, as_of)
    _refuse_impossible_handles(known)
    owned = owners.with_owners(known, people, entries).filter(pl.col("kind").ne_missing("personal"))
    claims = timeline.dated(with_platform(owned))
    seen = timeline.dated(known_by(pl.DataFrame(schema=OBSERVATIONS) if observations is None else observations, as_of))
    decided = decided_of(decisions)
    bound = bindings.bindings(claims, seen)
    pairs = _believed(claims, seen, bound, decided)
    taken = bindings.taken_over(pairs, bound)
    known_as = bindings.handles(pairs, bound)
    lost = bindings.without_its_handle(pairs, known_as, bound)
    said = timeline.said(claims, seen, pairs, taken, known_as, bound)
    told = timeline.publishable(said, lambda platform: may_publish_metrics(platform, platforms or {}))
    held = terms.terms(pairs, claims, entries, appointments)
    owned_accounts = pl.concat([pairs.rename({"bound_id": "platform_id"}), taken], how="diagonal").select(
        "account_id", "person_id", "folded", "platform_id", "kind", "verified_by", "score"
    )
    accounts, activity = states.states(told, owned_accounts, lost, held, as_of, policy)
    addressed = accounts.with_columns(
        profile_url=pl.struct("platform", "handle").map_elements(_address, return_dtype=pl.String)
    )
    return (
        addressed.select(pl.col(name).cast(dtype) for name, dtype in ACCOUNTS.items()).sort("account_id"),
        activity.select(pl.col(name).cast(dtype) for name, dtype in ACTIVITY.items()).sort(
            "account_id", "observed_at", "source_id"
        ),
    )


def with_platform(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` (of account claims or decisions) with each platform called as we call it."""
    platform = pl.col("platform").str.to_lowercase().str.strip_chars()
    return rows.with_columns(platform=platform.replace(PLATFORMS))


def decided_of(decisions: pl.DataFrame | None) -> pl.DataFrame:
    """Decisions (columns: DECISIONS, or none) with `folded`, the handle as handles are compared."""
    rows = pl.DataFrame(schema=DECISIONS) if decisions is None else with_platform(decisions)
    return rows.with_columns(folded=pl.col("handle").str.strip_prefix("@").str.to_lowercase())


def profile_url(platform: str, handle: str) -> str | None:
    """The address of the account's page; null for a platform that PROFILES does not know."""
    name, _, server = handle.partition("@")
    if platform not in PROFILES or (platform == "mastodon") != bool(server):
        return None
    return PROFILES[platform].format(handle=quote(name, safe="._-"), server=quote(server, safe=".-:"))


def _address(row: Mapping[str, str | None]) -> str | None:
    return profile_url(row["platform"] or "", row["handle"]) if row["handle"] else None


def _believed(claims: pl.DataFrame, seen: pl.DataFrame, bound: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """The pairs (bindings.pairs) that are verified, with verified_by and score, and those that they moved to."""
    candidates = verification.verified(bindings.pairs(claims, seen, bound, decisions), claims, seen, decisions)
    believed = candidates.filter(pl.col("verified_by").is_not_null())
    columns = [name for name in believed.columns if name not in ("verified_by", "score")]
    arrived = bindings.moves(believed.select(columns), seen, bound)
    moved = verification.verified(arrived, claims.clear(), seen, decisions)
    whole = pl.concat([believed, moved.filter(pl.col("verified_by").is_not_null())])
    return _without_contested(whole)


def _without_contested(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of a personal account that is claimed for two people, the better verified one; of two alike, neither.

    An account of an office (`role`) may be claimed for several: it is handed on (terms).
    """
    role = (pl.col("kind") == "role").fill_null(False).any().over("account_id")
    best = pl.col("score") == pl.col("score").max().over("account_id")
    kept = pairs.filter(role | best)
    alone = pl.col("person_id").n_unique().over("account_id") == 1
    role = (pl.col("kind") == "role").fill_null(False).any().over("account_id")
    return kept.filter(role | alone).sort(PAIR)


def _refuse_impossible_handles(claims: pl.DataFrame) -> None:
    wrong = claims.filter(pl.col("handle").str.contains(r"[\s;]|^@|^$")).sort("claim_id")
    if not wrong.is_empty():
        row = wrong.row(0, named=True)
        raise SourceError(
            "the handle is none",
            source=row["source"],
            locator=row["locator"] or "",
            value=row["handle"],
            expected="a handle without @ before it, spaces or semicolons",
        )
