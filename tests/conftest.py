"""What every test stands on: a home folder and a Prefect home of its own, and in CI no test skipped."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
_HOME = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is imported: nothing that a test runs may read or write the user's own settings.

    prefect_test_harness isolates only Prefect's database, so the whole of PREFECT_HOME is moved away.
    """
    home = Path(tempfile.mkdtemp(prefix="incumbent-tests-"))
    config.stash[_HOME] = home
    os.environ["HOME"] = str(home)
    os.environ["PREFECT_HOME"] = str(home / "prefect")
    for variable in ("PREFECT_API_URL", "PREFECT_PROFILE"):
        os.environ.pop(variable, None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if home := config.stash.get(_HOME, None):
        shutil.rmtree(home, ignore_errors=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure: what is not run is not known to work."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None or hasattr(session.config, "workerinput"):
        return
    skipped = reporter.stats.get("skipped", [])
    if skipped and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"CI=true: {len(skipped)} skipped, which counts as failed", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder ../shared (samples, bench), which is not ours to publish: not every checkout has it."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the folder shared/ beside the checkout: its samples are not ours to publish")
    return folder
