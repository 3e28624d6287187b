from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from incumbent.errors import SourceError
from incumbent.sources import yamltree
from incumbent.sources.jsontree import DEEPEST, Number
from tests.sources.pages import CONTEXT, snapshot


def load(text: str | bytes) -> Any:
    return yamltree.load(snapshot(text, "text/plain"), CONTEXT).value


def test_scalars_are_those_of_yaml_1_2_and_dates_are_texts() -> None:
    text = """
    state: NO
    none: ~
    empty:
    quoted: '01560'
    number: 400351
    octal: 0123
    decimal: 1.50
    truth: true
    day: 2012-06-23
    true: a key
    folded: >
      two
      lines
    list: [a, "2", null]
    """
    assert load(text) == {
        "state": "NO", "none": None, "empty": None, "quoted": "01560", "number": "400351", "octal": "0123",
        "decimal": "1.50", "truth": True, "day": "2012-06-23", "true": "a key", "folded": "two lines\n",
        "list": ["a", "2", None],
    }  # fmt: skip
    told = load(text)
    assert [type(told[key]) is Number for key in ("number", "octal", "decimal", "quoted", "day")] == [True] * 3 + [
        False
    ] * 2
    assert load("") is None
    assert load("plain") == "plain"


@pytest.mark.parametrize(
    ("text", "match", "place"),
    [
        ("a: 1\nb:\n  c: 2\n  c: 3\n", "stands twice", "line 4"),
        ("a: &x [1]\nb: *x\n", "aliases", "line 2"),
        ("a: !!python/object/apply:os.system [id]\n", "tags", "line 1"),
        ("a: 1\nb: !!binary aGk=\n", "tags", "line 2"),
        ("!thing {a: 1}\n", "tags", "line 1"),
        ("? [1]\n: 2\n", "not a text", "line 1"),
        ("a\n---\nb\n", "second document", "line 2"),
        ("a: [1\n", "not YAML", "line 2"),
        ("a: 1\n b: 2\n", "not YAML", "line 2"),
        ("a: \x00\n", "not YAML", "/"),
        ("[" * 100_000, "nested", "line 1"),
        ("- " * 100_000, "nested", "line 1"),
        ("{a: " * (DEEPEST + 1), "nested", "line 1"),
    ],
)
def test_anything_else_is_an_error_with_its_line(text: str, match: str, place: str) -> None:
    with pytest.raises(SourceError, match=match) as caught:
        load(text)
    assert (caught.value.source, caught.value.locator) == ("page", place)


def test_what_is_as_deep_as_allowed_is_read() -> None:
    assert load("[" * DEEPEST + "]" * DEEPEST) is not None


PLAIN = st.recursive(
    st.none() | st.booleans() | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_what_is_written_is_read_again(document: Any) -> None:
    assert load(yaml.safe_dump(document, allow_unicode=True)) == document
    assert load(json.dumps(document, ensure_ascii=False)) == document


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_any_text_is_a_document_or_the_typed_error(text: str | bytes) -> None:
    try:
        load(text)
    except SourceError as error:
        assert error.locator
