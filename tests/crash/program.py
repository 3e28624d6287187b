"""The program that the crash tests stop: the real commands, each in a process of its own, forked after the imports.

`python -m tests.crash.program FOLDER` reads requests, one line of JSON each, and answers each with one:

    {"arguments": [...], ...}   forks a process for a command line (Job); answers {"pid": ...}
    {"wait": pid, ...}          answers {"status": ...}, or {"stopped": true} when the process has stopped itself

Nothing of Polars runs before the fork, so that the process that is forked may start its threads. The pages are the real
ones but for what is drawn in their charts: the engine that draws takes seconds to start, and writes nothing. FOLDER
keeps what is computed on the way (known.py).
"""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pyarrow.compute

from incumbent import charts, cli, corrections, difference, durable, manifest, publish, withdrawal
from incumbent.charts import drawing
from incumbent.site import rendering
from tests.crash import known, mutants

SLUG = "harbour-board"

#: Any process may trace this one (prctl(2)), where else only its parent's could: strace is no child of ours.
_PR_SET_PTRACER, _ANY = 0x59616D61, ctypes.c_ulong(-1)

#: What the commands import as they run, so that no run is the first.
_READY = (charts, corrections, pyarrow.compute, withdrawal)


def main() -> None:
    vars(drawing)["_converter"] = _Converter
    known.remember(Path(sys.argv[1]))
    templates = rendering.environment()
    for name in templates.list_templates():
        templates.get_template(name)
    cli.cli.add_command(publish_draft)
    cli.cli.add_command(note_check)
    cli.cli.add_command(withdraw_several)
    for line in sys.stdin:
        request = json.loads(line)
        answer = _waited(**request) if "wait" in request else {"pid": _started(Job(**request))}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


@click.command("publish-draft")
@click.argument("content", type=Path)
@click.option("--published", type=Path, required=True)
@click.option("--slug", default=SLUG)
@click.option("--as-of", required=True)
@click.option("--label", default="")
@click.option("--linger", type=float, default=0.0)
@click.option("--made-here", is_flag=True)
def publish_draft(
    content: Path, published: Path, slug: str, as_of: str, label: str, linger: float, made_here: bool
) -> None:
    """Publish the version in CONTENT under another number, day and label; or (made here) the synthetic package."""
    draft: publish.Draft = Stamped(content, as_of, label)
    if made_here:
        from tests import synthetic_package as synthetic

        draft = synthetic.draft(as_of, days=len(label))

    def check(staging: Path, previous: Path | None) -> None:
        time.sleep(linger)

    done = publish.publish(draft, published, slug, check=check if linger else None)
    click.echo(f"{done.version} {'made' if done.changed else 'held'}", err=True)


@click.command("note-check")
@click.option("--published", type=Path, required=True)
@click.option("--slug", default=SLUG)
@click.option("--at", required=True)
def note_check(published: Path, slug: str, at: str) -> None:
    """Put into status.json that the live version still holds."""
    publish.note_check(published, slug, checked_at=at)


@click.command("withdraw-several")
@click.argument("versions", nargs=-1, required=True)
@click.option("--published", type=Path, required=True)
@click.option("--slug", default=SLUG)
@click.option("--date", required=True)
def withdraw_several(versions: tuple[str, ...], published: Path, slug: str, date: str) -> None:
    """Withdraw VERSIONS in one go, as a suppression does."""
    withdrawal.withdraw(published, slug, versions, reason="suppressed", date=date)


def _started(job: Job) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        _prepare(job)
        if job.held:
            os.kill(os.getpid(), signal.SIGSTOP)
        cli.main(job.arguments)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stderr.flush()
        os._exit(status)


def _prepare(job: Job) -> None:
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    os.dup2(quiet, 1)
    os.dup2(os.open(job.said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANY, 0, 0, 0)
    if job.mutant is not None:
        mutants.apply(mutants.Site(*job.mutant))
    if job.pause is not None:
        durable.write = _stopping(durable.write, *job.pause)


def _stopping(real: Callable[..., None], name: str, numbers: list[int]) -> Callable[..., None]:
    """Stops this process before it writes the file `name` of published/ for each how many-th time of `numbers`."""
    times = itertools.count(1)

    def stopping(content: bytes, path: Path, scratch: Path) -> None:
        if path.as_posix().endswith(f"/published/{name}") and next(times) in numbers:
            os.kill(os.getpid(), signal.SIGSTOP)
        real(content, path, scratch)

    return stopping


def _waited(wait: int, stops: bool) -> dict[str, Any]:
    _, status = os.waitpid(wait, os.WUNTRACED if stops else 0)
    if os.WIFSTOPPED(status):
        return {"stopped": True}
    return {"status": os.waitstatus_to_exitcode(status)}


class _Converter:
    """Draws the same line every time."""

    def vegalite_to_svg(self, spec: object, **options: object) -> str:
        return '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="240"><path d="M0 0H480"/></svg>'

    def svg_to_png(self, svg: str, **options: object) -> bytes:
        return b"\x89PNG\r\n\x1a\n"


class Stamped:
    """A whole version made before, published again under another number, day and label.

    It only copies files: what is tested is publishing, and the files are those of tests/synthetic_package.py.
    """

    def __init__(self, content: Path, as_of: str, label: str) -> None:
        self.content, self.as_of, self.label = content, as_of, label

    def number(self, previous: Path | None) -> str | None:
        if previous is None:
            return difference.FIRST_VERSION
        described = json.loads((previous / "datapackage.json").read_bytes())
        if described["created"] == self._created and (previous / "README.md").read_bytes() == self._readme:
            return None
        return difference.next_version(described["version"], "minor")

    def write(self, version: str, folder: Path, previous: Path | None) -> None:
        folder.mkdir()
        for path in sorted(self.content.rglob("*")):
            copy = folder / path.relative_to(self.content)
            if path.is_dir():
                copy.mkdir()
            elif path.name not in ("README.md", "datapackage.json", manifest.NAME):
                shutil.copyfile(path, copy)
        (folder / "README.md").write_bytes(self._readme)
        described = json.loads((self.content / "datapackage.json").read_bytes())
        described |= {"version": version, "created": self._created}
        (folder / "datapackage.json").write_text(json.dumps(described, indent=2, ensure_ascii=False))
        manifest.write(folder)

    @property
    def _created(self) -> str:
        return f"{self.as_of}T00:00:00Z"

    @property
    def _readme(self) -> bytes:
        return (self.content / "README.md").read_bytes() + f"\n{self.label}\n".encode()


@dataclass(frozen=True)
class Job:
    """A command line; where its words go; whether it stops itself before the first step, or before it writes a file of
    published/ for the first or another time; and which call it has lost."""

    arguments: list[str]
    said: str
    held: bool = False
    pause: list[Any] | None = None
    mutant: list[Any] | None = None


if __name__ == "__main__":
    main()
