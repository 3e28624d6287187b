from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from incumbent.errors import SourceError
from incumbent.sources import govuk_search
from incumbent.sources.base import Links
from tests.sources.govuk_documents import CAPTURED, faults, govuk_id, links, parse, person, role, told

ADAPTER = "govuk_search"
SITE = "https://www.gov.uk"
SEARCH = f"{SITE}/api/search.json?filter_format=press_release&count=2&q=permanent+secretary%26more"
APPOINTED = {
    "patterns": [
        r"(?P<person>.+?) (?P<event>appointed|to retire) (?:as )?(?P<post>Permanent Secretary.*)",
        r"The Prime Minister has appointed (?P<person>.+) as (?P<post>.+) at the (?P<organisation>.+)\.",
    ],
    "lookups": {"event": {"appointed": "announced_start", "to retire": "announced_end"}},
    "constants": {"event": "announced_start"},
}


def results(*paths: str, start: int = 0, total: int = 2) -> dict[str, Any]:
    return {
        "results": [{"title": "Some news", "link": path, "_id": path} for path in paths], "total": total,
        "start": start, "aggregates": {}, "suggested_queries": [], "es_cluster": "A",
    }  # fmt: skip


def article(title: str, description: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "schema_name": "news_article", "document_type": "press_release", "title": title, "description": description,
        "content_id": "5dc52233-7631-4e4a-a3cb-005056011aef", "base_path": "/government/news/x", "locale": "en",
        "first_published_at": "2026-03-01T09:30:00.000+00:00", "public_updated_at": "2026-03-02T23:30:00.000+01:00",
        "details": {"body": "<p>Jane Roe was never here.</p>"}, "links": {}, "withdrawn_notice": {}, **more,
    }  # fmt: skip


def test_results_lead_to_content_items_and_to_more_results() -> None:
    found = links(ADAPTER, results("/government/news/a", "/government/news/b", total=5), url=SEARCH)
    assert found == Links(
        more=(f"{SEARCH}&start=2",),
        pages=(f"{SITE}/api/content/government/news/a", f"{SITE}/api/content/government/news/b"),
    )
    last = links(ADAPTER, results("/government/news/e", start=4, total=5), url=f"{SEARCH}&start=4")
    assert last == Links(pages=(f"{SITE}/api/content/government/news/e",))
    middle = links(ADAPTER, results("/a", "/b", start=2, total=5), url=f"{SEARCH}&start=2")
    assert middle.more == (f"{SEARCH}&start=4",)
    assert links(ADAPTER, results(total=0), url=SEARCH) == Links()


def test_results_elsewhere_are_left_out() -> None:
    assert links(ADAPTER, results("https://elsewhere.example/a", "/b"), url=SEARCH).pages == (f"{SITE}/api/content/b",)


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (results(total=5), "end before their total"),
        ({**results("/a"), "results": None}, "not an array"),
        ({**results("/a"), "start": "0"}, "not a whole number"),
        ({**results("/a"), "total": None}, "not a whole number"),
        ({"results": [{"title": "x"}], "start": 0, "total": 1}, "lacks the key 'link'"),
        (results("/a b"), "not a path"),
    ],
)
def test_results_that_are_not_as_they_must_be(document: dict[str, Any], what: str) -> None:
    with pytest.raises(SourceError, match=what):
        links(ADAPTER, document, url=SEARCH)


def test_a_page_of_results_says_nothing_and_an_article_leads_nowhere() -> None:
    assert parse(ADAPTER, results("/a")).height == 0
    assert faults(ADAPTER, {"errors": []})[0] == "the object lacks the key 'results'"
    assert links(ADAPTER, article("x"), url=f"{SITE}/api/content/government/news/x") == Links()


def test_headlines_and_summaries_by_patterns() -> None:
    columns = ("person", "post", "organisation", "event", "start", "as_at", "stated_at", "locator")
    news = article("Jane Roe appointed as Permanent Secretary, Ministry of Works", "More to follow.")
    assert told(parse(ADAPTER, news, APPOINTED, scope="complete"), *columns, "quote", "scope") == {(
        "Jane Roe", "Permanent Secretary, Ministry of Works", None, "announced_start", None, None, "2026-03-02",
        "/title", "Jane Roe appointed as Permanent Secretary, Ministry of Works", "partial",
    )}  # fmt: skip
    leaving = article("Bob  Hay to retire Permanent Secretary")
    assert told(parse(ADAPTER, leaving, APPOINTED), "person", "event") == {("Bob Hay", "announced_end")}
    told_below = article(
        "News of the Works", "The Prime Minister has appointed Jane Roe as Clerk at the Ministry of Works."
    )
    assert told(parse(ADAPTER, told_below, APPOINTED), *columns) == {
        ("Jane Roe", "Clerk", "Ministry of Works", "announced_start", None, None, "2026-03-02", "/description")
    }
    assert parse(ADAPTER, article("Roads mended"), APPOINTED).height == 0
    assert parse(ADAPTER, news).height == 0


