"""A secret is sent to its host, and then is nowhere: a canary in every place that a failure leaves behind."""

from __future__ import annotations

import logging
import time
import traceback
from types import FrameType, TracebackType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incumbent.fetch import Limits, Request, masked
from incumbent.fetch.masking import without_secrets
from tests.fetch.wire import Answer, Wire, answer, ending, fault_of, moved

CANARY = "canary-93b1f7"
QUERY = f"https://www.works.example/a?page=1&access_token={CANARY}&key={CANARY}x"
PATH = f"/a?page=1&access_token={CANARY}&key={CANARY}x"
ANSWERS: dict[str, Answer] = {
    "closed": ending(b""),
    "cut": ending(answer(b"half")[:-1]),
    "echoed in the reason": answer(b"", status=f"401 Bad token {CANARY}"),
    "echoed in a redirect": moved(f"https://evil.example/?token={CANARY}&x={CANARY}"),
    "echoed in a bad redirect": moved(f"mailto:{CANARY}"),
    "echoed in the encoding": answer(b"x", f"Content-Encoding: {CANARY}"),
    "echoed in the length": ending(f"HTTP/1.1 200 OK\r\nContent-Length: {CANARY}\r\n\r\n".encode()),
    "echoed as a status line": ending(CANARY.encode() + b"\r\n\r\n"),
    "echoed in a broken header": ending(b"HTTP/1.1 200 OK\r\n" + CANARY.encode() + b"\r\n\r\n"),
    "both framings": answer(b"0\r\n\r\n", "Transfer-Encoding: chunked", status="403 No"),
}


def frames(trace: TracebackType | None) -> list[FrameType]:
    found = []
    while trace:
        found.append(trace.tb_frame)
        trace = trace.tb_next
    return found


@pytest.mark.parametrize("name", ANSWERS)
def test_no_failure_shows_a_secret(
    name: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    request = Request(QUERY, secret_headers=(("Authorization", f"Bearer {CANARY}"),))
    with Wire({PATH: ANSWERS[name]}) as wire, wire.fetcher(limits=Limits(retries=1, backoff_seconds=0.01)) as fetcher:
        error = fault_of(fetcher, request)
        assert wire.seen[-1].headers["authorization"] == f"Bearer {CANARY}" and wire.seen[-1].path == PATH
    ours = [frame for frame in frames(error.__traceback__) if "incumbent" in str(frame.f_globals.get("__name__"))]
    assert ours and error.__cause__ is None and error.__context__ is None
    shown = [repr(value) for frame in ours for value in frame.f_locals.values()]
    shown += [str(error), repr(error), error.url, str(error.as_dict()), repr(request), repr(error.response)]
    shown += traceback.format_exception(error)
    shown += [f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records]
    shown += [capfd.readouterr().err]
    assert "".join(shown).count("works.example") and CANARY not in "".join(shown)
    if error.response is not None:
        assert CANARY not in str(error.response.request_headers)


def test_a_good_response_shows_none_either(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Wire({PATH: answer(b"good")}) as wire:
        response = wire.fetcher().fetch(Request(QUERY, secret_headers=(("X-Api-Key", CANARY),)))
    assert response.url == QUERY and CANARY not in repr(response) and CANARY not in str(response.request_headers)
    assert "access_token=***" in caplog.text and CANARY not in caplog.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.example/?access_token=x1&page=2", "https://a.example/?access_token=***&page=2"),
        ("/p?api_key=x1;Key=x2#token=x3", "/p?api_key=***;Key=***#token=***"),
        ("/p?X-Amz-Signature=x1&apikey=x2&userToken=x3", "/p?X-Amz-Signature=***&apikey=***&userToken=***"),
        ("/p?monkey=1&keyword=2&page=3&author=4", "/p?monkey=1&keyword=2&page=3&author=4"),
        ("https://me:x1@a.example/", "https://***@a.example/"),
        ("two: /a?key=x1 and /b?key=x2.", "two: /a?key=*** and /b?key=***"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_what_is_masked_in_an_address(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize("piece", ["?", "a.", "&key", "a://", "?-", "@", "://a@"])
def test_masking_a_long_text_takes_no_time(piece: str) -> None:
    started = time.thread_time()
    masked(piece * 70_000)
    assert time.thread_time() - started < 2


@given(st.text("abc=&?/ ", max_size=30), st.text("XYZ", min_size=4, max_size=9))
def test_no_value_of_a_secret_is_left_in_a_text(text: str, secret: str) -> None:
    told = f"{text}{secret}{text}{secret}"
    assert secret not in without_secrets(told, [f"Bearer {secret}"])
