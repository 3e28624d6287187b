"""Adapter `wayback`: the index of the Internet Archive's Wayback Machine, as it answers on /cdx/search/cdx.

A line a capture, seven fields apart by a space; with `showResumeKey=true` a blank line and the key of the next page
after them. The format: https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server. Settings:
cdx.Settings. An address for roster.yaml: `https://web.archive.org/cdx/search/cdx?url=works.example/people&from=2011
&to=2012&limit=1000&showResumeKey=true` (on one line).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import cdx
from incumbent.sources.base import Context, Links, Parsed
from incumbent.sources.cdx import Capture, Settings

_FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")

__all__ = ["Settings", "links", "parse"]


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """No claim: an index says only when pages were captured. Raises SourceError where it is none."""
    Settings.model_validate(settings)
    _read(snapshot, context)
    return Parsed()


def links(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Links:
    """more: the next page, where the answer ends with a resume key; pages: the captures that the settings want.

    An empty answer (no capture is known) gives none. Raises SourceError with the line for one that is malformed.
    """
    wanted = Settings.model_validate(settings)
    captures, key = _read(snapshot, context)
    # The key is itself percent-encoded, and is a value to encode again: that is what the archive's own clients send.
    more = (cdx.with_parameter(snapshot.url, "resumeKey", key),) if key else ()
    return Links(more=more, pages=cdx.capture_addresses(captures, wanted, "wayback"))


def _read(snapshot: Snapshot, context: Context) -> tuple[list[Capture], str | None]:
    """The captures, and the resume key where there is one."""
    lines = list(cdx.numbered_lines(snapshot, context))
    key = None
    if len(lines) >= 2 and not lines[-2][1].strip() and lines[-1][1].strip():
        key = lines[-1][1].strip()
        if " " in key:
            raise _malformed(lines[-1], "a resume key", context)
        lines = lines[:-2]
    captures = []
    for locator, line in lines:
        fields = line.split(" ")
        if len(fields) != len(_FIELDS) or not all(fields):
            raise _malformed((locator, line), " ".join(_FIELDS), context)
        page, timestamp, original, mimetype, status, digest, _ = fields
        captures.append(cdx.capture_of(Capture(page, timestamp, original, mimetype, status, digest, locator), context))
    return captures, key


def _malformed(line: tuple[str, str], expected: str, context: Context) -> SourceError:
    return SourceError(
        "a line of the index is malformed", source=context.source, locator=line[0], value=line[1], expected=expected
    )
