"""Which accounts the people on a list have, and in which state each is, from what sources say of them.

Design, section 9. An account is known by the platform's immutable id where a source gives it, else by its handle. What
no source says is null, never 0; a person of whom no source tells an account has no row here, which is not the same as
having been found inactive.
"""

from __future__ import annotations

from typing import Protocol
from urllib.parse import quote

import polars as pl

from incumbent import edtf
from incumbent.claims import known_by
from incumbent.errors import SourceError
from incumbent.names import blocking_keys, compare_names
from incumbent.organisations import compare_organisations

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
    people: pl.DataFrame, entries: pl.DataFrame, account_claims: pl.DataFrame, as_of: str, policy: DormancyPolicy
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Accounts (columns: ACCOUNTS, one row per account) and their observations (ACTIVITY), as known on `as_of`.

    `people` (person_id, name, other_names) and `entries` (listed_person, listed_organisation, person_id) are the
    assessment's; `account_claims` as claims.ACCOUNT_CLAIMS. Accounts of people who are not on the list are left out,
    and so are personal ones. A later claim outweighs an earlier one, but a failed check (`unknown`) outweighs nothing.
    Raises SourceError when a claim's name is that of two listed people and its organisation does not tell which, and
    for a handle that is none.
    """
    known = known_by(account_claims, as_of)
    _refuse_impossible_handles(known)
    owned = _with_owners(known, people, entries).filter(pl.col("kind").ne_missing("personal"))
    claims = _with_account_ids(_dated(owned))
    return _accounts(claims, as_of, policy.dormant_days), _activity(claims)


def profile_url(platform: str, handle: str) -> str | None:
    """The address of the account's page; null for a platform that PROFILES does not know."""
    name, _, server = handle.partition("@")
    if platform not in PROFILES or (platform == "mastodon") != bool(server):
        return None
    return PROFILES[platform].format(handle=quote(name, safe="._-"), server=quote(server, safe=".-"))


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


