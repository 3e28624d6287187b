"""Organisations: what is the same body under other words, a later name of it, or a part of it.

parse_organisations(names) -> name, key, display, country, core, stated
compare_organisations(pairs: left, right) -> + relation (same | renamed | part_of | different), score, reason

What is known comes from data/organisations (README.md there says whence). For a body that nobody listed: the order of
words, fillers, abbreviations, an apostrophe or a plural s, "ministry" or "department", and one typing error make no
difference; a country that both names give, a number, or any other word does.
"""

from __future__ import annotations

from incumbent.organisations.matching import (
    compare_organisations,
    organisation_block_keys,
    organisation_slug,
    organisation_slugs,
)
from incumbent.organisations.parsing import parse_organisations

__all__ = [
    "compare_organisations",
    "organisation_block_keys",
    "organisation_slug",
    "organisation_slugs",
    "parse_organisations",
]
