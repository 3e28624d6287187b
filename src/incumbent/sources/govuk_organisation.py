"""Adapter `govuk_organisation`: an organisation's page on GOV.UK, as the Content API has it.

Settings: `lists` (which lists of people count, a key of LISTS each), `posts` (regular expressions, found anywhere in a
role's title, in any case: only those roles; all where there are none), `documents` (document types of roles instead of
those that belong to the lists), `past` (past appointments of the people listed are claims too).

GOV.UK shows an appointment under an organisation when it is current, its role is among the organisation's own
(ordered_roles) and is of the list's kind, and the organisation is live; what the document holds besides is left out by
name (STANDINGS), and so are people listed without an appointment, whom the page shows by name alone.
See alphagov/collections, app/presenters/organisations/people_presenter.rb.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field, field_validator

from incumbent.archive import Snapshot
from incumbent.sources import govuk
from incumbent.sources.base import AdapterSettings, Context, Links, Parsed
from incumbent.sources.fields import LOCATOR
from incumbent.sources.govuk import Appointment
from incumbent.sources.jsontree import Node

#: List of people -> document types of the roles for which people are shown in it.
LISTS = {
    "ordered_board_members": ("board_member_role", "chief_scientific_advisor_role"),
    "ordered_chief_professional_officers": ("chief_professional_officer_role",),
    "ordered_military_personnel": ("military_role",),
    "ordered_ministers": ("ministerial_role",),
    "ordered_special_representatives": ("special_representative_role",),
    "ordered_traffic_commissioners": ("traffic_commissioner_role",),
}

#: What an appointment in the document is, and what becomes of it.
STANDINGS = {
    "shown": "current, and on the page: a claim",
    "past": "ended: a claim of evidence where `past` is set; its organisation only where the role is its own",
    "not_asked": "a role that `posts` does not ask for: left out",
    "elsewhere": "current in a role of another body, which this document does not name: left out; see govuk_person",
    "another_kind": "current in a role of another list, such as a minister's on the board: left out of this list",
    "not_live": "called current at a body that is closed or has its own website: left out, the page shows nobody",
    "withdrawn": "of a person, role or appointment that GOV.UK has withdrawn: left out",
}

edited = govuk.edited  # when the page was last put together


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One claim per appointment that is shown: holds, with its start, as at the day of the capture.

    As evidence also: past appointments (holds, with an end); `vacant` for each role that `posts` asks for and nobody
    holds; `abolished` or `renamed`, without a post, for an organisation that has ended. A roster is only what is shown.
    """
    wanted, page = Settings.model_validate(settings), _page(snapshot, context)
    evidence = context.role == "evidence"
    rows: list[dict[str, str | None]] = []
    seen: set[str] = set()
    for person, appointment, kinds in _listed(page, wanted):
        standing = _standing(page, person, appointment, kinds, wanted)
        if appointment.id in seen or standing not in ("shown", "past"):
            continue
        if standing == "shown":
            rows.append(govuk.held(appointment, person, page.item, context.scope, context.stated_at))
        elif evidence and wanted.past:
            own = page.item if appointment.role_id in page.roles else None
            rows.append(govuk.held(appointment, person, own, "partial", context.stated_at))
        seen.add(appointment.id)
    if evidence:
        rows += [*_vacancies(page, wanted), *_ending(page)]
    return govuk.claims(rows, snapshot, context)


