"""Adapter `ukgwa`: the index of the UK Government Web Archive, as its /ukgwa/cdx answers with `output=json`.

A JSON object a line, each a capture (pywb: https://pywb.readthedocs.io/en/latest/manual/cdxserver_api.html). Settings:
cdx.Settings. An address for roster.yaml: `https://webarchive.nationalarchives.gov.uk/ukgwa/cdx?url=works.example/people
&output=json&limit=1000` (on one line). The index has no resume key: where it stopped at `limit`, the next page begins
after the last capture.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import cdx, jsontree
from incumbent.sources.base import Context, Links, Parsed
from incumbent.sources.cdx import Capture, Settings
from incumbent.sources.mementos import moment_of

__all__ = ["Settings", "links", "parse"]


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """No claim: an index says only when pages were captured. Raises SourceError where it is none."""
    Settings.model_validate(settings)
    _read(snapshot, context)
    return Parsed()


def links(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Links:
    """more: the next page, where the answer has as many captures as `limit` in its address; pages: the captures that
    the settings want.

    An empty answer (no capture is known) gives none. Raises SourceError with the line for one that is malformed, and
    for a full answer about several pages, of which the next one cannot be asked for.
    """
    wanted = Settings.model_validate(settings)
    captures = _read(snapshot, context)
    return Links(more=_next(snapshot, captures, context), pages=cdx.capture_addresses(captures, wanted, "ukgwa"))


def _next(snapshot: Snapshot, captures: list[Capture], context: Context) -> tuple[str, ...]:
    limit = cdx.parameters(snapshot.url).get("limit", "")
    if not captures or not limit.isdecimal() or len(captures) < int(limit):
        return ()
    if len({capture.page for capture in captures}) > 1:
        raise SourceError(
            "the index stopped at its limit, and is about several pages",
            source=context.source,
            locator=captures[-1].locator,
            value=limit,
            expected="a higher limit, or an address for each page",
        )
    last = max(capture.timestamp for capture in captures)
    moment = moment_of(last)
    after = moment + dt.timedelta(seconds=1) if moment else moment
    return (cdx.with_parameter(snapshot.url, "from", f"{after:%Y%m%d%H%M%S}"),)


def _read(snapshot: Snapshot, context: Context) -> list[Capture]:
    captures = []
    for locator, line in cdx.numbered_lines(snapshot, context):
        if not line.strip():
            continue
        try:
            row = jsontree.load(replace(snapshot, content=line.encode(), content_type="application/json"), context)
            # A capture that repeats an earlier one has no status: pywb writes "-", or leaves the key out.
            status = row.optional_text("status") or "-"
            capture = Capture(
                row.text("urlkey"),
                row.text("timestamp"),
                row.text("url"),
                row.text("mime"),
                status,
                row.text("digest"),
                locator,
            )
        except SourceError as error:
            place = f"{locator}, {error.locator}" if error.locator.startswith("/") and error.locator != "/" else locator
            raise SourceError(
                error.what, source=context.source, locator=place, value=error.value or line, expected=error.expected
            ) from None
        captures.append(cdx.capture_of(capture, context))
    return captures
