"""The charts of a release: that they say what the tables say, and the same on any machine."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from incumbent import charts
from incumbent.charts import accounts, dates, days_wrong, ink, reasons, words
from incumbent.charts.drawing import draw
from tests.charts import svg, tables
from tests.readers import hostile_strings


@pytest.fixture(scope="module")
def drawn() -> dict[str, charts.Picture]:
    return {picture.id: picture for picture in charts.pictures(tables.published(), "The Harbour Board")}


def test_every_chart_is_drawn_in_light_in_dark_and_as_png(drawn: dict[str, charts.Picture]) -> None:
    assert list(drawn) == ["reasons", "accounts-over-time", "days-wrong"]
    for picture in drawn.values():
        light, dark = svg.read(picture.svg), svg.read(picture.svg_dark)
        assert light.texts == dark.texts
        assert (light.title, light.description) == (picture.title, picture.description)
        assert "Data: The Harbour Board, as of 28 June 2031" in light.texts
        assert " ".join(light.texts).count(picture.title) == 1
        width, height = svg.size(picture.png)
        assert (width, height) == (960, 2 * int(light.root.get("height", "0")))
        assert ink.LIGHT.paper.encode() in picture.svg and ink.DARK.paper.encode() in picture.svg_dark
        assert len(picture.svg) < 15_000


def test_what_the_charts_say_is_what_the_tables_say(drawn: dict[str, charts.Picture]) -> None:
    assert drawn["reasons"].title == "2 of 6 entries are out of date"
    assert drawn["reasons"].table.rows() == [
        ("left", "left", 1), ("moved", "moved to another post", 1), ("post_renamed", "post renamed", 1),
    ]  # fmt: skip
    assert drawn["days-wrong"].title == "The list was wrong about 3 entries, none for over 30 days for sure"
    assert drawn["days-wrong"].table.select(pl.col("entry_id"), pl.col("^days.*$")).rows() == [
        ("ada-quill", 27, 58), ("eve-tarn", 0, 58), ("ivo-rask", 0, 58),
    ]  # fmt: skip
    texts = svg.read(drawn["days-wrong"].svg).texts
    assert "27 to 58" in texts and texts.count("0 to 58") == 2 and {"Ada Quill", "Eve Tarn", "Ivo Rask"} <= set(texts)
    assert drawn["accounts-over-time"].title == "1 of 6 entries name somebody with an account"
    assert drawn["accounts-over-time"].description == (
        "1 of 6 entries name somebody with an account (17%) on 28 June 2031; 0 of the 1 accounts that can be counted "
        "have posted lately."
    )


_DIGEST = """
import hashlib, sys
from incumbent import charts
from tests.charts import tables
for each in charts.pictures(tables.published(), "Порт ничей ⚓ 港"):
    for part in (each.svg, each.svg_dark, each.png, each.description.encode()):
        print(hashlib.sha256(part).hexdigest())
for each in charts.timelines(tables.published()):
    print(hashlib.sha256(each.svg.encode()).hexdigest())
