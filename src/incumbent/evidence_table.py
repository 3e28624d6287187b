"""The published table of evidence: each claim that a finding or a verdict cites, said in one plain sentence.

A claim that nothing cites is not published. A claim's id is the hash of what it says and of where it says so, so a row
is what it was for as long as it is cited; which are cited, the tables that cite them say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import polars as pl

from incumbent import wording
from incumbent.freshness.sentences import date_words, office_words, on_date

#: The tables whose `evidence` names claims of this one.
CITING = ("roster", "findings", "listings")

#: Columns of the table, all text; what they mean is in schemas/evidence.json.
COLUMNS = (
    "claim_id", "source_id", "snapshot", "publisher", "url", "archived_url", "stated_at", "locator", "statement",
    "quote",
)  # fmt: skip

#: Characters of a quote.
_LONGEST_QUOTE = 300

#: An address in a web archive (sources.mementos): the archive, the moment, its modifier, the address that was captured.
_MEMENTO = r"^(https?://(?:web\.archive\.org/web|webarchive\.nationalarchives\.gov\.uk(?:/ukgwa)?)/)([0-9]{14})(?:[a-z]{2}_)?/(https?://\S+)$"

#: What a claim says, by its event; the first of several whose parts are all known. `{office}` and `{post}` are the post
#: as something that one is and as something that one holds, `{seat}` as something that changes; with a comma behind it
#: where one in it would else run into the words that follow: `{office,}`, `{post,}`.
_SENTENCES: Mapping[str, tuple[str, ...]] = {
    "holds": (
        "{person} was {office,} from {start} to {end}.",
        "{person} has been {office,} since {start}.",
        "{person} was {office,} until {end}.",
        "{person} was {office,} {on_as_at}.",
        "{person} is {office}.",
    ),
    "starts": ("{person} took up {post,} {on_start}.", "{person} took up {post}."),
    "ends": ("{person} left {post,} {on_end}{why}.", "{person} left {post}{why}."),
    "announced_start": ("{person} is to take up {post,} {on_start}.", "{person} is to take up {post}."),
    "announced_end": ("{person} is to leave {post,} {on_end}{why}.", "{person} is to leave {post}{why}."),
    "dies": ("{person} died {on_end}.", "{person} has died."),
    "abolished": ("{seat} was abolished {on_change}.", "{seat} was abolished."),
    "renamed": ("{seat} is called {note} since {start}.", "{seat} is called {note}.", "{seat} has another name."),
    "vacant": ("{seat} was vacant {on_as_at}.", "{seat} is vacant."),
    "withheld": ("{seat} is held by somebody whom the source does not name.",),
}

#: What a platform's answer says of an account, by its state.
_STATES: Mapping[str, str] = {
    "live": "was there",
    "protected": "showed its posts to followers only",
    "suspended": "was suspended",
    "deleted": "was no longer there",
    "not_found": "was not there",
    "moved": "had moved",
    "unknown": "could not be checked",
}


def cited(tables: Mapping[str, pl.DataFrame]) -> pl.Series:
    """The claim ids that the tables' `evidence` names, each once, sorted."""
    cells = [tables[name]["evidence"] for name in CITING if "evidence" in getattr(tables.get(name), "columns", ())]
    if not cells:
        return pl.Series("claim_id", [], dtype=pl.String)
    ids = pl.concat([cell.cast(pl.String).alias("claim_id") for cell in cells]).drop_nulls().str.split(";")
    return ids.explode(empty_as_null=False).drop_nulls().unique().sort()


def evidence(claims: Iterable[pl.DataFrame], tables: Mapping[str, pl.DataFrame], sources: pl.DataFrame) -> pl.DataFrame:
    """The claims that `tables` cite (columns: COLUMNS), sorted by id.

    `claims`: frames of claims.CLAIMS, ACCOUNT_CLAIMS or OBSERVATIONS; `sources`: the published table, whose address of
    a snapshot in a web archive is where a reader finds what was read.
    """
    ids = cited(tables)
    made = [pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String()))]
    for frame in claims:
        found = frame.filter(pl.col("claim_id").is_in(ids.implode()))
        if not found.is_empty():
            made.append(_rows(found))
    whole = pl.concat(made).unique("claim_id", keep="first", maintain_order=True)
    captured = sources.select("source_id", "snapshot", captured="url").unique(["source_id", "snapshot"], keep="any")
    copies = [pl.when(pl.col(name).str.contains(_MEMENTO)).then(pl.col(name)) for name in ("captured", "url")]
    return (
        whole.join(captured, on=["source_id", "snapshot"], how="left")
        .with_columns(
            archived_url=pl.coalesce(*copies).str.replace(_MEMENTO, "${1}${2}/${3}"),
            url=pl.col("url").str.replace(_MEMENTO, "${3}"),
        )
        .select(COLUMNS)
        .sort("claim_id")
    )


def permitted(table: pl.DataFrame, barred: Mapping[str, str], unnamed: Collection[str] = ()) -> pl.DataFrame:
    """The table without what a platform's terms do not let be published, whoever made it.

    `barred`: source id -> platform, of the sources that are the interface of a platform whose figures may not be
    published: of what it answered, only who was asked, and when, is kept. `unnamed`: those of them whose accounts may
    not be named either.
    """
    if not barred or table.is_empty():
        return table
    shut, nameless = pl.col("source_id").is_in(list(barred)), pl.col("source_id").is_in(list(unnamed))
    named = pl.col("source_id").replace_strict(
        {source: wording.label(wording.PLATFORMS, platform) for source, platform in barred.items()},
        default=None,
        return_dtype=pl.String,
    )
    told = pl.concat_str(
        pl.lit("What "),
        named,
        pl.lit(" answered about an account"),
        _before(" ", on_date(_day("stated_at"))),
        pl.lit("."),
    )
    gone = [pl.when(~nameless).then(pl.col(name)).alias(name) for name in ("url", "archived_url", "locator")]
    return table.with_columns(
        *gone,
        publisher=pl.when(nameless).then(named).otherwise("publisher"),
        statement=pl.when(shut).then(told).otherwise("statement"),
        quote=pl.when(~shut).then("quote"),
    )


