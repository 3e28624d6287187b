"""Which column of anybody's list is which: the synonyms are data, the decision is one function.

Header words are compared folded: case, punctuation and spaces aside. A field's synonyms come in tiers, the surest
first: `Post` beats `Job title`, which beats `Title` (often an honorific). Two columns of the same tier, or one column
that two fields need, are refused with both named: guessing would check the wrong words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from incumbent.errors import InputError

#: field -> tiers of folded header words (`|` between them), the surest tier first.
_TIERS: dict[str, tuple[str, ...]] = {
    "entry_id": ("entry id|entryid|entry", "id|identifier|ref|reference|no|number|row id"),
    "person": (
        "person",
        "full name|person name|name of person|office holder|officeholder|post holder|postholder|holder|incumbent|"
        "official|name of official|appointee|member|minister|current holder",
        "name|names|who",
    ),
    "surname": ("surname|last name|lastname|family name|familyname",),
    "forename": ("forename|forenames|first name|first names|firstname|given name|given names|givenname",),
    "honorific": ("honorific|honorific prefix|salutation|name prefix|prefix",),
    "post": (
        "post",
        "job title|jobtitle|post title|position title|role title|position|role|office|office held|job|appointment|"
        "function|designation|post name|seat|constituency",
        "title",
    ),
    "organisation": (
        "organisation|organization",
        "organisation name|organization name|department|department name|dept|body|public body|ministry|agency|"
        "chamber|institution|authority|company|employer|house|org|council",
        "parent department|parent organisation|office",
    ),
    "start": (
        "start|start date|startdate|valid from",
        "from|since|date from|from date|date appointed|appointed|appointed on|term start|date of appointment|"
        "appointment date|began|started|in post since|effective from",
    ),
    "end": ("end|end date|enddate|valid to", "to|until|date to|to date|date left|left|left on|term end|ended"),
    "as_at": ("as at|asat", "as of|asof|as at date|as of date|reference date|snapshot date|list date", "date"),
    "acting": ("acting", "is acting|interim|is interim|acting or interim"),
    "scope": ("scope", "completeness"),
    "event": ("event", "event type|what happened"),
    "status_note": ("status note", "note|notes|reason|status|remarks"),
    "source": ("source", "source name|source id|sourced from"),
    "source_url": ("source url", "url|link|source link|web page|webpage|href"),
    "publisher": ("publisher", "published by"),
    "primary": ("primary", "primary source|is primary|official record"),
    "stated_at": (
        "stated at",
        "stated on|published at|published on|date published|publication date|published",
    ),
    "person_ids": ("person ids|person id", "wikidata id"),
    "organisation_ids": ("organisation ids|organisation id|organization id",),
}
SYNONYMS = {field: tuple(frozenset(words.split("|")) for words in tiers) for field, tiers in _TIERS.items()}

#: What a line of a list may carry, and what a statement of evidence may.
_LIST_ONLY = frozenset({"entry_id"})
_EVIDENCE_ONLY = frozenset({"scope", "event", "status_note", "source", "publisher", "primary"})
LIST_FIELDS = tuple(field for field in SYNONYMS if field not in _EVIDENCE_ONLY)
EVIDENCE_FIELDS = tuple(field for field in SYNONYMS if field not in _LIST_ONLY)
REQUIRED = ("person", "post", "organisation")


def fold_header(header: str) -> str:
    """A header's words, for comparison: lower case, only letters and digits, single spaces."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return re.sub(r"[\W_]+", " ", folded).strip()


def recognised(headers: Sequence[str], fields: Sequence[str], given: Mapping[str, str]) -> set[str]:
    """The fields that some header could be, the given ones included; how a reader tells a header from a title line."""
    folded = {fold_header(header) for header in headers}
    found = {field for field, header in given.items() if fold_header(header) in folded}
    for field in fields:
        if any(word in folded for tier in SYNONYMS[field] for word in tier):
            found.add(field)
    return found


def is_header(headers: Sequence[str], fields: Sequence[str], given: Mapping[str, str]) -> bool:
    """Whether this row names a person's column and a post's or an organisation's."""
    found = recognised(headers, fields, given)
    return bool(found & {"person", "surname"}) and bool(found & {"post", "organisation"})


def parse_given(text: str, fields: Sequence[str]) -> dict[str, str]:
    """`person=Name,post=Title` as {field: header}. A header with a comma is written `"Name, full"`.

    Raises InputError for a pair without `=`, an unknown field or a field given twice.
    """
    given: dict[str, str] = {}
    for pair in re.findall(r'(?:[^,"]|"[^"]*")+', text):
        field, sign, header = pair.partition("=")
        field, header = field.strip(), header.strip().strip('"')
        if not sign or not header or field not in fields:
            raise InputError(
                f"{pair.strip()!r} does not say which column is which",
                where="--columns",
                expected="FIELD=COLUMN pairs with commas between them; fields are " + ", ".join(fields),
                do="write, for example, --columns person=Name,post=Title",
            )
        if field in given:
            raise InputError(
                f"{field} is given two columns",
                where="--columns",
                expected="one column for each field",
                do="keep one of them",
            )
        given[field] = header
    return given


