"""A whole roster read: every snapshot of every source through its adapter, into one table of claims.

What came but is not what it should be (markers, counts, a value that no setting maps) is quarantined with the reason,
and nothing of it is used; an earlier page of the same address that can be used is carried forward, with its age. A
required source that is quarantined, missing or too old holds the release.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from incumbent import curation as curated
from incumbent import edtf
from incumbent.archive import Archive, Snapshot, Visit
from incumbent.claims import empty_claims, known_by
from incumbent.errors import HeldError, RosterError, SourceError
from incumbent.sources import fields, page
from incumbent.sources.base import Context, Parsed
from incumbent.sources.pages import Pages, Run, current_addresses
from incumbent.sources.walk import Walk

if TYPE_CHECKING:  # roster.py imports this package
    from incumbent.roster import Roster, Source

#: Columns of Reading.sources: one row per snapshot that was looked at, or per page that has none.
SOURCES: dict[str, pl.DataType] = {
    "source_id": pl.String(),
    "sha256": pl.String(),
    "url": pl.String(),
    "title": pl.String(),
    "publisher": pl.String(),
    "kind": pl.String(),  # capture | transcription | curation
    "licence": pl.String(),
    "stated_at": pl.String(),
    "fetched_at": pl.String(),  # when these bytes first came
    "checked_at": pl.String(),  # when they came last
    "records": pl.Int64(),  # claims and account claims read from it, before the known-time rule
    "state": pl.String(),  # fresh | unchanged | carried_forward | quarantined | failed
    "reason": pl.String(),  # why it is not simply fresh
    "age_days": pl.Int64(),  # of what is carried forward, on as_of
}
#: Columns of Reading.captures: each day on which a page of the list was seen and could be used.
CAPTURES: dict[str, pl.DataType] = dict.fromkeys(("source", "source_url", "snapshot", "stated_at"), pl.String())
_CURATION = "curation"
_GOOD = ("fresh", "unchanged")


def read_roster_claims(roster: Roster, archive: Archive, as_of: str | None = None) -> Reading:
    """Everything that the sources of `roster` say, as far as it was known on `as_of` (all of it without one).

    Of a source with the role `roster` only the latest usable snapshot of each address that makes up the list is read:
    an older one is not the list any more. Of evidence all are. Raises HeldError for a required source that is missing,
    quarantined or older than its max_age_days; ArchiveError for a damaged archive; RosterError for unusable curation.
    """
    found = [Parsed()]
    rows: list[dict[str, Any]] = []
    history, captures = [empty_claims()], [pl.DataFrame(schema=CAPTURES)]
    named: dict[str, Walk | None] = {}
    for number, source in enumerate(roster.sources):
        if as_of is not None and source not in roster.in_force(as_of):
            continue
        pages = Pages(roster, source, archive, as_of)
        current = current_addresses(source, pages, named)
        named[source.id] = current if pages.known else None
        # An index that names nothing, and a past that was never asked for, are no failures.
        named_none = source.role == "evidence" and bool(source.follows) and not current.faults
        may_be_empty = source.id in roster.past_only or (named_none and any(named.get(one) for one in source.follows))
        parsed, source_rows = _read(source, pages, current, as_of, may_be_empty=may_be_empty)
        if as_of is not None or pages.visits or (source.since or source.until) is None:
            _hold(source, source_rows, roster.where("sources", number))
        found += parsed
        rows += source_rows
        if source.role == "roster":
            before, seen = _history(source, pages)
            history += before
            captures.append(seen)
    by_hand, row = _read_curation(roster, as_of)
    if row is not None:
        found.append(by_hand)
        rows.append(row)
    tables = [
        pl.concat([getattr(one, name) for one in found]).unique("claim_id", keep="first", maintain_order=True)
        for name in ("claims", "account_claims", "observations")
    ]
    claims, accounts, observations = (
        (known_by(table, as_of) if as_of is not None else table).sort("claim_id") for table in tables
    )
    return Reading(
        claims,
        accounts,
        pl.DataFrame(rows, schema=SOURCES, orient="row"),
        observations=observations,
        roster_history=pl.concat(history).unique("claim_id", keep="first", maintain_order=True).sort("claim_id"),
        captures=pl.concat(captures)
        .unique(maintain_order=True)
        .sort("source", "source_url", "stated_at", maintain_order=True),
    )


def _read(
    source: Source, pages: Pages, current: Walk, as_of: str | None, *, may_be_empty: bool
) -> tuple[list[Parsed], list[dict[str, Any]]]:
    """What a source says, and a row for each page that says it, or should."""
    found: list[Parsed] = []
    rows = [_row(source, None, "quarantined", why, url=url) for url, why in current.faults.items()]
    addresses = current.pages if source.role == "roster" else [*pages.visits]
    for address in addresses or ([] if rows or may_be_empty else [source.url]):
        runs = pages.runs(address)
        good = pages.good(address)
        if good is None:
            rows.append(_unusable(source, pages, address))
            continue
        for run in runs if source.role == "evidence" else [good]:
            fault = pages.fault(run)
            if fault is not None:
                rows.append(_row(source, run, "quarantined", fault))
                continue
            state, reason, age = _state(pages, run, good, as_of)
            parsed = pages.read(run)
            found.append(parsed)
            rows.append(_row(source, run, state, reason, records=parsed.height, age_days=age))
    _note_age(source, rows, as_of)
    total = sum(row["records"] for row in rows)
    if total < source.minimum_total:
        why = f"its pages give {total} claims; expected at least {source.minimum_total}"
        return [], [{**row, "state": "quarantined", "reason": why, "records": 0} for row in rows]
    return found, rows


def _state(pages: Pages, run: Run, good: Run, as_of: str | None) -> tuple[str, str | None, int | None]:
    """State, reason and age in days of a page that is used."""
    newest = pages.visits[run.address][-1]
    if run != good or newest == run.last:
        return "unchanged" if newest == run.last and newest.snapshot.unchanged else "fresh", None, None
    asked, seen = _day(newest), _day(run.last)
    age = (edtf.parse_day(as_of) - edtf.bounds(seen)[1]).days if as_of else None
    return "carried_forward", f"{_what_came(pages, newest)} on {asked}; what it said on {seen} is used", age


def _unusable(source: Source, pages: Pages, address: str) -> dict[str, Any]:
    """The row of a page of which no snapshot can be used."""
    visits = pages.visits.get(address)
    if not visits:
        reason = "the archive has no snapshot of it that was known by then"
        return _row(source, None, "failed", reason, url=address)
    runs = pages.runs(address)
    if runs and runs[-1].last == visits[-1]:
        return _row(source, runs[-1], "quarantined", pages.fault(runs[-1]))
    return _row(source, None, "failed", f"{_what_came(pages, visits[-1])} on {_day(visits[-1])}", url=address)


def _what_came(pages: Pages, visit: Visit) -> str:
    snapshot = visit.snapshot
    if snapshot.truncated:
        return f"a response cut short ({snapshot.truncated}) came"
    run = next((run for run in pages.runs(snapshot.url) if run.last == visit), None)
    fault = pages.fault(run) if run else None
    return f"a page that cannot be used ({fault}) came" if fault else f"status {snapshot.status} came"


def _day(visit: Visit) -> str:
    return visit.snapshot.known_at or visit.snapshot.fetched_at[:10]


def _row(source: Source, run: Run | None, state: str, reason: str | None, **more: Any) -> dict[str, Any]:
    row = {
        "source_id": source.id,
        "url": source.url,
        "title": source.title,
        "publisher": source.publisher,
        "kind": source.kind,
        "licence": source.licence,
        "records": 0,
        "state": state,
        "reason": reason,
    }
    if run is not None:
        first = run.first.snapshot
        row |= {
            "sha256": first.sha256,
            "url": first.url,
            "title": first.title or source.title,
            "publisher": first.publisher or source.publisher,
            "kind": first.kind,
            "stated_at": page.stated_on(source, first),
            "fetched_at": first.fetched_at,
            "checked_at": run.last.snapshot.fetched_at,
        }
    return row | more


def _note_age(source: Source, rows: Sequence[dict[str, Any]], as_of: str | None) -> None:
    """A source whose newest snapshot is older than it may be is carried forward, with its age."""
    seen = [_seen(row) for row in rows if row.get("sha256") and row["state"] != "quarantined"]
    dates = [edtf.bounds(date)[1] for date in seen if date]
    if as_of is None or source.max_age_days is None or not dates:
        return
    age = (edtf.parse_day(as_of) - max(dates)).days
    if age > source.max_age_days:
        for row in rows:
            if row["state"] in _GOOD:
                row["state"], row["age_days"] = "carried_forward", age
                row["reason"] = f"the newest snapshot is {age} days old; allowed are {source.max_age_days}"


def _seen(row: Mapping[str, Any]) -> str | None:
    """The last day on which a page was seen to say what it says."""
    if row["kind"] == "capture" and row["fetched_at"] != row["checked_at"]:
        return str(row["checked_at"])[:10]
    return str(row["stated_at"]) if row["stated_at"] else None


def _hold(source: Source, rows: Sequence[Mapping[str, Any]], where: str) -> None:
    """What a required source lacks now holds the release; that an old page of it was once unusable does not."""
    if not source.required:
        return
    used = {row["url"] for row in rows if row["state"] in (*_GOOD, "carried_forward")}
    limit = source.max_age_days
    for row in rows:
        lost = row["state"] in ("quarantined", "failed") and (row["url"] not in used or source.kind != "capture")
        age = row.get("age_days")
        too_old = row["state"] == "carried_forward" and (limit is None or age is None or age > limit)
        if lost or too_old:
            raise HeldError(
                f"the required source {source.id} is {row['state']}: {row['reason']}",
                where=where,
                expected="a snapshot with its markers and counts",
                do="capture it again, or mend its settings; the release is held",
            )


def _history(source: Source, pages: Pages) -> tuple[list[pl.DataFrame], pl.DataFrame]:
    """All that a list said over time, and the days on which it was seen (columns: CAPTURES)."""
    said, seen = [], []
    for address in pages.visits:
        for run in pages.runs(address):
            if pages.fault(run) is None:
                said.append(pages.read(run).claims)
                seen += [(source.id, address, run.first.snapshot.sha256, day) for day in run.days]
    return said, pl.DataFrame(seen, schema=CAPTURES, orient="row")


def _read_curation(roster: Roster, as_of: str | None) -> tuple[Parsed, dict[str, Any] | None]:
    """Evidence kept by hand, read as the source `curation`; no row where there is none."""
    path = roster.folder / "curation" / "evidence.csv"
    decisions = curated.load(path.parent)
    frame = (decisions.valid_on(as_of) if as_of else decisions).evidence
    if frame.is_empty():
        return Parsed(), None
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    snapshot = Snapshot(_CURATION, "", "", digest, content, "text/csv", path.name, kind=_CURATION)
    context = Context(roster=roster.slug, source=_CURATION)
    cells = frame.rename({"reason": "quote"}).drop("source", "expires")
    try:
        parsed = fields.parsed(cells, ["claims"], snapshot, context)
    except SourceError as error:
        raise RosterError(error.what, where=f"{path}, {error.locator}", expected=error.expected) from None
    row = {
        "source_id": _CURATION,
        "sha256": digest,
        "title": f"Evidence kept by hand for {roster.title}",
        "publisher": None,
        "kind": _CURATION,
        "licence": roster.licence,
        "records": parsed.claims.height,
        "state": "fresh",
    }
    return parsed, row


@dataclass(frozen=True)
class Reading:
    """Claims, account claims, what became of each snapshot (columns: SOURCES), observations of accounts; all that the
    list itself ever said, as claims, and the days on which it was seen (columns: CAPTURES)."""

    claims: pl.DataFrame
    account_claims: pl.DataFrame
    sources: pl.DataFrame
    observations: pl.DataFrame = field(default_factory=lambda: Parsed().observations)
    roster_history: pl.DataFrame = field(default_factory=empty_claims)
    captures: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CAPTURES))
