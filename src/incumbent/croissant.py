"""What a version says of itself to machine-learning tools: Croissant 1.0, for mlcroissant, Hugging Face and Kaggle.

    croissant.json    each CSV as a file, each table as a set of records (https://docs.mlcommons.org/croissant/docs/)

From the descriptor and the Table Schemas, as all linked data here (linked.py). Foreign keys are not said: a reader of
Croissant joins what it is told refers to another table, and leaves out the rows that refer to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incumbent.schemas import Field, TableSchema

FILE = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.0"

#: The context that the specification asks to be copied as it is.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES = {
    "string": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
}
#: What of a schema.org Dataset is said here in the same words.
_SHARED = (
    "name",
    "description",
    "version",
    "datePublished",
    "inLanguage",
    "keywords",
    "license",
    "creator",
    "isBasedOn",
)


def croissant(
    dataset: Mapping[str, Any], described: Mapping[str, Any], schemas: Mapping[str, TableSchema]
) -> dict[str, Any]:
    """The version in Croissant's words. `dataset`: the same as a schema.org Dataset (linked.dataset)."""
    csv = {resource["path"]: resource for resource in described["resources"] if resource["path"].endswith(".csv")}
    year = dataset["datePublished"][:4]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "@id": described["id"],
        "conformsTo": CONFORMS_TO,
        **{name: dataset[name] for name in _SHARED if name in dataset},
        "url": described["id"],
        "citeAs": f"{dataset['creditText']} ({year}). {dataset['name']}, version {dataset['version']}.",
        "distribution": [_file(csv[f"{name}.csv"]) for name in schemas],
        "recordSet": [_records(schema) for schema in schemas.values()],
    }


def _file(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": resource["path"],
        "name": resource["path"],
        "description": resource["description"],
        "contentUrl": resource["path"],
        "encodingFormat": "text/csv",
        **({"contentSize": f"{resource['bytes']} B"} if "bytes" in resource else {}),
        "sha256": resource["hash"].removeprefix("sha256:"),
    }


def _records(schema: TableSchema) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": schema.name,
        "name": schema.name,
        "description": schema.description,
        "key": [{"@id": f"{schema.name}/{name}"} for name in schema.primary_key],
        "field": [_field(schema.name, each) for each in schema.fields],
    }


def _field(table: str, field: Field) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{field.name}",
        "name": field.name,
        "description": field.description,
        "dataType": _TYPES[field.type],
        "source": {"fileObject": {"@id": f"{table}.csv"}, "extract": {"column": field.name}},
    }
