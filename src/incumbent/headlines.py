"""The figures that a release comes to: how many entries, how many of them wrong and why, how many with an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from incumbent.organisations import organisation_slugs
from incumbent.schemas import TableSchema

#: States in which a person can be said to have an account. Gone, another's, or never there: not.
NO_ACCOUNT = ("none_known", "deleted", "identity_changed")
#: States that count an account among those whose activity is known, and what is said of it.
COUNTED = {
    "active": "have posted lately",
    "dormant": "have not posted for long",
    "never_posted": "have never posted",
}

_VERDICTS = {
    "out_of_date": "are out of date",
    "leaving": "name somebody whose departure is announced and has not happened",
    "disputed": "are in dispute between sources of equal weight",
    "unverified": "have no evidence that is recent enough, so nothing is said of them",
    "current": "are current: recent evidence supports them and none contradicts them",
}


def headlines(
    roster: pl.DataFrame, findings: pl.DataFrame, as_of: dt.date, schemas: dict[str, TableSchema]
) -> pl.DataFrame:
    """The headlines table: `measure, value, of, share, as_of, note`, one row per measure.

    Every verdict, reason and account state that the schemas know has its row, zero included, so that a measure that
    first occurs is a changed figure and no new row. `share` is value / of with four places; null when `of` is 0.
    """
    total = roster.height
    rows = [
        {"measure": measure, "value": value, "of": of, "note": note}
        for measure, value, of, note in _measures(roster, findings, total, schemas)
    ]
    of = pl.col("of")
    return pl.DataFrame(
        rows, schema={"measure": pl.String, "value": pl.Int64, "of": pl.Int64, "note": pl.String}
    ).select(
        "measure",
        "value",
        "of",
        pl.when(of > 0).then((pl.col("value") / of).round(4)).alias("share"),
        pl.lit(as_of).alias("as_of"),
        "note",
    )


def account_shares(roster: pl.DataFrame, organisations: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Rows of the headlines table: how many of those listed have an account, and what it does.

    `accounts_active`, `accounts_dormant` and `accounts_never_posted` are of the accounts that can be counted: one that
    is protected, suspended, opted out or could not be checked is in neither figure. `with_account__<organisation_id,
    with _ for ->` is of the organisation's entries, and `accounts_active__...` of its accounts that can be counted.
    """
    slug = organisation_slugs(roster.get_column("listed_organisation")).alias("slug")
    state = pl.col("account_state")
    listed = roster.with_columns(slug).join(
        organisations.select("organisation_id", "name"), on="organisation_id", how="left"
    ).with_columns(
        name=pl.coalesce("name", "listed_organisation"),
        body=pl.coalesce("organisation_id", "slug").str.replace_all("-", "_"),
        has=(pl.col("accounts").is_not_null() & ~state.is_in(NO_ACCOUNT)).fill_null(False),
        counted=state.is_in(COUNTED).fill_null(False),
    )  # fmt: skip
    counted = pl.col("counted").sum().cast(pl.Int64).alias("of")
    rows = [
        listed.select(
            (state == told).fill_null(False).sum().cast(pl.Int64).alias("value"),
            counted,
            measure=pl.lit(f"accounts_{told}"),
            words=pl.lit(f" accounts that can be counted {words}."),
        )
        for told, words in COUNTED.items()
    ]
    bodies = listed.filter(pl.col("name").is_not_null()).group_by("body").agg(
        pl.col("name").min(),
        has=pl.col("has").sum().cast(pl.Int64),
        entries=pl.len().cast(pl.Int64),
        active=(state == "active").fill_null(False).sum().cast(pl.Int64),
        of=counted,
    )  # fmt: skip
    rows += [
        bodies.select(
            pl.col(value).alias("value"),
            pl.col(of).alias("of"),
            measure=pl.format(f"{measure}__{{}}", "body"),
            words=pl.format(words, "name"),
        )
        for measure, value, of, words in (
            ("with_account", "has", "entries", " entries of {} name somebody with an account."),
            ("accounts_active", "active", "of", " accounts of {} that can be counted are active."),
        )
    ]
    return pl.concat(rows).sort("measure").select(
        "measure",
        "value",
        "of",
        pl.when(pl.col("of") > 0).then((pl.col("value") / pl.col("of")).round(4)).alias("share"),
        pl.lit(as_of).alias("as_of"),
        pl.format("{} of {}{}", "value", "of", "words").alias("note"),
    )  # fmt: skip


