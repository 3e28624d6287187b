"""The live list of the UK roster, end to end: the bundled configuration against the simulator, as its own process."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from tests.live.running import Ran, run_live
from tests.simulator import Simulator, World

SLUG = "uk-civil-service-leadership"
TODAY = dt.datetime.now(dt.UTC).date()

pytestmark = pytest.mark.slow


def days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


@pytest.fixture(scope="module")
def world() -> World:
    """Forty bodies. One permanent secretary moved to another department, whose pages are three months late."""
    world = World.generate(3, organisations=40, people_per=4, today=TODAY)
    stale, other = leader(world, 0), leader(world, 1)
    world.move(stale[0], other[1], days_ago(40), announced=days_ago(60))
    newcomer = world.person("Zenobia Quillfeather")
    world.appoint(newcomer, stale[1], days_ago(39))
    world.lag(stale[2], 90)
    return world


def leader(world: World, number: int) -> tuple[str, str, str]:
    """Person, post and organisation of the number-th permanent secretary of a ministerial department."""
    departments = {key for key, body in world.organisations.items() if body.kind == "ministerial_department"}
    posts = [
        post
        for post in world.posts.values()
        if post.titles[0][1] == "Permanent Secretary" and post.organisation in departments and world.holders(post.key)
    ]
    post = sorted(posts, key=lambda one: one.key)[number]
    return world.holders(post.key)[0].person, post.key, post.organisation


@pytest.fixture(scope="module")
def runs(world: World, tmp_path_factory: pytest.TempPathFactory, prefect_api: str) -> tuple[Ran, Ran, Path]:
    folder = tmp_path_factory.mktemp("live")
    with Simulator(world) as sim:
        first = run_live(sim, folder, "run", SLUG, PREFECT_API_URL=prefect_api)
        second = run_live(sim, folder, "run", SLUG, PREFECT_API_URL=prefect_api)
    return first, second, folder


def test_the_first_run_finds_who_is_out_of_date_and_publishes(world: World, runs: tuple[Ran, Ran, Path]) -> None:
    first, _, folder = runs
    assert first.status == 0, first.err + first.out
    report = first.answer
    assert report["version"] == "1.0.0" and report["changed"] and report["as_of"] == TODAY.isoformat()
    assert {state["source_id"]: state["state"] for state in report["captured"]} == dict.fromkeys(
        ("govuk-organisations", "govuk-departments", "govuk-people", "govuk-news", "govuk-articles", "wikidata",
         "organogram-files", "organograms-live", "bluesky", "mastodon"), "fresh",
    )  # fmt: skip
    person = world.people[leader_then(world)].name
    wrong = {entry["person"]: entry for entry in report["wrong"]}
    assert wrong[person]["verdict"] == "out_of_date"
    assert "moved" in wrong[person]["reasons"] or "replaced" in wrong[person]["reasons"]
    roster = pl.read_parquet(folder / "published" / SLUG / "latest" / "roster.parquet")
    late, newer = roster.filter(pl.col("listed_person") == person).sort("verdict", descending=True).to_dicts()
    assert (late["verdict"], late["holder"]) == ("out_of_date", "Zenobia Quillfeather")
    assert newer["verdict"] == "current" and newer["listed_organisation"] != late["listed_organisation"]


def leader_then(world: World) -> str:
    """Who moved."""
    return next(one.person for one in world.appointments if one.start == days_ago(40))


def test_the_second_run_brings_nothing_and_costs_little(runs: tuple[Ran, Ran, Path]) -> None:
    first, second, folder = runs
    assert second.status == 0, second.err + second.out
    assert second.answer["version"] == "1.0.0" and not second.answer["changed"]
    assert {state["state"] for state in second.answer["captured"]} == {"unchanged"}
    assert sorted(path.name for path in (folder / "published" / SLUG).glob("v*.*.*")) == ["v1.0.0"]
    assert second.bytes_sent < first.bytes_sent / 10, (first.bytes_sent, second.bytes_sent)
    print(f"cpu {first.cpu_seconds:.1f} then {second.cpu_seconds:.1f} s; bytes {first.bytes_sent}, {second.bytes_sent}")
