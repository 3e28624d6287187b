"""Adapter `wikidata`: who holds which position and which accounts, from the query service or from entity documents.

Two kinds of answers, told apart by themselves:

- SPARQL results, `https://query.wikidata.org/sparql?format=json&query=...`. The variables that are read (each optional
  but `person`): person, personLabel, position, positionLabel, organisation, organisationLabel, start, startPrecision,
  end, endPrecision, endCauseLabel, replacedByLabel, acting, died, diedPrecision, rank, x, xId, mastodon, bluesky,
  linkedin. `variables` names those that a query calls otherwise, `ignore` those that are not read; another is an error.
- Entity documents, `https://www.wikidata.org/wiki/Special:EntityData/Q42.json` or wbgetentities: P39 (position held)
  with start, end, end cause, replaced by, of, district, organisation directed and jurisdiction, nature; P570 (died);
  P2002 with P6552, P4033, P12361, P4264 (accounts).

What is evidence: deprecated statements are none; beside a preferred statement about a position a normal one counts only
for what is over. A statement with neither start nor end says that a position was held at some time, not that it is
held: it is left out unless `undated` is `holds`. An end that is known to be, but not when, is an `ends` without a date.
Of a date that is known less exactly than to the year nothing is said. For a person who has died, each position without
an end is one that death ended.

A query for a roster (put the positions' ids in, percent-encode it into the address):

    SELECT ?person ?personLabel ?position ?positionLabel ?organisation ?organisationLabel ?start ?startPrecision
           ?end ?endPrecision ?replacedByLabel ?died ?diedPrecision ?rank ?x ?xId ?mastodon ?bluesky ?linkedin
    WHERE {
      VALUES ?position { wd:Q1 wd:Q2 }
      ?person p:P39 ?statement . ?statement ps:P39 ?position ; wikibase:rank ?rank .
      OPTIONAL { ?position wdt:P2389 ?organisation }
      OPTIONAL { ?statement pqv:P580 [ wikibase:timeValue ?start ; wikibase:timePrecision ?startPrecision ] }
      OPTIONAL { ?statement pq:P582 ?end
                 OPTIONAL { ?statement pqv:P582 [ wikibase:timeValue ?end ; wikibase:timePrecision ?endPrecision ] } }
      OPTIONAL { ?statement pq:P1366 ?replacedBy }
      OPTIONAL { ?person p:P570/psv:P570 [ wikibase:timeValue ?died ; wikibase:timePrecision ?diedPrecision ] }
      OPTIONAL { ?person p:P2002 ?account . ?account ps:P2002 ?x ; wikibase:rank ?accountRank .
                 FILTER(?accountRank != wikibase:DeprecatedRank) FILTER NOT EXISTS { ?account pq:P582 ?until }
                 OPTIONAL { ?account pq:P6552 ?xId } }
      OPTIONAL { ?person wdt:P4033 ?mastodon } OPTIONAL { ?person wdt:P12361 ?bluesky }
      OPTIONAL { ?person wdt:P4264 ?linkedin }
      SERVICE wikibase:label { bd:serviceParam wikibase:language "en,mul". }
    } ORDER BY ?person ?statement

Settings: `languages` of labels (then `mul`, English, the id); `positions` (id -> post, organisation; entity documents
give ids only, and an id that is in neither this nor `ignore_positions` is an error), `ignore_positions` (ids, or `all`
others); `labels` (id -> name, of organisations, districts and causes); `post`, `organisation` where a query is about
one; `undated`; `yields`; `pages` (what a source that follows this one captures: `entities`, an address a person, or
`batches`, one for fifty). CC0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from incumbent.archive import Snapshot
from incumbent.claims import account_claims_table, empty_claims
from incumbent.sources import fields, jsontree, wikidata_entities, wikidata_query
from incumbent.sources.base import Context, Links, Parsed, empty_account_claims
from incumbent.sources.fields import LOCATOR
from incumbent.sources.jsontree import Node
from incumbent.sources.wikidata_settings import Settings
from incumbent.sources.wikidata_values import Account, Holding, best_accounts, best_holdings

_ENTITY = "https://www.wikidata.org/wiki/Special:EntityData/{item}.json"
_ENTITIES = (
    "https://www.wikidata.org/w/api.php?action=wbgetentities&format=json&props=labels%7Cclaims"
    "&languages={languages}&ids={ids}"
)
#: Ids that wbgetentities takes at once (https://www.wikidata.org/w/api.php?action=help&modules=wbgetentities).
_BATCH = 50
_FIELDS = (
    "person", "person_ids", "post", "organisation", "organisation_ids", "event", "start", "end", "acting",
    "status_note", "quote",
)  # fmt: skip

__all__ = ["Settings", "links", "parse"]


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """Claims (holds, ends, dies) with the ids of person and organisation, and account claims with those of the person.

    Raises SourceError with the JSON pointer for an answer that is neither kind, an error of the service, and any value
    that is not as the format has it.
    """
    wanted = Settings.model_validate(settings)
    document = jsontree.load(snapshot, context)
    reader = wikidata_query.read if _is_query(document) else wikidata_entities.read
    holdings, accounts = reader(document, wanted)
    claims, account_claims = empty_claims(), empty_account_claims()
    if "claims" in wanted.yields:
        rows = [row for one in best_holdings(holdings) for row in _claims(one, wanted)]
        schema = dict.fromkeys((LOCATOR, *_FIELDS), pl.String)
        cells = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema, orient="row")
        claims = fields.parsed(cells, ["claims"], snapshot, context).claims
    if "accounts" in wanted.yields:
        account_claims = account_claims_table(_account_claim(one, snapshot, context) for one in best_accounts(accounts))
    return Parsed(claims, account_claims)


def links(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Links:
    """pages: the entity documents of the people whom a query found, as `pages` is set. Raises SourceError."""
    wanted = Settings.model_validate(settings)
    document = jsontree.load(snapshot, context)
    if wanted.pages == "none" or not _is_query(document):
        return Links()
    items = wikidata_query.people(document, wanted)
    if wanted.pages == "entities":
        return Links(pages=tuple(_ENTITY.format(item=item) for item in items))
    languages = "%7C".join(dict.fromkeys((*wanted.languages, *wikidata_entities.LAST_LANGUAGES)))
    batches = [items[start : start + _BATCH] for start in range(0, len(items), _BATCH)]
    return Links(pages=tuple(_ENTITIES.format(languages=languages, ids="%7C".join(batch)) for batch in batches))


def _is_query(document: Node) -> bool:
    """Whether the answer is one of the query service; else it is one about entities. Raises SourceError for neither."""
    kinds = document.members()
    if "error" in kinds:
        error = kinds["error"]
        raise error.error(f"Wikidata answers with an error: {error.text('info')}", value=error.text("code"))
    if "results" not in kinds and "entities" not in kinds:
        raise document.error(
            "the answer is none of Wikidata's", value=", ".join(kinds), expected="results, or entities"
        )
    return "results" in kinds


def _claims(holding: Holding, wanted: Settings) -> Iterable[dict[str, str | None]]:
    """The claims of one statement: that it holds or held, else that it ended; and that death ended it."""
    dated = bool(holding.start or holding.end)
    row = {
        LOCATOR: holding.locator,
        "person": holding.person.name,
        "person_ids": f"wikidata:{holding.person.item}",
        "post": holding.post,
        "organisation": holding.organisation,
        "organisation_ids": f"wikidata:{holding.organisation_item}" if holding.organisation_item else None,
        "event": "ends" if holding.ended else "holds",
        "start": holding.start,
        "end": holding.end,
        "acting": "true" if holding.acting else "false",
        "status_note": holding.note or ("died" if holding.end and holding.end == holding.died else None),
        "quote": _quote(holding),
    }
    if dated or holding.ended or wanted.undated == "holds":
        yield row
    if holding.died and not holding.end and not holding.ended and dated:
        yield {**row, "event": "dies", "start": None, "end": holding.died, "status_note": "died"}


def _quote(holding: Holding) -> str:
    said: Sequence[str | None] = (
        holding.person.name,
        holding.post,
        holding.organisation,
        f"{holding.start or ''}/{holding.end or ('ended' if holding.ended else '')}",
        f"replaced by {holding.successor}" if holding.successor else None,
    )
    return " | ".join(word for word in said if word)[:200]


def _account_claim(account: Account, snapshot: Snapshot, context: Context) -> dict[str, str | None]:
    """One account. One that has ended says nothing of what its handle is now (`unknown`), as at the end."""
    ended = account.end is not None
    url = f"https://www.linkedin.com/in/{account.handle}" if account.platform == "linkedin" else account.handle
    return {
        "roster": context.roster,
        "source": context.source,
        "publisher": context.publisher,
        "source_url": context.source_url,
        "snapshot": snapshot.sha256,
        "locator": account.locator,
        "person": account.owner.name,
        "person_ids": f"wikidata:{account.owner.item}",
        "platform": account.platform,
        "handle": account.handle,
        "platform_id": account.platform_id,
        "state": "unknown" if ended else None,
        "as_at": account.end if ended and account.end != "unknown" else context.stated_at,
        "stated_at": context.stated_at,
        "seen_at": snapshot.fetched_at[:10] or None,
        "quote": f"{account.owner.name} | {account.platform} | {url}" + (f" | until {account.end}" if ended else ""),
    }
