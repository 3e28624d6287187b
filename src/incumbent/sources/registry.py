"""Which adapter a name in roster.yaml means."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from incumbent.errors import RosterError
from incumbent.sources.base import Adapter

#: Adapter name in roster.yaml -> the module that parses, imported when first asked for.
ADAPTERS = {
    "csv": "incumbent.sources.csv_table",
    "html_list": "incumbent.sources.html_list",
    "html_table": "incumbent.sources.html_table",
    "json": "incumbent.sources.json_rows",
    "organogram": "incumbent.sources.organogram",
}


def get(name: str) -> Adapter:
    """The adapter of that name. Raises RosterError that lists those that exist."""
    if name not in ADAPTERS:
        near = difflib.get_close_matches(name, ADAPTERS, n=1)
        raise RosterError(
            f"there is no adapter {name!r}" + (f"; did you mean {near[0]}?" if near else ""),
            where="adapter",
            expected=" | ".join(ADAPTERS),
        )
    return cast(Adapter, importlib.import_module(ADAPTERS[name]))


def settings_problem(adapter: Adapter, settings: Mapping[str, Any]) -> str:
    """What is wrong with an adapter's settings, in one sentence; empty when nothing is."""
    try:
        adapter.Settings.model_validate(dict(settings))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in problem["loc"])
        known = ", ".join(adapter.Settings.model_fields)
        if problem["type"] == "extra_forbidden":
            return f"unknown setting {name!r}; there are {known}"
        return f"{name}: {problem['msg']}" if name else str(problem["msg"])
    return ""
