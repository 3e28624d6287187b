"""The day that an organogram describes, as far as its address tells it.

Organograms describe 31 March and 30 September (https://guidance.data.gov.uk/organogram-data.html), lately also 30 June
and 31 December. A date in a file's name can also be the day on which it was put up, or on which somebody last worked on
it. So a date is believed only where it is the last day of a quarter, or the month of one with its year (`Sept-2011`).
Of any other date nothing is made, and none is moved to the nearest reference date: files were put up a year late. The
publisher's own form, `2025-08-13T11-08-22Z-2025-06-30-organogram-senior.csv`, tells when it was put up, and then the
date that the uploader stated, which is the day of upload where none was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from incumbent import edtf

#: Month -> last day, of the months that end a quarter.
_QUARTERS = {3: 31, 6: 30, 9: 30, 12: 31}
_MONTHS = {"mar": 3, "jun": 6, "sep": 9, "dec": 12}
_UPLOAD = re.compile(r"(?<![0-9])(?P<day>20[0-9]{2}-[0-9]{2}-[0-9]{2})T[0-9]{2}-[0-9]{2}-[0-9]{2}Z")
_YEAR = r"(?P<year>20[0-9]{2})"
_SHORT_YEAR = r"(?P<year>20[0-9]{2}|[0-9]{2})"
_WORD = r"(?P<month>mar(?:ch)?|june?|sept?(?:ember)?|dec(?:ember)?)"
_GAP = r"[-_./ ]?"
#: How names write a date. The first of each place wins: a longer form stands before one that is part of it.
_FORMS = tuple(
    re.compile(rf"(?<![0-9]){form}(?![0-9])", re.IGNORECASE)
    for form in (
        rf"{_YEAR}[-_.](?P<month>[0-9]{{2}})[-_.](?P<day>[0-9]{{2}})",
        rf"(?P<day>[0-9]{{1,2}})[-_./](?P<month>[0-9]{{1,2}})[-_./]{_YEAR}",
        rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{_GAP}{_WORD}{_GAP}{_SHORT_YEAR}",
        rf"{_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>[0-3][0-9])",
        rf"(?P<day>[0-3][0-9])(?P<month>0[1-9]|1[0-2]){_YEAR}",
        r"(?P<day>[0-3][0-9])(?P<month>0[1-9]|1[0-2])(?P<year>[0-9]{2})",
        rf"(?<![a-z]){_WORD}{_GAP}{_YEAR}",
    )
)


def from_name(url: str) -> str | None:
    """The reference date (YYYY-MM-DD) that the address tells; None where it tells none, or more than one.

    The file's name is asked first, then each folder from the innermost out.
    """
    parts = [part for part in unquote(urlsplit(url).path).split("/") if part]
    upload = uploaded(url)
    # Old addresses have a folder each for day, month and year: organogram/cabinet-office/30/9/2011/file.csv
    folders = ["/".join(parts[:-1])]
    for part in [*reversed(parts), *folders]:
        found = {date for date in _dates(_UPLOAD.sub(" ", part)) if date != upload}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def uploaded(url: str) -> str | None:
    """The day on which the file was put up (YYYY-MM-DD), where the publisher's form of the name tells it."""
    found = _UPLOAD.search(unquote(urlsplit(url).path).rpartition("/")[2])
    return found["day"] if found and _exists(found["day"]) else None


def _dates(name: str) -> Iterator[str]:
    """The reference dates in a name, each place read once."""
    for form in _FORMS:
        for found in form.finditer(name):
            date = _reference(found.groupdict())
            if date is not None:
                yield date
        name = form.sub(" ", name)


def _reference(parts: dict[str, str]) -> str | None:
    word = parts["month"].lower()
    month = int(word) if word.isdecimal() else _MONTHS[word[:3]]
    last = _QUARTERS.get(month)
    if last is None or int(parts.get("day") or last) != last:
        return None
    year = int(parts["year"])
    return f"{year if year > 99 else 2000 + year}-{month:02}-{last:02}"


def _exists(day: str) -> bool:
    try:
        edtf.bounds(day)
    except ValueError:
        return False
    return True
