"""Runs of the bundled edition in a process of their own, as its users have them, and what they leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

SLUG = "uk-civil-service-leadership"
JUNE, OCTOBER = "2012-06-28", "2012-10-31"
#: The surroundings of the run that others are compared with.
PLAIN = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
_DRIVER = Path(__file__).with_name("driver.py")


class Ran(NamedTuple):
    """How one command ended."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        assert self.status == 0, self.err
        return json.loads(self.out)


@dataclass(frozen=True)
class Command:
    """A command line. `bundled`: folders for those that ship with the code; `copy`: keep FROM as TO after it."""

    arguments: Sequence[str | Path]
    bundled: Mapping[str, Path] = field(default_factory=dict)
    copy: tuple[Path, Path] | None = None

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "arguments": [str(argument) for argument in self.arguments],
            "bundled": {name: str(path) for name, path in self.bundled.items()},
        }
        return shown | ({"copy": [str(path) for path in self.copy]} if self.copy else {})


@dataclass(frozen=True)
class Edition:
    """Both releases: `published` with what was there after each, as bytes by relative path; and the reports.

    `again`: a copy of all that, on which the second release and then the first were `run_again`.
    """

    published: Path
    again: Path
    after_june: dict[str, bytes]
    after_october: dict[str, bytes]
    june_report: dict[str, Any]
    october_report: dict[str, Any]
    run_again: tuple[Ran, ...]

    @property
    def june(self) -> Path:
        return self.published / SLUG / "v1.0.0"

    @property
    def october(self) -> Path:
        return self.published / SLUG / "v1.1.0"

    def folder(self, as_of: str) -> Path:
        return {JUNE: self.june, OCTOBER: self.october}[as_of]


def incumbent(
    *commands: Command, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> list[Ran]:
    """The commands, one after the other in one new process."""
    ended = subprocess.run(
        [sys.executable, str(_DRIVER)],
        input=json.dumps([command.as_json() for command in commands]).encode("ascii"),
        capture_output=True,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode(errors="replace")
    return [Ran(*each) for each in json.loads(ended.stdout)]


def release(as_of: str, published: Path, **more: Any) -> Command:
    """`incumbent run` of the bundled roster."""
    return Command(["run", SLUG, "--as-of", as_of, "--published", published, "--json"], **more)


def files(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`, by its relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
