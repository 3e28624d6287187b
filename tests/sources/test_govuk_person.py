from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from incumbent.claims import claims_table
from incumbent.freshness import Assessment, Policy, assess
from incumbent.sources import registry
from incumbent.sources.base import Links
from tests.sources.govuk_documents import (
    CAPTURED,
    appointment,
    faults,
    govuk_id,
    links,
    organisation,
    organisation_link,
    parse,
    person,
    role,
    told,
)

ADAPTER = "govuk_person"
WORKS, ROADS = "Ministry of Works", "Department for Roads"
AT_WORKS = role("Permanent Secretary", of=[organisation_link(WORKS)])
AT_ROADS = role("Director General", of=[organisation_link(ROADS)])


def page(name: str, *held: dict[str, Any], **more: Any) -> dict[str, Any]:
    return person(name, *held, **more)


def test_every_appointment_is_a_claim_with_its_days() -> None:
    before = appointment(AT_ROADS, "2015-06-30T23:00:00+00:00", "2019-01-31")
    document = page("Jane Roe", before, appointment(AT_WORKS, "2019-02-01"))
    columns = ("post", "organisation", "organisation_ids", "event", "start", "end", "as_at", "locator")
    first, second = "/links/role_appointments/0", "/links/role_appointments/1"
    assert told(parse(ADAPTER, document, scope="complete"), *columns) == {
        ("Director General", ROADS, govuk_id(ROADS), "holds", "2015-07-01", "2019-01-31", None, first),
        ("Permanent Secretary", WORKS, govuk_id(WORKS), "holds", "2019-02-01", None, CAPTURED, second),
    }
    assert told(parse(ADAPTER, document), "person", "person_ids") == {("Jane Roe", govuk_id("Jane Roe"))}
    assert told(parse(ADAPTER, document, scope="complete"), "scope", "stated_at") == {("partial", CAPTURED)}
    assert links(ADAPTER, document) == Links()


def test_a_role_of_no_organisation_and_one_of_two() -> None:
    nowhere = role("Permanent Secretary, Department for Roads")
    joint = role("Head of Inquiry", of=[organisation_link(WORKS), organisation_link(ROADS, status=None)])
    document = page("Jane Roe", appointment(nowhere, "2019-02-01"), appointment(joint, "2019-02-01"))
    assert told(parse(ADAPTER, document), "post", "organisation") == {
        ("Permanent Secretary, Department for Roads", None),
        ("Head of Inquiry", WORKS),
        ("Head of Inquiry", ROADS),
    }


def test_what_is_left_out_by_name() -> None:
    at_closed = role("Clerk", of=[organisation_link("Board of Canals", status="merged")])
    closed = page("Jane Roe", appointment(at_closed, "2015-01-01"))
    assert parse(ADAPTER, closed).claims.is_empty()
    over = page("Jane Roe", appointment(at_closed, "2015-01-01", "2016-01-01"))
    assert told(parse(ADAPTER, over), "end") == {("2016-01-01",)}
    for withdrawn in (
        page("Jane Roe", appointment(AT_WORKS, "2015-01-01", withdrawn=True)),
        page("Jane Roe", appointment({**AT_WORKS, "withdrawn": True}, "2015-01-01")),
        page(
            "Jane Roe", appointment(AT_WORKS, "2015-01-01"), withdrawn_notice={"withdrawn_at": "2020-01-01T00:00:00Z"}
        ),
    ):
        assert parse(ADAPTER, withdrawn).claims.is_empty()
    minister = role("Minister", "ministerial_role", of=[organisation_link(WORKS)])
    both = page("Jane Roe", appointment(minister, "2015-01-01"), appointment(AT_WORKS, "2015-01-01"))
    assert told(parse(ADAPTER, both, {"documents": ["board_member_role"]}), "post") == {("Permanent Secretary",)}


@pytest.mark.parametrize("links_of", [{}, {"role_appointments": []}, {"role_appointments": None}])
def test_a_person_without_appointments_gives_no_claims(links_of: dict[str, Any]) -> None:
    assert parse(ADAPTER, {**page("Jane Roe"), "links": links_of}).height == 0


