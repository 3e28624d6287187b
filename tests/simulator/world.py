"""A world that every simulated source describes: who holds which post when, what is written of it, who posts where.

A world is written with its verbs (`organisation`, `post`, `appoint`, `move`, `leave`, ...), each with the day on which
it happens, in any order, past or future; what a source shows follows from `today`. Setting `today` a day further is
what a daily run does. `World.at(day)` is the same world seen on another day, as a web archive shows it.
"""

from __future__ import annotations

import copy
import dataclasses
import re
import threading
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tests.simulator import generate
from tests.simulator.entities import (
    Account,
    AccountPost,
    AccountState,
    Appointment,
    Capture,
    Legislator,
    News,
    Organisation,
    Organogram,
    Person,
    Post,
)

_BEGINNING = date(2001, 1, 1)


class World:
    """The things by key, and the verbs that change them. Every verb raises KeyError for a key that is not there."""

    def __init__(self, today: date = date(2026, 6, 1)) -> None:
        self._today = today
        self._lock = threading.RLock()
        self.version = 0  # of the contents: what was rendered of an earlier version is stale
        self._organisations: dict[str, Organisation] = {}
        self._posts: dict[str, Post] = {}
        self._people: dict[str, Person] = {}
        self._appointments: tuple[Appointment, ...] = ()
        self._news: tuple[News, ...] = ()
        self._accounts: dict[str, Account] = {}
        self._captures: tuple[Capture, ...] = ()
        self._organograms: tuple[Organogram, ...] = ()
        self._legislators: dict[str, Legislator] = {}
        self._found = _Index(self)

    @classmethod
    def generate(cls, seed: int, organisations: int = 6, people_per: int = 4, today: date = date(2026, 6, 1)) -> World:
        """A world of that size, the same for the same arguments: see generate.populate."""
        world = cls(today)
        generate.populate(world, seed, organisations, people_per)
        return world

    @property
    def today(self) -> date:
        return self._today

    @today.setter
    def today(self, day: date) -> None:
        with self._lock:
            self._today = day
            self.version += 1

    def at(self, day: date) -> World:
        """This world as it stands now, seen on another day."""
        with self._lock:
            other = copy.copy(self)
            for name in ("_organisations", "_posts", "_people", "_accounts", "_legislators"):
                setattr(other, name, dict(getattr(self, name)))
        other._today, other._found = day, _Index(other)
        return other

    @property
    def organisations(self) -> Mapping[str, Organisation]:
        return MappingProxyType(self._organisations)

    @property
    def posts(self) -> Mapping[str, Post]:
        return MappingProxyType(self._posts)

    @property
    def people(self) -> Mapping[str, Person]:
        return MappingProxyType(self._people)

    @property
    def appointments(self) -> tuple[Appointment, ...]:
        return self._appointments

    @property
    def news(self) -> tuple[News, ...]:
        return self._news

    @property
    def accounts(self) -> Mapping[str, Account]:
        return MappingProxyType(self._accounts)

    @property
    def captures(self) -> tuple[Capture, ...]:
        return self._captures

    @property
    def organograms(self) -> tuple[Organogram, ...]:
        return self._organograms

    @property
    def legislators(self) -> Mapping[str, Legislator]:
        return MappingProxyType(self._legislators)

    # What is asked of a world.

    def held(self, post: str) -> list[Appointment]:
        """Every appointment to a post, past and planned ones too, in order."""
        return self._index().by_post.get(post, [])

    def holders(self, post: str, day: date | None = None) -> list[Appointment]:
        """Who holds a post on a day (today), the longest-serving first."""
        day = day or self._today
        return [one for one in self.held(post) if one.holds(day)]

    def career(self, person: str, day: date | None = None) -> list[Appointment]:
        """The appointments of a person that began by a day (today), in order, none ended later than that day."""
        day = day or self._today
        begun = (one for one in self._index().by_person.get(person, []) if one.start <= day)
        return [one if one.end is None or one.end <= day else dataclasses.replace(one, end=None) for one in begun]

    def posts_of(self, organisation: str, day: date | None = None) -> list[Post]:
        """The posts of an organisation that exist on a day (today), in the order in which they were written."""
        day = day or self._today
        every = self._index().posts.get(organisation, [])
        return [post for post in every if post.titles[0][0] <= day and not (post.abolished and post.abolished <= day)]

    def accounts_on(self, platform: str) -> list[tuple[Account, AccountState]]:
        """The accounts of a platform that exist by today, with their state today, in the order of their creation."""
        index, key = self._index(), (self._today, platform)
        if key not in index.accounts:
            there = (one for one in list(self._accounts.values()) if one.platform == platform)
            born = sorted((one for one in there if one.created.date() <= self._today), key=lambda one: one.created)
            index.accounts[key] = [(one, one.on(self._today)) for one in born]
        return index.accounts[key]

    def accounts_of(self, person: str) -> list[Account]:
        """The accounts of a person that exist by today and that official pages name."""
        every = self._index().by_owner.get(person, [])
        return [one for one in every if one.on_page and one.created.date() <= self._today]

    def _index(self) -> _Index:
        if self._found.version != self.version:
            with self._lock:
                self._found = _Index(self)
        return self._found

    # Writing it.

    def organisation(self, name: str, **fields: Any) -> str:
        """A new organisation; its key is its first slug. Further fields as in entities.Organisation."""
        opened = fields.get("opened", _BEGINNING)
        key = slug_of(name)
        self._add(self._organisations, Organisation(key=key, names=((opened, name),), slugs=((opened, key),), **fields))
        return key

    def post(self, title: str, organisation: str, since: date = _BEGINNING, **fields: Any) -> str:
        """A new post of an organisation; its key is `title--organisation`."""
        _ = self._organisations[organisation]
        key = f"{slug_of(title)}--{organisation}"
        self._add(self._posts, Post(key=key, titles=((since, title),), organisation=organisation, **fields))
        return key

    def person(self, name: str, **fields: Any) -> str:
        """A new person; the key is the name's slug, numbered (`--2`) when another has it, as GOV.UK does."""
        base = slug_of(re.sub(r"^(Sir|Dame|Dr|Lord|Baroness) ", "", name))
        key, number = base, 1
        while key in self._people:
            number += 1
            key = f"{base}--{number}"
        self._add(self._people, Person(key=key, name=name, **fields))
        return key

    def appoint(self, person: str, post: str, day: date, end: date | None = None, acting: bool = False) -> None:
        """The person holds the post from `day`, besides whatever else they hold."""
        _ = self._people[person], self._posts[post]
        with self._lock:
            self._appointments += (Appointment(person, post, day, end, acting),)
            self.version += 1

    def leave(self, person: str, day: date, post: str | None = None) -> None:
        """The person holds nothing (or this post no longer) from `day`."""
        self._end(lambda one: one.person == person and post in (None, one.post), day)

    def vacate(self, post: str, day: date) -> None:
        """Nobody holds the post from `day`."""
        self._end(lambda one: one.post == post, day)

    def move(self, person: str, post: str, day: date, *, announced: date | None = None, acting: bool = False) -> None:
        """The person leaves what they hold for this post, and whoever holds it gives it up. `announced` adds news."""
        self.leave(person, day)
        self.vacate(post, day)
        self.appoint(person, post, day, acting=acting)
        if announced is not None:
            self.announce(person, post, day, announced)

    def announce(self, person: str, post: str, day: date, published: date) -> str:
        """An article, published on its day, that says that the person takes up the post on `day`; its slug."""
        office = self._posts[post]
        name, title = self._people[person].name, office.title(published)
        body = self._organisations[office.organisation].name(published)
        text = (
            f"{name} has been appointed as {title} at the {body}. "
            f"{name.split()[-1]} will take up the post on {day.day} {day:%B %Y}."
        )
        return self.article(f"{name} appointed as {title}", text, published, (person,), (post,), (office.organisation,))

    def article(
        self,
        title: str,
        text: str,
        day: date,
        people: Iterable[str] = (),
        posts: Iterable[str] = (),
        organisations: Iterable[str] = (),
    ) -> str:
        """A news article; its slug."""
        slug = slug_of(title)
        number = sum(one.slug == slug or one.slug.startswith(slug + "--") for one in self._news)
        slug = f"{slug}--{number + 1}" if number else slug
        with self._lock:
            self._news += (News(slug, day, title, text, tuple(people), tuple(posts), tuple(organisations)),)
            self.version += 1
        return slug

    def vanish(self, person: str, day: date) -> None:
        """The person is on no list and no page of GOV.UK from `day`, and nothing says why."""
        self._change(self._people, person, vanished=day)

    def rename_organisation(self, organisation: str, name: str, day: date, *, moves: bool = True) -> None:
        """The organisation has another name from `day`, and (if it `moves`) a new address to which the old leads."""
        old = self._organisations[organisation]
        slugs = ((*old.slugs, (day, slug_of(name)))) if moves else old.slugs
        self._change(self._organisations, organisation, names=(*old.names, (day, name)), slugs=slugs)

    def close_organisation(
        self, organisation: str, day: date, status: str = "replaced", successors: Iterable[str] = ()
    ) -> None:
        self._change(self._organisations, organisation, closed=day, closed_status=status, successors=tuple(successors))

    def remove_organisation(self, organisation: str, day: date) -> None:
        """Its page is gone (410) from `day`."""
        self._change(self._organisations, organisation, gone=day)

    def lag(self, organisation: str, days: int) -> None:
        """Its pages on GOV.UK show what was true so many days ago; news and other publishers are not late."""
        self._change(self._organisations, organisation, lag_days=days)

    def rename_post(self, post: str, title: str, day: date) -> None:
        self._change(self._posts, post, titles=(*self._posts[post].titles, (day, title)))

    def abolish_post(self, post: str, day: date) -> None:
        self.vacate(post, day)
        self._change(self._posts, post, abolished=day)

    def account(self, platform: str, handle: str, created: datetime, *, key: str | None = None, **fields: Any) -> str:
        """A new account on bluesky, mastodon (handle@host) or x. Its key is `platform:handle`, unless given.

        Further fields as in entities.Account, and those of its state at the start, such as `followers=120`.
        """
        name, _, host = handle.partition("@") if platform == "mastodon" else (handle, "", "")
        fixed = {one.name for one in dataclasses.fields(Account)}
        start = {"handle": name, **{one: fields.pop(one) for one in list(fields) if one not in fixed}}
        key = key or f"{platform}:{handle}"
        changes = tuple((created.date(), one, value) for one, value in start.items())
        self._add(
            self._accounts,
            Account(key=key, platform=platform, created=created, host=host, changes=changes, **fields),
        )
        return key

    def publish(self, account: str, at: datetime, kind: str = "post", text: str = "", **fields: Any) -> None:
        """The account posts (or replies, reposts) at that moment, UTC. Further fields as in entities.AccountPost."""
        old = self._accounts[account].posts
        posts = tuple(sorted((*old, AccountPost(at, kind, text, **fields)), key=lambda post: post.at))
        self._change(self._accounts, account, posts=posts)

    def change_account(self, account: str, day: date, **values: Any) -> None:
        """From `day` these fields of its state are so: handle=..., state="suspended", followers=..., moved_to=..."""
        new = tuple((day, name, value) for name, value in values.items())
        self._change(self._accounts, account, changes=(*self._accounts[account].changes, *new))

    def capture(self, archive: str, url: str, at: datetime, **fields: Any) -> None:
        """A web archive (ia or ukgwa) took this page at that moment; without `body=`, as this world shows it then."""
        with self._lock:
            self._captures += (Capture(archive, url, at, **fields),)
            self.version += 1

    def organogram(self, organisation: str, day: date, published: date | None = None, **fields: Any) -> None:
        """The organisation publishes a CSV of its senior posts as at `day`, 66 days later unless said otherwise."""
        _ = self._organisations[organisation]
        with self._lock:
            self._organograms += (Organogram(organisation, day, published or day + timedelta(days=66), **fields),)
            self.version += 1

    def die(self, person: str, day: date) -> None:
        """The person dies in office, or out of it."""
        self.leave(person, day)
        self._change(self._people, person, died=day)

    def legislator(self, legislator: Legislator) -> str:
        self._add(self._legislators, legislator)
        return legislator.key

    def change_legislator(self, legislator: str, **fields: Any) -> None:
        self._change(self._legislators, legislator, **fields)

    def _add(self, things: dict[str, Any], thing: Any) -> None:
        with self._lock:
            if thing.key in things:
                raise ValueError(f"the world already has {thing.key!r}")
            things[thing.key] = thing
            self.version += 1

    def _change(self, things: dict[str, Any], key: str, **fields: Any) -> None:
        with self._lock:
            things[key] = dataclasses.replace(things[key], **fields)
            self.version += 1

    def _end(self, which: Any, day: date) -> None:
        """What is chosen and held on `day` ends then; what would only begin later never does."""
        with self._lock:
            kept = []
            for one in self._appointments:
                if which(one) and (one.end is None or one.end > day):
                    if one.start >= day:
                        continue
                    one = dataclasses.replace(one, end=day)
                kept.append(one)
            self._appointments = tuple(kept)
            self.version += 1


class _Index:
    """What of a version of a world is asked for again and again, so that large worlds answer as fast as small ones."""

    def __init__(self, world: World) -> None:
        self.version = world.version
        self.by_post: dict[str, list[Appointment]] = {}
        self.by_person: dict[str, list[Appointment]] = {}
        self.posts: dict[str, list[Post]] = {}
        self.by_owner: dict[str, list[Account]] = {}
        self.accounts: dict[tuple[date, str], list[tuple[Account, AccountState]]] = {}
        for one in sorted(world.appointments, key=lambda one: (one.start, one.person, one.post)):
            self.by_post.setdefault(one.post, []).append(one)
            self.by_person.setdefault(one.person, []).append(one)
        for post in world.posts.values():
            self.posts.setdefault(post.organisation, []).append(post)
        for account in world.accounts.values():
            self.by_owner.setdefault(account.person or "", []).append(account)


def slug_of(text: str) -> str:
    """The last part of an address, as GOV.UK makes it of a title."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold().replace("'", "").replace("’", "")).strip("-")
