from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.sources.wikidata_answers import accounts, read

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/samples/wikidata"
shared = pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the answers of ../shared/samples, not ours to publish")


@pytest.mark.shared
@shared
def test_a_real_entity_gives_the_terms_that_a_reader_sees() -> None:
    names = {
        "Q218295": "President of Russia", "Q842386": "Prime Minister of Russia", "Q4399975": "Director of the FSB",
        "Q14805701": "First Deputy Prime Minister, acting as Prime Minister", "Q4127082": "Acting President of Russia",
        "Q27494237": "Chairman of the CIS council", "Q38715304": "Secretary of the Security Council",
        "Q1553195": "Deputy chief of staff", "Q4109060": "Commander-in-Chief", "Q140686": "Chairperson",
    }  # fmt: skip
    settings: dict[str, object] = {
        "positions": {one: {"post": name} for one, name in names.items()},
        "ignore_positions": ["Q38715670", "Q38715852", "Q2350808", "Q2072298"],
    }
    claims = read((SAMPLES / "q7747.json").read_text(encoding="utf-8"), settings).claims
    assert set(claims["person"]) == {"Vladimir Putin"}
    assert set(claims["person_ids"]) == {"wikidata:Q7747"}
    assert sorted(claims.select("post", "start", "end").rows(), key=str) == sorted(
        [
            ("President of Russia", "2012-05-07", None),
            ("President of Russia", "2000-05-07", "2008-05-07"),
            ("Director of the FSB", "1998-07-25", "1999-03-29"),
            ("Prime Minister of Russia", "2008-05-08", "2012-05-07"),
            ("Prime Minister of Russia", "1999-08-16", "2000-05-07"),
            ("First Deputy Prime Minister, acting as Prime Minister", "1999-08-09", "1999-08-16"),
            ("Secretary of the Security Council", "1999-03-29", "1999-08-09"),
            ("Deputy chief of staff", "1995", "1997"),
            ("Commander-in-Chief", "1999-12-31", "2008-05-07"),
            ("Commander-in-Chief", "2012-05-07", None),
            ("Chairman of the CIS council", "2000-01-25", "2003-01-29"),
            ("Chairman of the CIS council", "2004-09-16", "2006-05-20"),
            ("Chairman of the CIS council", "2017-01-01", "2017-12-31"),
            ("Chairman of the CIS council", "2024-01-01", "2024-12-31"),
            ("Chairperson", "2012-07-16", None),
            ("Acting President of Russia", "1999-12-31", "2000-05-07"),
        ],
        key=str,
    )
    for name in ("q159344", "q19300851", "q215627", "q7239", "q7887142", "q795052"):
        assert read((SAMPLES / f"{name}.json").read_text(encoding="utf-8")).height == 0


@pytest.mark.shared
@shared
def test_real_query_results_give_every_holder() -> None:
    names = {"person": "item", "start": "start_date", "end": "end_date"}
    ignore = ["ordinal", "prev", "next", "party", "district", "endCause", "nature"]
    settings: dict[str, object] = {"variables": names, "ignore": ignore, "post": "Prime Minister"}
    claims = read((SAMPLES / "mandates_Q14211.json").read_text(encoding="utf-8"), settings).claims
    rows = claims.select("person_ids", "start", "end").rows()
    assert len(rows) == 74
    for row in (
        ("wikidata:Q264766", "2016-07-13", None),
        ("wikidata:Q192", "2010-05-11", "2016-07-13"),
        ("wikidata:Q9545", "1997-05-02", "2007-06-27"),
        ("wikidata:Q129006", "1945-07-26", "1951-10-26"),
        ("wikidata:Q128902", "1801", "1801-03-14"),  # written 1801-01-01, without a precision
    ):
        assert row in rows
    assert claims.filter(pl.col("end").is_null()).height == 1
    precise = {**names, "startPrecision": "start_precision", "endPrecision": "end_precision"}
    settings = {"variables": precise, "ignore": ignore, "post": "Member"}
    claims = read((SAMPLES / "mandates_Q20530392.json").read_text(encoding="utf-8"), settings).claims
    assert (claims.height, claims["end"].count(), claims["start"].count()) == (181, 80, 181)
    assert ("wikidata:Q13234758", "2015-03-30", "2016-11-23") in claims.select("person_ids", "start", "end").rows()
    # Three holders without a date: at some time, not now.
    undated = (SAMPLES / "mandates_Q16147179.json").read_text(encoding="utf-8")
    assert read(undated, settings).height == 0
    assert read(undated, {**settings, "undated": "holds"}).claims["person_ids"].sort().to_list() == [
        "wikidata:Q13124934", "wikidata:Q5553143", "wikidata:Q6768990",
    ]  # fmt: skip


@pytest.mark.shared
@shared
def test_a_real_account_statement_is_read() -> None:
    excerpt = json.loads((SAMPLES / "P2002_claim_Q43404.json").read_text(encoding="utf-8"))
    entity = {"id": "Q43404", "labels": {}, "claims": {"P2002": excerpt["P2002"]}}
    (row,) = accounts(read({"entities": {"Q43404": entity}}))
    assert row == ("Q43404", "wikidata:Q43404", "x", "discovery", "17842366", None, "2012-06-28")
