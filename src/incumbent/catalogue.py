"""catalog.jsonld: every roster and version as a DCAT 3 catalogue (https://www.w3.org/TR/vocab-dcat-3/), for harvesters.

A roster is a dcat:Dataset; its versions are datasets of their own, of which the newest lists its files. Addresses are
relative to the file, so that the same bytes serve wherever published/ is put.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from incumbent import descriptor, ledger

FILE = "catalog.jsonld"

#: Written out, so that no reader has to fetch a context from anywhere.
_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dct:issued": {"@type": "xsd:date"},
    "dct:license": {"@type": "@id"},
    "dcat:downloadURL": {"@type": "@id"},
    "adms:status": {"@type": "@id"},
}
_STATUS = "http://publications.europa.eu/resource/authority/dataset-status/"
_MEDIA = "https://www.iana.org/assignments/media-types/"


def of_rosters(published: Path, rosters: Sequence[Mapping[str, Any]]) -> bytes:
    """The catalogue as JSON-LD; `rosters` are their versions.json, `published` the folder that holds them."""
    catalogue = {
        "@context": _CONTEXT,
        "@id": FILE,
        "@type": "dcat:Catalog",
        "dct:title": "Lists of office-holders, checked",
        "dct:description": "Who holds each office, and which entries of published lists are out of date.",
        "dct:language": "en",
        "dcat:dataset": [_roster(published, roster) for roster in rosters],
    }
    return descriptor.to_linked_json(catalogue)


def _roster(published: Path, roster: Mapping[str, Any]) -> dict[str, Any]:
    slug, versions = roster["slug"], roster["versions"]
    live = ledger.pointer_to(list(versions))
    described = _described(published / slug / live["path"]) if live["path"] else {}
    return {
        "@id": f"{slug}/",
        "@type": "dcat:Dataset",
        "dct:identifier": slug,
        "dct:title": roster["title"],
        **_words(described),
        "dcat:hasVersion": [_version(slug, each, described, live["version"]) for each in versions],
        **({"dcat:hasCurrentVersion": {"@id": f"{slug}/{live['path']}/"}} if live["path"] else {}),
    }


def _version(slug: str, entry: Mapping[str, Any], described: Mapping[str, Any], live: str | None) -> dict[str, Any]:
    at = f"{slug}/{entry['path']}/"
    made: dict[str, Any] = {
        "@id": at,
        "@type": "dcat:Dataset",
        "dcat:version": entry["version"],
        "dct:issued": entry["as_of"],
        "dcat:isVersionOf": {"@id": f"{slug}/"},
        "adms:status": _STATUS + ("WITHDRAWN" if entry["state"] == "withdrawn" else "COMPLETED"),
    }
    if entry["state"] == "withdrawn":
        made["adms:versionNotes"] = ledger.told(entry)
    if entry["version"] == live:
        made["dct:title"] = f"{described.get('title', slug)}, version {live}"
        made |= _words(described)
        made["dcat:distribution"] = [_file(at, resource) for resource in described.get("resources", [])]
    return made


def _words(described: Mapping[str, Any]) -> dict[str, Any]:
    """What a descriptor says in words, in DCAT's."""
    licences = [each["path"] for each in described.get("licenses", []) if "path" in each]
    said = {
        "dct:description": described.get("description"),
        "dcat:keyword": described.get("keywords"),
        "dct:license": licences[0] if licences else None,
    }
    return {key: value for key, value in said.items() if value}


def _file(at: str, resource: Mapping[str, Any]) -> dict[str, Any]:
    size = {"@type": "xsd:nonNegativeInteger", "@value": str(resource.get("bytes"))}
    return {
        "@type": "dcat:Distribution",
        "dct:title": resource["title"],
        "dcat:downloadURL": f"{at}{resource['path']}",
        "dcat:mediaType": {"@id": _MEDIA + resource["mediatype"]},
        **({"dcat:byteSize": size} if "bytes" in resource else {}),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": resource["hash"].removeprefix("sha256:"),
        },
    }


def _described(version: Path) -> dict[str, Any]:
    described: dict[str, Any] = ledger.read(version / "datapackage.json")
    return described
