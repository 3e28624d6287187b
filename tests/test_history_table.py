"""history.parquet: one filter gives any past state, of every table, row for row."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

from incumbent import difference, history_table, package, publish, schemas, withdrawal
from incumbent.errors import InputError
from tests import synthetic_package as synthetic

SLUG = "harbour-board"
DAYS = ["2031-06-28", "2031-08-01", "2031-08-01", "2031-10-31", "2031-12-31"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five versions, two of them of one day; what the second says is taken back by the fourth; an entry goes and comes
    again; one field becomes text, and one table a column richer, in the last."""
    place = tmp_path_factory.mktemp("history") / "published"
    first = synthetic.tables(DAYS[0])
    wrong = synthetic.edited(synthetic.tables(DAYS[1], extra=True), "roster", "dai-ruan", verdict="out_of_date")
    without = {**wrong, "roster": wrong["roster"].filter(pl.col("entry_id") != "bo-o-fenn")}
    back = synthetic.tables(DAYS[3], days=40, extra=True)
    last = synthetic.tables(DAYS[4], days=41, extra=True)
    for tables, as_of in zip((first, wrong, without, back), DAYS, strict=False):
        publish.publish(package.Draft(tables, synthetic.Roster(), as_of), place, SLUG)
    publish.publish(drifted(last, DAYS[4]), place, SLUG)
    assert [each["as_of"] for each in index(place / SLUG)["versions"]] == DAYS
    return place / SLUG


def drifted(tables: dict[str, pl.DataFrame], as_of: str) -> package.Draft:
    """A draft whose accounts have their score as text, and whose posts have a column more."""
    known = dict(schemas.load())
    told = json.loads(json.dumps(known["accounts"].descriptor))
    for field in told["fields"]:
        if field["name"] == "score":
            field |= {"type": "string", "constraints": {}}
    known["accounts"] = schemas.parse_schema(told, where="accounts")
    told = json.loads(json.dumps(known["posts"].descriptor))
    told["fields"].append({"name": "quay", "type": "string", "title": "Quay", "description": "Which quay."})
    known["posts"] = schemas.parse_schema(told, where="posts")
    made = {**tables, "posts": tables["posts"].with_columns(pl.lit("north").alias("quay"))}
    made["accounts"] = made["accounts"].with_columns(pl.col("score").cast(pl.String))
    return package.Draft(made, synthetic.Roster(), as_of, known)


def index(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "versions.json").read_bytes())
    return read


def first(folder: Path, count: int) -> dict[str, Any]:
    whole = index(folder)
    return {**whole, "versions": whole["versions"][:count]}


def same_rows(found: pl.DataFrame, expected: pl.DataFrame, what: object) -> None:
    """Row for row; where a later schema has other types or more columns, the cells as text and those columns only."""
    found = found.select(expected.columns).cast(pl.String)
    assert found.sort(found.columns).equals(expected.cast(pl.String).sort(expected.columns)), what


def covered(read: difference.Version) -> dict[str, pl.DataFrame]:
    return {name: frame for name, frame in read.tables.items() if name not in history_table.LEFT_OUT}


def test_the_filter_gives_just_the_rows_of_the_version_that_was_live(folder: Path) -> None:
    history = history_table.of(folder, index(folder))
    live = {each["as_of"]: each for each in index(folder)["versions"]}  # of two on one day, the later
    assert len(live) == 4
    for as_of, each in live.items():
        tables = covered(difference.read_version(folder / each["path"]))
        assert set(tables) == set(schemas.TABLES) - set(history_table.LEFT_OUT)
        for later in (0, 20):
            day = (dt.date.fromisoformat(as_of) + dt.timedelta(later)).isoformat()
            for name, table in tables.items():
                same_rows(history_table.rows(history, name, day=day), table, (day, name))


def test_a_version_can_be_asked_for_by_its_number_too(folder: Path) -> None:
    history = history_table.of(folder, index(folder))
    for each in index(folder)["versions"]:
        for name, table in covered(difference.read_version(folder / each["path"])).items():
            same_rows(history_table.rows(history, name, version=each["version"]), table, (each["version"], name))
    with pytest.raises(InputError, match=r"no version '9\.0\.0'"):
        history_table.rows(history, "roster", version="9.0.0")


def test_before_the_first_version_nothing_was_known(folder: Path) -> None:
    history = history_table.of(folder, index(folder))
    assert history_table.rows(history, "roster", day="2031-06-27").is_empty()
    assert history_table.rows(history, "no-such-table").is_empty()


def test_a_row_that_goes_and_comes_again_has_two_intervals(folder: Path) -> None:
    frame = pl.read_parquet(io.BytesIO(history_table.of(folder, index(folder))))
    fenn = frame.filter((pl.col("table") == "roster") & (pl.col("key") == "bo-o-fenn"))
    days = [[None if day is None else day.isoformat() for day in row] for row in fenn["known_from", "known_to"].rows()]
    assert days == [[DAYS[0], DAYS[1]], [DAYS[3], None]]
    assert fenn["version_to"].to_list()[-1] is None


def test_made_step_by_step_it_is_the_same_bytes(folder: Path) -> None:
    whole = history_table.of(folder, index(folder))
    assert history_table.of(folder, index(folder)) == whole
    grown: bytes | None = None
    for count in range(1, 6):
        grown = history_table.of(folder, first(folder, count), grown)
        assert grown == history_table.of(folder, first(folder, count)), count
    assert grown == whole
    assert history_table.of(folder, index(folder), whole) == whole


