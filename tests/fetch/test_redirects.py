"""Redirects: where one may lead, and what is taken along."""

from __future__ import annotations

import pytest

from incumbent.fetch import Request
from tests.fetch.wire import Wire, answer, fault_of, moved

HOME = "https://www.works.example"
OTHER = "https://data.works.example"
SECRET = (("Authorization", "Bearer abcdef"),)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_by_hand(status: int) -> None:
    sent = {"/a": moved("b?x=1#part", f"{status} Moved"), "/b?x=1": moved(f"{OTHER}/c"), "/c": answer(b"here")}
    with Wire(sent) as wire, wire.fetcher() as fetcher:
        response = fetcher.fetch(Request(f"{HOME}/a", hosts=frozenset(("DATA.works.example",))))
    assert response.body == b"here" and response.url == f"{OTHER}/c" and response.requested_url == f"{HOME}/a"
    assert response.redirects == (f"{HOME}/a", f"{HOME}/b?x=1")
    assert [one.headers["host"] for one in wire.seen if one.path == "/c"] == ["data.works.example"]


REFUSED = {
    "another host": (f"{OTHER}/x", "does not allow"),
    "another host, without a scheme": ("//data.works.example/x", "does not allow"),
    "a host that ends alike": ("https://evilwww.works.example/", "does not allow"),
    "a host that begins alike": ("https://www.works.example.evil.example/", "does not allow"),
    "a user name that looks like the host": ("https://www.works.example@evil.example/", "no http or https"),
    "a backslash": ("https://evil.example\\@www.works.example/", "does not allow"),
    "another port": ("https://www.works.example:8443/", "does not allow"),
    "https to http": ("http://www.works.example/x", "https to http"),
    "itself": ("/a", "circle"),
    "a file": ("file:///etc/passwd", "no http or https"),
    "a script": ("javascript:alert(1)", "no http or https"),
    "no host": ("http:///x", "no http or https"),
    "a broken host": ("https://[::1/", "no http or https"),
    "loopback": ("https://127.0.0.1/", "does not allow"),
    "nothing": ("", "without one Location"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_redirect_that_must_not_be_followed_is_a_fault(name: str) -> None:
    location, told = REFUSED[name]
    with Wire({"/a": moved(location)}) as wire, wire.fetcher() as fetcher:
        error = fault_of(fetcher, f"{HOME}/a")
    assert error.fault == "redirect" and told in str(error)
    assert error.response is not None and error.response.status == 302
    assert wire.paths() == ["/a"]


def test_two_addresses_at_once_are_none() -> None:
    twice = answer(b"", "Location: /b", "Location: /c", status="302 Found")
    with Wire({"/a": twice, "/b": moved("/d"), "/d": answer(b"d")}) as wire, wire.fetcher() as fetcher:
        assert "without one Location" in str(fault_of(fetcher, f"{HOME}/a"))
        assert wire.paths() == ["/a"]


def test_a_circle_and_a_long_way_end() -> None:
    sent = {f"/{number}": moved(f"/{number + 1}") for number in range(9)} | {"/x": moved("/y"), "/y": moved("/x")}
    with Wire({**sent, "/5": moved("/6"), "/6": answer(b"too far")}) as wire, wire.fetcher() as fetcher:
        assert "circle" in str(fault_of(fetcher, f"{HOME}/x"))
        error = fault_of(fetcher, f"{HOME}/0")
        assert error.fault == "redirect" and "more than 5" in str(error)
        assert fetcher.fetch(Request(f"{HOME}/1")).body == b"too far"


def test_http_may_become_https_and_a_named_port_is_allowed() -> None:
    sent = {
        "/a": moved(f"{HOME}/b"),
        "/b": answer(b"safe"),
        "/c": moved("https://www.works.example:8443/d"),
        "/d": answer(b"port"),
    }
    with Wire(sent) as wire, wire.fetcher() as fetcher:
        assert fetcher.fetch(Request("http://www.works.example/a")).url == f"{HOME}/b"
        named = Request(f"{HOME}/c", hosts=frozenset(("www.works.example:8443",)))
        assert fetcher.fetch(named).body == b"port"
    assert wire.seen[-1].headers["host"] == "www.works.example:8443"


def test_an_address_that_is_not_escaped_is_read_as_utf_8() -> None:
    sent = {"/a": moved("/caf\u00c3\u0089 list"), "/caf%C3%89%20list": answer(b"here")}
    with Wire(sent) as wire, wire.fetcher() as fetcher:
        assert fetcher.fetch(Request(f"{HOME}/a")).body == b"here"


def test_a_secret_goes_to_its_own_host_only_and_never_again_after_leaving_it() -> None:
    sent = {
        "/a": moved("/b"),
        "/b": moved(f"{OTHER}/c"),
        "/c": moved(f"{HOME}/d"),
        "/d": answer(b"back"),
    }
    with Wire(sent) as wire, wire.fetcher() as fetcher:
        request = Request(f"{HOME}/a", secret_headers=SECRET, hosts=frozenset(("data.works.example",)))
        response = fetcher.fetch(request)
    carried = {one.path: one.headers.get("authorization") for one in wire.seen}
    assert carried == {"/robots.txt": None, "/a": "Bearer abcdef", "/b": "Bearer abcdef", "/c": None, "/d": None}
    assert "abcdef" not in repr(response) and "Authorization" not in dict(response.request_headers)


def test_every_hop_is_asked_of_robots_txt() -> None:
    robots = answer(b"User-agent: *\nDisallow: /private\n")
    with Wire({"/robots.txt": robots, "/a": moved("/private/b")}) as wire, wire.fetcher() as fetcher:
        error = fault_of(fetcher, f"{HOME}/a")
    assert error.fault == "robots" and error.url == f"{HOME}/private/b" and wire.paths() == ["/a"]
