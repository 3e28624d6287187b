from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from incumbent.errors import SourceError
from incumbent.sources import govuk_organisations
from incumbent.sources.base import Links
from tests.sources.govuk_documents import content_id, faults, govuk_id, links, parse, told

ADAPTER = "govuk_organisations"
SITE = "https://www.gov.uk"
FIRST = f"{SITE}/api/organisations"


def body(title: str, status: str = "live", closed: str | None = None, *successors: str, **more: Any) -> dict[str, Any]:
    """One organisation as the list has it; `successors` are slugs."""
    slug = title.lower().replace(" ", "-")
    return {
        "id": f"{FIRST}/{slug}", "title": title, "format": "Ministerial department", "updated_at": None,
        "web_url": f"{SITE}/government/organisations/{slug}",
        "details": {
            "slug": slug, "abbreviation": None, "closed_at": "2016-07-13T23:00:00+00:00" if closed else None,
            "govuk_status": status, "govuk_closed_status": closed, "content_id": content_id(title),
        },
        "parent_organisations": [], "child_organisations": [], "superseded_organisations": [],
        "superseding_organisations": [
            {"id": f"{FIRST}/{one}", "web_url": f"{SITE}/government/organisations/{one}"} for one in successors
        ],
        **more,
    }  # fmt: skip


def index(*results: dict[str, Any], current: int = 1, pages: int = 1) -> dict[str, Any]:
    size = max(1, len(results))
    document: dict[str, Any] = {
        "results": list(results), "current_page": current, "total": size * pages, "pages": pages, "page_size": size,
        "start_index": size * (current - 1) + 1, "_response_info": {"status": "ok", "links": []},
    }  # fmt: skip
    if current < pages:
        document["next_page_url"] = f"{FIRST}?page={current + 1}"
    return document


WORKS = body("Ministry of Works")
COURT = body("Court of Works", format="Court", web_url=f"{SITE}/courts-tribunals/court-of-works")
AGENCY = body("Works Agency", "exempt", format="Executive agency")
CANALS = body("Board of Canals", "closed", "merged", "ministry-of-works", "board-of-old-roads")


def followed(document: dict[str, Any], settings: dict[str, Any] | None = None) -> tuple[str, ...]:
    return links(ADAPTER, document, settings, url=FIRST).pages


def test_the_organisations_asked_for_are_followed() -> None:
    document = index(WORKS, COURT, AGENCY, CANALS)
    content = f"{SITE}/api/content/government/organisations"
    court = f"{SITE}/api/content/courts-tribunals/court-of-works"
    assert followed(document) == (f"{content}/ministry-of-works", court)
    assert followed(document, {"formats": ["Court"]}) == (court,)
    assert followed(document, {"statuses": ["exempt", "closed"]}) == (
        f"{content}/works-agency",
        f"{content}/board-of-canals",
    )
    assert followed(document, {"slugs": ["ministry-of-works", "works-agency"]}) == (f"{content}/ministry-of-works",)


def test_pages_lead_on_to_the_last() -> None:
    assert links(ADAPTER, index(WORKS, pages=3), url=FIRST).more == (f"{FIRST}?page=2",)
    assert links(ADAPTER, index(WORKS, current=2, pages=3), url=f"{FIRST}?page=2").more == (f"{FIRST}?page=3",)
    assert links(ADAPTER, index(WORKS, current=3, pages=3), url=f"{FIRST}?page=3").more == ()
    assert links(ADAPTER, index(AGENCY), url=FIRST) == Links()


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ({name: value for name, value in index(WORKS, pages=2).items() if name != "next_page_url"}, "next_page_url"),
        ({**index(WORKS, pages=2), "next_page_url": "https://elsewhere.example/api"}, "another host"),
        ({**index(WORKS, pages=2), "next_page_url": "https://www.gov.uk.elsewhere.example/"}, "another host"),
        ({**index(WORKS), "pages": None}, "not a whole number"),
        ({**index(WORKS), "results": {}}, "not an array"),
        (index(), "lists no organisation"),
        (index(WORKS, current=3, pages=2), "beyond the last"),
        (index({**WORKS, "web_url": "https://elsewhere.example/x"}), "another host"),
        (index({**WORKS, "format": None}), "not a text"),
        (index(body("Ministry of Works", "lost")), "unknown status"),
    ],
)
def test_a_list_that_is_not_as_it_must_be_is_not_followed(document: dict[str, Any], what: str) -> None:
    with pytest.raises(SourceError, match=what):
        links(ADAPTER, document, url=FIRST)


