"""The public files of unitedstates/congress-legislators: who serves, who served, and their accounts.

The format: https://github.com/unitedstates/congress-legislators#data-file-formats.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from tests.simulator.entities import Legislator, number_of
from tests.simulator.messages import Answer, Call, json_answer, text_answer
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.server import Simulator

_PATHS = re.compile(
    r"/(?:unitedstates/)?congress-legislators/(?:(?:main|gh-pages|refs/heads/\w+)/)?"
    r"legislators-(current|historical|social-media)\.(json|yaml)"
)


def answer(call: Call, world: World, simulator: Simulator) -> Answer | None:
    found = _PATHS.fullmatch(call.path)
    if not found:
        return None
    which, form = found.groups()
    every = sorted(world.legislators.values(), key=lambda one: one.key)
    if which == "social-media":
        value = [_accounts(one) for one in every if one.social and _serves(one, world)]
    else:
        begun = [one for one in every if one.terms[0][1] <= world.today]
        value = [_legislator(one, world) for one in begun if _serves(one, world) == (which == "current")]
    headers = (("Cache-Control", "max-age=300"), ("Access-Control-Allow-Origin", "*"))
    if form == "json":
        kind = "text/plain; charset=utf-8" if call.host.startswith("raw.") else "application/json; charset=utf-8"
        return json_answer(value, headers=headers, content_type=kind, validated=True)
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=False)
    kind = "text/plain; charset=utf-8" if call.host.startswith("raw.") else "text/yaml; charset=utf-8"
    return text_answer(text, kind, headers=headers, validated=True)


def _serves(one: Legislator, world: World) -> bool:
    return any(start <= world.today < end for _, start, end, _, _, _ in one.terms)


def _legislator(one: Legislator, world: World) -> dict[str, Any]:
    number = number_of(f"legislator {one.key}", 6)
    identity = {
        "bioguide": one.bioguide,
        "govtrack": number,
        "opensecrets": f"N{number:08d}",
        "votesmart": number // 3,
        "fec": [f"H{number}"],
        "wikipedia": f"{one.first} {one.last}",
        "wikidata": f"Q{number_of('legislator item ' + one.key, 9)}",
        "icpsr": number // 7,
    }
    terms = [_term(term) for term in one.terms if term[1] <= world.today]
    return {
        "id": identity,
        "name": {"first": one.first, "last": one.last, "official_full": f"{one.first} {one.last}"},
        "bio": {"birthday": f"19{50 + number % 40}-0{1 + number % 9}-1{number % 10}", "gender": "FM"[number % 2]},
        "terms": terms,
    }


def _term(term: tuple[str, Any, Any, str, int | None, str]) -> dict[str, Any]:
    kind, start, end, state, district, party = term
    place: dict[str, Any] = {"district": district} if kind == "rep" else {"class": 1 + start.year % 3}
    rank = {} if kind == "rep" else {"state_rank": "junior"}
    return {
        "type": kind,
        "start": f"{start}",
        "end": f"{end}",
        "state": state,
        **place,
        "party": party,
        **rank,
        "url": "https://www.congress.example/",
        "address": "1 Invented House Office Building Washington DC 20515",
        "phone": "202-555-0101",
        "office": "1 Invented House Office Building",
    }


def _accounts(one: Legislator) -> dict[str, Any]:
    social: dict[str, Any] = dict(one.social)
    if "twitter" in social:
        social["twitter_id"] = number_of(f"twitter {one.key}", 9)
    identity = {"bioguide": one.bioguide, "govtrack": number_of(f"legislator {one.key}", 6)}
    return {"id": identity, "social": social}
