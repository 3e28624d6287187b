"""SPARQL results of Wikidata (application/sparql-results+json) into holdings and accounts: see wikidata.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from incumbent.sources.jsontree import Node
from incumbent.sources.wikidata_settings import VARIABLES, Settings
from incumbent.sources.wikidata_values import ITEM, RANKS, Account, Holding, Person, account, date_of

#: Variables without which nothing is said of anybody.
_REQUIRED = ("person",)
_PLATFORMS = ("x", "mastodon", "bluesky", "linkedin")
_ENTITY = re.compile(r"https?://www\.wikidata\.org/entity/(?P<item>Q[1-9][0-9]*)")
_UNKNOWN = re.compile(r"https?://www\.wikidata\.org/\.well-known/genid/.*")
_RANK = "http://wikiba.se/ontology#"
_SCHEMA = "http://www.w3.org/2001/XMLSchema#"


def read(document: Node, settings: Settings) -> tuple[list[Holding], list[Account]]:
    """What the bindings say, in their order. Raises SourceError for a variable that is neither read nor ignored."""
    names = {name: settings.variables.get(name, name) for name in VARIABLES}
    variables = document.items("head", "vars")
    for variable in variables:
        if variable.text() not in names.values() and variable.text() not in settings.ignore:
            what = "the query has a variable that is neither read nor ignored"
            raise variable.error(what, expected=", ".join(VARIABLES))
    said = {variable.text() for variable in variables}
    for name in (*_REQUIRED, *settings.variables):
        if names[name] not in said:
            raise document.child("head", "vars").error("the query lacks a variable", value=names[name], expected=name)
    holdings: list[Holding] = []
    accounts: list[Account] = []
    for node in document.items("results", "bindings"):
        row = _Row(node, names)
        person = row.person()
        holding = _holding(row, person, settings)
        if holding is not None:
            holdings.append(holding)
        accounts += _accounts(row, person)
    return holdings, accounts


def people(document: Node, settings: Settings) -> list[str]:
    """Ids of the people, in order, each once."""
    names = {name: settings.variables.get(name, name) for name in VARIABLES}
    return list(dict.fromkeys(_Row(node, names).person().item for node in document.items("results", "bindings")))


def _holding(row: _Row, person: Person, settings: Settings) -> Holding | None:
    item = row.item("position")
    if item is not None and settings.ignores(item):
        return None
    known = settings.positions.get(item or "")
    label = row.text("positionLabel")
    post = known.post if known else label if label and not ITEM.fullmatch(label) else settings.post
    if post is None:
        raise row.node.error(
            "nothing names the position", value=item or "", expected="positionLabel, or the setting positions or post"
        )
    body = row.item("organisation")
    name = row.text("organisationLabel")
    organisation = settings.labels.get(body or "") or (name if name and not ITEM.fullmatch(name) else None)
    end = row.date("end")
    return Holding(
        person=person,
        position=item or post,
        post=post,
        organisation=(known.organisation if known else None) or organisation or settings.organisation,
        organisation_item=body,
        start=row.date("start"),
        end=end,
        ended=row.has("end") and end is None,
        acting=row.truth("acting"),
        died=row.date("died"),
        note=row.text("endCauseLabel"),
        successor=row.text("replacedByLabel"),
        rank=row.rank(),
        locator=row.node.pointer,
    )


def _accounts(row: _Row, person: Person) -> list[Account]:
    found = []
    for platform in _PLATFORMS:
        handle = row.text(platform)
        if handle is not None:
            one = account(person, platform, handle, row.value(platform))
            found.append(replace(one, platform_id=row.text("xId")) if platform == "x" else one)
    return found


@dataclass(frozen=True)
class _Row:
    """One binding; `names` are the query's names of VARIABLES. What is not bound is None."""

    node: Node
    names: Mapping[str, str]

    def has(self, variable: str) -> bool:
        return self.node.optional(self.names[variable]) is not None

    def value(self, variable: str) -> Node:
        return self.node.child(self.names[variable])

    def text(self, variable: str) -> str | None:
        """A literal, plain or with a language."""
        return self._literal(variable, None)

    def person(self) -> Person:
        item = self._entity("person", self.value("person"))
        if item is None:
            raise self.value("person").error("the person is an unknown value", expected="an item")
        return Person(item, self.text("personLabel") or item)

    def item(self, variable: str) -> str | None:
        """The id of an entity; None where it is not bound, or an unknown value."""
        return self._entity(variable, self.value(variable)) if self.has(variable) else None

    def date(self, variable: str) -> str | None:
        if not self.has(variable) or self._unknown(self.value(variable)):
            return None
        time = self._literal(variable, "dateTime")
        precise = f"{variable}Precision"
        stated = self._literal(precise, "integer") if self.has(precise) else None
        if stated is not None and not re.fullmatch(r"[0-9]{1,2}", stated):
            raise self.value(precise).error("the precision is no number", value=stated, expected="9 | 10 | 11")
        return date_of(str(time), None if stated is None else int(stated), self.value(variable))

    def truth(self, variable: str) -> bool:
        stated = self._literal(variable, "boolean") if self.has(variable) else None
        if stated not in (None, "true", "false", "1", "0"):
            raise self.value(variable).error("the value is neither true nor false", value=stated)
        return stated in ("true", "1")

    def rank(self) -> str:
        if not self.has("rank"):
            return "normal"
        node = self.value("rank")
        if node.text("type") == "uri":
            rank = node.text("value").removeprefix(_RANK).removesuffix("Rank").lower()
            if rank in RANKS:
                return rank
        raise node.error("the rank is none", value=node.text("value"), expected=f"{_RANK}NormalRank")

    def _entity(self, variable: str, node: Node) -> str | None:
        if self._unknown(node):
            return None
        found = _ENTITY.fullmatch(node.text("value")) if node.text("type") == "uri" else None
        if found is None:
            raise node.error(
                f"{variable} is no item", value=node.text("value"), expected="an address that ends in /entity/Q42"
            )
        return found["item"]

    def _unknown(self, node: Node) -> bool:
        """Wikidata's unknown value: a node without a name."""
        kind = node.text("type")
        return kind == "bnode" or (kind == "uri" and _UNKNOWN.fullmatch(node.text("value")) is not None)

    def _literal(self, variable: str, datatype: str | None) -> str | None:
        if not self.has(variable):
            return None
        node = self.value(variable)
        told = node.optional_text("datatype")
        if node.text("type") not in ("literal", "typed-literal") or told != (datatype and _SCHEMA + datatype):
            expected = f"a literal of {_SCHEMA}{datatype}" if datatype else "a literal"
            raise node.error(f"{variable} is of another type", value=told or node.text("type"), expected=expected)
        return node.text("value")
