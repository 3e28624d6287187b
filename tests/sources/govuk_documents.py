"""GOV.UK documents for tests, in the format of its Content API, of bodies and people that do not exist."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import Context, Parsed, registry
from incumbent.sources.base import Links

CAPTURED = "2026-11-22"
BOARD = "ordered_board_members"


def content_id(name: str) -> str:
    """An id that is the same for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def govuk_id(name: str) -> str:
    return f"govuk:{content_id(name)}"


def role(title: str, document_type: str = "board_member_role", *, of: Any = None, **more: Any) -> dict[str, Any]:
    """A link to a role; `of`: links to the organisations it belongs to, as a person's page has them."""
    return {
        "content_id": content_id(title), "title": title, "locale": "en", "document_type": document_type,
        "schema_name": "role", "base_path": None, "withdrawn": False, "details": {"role_payment_type": None},
        "links": {} if of is None else {"ordered_parent_organisations": of}, **more,
    }  # fmt: skip


def appointment(held: dict[str, Any], start: str, end: str | None = None, **more: Any) -> dict[str, Any]:
    """A link to an appointment, midnight in London written in UTC, as winter has it."""
    return {
        "content_id": content_id(f"{held['content_id']} {start} {more.get('of', '')}"), "locale": "en",
        "title": f"Somebody - {held['title']}", "document_type": "role_appointment", "withdrawn": False,
        "details": {
            "started_on": _midnight(start), "ended_on": end and _midnight(end), "current": end is None,
            "person_appointment_order": 1,
        },
        "links": {"role": [held]}, **more,
    }  # fmt: skip


def _midnight(day: str) -> str:
    return day if "T" in day else f"{day}T00:00:00+00:00"


def person(name: str, *held: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A link to a person, or with `page` a person's page."""
    return {
        "content_id": content_id(name), "title": name, "locale": "en", "document_type": "person",
        "schema_name": "person", "base_path": "/government/people/" + name.lower().replace(" ", "-"),
        "withdrawn": False, "details": {}, "links": {"role_appointments": list(held)}, **more,
    }  # fmt: skip


def organisation(
    title: str, people: list[dict[str, Any]], roles: list[dict[str, Any]], status: str = "live", **more: Any
) -> dict[str, Any]:
    """An organisation's page."""
    return {
        "content_id": content_id(title), "title": title, "locale": "en", "document_type": "organisation",
        "schema_name": "organisation", "base_path": "/government/organisations/" + title.lower().replace(" ", "-"),
        "public_updated_at": "2020-05-01T07:52:25.000+00:00", "updated_at": "2020-05-01T11:21:26.707Z",
        "description": None, "withdrawn_notice": {},
        "details": {"organisation_govuk_status": {"status": status, "url": None, "updated_at": None}},
        "links": {BOARD: people, "ordered_roles": roles}, **more,
    }  # fmt: skip


def organisation_link(title: str, status: str | None = "live") -> dict[str, Any]:
    """A link to an organisation."""
    details = {} if status is None else {"organisation_govuk_status": {"status": status}}
    return {
        "content_id": content_id(title), "title": title, "locale": "en", "document_type": "organisation",
        "base_path": "/government/organisations/" + title.lower().replace(" ", "-"), "details": details, "links": {},
    }  # fmt: skip


def captured(document: Any, url: str = "https://www.gov.uk/api/content/x") -> Snapshot:
    raw = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    return Snapshot(
        source_id="govuk",
        url=url,
        fetched_at=f"{CAPTURED}T08:00:00Z",
        sha256=hashlib.sha256(raw).hexdigest(),
        content=raw,
        content_type="application/json; charset=utf-8",
        record="govuk.warc.gz, offset 0",
    )


def context(role: str = "evidence", stated_at: str = CAPTURED, **more: Any) -> Context:
    return Context(roster="works", source="govuk", role=role, publisher="GOV.UK", stated_at=stated_at, **more)


def parse(adapter: str, document: Any, settings: dict[str, Any] | None = None, **more: Any) -> Parsed:
    return registry.get(adapter).parse(captured(document), settings or {}, context(**more))


def links(adapter: str, document: Any, settings: dict[str, Any] | None = None, **where: Any) -> Links:
    return registry.links(adapter, captured(document, **where), settings or {}, context())


def told(parsed: Parsed, *columns: str) -> set[tuple[Any, ...]]:
    """The claims in those columns."""
    return set(parsed.claims.select(columns).rows())


def faults(adapter: str, document: Any, settings: dict[str, Any] | None = None, **more: Any) -> tuple[str, str, str]:
    """what, locator and expected of the SourceError that the document gives."""
    try:
        found = parse(adapter, document, settings, **more)
    except SourceError as error:
        assert error.source == "govuk"
        return error.what, error.locator, error.expected
    raise AssertionError(f"no error, but {found.claims}")
