from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from incumbent.errors import SourceError
from incumbent.sources import govuk_organisation
from tests.sources.govuk_documents import (
    BOARD,
    CAPTURED,
    appointment,
    captured,
    context,
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

ADAPTER = "govuk_organisation"
WORKS = "Ministry of Works"
PERMANENT, SECOND = role("Permanent Secretary"), role("Second Permanent Secretary")
FINANCE, CLERK, MINISTER = role("Finance Director"), role("Clerk elsewhere"), role("Minister", "ministerial_role")
SCIENTIST = role("Chief Scientific Adviser", "chief_scientific_advisor_role")
OWN = [PERMANENT, SECOND, FINANCE, MINISTER, SCIENTIST]
JANE = person("Jane Roe", appointment(CLERK, "2015-01-01", "2019-01-31"), appointment(PERMANENT, "2019-02-01"))
BOB = person("Bob Hay", appointment(PERMANENT, "2015-01-01", "2019-01-31"), appointment(FINANCE, "2019-03-01"))


WITHDRAWN = {"withdrawn_at": "2021-01-01T00:00:00Z", "explanation": "old"}


def page(*people: dict[str, Any], **more: Any) -> dict[str, Any]:
    return organisation(WORKS, list(people), OWN, **more)


def test_shown_appointments_are_claims_with_their_start_as_at_the_capture() -> None:
    claims = parse(ADAPTER, page(JANE, BOB), {"past": False}, scope="complete", primary=True).claims
    jane = claims.filter(claims["person"] == "Jane Roe").row(0, named=True)
    assert {
        name: value for name, value in jane.items() if value is not None and name not in ("claim_id", "snapshot")
    } == {
        "roster": "works",
        "source": "govuk",
        "role": "evidence",
        "publisher": "GOV.UK",
        "primary": True,
        "locator": "/links/ordered_board_members/0/links/role_appointments/1",
        "person": "Jane Roe",
        "person_ids": govuk_id("Jane Roe"),
        "post": "Permanent Secretary",
        "organisation": WORKS,
        "organisation_ids": govuk_id(WORKS),
        "event": "holds",
        "start": "2019-02-01",
        "as_at": CAPTURED,
        "acting": False,
        "scope": "complete",
        "stated_at": CAPTURED,
        "seen_at": CAPTURED,
        "quote": "Jane Roe | Permanent Secretary | Ministry of Works | 2019-02-01 to now",
    }
    assert told(parse(ADAPTER, page(JANE, BOB), {"past": False}), "person", "post", "start") == {
        ("Jane Roe", "Permanent Secretary", "2019-02-01"),
        ("Bob Hay", "Finance Director", "2019-03-01"),
    }


def test_past_appointments_are_evidence_and_name_only_a_body_whose_role_it_is() -> None:
    parsed = parse(ADAPTER, page(JANE, BOB), scope="complete")
    columns = ("person", "post", "organisation", "start", "end", "as_at", "scope")
    assert told(parsed, *columns) == {
        ("Jane Roe", "Permanent Secretary", WORKS, "2019-02-01", None, CAPTURED, "complete"),
        ("Jane Roe", "Clerk elsewhere", None, "2015-01-01", "2019-01-31", None, "partial"),
        ("Bob Hay", "Finance Director", WORKS, "2019-03-01", None, CAPTURED, "complete"),
        ("Bob Hay", "Permanent Secretary", WORKS, "2015-01-01", "2019-01-31", None, "partial"),
    }


def test_a_roster_is_what_the_page_shows() -> None:
    empty_post = {"posts": ["permanent secretary"]}
    shown = parse(ADAPTER, page(JANE, BOB), empty_post, role="roster")
    assert told(shown, "role", "person", "post", "event") == {("roster", "Jane Roe", "Permanent Secretary", "holds")}
    assert parse(ADAPTER, page(JANE, status="no_longer_exists"), role="roster").claims.is_empty()


@pytest.mark.parametrize(
    ("standing", "document"),
    [
        ("elsewhere", page(person("Ann Gow", appointment(CLERK, "2020-01-01")))),
        ("another_kind", page(person("Ann Gow", appointment(MINISTER, "2020-01-01")))),
        ("not_live", page(person("Ann Gow", appointment(FINANCE, "2020-01-01")), status="exempt")),
        ("not_live", page(person("Ann Gow", appointment(FINANCE, "2020-01-01")), withdrawn_notice=WITHDRAWN)),
        ("withdrawn", page(person("Ann Gow", appointment(FINANCE, "2020-01-01", withdrawn=True)))),
        ("withdrawn", page(person("Ann Gow", appointment({**FINANCE, "withdrawn": True}, "2020-01-01")))),
        ("withdrawn", page(person("Ann Gow", appointment(FINANCE, "2020-01-01"), withdrawn=True))),
        ("not_asked", page(person("Ann Gow", appointment(SECOND, "2020-01-01")))),
    ],
)  # fmt: skip
def test_what_govuk_does_not_show_is_left_out_by_a_rule_with_a_name(standing: str, document: dict[str, Any]) -> None:
    settings = {"posts": ["finance"]} if standing == "not_asked" else {}
    claims = parse(ADAPTER, document, settings).claims
    assert claims.filter(claims["person"] == "Ann Gow").is_empty()
    assert standing in govuk_organisation.STANDINGS
    assert links(ADAPTER, document, settings).pages == ()


def test_lists_and_the_kinds_of_role_that_belong_to_them() -> None:
    document = page(person("Ann Gow", appointment(SCIENTIST, "2020-01-01")))
    document["links"]["ordered_ministers"] = [
        person("Max Low", appointment(MINISTER, "2021-01-01"), appointment(FINANCE, "2021-01-01"))
    ]
    assert told(parse(ADAPTER, document), "person", "post") == {("Ann Gow", "Chief Scientific Adviser")}
    both = {"lists": ["ordered_ministers", BOARD]}
    assert told(parse(ADAPTER, document, both), "person", "post") == {
        ("Ann Gow", "Chief Scientific Adviser"),
        ("Max Low", "Minister"),
    }
    documents = {"lists": ["ordered_ministers"], "documents": ["board_member_role"]}
    assert told(parse(ADAPTER, document, documents), "post") == {("Finance Director",)}


def test_one_appointment_in_two_lists_is_one_claim() -> None:
    document = page(BOB)
    document["links"]["ordered_ministers"] = [BOB]
    parsed = parse(ADAPTER, document, {"lists": [BOARD, "ordered_ministers"]})
    assert parsed.claims["locator"].str.starts_with(f"/links/{BOARD}/").all()
    assert parsed.claims.height == 2


def test_a_post_asked_for_that_nobody_holds_is_vacant() -> None:
    asked = {"posts": ["permanent secretary"], "past": False}
    columns = ("event", "person", "post", "organisation", "as_at", "locator")
    assert told(parse(ADAPTER, page(JANE), asked), *columns) == {
        ("holds", "Jane Roe", "Permanent Secretary", WORKS, CAPTURED, f"/links/{BOARD}/0/links/role_appointments/1"),
        ("vacant", None, "Second Permanent Secretary", WORKS, CAPTURED, "/links/ordered_roles/1"),
    }
    vacant = ("vacant", "Permanent Secretary")
    assert vacant in told(parse(ADAPTER, page(BOB), asked), "event", "post")


@pytest.mark.parametrize(
    ("document", "settings"),
    [
        (page(BOB), {}),  # unused roles stay in the document: only a post that was asked for is missed
        (page(), {"posts": ["permanent"]}),  # no people at all is no vacancy
        (page(BOB, status="joining"), {"posts": ["permanent"]}),
        (page(JANE), {"posts": ["^permanent"]}),  # held
        (page(BOB), {"posts": ["minister"]}),  # ministers are in another list
    ],
)
def test_no_vacancy_without_evidence(document: dict[str, Any], settings: dict[str, Any]) -> None:
    assert "vacant" not in parse(ADAPTER, document, settings).claims["event"].to_list()


def test_another_role_of_that_title_that_is_held_fills_the_post() -> None:
    old = {**PERMANENT, "content_id": "00000000-0000-4000-8000-000000000000"}
    document = organisation(WORKS, [JANE], [old, PERMANENT])
    assert told(parse(ADAPTER, document, {"posts": ["permanent"], "past": False}), "event") == {("holds",)}


@pytest.mark.parametrize(
    ("status", "successors", "event", "note"),
    [
        ("no_longer_exists", [], "abolished", "no longer exists"),
        ("changed_name", ["Board of Works"], "renamed", "Board of Works"),
        ("replaced", ["Board of Works"], "renamed", "Board of Works"),
        (
            "replaced",
            ["Board of Works", "Board of Roads"],
            "abolished",
            "replaced by Board of Works and Board of Roads",
        ),
        ("merged", ["Board of Works"], "abolished", "merged into Board of Works"),
        ("split", ["Board of Works", "Board of Roads"], "abolished", "split into Board of Works and Board of Roads"),
    ],
)
def test_an_organisation_that_has_ended(status: str, successors: list[str], event: str, note: str) -> None:
    document = page(JANE, status=status)
    document["links"]["ordered_successor_organisations"] = [organisation_link(title) for title in successors]
    document["details"]["organisation_govuk_status"]["updated_at"] = "2020-03-31T23:00:00.000+00:00"
    parsed = parse(ADAPTER, document, {"past": False})
    columns = ("person", "post", "organisation", "event", "start", "status_note", "locator")
    assert told(parsed, *columns) == {
        (None, None, WORKS, event, "2020-04-01", note, "/details/organisation_govuk_status")
    }


@pytest.mark.parametrize("status", ["left_gov", "devolved", "transitioning"])
def test_an_organisation_that_goes_on_elsewhere_says_nothing(status: str) -> None:
    assert parse(ADAPTER, page(JANE, status=status), {"past": False}).claims.is_empty()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2012-12-01T00:00:00+00:00", "2012-12-01"),
        ("2019-04-01T00:00:00+01:00", "2019-04-01"),
        ("2019-03-31T23:00:00+00:00", "2019-04-01"),
        ("2019-03-31T23:00:00.000Z", "2019-04-01"),
        ("2019-12-31T23:00:00Z", "2019-12-31"),
        ("2019-04-01T01:00:00+02:00", "2019-04-01"),
    ],
)
def test_days_are_londons(written: str, day: str) -> None:
    assert told(parse(ADAPTER, page(person("Ann Gow", appointment(FINANCE, written)))), "start") == {(day,)}