@pytest.mark.parametrize(
    ("closed", "successors", "event", "note"),
    [
        ("no_longer_exists", [], "abolished", "no longer exists"),
        ("changed_name", ["ministry-of-works"], "renamed", "Ministry of Works"),
        ("replaced", ["board-of-old-roads"], "renamed", "board of old roads"),
        ("merged", ["ministry-of-works"], "abolished", "merged into Ministry of Works"),
        ("split", ["ministry-of-works", "board-of-old-roads"], "abolished",
         "split into Ministry of Works and board of old roads"),
    ],
)  # fmt: skip
def test_an_organisation_that_has_ended_is_a_claim_about_it(
    closed: str, successors: list[str], event: str, note: str
) -> None:
    parsed = parse(ADAPTER, index(WORKS, body("Board of Canals", "closed", closed, *successors)))
    columns = ("person", "post", "organisation", "organisation_ids", "event", "start", "status_note", "locator")
    assert told(parsed, *columns) == {
        (None, None, "Board of Canals", govuk_id("Board of Canals"), event, "2016-07-14", note, "/results/1")
    }


def test_what_says_nothing() -> None:
    gone_on = (body("Board of Ports", "closed", "devolved"), body("Board of Trade", "closed", "left_gov"))
    assert parse(ADAPTER, index(WORKS, AGENCY, COURT, *gone_on)).height == 0
    assert parse(ADAPTER, index(CANALS), role="roster").height == 0
    assert parse(ADAPTER, index(CANALS), {"formats": ["Court"]}).height == 0
    assert parse(ADAPTER, index(CANALS), {"slugs": ["ministry-of-works"]}).height == 0
    assert parse(ADAPTER, index(CANALS)).height == 1


@pytest.mark.parametrize(
    ("way", "value", "what"),
    [
        ("title", None, "not a text"),
        ("superseding_organisations", None, "not an array"),
        ("superseding_organisations", [{"id": "x"}], "lacks the key 'web_url'"),
        ("details/slug", 3, "not a text"),
        ("details/govuk_status", "lost", "unknown status"),
        ("details/govuk_closed_status", None, "not a text"),
        ("details/govuk_closed_status", "lost", "unknown status of a closed"),
        ("details/closed_at", "in 2016", "not a point in time"),
        ("details/content_id", "7", "not a content id"),
    ],
)
def test_what_is_not_as_it_must_be_is_raised_with_its_place(way: str, value: Any, what: str) -> None:
    document = copy.deepcopy(index(CANALS))
    *path, last = ("results", 0, *way.split("/"))
    node: Any = document
    for step in path:
        node = node[step]
    node[last] = value
    said, where, _ = faults(ADAPTER, document)
    assert what in said
    assert where.startswith("/results/0/")


def test_settings() -> None:
    with pytest.raises(ValidationError, match="there is no status 'open'"):
        govuk_organisations.Settings.model_validate({"statuses": ["open"]})


def test_a_page_that_has_lost_rows_is_no_page() -> None:
    document = index(WORKS, COURT, AGENCY)
    document["results"].pop()
    with pytest.raises(SourceError, match="does not list what it counts") as caught:
        followed(document)
    assert (caught.value.locator, caught.value.value, caught.value.expected) == ("/results", "2", "3")
