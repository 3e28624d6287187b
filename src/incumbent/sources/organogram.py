"""Adapter `organogram`: the half-yearly CSV of senior posts that each UK public body publishes.

The format: https://www.gov.uk/government/publications/organograms-guidance. Contact Phone and Contact E-mail are
personal data: they are dropped before anything else is looked at, no error shows a row, and `redacted` takes them out
of what is archived. Settings: `reference_date` (a date, where the source has none, or `from_name`: see
reference_date.py), `grades` (only these; the other rows are left out), `names` (further words in the Name column that
are no names -> vacant | withheld | ignored), `titles_ignored`, `ignore` (further columns).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any, Literal

import polars as pl
from pydantic import Field, field_validator

from incumbent import edtf
from incumbent.archive import Snapshot
from incumbent.errors import SourceError
from incumbent.sources import fields, records, reference_date, text
from incumbent.sources.base import AdapterSettings, Context, Parsed
from incumbent.sources.fields import LOCATOR

#: The setting by which the reference date is that of the file's name.
FROM_NAME = "from_name"
#: What stands in an archived file for what was taken out.
REMOVED = "[removed]"
_PERSONAL = re.compile(r"^contact\b|phone|e-?mail", re.IGNORECASE)
#: At most 254 characters before the @: without a limit, a long cell takes the square of its length.
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"']{1,254}@[^\s@<>()\[\],;:\"']+\.[^\s@<>()\[\],;:\"'.]+")
#: British numbers (ten or eleven digits from 0 or +44), and those of other countries after a plus sign; no dates.
_PHONE = re.compile(
    r"(?<![\w./-])(?:(?:\+44|0044)(?:[\s().-]*[0-9]){9,11}|\+[0-9](?:[\s().-]*[0-9]){7,14}"
    r"|(?![0-9]{2}[-./][0-9]{2}[-./][0-9])\(?0(?:[\s().-]*[0-9]){9,10})(?![\w/])"
)
#: Columns of numbers, in which a reference or a sum may look like a telephone number.
_NUMBERS = frozenset(
    ("Post Unique Reference", "Reports to Senior Post", "Salary Cost of Reports (£)", "FTE", "Actual Pay Floor (£)",
     "Actual Pay Ceiling (£)", "Valid?", "URI", "source_file", "source_line")
)  # fmt: skip
_NOWHERE = Context(roster="", source="organogram")
_GRADES = ("Grade (or equivalent)", "Grade")
_USED = ("Name", "Job Title", "Parent Department", "Organisation")
#: Columns that say nothing about who holds what. Post references are reused for other posts (so never chained on).
_IGNORED = (
    "Post Unique Reference", "Job/Team Function", "Unit", "Reports to Senior Post", "Salary Cost of Reports (£)", "FTE",
    "Actual Pay Floor (£)", "Actual Pay Ceiling (£)", "Professional/Occupational Group", "Notes", "Valid?", "URI",
    "Office Region", "source_file", "source_line",
)  # fmt: skip
#: What stands in Name when it is no name, quotation marks and case aside, as departments wrote it from 2011 on.
NAMES: dict[str, Literal["vacant", "withheld", "ignored"]] = {
    "vacant": "vacant", "vacancy": "vacant", "vacant post": "vacant",
    "n/d": "withheld", "nd": "withheld", "redacted": "withheld", "withheld": "withheld",
    "xx": "withheld", "not disclosed": "withheld", "undisclosed": "withheld",
    "n/a": "ignored", "eliminated": "ignored", "elminated": "ignored", "post eliminated": "ignored",
}  # fmt: skip
#: Job titles of people who hold no post.
TITLES_IGNORED = ("not in post", "n/a", "n/d")


def parse(snapshot: Snapshot, settings: Mapping[str, Any], context: Context) -> Parsed:
    """One claim per post of the grades asked for: holds, vacant or withheld, as at the reference date.

    Posts that were eliminated, and people who are not in a post, are left out by name. Raises SourceError for a column
    that is not the format's, a row of another length, a row without name, title or body (or grade, where grades are
    asked for), and a source without a reference date.
    """
    wanted = Settings.model_validate(settings)
    content = text.decoded(snapshot.content, source=context.source, declared=snapshot.content_type)
    header, rows = records.csv_rows(text.repaired(content), ",", context)
    table = _without_personal_data(header, rows, context)
    date, uploaded = wanted.reference_date, None
    if date == FROM_NAME:
        uploaded = reference_date.uploaded(snapshot.url)
        # It describes no later day than that on which it was put up.
        date = reference_date.from_name(snapshot.url) or uploaded
    date = date or context.stated_at
    if date is None:
        raise SourceError(
            "the organogram has no reference date", source=context.source, locator="settings", expected="reference_date"
        )
    # It has been said since it was put up, also where we came by years later.
    known = min(uploaded or context.stated_at or date, context.stated_at or uploaded or date)
    cells = _cells(table, wanted, context).with_columns(pl.lit(date).alias("as_at"), pl.lit(known).alias("stated_at"))
    return fields.parsed(cells, ["claims"], snapshot, context)


def redacted(content: bytes, declared: str | None) -> bytes:
    """The file without the columns that give contacts, and without e-mail addresses and telephone numbers elsewhere.

    The same CSV otherwise: encoding, line ends, rows, and the other columns in their order. Raises ValueError, which
    shows no cell, where it cannot tell what is personal: no organogram's header, or a row of another length.
    """
    try:
        told = text.decoded(content, source="organogram", declared=declared or "")
        header, rows = records.csv_rows(told, ",", _NOWHERE)
    except SourceError as error:
        raise ValueError(f"the file is no organogram: {error.what} ({error.locator})") from None
    names = [" ".join(text.repaired(name).split()) for name in header]
    if not {*_USED} <= {*names} or not {*_GRADES} & {*names}:
        raise ValueError("the file is no organogram: its header lacks " + ", ".join((*_USED, _GRADES[0])))
    kept = [place for place, name in enumerate(names) if not _PERSONAL.search(name)]
    ends = "\r\n" if "\r\n" in told else "\n"
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator=ends)
    writer.writerow(header[place] for place in kept)
    for locator, row in rows:
        if row and len(row) != len(header) and any(cell.strip() for cell in row):
            raise ValueError(f"the file is no organogram: {locator} has {len(row)} cells, its header {len(header)}")
        writer.writerow(_without_contacts(names[place], row[place]) for place in kept if place < len(row))
    return written.getvalue().encode(_encoding(content, told, declared or ""))


def _without_contacts(column: str, cell: str) -> str:
    """A cell with `[removed]` for each e-mail address, and, unless its column is of numbers, telephone number."""
    clean = _EMAIL.sub(REMOVED, cell) if "@" in cell else cell
    return clean if column in _NUMBERS else _PHONE.sub(REMOVED, clean)


def _encoding(content: bytes, told: str, declared: str) -> str:
    """The encoding in which `content` is the text `told`: that of the file, else UTF-8."""
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", declared, re.IGNORECASE)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", *([charset[1]] if charset else []), "cp1252"):
        try:
            if told.encode(encoding) == content:
                return encoding
        except (UnicodeEncodeError, LookupError):
            continue
    return "utf-8"


def _without_personal_data(header: list[str], rows: list[tuple[str, list[str]]], context: Context) -> pl.DataFrame:
    """The table without its contact columns and its unnamed ones."""
    whole = records.table_of(header, rows, context)
    return whole.drop(name for name in whole.columns if _PERSONAL.search(name) or name.startswith("(column "))


def _cells(table: pl.DataFrame, wanted: Settings, context: Context) -> pl.DataFrame:
    grade = next((name for name in _GRADES if name in table.columns), None)
    known = {*_USED, *_IGNORED, *wanted.ignore, LOCATOR, grade}
    missing = [name for name in _USED if name not in table.columns] or ([] if grade else [_GRADES[0]])
    unknown = [name for name in table.columns if name not in known]
    if missing or unknown:
        raise SourceError(
            "the file lacks a column of an organogram" if missing else "the file has a column that no organogram has",
            source=context.source,
            locator="header",
            value=(missing or unknown)[0],
            expected=", ".join((*_USED, *_GRADES)),
        )
    rows = table.select(
        LOCATOR,
        _tidy("Name").alias("person"),
        _tidy("Job Title").alias("post"),
        pl.coalesce(_tidy("Organisation"), _tidy("Parent Department")).alias("organisation"),
        _tidy(str(grade)).alias("grade"),
    )
    if wanted.grades is not None:
        _require(
            rows, "grade", "a post has no grade, so that nobody can tell whether it is asked for", "a grade", context
        )
        rows = rows.filter(pl.col("grade").is_in(wanted.grades))
    _require(
        rows, "person", "a post has no name, not even a word for none", f"a name, or one of {', '.join(sorted(NAMES))}",
        context,
    )  # fmt: skip
    _require(rows, "post", "a post has no title", "a job title", context)
    _require(rows, "organisation", "a post has neither organisation nor parent department", "one of the two", context)
    meaning = {**NAMES, **{name.casefold(): kind for name, kind in wanted.names.items()}}
    ignored_titles = [title.casefold() for title in (*TITLES_IGNORED, *wanted.titles_ignored)]
    word = pl.col("person").str.to_lowercase().replace_strict(meaning, default="holds", return_dtype=pl.String)
    rows = rows.with_columns(word.alias("event")).filter(
        pl.col("event") != "ignored", ~pl.col("post").fill_null("").str.to_lowercase().is_in(ignored_titles)
    )
    spoken = pl.concat_str(["person", "post", "organisation"], separator=" | ", ignore_nulls=True).str.slice(0, 200)
    named = pl.when(pl.col("event") == "holds").then("person").alias("person")
    return rows.with_columns(spoken.alias("quote")).with_columns(named).drop("grade")


def _require(rows: pl.DataFrame, column: str, what: str, expected: str, context: Context) -> None:
    """Raise SourceError with the place of the first row that lacks `column`, and nothing else of the row."""
    lacking = rows.filter(pl.col(column).is_null()).head(1)
    if lacking.height:
        raise SourceError(what, source=context.source, locator=str(lacking[LOCATOR][0]), expected=expected)


def _tidy(column: str) -> pl.Expr:
    """A cell without the white space and quotation marks around it ('Vacant', Eliminated'); null when empty."""
    return pl.col(column).str.replace_all(r"\s+", " ").str.strip_chars(" '\"‘’“”").replace("", None)


class Settings(AdapterSettings):
    reference_date: str | None = None
    grades: list[str] | None = None
    names: dict[str, Literal["vacant", "withheld", "ignored"]] = Field(default_factory=dict)
    titles_ignored: list[str] = Field(default_factory=list)
    ignore: list[str] = Field(default_factory=list)

    @field_validator("reference_date")
    @classmethod
    def _is_date(cls, value: str | None) -> str | None:
        if value is not None and value != FROM_NAME:
            edtf.bounds(value)
        return value
