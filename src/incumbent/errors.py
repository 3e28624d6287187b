"""The errors that a person is meant to read: what is wrong, where, what was expected, what to do.

Each class carries the exit status that ../docs/commands.md documents, so that a command never has to
guess: 2 bad usage or input, 3 a source failed and the release was held, 4 verification failed, 75 another
run holds the lock.
"""

from __future__ import annotations

import re
import unicodedata

EXIT_DONE = 0
EXIT_OUT_OF_DATE = 1
EXIT_INPUT = 2
EXIT_HELD = 3
EXIT_VERIFY = 4
EXIT_LOCKED = 75


def printable(text: object, limit: int = 200) -> str:
    """`text` on one line, without control or direction characters, at most `limit` characters.

    Errors quote what a stranger's file holds; a terminal or a log must not be driven by it.
    """
    shown = "".join(
        char if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else " "
        for char in str(text)[: limit * 4]
    )
    shown = re.sub(r"\s+", " ", shown).strip()
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


class IncumbentError(Exception):
    """Base of every error that a user can cause or must act on."""

    exit_status = EXIT_INPUT

    def __init__(self, what: str, *, where: str = "", expected: str = "", do: str = "") -> None:
        self.what, self.where, self.expected, self.do = what, where, expected, do
        super().__init__(self.describe())

    def describe(self) -> str:
        """The error in up to four lines: what, where, expected, do."""
        lines = [printable(self.what, 500)]
        for label, value in (("where", self.where), ("expected", self.expected), ("do", self.do)):
            if value:
                lines.append(f"  {label}: {printable(value, 500)}")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, str | int]:
        """The error for `--json`."""
        return {
            "error": type(self).__name__,
            "what": printable(self.what, 500),
            "where": printable(self.where, 500),
            "expected": printable(self.expected, 500),
            "do": printable(self.do, 500),
            "exit_status": self.exit_status,
        }


class InputError(IncumbentError):
    """A list, an evidence file, an argument that cannot be used as it is."""


class RosterError(IncumbentError):
    """A roster's folder (roster.yaml, curation) that does not hold what it must."""


class SourceError(IncumbentError):
    """A parser met a value that it cannot map: names the source, the locator and the value."""

    def __init__(self, what: str, *, source: str, locator: str, value: object = "", expected: str = "") -> None:
        self.source, self.locator, self.value = source, locator, printable(value)
        where = f"{source}, {locator}" + (f", value {self.value!r}" if self.value else "")
        super().__init__(what, where=where, expected=expected, do="correct the parser's settings or the source's data")


class ArchiveError(IncumbentError):
    """The archive is damaged or lacks a record."""


class SchemaError(IncumbentError):
    """A file of schemas/ or expectations/ that says something we would otherwise ignore in silence."""


class HeldError(IncumbentError):
    """A release is held: a source failed or a gate did not pass."""

    exit_status = EXIT_HELD


class VerifyError(IncumbentError):
    """A published version is not what its manifest says."""

    exit_status = EXIT_VERIFY


class LockedError(IncumbentError):
    """Another run is writing to the same place."""

    exit_status = EXIT_LOCKED
