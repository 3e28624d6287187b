"""Web archives' own addresses of a capture (a memento), read and built.

`https://web.archive.org/web/20120523104700id_/http://works.example/` is that page as it was on 23 May 2012.
The modifier `id_` asks for the bytes as they were captured; without it the archive rewrites the page. Formats:
https://archive.org/help/wayback_api.php, https://webarchive.nationalarchives.gov.uk/ukgwa/help/, RFC 7089.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

#: Archive -> what stands before the timestamp in the addresses of its captures.
ARCHIVES = {
    "wayback": "https://web.archive.org/web/",
    "ukgwa": "https://webarchive.nationalarchives.gov.uk/ukgwa/",
}
#: Both schemes, any modifier, and the National Archives' older form without `ukgwa/`.
_MEMENTO = re.compile(
    r"https?://(?:web\.archive\.org/web/|webarchive\.nationalarchives\.gov\.uk/(?:ukgwa/)?)"
    r"(?P<timestamp>[0-9]{14})(?:[a-z]{2}_)?/(?P<original>\S+)",
    re.IGNORECASE,
)
#: Captures were also kept without a scheme, and a server on the way may have folded the two slashes into one.
_ORIGINAL = re.compile(
    r"(?:(?P<scheme>https?):/+)?(?P<host>[^/?#:@\s]+)(?::(?P<port>[0-9]+))?(?P<rest>[/?#]\S*)?", re.IGNORECASE
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def memento_of(url: str) -> Memento | None:
    """What `url` is a capture of, when it is the address of one in an archive that ARCHIVES knows; else None.

    The original comes in one spelling (lower-case host, no default port, a path), so that all captures of a page are
    found under one address. A timestamp that is no moment, or shorter than 14 digits (the archive would choose a
    capture itself), is none.
    """
    found = _MEMENTO.fullmatch(url)
    moment = moment_of(found["timestamp"]) if found else None
    original = canonical(found["original"]) if found else None
    if moment is None or original is None:
        return None
    return Memento(original, moment.strftime("%Y-%m-%d"), moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def memento_url(archive: str, timestamp: str, original: str) -> str:
    """The address of the capture of `original` at `timestamp` (14 digits), as the bytes were; see ARCHIVES."""
    return f"{ARCHIVES[archive]}{timestamp}id_/{original}"


def moment_of(timestamp: str) -> dt.datetime | None:
    """The moment (UTC) that 14 digits mean; None when they mean none, or one at which there was no web to capture."""
    if not re.fullmatch(r"(?:199|2[01][0-9])[0-9]{11}", timestamp):
        return None
    parts = [int(timestamp[:4]), *(int(timestamp[place : place + 2]) for place in range(4, 14, 2))]
    try:
        return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]
    except ValueError:
        return None


def canonical(original: str) -> str | None:
    """An archived address in one spelling; None when it is not an http or https address."""
    found = _ORIGINAL.fullmatch(original)
    if found is None:
        return None
    scheme = (found["scheme"] or "http").lower()
    port = f":{found['port']}" if found["port"] and found["port"] != _DEFAULT_PORTS[scheme] else ""
    rest = found["rest"] or ""
    return f"{scheme}://{found['host'].lower()}{port}{rest if rest.startswith('/') else '/' + rest}"


@dataclass(frozen=True)
class Memento:
    """A capture of `original`, `taken_at` that day (UTC, YYYY-MM-DD), at that `instant` (YYYY-MM-DDTHH:MM:SSZ)."""

    original: str
    taken_at: str
    instant: str
