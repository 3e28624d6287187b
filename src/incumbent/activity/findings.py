"""What a listed account gives away by itself: it is gone, goes by another name, or is somebody else's."""

from __future__ import annotations

import polars as pl

from incumbent import edtf
from incumbent.freshness.sentences import date_words, on_date

#: State of an account -> reason of the finding, and its sentence: handle, platform, person, when, and where it moved.
REASONS = {
    "deleted": ("account_gone", "The account {} on {}, given for {}, was no longer there {}."),
    "renamed": ("account_renamed", "The account given for {2} on {1} goes by {0} now, as seen {3}."),
    "identity_changed": ("account_taken", "The handle {} on {}, given for {}, was another account's {}."),
}
_MOVED = "The account {} on {}, given for {}, has moved to {4}, as seen {3}."
FINDINGS: dict[str, pl.DataType] = {
    "finding_id": pl.String(),
    "entry_id": pl.String(),
    "reason": pl.String(),
    "explanation": pl.String(),
    "holder": pl.String(),
    "since_earliest": pl.Date(),
    "since_latest": pl.Date(),
    "days_out_of_date": pl.Int64(),
    "confidence": pl.String(),
    "evidence": pl.String(),
}
_PLATFORMS = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon"}


def account_findings(entries: pl.DataFrame, accounts: pl.DataFrame, activity: pl.DataFrame, as_of: str) -> pl.DataFrame:
    """Findings (columns of the findings table) about the accounts of listed people; one per entry and reason.

    `entries` (entry_id, listed_person, person_id) is the assessment's, `accounts` and `activity` account_states'. An
    account was wrong at the earliest from the day after it was last seen as it was, at the latest from the day on which
    it was first seen as it is. None of them says anything of the office: they change no verdict, and one platform's
    word is `probable`.
    """
    reasons = {state: reason for state, (reason, _) in REASONS.items()}
    days = activity.with_columns(day=edtf.last_day(pl.col("observed_at").str.slice(0, 10)))
    wrong = accounts.filter(pl.col("state").is_in(list(REASONS)))
    seen = days.join(wrong.select("account_id", now="state"), on="account_id").filter("answered")
    last_good = seen.filter(pl.col("state") != pl.col("now")).group_by("account_id").agg(good=pl.col("day").max())
    since = (
        seen.join(last_good, on="account_id", how="left")
        .filter(pl.col("state") == pl.col("now"), (pl.col("day") > pl.col("good")).fill_null(True))
        .group_by("account_id")
        .agg(pl.col("day").min().alias("since_latest"), pl.col("good").first())
    )
    platform = pl.col("platform").replace_strict(_PLATFORMS, default=pl.col("platform"))
    first_seen = on_date(pl.col("since_latest").dt.to_string("iso:strict"))
    # That its handle is another's, an account's own observations do not say.
    by_now = pl.when(pl.col("state") == "identity_changed").then(pl.format("by {}", date_words(pl.lit(as_of))))
    seen_on = on_date(pl.col("checked_at").str.slice(0, 10))
    checked = pl.coalesce(first_seen, by_now, seen_on, pl.lit("on an unknown day"))
    sentence = pl.lit(None, pl.String)
    for state, (_, words) in REASONS.items():
        given = (pl.col("handle"), platform, pl.col("listed_person"), checked, pl.col("moved_to"))
        sentence = pl.when(pl.col("state") == state).then(_format(words, given)).otherwise(sentence)
    moved = (pl.col("state") == "renamed") & pl.col("moved_to").is_not_null()
    sentence = pl.when(moved).then(_format(_MOVED, given)).otherwise(sentence)
    # Of an account that lost its handle and of the one that has it now, the latter tells when.
    dated = pl.col("since_latest").is_not_null()
    told = pl.col("sentence").filter(dated | ~dated.any())
    rows = (
        wrong.filter(pl.col("handle").is_not_null())
        .join(entries.select("entry_id", "listed_person", "person_id"), on="person_id")
        .join(since, on="account_id", how="left")
        .with_columns(reason=pl.col("state").replace_strict(reasons, return_dtype=pl.String), sentence=sentence)
        .sort("entry_id", "reason", "account_id")
        .group_by("entry_id", "reason", maintain_order=True)
        .agg(
            explanation=told.unique(maintain_order=True).str.join(" "),
            since_earliest=(pl.col("good") + pl.duration(days=1)).min(),
            since_latest=pl.col("since_latest").min(),
            evidence=pl.col("evidence").str.join(";"),
        )
    )
    return rows.with_columns(
        finding_id=pl.format("{}--{}", "entry_id", pl.col("reason").str.replace_all("_", "-")),
        holder=pl.lit(None, pl.String),
        days_out_of_date=(pl.lit(edtf.parse_day(as_of)) - pl.col("since_latest")).dt.total_days(),
        confidence=pl.lit("probable"),
    ).select(pl.col(name).cast(dtype) for name, dtype in FINDINGS.items())


def with_account_findings(
    entries: pl.DataFrame, findings: pl.DataFrame, accounts: pl.DataFrame, activity: pl.DataFrame, as_of: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The assessment's entries and findings with those that accounts give: reasons more, and no other cell changed.

    For `accounts` and `activity` as they may be published.
    """
    found = account_findings(entries, accounts, activity, as_of).with_columns(
        pl.col(pl.Date).dt.to_string("iso:strict")
    )
    if found.is_empty():
        return entries, findings
    told = found.group_by("entry_id", maintain_order=True).agg(added=pl.col("reason").str.join(";"))
    reasons = pl.concat_str("reasons", "added", separator=";", ignore_nulls=True).replace("", None)
    return (
        entries.join(told, on="entry_id", how="left", maintain_order="left")
        .with_columns(reasons=reasons)
        .drop("added"),
        pl.concat([findings, found.select(findings.columns)], how="vertical_relaxed").sort("finding_id"),
    )


def _format(words: str, given: tuple[pl.Expr, ...]) -> pl.Expr:
    """The sentence with what is `given` at its places, `{}` in their order or `{2}` by number."""
    numbered, place = words, 0
    while "{}" in numbered:
        numbered, place = numbered.replace("{}", f"{{{place}}}", 1), place + 1
    parts: list[pl.Expr] = []
    for part in numbered.split("{"):
        number, brace, rest = part.partition("}")
        parts += [given[int(number)], pl.lit(rest)] if brace else [pl.lit(part)]
    return pl.concat_str(parts)
