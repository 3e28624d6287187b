"""Titles: which office a title names, and whether two titles name the same one.

parse_titles(titles: post, organisation) -> + key, display, rank, acting, generic, seats
read_titles(titles: post, organisation) -> Reading, which the three others take, so that one reading serves them
split_posts(titles: post, organisation) -> post, organisation, part, key, organisation_key
compare_titles(pairs) -> + relation (same | renamed | similar | different), score, reason
title_blocking_keys(titles: post, organisation) -> post, organisation, key
related_titles(left, right, reading) -> the pairs of two lists that are related, found by keys and compared
post_slug(display_post, display_organisation) -> "second-permanent-secretary--ministry-of-defence"

What is known comes from data/titles (README.md there says whence); there is no rule here about any one office.
"""

from __future__ import annotations

from incumbent.titles.blocking import title_blocking_keys
from incumbent.titles.matching import compare_titles
from incumbent.titles.parsing import parse_titles, post_slug, split_posts
from incumbent.titles.reading import Reading, read_titles
from incumbent.titles.related import related_titles

__all__ = [
    "Reading",
    "compare_titles",
    "parse_titles",
    "post_slug",
    "read_titles",
    "related_titles",
    "split_posts",
    "title_blocking_keys",
]
