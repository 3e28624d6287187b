"""From a published cell back to the bytes: findings, claims, the snapshot, the place in the page, the words.

A version keeps claim ids, not claims. A claim's id is the hash of its content, so the archive is parsed again and each
id must come out of it again: what cannot be found there is an error, never a gap.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from incumbent import evidence
from incumbent.activity.findings import REASONS as ACCOUNT_REASONS
from incumbent.archive import Archive, Snapshot
from incumbent.errors import InputError, VerifyError
from incumbent.roster import Roster

#: How much of a page is shown around the words that a claim was read from, in characters.
_AROUND = 60
#: The same bytes can have been published at two dates.
_SNAPSHOT_KEY = ("source_id", "sha256", "stated_at")
#: How far behind a name the rest of a claim may stand in a page, in characters.
_NEAR = 400
#: The columns of an entry whose evidence is the listed line itself.
_LISTED = ("listed_person", "listed_post", "listed_organisation", "source_id", "claim_id")
#: The columns that say what the account claims say.
_ACCOUNTS = ("accounts", "account_state")


def explain(roster: Roster, archive: Archive, version: Path, entry: str, field: str | None = None) -> Explanation:
    """Everything that stands behind an entry of a version, or behind one of its cells.

    `entry`: an entry_id, or a part of one listed person's name. Raises InputError for an unknown or ambiguous entry
    or an unknown field; VerifyError when the archive does not hold what the version was made from.
    """
    row = find_entry(pl.read_parquet(version / "roster.parquet"), entry)
    if field is not None and field not in row:
        raise InputError(f"the table of entries has no column {field!r}", where=str(version), expected=", ".join(row))
    findings = (
        pl.read_parquet(version / "findings.parquet")
        .filter(pl.col("entry_id") == row["entry_id"])
        .with_columns(pl.col(pl.Date).cast(pl.String))
        .sort("finding_id")
        .to_dicts()
    )
    accounts = pl.read_parquet(version / "accounts.parquet").filter(pl.col("person_id") == row["person_id"])
    account_ids = _ids(accounts.sort("account_id").get_column("evidence").to_list())
    if field in _LISTED:
        findings, ids = [], []
    elif field in _ACCOUNTS:
        given_away = [reason for reason, _ in ACCOUNT_REASONS.values()]
        findings, ids = [each for each in findings if each["reason"] in given_away], account_ids
    else:
        ids = _ids([row["evidence"], *(finding["evidence"] for finding in findings)])
        ids += [] if field else account_ids
    wanted = list(dict.fromkeys([*_ids([row["claim_id"]]), *ids]))
    described = json.loads((version / "datapackage.json").read_bytes())
    claims = trace(roster, archive, wanted, described["created"][:10])
    return Explanation(row, field, findings, claims, described["version"])


def trace(roster: Roster, archive: Archive, claim_ids: Sequence[str], as_of: str) -> list[TracedClaim]:
    """Each claim with the snapshot that it was read from and the words in its bytes, in the given order.

    The archive is read as a release as of `as_of` reads it, and verified in doing so. Raises VerifyError for an id that
    does not come out of it.
    """
    reading = evidence.read_evidence(roster, archive, as_of)
    found = {
        claim["claim_id"]: claim
        for frame in (reading.claims, reading.account_claims, reading.observations)
        for claim in frame.filter(pl.col("claim_id").is_in(claim_ids)).iter_rows(named=True)
    }
    missing = [claim_id for claim_id in claim_ids if claim_id not in found]
    if missing:
        raise VerifyError(
            f"the archive does not give {len(missing)} of the claims, such as {missing[0]}",
            where=str(archive.folder),
            expected="the archive, the curation and the code that the version was made from",
            do="use that archive (--archive), or release again",
        )
    titles = {
        (row["source_id"], row["sha256"], row["stated_at"]): row["title"]
        for row in reading.sources.iter_rows(named=True)
    }
    snapshots: dict[str, list[Snapshot]] = {}
    traced = []
    for claim in (found[claim_id] for claim_id in claim_ids):
        source = claim["source"]
        if source not in snapshots:
            snapshots[source] = _snapshots(roster, archive, source)
        same = [snapshot for snapshot in snapshots[source] if snapshot.sha256 == claim["snapshot"]]
        # The claim's own date tells which of several publications of the same bytes it is from.
        snapshot = next((one for one in same if one.stated_at == claim["stated_at"]), same[0])
        title = titles.get((source, claim["snapshot"], claim["stated_at"])) or snapshot.title or source
        traced.append(TracedClaim(claim, title, snapshot, words(snapshot.content, claim)))
    return traced


def _snapshots(roster: Roster, archive: Archive, source: str) -> list[Snapshot]:
    """The snapshots of a source. What was decided by hand lies in the roster's folder, not in the archive."""
    found = archive.snapshots(source)
    if found:
        return found
    path = roster.folder / "curation" / "evidence.csv"
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    title = f"Evidence kept by hand for {roster.title}"
    return [Snapshot(source, "", "", digest, content, "text/csv", f"{path.parent.name}/{path.name}", title=title)]