def _with_owners(claims: pl.DataFrame, people: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """The claims about people on the list, with `person_id`.

    The same full name is enough when one listed person has it. A name that is less than that (initials, a typo), and
    one that two listed people have, needs the organisation to agree.
    """
    listed = entries.filter(pl.col("person_id").is_not_null())
    names = pl.concat(
        [
            listed.select("person_id", name="listed_person"),
            people.select("person_id", "name"),
            people.select("person_id", name=pl.col("other_names").str.split(";")).explode("name"),
        ]
    )
    names = names.filter(
        pl.col("name").is_not_null(), pl.col("person_id").is_in(listed.get_column("person_id").to_list())
    )
    pairs = _name_pairs(claims.get_column("person"), names.get_column("name"))
    candidates = (
        claims.select("claim_id", "source", "locator", "person", "organisation")
        .join(pairs, left_on="person", right_on="left")
        .join(names.unique(), left_on="right", right_on="name")
        .join(listed.select("person_id", "listed_organisation").unique(), on="person_id")
    )
    bodies = candidates.select(left="organisation", right="listed_organisation").drop_nulls().unique()
    relations = compare_organisations(bodies).filter(pl.col("relation") != "different").select("left", "right")
    candidates = candidates.join(
        relations.with_columns(agrees=pl.lit(True)),
        left_on=["organisation", "listed_organisation"],
        right_on=["left", "right"],
        how="left",
    ).with_columns(pl.col("agrees").fill_null(False))
    ranked = candidates.group_by("claim_id", "source", "locator", "person", "person_id").agg(
        rank=(2 * pl.col("agrees") + (pl.col("relation") == "same")).max()
    )
    best = ranked.filter(pl.col("rank") > 0).filter(pl.col("rank") == pl.col("rank").max().over("claim_id"))
    unclear = best.filter(pl.len().over("claim_id") > 1).sort("claim_id", "person_id")
    if not unclear.is_empty():
        row = unclear.row(0, named=True)
        could_be = unclear.filter(claim_id=row["claim_id"]).get_column("person_id").to_list()
        raise SourceError(
            "an account's owner could be two people of the list: " + ", ".join(could_be),
            source=row["source"],
            locator=row["locator"] or "",
            value=row["person"],
            expected="an organisation that tells them apart",
        )
    return claims.join(best.select("claim_id", "person_id"), on="claim_id")


def _name_pairs(left: pl.Series, right: pl.Series) -> pl.DataFrame:
    """`left, right, relation` of every two names that are not different."""
    keys = blocking_keys(pl.concat([left, right]).drop_nulls().unique())
    ours, theirs = keys.filter(pl.col("name").is_in(left.implode())), keys.filter(pl.col("name").is_in(right.implode()))
    pairs = ours.join(theirs, on="key").select(left="name", right="name_right").unique()
    compared = compare_names(pairs.sort("left", "right"))
    return compared.filter(pl.col("relation") != "different").select("left", "right", "relation")


def _dated(claims: pl.DataFrame) -> pl.DataFrame:
    """With `observed_at` (text) and `day` (its last), in the order of time; undated claims come first."""
    platform = pl.col("platform").str.to_lowercase().str.strip_chars()
    return claims.with_columns(
        platform=platform.replace(PLATFORMS), observed_at=pl.coalesce("as_at", "stated_at", "seen_at")
    ).with_columns(day=edtf.last_day("observed_at")).sort("day", "claim_id", nulls_last=False)  # fmt: skip


def _with_account_ids(claims: pl.DataFrame) -> pl.DataFrame:
    """With `account_id`, and `taken_over`: the handle had another immutable id before, so it is another's account now.

    A claim that gives a handle only is about the first id that the handle is known to have had. A claim that gives no
    handle (it could not be checked whether there is an account) is kept under the person, where nothing else is known.
    """
    with_handle = claims.filter(pl.col("handle").is_not_null()).with_columns(folded=pl.col("handle").str.to_lowercase())
    first_ids = (
        with_handle.filter(pl.col("platform_id").is_not_null())
        .group_by("platform", "folded", maintain_order=True)
        .agg(first_id=pl.col("platform_id").first())
    )
    named = (
        with_handle.join(first_ids, on=["platform", "folded"], how="left", maintain_order="left")
        .with_columns(taken_over=(pl.col("platform_id") != pl.col("first_id")).fill_null(False))
        .with_columns(account_id=pl.format("{}:{}", "platform", pl.coalesce("platform_id", "first_id", "folded")))
        .drop("folded", "first_id")
    )
    unchecked = (
        claims.filter(pl.col("handle").is_null(), pl.col("state") == "unknown")
        .join(named, on=["person_id", "platform"], how="anti", maintain_order="left")
        .with_columns(taken_over=pl.lit(False), account_id=pl.format("{}:unknown--{}", "platform", "person_id"))
    )
    return pl.concat([named, unchecked.select(named.columns)])


def _accounts(claims: pl.DataFrame, as_of: str, dormant_days: int) -> pl.DataFrame:
    """One row per account. `claims` are in the order of time."""
    # What the last successful check says decides; where none succeeded, the last one that was tried.
    deciding = claims.with_columns(checked=pl.col("state").ne_missing("unknown")).sort(
        "checked", "day", "claim_id", nulls_last=False
    )
    figures = deciding.group_by("account_id").agg(
        pl.col("person_id", "platform", "handle", "state", "observed_at", "source", "taken_over", "day").last(),
        pl.col("kind", "posts", "last_post").drop_nulls().last(),
        evidence=pl.col("claim_id").unique().sort().str.join(";"),
    )
    return (
        figures.with_columns(state=_state(as_of, dormant_days))
        .with_columns(
            # Another's figures say nothing of this person: they stay away until somebody has looked.
            pl.when(pl.col("state") != "identity_changed").then(pl.col("posts", "last_post")),
            profile_url=pl.struct("platform", "handle").map_elements(
                lambda row: profile_url(row["platform"], row["handle"]) if row["handle"] else None,
                return_dtype=pl.String,
            ),
        )
        .rename({"observed_at": "checked_at", "source": "source_id"})
        .select(pl.col(name).cast(dtype) for name, dtype in ACCOUNTS.items())
        .sort("account_id")
    )


def _state(as_of: str, dormant_days: int) -> pl.Expr:
    """The state on `as_of`: what the deciding claim says, unless its own dates say more.

    `active` needs a post, or a statement, within `dormant_days`: a later last post than that makes it `dormant`, an
    older statement alone makes it `unknown`, for nobody has looked since.
    """
    day = pl.lit(edtf.parse_day(as_of))
    limit = pl.duration(days=dormant_days)
    last_post = edtf.last_day("last_post")
    unstated = (
        pl.when(pl.col("posts") == 0)
        .then(pl.lit("never_posted"))
        .when(last_post.is_not_null())
        .then(pl.lit("active"))
        .otherwise(pl.lit("unknown"))
    )
    said = pl.coalesce("state", unstated)
    return (
        pl.when(pl.col("taken_over"))
        .then(pl.lit("identity_changed"))
        .when((said == "active") & (last_post < day - limit))
        .then(pl.lit("dormant"))
        .when((said == "active") & last_post.is_null() & (pl.col("day") < day - limit))
        .then(pl.lit("unknown"))
        .otherwise(said)
    )


def _activity(claims: pl.DataFrame) -> pl.DataFrame:
    """One row per account, moment and source. A claim without any date observed nothing at a moment."""
    state = pl.when("taken_over").then(pl.lit("identity_changed")).otherwise(pl.col("state").fill_null("unknown"))
    return (
        claims.filter(pl.col("observed_at").is_not_null())
        .with_columns(
            pl.when(~pl.col("taken_over")).then(pl.col("posts", "last_post")), state=state, source_id="source"
        )
        .sort("account_id", "observed_at", "source_id", "posts", "claim_id", nulls_last=True)
        .unique(["account_id", "observed_at", "source_id"], keep="first", maintain_order=True)
        .select(
            (pl.col(name) if name in claims.columns or name == "source_id" else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in ACTIVITY.items()
        )
    )


class DormancyPolicy(Protocol):
    """What is asked of a roster's policy: days without a post after which an account is dormant."""

    @property
    def dormant_days(self) -> int: ...
