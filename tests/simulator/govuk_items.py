"""Content items of GOV.UK: organisations, people, roles and news articles, as the Content API gives them."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.simulator import govuk_links as links
from tests.simulator.entities import News, Organisation, Person, Post, content_id
from tests.simulator.world import World, slug_of

#: Kind of role -> the link of an organisation under which its holders stand; every kind is in `ordered_roles` too.
LINKS = {
    "board_member_role": "ordered_board_members",
    "chief_professional_officer_role": "ordered_chief_professional_officers",
    "chief_scientific_advisor_role": "ordered_board_members",
    "military_role": "ordered_military_personnel",
    "ministerial_role": "ordered_ministers",
    "special_representative_role": "ordered_special_representatives",
    "traffic_commissioner_role": "ordered_traffic_commissioners",
}
_SERVICES = {"bluesky": "bluesky", "mastodon": "mastodon", "x": "twitter"}

_SENIORITY = 100


def item(path: str, world: World) -> dict[str, Any] | str | None:
    """The content item of a path, the path to which it redirects, or None."""
    if path.startswith(links.ORGANISATIONS):
        return _organisation(path.removeprefix(links.ORGANISATIONS), world)
    if path.startswith(links.PEOPLE):
        return _person(path.removeprefix(links.PEOPLE), world)
    if path.startswith(links.MINISTERS):
        slug = path.removeprefix(links.MINISTERS)
        for post in world.posts.values():
            if post.kind == "ministerial_role" and slug_of(post.titles[0][1]) == slug:
                return _role_page(post, world)
        return None
    if path.startswith("/government/news/"):
        slug = path.removeprefix("/government/news/")
        return next((_article(one, world) for one in world.news if one.slug == slug and one.day <= world.today), None)
    return None


def documents(world: World) -> list[dict[str, Any]]:
    """Everything that search finds."""
    found = []
    for person in world.people.values():
        if links.shown(world, person):
            found.append(
                _document(
                    "person",
                    person.name,
                    f"{links.PEOPLE}{person.key}",
                    person.key,
                    links.updated(world, person),
                    "person",
                )
            )
    for one in links.listed_organisations(world):
        slug = one.slug(world.today)
        found.append(
            _document(
                "organisation",
                one.name(world.today),
                f"{links.ORGANISATIONS}{slug}",
                slug,
                links.changed(one, world),
                "organisation",
            )
        )
    for news in world.news:
        if news.day <= world.today:
            document = _document(
                news.kind, news.title, f"/government/news/{news.slug}", news.slug, news.day, "edition", news.body
            )
            document["format"] = "announcement"
            document["organisations"] = [
                {
                    "slug": world.organisations[key].slug(world.today),
                    "title": world.organisations[key].name(world.today),
                }
                for key in news.organisations
            ]
            document["people"] = [{"slug": key, "title": world.people[key].name} for key in news.people]
            document["roles"] = [{"slug": key, "title": world.posts[key].title(world.today)} for key in news.posts]
            found.append(document)
    return found


def _document(
    kind: str, title: str, link: str, slug: str, day: date, stored_as: str, description: str = ""
) -> dict[str, Any]:
    return {
        "title": title,
        "link": link,
        "description": description or title,
        "public_timestamp": links.moment(day),
        "format": kind,
        "content_store_document_type": kind,
        "content_id": content_id("page", link),
        "slug": slug,
        "index": "government",
        "elasticsearch_type": stored_as,
    }


def _organisation(slug: str, world: World) -> dict[str, Any] | str | None:
    day = world.today
    for one in world.organisations.values():
        slugs = [text for start, text in one.slugs if start <= day]
        if slug not in slugs or one.opened > day:
            continue
        if one.gone and one.gone <= day:
            return links.gone(f"{links.ORGANISATIONS}{slug}", links.identity(one))
        if slug != one.slug(day):
            return f"{links.ORGANISATIONS}{one.slug(day)}"
        return _organisation_item(one, world)
    return None


def _put_together(one: Organisation, world: World) -> date:
    """The day on which the page was last published again: at each change of it, or of who holds its posts."""
    day = links.known(one, world)
    held = [held for post in world.posts_of(one.key, day) for held in world.held(post.key)]
    moves = [moved for each in held for moved in (each.start, each.end) if moved and moved <= day]
    return max([links.changed(one, world), *moves])


def _organisation_item(one: Organisation, world: World) -> dict[str, Any]:
    day = links.known(one, world)
    slug, name = one.slug(world.today), one.name(world.today)
    closed = one.closed is not None and one.closed <= world.today
    posts = [] if closed else world.posts_of(one.key, day)
    linked: dict[str, Any] = {
        "available_translations": [links.linked_organisation(one, world)],
        "ordered_contacts": [],
        "ordered_roles": [links.linked_role(post, day) for post in posts if post.grade != "SCS1"],
        "primary_publishing_organisation": [links.linked_organisation(one, world)],
    }
    for link in sorted(set(LINKS.values())):
        people = []
        for post in posts:
            if LINKS.get(post.kind) == link and post.grade != "SCS1":
                people += [appointment.person for appointment in world.holders(post.key, day)]
        visible = [world.people[key] for key in dict.fromkeys(people) if links.shown(world, world.people[key])]
        if visible:
            linked[link] = [links.linked_person(person, world) for person in visible]
    every = world.organisations
    related = {
        "ordered_parent_organisations": [one.parent] if one.parent else [],
        "ordered_child_organisations": [
            other.key for other in links.listed_organisations(world) if other.parent == one.key
        ],
        "ordered_successor_organisations": list(one.successors) if closed else [],
        "superseded_organisations": [
            other.key
            for other in every.values()
            if one.key in other.successors and other.closed and other.closed <= day
        ],
    }
    linked |= {
        link: [links.linked_organisation(every[key], world) for key in keys] for link, keys in related.items() if keys
    }
    status = {"status": one.closed_status if closed else "live", "url": "" if closed else None}
    status["updated_at"] = f"{one.closed}T00:00:00.000+00:00" if closed else None
    return {
        "analytics_identifier": links.analytics(one),
        **links.head(
            f"{links.ORGANISATIONS}{slug}",
            links.identity(one),
            "organisation",
            name,
            one.opened,
            links.changed(one, world),
        ),
        "updated_at": f"{_put_together(one, world)}T10:54:18.205Z",
        "withdrawn_notice": {},
        "description": f"{name} looks after what its name says.",
        "details": {
            "acronym": one.acronym or None,
            "alternative_format_contact_email": f"formats@{slug}.example",
            "body": f"<p>{name} looks after what its name says.</p>\n",
            "brand": slug,
            "logo": {"formatted_title": name.replace(" ", "<br/>", 1), "crest": "single-identity"},
            "default_news_image": links.default_image(one),
            "foi_exempt": False,
            "ordered_corporate_information_pages": [
                {"title": "Our governance", "href": f"{links.ORGANISATIONS}{slug}/about/our-governance"}
            ],
            "secondary_corporate_information_pages": "",
            "ordered_featured_links": [],
            "ordered_featured_documents": [],
            "ordered_promotional_features": [],
            "organisation_featuring_priority": "news",
            "organisation_govuk_status": status,
            "organisation_type": one.kind,
            "organisation_political": one.kind == "ministerial_department",
            "social_media_links": [],
        },
        "links": linked,
    }


def _person(slug: str, world: World) -> dict[str, Any] | None:
    person = world.people.get(slug)
    if person is None or not links.appointments(world, person):
        return None
    path = f"{links.PEOPLE}{person.key}"
    if person.vanished and person.vanished <= world.today:
        return links.gone(path, links.identity(person))
    day = links.updated(world, person)
    held = [links.appointment(one, world, organisations=True) for one in links.appointments(world, person)]
    return {
        "analytics_identifier": None,
        **links.head(path, links.identity(person), "person", person.name, day, day),
        "withdrawn_notice": {},
        "description": f"Biography and responsibilities of {person.name}.",
        "details": {
            "full_name": person.name,
            "privy_counsellor": False,
            "body": f"<p>{person.name} works in public service.</p>\n{_contact_points(person, world)}",
            "image": links.portrait(person),
        },
        "links": {
            "available_translations": [links.brief(path, links.identity(person), "person", person.name, day)],
            "primary_publishing_organisation": [],
            "role_appointments": held,
        },
    }


def _contact_points(person: Person, world: World) -> str:
    """The accounts that a biography links, as it links them."""
    lines = []
    for account in world.accounts_of(person.key):
        url = links.profile_url(account, world.today)
        lines.append(f'<li><a rel="external" href="{url}">{_SERVICES[account.platform]}</a></li>')
    return f"<ul>\n{chr(10).join(lines)}\n</ul>\n" if lines else ""


def _role_page(post: Post, world: World) -> dict[str, Any]:
    organisation = world.organisations[post.organisation]
    day = links.known(organisation, world)
    path = f"{links.MINISTERS}{slug_of(post.titles[0][1])}"
    held = []
    for person in dict.fromkeys(one.person for one in world.held(post.key)):
        for one in links.appointments(world, world.people[person]):
            if one.post == post.key:
                item = links.appointment(one, world, organisations=True)
                item["links"]["person"] = [links.linked_person(world.people[person], world, bare=True)]
                item["links"]["role"][0]["details"]["seniority"] = _SENIORITY
                held.append(item)
    return {
        "analytics_identifier": None,
        **links.head(path, links.identity(post), post.kind, post.title(day), post.titles[0][0], post.titles[-1][0]),
        "description": f"{post.title(day)}.",
        "details": {
            "attends_cabinet_type": None,
            "body": f"<p>{post.title(day)}.</p>\n",
            "role_payment_type": None,
            "seniority": _SENIORITY,
            "supports_historical_accounts": False,
        },
        "links": {
            "available_translations": [
                links.brief(path, links.identity(post), post.kind, post.title(day), post.titles[-1][0])
            ],
            "ordered_parent_organisations": [links.linked_organisation(organisation, world)],
            "organisations": [links.linked_organisation(organisation, world)],
            "role_appointments": held,
        },
    } | {"schema_name": "role"}


def _article(news: News, world: World) -> dict[str, Any]:
    day = world.today
    path = f"/government/news/{news.slug}"
    stamp = f"{news.day}T09:30:00.000+00:00"
    image = f"https://assets.publishing.service.gov.uk/media/{content_id('page', path)[:8]}/news.jpg"
    organisations = [links.linked_organisation(world.organisations[key], world) for key in news.organisations]
    return {
        "analytics_identifier": None,
        **links.head(path, content_id("page", path), news.kind, news.title, news.day, news.day),
        "schema_name": "news_article",
        "first_published_at": stamp,
        "public_updated_at": stamp,
        "withdrawn_notice": {},
        "description": news.body.split(". ")[0] + ".",
        "details": {
            "body": f'<div class="govspeak"><p>{news.body}</p>\n</div>',
            "change_history": [{"public_timestamp": stamp, "note": "First published."}],
            "emphasised_organisations": [links.identity(world.organisations[key]) for key in news.organisations],
            "first_public_at": stamp,
            "image": {"alt_text": news.title, "url": image},
            "political": False,
            "government": {"title": "A government", "slug": "a-government", "current": True},
            "tags": {"browse_pages": [], "policies": [], "topics": []},
        },
        "links": {
            "available_translations": [links.brief(path, content_id("page", path), news.kind, news.title, news.day)],
            "organisations": organisations,
            "people": [links.linked_person(world.people[key], world, bare=True) for key in news.people],
            "primary_publishing_organisation": organisations[:1],
            "roles": [links.linked_role(world.posts[key], day) for key in news.posts],
        },
    }
