"""Who held the post of an entry, and what the list said meanwhile: what was true against what was published.

What an entry's page offers for download (site/timeline.py draws what stands in the page, with more in it than a picture
can hold). It is written straight as SVG, in a thousandth of the time that an engine takes for a chart; its marks have
colours that stand out by 3 to 1 from white, and nothing in it needs a style or a script.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import polars as pl

from incumbent.charts import dates, words
from incumbent.charts.drawing import described, png
from incumbent.charts.fonts import FAMILIES
from incumbent.charts.ink import LIGHT
from incumbent.freshness.sentences import office_words
from incumbent.freshness.weighing import OUT_OF_DATE

#: Of more holders than these, the latest are shown, with the listed person.
MOST = 8
#: Columns of a timeline's table. `row`: `true` (an appointment) or `list`; the last three are the list's.
COLUMNS: dict[str, pl.DataType] = {
    "row": pl.String(), "person": pl.String(), "acting": pl.Boolean(), "start_earliest": pl.Date(),
    "start_latest": pl.Date(), "end_earliest": pl.Date(), "end_latest": pl.Date(), "last_seen": pl.Date(),
    "wrong_since_earliest": pl.Date(), "wrong_since_latest": pl.Date(), "put_right": pl.Date(),
}  # fmt: skip

_WIDTH, _EDGE, _ROW, _BAR, _HEAD, _AXIS = 480, 4, 40, 12, 24, 28
_LABEL_CHARACTERS = 62
#: About a drawing that stands by itself: its margin, its width, and its title.
_MARGIN, _PICTURE, _TITLE_LINE, _TITLE_CHARACTERS = 16, _WIDTH + 32, 23, 50
_TRUE, _LIST, _WRONG = "#1f7fbf", "#7d7d7d", "#d1590a"
_DAY = dt.timedelta(days=1)
_HOLDERS = (
    "person_id",
    "acting",
    "start_earliest",
    "start_latest",
    "end_earliest",
    "end_latest",
    "last_seen",
    "known_from",
)
_LISTED = ("entry_id", "first_seen", "gone_by", "wrong_since_earliest", "wrong_since_latest", "put_right")


def timelines(tables: Mapping[str, pl.DataFrame]) -> Iterator[Timeline]:
    """A timeline for each entry of the roster table whose post somebody is known to have held, in the table's order.

    `tables`: the published tables `roster`, `listings`, `appointments`, `people`, `posts` and `headlines`. Where a post
    has many seats, only the listed person's own appointments are shown: the others did not hold this one.
    """
    as_of: dt.date = tables["headlines"]["as_of"][0]
    theirs = tables["appointments"].join(tables["roster"].select("post_id"), on="post_id", how="semi")
    named = theirs.join(tables["people"].select("person_id", person="name"), on="person_id", how="left")
    held = named.sort(_began(), "appointment_id").partition_by("post_id", as_dict=True, maintain_order=True)
    holders = {key[0]: frame.select("person", *_HOLDERS).rows(named=True) for key, frame in held.items()}
    entries = tables["roster"].join(tables["posts"].select("post_id", "name", "seats"), on="post_id", how="left")
    office = office_words(pl.coalesce("listed_post", "name"), pl.col("listed_organisation"))
    entries = entries.select("entry_id", "listed_person", "person_id", "post_id", "seats", office=office)
    listings = tables["listings"].select(*_LISTED, "reasons")
    entries = entries.join(listings, on="entry_id", how="left", maintain_order="left")
    for entry in entries.iter_rows(named=True):
        shown = _holders(entry, holders.get(entry["post_id"], []))
        if shown:
            yield _timeline(entry, shown, as_of)


def timeline(tables: Mapping[str, pl.DataFrame], entry_id: str) -> Timeline | None:
    """The timeline of one entry; None where nobody is known to have held its post, or there is no such entry."""
    one = {**tables, "roster": tables["roster"].filter(pl.col("entry_id") == entry_id)}
    return next(timelines(one), None)


def _began() -> pl.Expr:
    """What appointments are sorted by: the day by which they had begun; who is only known to have gone comes first."""
    gone = pl.coalesce("end_latest", "last_seen").is_not_null()
    return pl.coalesce("start_latest", pl.when(~gone).then("known_from"), pl.lit(dt.date.min))


def _holders(entry: Mapping[str, Any], held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The appointments to show: of a post with many seats the listed person's; else the latest MOST, and theirs.

    Each has `open_until`: where no end is known, the day until which it can have gone on: a successor's first one, if
    the post has one seat, and for the listed person the day by which the findings have them gone.
    """
    gone = set(OUT_OF_DATE).intersection((entry["reasons"] or "").split(";"))
    gone_by = entry["wrong_since_latest"] if gone else None
    own = [row for row in held if row["person_id"] == entry["person_id"]]
    if entry["seats"] == "many":
        return [{**row, "open_until": gone_by} for row in own[-MOST:]]
    latest = held[-MOST:]
    shown = latest if not own or own[-1] in latest else [own[-1], *latest[1:]]
    starts = [row["start_latest"] if not row["acting"] else None for row in shown]
    made = []
    for place, row in enumerate(shown):
        ends = [day for day in starts[place + 1 :] if day is not None][:1]
        ends += [gone_by] if gone_by and row["person_id"] == entry["person_id"] else []
        made.append({**row, "open_until": min(ends, default=None)})
    return made


