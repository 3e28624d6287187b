"""Redirects by hand: where one may lead."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from incumbent.fetch import addresses
from incumbent.fetch.addresses import Address
from incumbent.fetch.faults import Failure
from incumbent.fetch.masking import masked
from incumbent.fetch.messages import Response

STATUSES = frozenset((301, 302, 303, 307, 308))


class Trail:
    """The addresses of one fetch, from the first on. At most `limit` redirects, to the own host and `hosts` only."""

    def __init__(self, first: Address, hosts: frozenset[str], limit: int) -> None:
        self._first, self._limit = first, limit
        self._hosts = {host.lower().rstrip(".") for host in hosts}
        self.passed: list[str] = []
        self.left = False  # whether it ever led elsewhere than to the own host

    def follow(self, current: Address, response: Response) -> Address:
        """The address that `response`, a redirect from `current`, leads to. Raises Failure `redirect`."""
        locations = [value for name, value in response.headers if name.lower() == "location"]
        if len(set(locations)) != 1 or not locations[0]:
            raise Failure("redirect", f"{response.status} without one Location", response=response)
        try:
            # Header bytes are read as Latin-1; a server that doesn't escape its addresses sends UTF-8.
            location = re.sub("[^\x00-\x7f]+", _escaped, locations[0])
            following = addresses.parse(urljoin(current.url, location))
        except (Failure, ValueError):
            told = f"a redirect to what is no http or https address: {masked(locations[0])!r}"
            raise Failure("redirect", told, response=response) from None
        self.passed.append(current.url)
        problem = self._problem(current, following)
        if problem:
            raise Failure("redirect", f"{problem}: {masked(following.url)}", response=response)
        # http to https with the usual ports is the same place; another port is not.
        self.left = self.left or following.netloc != self._first.netloc
        return following

    def _problem(self, current: Address, following: Address) -> str | None:
        if current.scheme == "https" and following.scheme == "http":
            return "a redirect from https to http"
        if not self._allowed(following):
            return "a redirect to a host that the source does not allow"
        if following.url in self.passed:
            return "redirects in a circle"
        if len(self.passed) > self._limit:
            return f"more than {self._limit} redirects"
        return None

    def _allowed(self, address: Address) -> bool:
        if f"{address.host}:{address.port}" in self._hosts or address.origin == self._first.origin:
            return True
        # A host that is named without a port is meant with the usual ones.
        return address.netloc == address.host and (address.host in self._hosts or address.host == self._first.host)


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("latin-1"))
