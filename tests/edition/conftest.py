"""The bundled edition, released twice: once for all tests of this folder, in about half a minute of processor time."""

from __future__ import annotations

import pytest

from tests.edition.runs import JUNE, OCTOBER, PLAIN, Edition, files, incumbent, release


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The release of June 2012 and then the one of October, as `incumbent run` makes them; and both run again."""
    folder = tmp_path_factory.mktemp("edition")
    published, after_june, again = folder / "published", folder / "after June", folder / "again"
    june, october, *same = incumbent(
        release(JUNE, published, copy=(published, after_june)),
        release(OCTOBER, published, copy=(published, again)),
        release(OCTOBER, again),
        release(JUNE, again),
        environment=PLAIN,
    )
    return Edition(published, again, files(after_june), files(published), june.report, october.report, tuple(same))
