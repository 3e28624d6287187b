"""Tokens in what a server sends back: an error page, a header or a redirect may repeat what it was sent."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

_MASK = "***"
_LEAST = 4  # characters; cutting a shorter token out of a page would cut half of every page
_FULL_GROUP = 3  # bytes that base64 writes as one group


class Secrets:
    """The tokens of a run, in every spelling in which they are looked for: plain, percent-encoded, base64."""

    def __init__(self, tokens: Iterable[str]) -> None:
        found = {text for token in tokens if len(token) >= _LEAST for text in _spellings(token)}
        longest_first = sorted(found, key=lambda text: (-len(text), text))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if found else None
        self._raw = re.compile(self._pattern.pattern.encode()) if self._pattern else None

    def masked(self, text: str) -> str:
        """`text` with `***` for each token."""
        return self._pattern.sub(_MASK, text) if self._pattern else text

    def cut(self, content: bytes) -> bytes:
        """`content` with `***` for each token."""
        return self._raw.sub(_MASK.encode(), content) if self._raw else content


def _spellings(token: str) -> Iterator[str]:
    yield token
    yield quote(token, safe="")
    yield quote(token)
    # Within a longer text the token may begin at any place of a group: what its neighbours share is left out.
    for before in range(_FULL_GROUP):
        text = base64.b64encode(b"\0" * before + token.encode()).decode()
        whole = text[4 if before else 0 : len(text) // 4 * 4 - 4]
        for spelling in (whole, whole.replace("+", "-").replace("/", "_")):
            if len(spelling) > _LEAST:
                yield spelling
