"""From a published cell back to the bytes, and what happens when they are not those any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import roster as rosters
from incumbent.archive import Archive
from incumbent.errors import ArchiveError, InputError, VerifyError
from incumbent.explain import explain, find_entry, words
from tests import harbour


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("harbour")
    home = harbour.write_roster(folder / "rosters")
    version = harbour.publish_version(folder / "rosters", folder / "published")
    return {"home": home, "version": version, "roster": rosters.load(harbour.SLUG, folder / "rosters")}


def explained(world: dict[str, Any], entry: str, field: str | None = None, archive: Path | None = None) -> Any:
    return explain(world["roster"], Archive(archive or world["home"] / "archive"), world["version"], entry, field)


def test_a_replaced_holder_is_walked_back_to_the_bytes(world: dict[str, Any]) -> None:
    explanation = explained(world, "ann archer")
    assert explanation.entry["verdict"] == "out_of_date"
    assert "replaced" in {finding["reason"] for finding in explanation.findings}
    listed, *evidence = explanation.claims
    assert listed.claim["claim_id"] == explanation.entry["claim_id"]
    assert listed.claim["role"] == "roster"
    assert {claim.claim["publisher"] for claim in evidence} >= {"Harbour Gazette", "Daily Tide"}
    for claim in explanation.claims:
        excerpt, content = claim.excerpt, claim.snapshot.content
        assert content[excerpt.offset :].startswith(excerpt.found.encode())
        assert claim.claim["snapshot"] == claim.snapshot.sha256
    tide = next(claim for claim in evidence if claim.claim["publisher"] == "Daily Tide")
    assert tide.claim["locator"] == "line 3"
    assert tide.snapshot.content[: tide.excerpt.offset].count(b"\n") == 2, "the second of two lines with her name"
    assert "Daily Tide" in tide.snapshot.content[tide.excerpt.offset :].decode().splitlines()[0]
    assert "offset" in tide.snapshot.record


def test_a_curated_claim_is_walked_back_to_the_roster_s_own_file(world: dict[str, Any]) -> None:
    explanation = explained(world, "carter", "verdict")
    by_hand = next(claim for claim in explanation.claims if claim.claim["source"] == "curation")
    assert by_hand.snapshot.record == "curation/evidence.csv"
    assert by_hand.snapshot.content == (world["home"] / "curation" / "evidence.csv").read_bytes()
    assert "retirement" in by_hand.excerpt.found
    listed = explanation.claims[0]
    assert listed.excerpt.found.startswith("Cid O&rsquo;Carter")


def test_a_field_shows_what_is_behind_that_field_only(world: dict[str, Any]) -> None:
    account = explained(world, "ben bower", "account_state")
    assert account.entry["account_state"] == "protected"
    assert [claim.claim.get("state") for claim in account.claims] == [None, "protected"]
    assert account.findings == []
    listed = explained(world, "ann archer", "listed_person")
    assert len(listed.claims) == 1
    assert listed.findings == []
    whole = explained(world, "ben bower")
    assert {claim.claim["source"] for claim in whole.claims} == {"leaders", "news", "accounts"}


def test_an_explanation_is_plain_data(world: dict[str, Any]) -> None:
    answer = explained(world, "ann archer").as_dict()
    assert answer["version"] == "1.0.0"
    claim = answer["claims"][0]
    assert len(claim["snapshot"]["sha256"]) == 64
    assert claim["words"]["found"] == "Dame Ann Archer, Harbour Office (Chief Clerk)"
    assert None not in claim["claim"].values()


def test_an_entry_is_found_by_id_or_by_an_unambiguous_part_of_the_name() -> None:
    entries = pl.DataFrame({"entry_id": ["a", "b", "c"], "listed_person": ["Dame Ann Archer", "Ann O’Bríen", None]})
    assert find_entry(entries, "c")["entry_id"] == "c"
    assert find_entry(entries, "ARCHER ann")["entry_id"] == "a"
    assert find_entry(entries, "o'brien")["entry_id"] == "b"
    assert find_entry(entries, "brien")["entry_id"] == "b"
    with pytest.raises(InputError, match="could be 2 entries") as caught:
        find_entry(entries, "ann")
    assert caught.value.expected == "a, b"
    for nobody in ("Zoe", "", "arch", "!"):
        with pytest.raises(InputError, match="no entry"):
            find_entry(entries, nobody)


def test_an_unknown_field_is_refused(world: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="no column 'colour'"):
        explained(world, "ann archer", "colour")


def test_an_archive_that_lacks_the_claims_is_told(world: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(VerifyError, match="the archive does not give"):
        explained(world, "ann archer", archive=tmp_path)


def test_a_flipped_byte_in_the_archive_is_told(world: dict[str, Any], tmp_path: Path) -> None:
    damaged = tmp_path / "archive"
    damaged.mkdir()
    for path in (world["home"] / "archive").iterdir():
        (damaged / path.name).write_bytes(path.read_bytes())
    page = damaged / "news.warc.gz"
    content = bytearray(page.read_bytes())
    content[len(content) // 2] ^= 1
    page.write_bytes(bytes(content))
    with pytest.raises(ArchiveError):
        explained(world, "ann archer", archive=damaged)


@pytest.mark.parametrize(
    ("content", "claim", "found"),
    [
        ("<li>Una O&#39;Brien, Health", {"person": "Una O'Brien"}, "Una O&#39;Brien"),
        ("<td>Una</td><td>O’Brien</td>", {"person": "Una O’Brien"}, "Una</td><td>O’Brien"),
        ('Surname,"O\'Brien","Una"', {"person": "O'Brien Una"}, 'O\'Brien","Una'),
        ("UNA  \n O'BRIEN", {"person": "Una O'Brien"}, "UNA  \n O'BRIEN"),
        ("post of Clerk", {"person": "Una O'Brien", "post": "Clerk"}, "Clerk"),
        ("said so: Una left", {"quote": "said so", "person": "Una"}, "said so"),
        ("x (y*", {"person": "(y*"}, "(y*"),
    ],
)
def test_words_are_found_as_pages_write_them(content: str, claim: dict[str, str], found: str) -> None:
    excerpt = words(content.encode(), claim)
    assert excerpt is not None
    assert excerpt.found == found
    assert content.encode()[excerpt.offset :].startswith(found.encode())


def test_of_several_places_the_one_with_the_claim_s_other_words_is_taken() -> None:
    page = "é Ann is here. " + "." * 500 + " Ann, Clerk, since 2012-03-01. " + "." * 500 + " Ann, Surveyor."
    excerpt = words(page.encode(), {"person": "Ann", "post": "Clerk", "start": "2012-03-01"})
    assert excerpt is not None
    assert page.encode()[excerpt.offset :].startswith(b"Ann, Clerk")
    assert "Ann, Clerk" in excerpt.around


@pytest.mark.parametrize("locator", ["line 1", "line 99", "row 2", "", None])
def test_a_locator_that_names_no_later_line_means_the_whole_page(locator: str | None) -> None:
    excerpt = words(b"Ann\nBen", {"person": "Ann", "locator": locator})
    assert excerpt is not None
    assert excerpt.offset == 0


def test_words_that_are_not_there_are_not_invented() -> None:
    assert words(b"nothing of hers", {"person": "Ann", "post": None}) is None
