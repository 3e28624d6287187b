"""Publications made for the tests of the pages: the invented board, names that attack, and lists of any length."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl

from incumbent import package, publish, schemas, site, tablefiles
from incumbent.site import writing
from tests import synthetic_package as synthetic
from tests.readers.hostile_strings import STRINGS

SLUG = "harbour-board"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="480" height="300"><title>A picture</title></svg>'


def stub_pictures(tables: Mapping[str, pl.DataFrame], title: str) -> list[Any]:
    """As charts.pictures, without drawing: the contract, and a table whose cells a page must show."""
    entries = tables["roster"].height
    return [
        SimpleNamespace(
            id=name,
            title=f"Chart of {name}",
            description=f"{entries} entries, drawn as {name}",
            svg=SVG,
            svg_dark=SVG,
            png=b"PNG " + name.encode(),
            table=pl.DataFrame({"reason": ["moved", title], "entries": [entries, 7]}),
        )
        for name in ("reasons", "days-wrong", "accounts-over-time")
    ]


def board(folder: Path) -> Path:
    """Two versions of the invented board, with their pages."""
    publish.publish(synthetic.draft(), folder, SLUG)
    publish.publish(synthetic.draft(synthetic.LATER, extra=True, days=152), folder, SLUG)
    make(folder, SLUG)
    return folder


def make(folder: Path, slug: str) -> writing.Written:
    """The pages of one roster, and the index."""
    written = writing.write_pages(folder, slug)
    writing.write_index(folder)
    return written


def whole(folder: Path, slug: str) -> dict[str, bytes]:
    """All pages by their path relative to published/."""
    made = {f"{slug}/{path}": content for path, content in site.pages(folder, slug)}
    return made | dict(site.index_pages(folder))


def published(folder: Path, tables: Mapping[str, pl.DataFrame], roster: Any, as_of: str = synthetic.AS_OF) -> Path:
    """One version of these tables."""
    publish.publish(package.Draft(tables, roster, as_of), folder, roster.slug)
    return folder


@dataclasses.dataclass(frozen=True)
class Hostile(synthetic.Roster):
    """A roster whose every text attacks."""

    title: str = "".join(STRINGS[20:34])
    description: str = " ".join(STRINGS[20:60])
    attribution: str = '"><script>alert(1)</script>'


def hostile() -> dict[str, pl.DataFrame]:
    """Tables in which every text that a source, or whoever made an id, chose is one of the sixty strings."""
    tables = dict(synthetic.tables())
    count = len(STRINGS)
    number = [f"{at:03d}" for at in range(count)]
    ids = ["".join(text.split()).replace(";", "") + number[at] for at, text in enumerate(STRINGS)]
    text = pl.Series(STRINGS)

    def frame(table: str, **cells: Any) -> None:
        """One row for each string: those of `cells`, else as the first row of the invented table."""
        first = tables[table].head(1).drop(cells)
        made = pl.DataFrame(cells).join(first, how="cross")
        tables[table] = tablefiles.conform(made, known[table])

    known = schemas.load()
    frame("people", person_id=ids, name=text, other_names=text)
    frame("organisations", organisation_id=ids, name=text, other_names=text)
    frame("posts", post_id=ids, name=text, organisation_id=ids)
    said = {"listed_person": text, "listed_post": text, "listed_organisation": text, "explanation": text}
    own = {"person_id": ids, "post_id": ids, "organisation_id": ids, "source_id": ids}
    claims = [f"{at:020x}" for at in range(count)]
    frame("roster", entry_id=ids, **said, **own, holder=text, accounts=[f"x:{each}" for each in ids], evidence=claims)
    frame("findings", finding_id=ids, entry_id=ids, explanation=text, holder=text, evidence=claims)
    frame(
        "evidence", claim_id=claims, source_id=ids, publisher=text, locator=text, statement=text, quote=text,
        url=["javascript:alert(1)"] * count, archived_url=["javascript:alert(2)"] * count,
    )  # fmt: skip
    frame("listings", entry_id=ids, **said, earlier_entry_ids=[f"{each}-once" for each in ids])
    frame("appointments", appointment_id=ids, person_id=ids, post_id=ids, organisation_id=ids)
    frame(
        "accounts", account_id=ids, person_id=ids, handle=text,
        profile_url=[f"javascript:alert({at})" if at % 2 else f"https://x.example/{at}\"><b>" for at in range(count)],
    )  # fmt: skip
    frame("sources", source_id=ids, title=text, publisher=text, url=["javascript:alert(1)"] * count)
    return tables


def many(count: int) -> dict[str, pl.DataFrame]:
    """A list of `count` entries in 200 bodies: one in five wrong, each with a finding, a listing and two holders."""
    known = schemas.load()
    at = pl.int_range(count, eager=True)
    told = pl.DataFrame({"at": at}).with_columns(
        number=pl.col("at").cast(pl.String).str.zfill(6),
        body=(pl.col("at") % 200).cast(pl.String),
        wrong=pl.col("at") % 5 == 0,
    )
    entries = told.select(
        entry_id="person-" + pl.col("number") + "--body-" + pl.col("body"),
        listed_person="Person Number " + pl.col("number"),
        listed_post=pl.lit("Director of Things"),
        listed_organisation="Department of Body " + pl.col("body"),
        verdict=pl.when("wrong").then(pl.lit("out_of_date")).otherwise(pl.lit("current")),
        reasons=pl.when("wrong").then(pl.lit("moved;replaced")),
        holder="Holder Number " + pl.col("number"),
        since_earliest=pl.when("wrong").then(pl.date(2031, 5, 1)),
        since_latest=pl.when("wrong").then(pl.date(2031, 6, 1)),
        days_out_of_date=pl.when("wrong").then(pl.col("at") % 365),
        confidence=pl.when("wrong").then(pl.lit("confirmed")),
        explanation="Person Number " + pl.col("number") + " is listed as Director of Things, but was elsewhere by "
        "1 June 2031, according to the Gazette of Nowhere and the Department of Body " + pl.col("body") + ".",
        person_id="person-" + pl.col("number"),
        post_id="director--body-" + pl.col("number"),
        organisation_id="body-" + pl.col("body"),
        account_state=pl.lit("none_known"),
        source_id=pl.lit("the-list"),
        evidence=pl.format("a{}0000000000000;b{}0000000000000", "number", "number"),
    )  # fmt: skip
    claims = entries.select(pl.col("evidence").str.split(";").alias("claim_id"), "explanation", "listed_post").explode(
        "claim_id"
    )
    statements = claims.with_columns(
        source_id=pl.lit("post"), snapshot=pl.lit("2" * 64), publisher=pl.lit("Gazette of Nowhere"),
        url=pl.lit("https://gazette.example/may"), stated_at=pl.lit("2031-06-01"), locator=pl.lit("line 12"),
        statement="explanation", quote="explanation",
    )  # fmt: skip
    bodies = entries.select("organisation_id", name="listed_organisation").unique("organisation_id")
    people = entries.select("person_id", name="listed_person")
    holders = entries.select(person_id="h" + pl.col("person_id"), name="holder")
    posts = entries.select("post_id", "organisation_id", name="listed_post")
    terms = entries.select(
        "person_id", "post_id", "organisation_id", appointment_id="entry_id", start_latest=pl.date(2029, 1, 1),
        last_seen=pl.date(2031, 6, 1),
    )  # fmt: skip
    wrong = entries.filter(pl.col("verdict") == "out_of_date")
    findings = wrong.with_columns(finding_id=pl.col("entry_id") + "--moved", reason=pl.lit("moved"))
    listings = entries.with_columns(
        first_seen=pl.date(2031, 1, 1), last_seen=pl.date(2031, 6, 28), wrong_since_latest="since_latest"
    )
    tables = dict(synthetic.tables())
    for name, made in {
        "roster": entries, "organisations": bodies, "people": pl.concat([people, holders]), "posts": posts,
        "appointments": terms, "findings": findings, "listings": listings,
        "evidence": statements,
    }.items():  # fmt: skip
        tables[name] = tablefiles.conform(made, known[name])
    return tables
