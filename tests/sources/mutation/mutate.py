"""Spoilt responses, each a pure function of its seed: bytes, texts, and the structures of each format."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from tests.sources.mutation.case import Case
from tests.sources.mutation.oddities import ODDITIES
from tests.sources.mutation.structures import STRUCTURES

ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "cp037", "shift_jis", "utf-7")
_LONGEST = 400_000  # bytes; a longer response is the fetcher's to refuse


def mutated(case: Case, seed: int) -> bytes:
    """The body of `case`, spoilt one to four times."""
    chance = random.Random(f"{case.name} {seed}")
    body = case.body
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        spoil = chance.choice((*_BYTES, *_TEXTS, *STRUCTURES[case.format] * 4))
        body = spoil(chance, body)[:_LONGEST]
    return body


def _place(chance: random.Random, content: bytes | str) -> int:
    return chance.randrange(len(content) + 1)


def _flipped(chance: random.Random, body: bytes) -> bytes:
    content = bytearray(body)
    for _ in range(chance.choice((1, 1, 2, 5, 50)) if content else 0):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def _cut(chance: random.Random, body: bytes) -> bytes:
    return body[: _place(chance, body)]


def _without_beginning(chance: random.Random, body: bytes) -> bytes:
    return body[_place(chance, body) :]


def _deleted(chance: random.Random, body: bytes) -> bytes:
    at = _place(chance, body)
    return body[:at] + body[at + chance.choice((1, 2, 8, 64, 512)) :]


def _doubled(chance: random.Random, body: bytes) -> bytes:
    at = _place(chance, body)
    piece = body[at : at + chance.choice((1, 8, 64, 512, len(body)))]
    return body[:at] + piece * chance.choice((1, 1, 2, 20)) + body[at:]


def _spliced(chance: random.Random, body: bytes) -> bytes:
    at, other = _place(chance, body), _place(chance, body)
    return body[:at] + body[other : other + chance.choice((4, 40, 400))] + body[at:]


def _random_bytes(chance: random.Random, body: bytes) -> bytes:
    at = _place(chance, body)
    return body[:at] + chance.randbytes(chance.choice((1, 2, 16, 200))) + body[at:]


def _nothing(chance: random.Random, body: bytes) -> bytes:
    return chance.choice((b"", b" ", b"\n", b"\0" * 100, b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b"))


def _marked(chance: random.Random, body: bytes) -> bytes:
    return (
        chance.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"+/v8-", b"\xef\xbb\xbf" * 2))
        + body
    )


def _reencoded(chance: random.Random, body: bytes) -> bytes:
    text = body.decode("utf-8", "replace")
    return text.encode(chance.choice(ENCODINGS), "replace")


def _mojibake(chance: random.Random, body: bytes) -> bytes:
    return body.decode("latin-1").encode("utf-8")


def _odd(chance: random.Random, body: bytes) -> bytes:
    at = _place(chance, body)
    return body[:at] + chance.choice(ODDITIES).encode("utf-8", "surrogatepass") + body[at:]


def _surrogate(chance: random.Random, body: bytes) -> bytes:
    at = _place(chance, body)
    return body[:at] + chance.choice((b"\xed\xa0\x80", b"\\ud800", b"\\udc00", b"&#xD800;", b"\xc0\x80")) + body[at:]


def _line_ends(chance: random.Random, body: bytes) -> bytes:
    return body.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b"", b"\x0b", b"\xe2\x80\xa8")))


def _swapped_lines(chance: random.Random, body: bytes) -> bytes:
    lines = body.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _error_page(chance: random.Random, body: bytes) -> bytes:
    return chance.choice(
        (
            b"<!DOCTYPE html><title>Just a moment...</title><h1>Checking your browser</h1>",
            b"<html><head><title>503</title></head><body><h1>Service Unavailable</h1></body></html>",
            b'{"error": "rate_limited", "message": "Too Many Requests"}',
            b'{"errors": {"type": "access_forbidden"}}',
            b"Too many requests",
            b"[]",
            b"{}",
            b"null",
            b"0",
            b'""',
        )
    )


def _words(chance: random.Random, body: bytes) -> bytes:
    """Two words of the response in each other's place."""
    words = body.split(b" ")
    one, other = chance.randrange(len(words)), chance.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return b" ".join(words)


def nested(depth: int, opening: str, closing: str) -> bytes:
    """`opening` `depth` times, then `closing`."""
    return (opening * depth + closing * depth).encode()


def _deep(chance: random.Random, body: bytes) -> bytes:
    kinds = (("[", "]"), ('{"a":', "}"), ("<div>", ""), ("<table><tr><td>", ""), ("<b><p>", ""), ('"', ""), ("(", ")"))
    opening, closing = chance.choice(kinds)
    bomb = nested(chance.choice((100, 2_000, 30_000)), opening, closing)
    at = chance.choice((0, _place(chance, body), len(body)))
    return body[:at] + bomb + body[at:]


_LAUGHS = "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


def _bomb(chance: random.Random, body: bytes) -> bytes:
    """A small text that a careless reader unfolds without end."""
    entities = '<!DOCTYPE l [<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 9}">' for n in range(9)
    )
    bombs = (
        _LAUGHS,
        "- &a [*a]\n",
        "!!python/object/apply:os.system [true]\n",
        entities + "]><l>&j;</l>",
        json.dumps({"a": "9" * 100_000}),
        '{"a": ' + "9" * 100_000 + "}",
        '{"a": 1e99999999}',
        json.dumps({str(number): 0 for number in range(30_000)})[:-1] + ', "29999": 1}',
        json.dumps([{str(number): 0} for number in range(3_000)]),
        "<td colspan=99999 rowspan=99999>" * 50,
        "a" * 200_000,
        "," * 100_000,
        ('"' + "a,\n" * 50_000),
        "&amp;" * 50_000,
    )
    bomb = chance.choice(bombs).encode()
    return bomb if chance.random() < 0.4 else body + b"\n" + bomb


_Spoil = Callable[[random.Random, bytes], bytes]
_BYTES: tuple[_Spoil, ...] = (
    _flipped, _flipped, _cut, _without_beginning, _deleted, _deleted, _doubled, _spliced, _random_bytes, _nothing,
    _marked,
)  # fmt: skip
_TEXTS: tuple[_Spoil, ...] = (
    _reencoded, _mojibake, _odd, _odd, _surrogate, _line_ends, _swapped_lines, _error_page, _words, _deep, _bomb,
)  # fmt: skip
