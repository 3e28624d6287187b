"""Entity documents of Wikidata (Special:EntityData, wbgetentities) into holdings and accounts: see wikidata.py.

The format: https://doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from incumbent.sources.jsontree import Node
from incumbent.sources.wikidata_settings import Settings
from incumbent.sources.wikidata_values import ITEM, RANKS, Account, Holding, Person, account, date_of

#: Property of an account -> platform, and the qualifier that gives the platform's own id.
_ACCOUNTS = {
    "P2002": ("x", "P6552"), "P4033": ("mastodon", None), "P12361": ("bluesky", None), "P4264": ("linkedin", None),
}  # fmt: skip
_START, _END, _DIED = "P580", "P582", "P570"
_END_CAUSE, _REPLACED_BY, _NATURE = "P1534", "P1366", "P5102"
_INTERIM = "Q4895105"
#: Qualifiers that tell of which body a position is, the most telling first: of, organisation directed, jurisdiction.
_BODIES = ("P642", "P2389", "P1001")
_DISTRICT = "P768"
_GREGORIAN = "http://www.wikidata.org/entity/Q1985727"
_SNAKS = ("value", "somevalue", "novalue")
#: Without a label in a language that was asked for: the label for all languages, and English.
LAST_LANGUAGES = ("mul", "en")


def read(document: Node, settings: Settings) -> tuple[list[Holding], list[Account]]:
    """What the statements of all entities say, in their order."""
    holdings: list[Holding] = []
    accounts: list[Account] = []
    for entity in document.members("entities").values():
        if entity.optional("missing") is not None:
            raise entity.error("the item does not exist", value=entity.text("id"), expected="an item")
        item = entity.text("id")
        if not ITEM.fullmatch(item):
            raise entity.child("id").error("the entity is no item", expected="Q42")
        claims = _object(entity.child("claims"))
        person = Person(item, _label(entity, settings) or item)
        died = _first_date(claims.get(_DIED))
        for statement in _statements(claims.get("P39")):
            holding = _holding(statement, person, died, settings)
            if holding is not None:
                holdings.append(holding)
        for claim, (platform, id_property) in _ACCOUNTS.items():
            for statement in _statements(claims.get(claim)):
                accounts += _account(statement, person, platform, id_property)
    return holdings, accounts


def _holding(statement: Node, person: Person, died: str | None, settings: Settings) -> Holding | None:
    snak = statement.child("mainsnak")
    if _kind(snak) != "value":  # holds no position, or one that nobody knows: nothing to compare with a list
        return None
    position = _item(snak)
    if settings.ignores(position):
        return None
    known = settings.positions.get(position)
    if known is None:
        raise snak.error(
            "the setting positions lacks a position", value=position, expected="its post, or ignore_positions"
        )
    qualifiers = _object(statement.optional("qualifiers"))
    body = next((item for name in _BODIES for item in _items(qualifiers.get(name))), None)
    district = next(iter(_items(qualifiers.get(_DISTRICT))), None)
    seat = settings.labels.get(district or "")
    end_snaks = [_kind(one) for one in _array(qualifiers.get(_END))]
    end = _date(qualifiers.get(_END), last=True)
    causes = [settings.labels[item] for item in _items(qualifiers.get(_END_CAUSE)) if item in settings.labels]
    successors = [settings.labels.get(item, item) for item in _items(qualifiers.get(_REPLACED_BY))]
    return Holding(
        person=person,
        position=position,
        post=f"{known.post} for {seat}" if seat else known.post,
        organisation=known.organisation or settings.labels.get(body or "") or settings.organisation,
        organisation_item=body,
        start=_date(qualifiers.get(_START), last=False),
        end=end,
        ended=end is None and any(kind != "novalue" for kind in end_snaks),
        acting=_INTERIM in _items(qualifiers.get(_NATURE)),
        died=died,
        note="; ".join(causes) or None,
        successor="; ".join(successors) or None,
        rank=_rank(statement),
        locator=statement.pointer,
    )


def _account(statement: Node, person: Person, platform: str, id_property: str | None) -> Iterator[Account]:
    snak = statement.child("mainsnak")
    if _kind(snak) != "value":
        return
    qualifiers = _object(statement.optional("qualifiers"))
    ids = [_text(one) for one in _array(qualifiers.get(id_property or "")) if _kind(one) == "value"]
    ended = [_kind(one) for one in _array(qualifiers.get(_END))]
    end = _date(qualifiers.get(_END), last=True) or ("unknown" if any(one != "novalue" for one in ended) else None)
    one = account(person, platform, _text(snak), snak.child("datavalue", "value"))
    platform_id = ids[0] if ids else one.platform_id
    yield replace(one, platform_id=platform_id, rank=_rank(statement), end=end, locator=statement.pointer)


def _statements(node: Node | None) -> list[Node]:
    return [] if node is None else node.items()


def _rank(statement: Node) -> str:
    rank = statement.text("rank")
    if rank not in RANKS:
        raise statement.child("rank").error("the rank is none", expected=" | ".join(RANKS))
    return rank


def _kind(snak: Node) -> str:
    kind = snak.text("snaktype")
    if kind not in _SNAKS:
        raise snak.child("snaktype").error("the snaktype is none", expected=" | ".join(_SNAKS))
    return kind


def _value(snak: Node, kind: str) -> Node:
    value = snak.child("datavalue")
    if value.text("type") != kind:
        raise value.child("type").error("the value is of another type", expected=kind)
    return value.child("value")


def _item(snak: Node) -> str:
    item = _value(snak, "wikibase-entityid").text("id")
    if not ITEM.fullmatch(item):
        raise snak.child("datavalue", "value", "id").error("the value is no item", expected="Q42")
    return item


def _text(snak: Node) -> str:
    return _value(snak, "string").text()


def _items(snaks: Node | None) -> list[str]:
    return [_item(snak) for snak in _array(snaks) if _kind(snak) == "value"]


def _dates(snaks: list[Node]) -> list[str]:
    found = []
    for snak in snaks:
        if _kind(snak) != "value":
            continue
        value = _value(snak, "time")
        date = date_of(value.text("time"), value.integer("precision"), value.child("time"))
        if date is not None and value.text("calendarmodel") != _GREGORIAN:
            raise value.child("calendarmodel").error("the date is of another calendar", expected=_GREGORIAN)
        if date is not None:
            found.append(date)
    return found


def _date(snaks: Node | None, *, last: bool) -> str | None:
    """Of several dates for one thing, the one that makes the time longest."""
    dates = sorted(_dates(_array(snaks)))
    return (dates[-1] if last else dates[0]) if dates else None


def _first_date(statements: Node | None) -> str | None:
    """The date of the best statement about a person: the first preferred one, else the first that is not deprecated."""
    told = [one for one in _statements(statements) if _rank(one) != "deprecated"]
    best = [one for one in told if _rank(one) == "preferred"] or told
    return next((date for one in best for date in _dates([one.child("mainsnak")])), None)


def _label(entity: Node, settings: Settings) -> str | None:
    labels = _object(entity.optional("labels"))
    for language in (*settings.languages, *LAST_LANGUAGES):
        if language in labels:
            return labels[language].text("value")
    return None


def _array(node: Node | None) -> list[Node]:
    return [] if node is None else node.items()


def _object(node: Node | None) -> dict[str, Node]:
    """The members of an object; an empty one is written as an empty array."""
    return {} if node is None or node.value == [] else node.members()
