"""The last gate for people who are not to be shown: the published tables without them, whoever made the tables.

The entry of such a person stays, so that entries and posts can be counted, and says nothing but the post: the name is
withheld, the verdict is `unverified`, the id comes from the post. Everything else about the person goes: the rows of
people, appointments, accounts, activity, findings, listings and evidence. What other rows say of the person (holder,
explanation, other names, ids, addresses) is replaced or emptied, and with it the claim ids, which are digests of what a
claim says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain

import polars as pl

from incumbent import evidence_table, mentions, suppression
from incumbent.mentions import WITHHELD, Mentions
from incumbent.schemas import TableSchema
from incumbent.suppression import Person, Suppressed

#: What is said of the entry of a person who is not to be shown.
EXPLANATION = "The name is withheld, and nothing is said of the entry."

#: The tables that have a row for a name, and where the name stands.
_NAMED = {"people": "name", "roster": "listed_person", "listings": "listed_person"}
#: Cells with several values, of which those that name somebody are left out.
_LISTS = ("other_names", "identifiers", "accounts", "earlier_entry_ids", "earlier_names")
#: Columns of the entry of such a person that stay as they are: the post and where it is listed.
_POST = ("listed_post", "listed_organisation", "post_id", "organisation_id", "source_id")

Tables = Mapping[str, pl.DataFrame]


def withhold(
    tables: Tables, schemas: Mapping[str, TableSchema], listed: Suppressed | None
) -> tuple[dict[str, pl.DataFrame], Mentions | None]:
    """The tables without the people on the list, and what finds them in other text; the same tables where nobody of
    the list is in them, and None for an empty list. Doing it twice changes nothing more.
    """
    if listed is None:
        return dict(tables), None
    person_ids, entry_ids, known = _who(tables, listed)
    looked_for = Mentions(listed, _clear(known), frozenset(each.casefold() for each in known.accounts))
    kept = _without_rows(tables, person_ids, entry_ids, looked_for)
    renamed = _renamed(kept, schemas, looked_for)
    swept = {name: _swept(frame, schemas[name], looked_for, renamed) for name, frame in kept.items()}
    return _without_claims(tables, swept, schemas, looked_for), looked_for


def holds(tables: Tables, schemas: Mapping[str, TableSchema], listed: Suppressed) -> bool:
    """Whether anything in the tables is of somebody on the list."""
    without, _ = withhold(tables, schemas, listed)
    return any(not without[name].equals(frame) for name, frame in tables.items())


def known_of(tables: Tables, person_id: str) -> Person:
    """All that published tables know a person by: to be put on the list."""
    return _known(tables, {person_id})


def _who(tables: Tables, listed: Suppressed) -> tuple[set[str], set[str], Person]:
    """(person_ids, entry_ids, all that they are known by) of those on the list."""
    people = _rows(tables, "people", "person_id", "name", "other_names", "identifiers")
    entries = _rows(tables, "roster", "entry_id", "listed_person", "person_id")
    spellings = {person[0]: [person[1], *(person[2] or "").split(";")] for person in people}
    named = _on_list({each for given in spellings.values() for each in given} | {each[1] for each in entries}, listed)
    ids = {
        person_id
        for person_id, _, _, identifiers in people
        if listed.has("person_id", person_id)
        or named & set(spellings[person_id])
        or any(listed.has("identifier", each) for each in (identifiers or "").split(";") if each)
    }
    for person_id, *account in _own_accounts(tables):
        if any(listed.has("account", each) for each in _handles(*account)):
            ids.add(person_id)
    ids |= {person_id for _, name, person_id in entries if person_id is not None and name in named}
    hidden = {entry_id for entry_id, name, person_id in entries if person_id in ids or name in named}
    return ids, hidden, _known(tables, ids)


def _on_list(spellings: set[str], listed: Suppressed) -> set[str]:
    """The spellings that are the name of somebody on the list: as they stand, or without titles and middle names."""
    by_list = Mentions(listed)
    given = {each for each in spellings if each and each != WITHHELD}
    found = {each for each in given if by_list.found(each)}
    forms = suppression.forms_by_spelling(sorted(given - found))
    return found | {each for each, plain in forms.items() if any(listed.has("name", form) for form in plain)}


def _known(tables: Tables, person_ids: set[str]) -> Person:
    spelt: set[str] = set()
    identifiers: set[str] = set()
    for person_id, name, others, scheme_ids in _rows(
        tables, "people", "person_id", "name", "other_names", "identifiers"
    ):
        if person_id in person_ids:
            spelt |= {name, *(others or "").split(";")}
            identifiers |= set((scheme_ids or "").split(";"))
    spelt |= {
        name for name, person_id in _rows(tables, "roster", "listed_person", "person_id") if person_id in person_ids
    }
    accounts = set(
        chain.from_iterable(
            _handles(*account) for person_id, *account in _own_accounts(tables) if person_id in person_ids
        )
    )
    none = {"", None, WITHHELD}
    return Person(
        frozenset(spelt - none), frozenset(person_ids), frozenset(identifiers - none), frozenset(accounts - none)
    )


def _clear(known: Person) -> frozenset[str]:
    ids = [each for each in known.person_ids if "-" in each]
    return frozenset(suppression.plain_forms(known.names)) | mentions.plain_words([*ids, *_two_words(known)])


def _two_words(known: Person) -> list[str]:
    return [name for name in known.names if len(name.split()) > 1]


def _own_accounts(tables: Tables) -> list[tuple[str, ...]]:
    """person_id, platform, handle, account_id, platform_id of each account that is a person's own: an office's account
    is handed on, and says nothing of who held the office."""
    columns = ("person_id", "platform", "handle", "account_id", "platform_id", "kind")
    rows = _rows(tables, "accounts", *columns)
    return [row[:-1] for row in rows if row[0] is not None and row[-1] != "role"]


def _handles(platform: str | None, handle: str | None, account_id: str | None, platform_id: str | None) -> list[str]:
    named = [account_id, platform_id, *((handle, f"{platform}:{handle}") if handle else ())]
    return [each for each in named if each]


def _without_rows(
    tables: Tables, person_ids: set[str], entry_ids: set[str], looked_for: Mentions
) -> dict[str, pl.DataFrame]:
    """The tables without the rows about these people; the entries stay, without what they say."""
    kept = dict(tables)
    ids = sorted(person_ids)
    theirs = pl.col("person_id").is_in(ids)
    role = (pl.col("kind") == "role").fill_null(False)
    accounts = kept.get("accounts", pl.DataFrame())
    gone: list[str] = []
    if "person_id" in accounts.columns:
        handle = _named(accounts, "handle", looked_for.listed, "account")
        own = ~role & (theirs.fill_null(False) | handle)
        gone = accounts.filter(own)["account_id"].to_list()
        handed_on = pl.when(theirs).then(None)
        kept["accounts"] = accounts.filter(~own).with_columns(
            person_id=handed_on.otherwise("person_id"), evidence=handed_on.otherwise("evidence")
        )
    if "activity" in kept:
        activity = kept["activity"].filter(~pl.col("account_id").is_in(gone))
        if "person_id" in activity.columns:
            activity = activity.with_columns(person_id=pl.when(theirs).then(None).otherwise("person_id"))
        kept["activity"] = activity
    for name in ("people", "appointments"):
        if name in kept:
            kept[name] = kept[name].filter(~theirs.fill_null(False))
    if "findings" in kept:
        lacks = pl.col("entry_id").is_null() & _found(kept["findings"], "holder", looked_for)
        kept["findings"] = kept["findings"].filter(
            ~(pl.col("entry_id").is_in(sorted(entry_ids)).fill_null(False) | lacks)
        )
    if "listings" in kept:
        shown = _found(kept["listings"], "listed_person", looked_for)
        kept["listings"] = kept["listings"].filter(~(pl.col("entry_id").is_in(sorted(entry_ids)) | shown))
    if "changes" in kept:
        kept["changes"] = kept["changes"].filter(~_found(kept["changes"], "key", looked_for))
    if "roster" in kept and entry_ids:
        kept["roster"] = _blanked(kept["roster"], entry_ids)
    return kept


def _without_claims(
    before: Tables, swept: dict[str, pl.DataFrame], schemas: Mapping[str, TableSchema], looked_for: Mentions
) -> dict[str, pl.DataFrame]:
    """The tables without the claims that name one of these people, or that nothing cites without them: neither their
    rows nor, anywhere, the ids of the former."""
    if "evidence" not in swept:
        return swept
    given, schema = before["evidence"], schemas["evidence"]
    texts = [each.name for each in schema.fields if each.name not in schema.primary_key and each.name in given.columns]
    named = given.filter(pl.any_horizontal(_found(given, name, looked_for) for name in texts))["claim_id"]
    lost = evidence_table.cited(before).filter(
        ~evidence_table.cited(before).is_in(evidence_table.cited(swept).implode())
    )
    gone = pl.concat([named, lost.filter(lost.is_in(given["claim_id"].implode()))]).unique()
    if gone.is_empty():
        return swept
    kept = dict(swept)
    kept["evidence"] = swept["evidence"].filter(~pl.col("claim_id").is_in(gone.implode()))
    for name, frame in kept.items():
        if "evidence" in frame.columns:
            ids = pl.col("evidence").str.split(";")
            left = ids.list.set_difference(pl.lit(named.implode())).list.join(";").replace("", None)
            kept[name] = frame.with_columns(evidence=pl.when(_touches(ids, named)).then(left).otherwise("evidence"))
    return kept


def _touches(ids: pl.Expr, gone: pl.Series) -> pl.Expr:
    return ids.list.eval(pl.element().is_in(gone.implode())).list.any().fill_null(False)


def _blanked(roster: pl.DataFrame, entry_ids: set[str]) -> pl.DataFrame:
    """The roster table in which these entries say nothing but their post. Their ids come from it."""
    hidden = pl.col("entry_id").is_in(sorted(entry_ids))
    post = pl.concat_str(
        pl.lit("withheld"), pl.coalesce("post_id", "organisation_id"), separator="--", ignore_nulls=True
    )
    others = set(roster.filter(~hidden)["entry_id"].to_list())
    fresh = _unlike(roster.filter(hidden).select(post.alias("id"))["id"].to_list(), others)
    said = {"listed_person": WITHHELD, "verdict": "unverified", "explanation": EXPLANATION}
    mapping = dict(zip(roster.filter(hidden)["entry_id"].to_list(), fresh, strict=True))
    columns = [
        pl.when(hidden).then(pl.lit(said.get(name), roster.schema[name])).otherwise(pl.col(name)).alias(name)
        for name in roster.columns
        if name not in (*_POST, "entry_id")
    ]
    return roster.with_columns(columns).with_columns(pl.col("entry_id").replace(mapping))


def _unlike(wanted: list[str], taken: set[str]) -> list[str]:
    """Each wanted id, numbered where it is taken."""
    given: list[str] = []
    for each in wanted:
        number, new = 1, each
        while new in taken or new in given:
            number += 1
            new = f"{each}-{number}"
        given.append(new)
    return given


def _renamed(tables: Tables, schemas: Mapping[str, TableSchema], looked_for: Mentions) -> dict[str, str]:
    """Old id -> new id, for each id of any table that names somebody: the same wherever it stands."""
    ids: set[str] = set()
    for name, frame in tables.items():
        for column in _id_columns(schemas[name]):
            if column in frame.columns and frame.schema[column] == pl.String():
                ids |= set(frame[column].drop_nulls().unique().to_list())
    named = sorted(each for each in ids if looked_for.found(each))
    fresh = _unlike([looked_for.without(each, "withheld").replace(WITHHELD, "withheld") for each in named], ids)
    return dict(zip(named, fresh, strict=True))


def _id_columns(schema: TableSchema) -> list[str]:
    """Columns that hold ids of rows: keys, and what refers to keys. A change's key and field are text."""
    if schema.name == "changes":
        return []
    referring = [name for key in schema.foreign_keys for name in key.fields]
    return [
        name for name in dict.fromkeys([*schema.primary_key, *referring]) if name not in ("snapshot", "observed_at")
    ]


