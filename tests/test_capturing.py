"""capturing: a roster's sources through a fetcher into the archive, without any network: what comes is made here."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incumbent import capturing, roster, sources
from incumbent.archive import Archive
from incumbent.errors import HeldError, RosterError
from incumbent.fetch import FetchError, Request, Response
from incumbent.replay import require

YAML = """slug: works
title: Works
description: A made-up ministry.
licence: CC-BY-4.0
attribution: incumbent
contact: works@example.org
sources:
  - id: list
    role: roster
    adapter: html_list
    title: Leaders
    publisher: Ministry of Works
    url: https://works.example/leaders
    licence: OGL-UK-3.0
    required: true
    max_age_days: 60
    settings:
      items: ul > li
      minimum: 1
      patterns: ['(?P<person>[^,]+), (?P<post>.+)']
  - id: index
    adapter: wayback
    title: Captures
    publisher: Internet Archive
    url: https://web.archive.org/cdx?url=x
    licence: CC0-1.0
    minimum: 0
  - id: news
    adapter: csv
    title: News
    publisher: The Paper
    url: https://paper.example/news.csv
    licence: OGL-UK-3.0
    settings:
      columns: {who: person, what: post}
"""
GOOD = b"<title>Leaders</title><ul><li>Jane Roe, Director</li></ul></html>"
NEWS = b"who,what\nJane Roe,Director\n"
LIST, PAPER = "https://works.example/leaders", "https://paper.example/news.csv"
INDEX = "https://web.archive.org/cdx?url=x"


class Web:
    """What each address answers: bytes, or a fault's name; a callable is asked with the request."""

    def __init__(self, **more: Any) -> None:
        self.pages: dict[str, Any] = {LIST: GOOD, PAPER: NEWS, INDEX: b""}
        self.asked: list[Request] = []
        self.day = "2026-11-01"
        self._lock = threading.Lock()

    def clock(self) -> float:
        return dt.datetime.fromisoformat(f"{self.day}T09:00:00Z").timestamp()

    def fetch(self, request: Request) -> Response:
        with self._lock:
            self.asked.append(request)
        answer = self.pages.get(request.url, "status")
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, bytes):
            return self.response(request, 200, "OK", answer, etag='"1"')
        if answer == 304:
            return self.response(request, 304, "Not Modified", b"")
        partial = self.response(request, 404, "Not Found", b"gone") if answer == "status" else None
        retry = 1_800_000_000.0 if answer == "deferred" else None
        raise FetchError(answer, f"it went wrong: {answer}", url=request.url, response=partial, retry_at=retry)

    def response(self, request: Request, status: int, reason: str, body: bytes, etag: str | None = None) -> Response:
        headers = (("Content-Type", "text/html; charset=utf-8"), *((("ETag", etag),) if etag else ()))
        return Response(
            request.url, request.url, status, reason, headers, body, len(body), f"{self.day}T08:00:00Z",
            (("User-Agent", "incumbent"),),
        )  # fmt: skip


@pytest.fixture
def works(tmp_path: Path) -> Callable[..., roster.Roster]:
    def make(old: str = "", new: str = "") -> roster.Roster:
        assert old in YAML
        folder = tmp_path / "works"
        folder.mkdir(exist_ok=True)
        (folder / "roster.yaml").write_text(YAML.replace(old, new) if old else YAML)
        return roster.load(folder)

    return make


def states(made: roster.Roster, web: Web, *, history: bool = False) -> dict[str, Any]:
    found = capturing.capture(made, made.folder / "archive", web, web.day, history=history, clock=web.clock)
    return {state["source_id"]: state for state in found}


