"""The last gate: what may be published of a platform, whatever the tables hold."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from incumbent import package
from incumbent.activity import ACCOUNTS, ACTIVITY
from incumbent.platforms.policy import METRICS, enforced, may_publish_ids, may_publish_metrics
from incumbent.roster import Platform
from tests import synthetic_package as synthetic

PLANTED = 987_654


def accounts(*rows: dict[str, Any]) -> pl.DataFrame:
    usual = {"account_id": "x:1", "person_id": "ada-quill", "platform": "x", "handle": "ada", "state": "active",
             "posts": PLANTED, "last_post": "2031-06-01", "source_id": "post", "figures_from": "platform"}  # fmt: skip
    return pl.DataFrame([usual | row for row in rows], schema=ACCOUNTS)


def activity(*rows: dict[str, Any]) -> pl.DataFrame:
    usual: dict[str, Any] = dict.fromkeys(("posts", "posts_30d", "posts_90d", "posts_365d", "followers"), PLANTED)
    usual |= {"account_id": "x:1", "observed_at": "2031-06-20", "state": "active", "last_post": "2031-06-01",
              "median_gap_days": 1.25, "source_id": "post", "figures_from": "platform"}  # fmt: skip
    return pl.DataFrame([usual | row for row in rows], schema=ACTIVITY)


def nothing_counted(table: pl.DataFrame) -> bool:
    return all(table[name].null_count() == table.height for name in METRICS if name in table.columns)


@pytest.mark.parametrize(
    ("platform", "said", "ids", "metrics"),
    [
        ("x", None, True, False),
        ("bluesky", None, True, True),
        ("mastodon", None, True, True),
        ("linkedin", None, True, False),
        ("x", {"publish_metrics": True, "legal_basis": "A research agreement of 2031"}, True, True),
        ("x", {"publish_ids": False}, False, False),
        ("bluesky", {"publish_metrics": False}, True, False),
        ("bluesky", {"publish_ids": False, "publish_metrics": True, "legal_basis": "Terms"}, False, False),
    ],
)
def test_what_each_platform_lets_be_published(
    platform: str, said: dict[str, Any] | None, ids: bool, metrics: bool
) -> None:
    platforms = {} if said is None else {platform: Platform(**said)}
    assert (may_publish_ids(platform, platforms), may_publish_metrics(platform, platforms)) == (ids, metrics)


def test_x_needs_a_legal_basis_even_where_the_configuration_got_past_its_own_check() -> None:
    unchecked = SimpleNamespace(publish_ids=True, publish_metrics=True, legal_basis=None)
    assert not may_publish_metrics("x", {"x": unchecked})


@pytest.mark.parametrize("provenance", ["platform", None, "nobody knows"])
def test_planted_metrics_of_x_are_gone_and_so_is_the_state_that_they_gave(provenance: str | None) -> None:
    kept, history = enforced(
        accounts({"figures_from": provenance}),
        activity({"figures_from": provenance}, {"observed_at": "2031-06-21"}),
        {},
    )
    assert nothing_counted(kept)
    assert nothing_counted(history)
    assert kept["state"].to_list() == ["unknown"]
    assert set(history["state"]) == {"unknown"}
    assert (kept["account_id"][0], kept["handle"][0]) == ("x:1", "ada"), "ids stay"


def test_what_a_publication_printed_stays_but_not_under_a_platforms_own_source() -> None:
    printed = {"figures_from": "publication"}
    kept, history = enforced(accounts(printed), activity(printed), {}, ["the-api"])
    assert (kept["posts"][0], kept["state"][0], history["followers"][0]) == (PLANTED, "active", PLANTED)
    _, history = enforced(accounts(printed), activity(printed | {"source_id": "the-api"}), {}, ["the-api"])
    assert nothing_counted(history)


@pytest.mark.parametrize(
    "hidden", [{"state": "protected"}, {"state": "suspended"}, {"state": "deleted"}, {"state": "identity_changed"},
               {"opted_out": True}],
)  # fmt: skip
def test_who_has_withdrawn_is_not_counted_on_any_platform(hidden: dict[str, Any]) -> None:
    kept, history = enforced(accounts({"platform": "bluesky"} | hidden), activity({}), {})
    assert nothing_counted(kept)
    assert nothing_counted(history)
    assert kept["state"][0] == hidden.get("state", "unknown")


def test_an_open_platform_is_published_and_a_hidden_one_left_out() -> None:
    both = accounts({"platform": "bluesky"}, {"account_id": "x:2"})
    history = activity({}, {"account_id": "x:2"})
    kept, shown = enforced(both, history, {"x": Platform(publish_ids=False)})
    assert kept["account_id"].to_list() == shown["account_id"].to_list() == ["x:1"]
    assert (kept["posts"][0], shown["followers"][0], kept["state"][0]) == (PLANTED, PLANTED, "active")


def test_an_account_of_no_platform_is_as_private_as_can_be() -> None:
    kept, history = enforced(accounts({"platform": None}), activity({}, {"account_id": "of-no-account"}), {})
    assert nothing_counted(kept)
    assert history["account_id"].to_list() == ["x:1"]


def test_no_planted_metric_is_in_any_file_of_a_version(tmp_path: Path) -> None:
    tables = package.tables(
        synthetic.Roster(), synthetic.assessment(), accounts({}), activity({}), synthetic.sources(), synthetic.AS_OF
    )
    assert nothing_counted(tables["accounts"])
    assert tables["headlines"].filter(measure="accounts_active")["value"].item() == 0
    # Planted again behind the first gate: the draft has its own.
    schema = tables["activity"].schema
    tables["accounts"] = tables["accounts"].with_columns(
        pl.lit(PLANTED).alias("posts"), figures_from=pl.lit("platform")
    )
    tables["activity"] = activity({}).select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    folder = tmp_path / "v1"
    package.write(tables, synthetic.Roster(), "1.0.0", synthetic.AS_OF, folder)
    for name in ("accounts", "activity"):
        assert nothing_counted(pl.read_parquet(folder / f"{name}.parquet"))
    written = [path for path in folder.rglob("*") if path.suffix in (".csv", ".json", ".md")]
    assert len(written) > 20
    for path in written:
        assert str(PLANTED) not in path.read_text(encoding="utf-8"), path
