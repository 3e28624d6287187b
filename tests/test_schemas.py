"""schemas/: everything that a schema says is heeded, or refused with its place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incumbent import dictionary, resources, schemas
from incumbent.errors import SchemaError

ROOT = Path(__file__).resolve().parents[1]

#: The first columns of design, section 10: scripts rely on them.
FIRST_COLUMNS = {
    "roster": "entry_id, listed_person, listed_post, listed_organisation, verdict, reasons, holder, since_earliest, "
    "since_latest, days_out_of_date, confidence, explanation, person_id, post_id, organisation_id, accounts, "
    "account_state, source_id",
    "findings": "finding_id, entry_id, reason, explanation, holder, since_earliest, since_latest, days_out_of_date, "
    "confidence, evidence",
    "accounts": "account_id, person_id, platform, handle, profile_url, kind, state, posts, last_post, checked_at, "
    "source_id",
    "headlines": "measure, value, of, share, as_of, note",
    "changes": "table, key, field, old, new, cause",
}


@pytest.mark.parametrize("table", FIRST_COLUMNS)
def test_the_first_columns_are_those_promised(table: str) -> None:
    promised = FIRST_COLUMNS[table].split(", ")
    assert schemas.load()[table].names[: len(promised)] == promised


def test_the_data_dictionary_is_up_to_date() -> None:
    page = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert page == dictionary.dictionary(schemas.load()), "run python -m incumbent.dictionary > docs/data-dictionary.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(resources.path("schemas"), tmp_path / "schemas"))


def change(folder: Path, table: str, edit: Callable[[Any], object]) -> None:
    path = folder / f"{table}.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def entry_id(schema: Any) -> Any:
    return schema["fields"][0]


def constrain(field: int, **constraints: Any) -> Callable[[Any], object]:
    return lambda schema: schema["fields"][field].setdefault("constraints", {}).update(constraints)


FAULTS: dict[str, tuple[str, Callable[[Any], object], str, str]] = {
    "misspelt constraint": (
        "roster", constrain(0, requird=True), "/fields/0/constraints/requird", "requird"),
    "unknown key": ("roster", lambda s: s.update(uniqueKeys=[["entry_id"]]), "/uniqueKeys", "uniqueKeys"),
    "unknown field key": (
        "roster", lambda s: entry_id(s).update(categories=["a"]), "/fields/0/categories", "categories"),
    "unknown type": ("roster", lambda s: entry_id(s).update(type="text"), "/fields/0/type", "text"),
    "constraint of another type": (
        "headlines", constrain(1, pattern="a"), "/fields/1/constraints/pattern", "pattern"),
    "constraint of the wrong kind": (
        "roster", constrain(0, required="yes"), "/fields/0/constraints/required", "yes"),
    "unanchored alternatives": (
        "roster", constrain(0, pattern="a|b"), "/fields/0/constraints/pattern", "a|b"),
    "broken pattern": (
        "roster", constrain(0, pattern="("), "/fields/0/constraints/pattern", "pattern"),
    "pattern that is no text": (
        "roster", constrain(0, pattern=1), "/fields/0/constraints/pattern", "pattern"),
    "enum twice": (
        "roster", constrain(4, enum=["a", "a"]), "/fields/4/constraints/enum", "enum"),
    "enum that is no list": (
        "roster", constrain(4, enum="a"), "/fields/4/constraints/enum", "enum"),
    "bound that is no number": (
        "headlines", constrain(1, minimum="0"), "/fields/1/constraints/minimum", "minimum"),
    "bound that is no date": (
        "roster", constrain(7, minimum="2012-1-1"),
        "/fields/7/constraints/minimum", "minimum"),
    "length that is no number": (
        "roster", constrain(0, minLength=-1), "/fields/0/constraints/minLength", "minLength"),
    "constraints that are no object": (
        "roster", lambda s: entry_id(s).update(constraints=["required"]), "/fields/0/constraints", "constraints"),
    "material that is no truth": ("roster", lambda s: entry_id(s).update(material=1), "/fields/0/material", "material"),
    "no meaning": ("roster", lambda s: entry_id(s).update(description=" "), "/fields/0/description", "empty"),
    "field twice": ("roster", lambda s: s["fields"].append(entry_id(s)), "/fields/20/name", "twice"),
    "field that is no object": ("roster", lambda s: s["fields"].append("id"), "/fields/20", "object"),
    "no fields": ("roster", lambda s: s.update(fields=[]), "/fields", "without fields"),
    "key of no field": ("roster", lambda s: s.update(primaryKey=["id"]), "/primaryKey", "id"),
    "key that is no list": ("roster", lambda s: s.update(primaryKey=[]), "/primaryKey", "list"),
    "no key": ("roster", lambda s: s.pop("primaryKey"), "/", "primaryKey"),
    "other missing values": ("roster", lambda s: s.update(missingValues=["", "NA"]), "/missingValues", "missing"),
    "foreign key to nothing": (
        "roster", lambda s: s["foreignKeys"][0]["reference"].update(resource="persons"), "/foreignKeys/0", "persons"),
    "foreign key to no field": (
        "roster", lambda s: s["foreignKeys"][0]["reference"].update(fields=["id"]), "/foreignKeys/0", "id"),
    "foreign key of another type": (
        "findings", lambda s: s["foreignKeys"][0].update(fields=["days_out_of_date"]), "/foreignKeys/0", "type"),
    "foreign key of unequal sides": (
        "roster", lambda s: s["foreignKeys"][0].update(fields=["person_id", "post_id"]), "/foreignKeys/0", "unequal"),
    "foreign keys that are no list": ("roster", lambda s: s.update(foreignKeys={}), "/foreignKeys", "list"),
    "another name": ("roster", lambda s: s.update(name="list"), "/name", "name"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_would_be_ignored_is_refused_with_its_place(folder: Path, fault: str) -> None:
    table, edit, pointer, named = FAULTS[fault]
    change(folder, table, edit)
    with pytest.raises(SchemaError) as caught:
        schemas.load(folder)
    assert caught.value.exit_status == 2
    assert f"{table}.json" in caught.value.where and pointer in caught.value.where
    assert named in caught.value.describe()


def test_a_near_miss_is_suggested(folder: Path) -> None:
    change(folder, "roster", lambda schema: entry_id(schema)["constraints"].update(requird=True))
    with pytest.raises(SchemaError) as caught:
        schemas.load(folder)
    assert "did you mean 'required'?" in caught.value.do


@pytest.mark.parametrize("content", ["{", '{"name": "roster", "name": "roster"}', "[]", "\xff"])
def test_a_file_that_is_no_schema_is_refused(folder: Path, content: str) -> None:
    (folder / "roster.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(SchemaError) as caught:
        schemas.load(folder)
    assert "roster.json" in caught.value.where


def test_each_table_has_its_schema_and_each_schema_its_table(folder: Path) -> None:
    (folder / "extra.json").write_text("{}")
    with pytest.raises(SchemaError, match=r"extra\.json"):
        schemas.load(folder)
    (folder / "extra.json").unlink()
    (folder / "posts.json").unlink()
    with pytest.raises(SchemaError, match=r"posts\.json"):
        schemas.load(folder)


def test_an_unreadable_file_is_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="cannot be read"):
        schemas.load_schema(tmp_path / "none.json")


@pytest.mark.parametrize("pattern", ["(a|b)", r"a\|b", "[|]", "[]|]"])
def test_grouped_or_literal_bars_are_no_alternatives(folder: Path, pattern: str) -> None:
    change(folder, "roster", lambda schema: entry_id(schema)["constraints"].update(pattern=pattern))
    assert schemas.load(folder)["roster"].field("entry_id").constraints["pattern"] == pattern
