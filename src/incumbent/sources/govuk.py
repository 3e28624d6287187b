"""What the GOV.UK adapters share: content items, appointments, London days, addresses, and what became of a body.

The formats: https://content-api.publishing.service.gov.uk, and the frontend schemas of
https://github.com/alphagov/publishing-api/tree/main/content_schemas, which say what may be null or absent.

When a page said it: organisation and person pages are put together from linked documents each time they are asked for,
and none of their dates moves with an appointment. So their claims are stated on the day of the capture
(context.stated_at), and hold as at that day. A news article is one text; it carries its own date (govuk_search).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import polars as pl

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import fields, jsontree
from incumbent.sources.base import Context, Parsed
from incumbent.sources.fields import LOCATOR
from incumbent.sources.jsontree import Node

#: GOV.UK enters dates as midnight in London, and writes that instant with whatever offset the writing program has.
_LONDON = ZoneInfo("Europe/London")
_CONTENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*")

#: Statuses of an organisation that goes on. Only a live one has its people on its page; the page of another says in
#: their place that it has a website of its own, or is joining.
GOING_ON = ("live", "exempt", "joining", "transitioning", "devolved", "left_gov")
#: Statuses of one that has ended -> what that is to its posts, and the words before the names of its successors.
ENDED = {
    "changed_name": ("renamed", "called"),
    "replaced": ("renamed", "replaced by"),
    "merged": ("abolished", "merged into"),
    "split": ("abolished", "split into"),
    "superseded_by_devolved_administration": ("abolished", "superseded by"),
    "no_longer_exists": ("abolished", "no longer exists"),
}
_CELLS = (
    "person", "person_ids", "post", "organisation", "organisation_ids", "event", "start", "end", "as_at", "scope",
    "status_note", "stated_at", "quote",
)  # fmt: skip


def content_item(snapshot: Snapshot, context: Context, schemas: Sequence[str]) -> Node:
    """The content item of a snapshot. Raises SourceError unless it is of one of the schemas, with its links."""
    item = jsontree.load(snapshot, context)
    schema = item.text("schema_name")
    if schema not in schemas:
        raise item.child("schema_name").error("the document is of another schema", expected=" | ".join(schemas))
    item.members("links")  # every content item has them, if only {}: without them people would vanish in silence
    return item


def edited(snapshot: Snapshot, context: Context) -> str | None:
    """When the content store last put the item together (updated_at): at every change of it or of what it links to."""
    try:
        moment = dt.datetime.fromisoformat(jsontree.load(snapshot, context).text("updated_at"))
    except (SourceError, ValueError):
        return None  # an item that lacks it is of another kind; whether it can be used, parse says
    return None if moment.tzinfo is None else moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def claims(rows: Sequence[Mapping[str, str | None]], snapshot: Snapshot, context: Context) -> Parsed:
    """Claims from rows of _CELLS and _locator; each may be left out."""
    schema = dict.fromkeys((LOCATOR, *_CELLS), pl.String)
    table = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema, orient="row")
    table = table.with_columns(pl.col(_CELLS).str.strip_chars())  # titles are typed by hand
    return fields.parsed(table, ["claims"], snapshot, context)


def day(moment: Node) -> str:
    """The London day of a point in time: `2019-03-31T23:00:00+00:00` is 2019-04-01, as `2019-04-01T00:00:00+01:00` is.

    Raises SourceError for what is no date with time and offset.
    """
    try:
        instant = dt.datetime.fromisoformat(moment.text())
        if instant.tzinfo is not None:
            return instant.astimezone(_LONDON).date().isoformat()
    except (ValueError, OverflowError):
        pass
    raise moment.error("the value is not a point in time", expected="such as 2012-12-01T00:00:00+00:00")


def optional_day(node: Node, *keys: str) -> str | None:
    """The London day at `keys`; None where it is absent or null."""
    moment = node.optional(*keys)
    return None if moment is None else day(moment)


def identifier(item: Node) -> str:
    """`govuk:` and the content id, which stays when a page is renamed or its address is given to another."""
    content_id = item.text("content_id")
    if not _CONTENT_ID.fullmatch(content_id):
        raise item.child("content_id").error("the value is not a content id", expected="a UUID in lower case")
    return f"govuk:{content_id}"


def origin(snapshot: Snapshot, context: Context) -> str:
    """Scheme and host of the snapshot's address, such as `https://www.gov.uk`."""
    parts = urlsplit(snapshot.url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise SourceError(
            "the snapshot's address has no host, so that no other address can be told from it",
            source=context.source,
            locator=snapshot.record,
            value=snapshot.url,
            expected="such as https://www.gov.uk/api/content/government/organisations/home-office",
        )
    return f"{parts.scheme}://{parts.netloc}"


def content_address(path: Node, snapshot: Snapshot, context: Context) -> str:
    """The Content API's address of the page with that base path. Raises SourceError for what is no path."""
    text = path.text()
    if not _PATH.fullmatch(text):
        raise path.error("the value is not a path", expected="such as /government/people/jane-roe")
    return f"{origin(snapshot, context)}/api/content{text}"


def same_origin(address: Node, snapshot: Snapshot, context: Context) -> str:
    """An address that the source gives of itself. Raises SourceError for one at another host."""
    text, own = address.text(), origin(snapshot, context)
    if not text.startswith((f"{own}/", f"{own}?")):
        raise address.error("the address is at another host", expected=own)
    return text


def appointments(person: Node) -> list[Appointment]:
    """All appointments of a person (a content item or a link to one), past ones too, in the document's order.

    A person without any has no key role_appointments. `current` means on GOV.UK that no end has been entered, so one
    that contradicts its end is an error.
    """
    return [_appointment(node) for node in person.child("links").optional_items("role_appointments")]


def _appointment(node: Node) -> Appointment:
    details, roles = node.child("details"), node.items("links", "role")
    if len(roles) != 1:
        raise node.child("links", "role").error("an appointment is not to one role", value=str(len(roles)))
    start, end, current = day(details.child("started_on")), optional_day(details, "ended_on"), details.truth("current")
    if current != (end is None):
        raise details.child("current").error("an appointment is current with an end, or past without one")
    if end is not None and end < start:
        raise details.child("ended_on").error("an appointment ends before it starts", expected=f"{start} or later")
    role = roles[0]
    return Appointment(
        node=node,
        id=identifier(node),
        role=role,
        role_id=identifier(role),
        title=role.text("title"),
        document=role.text("document_type"),
        start=start,
        end=end,
        withdrawn=any(one.optional_truth("withdrawn") for one in (node, role)),
    )


def held(
    appointment: Appointment, person: Node, organisation: Node | None, scope: str, stated_at: str | None
) -> dict[str, str | None]:
    """The claim that `person` holds or has held a role: `holds`, with start and either end or the day it was seen."""
    name = person.text("title")
    body = None if organisation is None else organisation.text("title")
    days = f"{appointment.start} to {appointment.end or 'now'}"
    return {
        LOCATOR: appointment.node.pointer,
        "person": name,
        "person_ids": identifier(person),
        "post": appointment.title,
        "organisation": body,
        "organisation_ids": None if organisation is None else identifier(organisation),
        "event": "holds",
        "start": appointment.start,
        "end": appointment.end,
        "as_at": None if appointment.end else stated_at,
        "scope": scope,
        "quote": " | ".join(part.strip() for part in (name, appointment.title, body, days) if part)[:200],
    }


def status(organisation: Node) -> str:
    """An organisation's status, such as `live`: one of GOING_ON or ENDED. Raises SourceError for any other."""
    told = organisation.child("details", "organisation_govuk_status", "status")
    word = told.text()
    if word not in GOING_ON and word not in ENDED:
        raise told.error("unknown status of an organisation", expected=" | ".join((*GOING_ON, *ENDED)))
    return word


def ending(word: str, successors: Sequence[str]) -> tuple[str, str]:
    """What the end of an organisation is to its posts (an event of claims.EVENTS), and the note that says so.

    One that lives on in a single successor is `renamed`, and the note is the new name.
    """
    event, words = ENDED[word]
    if event == "renamed" and len(successors) == 1:
        return event, successors[0]
    return "abolished", " ".join((words, " and ".join(successors))).strip()


@dataclass(frozen=True)
class Appointment:
    """One person in one role. `end` is None for a current one; `node`, `role`: where the document says so."""

    node: Node
    id: str
    role: Node
    role_id: str
    title: str
    document: str  # the role's document type, such as board_member_role
    start: str
    end: str | None
    withdrawn: bool
