"""Answers of Wikidata for the tests of its adapter, written for them: a query's bindings, an entity's statements."""

from __future__ import annotations

import json
from typing import Any

from incumbent import sources
from incumbent.sources.base import Parsed
from tests.sources.pages import CONTEXT, snapshot

XSD = "http://www.w3.org/2001/XMLSchema#"
SAID = ("person", "person_ids", "post", "organisation", "organisation_ids", "event", "start", "end", "as_at", "acting")
SECRETARY, DIRECTOR, CLERK = "Q9001", "Q9002", "Q9003"
POSITIONS = {
    SECRETARY: {"post": "Permanent Secretary", "organisation": "Ministry of Works"},
    DIRECTOR: {"post": "Director"},
}


def item(number: str) -> dict[str, str]:
    return {"type": "uri", "value": f"http://www.wikidata.org/entity/{number}"}


def word(value: str, language: str | None = "en") -> dict[str, str]:
    return {"type": "literal", "value": value} | ({"xml:lang": language} if language else {})


def typed(value: str, datatype: str) -> dict[str, str]:
    return {"type": "literal", "value": value, "datatype": XSD + datatype}


def dated(name: str, day: str, precision: int) -> dict[str, dict[str, str]]:
    return {name: typed(f"{day}T00:00:00Z", "dateTime"), f"{name}Precision": typed(str(precision), "integer")}


def ranked(rank: str) -> dict[str, str]:
    return {"type": "uri", "value": f"http://wikiba.se/ontology#{rank}Rank"}


def answer(bindings: list[dict[str, Any]], *more: str) -> dict[str, Any]:
    variables = dict.fromkeys([*(name for row in bindings for name in row), *more])
    return {"head": {"vars": list(variables)}, "results": {"bindings": bindings}}


def read(document: Any, settings: dict[str, object] | None = None) -> Parsed:
    content = document if isinstance(document, str) else json.dumps(document)
    return sources.get("wikidata").parse(snapshot(content, "application/json"), settings or {}, CONTEXT)


def said(parsed: Parsed) -> list[tuple[object, ...]]:
    return sorted(parsed.claims.select(SAID).rows(), key=str)


def accounts(parsed: Parsed) -> list[tuple[object, ...]]:
    columns = ("person", "person_ids", "platform", "handle", "platform_id", "state", "as_at")
    return sorted(parsed.account_claims.select(columns).rows(), key=str)


def snak(claim: str, value: object, kind: str) -> dict[str, Any]:
    return {"snaktype": "value", "property": claim, "datavalue": {"value": value, "type": kind}}


def points(claim: str, target: str) -> dict[str, Any]:
    return snak(claim, {"entity-type": "item", "id": target}, "wikibase-entityid")


def time(claim: str, day: str, precision: int = 11) -> dict[str, Any]:
    model = "http://www.wikidata.org/entity/Q1985727"
    return snak(claim, {"time": f"+{day}T00:00:00Z", "precision": precision, "calendarmodel": model}, "time")


def statement(main: dict[str, Any], *qualifiers: dict[str, Any], rank: str = "normal") -> dict[str, Any]:
    grouped: dict[str, list[Any]] = {}
    for one in qualifiers:
        grouped.setdefault(one["property"], []).append(one)
    return {"mainsnak": main, "type": "statement", "rank": rank} | ({"qualifiers": grouped} if grouped else {})


def document() -> dict[str, Any]:
    somevalue = {"snaktype": "somevalue", "property": "P582"}
    novalue = {"snaktype": "novalue", "property": "P582"}
    held = [
        statement(points("P39", SECRETARY), time("P580", "2012-05-07"), novalue, rank="preferred"),
        statement(
            points("P39", SECRETARY), time("P580", "2000-00-00", 9), time("P582", "2004-06-00", 10),
            points("P1366", "Q2"), points("P1534", "Q55"),
        ),
        statement(points("P39", DIRECTOR), time("P580", "1998-02-03"), somevalue, points("P642", "Q78")),
        statement(
            points("P39", DIRECTOR), time("P580", "1999-02-03"), points("P768", "Q79"), points("P5102", "Q4895105"),
            time("P582", "1999-05-06"), time("P582", "1999-05"  "-00", 10),
        ),
        statement(points("P39", CLERK), time("P580", "1995-02-03")),
        statement(points("P39", SECRETARY), time("P580", "2020-01-01"), rank="deprecated"),
        statement({"snaktype": "somevalue", "property": "P39"}),
        statement(points("P39", DIRECTOR)),
    ]  # fmt: skip
    claims = {
        "P39": held,
        "P570": [statement(time("P570", "2021-02-03"))],
        "P2002": [
            statement(snak("P2002", "janeroe", "string"), snak("P6552", "12345", "string")),
            statement(snak("P2002", "roe_at_works", "string"), time("P582", "2010-05-06")),
            statement(snak("P2002", "someone", "string"), rank="deprecated"),
        ],
        "P4033": [statement(snak("P4033", "jane@social.example", "string"))],
        "P12361": [statement(snak("P12361", "did:plc:abc234", "string"))],
        "P4264": [statement(snak("P4264", "jane-roe", "string"), somevalue)],
    }
    label = {"language": "mul", "value": "Jane Roe"}
    return {"entities": {"Q1": {"type": "item", "id": "Q1", "labels": {"mul": label}, "claims": claims}}, "success": 1}
