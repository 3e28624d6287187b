"""A small release of invented people and bodies, for the tests of everything that is published."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import polars as pl

from incumbent import package
from incumbent.claims import ACCOUNT_CLAIMS, CLAIMS

AS_OF = "2031-06-28"
LATER = "2031-10-31"


@dataclasses.dataclass(frozen=True)
class Roster:
    slug: str = "harbour-board"
    title: str = "The Harbour Board"
    description: str = "The members of an invented board."
    licence: str = "CC-BY-4.0"
    attribution: str = "Port of Nowhere"


@dataclasses.dataclass(frozen=True)
class Assessment:
    entries: pl.DataFrame
    findings: pl.DataFrame
    people: pl.DataFrame
    organisations: pl.DataFrame
    posts: pl.DataFrame
    appointments: pl.DataFrame


PEOPLE = {
    "ada-quill": "Ada Quill",
    "bo-o-fenn": "Bo O’Fenn",
    "cyn-marsh": "Cyn Marsh",
    "dai-ruan": "Dai Ruan",
    "eve-tarn": "Eve Tarn",
    "fay-ulm": "Fay Ulm",
}

POSTS = ("master", "pilot", "clerk", "surveyor", "warden")


def assessment(*, days: int = 27) -> Assessment:
    """Six entries: two out of date, one leaving, one unverified, two current; one of them has two accounts."""
    verdicts = ["out_of_date", "current", "leaving", "unverified", "out_of_date", "current"]
    reasons = ["moved", None, "announced_departure", None, "left;post_renamed", None]
    wrong = [verdict == "out_of_date" for verdict in verdicts]
    ids = list(PEOPLE)
    entries = pl.DataFrame(
        {
            "entry_id": ids,
            "listed_person": list(PEOPLE.values()),
            "listed_post": ["Harbour Master", "Pilot", "Clerk", "Surveyor", "Warden, North", "Warden, South"],
            "listed_organisation": ["Harbour Board"] * 6,
            "verdict": verdicts,
            "reasons": reasons,
            "holder": ["Gil Voss", *[None] * 5],
            "since_earliest": ["2031-05-01" if each else None for each in wrong],
            "since_latest": ["2031-06-01" if each else None for each in wrong],
            "days_out_of_date": [days if each else None for each in wrong],
            "confidence": ["confirmed" if each else None for each in wrong],
            "explanation": [
                'Ada Quill, says the "Gazette", moved to the Lights Office by 1 June 2031.', None,
                "Cyn Marsh leaves on 1 July 2031.", None, "Eve Tarn left,\nas the Gazette of May says.", None,
            ],
            "person_id": ids,
            "post_id": [f"{post}--harbour-board" for post in [*POSTS, "warden"]],
            "organisation_id": ["harbour-board"] * 6,
            "source_id": ["the-list"] * 6,
            "claim_id": [f"{number:020x}" for number in range(6)],
            "evidence": ["a" * 20 + ";" + "b" * 20, *["c" * 20] * 5],
            "unpublished": [1] * 6,
        }
    )  # fmt: skip
    found = [
        ("ada-quill-moved", "ada-quill", "moved"),
        ("cyn-marsh-announced-departure", "cyn-marsh", "announced_departure"),
        ("eve-tarn-left", "eve-tarn", "left"),
        ("eve-tarn-post-renamed", "eve-tarn", "post_renamed"),
        ("missing-lamplighter", None, "missing_entry"),
    ]
    findings = pl.DataFrame(
        {
            "finding_id": [each[0] for each in found],
            "entry_id": [each[1] for each in found],
            "reason": [each[2] for each in found],
            "explanation": [f"The Gazette of May 2031 gives the reason: {each[2]}." for each in found],
            "holder": ["Gil Voss", None, None, None, "Hal Wick"],
            "since_earliest": ["2031-05-01", None, "2031-05-01", "2031-05-01", None],
            "since_latest": ["2031-06-01", None, "2031-06-01", "2031-06-01", None],
            "days_out_of_date": [days, None, days, days, None],
            "confidence": ["confirmed", "probable", "confirmed", "probable", "possible"],
            "evidence": ["a" * 20] * 5,
        }
    )
    people = pl.DataFrame(
        {
            "person_id": [*PEOPLE, "gil-voss", "hal-wick"],
            "name": [*PEOPLE.values(), "Gil Voss", "Hal Wick"],
            "other_names": ["Quill, Ada;=A. Quill", *[None] * 7],
            "identifiers": [None] * 8,
        }
    )
    organisations = pl.DataFrame(
        {"organisation_id": ["harbour-board"], "name": ["Harbour Board"], "other_names": [None], "identifiers": [None]}
    )
    posts = pl.DataFrame(
        {
            "post_id": [f"{post}--harbour-board" for post in POSTS],
            "name": ["Harbour Master", "Pilot", "Clerk", "Surveyor", "Warden"],
            "organisation_id": ["harbour-board"] * 5,
            "other_names": [None] * 5,
            "seats": ["one"] * 4 + ["many"],
        }
    )
    appointments = pl.DataFrame(
        {
            "appointment_id": ["gil-voss--master"],
            "person_id": ["gil-voss"],
            "post_id": ["master--harbour-board"],
            "organisation_id": ["harbour-board"],
            "acting": [False],
            "start_earliest": ["2031-05-01"],
            "start_latest": ["2031-06"],
            "end_earliest": [None],
            "end_latest": [None],
            "last_seen": ["2031-06-20"],
            "known_from": ["2031-06-02"],
            "known_to": [None],
            "confidence": ["confirmed"],
            "evidence": ["a" * 20],
        }
    )
    return Assessment(entries, findings, people, organisations, posts, appointments)


def listings() -> pl.DataFrame:
    """The six entries, and one that is gone: three were wrong while the list had them, one of those for no sure day."""
    gone = {"entry_id": "ivo-rask", "listed_person": "Ivo Rask", "listed_organisation": "Old Quay Trust"}
    known = {"listed_organisation": "Harbour Board", "organisation_id": "harbour-board", "first_seen": "2031-01"}
    wrong = {"wrong_since_earliest": "2031-05-01", "wrong_since_latest": "2031-06-01", "days_wrong_maximum": 58}
    told = {
        "reasons": "moved",
        "confidence": "confirmed",
        "explanation": "=Moved, says the Gazette.",
        "evidence": "a" * 20,
    }
    past = {"first_seen": "2030-12-01", "last_seen": "2031-05-20", "gone_by": "2031-06-28", "put_right": "2031-06-28"}
    rows = [{"entry_id": each, "listed_person": name, **known} for each, name in PEOPLE.items()]
    for row, least in ((rows[0], 27), (rows[4], 0)):
        row |= wrong | told | {"days_wrong_minimum": least}
    rows[1] |= {"earlier_entry_ids": "bo-fenn;bob-fenn"}
    rows.append(gone | past | wrong | told | {"days_wrong_minimum": 0})
    shared = {"last_seen": "2031-06-28", "listed_post": "Clerk", "source_id": "the-list", "claim_id": "e" * 20}
    return pl.DataFrame([shared | row for row in rows], infer_schema_length=None)


def accounts() -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {"account_id": "x-1", "person_id": "ada-quill", "platform": "x", "handle": "adaquill", "state": "dormant",
         "posts": 2, "last_post": "2031-05", "profile_url": "https://x.example/adaquill", "kind": "personal"},
        {"account_id": "mastodon-1", "person_id": "ada-quill", "platform": "mastodon", "handle": "ada@lights.example",
         "state": "active", "posts": None, "last_post": None, "profile_url": None, "kind": "official_personal"},
        {"account_id": "x-2", "person_id": "bo-o-fenn", "platform": "x", "handle": "bofenn", "state": "deleted",
         "posts": None, "last_post": None, "profile_url": None, "kind": None},
    ]  # fmt: skip
    shared = {
        "checked_at": "2031-06-20", "source_id": "post", "evidence": "d" * 20, "figures_from": "publication",
    }  # fmt: skip
    return pl.DataFrame([row | shared for row in rows], infer_schema_length=None)


def activity() -> pl.DataFrame:
    return pl.DataFrame(
        [{"account_id": "x-1", "observed_at": "2031-06-20", "state": "dormant", "posts": 2, "last_post": "2031-05",
          "median_gap_days": 1.5, "source_id": "post", "figures_from": "publication", "person_id": "ada-quill",
          "answered": True}]
    )  # fmt: skip


def sources(*, extra: bool = False, kind: str = "transcription") -> pl.DataFrame:
    rows = [
        {"source_id": "the-list", "snapshot": "1" * 64, "kind": "capture", "stated_at": "2031-01", "state": "fresh"},
        {"source_id": "post", "snapshot": "2" * 64, "kind": "transcription", "stated_at": AS_OF, "state": "unchanged"},
    ]
    if extra:
        rows.append({"source_id": "news", "snapshot": "3" * 64, "kind": kind, "stated_at": LATER, "state": "fresh"})
    shared = {
        "url": "https://port.example/list", "title": "Members", "publisher": "Port of Nowhere", "licence": "CC-BY-4.0",
        "fetched_at": "2031-06-28T06:00:00Z", "records": 6,
    }  # fmt: skip
    return pl.DataFrame([row | shared for row in rows])


def claims() -> list[pl.DataFrame]:
    """What the findings and verdicts cite, of offices and of accounts, and one claim that nothing cites."""
    said: list[dict[str, Any]] = [
        {"claim_id": "a" * 20, "person": "Ada Quill", "post": "Harbour Master", "event": "ends", "end": "2031-05",
         "quote": "Ms Quill has moved to the Lights Office.", "stated_at": "2031-05-09", "locator": "line 12"},
        {"claim_id": "b" * 20, "person": "Gil Voss", "post": "Harbour Master", "event": "holds", "start": "2031-06-01",
         "quote": "Gil Voss | Harbour Master | https://port.example/1", "stated_at": "2031-06-20", "locator": "row 3"},
        {"claim_id": "c" * 20, "post": "Warden", "event": "vacant", "stated_at": "2031-06-21", "locator": "row 4"},
        {"claim_id": "0" * 20, "person": "Nobody Else", "post": "Cook", "event": "holds", "locator": "row 5"},
    ]  # fmt: skip
    of_accounts = [{"claim_id": "d" * 20, "platform": "x", "handle": "bofenn", "person": "Bo O’Fenn", "posts": 2}]
    shared = {
        "source": "post", "snapshot": "2" * 64, "publisher": "The Gazette", "source_url": "https://gazette.example/may",
        "organisation": "Harbour Board",
    }  # fmt: skip
    return [
        pl.DataFrame([{**shared, "acting": False, **row} for row in said], schema=CLAIMS),
        pl.DataFrame([shared | row for row in of_accounts], schema=ACCOUNT_CLAIMS),
    ]


def tables(as_of: str = AS_OF, *, days: int = 27, **source: Any) -> dict[str, pl.DataFrame]:
    read = sources(**source)
    judged = assessment(days=days)
    return package.tables(Roster(), judged, accounts(), activity(), read, as_of, listings(), claims())


def draft(as_of: str = AS_OF, **arguments: Any) -> package.Draft:
    return package.Draft(tables(as_of, **arguments), Roster(), as_of)


def edited(made: dict[str, pl.DataFrame], table: str, key: str, **cells: Any) -> dict[str, pl.DataFrame]:
    """`made` with cells of one row changed; the row is found by the table's first column."""
    frame = made[table]
    row = pl.col(frame.columns[0]) == key
    assert frame.filter(row).height == 1
    changed = [
        pl.when(row).then(pl.lit(value, frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in cells.items()
    ]
    return {**made, table: frame.with_columns(changed)}


def write(
    folder: Path, made: package.Draft | None = None, version: str = "1.0.0", previous: Path | None = None
) -> Path:
    (made or draft()).write(version, folder, previous)
    return folder
