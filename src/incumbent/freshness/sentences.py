"""One plain sentence per finding, that a journalist can print: names, dates, and who says so."""

from __future__ import annotations

import polars as pl

from incumbent.freshness.rules import Standing

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

#: The sentence of each reason. A part in braces is a column of `_parts`; one that is empty leaves no trace.
TEMPLATES = {
    "died": "{listed}, listed as {desk}, died {on_end}, according to {by}.",
    "retired": "{listed} retired from the post of {desk} {on_end}, according to {by}.",
    "left": "{listed} left the post of {desk} {on_end}, according to {by}.",
    "moved": "{listed} is listed as {desk}, but {held}, according to {by}.",
    "replaced": "{listed} is listed as {desk}, but {them} {held}, according to {by}.",
    "post_abolished": "The post of {desk} was abolished {on_change}, according to {by}; the list names {listed}.",
    "vacant": "The post of {desk} is vacant, according to {by}; the list names {listed}.",
    "not_listed": "{listed} is listed as {desk}, but is not {among} {on_seen}.",
    "disputed": "{listed} is listed as {desk}, but {them} {held}, according to {by}; other evidence supports the list.",
    "announced_departure": "{listed} is to leave the post of {desk} {on_departure}, as announced by {by}.",
    "announced_successor": "{them} is to follow {listed} as {desk} {on_start}, as announced by {by}.",
    "not_yet_started": "{listed} is listed as {desk}, but does not begin until {start_words}, according to {by}.",
    "acting_holder": "{listed} is listed as {desk}, but {them} acts in that post, according to {by}.",
    "post_renamed": "The post listed as {desk} is called {new_post}, according to {by}.",
    "organisation_renamed": "{listed_body} is called {new_body}, according to {by}.",
    "name_misspelt": "The list spells the name {listed}; {by} spells it {them}.",
    "title_changed": "The list names {listed} without the title that {by} gives: {as_written}.",
    "duplicate_entry": "{listed} is listed more than once as {desk}.",
    "missing_entry": "{them} {held}, according to {by}, and the list has no such entry.",
}  # fmt: skip

#: The same, where the statement that tells it only announced it.
ANNOUNCED = {
    "retired": "{listed} was to retire from the post of {desk} {on_departure}, as announced by {by}.",
    "left": "{listed} was to leave the post of {desk} {on_departure}, as announced by {by}.",
    "moved": "{listed} is listed as {desk}, but was to become {their_office} {on_start}, as announced by {by}.",
    "replaced": "{listed} is listed as {desk}; {them} was to become {their_office} {on_start}, as announced by {by}.",
}

#: The same, where it is the profile of the person's own account that tells it.
OWN_WORDS = {
    "retired": "{listed} is listed as {desk}, but calls that a post retired from ({by}, read {on_seen}).",
    "left": "{listed} is listed as {desk}, but calls that a former post ({by}, read {on_seen}).",
    "moved": "{listed} is listed as {desk}, but says to be {their_office} now ({by}, read {on_seen}).",
}

#: Findings whose own statement names the holder; for the others it is whoever holds the post as of now.
_NAMES_HOLDER = ("replaced", "acting_holder", "announced_successor", "disputed", "missing_entry")
_NOBODY_HOLDS = ("vacant", "post_abolished")


def date_words(text: pl.Expr) -> pl.Expr:
    """`2012-01-23` as `23 January 2012`, `2012-01` as `January 2012`, `2012` as it is; null for null."""
    parts = text.str.split("-")
    month = parts.list.get(1, null_on_oob=True).replace_strict(
        {f"{number:02d}": name for number, name in enumerate(_MONTHS, 1)}, default=None, return_dtype=pl.String
    )
    day = parts.list.get(2, null_on_oob=True).str.strip_chars_start("0")
    year = parts.list.get(0, null_on_oob=True)
    return pl.coalesce(pl.format("{} {} {}", day, month, year), pl.format("{} {}", month, year), year)


def on_date(text: pl.Expr) -> pl.Expr:
    """`on 23 January 2012`, `in January 2012`, `in 2012`; null for null."""
    words = date_words(text)
    return pl.when(text.str.len_chars() == 10).then(pl.format("on {}", words)).otherwise(pl.format("in {}", words))


def office_words(post: pl.Expr, body: pl.Expr) -> pl.Expr:
    """`Permanent Secretary, Home Office`: the post with its organisation, unless the title names it already."""
    named = post.str.to_lowercase().str.contains(body.str.to_lowercase(), literal=True).fill_null(False)
    return pl.when(named).then(post).otherwise(pl.concat_str(post, body, separator=", ", ignore_nulls=True))


def with_sentences(
    findings: pl.DataFrame, standing: Standing, statements: pl.DataFrame, holders: pl.DataFrame
) -> pl.DataFrame:
    """`findings` (columns of weighing.weigh) with `explanation` and `holder`; `holders`: entry, holder_row."""
    parts = _parts(findings, standing, statements, holders)
    foretold = pl.col("event").str.starts_with("announced")
    explanation = pl.coalesce(
        *(
            pl.when(pl.col("own_words") & (pl.col("reason") == reason)).then(_filled(template))
            for reason, template in OWN_WORDS.items()
        ),
        *(
            pl.when(foretold & (pl.col("reason") == reason)).then(_filled(template))
            for reason, template in ANNOUNCED.items()
        ),
        *(
            pl.when(pl.col("reason") == reason).then(_filled(template))
            for reason, template in TEMPLATES.items()
        )
    )  # fmt: skip
    holder = (
        pl.when(pl.col("reason").is_in(_NAMES_HOLDER))
        .then(pl.col("them"))
        .when(~pl.col("reason").is_in(_NOBODY_HOLDS))
        .then(pl.col("holder"))
    )
    return parts.select(*findings.columns, explanation.alias("explanation"), holder.alias("holder"))


