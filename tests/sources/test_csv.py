from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incumbent import sources
from incumbent.errors import SourceError
from tests.sources.pages import CONTEXT, snapshot

COLUMNS = {
    "name": "person", "post": "post", "body": "organisation", "what": "event", "from": "start", "until": "end",
    "acting": "acting", "said": "stated_at", "by": "publisher", "primary": "primary", "why": "status_note",
}  # fmt: skip
HEADER = "name,post,body,what,from,until,acting,said,by,primary,why\n"
SETTINGS: dict[str, object] = {"columns": COLUMNS}


def parse(text: str | bytes, settings: dict[str, object] = SETTINGS):  # type: ignore[no-untyped-def]
    return sources.get("csv").parse(snapshot(text, "text/csv"), settings, CONTEXT)


def test_each_row_carries_its_own_dates_publisher_and_weight() -> None:
    text = HEADER + (
        '"Roe, Jane",Director,Works,starts,2012-06,,yes,2012-06-13,The Paper,true,\n'
        ",,,,,,,,,,\n"
        "Bob,Director,Works,ends,,2012-06-30,,,,,retired\n"
    )
    jane, bob = sorted(parse(text).claims.to_dicts(), key=lambda row: row["locator"])
    assert (jane["person"], jane["event"], jane["start"], jane["acting"], jane["primary"]) == (
        "Roe, Jane", "starts", "2012-06", True, True,
    )  # fmt: skip
    assert (jane["publisher"], jane["stated_at"], jane["as_at"], jane["locator"]) == (
        "The Paper", "2012-06-13", None, "line 2",
    )  # fmt: skip
    assert (bob["publisher"], bob["stated_at"], bob["primary"], bob["status_note"], bob["locator"]) == (
        "Ministry of Works", "2012-06-28", False, "retired", "line 4",
    )  # fmt: skip


def test_a_claim_and_an_account_can_come_from_one_row() -> None:
    settings = {
        "columns": {"name": "person", "post": "post", "tweets": "posts", "handle": "handle", "state": "state"},
        "constants": {"platform": "x"},
        "yields": ["claims", "accounts"],
    }
    parsed = parse("name,post,handle,state,tweets\nAnn,Chair,@ann,never_posted,0\nBob,Clerk,,,\n", settings)
    assert parsed.claims.height == 2
    [row] = parsed.account_claims.to_dicts()
    assert (row["person"], row["handle"], row["state"], row["posts"]) == ("Ann", "ann", "never_posted", 0)


@pytest.mark.parametrize(
    ("row", "said", "value"),
    [
        ("Ann,,,holds,,,,,,,", "neither post nor organisation", "Ann"),
        (",Chair,Works,ends,,,,,,,", "names no person", "ends"),
        ("Ann,Chair,Works,left,,,,,,,", "unknown event", "left"),
        ("Ann,Chair,Works,ends,,2012-6-1,,,,,", "not a date", "2012-6-1"),
        ("Ann,Chair,Works,ends,,2012-02-30,,,,,", "not a date", "2012-02-30"),
        ("Ann,Chair,Works,holds,,,perhaps,,,,", "neither true nor false", "perhaps"),
        ("Ann,Chair,Works,holds,,,,,,maybe,", "neither true nor false", "maybe"),
        ("Ann,Chair", "more or fewer cells", "2 cells"),
        ("Ann,Chair,Works,holds,,,,,,,,", "more or fewer cells", "12 cells"),
        ('"Ann"x,Chair,Works,holds,,,,,,,', "not CSV", ""),
    ],
)
def test_what_a_row_cannot_say_is_raised_with_its_line(row: str, said: str, value: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        parse(HEADER + "Bob,Clerk,Works,holds,,,,,,,\n" + row + "\n")
    assert (caught.value.source, caught.value.locator) == ("page", "line 3")
    assert caught.value.value == value


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Ann,x,ann,lively,,", "unknown state"),
        ("Ann,x,ann,,,", "unknown state"),
        ("Ann,,ann,active,,", "names no platform"),
        (",x,ann,active,,", "names no person"),
        ("Ann,x,,active,,", "without a handle"),
        ("Ann,x,ann,active,-1,", "number of posts"),
        ("Ann,x,ann,active,,theirs", "unknown kind"),
    ],
)
def test_what_an_account_cannot_be_is_raised(row: str, said: str) -> None:
    names = ["person", "platform", "handle", "state", "posts", "kind"]
    settings: dict[str, object] = {"columns": {name: name for name in names}, "yields": ["accounts"]}
    with pytest.raises(SourceError, match=said):
        parse(",".join(names) + "\n" + row + "\n", settings)


