"""What GOV.UK knows of a world on a day, and how its content items name one another under `links`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.simulator.entities import Account, Appointment, Organisation, Person, Post, content_id
from tests.simulator.world import World, slug_of

SITE = "https://www.gov.uk"
ORGANISATIONS = "/government/organisations/"
PEOPLE = "/government/people/"
MINISTERS = "/government/ministers/"


def moment(day: date | None) -> str | None:
    """A day as GOV.UK writes the moment at which it begins in London."""
    if day is None:
        return None
    summer = _summer_time(day)
    return f"{day}T00:00:00{'+01:00' if summer else '+00:00'}"


def identity(thing: Organisation | Post | Person) -> str:
    return content_id(type(thing).__name__, thing.key)


def analytics(one: Organisation) -> str:
    kind = {"ministerial_department": "D", "executive_agency": "EA"}.get(one.kind, "OT")
    return f"{kind}{int(identity(one)[:4], 16) % 1500 + 1}"


def listed_organisations(world: World) -> list[Organisation]:
    """Those that are on GOV.UK today, by name."""
    day = world.today
    there = [one for one in world.organisations.values() if one.opened <= day and not (one.gone and one.gone <= day)]
    return sorted(there, key=lambda one: (one.name(day), one.key))


def changed(one: Organisation, world: World) -> date:
    """The last day on which anything of the organisation's page changed, as of the page's own knowledge."""
    day = known(one, world)
    days = [one.opened, *(start for start, _ in one.names)]
    days += [one.closed] if one.closed else []
    for post in world.posts_of(one.key, day):
        days += [when for appointment in world.held(post.key) for when in (appointment.start, appointment.end) if when]
    return max((when for when in days if when <= day), default=one.opened)


def known(one: Organisation, world: World) -> date:
    """The day whose truth the organisation's pages show."""
    return world.today - timedelta(days=one.lag_days)


def shown(world: World, person: Person) -> bool:
    """Whether the person is on GOV.UK at all: somebody who never held a listed post is not."""
    return not (person.vanished and person.vanished <= world.today) and bool(appointments(world, person))


def appointments(world: World, person: Person) -> list[Appointment]:
    """The person's appointments as the pages of their organisations know them, in order."""
    found = []
    for one in world.career(person.key):
        organisation = world.organisations[world.posts[one.post].organisation]
        if organisation.lag_days == 0:
            found.append(one)
            continue
        seen = world.career(person.key, known(organisation, world))
        found += [late for late in seen if (late.post, late.start) == (one.post, one.start)]
    return found


def profile_url(account: Account, day: date) -> str:
    """Where a browser finds the account under the handle that it has on a day, or that its page gives."""
    handle = account.page_handle or account.on(day).handle
    return {
        "bluesky": f"https://bsky.app/profile/{handle}",
        "mastodon": f"https://{account.host}/@{handle}",
        "x": f"https://x.com/{handle}",
    }[account.platform]


def updated(world: World, person: Person) -> date:
    """The last day on which an appointment of the person changed."""
    days = [day for one in appointments(world, person) for day in (one.start, one.end) if day]
    return max(days)


def head(path: str, content: str, kind: str, title: str, first: date, last: date) -> dict[str, Any]:
    """What every content item begins with."""
    return {
        "base_path": path,
        "content_id": content,
        "document_type": kind,
        "first_published_at": f"{first}T09:00:00.000+00:00",
        "locale": "en",
        "phase": "live",
        "public_updated_at": f"{last}T09:00:00.000+00:00",
        "publishing_app": "whitehall",
        "publishing_request_id": f"{int(content[:6], 16)}-1588319891.535-10.0.0.5-540",
        "publishing_scheduled_at": None,
        "rendering_app": "collections",
        "scheduled_publishing_delay_seconds": None,
        "schema_name": kind,
        "title": title,
        "updated_at": f"{last}T10:54:18.205Z",
    }


def gone(path: str, content: str) -> dict[str, Any]:
    return {
        "base_path": path,
        "content_id": content,
        "document_type": "gone",
        "locale": "en",
        "publishing_app": "whitehall",
        "schema_name": "gone",
        "details": {"explanation": None, "alternative_path": None},
    }


