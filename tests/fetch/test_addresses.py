"""One reading of every address, and no private one is reached, whatever a name resolves to."""

from __future__ import annotations

import ipaddress
import socket
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incumbent.errors import InputError
from incumbent.fetch import Fetcher, Limits, Request, addresses, sockets
from incumbent.fetch.faults import Failure
from tests.fetch.wire import CONTACT, Politeness, Wire, answer, fault_of

PRIVATE = """\
0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1
192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1
64:ff9b::a9fe:a9fe 64:ff9b:1::808:808 100::1 2001:db8::1 2001::7f00:1 2002:7f00:1:: 2002:a00:1:: 3fff::1 5f00::1
fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 localhost"""
PUBLIC = """\
8.8.8.8 151.101.0.144 ::ffff:8.8.8.8 64:ff9b::808:808 2001:4860:4860::8888 2a04:4e42::144 2002:808:808::1"""
NEVER = Limits(retries=0, deadline_seconds=3)


@pytest.mark.parametrize("ip", PRIVATE.split())
def test_an_address_that_is_not_public_is_known(ip: str) -> None:
    assert not addresses.is_public(ip)


@pytest.mark.parametrize("ip", PUBLIC.split())
def test_a_public_address_is_known(ip: str) -> None:
    assert addresses.is_public(ip)


@given(st.ip_addresses())
def test_nothing_private_is_public_in_any_wrapping(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if ip.is_private:
        assert not addresses.is_public(str(ip))
    if ip.version == 4:
        mapped = ipaddress.IPv6Address(b"\0" * 10 + b"\xff\xff" + ip.packed)
        nat64 = ipaddress.IPv6Address(bytes.fromhex("0064ff9b") + b"\0" * 8 + ip.packed)
        public = addresses.is_public(str(ip))
        assert addresses.is_public(str(mapped)) == addresses.is_public(str(nat64)) == public


def resolving(monkeypatch: pytest.MonkeyPatch, *targets: tuple[str, int]) -> None:
    """Every name has these addresses."""
    found = [
        (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))
        for ip, port in targets
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/a", "http://localhost:{port}/a", "http://2130706433:{port}/a"]
)
def test_a_private_address_is_refused_before_a_byte_is_sent(url: str) -> None:
    with Wire({"/a": answer(b"secret")}) as wire:
        error = fault_of(Fetcher(CONTACT, limits=NEVER), url.format(port=wire.port))
        assert error.fault == "private_address" and not wire.seen and not wire.connections


def test_a_public_name_with_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with Wire({"/a": answer(b"secret")}) as wire:
        resolving(monkeypatch, ("127.0.0.1", wire.port))
        error = fault_of(Fetcher(CONTACT, limits=NEVER), "http://www.works.example/a")
        assert error.fault == "private_address" and "127.0.0.1" in str(error)
        assert not wire.seen and not wire.connections


def test_the_peer_of_the_connected_socket_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    # The name's address is checked, and then the connection leads elsewhere: nothing is sent on it.
    class Diverted(sockets.MeteredSocket):
        def connect(self, where: Any) -> None:
            super().connect(("127.0.0.1", wire.port))

    monkeypatch.setattr(sockets, "MeteredSocket", Diverted)
    with Wire({"/a": answer(b"secret")}) as wire:
        resolving(monkeypatch, ("8.8.8.8", 80))
        assert fault_of(Fetcher(CONTACT, limits=NEVER), "http://www.works.example/a").fault == "private_address"
        time.sleep(0.05)
        assert wire.connections == 1 and not wire.seen


def test_only_the_origin_that_a_base_names_may_be_private(monkeypatch: pytest.MonkeyPatch) -> None:
    with Wire({"/a": answer(b"mirror")}) as wire, Wire({"/a": answer(b"other")}) as other:
        bases = {
            "https://www.works.example": f"http://localhost:{wire.port}/",
            f"http://127.0.0.1:{wire.port}": wire.origin,
        }
        fetcher = Fetcher(CONTACT, bases=bases, politeness={"*": Politeness()}, limits=NEVER)
        assert fetcher.fetch(Request("https://WWW.works.example:443/a")).body == b"mirror"
        assert fetcher.fetch(Request(f"{wire.origin}/a")).body == b"mirror"
        assert fault_of(fetcher, f"{other.origin}/a").fault == "private_address"
        resolving(monkeypatch, ("127.0.0.1", other.port))
        assert fault_of(fetcher, "http://www.works.example/a").fault == "private_address"
        assert not other.connections and wire.seen[1].headers["host"] == "www.works.example"


def test_an_address_that_swallows_packets_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts = []

    class Swallowing(sockets.MeteredSocket):
        def connect(self, where: Any) -> None:
            timeouts.append(self.gettimeout())
            if where[0] == "127.0.0.2":
                raise TimeoutError("timed out")
            super().connect(where)

    monkeypatch.setattr(sockets, "MeteredSocket", Swallowing)
    with Wire({"/a": answer(b"second")}) as wire:
        resolving(monkeypatch, ("127.0.0.2", 80), ("127.0.0.1", wire.port))
        limits = Limits(connect_seconds=4, retries=0)
        assert wire.fetcher(limits=limits).fetch(Request("https://www.works.example/a")).body == b"second"
        assert timeouts[0] <= 2 < timeouts[1] <= 4
        resolving(monkeypatch, ("127.0.0.2", 80))
        assert fault_of(wire.fetcher(limits=limits), "https://www.works.example/a").fault == "timeout"


def test_a_socket_is_of_no_use_outside_of_a_fetch() -> None:
    with pytest.raises(RuntimeError):
        sockets.connect("127.0.0.1", 80, 1.0, ())


def test_the_next_address_is_tried_where_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with Wire({"/a": answer(b"second")}) as wire:
        resolving(monkeypatch, ("127.0.0.1", port), ("127.0.0.1", wire.port))
        assert wire.fetcher().fetch(Request("https://www.works.example/a")).body == b"second"
        resolving(monkeypatch)
        assert fault_of(wire.fetcher(limits=NEVER), "https://www.works.example/a").fault == "connection"


@pytest.mark.parametrize("base", ["127.0.0.1:80", "ftp://a.example", "http://a.example/path", "http://a.example/?x=1"])
def test_a_base_that_is_no_origin_is_refused(base: str) -> None:
    for bases in ({"*": base}, {base: "http://127.0.0.1:1"}):
        with pytest.raises(InputError, match="origin"):
            Fetcher(CONTACT, bases=bases)


def test_an_address_is_read_in_one_way() -> None:
    for text, url in [
        (" HTTPS://WWW.Works.Example:443/a b?q=é#x", "https://www.works.example/a%20b?q=%C3%A9"),
        ("http://www.works.example.:80", "http://www.works.example/"),
        ("http://[2001:DB8::1]:8080/?", "http://[2001:db8::1]:8080/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://web.archive.org/web/2012id_/http://a.example/x?y=1", None),
        ("https://a.example//b/../c//d", "https://a.example//c//d"),
    ]:
        assert addresses.parse(text).url == (url or text)
        assert addresses.parse(addresses.parse(text).url) == addresses.parse(text)


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://www.works.example/"]))
def test_any_text_is_an_address_or_refused(text: str, opening: str) -> None:
    try:
        address = addresses.parse(opening + text)
    except Failure as failure:
        assert failure.fault == "request"
    else:
        assert address.url.isascii() and not set(address.url) & set(" \r\n\t\\")
        assert addresses.parse(address.url) == address
