"""Adapter `ckan`: which files a CKAN catalogue offers, from its package_search; data.gov.uk's organograms, for one.

The address is `https://ckan.publishing.service.gov.uk/api/3/action/package_search?fq=...&rows=100&start=0`; the format,
https://docs.ckan.org/en/latest/api/. A catalogue is no evidence of who holds what: it states no claim, and names the
addresses of files, which a source that follows this one captures. Give it `minimum: 0`.

Settings: `formats` (of files; CSV), `names` and `not_names` (regular expressions, looked for in a file's name,
description and address, case aside: `senior`, `junior`), `datasets` (one, looked for in a dataset's name and title),
`earliest` (files of an older date are left out), `latest` (only those of the newest so many dates of each `per`:
organisation or dataset; a page of the catalogue is looked at by itself). A file's date is the publisher's, else that in
its name, else that of a reference date in its address, else the day on which it was entered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, unquote

from pydantic import Field, field_validator

from incumbent import edtf
from incumbent.archive import Snapshot
from incumbent.sources import cdx, jsontree, reference_date
from incumbent.sources.base import AdapterSettings, Context, Links, Parsed
from incumbent.sources.jsontree import Node

_DAY = re.compile(r"(?<![0-9])(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?![0-9])")
_BRITISH_DAY = re.compile(r"(?<![0-9])(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})(?![0-9])")
#: Characters that stand in an address as they are; publishers also enter spaces.
_PLAIN = "%/:?#[]@!$&'()*+,;=~"


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """No claim: a catalogue says only which files there are. Raises SourceError where it is none, or failed."""
    links(snapshot, settings, context)
    return Parsed()


def links(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Links:
    """more: the next page, by `start`; pages: the files that the settings want, in the order of the catalogue.

    Raises SourceError for an answer that failed, is not as the format has it, or stops before the count it gives.
    """
    wanted = Settings.model_validate(settings)
    result = _result(snapshot, context)
    files = list(_files(result, wanted))
    newest: dict[str, list[str]] = {}
    for file in sorted(files, key=lambda one: one.date, reverse=True):
        dates = newest.setdefault(file.owner, [])
        if file.date not in dates:
            dates.append(file.date)
    chosen = [file.url for file in files if wanted.latest is None or file.date in newest[file.owner][: wanted.latest]]
    return Links(more=_next(snapshot, result), pages=tuple(dict.fromkeys(chosen)))


def _result(snapshot: Snapshot, context: Context) -> Node:
    answer = jsontree.load(snapshot, context)
    if not answer.truth("success"):
        error = answer.optional("error")
        told = error.optional_text("message") if error else None
        raise answer.child("success").error(f"the catalogue answers with an error: {told or 'without a word'}")
    return answer.child("result")


def _next(snapshot: Snapshot, result: Node) -> tuple[str, ...]:
    stated = cdx.parameters(snapshot.url).get("start", "0")
    start = int(stated) if stated.isdecimal() and len(stated) < 10 else 0
    found = len(result.items("results"))
    if start + found >= result.integer("count"):
        return ()
    if not found:
        raise result.child("count").error("the catalogue stops before the number of datasets that it gives")
    return (cdx.with_parameter(snapshot.url, "start", str(start + found)),)


def _files(result: Node, wanted: Settings) -> Iterator[_File]:
    """The files that fit, without regard to how new others are."""
    for dataset in result.items("results"):
        name = dataset.text("name")
        owner = dataset.optional_text("organization", "name") if wanted.per == "organisation" else None
        if not _found(wanted.datasets, f"{name} {dataset.optional_text('title') or ''}"):
            continue
        for resource in dataset.items("resources"):
            kind = (resource.optional_text("format") or "").strip().lstrip(".").casefold()
            if kind not in {one.casefold() for one in wanted.formats} or resource.optional_text("state") == "deleted":
                continue
            url = resource.text("url").strip()
            words = [resource.optional_text("name") or "", resource.optional_text("description") or "", unquote(url)]
            text = " ".join(words)
            if not _found(wanted.names, text) or (wanted.not_names and _found(wanted.not_names, text)):
                continue
            if not re.match(r"https?://[^/\s]", url, re.IGNORECASE) or not url.isprintable():
                raise resource.child("url").error("the address of a file is none", expected="https://...")
            date = _date(resource, words[0], url)
            if wanted.earliest is None or date >= edtf.bounds(wanted.earliest)[0].isoformat():
                yield _File(owner or name, date, quote(url, safe=_PLAIN))


def _date(resource: Node, name: str, url: str) -> str:
    """The day by which files are told old from new (YYYY-MM-DD); empty where nothing tells it."""
    stated = resource.optional_text("datafile-date"), name
    named = next((day for text in stated if text and (day := _day(text))), None)
    return named or reference_date.from_name(url) or _day(resource.optional_text("created") or "") or ""


def _day(text: str) -> str | None:
    found = _DAY.search(text.partition("T")[0]) or _BRITISH_DAY.search(text)
    return f"{found['year']}-{found['month']}-{found['day']}" if found else None


def _found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None


@dataclass(frozen=True)
class _File:
    owner: str
    date: str
    url: str


class Settings(AdapterSettings):
    formats: list[str] = Field(default=["CSV"], min_length=1)
    names: str = ""
    not_names: str = ""
    datasets: str = ""
    earliest: str | None = None
    latest: int | None = Field(default=None, ge=1)
    per: Literal["organisation", "dataset"] = "organisation"

    @field_validator("names", "not_names", "datasets")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{value!r} is not a regular expression: {error}") from None
        return value

    @field_validator("earliest")
    @classmethod
    def _is_date(cls, value: str | None) -> str | None:
        if value is not None:
            edtf.bounds(value)
        return value
