from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from incumbent import sources
from incumbent.errors import SourceError
from incumbent.freshness import assess
from incumbent.sources import registry
from incumbent.sources.base import Context, Parsed
from incumbent.titles import parse_titles
from tests.sources.pages import CONTEXT, snapshot
from tests.sources.spoilt import spoilt

BENCH = Path(__file__).resolve().parents[2] / "../shared/bench/congress-2015-02/roster.csv"
SENATE, HOUSE = "United States Senate", "United States House of Representatives"
READ = replace(CONTEXT, stated_at="2026-11-22", scope="complete")

MEMBERS: list[dict[str, Any]] = [
    {
        "id": {"bioguide": "R000901", "govtrack": 499901, "wikidata": "Q1", "fec": ["S8OH00001"], "thomas": "01560"},
        "name": {"first": "Jane", "last": "Roe", "official_full": "Jane Q. Roe"},
        "bio": {"birthday": "1960-01-01", "gender": "F"},
        "terms": [
            {"type": "rep", "start": "2017-01-03", "end": "2019-01-03", "state": "OH", "district": 9, "party": "Whig"},
            {"type": "sen", "start": "2019-01-03", "end": "2025-01-03", "state": "OH", "class": 1, "party": "Whig"},
            {"type": "sen", "start": "2025-01-03", "end": "2031-01-03", "state": "OH", "class": 1, "phone": "202"},
        ],
    },
    {
        "id": {"bioguide": "L000902"},
        "name": {"first": "Robert", "middle": "P.", "last": "Lee", "suffix": "Jr.", "nickname": "Bob"},
        "terms": [
            {"type": "rep", "start": "2025-01-03", "end": "2027-01-03", "state": "AK", "district": 0},
        ],
    },
    {
        "id": {"bioguide": "P000903", "wikidata": "Q3"},
        "name": {"first": "Ann", "last": "Poe"},
        "bio": {"died": "2026-05-06"},
        "terms": [
            {"type": "rep", "start": "2023-01-03", "end": "2025-01-03", "state": "NO", "district": -1},
            {"type": "rep", "start": "2025-01-03", "end": "2026-05-06", "state": "DC", "district": 0},
        ],
    },
    {
        "id": {"bioguide": "N000904"},
        "name": {"first": "Sam", "last": "Noe"},
        "terms": [{"type": "sen", "start": "2027-01-03", "end": "2033-01-03", "state": "VT", "class": 3}],
    },
]
MEDIA: list[dict[str, Any]] = [
    {
        "id": {"bioguide": "R000901", "govtrack": 499901, "thomas": "01560"},
        "social": {
            "twitter": "SenRoe", "twitter_id": 12345, "facebook": "214258646163", "facebook_id": None,
            "youtube": "SenatorRoe", "youtube_id": "UCabc", "instagram": "@senroe", "mastodon": "roe@social.example",
        },
    },
    {"id": {"bioguide": "L000902"}, "social": {"youtube_id": "UCdef", "bluesky": "lee.house.example"}},
]  # fmt: skip


def read(document: Any, settings: dict[str, Any] | None = None, context: Context = READ) -> Parsed:
    content = document if isinstance(document, str) else json.dumps(document)
    return sources.get("legislators").parse(snapshot(content, "text/plain"), settings or {}, context)


def said(parsed: Parsed, *columns: str) -> list[tuple[object, ...]]:
    wanted = columns or ("person", "person_ids", "post", "organisation", "event", "start", "end", "as_at", "scope")
    return parsed.claims.sort("locator").select(wanted).rows()


JANE = ("Jane Q. Roe", "bioguide:R000901;govtrack:499901;wikidata:Q1")
BOB = ('Robert P. "Bob" Lee, Jr.', "bioguide:L000902")
ANN = ("Ann Poe", "bioguide:P000903;wikidata:Q3")
NOW = ("holds", "2025-01-03", None, "2026-11-22", "complete")


@pytest.mark.parametrize("content", [json.dumps(MEMBERS), "\ufeff" + json.dumps(MEMBERS), yaml.safe_dump(MEMBERS)])
def test_terms_under_way_are_held_without_an_end(content: str) -> None:
    parsed = read(content)
    assert said(parsed) == [
        (*JANE, "Senator for OH, class 1", SENATE, *NOW),
        (*BOB, "Representative for AK, at large", HOUSE, *NOW),
    ]
    assert said(parsed, "locator", "quote")[0] == (
        "/0/terms/2",
        "Jane Q. Roe | Senator for OH, class 1 | 2025-01-03 to 2031-01-03",
    )
    assert parsed.account_claims.is_empty()


