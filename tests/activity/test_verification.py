"""Which accounts are believed: what is enough, what is not, and what the score adds up to."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from incumbent.platforms.verification import is_government
from tests.activity.said import PAGE, claim, decisions, judged, seen

A = "did:plc:aaa"
WIKI: dict[str, Any] = {"official": False}


def believed(*claims: dict[str, Any], **more: Any) -> str | None:
    """verified_by of the only account; None where it is not published."""
    accounts, _ = judged(claims, **more)
    return next((row["verified_by"] for row in accounts.values()), None)


def test_that_somebody_lists_a_handle_is_not_enough() -> None:
    assert believed(claim("ann.example", **WIKI)) is None
    assert (
        believed(claim("ann.example", **WIKI), claim("ann.example", "2026-02-01", official=False, source="b")) is None
    )
    check = seen("ann.example", A, "2026-01-02", links=f"{PAGE}ann-archer", posts=3)
    assert believed(claim("ann.example", **WIKI), observations=[check]) is None, "anybody can link to an official page"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"kind": "official_personal"}, "publication"),
        ({"kind": "role"}, "publication"),
        ({"kind": "role", "publisher": None}, None),
        ({"kind": "role", "person": None, "person_ids": "wikidata:Q1"}, "publication"),
        ({"source_url": f"{PAGE}ann-archer"}, "official_page"),
        ({"source_url": "https://gov.uk.evil.example/"}, None),
        ({"source_url": "https://www.gov.uk@evil.example/"}, None),
        ({"handle": "ann.harbour.gov.uk"}, "government_domain"),
        ({"handle": "ann@social.harbour.gov.uk", "platform": "mastodon"}, "government_domain"),
        ({"handle": "ann.gov.uk", "platform": "x"}, None),
    ],
)
def test_what_is_enough(more: dict[str, Any], expected: str | None) -> None:
    assert believed(claim(more.pop("handle", "ann.example"), **WIKI, **more)) == expected


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (f"https://a.example;{PAGE}x", "links_back"),
        ("http://wiki.example/Q1/", "links_back"),
        ("https://www.wiki.example/Q1", "links_back"),
        ("https://wiki.example/Q2", None),
        ("https://wiki.example/q1", None),
    ],
)
def test_an_account_that_the_platform_has_seen_link_back(links: str, expected: str | None) -> None:
    check = seen("ann.example", A, "2026-01-02", verified_links=links)
    assert believed(claim("ann.example", **WIKI), observations=[check]) == expected


def test_only_the_very_account_can_link_back() -> None:
    checks = [seen("ann.example", A, "2026-01-02"), seen("ann.example", "did:plc:b", "2026-05-02", verified_links=PAGE)]
    assert believed(claim("ann.example", **WIKI), observations=checks) is None


def test_somebody_who_has_looked_decides() -> None:
    assert believed(claim("ann.example", **WIKI), decisions=decisions(("Ann.example", None, "accept"))) == "curated"
    assert believed(claim("ann.example"), decisions=decisions(("ann.example", None, "reject"))) is None
    check = seen("ann.example", A, "2026-01-02")
    for number, expected in ((A, None), ("did:plc:b", "official_page")):
        turned_down = decisions(("ann.example", number, "reject"))
        assert believed(claim("ann.example"), observations=[check], decisions=turned_down) == expected


def test_evidence_adds_up() -> None:
    accounts, _ = judged([claim("ann.gov.uk", kind="role")], [seen("ann.gov.uk", A, "2026-01-02", verified_links=PAGE)])
    account = accounts[f"bluesky:{A}"]
    assert account["verified_by"] == "government_domain;links_back;official_page;publication"
    assert account["score"] == pytest.approx(1 - 0.1**3 * 0.3 * 0.8, abs=1e-4)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("www.gov.uk", True), ("gov.uk", True), ("house.gov", True), ("navy.mil", True), ("parliament.uk", True),
     ("raf.mod.uk", True), ("gov.scot", True), ("senedd.wales", True), ("minister.gov.au", True), ("gouv.fr", True),
     ("notgov.uk", False), ("gov.example", False), ("mygov.com", False), ("gov.uk.com", False), (None, None)],
)  # fmt: skip
def test_domains_that_only_a_government_is_given(host: str | None, expected: bool | None) -> None:
    assert (
        pl.DataFrame({"host": [host]}, schema={"host": pl.String}).select(is_government(pl.col("host"))).item()
        is expected
    )
