"""Whatever bytes a server sends: a response or a FetchError, and a sound fetch next. FETCH_MUTATIONS sets how many."""

from __future__ import annotations

import gzip
import os
import random
import time

from incumbent.fetch import FAULTS, FetchError, Limits, Request
from tests.fetch.wire import Wire, answer, ending, moved

URL = "https://www.works.example/a"
TRIES = int(os.environ.get("FETCH_MUTATIONS", "150"))
LIMITS = Limits(deadline_seconds=2, read_seconds=1, retries=1, wire_bytes=5_000, decoded_bytes=20_000)
BODY = b"<title>The list</title>" * 9
SOUND = [
    answer(BODY, "Content-Type: text/html", 'ETag: "7"'),
    answer(gzip.compress(BODY, mtime=0), "Content-Encoding: gzip"),
    answer(b"8\r\nthe list\r\n5;x=y\r\n ends\r\n0\r\nX-Sum: 1\r\n\r\n", "Transfer-Encoding: chunked", length=False),
    moved("/b", "301 Moved Permanently"),
    answer(b"", "Retry-After: 3600", status="503 Busy"),
    b"HTTP/1.1 100 Continue\r\n\r\n" + answer(BODY),
]
#: What a byte is replaced by more often than by chance.
TELLING = [
    b"\r\n",
    b"\r",
    b"\n",
    b":",
    b",",
    b" ",
    b"\0",
    b"\xff",
    b"-",
    b"9" * 30,
    b"chunked",
    b"gzip, gzip",
    b"%0d%0a",
]


def mutated(chance: random.Random) -> bytes:
    text = chance.choice(SOUND)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text))
        end = start + chance.choice((0, 1, 1, 1, 5, 40))
        text = text[:start] + chance.choice([*TELLING, chance.randbytes(3), text[end : end + 9], b""]) + text[end:]
    return text[: chance.randrange(len(text) + 1)] if chance.random() < 0.2 else text


def test_no_answer_breaks_the_fetcher() -> None:
    chance = random.Random(20120628)
    seen = set()
    with Wire({"/b": answer(b"moved")}) as wire:
        for number in range(TRIES):
            sent = mutated(chance)
            wire.answers["/a"] = ending(sent)
            with wire.fetcher(limits=LIMITS, sleep=lambda _: None) as fetcher:
                started = time.monotonic()
                try:
                    response = fetcher.fetch(Request(URL))
                except FetchError as error:
                    assert error.fault in FAULTS, (number, sent)
                    seen.add(error.fault)
                    deferred = error.fault == "deferred"
                else:
                    assert response.status == 200 and len(response.body) <= LIMITS.decoded_bytes, (number, sent)
                    deferred = False
                assert time.monotonic() - started < LIMITS.deadline_seconds + 1, (number, sent)
                if not deferred:
                    wire.answers["/a"] = answer(b"sound")
                    assert fetcher.fetch(Request(URL)).body == b"sound", (number, sent)
    assert seen >= {"protocol", "truncated", "encoding", "status", "redirect"}
