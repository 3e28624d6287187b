"""roster.yaml: what is wrong is told with file, line, what and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from incumbent import roster
from incumbent.errors import RosterError

GOOD = r"""slug: works
title: Leaders of the Ministry of Works
description: A made-up ministry.
licence: CC-BY-4.0
attribution: incumbent
contact: works@example.org
as_of: 2012-06-28
releases: [2012-06-28, 2012-10-31]
policy:
  max_age_days: 100
platforms:
  x:
    publish_ids: true
schedule:
  cron: 0 6 * * *
  timezone: Europe/London
sources:
  - id: list
    role: roster
    adapter: html_list
    title: Leaders
    publisher: Ministry of Works
    url: https://works.example/leaders
    licence: OGL-UK-3.0
    required: true
    markers:
      selector: ul > li
    settings:
      items: ul > li
      minimum: 1
      patterns: ['(?P<person>[^,]+), (?P<post>.+)']
      constants:
        organisation: Ministry of Works
  - id: senior-posts
    adapter: organogram
    title: Senior posts
    publisher: Ministry of Works
    url: https://works.example/organogram.csv
    licence: OGL-UK-3.0
"""


def write(tmp_path: Path, text: str = GOOD) -> Path:
    folder = tmp_path / "works"
    folder.mkdir(exist_ok=True)
    (folder / "roster.yaml").write_text(text, encoding="utf-8")
    return folder


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if words in line)


def refused(tmp_path: Path, old: str, new: str) -> tuple[RosterError, str]:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    with pytest.raises(RosterError) as caught:
        roster.load(write(tmp_path, text))
    return caught.value, text


def test_a_good_roster_is_loaded_with_its_defaults(tmp_path: Path) -> None:
    loaded = roster.load(write(tmp_path))
    assert (loaded.slug, loaded.as_of, loaded.releases) == ("works", "2012-06-28", ["2012-06-28", "2012-10-31"])
    assert loaded.folder == tmp_path / "works"
    assert loaded.policy.max_age_days == 100 and roster.Policy().max_age_days == 200
    first, second = loaded.sources
    assert first.required and first.scope == "partial" and first.kind == "capture"
    assert first.settings["patterns"] == ["(?P<person>[^,]+), (?P<post>.+)"]
    assert second.role == "evidence" and not second.primary and second.politeness.concurrency == 1
    assert loaded.where("sources", 1, "adapter").endswith(f"roster.yaml:{line_of(GOOD, 'adapter: organogram')}")


def test_a_roster_is_found_by_slug_folder_and_file(tmp_path: Path) -> None:
    folder = write(tmp_path)
    assert roster.load("works", tmp_path).slug == "works"
    assert roster.load(str(folder)).slug == "works"
    assert roster.load(folder / "roster.yaml").slug == "works"
    assert roster.list_rosters(tmp_path) == ["works"]
    assert roster.list_rosters(tmp_path / "none") == []


def test_an_unknown_roster_lists_those_that_exist(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(RosterError, match="did you mean works") as caught:
        roster.load("work", tmp_path)
    assert caught.value.expected == "works"
    with pytest.raises(RosterError, match="no roster in this folder"):
        roster.load(tmp_path / "other")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RosterError, match="no roster") as caught:
        roster.load("x", tmp_path / "empty")
    assert "roster.yaml" in caught.value.expected


def test_every_bundled_roster_loads() -> None:
    assert "uk-civil-service-leadership" in roster.list_rosters()
    for slug in roster.list_rosters():
        assert roster.load(slug).sources


@pytest.mark.parametrize(
    ("old", "new", "at", "what", "expected"),
    [
        ("title: Leaders of", "titel: Leaders of", "titel", "did you mean title", "slug, title"),
        ("max_age_days: 100", "max_age_day: 100", "max_age_day:", "did you mean max_age_days", "dormant_days"),
        ("    licence: OGL", "    license: OGL", "license:", "did you mean licence", "publisher"),
        ("      selector: ul", "      selectr: ul", "selectr", "did you mean selector", "contains"),
        ("publish_ids: true", "publish_id: true", "publish_id:", "did you mean publish_ids", "honour"),
        ("      minimum: 1", "      minimun: 1", "minimun", "did you mean minimum", "items"),
        ("max_age_days: 100", "max_age_days: many", "many", "is 'many'", "valid integer"),
        ("required: true", "required: 'yes'", "required", "is 'yes'", "valid boolean"),
        ("slug: works", "slug: 7", "slug", "is 7", "valid string"),
        ("slug: works", "slug: other", "slug", "not the folder's name", "works"),
        ("role: roster", "role: rooster", "rooster", "is 'rooster'", "'roster' or 'evidence'"),
        ("adapter: html_list", "adapter: html_lst", "html_lst", "did you mean html_list", "html_list | html_table"),
        ("      selector: ul > li", "      selector: 'ul > ['", "'ul > ['", "not a CSS selector", ""),
        ("      items: ul > li", "      items: 'ul > ['", "items: 'ul", "not a CSS selector", ""),
        ("(?P<person>[^,]+),", "(?P<person>[^,]+,", "patterns", "not a regular expression", ""),
        ("(?P<person>[^,]+),", "(?P<people>[^,]+),", "patterns", "'people'", ""),
        ("organisation: Ministry", "organization: Ministry", "constants", "no field 'organization'", ""),
        ("as_of: 2012-06-28", "as_of: 2012-06", "as_of", "not a whole day", ""),
        ("as_of: 2012-06-28", "as_of: 2012-06-31", "as_of", "as_of", ""),
        ("cron: 0 6 * * *", "cron: daily", "cron", "not a cron line", ""),
        ("url: https://works.example/leaders", "url: ftp://works.example", "ftp", "not an http", ""),
        ("publish_ids: true", "publish_metrics: true", "x:", "legal_basis", ""),
        ("  - id: senior-posts", "  - id: list", "slug", "two sources have the id list", ""),
        ("    role: roster\n", "", "slug", "no list to check", ""),
        ("    publisher: Ministry of Works\n    url: https://works.example/o", "    url: https://works.example/o",
         "- id: senior", "'sources.1.publisher' is missing", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, at: str, what: str, expected: str
) -> None:
    error, text = refused(tmp_path, old, new)
    assert what in error.what
    assert expected in error.expected
    assert error.where == f"{tmp_path / 'works' / 'roster.yaml'}:{line_of(text, at)}"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (GOOD + "title: again\n", len(GOOD.splitlines()) + 1, "'title' stands twice"),
        (GOOD.replace("  x:\n", "  x: &a\n") + "policy2: *a\n", len(GOOD.splitlines()) + 1, "aliases"),
        (GOOD.replace("title: Leaders of", "title: !!python/name:os.system of"), 2, "tag"),
        (GOOD.replace("title: Leaders of", "title: [Leaders of"), None, "not YAML"),
        (GOOD.replace("title: Leaders of", "{a: b}: Leaders of"), 2, "key is not a text"),
        ("- a\n", 1, "not a mapping"),
        ("", 1, "not a mapping"),
        ("a: b\n---\nc: d\n", None, "not YAML"),
        ("a: \x07\n", None, "not YAML"),
        ("[" * 5000, None, "nested too deeply"),
    ],
)
def test_what_is_not_plain_yaml_is_refused(tmp_path: Path, text: str, line: int | None, what: str) -> None:
    with pytest.raises(RosterError, match=what) as caught:
        roster.load(write(tmp_path, text))
    assert caught.value.where.startswith(str(tmp_path / "works" / "roster.yaml"))
    if line is not None:
        assert caught.value.where.endswith(f":{line}")


def test_several_problems_are_counted_and_the_first_line_shown(tmp_path: Path) -> None:
    error, text = refused(tmp_path, "title: Leaders of", "nonsense: 1\ntitel: Leaders of")
    assert "unknown key 'nonsense'" in error.what and "(and 2 more)" in error.what
    assert error.where.endswith(f":{line_of(text, 'nonsense')}")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "roster.yaml").write_bytes(b"slug: \xff\xfe")
    with pytest.raises(RosterError, match="cannot be read"):
        roster.load(folder)


@pytest.mark.parametrize(
    "contact",
    [
        "works@example.org",
        "mailto:works@example.org",
        "https://github.com/works/lists/issues",
        "the desk of the Ministry",
    ],
)
def test_a_contact_is_an_address_or_words(tmp_path: Path, contact: str) -> None:
    text = GOOD.replace("contact: works@example.org", f"contact: {contact}")
    assert roster.load(write(tmp_path, text)).contact == contact


def test_a_contact_may_be_left_out(tmp_path: Path) -> None:
    assert roster.load(write(tmp_path, GOOD.replace("contact: works@example.org\n", ""))).contact == ""


@pytest.mark.parametrize(
    "contact",
    ["mailto:works", "works@example", "works@", "http://works.example/issues", "javascript:alert(1)", "https://works",
     "mailto:a@b.example?cc=c@d.example", "tel:+441234"],
)  # fmt: skip
def test_a_contact_that_leads_nowhere_is_refused(tmp_path: Path, contact: str) -> None:
    with pytest.raises(RosterError) as caught:
        roster.load(write(tmp_path, GOOD.replace("contact: works@example.org", f"contact: {contact!r}")))
    assert "contact" in caught.value.what and contact in caught.value.what
    assert caught.value.where.endswith("roster.yaml:6")
