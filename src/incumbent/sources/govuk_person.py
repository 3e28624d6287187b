"""Adapter `govuk_person`: a person's page on GOV.UK, as the Content API has it: every appointment, past and current.

Settings: `documents` (document types of roles; all where there are none), `accounts` (the accounts that the biography
links as the person's own are account claims; see govuk_accounts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import Field

from incumbent.archive import Snapshot
from incumbent.sources import govuk, govuk_accounts
from incumbent.sources.base import AdapterSettings, Context, Parsed
from incumbent.sources.jsontree import Node

edited = govuk.edited  # when the page was last put together


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One claim per appointment and organisation of its role: holds, with its start, and its end or as at the capture.

    A role that GOV.UK gives no organisation is a claim without one; its title may name it. Left out by name: withdrawn
    appointments and roles, all of a withdrawn page, and what is still called current at an organisation that has ended
    (govuk.ENDED), since nobody enters an end there any more. A person without appointments gives no claims.
    """
    wanted = Settings.model_validate(settings)
    person = govuk.content_item(snapshot, context, ["person"])
    withdrawn = person.optional("withdrawn_notice", "withdrawn_at") is not None
    rows = []
    for appointment in govuk.appointments(person):
        unwanted = bool(wanted.documents) and appointment.document not in wanted.documents
        if unwanted or appointment.withdrawn or withdrawn:
            continue
        bodies: list[Node] = appointment.role.child("links").optional_items("ordered_parent_organisations")
        for organisation in bodies or (None,):
            if appointment.end is not None or not _has_ended(organisation):
                rows.append(govuk.held(appointment, person, organisation, "partial", context.stated_at))
    parsed = govuk.claims(rows, snapshot, context)
    if not wanted.accounts or withdrawn:
        return parsed
    return replace(parsed, account_claims=govuk_accounts.account_claims(person, snapshot, context))


def _has_ended(organisation: Node | None) -> bool:
    """Whether the link to an organisation says that it has ended; older documents do not say how it is."""
    told = None if organisation is None else organisation.optional("details", "organisation_govuk_status")
    return told is not None and organisation is not None and govuk.status(organisation) in govuk.ENDED


class Settings(AdapterSettings):
    documents: list[str] = Field(default_factory=list)
    accounts: bool = True
