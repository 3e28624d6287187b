"""What a journalist does with the pages, with a mouse, with the keyboard, and without any script."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.browser import places
from tests.browser.watching import Watched

TABLE = f"{places.EDITION}/findings.html"
BODY = "Ministry of Defence"


def rows_of(page: Any) -> list[list[str]]:
    """What the table of entries shows: the text of each cell of each row."""
    found: list[list[str]] = page.locator("#entries tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.replace(/\\s+/g, ' ').trim()))"
    )
    return found


@pytest.fixture(scope="module")
def roster(edition: Path) -> pl.DataFrame:
    return places.tables(edition, places.EDITION)["roster"]


def test_who_is_wrong_at_the_ministry_and_why(
    visit: Callable[..., Watched], roster: pl.DataFrame, edition: Path
) -> None:
    """From the index to the sentence, the link of the view, its rows as a file, and the version to cite."""
    watched = visit()
    page = watched.page()
    page.get_by_role("link", name="civil service", exact=False).first.click()
    page.get_by_role("navigation").get_by_role("link", name="Every entry").click()
    page.get_by_label("Organisation").select_option(BODY)
    page.get_by_label("Verdict", exact=True).select_option("out_of_date")
    expected = roster.filter((pl.col("verdict") == "out_of_date") & (pl.col("listed_organisation") == BODY))
    assert expected.height >= 3
    shown = rows_of(page)
    assert len(shown) == expected.height and page.locator("#count").inner_text().startswith(f"{expected.height} of ")
    for person, explanation in expected.select("listed_person", "explanation").iter_rows():
        assert any(person in row[0] and explanation in row[2] for row in shown)

    other = visit().page(page.url.removeprefix(watched.site))
    assert rows_of(other) == shown
    assert other.get_by_label("Organisation").input_value() == BODY

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download these rows").click()
    assert waiting.value.suggested_filename == f"{places.EDITION}-1.1.0-filtered.csv"
    content = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    read = list(csv.DictReader(io.StringIO(content)))
    known = {row["entry_id"]: row for row in expected.iter_rows(named=True)}
    assert {row["entry_id"] for row in read} == set(known)
    for row in read:
        for name, cell in row.items():
            assert cell == ("" if known[row["entry_id"]][name] is None else str(known[row["entry_id"]][name])), name

    page.get_by_role("link", name=str(expected["listed_person"][0]), exact=True).click()
    assert expected["explanation"][0] in page.locator("main").inner_text()
    assert page.locator("[data-finding]").count() == len(expected["reasons"][0].split(";"))
    page.get_by_role("navigation", name="This list").get_by_role("link", name="Data").click()
    cited = page.locator("#citation").inner_text()
    assert "1.1.0" in cited and "2012" in cited
    with page.expect_download() as waiting:
        page.locator('tr[data-table="roster"]').get_by_role("link", name=re.compile("^CSV of")).click()
    assert Path(waiting.value.path()).read_bytes() == (edition / places.EDITION / "latest/roster.csv").read_bytes()


def test_search_sort_and_back_to_everything(visit: Callable[..., Watched], roster: pl.DataFrame) -> None:
    page = visit().page(TABLE)
    page.get_by_label("Search").fill("o’brien")
    assert [row[0].split("#")[0].strip() for row in rows_of(page)] == ["Una O’Brien"]
    page.get_by_label("Search").fill("CUNCLIFFE europe")
    assert len(rows_of(page)) == 1
    page.get_by_label("Search").fill("nobody is called that")
    assert rows_of(page) == [] and page.locator("#nothing").is_visible()
    page.get_by_role("button", name="Clear").click()
    assert len(rows_of(page)) == roster.height

    page.get_by_role("button", name="Wrong since").click()
    days = [row[3] for row in rows_of(page)]
    counts = [int(found[1]) if (found := re.search(r"at least ([0-9]+) day", each)) else None for each in days]
    known = [each for each in counts if each is not None]
    assert known == sorted(roster["days_out_of_date"].drop_nulls(), reverse=True)
    assert counts == [*known, *[None] * (len(counts) - len(known))]
    assert page.locator("th[aria-sort=descending]").count() == 1


@pytest.mark.parametrize(
    ("label", "column", "value"),
    [("Reason", "reasons", "moved"), ("Account", "account_state", "active"), ("Verdict", "verdict", "unverified")],
)
def test_each_filter_shows_its_rows(
    visit: Callable[..., Watched], roster: pl.DataFrame, label: str, column: str, value: str
) -> None:
    page = visit().page(TABLE)
    page.get_by_label(label, exact=True).select_option(value)
    assert len(rows_of(page)) == roster.filter(pl.col(column).str.split(";").list.contains(value)).height > 0


def test_the_link_to_a_row_shows_that_row(visit: Callable[..., Watched]) -> None:
    page = visit().page(TABLE)
    row = page.locator("#entries tbody tr").nth(30)
    address, name = row.locator(".permalink").get_attribute("href"), row.locator(".person").inner_text()
    other = visit().page(TABLE + address)
    marked = other.locator("#entries tr.marked")
    assert marked.locator(".person").inner_text() == name
    assert marked.evaluate(
        "row => { const at = row.getBoundingClientRect(); return at.top >= 0 && at.bottom <= innerHeight }"
    )


@pytest.mark.parametrize("path", ["", f"{places.EDITION}/", TABLE, f"{places.EDITION}/data.html"])
def test_without_a_script_all_is_there(visit: Callable[..., Watched], roster: pl.DataFrame, path: str) -> None:
    """A reader without JavaScript reads every word that a reader with it does, and more where a script hides a way."""
    bare, whole = visit(java_script_enabled=False), visit()
    page, other = bare.page(path), whole.page(path)
    assert not [address for address in bare.asked if address.endswith(".js")]
    lines = {line.strip() for line in page.locator("main").inner_text().splitlines()}
    missing = {line.strip() for line in other.locator("main").inner_text().splitlines()} - lines
    if path == TABLE:
        assert [row[0] for row in rows_of(page)] == [row[0] for row in rows_of(other)]
        assert page.locator("#entries tbody tr").count() == roster.height
        assert not page.locator("#filters").is_visible()
    else:
        added = re.compile(r"ago\)|Copy |Copied|http://127|^SITE|in [0-9]+ ")
        assert {line for line in missing if not added.search(line)} == set()
    assert not [each for each in page.get_by_role("button").all() if each.is_visible()]


def test_without_a_script_an_entry_says_why(visit: Callable[..., Watched], roster: pl.DataFrame) -> None:
    page = visit(java_script_enabled=False).page(f"{places.EDITION}/")
    wrong = roster.filter(pl.col("verdict") == "out_of_date")
    for explanation in wrong["explanation"]:
        assert page.get_by_text(explanation, exact=True).first.is_visible()
    page.locator(".wrong a").first.click()
    assert page.get_by_role("heading", name="Findings").is_visible()
    assert page.locator("[data-finding]").first.is_visible() and page.locator(".evidence li").first.is_visible()
    assert page.get_by_label("The report").input_value().startswith("Entry: ")


def test_everything_can_be_done_with_the_keyboard(visit: Callable[..., Watched]) -> None:
    page = visit().page(TABLE)
    focused = "document.activeElement"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.textContent") == "Skip to the content"
    assert page.locator(".skip").evaluate("link => link.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate(f"{focused}.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.id") == "q"
    page.keyboard.type("defence")
    few = len(rows_of(page))
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.id") == "verdict"
    page.keyboard.press("ArrowDown")
    assert 0 < len(rows_of(page)) <= few < 38
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(f"{focused}.id || {focused}.innerText"))
        style = page.evaluate(
            f"(({{outlineStyle, boxShadow}}) => [outlineStyle, boxShadow])(getComputedStyle({focused}))"
        )
        assert style != ["none", "none"], f"no one sees that {seen[-1]} has the focus"
    assert seen[:5] == ["reason", "organisation", "account", "clear", "download"]
    assert "As listed" in seen
    page.keyboard.press("Shift+Tab")
    page.locator(".person").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/entries/" in page.url


def test_print_shows_the_words_and_no_controls(visit: Callable[..., Watched]) -> None:
    page = visit().page(TABLE)
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()
    assert page.locator("#entries tbody tr").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") in (
        "rgb(0, 0, 0)",
        "rgb(17, 17, 17)",
        "rgb(26, 26, 26)",
    )