def _timeline(entry: Mapping[str, Any], holders: list[dict[str, Any]], as_of: dt.date) -> Timeline:
    listed, post = words.plain(entry["listed_person"]), words.plain(entry["office"])
    rows: list[dict[str, Any]] = [{**row, "row": "true", "person": words.plain(row["person"])} for row in holders]
    if entry["first_seen"] is not None:
        rows.append(
            {
                **{name: entry[name] for name in _LISTED[3:]},
                "row": "list", "person": listed, "start_latest": entry["first_seen"], "end_latest": entry["gone_by"],
            }
        )  # fmt: skip
    title = f"{post}: who held it, and what the list said" if post else "Who held the post, and what the list said"
    description = " ".join(_sentence(row, as_of) for row in rows)
    svg, height = _svg(rows, as_of)
    return Timeline(
        entry_id=entry["entry_id"],
        title=title,
        description=description,
        svg=described(svg, title, description),
        height=height,
        table=pl.DataFrame([{name: row.get(name) for name in COLUMNS} for row in rows], schema=COLUMNS),
    )


def _sentence(row: Mapping[str, Any], as_of: dt.date) -> str:
    """What a row shows, said."""
    if row["row"] == "list":
        start: dt.date = row["start_latest"]
        end: dt.date | None = row["end_latest"]
        until = f"until {words.day(end)}" if end else f"and still did on {words.day(as_of)}"
        wrong = row["wrong_since_latest"] or row["wrong_since_earliest"]
        told = f"; that was wrong by {words.day(wrong)}" if wrong else ""
        mended = f" and put right by {words.day(row['put_right'])}" if wrong and row["put_right"] else ""
        return f"The list named {row['person']} from {words.day(start)} {until}{told}{mended}."
    days = _days(row)
    return f"{row['person']} held the post{f' ({days})' if days else ''}."


