"""Which adapter a name in roster.yaml means."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from incumbent.archive import Snapshot
from incumbent.errors import RosterError
from incumbent.sources.base import Adapter, Context, Links

#: Adapter name in roster.yaml -> the module that parses, imported when first asked for.
ADAPTERS = {
    "bluesky": "incumbent.platforms.bluesky",
    "ckan": "incumbent.sources.ckan",
    "csv": "incumbent.sources.csv_table",
    "govuk_organisation": "incumbent.sources.govuk_organisation",
    "govuk_organisations": "incumbent.sources.govuk_organisations",
    "govuk_person": "incumbent.sources.govuk_person",
    "govuk_search": "incumbent.sources.govuk_search",
    "html_list": "incumbent.sources.html_list",
    "html_table": "incumbent.sources.html_table",
    "json": "incumbent.sources.json_rows",
    "legislators": "incumbent.sources.legislators",
    "mastodon": "incumbent.platforms.mastodon",
    "mediawiki_table": "incumbent.sources.mediawiki_table",
    "organogram": "incumbent.sources.organogram",
    "ukgwa": "incumbent.sources.ukgwa",
    "wayback": "incumbent.sources.wayback",
    "wikidata": "incumbent.sources.wikidata",
    "x": "incumbent.platforms.x",
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


def links(adapter: str, snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Links:
    """The addresses that a captured page names; none where the adapter knows of none. Raises SourceError."""
    found = getattr(get(adapter), "links", None)
    return Links() if found is None else cast(Links, found(snapshot, settings, context))


def redacted(adapter: str, content: bytes, declared: str | None) -> bytes:
    """The response as the archive may keep it. Raises ValueError where an adapter that must redact cannot."""
    redact = getattr(get(adapter), "redacted", None)
    return content if redact is None else cast(bytes, redact(content, declared))


def edited(adapter: str, snapshot: Snapshot, context: Context) -> str | None:
    """When a page says that it was last edited, UTC such as 2026-11-22T08:00:00Z; None where it does not say."""
    found = getattr(get(adapter), "edited", None)
    return None if found is None else cast(str | None, found(snapshot, context))


def states_edits(adapter: str) -> bool:
    """Whether the pages of an adapter say when they were last edited, by a clock that is never set back."""
    return hasattr(get(adapter), "edited")


def names_others(adapter: str) -> bool:
    """Whether the pages of an adapter name further ones."""
    return hasattr(get(adapter), "links")


def redacts(adapter: str) -> bool:
    """Whether the pages of an adapter can hold personal data that the archive must not keep."""
    return hasattr(get(adapter), "redacted")


def any_host(adapter: str) -> bool:
    """Whether the pages of an adapter are on hosts that nobody can list: a federated platform's servers."""
    return bool(getattr(get(adapter), "ANY_HOST", False))


def reads_errors(adapter: str) -> bool:
    """Whether error pages (404, 410, a 400 with a reason) are answers for an adapter, as platforms give them."""
    return bool(getattr(get(adapter), "READS_ERRORS", False))


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
