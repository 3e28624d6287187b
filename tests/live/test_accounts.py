"""Accounts end to end: found on official pages, asked of the platforms, published, over six eventful weeks.

By the library, without Prefect: a capture of each day, then the steps of flows/release.py up to the published files.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import activity, evidence, explain, freshness, package, platforms, snapshots
from incumbent.archive import Archive
from incumbent.headlines import COUNTED
from incumbent.platforms.policy import METRICS
from incumbent.replay import SourceState
from incumbent.roster import Platform, Roster
from tests.live.small import FIRST, Live, small_world, write_roster
from tests.simulator import Simulator, World
from tests.simulator.entities import AccountPost

SOURCES = ("govuk-organisations", "govuk-departments", "govuk-people", "wikidata", "bluesky", "mastodon", "x")
DAYS = tuple(FIRST + dt.timedelta(days=days) for days in (0, 14, 28, 42))
#: Kinds of bodies that the roster has.
KINDS = ("ministerial_department", "non_ministerial_department", "executive_office")
BORN = dt.datetime(2024, 1, 2)
#: Figures of an account on X that are nobody else's.
FOLLOWERS, POSTS = 7_654_321, 12_347
X = {
    "id": "x", "adapter": "x", "since": "2013-01-01", "title": "Accounts on X", "publisher": "X",
    "url": "https://api.x.com/", "licence": "LicenseRef-X-Developer-Agreement", "minimum": 0,
    "interface": "https://docs.x.com/x-api/introduction", "token_env": "INCUMBENT_X_TOKEN",
}  # fmt: skip

Tables = Mapping[str, pl.DataFrame]


def with_x(data: dict[str, Any]) -> None:
    data["sources"] = [
        {key: value for key, value in source.items() if key != "past"}
        for source in [*data["sources"], X | {"politeness": {"delay_seconds": 0, "concurrency": 16}}]
        if source["id"] in SOURCES
    ]


def leaders(world: World) -> list[str]:
    """Who holds the first two posts of each body that the roster has, by body."""
    bodies = [key for key, one in sorted(world.organisations.items()) if one.kind in KINDS]
    held = (world.holders(post.key) for body in bodies for post in world.posts_of(body)[:2])
    return [one[0].person for one in held if one]


def eventful_world() -> tuple[World, dict[str, str]]:
    """Six leaders, and what becomes of an account of each: by name of what happens, who the person is."""
    world, (_, second, third, _) = small_world(), DAYS
    for key in list(world.accounts):
        world._change(world._accounts, key, on_page=False)  # none but those below are anybody's
    names = ("renamed", "reused", "suspended", "deleted", "opted_out", "on_x")
    who = dict(zip(names, leaders(world), strict=False))
    posts = tuple(AccountPost(dt.datetime(2026, 5, 20) + dt.timedelta(hours=4 * n), text="A day.") for n in range(40))
    for name in names[:-1]:
        world.account(
            "bluesky", f"{name.replace('_', '-')}.example", BORN, key=name, person=who[name], on_page=True,
            page_handle=f"{name.replace('_', '-')}.example", posts=posts, followers=100,
        )  # fmt: skip
    world.change_account("renamed", second, handle="other-name.example")
    held = next(one for one in world.appointments if one.person == who["renamed"] and one.holds(FIRST))
    office = world.posts[held.post]
    former = f"Former {office.title(FIRST)} at the {world.organisations[office.organisation].name(FIRST)}. Views mine."
    world.change_account("renamed", third, description=former)
    world.change_account("reused", second, state="deleted")
    world.account("bluesky", "reused.example", dt.datetime.combine(third, dt.time()), key="stranger", followers=31_337)
    world.change_account("suspended", second, state="suspended")
    world.change_account("suspended", third, state="active")
    world.change_account("deleted", second, state="deleted")
    world.change_account("opted_out", third, opted_out=True)
    many = tuple(AccountPost(dt.datetime(2025, 1, 1) + dt.timedelta(minutes=n), text="Busy.") for n in range(POSTS))
    world.account(
        "x", "busyperson", BORN, key="on_x", person=who["on_x"], on_page=True, followers=FOLLOWERS, posts=many
    )
    world.account("x", "shyperson", BORN, key="shy", person=who["suspended"], on_page=True, followers=FOLLOWERS)
    world.change_account("shy", second, state="protected")
    world.account("mastodon", "mover@old.example", BORN, key="mover", person=who["deleted"], on_page=True,
                  page_handle="mover", posts=posts, followers=50)  # fmt: skip
    world.account("mastodon", "mover@new.example", BORN, key="moved", posts=posts[:10], followers=60)
    world.change_account("mover", third, moved_to="moved")
    return world, who


def released(live: Live, day: dt.date, roster: Roster | None = None) -> Tables:
    """The published tables as of a day, by the steps of flows/release.py."""
    known, as_of = roster or live.roster, day.isoformat()
    said = evidence.read_evidence(known, Archive(live.archive), as_of)
    judged = freshness.assess(said.claims, as_of, freshness.Policy(max_age_days=known.policy.max_age_days))
    accounts, seen = activity.account_states(
        judged.people, judged.entries, said.account_claims, as_of, known.policy, observations=said.observations,
        appointments=judged.appointments, platforms=known.platforms,
    )  # fmt: skip
    return package.tables(known, judged, accounts, seen, snapshots.snapshot_rows(said.sources), as_of)


class Watched:
    """Four captures, and what was published after each."""

    def __init__(self, folder: Path) -> None:
        world, self.who = eventful_world()
        self.ids = {key: one.did for key, one in world.accounts.items() if one.platform == "bluesky"}
        self.numbers = {key: one.number for key, one in world.accounts.items() if one.platform == "x"}
        self.states: list[dict[str, SourceState]] = []
        self.tables: list[Tables] = []
        self.asked: list[list[str]] = []
        with Simulator(world) as sim:
            self.live = Live(write_roster(folder, change=with_x), folder / "archive", sim)
            for day in DAYS:
                if day == DAYS[-1]:
                    sim.x_tokens = frozenset()  # 401 from now on
                before = len(sim.requests)
                self.states.append(self.live.capture(day))
                self.asked.append([f"{one.host}{one.path}" for one in list(sim.requests)[before:]])
                self.tables.append(released(self.live, day))

    def account(self, turn: int, key: str) -> dict[str, Any]:
        """The row of an account, by what the platform never changes."""
        number = self.ids.get(key) or self.numbers[key]
        return self.tables[turn]["accounts"].row(by_predicate=pl.col("platform_id") == number, named=True)

    def reasons(self, turn: int, key: str) -> str | None:
        return self.entry(turn, key)["reasons"]

    def entry(self, turn: int, key: str) -> dict[str, Any]:
        account = self.account(turn, key)
        return self.tables[turn]["roster"].row(by_predicate=pl.col("person_id") == account["person_id"], named=True)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("INCUMBENT_X_TOKEN", "token-for-tests")
        yield Watched(tmp_path_factory.mktemp("accounts"))


def test_accounts_on_official_pages_are_asked_for_and_published(watched: Watched) -> None:
    assert {state["state"] for state in watched.states[0].values()} == {"fresh"}
    accounts = watched.tables[0]["accounts"]
    assert accounts.height == 8, "seven people's, and the one that moves, of no other of the world's many"
    for key in ("renamed", "reused", "suspended", "deleted", "opted_out"):
        row = watched.account(0, key)
        assert (row["state"], row["posts"], row["last_post"], row["figures_from"]) == (
            "active", 40, "2026-05-26", "platform",
        ), key  # fmt: skip
        assert "official_page" in row["verified_by"]
    assert watched.reasons(0, "renamed") is None


def test_a_renamed_account_is_found_by_its_id(watched: Watched) -> None:
    row = watched.account(1, "renamed")
    assert (row["state"], row["handle"]) == ("renamed", "other-name.example")
    assert watched.reasons(1, "renamed") == "account_renamed"
    did = watched.ids["renamed"]
    asked = [one for one in watched.asked[1] if did in one.replace("%3A", ":") and "getProfile" in one]
    assert asked, "its handle was not found, so that it was asked for by its id"
    assert not any(did in one.replace("%3A", ":") and "getProfile" in one for one in watched.asked[0])


def test_whoever_takes_a_handle_is_not_the_person(watched: Watched) -> None:
    assert watched.account(1, "reused")["state"] == "deleted"
    assert watched.reasons(1, "reused") == "account_gone"
    taken = watched.account(2, "reused")
    assert taken["state"] == "identity_changed" and taken["posts"] is None
    assert watched.reasons(2, "reused") == "account_taken"
    for table in watched.tables[2].values():
        assert "31337" not in repr(table.rows()), "the stranger's followers"


def test_suspended_and_back_deleted_opted_out(watched: Watched) -> None:
    assert [watched.account(turn, "suspended")["state"] for turn in range(3)] == ["active", "suspended", "active"]
    assert watched.account(1, "suspended")["posts"] is None and watched.account(2, "suspended")["posts"] == 40
    assert watched.account(1, "deleted")["state"] == "deleted"
    assert watched.reasons(1, "deleted") == "account_gone"
    out = watched.account(2, "opted_out")
    assert out["opted_out"] and out["posts"] is None and out["state"] not in COUNTED
    assert watched.entry(2, "opted_out")["account_state"] not in COUNTED


def test_a_move_to_another_server_is_followed(watched: Watched) -> None:
    rows = {row["handle"]: row for row in watched.tables[2]["accounts"].filter(platform="mastodon").rows(named=True)}
    assert rows["mover@old.example"]["moved_to"] == "mover@new.example"
    assert (rows["mover@new.example"]["state"], rows["mover@new.example"]["posts"]) == ("active", 10)
    assert "moved_here" in rows["mover@new.example"]["verified_by"]


def test_those_who_withdrew_are_in_no_figure_and_no_denominator(watched: Watched) -> None:
    for turn in range(len(DAYS)):
        tables = watched.tables[turn]
        counted = tables["roster"].filter(pl.col("account_state").is_in(list(COUNTED))).height
        figures = {row["measure"]: row for row in tables["headlines"].rows(named=True)}
        assert figures["accounts_active"]["of"] == counted
        now = tables["shares"].filter(pl.col("organisation_id").is_null()).sort("since").row(-1, named=True)
        assert now["counted"] == counted
    # The renamed, the taken over, the deleted and the one who opted out are no more counted: two are.
    assert [tables["headlines"].row(by_predicate=pl.col("measure") == "accounts_active", named=True)["of"]
            for tables in watched.tables[:3]] == [5, 2, 2]  # fmt: skip


def test_a_profile_is_a_hint_and_is_traced_to_its_bytes(watched: Watched) -> None:
    entry = watched.entry(2, "renamed")
    assert entry["reasons"].split(";") == ["left", "account_renamed"]
    assert entry["verdict"] == watched.entry(0, "renamed")["verdict"] == "current"
    hint = watched.tables[2]["findings"].filter(entry_id=entry["entry_id"], reason="left").row(0, named=True)
    assert hint["confidence"] == "possible" and "Profile on Bluesky: other-name.example" in hint["explanation"]
    cited = hint["evidence"].split(";") + watched.account(2, "renamed")["evidence"].split(";")
    traced = explain.trace(watched.live.roster, Archive(watched.live.archive), cited, DAYS[2].isoformat())
    assert [one.claim["claim_id"] for one in traced] == cited
    assert b"Former" in traced[0].snapshot.content


def test_a_401_stops_that_platform_alone(watched: Watched) -> None:
    *_, before, last = watched.states
    assert last["x"]["fault"] and last["x"]["state"] == "carried_forward"
    assert {last[name]["fault"] for name in SOURCES if name != "x"} == {None}
    assert before["x"]["fault"] is None
    # By handle and by id side by side; the answer to either ends it: nothing that is left out is asked for again.
    assert sum(one.startswith("api.x.com/2/") for one in watched.asked[-1]) <= 2
    assert watched.account(3, "suspended")["posts"] == 40
    assert watched.account(3, "on_x")["posts"] is None


def contents(folder: Path) -> Iterator[tuple[str, str]]:
    """Every published file as text, what is packed unpacked."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            yield path.name, repr(pl.read_parquet(path).rows())
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                yield path.name, "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
        elif path.is_file():
            yield path.name, path.read_text(encoding="utf-8")


