"""What a version and the catalogue say of themselves, read by validators and extractors that we did not write."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import extruct
import frictionless
import jsonschema
import pytest
import rdflib
import yaml
from cffconvert import Citation
from csvw import CSVW, TableGroup

from incumbent import linked, manifest, schemas
from tests.readers.conftest import SLUG

PROFILE = Path(__file__).resolve().parent.parent / "fixtures/datapackage/datapackage-2.0.json"
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
BASE = "https://data.example/published/"


def described(version: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((version / "datapackage.json").read_bytes())
    return read


def test_the_descriptor_is_valid_by_the_official_profile_and_by_frictionless(version: Path) -> None:
    profile = json.loads(PROFILE.read_bytes())
    assert list(jsonschema.Draft7Validator(profile).iter_errors(described(version))) == []
    assert frictionless.Package(str(version / "datapackage.json")).validate().flatten(["name", "note"]) == []


@pytest.mark.parametrize("table", schemas.TABLES)
def test_each_table_is_valid_csv_on_the_web(version: Path, table: str) -> None:
    checked = CSVW(str(version / f"{table}.csv"), md_url=str(version / f"{table}.csv-metadata.json"), validate=True)
    assert checked.is_valid, [str(each.message) for each in checked.warnings]
    typed = list(TableGroup.from_file(version / linked.GROUP).tabledict[f"{table}.csv"])
    assert [list(row) for row in typed[:1]] in ([], [schemas.load()[table].names])


def test_the_group_of_tables_holds_its_keys_and_a_broken_one_is_seen(version: Path, tmp_path: Path) -> None:
    group = TableGroup.from_file(version / linked.GROUP)
    assert len(group.tabledict) == len(schemas.TABLES)
    group.check_referential_integrity()
    broken = Path(shutil.copytree(version, tmp_path / "broken"))
    people = (broken / "people.csv").read_bytes()
    (broken / "people.csv").write_bytes(people.replace(b"gil-voss,", b"gil-foss,"))
    with pytest.raises(ValueError, match="gil-voss"):
        TableGroup.from_file(broken / linked.GROUP).check_referential_integrity()


def test_a_value_that_its_column_cannot_hold_is_seen_by_the_validator(version: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(version, tmp_path / "broken"))
    roster = (broken / "roster.csv").read_bytes()
    (broken / "roster.csv").write_bytes(roster.replace(b",out_of_date,", b",wrong,", 1))
    checked = CSVW(str(broken / "roster.csv"), md_url=str(broken / "roster.csv-metadata.json"), validate=True)
    assert not checked.is_valid


def test_cffconvert_takes_the_citation(version: Path) -> None:
    citation = Citation((version / "CITATION.cff").read_text(encoding="utf-8"))
    citation.validate()
    assert "The Harbour Board" in citation.as_bibtex() and "1.1.0" in citation.as_apalike()


def test_a_schema_org_extractor_finds_the_dataset(version: Path) -> None:
    text = (version / "dataset.jsonld").read_text(encoding="utf-8")
    page = f'<html><head><script type="application/ld+json">{text}</script></head><body></body></html>'
    (found,) = extruct.extract(page, base_url=BASE, syntaxes=["json-ld"])["json-ld"]
    assert (found["@type"], found["name"], found["version"]) == ("Dataset", "The Harbour Board", "1.1.0")
    assert found["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found["temporalCoverage"] == found["datePublished"] == "2031-10-31"
    assert [each["name"] for each in found["creator"]] == ["incumbent"]
    assert {"name": "Port of Nowhere, Members", "url": "https://port.example/list", "@type": "CreativeWork"} in found[
        "isBasedOn"
    ]
    assert [each["name"] for each in found["variableMeasured"]] == schemas.load()["roster"].names
    sums = manifest.read(version)
    files = {each["contentUrl"]: each["sha256"] for each in found["distribution"]}
    assert set(files) == {f"{name}.{form}" for name in schemas.TABLES for form in ("csv", "parquet")} | {
        f"excel/{SLUG}.xlsx"
    }
    assert all(sums[path] == digest for path, digest in files.items())


def test_the_dataset_is_json_ld_with_nothing_left_unsaid(version: Path) -> None:
    said = json.loads((version / "dataset.jsonld").read_bytes())
    said["@context"] = {"@vocab": "https://schema.org/"}  # what that address answers, for a test without a network
    graph = rdflib.Graph().parse(data=json.dumps(said), format="json-ld", base=BASE)
    schema = rdflib.Namespace("https://schema.org/")
    (dataset,) = graph.subjects(rdflib.RDF.type, schema.Dataset)
    assert len(list(graph.objects(dataset, schema.distribution))) == 2 * len(schemas.TABLES) + 1


def test_the_catalogue_is_dcat_and_every_address_leads_to_a_file(published: Path) -> None:
    graph = rdflib.Graph().parse(published / "catalog.jsonld", format="json-ld", publicID=f"{BASE}catalog.jsonld")
    (catalogue,) = graph.subjects(rdflib.RDF.type, DCAT.Catalog)
    rosters = sorted(str(each) for each in graph.objects(catalogue, DCAT.dataset))
    assert rosters == [urljoin(BASE, "another-board/"), urljoin(BASE, f"{SLUG}/")]
    versions = {str(each) for roster in rosters for each in graph.objects(rdflib.URIRef(roster), DCAT.hasVersion)}
    assert versions == {urljoin(BASE, f"{slug}/v1.{minor}.0/") for slug in (SLUG,) for minor in (0, 1)} | {
        urljoin(BASE, f"another-board/v{number}/") for number in ("1.0.0", "1.0.1")
    }
    addresses = [str(each) for each in graph.objects(None, DCAT.downloadURL)]
    assert len(addresses) == 2 * 2 * len(schemas.TABLES)
    assert all((published / address.removeprefix(BASE)).is_file() for address in addresses)
    notes = rdflib.URIRef("http://www.w3.org/ns/adms#versionNotes")
    (note,) = graph.objects(rdflib.URIRef(urljoin(BASE, "another-board/v1.0.1/")), notes)
    assert "withdrawn on 2031-12-01" in note


def test_the_citation_is_the_same_to_a_plain_yaml_reader(version: Path) -> None:
    assert yaml.safe_load((version / "CITATION.cff").read_text(encoding="utf-8"))["version"] == "1.1.0"
