"""The simulator's faults: each does what faults.FAULTS says of it, to the requests that it is planned for."""

from __future__ import annotations

import gzip
import http.client
import json
import time
import zlib
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.simulator import FAULTS, Simulator, World, fault_answers, fault_wire
from tests.simulator.asking import Reply, get, raw

ORGANISATION = "/api/content/government/organisations/department-for-harbours"
URL = f"https://www.gov.uk{ORGANISATION}"
SITE = "https://www.gov.uk"


def ask(sim: Simulator, target: str, **headers: str) -> Reply:
    return get(sim, f"{SITE}{target}", **headers)


@pytest.fixture(scope="module")
def generated() -> World:
    return World.generate(7, organisations=25)


@pytest.fixture
def sim(generated: World) -> Iterator[Simulator]:
    with Simulator(generated) as simulator:
        yield simulator


def whole(sim: Simulator) -> bytes:
    """The body that is due."""
    return ask(sim, ORGANISATION).body


def split(answer: bytes) -> tuple[bytes, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.lower(), body


def test_every_fault_is_told_in_one_sentence_and_played_somewhere() -> None:
    assert len(FAULTS) >= 40
    played = {*fault_answers._INSTEAD, *fault_answers._SPOILT, *fault_wire._WIRES, "endless_pagination", "old_page"}
    assert played == set(FAULTS)
    assert all(text and not text.endswith(".") for text in FAULTS.values())


def test_an_unknown_fault_is_refused(sim: Simulator) -> None:
    with pytest.raises(ValueError, match="no fault is called 'teapot'"):
        sim.fault("teapot")


def test_a_fault_meets_only_its_host_and_path_so_often_and_then_is_over(sim: Simulator) -> None:
    sim.fault("503", host="www.gov.uk", path_contains="harbours", times=2, after=1)
    assert [ask(sim, ORGANISATION).status for _ in range(4)] == [200, 503, 503, 200]
    sim.fault("503", path_contains="harbours")
    assert ask(sim, "/api/organisations").status == 200
    assert ask(sim, "/robots.txt").status == 200
    sim.mend()
    assert ask(sim, ORGANISATION).status == 200
    assert [one.fault for one in sim.seen()] == [None, "503", "503", None, None, None]


@pytest.mark.parametrize(
    ("kind", "status", "header", "value"),
    [
        ("429_short", 429, "retry-after", "1"),
        ("429_long", 429, "retry-after", "86400"),
        ("429_bare", 429, "retry-after", None),
        ("429_date", 429, "retry-after", "Fri, 01 Jan 2027 00:00:00 GMT"),
        ("503_retry", 503, "retry-after", "1"),
        ("401", 401, "www-authenticate", "Bearer"),
        ("405_waf", 405, "x-amzn-waf-action", "captcha"),
        ("206", 206, "content-range", None),
        ("204", 204, "content-type", None),
        ("304_unasked", 304, "etag", '"of-another-day"'),
        ("redirect_loop", 302, "location", f"https://www.gov.uk{ORGANISATION}"),
        ("redirect_host", 302, "location", "https://elsewhere.example/"),
        ("redirect_private", 302, "location", "http://169.254.169.254/latest/meta-data/"),
        ("redirect_scheme", 302, "location", "file:///etc/passwd"),
        ("redirect_nowhere", 302, "location", None),
        ("captcha", 200, "content-type", "text/html; charset=utf-8"),
        ("wrong_content_type", 200, "content-type", "application/octet-stream"),
    ],
)
def test_faults_with_a_status_and_header(
    sim: Simulator, kind: str, status: int, header: str, value: str | None
) -> None:
    settings: dict[str, Any] = {"moment": datetime(2027, 1, 1)} if kind == "429_date" else {}
    sim.fault(kind, **settings)
    reply = ask(sim, ORGANISATION)
    assert reply.status == status
    if value is not None or header in ("retry-after", "location", "content-type"):
        assert reply.headers.get(header) == value


def test_a_retry_after_date_is_ahead_of_now(sim: Simulator) -> None:
    sim.fault("429_date")
    when = parsedate_to_datetime(ask(sim, ORGANISATION).headers["retry-after"])
    assert 0 < when.timestamp() - time.time() <= 3


def test_a_redirect_within_the_host_leads_to_the_page(sim: Simulator) -> None:
    due = whole(sim)
    sim.fault("redirect_within", host="www.gov.uk")
    there = ask(sim, ORGANISATION).headers["location"]
    assert ask(sim, there).body == due


def test_a_chain_of_redirects_ends_after_so_many(sim: Simulator) -> None:
    due = whole(sim)
    sim.fault("redirect_chain", hops=4)
    target, hops = ORGANISATION, 0
    while (reply := ask(sim, target)).status == 302:
        target, hops = reply.headers["location"].removeprefix(SITE), hops + 1
    assert (hops, reply.body) == (4, due)


def test_connections_that_end_before_an_answer(sim: Simulator) -> None:
    sim.fault("reset_before_headers", times=1)
    assert raw(sim, URL) == b"RST"
    sim.fault("closed_before_headers", times=1)
    assert raw(sim, URL) == b""
    assert [one.status for one in sim.requests] == [0, 0]


@pytest.mark.parametrize(
    ("kind", "length", "end", "share"),
    [
        ("reset_after_headers", True, b"RST", 0.0),
        ("reset_mid_body", True, b"RST", 0.5),
        ("truncated_length", True, b"", 0.5),
        ("truncated_close", False, b"", 0.5),
        ("silence_mid_body", True, b"...", 0.5),
    ],
)
def test_bodies_that_end_too_early(sim: Simulator, kind: str, length: bool, end: bytes, share: float) -> None:
    due = whole(sim)
    sim.fault(kind)
    head, body = split(raw(sim, URL, patience=2))
    assert (f"content-length: {len(due)}".encode() in head) is length
    assert b"transfer-encoding" not in head
    assert body == due[: int(len(due) * share)] + end


def test_chunked_bodies_that_end_too_early(sim: Simulator) -> None:
    due = whole(sim)
    sim.fault("truncated_chunked", times=1)
    _, body = split(raw(sim, URL))
    assert body.endswith(b"\r\n") and not body.endswith(b"0\r\n\r\n")
    sim.fault("truncated_chunk", times=1)
    _, body = split(raw(sim, URL))
    assert body == b"%x\r\n" % len(due) + due[: len(due) // 2]


def test_gzip_bodies_that_are_spoilt(sim: Simulator) -> None:
    due = whole(sim)
    sim.fault("truncated_gzip", times=1)
    reply = ask(sim, ORGANISATION)
    assert reply.headers["content-length"] == str(len(reply.raw))
    assert due.startswith(zlib.decompressobj(31).decompress(reply.raw))
    with pytest.raises(EOFError):
        gzip.decompress(reply.raw)
    sim.fault("gzip_crc", times=1)
    with pytest.raises(gzip.BadGzipFile, match="CRC"):
        _ = ask(sim, ORGANISATION).body
    sim.fault("gzip_not", times=1)
    with pytest.raises(gzip.BadGzipFile, match="Not a gzipped file"):
        _ = ask(sim, ORGANISATION).body
    sim.fault("gzip_trailing", times=1)
    stream = zlib.decompressobj(31)
    assert stream.decompress(ask(sim, ORGANISATION).raw) == due
    assert stream.unused_data


def test_bombs_are_small_and_unpack_to_much(sim: Simulator) -> None:
    sim.fault("gzip_bomb", times=1, size=8 << 20)
    reply = ask(sim, ORGANISATION)
    assert len(reply.raw) < 16_384
    assert len(reply.body) == 8 << 20
    sim.fault("gzip_twice", times=1, size=8 << 20)
    reply = ask(sim, ORGANISATION)
    assert reply.headers["content-encoding"] == "gzip, gzip"
    assert len(gzip.decompress(gzip.decompress(reply.raw))) == 8 << 20


def test_bodies_that_are_too_large(sim: Simulator) -> None:
    sim.fault("huge", times=1, size=1 << 20)
    reply = ask(sim, ORGANISATION)
    assert "content-length" not in reply.headers and len(reply.raw) == 1 << 20
    sim.fault("huge_length", times=1)
    head, body = split(raw(sim, URL, patience=2))
    assert f"content-length: {1 << 40}".encode() in head
    assert body.endswith(b"...")


def test_answers_that_are_slow_come_all_the_same(sim: Simulator) -> None:
    due = whole(sim)
    slow: dict[str, dict[str, Any]] = {"slow_headers": {"delay": 0.002}, "slow_body": {"delay": 0.002, "step": 4096}}
    for kind, settings in slow.items():
        sim.fault(kind, times=1, **settings)
        start = time.perf_counter()
        assert ask(sim, ORGANISATION).body == due
        assert time.perf_counter() - start > 0.01


def test_silence_is_silence(sim: Simulator) -> None:
    sim.fault("silence", times=1)
    assert raw(sim, URL, patience=1) == b"..."


@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        ("many_headers", b"x-filler-499: x"),
        ("long_header", b"x-filler: " + b"x" * 262_144),
        ("garbage_header", b"\r\nno colon in this line\r\n"),
        ("garbage_status", b"ssh-2.0"),
        ("two_lengths", b"content-length: "),
        ("interim", b"http/1.1 103 early hints"),
    ],
)
def test_headers_that_no_client_should_swallow(sim: Simulator, kind: str, mark: bytes) -> None:
    sim.fault(kind)
    answer = raw(sim, URL).lower()
    assert mark in answer
    assert answer.count(b"content-length: ") == {"two_lengths": 2, "garbage_status": 0}.get(kind, 1)