def _filled(template: str) -> pl.Expr:
    literals, columns = [], []
    for piece in template.split("{")[1:]:
        column, _, literal = piece.partition("}")
        columns.append(pl.col(column).fill_null(""))
        literals.append(literal)
    start = template.split("{")[0]
    pieces = [pl.lit(start)]
    for column_expr, literal in zip(columns, literals, strict=True):
        pieces += [column_expr, pl.lit(literal)]
    return pl.concat_str(pieces).str.replace_all(r"\s+", " ").str.replace_all(r" ([,.;])", "$1")


def _parts(findings: pl.DataFrame, standing: Standing, statements: pl.DataFrame, holders: pl.DataFrame) -> pl.DataFrame:
    """`findings` with every column that TEMPLATES name, and `holder`."""
    their_post, their_body = pl.col("office"), pl.col("body")
    seen = pl.coalesce("as_at", "stated_at")
    publisher = pl.coalesce("publisher", "source", pl.lit("the evidence"))
    office = office_words(their_post, their_body)
    # An end without a date had come by the day on which it was said.
    ended_by = pl.when(pl.col("event") == "ends").then(pl.format("by {}", date_words(seen)))
    new_name = pl.when(pl.col("event") == "renamed").then(pl.col("status_note"))
    # Of millions of statements a few have a sentence.
    telling = statements.join(findings.select(pl.col("key").unique()), left_on="row", right_on="key", how="semi")
    key = telling.select(
        pl.col("row").alias("key"),
        pl.col("shown").alias("them"),
        pl.col("person").alias("as_written"),
        "event",
        office.alias("their_office"),
        # A list that does not claim to be whole is not said to be one.
        pl.when(pl.col("scope") == "complete")
        .then(pl.format("on {}'s list of {}", publisher, their_body))
        .when(publisher == their_body)
        .then(pl.format("among those whom {} named", publisher))
        .otherwise(pl.format("among those whom {} named at {}", publisher, their_body))
        .alias("among"),
        their_body.alias("their_body"),
        pl.coalesce(
            pl.format("has been {} since {}", office, date_words(pl.col("start"))),
            pl.format("was {} by {}", office, date_words(seen)),
            pl.format("is {}", office),
        ).alias("held"),
        pl.coalesce(on_date(pl.coalesce("end", "start")), ended_by, on_date(seen)).alias("on_end"),
        pl.coalesce(on_date(pl.coalesce("start", "end")), on_date(seen)).alias("on_change"),
        on_date(seen).alias("on_seen"),
        on_date(pl.col("end")).alias("on_departure"),
        on_date(pl.col("start")).alias("on_start"),
        date_words(pl.col("start")).alias("start_words"),
        pl.coalesce(new_name, office).alias("new_post"),
        pl.coalesce(new_name, their_body).alias("new_body"),
    )
    # As listed, and where the list gives no title, as curation reads it.
    desk = office_words(pl.coalesce("post", "office"), pl.coalesce("organisation", "body"))
    listed = standing.entries.join(findings.select(pl.col("entry").unique()), on="entry", how="semi").select(
        "entry",
        pl.coalesce("person", pl.lit("Nobody")).alias("listed"),
        pl.coalesce(desk, pl.lit("the post listed")).alias("desk"),
        pl.coalesce("organisation", "body", pl.lit("The organisation")).alias("listed_body"),
    )
    shown = statements.select(pl.col("row").alias("holder_row"), pl.col("shown").alias("holder"))
    holder = holders.join(shown, on="holder_row", how="left")
    return (
        findings.join(key, on="key", how="left", maintain_order="left")
        .join(listed, on="entry", how="left", maintain_order="left")
        .join(holder.select("entry", "holder"), on="entry", how="left", maintain_order="left")
        .join(_publishers(findings, statements), on=["entry", "reason", "key"], how="left", nulls_equal=True)
    )  # fmt: skip


def _publishers(findings: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    """entry, reason, key, by: who says what the sentence says, the most telling statement's publisher first, three at
    most. A publisher that is cited for something else (an end, an earlier day) is in the evidence, not here."""
    said = statements.select(
        "row", "start", "end", "surname", "office_key", "status_note",
        pl.coalesce("publisher", "source", pl.lit("the evidence")).alias("by"),
    )  # fmt: skip
    told = said.select("row", pl.all().exclude("row").name.prefix("key_"))
    retiring = (pl.col("reason") == "retired") & pl.col("status_note").str.to_lowercase().str.contains("retir")
    alike = pl.all_horizontal(
        *(pl.col(column).eq_missing(pl.col(f"key_{column}")) for column in ("start", "end", "surname", "office_key"))
    )
    names = (
        findings.select("entry", "reason", "key", "rows")
        .explode("rows", empty_as_null=True, keep_nulls=True)
        .join(said, left_on="rows", right_on="row", how="left")
        .join(told, left_on="key", right_on="row", how="left")
        .filter((pl.col("rows") == pl.col("key")) | alike | retiring.fill_null(False))
        .sort("entry", "reason", "key", pl.col("rows") != pl.col("key"), "by", nulls_last=True)
        .group_by("entry", "reason", "key", maintain_order=True)
        .agg(pl.col("by").unique(maintain_order=True).drop_nulls().head(3))
    )
    first = pl.col("by").list.head(pl.col("by").list.len() - 1).list.join(", ")
    several = pl.format("{} and {}", first, pl.col("by").list.last())
    return names.with_columns(pl.when(pl.col("by").list.len() > 1).then(several).otherwise(pl.col("by").list.first()))
