"""Adapter `legislators`: members of the United States Congress, from the files of unitedstates/congress-legislators.

legislators-current and legislators-historical (who serves which term) and legislators-social-media (official accounts),
JSON or YAML, whichever it is; the format: https://github.com/unitedstates/congress-legislators#readme. Public domain
(CC0). Members are known by their ids in all three files: bioguide, govtrack and wikidata.

A term's end is laid down years before. One that had not come when the file was read is therefore no departure, and is
not claimed: the member holds the seat as at that day. Posts read as `Senator for OH, class 1`, `Representative for TX
district 9`, `Representative for AK, at large`.

Settings: `terms` (`current`: those under way when the file was read; `last`: each member's last one, over or not;
`all`), `types` (sen, rep), `ignore` (platforms of the social-media file that are not read; one that is neither known
nor ignored is an error). An account of which only the number is known, and no handle, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import polars as pl
from pydantic import Field

from incumbent import edtf
from incumbent.archive import Snapshot
from incumbent.claims import account_claims_table
from incumbent.errors import SourceError
from incumbent.sources import fields, jsontree, yamltree
from incumbent.sources.base import AdapterSettings, Context, Parsed
from incumbent.sources.fields import LOCATOR
from incumbent.sources.jsontree import Node, Number
from incumbent.sources.wikidata_values import HANDLES

_CHAMBERS = {"sen": "United States Senate", "rep": "United States House of Representatives"}
#: Ids that become identifiers, in this order.
_IDS = ("bioguide", "govtrack", "wikidata")
#: Key of the social-media file -> platform, and the key of the platform's own number.
_PLATFORMS = {
    "twitter": ("x", "twitter_id"),
    "bluesky": ("bluesky", "bluesky_id"),
    "mastodon": ("mastodon", "mastodon_id"),
    "facebook": ("facebook", "facebook_id"),
    "instagram": ("instagram", "instagram_id"),
    "threads": ("threads", "threads_id"),
    "youtube": ("youtube", "youtube_id"),
}
#: The file has "official accounts only (no campaign or personal accounts)", kept by the member's office.
_KIND = "official_personal"
_FIELDS = (
    "person", "person_ids", "post", "organisation", "event", "start", "end", "as_at", "scope", "status_note", "quote",
)  # fmt: skip


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One claim per term that is wanted, or one account claim per handle (which names nobody, but by person_ids).

    Raises SourceError with the JSON pointer for a value that is not as the format has it, and for terms of a file of
    which nobody knows when it was read.
    """
    wanted = Settings.model_validate(settings)
    is_json = snapshot.content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")
    document = (jsontree if is_json else yamltree).load(snapshot, context)
    terms: list[dict[str, str | None]] = []
    accounts: list[dict[str, str | None]] = []
    for member in document.items():
        kinds = member.members()
        if "terms" in kinds:
            terms += _terms(member, wanted, context)
        elif "social" in kinds:
            accounts += _accounts(member, wanted, snapshot, context)
        else:
            raise member.error("the member has neither terms nor accounts", expected="terms, or social")
    schema = dict.fromkeys((LOCATOR, *_FIELDS), pl.String)
    cells = pl.DataFrame(terms, schema=schema, orient="row")
    return Parsed(fields.parsed(cells, ["claims"], snapshot, context).claims, account_claims_table(accounts))


def _terms(member: Node, wanted: Settings, context: Context) -> Iterator[dict[str, str | None]]:
    if context.stated_at is None:
        raise SourceError(
            "nobody knows when the file was read, so that a term that is under way looks like one that is over",
            source=context.source,
            locator=member.pointer,
            expected="stated_at",
        )
    today = edtf.bounds(context.stated_at)[1].isoformat()
    name, ids = _name(member.child("name")), _ids(member.child("id"))
    died = member.optional_text("bio", "died")
    terms = member.items("terms")
    for number, term in enumerate(terms, start=1):
        kind = term.text("type")
        if kind not in _CHAMBERS:
            raise term.child("type").error("the type of a term is none", expected=" | ".join(_CHAMBERS))
        start, end = _day(term, "start"), _day(term, "end")
        if end < start:
            raise term.child("end").error("a term ends before it begins", expected=f"a day after {start}")
        under_way = start <= today < end
        asked = {"current": under_way, "last": number == len(terms), "all": True}[wanted.terms]
        if not asked or kind not in wanted.types:
            continue
        over = end <= today
        post = _senator(term) if kind == "sen" else _representative(term)
        yield {
            LOCATOR: term.pointer,
            "person": name,
            "person_ids": ids,
            "post": post,
            "organisation": _CHAMBERS[kind],
            "event": "holds" if start <= today else "announced_start",
            "start": start,
            "end": end if over else None,
            "as_at": context.stated_at if under_way else None,
            # The list is whole for who serves now; of the past it may lack anybody.
            "scope": context.scope if under_way else "partial",
            "status_note": "died" if over and died == end else None,
            "quote": f"{name} | {post} | {start} to {end}",
        }