def _swept(frame: pl.DataFrame, schema: TableSchema, looked_for: Mentions, renamed: Mapping[str, str]) -> pl.DataFrame:
    """The table with nobody named in any cell; a row that named somebody loses its evidence."""
    ids = _id_columns(schema)
    columns, touched = [], pl.Series("touched", [False]).new_from_index(0, frame.height)
    for field in schema.fields:
        if field.type != "string" or field.name not in frame.columns or "enum" in field.constraints:
            continue
        before = frame[field.name]
        if field.name in ids:
            after = before.replace(renamed) if renamed else before
        else:
            after = _each(before, _sweeper(field.name, str(field.constraints.get("pattern", "")), looked_for))
        if not after.equals(before, null_equal=True):
            touched = touched | after.ne_missing(before)
            columns.append(after)
    if not columns:
        return frame
    swept = frame.with_columns(columns)
    if "evidence" in swept.columns:
        swept = swept.with_columns(evidence=pl.when(touched).then(None).otherwise("evidence"))
    return swept


def _sweeper(name: str, pattern: str, looked_for: Mentions) -> Callable[[str], str | None]:
    """What a cell of this column becomes. A cell that has a pattern (an address, a handle) is whole or empty."""
    if name in _LISTS:
        return lambda cell: ";".join(part for part in cell.split(";") if not looked_for.found(part)) or None
    if pattern:
        return lambda cell: None if looked_for.found(cell) else cell
    return looked_for.without