def test_a_stale_connection_looks_well_and_is_closed(sim: Simulator) -> None:
    due = whole(sim)
    sim.fault("stale_keep_alive", times=1)
    connection = http.client.HTTPConnection(sim.origin.removeprefix("http://"), timeout=5)
    connection.request("GET", ORGANISATION, headers={"Host": "www.gov.uk"})
    response = connection.getresponse()
    assert (response.getheader("Connection"), response.read()) == ("keep-alive", due)
    sock = connection.sock
    assert sock is not None and sock.recv(1) == b""
    connection.close()


def test_a_refusing_origin_refuses(sim: Simulator) -> None:
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection(sim.refusing_origin.removeprefix("http://"), timeout=2).request("GET", "/")


def people(reply: Reply) -> list[str]:
    return [one["title"] for one in reply.json()["results"]]


def test_rows_dropped_doubled_and_turned_around(sim: Simulator) -> None:
    search = "/api/search.json?filter_format=person&count=6&fields=title"
    due = people(ask(sim, search))
    sim.fault("rows_dropped", times=1)
    assert people(ask(sim, search)) == due[::2]
    sim.fault("rows_duplicated", times=1)
    assert people(ask(sim, search)) == [name for name in due for _ in range(2)]
    sim.fault("rows_shuffled", times=1)
    assert people(ask(sim, search)) == due[::-1]


