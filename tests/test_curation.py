"""Decisions made by hand: each justified, each with an end."""

from __future__ import annotations

from pathlib import Path

import pytest

from incumbent import curation, roster
from incumbent.errors import RosterError

POSTS = "listed_post,listed_organisation,post,organisation,seats,reason,source,expires\n"
ACCOUNTS = "platform,handle,platform_id,decision,reason,source,expires\n"
IDENTITIES = "person,organisation,other_person,other_organisation,decision,reason,source,expires\n"


def test_decisions_load_with_null_for_empty(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text(POSTS + ",Works,Permanent Secretary,Works,one,why,where,2014-12-31\n")
    loaded = curation.load(tmp_path)
    assert loaded.posts.row(0, named=True)["listed_post"] is None
    assert loaded.posts.columns == POSTS.strip().split(",")
    assert loaded.identities.is_empty() and loaded.identities.columns == IDENTITIES.strip().split(",")
    assert loaded.organisations.is_empty() and loaded.evidence.is_empty() and loaded.accounts.is_empty()
    (tmp_path / "accounts.csv").write_text(ACCOUNTS + "x,@ann,,reject,a parody,where,2014-12-31\n")
    decided = curation.load(tmp_path).accounts.row(0, named=True)
    assert (decided["handle"], decided["platform_id"], decided["decision"]) == ("@ann", None, "reject")


def test_an_expired_decision_no_longer_counts_and_is_named(tmp_path: Path) -> None:
    rows = "A,,B,,same,old,x,2012-06-27\nC,,D,,different,new,x,2012-06-28\n"
    (tmp_path / "identities.csv").write_text(IDENTITIES + rows)
    loaded = curation.load(tmp_path)
    assert loaded.valid_on("2012-06-28").identities["person"].to_list() == ["C"]
    assert loaded.expired("2012-06-28").rows() == [("identities.csv", "line 2", "old", "2012-06-27")]


def test_the_digest_follows_the_files(tmp_path: Path) -> None:
    before = curation.load(tmp_path).sha256
    (tmp_path / "posts.csv").write_text(POSTS)
    after = curation.load(tmp_path).sha256
    (tmp_path / "posts.csv").write_text(POSTS + "a,,b,,,c,d,2014-12-31\n")
    assert len({before, after, curation.load(tmp_path).sha256}) == 3


@pytest.mark.parametrize(
    ("name", "text", "line", "said"),
    [
        ("posts.csv", "post,organisation\na,b\n", 1, "other columns"),
        ("posts.csv", POSTS + "a,,b,,one,,x,2014-12-31\n", 2, "reason is empty"),
        ("posts.csv", POSTS + "a,,b,,one,why,,2014-12-31\n", 2, "source is empty"),
        ("posts.csv", POSTS + "a,,b,,one,why,x,\n", 2, "expires is empty"),
        ("posts.csv", POSTS + "a,,b,,one,why,x,2014\n", 2, "expires is not a day"),
        ("posts.csv", POSTS + "a,,b,,one,why,x,2014-12-31\na,,b,,few,why,x,2014-12-31\n", 3, "seats"),
        ("posts.csv", POSTS + ",,b,,one,why,x,2014-12-31\n", 2, "no listed post"),
        ("identities.csv", IDENTITIES + "A,,B,,maybe,why,x,2014-12-31\n", 2, "decision"),
        ("identities.csv", IDENTITIES + "A,,,,same,why,x,2014-12-31\n", 2, "other_person is empty"),
        ("identities.csv", IDENTITIES + "A,B\n", None, "more or fewer cells"),
        ("accounts.csv", ACCOUNTS + "x,ann,,maybe,why,x,2014-12-31\n", 2, "decision"),
        ("accounts.csv", ACCOUNTS + "x,,did:plc:a,accept,why,x,2014-12-31\n", 2, "handle is empty"),
        ("identities.csv", "", None, "no header"),
        ("people.csv", "a\n", None, "knows no file people.csv"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(tmp_path: Path, name: str, text: str, line: int | None, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(RosterError, match=said) as caught:
        curation.load(tmp_path)
    assert name in caught.value.where
    if line is not None:
        assert caught.value.where.endswith(f":{line}")


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RosterError, match="not UTF-8"):
        curation.load(tmp_path)


def test_the_bundled_decisions_load_and_hold_for_each_release() -> None:
    for slug in roster.list_rosters():
        loaded = roster.load(slug)
        decisions = curation.load(loaded.folder / "curation")
        for day in loaded.releases:
            assert decisions.expired(day).is_empty()
