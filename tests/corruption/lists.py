"""Invented lists of office-holders, of several shapes and sizes, and the bytes that a publisher would serve of them."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

_GIVEN = [
    "Ada", "Bo", "Cyn", "Dai", "Eve", "Fay", "Gil", "Hal", "Ida", "Jory", "Kit", "Lena", "Milo", "Nell", "Orla",
    "Piers", "Quin", "Rhea", "Saul", "Tess", "Ugo", "Vera", "Wynn", "Xenia", "Yves", "Zora", "Anaïs", "Björn",
    "Chloé", "Dórin", "Élodie", "François", "Göran", "Héloïse", "Íñigo", "José", "Käthe", "Løvise", "Márton",
    "Noémie",
]  # fmt: skip
_SURNAMES = [
    "Quill", "Fenn", "Marsh", "Ruan", "Tarn", "Ulm", "Voss", "Rask", "Thorne", "Bexley", "Carrow", "Dunmore",
    "Eastlake", "Farrow", "Garrick", "Hallam", "Inskip", "Jessop", "Kestrel", "Lorne", "Mallory", "Norwood",
    "Oakes", "Penrose", "Quarles", "Radley", "Selwyn", "Tindall", "Underhill", "Varley", "Wexford", "Yardley",
    "Zeller", "Ångström", "Béranger", "Čapek", "Dvořák", "Ekström", "Fónagy", "Gómez", "Håkansson", "Ibáñez",
    "Jiménez", "Küster", "Löfgren", "Müller", "Nuñez", "Öhman", "Pärn", "Renée", "Sørlie", "Túrin", "Ueberroth",
    "Vásquez", "Weiß", "Ysé", "Zápolya",
]  # fmt: skip
_SUBJECTS = [
    "Finance", "Harbours", "Lighthouses", "Bridges", "Fisheries", "Archives", "Tides", "Beacons", "Ferries",
    "Canals", "Weather", "Charts", "Salvage", "Pilotage", "Dredging", "Customs",
]  # fmt: skip
_RANKS = ("Director of {}", "Head of {}", "Commissioner for {}")
_BODIES = ("Department of {}", "Board of {}", "{} Authority", "Office for {}")

#: Subjects that no list has from the start: for what is new, or renamed.
NEW_SUBJECTS = ("Estuaries", "Moorings", "Signals", "Shoals", "Currents", "Wharves")


class Line(NamedTuple):
    """One line of a list."""

    person: str
    post: str
    body: str


class Shape(NamedTuple):
    """A format: the adapter that reads it, its settings, its content type, and how it is written."""

    adapter: str
    settings: str
    content_type: str
    written: Callable[[Sequence[Line]], str]


def people(rng: Random, count: int, taken: Sequence[str] = ()) -> list[str]:
    """Different invented names, none of them among `taken`."""
    names = [f"{given} {surname}" for given in _GIVEN for surname in _SURNAMES]
    return rng.sample(sorted(set(names) - set(taken)), count)


def offices(rng: Random, count: int) -> list[tuple[str, str]]:
    """Different posts with their bodies: about eight of each body."""
    bodies = [form.format(subject) for subject in _SUBJECTS for form in _BODIES]
    chosen = rng.sample(bodies, min(len(bodies), max(3, count // 8)))
    posts = [rank.format(subject) for rank in _RANKS for subject in _SUBJECTS]
    held = [(post, body) for body in chosen for post in rng.sample(posts, 20)]
    return sorted(rng.sample(held, count), key=lambda office: (chosen.index(office[1]), office[0]))


def generate(seed: int, count: int) -> list[Line]:
    """A list of `count` lines; each body's lines stand together."""
    rng = Random(f"list {seed} {count}")
    named, held = people(rng, count), offices(rng, count)
    return [Line(person, post, body) for person, (post, body) in zip(named, held, strict=True)]


def _as_csv(lines: Sequence[Line]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("Name", "Post", "Body"))
    writer.writerows(lines)
    return out.getvalue()


def _as_json(lines: Sequence[Line]) -> str:
    rows = [{"name": line.person, "office": {"title": line.post, "body": line.body}} for line in lines]
    return json.dumps({"people": rows}, ensure_ascii=False, indent=1)


def _as_html(lines: Sequence[Line]) -> str:
    rows = "\n".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>" for line in lines)
    return (
        '<!doctype html><html><head><meta charset="utf-8"><title>Who holds office</title></head><body>'
        f'<table class="holders">\n<tr><th>Name</th><th>Post</th><th>Body</th></tr>\n{rows}\n</table></body></html>'
    )


_NAMED = "columns: {Name: person, Post: post, Body: organisation}"
SHAPES = {
    "csv": Shape("csv", f"{{{_NAMED}}}", "text/csv; charset=utf-8", _as_csv),
    "html": Shape(
        "html_table", f"{{table: table.holders, minimum: 1, {_NAMED}}}", "text/html; charset=utf-8", _as_html
    ),
    "json": Shape(
        "json",
        "{rows: people, columns: {name: person, office.title: post, office.body: organisation}}",
        "application/json",
        _as_json,
    ),
}
