"""Atom feeds (RFC 4287, https://www.rfc-editor.org/rfc/rfc4287) of versions and of what became of entries.

    <slug>/feed.xml          a roster's versions, the newest first; a withdrawn one says so
    <slug>/changes-feed.xml  entries that went out of date, were put right, or were taken off the list
    feed.xml                 the versions of all rosters

From versions.json and each version's news.json: the same versions give the same bytes, and the dates are as_of or the
day of a withdrawal, never the clock. Whatever a source wrote is text here: escaped, and without what XML cannot hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from incumbent import ledger
from incumbent.news import EVENTS
from incumbent.news import FILE as NEWS

VERSIONS = "feed.xml"
CHANGES = "changes-feed.xml"

#: RFC 4151 tag URIs. The authority is one that nobody can own (RFC 2606): a site may move, an id may not.
TAG = "tag:incumbent.invalid,2026:"

_ATOM = "http://www.w3.org/2005/Atom"
#: What XML 1.0 cannot hold, not even escaped (https://www.w3.org/TR/xml/#charsets).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Direction marks would turn a reader's line around (https://www.w3.org/TR/unicode-xml/).
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_MOST_VERSIONS = 50
_MOST_ENTRIES = 200


def of_versions(folder: Path, index: Mapping[str, Any]) -> bytes:
    """The feed of a roster's versions; `index` is its versions.json."""
    entries = [_version(folder, index, entry, "") for entry in _newest_first(index["versions"])[:_MOST_VERSIONS]]
    return _feed(f"{TAG}{index['slug']}", f"{index['title']}: versions", VERSIONS, entries)


def of_changes(folder: Path, index: Mapping[str, Any]) -> bytes:
    """The feed of what became of a roster's entries, from the versions that are not withdrawn."""
    entries: list[ElementTree.Element] = []
    for listed in _newest_first(index["versions"]):
        if listed["state"] == "published" and len(entries) < _MOST_ENTRIES:
            news = _news(folder / listed["path"])
            entries += [_changed(index, listed, event) for event in news.get("entries", [])]
            if news.get("count", 0) > len(news.get("entries", [])):
                entries.append(_many_more(index, listed, news))
    return _feed(
        f"{TAG}{index['slug']}/changes",
        f"{index['title']}: entries that went out of date or were put right",
        CHANGES,
        entries[:_MOST_ENTRIES],
        updated=max((each["as_of"] for each in index["versions"]), default=None),
    )


def of_rosters(published: Path, rosters: Sequence[Mapping[str, Any]]) -> bytes:
    """The feed of the versions of all rosters; `rosters` are their versions.json."""
    listed = [(roster, entry) for roster in rosters for entry in roster["versions"]]
    listed.sort(key=lambda each: (_day(each[1]), each[0]["slug"], each[1]["sequence"]), reverse=True)
    entries = [
        _version(published / roster["slug"], roster, entry, f"{quote(roster['slug'])}/")
        for roster, entry in listed[:_MOST_VERSIONS]
    ]
    return _feed(f"{TAG}all", "Lists of office-holders: versions", VERSIONS, entries)


def _newest_first(versions: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(versions, key=lambda each: (_day(each), each["sequence"]), reverse=True)


def _day(entry: Mapping[str, Any]) -> str:
    """The day of the last thing that happened to a version."""
    said = entry.get("withdrawn") or {}
    return str(said.get("date") or entry["as_of"])


def _version(folder: Path, index: Mapping[str, Any], entry: Mapping[str, Any], prefix: str) -> ElementTree.Element:
    name = f"{index['title']}, version {entry['version']}"
    if entry["state"] == "withdrawn":
        title, told, link = f"{name}: withdrawn", ledger.told(entry), f"{ledger.WITHDRAWN}/{entry['path']}.json"
    else:
        news = _news(folder / entry["path"])
        counts = news.get("changes", {})
        since = ", ".join(f"{counts[kind]} {kind}" for kind in ("added", "removed", "changed") if counts.get(kind))
        told = " ".join([*news.get("figures", []), f"Since the version before: {since}." if since else ""]).strip()
        title, link = f"{name}, as of {entry['as_of']}", f"{entry['path']}/README.md"
    made = _entry(f"{TAG}{index['slug']}/{entry['path']}", title, _day(entry), f"{prefix}{quote(link)}", told or title)
    _add(made, "published", f"{entry['as_of']}T00:00:00Z")
    return made


def _changed(index: Mapping[str, Any], listed: Mapping[str, Any], event: Mapping[str, Any]) -> ElementTree.Element:
    named = ", ".join(filter(None, (event["listed_person"], event["listed_post"], event["listed_organisation"])))
    title = f"{named or event['entry_id']} {EVENTS[event['event']]}"
    address = f"{listed['path']}/README.md"
    made = _entry(
        f"{TAG}{index['slug']}/{listed['path']}/{quote(event['entry_id'], safe='')}",
        title,
        listed["as_of"],
        address,
        event["explanation"] or title,
    )
    ElementTree.SubElement(made, "category", {"term": event["event"]})
    return made


def _many_more(index: Mapping[str, Any], listed: Mapping[str, Any], news: Mapping[str, Any]) -> ElementTree.Element:
    told = f"{news['count']} entries are news in version {listed['version']}; its table changes has them all."
    address = f"{listed['path']}/changes.csv"
    return _entry(f"{TAG}{index['slug']}/{listed['path']}/all", told, listed["as_of"], address, told)


def _feed(
    identifier: str, title: str, name: str, entries: Sequence[ElementTree.Element], *, updated: str | None = None
) -> bytes:
    """A feed document. `updated` (a day) counts where no entry is later; a feed must say when it changed last."""
    root = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _add(root, "id", identifier)
    _add(root, "title", title)
    days = [str(entry.findtext("updated")) for entry in entries] + ([f"{updated}T00:00:00Z"] if updated else [])
    _add(root, "updated", max(days, default="1970-01-01T00:00:00Z"))
    _add(ElementTree.SubElement(root, "author"), "name", "incumbent")
    ElementTree.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": name})
    ElementTree.SubElement(root, "link", {"rel": "related", "type": "application/json", "href": "versions.json"})
    root.extend(entries)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _entry(identifier: str, title: str, day: str, address: str, content: str) -> ElementTree.Element:
    made = ElementTree.Element("entry")
    _add(made, "id", identifier)
    _add(made, "title", title)
    _add(made, "updated", f"{day}T00:00:00Z")
    ElementTree.SubElement(made, "link", {"rel": "alternate", "href": address})
    _add(made, "content", content).set("type", "text")
    return made


def _add(parent: ElementTree.Element, tag: str, text: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, tag)
    made.text = _TURNING.sub("", _NOT_XML.sub("\ufffd", text))
    return made


def _news(version: Path) -> dict[str, Any]:
    """news.json of a version; nothing of one that was made before there was such a file."""
    path = version / NEWS
    read: dict[str, Any] = json.loads(path.read_bytes()) if path.is_file() else {}
    return read
