"""One saved response through an adapter, to try it without a roster."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from incumbent import edtf
from incumbent.archive import Snapshot
from incumbent.errors import InputError, RosterError
from incumbent.sources import registry
from incumbent.sources.base import Context, Parsed

_CONTEXT_SETTINGS = ("role", "publisher", "source_url", "scope", "stated_at")


def parse_file(adapter: str, path: Path | str, settings: Mapping[str, str] | None = None) -> Parsed:
    """One saved response through an adapter, to try it: `settings` are texts, KEY=VALUE as on a command line.

    A value is read as YAML (`columns={Name: person}`, `minimum=3`), a dotted key goes into the setting before the dot
    (`columns.Name=person`). The keys role, publisher, primary, source_url, scope and stated_at say what roster.yaml
    otherwise would. Raises InputError, RosterError (settings) or SourceError.
    """
    chosen = registry.get(adapter)
    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", where=str(file)) from None
    nested: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for key, value in (settings or {}).items():
        if key in _CONTEXT_SETTINGS:
            told[key] = value
        elif key == "primary":
            told[key] = value.lower() == "true"
        else:
            _nest(nested, key, value)
    _check_context(told)
    problem = registry.settings_problem(chosen, nested)
    if problem:
        raise RosterError(problem, where=f"settings of {adapter}", do="correct --set KEY=VALUE")
    snapshot = Snapshot(
        source_id=file.stem,
        url=file.name,
        fetched_at="",
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        content_type="",
        record=file.name,
    )
    return chosen.parse(snapshot, nested, Context(roster="", source=file.stem, **told))


def _nest(nested: dict[str, Any], key: str, value: str) -> None:
    try:
        data = yaml.load(value, Loader=yaml.BaseLoader) if value[:1] in "[{" and value else value  # noqa: S506
    except yaml.YAMLError:
        raise RosterError(
            f"the value of {key} is not YAML", where=f"{key}={value}", expected="such as [a, b]"
        ) from None
    if isinstance(data, str) and data.isdecimal():
        data = int(data)
    outer, _, inner = key.partition(".")
    if not inner:
        nested[outer] = data
        return
    held = nested.setdefault(outer, {})
    if not isinstance(held, dict):
        raise RosterError(f"{outer} is set both as a whole and in parts", where=f"{key}={value}")
    held[inner] = str(data) if isinstance(data, int) else data


def _check_context(told: Mapping[str, Any]) -> None:
    allowed = {"role": ("roster", "evidence"), "scope": ("complete", "partial")}
    for key, values in allowed.items():
        if key in told and told[key] not in values:
            raise RosterError(f"{key} is {told[key]!r}", where=f"--set {key}", expected=" | ".join(values))
    if "stated_at" in told:
        try:
            edtf.bounds(told["stated_at"])
        except ValueError as error:
            raise RosterError(str(error), where="--set stated_at") from None
