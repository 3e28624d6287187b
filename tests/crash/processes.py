"""Runs the program of the crash tests: plainly, held back, or under strace, which records calls and makes them fail."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.crash.mutants import Site

STRACE = shutil.which("strace")

#: What changes a disk, or takes a lock. A question mark: not every machine has it.
CALLS = (
    "?open,?creat,openat,?openat2,write,writev,pwrite64,pwritev,?pwritev2,sendfile,copy_file_range,splice,ftruncate,"
    "truncate,fallocate,?rename,?renameat,renameat2,?mkdir,mkdirat,?rmdir,?unlink,unlinkat,?link,linkat,?symlink,"
    "symlinkat,fsync,fdatasync,sync,syncfs,sync_file_range,flock,?mknod,mknodat"
)
_OPENS = ("open", "creat", "openat", "openat2")
#: Whose paths are each a folder and a name under it.
_UNDER = ("openat", "openat2", "renameat", "renameat2", "mkdirat", "unlinkat", "linkat", "symlinkat", "mknodat")
#: Where the file stands that is written, if it is not the first argument.
_WRITTEN = {"copy_file_range": 2, "splice": 2}

_LINE = re.compile(r"(\w+)\((.*)\) += (-?\d+|\?)(?:<([^>]*)>)?")
_DONE = re.compile(r"[+-]{3} .* [+-]{3}")
#: A string, or a number with the file it stands for: all text is in \x41 (strace -xx), so that a comma parts arguments.
_TEXT = re.compile(r'"((?:\\x..)*)"(?:\.\.\.)?|(?:\d+|AT_FDCWD)<((?:\\x..)*)>')


def parse(trace: str) -> list[Call]:
    """The calls of one process, in order. Raises ValueError for a line that is none."""
    calls, counts = [], dict.fromkeys(_OPENS, 0)
    for line in trace.splitlines():
        found = _LINE.match(line)
        if found is None:
            if _DONE.match(line):
                continue
            raise ValueError(f"strace says what we cannot read: {line[:200]}")
        name, given, result, _ = found.groups()
        counts[name] = counts.get(name, 0) + 1
        arguments = tuple(_argument(each) for each in given.split(", "))
        calls.append(Call(name, counts[name], arguments, -1 if result == "?" else int(result)))
    return calls


def changing(calls: Sequence[Call], base: Path) -> list[Call]:
    """The calls among them that change what is under `base`, flush it or lock it."""
    return [call for call in calls if call.touches(base)]


def _argument(given: str) -> bytes | str:
    found = _TEXT.fullmatch(given)
    if found is None:
        return given
    return bytes.fromhex((found[1] if found[1] is not None else found[2]).replace("\\x", ""))


class Program:
    """The running program; one per test session."""

    def __init__(self, scratch: Path) -> None:
        self.scratch, self._number = scratch, 0
        root = Path(__file__).resolve().parents[2]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), *filter(None, sys.path)])}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.program", str(scratch / "known")], cwd=root, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def run(self, arguments: Sequence[str | Path], *, mutant: Site | None = None) -> Ended:
        """Runs a command to its end."""
        return self.start(arguments, mutant=mutant).ended()

    def start(
        self, arguments: Sequence[str | Path], *, mutant: Site | None = None, held: bool = False,
        pause: tuple[str, Sequence[int]] | None = None,
    ) -> Running:  # fmt: skip
        """Starts a command. Held, it waits for Running.go before its first step; with `pause`, before it writes a file
        of published/ for each how many-th time."""
        self._number += 1
        said = self.scratch / f"said-{self._number}"
        lost = [mutant.module, mutant.function, mutant.call, mutant.number] if mutant else None
        told = [str(each) for each in arguments]
        answer = self.ask({"arguments": told, "said": str(said), "held": held, "pause": pause, "mutant": lost})
        running = Running(self, int(str(answer["pid"])), said)
        if held:
            running.stopped()
        return running

    def traced(
        self, arguments: Sequence[str | Path], *, mutant: Site | None = None, inject: str | None = None,
        brief: bool = False,
    ) -> tuple[Ended, list[Call]]:  # fmt: skip
        """Runs a command under strace; `inject` as strace has it: fsync:error=EIO:when=3. `brief`: of the calls only
        those of that name are recorded, and without their data."""
        if STRACE is None:
            raise RuntimeError("strace is not installed")
        running, trace = self.start(arguments, mutant=mutant, held=True), self.scratch / f"trace-{self._number}"
        options = ["-y", "-xx", "-o", str(trace), "-e", "signal=none", "-s", "8" if brief else "100000000"]
        options += ["-e", f"trace={inject.partition(':')[0] if brief and inject else CALLS}"]
        options += ["-e", f"inject={inject}"] if inject else []
        tracer = subprocess.Popen([STRACE, "-p", str(running.pid), *options], stderr=subprocess.PIPE, text=True)
        with tracer:
            assert tracer.stderr is not None
            attached = tracer.stderr.readline()
            if "attached" not in attached:
                os.kill(running.pid, signal.SIGKILL)
                raise RuntimeError(f"strace cannot follow a process here: {attached}")
            running.go()
            ended = running.ended()
        calls = parse(trace.read_text())
        trace.unlink()
        return ended, calls

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, object] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


@dataclass(frozen=True)
class Call:
    """One call: its name, the how many-th of that name it is, its arguments (files, paths and data as bytes), its
    result (-1: an error, or killed before there was one)."""

    name: str
    number: int
    arguments: tuple[bytes | str, ...]
    result: int

    def path(self, at: int = 0) -> Path:
        """The path that begins at an argument: of an open file, or a name and perhaps the folder that it is under."""
        parts = self.arguments[at : at + 2] if self.name in _UNDER else self.arguments[at : at + 1]
        return Path(*[os.fsdecode(part) for part in parts if isinstance(part, bytes)])

    def paths(self) -> list[Path]:
        """The path, or both of what is renamed."""
        return [self.path(), self.path(len(self.arguments) // 2)] if self.name.startswith("rename") else [self.path()]

    def touches(self, base: Path) -> bool:
        """Whether it changes what is under a folder, flushes it or locks it."""
        if self.name in _OPENS and not self.writes:
            return False
        return self.name == "sync" or self.path(_WRITTEN.get(self.name, 0)).is_relative_to(base)

    @property
    def writes(self) -> bool:
        """Whether an opening is for writing."""
        return self.name == "creat" or any(
            isinstance(each, str) and re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", each) for each in self.arguments
        )


@dataclass(frozen=True)
class Running:
    """A process of the program."""

    program: Program
    pid: int
    said: Path

    def go(self) -> None:
        """Goes on, where it has stopped itself."""
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def stopped(self) -> bool:
        """Waits until it stops itself; False when it ends instead."""
        return "stopped" in self.program.ask({"wait": self.pid, "stops": True})

    def ended(self) -> Ended:
        """Waits for its end."""
        answer = self.program.ask({"wait": self.pid, "stops": False})
        said = self.said.read_text()
        self.said.unlink()
        return Ended(int(str(answer["status"])), said)


@dataclass(frozen=True)
class Ended:
    """A process that ended: its exit status (negative: the signal that killed it) and its standard error."""

    status: int
    said: str