def _rows(claims: pl.DataFrame) -> pl.DataFrame:
    """Claims of one shape, as COLUMNS; of what a platform answered, no words are quoted."""
    if "event" in claims.columns:
        statement, quoted = _said(claims), pl.col("quote")
    elif "moved_to" in claims.columns:
        statement, quoted = _observed(), pl.lit(None, pl.String)
    else:
        statement, quoted = _named(), pl.col("quote")
    plain = quoted.str.replace_all(r"\s+", " ").str.strip_chars()
    short = pl.concat_str(plain.str.slice(0, _LONGEST_QUOTE - 1).str.strip_chars_end(), pl.lit("…"))
    return claims.select(
        "claim_id",
        pl.col("source").alias("source_id"),
        "snapshot",
        "publisher",
        pl.col("source_url").alias("url"),
        pl.lit(None, pl.String).alias("archived_url"),
        "stated_at",
        "locator",
        statement.str.replace_all(r"\s+", " ").alias("statement"),
        pl.when(plain.str.len_chars() > _LONGEST_QUOTE).then(short).otherwise(plain).alias("quote"),
    )


def _said(claims: pl.DataFrame) -> pl.Expr:
    """The sentence of a claim about an office."""
    desk = office_words(pl.col("post"), pl.col("organisation"))
    no_post, acting = pl.col("post").is_null(), pl.when("acting").then(pl.lit(" (acting)")).otherwise(pl.lit(""))
    at = pl.format("at {}", "organisation")
    office = pl.when(no_post).then(pl.coalesce(at, pl.lit("in post"))).otherwise(desk) + acting
    held = pl.coalesce(pl.format("a post {}", at), pl.lit("the post"))
    post = pl.when(no_post).then(held).otherwise(pl.format("the post of {}", desk)) + acting
    body = pl.coalesce("organisation", pl.lit("The post"))
    comma = pl.when(desk.str.contains(",", literal=True)).then(pl.lit(",")).otherwise(pl.lit(""))
    parts = {
        "person": pl.coalesce("person", pl.lit("Somebody")),
        "office": office,
        "office,": office + comma,
        "post": post,
        "post,": post + comma,
        "seat": pl.when(no_post).then(body).otherwise(pl.format("The post of {}", desk)),
        "start": date_words(pl.col("start")),
        "end": date_words(pl.col("end")),
        "on_start": on_date(pl.coalesce("start", "as_at")),
        "on_end": on_date(pl.coalesce("end", "start", "as_at")),
        "on_change": on_date(pl.coalesce("start", "end", "as_at")),
        "on_as_at": on_date(pl.col("as_at")),
        "note": pl.col("status_note"),
        "why": _before(" (", pl.col("status_note"), ")"),
    }
    events = [event for event in _SENTENCES if event in set(claims["event"].to_list())]
    said = (pl.coalesce(*(_filled(each, parts) for each in _SENTENCES[event])) for event in events)
    return pl.coalesce(
        *(pl.when(pl.col("event") == event).then(each) for event, each in zip(events, said, strict=True))
    )


def _named() -> pl.Expr:
    """The sentence of what a source says of somebody's account."""
    platform = pl.col("platform").replace_strict(dict(wording.PLATFORMS), default=pl.col("platform"))
    whose = pl.coalesce("person", "organisation", pl.lit("somebody not named"))
    return pl.coalesce(
        pl.format("The account {} on {} is that of {}.", "handle", platform, whose),
        pl.format("No account of {} is known on {}.", whose, platform),
        pl.format("No account of {} is known.", whose),
    )


def _observed() -> pl.Expr:
    """The sentence of what a platform answered about an account: its state, and none of its figures."""
    platform = pl.col("platform").replace_strict(dict(wording.PLATFORMS), default=pl.col("platform"))
    state = pl.col("state").replace_strict(dict(_STATES), default=pl.lit("was asked for"), return_dtype=pl.String)
    handle = pl.coalesce("handle", "platform_id", pl.lit("asked for"))
    seen = on_date(_day(pl.coalesce("as_at", "stated_at", "seen_at")))
    moved = _before(" to ", pl.when(pl.col("state") == "moved").then("moved_to"))
    return pl.concat_str(
        pl.format("The account {} on {} {}", handle, platform, state), moved, _before(" ", seen), pl.lit(".")
    )


def _filled(template: str, parts: Mapping[str, pl.Expr]) -> pl.Expr:
    """The template with its parts; null where one of them is."""
    pieces: list[pl.Expr] = []
    for piece in template.split("{"):
        name, brace, rest = piece.partition("}")
        pieces += [parts[name], pl.lit(rest)] if brace else [pl.lit(piece)]
    return pl.concat_str(pieces)


def _before(lead: str, text: pl.Expr, tail: str = "") -> pl.Expr:
    """` (retired)`; empty where there is no text."""
    return pl.concat_str(pl.lit(lead), text, pl.lit(tail)).fill_null("")


def _day(when: str | pl.Expr) -> pl.Expr:
    return (pl.col(when) if isinstance(when, str) else when).str.slice(0, 10)
