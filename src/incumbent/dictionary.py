"""The data dictionary, docs/data-dictionary.md, from schemas/: `python -m incumbent.dictionary` prints it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from incumbent import schemas
from incumbent.schemas import TableSchema


def dictionary(known: Mapping[str, TableSchema]) -> str:
    """Every published table and field, with type, rules and meaning, as Markdown. A test keeps the file up to date."""
    parts = [
        "# Data dictionary\n\n"
        "Made from `schemas/` by `python -m incumbent.dictionary`; change the schemas, not this page.\n\n"
        "Each table is published as CSV, as Parquet and (under `excel/`) as CSV for spreadsheets. Missing is the\n"
        "empty cell, or null. Several values in one cell are separated by semicolons. Dates are ISO dates.\n"
    ]
    for schema in known.values():
        keys = ", ".join(f"`{name}`" for name in schema.primary_key)
        lines = [
            f"## {schema.name}: {schema.title}",
            "",
            schema.description,
            "",
            f"Key: {keys}.",
            "",
            "| field | type | rules | meaning |",
            "| --- | --- | --- | --- |",
        ]
        for field in schema.fields:
            rules = [_rule(key, value) for key, value in field.constraints.items()]
            rules += [f"in `{key.table}`" for key in schema.foreign_keys if field.name in key.fields]
            if not field.material:
                rules.append("its change alone makes no new version")
            lines.append(f"| `{field.name}` | {field.type} | {'; '.join(filter(None, rules))} | {field.description} |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _rule(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return key if value else ""
    if key == "enum":
        return "one of " + ", ".join(f"`{item}`" for item in value)
    shown = str(value).replace("|", "\\|")
    return f"{key} `{shown}`"


if __name__ == "__main__":
    sys.stdout.write(dictionary(schemas.load()))
