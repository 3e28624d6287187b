"""The accounts that a person's biography on GOV.UK links as the person's own.

The biography is the only part of a person's page that can hold such links; those in `social_media_links` are on
organisations' pages, and are theirs. An official page that links an account is enough to believe that it is the
person's (platforms.verification), so a link counts only where little else can be meant: it is called by the platform's
name, the handle or the address, and either stands alone in its line, as in a list of accounts, or its handle holds a
part of the person's name. What else a biography links (the department's account within a sentence, a single post) is
left out, and so is a platform of which two accounts are left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import polars as pl
from selectolax.lexbor import LexborHTMLParser, LexborNode

from incumbent.archive import Snapshot
from incumbent.claims import account_claims_table
from incumbent.sources import govuk, html
from incumbent.sources.base import Context
from incumbent.sources.jsontree import Node

#: Platform -> its address of a profile, with the handle (for Mastodon: name and server); what is longer is a post.
_PROFILES = {
    "x": re.compile(r"(?:www\.|mobile\.)?(?:twitter|x)\.com/@?(?P<handle>[a-z0-9_]{1,20})/?", re.IGNORECASE),
    "bluesky": re.compile(r"bsky\.app/profile/@?(?P<handle>[a-z0-9-]+(?:\.[a-z0-9-]+)+)/?", re.IGNORECASE),
    "mastodon": re.compile(r"(?P<server>[a-z0-9-]+(?:\.[a-z0-9-]+)+)/@(?P<handle>[a-z0-9_.-]+)/?", re.IGNORECASE),
}
#: The first parts of addresses at X that are pages of its own.
_NOT_HANDLES = frozenset(("home", "i", "intent", "hashtag", "search", "share", "login", "explore", "settings"))
#: What a link to a profile is called. Other sites write addresses as Mastodon's servers do, and any host may be one.
_NAMES = {
    "x": ("x", "twitter", "x (formerly twitter)", "x (twitter)"),
    "bluesky": ("bluesky",),
    "mastodon": ("mastodon",),
}
#: Letters of a word of a name that in a handle are no accident.
_TELLING = 4


def account_claims(person: Node, snapshot: Snapshot, context: Context) -> pl.DataFrame:
    """Account claims (claims.ACCOUNT_CLAIMS), without a state: an account linked is not an account checked.

    Raises SourceError for a biography that is no text.
    """
    body = person.child("details").optional_text("body")
    if body is None:
        return account_claims_table([])
    place = f"{person.pointer}/details/body"
    name = person.text("title")
    found: dict[str, dict[str, str]] = {}
    for platform, handle, link in _linked(body):
        if _is_own(platform, handle, link, name):
            found.setdefault(platform, {}).setdefault(handle.casefold(), handle)
    return account_claims_table(
        {
            "roster": context.roster,
            "source": context.source,
            "publisher": context.publisher,
            "source_url": context.source_url,
            "snapshot": snapshot.sha256,
            "locator": place,
            "person": name,
            "person_ids": govuk.identifier(person),
            "platform": platform,
            "handle": handle,
            "as_at": context.stated_at,
            "stated_at": context.stated_at,
            "seen_at": snapshot.fetched_at[:10] or None,
            "quote": f"{name} | {platform} | {handle}",
        }
        for platform, handles in found.items()
        if len(handles) == 1
        for handle in handles.values()
    )


def _linked(body: str) -> Iterator[tuple[str, str, LexborNode]]:
    """Platform and handle of each link to a profile."""
    for link in LexborHTMLParser(body).css("a[href]"):
        try:
            parts = urlsplit((link.attributes["href"] or "").strip())
        except ValueError:  # no address that a browser could follow
            continue
        address = f"{parts.netloc}{parts.path}"
        for platform, profile in _PROFILES.items():
            match = profile.fullmatch(address) if parts.scheme in ("http", "https") else None
            if match and match["handle"].casefold() not in _NOT_HANDLES:
                server = match.groupdict().get("server")
                handle = f"{match['handle']}@{server.lower()}" if server else match["handle"]
                yield platform, handle, link


def _is_own(platform: str, handle: str, link: LexborNode, name: str) -> bool:
    """Whether a link is presented as the person's account."""
    words = html.words(link)
    said = words.casefold()
    called = said in _NAMES[platform] or said.rpartition("/")[2].removeprefix("@") == handle.casefold()
    alone = link.parent is not None and html.words(link.parent) == words
    parts = (part.casefold() for part in re.findall(r"[^\W\d_]+", name) if len(part) >= _TELLING)
    return called and (alone or any(part in handle.casefold() for part in parts))
