from __future__ import annotations

import json
from typing import Any

import pytest

from incumbent.errors import SourceError
from incumbent.sources import registry
from incumbent.sources.base import Links
from tests.sources.pages import CONTEXT, snapshot
from tests.sources.spoilt import spoilt
from tests.sources.wikidata_answers import (
    SECRETARY,
    XSD,
    accounts,
    answer,
    dated,
    document,
    item,
    ranked,
    read,
    said,
    typed,
    word,
)

ROE = {"person": item("Q1"), "personLabel": word("Jane Roe")}
POST = {
    "position": item(SECRETARY), "positionLabel": word("Permanent Secretary"),
    "organisation": item("Q77"), "organisationLabel": word("Ministry of Works"),
}  # fmt: skip
BINDINGS: list[dict[str, Any]] = [
    {**ROE, **POST, **dated("start", "2012-05-07", 11), "rank": ranked("Preferred"), "x": word("@janeroe", None),
     "xId": word("12345", None), "bluesky": word("jane.works.example", None), "linkedin": word("jane-ro%C3%A9", None)},
    {**ROE, **POST, **dated("start", "2000-01-01", 9), **dated("end", "2004-06-01", 10), "rank": ranked("Normal"),
     "replacedByLabel": word("Bo Lee"), "endCauseLabel": word("retirement")},
    {**ROE, **POST, **dated("start", "1990-01-01", 8), "rank": ranked("Normal")},
    {**ROE, **POST, **dated("start", "2013-01-01", 11), "rank": ranked("Deprecated")},
    {"person": item("Q2"), "personLabel": word("Bo Lee"), **POST, **dated("start", "2004-06-01", 11),
     "end": {"type": "bnode", "value": "t1"}, "mastodon": word("bo@social.example", None)},
    {"person": item("Q3"), **POST, **dated("start", "2005-03-02", 11), **dated("died", "2006-02-03", 11),
     "acting": typed("true", "boolean")},
    {"person": item("Q4"), "personLabel": word("Ann Poe"), **POST},
    # The query's joins give a row for each combination.
    {**ROE, **POST, **dated("start", "2012-05-07", 11), "rank": ranked("Preferred"), "x": word("janeroe", None),
     "xId": word("12345", None)},
]  # fmt: skip


WORKS = ("Permanent Secretary", "Ministry of Works", "wikidata:Q77")


def test_bindings_become_claims() -> None:
    assert said(read(answer(BINDINGS))) == [
        ("Bo Lee", "wikidata:Q2", *WORKS, "ends", "2004-06-01", None, None, False),
        ("Jane Roe", "wikidata:Q1", *WORKS, "holds", "2000", "2004-06", None, False),
        ("Jane Roe", "wikidata:Q1", *WORKS, "holds", "2012-05-07", None, None, False),
        ("Q3", "wikidata:Q3", *WORKS, "dies", None, "2006-02-03", None, True),
        ("Q3", "wikidata:Q3", *WORKS, "holds", "2005-03-02", None, None, True),
    ]
    whole = read(answer(BINDINGS)).claims
    past = whole.filter(end="2004-06").row(0, named=True)
    assert (past["locator"], past["status_note"]) == ("/results/bindings/1", "retirement")
    assert past["quote"] == "Jane Roe | Permanent Secretary | Ministry of Works | 2000/2004-06 | replaced by Bo Lee"
    assert set(whole["source_url"]) == {"https://works.example/"}
    assert set(whole["stated_at"]) == {"2012-06-28"}


def test_bindings_become_accounts() -> None:
    assert accounts(read(answer(BINDINGS))) == [
        ("Bo Lee", "wikidata:Q2", "mastodon", "bo@social.example", None, None, "2012-06-28"),
        ("Jane Roe", "wikidata:Q1", "bluesky", "jane.works.example", None, None, "2012-06-28"),
        ("Jane Roe", "wikidata:Q1", "linkedin", "jane-roé", None, None, "2012-06-28"),
        ("Jane Roe", "wikidata:Q1", "x", "janeroe", "12345", None, "2012-06-28"),
    ]
    assert read(answer(BINDINGS), {"yields": ["accounts"]}).claims.is_empty()
    assert read(answer(BINDINGS), {"yields": ["claims"]}).account_claims.is_empty()


def test_an_undated_statement_says_that_it_holds_only_where_that_is_set() -> None:
    parsed = read(answer(BINDINGS[6:7]), {"undated": "holds"})
    assert said(parsed) == [("Ann Poe", "wikidata:Q4", *WORKS, "holds", None, None, "2012-06-28", False)]
    assert read(answer(BINDINGS[6:7])).height == 0


@pytest.mark.parametrize(
    ("time", "expected"),
    [("2012-05-07", "2012-05-07"), ("2012-05-01", "2012-05"), ("2012-01-01", "2012"), ("2012-01-02", "2012-01-02")],
)
def test_without_a_precision_the_first_of_a_period_may_be_all_of_it(time: str, expected: str) -> None:
    row = {**ROE, **POST, "start": typed(f"{time}T00:00:00Z", "dateTime")}
    assert read(answer([row])).claims["start"].to_list() == [expected]


