"""The pages of entries: one for each that the list has or ever had, so that no link to one dies."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import polars as pl

from incumbent import edtf, ledger
from incumbent.freshness.sentences import office_words
from incumbent.site import addresses, evidence, rows, timeline, words
from incumbent.site.reading import Published
from incumbent.site.rendering import framed, render

Rows = dict[Any, list[dict[str, Any]]]


def pages(found: Published, common: Mapping[str, Any], pictured: Collection[str] = ()) -> Iterator[tuple[str, bytes]]:
    """`entries/<id>.html` of each entry of the live version, of each that is gone from the list, and one that leads on
    for each id that an entry had earlier; sorted by path. `pictured`: the entries whose timeline is a picture too.

    What an entry needs of the tables is looked up for all entries at once; a page is one template.
    """
    if found.live is None or found.as_of is None:
        return
    gathered = _Gathered(found)
    roster, listings = found.tables["roster"], found.tables["listings"]
    gone = listings.join(roster, on="entry_id", how="anti")
    made: dict[str, tuple[dict[str, Any], bool | None]] = {}
    for row in _earlier(listings).iter_rows(named=True):
        made[addresses.entry_page(row["earlier"])] = (row, None)
    # An id that an entry has outweighs one that another had once.
    for row in gone.iter_rows(named=True):
        made[addresses.entry_page(row["entry_id"])] = (_as_entry(row), False)
    for row in roster.iter_rows(named=True):
        made[addresses.entry_page(row["entry_id"])] = (row, True)
    page = framed("entry.html", common)
    for path, (row, listed) in sorted(made.items(), key=lambda each: each[0]):
        if listed is None:
            yield path, render("moved.html", **common, entry=rows.shown(_as_entry(row)))
        else:
            yield path, page(**gathered.of(row, listed=listed), pictured=listed and row["entry_id"] in pictured)


def _earlier(listings: pl.DataFrame) -> pl.DataFrame:
    """Columns of listings, and `earlier`: one row for each id that an entry had before."""
    split = listings.with_columns(earlier=pl.col("earlier_entry_ids").str.split(";"))
    return split.explode("earlier").filter(pl.col("earlier").is_not_null() & (pl.col("earlier") != ""))


def _as_entry(listing: dict[str, Any]) -> dict[str, Any]:
    """A row of listings whose entry is gone, in the columns of the roster table: it has no verdict any more."""
    kept = {name: listing[name] for name in ("entry_id", "listed_person", "listed_post", "listed_organisation")}
    told = {
        name: listing[name] for name in ("reasons", "confidence", "explanation", "source_id", "claim_id", "evidence")
    }
    since = {"since_earliest": listing["wrong_since_earliest"], "since_latest": listing["wrong_since_latest"]}
    none = dict.fromkeys(("verdict", "holder", "days_out_of_date", "person_id", "post_id", "accounts", "account_state"))
    return none | kept | told | since


def _history(found: Published) -> Rows:
    """entry_id -> `version, as_of, verdict, reasons, explanation`, the oldest first: the versions in which it changed.

    Under the id that the entry has now, whatever it had then.
    """
    columns = ("entry_id", "verdict", "reasons", "explanation")
    frames = [
        pl.scan_parquet(release.path / "roster.parquet")
        .select(columns)
        .with_columns(sequence=release.sequence, version=pl.lit(release.version), as_of=pl.lit(release.as_of))
        for release in ledger.releases(found.folder)
    ]
    if not frames:
        return {}
    ids = _earlier(found.tables["listings"]).select("earlier", now="entry_id").unique("earlier", keep="any")
    said = pl.col("verdict").fill_null("") + "|" + pl.col("reasons").fill_null("")
    known = found.tables["roster"].get_column("entry_id").implode()
    whole = (
        pl.concat(frames)
        .join(ids.lazy(), left_on="entry_id", right_on="earlier", how="left")
        .with_columns(
            entry_id=pl.when(pl.col("entry_id").is_in(known)).then("entry_id").otherwise(pl.coalesce("now", "entry_id"))
        )
        .sort("entry_id", "sequence")
        .filter((said != said.shift().over("entry_id")).fill_null(True))
        .select("entry_id", "version", "as_of", "verdict", "reasons", "explanation")
        .collect()
    )
    return whole.rows_by_key("entry_id", named=True)


def _by(frame: pl.DataFrame, key: str) -> Rows:
    """Rows by a column, which they keep."""
    return frame.rows_by_key(key, named=True, include_key=True)


class _Gathered:
    """What the pages of entries need, keyed by what an entry knows: made once, for all of them."""

    def __init__(self, found: Published) -> None:
        tables = found.tables
        people = tables["people"].select("person_id", "name")
        posts = tables["posts"].select("post_id", post="name")
        bodies = tables["organisations"].select("organisation_id", organisation="name")
        appointments = (
            tables["appointments"]
            .join(people, on="person_id", how="left")
            .join(posts, on="post_id", how="left")
            .join(bodies, on="organisation_id", how="left")
            .with_columns(
                pl.col("name").fill_null("somebody not named"),
                office=office_words(pl.col("post"), pl.col("organisation")),
            )
            .sort("appointment_id")
        )
        self.published = found
        self.as_of = edtf.parse_day(found.as_of or "")
        self.holders = _by(appointments, "post_id")
        self.terms = _by(appointments.filter(pl.col("office").is_not_null()), "person_id")
        self.findings = _by(tables["findings"].sort("finding_id"), "entry_id")
        self.listings = _by(tables["listings"], "entry_id")
        self.accounts = _by(tables["accounts"].sort("account_id"), "person_id")
        self.statements = evidence.statements(found)
        self.sources = _by(tables["sources"].sort("source_id", "stated_at", "snapshot"), "source_id")
        self.publishers = _by(tables["sources"].sort("publisher", "stated_at", "source_id", "snapshot"), "publisher")
        self.history = _history(found)
        self.contact = contact(found)

    def of(self, row: dict[str, Any], *, listed: bool) -> dict[str, Any]:
        """What the template of an entry is given. `row`: of the roster table."""
        entry_id, post_id, person_id = row["entry_id"], row["post_id"], row["person_id"]
        findings = self.findings.get(entry_id, [])
        listing = next(iter(self.listings.get(entry_id, [])), None)
        holders = self.holders.get(post_id, []) if post_id else []
        elsewhere = [each for each in self.terms.get(person_id, []) if each["post_id"] != post_id] if person_id else []
        ids = evidence.cited(row["evidence"], *(each["evidence"] for each in findings))
        statements = evidence.in_order(ids, self.statements)
        numbers = {each["claim_id"]: number for number, each in enumerate(statements, 1)}
        return {
            "entry": rows.shown(row),
            "listed": listed,
            "listing": listing,
            "findings": [
                each | {"numbers": sorted(numbers[one] for one in evidence.cited(each["evidence"]) if one in numbers)}
                for each in findings
            ],
            "timeline": timeline.timeline(listing, holders, elsewhere, person_id, self.as_of),
            "claim_ids": ids,
            "statements": statements,
            "publishers": len(evidence.by_publisher(statements)),
            "sources": [] if statements else self._named(row, findings),
            "source": next(iter(self.sources.get(row["source_id"], [])), None),
            "accounts": self.accounts.get(person_id, []) if person_id else [],
            "history": self.history.get(entry_id, []),
            "report": self._report(row),
        }

    def _named(self, row: dict[str, Any], findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The sources whose publishers the sentences name: where a reader finds what no table leads to."""
        told = " ".join(filter(None, [row["explanation"], *(each["explanation"] for each in findings)]))
        found = [
            source for publisher, of in self.publishers.items() if publisher and publisher in told for source in of
        ]
        return [source for source in found if source["source_id"] != row["source_id"]]

    def _report(self, row: dict[str, Any]) -> dict[str, Any]:
        """A message about an error in this entry, filled in, and where it can be sent to."""
        listed = ", ".join(filter(None, (row["listed_person"], row["listed_post"], row["listed_organisation"])))
        version = self.published.pointer["version"]
        text = (
            f"Entry: {row['entry_id']}\nList: {self.published.title}\n"
            f"Version: {version}, as of {self.published.as_of}\nListed as: {listed}\n"
            f"Published: {row['verdict'] or 'no longer listed'}. {row['explanation'] or ''}\n\n"
            "What is wrong:\n\nSource that shows it (address, date):\n"
        )
        text = words.plain(text)
        subject = words.plain(f"Error in {row['entry_id']}, version {version}")
        return {"text": text, "address": addresses.report(self.contact, subject, text)}


def contact(found: Published) -> dict[str, str]:
    """The contributor whom the version names for messages; none where it names nobody."""
    named = [each for each in found.described.get("contributors", []) if "contact" in each.get("roles", ())]
    return {key: str(value) for key, value in named[0].items() if key in ("email", "path")} if named else {}
