"""Adapters: one small module per format, `parse(snapshot, settings, context) -> Parsed`; and a roster read by them.

An adapter is looked up by the name that roster.yaml uses. To add one: a module with `Settings` and `parse`, and its
line in registry.ADAPTERS.
"""

from incumbent.sources.base import Adapter, AdapterSettings, Context, Parsed
from incumbent.sources.reading import Reading, read_roster_claims
from incumbent.sources.registry import ADAPTERS, get, settings_problem
from incumbent.sources.saved import parse_file

__all__ = [
    "ADAPTERS",
    "Adapter",
    "AdapterSettings",
    "Context",
    "Parsed",
    "Reading",
    "get",
    "parse_file",
    "read_roster_claims",
    "settings_problem",
]
