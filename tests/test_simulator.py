"""The source simulator: what it answers follows from the world and its day, what it spoils is what was asked for."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.simulator import Simulator, World
from tests.simulator.asking import Reply, get, raw

ORGANISATION = "/api/content/government/organisations/department-for-harbours"


def ask(sim: Simulator, target: str, host: str = "www.gov.uk", **headers: str) -> Reply:
    return get(sim, f"https://{host}{target}", **headers)


@pytest.fixture(scope="module")
def generated() -> World:
    return World.generate(7)


@pytest.fixture
def sim(generated: World) -> Iterator[Simulator]:
    with Simulator(generated) as simulator:
        yield simulator


@pytest.fixture
def small() -> World:
    """One department, one agency of it, a permanent secretary and a vacant post."""
    world = World(date(2026, 6, 1))
    harbours = world.organisation("Department for Harbours", acronym="DfH")
    world.organisation("Tides Agency", kind="executive_agency", parent=harbours)
    head = world.post("Permanent Secretary", harbours)
    world.post("Director General, Piers", harbours)
    ada = world.person("Ada Lanyon")
    world.appoint(ada, head, date(2024, 2, 5))
    return world


def organisation_of(world: World, target: str = ORGANISATION) -> Any:
    with Simulator(world) as simulator:
        return ask(simulator, target).json()


def members(item: Any) -> list[str]:
    return [person["title"] for person in item["links"].get("ordered_board_members", [])]


# The world.


def test_a_world_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    one, same, other = World.generate(3), World.generate(3), World.generate(4)
    assert (one.people, one.appointments, one.accounts) == (same.people, same.appointments, same.accounts)
    assert one.people != other.people


def test_a_world_is_as_large_as_asked_for() -> None:
    world = World.generate(1, organisations=40, people_per=15)
    assert len(world.organisations) == 40
    heads = [one for one in world.appointments if one.holds(world.today)]
    assert len(heads) == 40 * 15 + 5  # and a minister and one of each other kind of role
    assert len({person.name for person in world.people.values()}) == len(world.people)


def test_a_move_shows_on_its_day_and_not_before(small: World) -> None:
    bea, head = small.person("Bea Oddie"), "permanent-secretary--department-for-harbours"
    small.move(bea, head, date(2026, 6, 10), announced=date(2026, 6, 3))
    assert members(organisation_of(small)) == ["Ada Lanyon"]
    small.today = date(2026, 6, 9)
    assert members(organisation_of(small)) == ["Ada Lanyon"]
    small.today = date(2026, 6, 10)
    assert members(organisation_of(small)) == ["Bea Oddie"]
    ada = organisation_of(small, "/api/content/government/people/ada-lanyon")
    details = ada["links"]["role_appointments"][0]["details"]
    assert (details["ended_on"], details["current"]) == ("2026-06-10T00:00:00+01:00", False)


def test_an_announcement_is_news_from_its_own_day_and_says_the_future(small: World) -> None:
    bea, head = small.person("Bea Oddie"), "permanent-secretary--department-for-harbours"
    small.move(bea, head, date(2026, 6, 10), announced=date(2026, 6, 3))
    with Simulator(small) as sim:
        search = "/api/search.json?filter_content_store_document_type=press_release"
        assert ask(sim, search).json()["total"] == 0
        small.today = date(2026, 6, 3)
        found = ask(sim, search).json()["results"][0]
        article = ask(sim, f"/api/content{found['link']}").json()
    assert "will take up the post on 10 June 2026" in article["details"]["body"]
    assert [person["title"] for person in article["links"]["people"]] == ["Bea Oddie"]


def test_who_leaves_is_off_the_list_and_the_post_stays_vacant(small: World) -> None:
    small.leave("ada-lanyon", date(2026, 6, 1))
    item = organisation_of(small)
    assert "ordered_board_members" not in item["links"]
    assert "Permanent Secretary" in [role["title"] for role in item["links"]["ordered_roles"]]


def test_who_vanishes_has_no_page_and_no_ended_appointment(small: World) -> None:
    small.vanish("ada-lanyon", date(2026, 6, 1))
    assert members(organisation_of(small)) == []
    with Simulator(small) as sim:
        assert ask(sim, "/api/content/government/people/ada-lanyon").status == 410
    assert small.appointments[0].end is None


def test_a_renamed_organisation_redirects_to_its_new_address(small: World) -> None:
    small.rename_organisation("department-for-harbours", "Department for Ports", date(2026, 6, 2))
    with Simulator(small) as sim:
        assert ask(sim, ORGANISATION).json()["title"] == "Department for Harbours"
        assert ask(sim, "/api/content/government/organisations/department-for-ports").status == 404
        small.today = date(2026, 6, 2)
        old = ask(sim, ORGANISATION)
        assert old.status == 303
        there = "https://www.gov.uk/api/content/government/organisations/department-for-ports"
        assert old.headers["location"] == there
        assert ask(sim, there.removeprefix("https://www.gov.uk")).json()["title"] == "Department for Ports"


def test_a_closed_organisation_says_so_and_names_its_successor(small: World) -> None:
    small.close_organisation("tides-agency", date(2026, 6, 1), successors=["department-for-harbours"])
    with Simulator(small) as sim:
        entries = {one["details"]["slug"]: one for one in ask(sim, "/api/organisations").json()["results"]}
        item = ask(sim, "/api/content/government/organisations/tides-agency").json()
    assert entries["tides-agency"]["details"]["govuk_status"] == "closed"
    assert entries["tides-agency"]["superseding_organisations"][0]["web_url"].endswith("/department-for-harbours")
    assert entries["department-for-harbours"]["superseded_organisations"][0]["id"].endswith("/tides-agency")
    assert item["details"]["organisation_govuk_status"]["status"] == "replaced"
    assert item["links"]["ordered_successor_organisations"][0]["title"] == "Department for Harbours"


def test_a_removed_organisation_is_gone(small: World) -> None:
    small.remove_organisation("tides-agency", date(2026, 6, 1))
    with Simulator(small) as sim:
        gone = ask(sim, "/api/content/government/organisations/tides-agency")
    assert (gone.status, gone.json()["schema_name"]) == (410, "gone")


def test_a_late_publisher_shows_the_past(small: World) -> None:
    small.leave("ada-lanyon", date(2026, 5, 20))
    small.lag("department-for-harbours", 30)
    assert members(organisation_of(small)) == ["Ada Lanyon"]
    small.today = date(2026, 6, 19)
    assert members(organisation_of(small)) == []


def test_a_world_seen_on_another_day_does_not_move_the_first(small: World) -> None:
    assert small.at(date(2020, 1, 1)).today == date(2020, 1, 1)
    assert small.today == date(2026, 6, 1)
    assert small.at(date(2020, 1, 1)).holders("permanent-secretary--department-for-harbours") == []


def test_unknown_keys_and_second_ones_are_refused(small: World) -> None:
    with pytest.raises(KeyError):
        small.appoint("nobody", "permanent-secretary--department-for-harbours", date(2026, 1, 1))
    with pytest.raises(ValueError, match="already has"):
        small.organisation("Tides Agency")
    assert small.person("Ada Lanyon") == "ada-lanyon--2"


# The server.


def test_an_unchanged_page_answers_304_without_a_body_and_a_changed_one_does_not(small: World) -> None:
    with Simulator(small) as sim:
        tag = ask(sim, ORGANISATION).headers["etag"]
        small.today += timedelta(days=1)
        again = ask(sim, ORGANISATION, If_None_Match=tag)
        assert (again.status, again.raw, again.headers["etag"]) == (304, b"", tag)
        small.vacate("permanent-secretary--department-for-harbours", small.today)
        assert ask(sim, ORGANISATION, If_None_Match=tag).status == 200


def test_a_last_modified_date_answers_304_too(sim: Simulator) -> None:
    url = sim.world.organograms[0].url()
    host, target = url.removeprefix("https://").split("/", 1)
    date_of = ask(sim, "/" + target, host).headers["last-modified"]
    assert ask(sim, "/" + target, host, If_Modified_Since=date_of).status == 304
    assert ask(sim, "/" + target, host, If_Modified_Since="Sat, 01 Jan 2000 00:00:00 GMT").status == 200


def test_bodies_are_compressed_for_who_accepts_it(sim: Simulator) -> None:
    plain, packed = ask(sim, ORGANISATION), ask(sim, ORGANISATION, Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.body == plain.raw
    assert len(packed.raw) < len(plain.raw) / 2


def test_a_connection_serves_many_requests_and_head_has_no_body(sim: Simulator) -> None:
    connection = http.client.HTTPConnection(sim.origin.removeprefix("http://"), timeout=5)
    for method, length in (("GET", True), ("HEAD", False), ("GET", True)):
        connection.request(method, ORGANISATION, headers={"Host": "www.gov.uk"})
        assert bool(connection.getresponse().read()) is length
    connection.close()
    assert len({one.wire for one in sim.requests}) == 3


def test_every_request_is_logged_before_its_answer_is_there(sim: Simulator) -> None:
    reply = ask(sim, ORGANISATION, User_Agent="tests (mailto:a@b.example)")
    ask(sim, "/robots.txt")
    (logged,) = sim.seen("www.gov.uk")
    assert (logged.method, logged.path, logged.status) == ("GET", ORGANISATION, 200)
    assert logged.headers["user-agent"] == "tests (mailto:a@b.example)"
    assert sim.bytes_sent("www.gov.uk", "/organisations/") == len(reply.raw)
    assert (sim.count(), sim.count(robots=True), sim.count("en.wikipedia.org")) == (1, 2, 0)
    assert sim.statuses() == {200: 1}
    sim.clear()
    assert sim.requests == []


def test_pages_of_a_test_come_before_those_of_the_world(sim: Simulator) -> None:
    sim.serve("https://www.list.example/people?page=1", "<html>one</html>")
    sim.serve("https://www.gov.uk/robots.txt", "User-agent: *\nDisallow: /x\n", "text/plain")
    assert ask(sim, "/people?page=1", "www.list.example").body == b"<html>one</html>"
    assert ask(sim, "/people?page=2", "www.list.example").status == 404
    assert ask(sim, "/robots.txt").body == b"User-agent: *\nDisallow: /x\n"


def test_a_host_with_a_limit_says_when_to_come_back(sim: Simulator) -> None:
    sim.limit("www.gov.uk", 3, 0.4)
    replies = [ask(sim, ORGANISATION) for _ in range(5)]
    assert [one.status for one in replies] == [200, 200, 200, 429, 429]
    assert replies[-1].headers["retry-after"] == "1"
    time.sleep(0.45)
    assert ask(sim, ORGANISATION).status == 200


def test_latency_is_slept(sim: Simulator) -> None:
    sim.latency = 0.05
    start = time.perf_counter()
    for _ in range(3):
        ask(sim, "/robots.txt")
    assert time.perf_counter() - start >= 0.15


def test_it_serves_many_clients_at_once(sim: Simulator) -> None:
    sim.latency = 0.05
    start = time.perf_counter()
    threads = [threading.Thread(target=ask, args=(sim, ORGANISATION)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sim.statuses() == {200: 40}
    assert time.perf_counter() - start < 40 * 0.05


def test_closing_does_not_wait_for_a_slow_fault(generated: World) -> None:
    sim = Simulator(generated)
    sim.start()
    sim.fault("silence")
    thread = threading.Thread(target=raw, args=(sim, f"https://www.gov.uk{ORGANISATION}"))
    thread.start()
    while not sim.requests:
        time.sleep(0.01)
    start = time.perf_counter()
    sim.close()
    thread.join()
    assert time.perf_counter() - start < 1


def test_a_defect_of_the_simulator_is_not_taken_for_an_answer(generated: World) -> None:
    with pytest.raises(AssertionError, match="simulator failed"), Simulator(generated) as sim:
        sim.fault("old_page", days="not a number")
        assert ask(sim, ORGANISATION).status == 500


def test_it_prints_nothing(repository: Path) -> None:
    code = (
        "from tests.simulator import *\nimport urllib.request\n"
        "with Simulator(World.generate(1)) as sim:\n"
        "    sim.fault('reset_mid_body', times=1)\n"
        "    for _ in range(2):\n"
        "        try: urllib.request.urlopen(sim.origin + '/x', timeout=5).read()\n"
        "        except OSError: pass\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
