"""Sound pages of GOV.UK's Content API, search and list of organisations."""

from __future__ import annotations

import json
from typing import Any

from tests.sources.govuk_documents import appointment, organisation, organisation_link, person, role
from tests.sources.mutation.case import Case
from tests.sources.test_govuk_organisations import body, index
from tests.sources.test_govuk_search import APPOINTED, article, results

_SITE = "https://www.gov.uk"
_WORKS = "Ministry of Works"
_OWN = [role("Permanent Secretary"), role("Finance Director"), role("Director of Locks")]
_JANE = person(
    "Jane Roe", appointment(role("Clerk elsewhere"), "2015-01-01", "2019-01-31"), appointment(_OWN[0], "2019-02-01")
)
_BOB = person("Bob Hay", appointment(_OWN[1], "2019-03-01"))
_CLERK = role("Clerk")
_AT_WORKS = role("Permanent Secretary", of=[organisation_link(_WORKS)])
_ENDED = organisation(_WORKS, [], _OWN[:1], "replaced") | {
    "details": {
        "organisation_govuk_status": {"status": "replaced", "url": None, "updated_at": "2020-05-01T00:00:00.000+01:00"}
    },
    "links": {"ordered_roles": _OWN[:1], "ordered_successor_organisations": [organisation_link("Office of Works")]},
}
_POSTS = {"posts": ["permanent secretary", "director"]}


def _case(name: str, adapter: str, document: Any, settings: dict[str, Any] | None = None, url: str = "") -> Case:
    path = url or f"{_SITE}/api/content/government/organisations/ministry-of-works"
    return Case(name, adapter, "json", json.dumps(document).encode(), settings or {}, url=path)


GOVUK = [
    _case("organisation", "govuk_organisation", organisation(_WORKS, [_JANE, _BOB], _OWN), _POSTS),
    _case("organisation that ended", "govuk_organisation", _ENDED),
    _case(
        "person", "govuk_person",
        person("Jane Roe", appointment(_AT_WORKS, "2019-02-01"), appointment(_CLERK, "2015-01-01", "2019-01-31")),
    ),
    _case(
        "organisations", "govuk_organisations",
        index(body(_WORKS), body("Board of Canals", "closed", "merged", "ministry-of-works", "old-roads"), pages=2),
        {"formats": ["Ministerial department"]}, f"{_SITE}/api/organisations",
    ),
    _case(
        "search results", "govuk_search", results("/government/news/a", "/government/news/b", total=5), APPOINTED,
        f"{_SITE}/api/search.json?count=2&q=permanent",
    ),
    _case(
        "news", "govuk_search",
        article(
            "Jane Roe appointed as Permanent Secretary",
            "The Prime Minister has appointed Jane Roe as Permanent Secretary at the Ministry of Works.",
            links={"people": [person("Jane Roe")], "roles": [_OWN[0]]},
        ),
        APPOINTED,
    ),
]  # fmt: skip