def planted(tables: Tables, roster: Roster, folder: Path) -> set[str]:
    """The files that hold one of the figures that only X's API gave."""
    package.write(tables, roster, "1.0.0", DAYS[2].isoformat(), folder)
    found = {name for name, text in contents(folder) for figure in (FOLLOWERS, POSTS) if str(figure) in text}
    assert (folder / "accounts.parquet").exists()
    return found


def test_no_metric_of_x_is_published_without_a_legal_basis(watched: Watched, tmp_path: Path) -> None:
    roster, tables = watched.live.roster, watched.tables[2]
    said = evidence.read_evidence(roster, Archive(watched.live.archive), DAYS[2].isoformat())
    assert FOLLOWERS in said.observations["followers"].to_list(), "its API did give them"
    assert planted(tables, roster, tmp_path / "without") == set()
    row = watched.account(2, "on_x")
    assert (row["handle"], row["platform_id"], row["state"]) == ("busyperson", watched.numbers["on_x"], "unknown")
    history = tables["activity"].filter(account_id=row["account_id"])
    assert history.height and all(history[name].null_count() == history.height for name in METRICS if name in history)
    # Planted behind the parser's back, they are taken out at the last gate.
    wrong = pl.col("platform") == "x"
    forged = tables["accounts"].with_columns(pl.when(wrong).then(POSTS).otherwise("posts").alias("posts"))
    assert planted({**tables, "accounts": forged}, roster, tmp_path / "forged") == set()
    allowed = roster.model_copy(
        update={"platforms": roster.platforms | {"x": Platform(publish_metrics=True, legal_basis="a contract")}}
    )
    told = planted(released(watched.live, DAYS[2], allowed), allowed, tmp_path / "with")
    assert {"accounts.csv", "activity.csv"} <= told, "with a legal basis they are"
    assert platforms.stops("x", 401)


def test_a_protected_account_of_x_has_no_figure_even_with_a_legal_basis(watched: Watched) -> None:
    roster = watched.live.roster
    basis = {"x": Platform(publish_metrics=True, legal_basis="a contract")}
    tables = released(watched.live, DAYS[2], roster.model_copy(update={"platforms": roster.platforms | basis}))
    shy = tables["accounts"].row(by_predicate=pl.col("platform_id") == watched.numbers["shy"], named=True)
    assert shy["state"] == "protected" and shy["posts"] is None
    history = tables["activity"].filter(account_id=shy["account_id"])
    assert history["followers"].null_count() == history.height