def test_all_sources_come_and_the_second_time_nothing_is_new(works: Callable[..., roster.Roster]) -> None:
    made, web = works(), Web()
    first = states(made, web)
    assert {name: state["state"] for name, state in first.items()} == {
        "list": "fresh", "index": "fresh", "news": "fresh"
    }  # fmt: skip
    web.day = "2026-11-02"
    web.pages[LIST] = lambda request: 304 if request.etag == '"1"' else GOOD
    second = states(made, web)
    assert {name: state["state"] for name, state in second.items()} == dict.fromkeys(second, "unchanged")
    read = sources.read_roster_claims(made, Archive(made.folder / "archive"), "2026-11-02")
    assert read.claims.filter(source="list").select("stated_at", "still_at").rows() == [("2026-11-01", "2026-11-02")]


@pytest.mark.parametrize("fault", ["timeout", "status", "robots", "tls", "truncated", "deferred"])
def test_a_required_source_that_fails_at_once_holds_and_one_that_came_before_is_carried(
    works: Callable[..., roster.Roster], fault: str
) -> None:
    made, web = works(), Web()
    web.pages[LIST] = fault
    found = states(made, web)
    assert found["list"]["state"] == "failed" and found["list"]["fault"] == fault and found["list"]["next"]
    with pytest.raises(HeldError, match=f"list is failed: it went wrong: {fault}") as caught:
        require(found.values())
    assert caught.value.exit_status == 3
    web.pages[LIST] = GOOD
    states(made, web)
    web.pages[LIST], web.day = fault, "2026-12-31"
    carried = states(made, web)["list"]
    assert (carried["state"], carried["age_days"]) == ("carried_forward", 60)
    assert "60 days ago" in carried["note"]
    require([carried])
    web.day = "2027-01-01"
    with pytest.raises(HeldError, match="carried_forward"):
        require([states(made, web)["list"]])


def test_what_a_server_wishes_for_the_next_time_is_told(works: Callable[..., roster.Roster]) -> None:
    made, web = works(), Web()
    web.pages[PAPER] = "deferred"
    assert (
        states(made, web)["news"]["next"] == "it is not asked again before 2027-01-15 08:00 UTC, as the server wishes"
    )


def test_a_page_that_is_another_is_kept_and_quarantined(works: Callable[..., roster.Roster]) -> None:
    made, web = works(), Web()
    web.pages[LIST] = b"<title>Are you human?</title></html>"
    found = states(made, web)["list"]
    assert (found["state"], found["fault"]) == ("quarantined", "quarantined")
    [visit] = Archive(made.folder / "archive").visits("list")
    assert b"human" in Archive(made.folder / "archive").load(visit).content


def test_error_pages_and_torn_ones_are_kept_and_never_read(works: Callable[..., roster.Roster]) -> None:
    made, web = works(), Web()
    states(made, web)
    web.pages[LIST], web.day = "status", "2026-11-02"
    assert states(made, web)["list"]["state"] == "carried_forward"
    archive = Archive(made.folder / "archive")
    assert [visit.snapshot.status for visit in archive.visits("list")] == [200, 404]
    assert [snapshot.content for snapshot in archive.snapshots("list")] == [GOOD]
    read = sources.read_roster_claims(made, archive, "2026-11-02")
    [row] = read.sources.filter(source_id="list").to_dicts()
    assert (row["state"], row["age_days"]) == ("carried_forward", 1)
    assert row["reason"] == "status 404 came on 2026-11-02; what it said on 2026-11-01 is used"


def test_a_body_without_an_end_is_no_page(works: Callable[..., roster.Roster]) -> None:
    made, web = works(), Web()

    def fetch(request: Request) -> Response:
        whole = web.response(request, 200, "OK", NEWS if request.url == PAPER else GOOD)
        return Response(**{**vars(whole), "complete": False})

    found = {
        state["source_id"]: state["fault"]
        for state in capturing.capture(made, made.folder / "archive", _Only(fetch), "2026-11-01")
    }
    assert found == {"list": None, "index": "quarantined", "news": "truncated"}


class _Only:
    def __init__(self, fetch: Callable[[Request], Response]) -> None:
        self.fetch = fetch


