"""A loopback server as a project page has it: the published folder under a path, correct types, nothing else."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

#: The path under which the published folder is found, as the name of a repository is on GitHub Pages.
PREFIX = "/some-repo/"

_TYPES = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml", ".png": "image/png", ".json": "application/json", ".jsonld": "application/ld+json",
    ".xml": "application/atom+xml", ".csv": "text/csv; charset=utf-8", ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet", ".ico": "image/vnd.microsoft.icon",
}  # fmt: skip


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of `folder`, ending in /, while it is served."""

    class Handler(_Handler):
        root = folder.resolve()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(http.server.SimpleHTTPRequestHandler):
    root: Path
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """One file, or the index of a folder; 404 for all else, also outside PREFIX."""
        path = urlsplit(self.path).path
        target = (self.root / path.removeprefix(PREFIX)).resolve()
        if target.is_dir() and path.endswith("/"):
            target = target / "index.html"
        if not path.startswith(PREFIX) or not target.is_relative_to(self.root) or not target.is_file():
            self.send_error(404)
            return
        content = target.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", _TYPES.get(target.suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests record what the browser asks for."""
