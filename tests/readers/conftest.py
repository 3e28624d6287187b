"""A published roster for the readers: two versions of one, the first of a second one, and a withdrawn one."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from incumbent import package, publish, withdrawal
from tests import synthetic_package as synthetic

SLUG = "harbour-board"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all rosters."""
    place = tmp_path_factory.mktemp("readers") / "published"
    publish.publish(synthetic.draft(), place, SLUG)
    later = synthetic.edited(synthetic.tables(synthetic.LATER, extra=True), "roster", "dai-ruan", verdict="out_of_date")
    later = synthetic.edited(later, "roster", "eve-tarn", verdict="current")
    publish.publish(package.Draft(later, synthetic.Roster(), synthetic.LATER), place, SLUG)
    other = dataclasses.replace(synthetic.Roster(), slug="another-board", title="Another Board", licence="words")
    for number, as_of in enumerate((synthetic.AS_OF, synthetic.LATER)):
        publish.publish(package.Draft(synthetic.tables(as_of, days=number), other, as_of), place, "another-board")
    withdrawal.withdraw(place, "another-board", ["latest"], reason="licence", date="2031-12-01", note="a <note>")
    return place


@pytest.fixture(scope="session")
def version(published: Path) -> Path:
    """The newest version of the first roster."""
    return published / SLUG / "v1.1.0"
