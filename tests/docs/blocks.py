"""The fenced blocks of a Markdown page, each with what the comment before it says.

A comment right before a block says what the tests do with it:

    <!-- file: NAME -->       the block is written to the file NAME
    <!-- in: FOLDER -->       it is run in FOLDER, below the folder that looks like a checkout
    <!-- output -->           the block is what the block before it printed
    <!-- exit: N -->          the commands end with this status (else with 0)
    <!-- not run: WHY -->     the tests leave it alone
    <!-- run by: PATH -->     what runs it instead: a test, a script
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

_DIRECTIVE = re.compile(r"<!--\s*(file|in|output|exit|not run|run by)(?::\s*(.*?))?\s*-->\s*$", re.DOTALL)


def blocks_of(path: Path) -> list[Block]:
    """The fenced blocks of the page, in order."""
    found: list[Block] = []
    directive, value = "", ""
    for token in MarkdownIt("commonmark").parse(path.read_text(encoding="utf-8")):
        if token.type == "html_block" and (told := _DIRECTIVE.search(token.content)):
            directive, value = told.group(1), told.group(2) or ""
        elif token.type == "fence":
            line = token.map[0] + 1 if token.map else 0
            found.append(
                Block(path.name, line, token.info.split()[0] if token.info else "", token.content, directive, value)
            )
            directive, value = "", ""
        elif token.type != "paragraph_close":
            directive, value = "", ""
    return found


@dataclass(frozen=True)
class Block:
    """`page`, `line`: where its fence is. `directive`, `value`: what the comment before it says; empty without one."""

    page: str
    line: int
    language: str
    text: str
    directive: str
    value: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"