def test_the_people_shown_are_followed_at_the_origin_of_the_page() -> None:
    homeless = person("Ann Gow", appointment(SECOND, "2020-01-01"), base_path=None)
    document = page(JANE, BOB, homeless, JANE)
    url = "https://www.gov.uk/api/content/government/organisations/ministry-of-works"
    base = "https://www.gov.uk/api/content/government/people"
    assert links(ADAPTER, document, url=url).pages == (f"{base}/jane-roe", f"{base}/bob-hay")
    assert links(ADAPTER, document, {"posts": ["^permanent"]}, url=url).pages == (f"{base}/jane-roe",)
    assert links(ADAPTER, document).more == ()
    with pytest.raises(SourceError, match="has no host"):
        links(ADAPTER, document, url="saved.json")
    for path in ("people/jane", "/people/a b", "//x?y", "/people/#"):
        with pytest.raises(SourceError, match="not a path"):
            links(ADAPTER, page({**JANE, "base_path": path}))


def test_people_without_appointments_and_documents_without_lists() -> None:
    assert parse(ADAPTER, page({**JANE, "links": {}})).claims.is_empty()
    document = page(JANE)
    document["links"] = {}
    assert parse(ADAPTER, document).claims.is_empty()


def _with(path: str, value: Any) -> dict[str, Any]:
    """The page of one person with one appointment, with one value changed, or removed where it is `...`."""
    document = copy.deepcopy(page(person("Ann Gow", appointment(FINANCE, "2020-01-01"))))
    *way, last = path.split("/")
    node: Any = document
    for step in way:
        node = node[int(step)] if isinstance(node, list) else node[step]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return document


