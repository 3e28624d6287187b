"""Cells and headers as strangers write them, from the ordinary to the hostile. All drawn from one random.Random."""

from __future__ import annotations

import datetime as dt
from random import Random

GIVEN = ("Ann", "Ben", "Cid", "Dot", "Eve", "Una", "José", "Zoë", "J", "M.", "Mary Jane", "Владимир", "李", "محمد")
SURNAMES = (
    "Archer",
    "Bower",
    "Carter",
    "O'Dyer",
    "O’Dyer",
    "van der Berg",
    "Ünal",
    "Ng",
    "Smith-Jones",
    "Zander",
    "明",
)
HONOURS = ("", "", "", "Sir ", "Dame ", "Professor ", "The Rt Hon ", "Dr ", "Lord ")
LETTERS = ("", "", "", " KCB", " QC", " MP", " Jr", " III", ", PhD")
OFFICES = (
    "Chief Clerk", "Surveyor", "Permanent Secretary", "Director General, Tides", "Second Permanent Under-Secretary",
    "Harbour Master", "Chief Executive", "HM Ambassador to Ruritania", "Member of Parliament for Port",
    "Deputy Director", "Senator", "Acting Pilot", "Minister of State for Tides",
)  # fmt: skip
BODIES = (
    "Harbour Office", "Ministry of Tides", "Department for Transport", "DCLG", "HM Treasury", "Cabinet Office",
    "Borsetshire Council", "Senate",
)  # fmt: skip
BIDI = "\u202e\u202d\u202a\u202c\u2066\u2067\u2069\u200e\u200f\u061c"
FORMULAS = (
    "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", '=HYPERLINK("http://x.example","y")', "+1+1", "-2+3",
    '=IMPORTXML("http://x.example","//a")', "\t=1+1", "%0A=1",
)  # fmt: skip
ODD = (
    "", " ", "-", "?", "n/a", "NULL", "None", "nan", "NaN", "inf", "-0", "0", "1e999", "true", "[]", "{}", "()", "...",
    "VACANT", "Vacant post", "TBC", "name withheld", "Ministry of Tides", "Jr", "Sir", ",", ";;;", "''", '"', "'",
    "\\", "\\n", "%s%n%x", "{0.__class__}", "[red]Ann[/red]", "<script>alert(1)</script>", "'; DROP TABLE person;--",
    "../../../etc/passwd", "\u0000", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b31m", "\r", "\x0b", "\x0c", "\x85",
    "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff", "\ufffd", "\u00ad", "\u200b", "\u200d", "\U000e0041",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩‍👩‍👧", "ﷺ", "ǅ",
    "ß", "İ", "ı", "ﬀ", "①", "Ⅻ", "٣", "१२", "\U0001d538", "a" * 300, "A " * 200, "(" * 60, "((((Ann))))", "#12 @3 ^4",
    "~1", "#", "@", "^", "*", "|", "Ann\nArcher", "Ann\r\nArcher", "Ann\tArcher", "Ann;Archer",
    "Ann|Archer", "Ann,Archer",
)  # fmt: skip
DATES = (
    "0001-01-01", "9999-12-31", "0000-01-01", "10000-01-01", "0001", "9999", "0000", "1900-02-29", "2012-02-29",
    "2013-02-29", "2012-02-30", "2012-13-01", "2012-00-10", "2012-1-1", "2012-06", "2012", "03/04/2012", "31/12/2011",
    "12/31/2011", "4.5.2012", "23 June 2012", "June 23, 2012", "Sept 2012", "20120623", "2012-06-23T10:00:00Z",
    "2012-06-23 24:61", "41083", "1340409600", "-1", "1e3", "present", "unknown", "2012-06-23/2012-07", "2012~", "XXXX",
    "٢٠١٢-٠٦-٢٣", "2012‐06‐23", "29 Feb 2012", "30 February 2012", "99/99/9999", "00/00/0000", "1/1/1", "9999-12",
)  # fmt: skip


def name(random: Random) -> str:
    """A person's name in one of its spellings."""
    given, surname = random.choice(GIVEN), random.choice(SURNAMES)
    spelt = f"{surname}, {given}" if random.random() < 0.2 else f"{given} {surname}"
    if random.random() < 0.1:
        spelt = spelt.upper()
    if random.random() < 0.1:
        at = random.randrange(len(spelt))
        spelt = spelt[:at] + spelt[at + 1 :]
    return random.choice(HONOURS) + spelt + random.choice(LETTERS)


def post(random: Random) -> str:
    """A title, now and then numbered or of a division."""
    chosen = random.choice(OFFICES)
    if random.random() < 0.3:
        chosen += random.choice(
            (f" {random.randrange(40)}", f", Region {random.randrange(40)}", " (North)", " and Pilot")
        )
    return chosen


def body(random: Random) -> str:
    """An organisation's name."""
    return random.choice(BODIES)


def day(random: Random) -> str:
    """A whole day, most of them near 2012."""
    if random.random() < 0.9:
        return (dt.date(2010, 1, 1) + dt.timedelta(days=random.randrange(1500))).isoformat()
    return dt.date.fromordinal(random.randrange(1, dt.date.max.toordinal() + 1)).isoformat()


def hostile(random: Random) -> str:
    """A cell that nobody should have to read."""
    kind = random.randrange(9)
    if kind == 0:
        return random.choice(FORMULAS)
    if kind == 1:
        return random.choice(DATES)
    if kind == 2:
        return "".join(random.choice(BIDI) + letter for letter in name(random))
    if kind == 3:
        return "".join(
            letter + "".join(chr(random.randrange(0x300, 0x370)) for _ in range(8)) for letter in name(random)
        )
    if kind == 4:
        return "".join(chr(random.randrange(0x20)) + letter for letter in name(random))
    if kind == 5:
        return "".join(character(random) for _ in range(random.randrange(1, 40)))
    if kind == 6:
        return str(random.randrange(10 ** random.randrange(1, 400)))
    if kind == 7:
        return random.choice(("x", " ", "Ann ", "é", "(", ",", "-", "#1 ", "of ", "and ", "O'")) * random.randrange(
            1, 4000
        )
    return random.choice(ODD)


def character(random: Random) -> str:
    """Any character that can be written in UTF-8, from any plane."""
    code = random.choice(
        (random.randrange(0x80), random.randrange(0x800), random.randrange(0x10000), random.randrange(0x110000))
    )
    return chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd"
