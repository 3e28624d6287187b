from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from incumbent import sources
from incumbent.errors import SourceError
from incumbent.sources import registry
from incumbent.sources.base import Links
from tests.sources.pages import CONTEXT, snapshot
from tests.sources.spoilt import spoilt

QUERY = "https://catalogue.example/api/3/action/package_search?fq=organogram&rows=2"
FILES = "https://files.example/"


def resource(path: str, **more: object) -> dict[str, Any]:
    return {
        "url": FILES + path,
        "format": "CSV",
        "name": None,
        "created": "2026-01-02T03:04:05.678",
        "state": "active",
        **more,
    }


def answer(count: int = 2) -> dict[str, Any]:
    works = [
        resource("works/2025-08-13T11-08-22Z-2025-06-30-organogram-senior.csv", **{"datafile-date": "2025-06-30"}),
        resource("works/2025-08-13T11-08-22Z-2025-06-30-organogram-junior.csv", **{"datafile-date": "2025-06-30"}),
        resource("works/senior-a.csv", name="2025-03-31 Organogram (Senior)", **{"datafile-date": ""}),
        resource("works/senior b.csv", name="Organogram (Senior) 31/03/2025", format=".csv"),
        resource("works/30092024-senior.csv"),
        resource("works/senior-old.csv", created="2019-05-06T01:02:03"),
        resource("works/senior.pdf", format="PDF"),
        resource("works/senior.xls", format=None),
        resource("works/senior-gone.csv", state="deleted"),
    ]
    locks = [resource("locks/senior.csv", created=None)]
    return {
        "help": "https://catalogue.example/help",
        "success": True,
        "result": {
            "count": count,
            "results": [
                {"name": "organogram-works", "title": "Staff", "organization": {"name": "works"}, "resources": works},
                {"name": "locks", "title": "Organogram of Locks", "organization": None, "resources": locks},
            ],
        },
    }


def links(document: Any, settings: dict[str, Any] | None = None, url: str = QUERY) -> Links:
    page = replace(snapshot(json.dumps(document), "application/json"), url=url)
    assert sources.get("ckan").parse(page, settings or {}, CONTEXT).height == 0
    return registry.links("ckan", page, settings or {}, CONTEXT)


def named(settings: dict[str, Any]) -> list[str]:
    pages = links(answer(), settings).pages
    assert all(page.startswith(FILES) for page in pages)
    return [page.removeprefix(FILES) for page in pages]


NEW = "works/2025-08-13T11-08-22Z-2025-06-30-organogram-senior.csv"


def test_files_are_chosen_by_format_and_name() -> None:
    assert named({"names": "senior"}) == [
        NEW,
        "works/senior-a.csv",
        "works/senior%20b.csv",
        "works/30092024-senior.csv",
        "works/senior-old.csv",
        "locks/senior.csv",
    ]
    assert named({"not_names": "junior", "latest": 1}) == [NEW, "locks/senior.csv"]
    assert named({"formats": ["pdf"]}) == ["works/senior.pdf"]
    assert named({"datasets": "^locks|nothing"}) == ["locks/senior.csv"]
    assert named({"datasets": "of locks"}) == ["locks/senior.csv"]


def test_the_newest_are_those_of_the_newest_dates() -> None:
    senior = {"names": "SENIOR"}
    assert named({**senior, "latest": 2}) == [NEW, "works/senior-a.csv", "works/senior%20b.csv", "locks/senior.csv"]
    assert named({**senior, "latest": 3})[3] == "works/30092024-senior.csv"
    assert named({**senior, "latest": 4})[4] == "works/senior-old.csv"
    assert named({**senior, "earliest": "2025"}) == [NEW, "works/senior-a.csv", "works/senior%20b.csv"]


def test_the_newest_may_be_those_of_a_dataset() -> None:
    document = answer()
    document["result"]["results"][1]["organization"] = {"name": "works"}
    assert len(links(document, {"names": "senior", "latest": 1}).pages) == 1
    assert len(links(document, {"names": "senior", "latest": 1, "per": "dataset"}).pages) == 2


def test_the_catalogue_is_read_page_by_page() -> None:
    assert links(answer(2)).more == ()
    assert links(answer(5)).more == (QUERY + "&start=2",)
    assert links(answer(5), url=QUERY + "&start=2").more == (QUERY + "&start=4",)
    assert links(answer(4), url=QUERY + "&start=2").more == ()
    empty = answer(5)
    empty["result"]["results"] = []
    with pytest.raises(SourceError, match="stops before") as caught:
        links(empty, url=QUERY + "&start=4")
    assert caught.value.locator == "/result/count"
    empty["result"]["count"] = 0
    assert links(empty) == Links()


FIRST = "/result/results/0/resources/0"


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (("success",), None, "/"),
        (("success",), "true", "/success"),
        (("success",), False, "/success"),
        (("result",), None, "/"),
        (("result", "count"), None, "/result"),
        (("result", "count"), "many", "/result/count"),
        (("result", "results"), None, "/result"),
        (("result", "results"), {}, "/result/results"),
        (("result", "results", 0), "works", "/result/results/0"),
        (("result", "results", 0, "name"), None, "/result/results/0"),
        (("result", "results", 0, "title"), 5, "/result/results/0/title"),
        (("result", "results", 0, "organization"), "works", "/result/results/0/organization"),
        (("result", "results", 0, "organization", "name"), 5, "/result/results/0/organization/name"),
        (("result", "results", 0, "resources"), None, "/result/results/0"),
        (("result", "results", 0, "resources"), 5, "/result/results/0/resources"),
        (("result", "results", 0, "resources", 0, "url"), None, FIRST),
        (("result", "results", 0, "resources", 0, "url"), "ftp://files.example/senior.csv", FIRST + "/url"),
        (("result", "results", 0, "resources", 0, "url"), "https://files.example/senior\x00", FIRST + "/url"),
        (("result", "results", 0, "resources", 0, "url"), 5, FIRST + "/url"),
        (("result", "results", 0, "resources", 0, "format"), 5, FIRST + "/format"),
        (("result", "results", 0, "resources", 0, "name"), [], FIRST + "/name"),
        (("result", "results", 0, "resources", 0, "state"), True, FIRST + "/state"),
        (("result", "results", 0, "resources", 0, "datafile-date"), 2025, FIRST + "/datafile-date"),
    ],
)
def test_a_spoilt_answer_is_an_error_with_its_place(path: tuple[Any, ...], value: object, pointer: str) -> None:
    document = spoilt(answer(), path, value)
    with pytest.raises(SourceError) as caught:
        registry.links("ckan", replace(snapshot(json.dumps(document)), url=QUERY), {}, CONTEXT)
    assert (caught.value.source, caught.value.locator) == ("page", pointer)


def test_a_failure_is_told_in_the_catalogues_words() -> None:
    failed = {"success": False, "error": {"message": "Search error", "__type": "Search Error"}}
    for call in (registry.links, lambda name, *rest: sources.get(name).parse(*rest)):
        with pytest.raises(SourceError, match="Search error"):
            call("ckan", snapshot(json.dumps(failed)), {}, CONTEXT)


@pytest.mark.parametrize(
    "settings", [{"names": "("}, {"latest": 0}, {"earliest": "May"}, {"formats": []}, {"per": "x"}]
)
def test_settings_are_checked(settings: dict[str, Any]) -> None:
    assert registry.settings_problem(sources.get("ckan"), settings)
