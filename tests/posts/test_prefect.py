"""The flow that docs/performance.md shows: the engine's jobs as Prefect tasks on a Dask cluster."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster
from prefect.testing.utilities import prefect_test_harness

from incumbent import posts as engine
from tests.posts.test_activity import some_posts
from tests.posts.writing import AS_OF, write

pytestmark = pytest.mark.slow


def test_the_documented_flow_gives_the_same_bytes(tmp_path: Path, repository: Path) -> None:
    page = (repository / "docs" / "performance.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    posts = write(tmp_path / "posts.parquet", some_posts(1000), row_group=100)
    engine.activity(posts, AS_OF, tmp_path / "embedded.parquet")
    names: dict[str, Any] = {}
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster,
        prefect_test_harness(server_startup_timeout=300),
    ):
        assert shown.count("tcp://scheduler:8786") == 1
        exec(shown.replace("tcp://scheduler:8786", cluster.scheduler_address), names)
        names["count_activity"](str(posts), AS_OF, str(tmp_path / "flow.parquet"))
    assert (tmp_path / "flow.parquet").read_bytes() == (tmp_path / "embedded.parquet").read_bytes()
