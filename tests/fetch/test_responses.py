"""What comes back from a good answer, and what is sent for it."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incumbent import __version__
from incumbent.errors import InputError
from incumbent.fetch import Fetcher, Limits, Request
from tests.fetch.wire import CONTACT, FakeTime, Wire, answer, ending, fault_of

URL = "https://www.works.example/list?page=1"
PATH = "/list?page=1"


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS = {"gzip": gzip.compress, "X-GZIP": gzip.compress, "deflate": zlib.compress, "Deflate": raw_deflate}


def test_a_response_tells_what_came_and_what_was_asked() -> None:
    packed = gzip.compress(b"the whole list")
    headers = ("Content-Type: text/html; charset=utf-8", 'ETag: W/"7"', "Content-Encoding: gzip", "Last-Modified: then")
    with Wire({PATH: answer(packed, *headers, status="200 All  fine")}) as wire:
        fetcher = wire.fetcher(clock=FakeTime(1_795_680_000.9).clock)
        request = Request(URL + "#people", accept="text/html", headers=(("X-Purpose", "test"),))
        response = fetcher.fetch(request)
    assert (response.status, response.reason, response.body) == (200, "All fine", b"the whole list")
    assert (response.url, response.requested_url, response.redirects) == (URL, URL + "#people", ())
    assert (response.wire_bytes, response.complete) == (len(packed), True)
    assert response.fetched_at == "2026-11-26T08:00:00Z"
    assert response.content_type == "text/html; charset=utf-8"
    assert (response.etag, response.last_modified, response.header("Absent")) == ('W/"7"', "then", None)
    sent = dict(response.request_headers)
    assert sent["User-Agent"] == f"incumbent/{__version__} (+{CONTACT})"
    seen = wire.seen[-1]
    assert seen.path == PATH and seen.headers["host"] == "www.works.example"
    assert {name.lower(): value for name, value in sent.items()}.items() <= dict(seen.headers).items()
    assert seen.headers["accept"] == "text/html" and seen.headers["x-purpose"] == "test"
    assert seen.headers["accept-encoding"] == "gzip, deflate" and "cookie" not in seen.headers


@settings(max_examples=40, deadline=None)
@given(
    body=st.one_of(st.binary(max_size=4000), st.integers(0, 900_000).map(lambda size: bytes(size))),
    coding=st.sampled_from([None, *PACKERS]),
    pieces=st.integers(0, 9),
)
def test_any_body_comes_back_whatever_its_encoding_and_framing(body: bytes, coding: str | None, pieces: int) -> None:
    wired = PACKERS[coding](body) if coding else body
    lines = [f"Content-Encoding: {coding}"] if coding else []
    if pieces:
        size = len(wired) // pieces + 1
        cut = [wired[start : start + size] for start in range(0, len(wired), size)]
        framed = b"".join(b"%X;x=y\r\n%b\r\n" % (len(one), one) for one in cut) + b"0\r\nX-Trailer: t\r\n\r\n"
        sent = answer(framed, *lines, "Transfer-Encoding: chunked", length=False)
    else:
        sent = answer(wired, *lines)
    with Wire({PATH: sent}) as wire, wire.fetcher() as fetcher:
        response = fetcher.fetch(Request(URL))
        assert fetcher.fetch(Request(URL)).body == body
    assert response.body == body and response.wire_bytes == len(wired) and response.complete
    assert wire.connections == 1  # the second request took the first one's connection


def test_a_body_that_only_the_end_of_the_connection_ends_is_marked() -> None:
    sent = {
        "/open": ending(answer(b"perhaps half", length=False)),
        "/old": ending(b"HTTP/1.0 200 OK\r\n\r\nold"),
        "/both": answer(b"3\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: Chunked"),
    }
    with Wire(sent) as wire, wire.fetcher() as fetcher:
        got = [fetcher.fetch(Request(f"https://www.works.example{path}")) for path in sent]
    assert [(one.body, one.complete) for one in got] == [(b"perhaps half", False), (b"old", False), (b"abc", True)]


def test_several_gzip_members_are_one_body() -> None:
    packed = gzip.compress(b"first ") + gzip.compress(b"") + gzip.compress(b"second")
    with Wire({PATH: answer(packed, "Content-Encoding: gzip")}) as wire:
        assert wire.fetcher().fetch(Request(URL)).body == b"first second"


def test_a_body_exactly_at_its_limits_is_no_fault_and_one_byte_more_is() -> None:
    limits = Limits(wire_bytes=1000, decoded_bytes=1000)
    packed = gzip.compress(b"y" * 1001)
    sent = {
        "/full": answer(b"x" * 1000),
        "/packed": answer(gzip.compress(b"x" * 1000), "Content-Encoding: gzip"),
        "/over": answer(packed, "Content-Encoding: gzip"),
        "/wire": ending(answer(b"x" * 1001, length=False)),
    }
    with Wire(sent) as wire, wire.fetcher(limits=limits) as fetcher:
        for path in ("/full", "/packed"):
            assert fetcher.fetch(Request(f"https://www.works.example{path}")).body == b"x" * 1000
        for path in ("/over", "/wire"):
            assert fault_of(fetcher, f"https://www.works.example{path}").fault == "too_large"


def test_a_validator_makes_304_a_response() -> None:
    sent = answer(b"", 'ETag: "7"', "Content-Length: 4000", status="304 Not Modified", length=False)
    with Wire({PATH: sent}) as wire, wire.fetcher() as fetcher:
        response = fetcher.fetch(Request(URL, etag='"7"', last_modified="Thu, 28 Jun 2012 08:00:00 GMT"))
        fetcher.fetch(Request(URL, last_modified="Thu, 28 Jun 2012 08:00:00 GMT"))
    assert (response.status, response.body, response.wire_bytes, response.complete) == (304, b"", 0, True)
    assert wire.connections == 1
    first, second = [one.headers for one in wire.seen if one.path == PATH]
    assert first["if-none-match"] == '"7"' and first["if-modified-since"] == "Thu, 28 Jun 2012 08:00:00 GMT"
    assert "if-none-match" not in second and dict(response.request_headers)["If-None-Match"] == '"7"'


def test_header_values_are_cleaned() -> None:
    with Wire({PATH: answer(b"", "X-Odd: \x1b[31mred\x00 ", "X-Folded: one\r\n two")}) as wire:
        response = wire.fetcher().fetch(Request(URL))
    assert response.header("x-odd") == "[31mred" and response.header("x-folded") == "one two"


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine www.works.example login me password hunter2\ndefault login me password hunter2\n")
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", str(netrc))
    cookie = "Set-Cookie: track=me; Path=/"
    with Wire({PATH: answer(b"good", cookie)}) as wire, wire.fetcher() as fetcher:
        assert [fetcher.fetch(Request(URL)).body for _ in range(2)] == [b"good", b"good"]
    assert all(not {"authorization", "cookie"} & one.headers.keys() for one in wire.seen)


@pytest.mark.parametrize("contact", ["", "us", "ops@works", "a@b.ex\nX: y", "ops@b.ex)", "https://", "é@b.ex"])
def test_a_contact_that_reaches_nobody_is_refused(contact: str) -> None:
    with pytest.raises(InputError, match="contact"):
        Fetcher(contact)


@pytest.mark.parametrize("contact", ["ops@works.example", "mailto:ops@works.example", "https://works.example/bot?a=b"])
def test_a_contact_is_sent_as_it_is(contact: str) -> None:
    assert Fetcher(contact).user_agent.endswith(f"(+{contact})")


@pytest.mark.parametrize(
    "request_",
    [
        Request("ftp://www.works.example/"),
        Request("/list"),
        Request("https:///list"),
        Request("https://user:word@www.works.example/"),
        Request("https://www.works.example/a\nb"),
        Request("https://www.works.example:99999/"),
        Request("https://[::1/"),
        Request(URL, headers=(("X Y", "z"),)),
        Request(URL, headers=(("X", "a\r\nY: b"),)),
        Request(URL, headers=(("Host", "other.example"),)),
        Request(URL, headers=(("Authorization", "Bearer abcdef"),)),
        Request(URL, secret_headers=(("Authorization", "Bearer\nabcdef"),)),
        Request(URL, accept="text/html\r\nX: y"),
        Request(URL, etag='"7"\r\nX: y'),
        Request(URL, last_modified="é€"),
    ],
    ids=repr,
)
def test_a_request_that_cannot_be_sent_reaches_nobody(request_: Request) -> None:
    with Wire({}) as wire:
        error = fault_of(wire.fetcher(), request_)
    assert error.fault == "request" and wire.connections == 0
    assert error.as_dict()["fault"] == "request" and error.exit_status == 3
    assert "abcdef" not in str(error) and "word@" not in str(error)


@pytest.mark.parametrize("name", ["deadline_seconds", "wire_bytes", "retries", "redirects"])
def test_a_limit_below_nothing_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=name):
        Limits(**{name: -1})
