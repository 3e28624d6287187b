"""What a version says of itself to search engines and to CSV readers, as linked data.

    dataset.jsonld               a schema.org Dataset (https://schema.org/Dataset), for dataset search
    <table>.csv-metadata.json    CSV on the Web (https://www.w3.org/TR/tabular-metadata/), one per table
    csv-metadata.json            the same as one group of tables, with the keys that refer from one to another
    croissant.json               Croissant, for machine-learning tools (croissant.py)

From the descriptor and the Table Schemas: no word here that is not in those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from incumbent import croissant, descriptor, manifest
from incumbent.schemas import Field, TableSchema

DATASET = "dataset.jsonld"
GROUP = "csv-metadata.json"

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSVW = ["http://www.w3.org/ns/csvw", {"@language": "en"}]

#: Every default of CSVW's dialect that our CSV relies on, written out.
_DIALECT = {
    "encoding": "utf-8", "delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True,
    "lineTerminators": ["\r\n"], "skipBlankRows": False, "trim": False,
}  # fmt: skip
_TYPES = {"string": "string", "integer": "integer", "number": "decimal", "boolean": "boolean", "date": "date"}
_BOUNDS = {"minimum": "minimum", "maximum": "maximum", "minLength": "minLength", "maxLength": "maxLength"}


def write(described: Mapping[str, Any], schemas: Mapping[str, TableSchema], folder: Path) -> None:
    """All of them into a version's folder, whose tables and workbook are there; `described` is its descriptor."""
    whole = dataset(described, folder)
    (folder / DATASET).write_bytes(descriptor.to_linked_json(whole))
    crumbs = croissant.croissant(whole, described, schemas)
    (folder / croissant.FILE).write_bytes(descriptor.to_linked_json(crumbs))
    for name, schema in schemas.items():
        (folder / f"{name}.csv-metadata.json").write_bytes(descriptor.to_linked_json(csvw_table(described, schema)))
    (folder / GROUP).write_bytes(descriptor.to_linked_json(csvw_group(described, schemas)))


def dataset(described: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The version as a schema.org Dataset. `temporalCoverage` is the day whose knowledge it uses; `isBasedOn` are its
    sources; `variableMeasured` are the columns of the table of entries."""
    as_of = described["created"][:10]
    files = [_download(resource) for resource in described["resources"]]
    for path in sorted((folder / "excel").glob("*.xlsx")):
        files.append(
            {
                "@type": "DataDownload",
                "name": "All tables as one workbook",
                "contentUrl": f"excel/{path.name}",
                "encodingFormat": _WORKBOOK,
                "contentSize": f"{path.stat().st_size} B",
                "sha256": manifest.digest(path),
            }
        )
    licences = [each["path"] for each in described["licenses"] if "path" in each]
    first = described["resources"][0]["schema"]["fields"]
    based_on = [
        {"@type": "CreativeWork", "name": each["title"], **({"url": each["path"]} if "path" in each else {})}
        for each in described.get("sources", [])
    ]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{described['id']}#v{described['version']}",
        "identifier": described["id"],
        "name": described["title"],
        "description": described["description"].strip(),
        "version": described["version"],
        "datePublished": as_of,
        "temporalCoverage": as_of,
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "keywords": described["keywords"],
        **({"license": licences[0]} if licences else {}),
        "creator": [_organisation(each) for each in described["contributors"] if "creator" in each["roles"]],
        "creditText": "; ".join(each["title"] for each in described["contributors"] if "contact" not in each["roles"]),
        "citation": "CITATION.cff",
        **({"isBasedOn": based_on} if based_on else {}),
        "variableMeasured": [
            {"@type": "PropertyValue", "name": field["name"], "description": field["description"]} for field in first
        ],
        "distribution": files,
    }


def csvw_table(described: Mapping[str, Any], schema: TableSchema) -> dict[str, Any]:
    """The CSVW metadata of one table on its own. Keys into other tables are in the group, as the standard asks."""
    return {"@context": _CSVW, **_table(schema), "dialect": _DIALECT, **_rights(described)}


def csvw_group(described: Mapping[str, Any], schemas: Mapping[str, TableSchema]) -> dict[str, Any]:
    """The CSVW metadata of all tables, with their foreign keys."""
    tables = []
    for schema in schemas.values():
        table = _table(schema)
        table["tableSchema"]["foreignKeys"] = [
            {
                "columnReference": list(key.fields),
                "reference": {"resource": f"{key.table}.csv", "columnReference": list(key.targets)},
            }
            for key in schema.foreign_keys
            if schemas[key.table].primary_key == key.targets  # CSVW knows no key into part of a key
        ]
        tables.append(table)
    return {
        "@context": _CSVW,
        "dc:title": described["title"],
        "dc:description": described["description"].strip(),
        **_rights(described),
        "dialect": _DIALECT,
        "tables": tables,
    }


def _table(schema: TableSchema) -> dict[str, Any]:
    return {
        "url": f"{schema.name}.csv",
        "dc:title": schema.title,
        "dc:description": schema.description,
        "tableSchema": {
            "columns": [_column(field) for field in schema.fields],
            "primaryKey": list(schema.primary_key),
        },
    }


def _column(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "titles": field.name,
        "dc:title": field.title,
        "dc:description": field.description,
        "datatype": _datatype(field),
        "required": bool(field.constraints.get("required", False)),
    }


def _datatype(field: Field) -> dict[str, Any]:
    rules = field.constraints
    made: dict[str, Any] = {"base": _TYPES[field.type]}
    made |= {ours: rules[theirs] for theirs, ours in _BOUNDS.items() if theirs in rules}
    if field.type == "boolean":
        made["format"] = "true|false"
    elif field.type == "date":
        made["format"] = "yyyy-MM-dd"
    elif field.type == "string" and "enum" in rules:
        made["format"] = f"({'|'.join(re.escape(each) for each in rules['enum'])})"
    elif field.type == "string" and "pattern" in rules:
        made["format"] = rules["pattern"]
    return made


def _rights(described: Mapping[str, Any]) -> dict[str, Any]:
    licences = [each["path"] for each in described["licenses"] if "path" in each]
    return {"dc:license": {"@id": licences[0]}} if licences else {}


def _download(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": resource["title"],
        "description": resource["description"],
        "contentUrl": resource["path"],
        "encodingFormat": resource["mediatype"],
        **({"contentSize": f"{resource['bytes']} B"} if "bytes" in resource else {}),
        "sha256": resource["hash"].removeprefix("sha256:"),
    }


def _organisation(contributor: Mapping[str, Any]) -> dict[str, Any]:
    return {"@type": "Organization", "name": contributor["title"]}