def brief(
    path: str | None, content: str, kind: str, title: str, day: date, schema: str | None = None
) -> dict[str, Any]:
    """An item as it stands under another's links, without details. Roles that are no ministers have no page."""
    item: dict[str, Any] = {"content_id": content, "title": title, "locale": "en"}
    if path is not None:
        item |= {"api_path": f"/api/content{path}", "base_path": path}
    item |= {
        "document_type": kind,
        "public_updated_at": f"{day}T14:38:57Z",
        "schema_name": schema or kind,
        "withdrawn": False,
    }
    if path is not None:
        item |= {"api_url": f"{SITE}/api/content{path}", "web_url": f"{SITE}{path}"}
    return item


def linked_organisation(one: Organisation, world: World) -> dict[str, Any]:
    name = one.name(world.today)
    path = f"{ORGANISATIONS}{one.slug(world.today)}"
    closed = one.closed is not None and one.closed <= world.today
    item = brief(path, identity(one), "organisation", name, changed(one, world))
    return item | {
        "analytics_identifier": analytics(one),
        "details": {
            "brand": one.key,
            "default_news_image": default_image(one),
            "logo": {"formatted_title": name.replace(" ", "<br/>", 1), "crest": "single-identity"},
            "organisation_govuk_status": {
                "status": one.closed_status if closed else "live",
                "updated_at": f"{one.closed}T00:00:00.000+00:00" if closed else None,
                "url": "" if closed else None,
            },
        },
        "links": {},
    }


def default_image(one: Organisation) -> dict[str, str]:
    base = f"https://assets.publishing.service.gov.uk/media/{identity(one)[:8]}"
    return {"url": f"{base}/s300_news.jpg", "high_resolution_url": f"{base}/s960_news.jpg"}


def linked_role(post: Post, day: date) -> dict[str, Any]:
    title = post.title(day)
    since = max(start for start, _ in post.titles if start <= max(day, post.titles[0][0]))
    path = f"{MINISTERS}{slug_of(post.titles[0][1])}" if post.kind == "ministerial_role" else None
    return brief(path, identity(post), post.kind, title, since, "role") | {
        "details": {"body": f"<p>{title}.</p>\n", "role_payment_type": None},
        "links": {},
    }


def portrait(person: Person) -> dict[str, str]:
    url = f"https://assets.publishing.service.gov.uk/media/{identity(person)[:8]}/s300_portrait.jpg"
    return {"url": url, "alt_text": person.name}


def linked_person(person: Person, world: World, *, bare: bool = False) -> dict[str, Any]:
    """A person under links: with their appointments, past ones and those elsewhere too; `bare` without."""
    held = appointments(world, person)
    day = updated(world, person) if held else world.today.replace(month=1, day=1)
    item = brief(f"{PEOPLE}{person.key}", identity(person), "person", person.name, day)
    if bare:
        return item | {"details": {"body": f"<p>{person.name}.</p>\n", "image": portrait(person)}, "links": {}}
    roles = [appointment(one, world, organisations=False) for one in held]
    return item | {"details": {"image": portrait(person)}, "links": {"role_appointments": roles}}


def appointment(one: Appointment, world: World, *, organisations: bool) -> dict[str, Any]:
    """A role appointment. Acting shows in the role's title only, where somebody wrote it there."""
    person, post = world.people[one.person], world.posts[one.post]
    organisation = world.organisations[post.organisation]
    title = post.title(known(organisation, world))
    role = linked_role(post, known(organisation, world))
    if one.acting:
        title = role["title"] = f"{title} (acting)"
    if organisations:
        role["links"] = {"ordered_parent_organisations": [linked_organisation(organisation, world)]}
    key = f"{one.person}/{one.post}/{one.start}"
    day = one.end or one.start
    return brief(None, content_id("appointment", key), "role_appointment", f"{person.name} - {title}", day) | {
        "details": {
            "started_on": moment(one.start),
            "ended_on": moment(one.end),
            "current": one.end is None,
            "person_appointment_order": int(content_id("order", key)[:4], 16) % 1000,
        },
        "links": {"role": [role]},
    }


def _summer_time(day: date) -> bool:
    """Whether the day begins in British Summer Time: after the last Sunday of March, up to that of October."""

    def last_sunday(month: int) -> date:
        last = date(day.year, month, 31)
        return last - timedelta(days=(last.weekday() + 1) % 7)

    return last_sunday(3) < day <= last_sunday(10)