ROLES = f"links/{BOARD}/0/links/role_appointments"
FIRST = f"{ROLES}/0"


@pytest.mark.parametrize(
    ("path", "value", "what", "locator"),
    [
        ("schema_name", "gone", "another schema", "/schema_name"),
        ("schema_name", ..., "lacks the key 'schema_name'", "/"),
        ("title", None, "not a text", "/title"),
        ("content_id", "42", "not a content id", "/content_id"),
        ("details/organisation_govuk_status", ..., "lacks the key", "/details"),
        (
            "details/organisation_govuk_status/status",
            "lost",
            "unknown status",
            "/details/organisation_govuk_status/status",
        ),
        ("links", [], "not an object", "/links"),
        ("links", ..., "lacks the key 'links'", "/"),
        ("links/ordered_roles", [], "no roles of its own", "/links/ordered_roles"),
        ("links/ordered_roles", ..., "lacks the key 'ordered_roles'", "/links"),
        (f"links/{BOARD}/0/links", ..., "lacks the key 'links'", f"/links/{BOARD}/0"),
        (f"links/{BOARD}", {}, "not an array", f"/links/{BOARD}"),
        (f"links/{BOARD}/0/title", ..., "lacks the key 'title'", f"/links/{BOARD}/0"),
        (f"links/{BOARD}/0/content_id", ..., "lacks the key", f"/links/{BOARD}/0"),
        (ROLES, "none", "not an array", f"/{ROLES}"),
        (f"{FIRST}/content_id", ..., "lacks the key", f"/{FIRST}"),
        (f"{FIRST}/details", ..., "lacks the key 'details'", f"/{FIRST}"),
        (f"{FIRST}/details/started_on", None, "not a text", f"/{FIRST}/details/started_on"),
        (f"{FIRST}/details/started_on", "2020", "not a point in time", f"/{FIRST}/details/started_on"),
        (f"{FIRST}/details/started_on", "2020-01-01T00:00", "not a point in time", f"/{FIRST}/details/started_on"),
        (f"{FIRST}/details/started_on", "0001-01-01T00:00+23:00", "not a point", f"/{FIRST}/details/started_on"),
        (f"{FIRST}/details/ended_on", 7, "not a text", f"/{FIRST}/details/ended_on"),
        (f"{FIRST}/details/ended_on", "2021-01-01T00:00:00Z", "current with an end", f"/{FIRST}/details/current"),
        (f"{FIRST}/details/current", "true", "neither true nor false", f"/{FIRST}/details/current"),
        (f"{FIRST}/details/current", False, "past without", f"/{FIRST}/details/current"),
        (
            f"{FIRST}/details",
            {"started_on": "2020-01-02T00:00:00Z", "ended_on": "2020-01-01T00:00:00Z", "current": False},
            "ends before it starts",
            f"/{FIRST}/details/ended_on",
        ),
        (f"{FIRST}/links/role", ..., "lacks the key 'role'", f"/{FIRST}/links"),
        (f"{FIRST}/links/role", [], "not to one role", f"/{FIRST}/links/role"),
        (f"{FIRST}/links/role/0/title", " ", "blank", f"/{FIRST}/links/role/0/title"),
        (f"{FIRST}/links/role/0/document_type", ..., "lacks the key", f"/{FIRST}/links/role/0"),
        (f"{FIRST}/links/role/0/withdrawn", "no", "neither true", f"/{FIRST}/links/role/0/withdrawn"),
        ("links/ordered_roles", "all", "not an array", "/links/ordered_roles"),
        ("links/ordered_roles/0/content_id", ..., "lacks the key", "/links/ordered_roles/0"),
    ],
)
def test_what_is_not_as_it_must_be_is_raised_with_its_place(path: str, value: Any, what: str, locator: str) -> None:
    said, where, _ = faults(ADAPTER, _with(path, value))
    assert what in said
    assert where == locator


