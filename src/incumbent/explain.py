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

from incumbent import sources
from incumbent.archive import Archive, Snapshot
from incumbent.errors import InputError, VerifyError
from incumbent.roster import Roster

#: How much of a page is shown around the words that a claim was read from, in characters.
_AROUND = 60
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
        findings, ids = [], account_ids
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
    reading = sources.read_roster_claims(roster, archive, as_of)
    found = {
        claim["claim_id"]: claim
        for frame in (reading.claims, reading.account_claims)
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
    titles = {(row["source_id"], row["sha256"]): row["title"] for row in reading.sources.iter_rows(named=True)}
    snapshots: dict[str, dict[str, Snapshot]] = {}
    traced = []
    for claim in (found[claim_id] for claim_id in claim_ids):
        source, digest = claim["source"], claim["snapshot"]
        if source not in snapshots:
            snapshots[source] = _snapshots(roster, archive, source)
        snapshot = snapshots[source][digest]
        traced.append(TracedClaim(claim, titles[source, digest], snapshot, words(snapshot, claim)))
    return traced


def _snapshots(roster: Roster, archive: Archive, source: str) -> dict[str, Snapshot]:
    """The snapshots of a source by digest. What was decided by hand lies in the roster's folder, not in the archive."""
    found = {snapshot.sha256: snapshot for snapshot in archive.snapshots(source)}
    if found:
        return found
    path = roster.folder / "curation" / "evidence.csv"
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return {digest: Snapshot(source, "", "", digest, content, "text/csv", f"{path.parent.name}/{path.name}")}


def find_entry(entries: pl.DataFrame, text: str) -> dict[str, Any]:
    """The one entry with this entry_id, else whose listed person's name has these words; dates as text.

    Case, accents and order of the words do not matter. Raises InputError that lists what it could be.
    """
    entries = entries.with_columns(pl.col(pl.Date).cast(pl.String))
    chosen = entries.filter(pl.col("entry_id") == text)
    if chosen.is_empty():
        from anyascii import anyascii

        def folded(name: str | None) -> set[str]:
            return set(re.findall(r"[a-z0-9]+", anyascii(name or "").casefold().replace("'", "")))

        words_wanted = folded(text)
        matches = [bool(words_wanted) and words_wanted <= folded(name) for name in entries.get_column("listed_person")]
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


def words(snapshot: Snapshot, claim: Mapping[str, Any]) -> Excerpt | None:
    """Where the claim's own words stand in the snapshot's bytes: the quote, else the person's name, else the handle.

    White space and HTML's entities and tags between the words do not matter. Null when the page holds them in no
    such form, as where a script's escapes hide them.
    """
    text = snapshot.content.decode("utf-8", "replace")
    for value in (claim.get("quote"), claim.get("person"), claim.get("handle"), claim.get("post")):
        if not value:
            continue
        pattern = r"(?:\s|&nbsp;|<[^<>]*>|\"|,)+".join(_as_written(word) for word in str(value).split())
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            before, after = text[max(0, match.start() - _AROUND) : match.start()], text[match.end() :][:_AROUND]
            at = len(text[: match.start()].encode("utf-8", "replace"))
            return Excerpt(at, match.group(), " ".join((before + match.group() + after).split()))
    return None


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
