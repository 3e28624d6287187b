"""Values that have broken parsers before."""

from __future__ import annotations

import random
from typing import Any

#: What has broken parsers before: control and direction characters, odd numbers, names of other formats' values.
ODDITIES = (
    "", " ", "\t", "\n", "\r\n", "\0", "\x1b[2J", "\x85", "\u2028", "\u202e", "\u200b", "\ufeff", "\ufffd",
    "\U0001f4a9", "e\u0301", "\u0130", "ſ", "½", "²", "٣", "NaN", "Infinity", "-1", "0", "1e400", "9" * 400,
    "99999999999999999999", "null", "None", "true", "0000-00-00", "9999-12-31", "10000-01-01", "2012-02-30",
    "-0001-01-01",
    "2012-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "+2012-00-00T00:00:00Z",
    "https://", "https://[", "http://[::1", "//elsewhere.example", "javascript:alert(1)", "/", "..", "%", "%ff", "%00",
    "did:plc:", "@", "@@", "a@b@c", "Q0", "Q99999999999999999999", "=1+1", "_locator", "<script>alert(1)</script>",
    "</table>",
    "&nbsp;", "&#0;", "&#xD800;", "\\ud800", '"', "'", ";", ",", "|", "x" * 5_000, "a\u0301" * 2_000,
)  # fmt: skip


def deep_value(chance: random.Random) -> Any:
    """A value within many objects and arrays."""
    value: Any = chance.choice(ODDITIES)
    for _ in range(chance.choice((3, 50, 300))):
        value = {"a": value} if chance.random() < 0.5 else [value]
    return value