def find_entry(entries: pl.DataFrame, text: str) -> dict[str, Any]:
    """The one entry with this entry_id, else whose listed person's name has these words; dates as text.

    Case, accents and order of the words do not matter. Raises InputError that lists what it could be.
    """
    entries = entries.with_columns(pl.col(pl.Date).cast(pl.String))
    chosen = entries.filter(pl.col("entry_id") == text)
    if chosen.is_empty():
        from anyascii import anyascii

        wanted = _name_words(anyascii(text), "")
        names = [anyascii(name or "") for name in entries.get_column("listed_person")]
        matches = [bool(wanted) and wanted <= _name_words(name, "") | _name_words(name, " ") for name in names]
        chosen = entries.filter(pl.Series(matches, dtype=pl.Boolean))
    if chosen.height == 1:
        return chosen.row(0, named=True)
    several = ", ".join(chosen.get_column("entry_id").sort().to_list()[:10])
    raise InputError(
        f"{text!r} could be {chosen.height} entries" if several else f"no entry is {text!r}",
        where="ENTRY",
        expected=several or "an entry_id, or a part of a listed person's name",
        do="give the whole entry_id" if several else "look it up in the version's roster.csv",
    )


def _name_words(name: str, apostrophe: str) -> set[str]:
    """The words of a name, folded: O'Brien is one word (obrien) or two, as `apostrophe` says."""
    return set(re.findall(r"[a-z0-9]+", name.casefold().replace("'", apostrophe)))


def words(content: bytes, claim: Mapping[str, Any]) -> Excerpt | None:
    """Where the claim's own words stand in a snapshot: its quote, else the person's name, the handle, the post.

    Of several places, the one that its locator names (`line 12`), else the one with most of the claim's other words
    behind it. White space and HTML's entities and tags between the words do not matter. Null when the bytes hold them
    in no such form, as where a script's escapes hide them.
    """
    text = content.decode("utf-8", "replace")
    start = _line_start(text, claim.get("locator") or "")
    others = [claim[name] for name in ("post", "organisation", "handle", "start", "end", "as_at") if claim.get(name)]
    for value in (claim.get("quote"), claim.get("person"), claim.get("handle"), claim.get("post")):
        if not value:
            continue
        places = list(re.compile(_as_printed(value), re.IGNORECASE).finditer(text, start))
        if not places:
            continue
        if start:
            match = places[0]
        else:
            match = max(places, key=lambda place: (_near(text[place.start() :][:_NEAR], others), -place.start()))
        before, after = text[max(0, match.start() - _AROUND) : match.start()], text[match.end() :][:_AROUND]
        at = len(text[: match.start()].encode("utf-8", "replace"))
        return Excerpt(at, match.group(), " ".join((before + match.group() + after).split()))
    return None


def _line_start(text: str, locator: str) -> int:
    """The offset of the line that a locator such as `line 12` names; 0 for other locators."""
    named = re.fullmatch(r"line (\d+)", locator)
    if named is None:
        return 0
    ends = [match.end() for match in re.finditer("\n", text)]
    number = int(named[1])
    return ends[number - 2] if 2 <= number <= len(ends) + 1 else 0


def _near(text: str, values: Sequence[str]) -> int:
    return sum(re.search(_as_printed(value), text, re.IGNORECASE) is not None for value in values)


def _as_printed(value: str) -> str:
    """A pattern for words as a page prints them: with tags, entities, quotes or commas between them."""
    return r"(?:\s|&nbsp;|<[^<>]*>|\"|,)+".join(_as_written(word) for word in value.split())


_ENTITIES = {"&": "&amp;", "'": "&#39;", "’": "&rsquo;", '"': "&quot;", "<": "&lt;", ">": "&gt;"}


def _as_written(word: str) -> str:
    """A pattern for one word, with each character as itself or as HTML writes it."""
    return "".join(
        f"(?:{re.escape(char)}|{re.escape(_ENTITIES[char])})" if char in _ENTITIES else re.escape(char) for char in word
    )


def _ids(cells: Sequence[str | None]) -> list[str]:
    return list(dict.fromkeys(part for cell in cells for part in (cell or "").split(";") if part))


@dataclass(frozen=True)
class Excerpt:
    """`offset`: of the words in the snapshot, in bytes. `found`: the words as they stand. `around`: with their line."""

    offset: int
    found: str
    around: str


@dataclass(frozen=True)
class TracedClaim:
    """A claim (a row of claims.CLAIMS or ACCOUNT_CLAIMS) with where it comes from."""

    claim: dict[str, Any]
    source_title: str
    snapshot: Snapshot
    excerpt: Excerpt | None

    def as_dict(self) -> dict[str, Any]:
        """For --json: the claim's cells that are not empty, the snapshot's digest and place, and the words."""
        return {
            "claim": {key: value for key, value in self.claim.items() if value is not None},
            "source_title": self.source_title,
            "snapshot": {
                "sha256": self.snapshot.sha256,
                "url": self.snapshot.url,
                "record": self.snapshot.record,
                "fetched_at": self.snapshot.fetched_at,
                "bytes": len(self.snapshot.content),
            },
            "words": None if self.excerpt is None else vars(self.excerpt),
        }


@dataclass(frozen=True)
class Explanation:
    """An entry (a row of the roster table), its findings, and the claims behind them: the listed line comes first."""

    entry: dict[str, Any]
    field: str | None
    findings: list[dict[str, Any]]
    claims: list[TracedClaim]
    version: str

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return {
            "version": self.version,
            "entry": self.entry,
            "field": self.field,
            "findings": self.findings,
            "claims": [claim.as_dict() for claim in self.claims],
        }
