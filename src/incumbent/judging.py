"""The judge of a release: every check of its staged version, what was approved of them, and the quality report.

Everything that `package.Draft` and `publish.publish` ask is asked here: whether the version may be published at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from incumbent import approvals, checks, gates, quality
from incumbent.quality import Check
from incumbent.roster import Roster


class Judge:
    """Judges one release of `roster` as of a day. `ran`: the checks of the version that was judged last.

    `read`: the tables of sources.Reading by name: sources, roster_history, captures. `archive`: the folder in which it
    is noted what is held. `told` is given every check as soon as it is known, before the release is held for one.
    """

    def __init__(
        self,
        roster: Roster,
        as_of: str,
        read: Mapping[str, pl.DataFrame],
        archive: Path,
        told: Callable[[list[Check]], object] = lambda _: None,
    ) -> None:
        self._roster, self._as_of, self._archive, self._told = roster, as_of, archive, told
        self._asked = gates.asked_of(
            roster, as_of, read=read["sources"], history=read["roster_history"], captures=read["captures"]
        )
        self.ran: list[Check] = []

    def __call__(self, staging: Path, previous: Path | None) -> pl.DataFrame:
        """The table `quality` of the version in `staging`. Raises HeldError when a critical check failed and nobody has
        approved just that; what is held is noted beside the archive, for `incumbent approve`."""
        found = checks.check_tables(staging, previous=previous, asked=self._asked)
        waiting = approvals.digest(self._roster.slug, previous, found)
        self.ran = approvals.settle(found, approvals.find(self._roster.folder, waiting))
        self._told(self.ran)
        approve = f"incumbent approve {self._roster.slug} --digest {waiting} --reason TEXT"
        if any(check.holds for check in self.ran):
            after = previous.name if previous is not None else None
            try:
                approvals.note_held(self._archive, waiting, self._as_of, after, self.ran)
            except OSError as error:  # an archive that is only read from; the release is held all the same
                approve += f" (with the digest: nothing could be noted beside the archive, {error.strerror})"
        checks.gate(self.ran, approve)
        return quality.table(self.ran)

    def check(self, staging: Path, _previous: Path | None) -> None:
        """Whether the quality report of the staged version is what its schema says. Raises HeldError."""
        checks.gate(checks.check_quality(staging))

    def done(self) -> None:
        """The release was published, or had nothing to publish: nothing is held any more."""
        approvals.forget_held(self._archive)
