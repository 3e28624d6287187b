"""What the simulated world is made of: organisations, posts, people, appointments, news, accounts, captures.

All are frozen, so that a world changes only through its own verbs (see world.py), which then know what to render anew.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

_NAMESPACE = uuid.UUID("5f4c1f0e-8f0b-4d0e-9f57-0c6f2a1f6a11")


def snowflake(moment: datetime) -> int:
    """An id that X would have given at that moment, UTC: milliseconds since 4 November 2010 above 22 bits."""
    return int((moment - datetime(1970, 1, 1)) / timedelta(milliseconds=1) - 1_288_834_974_657) << 22


def content_id(kind: str, key: str) -> str:
    """The UUID of a thing, the same in every world that has it."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{key}"))


def number_of(key: str, digits: int) -> int:
    """A number of so many digits, the same for the same key in every run."""
    low = int("1" + "0" * (digits - 1))
    return low + int(hashlib.sha256(key.encode()).hexdigest(), 16) % (9 * low)


@dataclass(frozen=True)
class Organisation:
    """A public body. `names` and `slugs` are its histories: (from which day, what), the first from its opening."""

    key: str
    names: tuple[tuple[date, str], ...]
    slugs: tuple[tuple[date, str], ...]
    acronym: str = ""
    kind: str = "ministerial_department"
    opened: date = date(2001, 1, 1)
    closed: date | None = None
    closed_status: str = "no_longer_exists"  # or replaced, merged, split, changed_name, left_gov, devolved
    successors: tuple[str, ...] = ()
    gone: date | None = None  # its page answers 410 from this day
    parent: str | None = None
    lag_days: int = 0  # its pages on GOV.UK show what was true so many days ago
    item: str = ""  # its item on Wikidata, where a test needs a certain one

    def name(self, day: date) -> str:
        return _latest(self.names, day)

    def slug(self, day: date) -> str:
        return _latest(self.slugs, day)

    @property
    def qid(self) -> str:
        return self.item or f"Q{number_of('organisation ' + self.key, 9)}"


@dataclass(frozen=True)
class Post:
    """An office. `kind` is GOV.UK's document type, such as board_member_role or ministerial_role."""

    key: str
    titles: tuple[tuple[date, str], ...]
    organisation: str
    kind: str = "board_member_role"
    abolished: date | None = None
    grade: str = "SCS4"
    item: str = ""  # on Wikidata

    def title(self, day: date) -> str:
        return _latest(self.titles, day)

    @property
    def qid(self) -> str:
        return self.item or f"Q{number_of('post ' + self.key, 9)}"


@dataclass(frozen=True)
class Person:
    """Somebody. `organogram_name` is how the CSV of senior posts writes them: a name, N/D, or `Homer Linda`."""

    key: str
    name: str
    organogram_name: str | None = None
    vanished: date | None = None  # from this day no list and no page of GOV.UK has them, and none says why
    died: date | None = None
    item: str = ""  # on Wikidata

    @property
    def qid(self) -> str:
        return self.item or f"Q{number_of('person ' + self.key, 9)}"


@dataclass(frozen=True)
class Appointment:
    """A person in a post over [start, end); `end` is open while they hold it."""

    person: str
    post: str
    start: date
    end: date | None = None
    acting: bool = False

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class News:
    """A news article on GOV.UK."""

    slug: str
    day: date
    title: str
    body: str
    people: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    kind: str = "press_release"


@dataclass(frozen=True)
class AccountPost:
    """Something an account put out: at which moment (UTC), and whether post, reply or repost.

    `claimed_at` is when the author's client says that it was, where its clock is wrong.
    """

    at: datetime
    kind: str = "post"
    text: str = ""
    claimed_at: datetime | None = None
    pinned: bool = False


@dataclass(frozen=True)
class Account:
    """An account on a platform, keyed by the id that never changes. `changes` are (day, field, value), in order.

    Fields that change: handle, display_name, description, followers, follows, state (active, protected, suspended,
    gone, deleted, deactivated, limited, memorial; gone: 410, as old Mastodon servers answer for the suspended),
    opted_out, moved_to (another account's key), links (web addresses in the profile), verified_links (those of them
    that link back), labels (that others put on it).
    """

    key: str
    platform: str  # bluesky, mastodon or x
    created: datetime
    person: str | None = None
    host: str = ""  # the server of a Mastodon account
    on_page: bool = False  # the person's page on GOV.UK, and Wikidata, name it
    page_handle: str = ""  # by this handle, whatever it is called by now
    posts: tuple[AccountPost, ...] = ()
    changes: tuple[tuple[date, str, Any], ...] = ()

    def on(self, day: date) -> AccountState:
        """The account as anybody could see it on that day."""
        values: dict[str, Any] = {}
        for changed, name, value in sorted(self.changes, key=lambda change: change[0]):
            if changed <= day:
                values[name] = value
        return AccountState(**values)

    @property
    def did(self) -> str:
        alphabet = "abcdefghijklmnopqrstuvwxyz234567"
        digits = hashlib.sha256(f"did {self.key}".encode()).digest()
        return "did:plc:" + "".join(alphabet[byte % 32] for byte in digits[:24])

    @property
    def number(self) -> str:
        """The id that the platform numbers it by; X: with the time in it since 2016, as there."""
        if self.platform == "x" and self.created.year >= 2016:
            return str(snowflake(self.created) | number_of(f"account {self.key}", 7) % (1 << 22))
        return str(number_of(f"account {self.key}", 18 if self.platform == "mastodon" else 9))


@dataclass(frozen=True)
class AccountState:
    handle: str = ""
    display_name: str = ""
    description: str = ""
    followers: int = 0
    follows: int = 0
    state: str = "active"
    opted_out: bool = False
    moved_to: str | None = None
    links: tuple[str, ...] = ()
    verified_links: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Capture:
    """A page that a web archive (ia: Internet Archive, ukgwa: UK Government Web Archive) took at that moment.

    Without a body, the archive shows what the simulated site answered then.
    """

    archive: str
    url: str
    at: datetime
    body: bytes | None = None
    content_type: str = "text/html; charset=utf-8"
    status: int = 200

    @property
    def timestamp(self) -> str:
        return self.at.strftime("%Y%m%d%H%M%S")


@dataclass(frozen=True)
class Organogram:
    """A half-yearly CSV of senior posts of an organisation, as at that day, published some weeks later."""

    organisation: str
    day: date
    published: date
    host: str = "s3-eu-west-1.amazonaws.com"  # or assets.publishing.service.gov.uk, or www.gov.uk

    def url(self, kind: str = "senior") -> str:
        """The address of the file; the moment in it is that of the upload."""
        stamp = f"{self.published:%Y-%m-%d}T10-24-03Z-{self.day:%Y-%m-%d}"
        folder = "datagovuk-production-ckan-organogram" if self.host.startswith("s3-") else "media"
        return f"https://{self.host}/{folder}/organogram-{self.organisation}/resources/{stamp}-organogram-{kind}.csv"


@dataclass(frozen=True)
class Legislator:
    """A member of a congress. `terms` are (type, start, end, state, district, party)."""

    key: str
    first: str
    last: str
    terms: tuple[tuple[str, date, date, str, int | None, str], ...]
    social: tuple[tuple[str, str], ...] = ()

    @property
    def bioguide(self) -> str:
        return f"{self.last[0].upper()}{number_of('legislator ' + self.key, 6)}"


def _latest(history: tuple[tuple[date, str], ...], day: date) -> str:
    """What held on `day`; before the first entry, the first."""
    value = history[0][1]
    for start, text in history:
        if start <= day:
            value = text
    return value
