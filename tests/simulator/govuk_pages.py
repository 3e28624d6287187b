"""HTML pages of GOV.UK that stand behind its content items: the list of people, a person, an organisation."""

from __future__ import annotations

from html import escape
from typing import Any

from tests.simulator import govuk_items, govuk_links
from tests.simulator.messages import Answer, Call, html_answer, redirect
from tests.simulator.world import World

_PER_PAGE = 50


def answer(call: Call, world: World) -> Answer | None:
    path = call.path.rstrip("/")
    if path == "/government/people":
        return _people(call, world)
    if path == "/government/organisations":
        return _organisations(world)
    found = govuk_items.item(path, world)
    if found is None:
        return None
    if isinstance(found, str):
        return redirect(f"https://www.gov.uk{found}", 301)
    if found["schema_name"] == "gone":
        return _page("The page you're looking for is no longer here", "<p>Gone.</p>", 410)
    body = {"person": _person, "organisation": _organisation}.get(found["schema_name"], _article)(found)
    return _page(found["title"], body)


def _page(title: str, body: str, status: int = 200) -> Answer:
    return html_answer(
        f"""<!DOCTYPE html>
<html lang="en" class="govuk-template">
<head><meta charset="utf-8"><title>{escape(title)} - GOV.UK</title></head>
<body class="gem-c-layout-for-public govuk-template__body">
<main id="content" class="govuk-main-wrapper" role="main">
<h1 class="gem-c-title__text govuk-heading-xl">{escape(title)}</h1>
{body}
</main>
</body>
</html>
""",
        status,
        headers=(("Cache-Control", "max-age=300, public"),),
        validated=status == 200,
    )


def _people(call: Call, world: World) -> Answer:
    every = sorted(
        (one for one in world.people.values() if govuk_links.shown(world, one)), key=lambda one: (one.name, one.key)
    )
    page = call.number("page", 1)
    start = 0 if call.endless else (page - 1) * _PER_PAGE
    items = "\n".join(
        f'<li class="gem-c-document-list__item"><a class="govuk-link" href="/government/people/{one.key}">'
        f"{escape(one.name)}</a></li>"
        for one in every[start : start + _PER_PAGE]
    )
    more = call.endless or start + _PER_PAGE < len(every)
    following = (
        f'<nav class="govuk-pagination"><div class="govuk-pagination__next">'
        f'<a rel="next" href="/government/people?page={page + 1}">Next page</a></div></nav>'
    )
    return _page("All ministers and senior officials", f"<ul>\n{items}\n</ul>\n{following if more else ''}")


def _organisations(world: World) -> Answer:
    items = "\n".join(
        f'<li class="organisations-list__item"><a href="/government/organisations/{one.slug(world.today)}">'
        f"{escape(one.name(world.today))}</a></li>"
        for one in govuk_links.listed_organisations(world)
    )
    return _page("Departments, agencies and public bodies", f"<ol>\n{items}\n</ol>")


def _person(item: dict[str, Any]) -> str:
    """Current roles with their beginning, previous ones by their years only."""
    current, previous = [], []
    for one in item["links"]["role_appointments"]:
        title, details = escape(one["links"]["role"][0]["title"]), one["details"]
        began = details["started_on"][:4]
        if details["current"]:
            current.append(f'<h2 class="gem-c-heading">{title}</h2>')
        else:
            years = f"{began} to {details['ended_on'][:4]}"
            previous.append(f'<li class="gem-c-document-list__item">{title}<p>{years}</p></li>')
    return (
        f'<section id="biography">{item["details"]["body"]}</section>\n'
        f'<section id="current-roles">\n{chr(10).join(current)}\n</section>\n'
        f'<section class="previous-roles" id="previous-roles"><ul>\n{chr(10).join(previous)}\n</ul></section>'
    )


def _organisation(item: dict[str, Any]) -> str:
    sections = []
    for link in sorted(set(govuk_items.LINKS.values())):
        cards = []
        for person in item["links"].get(link, []):
            shown = {role["content_id"] for role in item["links"]["ordered_roles"]}
            roles = [
                one["links"]["role"][0]["title"]
                for one in person["links"]["role_appointments"]
                if one["details"]["current"] and one["links"]["role"][0]["content_id"] in shown
            ]
            cards.append(
                f'<li class="gem-c-image-card"><a class="gem-c-image-card__title-link govuk-link" '
                f'href="{person["base_path"]}">{escape(person["title"])}</a>'
                f'<div class="gem-c-image-card__description">{escape(", ".join(roles))}</div></li>'
            )
        if cards:
            heading = link.removeprefix("ordered_").replace("_", " ").capitalize()
            sections.append(
                f'<section class="organisation__people" id="people-{link}"><h2>{heading}</h2>\n'
                f"<ul>\n{chr(10).join(cards)}\n</ul></section>"
            )
    return f'<p class="gem-c-lead-paragraph">{escape(item["description"])}</p>\n{chr(10).join(sections)}'


def _article(item: dict[str, Any]) -> str:
    return f'<div class="gem-c-govspeak govuk-govspeak">{item["details"].get("body", "")}</div>'