def test_rows_of_csv_and_html_are_spoilt_too(sim: Simulator) -> None:
    url = next(one.url() for one in sim.world.organograms)
    encoded = get(sim, url).body
    due = encoded.splitlines()
    sim.fault("rows_dropped", times=1)
    assert len(get(sim, url).body.splitlines()) == 1 + len(due[1::2])
    sim.fault("columns_shifted", times=1)
    assert get(sim, url).body.splitlines()[1].startswith(due[1].rsplit(b",", 1)[1] + b",1,")
    sim.fault("layout_change", times=1)
    assert get(sim, url).body.startswith(b"Post Unique Reference (new),")
    wiki = "https://en.wikipedia.org/wiki/List_of_permanent_secretaries"
    rows = get(sim, wiki).text.count("<tr>")
    sim.fault("rows_dropped", times=1)
    assert get(sim, wiki).text.count("<tr>") < rows * 0.7
    sim.fault("rows_duplicated", times=1)
    assert get(sim, wiki).text.count("<tr>") > rows * 1.7
    sim.fault("layout_change", times=1)
    changed = get(sim, wiki).text
    assert 'class="next-wikitable sortable"' in changed and "<table" not in changed


def test_json_that_is_not_what_it_was(sim: Simulator) -> None:
    due = json.loads(whole(sim))

    def spoilt(kind: str) -> Any:
        sim.fault(kind, times=1)
        return json.loads(ask(sim, ORGANISATION).body)

    assert spoilt("json_other_shape") == {"data": [due]}
    assert spoilt("layout_change")["next_title"] == due["title"]
    assert spoilt("types_changed")["details"]["foi_exempt"] == "False"
    assert spoilt("types_changed")["title"] == [due["title"]]
    assert spoilt("json_twice")["title"] is None
    assert spoilt("json_scalar") == "ok"
    assert spoilt("nulls") != due and set(spoilt("nulls")) == set(due)
    assert spoilt("columns_shifted")["base_path"] == due["analytics_identifier"]
    assert "Ã©" in spoilt("mojibake")["title"]
    sim.fault("json_broken", times=1)
    with pytest.raises(ValueError):
        ask(sim, ORGANISATION).json()
    sim.fault("json_deep", times=1, depth=5000)
    assert ask(sim, ORGANISATION).body == b"[" * 5000 + b"]" * 5000


