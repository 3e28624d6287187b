"""Words, dates and numbers as the charts print them, whatever the language of the machine."""

from __future__ import annotations

import datetime as dt
import functools
import re
import unicodedata

from anyascii import anyascii

from incumbent.charts.fonts import covered

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
#: What moves text about, ends a line or is no character: XML 1.0 forbids some of them, others fool a reader.
_HIDDEN = ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")
#: Joiners belong to the spelling of names in several scripts.
_JOINERS = "\u200c\u200d"


def entries(number: int) -> str:
    """`1 entry`, `20,000 entries`."""
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


def day(date: dt.date) -> str:
    """`28 June 2012`."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def month(date: dt.date) -> str:
    """`Jun 2012`."""
    return f"{_MONTHS[date.month - 1][:3]} {date.year}"


def percent(part: int, whole: int) -> str:
    """`16%`; a share that would round to 0 or 100 and is neither is said to be under 1 or over 99."""
    share = 100 * part / whole
    if 0 < share < 1:
        return "under 1%"
    if 99 < share < 100:
        return "over 99%"
    return f"{share:.0f}%"


def plain(text: str | None) -> str:
    """`text` on one line, without the characters that are not to be seen; composed as far as Unicode goes."""
    shown = "".join(
        char if char in _JOINERS or unicodedata.category(char) not in _HIDDEN else " "
        for char in unicodedata.normalize("NFC", text or "")
    )
    return re.sub(r"\s+", " ", shown).strip()


def short(text: str, limit: int) -> str:
    """`text`, cut to `limit` characters with an ellipsis where it is longer."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def label(text: str | None) -> str:
    """`text` as a label that is drawn: no longer than any chart has room for."""
    return short(drawable(text), 100)


@functools.lru_cache(maxsize=4096)
def drawable(text: str | None) -> str:
    """`plain`, in characters that our font has: others in Latin letters, so that no font of the machine is asked."""
    spelt = (char if covered(char) else anyascii(char) for char in plain(text))
    return re.sub(r"\s+", " ", "".join(char if covered(char) else " " for piece in spelt for char in piece)).strip()


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` characters where its words allow it; the lines are of much the same length."""
    count = -(-len(text) // width)
    lines = _filled(text, width)
    for narrower in range(-(-len(text) // count), width):
        tried = _filled(text, narrower)
        if len(tried) <= len(lines):
            return tried
    return lines


def _filled(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
