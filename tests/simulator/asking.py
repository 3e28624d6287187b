"""A plain client for tests of the simulator itself: no retries, no redirects, nothing undone unless asked for."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
from typing import Any
from urllib.parse import urlsplit

from tests.simulator.server import Simulator

_PATIENCE = 30.0  # seconds: a machine may be busy


class Reply:
    """What a client got: status, headers in lower case, the body as on the wire (`raw`) and unpacked (`body`)."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.raw = response.read()

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


def get(sim: Simulator, url: str, **headers: str) -> Reply:
    """The answer to a GET of a logical address; underscores in the names of headers stand for hyphens."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(sim.origin.removeprefix("http://"), timeout=_PATIENCE)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"Host": parts.netloc, **names})
        return Reply(connection.getresponse())
    finally:
        connection.close()


def raw(sim: Simulator, url: str, patience: float = _PATIENCE) -> bytes:
    """Every byte that comes; at the end `RST` for a reset, `...` where nothing came for so many seconds."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    got = b""
    with socket.create_connection(("127.0.0.1", urlsplit(sim.origin).port), timeout=patience) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        try:
            while part := connection.recv(65_536):
                got += part
        except ConnectionResetError:
            got += b"RST"
        except TimeoutError:
            got += b"..."
    return got
