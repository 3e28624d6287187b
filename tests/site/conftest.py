"""One publication for all tests that only read it; charts are drawn by a stub, since their own tests draw them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from incumbent import charts
from tests.site import made


@pytest.fixture(scope="module", autouse=True)
def quick_charts() -> Iterator[None]:
    """The contract of charts.pictures, without the seconds that drawing takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "pictures", made.stub_pictures)
        patch.setattr(charts, "plans", made.stub_pictures)
        yield


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, quick_charts: None) -> Path:
    """Two versions of the invented board, and their pages."""
    return made.board(tmp_path_factory.mktemp("site") / "published")
