from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incumbent.errors import SourceError
from incumbent.sources import jsontree
from incumbent.sources.jsontree import Node
from tests.sources.pages import CONTEXT, snapshot

DOCUMENT = {
    "title": "Ministry of Works",
    "blank": " ",
    "none": None,
    "closed": False,
    "total": 12,
    "ratio": 2.50,
    "people": [{"name": "Jane Roe"}, {"name": 7}],
    "a/b": {"c~d": {"e": "deep"}},
}


def load(document: object = DOCUMENT) -> Node:
    text = document if isinstance(document, str) else json.dumps(document)
    return jsontree.load(snapshot(text, "application/json"), CONTEXT)


def test_values_by_name_and_type() -> None:
    root = load()
    assert root.text("title") == "Ministry of Works"
    assert root.truth("closed") is False
    assert root.optional_truth("closed") is False
    assert (root.integer("total"), root.optional_integer("total")) == (12, 12)
    assert root.text("a/b", "c~d", "e") == "deep"
    assert root.items("people")[0].text("name") == "Jane Roe"
    assert root.optional_items("people")[0].child("name").text() == "Jane Roe"
    assert list(root.members("a/b")) == ["c~d"]
    assert root.optional_members("a/b")["c~d"].text("e") == "deep"
    assert root.child("none").value is None


@pytest.mark.parametrize("keys", [("absent",), ("none",), ("absent", "below"), ("none", "below")])
def test_what_is_absent_or_null_is_optional(keys: tuple[str, ...]) -> None:
    root = load()
    assert root.optional(*keys) is None
    assert root.optional_text(*keys) is None
    assert root.optional_truth(*keys) is None
    assert root.optional_integer(*keys) is None
    assert root.optional_items(*keys) == []
    assert root.optional_members(*keys) == {}


def test_a_blank_text_is_none() -> None:
    assert load().optional_text("blank") is None


@pytest.mark.parametrize(
    ("ask", "locator", "value", "expected"),
    [
        (lambda root: root.text("absent"), "/", "title, blank", "absent"),
        (lambda root: root.text("none"), "/none", "null", "a text"),
        (lambda root: root.text("blank"), "/blank", " ", "a text"),
        (lambda root: root.text("total"), "/total", "12", "a text"),
        (lambda root: root.optional_text("total"), "/total", "12", "a text"),
        (lambda root: root.text("closed"), "/closed", "false", "a text"),
        (lambda root: root.text("people"), "/people", "an array", "a text"),
        (lambda root: root.items("people")[1].text("name"), "/people/1/name", "7", "a text"),
        (lambda root: root.text("a/b", "c~d"), "/a~1b/c~0d", "an object", "a text"),
        (lambda root: root.text("a/b", "c~d", "x"), "/a~1b/c~0d", "e", "x"),
        (lambda root: root.text("title", "x"), "/title", '"Ministry of Works"', "an object"),
        (lambda root: root.optional("title", "x"), "/title", '"Ministry of Works"', "an object"),
        (lambda root: root.child("people", "0"), "/people", "an array", "an object"),
        (lambda root: root.truth("total"), "/total", "12", "true | false"),
        (lambda root: root.optional_truth("title"), "/title", '"Ministry', "true | false"),
        (lambda root: root.integer("ratio"), "/ratio", "2.5", "a whole number"),
        (lambda root: root.integer("closed"), "/closed", "false", "a whole number"),
        (lambda root: root.optional_integer("title"), "/title", '"Ministry', "a whole number"),
        (lambda root: root.items("title"), "/title", '"Ministry', "an array"),
        (lambda root: root.items("none"), "/none", "null", "an array"),
        (lambda root: root.optional_items("a/b"), "/a~1b", "an object", "an array"),
        (lambda root: root.members("people"), "/people", "an array", "an object"),
        (lambda root: root.optional_members("total"), "/total", "12", "an object"),
    ],
)
def test_what_is_not_as_asked_is_raised_with_its_place(
    ask: Callable[[Node], Any], locator: str, value: str, expected: str
) -> None:
    with pytest.raises(SourceError) as caught:
        ask(load())
    assert (caught.value.source, caught.value.locator) == ("page", locator)
    assert caught.value.value.startswith(value.strip())
    assert caught.value.expected == expected


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "not JSON"),
        ("{", "line 1"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ("[NaN]", "NaN is not JSON"),
        ('["\\uD800"]', "surrogates"),
        ("[" * 100_000, "not JSON"),
        ("[" * 300 + "]" * 300, "nested more than 200 deep"),
    ],
)
def test_what_is_not_json_is_raised(document: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        load(document)


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert load('["\\ud83d\\ude00"]').items()[0].text() == "\N{GRINNING FACE}"


def test_numbers_stay_as_they_were_written() -> None:
    root = load('{"id": 12345678901234567890123, "price": 2.50, "many": ' + "9" * 5000 + "}")
    assert root.integer("id") == 12345678901234567890123
    assert str(root.child("price").value) == "2.50"
    with pytest.raises(SourceError, match="not a whole number"):
        root.integer("many")


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(document=ANY, keys=st.lists(st.text(max_size=3), max_size=3))
def test_any_question_to_any_document_has_an_answer_or_the_typed_error(document: Any, keys: list[str]) -> None:
    root = load(json.dumps(document))
    for name in (
        "child", "optional", "text", "optional_text", "truth", "optional_truth", "integer", "optional_integer",
        "items", "optional_items", "members", "optional_members",
    ):  # fmt: skip
        try:
            getattr(root, name)(*keys)
        except SourceError as error:
            assert error.source == "page"
            assert error.locator.startswith("/")
