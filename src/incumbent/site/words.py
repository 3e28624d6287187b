"""The words of the site: what verdicts, reasons and states are called, and how days and numbers are written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

#: Each verdict: its name, and what it means in one sentence. In the order in which a reader wants them.
VERDICTS: dict[str, tuple[str, str]] = {
    "out_of_date": ("Out of date", "Evidence contradicts the entry."),
    "leaving": ("Leaving", "A departure is announced and has not happened yet. The entry still holds."),
    "disputed": ("Disputed", "Sources of equal weight disagree. Both are shown."),
    "unverified": ("Unverified", "There is no recent evidence, so nothing is said of the entry."),
    "current": ("Current", "Recent evidence supports the entry, and none contradicts it."),
}

#: What each state of an account is called. None known is not the same as none.
STATES: dict[str, str] = {
    "none_known": "none known",
    "active": "active",
    "dormant": "dormant",
    "never_posted": "never posted",
    "protected": "protected",
    "suspended": "suspended",
    "deleted": "deleted",
    "renamed": "renamed",
    "identity_changed": "handle now another’s",
    "unknown": "could not be checked",
}

#: How sure a finding is.
CONFIDENCE: dict[str, str] = {
    "confirmed": "Confirmed: two independent publishers, or an official record, say so.",
    "probable": "Probable: one publisher says so.",
    "possible": "Possible: an indication, and no more.",
}

KINDS: dict[str, str] = {
    "role": "of the office",
    "official_personal": "personal, used in office",
    "personal": "personal",
    "capture": "captured page",
    "transcription": "transcribed facts",
    "curation": "decided by hand",
}

EVENTS: dict[str, str] = {
    "out_of_date": "went out of date",
    "put_right": "was put right",
    "taken_off": "was taken off the list",
}

#: In characters: search engines and html-validate agree on about as many.
_LONGEST_TITLE = 70

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(T([0-9]{2}:[0-9]{2}):[0-9]{2}Z)?")

#: What HTML cannot hold (https://html.spec.whatwg.org/#preprocessing-the-input-stream): controls, noncharacters, lone
#: surrogates. Shown as U+FFFD, never dropped: a reader should see that something was there.
_NOT_HTML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
#: Direction marks would turn the text around them (https://www.w3.org/TR/unicode-xml/); <bdi> does what they are for.
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Text that a page can hold, whoever wrote it. It still has to be escaped."""
    if text.isascii() and text.isprintable():
        return text
    return _TURNING.sub("", _NOT_HTML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")))


def escaped(json: str) -> str:
    """JSON in which what HTML cannot hold, and direction marks, are written as escapes: the same JSON."""

    def escape(found: re.Match[str]) -> str:
        units = found[0].encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))

    return _TURNING.sub(escape, _NOT_HTML.sub(escape, json))


def date(value: dt.date | str | None) -> str:
    """`31 October 2012`, `October 2012` or `2012`, with the time (UTC) where there is one; empty for none.

    What is no EDTF date of level 0 is given back as it is.
    """
    if value is None:
        return ""
    parts = _DATE.fullmatch(str(value))
    if parts is None:
        return str(value)
    year, month, day, _, clock = parts.groups()
    named = _MONTHS[int(month) - 1] if month and 1 <= int(month) <= 12 else ""
    words = " ".join(filter(None, (day.lstrip("0") if day else "", named, year)))
    return f"{words}, {clock} UTC" if clock else words


def since(earliest: dt.date | None, latest: dt.date | None) -> str:
    """From when, in the words that fit how exactly it is known; empty where nothing is known."""
    if latest is None:
        return f"after {date(earliest)}" if earliest else ""
    if earliest is None:
        return f"by {date(latest)}"
    if earliest == latest:
        return date(latest)
    if earliest.day == 1 and (latest + dt.timedelta(days=1)).day == 1:
        if (earliest.year, earliest.month) == (latest.year, latest.month):
            return f"in {date(latest)[3:]}"
        if earliest.year == latest.year and (earliest.month, latest.month) == (1, 12):
            return f"in {latest.year}"
    return f"between {date(earliest)} and {date(latest)}"


def short_month(day: dt.date) -> str:
    """`Oct 2012`, for the axis of a picture."""
    return f"{_MONTHS[day.month - 1][:3]} {day.year}"


def number(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def size(octets: int) -> str:
    """`17.8 kB`: in thousands, as data portals give it."""
    amount, unit = float(octets), "bytes"
    for larger in ("kB", "MB", "GB"):
        if amount >= 999.5:
            amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 99.95 else f"{amount:.1f} {unit}"


def headed(parts: Sequence[str]) -> str:
    """The title of a page: `Changes · The Harbour Board`; without what does not fit into the tab of a browser."""
    whole = " · ".join(" ".join(part.split()) for part in parts)
    if len(whole) <= _LONGEST_TITLE:
        return whole
    first = " ".join(parts[0].split())
    return first if len(first) <= _LONGEST_TITLE else first[: _LONGEST_TITLE - 1].rstrip() + "…"


def several(text: str | None) -> list[str]:
    """The values of a cell that holds several, separated by semicolons."""
    return [part for part in (text or "").split(";") if part]


def quoted(text: str | None) -> str:
    """The words of a source for a reader. A row that was written down (`A | B | C`) is shown as its cells, without the
    address that stands beside it as a link."""
    cells = [cell.strip() for cell in (text or "").split(" | ")]
    return " · ".join(cell for cell in cells if not re.match(r"https?://", cell)) if len(cells) > 1 else cells[0]