def test_past_terms_have_ends_and_are_no_whole_list() -> None:
    last = ("holds", "2025-01-03", "2026-05-06", None, "partial")
    assert said(read(MEMBERS, {"terms": "last"}))[2:] == [
        (*ANN, "Representative for DC, at large", HOUSE, *last),
        ("Sam Noe", "bioguide:N000904", "Senator for VT, class 3", SENATE, "announced_start", "2027-01-03", None, None,
         "partial"),
    ]  # fmt: skip
    every = said(read(MEMBERS, {"terms": "all"}), "locator", "post", "end", "status_note")
    assert every == [
        ("/0/terms/0", "Representative for OH district 9", "2019-01-03", None),
        ("/0/terms/1", "Senator for OH, class 1", "2025-01-03", None),
        ("/0/terms/2", "Senator for OH, class 1", None, None),
        ("/1/terms/0", "Representative for AK, at large", None, None),
        ("/2/terms/0", "Representative for NO", "2025-01-03", None),
        ("/2/terms/1", "Representative for DC, at large", "2026-05-06", "died"),
        ("/3/terms/0", "Senator for VT, class 3", None, None),
    ]
    assert [row[1] for row in said(read(MEMBERS, {"terms": "all", "types": ["sen"]}), "locator", "post")] == [
        "Senator for OH, class 1", "Senator for OH, class 1", "Senator for VT, class 3",
    ]  # fmt: skip


def test_a_term_is_under_way_until_its_last_day() -> None:
    for day, held in (("2025-01-02", 0), ("2025-01-03", 1), ("2027-01-02", 1), ("2027-01-03", 0)):
        assert read(MEMBERS[1:2], {}, replace(READ, stated_at=day)).claims.height == held
    with pytest.raises(SourceError, match="nobody knows when"):
        read(MEMBERS, {}, replace(READ, stated_at=None))


@pytest.mark.parametrize("content", [json.dumps(MEDIA), yaml.safe_dump(MEDIA)])
def test_social_media_are_accounts_of_ids(content: str) -> None:
    parsed = read(content, {}, replace(READ, stated_at="2026-11-22"))
    columns = ("locator", "person", "person_ids", "platform", "handle", "platform_id")
    jane = "bioguide:R000901;govtrack:499901"
    assert sorted(parsed.account_claims.select(columns).rows()) == [
        ("/0/social/facebook", None, jane, "facebook", "214258646163", None),
        ("/0/social/instagram", None, jane, "instagram", "senroe", None),
        ("/0/social/mastodon", None, jane, "mastodon", "roe@social.example", None),
        ("/0/social/twitter", None, jane, "x", "SenRoe", "12345"),
        ("/0/social/youtube", None, jane, "youtube", "SenatorRoe", "UCabc"),
        ("/1/social/bluesky", None, "bioguide:L000902", "bluesky", "lee.house.example", None),
    ]
    assert set(parsed.account_claims["kind"]) == {"official_personal"}
    assert set(parsed.account_claims["as_at"]) == {"2026-11-22"}
    assert parsed.claims.is_empty()
    ignored = read(content, {"ignore": ["facebook", "youtube"]}).account_claims
    assert set(ignored["platform"]) == {"x", "instagram", "mastodon", "bluesky"}


def test_current_members_are_not_leaving_and_past_ones_have_left() -> None:
    listed = read(MEMBERS[:2], {}, replace(READ, role="roster", source="list", publisher="A newspaper"))
    gone = read(MEMBERS[2:3], {}, replace(READ, role="roster", source="list", stated_at="2026-05-01"))
    evidence = read(MEMBERS, {"terms": "last"}, replace(READ, publisher="Legislators"))
    claims = pl.concat([listed.claims, gone.claims, evidence.claims])
    entries = assess(claims, "2026-11-22").entries
    verdicts = {row["listed_person"]: (row["verdict"], row["reasons"]) for row in entries.to_dicts()}
    assert verdicts == {JANE[0]: ("current", None), BOB[0]: ("current", None), ANN[0]: ("out_of_date", "died")}


