"""The published table of evidence: what is cited, in a sentence, and nothing that may not be shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from incumbent import evidence_table, package, publish, schemas, suppression
from incumbent.claims import account_claims_table, claims_table, observations_table
from incumbent.roster import Platform
from tests import synthetic_package as synthetic

X_SOURCE = SimpleNamespace(id="x-api", adapter="x")
MOMENT = "20120523104700"


def citing(*frames: pl.DataFrame) -> dict[str, pl.DataFrame]:
    ids = ";".join(sorted({each for frame in frames for each in frame["claim_id"]}))
    return {"findings": pl.DataFrame({"evidence": [ids]})}


def made(*frames: pl.DataFrame, sources: pl.DataFrame | None = None) -> pl.DataFrame:
    read = sources if sources is not None else synthetic.sources()
    return evidence_table.evidence(frames, citing(*frames), read)


def one(**claim: Any) -> dict[str, Any]:
    shared = {"source": "post", "snapshot": "2" * 64, "publisher": "Gazette", "locator": "line 1"}
    return made(claims_table([shared | claim])).row(0, named=True)


OFFICE = {"person": "Ada Quill", "post": "Pilot", "organisation": "Harbour Board"}


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ({"event": "holds"}, "Ada Quill is Pilot, Harbour Board."),
        ({"event": "holds", "as_at": "2012-03-31"}, "Ada Quill was Pilot, Harbour Board, on 31 March 2012."),
        ({"event": "holds", "start": "2012-03"}, "Ada Quill has been Pilot, Harbour Board, since March 2012."),
        ({"event": "holds", "end": "2012"}, "Ada Quill was Pilot, Harbour Board, until 2012."),
        (
            {"event": "holds", "start": "2011", "end": "2012-05"},
            "Ada Quill was Pilot, Harbour Board, from 2011 to May 2012.",
        ),
        ({"event": "holds", "acting": True}, "Ada Quill is Pilot, Harbour Board (acting)."),
        ({"event": "holds", "post": None}, "Ada Quill is at Harbour Board."),
        ({"event": "holds", "post": None, "organisation": None}, "Ada Quill is in post."),
        ({"event": "holds", "post": "Head of Harbour Board"}, "Ada Quill is Head of Harbour Board."),
        ({"event": "starts", "start": "2012"}, "Ada Quill took up the post of Pilot, Harbour Board, in 2012."),
        ({"event": "starts", "post": None}, "Ada Quill took up a post at Harbour Board."),
        (
            {"event": "ends", "end": "2012", "status_note": "retired"},
            "Ada Quill left the post of Pilot, Harbour Board, in 2012 (retired).",
        ),
        ({"event": "announced_start"}, "Ada Quill is to take up the post of Pilot, Harbour Board."),
        ({"event": "announced_end", "end": "2012"}, "Ada Quill is to leave the post of Pilot, Harbour Board, in 2012."),
        ({"event": "dies", "as_at": "2012-06-01"}, "Ada Quill died on 1 June 2012."),
        ({"event": "dies"}, "Ada Quill has died."),
        ({"event": "abolished", "end": "2012"}, "The post of Pilot, Harbour Board was abolished in 2012."),
        ({"event": "abolished", "post": None}, "Harbour Board was abolished."),
        ({"event": "renamed", "status_note": "Port Board"}, "The post of Pilot, Harbour Board is called Port Board."),
        ({"event": "renamed", "post": None}, "Harbour Board has another name."),
        ({"event": "vacant", "person": None}, "The post of Pilot, Harbour Board is vacant."),
        ({"event": "withheld"}, "The post of Pilot, Harbour Board is held by somebody whom the source does not name."),
        ({"event": "holds", "person": None}, "Somebody is Pilot, Harbour Board."),
    ],
)  # fmt: skip
def test_a_claim_is_said_in_a_sentence(claim: dict[str, Any], said: str) -> None:
    assert one(**{**OFFICE, **claim})["statement"] == said


def test_every_event_has_a_sentence() -> None:
    from incumbent.claims import EVENTS

    rows = [{"source": "post", "snapshot": "2" * 64, "event": event, "locator": event} for event in EVENTS]
    table = made(claims_table(rows))
    assert table.height == len(EVENTS) and table["statement"].null_count() == 0


def test_a_quote_is_short_and_on_one_line() -> None:
    assert one(**OFFICE, quote="two\n\twords ")["quote"] == "two words"
    long = one(**OFFICE, quote="word " * 100)["quote"]
    assert len(long) <= 300 and long.endswith("word…")
    assert one(**OFFICE, quote="x" * 300)["quote"] == "x" * 300


def test_a_page_in_a_web_archive_leads_to_its_publisher_and_to_the_copy() -> None:
    for archive, shown in (
        ("https://web.archive.org/web/", "https://web.archive.org/web/"),
        ("https://webarchive.nationalarchives.gov.uk/ukgwa/", "https://webarchive.nationalarchives.gov.uk/ukgwa/"),
    ):
        told = one(**OFFICE, source_url=f"{archive}{MOMENT}id_/http://works.example/a?b=1")
        assert told["url"] == "http://works.example/a?b=1"
        assert told["archived_url"] == f"{shown}{MOMENT}/http://works.example/a?b=1"
    # A row of a page that names another address still has the page's copy.
    claims = claims_table([{"source": "post", "snapshot": "2" * 64, **OFFICE, "source_url": "https://paper.example/1"}])
    read = synthetic.sources().with_columns(url=pl.lit(f"https://web.archive.org/web/{MOMENT}/http://works.example/"))
    (row,) = made(claims, sources=read).to_dicts()
    assert (row["url"], row["archived_url"]) == (
        "https://paper.example/1",
        f"https://web.archive.org/web/{MOMENT}/http://works.example/",
    )
    live = one(**OFFICE, source_url="https://works.example/")
    assert (live["url"], live["archived_url"]) == ("https://works.example/", None)


def test_what_is_said_of_accounts_tells_no_figure() -> None:
    place = {"source": "post", "snapshot": "2" * 64}
    named = account_claims_table(
        [
            {**place, "person": "Ada Quill", "platform": "x", "handle": "ada", "posts": 77},
            {**place, "person": "Bo Fenn", "platform": "bluesky", "state": "none_known"},
            {**place, "person": "Cyn Marsh"},
        ]
    )
    seen = observations_table(
        [
            {**place, "platform": "mastodon", "handle": "ada@s.example", "state": "moved", "moved_to": "ada@t.example",
             "posts": 77, "followers": 88, "as_at": "2031-05-01", "quote": "77 posts"},
            {**place, "platform": "x", "platform_id": "4711", "state": "not_found"},
        ]
    )  # fmt: skip
    table = made(named, seen)
    assert sorted(table["statement"].to_list()) == [
        "No account of Bo Fenn is known on Bluesky.",
        "No account of Cyn Marsh is known.",
        "The account 4711 on X (Twitter) was not there.",
        "The account ada on X (Twitter) is that of Ada Quill.",
        "The account ada@s.example on Mastodon had moved to ada@t.example on 1 May 2031.",
    ]
    assert not any(figure in table.write_csv() for figure in ("77", "88"))


def test_only_what_is_cited_is_published() -> None:
    tables = synthetic.tables()
    assert tables["evidence"]["claim_id"].to_list() == ["a" * 20, "b" * 20, "c" * 20, "d" * 20]
    assert evidence_table.cited(tables).to_list() == ["a" * 20, "b" * 20, "c" * 20, "d" * 20]
    assert evidence_table.cited({}).is_empty()


def test_the_edition_cites_nothing_that_is_not_there(repository: Path) -> None:
    published = repository / "published/uk-civil-service-leadership"
    for version in sorted(published.glob("v*/")):
        tables = {name: pl.read_parquet(version / f"{name}.parquet") for name in (*evidence_table.CITING, "evidence")}
        known, cited = tables["evidence"]["claim_id"], evidence_table.cited(tables)
        assert known.to_list() == cited.to_list()
        assert len(cited) > 30
        assert tables["evidence"].filter(pl.col("statement").is_null() | pl.col("publisher").is_null()).is_empty()


@dataclasses.dataclass(frozen=True)
class Watched(synthetic.Roster):
    """A roster that asks X."""

    platforms: Mapping[str, Platform] = dataclasses.field(default_factory=dict)
    sources: tuple[Any, ...] = (X_SOURCE,)


def planted() -> dict[str, pl.DataFrame]:
    """The synthetic tables, in which a claim read from X tells figures in every text that it has."""
    tables = synthetic.tables()
    row = tables["evidence"].head(1).with_columns(
        source_id=pl.lit("x-api"), claim_id=pl.lit("9" * 20), publisher=pl.lit("Profile on X: ada"),
        statement=pl.lit("Ada has 4321 followers."), quote=pl.lit("4321 followers"), stated_at=pl.lit("2031-05-09"),
        url=pl.lit("https://x.example/ada"), locator=pl.lit("/data/ada"),
    )  # fmt: skip
    return {**tables, "evidence": pl.concat([tables["evidence"], row])}


def gated(roster: Watched) -> dict[str, Any]:
    draft = package.Draft(planted(), roster, synthetic.AS_OF)
    return draft._version().tables["evidence"].row(by_predicate=pl.col("claim_id") == "9" * 20, named=True)


def test_a_figure_of_x_passes_no_gate_in_a_claim() -> None:
    row = gated(Watched())
    assert row["statement"] == "What X (Twitter) answered about an account on 9 May 2031."
    assert (row["quote"], row["url"]) == (None, "https://x.example/ada")
    allowed = gated(Watched(platforms={"x": Platform(publish_metrics=True, legal_basis="a contract")}))
    assert (allowed["statement"], allowed["quote"]) == ("Ada has 4321 followers.", "4321 followers")


def test_an_account_that_may_not_be_named_is_named_in_no_claim() -> None:
    row = gated(Watched(platforms={"x": Platform(publish_ids=False)}))
    told = {
        name: value for name, value in row.items() if name not in ("claim_id", "source_id", "snapshot", "stated_at")
    }
    assert told == {
        "publisher": "X (Twitter)",
        "url": None,
        "archived_url": None,
        "locator": None,
        "statement": "What X (Twitter) answered about an account on 9 May 2031.",
        "quote": None,
    }


def test_other_claims_are_left_alone_by_that_gate() -> None:
    tables = planted()
    after = evidence_table.permitted(tables["evidence"], {"x-api": "x"})
    others = pl.col("source_id") != "x-api"
    assert after.filter(others).equals(tables["evidence"].filter(others))
    assert evidence_table.permitted(tables["evidence"], {}).equals(tables["evidence"])


@dataclasses.dataclass(frozen=True)
class Kept(synthetic.Roster):
    folder: Path = Path()


def test_claims_about_a_suppressed_person_go_with_their_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(suppression.KEY, "5f" * 32)
    curation = tmp_path / "roster/curation"
    curation.mkdir(parents=True)
    person = suppression.Person(names=frozenset({"Gil Voss"}))
    listed = suppression.added(curation, [person], date="2031-07-01", reason="objection")
    (curation / suppression.FILE).write_bytes(listed)
    later = package.Draft(synthetic.tables(synthetic.LATER), Kept(folder=tmp_path / "roster"), synthetic.LATER)
    publish.publish(later, tmp_path / "published", "harbour-board")
    version = tmp_path / "published/harbour-board/v1.0.0"
    tables = {name: pl.read_parquet(version / f"{name}.parquet") for name in schemas.TABLES}
    assert "b" * 20 not in tables["evidence"]["claim_id"], "its claim names him"
    assert all("b" * 20 not in (cell or "") for cell in tables["roster"]["evidence"])
    assert set(evidence_table.cited(tables)) == set(tables["evidence"]["claim_id"])
    for name in ("evidence.csv", "excel/evidence.csv", "roster.csv"):
        assert "Voss" not in (version / name).read_text(encoding="utf-8-sig")


def test_a_claim_that_only_hidden_rows_cite_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from incumbent import withholding

    tables = synthetic.tables()
    # Only Ada Quill's entry cites the claim that her post is vacant: it names nobody, and goes with her.
    alone = tables["evidence"].row(2, named=True) | {"claim_id": "8" * 20}
    tables["evidence"] = pl.concat([tables["evidence"], pl.DataFrame([alone], schema=tables["evidence"].schema)])
    tables = synthetic.edited(tables, "roster", "ada-quill", evidence="8" * 20)
    listed = suppression.Suppressed.only(suppression.Person(names=frozenset({"Ada Quill"})))
    kept, _ = withholding.withhold(tables, schemas.load(), listed)
    assert "8" * 20 not in kept["evidence"]["claim_id"]
    assert "c" * 20 in kept["evidence"]["claim_id"]
    again, _ = withholding.withhold(kept, schemas.load(), listed)
    assert all(again[name].equals(kept[name]) for name in kept)


def test_a_claim_that_stays_makes_no_version_by_where_it_was_archived() -> None:
    from incumbent import difference

    made_once = synthetic.tables()
    moved = made_once["evidence"].with_columns(archived_url=pl.lit("https://web.archive.org/web/1/x"))
    about: dict[str, Any] = {}
    known = schemas.load()
    whole = {name: made_once.get(name, pl.DataFrame(schema=schema.types)) for name, schema in known.items()}
    old = difference.Version(whole, known, about, synthetic.AS_OF)
    new = difference.Version({**whole, "evidence": moved}, known, about, synthetic.AS_OF)
    changes = difference.changes(old, new)
    assert changes.is_empty() and difference.level(old, new, changes) is None
