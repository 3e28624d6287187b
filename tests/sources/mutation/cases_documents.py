"""Sound answers of Wikidata, web archives' indexes, CKAN, and the files of members of Congress."""

from __future__ import annotations

import json

import yaml

from tests.sources import wikidata_answers as wikidata
from tests.sources.mutation.case import Case

_QUERY = wikidata.answer(
    [
        {
            "person": wikidata.item("Q1"), "personLabel": wikidata.word("Jane Roe"),
            "position": wikidata.item(wikidata.SECRETARY), "positionLabel": wikidata.word("Permanent Secretary"),
            "organisation": wikidata.item("Q77"), "organisationLabel": wikidata.word("Ministry of Works"),
            **wikidata.dated("start", "2012-05-07", 11), **wikidata.dated("end", "2015-06-00", 10),
            **wikidata.dated("died", "2021-02-03", 11), "endCauseLabel": wikidata.word("resignation"),
            "replacedByLabel": wikidata.word("Bob Hay"), "acting": wikidata.typed("true", "boolean"),
            "rank": wikidata.ranked("Normal"), "x": wikidata.word("janeroe", None), "xId": wikidata.word("12345", None),
            "mastodon": wikidata.word("jane@social.example", None), "bluesky": wikidata.word("jane.example", None),
            "linkedin": wikidata.word("jane-roe", None),
        },
        {"person": wikidata.item("Q2"), "position": wikidata.item(wikidata.DIRECTOR),
         **wikidata.dated("start", "2011-01-01", 9)},
    ]
)  # fmt: skip
_WIKIDATA_SETTINGS = {
    "positions": wikidata.POSITIONS, "ignore_positions": [wikidata.CLERK],
    "labels": {"Q55": "retirement", "Q77": "Ministry of Works", "Q78": "Harbour Office", "Q79": "Upper Locks"},
    "organisation": "Civil Service", "pages": "batches",
}  # fmt: skip
_ENTITIES = "https://www.wikidata.org/w/api.php?action=wbgetentities&ids=Q1"

_CDX = """\
example,works)/people 20110105101500 http://works.example:80/people text/html 200 AAAA 1800
example,works)/people 20110301101500 http://works.example/people warc/revisit - AAAA 500
example,works)/people 20120510101500 https://works.example/people text/html 200 BBBB 1800

example%2Cworks%29%2F+20120510101501
"""
_UKGWA = [
    {"urlkey": "example,works)/people", "timestamp": "20110105101500", "url": "http://works.example/people",
     "mime": "text/html", "status": "200", "digest": "AAAA", "length": "1800", "source": "ukgwa"},
    {"urlkey": "example,works)/people", "timestamp": "20120510101500", "url": "http://works.example/people",
     "mime": "text/html", "status": "200", "digest": "BBBB", "length": "1800"},
]  # fmt: skip

_CAPTURES = "".join(json.dumps(row) + "\n" for row in _UKGWA)

_FILES = "https://files.example/"
_CATALOGUE = {
    "help": "https://catalogue.example/help",
    "success": True,
    "result": {
        "count": 3,
        "results": [
            {
                "name": "organogram-works", "title": "Staff", "organization": {"name": "works", "title": "Works"},
                "resources": [
                    {"url": f"{_FILES}works/2025-06-30-organogram-senior.csv", "format": "CSV", "name": "Senior posts",
                     "description": "Senior", "created": "2026-01-02T03:04:05.678", "state": "active",
                     "datafile-date": "2025-06-30"},
                    {"url": f"{_FILES}works/senior-a.csv", "format": ".csv", "name": "Organogram (Senior) 31/03/2025",
                     "created": "2025-04-02T03:04:05.678", "state": "active"},
                    {"url": f"{_FILES}works/junior.csv", "format": "CSV", "name": "Junior", "state": "active"},
                ],
            },
            {"name": "locks", "title": "Organogram of Locks", "organization": None,
             "resources": [{"url": f"{_FILES}locks/senior.csv", "format": "CSV", "created": "2024-01-01T00:00:00"}]},
        ],
    },
}  # fmt: skip
_CATALOGUE_SETTINGS = {"names": "senior", "not_names": "junior", "datasets": "organogram", "latest": 2}

_MEMBERS = [
    {
        "id": {"bioguide": "R000901", "govtrack": 499901, "wikidata": "Q1"},
        "name": {"first": "Jane", "last": "Roe", "official_full": "Jane Q. Roe"},
        "bio": {"birthday": "1960-01-01"},
        "terms": [
            {"type": "rep", "start": "2017-01-03", "end": "2019-01-03", "state": "OH", "district": 9, "party": "Whig"},
            {"type": "sen", "start": "2025-01-03", "end": "2031-01-03", "state": "OH", "class": 1, "party": "Whig"},
        ],
    },
    {
        "id": {"bioguide": "L000902"},
        "name": {"first": "Robert", "middle": "P.", "last": "Lee", "suffix": "Jr.", "nickname": "Bob"},
        "bio": {"died": "2026-05-06"},
        "terms": [{"type": "rep", "start": "2025-01-03", "end": "2026-05-06", "state": "AK", "district": 0}],
    },
]
_SOCIAL = [
    {
        "id": {"bioguide": "R000901", "govtrack": 499901},
        "social": {"twitter": "JaneRoe", "twitter_id": 12345, "mastodon": "@jane@social.example", "facebook": "janeroe",
                   "youtube_id": "UC123"},
    },
]  # fmt: skip
_CONGRESS = "https://unitedstates.github.io/congress-legislators/legislators-current"
_YAML = "application/yaml"

DOCUMENTS = [
    Case("wikidata query", "wikidata", "json", json.dumps(_QUERY).encode(), _WIKIDATA_SETTINGS,
         url="https://query.wikidata.org/sparql?format=json&query=x"),
    Case("wikidata entities", "wikidata", "json", json.dumps(wikidata.document()).encode(), _WIKIDATA_SETTINGS,
         url=_ENTITIES),
    Case("wayback", "wayback", "lines", _CDX.encode(), {"every": "capture"}, content_type="text/plain",
         url="https://web.archive.org/cdx/search/cdx?url=works.example%2Fpeople&limit=3&showResumeKey=true"),
    Case("ukgwa", "ukgwa", "jsonlines", _CAPTURES.encode(), {"every": "capture"},
         url="https://webarchive.nationalarchives.gov.uk/ukgwa/cdx?url=works.example/people&output=json&limit=2"),
    Case("ckan", "ckan", "json", json.dumps(_CATALOGUE).encode(), _CATALOGUE_SETTINGS,
         url="https://catalogue.example/api/3/action/package_search?fq=organogram&rows=2"),
    Case("members", "legislators", "json", json.dumps(_MEMBERS).encode(), {"terms": "all"}, url=f"{_CONGRESS}.json"),
    Case("members in YAML", "legislators", "yaml", yaml.safe_dump(_MEMBERS, sort_keys=False).encode(),
         {"terms": "all"}, url=f"{_CONGRESS}.yaml", content_type=_YAML),
    Case("accounts of members", "legislators", "yaml", yaml.safe_dump(_SOCIAL, sort_keys=False).encode(),
         url="https://unitedstates.github.io/congress-legislators/legislators-social-media.yaml", content_type=_YAML),
]  # fmt: skip
