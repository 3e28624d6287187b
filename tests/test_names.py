"""Names: the table of pairs with its reasons, the kinds of cells, and what each column holds."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from incumbent.names import PARSED, blocking_keys, compare_names, parse_names, person_slug

HERE = Path(__file__).parent


def read(file: str) -> list[dict[str, str]]:
    return pl.read_csv(HERE / file, infer_schema=False).with_columns(pl.all().fill_null("")).to_dicts()


def relation(left: str, right: str) -> str:
    return str(compare_names(pl.DataFrame({"left": [left], "right": [right]}))["relation"][0])


def parsed(name: str) -> dict[str, object]:
    return parse_names(pl.Series([name])).to_dicts()[0]


PAIRS = read("names_pairs.csv")


def test_the_table_of_pairs_is_a_real_one() -> None:
    assert len(PAIRS) >= 250
    assert {pair["relation"] for pair in PAIRS} == {"same", "compatible", "near", "different"}
    assert all(pair["reason"] for pair in PAIRS)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['left']} | {pair['right']}")
def test_pair(pair: dict[str, str]) -> None:
    both_ways = pl.DataFrame({"left": [pair["left"], pair["right"]], "right": [pair["right"], pair["left"]]})
    compared = compare_names(both_ways)
    assert compared["relation"].to_list() == [pair["relation"]] * 2, pair["reason"]
    assert compared["score"].n_unique() == 1
    assert (compared["score"] > 0).all() == (pair["relation"] != "different")
    assert all(compared["reason"])
    if pair["relation"] != "different":
        keys = blocking_keys(pl.Series([pair["left"], pair["right"]]))
        assert keys.group_by("key").agg(pl.col("name").n_unique())["name"].max() == len({pair["left"], pair["right"]})


@pytest.mark.parametrize("row", read("names_kinds.csv"), ids=lambda row: row["name"] or "nothing")
def test_kind_and_display(row: dict[str, str]) -> None:
    assert {key: parsed(row["name"])[key] for key in ("kind", "display")} == {
        key: row[key] for key in ("kind", "display")
    }


def test_columns() -> None:
    table = parse_names(
        pl.Series(["Sir Jon Q. O'Brien-Day KCB", None, "Sir Jon Q. O'Brien-Day KCB", 'Al "Bo" Dean Jr'])
    )
    assert dict(table.schema) == PARSED
    dean, oday = table.to_dicts()
    assert (dean["nicknames"], dean["suffix"]) == (["bo"], "jr")
    assert (oday["given"], oday["surname"]) == (["jon", "q"], "obrien day")
    assert (oday["honorifics"], oday["postnominals"], oday["suffix"]) == (["sir"], ["kcb"], None)


def test_orders_say_why() -> None:
    assert parsed("Homer Linda")["orders"] == [{"given": ["homer"], "surname": "linda", "why": "written"}]
    assert parsed("Linda Homer")["orders"] == [{"given": ["homer"], "surname": "linda", "why": "swapped"}]
    assert {order["why"] for order in parsed("Debbie Wasserman Müller")["orders"]} == {"swapped", "double", "umlaut"}
    assert parsed("Linda, Homer")["orders"] == []


def test_compare_keeps_rows_other_columns_and_nulls() -> None:
    pairs = pl.DataFrame(
        {
            "left": ["Jon Day", None, "Jon Day", "A Fox"],
            "row": [3, 1, 2, 0],
            "right": ["Jonathan Day", "Jon Day", "Jon Day", None],
        }
    )
    compared = compare_names(pairs)
    assert compared.columns == ["left", "row", "right", "relation", "score", "reason"]
    assert compared["row"].to_list() == [3, 1, 2, 0]
    assert compared["relation"].to_list() == ["same", "different", "same", "different"]
    assert compared["reason"][0] == "jon is short for jonathan"


def test_empty_tables_keep_their_shape() -> None:
    nothing = pl.Series([], dtype=pl.String)
    assert dict(parse_names(nothing).schema) == PARSED
    assert blocking_keys(nothing).schema == {"name": pl.String, "key": pl.String}
    compared = compare_names(pl.DataFrame({"left": nothing, "right": nothing}))
    assert compared.schema["score"] == pl.Float64
    assert compared.is_empty()


@pytest.mark.parametrize("cell", ["Vacant", "N/D", "", "XX", "-"])
def test_no_key_for_no_name(cell: str) -> None:
    assert blocking_keys(pl.Series([cell])).is_empty()


def test_keys_are_sparse() -> None:
    keys = blocking_keys(pl.Series(["Robert P. Casey"]))["key"].to_list()
    assert "casey|r" in keys
    assert len(keys) <= 12
    assert not set(keys) & set(blocking_keys(pl.Series(["Robert P. Jones", "Jane Casey"]))["key"])


@pytest.mark.parametrize(
    ("display", "slug"),
    [
        ("Jon Cunliffe", "jon-cunliffe"),
        ("Una O’Brien", "una-obrien"),
        ("Raúl Sánchez", "raul-sanchez"),
        ("Иван Иванов", "ivan-ivanov"),
        ("Robert P. Casey Jr", "robert-p-casey-jr"),
        ("Rowena Collins-Rice", "rowena-collins-rice"),
    ],
)
def test_slug(display: str, slug: str) -> None:
    assert person_slug(display) == slug


def test_slug_of_nothing_readable_and_of_too_much() -> None:
    assert person_slug("!!!").startswith("person-")
    assert person_slug("!!!") != person_slug("???")
    assert len(person_slug("word " * 100)) <= 80
    assert not person_slug("word " * 100).endswith("-")


def test_numbers_in_names_part_them_and_stay_apart_in_the_keys() -> None:
    relation = compare_names(
        pl.DataFrame(
            {
                "left": ["Ann Archer 1956", "Ann Archer 1956", "Ann Archer 1956", "4nn Archer", "Ann Archer 1117"],
                "right": ["Ann Archer 1960", "Archer, Ann 1956", "Ann Archer", "4nn 5 Archer", "Ann Archer 1118"],
            }
        )
    )["relation"].to_list()
    assert relation[0] == relation[3] == relation[4] == "different"
    assert "different" not in relation[1:3]
    names = pl.Series(["Ann Archer", *(f"Ann Archer {number}" for number in range(1000))])
    keys = blocking_keys(names)
    met = keys.join(keys, on="key").select("name", "name_right").unique()
    assert len(met) < 10 * len(names), "a thousand numbered names would be half a million pairs"
    assert set(met.filter(name="Ann Archer")["name_right"]) == set(names)
