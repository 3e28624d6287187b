"""Sound tables, lists and rows, of bodies and people that do not exist."""

from __future__ import annotations

import json

from tests.sources.mutation.case import Case

_CSV = """Name,Post,Body,From,State,Phone
"Roe, Jane",Permanent Secretary,Ministry of Works,2011-05-03,in post,1
Bill O’Brien,Director,Ministry of Works,2012-06-01,gone,2
,Surveyor,Harbour Office,,empty,
"""
_CSV_SETTINGS = {
    "columns": {"Name": "person", "Post": "post", "Body": "organisation", "From": "start", "State": "event"},
    "ignore": ["Phone"],
    "lookups": {"event": {"in post": "holds", "gone": "ends", "empty": "vacant"}},
    "required": ["post", "organisation", "event"],
}
_ACCOUNTS = """Who;Network;Handle;State;Posts;Seen
Jane Roe;x;@janeroe;active;120;01/06/2012
Bill O’Brien;bluesky;;none_known;;02/06/2012
"""
_ACCOUNT_SETTINGS = {
    "delimiter": ";",
    "columns": {"Who": "person", "Network": "platform", "Handle": "handle", "State": "state", "Posts": "posts",
                "Seen": "as_at"},
    "yields": ["accounts"],
    "required": ["as_at"],
    "date_format": "%d/%m/%Y",
}  # fmt: skip
_ORGANOGRAM = """Post Unique Reference,Name,Grade (or equivalent),Job Title,Job/Team Function,Parent Department,\
Organisation,Unit,Contact Phone,Contact E-mail,Reports to Senior Post,FTE,Notes,Valid?,
1,"Roe, Ms Jane",SCS4,Permanent Secretary,Leads,Ministry of Works,Ministry of Works,Office,020 7946 0001,\
j@works.example,XX,1.00,,1,
2,N/D,SCS2,Director of Bridges,Bridges,Ministry of Works,Ministry of Works,Bridges,020 7946 0002,\
b@works.example,1,1.00,,1,
3,Vacant,SCS1,Director of Tunnels,Tunnels,Ministry of Works,Harbour Office,Tunnels,,,1,0.00,,1,
4,'Eliminated',SCS1,Head of Locks,Locks,Ministry of Works,Harbour Office,Locks,,,1,0.00,,1,
"""
_LIST = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Leaders</title></head><body><h1>Leaders</h1>
<ul class="leaders"><li><b>Jane</b> Roe, Ministry of&nbsp;Works (Permanent Secretary)</li>
<li>Bill O’Brien,<br>Harbour Office (Surveyor)<script>track()</script></li></ul><ul><li>Privacy</li></ul></body></html>
"""
_LIST_SETTINGS = {
    "items": "ul.leaders > li",
    "count": 2,
    "patterns": [r"(?P<person>[^,]+), (?P<organisation>[^()]+) \((?P<post>[^()]+)\)"],
}
_TABLE = """<!DOCTYPE html><html><head><title>Board</title></head><body><table class="board"><thead>
<tr><th>Name</th><th>Post</th><th>Since</th><th>Phone</th></tr></thead><tbody>
<tr><td>Jane Roe</td><td>Chair</td><td>3 May 2011</td><td>1</td></tr>
<tr><td>Bill <i>O’Brien</i></td><td>Member</td><td>1 June 2012</td><td>2</td></tr></tbody></table>
<table><tr><td>Layout</td></tr></table></body></html>
"""
_TABLE_SETTINGS = {
    "table": "table.board",
    "count": 2,
    "columns": {"Name": "person", "Post": "post", "Since": "start"},
    "ignore": ["Phone"],
    "constants": {"organisation": "Harbour Office"},
    "required": ["person", "post", "start"],
    "date_format": "%d %B %Y",
}
_ARTICLE = """<div class="mw-parser-output"><table class="wikitable"><caption>Budgets</caption><tr><th>Year</th></tr>
</table><h2>List of chairs</h2>
<table class="wikitable sortable"><caption>Chairs<sup class="reference">[1]</sup></caption>
<tbody><tr><th rowspan="2">Name</th><th colspan="2">Term</th></tr><tr><th>From</th><th>To</th></tr>
<tr><td><a href="/wiki/Jane_Roe_(clerk)">Jane Roe</a><sup>[a]</sup></td><td rowspan="2">7 May 2010</td>
<td>31 March 2012</td></tr><tr><td>Bo Lee</td><td>Incumbent</td></tr></tbody></table></div>"""
_ARTICLE_SETTINGS = {
    "heading": "chairs",
    "caption": "Chairs",
    "header_rows": 2,
    "count": 2,
    "columns": {"Name": "person", "Term From": "start", "Term To": "end"},
    "constants": {"post": "Chair", "organisation": "Harbour Office"},
    "required": ["person", "start"],
    "empty": ["Incumbent"],
    "link_scheme": "enwiki",
    "date_format": "%d %B %Y",
}
_ROWS = {
    "meta": {"total": 2},
    "links": {
        "people": [
            {"name": "Jane Roe", "role": {"title": "Director", "id": 7}, "ids": ["wikidata:Q1", "x:2"],
             "dates": [{"on": "2012-06-01"}], "acting": False, "extra": {"a": {"b": 1}}},
            {"name": "Bill O’Brien", "role": {"title": "Clerk", "id": 8}, "ids": ["wikidata:Q2"],
             "dates": [{"on": "2012-07-01"}], "acting": True, "extra": None},
        ]
    },
}  # fmt: skip
_ROWS_SETTINGS = {
    "rows": "links.people",
    "columns": {"name": "person", "role.title": "post", "ids": "person_ids", "dates.0.on": "start",
                "acting": "acting"},
    "ignore": ["role.id", "extra.*"],
    "constants": {"organisation": "Works", "event": "starts"},
    "required": ["person", "person_ids", "post", "start", "acting"],
}  # fmt: skip

TABLES = [
    Case("csv", "csv", "csv", _CSV.encode(), _CSV_SETTINGS, content_type="text/csv"),
    Case("csv accounts", "csv", "csv", _ACCOUNTS.encode(), _ACCOUNT_SETTINGS, content_type="text/csv; charset=utf-8"),
    Case(
        "organogram", "organogram", "csv", _ORGANOGRAM.encode(), {"grades": ["SCS4", "SCS2", "SCS1"]},
        content_type="text/csv",
    ),
    Case(
        "html_list", "html_list", "html", _LIST.encode(), _LIST_SETTINGS, content_type="text/html",
        nodes=("ul.leaders", "ul.leaders > li"),
    ),
    Case(
        "html_table", "html_table", "html", _TABLE.encode(), _TABLE_SETTINGS, content_type="text/html",
        nodes=("table.board", "table.board tr", "table.board th", "table.board td"),
    ),
    Case(
        "mediawiki_table", "mediawiki_table", "wiki",
        json.dumps({"parse": {"title": "Board", "text": _ARTICLE}}).encode(), _ARTICLE_SETTINGS,
        nodes=("h2", "table.sortable", "table.sortable caption", "table.sortable tr", "table.sortable th",
               "table.sortable td", "table.sortable td a"),
    ),
    Case("json", "json", "json", json.dumps(_ROWS).encode(), _ROWS_SETTINGS),
]  # fmt: skip
