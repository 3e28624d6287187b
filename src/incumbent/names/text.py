"""Text as it comes -> text that can be taken apart: one form of every quote, dash and space, nothing invisible."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

#: No person's name is longer (the longest real ones stay under 200 characters); a longer cell is something else.
LONGEST_NAME = 300

_QUOTES = str.maketrans(
    {
        **dict.fromkeys("‘’‛ʼʻ`´′＇", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("،、，", ","),
        **dict.fromkeys("*†‡§¶^|~<>=+_\\#•·", " "),
        **dict.fromkeys("[{", "("),
        **dict.fromkeys("]}", ")"),
    }
)
_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_HAN_OR_HANGUL = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3]{2,4}")

#: Letters that some publishers write as two: a second reading of the name.
_EXPANSIONS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe"}
)


def clean(raw: str) -> str:
    """`raw` in NFKC, with plain quotes, dashes, commas and brackets, without control, format or footnote characters."""
    if not raw.isascii():
        raw = unicodedata.normalize("NFKC", raw)
        raw = raw.translate(_QUOTES)
        raw = "".join(char for char in raw if unicodedata.category(char) not in ("Cf", "Cs", "Co", "Cn", "Me"))
    else:
        raw = raw.translate(_QUOTES)
    if not raw.isprintable():
        raw = "".join(char if char.isprintable() else " " for char in raw)
    return _SPACES.sub(" ", raw).strip()


def fold(text: str) -> str:
    """`text` in lower-case ASCII, with everything but letters, digits and hyphens removed."""
    if not text.isascii():
        text = anyascii(text)
    text = text.lower()
    if text.isalpha():
        return text
    return "".join(char for char in text if char.isalnum() or char == "-").strip("-")


def words(text: str) -> str:
    """The folded words of `text`, joined by single spaces; hyphens and punctuation part words, apostrophes don't."""
    if not text.isascii():
        text = anyascii(text)
    return _NOT_WORD.sub(" ", text.lower().replace("'", "")).strip()


def expand_umlauts(text: str) -> str:
    """`text` with ü as ue, ø as oe and so on; unchanged when it has none."""
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_EXPANSIONS)


def split_han(text: str) -> str | None:
    """ "Surname, Given" of a name of two to four Han or Hangul characters, transliterated; else None.

    The surname is the first character: compound surnames are rare (about 1 in 1,000), and then only the split is off.
    """
    if not _HAN_OR_HANGUL.fullmatch(text):
        return None
    return f"{anyascii(text[0]).capitalize()}, {''.join(anyascii(char) for char in text[1:]).capitalize()}"


def natural_case(word: str) -> str:
    """A word in capitals as a name is usually written: McCaskill, O'Brien, Collins-Rice."""
    if len(word) < 2 or not word.isupper():
        return word
    parts = [part.capitalize() for part in re.split(r"([-'])", word)]
    titled = "".join(parts)
    if titled.startswith("Mc") and len(titled) > 3:
        titled = "Mc" + titled[2:].capitalize()
    return titled
