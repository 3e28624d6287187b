"""Addresses: one reading of a URL for every decision, the bases that stand in for origins, and which IP is public."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from incumbent.errors import InputError
from incumbent.fetch.faults import Failure
from incumbent.fetch.masking import masked

_PORTS = {"http": 80, "https": 443}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: What `ipaddress` calls global in some version of Python, and the registries of special addresses do not
#: (https://www.iana.org/assignments/iana-ipv4-special-registry, .../iana-ipv6-special-registry), or which only
#: wraps an IPv4 address in a deprecated way.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Address(NamedTuple):
    """An http or https address, normalised: host in lower case and ASCII, path and query percent-encoded."""

    scheme: str
    host: str  # an IPv6 address in brackets
    port: int
    target: str  # path and query, as the request line has them

    @property
    def netloc(self) -> str:
        """The host, with its port where that is not the scheme's own: the Host header."""
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: `https://www.example.org`."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def url(self) -> str:
        """The whole address."""
        return self.origin + self.target


def parse(url: str) -> Address:
    """The address that `url` is, without its fragment. Raises Failure `request` for one that cannot be fetched."""
    if _CONTROL.search(url):
        raise Failure("request", f"the address has a control character: {masked(url)!r}")
    prepared = requests.PreparedRequest()
    try:
        prepared.prepare_url(url.strip(), None)
        parts = urlsplit(str(prepared.url))
        port = parts.port
    except (requests.RequestException, ValueError):
        raise Failure("request", f"this is not an address: {masked(url)!r}") from None
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise Failure("request", f"this is not an http or https address: {masked(url)!r}")
    if "@" in parts.netloc:
        raise Failure("request", f"the address has a user name or password in it: {masked(url)!r}")
    host = parts.hostname.rstrip(".")
    host = f"[{host}]" if ":" in host else host
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], target)


class Bases:
    """Which origin is really connected to. Only one that is named here may have a private address.

    `bases` maps an origin (`https://www.gov.uk`), or `*` for all others, to an origin. Raises InputError for anything
    else.
    """

    def __init__(self, bases: Mapping[str, str]) -> None:
        self._targets = {
            name if name == "*" else _origin(name).origin: _origin(target) for name, target in bases.items()
        }
        self._named = {target.origin for target in self._targets.values()}

    def connected(self, address: Address) -> Address:
        """The address to connect to for `address`: the base's origin, with the path and query of `address`."""
        base = self._targets.get(address.origin) or self._targets.get("*")
        return base._replace(target=address.target) if base else address

    def may_be_private(self, connected: Address) -> bool:
        """Whether the origin that is connected to is one that was named."""
        return connected.origin in self._named


def is_public(ip: str) -> bool:
    """Whether `ip`, as a socket names its peer, is an address of the public internet, also when wrapped in IPv6."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(address.packed[-4:])
        if wrapped is not None:
            return is_public(str(wrapped))
    special = any(address.version == network.version and address in network for network in _NOT_PUBLIC)
    return address.is_global and not address.is_multicast and not special


def _origin(text: str) -> Address:
    try:
        address = parse(text)
    except Failure as failure:
        raise InputError(failure.what, where="bases", expected="an origin such as http://127.0.0.1:8123") from None
    if address.target != "/":
        raise InputError(
            f"{masked(text)!r} is more than an origin",
            where="bases",
            expected="an origin such as http://127.0.0.1:8123",
        )
    return address
