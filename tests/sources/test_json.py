from __future__ import annotations

import json
import time

import pytest

from incumbent import sources
from incumbent.errors import SourceError
from tests.sources.pages import CONTEXT, snapshot

JANE = {
    "name": "Jane Roe",
    "role": {"title": "Director", "id": 7},
    "ids": ["wikidata:Q1", "x:2"],
    "meta": {"a": {"b": 1}},
    "dates": [{"on": "2012-06-01"}],
    "acting": False,
}
BOB = {"name": "Bob", "role": {"title": "Clerk", "id": 8}, "ids": [], "dates": [], "acting": True, "meta": None}
DOCUMENT = {"links": {"people": [JANE, BOB]}}
SETTINGS: dict[str, object] = {
    "rows": "links.people",
    "columns": {
        "name": "person", "role.title": "post", "ids": "person_ids", "dates.0.on": "start", "acting": "acting",
    },
    "ignore": ["role.id", "meta.*"],
    "constants": {"organisation": "Works", "event": "starts"},
}  # fmt: skip


def parse(document: object, settings: dict[str, object] = SETTINGS):  # type: ignore[no-untyped-def]
    text = document if isinstance(document, str) else json.dumps(document)
    return sources.get("json").parse(snapshot(text, "application/json"), settings, CONTEXT)


def test_objects_become_claims_by_paths() -> None:
    jane, bob = sorted(parse(DOCUMENT).claims.to_dicts(), key=lambda row: row["locator"])
    assert (jane["person"], jane["post"], jane["person_ids"], jane["start"], jane["acting"]) == (
        "Jane Roe", "Director", "wikidata:Q1;x:2", "2012-06-01", False,
    )  # fmt: skip
    assert jane["locator"] == "/links/people/0"
    assert (bob["person_ids"], bob["start"], bob["acting"], bob["locator"]) == (None, None, True, "/links/people/1")


def test_a_document_that_is_the_array() -> None:
    settings = {"columns": {"n": "person", "p": "post"}}
    assert parse([{"n": "Ann", "p": "Chair"}], settings).claims["locator"].to_list() == ["/0"]
    assert parse([], settings).claims.is_empty()
    assert parse({"a": [[{"n": "Ann", "p": "Chair"}]]}, {**settings, "rows": "a.0"}).claims.height == 1


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "not JSON"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ("[NaN]", "NaN is not JSON"),
        ("[" * 100_000, "not JSON"),
        ({"links": {}}, "ends early"),
        ({"links": {"people": {}}}, "not an array"),
        ({"links": {"people": ["Jane"]}}, "not an object"),
        ({"links": {"people": [{"name": "Jane"}]}}, "no row has a path"),
        ({"links": {"people": [{**JANE, "phone": "1"}]}}, "neither mapped nor ignored"),
        ({"links": {"people": [{**JANE, "_locator": "/1"}]}}, "neither mapped nor ignored"),
        ({"links": {"people": [{**JANE, "name": 7}]}}, "not what person can be"),
        ({"links": {"people": [{**JANE, "name": True}]}}, "not what person can be"),
        ({"links": {"people": [{**JANE, "name": ["Jane", "Roe"]}]}}, "not what person can be"),
        ({"links": {"people": [{**JANE, "ids": ["a:1", None]}]}}, "not what person_ids can be"),
        ({"links": {"people": [{**JANE, "ids": True}]}}, "not what person_ids can be"),
        ({"links": {"people": [{**JANE, "acting": 1}]}}, "not what acting can be"),
    ],
)
def test_what_is_not_as_stated_is_raised(document: object, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        parse(document)


def test_an_error_points_at_the_value() -> None:
    for changed, place in (({"name": 7}, "name"), ({"role": {"title": 1}}, "role/title"), ({"a/b~": "x"}, "a~1b~0")):
        with pytest.raises(SourceError) as raised:
            parse({"links": {"people": [BOB | {"dates": [{"on": "2012"}]}, JANE | changed]}})
        assert raised.value.locator == f"/links/people/1/{place}"


def test_a_looked_up_value_may_be_of_any_plain_type() -> None:
    settings = {
        "columns": {"n": "person", "p": "post", "in": "event"},
        "lookups": {"event": {"true": "holds", "0": "ends"}},
    }
    found = parse([{"n": "Ann", "p": "Chair", "in": True}, {"n": "Bob", "p": "Chair", "in": 0}], settings).claims
    assert found.sort("person")["event"].to_list() == ["holds", "ends"]


def test_rows_that_each_have_other_paths_cost_no_more_than_they_are_long() -> None:
    began = time.process_time()
    with pytest.raises(SourceError, match="neither mapped nor ignored"):
        parse({"links": {"people": [{**JANE, f"more{number}": 1} for number in range(6_000)]}})
    many = {str(number): 0 for number in range(30_000)}
    with pytest.raises(SourceError, match="stands twice"):
        parse(json.dumps(many)[:-1] + ', "29999": 1}')
    assert time.process_time() - began < 3