def test_what_is_not_as_it_must_be_is_raised_with_its_place() -> None:
    assert faults(ADAPTER, {"schema_name": "gone"})[:2] == ("the document is of another schema", "/schema_name")
    first = "/links/role_appointments/0"
    nameless = page("Jane Roe", appointment(AT_WORKS, "2015-01-01"))
    del nameless["title"]
    assert faults(ADAPTER, nameless)[:2] == ("the object lacks the key 'title'", "/")
    unlinked = page("Jane Roe", appointment({**AT_WORKS, "links": None}, "2015-01-01"))
    assert faults(ADAPTER, unlinked)[1] == f"{first}/links/role/0/links"
    for wrong, place in (
        ([{**organisation_link(WORKS), "title": 3}], "/0/title"),
        ([{**organisation_link(WORKS), "content_id": None}], "/0/content_id"),
        ([organisation_link(WORKS, status="lost")], "/0/details/organisation_govuk_status/status"),
        (
            [{**organisation_link(WORKS), "details": {"organisation_govuk_status": {}}}],
            "/0/details/organisation_govuk_status",
        ),
        (WORKS, ""),
    ):
        document = page("Jane Roe", appointment(role("Clerk", of=wrong), "2015-01-01"))
        assert faults(ADAPTER, document)[1] == f"{first}/links/role/0/links/ordered_parent_organisations{place}"


def judged(*documents: tuple[str, dict[str, Any], dict[str, Any]]) -> Assessment:
    """The entry `Jane Roe, Permanent Secretary, Ministry of Works` against documents of GOV.UK."""
    entry = {
        "role": "roster",
        "source": "list",
        "person": "Jane Roe",
        "post": "Permanent Secretary",
        "organisation": WORKS,
    }
    evidence = [parse(adapter, document, settings).claims for adapter, document, settings in documents]
    return assess(pl.concat([claims_table([entry]), *evidence]), CAPTURED, Policy())


def verdict(assessment: Assessment) -> tuple[str, str | None, str | None]:
    return assessment.entries.select("verdict", "reasons", "since_earliest").row(0)


BEGAN = appointment(AT_WORKS, "2019-02-01")
OVER = appointment(AT_WORKS, "2019-02-01", "2026-03-31")
WORKS_ROLES = [role("Permanent Secretary")]
SEES_POSTS = {"posts": ["permanent secretary"]}


def test_current() -> None:
    assert verdict(judged((ADAPTER, page("Jane Roe", BEGAN), {}))) == ("current", None, None)


def test_moved() -> None:
    now = appointment(AT_ROADS, "2026-04-15")
    # Wrong since the end, not only since the next post began.
    assert verdict(judged((ADAPTER, page("Jane Roe", OVER, now), {}))) == ("out_of_date", "moved", "2026-03-31")


def test_left() -> None:
    assert verdict(judged((ADAPTER, page("Jane Roe", OVER), {}))) == ("out_of_date", "left", "2026-03-31")


def test_replaced() -> None:
    bob = page("Bob Hay", appointment(AT_WORKS, "2026-05-01"))
    assert verdict(judged((ADAPTER, bob, {}))) == ("out_of_date", "replaced", "2026-05-01")
    left = judged((ADAPTER, page("Jane Roe", OVER), {}), (ADAPTER, bob, {}))
    assert verdict(left)[0] == "out_of_date"
    assert left.entries["holder"].to_list() == ["Bob Hay"]


def test_a_predecessor_of_long_ago_changes_nothing() -> None:
    bob = page("Bob Hay", appointment(AT_WORKS, "2010-01-01", "2019-01-31"))
    assert verdict(judged((ADAPTER, page("Jane Roe", BEGAN), {}), (ADAPTER, bob, {})))[0] == "current"


def test_vacant() -> None:
    other = person("Bob Hay", appointment(role("Finance Director"), "2020-01-01"))
    works = organisation(WORKS, [other], [*WORKS_ROLES, role("Finance Director")])
    assert verdict(judged(("govuk_organisation", works, SEES_POSTS)))[:2] == ("out_of_date", "vacant")
    with_end = judged(("govuk_organisation", works, SEES_POSTS), (ADAPTER, page("Jane Roe", OVER), {}))
    assert set(verdict(with_end)[1].split(";")) == {"left", "vacant"}  # type: ignore[union-attr]


def test_two_people_who_share_a_post_on_the_page_do_not_replace_each_other() -> None:
    jane = person("Jane Roe", appointment(role("Permanent Secretary"), "2019-02-01"))
    bob = person("Bob Hay", appointment(role("Permanent Secretary"), "2022-02-01", of="Bob"))
    works = organisation(WORKS, [jane, bob], WORKS_ROLES)
    assert verdict(judged(("govuk_organisation", works, SEES_POSTS)))[0] == "current"


def test_an_organisation_that_is_no_more() -> None:
    gone = organisation(
        WORKS, [person("Jane Roe", appointment(role("Permanent Secretary"), "2019-02-01"))], WORKS_ROLES
    )
    gone["details"]["organisation_govuk_status"] = {"status": "no_longer_exists", "updated_at": "2026-01-31T00:00:00Z"}
    assessment = judged(("govuk_organisation", gone, {}))
    assert verdict(assessment) == ("out_of_date", "post_abolished", "2026-01-31")


def test_the_adapter_is_registered() -> None:
    assert registry.get(ADAPTER).Settings.model_fields.keys() == {"documents", "accounts"}
