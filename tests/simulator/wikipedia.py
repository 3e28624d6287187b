"""en.wikipedia.org: lists of office-holders as wikitables, as page and through the API.

Pages: `List of permanent secretaries` (who holds the first post of each board today), and one of the name of each
organisation with all who held that post. Cells span rows and columns, and names carry links and references.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

from tests.simulator.entities import Organisation, Post, number_of
from tests.simulator.messages import Answer, Call, html_answer, json_answer, text_answer
from tests.simulator.world import World

if TYPE_CHECKING:
    from tests.simulator.server import Simulator

LIST = "List of permanent secretaries"
_ROBOTS = """User-agent: *
Allow: /w/api.php?action=mobileview&
Allow: /w/load.php?
Allow: /api/rest_v1/?doc
Disallow: /w/
Disallow: /api/
Disallow: /trap/
Disallow: /wiki/Special:
"""


def answer(call: Call, world: World, simulator: Simulator) -> Answer | None:
    if call.path == "/robots.txt":
        return text_answer(_ROBOTS)
    if call.path == "/w/api.php":
        return _api(call, world)
    if call.path.startswith("/wiki/"):
        title = call.path.removeprefix("/wiki/").replace("_", " ")
        text = _page(title, world)
        if text is None:
            return html_answer(
                f"<html><head><title>{escape(title)}</title></head><body>No such page</body></html>", 404
            )
        return html_answer(
            _whole(title, text), headers=(("Cache-Control", "private, s-maxage=0, max-age=0"),), validated=True
        )
    return None


def _api(call: Call, world: World) -> Answer:
    if call.one("action") != "parse":
        error = {"code": "badvalue", "info": f'Unrecognized value for parameter "action": {call.one("action")}.'}
        return json_answer({"error": error, "servedby": "mw-api-ext"})
    title = call.one("page").replace("_", " ")
    text = _page(title, world)
    if text is None:
        error = {"code": "missingtitle", "info": "The page you specified doesn't exist."}
        if call.one("formatversion") == "2":
            error["docref"] = "See https://en.wikipedia.org/w/api.php for API usage."
        return json_answer(
            {"error": error, "servedby": "mw-api-ext"}, headers=(("MediaWiki-API-Error", "missingtitle"),)
        )
    parsed: dict[str, Any] = {"title": title, "pageid": number_of(title, 8)}
    wanted = call.one("prop", "text").split("|")
    if "revid" in wanted:
        parsed["revid"] = 10**9 + int(hashlib.sha256(text.encode()).hexdigest()[:7], 16)
    if "displaytitle" in wanted:
        parsed["displaytitle"] = f'<span class="mw-page-title-main">{escape(title)}</span>'
    if "text" in wanted:
        parsed["text"] = text if call.one("formatversion") == "2" else {"*": text}
    return json_answer({"parse": parsed}, headers=(("Cache-Control", "private, must-revalidate, max-age=0"),))


def _page(title: str, world: World) -> str | None:
    if title == LIST:
        return _output(_list_of_heads(world))
    for body in world.organisations.values():
        if title == body.name(world.today):
            return _output(_history(body, world))
    return None


def _output(table: str) -> str:
    return (
        '<div class="mw-content-ltr mw-parser-output" lang="en" dir="ltr">'
        '<style data-mw-deduplicate="TemplateStyles:r1">.mw-parser-output .plainlist{margin:0}</style>'
        f"<p>The following table lists office-holders.</p>\n{table}\n"
        '<div class="mw-heading mw-heading2"><h2 id="References">References</h2></div>'
        '<ol class="references"><li id="cite_note-1"><span class="reference-text">Announcement.</span></li></ol></div>'
    )


def _whole(title: str, text: str) -> str:
    config = json.dumps({"wgPageName": title.replace(" ", "_"), "wgArticleId": number_of(title, 8)})
    return (
        f'<!DOCTYPE html>\n<html class="client-nojs" lang="en" dir="ltr"><head><meta charset="UTF-8">'
        f"<title>{escape(title)} - Wikipedia</title><script>RLCONF={config};</script></head>"
        f'<body class="skin-vector"><h1 id="firstHeading" class="firstHeading mw-first-heading">'
        f'<span class="mw-page-title-main">{escape(title)}</span></h1>'
        f'<div id="mw-content-text" class="mw-body-content">{text}</div></body></html>\n'
    )


def _list_of_heads(world: World) -> str:
    """A row for each of the first two posts of a board; the organisation's cell spans its rows."""
    rows = []
    for body in world.organisations.values():
        heads = _heads(body, world)
        if (body.closed and body.closed <= world.today) or not heads:
            continue
        name = f'<td rowspan="{len(heads)}">{_link(body.name(world.today))}</td>' if len(heads) > 1 else (
            f"<td>{_link(body.name(world.today))}</td>"
        )  # fmt: skip
        for number, post in enumerate(heads):
            holders = world.holders(post.key)
            who = '<td colspan="2"><i>Vacant</i></td>'
            if holders:
                person = world.people[holders[0].person].name + (" (acting)" if holders[0].acting else "")
                who = f"<td>{_link(person)}</td><td>{_day(holders[0].start)}{_reference(number)}</td>"
            rows.append(f"<tr>{name if number == 0 else ''}<td>{escape(post.title(world.today))}</td>{who}</tr>")
    return (
        '<table class="wikitable sortable"><caption>Permanent secretaries</caption><tbody>\n'
        "<tr><th>Department</th><th>Post</th><th>Officeholder</th><th>Since</th></tr>\n"
        + "\n".join(rows)
        + "\n</tbody></table>"
    )


def _history(body: Organisation, world: World) -> str:
    rows = []
    for post in _heads(body, world)[:1]:
        held = [one for one in world.held(post.key) if one.start <= world.today]
        for number, one in enumerate(held, start=1):
            over = one.end is not None and one.end <= world.today
            end = _day(one.end) if over and one.end else "<i>Incumbent</i>"
            rows.append(
                f'<tr><th scope="row">{number}</th><td>{_link(world.people[one.person].name)}{_reference(number)}</td>'
                f"<td>{_day(one.start)}</td><td>{end}</td></tr>"
            )
    return (
        '<table class="wikitable"><tbody>\n<tr><th rowspan="2">No.</th><th rowspan="2">Name</th>'
        '<th colspan="2">Term of office</th></tr>\n<tr><th>Start</th><th>End</th></tr>\n'
        + "\n".join(rows)
        + "\n</tbody></table>"
    )


def _heads(body: Organisation, world: World) -> list[Post]:
    return [post for post in world.posts_of(body.key) if "Permanent Secretary" in post.title(world.today)][:2]


def _link(text: str) -> str:
    return f'<a href="/wiki/{escape(text.replace(" ", "_"))}" title="{escape(text)}">{escape(text)}</a>'


def _reference(number: int) -> str:
    return (
        f'<sup id="cite_ref-{number}" class="reference"><a href="#cite_note-1">'
        f'<span class="cite-bracket">&#91;</span>{number}<span class="cite-bracket">&#93;</span></a></sup>'
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
