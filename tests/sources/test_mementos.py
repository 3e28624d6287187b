from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incumbent.sources.mementos import ARCHIVES, Memento, memento_of, memento_url

WAYBACK = "https://web.archive.org/web/"
UKGWA = "https://webarchive.nationalarchives.gov.uk/ukgwa/"


@pytest.mark.parametrize(
    ("url", "original"),
    [
        (
            f"{WAYBACK}20120523104700id_/http://works.example/people?page=2#top",
            "http://works.example/people?page=2#top",
        ),
        (f"{WAYBACK}20120523104700id_/http://Works.Example:80", "http://works.example/"),
        (f"{WAYBACK}20120523104700id_/https://works.example:443/a:b", "https://works.example/a:b"),
        (f"{WAYBACK}20120523104700id_/http://works.example:8080/a", "http://works.example:8080/a"),
        (f"{WAYBACK}20120523104700id_/http:/works.example/a", "http://works.example/a"),
        (f"{WAYBACK}20120523104700id_/www.works.example/a?b", "http://www.works.example/a?b"),
        (f"{WAYBACK}20120523104700id_/http://works.example?b", "http://works.example/?b"),
        (f"{WAYBACK}20120523104700/http://works.example/", "http://works.example/"),
        (f"{UKGWA}20120523104700id_/http://works.example/a/", "http://works.example/a/"),
        (f"{UKGWA.removesuffix('ukgwa/')}20120523104700/http://works.example/a", "http://works.example/a"),
        ("http://web.archive.org/web/20120523104700id_/http://works.example/", "http://works.example/"),
    ],
)
def test_an_archives_address_tells_page_and_day(url: str, original: str) -> None:
    assert memento_of(url) == Memento(original, "2012-05-23", "2012-05-23T10:47:00Z")


@pytest.mark.parametrize(
    "url",
    [
        "https://works.example/web/20120523104700id_/http://works.example/",
        "https://web.archive.org.works.example/web/20120523104700id_/http://works.example/",
        f"{WAYBACK}2012id_/http://works.example/",
        f"{WAYBACK}20121323104700id_/http://works.example/",
        f"{WAYBACK}20120523104760id_/http://works.example/",
        f"{WAYBACK}19010523104700id_/http://works.example/",
        f"{WAYBACK}99991231235959id_/http://works.example/",
        f"{WAYBACK}２０１２0523104700id_/http://works.example/",
        f"{WAYBACK}*/http://works.example/",
        f"{WAYBACK}20120523104700id_/",
        f"{WAYBACK}20120523104700id_/ftp://works.example/",
        f"{WAYBACK}20120523104700id_/http://user@works.example/",
        f"{WAYBACK}20120523104700id_/http://works.example/\nSet-Cookie: a",
        "https://web.archive.org/cdx/search/cdx?url=works.example",
        "",
    ],
)
def test_other_addresses_are_no_mementos(url: str) -> None:
    assert memento_of(url) is None


@given(
    st.sampled_from(sorted(ARCHIVES)),
    st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2199, 12, 31)),
    st.from_regex(r"https?://[a-z]{1,8}\.example/[a-zA-Z0-9/?=&%._:;-]{0,30}", fullmatch=True),
)
def test_what_is_built_is_read_again(archive: str, moment: dt.datetime, original: str) -> None:
    found = memento_of(memento_url(archive, f"{moment:%Y%m%d%H%M%S}", original))
    assert found == Memento(original, f"{moment:%Y-%m-%d}", f"{moment:%Y-%m-%dT%H:%M:%SZ}")


@given(st.text(max_size=80))
def test_any_text_is_a_memento_or_none(text: str) -> None:
    assert memento_of(text) is None
    found = memento_of(f"{WAYBACK}20120523104700id_/{text}")
    assert found is None or found.original.startswith(("http://", "https://"))
