"""query.wikidata.org and www.wikidata.org: who holds what, as SPARQL results and as entity documents.

The query service answers from rows of all variables that queries of rosters ask for, and of those gives what the SELECT
clause names. Of `wd:` items in the query that the world knows as posts, organisations or people, only these are
answered; a query of none of them is answered whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulator.entities import Account, Appointment, Organisation, Person, Post, content_id, number_of
from tests.simulator.messages import Answer, Call, http_date, json_answer, text_answer
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.server import Simulator

_Row = dict[str, dict[str, str]]
_ENTITY = "http://www.wikidata.org/entity/"
_SCHEMA = "http://www.w3.org/2001/XMLSchema#"
#: As it is: no crawler is to ask the service that every program asks.
_QUERY_ROBOTS = "User-agent: *\nDisallow: /sparql\nDisallow: /bigdata\n"
_WIKI_ROBOTS = """User-agent: *
Allow: /w/api.php?action=mobileview&
Allow: /w/load.php?
Allow: /api/rest_v1/?doc
Disallow: /w/
Disallow: /api/
Disallow: /trap/
Disallow: /wiki/Special:EntityData/
Allow: /wiki/Special:EntityData/*.
"""
_PLATFORMS = {"x": "P2002", "mastodon": "P4033", "bluesky": "P12361"}


def query(call: Call, world: World, simulator: Simulator) -> Answer | None:
    if call.path == "/robots.txt":
        return text_answer(_QUERY_ROBOTS)
    if call.path not in ("/sparql", "/bigdata/namespace/wdq/sparql"):
        return None
    sparql = call.one("query")
    select = re.search(r"\bSELECT\b(.*?)(?:\bWHERE\b|\{)", sparql, re.IGNORECASE | re.DOTALL)
    if not select:
        return text_answer(
            "SPARQL-QUERY: queryStr=\njava.util.concurrent.ExecutionException: MalformedQuery", status=400
        )
    variables = re.findall(r"[?$](\w+)", re.sub(r"\([^()]*\bAS\s+([?$]\w+)\s*\)", r"\1", select.group(1)))
    rows = [_answered(row, variables) for row in _asked(list(_rows(world)), sparql)]
    bindings = list({json.dumps(row, sort_keys=True): row for row in rows}.values())  # queries ask DISTINCT
    limit = re.search(r"\bLIMIT\s+(\d+)", sparql, re.IGNORECASE)
    bindings = bindings[: int(limit.group(1))] if limit else bindings
    return json_answer(
        {"head": {"vars": variables}, "results": {"bindings": bindings}},
        headers=(("Cache-Control", "public, max-age=300"), ("X-Served-By", "wdqs1013")),
        content_type="application/sparql-results+json;charset=utf-8",
        chunked=True,
    )


def wiki(call: Call, world: World, simulator: Simulator) -> Answer | None:
    if call.path == "/robots.txt":
        return text_answer(_WIKI_ROBOTS)
    found = re.fullmatch(r"/wiki/Special:EntityData/(Q\d+)\.json", call.path)
    if found:
        entity = _entity(found.group(1), world)
        if entity is None:
            return text_answer("<h1>Not Found</h1>", "text/html; charset=utf-8", 404)
        modified = datetime.fromisoformat(entity["modified"].removesuffix("Z"))
        return json_answer({"entities": {entity["id"]: entity}}, headers=(("Last-Modified", http_date(modified)),))
    if call.path == "/w/api.php" and call.one("action") == "wbgetentities":
        entities: dict[str, Any] = {}
        for item in call.one("ids").split("|"):
            entity = _entity(item, world)
            if entity is None:
                info = f'Could not find an entity with the ID "{item}".'
                return json_answer({"error": {"code": "no-such-entity", "info": info, "id": item}, "servedby": "mw1"})
            wanted = {"type", "id", *(call.one("props") or "info|labels|descriptions|aliases|claims").split("|")}
            entities[item] = {key: value for key, value in entity.items() if key in wanted or "info" in wanted}
        return json_answer({"entities": entities, "success": 1})
    return None


def _rows(world: World) -> Iterator[_Row]:
    for one in _statements(world):
        person, post = world.people[one.person], world.posts[one.post]
        body = world.organisations[post.organisation]
        row = {
            "position": _item(post), "positionLabel": _label(_position_label(post, body, world)),
            "organisation": _item(body), "organisationLabel": _label(body.name(world.today)),
            "statement": _uri(f"{_ENTITY}statement/{person.qid}-{content_id('statement', f'{one.post}/{one.start}')}"),
            "rank": _uri("http://wikiba.se/ontology#NormalRank"),
        }  # fmt: skip
        row |= {name: _item(person) for name in ("item", "person", "human")}
        row |= {f"{name}Label": _label(person.name) for name in ("item", "person", "human")}
        row |= _dated("start", one.start) | _dated("end", one.end) | _dated("died", person.died)
        successor = _neighbour(one, world, after=True)
        if successor:
            row |= {"replacedBy": _item(successor), "replacedByLabel": _label(successor.name)}
        predecessor = _neighbour(one, world, after=False)
        if predecessor:
            row |= {"replaces": _item(predecessor), "replacesLabel": _label(predecessor.name)}
        if one.acting:
            row["acting"] = {"datatype": f"{_SCHEMA}boolean", "type": "literal", "value": "true"}
        for account in world.accounts_of(person.key):
            row[account.platform] = _literal(_handle(account, world))
            if account.platform == "x":
                row["xId"] = _literal(account.number)
        yield row


def _statements(world: World) -> list[Appointment]:
    """What Wikidata has: the appointments that began, of posts that are worth an item (no deputy directors)."""
    people = dict.fromkeys(one.person for one in world.appointments)
    return [one for person in people for one in world.career(person) if world.posts[one.post].grade != "SCS1"]


def _asked(rows: list[_Row], sparql: str) -> list[_Row]:
    named = {f"{_ENTITY}{item}" for item in re.findall(r"\bwd:(Q\d+)", sparql)}
    for variable in ("position", "organisation", "person"):
        chosen = [row for row in rows if row[variable]["value"] in named]
        if chosen:
            rows = chosen
    return rows


def _answered(row: _Row, variables: list[str]) -> _Row:
    return {name: row[name] for name in variables if name in row}


def _neighbour(one: Appointment, world: World, *, after: bool) -> Person | None:
    """Who holds the post next, or held it before, by today."""
    others = [other for other in _statements_of(one.post, world) if other.person != one.person]
    if after:
        later = [other for other in others if one.end and other.start >= one.end]
        return world.people[later[0].person] if later else None
    earlier = [other for other in others if other.end and other.end <= one.start]
    return world.people[earlier[-1].person] if earlier else None


def _statements_of(post: str, world: World) -> list[Appointment]:
    return [one for one in world.held(post) if one.start <= world.today]


def _handle(account: Account, world: World) -> str:
    handle = account.page_handle or account.on(world.today).handle
    return f"{handle}@{account.host}" if account.platform == "mastodon" else handle


def _position_label(post: Post, body: Organisation, world: World) -> str:
    """Wikidata has no post without its body in the name, unless the title names it."""
    title, name = post.title(world.today), body.name(world.today)
    return title if " for " in title else f"{title} of the {name}"


def _uri(value: str) -> dict[str, str]:
    return {"type": "uri", "value": value}


def _item(thing: Organisation | Post | Person) -> dict[str, str]:
    return _uri(f"{_ENTITY}{thing.qid}")


def _label(text: str) -> dict[str, str]:
    return {"xml:lang": "en", "type": "literal", "value": text}


def _literal(text: str) -> dict[str, str]:
    return {"type": "literal", "value": text}


def _dated(name: str, day: date | None) -> _Row:
    if day is None:
        return {}
    return {
        name: {"datatype": f"{_SCHEMA}dateTime", "type": "literal", "value": f"{day}T00:00:00Z"},
        f"{name}Precision": {"datatype": f"{_SCHEMA}integer", "type": "literal", "value": "11"},
    }


def _entity(item: str, world: World) -> dict[str, Any] | None:
    for person in world.people.values():
        if person.qid == item and world.career(person.key):
            return _document(item, person.name, "public servant", _claims_of(person, world))
    for post in world.posts.values():
        if post.qid == item:
            body = world.organisations[post.organisation]
            claims = _grouped([_statement(item, "P2389", _entity_value(body.qid))])
            return _document(item, _position_label(post, body, world), "public office", claims)
    for body in world.organisations.values():
        if body.qid == item:
            claims = _grouped([_statement(item, "P31", _entity_value("Q327333"))])
            return _document(item, body.name(world.today), "public body", claims)
    return None


def _claims_of(person: Person, world: World) -> dict[str, Any]:
    found = [_statement(person.qid, "P31", _entity_value("Q5"))]
    for one in world.career(person.key):
        post = world.posts[one.post]
        if post.grade == "SCS1":
            continue
        qualifiers = [("P580", _time(one.start))]
        if one.end:
            qualifiers.append(("P582", _time(one.end)))
        for name, other in (
            ("P1365", _neighbour(one, world, after=False)),
            ("P1366", _neighbour(one, world, after=True)),
        ):
            if other:
                qualifiers.append((name, _entity_value(other.qid)))
        qualifiers.append(("P642", _entity_value(world.organisations[post.organisation].qid)))
        found.append(_statement(person.qid, "P39", _entity_value(post.qid), qualifiers, key=f"{one.post}/{one.start}"))
    if person.died and person.died <= world.today:
        found.append(_statement(person.qid, "P570", _time(person.died)))
    for account in world.accounts_of(person.key):
        qualifiers = [("P580", _time(account.created.date()))]
        if account.platform == "x":
            qualifiers.insert(0, ("P6552", _string(account.number)))
        value = _string(_handle(account, world))
        found.append(_statement(person.qid, _PLATFORMS[account.platform], value, qualifiers, key=account.key))
    return _grouped(found)


def _document(item: str, label: str, description: str, claims: dict[str, Any]) -> dict[str, Any]:
    """The revision and its moment follow from the content: another content, another revision."""
    digest = hashlib.sha256(json.dumps([label, claims]).encode()).digest()
    modified = datetime(2025, 1, 1) + timedelta(seconds=int.from_bytes(digest[:3], "big"))
    return {
        "pageid": number_of(f"page {item}", 8),
        "ns": 0,
        "title": item,
        "lastrevid": 1_000_000_000 + int.from_bytes(digest[:4], "big") % 10**9,
        "modified": f"{modified.isoformat()}Z",
        "type": "item",
        "id": item,
        "labels": {"en": {"language": "en", "value": label}},
        "descriptions": {"en": {"language": "en", "value": description}},
        "aliases": {},
        "claims": claims,
        "sitelinks": {},
    }


def _grouped(statements: list[dict[str, Any]]) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    for statement in statements:
        claims.setdefault(statement["mainsnak"]["property"], []).append(statement)
    return claims


def _statement(
    item: str,
    name: str,
    value: dict[str, Any],
    qualifiers: list[tuple[str, dict[str, Any]]] | None = None,
    key: str = "",
) -> dict[str, Any]:
    statement: dict[str, Any] = {"mainsnak": _snak(name, value), "type": "statement"}
    if qualifiers:
        statement["qualifiers"] = {name: [_snak(name, value)] for name, value in qualifiers}
        statement["qualifiers-order"] = [name for name, _ in qualifiers]
    return statement | {
        "id": f"{item}${content_id('claim', f'{item}/{name}/{key}').upper()}",
        "rank": "normal",
        "references": [
            {
                "hash": hashlib.sha1(f"{item}{name}".encode(), usedforsecurity=False).hexdigest(),
                "snaks": {"P143": [_snak("P143", _entity_value("Q328"))]},
                "snaks-order": ["P143"],
            }
        ],
    }


def _snak(name: str, value: dict[str, Any]) -> dict[str, Any]:
    kind = {"wikibase-entityid": "wikibase-item", "time": "time", "string": "external-id"}[value["type"]]
    return {
        "snaktype": "value",
        "property": name,
        "hash": hashlib.sha1(f"{name}{value}".encode(), usedforsecurity=False).hexdigest(),
        "datavalue": value,
        "datatype": kind,
    }


def _entity_value(item: str) -> dict[str, Any]:
    value = {"entity-type": "item", "numeric-id": int(item[1:]), "id": item}
    return {"value": value, "type": "wikibase-entityid"}


def _string(text: str) -> dict[str, Any]:
    return {"value": text, "type": "string"}


def _time(day: date) -> dict[str, Any]:
    value = {
        "time": f"+{day}T00:00:00Z",
        "timezone": 0,
        "before": 0,
        "after": 0,
        "precision": 11,
        "calendarmodel": "http://www.wikidata.org/entity/Q1985727",
    }
    return {"value": value, "type": "time"}