def test_text_in_another_coding(sim: Simulator) -> None:
    due = whole(sim)

    def spoilt(kind: str) -> bytes:
        sim.fault(kind, times=1)
        return ask(sim, ORGANISATION).body

    assert spoilt("bom") == b"\xef\xbb\xbf" + due
    assert spoilt("utf16").decode("utf-16") == due.decode()
    assert spoilt("nul_bytes").replace(b"\x00", b"") == due
    assert spoilt("empty") == b""
    with pytest.raises(UnicodeDecodeError):
        spoilt("wrong_charset").decode()


def test_an_old_page_is_that_of_its_day(sim: Simulator) -> None:
    search = "/api/content/government/people/" + next(
        one.person for one in sim.world.appointments if one.start.year == sim.world.today.year - 2 and not one.end
    )
    due = ask(sim, search)
    sim.fault("old_page", times=1, days=3 * 365)
    old = ask(sim, search, If_None_Match=due.headers["etag"])
    assert old.status == 200
    assert len(old.json()["links"]["role_appointments"]) == len(due.json()["links"]["role_appointments"]) - 1


@pytest.mark.parametrize(
    ("url", "following"),
    [
        ("https://www.gov.uk/api/organisations?page=2", lambda body: body.json()["next_page_url"]),
        ("https://www.gov.uk/api/search.json?count=10&start=990", lambda body: body.json()["total"] > 1000),
        ("https://www.gov.uk/government/people?page=70", lambda body: "page=71" in body.text),
        (
            "https://ckan.publishing.service.gov.uk/api/3/action/package_search?rows=10&start=500",
            lambda body: body.json()["result"]["count"] > 510 and body.json()["result"]["results"],
        ),
        (
            "https://web.archive.org/cdx/search/cdx?url=www.gov.uk*&limit=5&showResumeKey=true",
            lambda body: "%3A1" in body.text,
        ),
    ],
)
def test_an_endless_pagination_always_has_a_next_page(sim: Simulator, url: str, following: Any) -> None:
    assert not following(get(sim, url)) if "page=2" not in url else "next_page_url" not in get(sim, url).json()
    sim.fault("endless_pagination", times=1)
    assert following(get(sim, url))


def test_faults_of_robots_txt_leave_pages_alone_and_the_other_way_round(sim: Simulator) -> None:
    due = whole(sim)
    for kind, status, start in (
        ("robots_forbids", 200, b"User-agent: *\nDisallow: /\n"),
        ("robots_500", 500, b"<html>"),
        ("robots_huge", 200, b"User-agent: *\nDisallow: /nowhere/"),
        ("robots_html", 200, b"<!DOCTYPE html>"),
    ):
        sim.fault(kind, host="www.gov.uk")
        reply = ask(sim, "/robots.txt")
        assert (reply.status, reply.body[: len(start)]) == (status, start)
        assert whole(sim) == due
        sim.mend()
    sim.fault("503", path_contains="/robots.txt")
    assert ask(sim, "/robots.txt").status == 503
