"""A document with one thing wrong, for the tests of adapters."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any


def spoilt(document: Any, path: Sequence[str | int], value: object) -> Any:
    """A copy of `document` with the value at `path` replaced, or removed where it is None."""
    changed = copy.deepcopy(document)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return changed
