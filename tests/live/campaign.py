"""Every fault at every source: what a release says of the list while a source is broken, and once it is mended.

    python -m tests.live.campaign            each fault once, each source several times (what CI runs)
    python -m tests.live.campaign --all      each fault at each source, at all of its pages and at one
    python -m tests.live.campaign --fault old_page --source govuk-people

A case starts from the archive of a healthy first day. On the second day one source is broken; a department has changed
hands, or nothing has. On the third the source is mended. `problems` of a case are what must never be; none is well.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from incumbent.archive import Archive
from incumbent.errors import HeldError
from tests.live.small import FIRST, Live, leading_posts, pages_read_once, small_world, write_roster
from tests.simulator import FAULTS, Simulator, World

SECOND, THIRD = FIRST + dt.timedelta(days=1), FIRST + dt.timedelta(days=2)
GOVUK = "www.gov.uk"


@dataclass(frozen=True)
class Target:
    """The pages of a source: their host, and a text that their addresses have and those of no other source."""

    host: str
    path: str
    robots: bool = True  # whether its host's robots.txt is asked: not where the publisher documents an interface


TARGETS: Mapping[str, Target] = {
    "govuk-organisations": Target(GOVUK, "/api/organisations"),
    "govuk-departments": Target(GOVUK, "/api/content/government/organisations/"),
    "govuk-people": Target(GOVUK, "/api/content/government/people/"),
    "govuk-news": Target(GOVUK, "/api/search.json"),
    "govuk-articles": Target(GOVUK, "/api/content/government/news/"),
    "wikidata": Target("query.wikidata.org", "/sparql", robots=False),
    "organogram-files": Target("ckan.publishing.service.gov.uk", "/api/3/action/package_search"),
    "organograms-live": Target("s3-eu-west-1.amazonaws.com", ".csv"),
    "bluesky": Target("public.api.bsky.app", "/xrpc/", robots=False),
    "mastodon": Target("social.example", "/api/v1/", robots=False),
}
REQUIRED = ("govuk-organisations", "govuk-departments")
#: What a good client puts up with: the page came, whole and right.
BORNE = frozenset({"stale_keep_alive", "redirect_within", "bom", "rows_shuffled", "robots_huge", "robots_html"})
#: Sources that follow another: without it they have nothing new to ask for.
FOLLOWED = {"govuk-organisations": 1, "govuk-departments": 1, "govuk-news": 1, "organogram-files": 1}


@dataclass(frozen=True)
class Case:
    """One fault at one source: at all of its pages, or at the first that is asked for."""

    fault: str
    source: str
    one_page: bool = False
    changed: bool = False  # whether a department changed hands on the second day

    def __str__(self) -> str:
        return f"{self.fault} at {'one page of ' * self.one_page}{self.source}{', with a change' * self.changed}"


@dataclass
class Outcome:
    """How a case ended: what the report says of the source, how the release did, and what is wrong with that."""

    case: Case
    state: str = ""
    told: str = ""
    release: str = ""
    slowest: float = 0.0
    problems: list[str] = field(default_factory=list)


class Campaign:
    """The healthy first day, and each case from there. A context manager; `folder` is where everything is."""

    def __init__(self, folder: Path, seed: int = 3) -> None:
        self.folder, self.seed = folder, seed
        self.home = write_roster(folder / "rosters")
        self._numbers = itertools.count()
        with Simulator(small_world(seed)) as sim:
            first = Live(self.home, folder / "first", sim)
            found = first.capture(FIRST)
            unwell = {name: state["fault"] for name, state in found.items() if state["state"] != "fresh"}
            assert not unwell, f"the first day is not healthy: {unwell}"
            self.first = first.release(FIRST, found)
        self._healthy: dict[bool, Mapping[str, pl.DataFrame]] = {}

    def healthy(self, changed: bool) -> Mapping[str, pl.DataFrame]:
        """The tables of a second day on which nothing is broken."""
        if changed not in self._healthy:
            with Simulator(self._world(changed)) as sim:
                live = self._copy(sim)
                self._healthy[changed] = live.release(SECOND, live.capture(SECOND))
        return self._healthy[changed]

    def run(self, case: Case) -> Outcome:
        """The second and third day of a case."""
        outcome = Outcome(case)
        with Simulator(self._world(case.changed)) as sim:
            live = self._copy(sim)
            target = TARGETS[case.source]
            path = None if case.fault.startswith("robots_") else self._page(case)
            settings = {"size": 32 << 20} if case.fault in ("gzip_bomb", "gzip_twice", "huge") else {}
            sim.fault(case.fault, host=target.host, path_contains=path, **settings)
            states = live.capture(SECOND)
            outcome.slowest = live.slowest[1]
            state = states[case.source]
            outcome.state = state["state"]
            outcome.told = f"{state['fault']}: {state['note']}; {state['next']}" if state["fault"] else ""
            self._judge_capture(outcome, states, live)
            self._judge_release(outcome, states, live, sim.world)
            sim.mend()
            self._judge_mended(outcome, live)
        shutil.rmtree(live.archive)
        return outcome

    def _world(self, changed: bool) -> World:
        world = small_world(self.seed)
        if changed:
            post = leading_posts(world)[-1]
            newcomer = world.person("Peregrine Ashdown-Lyle")
            world.leave(world.holders(post)[0].person, SECOND, post)
            world.appoint(newcomer, post, SECOND)
        return world

    def _copy(self, sim: Simulator) -> Live:
        archive = self.folder / f"archive-{next(self._numbers)}"
        shutil.copytree(self.folder / "first", archive)
        return Live(self.home, archive, sim)

    def _page(self, case: Case) -> str:
        """What the addresses of the pages to be spoilt have in them."""
        if not case.one_page:
            return TARGETS[case.source].path
        address = next(Archive(self.folder / "first").visits(case.source)).snapshot.url
        return address.split(TARGETS[case.source].host, 1)[1]

    def _judge_capture(self, outcome: Outcome, states: Mapping[str, Mapping[str, object]], live: Live) -> None:
        case, limit = outcome.case, live.limits.deadline_seconds
        problems = outcome.problems
        state = states[case.source]
        if outcome.slowest > limit + 1:
            problems.append(f"{live.slowest[0]} took {outcome.slowest:.2f} s; the deadline is {limit:g} s")
        if state["fault"] and not (state["note"] and state["next"]):
            problems.append(f"the report says neither what came nor what follows: {state}")
        if case.fault in BORNE and state["fault"]:
            problems.append(f"a good client bears it: {outcome.told}")
        target = TARGETS[case.source]
        for name, other in states.items():
            near = case.fault.startswith("robots_") or other["fault"] in ("deferred", "no_pages", None)
            same_host = TARGETS[name].host == target.host
            if name != case.source and other["fault"] and not (same_host and near) and other["fault"] != "host":
                problems.append(f"{name} suffers for it: {other['fault']}, {other['note']}")
        try:
            Archive(live.archive).verify()
        except Exception as error:  # whatever it is, it is a problem of the case
            problems.append(f"the archive is damaged: {error!r}")

    def _judge_release(self, outcome: Outcome, states: Mapping[str, object], live: Live, world: World) -> None:
        case, problems = outcome.case, outcome.problems
        try:
            tables = live.release(SECOND, states, self.first)  # type: ignore[arg-type]
        except HeldError as error:
            outcome.release = f"held: {error.what}"
            if case.source not in REQUIRED and not case.fault.startswith("robots_"):
                problems.append(f"an optional source holds the release: {error.what}")
            if error.exit_status != 3:
                problems.append(f"exit status {error.exit_status}")
            return
        except Exception as error:
            problems.append(f"the release fails: {error!r}")
            return
        outcome.release = "released"
        healthy = self.healthy(case.changed)
        problems += _differences(tables, self.first, healthy, world, same=not case.changed)

    def _judge_mended(self, outcome: Outcome, live: Live) -> None:
        states = live.capture(THIRD)
        for name, state in states.items():
            # What came in between was another page: that the one of before is back is said on that day.
            if state["state"] not in ("fresh", "unchanged") or state["fault"] not in (None, "returned"):
                outcome.problems.append(f"mended, and {name} is {state['state']}: {state['fault']}, {state['note']}")


def _differences(
    tables: Mapping[str, pl.DataFrame],
    first: Mapping[str, pl.DataFrame],
    healthy: Mapping[str, pl.DataFrame],
    world: World,
    *,
    same: bool,
) -> Iterator[str]:
    """What a release says that is wrong, or that it did not say before and nothing has happened that it could say."""
    listed = _people(tables["roster"])
    for person in sorted(_people(first["roster"]) & _people(healthy["roster"]) - listed):
        yield f"{person} has vanished from the list"
    for person in sorted(listed - _people(first["roster"]) - _people(healthy["roster"])):
        yield f"{person} is on the list, and was not"
    for row in tables["roster"].filter(pl.col("verdict").is_in(["out_of_date", "leaving"])).to_dicts():
        if _holds(world, row["listed_person"], row["listed_post"], row["listed_organisation"]):
            yield f"a false accusation: {row['listed_person']}, {row['verdict']}: {row['explanation']}"
    if not same:
        return
    columns = ["entry_id", "listed_person", "listed_post", "verdict", "reasons", "holder", "accounts", "account_state"]
    yield from _rows("roster", tables, healthy, columns)
    yield from _rows("accounts", tables, healthy, ["platform", "handle", "person_id", "state", "posts"])


def _rows(
    name: str, tables: Mapping[str, pl.DataFrame], healthy: Mapping[str, pl.DataFrame], columns: list[str]
) -> Iterator[str]:
    now, then = (set(found[name].select(columns).iter_rows()) for found in (tables, healthy))
    for row in sorted(now - then, key=repr):
        yield f"{name} says {row}"
    for row in sorted(then - now, key=repr):
        yield f"{name} no longer says {row}"


def _people(roster: pl.DataFrame) -> set[str]:
    return set(roster["listed_person"].drop_nulls())


def _holds(world: World, person: str | None, title: str, organisation: str) -> bool:
    """Whether that person really holds that post today."""
    return any(
        world.people[held.person].name == person
        for post in world.posts.values()
        if post.title(world.today) == title and world.organisations[post.organisation].name(world.today) == organisation
        for held in world.holders(post.key)
    )


def applicable(fault: str, source: str) -> bool:
    """Whether a fault can be met at a source."""
    return TARGETS[source].robots or not fault.startswith("robots_")


def every_case(*, brief: bool = False) -> list[Case]:
    """The full matrix; `brief`: each fault at all pages of each source only, with a change at every other."""
    cases = [
        Case(fault, source, one_page, changed)
        for fault in FAULTS
        for source in TARGETS
        if applicable(fault, source)
        for one_page in ((False,) if fault.startswith("robots_") else (False, True))
        for changed in (False, True)
    ]
    if brief:
        whole = [case for case in cases if not case.one_page]
        return [case for number, case in enumerate(whole) if number // 2 % 2 == case.changed]
    return cases


def chosen_cases(seed: int = 1) -> list[Case]:
    """Each fault once, dealt out to the sources in turn; with a change on every other."""
    chance = random.Random(seed)
    faults, sources = sorted(FAULTS), list(TARGETS)
    chance.shuffle(faults)
    cases: list[Case] = []
    for number, fault in enumerate(faults):
        turn = [*sources[number % len(sources) :], *sources[: number % len(sources)]]
        source = next(one for one in turn if applicable(fault, one))
        one_page = not fault.startswith("robots_") and number % 3 == 0
        cases.append(Case(fault, source, one_page, changed=number % 2 == 1))
    return cases


def main(arguments: Iterable[str] | None = None) -> int:
    """Run cases; the status is how many ended badly, at most 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.live.campaign")
    parser.add_argument("--all", action="store_true", help="the full matrix; else a part of it")
    parser.add_argument("--brief", action="store_true", help="with --all, --fault, --source: a quarter of the cases")
    parser.add_argument("--seed", type=int, default=1, help="of the part that is chosen")
    parser.add_argument("--fault", action="append", help="only cases of this fault")
    parser.add_argument("--source", action="append", help="only cases at this source")
    parser.add_argument("--quiet", action="store_true", help="only cases that end badly")
    asked = parser.parse_args(None if arguments is None else list(arguments))
    narrowed = asked.all or asked.fault or asked.source
    cases = [
        case
        for case in (every_case(brief=asked.brief) if narrowed else chosen_cases(asked.seed))
        if (not asked.fault or case.fault in asked.fault) and (not asked.source or case.source in asked.source)
    ]
    began, bad, slowest = time.monotonic(), 0, 0.0
    with tempfile.TemporaryDirectory(prefix="incumbent-campaign-") as folder, pages_read_once():
        campaign = Campaign(Path(folder))
        for case in cases:
            outcome = campaign.run(case)
            slowest = max(slowest, outcome.slowest)
            bad += bool(outcome.problems)
            if outcome.problems or not asked.quiet:
                print(f"{case}: {outcome.state} ({outcome.told}) {outcome.release}", flush=True)
            for problem in outcome.problems:
                print(f"    !! {problem}", flush=True)
    spent = time.monotonic() - began
    print(f"{len(cases)} cases, {bad} ended badly, {spent:.0f} s; the slowest fetch took {slowest:.2f} s")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
