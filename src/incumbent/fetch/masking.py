"""Secrets are not shown: neither those in an address's query, nor those of a secret header."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

_MASK = "***"
#: A query's key whose last word is one of these holds a secret: `key`, `api_key`, `access_token`, `X-Amz-Signature`.
_KEY_WORDS = "key|token|secret|password|passwd|pwd|auth|authorization|signature|sig|session|sid|code|credential"
_SECRET_PAIR = re.compile(rf"(?i)([?&;#](?:[^?=&;#\s'\"]{{0,80}}[^a-z=&;#\s])?(?:{_KEY_WORDS})=)[^&;#\s'\"<>]+")
_RUN_TOGETHER = re.compile(
    r"(?i)([?&;#][^?=&;#\s'\"]{0,80}(?:apikey|accesskey|token|secret|password)=)[^&;#\s'\"<>]+"
)  # counted, as the others are: a stranger's text must not keep us busy
_CREDENTIALS = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,20}://)[^/?#\s@]{1,200}@")
_LEAST_SECRET = 4  # characters; a shorter value would mask half of every text


def masked(text: str) -> str:
    """`text`, an address or a message with addresses in it, with `***` for the values of secret-bearing query keys."""
    text = _CREDENTIALS.sub(rf"\1{_MASK}@", text)
    for pattern in (_SECRET_PAIR, _RUN_TOGETHER):
        text = pattern.sub(rf"\1{_MASK}", text)
    return text


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """`text` masked, and `***` for each of `secrets` (values of headers): a server may echo what it was sent."""
    text = masked(text)
    # "Bearer abc" is echoed as "abc" too.
    parts = {part for value in secrets for part in (value, *value.split()) if len(part) >= _LEAST_SECRET}
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, _MASK)
    return text


class _MaskingFilter(logging.Filter):
    """urllib3 writes the address of each request into its debug log: never with a secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(record.getMessage()), None
        return True


def mask_logs() -> None:
    """Mask what urllib3 logs, from now on; a second call changes nothing."""
    for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.response", "urllib3.util.retry"):
        logger = logging.getLogger(name)
        if not any(isinstance(one, _MaskingFilter) for one in logger.filters):
            logger.addFilter(_MaskingFilter())