@pytest.mark.shared
@pytest.mark.skipif(not BENCH.is_file(), reason="needs the labelled cases of ../shared/bench, not ours to publish")
def test_posts_read_as_the_same_seats_as_those_of_the_labelled_cases() -> None:
    listed = pl.read_csv(BENCH, infer_schema=False).select("post", "organisation").unique()
    states = listed.with_columns(
        pl.col("post").str.extract(r"for ([A-Z]{2})").alias("state"),
        pl.col("post").str.extract(r"(?:district|class) (\d+)").alias("number"),
    ).to_dicts()
    terms = [
        {"type": "sen" if row["organisation"] == SENATE else "rep", "start": "2025-01-03", "end": "2027-01-03",
         "state": row["state"], "class" if row["organisation"] == SENATE else "district": int(row["number"])}
        for row in states
    ]  # fmt: skip
    member = {"id": {"bioguide": "R000901"}, "name": {"first": "Jane", "last": "Roe"}, "terms": terms}
    ours = read([member], {"terms": "all"}).claims.select("post", "organisation").unique()
    assert ours.height == listed.height > 500
    keys = [set(parse_titles(one.sort("post"))["key"]) for one in (ours, listed)]
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ((0,), "Jane", "/0"),
        ((0, "terms"), None, "/0"),
        ((0, "terms"), {}, "/0/terms"),
        ((0, "terms", 2), [], "/0/terms/2"),
        ((0, "terms", 2, "type"), "prez", "/0/terms/2/type"),
        ((0, "terms", 2, "type"), None, "/0/terms/2"),
        ((0, "terms", 2, "start"), None, "/0/terms/2"),
        ((0, "terms", 2, "start"), "2025-01", "/0/terms/2/start"),
        ((0, "terms", 2, "start"), "2025-13-01", "/0/terms/2/start"),
        ((0, "terms", 2, "start"), 2025, "/0/terms/2/start"),
        ((0, "terms", 2, "end"), None, "/0/terms/2"),
        ((0, "terms", 2, "end"), "2024-01-03", "/0/terms/2/end"),
        ((0, "terms", 2, "state"), None, "/0/terms/2"),
        ((0, "terms", 2, "state"), "Ohio", "/0/terms/2/state"),
        ((0, "terms", 2, "class"), None, "/0/terms/2"),
        ((0, "terms", 2, "class"), 4, "/0/terms/2/class"),
        ((0, "terms", 2, "class"), "1", "/0/terms/2/class"),
        ((1, "terms", 0, "district"), None, "/1/terms/0"),
        ((1, "terms", 0, "district"), -2, "/1/terms/0/district"),
        ((1, "terms", 0, "district"), True, "/1/terms/0/district"),
        ((0, "name"), None, "/0"),
        ((0, "name", "official_full"), 7, "/0/name/official_full"),
        ((1, "name", "first"), None, "/1/name"),
        ((1, "name", "last"), "", "/1/name/last"),
        ((1, "name", "nickname"), [], "/1/name/nickname"),
        ((0, "id"), None, "/0"),
        ((0, "id", "bioguide"), None, "/0/id"),
        ((0, "id", "bioguide"), "R;1", "/0/id/bioguide"),
        ((0, "id", "govtrack"), [1], "/0/id/govtrack"),
        ((2, "bio"), "dead", "/2/bio"),
        ((2, "bio", "died"), 2026, "/2/bio/died"),
    ],
)  # fmt: skip
def test_a_spoilt_file_is_an_error_with_its_place(path: tuple[Any, ...], value: object, pointer: str) -> None:
    for write in (json.dumps, yaml.safe_dump):
        with pytest.raises(SourceError) as caught:
            read(write(spoilt(MEMBERS, path, value)))
        assert (caught.value.source, caught.value.locator) == ("page", pointer)


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ((0, "social"), None, "/0"),
        ((0, "social"), [], "/0/social"),
        ((0, "social", "myspace"), "roe", "/0/social/myspace"),
        ((0, "social", "twitter"), "two words", "/0/social/twitter"),
        ((0, "social", "twitter"), ["a"], "/0/social/twitter"),
        ((0, "social", "twitter_id"), {}, "/0/social/twitter_id"),
        ((0, "social", "youtube"), "a;b", "/0/social/youtube"),
        ((0, "social", "mastodon"), "roe", "/0/social/mastodon"),
        ((0, "id", "bioguide"), None, "/0/id"),
        ((0, "id"), "R000901", "/0/id"),
    ],
)
def test_a_spoilt_account_is_an_error_with_its_place(path: tuple[Any, ...], value: object, pointer: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(spoilt(MEDIA, path, value))
    assert caught.value.locator == pointer


def test_settings_are_checked() -> None:
    for settings in ({"terms": "past"}, {"types": []}, {"types": ["prez"]}):
        assert registry.settings_problem(sources.get("legislators"), settings)
