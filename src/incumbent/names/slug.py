"""Readable ids."""

from __future__ import annotations

import hashlib

from incumbent.names import text

#: Longest slug; a longer name is cut at a word.
_LONGEST = 80


def person_slug(display: str) -> str:
    """A readable id: "Una O'Brien" is una-obrien. Of a name without a letter or digit, its hash."""
    words = text.words(text.clean(display[: text.LONGEST_NAME])).split()
    slug = "-".join(words)
    while len(slug) > _LONGEST and len(words) > 1:
        slug = "-".join(words := words[:-1])
    return slug[:_LONGEST] or "person-" + hashlib.sha256(display.encode("utf-8", "surrogatepass")).hexdigest()[:12]
