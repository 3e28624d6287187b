"""The tools of tests/ that are written for Node, installed once from the lock file, outside of what git knows."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from incumbent import durable

_HERE = Path(__file__).resolve().parent
#: Ignored by git, and removed by `make clean`.
_CACHE = _HERE.parent.parent / "build" / "node"
_FILES = ("package.json", "package-lock.json", ".npmrc")
_OLDEST = 20


def tools() -> Path:
    """The folder that holds node_modules/, as package-lock.json says; installed on first use.

    Skips the test, with the reason, where there is no Node or no npm, or where the packages cannot be fetched. Several
    test processes may ask at once: one installs, the others wait.
    """
    require_node()
    lock = hashlib.sha256(b"".join((_HERE / name).read_bytes() for name in _FILES)).hexdigest()[:16]
    done = _CACHE / lock
    with durable.locked(_CACHE, wait=True):
        if not done.is_dir():
            _install(done)
    return done


def require_node() -> None:
    """Skips where there is no Node that these tools run on."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}, which is not installed")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(said.lstrip("v").split(".")[0]) < _OLDEST:
        pytest.skip(f"needs Node {_OLDEST} or later, and this is {said.strip()}")


def _install(done: Path) -> None:
    """All or nothing: a folder is only ever there with everything in it."""
    with tempfile.TemporaryDirectory(dir=_CACHE, prefix="installing-") as work:
        for name in _FILES:
            shutil.copyfile(_HERE / name, Path(work) / name)
        try:
            ran = subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--prefer-offline"],
                cwd=work, capture_output=True, text=True, timeout=300,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            pytest.skip("npm could not fetch the packages of tests/node/package-lock.json in 300 s")
        if ran.returncode:
            pytest.skip(f"npm ci failed in tests/node: {' '.join(ran.stderr.split())[:300]}")
        Path(work).rename(done)
        Path(work).mkdir()  # for TemporaryDirectory, which removes it
