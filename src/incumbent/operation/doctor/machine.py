"""What of this machine a run needs: Python, Prefect, disks, a clock, fonts, a browser."""

from __future__ import annotations

import datetime as dt
import importlib
import os
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from importlib import metadata
from pathlib import Path

from incumbent import durable, engine
from incumbent.errors import HeldError, printable
from incumbent.operation.doctor import FAIL, OK, WARN, Finding, Place

#: The versions of Python that are tested.
_PYTHONS = ((3, 11), (3, 14))
#: What is wanted free on a disk, in bytes: less than this many is a warning, and than that many a failure.
_WANTED, _NEEDED = 2 * 2**30, 200 * 2**20
#: A clock that is further from that of a server, in seconds, dates what is known wrongly; from there on, it is refused.
_SKEW, _WRONG = 5.0, 300.0
#: No machine runs this before it was written.
_WRITTEN = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def python(_: Place) -> Iterator[Finding]:
    """The interpreter, and the packages that a run imports, in the versions that work together."""
    lowest, beyond = _PYTHONS
    fits = lowest <= sys.version_info[:2] < beyond
    expected = f"Python {lowest[0]}.{lowest[1]} or later, before {beyond[0]}.{beyond[1]}"
    yield Finding("python", OK if fits else FAIL, sys.version.split()[0], expected, "" if fits else "make install")
    broken = []
    for name in ("polars", "pyarrow", "frictionless", "great_expectations", "prefect", "apprise"):
        try:
            importlib.import_module(name)
        except Exception as error:  # an import can fail in any way
            broken.append(f"{name}: {type(error).__name__}")
    yield Finding("packages", FAIL if broken else OK, ", ".join(broken) or "all can be imported", "", _install(broken))
    sqlalchemy = metadata.version("sqlalchemy")
    works = sqlalchemy.startswith("2.0.")
    yield Finding(
        "sqlalchemy",
        OK if works else FAIL,
        sqlalchemy,
        "2.0: with a later one Prefect 3.8.8 starts no run of a schedule",
        "" if works else "make install, which takes the versions of the lock file",
    )


def prefect(_: Place) -> Iterator[Finding]:
    """The Prefect server that is configured answers, or one of our own starts."""
    engine.set_defaults()
    if engine.server_configured():
        yield _configured_server()
        return
    server = engine.TemporaryServer()
    try:
        server.ready()
        yield Finding("prefect", OK, "a temporary server starts")
    except HeldError as error:
        yield Finding("prefect", FAIL, f"{error.what}: {error.where}", error.expected, error.do)
    finally:
        server.stop()


def disks(place: Place) -> Iterator[Finding]:
    """Room, and a disk that keeps what it is given, where is published, captured and worked."""
    folders = {"temporary files": Path(tempfile.gettempdir())}
    if place.published:
        folders["published"] = place.published
    folders |= {f"archive of {roster.slug}": archive for roster, archive in place.rosters}
    for name, folder in folders.items():
        existing = next(each for each in (folder, *folder.absolute().parents) if each.is_dir())
        yield _room(name, existing)
        yield _writes(name, existing)


def clock(place: Place) -> Iterator[Finding]:
    """The clock is not years off; with --live, it is that of the servers which are asked (their header `Date`)."""
    now = dt.datetime.now(dt.UTC)
    if now < _WRITTEN:
        yield Finding("clock", FAIL, now.isoformat(timespec="seconds"), f"after {_WRITTEN.date()}", _set_clock())
        return
    newest = _newest_change(place)
    if newest and newest > now + dt.timedelta(days=1):
        seen = f"{now:%Y-%m-%d %H:%M} UTC, and the last version was made on {newest:%Y-%m-%d}"
        yield Finding("clock", FAIL, seen, "a time after that of the last version", _set_clock())
        return
    yield Finding("clock", OK, now.isoformat(timespec="seconds"))