"""


def test_the_same_tables_give_the_same_bytes_whatever_the_machine_is_set_to(repository: Path, tmp_path: Path) -> None:
    """Also with no fonts of the machine at all: fontconfig is pointed at an empty folder."""
    (tmp_path / "fonts.conf").write_text("<fontconfig><dir>/nonexistent</dir></fontconfig>", encoding="ascii")
    settings: list[dict[str, str]] = [
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Los_Angeles", "LC_ALL": "C", "PYTHONHASHSEED": "2",
         "FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "HOME": str(tmp_path)},
    ]  # fmt: skip
    told = [
        subprocess.run(
            [sys.executable, "-c", _DIGEST], cwd=repository, env={**os.environ, **each}, check=True, capture_output=True
        ).stdout
        for each in settings
    ]
    assert told[0] == told[1] and len(told[0].split()) == 13


def test_nothing_is_drawn_where_there_is_nothing_to_show() -> None:
    found = tables.published()
    none = {
        "roster": found["roster"].filter(pl.col("verdict") == "current"),
        "listings": found["listings"].with_columns(days_wrong_minimum=pl.lit(None, pl.Int64)),
        "shares": found["shares"].with_columns(with_account=pl.lit(0, pl.Int64)),
    }
    assert charts.pictures({**found, **none}, "The Harbour Board") == []
    empty = {name: frame.clear() for name, frame in none.items()}
    assert charts.pictures({**found, **empty}, "The Harbour Board") == []
    only = tables.with_reasons([], right=2) | {"shares": none["shares"]}
    assert [picture.id for picture in charts.pictures(only, "x")] == ["days-wrong"]


def test_what_is_loaded_before_anything_is_drawn(repository: Path) -> None:
    code = "import incumbent.charts, sys; print([m for m in ('vl_convert', 'altair', 'pandas') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_six_hundred_reasons_make_ten_bars_and_one_for_the_rest() -> None:
    each = [f"reason_{number:03d};reason_{(number + 1) % 600:03d}" for number in range(600)]
    plan = reasons.plan(tables.with_reasons([*each, "reason_007", "reason_007"], right=20_000), "x")
    assert plan is not None and plan.title == "602 of 20,602 entries are out of date"
    assert plan.table.height == reasons.MOST + 1
    assert plan.table.row(0) == ("reason_007", "reason 007", 4)
    rest = {f"reason_{number:03d}" for number in range(600)} - set(plan.table["reason"])
    entries = sum(any(one in rest for one in both.split(";")) for both in each)
    assert plan.table.row(-1) == (None, "590 other reasons", entries)
    eleven = reasons.plan(tables.with_reasons([f"reason_{number}" for number in range(11)]), "x")
    assert eleven is not None and None not in eleven.table["reason"]  # one other is named as well as counted


def test_many_wrong_entries_are_counted_by_span_and_none_is_lost() -> None:
    least = [0, 1, 30, 31, 90, 91, 180, 181, 365, 366, 730, 731, 20_000]
    plan = days_wrong.plan(tables.with_days([(days, None) for days in least * 1600]), "x")
    assert plan is not None and plan.title == f"{10 * 1600:,} entries stayed wrong for more than 30 days"
    assert plan.table["span"].to_list() == [label for _, label in days_wrong.SPANS]
    assert plan.table["entries"].to_list() == [count * 1600 for count in (1, 2, 2, 2, 2, 2, 2)]
    assert "the longest for at least 20,000 days, and the median is 180 at the least" in plan.description


@pytest.mark.parametrize(("count", "by_entry"), [(days_wrong.MOST, True), (days_wrong.MOST + 1, False)])
def test_few_wrong_entries_have_each_their_line(count: int, by_entry: bool) -> None:
    plan = days_wrong.plan(tables.with_days([(40, 50)] * count), "x")
    assert plan is not None and ("entry_id" in plan.table.columns) is by_entry


def test_one_entry_is_one_entry() -> None:
    found = tables.with_reasons(["moved"]) | {"listings": tables.with_days([(31, None)])["listings"]}
    found |= {"shares": tables.with_shares([(tables.AS_OF, 1, 1, 1)])["shares"]}
    titles = [picture.title for picture in charts.pictures(found, "x")]
    assert titles == [
        "1 of 1 entry is out of date",
        "1 of 1 entry names somebody with an account",
        "1 entry stayed wrong for more than 30 days",
    ]


def test_years_of_days_are_thinned_and_the_last_one_is_kept() -> None:
    days = [tables.AS_OF - dt.timedelta(days=number) for number in range(4000, -1, -1)]
    rows = [(day, 20_000, number, number // 2) for number, day in enumerate(days, 100)]
    plan = accounts.plan(tables.with_shares(rows), "x")
    assert plan is not None and plan.table.height == accounts.MOST
    assert plan.table["since"][-1] == tables.AS_OF and plan.table["with_account"].is_sorted()
    assert "Drawn from 300 of 4,001 days." in plan.subtitle
    assert "4,100 of 20,000 entries name somebody with an account (20%)" in plan.description


@pytest.mark.parametrize(
    ("having", "active"), [(1, 0), (20_000, 20_000), (1, 1), (20_000, 0), (10_000, 9_990), (300, 299)]
)
def test_the_labels_of_the_two_lines_never_lie_on_one_another(having: int, active: int) -> None:
    plan = accounts.plan(tables.with_shares([(dt.date(2031, 1, 1), 20_000, having, active)]), "x")
    assert plan is not None
    drawing = svg.read(draw(plan).svg)
    places = {
        text: float(each.get("transform", "").split(",")[1].rstrip(")"))
        for each in drawing.root.iter("{http://www.w3.org/2000/svg}text")
        if (text := "".join(each.itertext())) in ("have an account", "have posted lately")
    }
    assert places["have posted lately"] - places["have an account"] >= 34
    assert min(places.values()) > -30 and max(places.values()) < 165


def test_a_hostile_string_stays_text() -> None:
    strings = hostile_strings.STRINGS
    for names in (strings[start : start + 15] for start in range(0, len(strings), 15)):
        plans = (
            days_wrong.plan(tables.with_days([(5, 9)] * len(names), names), names[0]),
            reasons.plan(tables.with_reasons([name.replace(";", ",") for name in names[:11]]), names[-1]),
        )
        for plan in plans:
            assert plan is not None
            picture = draw(plan)
            drawing = svg.read(picture.svg)
            svg.size(picture.png)
            shown = {words.label(each) for each in plan.table.get_columns()[1]}
            assert {text for text in shown if 0 < len(text) < 20} <= set(drawing.texts)


def test_a_very_long_name_is_cut_and_not_drawn_over_the_bars() -> None:
    names = ["W" * 3000, "i" * 3000, "名" * 500, "\u0301" * 400]
    plan = days_wrong.plan(tables.with_days([(5, 9)] * 4, names), "T" * 5000)
    assert plan is not None
    picture = draw(plan)
    assert max(len(text) for text in svg.read(picture.svg).texts if text != plan.subtitle) <= 121
    assert len(picture.svg) < 20_000


@pytest.mark.parametrize("colours", [ink.LIGHT, ink.DARK])
def test_colours_stand_out_from_their_ground(colours: ink.Ink) -> None:
    assert svg.contrast(colours.text, colours.paper) > 7
    assert svg.contrast(colours.muted, colours.paper) > 4.5
    for mark in (colours.first, colours.second, colours.wrong, colours.muted):
        assert svg.contrast(mark, colours.paper) > 3


#: What red, green and blue become without the cones for long, middle and short waves (Viénot, Brettel and Mollon 1999;
#: the third: Brettel, Viénot and Mollon 1997, flattened), on linear light.
_SIGHTS = {
    "no long": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "no middle": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
    "no short": ((1.0, 0.1461, -0.1461), (0.0, 0.8606, 0.1394), (0.0, 0.8606, 0.1394)),
}


@pytest.mark.parametrize("colours", [ink.LIGHT, ink.DARK])
@pytest.mark.parametrize("sight", sorted(_SIGHTS))
def test_lines_differ_for_all_kinds_of_colour_vision(colours: ink.Ink, sight: str) -> None:
    def seen(colour: str) -> list[float]:
        linear = [(int(colour[at : at + 2], 16) / 255) ** 2.2 for at in (1, 3, 5)]
        return [sum(weight * part for weight, part in zip(row, linear, strict=True)) for row in _SIGHTS[sight]]

    def apart(one: str, other: str) -> float:
        return max(abs(left - right) for left, right in zip(seen(one), seen(other), strict=True))

    assert apart(colours.first, colours.wrong) > 0.1
    assert apart(colours.first, colours.second) > 0.1 or sight == "no short"  # there width and label tell


def test_the_font_has_what_its_list_says() -> None:
    points = _font_points(Path(charts.__file__).parent.parent / "data/fonts/IncumbentSans-Regular.ttf")
    listed = {point for point in range(0x30000) if words.covered(chr(point))}
    assert listed == points
    assert words.drawable("Žofia Ó’Ňeil, Γιώργος, Юлия") == "Žofia Ó’Ňeil, Γιώργος, Юлия"
    assert words.drawable("江 and 🦊\u202e\x00 z").startswith("Jiang and")


def _font_points(path: Path) -> set[int]:
    """The code points of a TrueType font's table of characters, format 4."""
    content = path.read_bytes()

    def number(at: int, size: int = 2) -> int:
        return int.from_bytes(content[at : at + size], "big")

    offsets = {content[at : at + 4]: number(at + 8, 4) for at in range(12, 12 + 16 * number(4), 16)}
    cmap = offsets[b"cmap"]
    starts = [cmap + number(cmap + 8 + 8 * place, 4) for place in range(number(cmap + 2))]
    table = next(start for start in starts if number(start) == 4)
    count = number(table + 6)
    found: set[int] = set()
    for at in range(table + 14, table + 14 + count, 2):
        last, first = number(at), number(at + count + 2)
        delta, offset = number(at + 2 * count + 2), number(at + 3 * count + 2)
        for point in range(first, last + 1):
            glyph = point + delta if not offset else number(at + 3 * count + 2 + offset + 2 * (point - first))
            if glyph % 65536 and point != 0xFFFF:
                found.add(point)
    return found


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2012-03-31", "2012-10-31", ["May 2012", "Jul 2012", "Sep 2012"]),
        ("2012-03-02", "2012-03-20", ["2 March 2012", "20 March 2012"]),
        ("2012-03-02", "2012-03-02", ["2 March 2012"]),
        ("2001-01-01", "2009-12-31", ["2002", "2004", "2006", "2008"]),
        ("1750-05-01", "2026-01-01", ["1800", "1850", "1900", "1950", "2000"]),
    ],
)
def test_an_axis_of_time_has_few_marks_at_round_days(first: str, last: str, expected: list[str]) -> None:
    most = 5
    marked = dates.marks(dt.date.fromisoformat(first), dt.date.fromisoformat(last), most)
    assert [said for _, said in marked] == expected


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 9, "0%"), (1, 3, "33%"), (1, 5000, "under 1%"), (4999, 5000, "over 99%"), (5, 5, "100%")],
)
def test_shares_are_rounded_and_never_to_what_is_wrong(part: int, whole: int, said: str) -> None:
    assert words.percent(part, whole) == said
