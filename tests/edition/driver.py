"""Runs commands of `incumbent` one after the other in one process: Prefect and its server start only once.

Standard input: JSON, a list of {"arguments": [...], "bundled": {"schemas": FOLDER}, "copy": [FROM, TO]}; `bundled`
replaces what ships with the code, `copy` keeps a folder as it is after the command. Standard output: JSON, a list of
[exit status, stdout, stderr].
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
from pathlib import Path
from unittest import mock

from incumbent import cli, resources

_SHIPPED = resources.path


def one(arguments: list[str], bundled: dict[str, str]) -> tuple[int, str, str]:
    # As the real streams are: in the encoding of the locale, with bytes below.
    out, err = (
        io.TextIOWrapper(io.BytesIO(), stream.encoding, stream.errors, write_through=True)
        for stream in (sys.stdout, sys.stderr)
    )
    status: object = None
    with (
        mock.patch.object(resources, "path", lambda name: Path(bundled[name]) if name in bundled else _SHIPPED(name)),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main(arguments)
        except SystemExit as ended:
            status = ended.code
    words = [stream.buffer.getvalue().decode("utf-8", "replace") for stream in (out, err)]  # type: ignore[attr-defined]
    return int(status or 0), words[0], words[1]  # type: ignore[call-overload]


if __name__ == "__main__":
    given = json.loads(sys.stdin.buffer.read())
    answers = []
    for each in given:
        answers.append(one(each["arguments"], each.get("bundled", {})))
        if "copy" in each and answers[-1][0] == 0:
            shutil.copytree(*each["copy"])
    sys.stdout.buffer.write(json.dumps(answers).encode("ascii"))
