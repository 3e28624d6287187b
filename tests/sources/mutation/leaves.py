"""What a parser may do without, or cannot tell from what is sound, each with the reason: LEAVES, by adapter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.sources.mutation.fields import ABSENT, TYPES

EMPTY = frozenset(("empty",))
NULL = frozenset(("removed", "null"))
GARBLED, EMPTIED = frozenset(("garbled",)), frozenset(("emptied",))


@dataclass(frozen=True)
class Leave:
    """Variants that may give claims, or with `beside` an error about that neighbour of the field.

    path: as Variant.path, `*` for a part of it without slash, `**` for any.
    """

    path: str
    kinds: frozenset[str]
    why: str
    beside: str = ""

    def fits(self, path: str, kind: str) -> bool:
        pattern = re.escape(self.path).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        return kind in self.kinds and re.fullmatch(pattern, path) is not None


_WORDS = "free words: nothing tells a name, a title or a body from other words"
_NO_LINKS = "GOV.UK leaves out sets of links that are empty; the roster's `minimum` guards the list"
_SCHEMA = "the frontend schema has it optional; nothing is withdrawn unless it is said"
_ASKED_FIELDS = "sent only where it is asked for and there is one: what is not told is not known, and never zero"
_NO_ROWS = "an empty list is a list without rows; the roster's `minimum` says whether there must be some"

LEAVES: dict[str, tuple[Leave, ...]] = {
    "csv": (
        Leave("Name, line *", GARBLED, _WORDS),
        Leave("Post, line *", GARBLED, _WORDS),
        Leave("Body, line *", GARBLED, _WORDS),
        Leave("From, line *", EMPTIED, "not among the fields that the settings require"),
        Leave("Who, line *", GARBLED, _WORDS),
        Leave("Network, line *", GARBLED, "any platform may be told of, also one that we cannot ask"),
        Leave(
            "Handle, line *", GARBLED, "platforms differ in what a handle is; theirs are checked where they are asked"
        ),
        Leave("Posts, line *", EMPTIED, "not among the fields that the settings require"),
    ),
    "json": (
        Leave("/links/people", EMPTY, _NO_ROWS),
        Leave(
            "/links/people/*/ids", frozenset(("number", "text")), "one identifier alone may stand for a list of them"
        ),
        Leave("/links/people/*/ids/*", frozenset(("number",)), "identifiers are numbers at some publishers"),
    ),
    "mediawiki_table": (
        Leave("table.sortable td:nth(3)", EMPTIED, "not among the fields that the settings require"),
        Leave(
            "table.sortable td a:nth(1)", frozenset(("renamed",)), "a name that links to no article has no identifier"
        ),
        Leave("table.sortable td a:nth(1)@href", ABSENT, "a name that links to no article has no identifier"),
    ),
    "organogram": (
        Leave("Name, line *", GARBLED, _WORDS),
        Leave("Job Title, line *", GARBLED, _WORDS),
        Leave("Organisation, line *", GARBLED, _WORDS),
        Leave("Organisation, line *", EMPTIED, "then the parent department is the body"),
        Leave(
            "Grade (or equivalent), line *",
            GARBLED,
            "departments have grades of their own; only those asked for are read",
        ),
    ),
    "wayback": (
        Leave("field 1, line *", GARBLED, "the index's own key of a page is not ours to judge"),
        Leave("field 3, line *", GARBLED, "an address that is no web page's is a capture of something else, left out"),
        Leave("field 4, line *", GARBLED, "media types are many; only those that the settings want are captured"),
        Leave("field 6, line *", GARBLED, "a digest is any text; it only tells the same content from other"),
        Leave("field 7, line *", GARBLED, "the length is not used"),
        Leave("line 5", GARBLED, "a resume key is any text, sent back as it came"),
    ),
    "ukgwa": (Leave("line *, /status", ABSENT, "pywb leaves it out for a capture that repeats an earlier one"),),
    "ckan": (
        Leave("/result/results", EMPTY, "told where the catalogue says how many there are", beside="count"),
        Leave("/result/results/*/title", ABSENT, "the name alone tells what the dataset is"),
        Leave("/result/results/*/organization", ABSENT | {"object"}, "a dataset of no organisation is one by itself"),
        Leave("/result/results/*/organization/name", ABSENT, "a dataset of no organisation is one by itself"),
        Leave("/result/results/*/resources", EMPTY, "a dataset may have no file"),
        Leave(
            "/result/results/*/resources/*", EMPTY, "a file without a format is none of those wanted; many have none"
        ),
        Leave("/result/results/*/resources/*/format", ABSENT, "a file without a format is none of those wanted"),
        Leave("/result/results/*/resources/*/name", ABSENT, "publishers leave it out; the address tells too"),
        Leave("/result/results/*/resources/*/description", ABSENT, "publishers leave it out; the address tells too"),
        Leave("/result/results/*/resources/*/state", ABSENT, "only `deleted` means anything"),
        Leave(
            "/result/results/*/resources/*/datafile-date", ABSENT, "then the name, the address or `created` dates it"
        ),
        Leave("/result/results/*/resources/*/created", ABSENT, "a file without a date is the oldest"),
    ),
    "legislators": (
        Leave(
            "/*/id/govtrack",
            NULL | {"text"},
            "one of several ids, which newcomers lack; a text of digits is the same id",
        ),
        Leave("/*/id/wikidata", NULL | {"number"}, "one of several ids, which newcomers lack"),
        Leave("/*/name/official_full", ABSENT, "then the name is put together from its parts"),
        Leave("/*/name/middle", ABSENT, "not everybody has one"),
        Leave("/*/name/nickname", ABSENT, "not everybody has one"),
        Leave("/*/name/suffix", ABSENT, "not everybody has one"),
        Leave("/*/bio", ABSENT, "only the day of death is read of it"),
        Leave("/*/bio/died", ABSENT, "most are alive"),
        Leave("/*/terms", EMPTY, "an empty list is a list without rows; `minimum` says how many members there must be"),
        Leave("/*/social", EMPTY, "a member may have no account"),
        Leave("/*/social/facebook", NULL | {"number"}, "a member may lack the account; a handle may be all digits"),
        Leave("/*/social/twitter", NULL | {"number"}, "a member may lack the account; a handle may be all digits"),
        Leave("/*/social/mastodon", NULL, "a member may lack the account"),
        Leave("/*/social/twitter_id", NULL | {"text"}, "known of some accounts only; a text of digits is the same id"),
        Leave(
            "/*/social/youtube_id", ABSENT | TYPES, "a number without a handle is not read: it names no account to show"
        ),
    ),
    "wikidata": (
        Leave("/results/bindings", EMPTY, "a query may find nobody; `minimum` says whether it must"),
        Leave("/results/bindings/*/*", NULL, "what an OPTIONAL clause does not find is left out of its row"),
        Leave("/entities", EMPTY, "no entity, no claim; `minimum` says whether there must be some"),
        Leave("/entities/*", frozenset(("removed",)), "no entity, no claim; `minimum` says whether there must be some"),
        Leave("/entities/*/claims", EMPTY, "an item may lack statements"),
        Leave(
            "/entities/*/claims/*", frozenset(("removed", "empty")), "an item has the properties that somebody entered"
        ),
        Leave("/entities/*/claims/*/*/qualifiers", ABSENT, "a statement may have none"),
        Leave("/entities/*/claims/*/*/qualifiers/*", frozenset(("removed", "empty")), "a statement has those entered"),
        Leave("/entities/*/labels", ABSENT, "without a label in a language asked for, the id is the name"),
        Leave("/entities/*/labels/mul", frozenset(("removed",)), "without a label, the id is the name"),
    ),
    "govuk_organisation": (
        Leave("/withdrawn_notice", NULL, _SCHEMA),
        Leave("/details/organisation_govuk_status/updated_at", NULL, "GOV.UK does not know when every body ended"),
        Leave("/links", EMPTY, _NO_LINKS),
        Leave("/links/ordered_*", ABSENT, _NO_LINKS),
        Leave("/links/*/*/base_path", NULL, "a person without a page is named, and not followed"),
        Leave("/links/*/*/links", EMPTY, _NO_LINKS),
        Leave("/links/*/*/links/role_appointments", ABSENT, _NO_LINKS),
        Leave("/links/*/*/links/role_appointments/*/details/ended_on", NULL, "not ended, unless `current` says so"),
        Leave(
            "/links/*/*/links/role_appointments/*/details/ended_on", NULL, "it contradicts `current`", beside="current"
        ),
        Leave("/links/**/withdrawn", NULL, _SCHEMA),
    ),
    "govuk_person": (
        Leave("/links", EMPTY, _NO_LINKS),
        Leave("/links/role_appointments", ABSENT, _NO_LINKS),
        Leave("/links/role_appointments/*/details/ended_on", NULL, "not ended, unless `current` says so"),
        Leave("/links/role_appointments/*/details/ended_on", NULL, "it contradicts `current`", beside="current"),
        Leave("/links/role_appointments/*/links/role/*/links", EMPTY, _NO_LINKS),
        Leave("/links/**/ordered_parent_organisations", ABSENT, "a role of no organisation is a claim without one"),
        Leave("/links/**/ordered_parent_organisations/*/details", ABSENT, "older documents do not say how a body is"),
        Leave("/links/**/organisation_govuk_status", NULL, "older documents do not say how a body is"),
        Leave("/links/**/withdrawn", NULL, _SCHEMA),
    ),
    "govuk_organisations": (
        Leave("/results/*/details/closed_at", NULL, "GOV.UK does not know when every body ended"),
        Leave("/results/*/superseding_organisations", EMPTY, "a body may have no successor"),
    ),
    "govuk_search": (
        Leave("/description", frozenset(("null", "blank")), "an article may lack a summary"),
        Leave("/first_published_at", NULL, "then the day of the last change stands for it"),
        Leave("/public_updated_at", frozenset(("null",)), "then the day of publication stands for it"),
        Leave("/links", EMPTY, "an article may be tagged with nobody"),
        Leave("/links/people", ABSENT, "an article may be tagged with nobody"),
        Leave("/links/roles", ABSENT, "an article may be tagged with no role"),
        Leave("/withdrawn_notice", NULL, _SCHEMA),
    ),
    "bluesky": (
        Leave("/profiles", EMPTY, "actors that the batch leaves out are unknown, and asked for alone"),
        Leave("/profiles/*/labels", EMPTY, "most accounts have no label"),
        Leave("**/displayName", ABSENT, "the lexicon has it optional"),
        Leave("**/description", ABSENT, "the lexicon has it optional"),
        Leave("/message", ABSENT, "an error that does not say so is no sign that the account is gone: unknown"),
        Leave("/cursor", ABSENT, "the last page has none"),
        Leave("/feed", EMPTY, "an account may have written nothing"),
        Leave("/feed/*/reason", NULL, "a post of one's own has none"),
        Leave("/alsoKnownAs", EMPTY, "an identity may have lost its handle"),
    ),
    "mastodon": (
        Leave("/display_name", ABSENT, "an account may have none"),
        Leave("/note", frozenset(("blank",)), "an account may say nothing of itself"),
        Leave("/fields", EMPTY, "an account may have no fields"),
        Leave("/fields/*/value", frozenset(("blank",)), "a field may be empty"),
        Leave("/fields/*/verified_at", frozenset(("null",)), "a field that does not link back"),
        Leave("/indexable", frozenset(("null",)), "not said is no opt-out"),
        Leave("/noindex", NULL, "sent for a server's own accounts only"),
        Leave("/last_status_at", frozenset(("null",)), "an account without a status"),
        Leave("/moved", NULL, "most accounts have not moved"),
        Leave("/error", ABSENT | TYPES, "another page's 404 says nothing of an account: unknown"),
        Leave("/*/reblog", ABSENT | {"object"}, "whether there is one is all that is read of it"),
        Leave("/*/reblog/id", ABSENT | TYPES, "whether there is a boost is all that is read of it"),
    ),
    "x": (
        Leave("/data", ABSENT, "accounts in neither data nor errors are unknown"),
        Leave("/data", ABSENT, "told where the page says how many posts it has", beside="meta"),
        Leave("/data/*/name", ABSENT, "a display name is not what tells an account"),
        Leave("/data/*/description", ABSENT, _ASKED_FIELDS),
        Leave("/data/*/created_at", NULL, _ASKED_FIELDS),
        Leave("/data/*/entities", ABSENT, _ASKED_FIELDS),
        Leave("/data/*/entities/url", frozenset(("removed", "empty")), _ASKED_FIELDS),
        Leave("/data/*/entities/url/urls", ABSENT, _ASKED_FIELDS),
        Leave("/data/*/entities/url/urls/*/expanded_url", ABSENT, "then the address is the one that is shown"),
        Leave("/data/*/most_recent_post_id", NULL, _ASKED_FIELDS),
        Leave("/data/*/public_metrics", NULL, _ASKED_FIELDS),
        Leave("/data/*/referenced_posts", ABSENT, "a post that refers to none has none"),
        Leave("/errors", ABSENT, "accounts in neither data nor errors are unknown"),
        Leave("/meta/next_token", ABSENT, "the last page has none"),
    ),
}