def test_the_past_of_a_list_comes_from_a_web_archive(works: Callable[..., roster.Roster]) -> None:
    old = GOOD.replace(b"Jane Roe", b"Jo Poe")
    head, rest = YAML.replace("    required: true\n", "    past: [index]\n").split("sources:\n")
    first, index, news = rest.split("  - id: ")[1:]
    folder = works().folder
    in_order = "".join(f"  - id: {source}" for source in (index, first, news))  # a source stands before its followers
    (folder / "roster.yaml").write_text(f"{head}sources:\n{in_order}")
    made, web = roster.load(folder), Web()
    assert set(states(made, web)) == {"list", "news"}
    copy = f"https://web.archive.org/web/20120628100000id_/{LIST}"
    web.pages[INDEX] = f"example,works)/leaders 20120628100000 {LIST} text/html 200 {'A' * 32} 100\n".encode()
    web.pages[copy] = old
    found = states(made, web, history=True)
    assert found["index"]["state"] == "fresh" and found["list"]["snapshots"] == 2
    archive = Archive(made.folder / "archive")
    then = sources.read_roster_claims(made, archive, "2012-07-01")
    assert then.claims.filter(role="roster").select("person", "stated_at").rows() == [("Jo Poe", "2012-06-28")]
    now = sources.read_roster_claims(made, archive, "2026-11-01")
    assert now.claims.filter(role="roster")["person"].to_list() == ["Jane Roe"]
    assert sorted(now.roster_history["person"]) == ["Jane Roe", "Jo Poe"]
    asked = len(web.asked)
    states(made, web, history=True)
    assert copy not in [request.url for request in web.asked[asked:]]


def test_a_token_is_sent_and_never_kept(works: Callable[..., roster.Roster], monkeypatch: pytest.MonkeyPatch) -> None:
    made, web = (
        works(
            "    url: https://paper.example/news.csv\n",
            "    url: https://paper.example/news.csv\n    token_env: PAPER_TOKEN\n",
        ),
        Web(),
    )
    monkeypatch.delenv("PAPER_TOKEN", raising=False)
    assert states(made, web)["news"]["fault"] == "no_token"
    assert PAPER not in [request.url for request in web.asked]
    monkeypatch.setenv("PAPER_TOKEN", "s3cr3t-canary")
    assert states(made, web)["news"]["state"] == "fresh"
    [request] = [request for request in web.asked if request.url == PAPER]
    assert dict(request.secret_headers) == {"Authorization": "Bearer s3cr3t-canary"}
    for path in (made.folder / "archive").iterdir():
        assert b"s3cr3t-canary" not in path.read_bytes()
    required = works(
        "    url: https://paper.example/news.csv\n",
        "    url: https://paper.example/news.csv\n    token_env: PAPER_TOKEN\n    required: true\n",
    )
    monkeypatch.delenv("PAPER_TOKEN")
    with pytest.raises(RosterError, match="asks for a token"):
        states(required, web)


def test_what_came_a_while_ago_is_not_asked_again_unless_it_is_doubted(works: Callable[..., roster.Roster]) -> None:
    paper = "    url: https://paper.example/news.csv\n"
    made, web = works(paper, paper + "    politeness: {refresh_hours: 24}\n"), Web()
    states(made, web)
    asked = len(web.asked)
    assert states(made, web)["news"]["state"] == "unchanged"
    assert [request.url for request in web.asked[asked:] if request.url == PAPER] == []
    web.day = "2026-11-02"  # 25 hours on
    states(made, web)
    assert PAPER in [request.url for request in web.asked[asked:]]
    web.pages[PAPER], web.day = b"who,what\n", "2026-11-04"
    assert states(made, web)["news"]["fault"] == "quarantined"
    asked = len(web.asked)
    web.pages[PAPER] = NEWS
    assert states(made, web)["news"]["fault"] is None
    assert PAPER in [request.url for request in web.asked[asked:]]
