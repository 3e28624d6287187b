"""What fetching costs: memory that stays flat, and connections that are kept."""

from __future__ import annotations

import gc
import gzip
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest

from incumbent.fetch import Limits, Request
from tests.fetch.wire import Answer, Wire, answer, fault_of, moved

HOME = "https://www.works.example"


def test_memory_stays_flat_over_many_responses_and_faults() -> None:
    sent: dict[str, Answer] = {
        "/good": answer(gzip.compress(b"x" * 100_000), "Content-Encoding: gzip"),
        "/gone": answer(b"y" * 20_000, status="410 Gone"),
        "/bad": answer(b"<html>", "Content-Encoding: gzip"),
        "/moved": moved("/good"),
    }

    def visit(number: int) -> None:
        for path in ("/good", "/moved"):
            assert len(fetcher.fetch(Request(HOME + path)).body) == 100_000
        assert fault_of(fetcher, f"{HOME}/gone").fault == "status"
        if number % 10 == 0:
            assert fault_of(fetcher, f"{HOME}/bad").fault == "encoding"

    with Wire(sent) as wire, wire.fetcher() as fetcher:
        for number in range(30):
            visit(number)
        wire.seen.clear()
        tracemalloc.start()
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(120):
            visit(number)
            wire.seen.clear()
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
    assert grown < 150_000, f"{grown} bytes over 480 requests"


def test_a_bomb_costs_its_limit_and_little_more() -> None:
    limits = Limits(decoded_bytes=16_000_000)
    sent: dict[str, Answer] = {
        "/bomb": answer(gzip.compress(bytes(300_000_000), 1), "Content-Encoding: gzip"),
        "/large": answer(gzip.compress(bytes(16_000_000)), "Content-Encoding: gzip"),
    }
    with Wire(sent) as wire, wire.fetcher(limits=limits) as fetcher:
        tracemalloc.start()
        assert fault_of(fetcher, f"{HOME}/bomb").fault == "too_large"
        assert len(fetcher.fetch(Request(f"{HOME}/large")).body) == 16_000_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 16_000_000 * 1.125 + 2_500_000  # BytesIO keeps an eighth in hand


@pytest.mark.slow
def test_threads_keep_one_connection_each() -> None:
    with Wire({"/a": answer(b"x" * 2_000)}) as wire, wire.fetcher() as fetcher, ThreadPoolExecutor(8) as pool:
        urls = [f"https://{host}.example/a" for host in "abcd"] * 150
        assert all(len(one.body) == 2_000 for one in pool.map(fetcher.fetch, map(Request, urls)))
    assert wire.connections <= 16
