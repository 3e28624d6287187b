"""A small roster of our own, from pages to a published version: what tests of the commands stand on."""

from __future__ import annotations

from pathlib import Path

from incumbent import activity, freshness, listings, package, publish, roster, sources, transcribe
from incumbent.archive import Archive

SLUG = "harbour-leaders"
AS_OF = "2012-06-28"

_LIST = """<!DOCTYPE html><title>Leaders of the harbour</title>
<ul class="leaders">
<li>Dame Ann Archer, Harbour Office (Chief Clerk)</li>
<li>Ben Bower, Harbour Office (Surveyor)</li>
<li>Cid O&rsquo;Carter, Ministry of Tides (Permanent Secretary)</li>
</ul>
"""
_NEWS = """person,post,organisation,event,start,end,as_at,stated_at,publisher,source_url
Dot Dyer,Chief Clerk,Harbour Office,starts,2012-03-01,,,2012-02-20,Harbour Gazette,https://gazette.example/1
Dot Dyer,Chief Clerk,Harbour Office,starts,2012-03-01,,,2012-03-02,Daily Tide,https://tide.example/9
Ben Bower,Surveyor,Harbour Office,holds,,,2012-06-01,2012-06-01,Harbour Gazette,https://gazette.example/2
"""
_ACCOUNTS = """<!DOCTYPE html><title>Who posts</title>
<table class="accounts"><tr><th>Person</th><th>Organisation</th><th>Handle</th><th>State</th><th>Posts</th>
<th>Whose</th></tr>
<tr><td>Ben Bower</td><td>Harbour Office</td><td>@benbower</td><td>protected</td><td>13</td>
<td>official_personal</td></tr>
<tr><td>Ann Archer</td><td>Harbour Office</td><td></td><td>none_known</td><td></td><td></td></tr></table>
"""
_INDEX = """file,source,url,title,publisher,stated_at,written_on,content_type
leaders.html,leaders,https://harbour.example/leaders,Leaders,Harbour Office,2012-06-20,2026-01-01,text/html
news.csv,news,https://gazette.example/,News,various,,2026-01-01,text/csv
accounts.html,accounts,https://tide.example/accounts,Who posts,Daily Tide,2012-06-25,2026-01-01,text/html
"""
_ROSTER = """slug: harbour-leaders
title: Leaders of the harbour
description: Three leaders, for tests.
licence: CC-BY-4.0
attribution: incumbent's tests
contact: nobody
as_of: 2012-06-28
sources:
  - id: leaders
    role: roster
    adapter: html_list
    title: The list
    publisher: Harbour Office
    url: https://harbour.example/leaders
    kind: transcription
    licence: CC0-1.0
    settings:
      items: ul.leaders > li
      count: 3
      patterns: ['(?P<person>[^,]+), (?P<organisation>[^()]+) \\((?P<post>[^()]+)\\)']
  - id: news
    adapter: csv
    title: News
    publisher: various
    url: https://gazette.example/
    kind: transcription
    licence: CC0-1.0
    settings:
      columns:
        {person: person, post: post, organisation: organisation, event: event, start: start, end: end,
         as_at: as_at, stated_at: stated_at, publisher: publisher, source_url: source_url}
  - id: accounts
    adapter: html_table
    title: Accounts
    publisher: Daily Tide
    url: https://tide.example/accounts
    kind: transcription
    licence: CC0-1.0
    settings:
      table: table.accounts
      count: 2
      yields: [accounts]
      columns: {Person: person, Organisation: organisation, Handle: handle, State: state, Posts: posts, Whose: kind}
      constants: {platform: x}
"""
_CURATED = {
    "person": "Cid O’Carter", "post": "Permanent Secretary", "organisation": "Ministry of Tides", "event": "ends",
    "start": "", "end": "2012-05-31", "as_at": "", "acting": "", "status_note": "retired", "stated_at": "2012-06-01",
    "publisher": "Ministry of Tides", "source_url": "https://tides.example/n/1", "primary": "true",
    "reason": "Cid O’Carter’s retirement is in the gazette", "source": "https://tides.example/n/1",
    "expires": "2030-01-01",
}  # fmt: skip


def write_roster(folder: Path) -> Path:
    """The roster's folder under `folder`, its archive made from its pages."""
    home = folder / SLUG
    (home / "pages").mkdir(parents=True)
    (home / "curation").mkdir()
    (home / "roster.yaml").write_text(_ROSTER, encoding="utf-8")
    decided = ",".join(_CURATED) + "\n" + ",".join(_CURATED.values()) + "\n"
    (home / "curation" / "evidence.csv").write_text(decided, encoding="utf-8")
    pages = {"leaders.html": _LIST, "news.csv": _NEWS, "accounts.html": _ACCOUNTS, "index.csv": _INDEX}
    for name, content in pages.items():
        (home / "pages" / name).write_text(content, encoding="utf-8")
    transcribe.rebuild(home)
    return home


def publish_version(rosters: Path, published: Path, as_of: str = AS_OF) -> Path:
    """One version of the roster, by the steps of the release flow without Prefect; its folder."""
    known = roster.load(SLUG, rosters)
    reading = sources.read_roster_claims(known, Archive(known.folder / "archive"), as_of)
    judged = freshness.assess(reading.claims, as_of)
    accounts, seen = activity.account_states(judged.people, judged.entries, reading.account_claims, as_of, known.policy)
    read = reading.sources.drop_nulls("sha256").rename({"sha256": "snapshot"})
    listed = listings.listed_over_time(judged, reading.claims, reading.roster_history, reading.captures, as_of)
    tables = package.tables(known, judged, accounts, seen, read, as_of, listed)
    return publish.publish(package.Draft(tables, known, as_of), published, SLUG).path
