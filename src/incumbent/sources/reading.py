"""A whole roster read: every snapshot of every source through its adapter, into one table of claims.

What came but is not what it should be (markers, counts, a value that no setting maps) is quarantined with the reason,
and nothing of it is used. A required source that is quarantined, missing or too old holds the release.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from incumbent import curation as curated
from incumbent import edtf
from incumbent.archive import Archive, Snapshot
from incumbent.claims import known_by
from incumbent.errors import HeldError, InputError, RosterError, SourceError
from incumbent.sources import fields, html, registry, text
from incumbent.sources.base import Context, Parsed

if TYPE_CHECKING:  # roster.py imports this package
    from incumbent.roster import Roster, Source

#: Columns of Reading.sources: one row per snapshot that was looked at, or per source that has none.
SOURCES: dict[str, pl.DataType] = {
    "source_id": pl.String(),
    "sha256": pl.String(),
    "url": pl.String(),
    "title": pl.String(),
    "publisher": pl.String(),
    "kind": pl.String(),  # capture | transcription | curation
    "licence": pl.String(),
    "stated_at": pl.String(),
    "fetched_at": pl.String(),
    "records": pl.Int64(),  # claims and account claims read from it, before the known-time rule
    "state": pl.String(),  # fresh | unchanged | carried_forward | quarantined | failed
    "reason": pl.String(),  # why it is not simply fresh
}
_CURATION = "curation"
_CONTEXT_SETTINGS = ("role", "publisher", "source_url", "scope", "stated_at")


def read_roster_claims(roster: Roster, archive: Archive, as_of: str | None = None) -> Reading:
    """Everything that the sources of `roster` say, as far as it was known on `as_of` (all of it without one).

    Of a source with the role `roster` only the latest snapshot of each address is read: an older one is not the list
    any more. Of evidence all are. Raises HeldError for a required source that is missing, quarantined or older than its
    max_age_days; ArchiveError for a damaged archive; RosterError for unusable curation.
    """
    parsed: list[Parsed] = []
    rows: list[dict[str, Any]] = []
    for source in roster.sources:
        snapshots = archive.snapshots(source.id, as_of=as_of)
        if source.role == "roster":
            snapshots = list({snapshot.url: snapshot for snapshot in snapshots}.values())
        found = [_read(roster, source, snapshot) for snapshot in snapshots]
        parsed += [one for one, _ in found]
        source_rows = [row for _, row in found] or [_absent(source)]
        _note_age(source, source_rows, as_of)
        _hold(roster, source, source_rows)
        rows += source_rows
    by_hand, row = _read_curation(roster, as_of)
    if row is not None:
        parsed.append(by_hand)
        rows.append(row)
    claims = pl.concat([Parsed().claims, *(one.claims for one in parsed)]).unique("claim_id").sort("claim_id")
    accounts = pl.concat([Parsed().account_claims, *(one.account_claims for one in parsed)])
    accounts = accounts.unique("claim_id").sort("claim_id")
    if as_of is not None:
        claims, accounts = known_by(claims, as_of), known_by(accounts, as_of)
    return Reading(claims, accounts, pl.DataFrame(rows, schema=SOURCES, orient="row"))


def parse_file(adapter: str, path: Path | str, settings: Mapping[str, str] | None = None) -> Parsed:
    """One saved response through an adapter, to try it: `settings` are texts, KEY=VALUE as on a command line.

    A value is read as YAML (`columns={Name: person}`, `minimum=3`), a dotted key goes into the setting before the dot
    (`columns.Name=person`). The keys role, publisher, primary, source_url, scope and stated_at say what roster.yaml
    otherwise would. Raises InputError, RosterError (settings) or SourceError.
    """
    chosen = registry.get(adapter)
    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", where=str(file)) from None
    nested: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for key, value in (settings or {}).items():
        if key in _CONTEXT_SETTINGS:
            told[key] = value
        elif key == "primary":
            told[key] = value.lower() == "true"
        else:
            _nest(nested, key, value)
    _check_context(told)
    problem = registry.settings_problem(chosen, nested)
    if problem:
        raise RosterError(problem, where=f"settings of {adapter}", do="correct --set KEY=VALUE")
    snapshot = Snapshot(
        source_id=file.stem,
        url=file.name,
        fetched_at="",
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        content_type="",
        record=file.name,
    )
    return chosen.parse(snapshot, nested, Context(roster="", source=file.stem, **told))


def _nest(nested: dict[str, Any], key: str, value: str) -> None:
    try:
        data = yaml.load(value, Loader=yaml.BaseLoader) if value[:1] in "[{" and value else value  # noqa: S506
    except yaml.YAMLError:
        raise RosterError(
            f"the value of {key} is not YAML", where=f"{key}={value}", expected="such as [a, b]"
        ) from None
    if isinstance(data, str) and data.isdecimal():
        data = int(data)
    outer, _, inner = key.partition(".")
    if not inner:
        nested[outer] = data
        return
    held = nested.setdefault(outer, {})
    if not isinstance(held, dict):
        raise RosterError(f"{outer} is set both as a whole and in parts", where=f"{key}={value}")
    held[inner] = str(data) if isinstance(data, int) else data


def _check_context(told: Mapping[str, Any]) -> None:
    allowed = {"role": ("roster", "evidence"), "scope": ("complete", "partial")}
    for key, values in allowed.items():
        if key in told and told[key] not in values:
            raise RosterError(f"{key} is {told[key]!r}", where=f"--set {key}", expected=" | ".join(values))
    if "stated_at" in told:
        try:
            edtf.bounds(told["stated_at"])
        except ValueError as error:
            raise RosterError(str(error), where="--set stated_at") from None


def _read(roster: Roster, source: Source, snapshot: Snapshot) -> tuple[Parsed, dict[str, Any]]:
    stated = (
        snapshot.stated_at or source.stated_at or (snapshot.fetched_at[:10] if snapshot.kind == "capture" else None)
    )
    context = Context(
        roster=roster.slug,
        source=source.id,
        role=source.role,
        publisher=snapshot.publisher or source.publisher,
        primary=source.primary,
        source_url=snapshot.url,
        scope=source.scope,
        stated_at=stated,
    )
    state, reason, parsed = "unchanged" if snapshot.unchanged else "fresh", None, Parsed()
    try:
        _check_markers(source, snapshot)
        parsed = registry.get(source.adapter).parse(snapshot, source.settings, context)
        records = parsed.height
        if records < source.minimum:
            raise SourceError(
                "the source gives fewer claims than it must",
                source=source.id,
                locator=snapshot.record,
                value=str(records),
                expected=f"at least {source.minimum}",
            )
    except SourceError as error:
        parsed, state = Parsed(), "quarantined"
        reason = f"{error.what}: {error.where}" + (f"; expected {error.expected}" if error.expected else "")
    row = {
        "source_id": source.id,
        "sha256": snapshot.sha256,
        "url": snapshot.url,
        "title": snapshot.title or source.title,
        "publisher": context.publisher,
        "kind": snapshot.kind,
        "licence": source.licence,
        "stated_at": stated,
        "fetched_at": snapshot.fetched_at,
        "records": parsed.height,
        "state": state,
        "reason": reason,
    }
    return parsed, row


def _check_markers(source: Source, snapshot: Snapshot) -> None:
    markers = source.markers

    def fail(what: str, expected: str) -> SourceError:
        return SourceError(what, source=source.id, locator=snapshot.record, expected=expected)

    if markers.title or markers.selector:
        tree = html.page(snapshot)
        title = tree.css_first("title")
        if markers.title and (title is None or markers.title not in html.words(title)):
            raise fail("the page's title is another", markers.title)
        if markers.selector and not tree.css(markers.selector):
            raise fail("the page lacks a node that marks it", markers.selector)
    if markers.contains:
        content = text.decoded(snapshot.content, source=source.id, declared=snapshot.content_type)
        for word in markers.contains:
            if word not in content:
                raise fail("the page lacks a text that marks it", word)


def _absent(source: Source) -> dict[str, Any]:
    return {
        "source_id": source.id,
        "url": source.url,
        "title": source.title,
        "publisher": source.publisher,
        "kind": source.kind,
        "licence": source.licence,
        "records": 0,
        "state": "failed",
        "reason": "the archive has no snapshot of it that was known by then",
    }


def _note_age(source: Source, rows: Sequence[dict[str, Any]], as_of: str | None) -> None:
    """A source whose newest snapshot is older than it may be is carried forward, with its age."""
    dates = [edtf.bounds(row["stated_at"])[1] for row in rows if row.get("stated_at")]
    if as_of is None or source.max_age_days is None or not dates:
        return
    age = (edtf.parse_day(as_of) - max(dates)).days
    if age > source.max_age_days:
        for row in rows:
            if row["state"] in ("fresh", "unchanged"):
                row["state"] = "carried_forward"
                row["reason"] = f"the newest snapshot is {age} days old; allowed are {source.max_age_days}"


def _hold(roster: Roster, source: Source, rows: Sequence[Mapping[str, Any]]) -> None:
    if not source.required:
        return
    bad = [row for row in rows if row["state"] not in ("fresh", "unchanged")]
    if bad:
        number = [one.id for one in roster.sources].index(source.id)
        raise HeldError(
            f"the required source {source.id} is {bad[0]['state']}: {bad[0]['reason']}",
            where=roster.where("sources", number),
            expected="a snapshot with its markers and counts",
            do="capture it again, or mend its settings; the release is held",
        )


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
    """Claims, account claims, and what became of each snapshot (columns: SOURCES)."""

    claims: pl.DataFrame
    account_claims: pl.DataFrame
    sources: pl.DataFrame
