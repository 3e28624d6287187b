"""`incumbent history ROSTER ENTRY`: an entry over time, from what is published."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from incumbent import package, publish
from incumbent.entry_history import VERSIONS, EntryHistory, entry_history
from incumbent.errors import InputError
from tests import synthetic_package as synthetic
from tests.test_cli import run

__all__ = ["run"]
SLUG = synthetic.Roster().slug


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three versions; Bo is bo-fenn in the first, and off the list in the second."""
    folder = tmp_path_factory.mktemp("published")
    for as_of, days in ((synthetic.AS_OF, 27), ("2031-08-31", 60), (synthetic.LATER, 120)):
        made = synthetic.tables(as_of, days=days)
        bo = pl.col("entry_id") == "bo-o-fenn"
        if as_of == synthetic.AS_OF:
            made["roster"] = made["roster"].with_columns(
                pl.when(bo).then(pl.lit("bo-fenn")).otherwise("entry_id").alias("entry_id")
            )
        elif as_of != synthetic.LATER:
            made["roster"] = made["roster"].filter(~bo)
        publish.publish(package.Draft(made, synthetic.Roster(), as_of), folder, SLUG)
    return folder


def test_an_entry_has_a_verdict_in_each_version_also_under_its_earlier_id(published: Path) -> None:
    ada, bo = (entry_history(published, SLUG, name) for name in ("ada-quill", "bo-o-fenn"))
    assert ada.versions["verdict"].to_list() == ["out_of_date"] * 3
    assert ada.versions["reasons"].to_list() == ["moved"] * 3
    assert dict(bo.versions.schema) == VERSIONS
    assert bo.versions.select("as_of", "entry_id", "verdict").rows() == [
        (synthetic.AS_OF, "bo-fenn", "current"),
        ("2031-08-31", None, None),
        (synthetic.LATER, "bo-o-fenn", "current"),
    ]


@pytest.mark.parametrize("name", ["bo-o-fenn", "bo-fenn", "bob-fenn", "o'fenn", "Bo"])
def test_an_entry_is_found_by_its_ids_and_by_its_name(published: Path, name: str) -> None:
    assert entry_history(published, SLUG, name).listing["entry_id"] == "bo-o-fenn"


def test_an_entry_that_is_gone_is_found_too(published: Path) -> None:
    found = entry_history(published, SLUG, "rask")
    assert found.versions["verdict"].null_count() == 3
    assert found.listing["gone_by"] == "2031-06-28"


@pytest.mark.parametrize(("slug", "name", "said"), [("none", "x", "nothing is published"), (SLUG, "zed", "no entry")])
def test_what_is_not_there_is_told(published: Path, slug: str, name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        entry_history(published, slug, name)


def test_a_version_from_before_the_table_says_so(published: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(published, tmp_path / "published"))
    live = publish.current(copy / SLUG)
    assert live is not None
    (live.path / "listings.parquet").unlink()
    with pytest.raises(InputError, match="has no table of listings"):
        entry_history(copy, SLUG, "bo-fenn")


def listing(**cells: Any) -> dict[str, Any]:
    names = (
        "gone_by", "put_right", "reasons", "explanation", "wrong_since_earliest", "wrong_since_latest",
        "days_wrong_minimum", "days_wrong_maximum",
    )  # fmt: skip
    return {**dict.fromkeys(names), "first_seen": "2012-01-10", "last_seen": "2012-02-10", **cells}


LEFT = {"reasons": "left", "explanation": "Jane Roe left."}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({}, ["On the list: first seen 2012-01-10, last seen 2012-02-10, still listed.",
              "It is not known to have been wrong while the list had it."]),
        ({**LEFT, "wrong_since_earliest": "2012-01-20", "wrong_since_latest": "2012-01-20", "days_wrong_minimum": 21,
          "days_wrong_maximum": 50, "gone_by": "2012-03-10", "put_right": "2012-03-10"},
         ["On the list: first seen 2012-01-10, last seen 2012-02-10, gone by 2012-03-10.",
          "Wrong since 2012-01-20: Jane Roe left.",
          "The list stayed wrong for between 21 and 50 days; put right by 2012-03-10."]),
        ({**LEFT, "wrong_since_earliest": "2012-01-01", "wrong_since_latest": "2012-01-31", "days_wrong_minimum": 10,
          "days_wrong_maximum": 10},
         ["Wrong since a day between 2012-01-01 and 2012-01-31: Jane Roe left.",
          "The list stayed wrong for 10 days; still wrong."]),
        ({**LEFT, "wrong_since_latest": "2012-01-31", "days_wrong_minimum": 10},
         ["Wrong by 2012-01-31: Jane Roe left.", "The list stayed wrong for at least 10 days; still wrong."]),
        (LEFT, ["Wrong since a day that nobody tells: Jane Roe left.",
                "The list stayed wrong for as long as nobody tells; still wrong."]),
    ],
)  # fmt: skip
def test_the_sentences_say_what_is_known_and_no_more(cells: dict[str, Any], said: list[str]) -> None:
    told = EntryHistory(listing(**cells), pl.DataFrame(schema=VERSIONS), "1.0.0").sentences()
    assert told[-len(said) :] == said


def test_the_command_prints_it(run: Any, published: Path) -> None:
    status, out, _ = run("history", SLUG, "bo-fenn", "--published", published)
    assert status == 0
    assert out.startswith("Bo O’Fenn, Clerk, Harbour Board\nentry bo-o-fenn, as version ")
    assert "earlier bo-fenn, bob-fenn\nOn the list: first seen 2031-01-31, last seen 2031-06-28, still listed.\n" in out
    assert "not listed" in out and "2031-08-31" in out
    status, out, _ = run("history", SLUG, "ada", "--published", published)
    assert "Wrong since a day between 2031-05-01 and 2031-06-01: =Moved, says the Gazette.\n" in out
    assert "earlier " not in out
    answer = json.loads(run("history", SLUG, "ada", "--published", published, "--json")[1])
    assert answer["entry"]["days_wrong_minimum"] == 27
    assert [version["verdict"] for version in answer["versions"]] == ["out_of_date"] * 3
    status, _, err = run("history", SLUG, "nobody at all", "--published", published)
    assert status == 2 and "nobody at all" in err
