"""A roster of three lines, whose sources a server on the loopback interface answers for, slowly where it is to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SLUG = "example-board"
CONTACT = "tests@example.org"
ROSTER_YAML = """\
slug: example-board
title: Example Board
description: Who leads the Example Agency.
licence: OGL-UK-3.0
attribution: Example Agency
contact: editors@example.org
schedule: {cron: 30 5 * * *}
sources:
  - id: list
    role: roster
    adapter: csv
    title: The list
    publisher: Example Agency
    url: https://agency.example/board
    licence: OGL-UK-3.0
    required: true
    minimum: 3
    politeness: {delay_seconds: 0}
    settings:
      columns: {Name: person, Post: post, Body: organisation}
  - id: gazette
    adapter: csv
    title: Appointments
    publisher: Example Gazette
    url: https://gazette.example/appointments
    licence: OGL-UK-3.0
    primary: true
    max_age_days: 30
    politeness: {delay_seconds: 0}
    settings:
      columns: {Name: person, Post: post, Body: organisation, From: start, To: end}
"""
LIST = b"""Name,Post,Body
Ada Example,Chief Executive,Example Agency
Bo Sample,Finance Director,Example Agency
Cy Instance,Chair,Sample Board
"""
GAZETTE = b"""Name,Post,Body,From,To
Ada Example,Chief Executive,Example Agency,2010-01-04,
Bo Sample,Finance Director,Example Agency,2011-05-02,
"""
#: Ada Example has left, and Dee Newcomer came.
LATER = b"""Name,Post,Body,From,To
Ada Example,Chief Executive,Example Agency,2010-01-04,2012-03-30
Dee Newcomer,Chief Executive,Example Agency,2012-04-02,
Bo Sample,Finance Director,Example Agency,2011-05-02,
"""


class Site:
    """What the server answers, by path: the page, or the status of an error. `hold` keeps answers back until it is set.

    `asked`: the paths that were asked for; `busy` is set when the first of them came.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.pages: dict[str, bytes | int] = {"/board": LIST, "/appointments": GAZETTE}
        self.asked: list[str] = []
        self.busy, self.go = threading.Event(), threading.Event()
        self.go.set()

    def hold(self) -> None:
        """From now on an answer waits for `go`."""
        self.busy.clear()
        self.go.clear()


@contextmanager
def site() -> Iterator[Site]:
    """The server of the example's sources."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/robots.txt":
                self._answer(200, b"", "text/plain")
                return
            known.asked.append(self.path)
            known.busy.set()
            known.go.wait(50)
            page = known.pages.get(self.path, 404)
            status, body = (page, b"no\n") if isinstance(page, int) else (200, page)
            self._answer(status, body, "text/csv")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    known = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        known.go.set()
        server.shutdown()
        server.server_close()


def write_roster(folder: Path, slug: str = SLUG) -> Path:
    """The folder of rosters with the example in it."""
    home = folder / "rosters" / slug
    home.mkdir(parents=True)
    (home / "roster.yaml").write_text(ROSTER_YAML.replace(SLUG, slug), encoding="utf-8")
    return home.parent
