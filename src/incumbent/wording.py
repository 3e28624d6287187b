"""What the values of published fields are called where a person reads them: on a page, in a chart, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

#: Each reason of schemas/findings.json: what is wrong with the entry, in a few words.
REASONS: Mapping[str, str] = {
    "moved": "moved to another post",
    "left": "left",
    "retired": "retired",
    "died": "died",
    "replaced": "replaced by another holder",
    "not_listed": "no longer on a complete list",
    "acting_holder": "covered by somebody acting",
    "announced_departure": "departure announced",
    "announced_successor": "successor announced",
    "not_yet_started": "not yet started",
    "post_renamed": "post renamed",
    "post_abolished": "post abolished",
    "organisation_renamed": "organisation renamed",
    "vacant": "post vacant",
    "name_misspelt": "name misspelt",
    "title_changed": "title changed",
    "duplicate_entry": "listed twice",
    "missing_entry": "missing from the list",
    "disputed": "sources disagree",
    "account_gone": "account gone",
    "account_renamed": "account renamed",
    "account_taken": "handle taken by another",
}

#: Each platform, by the name that its readers know.
PLATFORMS: Mapping[str, str] = {"x": "X (Twitter)", "bluesky": "Bluesky", "mastodon": "Mastodon"}


def label(known: Mapping[str, str], value: str | None) -> str:
    """What `value` is called; one that has no name yet is called by its own words."""
    return known.get(value or "", (value or "").replace("_", " "))
