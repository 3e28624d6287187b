from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from incumbent.claims import ACCOUNT_CLAIMS
from tests.sources.govuk_documents import CAPTURED, faults, govuk_id, parse, person


def biography(html: Any, name: str = "Dame Jane Roe") -> dict[str, Any]:
    return person(name, details={"body": html, "full_name": name})


def accounts(html: Any, name: str = "Dame Jane Roe") -> set[tuple[str, str]]:
    found = parse("govuk_person", biography(html, name)).account_claims
    return set(found.select("platform", "handle").rows())


def item(url: str, words: str) -> str:
    return f'<ul><li><a rel="external" href="{url}">{words}</a></li></ul>'


def test_an_account_linked_is_a_claim_of_the_page() -> None:
    body = f"<p>Jane works.</p>{item('https://twitter.com/WorksJane', 'Twitter')}"
    claims = parse("govuk_person", biography(body), source_url="https://www.gov.uk/api/content/x").account_claims
    assert dict(claims.schema) == ACCOUNT_CLAIMS
    row = claims.drop("claim_id", "snapshot").row(0, named=True)
    assert {name: value for name, value in row.items() if value is not None} == {
        "roster": "works",
        "source": "govuk",
        "publisher": "GOV.UK",
        "source_url": "https://www.gov.uk/api/content/x",
        "locator": "/details/body",
        "person": "Dame Jane Roe",
        "person_ids": govuk_id("Dame Jane Roe"),
        "platform": "x",
        "handle": "WorksJane",
        "as_at": CAPTURED,
        "stated_at": CAPTURED,
        "seen_at": CAPTURED,
        "quote": "Dame Jane Roe | x | WorksJane",
    }


@pytest.mark.parametrize(
    ("url", "words", "platform", "handle"),
    [
        ("https://x.com/Clerk_1", "X", "x", "Clerk_1"),
        ("https://www.twitter.com/Clerk_1/", "@clerk_1", "x", "Clerk_1"),
        ("http://mobile.twitter.com/Clerk_1?lang=en", "twitter.com/clerk_1", "x", "Clerk_1"),
        ("https://bsky.app/profile/clerk.works.example", "Bluesky", "bluesky", "clerk.works.example"),
        ("https://social.example/@clerk", "Mastodon", "mastodon", "clerk@social.example"),
        ("https://Social.example/@Clerk", "@clerk@social.example", "mastodon", "Clerk@social.example"),
    ],
)
def test_addresses_of_profiles(url: str, words: str, platform: str, handle: str) -> None:
    assert accounts(item(url, words)) == {(platform, handle)}


def test_a_link_in_a_sentence_counts_where_the_handle_has_the_name() -> None:
    sentence = '<p>She tweets as <a href="https://x.com/{0}">@{0}</a>, and likes canals.</p>'
    assert accounts(sentence.format("JanetheClerk")) == {("x", "JanetheClerk")}
    assert accounts(sentence.format("MinistryOfWorks")) == set()
    assert accounts(sentence.format("roeworks"), "Al Roe") == set()  # three letters may be an accident


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "plain words, https://x.com/janeroe",
        item("https://x.com/janeroe/status/12", "X"),
        item("https://x.com/intent", "X"),
        item("https://x.com/janeroe", "the latest from the Ministry of Works"),
        item("https://xx.com/janeroe", "X"),
        item("https://threads.example/@janeroe", "Threads"),
        item("https://threads.example/@janeroe", "@janeroe"),
        item("https://bsky.app/profile/jane", "Bluesky"),
        item("https://bsky.app/profile/..", "Bluesky"),
        item("https://localhost/@jane", "Mastodon"),
        item("mailto:x.com/janeroe", "X"),
        item("//x.com/janeroe", "X"),
        item("https://[x.com/janeroe", "X"),
        "<a>X</a><a href>X</a>",
        '<p>Follow the Ministry on <a href="https://x.com/MinistryOfWorks">Twitter</a>.</p>',
        item("https://x.com/janeroe", "X") + item("https://twitter.com/JaneRoe2", "Twitter"),
    ],
)
def test_what_is_not_presented_as_the_persons_own_is_left_out(body: str | None) -> None:
    assert accounts(body) == set()


def test_one_account_linked_twice_is_one_and_platforms_are_apart() -> None:
    body = item("https://x.com/JaneRoe", "X") + item("https://twitter.com/janeroe", "Twitter")
    assert accounts(body + item("https://bsky.app/profile/jane.example", "Bluesky")) == {
        ("x", "JaneRoe"),
        ("bluesky", "jane.example"),
    }


def test_withdrawn_pages_unwanted_accounts_and_what_is_no_text() -> None:
    document = biography(item("https://x.com/JaneRoe", "X"))
    assert parse("govuk_person", document, {"accounts": False}).height == 0
    withdrawn = {**document, "withdrawn_notice": {"withdrawn_at": "2020-01-01T00:00:00Z"}}
    assert parse("govuk_person", withdrawn).height == 0
    assert faults("govuk_person", biography(["x"]))[:2] == ("the value is not a text", "/details/body")
    assert faults("govuk_person", {**document, "details": None})[1] == "/details"
    assert parse("govuk_person", document).account_claims.filter(pl.col("state").is_not_null()).is_empty()