def test_nobody_may_be_named_where_a_post_alone_is_meant() -> None:
    parsed = parse(HEADER + ",Chair,Works,vacant,,,,,,,\n,Chair,Works,abolished,,2012,,,,,\n")
    assert sorted(parsed.claims["event"]) == ["abolished", "vacant"]


def test_other_separators_unnamed_columns_and_line_breaks_in_cells() -> None:
    settings = {"delimiter": ";", "columns": {"name": "person", "post": "post"}, "ignore": ["(column 3)"]}
    parsed = parse('\nname;post;\n"Ann\nPoe";Chair;x\nBob;Clerk;y\n', settings)
    assert sorted(zip(parsed.claims["locator"], parsed.claims["post"], strict=True)) == [
        ("line 3", "Chair"), ("line 5", "Clerk"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "\n\n", ",,\n"])
def test_a_file_without_a_header_is_raised(text: str) -> None:
    with pytest.raises(SourceError, match="no header"):
        parse(text)


def test_a_cell_beyond_the_limit_of_the_format_is_raised() -> None:
    with pytest.raises(SourceError, match="not CSV"):
        parse(HEADER + "x" * 200_000 + "\n")


@given(st.binary(max_size=300))
def test_any_bytes_give_claims_or_the_typed_error(content: bytes) -> None:
    try:
        parse(HEADER.encode() + content)
    except SourceError as error:
        assert error.source == "page" and error.locator


@pytest.mark.parametrize("wrong", [{"delimiter": ",,"}, {"delimiter": "\n"}, {"constants": {"x": "y"}},
                                   {"lookups": {"posts": {"a": "b"}}}, {"columns": {"a": 1}}])  # fmt: skip
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        parse(HEADER, {**SETTINGS, **wrong})


def test_columns_without_end_cost_no_more_than_they_are_wide() -> None:
    began = time.process_time()
    with pytest.raises(SourceError, match="neither mapped nor ignored"):
        parse(",".join(f"column {number}" for number in range(20_000)))
    with pytest.raises(SourceError, match="neither mapped nor ignored"):
        parse("," * 100_000 + "column")
    assert time.process_time() - began < 30  # a few seconds; the square of their number took minutes


def test_a_column_cannot_pose_as_the_place_of_its_rows() -> None:
    with pytest.raises(SourceError, match="kept for the place"):
        parse(HEADER.replace("why", "_locator") + "Bob,Director,Works,ends,,2012-06-30,,,,,line 1\n")


def test_a_row_without_a_required_field_is_an_error_with_its_line() -> None:
    settings = {**SETTINGS, "required": ["post", "start"]}
    good = "Bob,Director,Works,starts,2012-06-30,,,,,,\n"
    assert parse(HEADER + good, settings).claims.height == 1
    for bad, field in ((good.replace("Director", " "), "post"), (good.replace("2012-06-30", ""), "start")):
        with pytest.raises(SourceError, match=f"lacks its {field}") as raised:
            parse(HEADER + good + bad, settings)
        assert raised.value.locator == "line 3"
    with pytest.raises(ValidationError, match="no column is mapped to platform"):
        parse(HEADER + good, {**SETTINGS, "required": ["platform"]})
