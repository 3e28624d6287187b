"""Faults of what is answered: another answer instead, or the right one spoilt. The names are those of faults.FAULTS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.simulator import spoiling
from tests.simulator.messages import Answer, Call, html_answer, http_date, json_answer, redirect, text_answer

_Settings = Mapping[str, Any]

_CAPTCHA = """<!DOCTYPE html><html lang="en"><head><title>Just a moment...</title>
<meta name="robots" content="noindex,nofollow"></head><body><h1>Checking that you are human</h1>
<noscript>Enable JavaScript and cookies to continue</noscript>
<form id="challenge-form" action="/challenge" method="POST"><input type="hidden" name="token" value="0"></form>
</body></html>"""
_CONSENT = """<!DOCTYPE html><html lang="en"><head><title>Before you continue</title></head><body>
<h1>Cookies</h1><p>We use cookies.</p><button>Accept all</button><button>Reject all</button></body></html>"""
_MAINTENANCE = """<!DOCTYPE html><html lang="en"><head><title>Down for maintenance</title></head><body>
<h1>Sorry, the service is unavailable</h1><p>You will be able to use it later.</p></body></html>"""


def instead(kind: str, call: Call, settings: _Settings) -> Answer | None:
    """The answer of a fault that needs none of the publisher's; None for any other fault."""
    make = _INSTEAD.get(kind)
    return make(call, settings) if make else None


def spoilt(kind: str, answer: Answer, call: Call, settings: _Settings) -> Answer:
    """The publisher's answer as the fault has it; as it is when the fault is one of the wire only."""
    spoil = _SPOILT.get(kind)
    return spoil(answer, settings) if spoil else answer


def _status(status: int, text: str, *headers: tuple[str, str]) -> Callable[[Call, _Settings], Answer]:
    return lambda call, settings: text_answer(text, status=status, headers=headers)


def _error_page(status: int, title: str) -> Callable[[Call, _Settings], Answer]:
    page = f"<html><head><title>{status} {title}</title></head><body><h1>{status} {title}</h1></body></html>"
    return lambda call, settings: html_answer(page, status)


def _retry_after(status: int, default: int) -> Callable[[Call, _Settings], Answer]:
    return lambda call, settings: text_answer(
        "slow down", status=status, headers=(("Retry-After", str(settings.get("seconds", default))),)
    )


def _retry_date(call: Call, settings: _Settings) -> Answer:
    moment = settings.get("moment") or datetime.now(UTC) + timedelta(seconds=2)
    return text_answer("slow down", status=429, headers=(("Retry-After", http_date(moment)),))


def _blocked(call: Call, settings: _Settings) -> Answer:
    return json_answer(
        {"errors": {"type": "access_forbidden", "code": "403", "message": "You do not have permission"}}, 403
    )


def _loop(call: Call, settings: _Settings) -> Answer:
    return redirect(f"https://{call.host}{call.target}")


def _chain(call: Call, settings: _Settings) -> Answer | None:
    hop = call.number("simulator_hop", 0)
    if hop >= settings.get("hops", 20):
        return None
    return redirect(f"https://{call.host}{with_hop(call.target, hop + 1)}")


def _within(call: Call, settings: _Settings) -> Answer | None:
    return None if "simulator_hop" in call.query else redirect(with_hop(call.target, 1), 301)


def with_hop(target: str, hop: int) -> str:
    """The same page under another address: with a query parameter that publishers never see."""
    bare = without_hop(target)
    return f"{bare}{'&' if '?' in bare else '?'}simulator_hop={hop}"


def without_hop(target: str) -> str:
    if "simulator_hop=" not in target:
        return target
    parts = urlsplit(target)
    query = "&".join(part for part in parts.query.split("&") if not part.startswith("simulator_hop="))
    return parts.path + (f"?{query}" if query else "")


def _to(default: str) -> Callable[[Call, _Settings], Answer]:
    return lambda call, settings: redirect(settings.get("to", default))


def _robots_huge(call: Call, settings: _Settings) -> Answer:
    lines = settings.get("size", 4 << 20) // 32
    return text_answer("User-agent: *\n" + "".join(f"Disallow: /nowhere/{n:014d}\n" for n in range(lines)))


