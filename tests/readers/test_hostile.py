"""No string that a source wrote gets out of where it is written to: sixty of them, in every field that holds text."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import extruct
import jsonschema
import openpyxl
import polars as pl
import pytest
import rdflib
import yaml
from cffconvert import Citation

from incumbent import package, publish, schemas, tablefiles, verify
from tests import synthetic_package as synthetic
from tests.readers.hostile_strings import STRINGS
from tests.readers.test_descriptions import BASE, PROFILE

SLUG = "hostile-board"
ATOM = "{http://www.w3.org/2005/Atom}"
#: The fields in which a source's words are published as they are.
FREE = {
    "roster": ("listed_person", "listed_post", "listed_organisation", "holder", "explanation"),
    "findings": ("explanation", "holder"),
    "people": ("name", "other_names"),
    "organisations": ("name", "other_names"),
    "posts": ("name", "other_names"),
    "sources": ("title", "publisher", "licence"),
    "listings": ("listed_person", "listed_post", "explanation"),
    "evidence": ("publisher", "locator", "statement", "quote"),
}


def hostile(as_of: str) -> dict[str, pl.DataFrame]:
    """Tables of sixty rows, of which every free field of each row is hostile. The later has other verdicts."""
    made = synthetic.tables(as_of)
    count = len(STRINGS)
    turned = "current" if as_of == synthetic.AS_OF else "out_of_date"
    for table, fields in FREE.items():
        frame = made[table]
        key = frame.columns[0]
        written = "{:020x}" if key == "claim_id" else "row-{:02}"
        ids = pl.Series(key, [written.format(number) for number in range(count)])
        repeated = frame.head(1).select(pl.all().repeat_by(count).explode()).with_columns(ids)
        repeated = repeated.with_columns(pl.Series(name, STRINGS) for name in fields)
        verdicts = [turned if number % 2 else "out_of_date" for number in range(count)]
        references = {name: None for name in ("person_id", "post_id", "organisation_id", "entry_id") if name != key}
        repeated = repeated.with_columns(
            pl.lit(None, pl.String).alias(name) for name in references if name in repeated.columns
        )
        if table == "roster":
            repeated = repeated.with_columns(pl.Series("verdict", verdicts))
        if "source_id" in repeated.columns and key != "source_id":
            repeated = repeated.with_columns(source_id=pl.lit("row-00"))
        if "snapshot" in repeated.columns:
            repeated = repeated.with_columns(snapshot=pl.lit("1" * 64))
        made[table] = tablefiles.conform(repeated, schemas.load()[table])
    for table in ("accounts", "activity", "appointments", "shares"):
        made[table] = made[table].clear()
    return made


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile") / "published"
    words = '</script>"\n- &a *a: <b>]]> =1+1'
    roster = dataclasses.replace(
        synthetic.Roster(), slug=SLUG, title=f"Board {words}", description=words, attribution=words, licence=words
    )
    for as_of in (synthetic.AS_OF, synthetic.LATER):
        publish.publish(package.Draft(hostile(as_of), roster, as_of), place, SLUG)
    assert verify.verify(place) == []
    return place


@pytest.fixture(scope="module")
def version(published: Path) -> Path:
    live = publish.current(published / SLUG)
    assert live is not None
    return live.path


def test_there_are_sixty() -> None:
    assert len(set(STRINGS)) == 60


@pytest.mark.parametrize("table", FREE)
def test_the_tables_hold_what_was_said_to_the_letter(version: Path, table: str) -> None:
    frame = pl.read_parquet(version / f"{table}.parquet")
    with (version / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name in FREE[table]:
        assert frame[name].to_list() == list(STRINGS)
        assert [row[name] for row in rows] == list(STRINGS)


@pytest.mark.parametrize("table", FREE)
def test_a_spreadsheet_runs_nothing_of_the_csv(version: Path, table: str) -> None:
    text = (version / "excel" / f"{table}.csv").read_text(encoding="utf-8-sig")
    for row in csv.DictReader(io.StringIO(text, newline="")):
        for name in FREE[table]:
            seen = "".join(char for char in row[name] if unicodedata.category(char) not in ("Cf", "Cc"))
            assert unicodedata.normalize("NFKC", seen.strip())[:1] not in tuple("=+-@|%"), row[name]
            assert row[name][:1] not in ("\t", "\r", "\n")


@pytest.mark.parametrize("table", FREE)
def test_a_spreadsheet_runs_nothing_of_the_workbook(version: Path, table: str) -> None:
    book = openpyxl.load_workbook(version / "excel" / f"{SLUG}.xlsx")
    sheet = book[table]
    header = [cell.value for cell in sheet[1]]
    for name in FREE[table]:
        column = header.index(name) + 1
        for row, given in enumerate(STRINGS, 2):
            cell = sheet.cell(row, column)
            assert cell.data_type == "s" and cell.hyperlink is None
            kept = "".join(char for char in given if char in "\t\n\r" or char >= " ").replace("\ufffe", "")
            assert str(cell.value).replace("_x000D_", "\r").strip(" ") in (
                kept.strip(" "), kept.replace("_x000D_", "\r").strip(" "),
            )  # fmt: skip
            if given[:1] in tuple("=+-@"):
                assert cell.quotePrefix, given


def test_a_feed_is_well_formed_and_holds_the_words_as_text(published: Path) -> None:
    place = published / SLUG
    for path in (place / "feed.xml", place / "changes-feed.xml", published / "feed.xml"):
        root = ElementTree.fromstring(path.read_bytes())
        assert {child.tag for child in root} <= {f"{ATOM}{name}" for name in
            ("id", "title", "updated", "author", "link", "entry")}  # fmt: skip
        ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
        assert len(set(ids)) == len(ids)
        for entry in root.iter(f"{ATOM}entry"):
            assert all(len(child) == 0 for child in entry)
    root = ElementTree.fromstring((place / "changes-feed.xml").read_bytes())
    said = [entry.findtext(f"{ATOM}content") for entry in root.iter(f"{ATOM}entry")]
    controls = {char: "\ufffd" for char in (*map(chr, range(32)), "\ufffe") if char not in "\t\n\r"}
    expected = [text.translate(str.maketrans(controls | {"\u202e": ""})) for text in STRINGS[1::2]]
    assert said == [text.replace("\r\n", "\n").replace("\r", "\n") for text in expected]


def test_json_ld_stays_one_object_also_inside_a_page(published: Path, version: Path) -> None:
    profile = json.loads(PROFILE.read_bytes())
    described = json.loads((version / "datapackage.json").read_bytes())
    assert list(jsonschema.Draft7Validator(profile).iter_errors(described)) == []
    text = (version / "dataset.jsonld").read_text(encoding="utf-8")
    assert "</" not in text and "<!--" not in text
    page = f'<html><script type="application/ld+json">{text}</script><p id="after">still here</p></html>'
    (found,) = extruct.extract(page, base_url=BASE, syntaxes=["json-ld"])["json-ld"]
    named = {each["name"] for each in found["isBasedOn"]}
    assert len(named) == 60 and found["name"].startswith("Board </script>")
    graph = rdflib.Graph().parse(published / "catalog.jsonld", format="json-ld", publicID=BASE)
    assert len(graph) > 50


def test_the_citation_is_yaml_with_the_words_as_text(version: Path) -> None:
    text = (version / "CITATION.cff").read_text(encoding="utf-8")
    Citation(text).validate()
    assert yaml.safe_load(text)["title"] == 'Board </script>"\n- &a *a: <b>]]> =1+1'


def test_the_readme_has_no_markup_but_its_own(version: Path) -> None:
    title = (version / "README.md").read_text(encoding="utf-8").splitlines()[0]
    assert title == '# Board \\</script\\>" - &a \\*a: \\<b\\>\\]\\]\\> =1+1'
