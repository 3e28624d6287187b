"""A version's folder: complete, valid for every reader, the same bytes everywhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import jsonschema
import pandas as pd
import polars as pl
import pytest
import yaml

from incumbent import descriptor, manifest, package, schemas, tablefiles
from incumbent.errors import InputError, SchemaError
from incumbent.roster import Platform
from tests import synthetic_package as synthetic

TESTS = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic.write(tmp_path_factory.mktemp("package") / "v1.0.0")


def test_the_folder_holds_every_table_in_every_form(version: Path) -> None:
    tables = [f"{name}{suffix}" for name in schemas.TABLES for suffix in (".csv", ".parquet")]
    excel = [f"excel/{name}.csv" for name in schemas.TABLES]
    linked = [f"{name}.csv-metadata.json" for name in schemas.TABLES]
    others = ["CITATION.cff", "README.md", "SHA256SUMS", "croissant.json", "csv-metadata.json", "datapackage.json",
              "dataset.jsonld", "excel/harbour-board.xlsx", "news.json"]  # fmt: skip
    assert manifest.files(version) == sorted([*tables, *excel, *linked, *others])


def test_sha256sum_agrees_with_the_manifest(version: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=version, check=True)


def test_the_descriptor_passes_the_official_profile(version: Path) -> None:
    profile = json.loads((TESTS / "fixtures/datapackage/datapackage-2.0.json").read_text())
    described = json.loads((version / "datapackage.json").read_bytes())
    assert list(jsonschema.Draft7Validator(profile).iter_errors(described)) == []
    assert described["created"] == f"{synthetic.AS_OF}T00:00:00Z"
    assert described["version"] == "1.0.0"
    for resource in described["resources"]:
        assert ("bytes" in resource) == (resource["format"] == "csv")
        assert resource["licenses"] and resource["contributors"]


def test_frictionless_finds_every_resource_valid_parquet_included(version: Path) -> None:
    report = frictionless.Package(str(version / "datapackage.json")).validate()
    assert report.flatten(["name", "type", "note"]) == []
    assert len(report.tasks) == 2 * len(schemas.TABLES)


def test_the_roots_contract_is_valid_over_a_version(version: Path, tmp_path: Path) -> None:
    root = TESTS.parent
    shutil.copy(root / "datapackage.json", tmp_path)
    shutil.copytree(root / "schemas", tmp_path / "schemas")
    slug = json.loads((root / "datapackage.json").read_bytes())["name"]
    shutil.copytree(version, tmp_path / "published" / slug / "latest")
    report = frictionless.Package("datapackage.json", basepath=str(tmp_path)).validate()
    assert report.flatten(["name", "type", "note"]) == []
    assert len(report.tasks) == len(schemas.TABLES)


def test_duckdb_pandas_and_polars_read_the_same_types(version: Path) -> None:
    path = version / "roster.parquet"
    duck = {row[0]: row[1] for row in duckdb.sql(f"describe select * from '{path}'").fetchall()}
    assert (duck["entry_id"], duck["since_latest"], duck["days_out_of_date"]) == ("VARCHAR", "DATE", "BIGINT")
    assert str(pd.read_parquet(path)["days_out_of_date"].dtype) == "Int64"
    acting = version / "appointments.parquet"
    assert duckdb.sql(f"select typeof(acting) from '{acting}'").fetchall() == [("BOOLEAN",)]
    assert str(pd.read_parquet(acting)["acting"].dtype) == "boolean"
    assert pl.read_parquet(version / "headlines.parquet").schema["share"] == pl.Float64


def test_csv_is_rfc_4180_without_bom(version: Path) -> None:
    content = (version / "roster.csv").read_bytes()
    assert content.startswith(b"entry_id,listed_person,")
    assert content.endswith(b"\r\n")
    assert b'"Ada Quill, says the ""Gazette"", moved to the Lights Office by 1 June 2031."' in content
    assert "Bo O’Fenn".encode() in content
    assert b",false,2031-05-01,2031-06-30,,," in (version / "appointments.csv").read_bytes()


def test_a_spreadsheet_runs_nothing(tmp_path: Path) -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\u200b=1", "＝1", "|cmd", "%0A=1", "\r=1", "Una O'Brien"]
    frame = pl.DataFrame({"text": hostile, "number": list(range(-1, len(hostile) - 1))})
    tablefiles.write_excel_csv(frame, tmp_path / "t.csv")
    content = (tmp_path / "t.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbftext,number\r\n")
    read = pl.read_csv(content, infer_schema=False)
    assert read["text"].to_list() == [f"'{text}" for text in hostile[:-1]] + [hostile[-1]]
    assert read["number"].to_list()[0] == "-1"


def test_accounts_are_summed_up_for_each_entry() -> None:
    roster = synthetic.tables()["roster"]
    shown = dict(roster.select("entry_id", pl.concat_list("accounts", "account_state")).iter_rows())
    assert shown["ada-quill"] == ["mastodon:ada@lights.example;x:adaquill", "active"]
    assert shown["bo-o-fenn"] == [None, "deleted"]
    assert shown["cyn-marsh"] == [None, "none_known"]


def test_a_vacant_entry_has_no_account_state() -> None:
    made = synthetic.assessment()
    entries = made.entries.with_columns(pl.lit(None, pl.String).alias("listed_person"))
    vacant = synthetic.Assessment(
        entries, made.findings, made.people, made.organisations, made.posts, made.appointments
    )
    no_accounts = synthetic.accounts().clear()
    roster = package.tables(
        synthetic.Roster(), vacant, no_accounts, synthetic.activity(), synthetic.sources(), synthetic.AS_OF
    )["roster"]
    assert roster["account_state"].null_count() == roster.height


def test_headlines_count_what_the_roster_says() -> None:
    figures = {row["measure"]: row for row in synthetic.tables()["headlines"].iter_rows(named=True)}
    expected = {
        "entries": (6, None), "out_of_date": (2, 6), "leaving": (1, 6), "disputed": (0, 6), "unverified": (1, 6),
        "current": (2, 6), "with_account": (1, 6), "account_none_known": (4, 6), "account_active": (1, 6),
        "account_deleted": (1, 6), "reason_left": (1, 6), "reason_post_renamed": (1, 6), "reason_died": (0, 6),
        "missing_entries": (1, None), "findings": (6, None), "reason_account_gone": (1, 6),
    }  # fmt: skip
    assert {name: (figures[name]["value"], figures[name]["of"]) for name in expected} == expected
    assert figures["with_account"]["share"] == 0.1667
    assert figures["entries"]["share"] is None
    assert figures["out_of_date"]["note"] == "2 of 6 entries are out of date."


def test_an_account_that_is_gone_is_a_finding_and_changes_nothing_else_of_its_entry() -> None:
    made = synthetic.tables()
    entry = made["roster"].row(by_predicate=pl.col("person_id") == "bo-o-fenn", named=True)
    finding = made["findings"].row(by_predicate=pl.col("reason") == "account_gone", named=True)
    assert entry["reasons"] == "account_gone" and finding["entry_id"] == entry["entry_id"]
    assert finding["explanation"].startswith("The account bofenn on X, given for Bo O’Fenn, was no longer there")
    before = synthetic.assessment().entries.row(by_predicate=pl.col("person_id") == "bo-o-fenn", named=True)
    untouched = ("verdict", "holder", "since_latest", "days_out_of_date", "confidence", "explanation", "evidence")
    assert {name: entry[name] for name in untouched} == {name: before[name] for name in untouched}
    hidden = synthetic.Roster()
    object.__setattr__(hidden, "platforms", {"x": Platform(publish_ids=False)})
    told = package.tables(
        hidden, synthetic.assessment(), synthetic.accounts(), synthetic.activity(), synthetic.sources(), synthetic.AS_OF
    )
    assert "account_gone" not in told["findings"]["reason"].to_list(), "an account that may not be published"


def test_shares_are_of_the_accounts_that_may_be_published() -> None:
    made = synthetic.tables()
    rows = made["shares"].drop("since").rows()
    assert rows == [
        ("2031-06-20", None, 6, 1, 1, 0, 1, 0), ("2031-06-20--harbour-board", "harbour-board", 6, 1, 1, 0, 1, 0),
    ]  # fmt: skip
    readme = descriptor.readme(
        synthetic.Roster(), made | {"changes": pl.DataFrame()}, schemas.load(), version="1.0.0", as_of=synthetic.AS_OF
    )
    assert "with_account" in readme and "__" not in readme


def test_an_empty_list_divides_by_nothing() -> None:
    made = synthetic.assessment()
    empty = synthetic.Assessment(
        made.entries.clear(), made.findings.clear(), made.people, made.organisations, made.posts, made.appointments
    )
    tables = package.tables(
        synthetic.Roster(), empty, synthetic.accounts(), synthetic.activity(), synthetic.sources(), synthetic.AS_OF
    )
    assert tables["headlines"]["share"].null_count() == tables["headlines"].height


def lags(listings: pl.DataFrame | None) -> dict[str, tuple[int, str]]:
    made = package.tables(
        synthetic.Roster(), synthetic.assessment(), synthetic.accounts(), synthetic.activity(), synthetic.sources(),
        synthetic.AS_OF, listings,
    )["headlines"].filter(pl.col("measure").str.starts_with("list_lag"))  # fmt: skip
    assert made["of"].null_count() == made["share"].null_count() == made.height
    return {measure: (value, note) for measure, value, note in made.select("measure", "value", "note").iter_rows()}


def test_the_lag_of_the_list_is_a_headline_over_all_and_by_organisation() -> None:
    assert lags(synthetic.listings()) == {
        "list_lag_median_days": (
            0,
            "The list stays wrong about an entry for a median of 0 days at the least and 58 at the most: it was wrong "
            "about 3 entries, 1 of them put right since.",
        ),
        "list_lag_median_days__harbour_board": (
            13,  # of 27 and 0, rounded down: it is at the least
            "The list stays wrong about an entry of Harbour Board for a median of 13 days at the least and 58 at the "
            "most: it was wrong about 2 entries, 0 of them put right since.",
        ),
        "list_lag_median_days__old_quay_trust": (
            0,
            "The list stays wrong about an entry of Old Quay Trust for a median of 0 days at the least and 58 at the "
            "most: it was wrong about 1 entry, 1 of them put right since.",
        ),
    }
    no_first_day = synthetic.listings().with_columns(days_wrong_maximum=None)
    assert "13 days at the least: it was" in lags(no_first_day)["list_lag_median_days__harbour_board"][1]


def test_a_list_that_was_never_wrong_has_no_lag_rather_than_one_of_no_days() -> None:
    assert lags(synthetic.listings().with_columns(days_wrong_minimum=None)) == {}
    assert lags(None) == {}


def test_tables_are_sorted_by_key_whatever_came() -> None:
    made = synthetic.assessment()
    turned = synthetic.Assessment(
        *(frame.reverse() for frame in (made.entries, made.findings, made.people, made.organisations, made.posts)),
        made.appointments,
    )
    tables = package.tables(
        synthetic.Roster(), turned, synthetic.accounts().reverse(), synthetic.activity(),
        synthetic.sources().reverse(), synthetic.AS_OF, synthetic.listings().reverse(),
        [frame.reverse() for frame in reversed(synthetic.claims())],
    )  # fmt: skip
    for name, frame in synthetic.tables().items():
        assert tables[name].equals(frame), name


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [
        ("since_latest", "2031-02-30", "2031-02-30"),
        ("since_latest", "soon", "soon"),
        ("days_out_of_date", "ten", "ten"),
    ],
)
def test_a_cell_that_its_field_cannot_hold_is_named(column: str, value: str, named: str) -> None:
    made = synthetic.assessment()
    entries = made.entries.with_columns(pl.lit(value).alias(column))
    wrong = synthetic.Assessment(entries, made.findings, made.people, made.organisations, made.posts, made.appointments)
    with pytest.raises(SchemaError) as caught:
        package.tables(
            synthetic.Roster(), wrong, synthetic.accounts(), synthetic.activity(), synthetic.sources(), synthetic.AS_OF
        )
    assert "table roster" in caught.value.where and column in caught.value.where and named in caught.value.what


def test_a_required_column_must_come() -> None:
    schema = schemas.load()["people"]
    with pytest.raises(SchemaError, match="'name'"):
        tablefiles.conform(pl.DataFrame({"person_id": ["a"]}), schema)


@pytest.mark.parametrize("as_of", ["2031", "2031-02-30", "", "today"])
def test_as_of_is_a_whole_day(as_of: str) -> None:
    with pytest.raises(InputError):
        synthetic.tables(as_of)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("OGL-UK-3.0", {"name", "path", "title"}),
        ("Some-Licence-1.0", {"name"}),
        ("All rights, some day", {"name", "title"}),
        ("", {"name", "title"}),
    ],
)
def test_any_licence_is_one_that_the_profile_accepts(given: str, expected: set[str]) -> None:
    terms = descriptor.licence(given)
    assert set(terms) == expected
    profile = json.loads((TESTS / "fixtures/datapackage/datapackage-2.0.json").read_text())
    whole = {"licenses": [terms], "resources": [{"name": "a", "path": "a.csv"}]}
    assert list(jsonschema.Draft7Validator(profile).iter_errors(whole)) == []


def test_the_citation_is_yaml_with_exact_words() -> None:
    roster = synthetic.Roster(title='A "quoted": title', description="two\nlines", licence="words", attribution="")
    cited: dict[str, Any] = yaml.safe_load(descriptor.citation(roster, version="1.2.3", as_of="2031-06-28"))
    assert (cited["title"], cited["abstract"]) == (roster.title, roster.description)
    assert (cited["version"], cited["date-released"], cited["cff-version"]) == ("1.2.3", "2031-06-28", "1.2.0")
    assert "license" not in cited
    assert [author["name"] for author in cited["authors"]] == ["incumbent"]


def test_the_same_bytes_in_any_time_zone_locale_and_hash_seed(tmp_path: Path) -> None:
    digests = set()
    places = [("UTC", "C", "0"), ("Pacific/Kiritimati", "de_DE.UTF-8", "4242")]
    for index, (zone, locale, seed) in enumerate(places):
        target = tmp_path / str(index)
        code = f"import pathlib; from tests import synthetic_package as s; s.write(pathlib.Path({str(target)!r}))"
        environment = {**os.environ, "TZ": zone, "LC_ALL": locale, "LANG": locale, "PYTHONHASHSEED": seed,
                       "PYTHONPATH": str(TESTS.parent)}  # fmt: skip
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
        digests.add(manifest.digest(target / manifest.NAME))
    assert digests == {manifest.digest(synthetic.write(tmp_path / "here") / manifest.NAME)}