def _name(name: Node) -> str:
    """The name that the chamber uses, else first, middle, nick- and last name, and suffix."""
    full = name.optional_text("official_full")
    if full is not None:
        return full
    nickname, suffix = name.optional_text("nickname"), name.optional_text("suffix")
    words = (name.text("first"), name.optional_text("middle"), f'"{nickname}"' if nickname else None, name.text("last"))
    return " ".join(word for word in words if word) + (f", {suffix}" if suffix else "")


def _ids(ids: Node) -> str:
    ids.text("bioguide")
    told = {scheme: _scalar(node) for scheme in _IDS if (node := ids.optional(scheme)) is not None}
    for scheme, value in told.items():
        if not value.isalnum():
            raise ids.child(scheme).error(f"the value is no {scheme} id", expected="letters and digits")
    return ";".join(f"{scheme}:{value}" for scheme, value in told.items())


def _day(term: Node, key: str) -> str:
    day = term.text(key)
    try:
        first, last = edtf.bounds(day)
    except ValueError:
        first, last = None, None
    if first is None or first != last:
        raise term.child(key).error("the value is not a day", expected="2012-06-23")
    return day


def _senator(term: Node) -> str:
    group = term.integer("class")
    if group not in (1, 2, 3):
        raise term.child("class").error("the class of a senator is none", expected="1 | 2 | 3")
    return f"Senator for {_state(term)}, class {group}"


def _representative(term: Node) -> str:
    """District 0 is at large; -1, of old, is not known."""
    district = term.integer("district")
    if district < -1:
        raise term.child("district").error("the district is none", expected="0, 1, ...")
    seat = {0: ", at large", -1: ""}.get(district, f" district {district}")
    return f"Representative for {_state(term)}{seat}"


def _state(term: Node) -> str:
    state = term.text("state")
    if len(state) != 2 or not (state.isascii() and state.isupper()):
        raise term.child("state").error("the state is none", expected="two capital letters")
    return state


def _accounts(member: Node, wanted: Settings, snapshot: Snapshot, context: Context) -> Iterator[dict[str, str | None]]:
    ids = _ids(member.child("id"))
    social = member.members("social")
    known = {key for platform, (_, number) in _PLATFORMS.items() for key in (platform, number)}
    for key, node in social.items():
        if key not in known and key not in wanted.ignore:
            raise node.error("the platform is neither known nor ignored", value=key, expected=", ".join(_PLATFORMS))
    for key, (platform, number) in _PLATFORMS.items():
        handle = member.optional("social", key)
        own_id = member.optional("social", number)
        if key in wanted.ignore or handle is None:
            continue
        yield {
            "roster": context.roster,
            "source": context.source,
            "publisher": context.publisher,
            "source_url": context.source_url,
            "snapshot": snapshot.sha256,
            "locator": handle.pointer,
            "person_ids": ids,
            "platform": platform,
            "handle": _handle(handle, platform),
            "platform_id": None if own_id is None else _scalar(own_id),
            "kind": _KIND,
            "as_at": context.stated_at,
            "stated_at": context.stated_at,
            "seen_at": snapshot.fetched_at[:10] or None,
            "quote": f"{key} | {_scalar(handle)}",
        }


def _handle(node: Node, platform: str) -> str:
    handle = _scalar(node).removeprefix("@")
    form = HANDLES.get(platform)
    if not (form.fullmatch(handle) if form else handle.isprintable() and not set(handle) & set(" ;@")):
        raise node.error(f"the value is no handle of {platform}", expected="a handle")
    return handle


def _scalar(node: Node) -> str:
    """A text or a number, as it is written."""
    return str(node.value) if isinstance(node.value, Number) else node.text()


class Settings(AdapterSettings):
    terms: Literal["current", "last", "all"] = "current"
    types: list[Literal["sen", "rep"]] = Field(default=["sen", "rep"], min_length=1)
    ignore: list[str] = Field(default_factory=list)
