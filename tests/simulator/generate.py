"""Invented organisations, people and their accounts, for worlds that are asked for by size and seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulator.entities import Legislator

if TYPE_CHECKING:
    from tests.simulator.world import World

_GIVEN = (
    "Ada", "Bashir", "Carys", "Dilip", "Eilidh", "Femi", "Greta", "Hamish", "Ines", "Jonah", "Keira", "Lucian", "Mairi",
    "Nadia", "Osric", "Petra", "Quentin", "Rhian", "Sunil", "Tamsin", "Umar", "Verity", "Wilf", "Xanthe", "Yusuf",
)  # fmt: skip
_FAMILY = (
    "Abernathy", "Brackenridge", "Castellane", "Dunwoody", "Eddowes", "Fairweather", "Garthwaite", "Hollinshead",
    "Ironmonger", "Jessamine", "Kettlewell", "Lanyon", "Micklethwaite", "Nightingall", "Oddie", "Penhaligon", "Quarmby",
    "Ravensdale", "Satterthwaite", "Thistlewood", "Underhay", "Vosper", "Wetherell", "Yelverton", "Zouch", "O'Dowd",
)  # fmt: skip
_SUBJECTS = (
    "Harbours", "Lighthouses", "Orchards", "Canals", "Weather", "Bridges", "Archives", "Tides", "Meadows", "Beacons",
    "Ferries", "Granaries", "Hedgerows", "Islands", "Libraries", "Moorland", "Observatories", "Piers", "Quarries",
    "Rivers", "Signals", "Towpaths", "Uplands", "Vineyards", "Windmills", "Allotments", "Byways", "Cartography",
)  # fmt: skip
_BOARD = (
    "Permanent Secretary", "Second Permanent Secretary", "Director General, Policy", "Director General, Delivery",
    "Chief Operating Officer", "Director General, Finance", "Chief Scientific Adviser", "Director General, Strategy",
    "Director, People", "Director, Communications", "Director, Digital", "Director, Analysis",
)  # fmt: skip
_OTHER = (
    ("ministerial_role", "Secretary of State for {}"),
    ("chief_professional_officer_role", "Chief Professional Officer for {}"),
    ("military_role", "Commander of {}"),
    ("special_representative_role", "Special Representative for {}"),
    ("traffic_commissioner_role", "Traffic Commissioner for {}"),
)
_PARTIES = ("Democrat", "Republican", "Independent")
_STATES = ("VT", "OH", "WA", "TX", "ME", "NM")


def populate(world: World, seed: int, organisations: int, people_per: int) -> None:
    """Organisations with `people_per` board members each, who had other posts before; one post of each is vacant.

    The first organisation also has a minister and one holder of each other kind of role; every third person has an
    account on a platform that their page names. Every organisation has organograms and captures of the past years.
    """
    chance = random.Random(seed)
    names = _names(chance)
    start = world.today - timedelta(days=4 * 365)
    keys: list[str] = []
    for number in range(organisations):
        subject = _SUBJECTS[number % len(_SUBJECTS)] + (
            f" {number // len(_SUBJECTS) + 1}" if number >= len(_SUBJECTS) else ""
        )
        kind, name = ("ministerial_department", f"Department for {subject}")
        if number % 3 == 2:
            kind, name = ("executive_agency", f"{subject} Agency")
        parent = keys[0] if kind == "executive_agency" else None
        keys.append(world.organisation(name, kind=kind, acronym=f"D{subject[:2]}", parent=parent))
    people: list[str] = []
    for number, organisation in enumerate(keys):
        for place in range(people_per):
            title = _BOARD[place % len(_BOARD)] + (f" {place // len(_BOARD) + 1}" if place >= len(_BOARD) else "")
            post = world.post(title, organisation, grade=f"SCS{max(1, 4 - place // 2)}")
            people.append(_appointed(world, chance, next(names), post, start, keys))
        world.post("Director General, Vacancies", organisation)
        if number == 0:
            for role, title in _OTHER:
                post = world.post(title.format("Harbours"), organisation, kind=role)
                people.append(_appointed(world, chance, next(names), post, start, keys))
    for number, person in enumerate(people):
        if number % 3 == 0:
            _account(world, chance, person, ("bluesky", "mastodon", "x")[number // 3 % 3])
    _paper_trail(world, keys)
    _legislators(world, chance, names, people_per)


def _names(chance: random.Random) -> Iterator[str]:
    """Full names, none twice, without end."""
    seen: set[str] = set()
    number = 0
    while True:
        number += 1
        name = f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"
        if len(seen) > 400:
            name = f"{chance.choice(_GIVEN)} {chance.choice(_GIVEN)} {chance.choice(_FAMILY)}-{chance.choice(_FAMILY)}"
        if name not in seen:
            seen.add(name)
            yield name


def _appointed(world: World, chance: random.Random, name: str, post: str, start: date, organisations: list[str]) -> str:
    """A person in the post, who held another one elsewhere before."""
    given, family = name.split(" ", 1)
    written = chance.choice((name, name, f"{family} {given}", f"{family}, Ms {given}", f"{given[0]} {family}", "N/D"))
    person = world.person(name, organogram_name=written)
    began = start + timedelta(days=chance.randrange(900))
    elsewhere = chance.choice(organisations)
    former = f"deputy-director-{chance.randrange(1, 10**6)}"
    earlier = world.post(former.replace("-", " ").title(), elsewhere, grade="SCS1", abolished=began)
    world.appoint(person, earlier, began - timedelta(days=chance.randrange(200, 2000)), end=began)
    world.appoint(person, post, began)
    return person


def _account(world: World, chance: random.Random, person: str, platform: str) -> None:
    name = person.replace("-", "")[:11] + str(len(world.accounts))
    handle = {"bluesky": f"{name}.bsky.social", "mastodon": f"{name}@social.example", "x": name}[platform]
    created = datetime(2019, 1, 1) + timedelta(minutes=chance.randrange(2_000_000))
    account = world.account(
        platform,
        handle,
        created,
        person=person,
        on_page=True,
        display_name=world.people[person].name,
        description="Public servant.",
        followers=chance.randrange(20_000),
        follows=chance.randrange(900),
    )
    moment = created
    for _ in range(chance.randrange(60)):
        moment += timedelta(hours=chance.randrange(1, 1200))
        world.publish(account, moment, chance.choice(("post", "post", "post", "reply", "repost")), "A day at work.")


def _paper_trail(world: World, organisations: list[str]) -> None:
    """Organograms of both halves of the last two years, and captures of each organisation's page, four a year."""
    for organisation in organisations:
        for year in (world.today.year - 2, world.today.year - 1):
            for month, day in ((3, 31), (9, 30)):
                world.organogram(organisation, date(year, month, day))
            for month in (1, 4, 7, 10):
                taken = datetime(year, month, 3, 4, 5, 6)
                slug = world.organisations[organisation].slug(taken.date())
                world.capture("ia", f"https://www.gov.uk/api/content/government/organisations/{slug}", taken)
                world.capture("ukgwa", f"https://www.gov.uk/government/organisations/{slug}", taken)


def _legislators(world: World, chance: random.Random, names: Iterator[str], count: int) -> None:
    for number in range(count * 2):
        first, last = next(names).split(" ", 1)
        kind = "sen" if number % 2 else "rep"
        year = world.today.year - 1 - (world.today.year % 2 == 0) + (0 if number % 4 else -6)
        begins = date(year, 1, 3)
        ends = date(year + (6 if kind == "sen" else 2), 1, 3)
        district = None if kind == "sen" else number + 1
        term = (kind, begins, ends, _STATES[number % len(_STATES)], district, chance.choice(_PARTIES))
        social = (("twitter", f"{last[:10]}{number}"),) if number % 3 == 0 else ()
        world.legislator(Legislator(f"legislator-{number}", first, last, (term,), social))
