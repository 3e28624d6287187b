"""A pair of tables (a list, and evidence about it) as rows of text: mostly sensible, then spoilt."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from tests.hostile import cells

_LIST_HEADERS = (
    ("person", "post", "organisation"),
    ("entry_id", "person", "post", "organisation"),
    ("ref", "Name", "Job title", "Department"),
    ("Surname", "Forename", "Title", "Post", "Organisation"),
    ("Name", "Position", "Body", "Start date"),
    ("Person", "Post", "Organisation", "wikidata id", "From", "To", "acting"),
)
_EVIDENCE_HEADERS = (
    ("person", "post", "organisation", "as_at"),
    ("person", "post", "organisation", "start", "end", "as_at", "acting", "scope", "source", "source_url", "stated_at"),
    ("person", "post", "organisation", "event", "start", "end", "stated_at", "publisher", "primary", "note"),
    ("Name", "Job title", "Department", "Published"),
    ("person", "post", "organisation", "start", "stated_at", "person_ids", "organisation_ids"),
)
_EVENTS = (
    "holds",
    "starts",
    "ends",
    "announced_start",
    "announced_end",
    "dies",
    "abolished",
    "renamed",
    "vacant",
    "withheld",
)
_VALUES: dict[str, Callable[[Random], str]] = {
    "person": cells.name, "name": cells.name, "surname": lambda r: r.choice(cells.SURNAMES),
    "forename": lambda r: r.choice(cells.GIVEN), "title": lambda r: r.choice(cells.HONOURS).strip(),
    "post": cells.post, "job title": cells.post, "position": cells.post,
    "organisation": cells.body, "department": cells.body, "body": cells.body,
    "acting": lambda r: r.choice(("", "", "yes", "no", "true", "0")),
    "scope": lambda r: r.choice(("", "partial", "complete")),
    "event": lambda r: r.choice(("", *_EVENTS)), "primary": lambda r: r.choice(("", "yes")),
    "source": lambda r: r.choice(("list", "gazette", "tide;news")), "publisher": lambda r: r.choice(("", "A", "B")),
    "source_url": lambda r: r.choice(("", "https://harbour.example/1", "https://t.example/a;b", "javascript:1", "http://[::1")),
    "note": lambda r: r.choice(("", "retired", "resigned", "Harbour Agency")),
    "person_ids": lambda r: r.choice(("", "wikidata:Q1", "wikidata:Q2;isni:3", ";;", ":")),
    "wikidata id": lambda r: r.choice(("", "wikidata:Q1", "Q2")), "organisation_ids": lambda r: r.choice(("", "x:1")),
}  # fmt: skip
_DAYS = frozenset({"start", "end", "as_at", "stated_at", "published", "start date", "from", "to"})


class Rows(NamedTuple):
    """`headers`, `rows` of text; `sound`: nothing was spoilt, so each row is an entry."""

    headers: list[str]
    rows: list[list[str]]
    sound: bool


def pair(random: Random) -> tuple[Rows, Rows]:
    """A list and evidence, most of it about the same people."""
    listed_headers, evidence_headers = random.choice(_LIST_HEADERS), random.choice(_EVIDENCE_HEADERS)
    size = random.choice((1, 1, 2, 5, 10, 30))
    listed = [_row(random, listed_headers, number) for number in range(size)]
    evidence = [_row(random, evidence_headers, number) for number in range(random.choice((1, 3, 10, 40)))]
    for row in evidence:
        if random.random() < 0.6:
            _copy(random.choice(listed), listed_headers, row, evidence_headers, random)
    one = Rows(list(listed_headers), listed, sound=True)
    other = Rows(list(evidence_headers), evidence, sound=True)
    if random.random() < 0.35:
        one = _spoilt(random, one)
    if random.random() < 0.35:
        other = _spoilt(random, other)
    return one, other


def _row(random: Random, headers: tuple[str, ...], number: int) -> list[str]:
    row = []
    for header in headers:
        field = header.lower()
        if field in ("entry_id", "ref"):
            row.append(f"e{number}")
        elif field in _DAYS:
            row.append(cells.day(random) if random.random() < 0.7 or field in ("as_at", "published") else "")
        else:
            row.append(_VALUES[field](random))
    return row


def _copy(
    source: list[str],
    source_headers: tuple[str, ...],
    target: list[str],
    target_headers: tuple[str, ...],
    random: Random,
) -> None:
    """What one row says of a person, post and body, into another; one of the three may stay other."""
    words = {
        "name": "person",
        "job title": "post",
        "position": "post",
        "department": "organisation",
        "body": "organisation",
    }
    values = {
        words.get(header.lower(), header.lower()): cell for header, cell in zip(source_headers, source, strict=True)
    }
    values.setdefault("person", f"{values.get('forename', '')} {values.get('surname', '')}")
    keep = random.choice(("", "", "person", "post", "organisation"))
    for at, header in enumerate(target_headers):
        field = words.get(header.lower(), header.lower())
        if field in ("person", "post", "organisation") and field != keep and field in values:
            target[at] = values[field]


def _spoilt(random: Random, table: Rows) -> Rows:
    """The table after one to three of the spoilers; several of them may leave a table that can still be read."""
    for spoil in random.choices(_SPOILERS, k=random.choice((1, 1, 2, 3))):
        table = spoil(random, table)._replace(sound=False)
    return table


def _hostile_cells(random: Random, table: Rows) -> Rows:
    rows = [list(row) for row in table.rows]
    for _ in range(random.choice((1, 1, 3, 20))):
        if rows and (row := random.choice(rows)):
            row[random.randrange(len(row))] = cells.hostile(random)
    return table._replace(rows=rows)


def _hostile_column(random: Random, table: Rows) -> Rows:
    at = random.randrange(max(1, len(table.headers)))
    same = random.choice((None, cells.hostile(random)))
    return table._replace(
        rows=[[*row[:at], same if same is not None else cells.hostile(random), *row[at + 1 :]] for row in table.rows]
    )


def _dates(random: Random, table: Rows) -> Rows:
    places = [at for at, header in enumerate(table.headers) if header.lower() in _DAYS]
    rows = [list(row) for row in table.rows]
    for row in rows:
        for at in places:
            if at < len(row) and random.random() < 0.5:
                row[at] = random.choice(cells.DATES)
    return table._replace(rows=rows)


def _edge_days(random: Random, table: Rows) -> Rows:
    """Real days at the ends of the calendar, starts after ends, leap days."""
    days = (
        "0001-01-01",
        "9999-12-31",
        "9999-12",
        "9999",
        "0001",
        "2012-02-29",
        "1582-10-10",
        "1970-01-01",
        "0004-02-29",
    )
    places = [at for at, header in enumerate(table.headers) if header.lower() in _DAYS]
    rows = [[random.choice(days) if at in places else cell for at, cell in enumerate(row)] for row in table.rows]
    return table._replace(rows=rows)


def _headers(random: Random, table: Rows) -> Rows:
    headers = list(table.headers)
    at = random.randrange(max(1, len(headers)))
    if headers and at < len(headers):
        headers[at] = random.choice(
            ("", " ", headers[0], headers[-1], headers[at].upper(), f" {headers[at]}\u200b", cells.hostile(random),
             "person", "x" * 5000, "post", "id", "date", "name", "\x1b[2J", headers[at] + "\n", '"', "=1+1")
        )  # fmt: skip
    return table._replace(headers=headers)


def _columns(random: Random, table: Rows) -> Rows:
    """One to three columns gone, doubled, moved, or thirty more."""
    order = list(range(len(table.headers)))
    how = random.randrange(4)
    if how == 0:
        order = random.sample(order, max(0, len(order) - random.randrange(1, 4)))
    elif how == 1:
        order += random.choices(order, k=2) if order else []
    elif how == 2:
        random.shuffle(order)
    headers = [table.headers[at] for at in order]
    rows = [[row[at] if at < len(row) else "" for at in order] for row in table.rows]
    if how == 3:
        headers += [f"extra {number}" for number in range(30)]
        rows = [row + [cells.hostile(random) if random.random() < 0.05 else ""] * 30 for row in rows]
    return Rows(headers, rows, sound=False)


def _ragged(random: Random, table: Rows) -> Rows:
    rows = [list(row) for row in table.rows]
    for _ in range(random.choice((1, 1, 5))):
        if rows:
            at = random.randrange(len(rows))
            rows[at] = random.choice((rows[at][:-1], rows[at][:1], [], [*rows[at], "more"], [*rows[at], ""]))
    return table._replace(rows=rows)


def _fewer(random: Random, table: Rows) -> Rows:
    """Only headers, nothing, blank rows, or title lines above the header."""
    how = random.randrange(4)
    if how == 0:
        return table._replace(rows=[])
    if how == 1:
        return Rows([], [], sound=False)
    if how == 2:
        return table._replace(rows=[["" for _ in row] for row in table.rows])
    title = ["Leaders of the Harbour Office", *("" for _ in table.headers[1:])]
    return Rows(title, [["" for _ in table.headers], table.headers, *table.rows], sound=False)


def _repeated(random: Random, table: Rows) -> Rows:
    """The same rows many times."""
    return table._replace(rows=table.rows * random.choice((2, 3, 20)))


_SPOILERS: tuple[Callable[[Random, Rows], Rows], ...] = (
    _hostile_cells, _hostile_cells, _hostile_column, _dates, _edge_days, _headers, _columns, _ragged, _fewer, _repeated,
)  # fmt: skip
