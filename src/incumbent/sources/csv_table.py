"""Adapter `csv`: a CSV file with a header. Settings: `delimiter`, and those of fields.FieldSettings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import field_validator

from incumbent.archive import Snapshot
from incumbent.sources import fields, records, text
from incumbent.sources.base import Context, Parsed
from incumbent.sources.fields import FieldSettings


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One claim (or account claim, or both) per row; rows whose every cell is empty are no rows. Raises SourceError."""
    wanted = Settings.model_validate(settings)
    content = text.decoded(snapshot.content, source=context.source, declared=snapshot.content_type)
    header, rows = records.csv_rows(content, wanted.delimiter, context)
    cells = fields.mapped(records.table_of(header, rows, context), wanted, context)
    return fields.parsed(cells, wanted.yields, snapshot, context)


class Settings(FieldSettings):
    delimiter: str = ","

    @field_validator("delimiter")
    @classmethod
    def _is_one_character(cls, value: str) -> str:
        if len(value) != 1 or value in '"\r\n':
            raise ValueError("a delimiter is one character, such as a comma, a semicolon or a tab")
        return value
