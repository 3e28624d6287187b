"""What a run of these rosters needs: who asks, tokens, schedules, an archive that is whole, sources that answer."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from incumbent import capturing, ledger
from incumbent.archive import Archive
from incumbent.errors import IncumbentError, InputError, printable
from incumbent.operation import notices, runs, schedule, watching
from incumbent.operation.doctor import FAIL, OK, WARN, Finding, Place
from incumbent.operation.doctor.machine import skew
from incumbent.roster import Roster, Source

_LOCKS = Path("/proc/locks")


def contact(place: Place) -> Iterator[Finding]:
    """Somebody whom the sources can write to: without, nobody is asked."""
    for roster, _ in place.rosters:
        name = f"contact: {roster.slug}"
        try:
            yield Finding(name, OK, capturing.contact_of(roster, place.contact))
        except InputError as error:
            yield Finding(name, WARN, error.what, error.expected, f"{error.do}; without it nothing is captured")


def tokens(place: Place) -> Iterator[Finding]:
    """The tokens that sources ask for are in the environment. A token itself is never shown."""
    for roster, _ in place.rosters:
        for source in roster.sources:
            if source.token_env and not os.environ.get(source.token_env, "").strip():
                do = f"set {source.token_env}" + ("" if source.required else ", or do without the source")
                outcome = FAIL if source.required else WARN
                yield Finding(f"token: {source.id}", outcome, f"{source.token_env} is not set", "a token", do)


def schedules(place: Place) -> Iterator[Finding]:
    """When each roster is run next."""
    for roster, _ in place.rosters:
        name = f"schedule: {roster.slug}"
        try:
            planned = schedule.of(roster)
        except InputError as error:
            yield Finding(name, FAIL, error.what, error.expected, f"correct {error.where}")
            continue
        if planned is None:
            seen = f"none in roster.yaml; `incumbent serve` takes {schedule.DAILY}"
            yield Finding(name, OK, seen)
        else:
            due = schedule.next_run(planned, dt.datetime.now(dt.UTC))
            yield Finding(name, OK, f"{planned.cron} ({planned.timezone}), next at {due}")


def notifications(_: Place) -> Iterator[Finding]:
    """Addresses that messages go to, whose kinds are known. An address itself is never shown."""
    name = "notifications"
    try:
        kinds = notices.kinds(notices.addresses())
    except (OSError, UnicodeDecodeError) as error:
        seen = f"the file that {notices.FILE} names cannot be read: {type(error).__name__}"
        yield Finding(name, FAIL, seen, "addresses, one in each line", "correct the variable, or the file's rights")
        return
    wrong = [str(number) for number, kind in enumerate(kinds, start=1) if kind is None]
    if wrong:
        seen = f"address {', '.join(wrong)} is none that apprise knows"
        yield Finding(name, FAIL, seen, "such as mailto://... or json://...", "correct it: docs/operators.md")
    elif not kinds:
        do = f"set {notices.ADDRESSES} or {notices.FILE}: docs/operators.md"
        yield Finding(name, WARN, "nobody is told when a run fails", "an address", do)
    else:
        yield Finding(name, OK, f"{len(kinds)}: {', '.join(filter(None, kinds))}")
    if os.environ.get(watching.SITE) and watching.site() is None:
        yield Finding(watching.SITE, WARN, "is no address", "such as https://lists.example.org", "correct the variable")


def reports(_: Place) -> Iterator[Finding]:
    """The reports of runs can be written."""
    folder = runs.folder()
    existing = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    able = existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
    do = "" if able else f"set {runs.VARIABLE} to a folder that can be written to"
    yield Finding("reports of runs", OK if able else WARN, str(folder), "a folder that can be written to", do)


def archives(place: Place) -> Iterator[Finding]:
    """Every record of every archive is as it was written, and nobody else is writing there."""
    for roster, folder in place.rosters:
        name = f"archive: {roster.slug}"
        try:
            records = Archive(folder).verify()
        except IncumbentError as error:
            yield Finding(name, FAIL, f"{error.what} ({error.where})", error.expected, error.do)
            continue
        size = sum(path.stat().st_size for path in folder.glob("*.warc.gz")) if folder.is_dir() else 0
        yield Finding(name, OK, f"{records} records, {size / 2**20:.1f} MB, all verified, in {folder}")
        yield from _lock(f"lock: archive of {roster.slug}", folder)


def published(place: Place) -> Iterator[Finding]:
    """What is published can be read, and who is publishing there now."""
    if place.published is None or not place.published.is_dir():
        yield Finding("published", OK, "nothing is published yet")
        return
    for roster, _ in place.rosters:
        folder = place.published / roster.slug
        name = f"published: {roster.slug}"
        try:
            live = ledger.current(folder)
        except IncumbentError as error:
            do = error.do or "restore the file from a copy; `incumbent verify` says what else differs"
            yield Finding(name, FAIL, f"{error.what} ({error.where})", error.expected, do)
            continue
        seen = f"version {live.version}, as of {live.as_of}" if live else "nothing yet"
        yield Finding(name, OK, f"{seen}; `incumbent verify` looks at every file")
        yield from _lock(f"lock: {roster.slug}", folder)


def sources(place: Place) -> Iterator[Finding]:
    """With --live, each host of the sources: one request for its robots.txt, by name of whoever asks. Else its name."""
    hosts: dict[str, tuple[Roster, Source]] = {}
    for roster, _ in place.rosters:
        for source in roster.sources:
            host = urlsplit(source.url).hostname
            if source.kind == "capture" and host:
                hosts.setdefault(host, (roster, source))
    if not place.live:  # side by side: without a network each takes its time
        with ThreadPoolExecutor(max_workers=max(1, len(hosts))) as pool:
            yield from pool.map(_resolved, sorted(hosts))
        return
    compared = False
    for host, (roster, source) in sorted(hosts.items()):
        name = f"source: {host}"
        try:
            asked = capturing.contact_of(roster, place.contact)
        except InputError as error:
            yield Finding(name, WARN, error.what, error.expected, f"{error.do}; nobody is asked without")
            continue
        found, date = _asked(name, source, asked)
        yield found
        if date and not compared:
            compared = True
            yield skew(dt.datetime.now(dt.UTC), date)


def _resolved(host: str) -> Finding:
    name = f"source: {host}"
    try:
        socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError as error:
        do = "look at the network; a run that captures nothing carries forward what is known"
        return Finding(name, WARN, f"its name is not found: {error.strerror}", "an address", do)
    return Finding(name, OK, "its name is found; --live asks it")


def _asked(name: str, source: Source, contact: str) -> tuple[Finding, str | None]:
    """Whether a host answers a single, polite request: for robots.txt, which may be asked for anywhere."""
    from incumbent.fetch import FAULT_TABLE, Fetcher, FetchError, Limits, Request

    parts = urlsplit(source.url)
    limits = Limits(deadline_seconds=20, retries=0)
    with Fetcher(contact, limits=limits) as fetcher:
        try:
            response = fetcher.fetch(Request(f"{parts.scheme}://{parts.netloc}/robots.txt", interface=True))
        except FetchError as error:
            if error.response is None:
                advice = FAULT_TABLE[error.fault].advice
                return Finding(name, WARN, f"{error.fault}: {printable(error.what, 200)}", "an answer", advice), None
            response = error.response
    date = next((value for key, value in response.headers if key.lower() == "date"), None)
    return Finding(name, OK, f"answers, with {response.status}"), date


def _lock(name: str, folder: Path) -> Iterator[Finding]:
    """Who holds the lock of a folder, if somebody does: a run under way, which is as it should be."""
    if not folder.is_dir():
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield Finding(name, WARN, f"held by {_holder(folder)}", "no run under way", "wait until it has ended")
    finally:
        os.close(handle)


def _holder(folder: Path) -> str:
    """The process that holds the lock, by the kernel's list."""
    inode = f":{folder.stat().st_ino} "
    lines = _LOCKS.read_text(encoding="ascii").splitlines() if _LOCKS.exists() else []
    for line in lines:
        if inode in line and "->" not in line:
            number = line.split()[4]
            command = Path("/proc", number, "cmdline")
            words = command.read_bytes().replace(b"\0", b" ").decode(errors="replace") if command.exists() else ""
            return f"process {number} ({printable(words, 120)})"
    return "another process"
