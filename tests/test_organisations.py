"""Organisations: the table of pairs, the laws of the comparison, and the shapes that other rooms rely on."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incumbent.organisations import (
    compare_organisations,
    organisation_block_keys,
    organisation_slug,
    parse_organisations,
)

HERE = Path(__file__).resolve().parent
RELATIONS = {"same", "renamed", "part_of", "different"}


def known_names() -> list[str]:
    with (HERE / "organisations_pairs.csv").open(encoding="utf-8", newline="") as file:
        return sorted({row[side] for row in csv.DictReader(file) for side in ("left", "right")})


WORDS = ("Ministry", "of", "Health", "Helth", "(2009-16)", "/", "UK", "Irish", "&", "Board", "9", "DfT")

anything = st.one_of(
    st.sampled_from(known_names()),
    st.text(max_size=40),
    st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join),
)


def compared(pairs: list[tuple[str | None, str | None]]) -> pl.DataFrame:
    return compare_organisations(pl.DataFrame(pairs, schema={"left": pl.String(), "right": pl.String()}, orient="row"))


def test_table_of_pairs() -> None:
    pairs = pl.read_csv(HERE / "organisations_pairs.csv", infer_schema=False)
    assert len(pairs) >= 120
    result = compare_organisations(pairs.rename({"relation": "expected"}))
    wrong = result.filter(pl.col("relation") != pl.col("expected"))
    assert wrong.rows() == []


def test_renamed_tells_the_story_and_scores_the_kind() -> None:
    result = compared([("DCLG", "DLUHC"), ("DFID", "FCDO"), ("BEIS", "DSIT")])
    assert result["score"].to_list() == [1.0, 0.9, 0.7]
    assert "2018 (renamed)" in result["reason"][0] and "2021 (renamed)" in result["reason"][0]


def test_key_and_display_of_a_known_body() -> None:
    parsed = parse_organisations(pl.Series(["Dept. for Transport", "DfT", None, "DfT"]))
    assert parsed["name"].to_list() == ["Dept. for Transport", "DfT"]
    assert set(parsed["key"]) == {"department for transport"}
    assert set(parsed["display"]) == {"Department for Transport"}


def test_display_of_an_unknown_body_is_as_given_without_years() -> None:
    parsed = parse_organisations(pl.Series(["Borsetshire  Council (2009-16)"]))
    assert parsed["display"].to_list() == ["Borsetshire Council"]


def test_pairs_keep_their_order_and_columns() -> None:
    pairs = pl.DataFrame({"n": [3, 1, 2], "left": ["DfT", None, "DfT"], "right": ["DfT", "DfT", "MOD"]})
    result = compare_organisations(pairs)
    assert result["n"].to_list() == [3, 1, 2]
    assert result["relation"].to_list() == ["same", "different", "different"]


def test_nothing_to_compare() -> None:
    assert compared([]).columns == ["left", "right", "relation", "score", "reason"]
    assert parse_organisations(pl.Series([], dtype=pl.String)).is_empty()
    assert compared([("", ""), ("  ", "\t"), (None, None)])["relation"].to_list() == ["different"] * 3
    assert compared([("???", "???")])["relation"].to_list() == ["same"]


def test_a_hostile_cell_costs_no_more_than_its_beginning() -> None:
    assert compared([("x" * 10_000_000, "DfT")])["relation"].to_list() == ["different"]


def test_slug() -> None:
    assert organisation_slug("Ministry of Defence") == "ministry-of-defence"
    assert organisation_slug("Dáil Éireann") == "dail-eireann"
    assert organisation_slug("???") == "unnamed"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(anything, anything), min_size=1, max_size=12))
def test_laws(pairs: list[tuple[str, str]]) -> None:
    there, back = compared(pairs), compared([(right, left) for left, right in pairs])
    assert set(there["relation"]) <= RELATIONS
    assert there["relation"].to_list() == back["relation"].to_list(), "symmetry"
    assert there["score"].to_list() == back["score"].to_list(), "symmetry"
    assert there["score"].is_between(0, 1).all()
    own = compared([(left, left) for left, _ in pairs])
    for name, relation in zip((left for left, _ in pairs), own["relation"], strict=True):
        assert relation == ("same" if any(not char.isspace() for char in name) else "different"), "reflexivity"


@settings(max_examples=40, deadline=None)
@given(st.lists(anything, min_size=2, max_size=10))
def test_related_organisations_share_a_block(names: list[str]) -> None:
    parsed = parse_organisations(pl.Series(names))
    blocks = organisation_block_keys(parsed)
    owned = {
        name: set(blocks.filter(pl.col("key") == key)["block"])
        for name, key in parsed.select("name", "key").iter_rows()
    }  # fmt: skip
    result = compared([(left, right) for left in names for right in names])
    for left, right, relation in result.select("left", "right", "relation").iter_rows():
        if relation != "different" and left != right:
            assert owned[left] & owned[right], (left, right, relation)


@settings(max_examples=20, deadline=None)
@given(st.lists(anything, min_size=1, max_size=8))
def test_a_name_means_the_same_whatever_stands_beside_it(names: list[str]) -> None:
    together = parse_organisations(pl.Series(names))
    alone = pl.concat([parse_organisations(pl.Series([name])) for name in sorted(set(names))])
    assert together.sort("name").rows() == alone.sort("name").rows()


def test_import_reads_no_data() -> None:
    code = "import incumbent.titles, incumbent.organisations.registry as r; print(r.registry.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


@pytest.mark.parametrize(
    "table", ["bodies", "successions", "parts", "countries", "words", "not_in_titles", "place_words"]
)
def test_data_is_well_formed(table: str) -> None:
    path = HERE.parent / "src" / "incumbent" / "data" / "organisations" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert all(len(row) == len(header) for row in rows)
    assert len({tuple(row[:2]) for row in rows}) == len(rows), "a row is there twice"