def _svg(rows: list[dict[str, Any]], as_of: dt.date) -> tuple[str, int]:
    """The drawing, and its height in pixels."""
    days: list[dt.date] = [row[name] for row in rows for name in COLUMNS if isinstance(row.get(name), dt.date)]
    first, last = min([as_of - 30 * _DAY, *days]), max([as_of, *days])
    first -= max((last - first) // 20, _DAY)  # what began at an unknown day comes in from the left
    left, room, span = _EDGE, _WIDTH - 2 * _EDGE, (last - first).days

    def at(day: dt.date) -> float:
        return left + round(room * (day - first).days / span, 1)

    height, parts = 0, list[str]()
    for kind, head in (("true", "What was true"), ("list", "What the list said")):
        shown = [row for row in rows if row["row"] == kind]
        if not shown:
            continue
        parts.append(_text(head, left, height + 15, ' font-weight="bold"'))
        height += _HEAD
        for row in shown:
            parts.append(_text(_label(row), left, height + 13))
            bars = _listed(row, as_of) if kind == "list" else _held(row, first, as_of)
            parts += [_bar(at(begin), at(end), height + 19, look) for begin, end, look in bars if end > begin]
            height += _ROW
        height += 6
    parts.append(_rule(left, left + room, height))
    for day, said in dates.marks(first + _DAY, last, 5):
        anchor = "start" if at(day) < 45 else "end" if at(day) > _WIDTH - 45 else "middle"
        parts.append(_tick(at(day), height))
        parts.append(_text(said, at(day), height + 18, f' text-anchor="{anchor}" font-size="12"'))
    height += _AXIS
    head = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    look = f'font-family="{escape(FAMILIES)}" font-size="13" fill="currentColor"'
    return f"<svg {head} {look}>{''.join(parts)}</svg>", height


def _held(row: Mapping[str, Any], first: dt.date, as_of: dt.date) -> Iterator[tuple[dt.date, dt.date, str]]:
    """Spans of days of an appointment: solid where it is sure, an outline where it may be."""
    known = [row[name] for name in ("start_latest", "last_seen", "end_earliest") if row[name] is not None]
    ended = row["end_latest"] or row["open_until"] or as_of
    begun = min([*known, ended]) if known else min(row["known_from"] or ended, ended)
    sure = max([*known, begun]) if known else begun
    yield row["start_earliest"] or (first if known else begun), begun, _outline(_TRUE)
    yield begun, min(max(sure, begun + _DAY), max(ended, begun + _DAY)), f'fill="{_TRUE}"'
    yield sure, ended, _outline(_TRUE)


def _listed(row: Mapping[str, Any], as_of: dt.date) -> Iterator[tuple[dt.date, dt.date, str]]:
    """Spans of days of the list's row: grey while it was right, orange while it was wrong; an outline: may be wrong."""
    begun, ended = row["start_latest"], row["end_latest"] or as_of
    ended = max(ended, begun + _DAY)
    surely = row["wrong_since_latest"] or row["wrong_since_earliest"]
    if surely is None:
        yield begun, ended, f'fill="{_LIST}"'
        return
    right = max(begun, min(row["put_right"] or ended, ended))
    maybe = min(max(row["wrong_since_earliest"] or surely, begun), right)
    surely = min(max(surely, maybe), right)
    yield begun, maybe, f'fill="{_LIST}"'
    yield maybe, surely, _outline(_WRONG)
    yield surely, right, f'fill="{_WRONG}"'
    yield right, ended, f'fill="{_LIST}"'


def _label(row: Mapping[str, Any]) -> str:
    """The name, and in brackets the days: what the bar shows, for who reads it."""
    if row["row"] == "true":
        days = _days(row)
    elif wrong := row["wrong_since_latest"] or row["wrong_since_earliest"]:
        days = f"wrong by {words.day(wrong)}"
    else:
        days = f"from {words.day(row['start_latest'])}"
        days += f", gone by {words.day(row['end_latest'])}" if row["end_latest"] else ""
    return words.short(row["person"], _LABEL_CHARACTERS - len(days) - 3) + (f" ({days})" if days else "")


def _days(row: Mapping[str, Any]) -> str:
    """What is known of an appointment's days, in a few words."""
    start, end, seen = row["start_latest"], row["end_latest"], row["last_seen"]
    told = ["acting"] if row["acting"] else []
    if start:
        told.append(words.day(start) if start == row["start_earliest"] else f"by {words.day(start)}")
    if end:
        told.append(f"until {words.day(end)}" if end == row["end_earliest"] else f"gone by {words.day(end)}")
    elif seen and seen != start:
        told.append(f"last seen {words.day(seen)}")
    elif not start and row["known_from"]:
        told.append(f"named by {words.day(row['known_from'])}")
    return ", ".join(told)


def _outline(colour: str) -> str:
    return f'fill="{colour}" fill-opacity="0.25" stroke="{colour}"'


def _text(said: str, x: float, y: float, more: str = "") -> str:
    return f'<text x="{x}" y="{y}"{more}>{escape(said)}</text>'


def _bar(begin: float, end: float, y: float, look: str) -> str:
    return f'<rect x="{begin}" y="{y}" width="{max(round(end - begin, 1), 2)}" height="{_BAR}" {look}/>'


def _rule(begin: float, end: float, y: float) -> str:
    return f'<path d="M{begin} {y}H{end}" stroke="{_LIST}"/>'


def _tick(x: float, y: float) -> str:
    return f'<path d="M{x} {y}v5" stroke="{_LIST}"/>'


@dataclass(frozen=True)
class Timeline:
    """`svg`: to stand in a page, in the page's own colour of text. `description`: each row in a sentence. `table`:
    COLUMNS, a row for each holder in the order of time, then the list's."""

    entry_id: str
    title: str
    description: str
    svg: str
    height: int
    table: pl.DataFrame

    def picture(self, source: str) -> bytes:
        """The drawing with its title and `source` (one line) on white: an SVG that stands by itself."""
        title = words.wrapped(words.label(self.title), _TITLE_CHARACTERS)
        top = _MARGIN + _TITLE_LINE * len(title) + 8
        height = top + self.height + 30
        lines = [
            _text(line, _MARGIN + _EDGE, _MARGIN + 14 + _TITLE_LINE * place, ' font-size="18" font-weight="bold"')
            for place, line in enumerate(title)
        ]
        foot = _text(words.label(source), _MARGIN + _EDGE, height - 14, ' font-size="12"')
        inner = self.svg.replace("<svg ", f'<svg x="{_MARGIN}" y="{top}" ', 1)
        whole = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_PICTURE} {height}" width="{_PICTURE}" '
            f'height="{height}" font-family="{escape(FAMILIES)}" fill="currentColor">'
            f'<rect width="100%" height="100%" fill="{LIGHT.paper}"/>{"".join(lines)}{inner}{foot}</svg>'
        )
        return described(whole.replace("currentColor", LIGHT.text), self.title, self.description).encode()

    def png(self, source: str) -> bytes:
        """`picture` as PNG: about a tenth of a second each, and 200 kB."""
        return png(words.drawable(self.picture(source).decode()))
