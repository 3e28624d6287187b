"""Bytes to text, as publishers' files need it: UTF-8, else what is declared, else Windows-1252."""

from __future__ import annotations

import codecs
import re

from incumbent.errors import SourceError

#: UTF-8 that was read as Windows-1252 and saved again: a lead of U+0080..U+00FF or of U+2000..U+2FFF, and its tail.
_CONTINUATION = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0))
_MOJIBAKE = re.compile(f"[ÂÃ][{re.escape(_CONTINUATION)}]|â[{re.escape(_CONTINUATION)}]{{2}}")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)


def decoded(content: bytes, *, source: str, declared: str = "") -> str:
    """`content` as text without byte order mark.

    `declared` is a Content-Type or a meta element that may name a charset. Raises SourceError where no reading fits.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _strictly(content, encoding, source)
    match = _CHARSET.search(declared)
    for encoding in ("utf-8", *([match[1]] if match else []), "cp1252"):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return _strictly(content, "cp1252", source)


def repaired(text: str) -> str:
    """`text` with the debris of UTF-8 that was once read as Windows-1252 mended: "â€™" becomes "’"."""
    return _MOJIBAKE.sub(lambda found: _reread(found[0]), text)


def _reread(debris: str) -> str:
    # A byte that Windows-1252 leaves undefined survived as the control character of the same number.
    raw = b"".join(char.encode("cp1252", "ignore") or bytes([ord(char)]) for char in debris)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return debris


def _strictly(content: bytes, encoding: str, source: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            "the bytes are not text in any encoding that is known",
            source=source,
            locator=f"byte {error.start}",
            value=content[error.start : error.start + 4].hex(),
            expected="UTF-8, or Windows-1252",
        ) from None
