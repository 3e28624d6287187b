"""Runs the invented roster on a disk that fills up, then on one that does not.

    python -m tests.full_disk ROSTERS PUBLISHED

Prints one line of JSON: `limited` (size, exit status, stdout, stderr, whether a version is live), `fell` (the modules
in which each limit was met), `status` and `err` of the last run.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from incumbent import cli, engine, machine
from tests import harbour

SIZES = (1_000, 15_000)


def main(rosters: str, published: str) -> None:
    for variable, value in engine._DEFAULTS.items():
        os.environ.setdefault(variable, value)
    if not engine.server_configured():
        engine._temporary_server().ready()  # its database is not ours to limit
    fell: list[str] = []
    plain = machine.refusal

    def noting(error: BaseException) -> machine.MachineError | None:
        ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "src/incumbent" in frame.filename]
        fell.append(Path(ours[-1].filename).stem)
        return plain(error)

    machine.refusal = noting
    command = ("run", harbour.SLUG, "--rosters", rosters, "--published", published, "--quiet")
    limited = []
    for size in SIZES:
        with longest_file(size):
            said = run(*command)
        limited.append((size, *said, (Path(published) / harbour.SLUG / "latest.json").exists()))
    status, _, err = run(*command)
    print(json.dumps({"limited": limited, "fell": fell, "status": status, "err": err}))


def run(*arguments: str) -> tuple[int, str, str]:
    """A command in this process: (exit status, stdout, stderr)."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main(list(arguments))
        except SystemExit as ended:
            return int(ended.code or 0), out.getvalue(), err.getvalue()
    raise AssertionError("a command ends with an exit status")


@contextlib.contextmanager
def longest_file(size: int) -> Iterator[None]:
    """Inside, this process can write no file longer than `size` bytes: a disk that fills up, without being root."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


if __name__ == "__main__":
    main(*sys.argv[1:])
