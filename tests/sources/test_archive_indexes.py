from __future__ import annotations

import gzip
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from incumbent import sources
from incumbent.errors import SourceError
from incumbent.sources import registry
from incumbent.sources.base import Links
from tests.sources.pages import CONTEXT, snapshot

WEB = "https://web.archive.org/web/"
UKGWA = "https://webarchive.nationalarchives.gov.uk/ukgwa/"
QUERY = "https://web.archive.org/cdx/search/cdx?url=works.example%2Fpeople&limit=7&showResumeKey=true"
INDEX = "https://webarchive.nationalarchives.gov.uk/ukgwa/cdx?url=works.example/people&output=json&limit="
SAMPLES = Path(__file__).resolve().parents[2] / "../shared/samples/wayback"

LINES = """\
example,works)/people 20110105101500 http://works.example:80/people text/html 200 AAAA 1800
example,works)/people 20110105101500 http://works.example:80/people text/html 200 AAAA 1800
example,works)/people 20110120101500 http://works.example/people text/html 200 BBBB 1810
example,works)/people 20110301101500 http://works.example/people warc/revisit - BBBB 500
example,works)/people 20110402101500 http://works.example/people text/html 302 CCCC 300
example,works)/people 20110403101500 http://works.example/people application/pdf 200 DDDD 9000
example,works)/people 20120510101500 https://works.example/people text/html 200 AAAA 1800
"""
ROWS = [
    {"urlkey": "example,works)/people", "timestamp": "20110105101500", "url": "http://works.example/people",
     "mime": "text/html", "status": "200", "digest": "AAAA", "length": "1800", "source": "ukgwa"},
    {"urlkey": "example,works)/people", "timestamp": "20110301101500", "url": "http://works.example/people",
     "mime": "warc/revisit", "digest": "AAAA", "length": "500"},
    {"urlkey": "example,works)/people", "timestamp": "20120510101500", "url": "http://works.example/people",
     "mime": "text/html", "status": "200", "digest": "-", "length": "1800"},
]  # fmt: skip


def links(content: str, settings: dict[str, object] | None = None, adapter: str = "wayback", url: str = QUERY) -> Links:
    page = replace(snapshot(content, "text/plain;charset=UTF-8"), url=url)
    assert sources.get(adapter).parse(page, settings or {}, CONTEXT).height == 0
    return registry.links(adapter, page, settings or {}, CONTEXT)


def jsonlines(rows: list[dict[str, str]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def stamps(found: Links, prefix: str = WEB) -> list[str]:
    assert all(page.startswith(prefix) and "id_/" in page for page in found.pages)
    return [page.removeprefix(prefix).partition("id_/")[0] for page in found.pages]


def test_captures_are_chosen_by_status_type_content_and_month() -> None:
    found = links(LINES)
    assert found == Links(
        pages=(
            f"{WEB}20110105101500id_/http://works.example:80/people",
            f"{WEB}20120510101500id_/https://works.example/people",
        )
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"every": "capture"}, ["20110105101500", "20110120101500", "20120510101500"]),
        (
            {"every": "capture", "distinct": False},
            ["20110105101500", "20110120101500", "20110301101500", "20120510101500"],
        ),
        ({"every": "day"}, ["20110105101500", "20110120101500", "20120510101500"]),
        ({"every": "month", "distinct": False}, ["20110105101500", "20110301101500", "20120510101500"]),
        ({"every": "year", "distinct": False}, ["20110105101500", "20120510101500"]),
        ({"every": "capture", "earliest": "2011-01-06", "latest": "2011"}, ["20110120101500"]),
        ({"every": "capture", "latest": "2011-01-05"}, ["20110105101500"]),
        ({"every": "capture", "statuses": ["302"]}, ["20110402101500"]),
        ({"mimetypes": ["application/pdf"]}, ["20110403101500"]),
    ],
)
def test_settings_choose(settings: dict[str, object], expected: list[str]) -> None:
    assert stamps(links(LINES, settings)) == expected


def test_pages_of_one_answer_are_counted_apart() -> None:
    other = LINES.replace("/people", "/board")
    assert len(links(LINES + other).pages) == 2 * len(links(LINES).pages)


def test_what_is_no_web_page_is_no_capture_of_one() -> None:
    assert links("example,works)/ 20110105101500 ftp://works.example/ text/html 200 AAAA 1\n") == Links()


def test_a_resume_key_is_sent_as_a_value() -> None:
    found = links(LINES + "\nexample%2Cworks%29%2F+20120510101501\n")
    assert found.more == (QUERY + "&resumeKey=example%252Cworks%2529%252F%2B20120510101501",)
    again = links(LINES + "\nlater%21\n", url=found.more[0])
    assert again.more == (QUERY + "&resumeKey=later%2521",)
    assert len(found.pages) == 2