def test_the_same_words_twice_are_one_claim_and_the_day_is_the_last_on_which_they_changed() -> None:
    words = "Jane Roe appointed Permanent Secretary"
    parsed = parse(ADAPTER, article(words, words, public_updated_at=None), APPOINTED)
    assert told(parsed, "locator", "stated_at", "seen_at") == {("/title", "2026-03-01", CAPTURED)}


def test_the_person_tagged_gives_a_name_in_the_headline_its_id() -> None:
    words = "Jane Roe appointed Permanent Secretary"
    jane, bob = person("Dame Jane Roe DCB"), person("Bob Hay")
    for people, ids in (
        ([jane, bob], govuk_id("Dame Jane Roe DCB")),
        ([bob], None),
        ([jane, person("Jane Roe")], None),
    ):
        news = article(words, links={"people": people})
        assert told(parse(ADAPTER, news, APPOINTED), "person", "person_ids") == {("Jane Roe", ids)}


def test_an_article_about_one_person_and_one_role() -> None:
    jane, clerk = person("Jane Roe"), role("Clerk of the Works")
    columns = ("person", "person_ids", "post", "organisation", "event", "as_at", "stated_at", "locator")
    tagged = article("Roads mended", links={"people": [jane], "roles": [clerk]})
    assert told(parse(ADAPTER, tagged), *columns) == {(
        "Jane Roe", govuk_id("Jane Roe"), "Clerk of the Works", None, "holds", "2026-03-01", "2026-03-02",
        "/links/roles/0",
    )}  # fmt: skip
    assert parse(ADAPTER, tagged, {"tags": False}).height == 0
    for people, roles in (
        ([jane], []),
        ([], [clerk]),
        ([jane, person("Bob Hay")], [clerk]),
        ([jane], [clerk, role("X")]),
    ):
        assert parse(ADAPTER, article("Roads mended", links={"people": people, "roles": roles})).height == 0
    both = article("Jane Roe appointed Permanent Secretary", links={"people": [jane], "roles": [clerk]})
    assert told(parse(ADAPTER, both, APPOINTED), "event", "post") == {
        ("announced_start", "Permanent Secretary"),
        ("holds", "Clerk of the Works"),
    }


def test_a_withdrawn_article_says_nothing_more() -> None:
    news = article("Jane Roe appointed Permanent Secretary", withdrawn_notice={"withdrawn_at": "2026-05-01T00:00:00Z"})
    assert parse(ADAPTER, news, APPOINTED).height == 0


@pytest.mark.parametrize(
    ("changed", "what", "locator"),
    [
        ({"schema_name": "speech"}, "another schema", "/schema_name"),
        ({"title": None}, "not a text", "/title"),
        ({"description": 5}, "not a text", "/description"),
        ({"public_updated_at": "soon"}, "not a point in time", "/public_updated_at"),
        ({"public_updated_at": None, "first_published_at": None}, "not a text", "/first_published_at"),
        ({"links": {"people": {}}}, "not an array", "/links/people"),
        ({"links": {"people": [{}]}}, "lacks the key 'title'", "/links/people/0"),
        ({"links": {"roles": "x"}}, "not an array", "/links/roles"),
    ],
)
def test_articles_that_are_not_as_they_must_be(changed: dict[str, Any], what: str, locator: str) -> None:
    said, where, _ = faults(ADAPTER, {**article("Jane Roe appointed Permanent Secretary"), **changed}, APPOINTED)
    assert what in said
    assert where == locator
    assert parse(ADAPTER, {**article("x"), "schema_name": "speech"}, {"schemas": ["speech"]}).height == 0


def test_an_event_that_no_lookup_knows_is_an_error() -> None:
    settings = {**APPOINTED, "lookups": {"event": {"appointed": "announced_start"}}}
    said, where, expected = faults(ADAPTER, article("Bob Hay to retire Permanent Secretary"), settings)
    assert (said, where, expected) == ("the lookup of event lacks a value", "/title", "appointed")


@pytest.mark.parametrize(
    "wrong",
    [
        {"patterns": ["("]},
        {"patterns": ["no group"]},
        {"patterns": ["(?P<nobody>.+)"]},
        {"columns": {"a": "person"}},
        {"yields": ["accounts"]},
        {"schemas": []},
        {"lookups": {"event": {}}},
    ],
)
def test_settings(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        govuk_search.Settings.model_validate(wrong)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("best-practice-press-release",
         {("Jeremy Browne", "Minister of State for Crime Prevention", "2013-01-28", "2013-01-28")}),
        ("best-practice-news-story",
         {("Robert Goodwill MP", "Parliamentary Under Secretary of State for Transport", "2014-03-27", "2014-03-27")}),
        ("news_article_press_release", set()),
    ],
)  # fmt: skip
def test_news_as_govuk_sent_it(shared: Path, name: str, claims: set[tuple[str, ...]]) -> None:
    content = (shared / f"samples/govuk/news_article_{name}.json").read_text(encoding="utf-8")
    assert told(parse(ADAPTER, content), "person", "post", "as_at", "stated_at") == claims
    words = {"patterns": [r"(?P<organisation>\w+)’s One You campaign .*", "New (?P<organisation>FRANK) .*"]}
    named = parse(ADAPTER, content, {**words, "constants": {"event": "abolished"}, "tags": False})
    assert named.height == (name != "best-practice-news-story")
