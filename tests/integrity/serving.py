"""A web host on loopback that serves a folder, or says what a test wants said at an address."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Collection, Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from incumbent import remote, verify
from incumbent.fetch import Fetcher
from incumbent.signing import PublicKey
from incumbent.verify import Problem
from tests.fetch.wire import CONTACT, Politeness

Answer = Callable[[SimpleHTTPRequestHandler], None]


def problems(
    url: str, *, proven: Collection[str] = frozenset(), keys: Sequence[PublicKey] | None = None, **options: Any
) -> list[Problem]:
    """What `incumbent verify` tells of an address. `options` are the fetcher's; `copied` are those of the copy."""
    copied = options.pop("copied", {})
    settings = {"bases": remote.own_base(url), "politeness": {"*": Politeness()}, **options}
    with tempfile.TemporaryDirectory() as scratch, Fetcher(CONTACT, **settings) as fetcher:
        copy = remote.mirror(remote.folder_of(url), fetcher, Path(scratch), **copied)
        found = verify.verify(copy.folder, keys=keys, proven=proven)
        return [*copy.problems, *map(copy.shown, found)]


class Host:
    """The host, as a context. `folder` is served; `answers` go before it, by path; `asked` are the paths in order."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder, self.answers, self.asked = folder, dict[str, Answer](), list[str]()
        host = self

        class Handler(SimpleHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def __init__(self, *given: Any) -> None:
                super().__init__(*given, directory=str(host.folder))

            def do_GET(self) -> None:
                host.asked.append(self.path)
                if answer := host.answers.get(self.path):
                    answer(self)
                else:
                    super().do_GET()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: the tests look at `asked`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