def test_names_come_from_the_query_or_the_settings() -> None:
    row = {"item": item("Q1"), "since": typed("2012-05-07T00:00:00Z", "dateTime"), "ordinal": word("3", None)}
    settings: dict[str, object] = {
        "variables": {"person": "item", "start": "since"},
        "ignore": ["ordinal"],
        "post": "Mayor",
        "organisation": "York",
    }
    (claim,) = said(read(answer([row]), settings))
    assert claim == ("Q1", "wikidata:Q1", "Mayor", "York", None, "holds", "2012-05-07", None, None, False)
    # A label that is only the id is none: the setting knows better.
    row = {
        **ROE,
        **POST,
        "positionLabel": word(SECRETARY),
        "organisationLabel": word("Q77"),
        **dated("start", "2012-05-07", 11),
    }
    (claim,) = said(read(answer([row]), {"positions": {SECRETARY: {"post": "Head"}}, "labels": {"Q77": "Works"}}))
    assert claim[2:5] == ("Head", "Works", "wikidata:Q77")
    assert read(answer([row]), {"ignore_positions": [SECRETARY]}).claims.is_empty()
    with pytest.raises(SourceError, match="nothing names the position"):
        read(answer([row]))


def test_a_query_may_find_nobody_but_must_ask_for_people() -> None:
    assert read(answer([], "person", "position")).height == 0
    for variables, settings in (["position"], {}), (["person"], {"variables": {"start": "since"}}):
        with pytest.raises(SourceError, match="lacks a variable") as caught:
            read(answer([], *variables), settings)
        assert caught.value.locator == "/head/vars"


def test_the_people_found_can_be_captured() -> None:
    page = snapshot(json.dumps(answer(BINDINGS)), "application/json")
    entity = "https://www.wikidata.org/wiki/Special:EntityData/"
    assert registry.links("wikidata", page, {}, CONTEXT) == Links()
    assert registry.links("wikidata", page, {"pages": "entities"}, CONTEXT) == Links(
        pages=tuple(f"{entity}Q{number}.json" for number in (1, 2, 3, 4))
    )
    many = [{"person": item(f"Q{number}")} for number in range(1, 61)]
    found = registry.links(
        "wikidata", snapshot(json.dumps(answer(many))), {"pages": "batches", "languages": ["cy", "en"]}, CONTEXT
    )
    assert len(found.pages) == 2
    assert found.pages[0].endswith("&languages=cy%7Cen%7Cmul&ids=" + "%7C".join(f"Q{one}" for one in range(1, 51)))
    entity = snapshot(json.dumps(document()))
    assert registry.links("wikidata", entity, {"pages": "batches"}, CONTEXT) == Links()


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (("head",), None, ""),
        (("head", "vars"), None, "/head"),
        (("head", "vars"), "person", "/head/vars"),
        (("head", "vars", 0), 1, "/head/vars/0"),
        (("head", "vars", 0), "somebody", "/head/vars/0"),
        (("results", "bindings"), None, "/results"),
        (("results", "bindings"), {}, "/results/bindings"),
        (("results", "bindings", 0), [], "/results/bindings/0"),
        (("results", "bindings", 0, "person"), None, "/results/bindings/0"),
        (("results", "bindings", 0, "person"), {"type": "bnode", "value": "t0"}, "/results/bindings/0/person"),
        (("results", "bindings", 0, "person", "value"), "https://works.example/Q1", "/results/bindings/0/person"),
        (("results", "bindings", 0, "person", "value"), None, "/results/bindings/0/person"),
        (("results", "bindings", 0, "person", "type"), None, "/results/bindings/0/person"),
        (("results", "bindings", 0, "person", "type"), "literal", "/results/bindings/0/person"),
        (("results", "bindings", 0, "personLabel", "type"), "uri", "/results/bindings/0/personLabel"),
        (("results", "bindings", 0, "personLabel", "value"), 7, "/results/bindings/0/personLabel/value"),
        (("results", "bindings", 0, "position", "value"), "P39", "/results/bindings/0/position"),
        (("results", "bindings", 0, "positionLabel", "datatype"), XSD + "integer", "/results/bindings/0/positionLabel"),
        (("results", "bindings", 0, "start", "datatype"), None, "/results/bindings/0/start"),
        (("results", "bindings", 0, "start", "datatype"), XSD + "date", "/results/bindings/0/start"),
        (("results", "bindings", 0, "start", "value"), "2012-05-07", "/results/bindings/0/start"),
        (("results", "bindings", 0, "start", "value"), "2012-02-30T00:00:00Z", "/results/bindings/0/start"),
        (("results", "bindings", 0, "start", "value"), "-0044-03-15T00:00:00Z", "/results/bindings/0/start"),
        (("results", "bindings", 0, "startPrecision", "value"), "14", "/results/bindings/0/start"),
        (("results", "bindings", 0, "startPrecision", "value"), "day", "/results/bindings/0/startPrecision"),
        (("results", "bindings", 0, "rank", "value"), "http://wikiba.se/ontology#BestRank", "/results/bindings/0/rank"),
        (("results", "bindings", 0, "rank", "type"), "literal", "/results/bindings/0/rank"),
        (("results", "bindings", 0, "x", "value"), "two words", "/results/bindings/0/x"),
        (("results", "bindings", 4, "mastodon", "value"), "bo", "/results/bindings/4/mastodon"),
        (("results", "bindings", 5, "acting", "value"), "maybe", "/results/bindings/5/acting"),
    ],
)
def test_a_spoilt_answer_is_an_error_with_its_place(path: tuple[Any, ...], value: object, pointer: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(spoilt(answer(BINDINGS), path, value))
    assert (caught.value.source, caught.value.locator) == ("page", pointer or "/")
