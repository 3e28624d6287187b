"""A version's descriptor (Data Package 2.0, https://datapackage.org/standard/data-package/), README and citation.

Our own writer: order, bytes and digests are under our control, and every word is from the schemas or the roster.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from incumbent import manifest
from incumbent.schemas import TableSchema

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

#: Licences by SPDX id: title and address. Any other licence is published in the roster's own words.
LICENCES = {
    "CC-BY-4.0": ("Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": ("Creative Commons Attribution Share-Alike 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "CC0-1.0": ("CC0 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "ODC-By-1.0": ("Open Data Commons Attribution License 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    "ODbL-1.0": ("Open Data Commons Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "OGL-UK-3.0": (
        "Open Government Licence v3.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    ),
}


def describe(
    about: About,
    tables: Mapping[str, pl.DataFrame],
    schemas: Mapping[str, TableSchema],
    *,
    version: str,
    as_of: str,
    folder: Path,
) -> dict[str, Any]:
    """The descriptor of the CSV and Parquet files that `folder` already holds.

    `created` is as_of, never the clock. A Parquet resource has its hash but no `bytes`, with which frictionless finds
    every Parquet file invalid.
    """
    sources = tables["sources"]
    resources = []
    for name, schema in schemas.items():
        used = sources
        if "source_id" in tables[name].columns:
            used = sources.filter(pl.col("source_id").is_in(tables[name]["source_id"].drop_nulls().unique().to_list()))
        common = {"title": schema.title, "description": schema.description}
        rights = {"licenses": [licence(about.licence)], "contributors": contributors(about)}
        from_sources = {"sources": cited} if (cited := citable(used)) else {}
        for suffix, format_, mediatype in (
            ("", "csv", "text/csv"),
            ("-parquet", "parquet", "application/vnd.apache.parquet"),
        ):
            path = folder / f"{name}.{format_}"
            resources.append(
                {
                    "name": f"{name}{suffix}",
                    "type": "table",
                    "path": path.name,
                    **common,
                    "format": format_,
                    "mediatype": mediatype,
                    **({"encoding": "utf-8", "bytes": path.stat().st_size} if format_ == "csv" else {}),
                    "hash": f"sha256:{manifest.digest(path)}",
                    "schema": dict(schema.descriptor),
                    **from_sources,
                    **rights,
                }
            )
    words = about_descriptor(about)
    cited = citable(sources)
    return {
        "$schema": PROFILE,
        **{key: words[key] for key in ("name", "id", "title", "description")},
        "version": version,
        "created": f"{as_of}T00:00:00Z",
        **({"sources": cited} if cited else {}),
        **{key: words[key] for key in ("licenses", "contributors", "keywords")},
        "resources": resources,
    }


def about_descriptor(about: About) -> dict[str, Any]:
    """What a descriptor says of the roster itself, whatever the version."""
    return {
        "$schema": PROFILE,
        "name": about.slug,
        # a name-based UUID: globally unique, and the same for ever
        "id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:incumbent:{about.slug}')}",
        "title": about.title,
        "description": about.description,
        "licenses": [licence(about.licence)],
        "contributors": [*contributors(about), *contact(about)],
        "keywords": ["office-holders", "appointments", "public office"],
    }


def licence(text: str) -> dict[str, str]:
    """A licence as the profile wants it: {name, path, title} of a known SPDX id, else the words given."""
    if text in LICENCES:
        title, path = LICENCES[text]
        return {"name": text, "path": path, "title": title}
    if re.fullmatch(r"[-a-zA-Z0-9._]+", text):
        return {"name": text}
    return {"name": "notspecified", "title": text or "not specified"}


def licence_text(text: str) -> str:
    """A licence in words, with its address where that is known."""
    terms = licence(text)
    return terms.get("title", terms["name"]) + (f" ({terms['path']})" if "path" in terms else "")


def contributors(about: About) -> list[dict[str, Any]]:
    """Who made the package, in the profile's shape; the attribution is whose data it is made from."""
    made = [{"title": "incumbent", "roles": ["creator"]}]
    return [*made, {"title": about.attribution, "roles": ["rightsHolder"]}] if about.attribution else made


def contact(about: About) -> list[dict[str, Any]]:
    """Who is told of errors, as a contributor with an `email` or a `path`; none where roster.yaml gives no address."""
    address: str = getattr(about, "contact", "")
    if address.startswith("https://"):
        return [{"title": "Reports of errors", "path": address, "roles": ["contact"]}]
    if "@" in address and " " not in address:
        return [{"title": "Reports of errors", "email": address.removeprefix("mailto:"), "roles": ["contact"]}]
    return []


