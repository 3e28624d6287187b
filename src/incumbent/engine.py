"""Runs a flow of flows/ with real Prefect, with no server running and nothing configured.

Prefect's own temporary server costs two imports of its server, one after the other. Here the server starts as a
process of its own while this one imports Prefect and whatever else the run will need, which halves the wait. Where
a server is configured (PREFECT_API_URL, a profile, prefect.toml), that one is used and none is started.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from incumbent import resources
from incumbent.errors import HeldError

#: A first start makes Prefect's database, and takes over 20 s on a slow machine.
STARTUP_SECONDS = 180

#: Only defaults: what the environment says wins. A run prints its own report; Prefect's log goes to its server.
_DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(STARTUP_SECONDS),
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
}

#: What a flow imports late, because it takes seconds, and can have imported for nothing while a server starts. Where
#: something is published already, a run often finds that nothing has changed, and then needs none of it.
_MEANWHILE = {"release": ("great_expectations",), "watch": ("great_expectations",)}
#: What makes Prefect leave out the services that only a schedule needs.
_SINGLE_RUN = {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
_ARGUMENTS = ("-m", "incumbent.engine")


def run(name: str, **parameters: Any) -> dict[str, Any]:
    """Run the flow `name` (capture | release | watch) of flows/ and return its report.

    The run's errors come out as they were raised in the flow. Raises HeldError when no server could be started.
    """
    set_defaults()
    server = None if server_configured() else _temporary_server()
    flow = load(name)
    if server and not any(Path(parameters.get("published", "published")).glob("*/latest.json")):
        for module in _MEANWHILE.get(name, ()):
            importlib.import_module(module)
    with _settings(server.ready() if server else None):
        report: dict[str, Any] = flow(**parameters)
    return report


def set_defaults() -> None:
    """Prefect's settings as we want them, for this process and its children, where the environment says nothing."""
    for variable, value in _DEFAULTS.items():
        os.environ.setdefault(variable, value)


def load(name: str) -> Callable[..., dict[str, Any]]:
    """The flow `name` of flows/<name>.py. The folder is importable only while its files load."""
    folder = str(resources.path("flows"))
    sys.path.insert(0, folder)
    try:
        module = importlib.import_module(name)
    finally:
        sys.path.remove(folder)
    flow: Callable[..., dict[str, Any]] = getattr(module, name)
    return flow


def is_io_failure(_task: Any, _run: Any, state: Any) -> bool:
    """Whether a failed task may do better at its next try: a disk or a network may, a wrong file will not.

    Prefect's `retry_condition_fn` of every step that reads or writes.
    """
    try:
        state.result()
    except OSError:
        return True
    except Exception:
        return False
    return False


def server_configured() -> bool:
    """Whether Prefect has been told of a server. Asked without importing Prefect, which takes seconds."""
    if os.environ.get("PREFECT_API_URL") or os.environ.get("PREFECT_PROFILE"):
        return True
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    return (home / "profiles.toml").exists() or Path("prefect.toml").exists()


@contextlib.contextmanager
def _settings(api_url: str | None) -> Iterator[None]:
    """Prefect's settings for one run: the server, and no heartbeat (its thread costs a second at the end)."""
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    if api_url is None:
        yield
        return
    with temporary_settings({PREFECT_API_URL: api_url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


_server: TemporaryServer | None = None


def _temporary_server() -> TemporaryServer:
    """The server of this process, started once. It lives until the process ends, so that late logs still arrive."""
    global _server
    if _server is None or not _server.alive():
        _server = TemporaryServer()
        atexit.register(_server.stop)
    return _server


class TemporaryServer:
    """A Prefect server on a local port, in a process that ends when this one does, however this one ends.

    `port`: 0 for one that is free. `whole`: with the services that a schedule needs, and the pages; without, what a
    single run needs. `environment`: more variables for it.
    """

    def __init__(self, *, port: int = 0, whole: bool = False, environment: Mapping[str, str] | None = None) -> None:
        self._port = port or _free_port()
        self.url = f"http://127.0.0.1:{self._port}/api"
        self._environment = {**_SINGLE_RUN, "PREFECT_UI_ENABLED": "0"} if not whole else {}
        self._environment |= environment or {}
        self.restart()

    def restart(self) -> None:
        """Starts it, where it has ended."""
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - it is the server's, and goes with it
        self._process = subprocess.Popen(
            [sys.executable, *_ARGUMENTS, str(self._port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._words,
            env={**os.environ, **self._environment},
            start_new_session=True,  # Ctrl-C is for the run, which still has to tell the server
        )

    def alive(self) -> bool:
        return self._process.poll() is None

    def ready(self) -> str:
        """The server's address, once it answers. Raises HeldError with its last words when it does not."""
        deadline = time.monotonic() + STARTUP_SECONDS
        while self.alive() and time.monotonic() < deadline:
            with (
                contextlib.suppress(urllib.error.URLError, OSError),
                urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer,  # noqa: S310 - http, our own
            ):
                if answer.status == 200:
                    return self.url
            time.sleep(0.05)
        self.stop()
        self._words.seek(0)
        words = self._words.read().decode(errors="replace").strip().splitlines()
        raise HeldError(
            "Prefect's temporary server did not start",
            where=words[-1] if words else f"no answer in {STARTUP_SECONDS} s",
            expected="a server that answers on this machine",
            do="run `prefect server start` and set PREFECT_API_URL, or look at the error above",
        )

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(port: int) -> None:
    """Be the temporary server on `port` until standard input closes, which it does when the parent ends."""
    import uvicorn

    threading.Thread(target=_end_with_parent, daemon=True).start()
    uvicorn.run("prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=port, log_level="error")


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
