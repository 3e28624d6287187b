"""robots.txt: asked for once, believed for a day, obeyed."""

from __future__ import annotations

import gzip
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest

from incumbent.fetch import Limits, Request
from tests.fetch.wire import NOT_FOUND, Answer, FakeTime, Politeness, Wire, answer, ending, fault_of, moved

HOME = "https://www.works.example"
OK = answer(b"ok")


@pytest.mark.parametrize(
    ("rules", "forbidden"),
    [
        ("User-agent: *\nDisallow: /", True),
        ("User-agent: *\nDisallow:", False),
        ("User-agent: *\nDisallow: /list$\nAllow: /", False),
        ("User-agent: *\nDisallow: /*page=", True),
        ("User-agent: other\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nAllow: /\n\nUser-agent: Incumbent\nDisallow: /list", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: incumbent\nDisallow: /other", False),
        ("User-agent: a\nUser-agent: incumbent\nUser-agent: b\nDisallow: /list", True),
        ("User-agent: incumbent/2.0\nDisallow: /list", False),
        ("\ufeffUser-agent: *\nDisallow: /list", True),
        ("<html><body>Not here</body></html>", False),
        ("", False),
    ],
)
def test_the_rules_are_obeyed(rules: str, forbidden: bool) -> None:
    with Wire({"/robots.txt": answer(rules.encode()), "/list?page=1": OK}) as wire, wire.fetcher() as fetcher:
        if forbidden:
            error = fault_of(fetcher, f"{HOME}/list?page=1")
            assert error.fault == "robots" and wire.paths() == []
        else:
            assert fetcher.fetch(Request(f"{HOME}/list?page=1")).body == b"ok"


@pytest.mark.parametrize("status", ["404 Not Found", "401 Unauthorized", "403 Forbidden", "410 Gone"])
def test_a_robots_txt_that_is_not_there_allows_all(status: str) -> None:
    with Wire({"/robots.txt": answer(b"", status=status), "/a": OK}) as wire:
        assert wire.fetcher().fetch(Request(f"{HOME}/a")).body == b"ok"


UNREADABLE: dict[str, tuple[Answer, str]] = {
    "500": (answer(status="500 Oh"), "robots"),
    "503": (answer(status="503 Busy"), "robots"),
    "closed": (ending(b""), "connection"),
    "cut": (ending(answer(b"User-agent: *")[:-2]), "truncated"),
    "away": (moved("https://elsewhere.example/robots.txt"), "redirect"),
    "zipped twice": (answer(b"x", "Content-Encoding: gzip, gzip"), "encoding"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_robots_txt_that_cannot_be_read_forbids_all_for_a_while(name: str) -> None:
    broken, fault = UNREADABLE[name]
    now = FakeTime()
    limits = Limits(retries=1, robots_failure_seconds=600)
    with Wire({"/robots.txt": broken, "/a": OK}) as wire:
        fetcher = wire.fetcher(limits=limits, clock=now.clock, sleep=now.sleep)
        error = fault_of(fetcher, f"{HOME}/a")
        assert error.fault == fault and "robots.txt could not be read" in str(error) and error.url == f"{HOME}/a"
        asked = len(wire.seen)
        assert fault_of(fetcher, f"{HOME}/b").fault == fault and len(wire.seen) == asked
        now.now += 601
        wire.answers["/robots.txt"] = NOT_FOUND
        assert fetcher.fetch(Request(f"{HOME}/a")).body == b"ok"


def test_an_interface_is_used_without_its_robots_txt_but_another_host_is_asked() -> None:
    forbidding = answer(b"User-agent: *\nDisallow: /")
    away = "https://other.example/b"
    with Wire({"/robots.txt": forbidding, "/a": OK, "/c": moved(away), "/b": OK}) as wire, wire.fetcher() as fetcher:
        assert fetcher.fetch(Request(f"{HOME}/a", interface=True)).body == b"ok"
        assert [one.path for one in wire.seen] == ["/a"]
        error = fault_of(fetcher, Request(f"{HOME}/c", interface=True, hosts=frozenset(("other.example",))))
        assert (error.fault, error.url) == ("robots", away)
        assert fault_of(fetcher, f"{HOME}/a").fault == "robots"


def test_too_many_requests_at_robots_txt_defers_the_host() -> None:
    now = FakeTime()
    with Wire({"/robots.txt": answer(b"", "Retry-After: 4000", status="429 Slow"), "/a": OK}) as wire:
        fetcher = wire.fetcher(clock=now.clock, sleep=now.sleep)
        error = fault_of(fetcher, f"{HOME}/a")
        assert (error.fault, error.retry_at) == ("deferred", now.now + 4000)
        assert fault_of(fetcher, f"{HOME}/b").fault == "deferred" and len(wire.seen) == 1


def test_it_is_asked_for_once_per_origin_and_day_by_all_threads() -> None:
    now = FakeTime()

    def slowly(connection: object) -> None:
        time.sleep(0.1)
        connection.sendall(answer(b"User-agent: *\nDisallow: /no"))  # type: ignore[attr-defined]

    with Wire({"/robots.txt": slowly, "/a": OK}) as wire:
        fetcher = wire.fetcher(clock=now.clock, sleep=now.sleep)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: fetcher.fetch(Request(f"{HOME}/a")), range(16)))
        fetcher.fetch(Request("http://www.works.example/a"))
        origins = [one for one in wire.seen if one.path == "/robots.txt"]
        assert len(origins) == 2
        now.now += 86_399
        fetcher.fetch(Request(f"{HOME}/a"))
        assert len([one for one in wire.seen if one.path == "/robots.txt"]) == 2
        now.now += 2
        fetcher.fetch(Request(f"{HOME}/a"))
        assert len([one for one in wire.seen if one.path == "/robots.txt"]) == 3


def test_an_origin_whose_robots_txt_is_slow_holds_up_no_other() -> None:
    release = threading.Event()

    def stuck(connection: object) -> None:
        release.wait(5)
        connection.sendall(NOT_FOUND)  # type: ignore[attr-defined]

    with Wire({"slow.example/robots.txt": stuck, "/a": OK}) as wire, ThreadPoolExecutor(1) as pool:
        fetcher = wire.fetcher()
        waiting = pool.submit(fetcher.fetch, Request("https://slow.example/a"))
        assert fetcher.fetch(Request(f"{HOME}/a")).body == b"ok" and not waiting.done()
        release.set()
        assert waiting.result().body == b"ok"


@pytest.mark.parametrize(
    ("line", "delay"),
    [("Crawl-delay: 4", 4.0), ("Crawl-delay: 1", 2.0), ("Crawl-delay: 9999", 30.0), ("Request-rate: 1/6", 6.0)],
)
def test_its_delay_counts_where_it_is_slower_up_to_a_cap(line: str, delay: float) -> None:
    now = FakeTime()
    with Wire({"/robots.txt": answer(f"User-agent: *\n{line}\n".encode()), "/a": OK}) as wire:
        fetcher = wire.fetcher(politeness={"*": Politeness(2.0)}, clock=now.clock, sleep=now.sleep)
        for _ in range(3):
            fetcher.fetch(Request(f"{HOME}/a"))
    assert now.slept == [delay] * 3  # the first of them after robots.txt itself


def test_a_huge_robots_txt_is_read_to_its_limit_only_and_costs_little() -> None:
    rules = b"".join(b"User-agent: a%d\n" % number for number in range(9_000))
    rules += b"User-agent: *\n" + b"".join(b"Disallow: /x%d\n" % number for number in range(20_000))
    far = b"User-agent: *\nDisallow: /early\n" + b"#" * 499_960 + b"\nDisallow: /a\nDisallow: /late\n"
    for text, path in ((rules, "/a"), (far, "/a")):
        zipped = answer(gzip.compress(text), "Content-Encoding: gzip")
        with Wire({"/robots.txt": zipped, path: OK}) as wire:
            tracemalloc.start()
            assert wire.fetcher().fetch(Request(HOME + path)).body == b"ok"
            assert tracemalloc.get_traced_memory()[1] < 40_000_000
            tracemalloc.stop()
    with Wire({"/robots.txt": answer(far), "/a": OK}) as wire:
        fetcher = wire.fetcher()
        assert fault_of(fetcher, f"{HOME}/early").fault == "robots"
        assert fetcher.fetch(Request(f"{HOME}/a")).body == b"ok"
