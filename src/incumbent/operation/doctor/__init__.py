"""What works on this machine, for whoever is to run this here: each check with what it saw and what to do.

A check never raises and never changes what is published or captured; what it writes is in a folder that it removes.
`ok`: as it should be. `warn`: a run may go well, and something that is wanted does not work. `fail`: a run cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from incumbent.errors import printable
from incumbent.roster import Roster

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True)
class Finding:
    """One check: `name`, `outcome` (ok | warn | fail), what was seen, what was expected, and what to do about it."""

    name: str
    outcome: str
    seen: str
    expected: str = ""
    do: str = ""


@dataclass(frozen=True)
class Place:
    """What a doctor looks at: the rosters with their archives, and where they are published."""

    rosters: tuple[tuple[Roster, Path], ...]
    published: Path | None
    contact: str | None = None
    live: bool = False


Check = Callable[[Place], Iterable[Finding]]


def examine(place: Place, checks: Iterable[tuple[str, Check]]) -> Iterator[Finding]:
    """Every check in turn. One that fails in a way that it did not foresee is a finding too."""
    for name, check in checks:
        try:
            yield from check(place)
        except Exception as error:
            seen = f"the check itself failed: {type(error).__name__}: {printable(error, 300)}"
            yield Finding(name, FAIL, seen, "a check that ends", "report this, with the line above")
