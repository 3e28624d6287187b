"""The README's picture is drawn from the published version, and from nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_picture_is_that_of_the_published_version(repository: Path) -> None:
    drawn = subprocess.run(
        [sys.executable, "docs/pictures/verdicts.py", "published/uk-civil-service-leadership/v1.0.0"],
        cwd=repository, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert (repository / "docs/pictures/verdicts-2012-06-28.svg").read_text(encoding="utf-8") == drawn
    assert drawn.count('height="14"') == 38