_INSTEAD: dict[str, Callable[[Call, _Settings], Answer | None]] = {
    "429_short": _retry_after(429, 1),
    "429_long": _retry_after(429, 86_400),
    "429_date": _retry_date,
    "429_bare": _status(429, "Too Many Requests"),
    "429_garbage": _status(429, "Too Many Requests", ("Retry-After", "soon; or -5")),
    "500": _error_page(500, "Internal Server Error"),
    "502": _error_page(502, "Bad Gateway"),
    "503": _error_page(503, "Service Unavailable"),
    "503_retry": _retry_after(503, 1),
    "504": _error_page(504, "Gateway Time-out"),
    "400": lambda call, settings: json_answer({"error": "InvalidRequest", "message": "Error: params invalid"}, 400),
    "401": lambda call, settings: json_answer(
        {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"},
        401,
        (("WWW-Authenticate", "Bearer"),),
    ),
    "403": _blocked,
    "402": lambda call, settings: json_answer(
        {
            "title": "CreditsDepleted",
            "type": "https://api.x.com/2/problems/credits",
            "status": 402,
            "detail": "No credits",
        },
        402,
    ),
    "403_account": lambda call, settings: json_answer(
        {
            "title": "Forbidden",
            "type": "https://api.twitter.com/2/problems/user-suspended",
            "status": 403,
            "detail": "The user used for authentication is suspended",
        },
        403,
    ),
    "405_waf": lambda call, settings: html_answer(
        "<!DOCTYPE html><html><head><title>Human Verification</title></head><body></body></html>",
        405,
        headers=(("x-amzn-waf-action", "captcha"),),
    ),
    "404": _error_page(404, "Not Found"),
    "410": _error_page(410, "Gone"),
    "451": _error_page(451, "Unavailable For Legal Reasons"),
    "204": lambda call, settings: Answer(status=204),
    "304_unasked": lambda call, settings: Answer(status=304, headers=(("ETag", '"of-another-day"'),)),
    "redirect_within": _within,
    "redirect_loop": _loop,
    "redirect_chain": _chain,
    "redirect_host": _to("https://elsewhere.example/"),
    "redirect_private": _to("http://169.254.169.254/latest/meta-data/"),
    "redirect_scheme": _to("file:///etc/passwd"),
    "redirect_nowhere": lambda call, settings: Answer(status=302),
    "captcha": lambda call, settings: html_answer(_CAPTCHA),
    "consent": lambda call, settings: html_answer(_CONSENT),
    "maintenance": lambda call, settings: html_answer(_MAINTENANCE),
    "html_for_json": lambda call, settings: html_answer(
        "<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>Welcome.</p></body></html>"
    ),
    "json_deep": lambda call, settings: Answer(
        b"[" * settings.get("depth", 100_000) + b"]" * settings.get("depth", 100_000), "application/json; charset=utf-8"
    ),
    "json_scalar": lambda call, settings: json_answer("ok"),
    "robots_forbids": lambda call, settings: text_answer("User-agent: *\nDisallow: /\n"),
    "robots_500": _error_page(500, "Internal Server Error"),
    "robots_huge": _robots_huge,
    "robots_html": lambda call, settings: html_answer(_MAINTENANCE),
}


def _body(change: Callable[[bytes], bytes]) -> Callable[[Answer, _Settings], Answer]:
    return lambda answer, settings: replace(answer, body=change(answer.body))


def _value(change: Callable[[Any], Any]) -> Callable[[Answer, _Settings], Answer]:
    """A change of whatever the body holds: a JSON value, CSV rows, or HTML (see spoiling.changed)."""
    return lambda answer, settings: replace(answer, body=spoiling.changed(answer, change))


def _typed(default: str) -> Callable[[Answer, _Settings], Answer]:
    return lambda answer, settings: replace(answer, content_type=settings.get("content_type", default))


def _partial(answer: Answer, settings: _Settings) -> Answer:
    part = answer.body[: max(1, len(answer.body) // 2)]
    span = ("Content-Range", f"bytes 0-{len(part) - 1}/{len(answer.body)}")
    return replace(answer, status=206, body=part, headers=(*answer.headers, span))


def _wrong_charset(answer: Answer, settings: _Settings) -> Answer:
    text = answer.body.decode("utf-8", "replace") + ("" if any(byte > 127 for byte in answer.body) else " ")
    spoilt_body = text.replace(" ", " é ", 3).encode("latin-1", "replace")
    kind = (answer.content_type or "text/plain").split(";")[0]
    return replace(answer, body=spoilt_body, content_type=f"{kind}; charset=utf-8")


_SPOILT: dict[str, Callable[[Answer, _Settings], Answer]] = {
    "206": _partial,
    "empty": _body(lambda body: b""),
    "wrong_content_type": _typed("application/octet-stream"),
    "lying_content_type": _typed("image/png"),
    "json_broken": _body(lambda body: body[: len(body) * 2 // 3]),
    "json_other_shape": _body(lambda body: b'{"data":[' + body + b"]}"),
    "json_twice": _body(spoiling.keys_twice),
    "layout_change": lambda answer, settings: replace(answer, body=spoiling.renamed(answer)),
    "nulls": _value(spoiling.nulls),
    "types_changed": _value(spoiling.types),
    "mojibake": _value(spoiling.mojibake),
    "wrong_charset": _wrong_charset,
    "utf16": _body(lambda body: body.decode("utf-8", "replace").encode("utf-16")),
    "bom": _body(lambda body: b"\xef\xbb\xbf" + body),
    "nul_bytes": _body(lambda body: body.replace(b"a", b"a\x00", 5)),
    "rows_dropped": _value(spoiling.dropped),
    "rows_duplicated": _value(spoiling.duplicated),
    "rows_shuffled": _value(spoiling.reversed_rows),
    "columns_shifted": lambda answer, settings: replace(answer, body=spoiling.shifted(answer)),
}
