"""The rosters of Congress and of the senior civil service, end to end: as they are bundled, against the simulator."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from pathlib import Path

import polars as pl
import pytest

from incumbent import roster
from tests.live.running import run_live
from tests.simulator import Legislator, Simulator, World
from tests.simulator.asking import get

TODAY = dt.datetime.now(dt.UTC).date()
pytestmark = pytest.mark.slow

_POSITIONS = {"sen": "Q4416090", "rep": "Q13218630"}
_STATES = ("VT", "OH", "WA", "TX", "ME", "NM", "CA", "NY", "GA", "IL")
_GIVEN = ("Alma", "Boris", "Celia", "Doran", "Elspeth", "Farid", "Gilda", "Horace", "Imelda", "Jarvis", "Kamala")
_FAMILY = tuple(f"{first}{last}" for first in ("Ash", "Birch", "Cedar", "Elm", "Hazel", "Oak", "Rowan")
                for last in ("bury", "croft", "ford", "gate", "ham", "ley", "mere", "ton"))  # fmt: skip


def congress() -> World:
    """A hundred senators and 430 representatives who all serve today."""
    world = World(TODAY)
    for number, (first, last) in enumerate(itertools.islice(itertools.product(_GIVEN, _FAMILY), 530)):
        kind = "sen" if number < 100 else "rep"
        term = (kind, dt.date(TODAY.year - 1, 1, 3), dt.date(TODAY.year + 4, 1, 3), _STATES[number % 10],
                None if kind == "sen" else number // 10, "Independent")  # fmt: skip
        social = (("twitter", f"{last}{number}"),) if number % 3 == 0 else ()
        world.legislator(Legislator(f"legislator-{number}", first, last, (term,), social))
    over = ("rep", dt.date(2001, 1, 3), dt.date(2013, 1, 3), "OH", 99, "Independent")
    world.legislator(Legislator("former", "Zelda", "Yesterday", (over,)))
    return world


def seats(members: list[tuple[str, str, str]], gone: str, ended: dt.date) -> bytes:
    """Wikidata's answer: every member (item, name, type) holds a seat, but the one whose term has ended."""
    rows = [_seat(item, name, kind, ended if item == gone else None) for item, name, kind in members]
    variables = ["person", "personLabel", "position", "positionLabel", "start", "startPrecision", "end", "endPrecision",
                 "died", "diedPrecision", "rank"]  # fmt: skip
    return json.dumps({"head": {"vars": variables}, "results": {"bindings": rows}}).encode()


def _seat(item: str, name: str, kind: str, ended: dt.date | None) -> dict[str, dict[str, str]]:

    def moment(day: dt.date) -> dict[str, str]:
        return {
            "type": "literal", "datatype": "http://www.w3.org/2001/XMLSchema#dateTime", "value": f"{day}T00:00:00Z"
        }  # fmt: skip

    precision = {"type": "literal", "datatype": "http://www.w3.org/2001/XMLSchema#integer", "value": "11"}
    row = {
        "person": {"type": "uri", "value": f"http://www.wikidata.org/entity/{item}"},
        "personLabel": {"type": "literal", "xml:lang": "en", "value": name},
        "position": {"type": "uri", "value": f"http://www.wikidata.org/entity/{_POSITIONS[kind]}"},
        "positionLabel": {"type": "literal", "xml:lang": "en", "value": "a seat"},
        "start": moment(dt.date(TODAY.year - 1, 1, 3)),
        "startPrecision": precision,
        "rank": {"type": "uri", "value": "http://wikiba.se/ontology#NormalRank"},
    }
    return row | ({"end": moment(ended), "endPrecision": precision} if ended else {})


def test_congress(tmp_path: Path, prefect_api: str) -> None:
    [query] = next(one for one in roster.load("us-congress").sources if one.id == "wikidata").addresses
    with Simulator(congress()) as sim:
        members = sim.world.legislators
        one = members["legislator-200"]
        listed = get(sim, "https://unitedstates.github.io/congress-legislators/legislators-current.json")
        current = [
            (each["id"]["wikidata"], f"{each['name']['first']} {each['name']['last']}", each["terms"][-1]["type"])
            for each in json.loads(listed.body)
        ]
        name = f"{one.first} {one.last}"
        gone = next(item for item, who, _ in current if who == name)
        sim.serve(query, seats(current, gone, TODAY - dt.timedelta(days=20)), "application/sparql-results+json")
        ran = run_live(sim, tmp_path, "run", "us-congress", PREFECT_API_URL=prefect_api)
    assert ran.status == 0, ran.err + ran.out
    report = ran.answer
    assert report["entries"] == 530
    assert {state["source_id"]: state["state"] for state in report["captured"]} == dict.fromkeys(
        ("legislators-current", "legislators-historical", "legislators-social-media", "wikidata"), "fresh"
    )
    [wrong] = report["wrong"]
    assert (wrong["person"], wrong["verdict"], wrong["reasons"]) == (name, "out_of_date", "left")
    accounts = pl.read_parquet(tmp_path / "published" / "us-congress" / "latest" / "accounts.parquet")
    assert accounts.height == len([member for member in members.values() if member.social])
    assert accounts.get_column("posts").null_count() == accounts.height


def test_the_senior_civil_service(tmp_path: Path, prefect_api: str) -> None:
    world = World.generate(5, organisations=10, people_per=6, today=TODAY)
    with Simulator(world) as sim:
        ran = run_live(sim, tmp_path, "run", "uk-senior-civil-service", PREFECT_API_URL=prefect_api)
    assert ran.status == 0, ran.err + ran.out
    report = ran.answer
    assert {state["source_id"]: state["state"] for state in report["captured"]} == dict.fromkeys(
        ("organogram-files", "organograms", "govuk-organisations", "govuk-management", "govuk-people"), "fresh"
    )
    entries = pl.read_parquet(tmp_path / "published" / "uk-senior-civil-service" / "latest" / "roster.parquet")
    assert entries.height == report["entries"] >= 20
    # An organogram may give initials, and the surname first: the surname is what can be asked for.
    held = {world.people[one.person].name.split()[-1] for one in world.appointments if one.end is None}
    confirmed = entries.filter(verdict="current").get_column("holder").to_list()
    assert confirmed and all(held & set(name.replace(",", "").split()) for name in confirmed)