def list_lag(listings: pl.DataFrame, organisations: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Rows of the headlines table: how long the list stays wrong, in median days over the entries that it got wrong.

    `list_lag_median_days` over the whole list, `list_lag_median_days__<organisation_id, with _ for ->` for each
    organisation; no row where no entry is known to have been wrong, for then there is no lag, which is not one of 0
    days. `value` is the median of what is sure (days_wrong_minimum), rounded down; the note also gives that of what is
    possible (days_wrong_maximum), rounded up.
    """
    slug = organisation_slugs(listings.get_column("listed_organisation")).alias("slug")
    lagging = (
        listings.with_columns(slug)
        .filter(pl.col("days_wrong_minimum").is_not_null())
        .join(organisations.select("organisation_id", "name"), on="organisation_id", how="left")
        .with_columns(pl.coalesce("name", "listed_organisation"), body=pl.coalesce("organisation_id", "slug"))
    )
    measure = pl.lit("list_lag_median_days").alias("measure")
    each = pl.concat_str(measure, pl.col("body").str.replace_all("-", "_"), separator="__").alias("measure")
    figures = (
        pl.concat(
            [
                lagging.with_columns(measure, pl.lit(None, pl.String).alias("name")),
                lagging.filter(pl.col("name").is_not_null()).with_columns(each),
            ]
        )
        .group_by("measure")
        .agg(
            pl.col("name").min(),
            pl.col("days_wrong_minimum").median().floor().cast(pl.Int64).alias("value"),
            pl.when(pl.col("days_wrong_maximum").is_not_null().all())
            .then(pl.col("days_wrong_maximum").median().ceil().cast(pl.Int64))
            .alias("most"),
            pl.len().alias("entries"),
            pl.col("put_right").count().alias("put_right"),
        )
        .sort("measure")
    )
    return figures.select(
        "measure",
        "value",
        pl.lit(None, pl.Int64).alias("of"),
        pl.lit(None, pl.Float64).alias("share"),
        pl.lit(as_of).alias("as_of"),
        pl.Series("note", [_lag_note(row) for row in figures.iter_rows(named=True)], dtype=pl.String),
    )


def _lag_note(figure: Mapping[str, Any]) -> str:
    place = f" of {figure['name']}" if figure["name"] else ""
    most = f" and {figure['most']} at the most" if figure["most"] is not None else ""
    return (
        f"The list stays wrong about an entry{place} for a median of {figure['value']} days at the least{most}: it was "
        f"wrong about {figure['entries']} {_entries(figure['entries'])}, {figure['put_right']} of them put right since."
    )


def _measures(
    roster: pl.DataFrame, findings: pl.DataFrame, total: int, schemas: dict[str, TableSchema]
) -> Iterator[tuple[str, int, int | None, str]]:
    yield "entries", total, None, f"The list has {total} {_entries(total)}."
    for verdict in schemas["roster"].field("verdict").constraints["enum"]:
        count = roster.filter(pl.col("verdict") == verdict).height
        yield verdict, count, total, f"{count} of {total} {_entries(total)} {_VERDICTS[verdict]}."
    yield "findings", findings.height, None, f"{findings.height} reasons were found in all; an entry can have several."
    missing = findings.filter(pl.col("reason") == "missing_entry").height
    yield (
        "missing_entries",
        missing,
        None,
        f"Evidence names {missing} holder{'s' * (missing != 1)} of posts that the list lacks.",
    )
    reasons = roster.select("entry_id", pl.col("reasons").str.split(";")).explode("reasons")
    for reason in schemas["findings"].field("reason").constraints["enum"]:
        count = reasons.filter(pl.col("reasons") == reason)["entry_id"].n_unique()
        note = f"{count} of {total} {_entries(total)} have the reason {reason.replace('_', ' ')}."
        yield f"reason_{reason}", count, total, note
    with_account = roster.filter(
        pl.col("accounts").is_not_null() & ~pl.col("account_state").is_in(NO_ACCOUNT).fill_null(True)
    ).height
    yield (
        "with_account",
        with_account,
        total,
        f"{with_account} of {total} {_entries(total)} name somebody with an account.",
    )
    for state in schemas["roster"].field("account_state").constraints["enum"]:
        count = roster.filter(pl.col("account_state") == state).height
        note = f"{count} of {total} {_entries(total)} have the account state {state.replace('_', ' ')}."
        yield f"account_{state}", count, total, note


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"
