"""The faults that the simulator can play: their names, what each is, and when it is due.

`FAULTS` is the whole list. How a fault changes what is asked or answered is in fault_answers.py; how one spoils the
wire is in fault_wire.py.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

#: Each fault, and what the client meets. In brackets the settings and their defaults.
FAULTS: dict[str, str] = {
    # Answers with a status of their own.
    "429_short": "429 with Retry-After of a few seconds [seconds=1]",
    "429_long": "429 with Retry-After of a day [seconds=86400]",
    "429_date": "429 with Retry-After as an HTTP date [moment: a datetime, UTC; without it two seconds from now]",
    "429_bare": "429 without Retry-After",
    "429_garbage": "429 with a Retry-After that is neither number nor date",
    "500": "500 with the HTML error page of a web framework",
    "502": "502 of a proxy whose server is away",
    "503": "503 without Retry-After",
    "503_retry": "503 with Retry-After [seconds=1]",
    "504": "504 of a proxy whose server is slow",
    "400": "400 with an error in JSON",
    "401": "401 with WWW-Authenticate",
    "403": "403 with the JSON of a client that is blocked",
    "404": "404 where a page used to be",
    "410": "410: gone for good",
    "405_waf": "405 of a firewall that asks whether one is human",
    "402": "402: nothing was paid, or the paid quota is used up",
    "403_account": "403 because the account whose token was sent is suspended (X)",
    "451": "451: withheld for legal reasons",
    "204": "204 with no content where a page used to be",
    "206": "206 with a first part of the page that was not asked for",
    "304_unasked": "304 to a request that had no condition",
    # The connection.
    "reset_before_headers": "the connection is reset once the request was read",
    "closed_before_headers": "the connection is closed in good order without a byte",
    "reset_after_headers": "the connection is reset after the header",
    "reset_mid_body": "the connection is reset in the middle of the body",
    "stale_keep_alive": "answers well, says keep-alive, and closes the connection all the same",
    # Bodies that end too early.
    "truncated_length": "the body ends before its Content-Length [keep=0.5]",
    "truncated_chunked": "a chunked body ends without its last chunk [keep=0.5]",
    "truncated_chunk": "a chunked body ends in the middle of a chunk [keep=0.5]",
    "truncated_close": "a body of no stated length, ended by the close of the connection, too early [keep=0.5]",
    "truncated_gzip": "a gzip body without its end, of the length that is stated [keep=0.5]",
    "gzip_crc": "a gzip body whose check sum is wrong",
    "gzip_not": "said to be gzip, and is not",
    "gzip_trailing": "a gzip body with garbage after its end",
    # Bodies that are too much, and answers that are too slow.
    "gzip_bomb": "a small gzip body that unpacks to much [size=256 MiB]",
    "gzip_twice": "a gzip of a gzip bomb under one Content-Encoding: gzip, gzip [size=256 MiB]",
    "huge": "a body of no stated length and no end in sight [size=1 GiB]",
    "huge_length": "a Content-Length beyond all measure [size=1 TiB], then a little of it, and silence",
    "slow_headers": "the header comes byte by byte [delay=0.5 seconds each]",
    "slow_body": "the body comes a few bytes at a time [delay=0.5, step=8]",
    "silence": "the request is read and nothing is ever answered",
    "silence_mid_body": "half of the body, then nothing more",
    # Headers.
    "many_headers": "more header lines than any client reads [count=500]",
    "long_header": "a header line of that many bytes [size=262144]",
    "garbage_header": "a header line without a colon, and one with control characters",
    "garbage_status": "a first line that is not HTTP",
    "two_lengths": "two Content-Length lines that contradict each other",
    "interim": "a well-formed answer after several 103 Early Hints (a client reads on, or refuses)",
    # Redirects.
    "redirect_within": "302 to another address on the same host that answers well (a good client follows)",
    "redirect_loop": "302 to the same address, for ever",
    "redirect_chain": "302 through that many addresses on the same host [hops=20]",
    "redirect_host": "302 to another host [to=https://elsewhere.example/]",
    "redirect_private": "302 to an address inside the network [to=http://169.254.169.254/latest/meta-data/]",
    "redirect_scheme": "302 to a scheme that is not http [to=file:///etc/passwd]",
    "redirect_nowhere": "302 without Location",
    # The wrong page with status 200.
    "captcha": "a page that asks whether one is human",
    "consent": "a page that asks for consent to cookies, and nothing else",
    "maintenance": "a page that says that the site is down for maintenance",
    "empty": "an empty body",
    "html_for_json": "HTML where JSON or CSV is due, of content type text/html",
    "wrong_content_type": "the right body as application/octet-stream [content_type]",
    "lying_content_type": "the right body said to be an image",
    "old_page": "the page as it was long ago, served again [days=400]",
    # The right page, spoilt.
    "json_broken": "JSON that stops in the middle, of the length that is stated",
    "json_other_shape": "the same JSON one level down, in a list",
    "json_scalar": "a JSON string",
    "json_deep": "JSON nested deeper than a parser goes [depth=100000]",
    "json_twice": "JSON objects with every key twice, the second time null",
    "layout_change": "keys, columns and class names are called something else",
    "nulls": "half of all values are null or empty",
    "types_changed": "numbers are text, text is a list of text",
    "mojibake": "UTF-8 read as Latin-1 and written again",
    "wrong_charset": "Latin-1 bytes said to be UTF-8",
    "utf16": "UTF-16 that says so nowhere but in its byte order mark",
    "bom": "a byte order mark before the text (a good client reads on)",
    "nul_bytes": "NUL bytes in the text",
    "rows_dropped": "every other row or list item is missing",
    "rows_duplicated": "every row or list item comes twice",
    "rows_shuffled": "rows and list items in the reverse order (a good client reads on)",
    "columns_shifted": "cells of each row stand one column to the right",
    # What a host says of itself.
    "endless_pagination": "there always is a next page",
    "robots_forbids": "robots.txt forbids everything (robots.txt only)",
    "robots_500": "robots.txt answers 500 (robots.txt only)",
    "robots_huge": "robots.txt of that many bytes of rules (robots.txt only) [size=4 MiB]",
    "robots_html": "robots.txt is an HTML page with status 200 (robots.txt only)",
}


@dataclass
class Fault:
    """One planned fault: for which requests, how often (`times`; None: always), after how many that go well."""

    kind: str
    host: str | None = None
    path_contains: str | None = None
    times: int | None = None
    after: int = 0
    settings: dict[str, Any] = field(default_factory=dict)
    met: int = 0  # requests that matched
    played: int = 0

    def matches(self, host: str, target: str) -> bool:
        robots = target.split("?")[0] == "/robots.txt"
        if robots != self.kind.startswith("robots_") and not (robots and self.path_contains):
            return False
        if self.host is not None and self.host != host:
            return False
        return self.path_contains is None or self.path_contains in target


class Plan:
    """The faults that are planned, the newest first; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        if fault.kind not in FAULTS:
            raise ValueError(f"no fault is called {fault.kind!r}; there are {', '.join(FAULTS)}")
        with self._lock:
            self._faults.insert(0, fault)
        return fault

    def remove(self, fault: Fault) -> None:
        with self._lock:
            self._faults = [one for one in self._faults if one is not fault]

    def clear(self) -> None:
        with self._lock:
            self._faults = []

    def due(self, host: str, target: str) -> Fault | None:
        """The fault that this request meets; it is counted."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if fault.matches(host, target):
                    fault.met += 1
                    if fault.met > fault.after and (fault.times is None or fault.played < fault.times):
                        fault.played += 1
                        return fault
        return None