def links(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Links:
    """pages: the Content API's addresses of the people who are shown in a post asked for, and have a page."""
    wanted, page = Settings.model_validate(settings), _page(snapshot, context)
    addresses = [
        govuk.content_address(person.child("base_path"), snapshot, context)
        for person, appointment, kinds in _listed(page, wanted)
        if _standing(page, person, appointment, kinds, wanted) == "shown" and person.optional("base_path") is not None
    ]
    return Links(pages=tuple(dict.fromkeys(addresses)))


def _page(snapshot: Snapshot, context: Context) -> _Page:
    item = govuk.content_item(snapshot, context, ["organisation"])
    listed = [name for name in LISTS if item.optional_items("links", name)]
    linked = item.items("links", "ordered_roles") if listed else item.optional_items("links", "ordered_roles")
    if listed and not linked:  # every appointment would seem to be elsewhere
        raise item.child("links", "ordered_roles").error("an organisation with people has no roles of its own")
    roles = {govuk.identifier(role): role for role in linked}
    withdrawn = item.optional("withdrawn_notice", "withdrawn_at") is not None
    return _Page(item, roles, govuk.status(item) == "live" and not withdrawn)


def _listed(page: _Page, wanted: Settings) -> Iterator[tuple[Node, Appointment, tuple[str, ...]]]:
    """Each appointment of each person in the lists asked for, with the document types that fit the list."""
    for name in wanted.lists:
        for person in page.item.optional_items("links", name):
            for appointment in govuk.appointments(person):
                yield person, appointment, tuple(wanted.documents or LISTS[name])


def _standing(
    page: _Page, person: Node, appointment: Appointment, kinds: tuple[str, ...], wanted: Settings
) -> str:  # a key of STANDINGS
    if not wanted.asks_for(appointment.title):
        return "not_asked"
    if appointment.withdrawn or person.optional_truth("withdrawn"):
        return "withdrawn"
    if appointment.end is not None:
        return "past"
    if not page.live:
        return "not_live"
    if appointment.role_id not in page.roles:
        return "elsewhere"
    return "shown" if appointment.document in kinds else "another_kind"


def _vacancies(page: _Page, wanted: Settings) -> Iterator[dict[str, str | None]]:
    """The organisation's own roles that `posts` asks for and nobody in the document holds.

    Unused roles stay in ordered_roles for ever, so this is only said of posts that were asked for by name, never where
    another role of that title is held, and never from a document that has no people at all.
    """
    people = [person for name in LISTS for person in page.item.optional_items("links", name)]
    if not page.live or not people or not wanted.posts:
        return
    held = [one for person in people for one in govuk.appointments(person) if one.end is None]
    kinds = wanted.documents or [kind for name in wanted.lists for kind in LISTS[name]]
    body, body_id = page.item.text("title"), govuk.identifier(page.item)
    for role_id, role in page.roles.items():
        title = role.text("title")
        asked = wanted.asks_for(title) and role.text("document_type") in kinds and not role.optional_truth("withdrawn")
        taken = any(one.role_id == role_id or (one.role_id in page.roles and one.title == title) for one in held)
        if asked and not taken:
            yield {
                LOCATOR: role.pointer, "post": title, "organisation": body, "organisation_ids": body_id,
                "event": "vacant", "scope": "partial", "quote": f"{title.strip()}: nobody",
            }  # fmt: skip


def _ending(page: _Page) -> Iterator[dict[str, str | None]]:
    """That the organisation has ended, which concerns all its posts."""
    word = govuk.status(page.item)
    if word not in govuk.ENDED:
        return
    told = page.item.child("details", "organisation_govuk_status")
    successors = [
        organisation.text("title")
        for organisation in page.item.optional_items("links", "ordered_successor_organisations")
    ]
    event, note = govuk.ending(word, successors)
    yield {
        LOCATOR: told.pointer, "organisation": page.item.text("title"), "organisation_ids": govuk.identifier(page.item),
        "event": event, "start": govuk.optional_day(told, "updated_at"), "scope": "partial", "status_note": note,
        "quote": f"{page.item.text('title')}: {word}",
    }  # fmt: skip


@dataclass(frozen=True)
class _Page:
    item: Node
    roles: dict[str, Node]  # the organisation's own roles by their id
    live: bool  # whether GOV.UK shows its people


class Settings(AdapterSettings):
    lists: list[str] = Field(default=["ordered_board_members"], min_length=1)
    posts: list[str] = Field(default_factory=list)
    documents: list[str] = Field(default_factory=list)
    past: bool = True

    @field_validator("lists")
    @classmethod
    def _exist(cls, values: list[str]) -> list[str]:
        unknown = [value for value in values if value not in LISTS]
        if unknown:
            raise ValueError(f"there is no list {unknown[0]!r}; there are {', '.join(LISTS)}")
        return values

    @field_validator("posts")
    @classmethod
    def _compile(cls, values: list[str]) -> list[str]:
        for value in values:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"{value!r} is not a regular expression: {error}") from None
        return values

    def asks_for(self, title: str) -> bool:
        """Whether a role of that title is one of those wanted."""
        return not self.posts or any(re.search(post, title, re.IGNORECASE) for post in self.posts)
