from __future__ import annotations

import json
from typing import Any

import pytest

from incumbent import sources
from incumbent.errors import SourceError
from incumbent.sources import registry
from tests.sources.spoilt import spoilt
from tests.sources.wikidata_answers import (
    CLERK,
    POSITIONS,
    SECRETARY,
    accounts,
    answer,
    document,
    item,
    read,
    said,
    snak,
    statement,
)

SETTINGS: dict[str, object] = {
    "positions": POSITIONS,
    "ignore_positions": [CLERK],
    "labels": {"Q78": "Ministry of Locks", "Q79": "York", "Q55": "resignation", "Q2": "Bo Lee"},
}


def test_an_entity_becomes_claims() -> None:
    jane = ("Jane Roe", "wikidata:Q1")
    parsed = read(document(), SETTINGS)
    assert said(parsed) == [
        (*jane, "Director for York", None, None, "holds", "1999-02-03", "1999-05-06", None, True),
        (*jane, "Director", "Ministry of Locks", "wikidata:Q78", "ends", "1998-02-03", None, None, False),
        (*jane, "Permanent Secretary", "Ministry of Works", None, "dies", None, "2021-02-03", None, False),
        (*jane, "Permanent Secretary", "Ministry of Works", None, "holds", "2000", "2004-06", None, False),
        (*jane, "Permanent Secretary", "Ministry of Works", None, "holds", "2012-05-07", None, None, False),
    ]
    past = parsed.claims.filter(end="2004-06").row(0, named=True)
    assert (past["locator"], past["status_note"]) == ("/entities/Q1/claims/P39/1", "resignation")
    assert past["quote"].endswith("replaced by Bo Lee")


def test_an_entity_becomes_accounts() -> None:
    assert accounts(read(document(), SETTINGS)) == [
        ("Jane Roe", "wikidata:Q1", "bluesky", "did:plc:abc234", "did:plc:abc234", None, "2012-06-28"),
        ("Jane Roe", "wikidata:Q1", "linkedin", "jane-roe", None, "unknown", "2012-06-28"),
        ("Jane Roe", "wikidata:Q1", "mastodon", "jane@social.example", None, None, "2012-06-28"),
        ("Jane Roe", "wikidata:Q1", "x", "janeroe", "12345", None, "2012-06-28"),
        ("Jane Roe", "wikidata:Q1", "x", "roe_at_works", None, "unknown", "2010-05-06"),
    ]
    quotes = read(document(), SETTINGS).account_claims["quote"].to_list()
    assert "Jane Roe | linkedin | https://www.linkedin.com/in/jane-roe | until unknown" in quotes


def test_a_preferred_account_is_the_one() -> None:
    entity = document()
    entity["entities"]["Q1"]["claims"]["P2002"][0]["rank"] = "preferred"
    entity["entities"]["Q1"]["claims"]["P2002"].append(statement(snak("P2002", "other", "string")))
    entity["entities"]["Q1"]["claims"]["P4033"] = [statement({"snaktype": "novalue", "property": "P4033"})]
    told = accounts(read(entity, SETTINGS))
    assert [row[3] for row in told if row[2] in ("x", "mastodon")] == ["janeroe", "roe_at_works"]


def test_labels_follow_the_languages_and_end_with_the_id() -> None:
    entity = document()
    inner = entity["entities"]["Q1"]
    inner["labels"]["cy"] = {"language": "cy", "value": "Siân Roe"}
    assert set(read(entity, {**SETTINGS, "languages": ["cy"]}).claims["person"]) == {"Siân Roe"}
    inner["labels"] = []  # how an empty object is written
    assert set(read(entity, SETTINGS).claims["person"]) == {"Q1"}
    inner["claims"] = []
    assert read(entity, SETTINGS).height == 0


def test_other_positions_are_named_or_left_out_as_a_whole() -> None:
    assert read(document(), {**SETTINGS, "ignore_positions": "all"}).claims.height == 5
    with pytest.raises(SourceError, match="lacks a position") as caught:
        read(document(), {"positions": POSITIONS})
    assert (caught.value.locator, caught.value.value) == ("/entities/Q1/claims/P39/4/mainsnak", CLERK)


