"""Finds the people of a suppression list in text: names in any case, order, spelling of marks, and in ids, addresses
and handles. The list holds digests only, so every run of words is digested and looked up; each one once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from incumbent.names import text
from incumbent.suppression import Suppressed

#: What stands where a name stood. names.parse_names knows it as a name withheld.
WITHHELD = "[name withheld]"

#: A word: letters, digits, the marks that stand on letters, apostrophes, and what is invisible.
_WORD = re.compile("(?:[^\\W_]|[\u0300-\u036f'’‘ʼ`´\u00ad\u200b-\u200f\u2060\ufeff])+")
_POSSESSIVE = re.compile("['’ʼ][sS]$")
#: What can stand between the words of one name with further given names: blanks, and the dot of an initial.
_WITHIN = re.compile(r"[\s.]+")
#: A handle as it stands in text or in an address: after @, : or /, up to a blank or a closing mark.
_HANDLE = re.compile(r"(?<=[@:/])[^\s@:/?#;,()<>\"'\[\]]+(?:@[a-zA-Z0-9.-]+)?")

#: The longest name that is looked for, in words; the longest with words left out, such as a middle name.
_LONGEST = 6
_LONGEST_GAP = 4


@dataclass(frozen=True)
class Mentions:
    """`listed`: the list; `clear`: plain forms of names that are known to be those of people on it."""

    listed: Suppressed
    clear: frozenset[str] = frozenset()
    handles: frozenset[str] = frozenset()
    _forms: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    _texts: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict, repr=False, compare=False)

    def found(self, value: str) -> bool:
        """Whether the text names somebody, also behind the escapes of an address."""
        return bool(self.spans(value)) or ("%" in value and bool(self.spans(unquote(value))))

    def spans(self, value: str) -> tuple[tuple[int, int], ...]:
        """Where the text names somebody: from, to; in order, without overlaps."""
        if value not in self._texts:
            self._texts[value] = self._spans(value)
        return self._texts[value]

    def without(self, value: str, stand_in: str = WITHHELD) -> str:
        """The text with `stand_in` for each name, and for each further mention of the surname alone."""
        spans = self.spans(value)
        if not spans:
            return WITHHELD if self.found(value) else value
        last = {words[-1] for start, end in spans if (words := _folded_words(value[start:end].split(",")[0]))}
        last = {word for word in last if len(word) > 2}
        alone = [match.span() for match in _WORD.finditer(value) if _plain(match.group()) in last]
        merged: list[tuple[int, int]] = []
        for start, end in sorted({*spans, *alone}, key=lambda span: (span[0], -span[1])):
            if not merged or start >= merged[-1][1]:
                merged.append((start, end))
        parts, at = [], 0
        for start, end in merged:
            parts += [value[at:start], stand_in]
            at = end
        return "".join([*parts, value[at:]])

    def _spans(self, value: str) -> tuple[tuple[int, int], ...]:
        words = [(match.group(), match.start()) for match in _WORD.finditer(value)]
        plain = [_plain(word) for word, _ in words]
        ends = [start + len(_POSSESSIVE.sub("", word)) for word, start in words]
        found: list[tuple[int, int]] = []
        at = 0
        while at < len(words):
            last = self._longest(value, words, plain, at)
            if last is None:
                at += 1
            else:
                found.append((words[at][1], ends[last]))
                at = last + 1
        for match in _HANDLE.finditer(value):
            if self._is_handle(match.group()) and not any(
                start < match.end() and match.start() < end for start, end in found
            ):
                found.append(match.span())
        return tuple(sorted(found))

    def _longest(self, value: str, words: list[tuple[str, int]], plain: list[str], at: int) -> int | None:
        """The last word of the longest name that begins at word `at`; None where none does."""
        longest = None
        form = ""
        for last in range(at, min(at + _LONGEST, len(words))):
            form += plain[last]
            if plain[last] and self._is_name(form):
                longest = last
        for last in range(at + 2, min(at + _LONGEST_GAP, len(words))):
            if (longest is None or last > longest) and self._is_name(plain[at] + plain[last]):
                between = [value[words[each][1] + len(words[each][0]) : words[each + 1][1]] for each in range(at, last)]
                capital = all(words[each][0][0].isupper() for each in range(at, last + 1))
                if capital and all(_WITHIN.fullmatch(gap) for gap in between):
                    longest = last
        return longest

    def _is_name(self, form: str) -> bool:
        if form not in self._forms:
            self._forms[form] = form in self.clear or self.listed.has("name", form)
        return self._forms[form]

    def _is_handle(self, value: str) -> bool:
        bare = value.casefold().rstrip(".")
        return bare in self.handles or self.listed.has("account", bare)


def _plain(word: str) -> str:
    return text.words(text.clean(_POSSESSIVE.sub("", word))).replace(" ", "")


def _folded_words(value: str) -> list[str]:
    return [plain for word in _WORD.findall(value) if (plain := _plain(word))]


def plain_words(values: Iterable[str]) -> frozenset[str]:
    """The plain form of each value as it stands: of an id such as ada-quill, adaquill."""
    return frozenset("".join(_folded_words(value)) for value in values) - {""}