def choose(
    headers: Sequence[str],
    fields: Sequence[str],
    given: Mapping[str, str],
    where: str,
    *,
    constant_organisation: bool = False,
) -> ColumnMapping:
    """Which column (its position) each field is read from.

    `given` overrides. Raises InputError, with what was found and what to write, for a column that is given and
    absent, one that could be two things, and a needed field without any column.
    """
    folded = [fold_header(header) for header in headers]
    chosen: dict[str, int] = {}
    for field, header in given.items():
        if fold_header(header) not in folded:
            raise InputError(
                f"there is no column {header!r} for {field}",
                where=where,
                expected="one of " + _quoted(headers),
                do="correct --columns",
            )
        chosen[field] = folded.index(fold_header(header))
    taken = set(chosen.values())
    candidates = {
        field: _best_tier(field, folded, taken)
        for field in fields
        if field not in chosen and _best_tier(field, folded, taken)
    }
    _give_shared_columns(candidates, headers, folded, taken, where)
    for field, positions in candidates.items():
        if len(positions) > 1 and field in _MUST_BE_SURE:
            names = _quoted([headers[position] for position in positions])
            raise InputError(
                f"the columns {names} could each be the {field}",
                where=where,
                expected=f"one column for {field}",
                do=f"say which: --columns {field}={headers[positions[0]]}",
            )
        if len(positions) == 1:
            chosen[field] = positions[0]
    _settle_names(chosen, given, headers, folded, where)
    _need_required(chosen, headers, where, constant_organisation)
    used = set(chosen.values())
    unused = tuple(header for position, header in enumerate(headers) if position not in used and header.strip())
    return ColumnMapping(chosen, tuple((headers[position], field) for field, position in chosen.items()), unused)


#: An optional column that could be two is left out and shown as unused; these decide what is checked.
_MUST_BE_SURE = frozenset(
    {"person", "surname", "forename", "post", "organisation", "start", "end", "as_at", "stated_at"}
)


def _best_tier(field: str, folded: Sequence[str], taken: set[int]) -> list[int]:
    for tier in SYNONYMS[field]:
        positions = [position for position, word in enumerate(folded) if word in tier and position not in taken]
        if positions:
            return positions
    return []


def _give_shared_columns(
    candidates: dict[str, list[int]], headers: Sequence[str], folded: Sequence[str], taken: set[int], where: str
) -> None:
    """Settle each column that two fields want: the surer field has it, unless it could do with another column."""
    for first in list(candidates):
        for second in list(candidates):
            shared = set(candidates.get(first, ())) & set(candidates.get(second, ()))
            if first == second or not shared or _tier(first, folded, shared) > _tier(second, folded, shared):
                continue
            elsewhere = _best_tier(first, folded, taken | shared)
            if elsewhere:
                header = headers[min(shared)]
                raise InputError(
                    f"the column {header!r} could be the {first} or the {second}",
                    where=where,
                    expected="a column for each",
                    do=f"say which: --columns {first}={headers[elsewhere[0]]},{second}={header}",
                )
            left = _best_tier(second, folded, taken | shared)
            if left:
                candidates[second] = left
            else:
                del candidates[second]


def _tier(field: str, folded: Sequence[str], positions: set[int]) -> int:
    words = {folded[position] for position in positions}
    return next(number for number, tier in enumerate(SYNONYMS[field]) if words & tier)


def _settle_names(
    chosen: dict[str, int], given: Mapping[str, str], headers: Sequence[str], folded: Sequence[str], where: str
) -> None:
    """One whole-name column, or surname and forename; `Name` beside `Surname` alone could be either."""
    if "person" in given:
        for field in ("surname", "forename", "honorific"):
            chosen.pop(field, None)
        return
    has_parts = "surname" in chosen and "forename" in chosen
    if has_parts:
        chosen.pop("person", None)  # the parts are surer than a display name
    elif "person" in chosen and ("surname" in chosen or "forename" in chosen):
        if folded[chosen["person"]] in ("name", "names"):
            part = "surname" if "surname" in chosen else "forename"
            other = "forename" if part == "surname" else "surname"
            header = headers[chosen["person"]]
            raise InputError(
                f"the column {header!r} could be the whole name or the {other} beside {headers[chosen[part]]!r}",
                where=where,
                expected="one column for the whole name, or one for the surname and one for the forename",
                do=f"say which: --columns person={header} or --columns {other}={header},{part}={headers[chosen[part]]}",
            )
        chosen.pop("surname", None)
        chosen.pop("forename", None)
    if "person" in chosen:
        chosen.pop("honorific", None)


def _need_required(chosen: Mapping[str, int], headers: Sequence[str], where: str, constant_organisation: bool) -> None:
    have = set(chosen) | ({"person"} if {"surname", "forename"} <= set(chosen) else set())
    have |= {"organisation"} if constant_organisation else set()
    missing = [field for field in REQUIRED if field not in have]
    if not missing:
        return
    shown = _quoted(headers[:20]) if any(header.strip() for header in headers) else "nothing"
    advice = "name the columns in the first line, or say which they are: --columns " + ",".join(
        f"{field}=COLUMN" for field in missing
    )
    if missing == ["organisation"]:
        advice += "; or, when every line is of one body, --organisation NAME"
    raise InputError(
        "there is no column for " + ", ".join(missing),
        where=f"{where}, whose columns are {shown}",
        expected="columns person, post, organisation (or words such as Name, Job title, Department)",
        do=advice,
    )


def _quoted(headers: Sequence[str]) -> str:
    return ", ".join(repr(header) for header in headers)


@dataclass(frozen=True)
class ColumnMapping:
    """`positions`: field -> the column's; `pairs`: (header, field) as shown; `unused`: headers that nothing reads."""

    positions: Mapping[str, int]
    pairs: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]