@pytest.mark.parametrize("adapter", ["wayback", "ukgwa"])
def test_no_capture_is_an_answer(adapter: str) -> None:
    assert links("", adapter=adapter) == Links()


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_national_archives_answer_in_json_lines(ends: str) -> None:
    found = links(jsonlines(ROWS).replace("\n", ends) + ends, {"distinct": False}, "ukgwa", INDEX + "10")
    assert found == Links(
        pages=tuple(
            f"{UKGWA}{stamp}id_/http://works.example/people"
            for stamp in ("20110105101500", "20110301101500", "20120510101500")
        )
    )
    # Without a digest nothing says that it is the same page.
    assert stamps(links(jsonlines(ROWS), {}, "ukgwa", INDEX + "10"), UKGWA) == ["20110105101500", "20120510101500"]


def test_a_full_answer_of_the_national_archives_is_gone_on_from() -> None:
    assert links(jsonlines(ROWS), {}, "ukgwa", INDEX + "4").more == ()
    more = links(jsonlines(ROWS), {}, "ukgwa", INDEX + "3").more
    assert more == (INDEX + "3&from=20120510101501",)
    assert links(jsonlines(ROWS[:2]), {}, "ukgwa", more[0]).more == ()
    assert links(jsonlines(ROWS), {}, "ukgwa", more[0]).more == more
    two = [*ROWS[:2], {**ROWS[2], "urlkey": "example,works)/board"}]
    with pytest.raises(SourceError, match="several pages") as caught:
        links(jsonlines(two), {}, "ukgwa", INDEX + "3")
    assert caught.value.locator == "line 3"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (" 1810", "", "line 3"),
        (" 1810", " 1810 -", "line 3"),
        ("BBBB 1810", " BBBB", "line 3"),
        ("20110120101500", "2011012010150", "line 3"),
        ("20110120101500", "20110132101500", "line 3"),
        ("text/html 302", "text/html OK", "line 5"),
        ("http://works.example/people text/html 302", "http://works.example/\x07 text/html 302", "line 5"),
        (LINES, "<html><body>Are you a human?</body></html>", "line 1"),
        (LINES, "org.archive.util.io.RuntimeIOException: AccessControlException: Blocked Site Error\n", "line 1"),
        (LINES, LINES + "\na key\n", "line 9"),
        (LINES, "\n" + LINES, "line 1"),
    ],
)
@pytest.mark.parametrize("call", [registry.links, lambda name, *rest: sources.get(name).parse(*rest)])
def test_a_malformed_line_is_an_error_with_its_number(call, old: str, new: str, line: str) -> None:  # type: ignore[no-untyped-def]
    assert old in LINES
    with pytest.raises(SourceError) as caught:
        call("wayback", snapshot(LINES.replace(old, new, 1)), {}, CONTEXT)
    assert (caught.value.source, caught.value.locator) == ("page", line)


@pytest.mark.parametrize("key", ["urlkey", "timestamp", "url", "mime", "digest"])
@pytest.mark.parametrize("value", [None, 7, [], {"a": 1}, True, " "])
def test_a_json_line_lacks_nothing(key: str, value: object) -> None:
    row = {**ROWS[1], key: value}
    for spoilt in (row, {name: one for name, one in row.items() if name != key}):
        with pytest.raises(SourceError) as caught:
            links(json.dumps(ROWS[0]) + "\n" + json.dumps(spoilt), {}, "ukgwa", INDEX)
        assert caught.value.locator in ("line 2", f"line 2, /{key}")


@pytest.mark.parametrize(
    "content", ["[1]", "{", '{"urlkey": "a"', "<html>", '{"a": 1, "a": 1}', '{"status": 200}', "7"]
)
def test_what_is_no_json_line_is_an_error(content: str) -> None:
    with pytest.raises(SourceError) as caught:
        links(json.dumps(ROWS[0]) + "\n" + content, {}, "ukgwa", INDEX)
    assert caught.value.locator.startswith("line 2")


@pytest.mark.parametrize("settings", [{"every": "week"}, {"earliest": "May"}, {"statuses": []}, {"from": "2011"}])
def test_settings_are_checked(settings: dict[str, object]) -> None:
    for adapter in ("wayback", "ukgwa"):
        assert registry.settings_problem(sources.get(adapter), settings)


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the recorded answers of ../shared/samples, not ours to publish")
def test_the_recorded_answers_give_their_captures_and_the_next_page() -> None:
    def recorded(name: str) -> list[tuple[str, str]]:
        tape = yaml.safe_load((SAMPLES / name).read_text(encoding="utf-8"))
        return [
            (one["request"]["uri"], gzip.decompress(one["response"]["body"]["string"]).decode())
            for one in tape["interactions"]
        ]

    ((address, answer),) = recorded("test_search.yaml")
    assert links(answer, url=address) == Links(pages=(f"{WEB}19961231235847id_/http://www.nasa.gov:80/",))
    pages = recorded("test_search_multipage.yaml")
    assert len(pages) > 10
    first = links(pages[0][1], {"every": "day"}, url=pages[0][0])
    # The first captures of 10, 13 and 14 April, though each line stands there three or four times.
    assert stamps(first) == ["20010410213930", "20010413202054", "20010414004758"]
    for (address, answer), (following, _) in itertools.pairwise(pages):
        assert links(answer, url=address).more == (following,)
    assert links(pages[-1][1], url=pages[-1][0]) == Links()
    ((address, blocked),) = recorded("test_search_raises_for_blocked_urls.yaml")
    with pytest.raises(SourceError, match="blocked"):
        links(blocked, url=address)
