"""web.archive.org and webarchive.nationalarchives.gov.uk: what they captured, and the captures.

Without a body of its own a capture shows what the simulated site answered on its day. Formats:
https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server and
https://pywb.readthedocs.io/en/latest/manual/cdxserver_api.html.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote_plus, urlsplit

from tests.simulator import publishers
from tests.simulator.entities import Capture
from tests.simulator.messages import Answer, Call, Headers, html_answer, http_date, redirect, text_answer
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.server import Simulator

_BLOCKED = (
    "org.archive.util.io.RuntimeIOException: org.archive.wayback.exception.AdministrativeAccessControlException: "
    "Blocked Site Error\n"
)
_PREFIXES = {"ia": "https://web.archive.org/web/", "ukgwa": "https://webarchive.nationalarchives.gov.uk/ukgwa/"}


def internet_archive(call: Call, world: World, simulator: Simulator) -> Answer | None:
    if call.path == "/robots.txt":
        return text_answer("User-agent: *\nDisallow:\n")
    if call.path.rstrip("/") == "/cdx/search/cdx":
        return _index(call, world, simulator)
    return _playback("ia", call, world, simulator)


def government_archive(call: Call, world: World, simulator: Simulator) -> Answer | None:
    if call.path == "/robots.txt":
        return text_answer("User-agent: *\nDisallow: /ukgwa/*/search/\n")
    if call.path.rstrip("/") == "/ukgwa/cdx":
        return _government_index(call, world, simulator)
    return _playback("ukgwa", call, world, simulator)


def key_of(url: str) -> str:
    """The address as archives sort it: uk,gov)/path."""
    parts = urlsplit(url if "//" in url else f"http://{url}")
    host = parts.netloc.casefold().split(":")[0].removeprefix("www.")
    path = parts.path.rstrip("/").casefold() or "/"
    query = "&".join(sorted(parts.query.casefold().split("&"))) if parts.query else ""
    return f"{','.join(reversed(host.split('.')))}){path}{'?' + query if query else ''}"


def _index(call: Call, world: World, simulator: Simulator) -> Answer:
    """Lines of `urlkey timestamp original mimetype statuscode digest length`; a key to resume after a blank one."""
    url = call.one("url")
    if any(key_of(url).startswith(key_of(blocked)) for blocked in simulator.blocked):
        error = ("X-Archive-Wayback-Runtime-Error", _BLOCKED.strip())
        return text_answer(_BLOCKED, "text/plain;charset=UTF-8", 403, headers=(error,), chunked=True)
    captures = _captured("ia", call, world)
    limit = call.number("limit", 150_000)
    resumed = re.fullmatch(r"(.+)[+ ](\d{14})(?:(?:%3A|:)(\d+))?", call.one("resumeKey"))
    if resumed and not call.endless:
        last = (unquote_plus(resumed.group(1)), resumed.group(2))
        captures = [one for one in captures if (key_of(one.url), one.timestamp) > last]
    page = captures[:limit]
    text = "".join(_line(one, world, simulator) + "\n" for one in page)
    if call.one("showResumeKey") == "true" and page and (call.endless or len(captures) > limit):
        round_number = f"%3A{int(resumed.group(3) or 0) + 1 if resumed else 1}" if call.endless else ""
        text += f"\n{quote_plus(key_of(page[-1].url))}+{page[-1].timestamp}{round_number}\n"
    return text_answer(text, "text/plain;charset=UTF-8", chunked=True)


def _government_index(call: Call, world: World, simulator: Simulator) -> Answer:
    """A JSON object a line, as pywb has it; without output=json, lines of urlkey, timestamp and JSON."""
    captures = _captured("ukgwa", call, world)[: call.number("limit", 100_000)]
    lines = []
    for one in captures:
        body = _body(one, world, simulator)
        fields = {
            "urlkey": key_of(one.url),
            "timestamp": one.timestamp,
            "url": one.url,
            "mime": _mime(one, body),
            "status": str(body.status),
            "digest": _digest(body.body),
            "redirect": "-",
            "robotflags": "-",
            "length": str(len(body.body) + 400),
            "offset": str(int(_digest(body.body).encode().hex()[:8], 16)),
            "filename": f"EA-TNA-0426-{one.timestamp[:8]}-00000.warc.gz",
            "source": "ukgwa",
            "source-coll": "ukgwa",
            "access": "allow",
        }
        line = json.dumps(fields)
        lines.append(line if call.one("output") == "json" else f"{fields['urlkey']} {one.timestamp} {line}")
    kind = "text/x-ndjson" if call.one("output") == "json" else "text/x-cdxj"
    return text_answer("".join(line + "\n" for line in lines), kind)


def _captured(archive: str, call: Call, world: World) -> list[Capture]:
    """What the archive has of the address that is asked for, by time, within `from` and `to`."""
    url, prefix = call.one("url"), call.one("matchType") == "prefix"
    if url.endswith("*"):
        url, prefix = url[:-1], True
    wanted = key_of(url)
    first, last = call.one("from").ljust(14, "0"), call.one("to", "9").ljust(14, "9")
    found = []
    for one in world.captures:
        key = key_of(one.url)
        if one.archive != archive or one.at.date() > world.today or not first <= one.timestamp <= last:
            continue
        if key == wanted or (prefix and key.startswith(wanted)):
            found.append(one)
    found.sort(key=lambda one: (key_of(one.url), one.timestamp))
    collapse = re.fullmatch(r"timestamp:(\d+)", call.one("collapse"))
    if collapse:
        digits = int(collapse.group(1))
        found = list({(key_of(one.url), one.timestamp[:digits]): one for one in reversed(found)}.values())[::-1]
    statuses = [value.partition(":")[2] for value in call.query.get("filter", []) if value.startswith("statuscode:")]
    return [one for one in found if not statuses or str(one.status) in statuses]


def _line(one: Capture, world: World, simulator: Simulator) -> str:
    body = _body(one, world, simulator)
    length = len(body.body) // 3 + 400
    return f"{key_of(one.url)} {one.timestamp} {one.url} {_mime(one, body)} {body.status} {_digest(body.body)} {length}"


def _body(one: Capture, world: World, simulator: Simulator) -> Answer:
    """What the archive kept: the answer of that day, without conditions."""
    if one.body is not None:
        return Answer(one.body, one.content_type, one.status)
    parts = urlsplit(one.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return publishers.answer(Call(parts.netloc.casefold(), "GET", target), world.at(one.at.date()), simulator)


def _mime(one: Capture, body: Answer) -> str:
    return (body.content_type or "unk").split(";")[0]


def _digest(body: bytes) -> str:
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _playback(archive: str, call: Call, world: World, simulator: Simulator) -> Answer | None:
    prefix = urlsplit(_PREFIXES[archive]).path
    found = re.fullmatch(rf"{prefix}(\d{{4,14}})(id_|if_|mp_)?/(.+)", call.target)
    if not found:
        return None
    timestamp, modifier, url = found.groups()
    every = sorted(
        (
            one
            for one in world.captures
            if one.archive == archive and key_of(one.url) == key_of(url) and one.at.date() <= world.today
        ),
        key=lambda one: one.timestamp,
    )
    if archive == "ia" and any(key_of(url).startswith(key_of(blocked)) for blocked in simulator.blocked):
        return html_answer("<html><body>This URL has been excluded from the Wayback Machine.</body></html>", 403)
    if not every:
        return html_answer("<html><body><h1>Hrm.</h1><p>The archive has not archived that URL.</p></body></html>", 404)
    nearest = min(every, key=lambda one: abs(int(one.timestamp) - int(timestamp.ljust(14, "0"))))
    if nearest.timestamp != timestamp:
        return redirect(f"{_PREFIXES[archive]}{nearest.timestamp}{modifier or ''}/{nearest.url}", 302)
    body = _body(nearest, world, simulator)
    raw = body.body
    if modifier is None:
        raw = raw.replace(b"<body", b"<!-- a banner of the archive --><body", 1)
    kept: Headers = tuple((f"X-Archive-Orig-{name}", value) for name, value in body.headers)
    return Answer(
        raw,
        body.content_type,
        body.status,
        headers=(
            ("Memento-Datetime", http_date(nearest.at)),
            ("Link", _mementos(archive, nearest, every)),
            ("Cache-Control", "max-age=1800"),
            *kept,
        ),
        chunked=archive == "ia",
    )


def _mementos(archive: str, one: Capture, every: list[Capture]) -> str:
    base = _PREFIXES[archive]
    position = every.index(one)
    named = [("first memento", every[0]), ("memento", one), ("last memento", every[-1])]
    if position > 0:
        named.insert(1, ("prev memento", every[position - 1]))
    if position + 1 < len(every):
        named.insert(-1, ("next memento", every[position + 1]))
    links = [
        f'<{one.url}>; rel="original"',
        f'<{base}timemap/link/{one.url}>; rel="timemap"; type="application/link-format"',
        f'<{base}{one.url}>; rel="timegate"',
    ]
    links += [
        f'<{base}{each.timestamp}/{each.url}>; rel="{rel}"; datetime="{http_date(each.at)}"' for rel, each in named
    ]
    return ", ".join(links)