@pytest.mark.parametrize("previous", [b"", b"PAR1", b"not parquet at all, but long enough to be looked at"])
def test_a_file_that_is_none_is_made_anew(folder: Path, previous: bytes) -> None:
    assert history_table.of(folder, index(folder), previous) == history_table.of(folder, index(folder))


def test_a_parquet_file_of_something_else_is_no_beginning(folder: Path, tmp_path: Path) -> None:
    pl.DataFrame({"table": ["roster"]}).write_parquet(tmp_path / "other.parquet")
    other = (tmp_path / "other.parquet").read_bytes()
    assert history_table.of(folder, index(folder), other) == history_table.of(folder, index(folder))


def test_a_withdrawn_version_is_not_in_it(tmp_path: Path) -> None:
    place = tmp_path / "published"
    for as_of, verdict in ((DAYS[0], "current"), (DAYS[1], "unverified"), (DAYS[3], "out_of_date")):
        tables = synthetic.edited(synthetic.tables(as_of), "roster", "dai-ruan", verdict=verdict)
        publish.publish(package.Draft(tables, synthetic.Roster(), as_of), place, SLUG)
    before = history_table.of(place / SLUG, index(place / SLUG))
    withdrawal.withdraw(
        place, SLUG, [index(place / SLUG)["versions"][1]["version"]], reason="licence", date="2032-01-01"
    )
    after = history_table.of(place / SLUG, index(place / SLUG), before)
    frame = pl.read_parquet(io.BytesIO(after))
    assert "unverified" not in frame.filter(pl.col("key") == "dai-ruan")["verdict"].to_list()
    assert DAYS[1] not in {str(day) for day in [*frame["known_from"], *frame["known_to"]]}
    (row,) = history_table.rows(after, "roster", day=DAYS[1]).filter(pl.col("entry_id") == "dai-ruan").to_dicts()
    assert row["verdict"] == "current"


def test_a_table_that_is_no_longer_published_ends(folder: Path, tmp_path: Path) -> None:
    """Removing a table is a MAJOR version; its rows stay known for the days on which they were."""
    known = {name: schema for name, schema in schemas.load().items() if name != "shares"}
    tables = {name: frame for name, frame in synthetic.tables(DAYS[3]).items() if name != "shares"}
    versions = []
    for number, draft in enumerate(
        (synthetic.draft(DAYS[0]), package.Draft(tables, synthetic.Roster(), DAYS[3], known))
    ):
        draft.write(f"{number + 1}.0.0", tmp_path / f"v{number + 1}.0.0", None)
        versions.append({"version": f"{number + 1}.0.0", "path": f"v{number + 1}.0.0", "as_of": draft.as_of,
                         "manifest": str(number), "state": "published"})  # fmt: skip
    history = history_table.of(tmp_path, {"versions": versions})
    assert not history_table.rows(history, "shares", day=DAYS[0]).is_empty()
    assert history_table.rows(history, "shares", day=DAYS[3]).is_empty()


def test_valid_time_is_beside_known_time(folder: Path) -> None:
    frame = pl.read_parquet(io.BytesIO(history_table.of(folder, index(folder)))).filter(pl.col("known_to").is_null())
    voss = frame.filter((pl.col("table") == "appointments") & (pl.col("key") == "gil-voss--master"))
    assert voss["valid_from", "valid_to"].row(0) == (dt.date(2031, 5, 1), None)
    assert voss["appointments_known_from"].item() == dt.date(2031, 6, 2)
    gone = frame.filter((pl.col("table") == "listings") & (pl.col("key") == "ivo-rask"))
    assert gone["valid_from", "valid_to"].row(0) == (dt.date(2030, 12, 1), dt.date(2031, 6, 28))
    assert frame.filter(pl.col("table") == "people")["valid_from"].null_count() == 8


def test_without_any_version_it_is_an_empty_table(tmp_path: Path) -> None:
    history = history_table.of(tmp_path, {"versions": []})
    assert pl.read_parquet(io.BytesIO(history)).columns == list(history_table.COLUMNS)


def test_the_examples_of_the_documentation_run(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is run where the file lies, and gives rows."""
    published = repository / "published" / "uk-civil-service-leadership"
    (tmp_path / history_table.FILE).write_bytes(history_table.of(published, index(published)))
    monkeypatch.chdir(tmp_path)
    text = (repository / "docs" / "history.md").read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.+?)```", text, flags=re.DOTALL)
    assert len(queries) >= 3
    for query in queries:
        assert duckdb.sql(query).fetchall(), query
    scripts = re.findall(r"```python\n(.+?)```", text, flags=re.DOTALL)
    assert len(scripts) >= 2
    for script in scripts:
        scope: dict[str, Any] = {}
        exec(script, scope)  # our own documentation
        assert len(scope["then"])
    assert isinstance(pd.read_parquet(history_table.FILE), pd.DataFrame)
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", text, flags=re.MULTILINE))
    assert documented == set(history_table.COLUMNS)


def test_no_field_of_a_table_is_lost_to_a_name_of_the_history() -> None:
    """Two tables may share a column; no table may have both `known_from` and `<table>_known_from`."""
    for name, schema in schemas.load().items():
        assert not {f"{name}_{field}" for field in schema.names} & set(schema.names)