def skew(now: dt.datetime, date_header: str) -> Finding:
    """How far the clock is from a server's."""
    theirs = parsedate_to_datetime(date_header)
    seconds = (now - theirs).total_seconds()
    outcome = FAIL if abs(seconds) > _WRONG else WARN if abs(seconds) > _SKEW else OK
    side = "before" if seconds < 0 else "after"
    seen = f"{abs(seconds):.0f} s {side} the server's" if abs(seconds) >= 1 else "the server's"
    return Finding(
        "clock against a server", outcome, seen, f"within {_SKEW:.0f} s", "" if outcome == OK else _set_clock()
    )


def charts(_: Place) -> Iterator[Finding]:
    """The fonts that charts are drawn with are there, and can be used."""
    from incumbent.charts import fonts

    try:
        importlib.import_module("vl_convert")
    except ImportError as error:
        yield Finding("charts", FAIL, f"{error}", "vl-convert-python", _install(error))
        return
    names = sorted(path.name for path in fonts.FOLDER.glob("*.ttf"))
    seen = ", ".join(names) or "no font"
    yield Finding("charts", OK if names else FAIL, seen, "the fonts that come along", _install(not names))


def browser(_: Place) -> Iterator[Finding]:
    """A browser. A run needs none; the tests of the page do."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    seen, do = (found, "") if found else ("none", "only to run the tests: apt-get install chromium")
    yield Finding("browser", OK if found else WARN, seen, "Chromium, for the tests of the page", do)


def _configured_server() -> Finding:
    from prefect.settings import PREFECT_API_URL

    url = PREFECT_API_URL.value()
    if not url:
        return Finding(
            "prefect", WARN, "a profile without PREFECT_API_URL", "the address of a server", "see its profile"
        )
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:  # noqa: S310 - the operator's own setting
            if answer.status == 200:
                return Finding("prefect", OK, f"the server at {url} answers")
            seen = f"the server at {url} answers {answer.status}"
    except (urllib.error.URLError, OSError, ValueError) as error:
        seen = f"the server at {url} does not answer: {printable(error, 200)}"
    return Finding("prefect", FAIL, seen, "a server that answers", "start it, or unset PREFECT_API_URL")


def _room(name: str, folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    outcome = OK if free >= _WANTED else WARN if free >= _NEEDED else FAIL
    seen, expected = f"{free / 2**30:.1f} GB free", f"{_WANTED / 2**30:.0f} GB"
    do = (
        "" if outcome == OK else "make room, or choose another place; `incumbent archive pack` moves what is not needed"
    )
    return Finding(f"room: {name}", outcome, f"{seen} at {folder}", expected, do)


def _writes(name: str, folder: Path) -> Finding:
    """A file is written, flushed, renamed, read back and removed, as a publication does it."""
    check, content = f"writing: {name}", os.urandom(64)
    try:
        with tempfile.TemporaryDirectory(prefix=".incumbent-doctor-", dir=folder) as scratch:
            made, kept = Path(scratch) / "made", Path(scratch) / "kept"
            made.write_bytes(content)
            durable.flush(made)
            made.replace(kept)
            durable.flush(Path(scratch))
            whole = kept.read_bytes() == content
    except OSError as error:
        return Finding(check, FAIL, f"{error.strerror} at {folder}", "write, fsync, rename", "give this user the right")
    expected = "the bytes that were written"
    return Finding(check, OK if whole else FAIL, str(folder), expected, "" if whole else "replace the disk")


def _newest_change(place: Place) -> dt.datetime | None:
    """The modification time of the newest pointer that is published."""
    pointers = place.published.glob("*/latest.json") if place.published else ()
    times = [dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) for path in pointers]
    return max(times, default=None)


def _set_clock() -> str:
    return "set the clock, and let it be kept (timedatectl set-ntp true)"


def _install(is_broken: object) -> str:
    return "make install, which takes the versions of the lock file" if is_broken else ""
