"""What the translated pattern matches, Python's pattern matches as frictionless anchors it."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incumbent.validation import patterns

TRANSLATED = (
    "[a-z]+", r"[^\s;]+", "^ab$", r"\d{4}-\d\d", "(a|b)(;(a|b))*", "(?:ab)?c", "a.c", r"\w{2,3}",
    r"\.x\(", "[a-]", r"[\d\-x]+", "",
    "[+*]", r"a\$",
)  # fmt: skip
LEFT = (
    "a|b", "(?i)a", "(?=a)a", r"(a)\1", "a*?", "a++", "a{,2}", r"\ba",
    "a^b", "[^^]", "[]a]", "é", "(a", "a)", "*", r"\u0061",
    "[[:alpha:]]", "(?P<x>a)", r"[\w&&a]", "a{1000}{1000}", "{", r"(a{999}){999}",
)  # fmt: skip
CELLS = ("", "a", "b", "ab", "abc", "c", "a;b", "a;b;a", "a-", "x", ".x(", "2026-01", "٢٠٢٦-01", "é", "a\n", "a$", " ",
         "+", "^",
         "\u00a0", "a c", "x-1", "Ab")  # fmt: skip


def proven(pattern: str, cells: tuple[str, ...]) -> list[bool]:
    regex = patterns.proof(pattern)
    assert regex is not None
    return pl.Series(cells).str.contains(regex).to_list()


@pytest.mark.parametrize("pattern", TRANSLATED)
def test_a_proof_holds(pattern: str) -> None:
    right = [re.compile(f"^{pattern}$").match(cell) is not None for cell in CELLS]
    found = proven(pattern, CELLS)
    assert all(sure <= true for sure, true in zip(found, right, strict=True))
    plain = [cell.isascii() and cell.isprintable() for cell in CELLS]
    assert [sure for sure, is_plain in zip(found, plain, strict=True) if is_plain] == [
        true for true, is_plain in zip(right, plain, strict=True) if is_plain
    ]


@pytest.mark.parametrize("pattern", LEFT)
def test_what_the_engines_may_read_otherwise_is_left_to_frictionless(pattern: str) -> None:
    assert patterns.proof(pattern) is None


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.sampled_from([*r"ab-]^[(|)*+?{2}.\d;$", r"\w", r"\s", "[a-c]", "[^", "(?:", "{1,2}", "é"]), max_size=8),
    st.lists(st.text("ab-]^[.2; \né٢_", max_size=5), min_size=1, max_size=20),
)
def test_no_pattern_is_proven_that_does_not_match(parts: list[str], cells: list[str]) -> None:
    pattern = "".join(parts)
    regex = patterns.proof(pattern)
    if regex is None:
        return
    try:
        python = re.compile(f"^{pattern}$")
    except re.error:
        return
    for cell, sure in zip(cells, pl.Series(cells).str.contains(regex), strict=True):
        assert not sure or python.match(cell), (pattern, cell)
