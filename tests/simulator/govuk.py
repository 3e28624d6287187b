"""www.gov.uk: the Content API, the list of organisations, search, and the HTML pages that stand behind them.

The shapes are those of the content schemas (https://github.com/alphagov/publishing-api/tree/main/content_schemas) and
of https://docs.publishing.service.gov.uk/repos/search-api/using-the-search-api.html. Future appointments never show.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.simulator import govuk_items, govuk_links, govuk_pages
from tests.simulator.messages import Answer, Call, Headers, json_answer, redirect, text_answer
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.server import Simulator

_CACHED: Headers = (
    ("Cache-Control", "max-age=300, public"),
    ("Vary", "Accept-Encoding"),
    ("X-Frame-Options", "ALLOWALL"),
)
_ROBOTS = """User-agent: *
Disallow: /*/print$
# Don't allow indexing of user needs pages
Disallow: /info/*
Sitemap: https://www.gov.uk/sitemap.xml
# https://ahrefs.com/robot/ crawls the site frequently
User-agent: AhrefsBot
Crawl-delay: 10
"""
_PAGE_SIZE = 20
_SEARCH_PARAMETERS = frozenset(
    {"q", "count", "start", "order", "fields", "fields[]", "suggest", "debug", "similar_to", "ab_tests", "c"}
)
_SEARCH_FIELDS = frozenset(
    {
        "title", "link", "description", "public_timestamp", "format", "content_store_document_type", "organisations",
        "people", "roles", "content_id", "document_type", "slug", "updated_at", "is_withdrawn", "display_type",
        "government_name",
    }
)  # fmt: skip


def answer(call: Call, world: World, simulator: Simulator) -> Answer | None:
    path = call.path.rstrip("/") or "/"
    if path == "/robots.txt":
        return text_answer(_ROBOTS, headers=_CACHED)
    if path.startswith("/api/content/"):
        return _content(path.removeprefix("/api/content"), world)
    if path == "/api/organisations":
        return _organisations(call, world)
    if path.startswith("/api/organisations/"):
        return _organisation(path.removeprefix("/api/organisations/"), world)
    if path == "/api/search.json":
        return _search(call, world)
    return govuk_pages.answer(call, world)


def _content(path: str, world: World) -> Answer:
    found = govuk_items.item(path, world)
    if isinstance(found, str):
        return redirect(f"https://www.gov.uk/api/content{found}", 303, _CACHED)
    if found is None:
        return json_answer({}, 404, _CACHED)
    status = 410 if found["schema_name"] == "gone" else 200
    return json_answer(found, status, _CACHED, validated=True)


def _organisations(call: Call, world: World) -> Answer:
    every = govuk_links.listed_organisations(world)
    pages = max(1, -(-len(every) // _PAGE_SIZE))
    page = call.number("page", 1)
    if call.endless and page > pages:
        start = 0
    elif page < 1 or page > pages:
        return json_answer({"status": "not found"}, 404, _CACHED)
    else:
        start = (page - 1) * _PAGE_SIZE
    base = "https://www.gov.uk/api/organisations?page="
    links = [{"href": f"{base}{page}", "rel": "self"}]
    body: dict[str, Any] = {"results": [_entry(one, world) for one in every[start : start + _PAGE_SIZE]]}
    if page < pages or call.endless:
        body["next_page_url"] = f"{base}{page + 1}"
        links.insert(0, {"href": f"{base}{page + 1}", "rel": "next"})
    if page > 1:
        body["previous_page_url"] = f"{base}{page - 1}"
        links.insert(0, {"href": f"{base}{page - 1}", "rel": "previous"})
    body |= {
        "current_page": page,
        "total": len(every),
        "pages": page + 1 if call.endless else pages,
        "page_size": _PAGE_SIZE,
        "start_index": start + 1,
        "_response_info": {"status": "ok", "links": links},
    }
    header = ", ".join(f'<{link["href"]}>; rel="{link["rel"]}"' for link in links)
    return json_answer(body, headers=(*_CACHED, ("Link", header)), validated=True)


def _organisation(slug: str, world: World) -> Answer:
    for one in govuk_links.listed_organisations(world):
        if one.slug(world.today) == slug:
            body = _entry(one, world)
            body["_response_info"] = {"status": "ok", "links": [{"href": body["id"], "rel": "self"}]}
            return json_answer(body, headers=_CACHED, validated=True)
    return json_answer({"_response_info": {"status": "not found"}}, 404, _CACHED)


def _entry(one: Any, world: World) -> dict[str, Any]:
    day = world.today
    slug = one.slug(day)
    closed = one.closed is not None and one.closed <= day

    def links(keys: list[str]) -> list[dict[str, str]]:
        slugs = [world.organisations[key].slug(day) for key in keys]
        return [
            {
                "id": f"https://www.gov.uk/api/organisations/{other}",
                "web_url": f"https://www.gov.uk/government/organisations/{other}",
            }
            for other in slugs
        ]

    others = world.organisations.values()
    return {
        "id": f"https://www.gov.uk/api/organisations/{slug}",
        "title": one.name(day),
        "format": one.kind.replace("_", " ").capitalize(),
        "updated_at": govuk_links.moment(govuk_links.changed(one, world)),
        "web_url": f"https://www.gov.uk/government/organisations/{slug}",
        "details": {
            "slug": slug,
            "abbreviation": one.acronym,
            "logo_formatted_name": one.name(day),
            "organisation_brand_colour_class_name": slug,
            "organisation_logo_type_class_name": "single-identity",
            "closed_at": govuk_links.moment(one.closed) if closed else None,
            "govuk_status": "closed" if closed else "live",
            "govuk_closed_status": one.closed_status if closed else None,
            "content_id": govuk_links.identity(one),
        },
        "analytics_identifier": govuk_links.analytics(one),
        "parent_organisations": links([one.parent] if one.parent else []),
        "child_organisations": links([other.key for other in others if other.parent == one.key]),
        "superseded_organisations": links(
            [other.key for other in others if one.key in other.successors and other.closed and other.closed <= day]
        ),
        "superseding_organisations": links(list(one.successors) if closed else []),
    }


def _search(call: Call, world: World) -> Answer:
    unknown = [
        name
        for name in call.query
        if name not in _SEARCH_PARAMETERS and not re.match(r"^(filter|reject|aggregate|facet)_", name)
    ]
    if unknown:
        return json_answer({"error": f"Unexpected parameters: {', '.join(sorted(unknown))}"}, 422)
    fields = [name for key in ("fields", "fields[]") for part in call.query.get(key, []) for name in part.split(",")]
    if bad := [name for name in fields if name not in _SEARCH_FIELDS]:
        return json_answer({"error": f"Some requested fields are not valid return fields: {bad}"}, 422)
    count, start = call.one("count", "10"), call.one("start", "0")
    if not count.isdecimal() or int(count) > 1500:
        return json_answer({"error": "Maximum result set size (as specified in 'count') is 1500"}, 422)
    documents = [one for one in govuk_items.documents(world) if _wanted(one, call)]
    order = call.one("order")
    if order:
        documents.sort(key=lambda one: str(one.get(order.lstrip("-"), "")), reverse=order.startswith("-"))
    first = int(start) if start.isdecimal() else 0
    total = len(documents)
    if call.endless:
        total, first = first + 2 * int(count) + 1, 0
    results = []
    for document in documents[first : first + int(count)]:
        shown = {name: document[name] for name in fields if name in document} if fields else dict(document)
        results.append(
            shown
            | {
                "index": document["index"],
                "es_score": None,
                "model_score": None,
                "original_rank": None,
                "combined_score": None,
                "_id": document["link"],
                "elasticsearch_type": document["elasticsearch_type"],
                "document_type": "edition",
            }
        )
    body = {
        "results": results,
        "total": total,
        "start": int(start) if start.isdecimal() else 0,
        "aggregates": {},
        "suggested_queries": [],
        "suggested_autocomplete": None,
        "es_cluster": "A",
        "reranked": False,
    }
    return json_answer(body, headers=_CACHED, validated=True)


def _wanted(document: dict[str, Any], call: Call) -> bool:
    """Whether a document passes the filters of a search: several of one name are alternatives."""
    words = call.one("q").casefold().replace('"', " ").split()  # a phrase in quotes is found by its words
    text = f"{document['title']} {document['description']}".casefold()
    if not all(word in text for word in words):
        return False
    for name, values in call.query.items():
        kind, _, key = name.removesuffix("[]").partition("_")
        if kind not in ("filter", "reject"):
            continue
        has = document.get(key)
        if key == "content_purpose_subgroup":
            has = "news" if document["format"] == "announcement" else None
        if key == "public_timestamp":
            passes = _in_range(str(has or ""), values[0])
        else:
            slugs = [one["slug"] for one in has] if isinstance(has, list) else [has]
            passes = any(value in slugs for value in values)
        if passes != (kind == "filter"):
            return False
    return True


def _in_range(moment: str, wanted: str) -> bool:
    bounds = dict(part.split(":", 1) for part in wanted.split(",") if ":" in part)
    return bounds.get("from", "") <= moment[:10] <= bounds.get("to", "9999")
