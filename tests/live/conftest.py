"""One Prefect server for all live runs of a test process, as a schedule has one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.running import prefect_server


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    with prefect_server(tmp_path_factory.mktemp("prefect-server")) as url:
        yield url
