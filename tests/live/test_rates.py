"""Rates, small: python -m tests.live.rates measures the large ones (docs/live-capture.md)."""

from __future__ import annotations

import pytest

from tests.live.rates import captured, held

pytestmark = pytest.mark.slow


def test_one_host_is_asked_as_often_as_it_allows_and_hosts_do_not_wait_for_one_another() -> None:
    one = captured(1, 30, delay=0.1, concurrency=2)
    ten = captured(10, 30, delay=0.1, concurrency=2)
    allowed = one["allowed_seconds"]
    assert one["seconds"] >= allowed - 0.2, "it asks more often than it may"
    assert one["seconds"] < 2 * allowed + 1, one
    # Ten times the pages in the time of a few: a loaded machine, not a host, is what is waited for.
    assert ten["pages_a_second"] > 3 * one["pages_a_second"], (one, ten)


def test_memory_is_flat_over_many_responses() -> None:
    found = held(1000, steps=10)
    assert found[-1] - found[1] < 8, found
