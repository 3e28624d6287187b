"""Whatever a source wrote is text on every page, in every attribute, script, link and file name; the suppressed are on
none."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import polars as pl
import pytest
from lxml import html
from selectolax.lexbor import LexborHTMLParser

from incumbent import publish, suppression
from incumbent.site import addresses, versions, words
from incumbent.site.reading import read
from tests import test_suppression
from tests.readers.hostile_strings import STRINGS
from tests.site import made
from tests.site.made import SLUG

OURS = {
    "html", "head", "meta", "title", "link", "script", "body", "a", "header", "footer", "main", "nav", "section", "div",
    "p", "h1", "h2", "h3", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td",
    "span", "strong", "em", "bdi", "code", "pre", "time", "details", "summary", "figure", "figcaption", "picture",
    "source", "img", "blockquote", "label", "input", "select", "option", "button", "textarea", "template", "svg",
    "line", "text", "rect",
}  # fmt: skip


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = made.published(tmp_path_factory.mktemp("hostile") / "published", made.hostile(), made.Hostile())
    made.make(folder, SLUG)
    return folder


@pytest.fixture(scope="module")
def pages(attacked: Path) -> dict[str, bytes]:
    found = {path.relative_to(attacked).as_posix(): path.read_bytes() for path in attacked.rglob("*.html")}
    assert len(found) >= 2 * len(STRINGS)
    return found


def shown(text: str) -> str:
    """A hostile string as a reader sees it."""
    return " ".join(words.plain(text).split())


def test_no_page_has_an_element_or_attribute_that_is_not_ours(pages: dict[str, bytes]) -> None:
    scripts = {"site.js", "findings-rows.js", "table.js"}
    for path, content in pages.items():
        tree = LexborHTMLParser(content)
        for node in tree.css("*"):
            assert node.tag in OURS or node.tag.startswith("-"), f"{path}: <{node.tag}>"
            assert not [name for name in node.attributes if name.startswith("on") or name == "style"], path
        for script in tree.css("script"):
            if script.attributes.get("type") != "application/ld+json":
                assert (script.attributes.get("src") or "").rpartition("/")[2] in scripts
                assert not script.text()
        for image in tree.css("img, source"):
            assert (image.attributes.get("src") or image.attributes.get("srcset") or "").startswith("charts/")


def test_every_address_is_relative_or_of_the_web(pages: dict[str, bytes]) -> None:
    for path, content in pages.items():
        for node in LexborHTMLParser(content).css("[href]"):
            address = str(node.attributes["href"])
            assert re.match(r"https?://|[\w.#/-]+", address), f"{path}: {address}"
            assert urlsplit(address).scheme in ("", "http", "https"), f"{path}: {address}"
            assert not set("\"'<>` \n") & set(address)


def test_no_page_holds_what_html_cannot(attacked: Path) -> None:
    for path in [*attacked.rglob("*.html"), attacked / SLUG / "findings-rows.js"]:
        content = path.read_text(encoding="utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe\uffff]", content), path


def test_each_string_is_shown_as_it_is(pages: dict[str, bytes]) -> None:
    tree = html.fromstring(pages[f"{SLUG}/findings.html"])
    rows = tree.xpath("//table[@id='entries']/tbody/tr")
    for cell in ("name", "listed_organisation", "explanation"):
        found = sorted(" ".join(row.xpath(f".//*[@data-cell='{cell}']")[0].text_content().split()) for row in rows)
        assert found == sorted(map(shown, STRINGS))
    for content in (pages[path] for path in pages if "/entries/" in path):
        entry = html.fromstring(content)
        assert " ".join(entry.find(".//h1").text_content().split()) in set(map(shown, STRINGS))
        assert entry.find(".//title").text


def test_the_title_of_the_roster_is_text_everywhere(pages: dict[str, bytes]) -> None:
    title = shown(made.Hostile.title)
    front = html.fromstring(pages[f"{SLUG}/index.html"])
    assert " ".join(front.find(".//h1").text_content().split()) == title
    (dataset,) = front.xpath("//script[@type='application/ld+json']")
    assert json.loads(dataset.text)["name"] == made.Hostile.title
    assert "<" not in dataset.text and "&" not in dataset.text
    index = html.fromstring(pages["index.html"])
    assert " ".join(index.find(".//h2").text_content().split()) == title


def test_a_snippet_to_copy_is_safe_where_it_is_pasted(pages: dict[str, bytes]) -> None:
    data = html.fromstring(pages[f"{SLUG}/data.html"])
    for snippet in data.xpath("//code[@data-address]"):
        pasted = LexborHTMLParser(snippet.text_content())
        assert [node.tag for node in pasted.css("body *")] == ["iframe"]
        assert set(pasted.css_first("iframe").attributes) == {"src", "title", "width", "height", "loading"}


def test_the_rows_for_the_script_are_data(attacked: Path) -> None:
    script = (attacked / SLUG / "findings-rows.js").read_text(encoding="utf-8")
    assert not set("<>&\u2028\u2029") & set(script)
    data = json.loads(script.removeprefix("window.incumbentRows = ").removesuffix(";\n"))
    at = data["columns"].index("listed_person")
    assert sorted(row[at] for row in data["rows"]) == sorted(map(words.plain, STRINGS))
    stem = data["columns"].index("stem")
    assert all((attacked / SLUG / "entries" / f"{row[stem]}.html").is_file() for row in data["rows"])


def test_file_names_are_plain_and_each_id_has_its_own(attacked: Path) -> None:
    names = [path.name for path in (attacked / SLUG / "entries").iterdir()]
    assert all(re.fullmatch(r"[a-z0-9._-]{1,140}\.html", name) for name in names)
    roster = pl.read_parquet(attacked / SLUG / "latest/roster.parquet")
    assert len({addresses.stem(each) for each in roster["entry_id"]}) == roster.height == len(STRINGS)
    for taken in ("con", "nul", "com1", "index", "A", "a/b", "../x", "a" * 200, "é", "a.b", "-a"):
        assert addresses.stem(taken) != taken
        assert re.fullmatch(r"[a-z0-9-]+\.[0-9a-f]{16}", addresses.stem(taken))
    assert addresses.stem("jon-day--ministry_of") == "jon-day--ministry_of"


@pytest.mark.parametrize("hostile", STRINGS)
def test_a_prefilled_report_holds_the_string_and_nothing_of_it_leaves_its_place(hostile: str) -> None:
    mail = addresses.report({"email": "desk@news.example"}, hostile, hostile)
    assert mail is not None
    parts = urlsplit(mail)
    told = parse_qs(parts.query, keep_blank_values=True)
    assert (parts.scheme, unquote(parts.path), set(told)) == ("mailto", "desk@news.example", {"subject", "body"})
    assert told["body"] == [hostile]
    issue = addresses.report({"path": "https://github.com/news/desk/issues"}, hostile, hostile)
    assert issue is not None
    assert issue.startswith("https://github.com/news/desk/issues/new?title=")
    assert parse_qs(urlsplit(issue).query, keep_blank_values=True)["title"] == [hostile]


def test_a_report_goes_nowhere_that_is_not_named() -> None:
    assert addresses.report({}, "a", "b") is None
    assert addresses.report({"email": "a@b?cc=x@y", "path": "javascript:alert(1)"}, "a", "b") is None
    assert addresses.report({"path": "https://desk.example/errors"}, "a", "b") == "https://desk.example/errors"


def test_a_citation_holds_nothing_that_tex_would_run(attacked: Path) -> None:
    cited = versions.citation(read(attacked, SLUG))["bibtex"]
    (title,) = re.findall(r"  title = \{(.*)\},\n", cited)
    assert title.count("{") == title.count("}")
    assert not re.search(r"(?<!\\)[%#$&_]", title)


def test_nobody_who_is_not_to_be_shown_is_on_any_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(suppression.KEY, test_suppression.SECRET)
    roster, published = tmp_path / "roster", tmp_path / "published"
    (roster / "curation").mkdir(parents=True)
    publish.publish(test_suppression.draft(roster), published, SLUG)
    made.make(published, SLUG)
    assert [name for name in test_suppression.traces(published) if ".html" in name]
    test_suppression.suppress(roster, published)
    publish.publish(test_suppression.draft(roster), published, SLUG)
    made.make(published, SLUG)
    assert test_suppression.traces(published) == []
    assert not [path for path in published.rglob("*.html") if "quill" in path.name]
    assert "[name withheld]" in (published / SLUG / "findings.html").read_text(encoding="utf-8")