P39 = ("entities", "Q1", "claims", "P39")
MAINSNAK = "/entities/Q1/claims/P39/0/mainsnak"


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (("entities",), 3, "/entities"),
        (("entities", "Q1"), "gone", "/entities/Q1"),
        (("entities", "Q1"), {"id": "Q1", "missing": ""}, "/entities/Q1"),
        (("entities", "Q1", "id"), None, "/entities/Q1"),
        (("entities", "Q1", "id"), "P1", "/entities/Q1/id"),
        (("entities", "Q1", "claims"), None, "/entities/Q1"),
        (("entities", "Q1", "claims"), "none", "/entities/Q1/claims"),
        (("entities", "Q1", "labels"), "Jane", "/entities/Q1/labels"),
        (("entities", "Q1", "labels", "mul", "value"), None, "/entities/Q1/labels/mul"),
        (P39, {}, "/entities/Q1/claims/P39"),
        ((*P39, 0, "mainsnak"), None, "/entities/Q1/claims/P39/0"),
        ((*P39, 0, "mainsnak", "snaktype"), None, "/entities/Q1/claims/P39/0/mainsnak"),
        ((*P39, 0, "mainsnak", "snaktype"), "other", "/entities/Q1/claims/P39/0/mainsnak/snaktype"),
        ((*P39, 0, "mainsnak", "datavalue"), None, "/entities/Q1/claims/P39/0/mainsnak"),
        ((*P39, 0, "mainsnak", "datavalue", "type"), "string", "/entities/Q1/claims/P39/0/mainsnak/datavalue/type"),
        ((*P39, 0, "mainsnak", "datavalue", "value", "id"), "L1", MAINSNAK + "/datavalue/value/id"),
        ((*P39, 0, "rank"), None, "/entities/Q1/claims/P39/0"),
        ((*P39, 0, "rank"), "best", "/entities/Q1/claims/P39/0/rank"),
        ((*P39, 0, "qualifiers"), "none", "/entities/Q1/claims/P39/0/qualifiers"),
        ((*P39, 0, "qualifiers", "P580"), {}, "/entities/Q1/claims/P39/0/qualifiers/P580"),
    ],
)  # fmt: skip
def test_a_spoilt_entity_is_an_error_with_its_place(path: tuple[Any, ...], value: object, pointer: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(spoilt(document(), path, value), SETTINGS)
    assert caught.value.locator == pointer


@pytest.mark.parametrize("key", ["time", "precision", "calendarmodel"])
@pytest.mark.parametrize("value", [None, [], "x", "http://www.wikidata.org/entity/Q1985786"])
def test_a_date_is_a_date(key: str, value: object) -> None:
    place = (*P39, 0, "qualifiers", "P580", 0, "datavalue", "value")
    with pytest.raises(SourceError) as caught:
        read(spoilt(document(), (*place, key), value), SETTINGS)
    assert caught.value.locator.startswith("/entities/Q1/claims/P39/0/qualifiers/P580/0/datavalue/value")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ('{"error": {"code": "maxlag", "info": "Waiting for a server"}}', "Waiting for a server"),
        ('{"error": "down"}', "not an object"),
        ('{"batchcomplete": ""}', "none of Wikidata's"),
        ("[]", "not an object"),
        ("<html>busy</html>", "not JSON"),
        (json.dumps(answer([{"person": item("Q1")}]))[:-20] + "java.util.concurrent.TimeoutException", "not JSON"),
    ],
)
def test_what_is_no_answer_is_an_error(content: str, match: str) -> None:
    with pytest.raises(SourceError, match=match):
        read(content)


@pytest.mark.parametrize(
    "settings",
    [
        {"positions": {"P39": {"post": "a"}}},
        {"positions": {SECRETARY: {"title": "a"}}},
        {"ignore_positions": ["all"]},
        {"variables": {"item": "person"}},
        {"pages": "all"},
        {"languages": []},
    ],
)
def test_settings_are_checked(settings: dict[str, object]) -> None:
    assert registry.settings_problem(sources.get("wikidata"), settings)
