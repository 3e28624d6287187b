"""Which platforms there are, what is asked of them, and which answers stop one of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from incumbent import platforms, sources
from incumbent.errors import RosterError


def test_each_platform_is_an_adapter_of_the_same_name() -> None:
    for name, module in platforms.ADAPTERS.items():
        assert sources.get(name) is module
        assert sources.settings_problem(sources.get(name), {}) == ""
        assert "unknown setting" in sources.settings_problem(sources.get(name), {"nope": 1})


def test_addresses_are_those_of_the_platform() -> None:
    one = [SimpleNamespace(handle="harbour.example", platform_id=None)]
    (address,) = platforms.addresses("bluesky", one, {"service": "https://api.tides.example"})
    assert address == "https://api.tides.example/xrpc/app.bsky.actor.getProfiles?actors=harbour.example"
    with pytest.raises(RosterError, match="pebble"):
        platforms.addresses("pebble", one, {})


@pytest.mark.parametrize(
    ("platform", "status", "body", "expected"),
    [
        ("x", 401, b"", True),
        ("x", 402, b"", True),
        ("x", 403, b'{"type":"https://api.twitter.com/2/problems/user-suspended"}', True),
        ("x", 403, b'{"type":"https://api.twitter.com/2/problems/not-authorized-for-resource"}', False),
        ("x", 200, b'{"type":"https://api.twitter.com/2/problems/user-suspended"}', False),
        ("x", 429, b"", False),
        ("x", 503, b"", False),
        ("bluesky", 401, b"", True),
        ("bluesky", 400, b'{"error":"AccountTakedown"}', False),
        ("mastodon", 401, b"", False),
    ],
)
def test_what_stops_a_platform(platform: str, status: int, body: bytes, expected: bool) -> None:
    assert platforms.stops(platform, status, body) is expected