def citable(sources: pl.DataFrame) -> list[dict[str, str]]:
    """The profile's `sources` of a sources table: title and, where it has an address, path; each once, sorted."""
    cited = set()
    for title, publisher, url in sources.select("title", "publisher", "url").iter_rows():
        if title or publisher:
            named = (
                title
                if title and (not publisher or publisher in title)
                else ", ".join(filter(None, (publisher, title)))
            )
            cited.add((named, url or ""))
    return [{"title": title, **({"path": path} if path else {})} for title, path in sorted(cited)]


def to_json(value: object) -> bytes:
    """JSON as we publish it: two spaces, UTF-8 unescaped, one line end at the end."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def to_linked_json(value: object) -> bytes:
    """As to_json, with <, > and & escaped: the same JSON, which can be put into a page's script element as it is."""
    escaped = to_json(value)
    for char in (b"<", b">", b"&"):
        escaped = escaped.replace(char, b"\\u%04x" % char[0])
    return escaped


def readme(about: About, tables: Mapping[str, pl.DataFrame], schemas: Mapping[str, TableSchema], **of: str) -> str:
    """README.md of a version: what it is, the figures, the files, how to read and check them. `of`: version, as_of."""
    figures = "\n".join(
        f"| {measure} | {value} | {'' if total is None else total} | {_cell(note)} |"
        for measure, value, total, note in _plain_order(tables["headlines"])
        if "__" not in measure  # of one organisation
        and (value or not measure.startswith(("reason_", "account_")))
    )
    files = "\n".join(
        f"| {name} | {tables[name].height} | {_cell(schema.description)} |" for name, schema in schemas.items()
    )
    return f"""# {_cell(about.title)}

Version {of["version"]}, as of {of["as_of"]}.

{about.description.strip()}

## Figures

| measure | value | of | in words |
| --- | ---: | ---: | --- |
{figures}

## Tables

Each is there as `<table>.csv`, `<table>.parquet` and, for spreadsheets, `excel/<table>.csv`; `excel/{about.slug}.xlsx`
has them all as sheets.

| table | rows | what it is |
| --- | ---: | --- |
{files}

What each field means is in `datapackage.json`, and for a CSV in `<table>.csv-metadata.json` (CSV on the Web).
`dataset.jsonld` describes the version to search engines; `news.json` has the entries that went out of date or were put
right. CSV is RFC 4180: UTF-8, comma, CRLF, ISO dates, `true`/`false`; the empty cell is missing. Several values in one
cell are separated by semicolons. `excel/<table>.csv` begins with a byte order mark, and has an apostrophe before text
that a spreadsheet would run.

A version never changes. `sha256sum -c SHA256SUMS` checks it.

## Licence

{licence_text(about.licence)}. {about.attribution}
""".replace("\r\n", "\n")


def citation(about: About, *, version: str, as_of: str) -> str:
    """CITATION.cff of a version (Citation File Format 1.2.0). JSON strings are YAML strings, so quoting is exact."""
    fields: list[tuple[str, str]] = [
        ("cff-version", "1.2.0"),
        ("message", "If you use this data, please cite this version of it."),
        ("type", "dataset"),
        ("title", about.title),
        ("abstract", about.description.strip()),
        ("version", version),
        ("date-released", as_of),
    ]
    if about.licence in LICENCES:
        fields.append(("license", about.licence))
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields]
    names = [json.dumps(contributor["title"], ensure_ascii=False) for contributor in contributors(about)]
    return "\n".join([*lines, "authors:", *(f"  - name: {name}" for name in names)]) + "\n"


def _plain_order(headlines: pl.DataFrame) -> Sequence[tuple[Any, ...]]:
    """Entries first, then verdicts and accounts, then the rest: a reader's order, not the key's."""
    first = ("entries", "out_of_date", "leaving", "disputed", "unverified", "current", "with_account")
    rows = headlines.select("measure", "value", "of", "note").rows()
    return sorted(rows, key=lambda row: (first.index(row[0]) if row[0] in first else len(first), row[0]))


def _cell(text: str) -> str:
    """Words for a line of Markdown: none of it is markup, whoever wrote it."""
    return " ".join(re.sub(r"([\\`*\[\]<>|])", r"\\\1", text).split())


class About(Protocol):
    """What a package says of its roster: the part of a Roster that is published as it is."""

    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def attribution(self) -> str: ...