def test_settings() -> None:
    assert govuk_organisation.Settings().lists == [BOARD]
    wrongs: list[dict[str, Any]] = [{"lists": ["board"]}, {"lists": []}, {"posts": ["("]}, {"filter": "x"}]
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            govuk_organisation.Settings.model_validate(wrong)


@pytest.mark.shared
def test_the_attorney_generals_office_as_govuk_sent_it(shared: Path) -> None:
    content = (shared / "samples/govuk/organisation_attorney_general.json").read_text(encoding="utf-8")
    office = "Attorney General's Office"
    suella, michael = "The Rt Hon Suella Braverman QC MP", "The Rt Hon Michael Ellis QC MP"
    leader = "Parliamentary Secretary of State (Deputy Leader of the House of Commons)"
    arts = "Parliamentary Under Secretary of State (Minister for Arts, Heritage and Tourism)"
    deputy = "Director and Deputy Head of the Attorney General’s Office"
    lists = {"lists": [BOARD, "ordered_ministers"]}
    assert told(parse(ADAPTER, content), "person", "post", "organisation", "start", "end") == {
        ("Rowena Collins Rice", "Director General of the Attorney General's Office (AGO)", office, "2012-12-01", None),
        ("Shehzad Charania MBE", deputy, office, "2019-03-16", None),
    }  # fmt: skip
    ministers = parse(ADAPTER, content, lists).claims
    ministers = ministers.filter(ministers["locator"].str.contains("ministers"))
    assert set(ministers.select("person", "post", "organisation", "start", "end").rows()) == {
        (suella, "Attorney General", office, "2020-02-13", None),
        (suella, "Parliamentary Under Secretary of State", None, "2018-01-09", "2018-11-15"),
        (michael, "Assistant Government Whip", None, "2016-07-17", "2017-06-14"),
        (michael, leader, None, "2016-07-17", "2018-01-08"),
        (michael, arts, None, "2018-01-09", "2019-05-23"),
        (michael, "Minister of State", None, "2019-05-23", "2019-07-25"),
        (michael, "Solicitor General", office, "2019-07-26", None),
    }  # fmt: skip
    assert links(ADAPTER, content, lists).pages == tuple(
        f"https://www.gov.uk/api/content/government/people/{slug}"
        for slug in ("rowena-collins-rice", "shehzad-charania", "braverman", "michael-ellis")
    )


