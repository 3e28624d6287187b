"""Turns: how often, by how many at once, and when a host is left alone."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incumbent.fetch import Limits, Request
from incumbent.fetch.pacing import Pacing
from incumbent.fetch.timing import retry_after
from tests.fetch.wire import Answer, FakeTime, Politeness, Wire, answer, fault_of

HOME = "https://www.works.example"
OK = answer(b"ok")


def test_requests_start_at_the_hosts_pace_which_is_that_of_its_slowest_source() -> None:
    now = FakeTime()
    politeness = [
        ("www.works.example", Politeness(0.5, 8)),
        ("WWW.works.example", Politeness(3.0, 2)),
        ("www.works.example", Politeness(1.0, 4)),
    ]
    with Wire({"/a": OK}) as wire:
        fetcher = wire.fetcher(politeness=politeness, clock=now.clock, sleep=now.sleep)
        for _ in range(3):
            fetcher.fetch(Request(f"{HOME}/a"))
        assert now.slept == [3.0, 3.0, 3.0]  # robots.txt went first
        now.now += 2
        fetcher.fetch(Request(f"{HOME}/a"))
        assert now.slept[3:] == [1.0]
        fetcher.fetch(Request("https://unnamed.example/a"))
        assert now.slept[4:] == [1.0]


def test_a_clock_that_stands_still_ends_no_waiting_wrongly() -> None:
    slept: list[float] = []
    with Wire({"/a": OK}) as wire:
        fetcher = wire.fetcher(politeness={"*": Politeness(1.0)}, clock=lambda: 1e9, sleep=slept.append)
        fetcher.fetch(Request(f"{HOME}/a"))
    assert slept == [1.0]


def test_no_more_at_once_than_a_host_allows_and_hosts_do_not_wait_for_each_other() -> None:
    at_once = {"a.example": 0, "b.example": 0}
    most = dict(at_once)
    lock = threading.Lock()
    both = threading.Barrier(4, timeout=5)

    def answering(host: str) -> Answer:
        def send(connection: object) -> None:
            with lock:
                at_once[host] += 1
                most[host] = max(most[host], at_once[host])
            both.wait()  # goes on only once both hosts have two requests at once
            with lock:
                at_once[host] -= 1
            connection.sendall(OK)  # type: ignore[attr-defined]

        return send

    answers = {f"{host}/x": answering(host) for host in at_once}
    with Wire(answers) as wire, ThreadPoolExecutor(16) as pool:
        fetcher = wire.fetcher(politeness={"*": Politeness(0.0, 2)})
        requests = [Request(f"https://{host}/x") for _ in range(8) for host in at_once]
        assert {one.body for one in pool.map(fetcher.fetch, requests)} == {b"ok"}
    assert most == {"a.example": 2, "b.example": 2}


def test_the_pace_is_kept_by_many_threads_in_real_time() -> None:
    with Wire({"/a": OK}) as wire, ThreadPoolExecutor(8) as pool:
        fetcher = wire.fetcher(politeness={"*": Politeness(0.02, 8)})
        fetcher.fetch(Request(f"{HOME}/a"))
        started = time.monotonic()
        list(pool.map(lambda _: fetcher.fetch(Request(f"{HOME}/a")), range(25)))
        took = time.monotonic() - started
    assert 0.02 * 25 * 0.95 <= took < 0.02 * 25 + 3  # a busy machine


@pytest.mark.parametrize("status", ["429 Slow down", "503 Busy"])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_waited_for_by_all_and_is_not_on_the_deadline(status: str, form: str) -> None:
    now = FakeTime()
    moment = format_datetime(datetime.fromtimestamp(now.now + 100, UTC), usegmt=True)
    header = f"Retry-After: {'100' if form == 'seconds' else moment}"
    with Wire({"/a": [answer(b"", header, status=status), OK], "/b": OK}) as wire:
        limits = Limits(deadline_seconds=20)
        fetcher = wire.fetcher(clock=now.clock, sleep=now.sleep, limits=limits)
        assert fetcher.fetch(Request(f"{HOME}/a")).body == b"ok"
        assert now.slept == [100.0]


def test_the_last_answer_tells_when_to_try_again() -> None:
    now = FakeTime()
    with Wire({"/a": answer(b"", "Retry-After: 50", status="503 Busy"), "/b": OK}) as wire:
        fetcher = wire.fetcher(clock=now.clock, sleep=now.sleep, limits=Limits(retries=0))
        error = fault_of(fetcher, f"{HOME}/a")
        assert (error.fault, error.retry_at, now.slept) == ("status", now.now + 50, [])
        assert fetcher.fetch(Request(f"{HOME}/b")).body == b"ok"  # one address of many


def test_a_pause_that_comes_while_a_turn_is_awaited_is_kept_too() -> None:
    now = FakeTime()

    def sleep(seconds: float) -> None:
        if not now.slept:
            pacing.hold("works.example", 50)  # another thread's 503
        now.sleep(seconds)

    pacing = Pacing({"works.example": Politeness(2.0, 4)}, now.clock, sleep)
    for _ in range(2):
        with pacing.turn("works.example"):
            pass
    assert now.slept == [2.0, 48.0]


def test_a_longer_pause_than_we_wait_defers_the_host_for_the_run() -> None:
    now = FakeTime()
    with Wire({"/a": answer(b"", "Retry-After: 121", status="503 Busy"), "/b": OK}) as wire:
        fetcher = wire.fetcher(clock=now.clock, sleep=now.sleep)
        error = fault_of(fetcher, f"{HOME}/a")
        assert (error.fault, error.retry_at, now.slept) == ("deferred", now.now + 121, [])
        assert error.response is not None and error.response.status == 503
        asked = len(wire.seen)
        again = fault_of(fetcher, f"{HOME}/b")
        assert (again.fault, again.retry_at, again.response) == ("deferred", error.retry_at, None)
        assert len(wire.seen) == asked
        assert fetcher.fetch(Request("https://other.example/b")).body == b"ok"


def test_a_host_that_still_refuses_at_the_last_retry_is_deferred() -> None:
    now = FakeTime()
    with Wire({"/a": answer(b"", status="429 Slow down")}) as wire:
        fetcher = wire.fetcher(clock=now.clock, sleep=now.sleep, limits=Limits(retries=2), jitter=lambda: 1.0)
        error = fault_of(fetcher, f"{HOME}/a")
        assert error.fault == "deferred" and error.retry_at == now.now + 120
        assert wire.paths() == ["/a"] * 3 and now.slept == [0.5, 1.0]


def test_those_that_wait_for_a_turn_are_told_of_the_deferral() -> None:
    going = threading.Event()

    def refuse(connection: object) -> None:
        going.wait(5)
        connection.sendall(answer(b"", "Retry-After: 9000", status="429 Slow down"))  # type: ignore[attr-defined]

    with Wire({"/a": refuse}) as wire, ThreadPoolExecutor(6) as pool:
        fetcher = wire.fetcher(politeness={"*": Politeness(0.0, 1)})
        running = [pool.submit(fault_of, fetcher, f"{HOME}/a") for _ in range(6)]
        time.sleep(0.2)
        going.set()
        assert {one.result(5).fault for one in running} == {"deferred"}
    assert wire.paths() == ["/a"]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("0", 0.0),
        ("120", 120.0),
        ("9" * 5000, 10 * 366 * 86_400.0),
        ("Thu, 28 Jun 2012 08:00:00 GMT", 0.0),
        ("Thu, 28 Jun 99999 08:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_its_standard_has_it(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, 1_795_680_000.0) == seconds


@given(st.text(max_size=60))
def test_any_retry_after_is_read_or_ignored(value: str) -> None:
    found = retry_after(value, 1_795_680_000.0)
    assert found is None or 0 <= found <= 10 * 366 * 86_400
