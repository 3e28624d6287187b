"""What differs between two versions, and the number it asks for (the Data Package recipe)."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import difference, package, resources, schemas
from incumbent.errors import InputError
from tests import synthetic_package as synthetic

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic.write(tmp_path_factory.mktemp("difference") / "v1.0.0")


def draft(tables: Tables, as_of: str = synthetic.AS_OF, **about: Any) -> package.Draft:
    return package.Draft(tables, synthetic.Roster(**about), as_of)


def rows(changes: pl.DataFrame) -> list[tuple[Any, ...]]:
    return changes.drop("cause").rows()


def test_the_first_version_has_its_number_and_no_changes(first: Path) -> None:
    assert synthetic.draft().number(None) == "1.0.0"
    assert pl.read_parquet(first / "changes.parquet").is_empty()


def test_the_same_tables_ask_for_no_version(first: Path) -> None:
    assert synthetic.draft().number(first) is None


def test_a_later_day_alone_is_no_difference(first: Path) -> None:
    assert synthetic.draft(synthetic.LATER).number(first) is None


def test_being_read_again_is_no_difference(first: Path) -> None:
    tables = synthetic.edited(synthetic.tables(), "sources", "post", fetched_at="2031-07-01T00:00:00Z", state="fresh")
    tables = synthetic.edited(tables, "accounts", "x-1", checked_at="2031-07-01")
    assert draft(tables).number(first) is None


def test_a_corrected_cell_is_a_patch_and_one_row(first: Path, tmp_path: Path) -> None:
    made = draft(synthetic.edited(synthetic.tables(), "roster", "dai-ruan", verdict="current"))
    assert made.number(first) == "1.0.1"
    second = synthetic.write(tmp_path / "v1.0.1", made, "1.0.1", first)
    expected = [("roster", "dai-ruan", "verdict", "unverified", "current", "changed")]
    assert rows(difference.diff(first, second)) == expected
    assert rows(pl.read_parquet(second / "changes.parquet")) == expected


def test_cells_that_come_and_go_are_changes_too(first: Path) -> None:
    made = synthetic.edited(synthetic.tables(), "accounts", "x-1", posts=None, kind="role")
    made = synthetic.edited(made, "accounts", "mastodon-1", posts=0)
    assert rows(package_changes(first, draft(made))) == [
        ("accounts", "mastodon-1", "posts", None, "0", "changed"),
        ("accounts", "x-1", "kind", "personal", "role", "changed"),
        ("accounts", "x-1", "posts", "2", None, "changed"),
    ]


def package_changes(first: Path, made: package.Draft) -> pl.DataFrame:
    folder = first.parent / f"other-{len(list(first.parent.iterdir()))}"
    return difference.diff(first, synthetic.write(folder, made, "9.9.9", first))


def test_rows_added_and_removed_are_minor(first: Path) -> None:
    tables = synthetic.tables()
    fewer = {**tables, "activity": tables["activity"].clear()}
    assert draft(fewer).number(first) == "1.1.0"
    assert rows(package_changes(first, draft(fewer))) == [
        ("activity", "x-1;2031-06-20;post", "*", None, None, "removed")
    ]
    more = draft(synthetic.tables(extra=True))
    assert more.number(first) == "1.1.0"
    assert rows(package_changes(first, more)) == [("sources", f"news;{'3' * 64}", "*", None, None, "added")]


def test_the_difference_backwards_is_its_mirror(first: Path, tmp_path: Path) -> None:
    made = synthetic.edited(synthetic.tables(extra=True), "roster", "dai-ruan", verdict="current")
    second = synthetic.write(tmp_path / "second", draft(made), "1.1.0", first)
    there, back = difference.diff(first, second), difference.diff(second, first)
    turned = {"added": "removed", "removed": "added"}
    mirrored = back.with_columns(pl.col("change").replace(turned)).rename({"old": "new", "new": "old"})
    assert there.drop("cause").equals(mirrored.select(there.columns).drop("cause"))


@pytest.mark.parametrize(
    ("kind", "as_of", "cause"),
    [
        ("transcription", synthetic.AS_OF, "source"),
        ("curation", synthetic.AS_OF, "curation"),
        (None, synthetic.AS_OF, "processing"),
        (None, synthetic.LATER, "source"),
    ],
)
def test_the_cause_is_what_changed_among_the_inputs(first: Path, kind: str | None, as_of: str, cause: str) -> None:
    tables = synthetic.tables(as_of, extra=kind is not None, **({"kind": kind} if kind else {}))
    tables = synthetic.edited(tables, "people", "ada-quill", name="Ada B Quill")
    changes = package_changes(first, draft(tables, as_of)).filter(pl.col("table") == "people")
    assert changes["cause"].to_list() == [cause]


def test_what_the_calendar_moves_is_processing(first: Path) -> None:
    made = synthetic.draft(synthetic.LATER, days=152, extra=True)
    changes = package_changes(first, made).filter(pl.col("field") == "days_out_of_date")
    assert changes.height == 5 and set(changes["cause"]) == {"processing"}
    assert synthetic.draft(synthetic.LATER, days=152).number(first) == "1.0.1"


def test_other_words_are_a_patch(first: Path) -> None:
    assert draft(synthetic.tables(), title="The Board of the Harbour").number(first) == "1.0.1"
    assert draft(synthetic.tables(), licence="CC0-1.0").number(first) == "1.0.1"


def field(schema: Any, name: str) -> Any:
    return next(each for each in schema["fields"] if each["name"] == name)


SCHEMA_CHANGES: dict[str, tuple[Callable[[Any], object], str]] = {
    "field added": (lambda s: s["fields"].append({**field(s, "other_names"), "name": "nick"}), "2.0.0"),
    "field removed": (lambda s: s["fields"].pop(), "2.0.0"),
    "fields re-ordered": (lambda s: s["fields"].reverse(), "2.0.0"),
    "other key": (lambda s: s.update(primaryKey=["person_id", "name"]), "2.0.0"),
    "constraint added": (lambda s: field(s, "name")["constraints"].update(minLength=1), "2.0.0"),
    "constraint changed": (lambda s: field(s, "person_id")["constraints"].update(pattern="[a-z-]+"), "2.0.0"),
    "constraint removed": (lambda s: field(s, "person_id")["constraints"].pop("pattern"), "1.1.0"),
    "required no more": (lambda s: field(s, "name")["constraints"].update(required=False), "1.1.0"),
    "other words": (lambda s: field(s, "name").update(description="Otherwise said."), "1.0.1"),
}


@pytest.mark.parametrize("change", SCHEMA_CHANGES)
def test_a_changed_schema_has_its_level(first: Path, tmp_path: Path, change: str) -> None:
    edit, number = SCHEMA_CHANGES[change]
    folder = Path(shutil.copytree(resources.path("schemas"), tmp_path / "schemas"))
    schema = json.loads((folder / "people.json").read_text())
    edit(schema)
    (folder / "people.json").write_text(json.dumps(schema))
    made = dataclasses.replace(synthetic.draft(), schemas=schemas.load(folder))
    assert made.number(first) == number


@pytest.mark.parametrize(
    ("before", "after", "level"),
    [
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, "minor"),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, "major"),
        ({"minimum": 1}, {"minimum": 0}, "minor"),
        ({"minimum": 0}, {"minimum": 1}, "major"),
        ({"maxLength": 5}, {"maxLength": 9}, "minor"),
        ({"maxLength": 9}, {"maxLength": 5}, "major"),
        ({"required": False}, {"required": True}, "major"),
        ({"required": True}, {}, "minor"),
        ({"pattern": "a"}, {"pattern": "b"}, "major"),
    ],
)
def test_constraints_that_forbid_more_are_major(before: Any, after: Any, level: str) -> None:
    def version(constraints: Any) -> difference.Version:
        kind = "integer" if "minimum" in constraints else "string"
        described = {"name": "x", "type": kind, "title": "X", "description": "X.", "constraints": constraints}
        table = {"name": "t", "title": "T", "description": "T.", "fields": [described], "primaryKey": ["x"]}
        return difference.Version({}, {"t": schemas.parse_schema(table, where="test")}, {}, "2031-01-01")

    kind_keeping = before | after if "minimum" in before else before
    assert kind_keeping is not None
    assert difference.level(version(before), version(after), pl.DataFrame(schema=difference.CHANGES)) == level


def test_a_table_gone_is_major_and_a_new_one_minor() -> None:
    known = schemas.load()
    fewer = {name: schema for name, schema in known.items() if name != "activity"}
    none = pl.DataFrame(schema=difference.CHANGES)
    whole, part = (difference.Version({}, each, {}, "2031-01-01") for each in (known, fewer))
    assert difference.level(whole, part, none) == "major"
    assert difference.level(part, whole, none) == "minor"


@pytest.mark.parametrize(("by", "expected"), [("major", "2.0.0"), ("minor", "1.10.0"), ("patch", "1.9.10")])
def test_numbers_follow(by: difference.Level, expected: str) -> None:
    assert difference.next_version("1.9.9", by) == expected
    assert difference.version_key("1.10.0") > difference.version_key("1.9.9")


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "01.0.0", "1.0.0-rc1", ""])
def test_what_is_no_number_is_refused(version: str) -> None:
    with pytest.raises(InputError):
        difference.next_version(version, "patch")


def test_a_folder_that_is_no_version_is_refused(tmp_path: Path, first: Path) -> None:
    with pytest.raises(InputError, match="no published version"):
        difference.diff(tmp_path, first)
