"""A request as a publisher sees it, and its answer, before faults and the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    """One request. Header names are in lower case; `endless` asks for a pagination that never ends (a fault)."""

    host: str
    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    endless: bool = False

    @cached_property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @cached_property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def one(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]

    def number(self, name: str, default: int) -> int:
        text = self.one(name)
        return int(text) if text.isdecimal() else default


@dataclass(frozen=True)
class Answer:
    """What a publisher answers. `validated`: with an ETag made from the body, and 304 to who has it."""

    body: bytes = b""
    content_type: str | None = None
    status: int = 200
    headers: Headers = ()
    validated: bool = False
    chunked: bool = False


def json_answer(value: Any, status: int = 200, headers: Headers = (), **fields: Any) -> Answer:
    """The value as compact JSON, as services send it: not ASCII only."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    fields.setdefault("content_type", "application/json; charset=utf-8")
    return Answer(body=body, status=status, headers=headers, **fields)


def text_answer(text: str, content_type: str = "text/plain; charset=utf-8", status: int = 200, **fields: Any) -> Answer:
    return Answer(body=text.encode(), content_type=content_type, status=status, **fields)


def html_answer(text: str, status: int = 200, **fields: Any) -> Answer:
    return text_answer(text, "text/html; charset=utf-8", status, **fields)


def redirect(location: str, status: int = 302, headers: Headers = ()) -> Answer:
    return html_answer(
        f'<html><body>You are being <a href="{location}">redirected</a>.</body></html>',
        status,
        headers=(("Location", location), *headers),
    )


def http_date(moment: datetime) -> str:
    """As in Last-Modified: `Wed, 23 Mar 2005 15:53:00 GMT`."""
    return format_datetime(moment.replace(tzinfo=UTC), usegmt=True)