@pytest.mark.shared
def test_a_department_that_no_longer_exists_as_govuk_sent_it(shared: Path) -> None:
    content = (shared / "samples/govuk/organisation_organisation.json").read_text(encoding="utf-8")
    dexeu = "Department for Exiting the European Union"
    claims = parse(ADAPTER, content, stated_at="2020-05-01").claims
    ended = claims.filter(claims["event"] == "abolished").row(0, named=True)
    assert (ended["organisation"], ended["start"], ended["post"]) == (dexeu, "2020-01-31", None)
    # Eighteen appointments are still called current there; GOV.UK shows none of them, nor do we.
    past = claims.filter(claims["event"] == "holds").select("person", "post", "organisation", "start", "end")
    assert set(past.rows()) == {
        ("Clare Moriarty", "Director General Corporate", None, "2012-01-01", "2012-12-01"),
        ("Clare Moriarty", "Director General Rail Group", None, "2013-01-07", "2015-07-19"),
        ("Clare Moriarty", "Permanent Secretary", None, "2015-08-03", "2019-03-29"),
        ("Simon Ridley", "Director General, Local Government and Public Services", None, "2013-01-07", "2013-05-03"),
        ("Simon Ridley", "Chief Executive, Planning Inspectorate", None, "2014-07-01", "2015-09-18"),
        ("Simon Ridley", "Director General, Decentralisation and Growth", None, "2015-09-21", "2019-07-05"),
        ("Tom Shinner", "Director of Strategy", None, "2013-12-30", "2016-07-15"),
        ("Olivier Evans", "Deputy Head of Mission, British Embassy Mexico City", None, "2015-08-01", "2019-03-31"),
        ("Rhys Bowen", "Director for International Agreements and Trade", dexeu, "2017-12-01", "2019-11-25"),
        ("Rebecca Evernden", "Director, International (jobshare), UK Space Agency", None, "2016-06-06", "2019-06-02"),
    }


@pytest.mark.shared
def test_the_same_department_while_it_was_live(shared: Path) -> None:
    content = (shared / "samples/govuk/organisation_organisation.json").read_text(encoding="utf-8")
    live = content.replace('"no_longer_exists"', '"live"')
    settings = {"posts": ["permanent secretary"], "past": False}
    parsed = govuk_organisation.parse(captured(live), settings, context(stated_at="2019-12-31"))
    assert told(parsed, "event", "person", "post") == {
        ("holds", "Clare Moriarty", "Permanent Secretary (Department for Exiting the European Union)"),
        ("vacant", None, "Second Permanent Secretary"),
    }
    everybody = govuk_organisation.parse(captured(live), {"past": False}, context())
    assert everybody.claims.height == 18
