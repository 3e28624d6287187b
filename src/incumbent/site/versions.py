"""What the pages say of versions: what each changed, what it consists of, how to cite it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from incumbent import ledger, linked, manifest
from incumbent.site import words
from incumbent.site.reading import Published, news_of

#: A page of more is one that nobody reads; the files have all of it.
_MOST_EVENTS = 100
_MOST_CELLS = 300
_MOST_VERSIONS = 50

#: What BibTeX takes for commands (https://www.bibtex.org/SpecialSymbols/).
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def newest_first(found: Published) -> list[dict[str, Any]]:
    """Each version: its entry of versions.json, `told` (of a withdrawn one), `news`, `events` (at most 100)."""
    made = []
    for number, entry in enumerate(reversed(found.versions)):
        withdrawn = entry["state"] == "withdrawn"
        news = {} if withdrawn or number >= _MOST_VERSIONS else news_of(found.folder / entry["path"])
        made.append(
            {
                **entry,
                "told": ledger.told(entry) if withdrawn else "",
                "live": entry["version"] == found.pointer["version"],
                "first": number == len(found.versions) - 1,
                "figures": news.get("figures", []),
                "changes": news.get("changes", {}),
                "count": news.get("count", 0),
                "events": news.get("entries", [])[:_MOST_EVENTS],
            }
        )
    return made


def cells(found: Published) -> tuple[list[dict[str, Any]], int]:
    """The changes of the live version in the table of entries, at most 300, and how many there are."""
    changes = found.tables["changes"].filter(pl.col("table") == "roster").sort("key", "field")
    return changes.head(_MOST_CELLS).to_dicts(), changes.height


def counts(found: Published) -> list[dict[str, Any]]:
    """What the live version changed, by table: `table, added, removed, changed`."""
    changes = found.tables["changes"]
    kinds = [(pl.col("change") == kind).sum().alias(kind) for kind in ("added", "removed", "changed")]
    return changes.group_by("table").agg(kinds).sort("table").to_dicts()


def downloads(found: Published) -> list[dict[str, Any]]:
    """Each table of the live version: `name, title, description, rows, files, fields`; `files` are `format, path, size,
    sha256`, the path relative to the roster's folder. `fields` are those of its schema."""
    if found.live is None:
        return []
    digests = manifest.read(found.live)
    made = []
    for resource in found.described["resources"]:
        if resource["format"] != "csv":
            continue
        name = Path(resource["path"]).stem
        paths = (("CSV", resource["path"]), ("Parquet", f"{name}.parquet"), ("CSV for Excel", f"excel/{name}.csv"))
        made.append(
            {
                "name": name,
                "title": resource["title"],
                "description": resource["description"],
                "rows": pq.read_metadata(found.live / f"{name}.parquet").num_rows,
                "files": [_file(found.live, kind, path, digests) for kind, path in paths if path in digests],
                "fields": [_field(field) for field in resource["schema"]["fields"]],
                "key": _names(resource["schema"]["primaryKey"]),
            }
        )
    return made


def others(found: Published) -> list[dict[str, Any]]:
    """The other files of the live version: `format` (what it is), `path, size, sha256`."""
    if found.live is None:
        return []
    digests = manifest.read(found.live)
    known = {
        f"excel/{found.slug}.xlsx": "All tables as one Excel workbook",
        "datapackage.json": "Descriptor (Data Package 2.0)",
        linked.DATASET: "Description for dataset search (schema.org)",
        linked.GROUP: "CSV on the Web metadata",
        "CITATION.cff": "Citation (Citation File Format)",
        "README.md": "Read me",
        "news.json": "What became of entries",
    }
    files = [_file(found.live, title, path, digests) for path, title in known.items() if path in digests]
    sums = found.live / manifest.NAME
    whole = {"path": f"{found.live.name}/{manifest.NAME}", "size": sums.stat().st_size, "sha256": manifest.digest(sums)}
    return [*files, {"format": "Checksums of all files (SHA-256)", **whole}]


def dataset(found: Published) -> dict[str, Any]:
    """dataset.jsonld of the live version, with the addresses of its files as seen from the roster's folder."""
    if found.live is None or not (found.live / linked.DATASET).is_file():
        return {}
    told: dict[str, Any] = ledger.read(found.live / linked.DATASET)
    for file in told.get("distribution", []):
        file["contentUrl"] = f"{found.live.name}/{file['contentUrl']}"
    if told.get("citation") == "CITATION.cff":
        told["citation"] = f"{found.live.name}/CITATION.cff"
    return told


def citation(found: Published) -> dict[str, str]:
    """How to cite the live version: `text` and `bibtex`. Neither names an address: nothing published knows its own."""
    described, pointer = found.described, found.pointer
    if found.live is None:
        return {}
    makers = [each["title"] for each in described["contributors"] if "creator" in each.get("roles", ())]
    author = "; ".join(makers) or found.title
    version, as_of = pointer["version"], str(pointer["as_of"])
    text = (
        f"{author}: {found.title}. Version {version}, as of {words.date(as_of)}. Data set. {described['id']}. "
        f"SHA-256 of its manifest: {pointer['manifest']}."
    )
    fields = {
        "author": f"{{{_tex(author)}}}",
        "title": f"{{{_tex(found.title)}}}",
        "year": as_of[:4],
        "version": version,
        "note": _tex(f"Data set, as of {as_of}. {described['id']}. SHA-256 of its manifest: {pointer['manifest']}"),
    }
    key = re.sub(r"[^a-z0-9-]+", "-", found.slug) + f"-{version}"
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return {"text": words.plain(" ".join(text.split())), "bibtex": words.plain(f"@misc{{{key},\n{body}}}\n")}


def embeds(found: Published) -> list[tuple[str, str, str]]:
    """What can be put on another page: `(name, label, snippet)`. `SITE` in a snippet is the roster's own address."""
    title = html.escape(words.plain(found.title))
    return [
        (name, label, f'<iframe src="SITE/embed/{name}.html" title="{title}: {label.lower()}" {look}></iframe>')
        for name, label, look in (
            ("headline", "Headline figures", 'width="100%" height="300" loading="lazy"'),
            ("table", "Entries out of date", 'width="100%" height="600" loading="lazy"'),
        )
    ]


def _file(live: Path, kind: str, path: str, digests: Mapping[str, str]) -> dict[str, Any]:
    size = (live / path).stat().st_size
    return {"format": kind, "path": f"{live.name}/{path}", "size": size, "sha256": digests[path]}


def _field(field: Mapping[str, Any]) -> dict[str, Any]:
    rules = field.get("constraints", {})
    return {
        "name": field["name"],
        "type": field["type"],
        "description": field["description"],
        "required": bool(rules.get("required")),
        "values": [str(value) for value in rules.get("enum", [])],
    }


def _names(key: str | Sequence[str]) -> list[str]:
    return [key] if isinstance(key, str) else list(key)


def _tex(text: str) -> str:
    return "".join(_TEX.get(char, char) for char in " ".join(text.split()))