def _each(column: pl.Series, change: Callable[[str], str | None]) -> pl.Series:
    """`column` with each distinct value changed once."""
    mapping = {value: new for value in column.drop_nulls().unique().to_list() if (new := change(value)) != value}
    return column.replace(mapping) if mapping else column


def _found(frame: pl.DataFrame, column: str, looked_for: Mentions) -> pl.Expr:
    """Whether the cell names somebody; false where it is empty."""
    values = frame[column].drop_nulls().unique().to_list()
    return pl.col(column).is_in([value for value in values if looked_for.found(value)]).fill_null(False)


def _named(frame: pl.DataFrame, column: str, listed: Suppressed, kind: str) -> pl.Expr:
    values = frame[column].drop_nulls().unique().to_list()
    return pl.col(column).is_in([value for value in values if listed.has(kind, value)]).fill_null(False)


def _values(tables: Tables, table: str, column: str) -> list[str]:
    return [row[0] for row in _rows(tables, table, column) if row[0] is not None]


def _rows(tables: Tables, table: str, *columns: str) -> list[tuple[str, ...]]:
    """The rows of these columns; a column or table that is not there (of an older version) is empty."""
    frame = tables.get(table)
    if frame is None or frame.is_empty():
        return []
    there = [pl.col(name) if name in frame.columns else pl.lit(None, pl.String).alias(name) for name in columns]
    rows: list[tuple[str, ...]] = frame.select(there).rows()
    return rows
