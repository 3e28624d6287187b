"""The pages: what a journalist opens. Static files, made from what is published and from nothing else.

    published/index.html, assets/                  every roster, and what all pages share      index_pages
              <slug>/index.html                    figures, the wrong entries, charts          pages
                     findings.html, findings-2.html ..., findings-rows.js   every entry
                     entries/<id>.html             one for each entry that the list has or ever had
                     changes.html data.html about.html quality.html
                     charts/<id>.svg .png .csv     each chart, and what is drawn in it; entries' timelines
                     embed/headline.html table.html

The same tables, indexes and code give the same bytes: no clock, no locale, no network. status.json is read by the front
page alone, so that a run that changes no version has one page to make (`front_page`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from incumbent import catalogue, feeds, ledger, tablefiles
from incumbent.site import addresses, entries, evidence, rows, versions, words
from incumbent.site.reading import Published, outline, read
from incumbent.site.rendering import ASSETS, ASSETS_AT, data_block, render, script

#: What a front page shows of the entries that are wrong, before it leads on to all of them.
_FIRST_WRONG = 20
#: Rows of an embedded table, and of tables on pages that also have a file with all of them.
_EMBEDDED = 50
_MOST_ROWS = 500
#: The verdicts whose entries have their timeline as a picture to download, and of how many of them at the most.
_PICTURED = ("out_of_date", "leaving", "disputed")
_MOST_PICTURED = 20

#: The headline figures: measure, the chart that goes with it, the unit where it is no share, and what the number is.
_HEADLINES = (
    ("out_of_date", "reasons", "", "entries are out of date"),
    ("with_account", "accounts-over-time", "", "entries name somebody with an account"),
    ("list_lag_median_days", "days-wrong", "days", "the list stays wrong about an entry, at the least (median)"),
)

#: The states of a check, what wants looking at first.
_CHECKED = {"failed": 0, "approved": 1, "not_run": 2, "passed": 3}

_SIZE = re.compile(rb'<svg[^>]* width="([0-9]+)(?:px)?"[^>]* height="([0-9]+)(?:px)?"')

_PAGES = ("changes", "data", "about", "quality")
_SITE = "Lists of office-holders, checked"


def pages(published: Path, slug: str) -> Iterator[tuple[str, bytes]]:
    """Every page of a roster: its path relative to published/<slug>, with /, and its bytes. Each path comes once.

    Raises InputError when nothing is published as `slug`; VerifyError for a damaged index.
    """
    found = read(published, slug)
    common, drawn = _common(found), _charts(found)
    yield "index.html", _front(found, common, [_chart(picture, picture.svg) for picture in drawn])
    for picture in drawn:
        yield from _chart_files(picture)
    yield from _table_pages(found, common)
    for name in _PAGES:
        yield f"{name}.html", _PAGE_OF[name](found, common | {"page": name})
    yield from _embeds(found, common)
    drawn_holders = _timelines(found)
    for entry_id, picture in drawn_holders.items():
        yield from _timeline_files(found, entry_id, picture)
    below = common | {"up": "../", "root": "../../", "page": "findings"}
    yield from entries.pages(found, below, frozenset(drawn_holders))


def front_page(published: Path, slug: str) -> tuple[str, bytes]:
    """The one page that a change of status.json changes: its path relative to published/<slug>, and its bytes."""
    found = read(published, slug)
    return "index.html", _front(found, _common(found), _published_charts(found))


def index_pages(published: Path) -> Iterator[tuple[str, bytes]]:
    """The index of all rosters and the files that every page shares: paths relative to published/, and their bytes."""
    found = [outline(published, path.parent.name) for path in sorted(published.glob("*/versions.json"))]
    shared = {"site": _SITE, "root": "", "catalogue": catalogue.FILE, "feed": feeds.VERSIONS}
    yield "index.html", render("rosters.html", **shared, rosters=[_summary(each) for each in found])
    for path in sorted(ASSETS.iterdir()):
        yield f"{ASSETS_AT}/{path.name}", path.read_bytes()


def page_of_rows(number: int) -> str:
    """The name of a page of the table of entries, counted from 1."""
    return "findings.html" if number == 1 else f"findings-{number}.html"


def _common(found: Published) -> dict[str, Any]:
    """What every page of a roster is given. `up`: from the page to the roster's folder; `root`: to published/."""
    described = found.described
    return {
        "site": _SITE,
        "up": "",
        "root": "../",
        "page": "",
        "slug": found.slug,
        "title": found.title,
        "description": " ".join(described.get("description", "").split()),
        "version": found.pointer["version"],
        "as_of": found.as_of,
        "total": found.entries,
        "licences": described.get("licenses", []),
        "attribution": [
            each["title"] for each in described.get("contributors", []) if "rightsHolder" in each.get("roles", ())
        ],
    }


def _front(found: Published, common: Mapping[str, Any], shown: Sequence[Mapping[str, Any]]) -> bytes:
    roster = rows.in_order(found.tables["roster"])
    wrong = roster.filter(pl.col("verdict") == "out_of_date")
    told = versions.dataset(found)
    return render(
        "front.html",
        **{**common, "page": "index"},
        status=found.status,
        figures=_figures(found, shown),
        verdicts=[found.figure(verdict) for verdict in words.VERDICTS if found.figure(verdict)],
        wrong=_with_evidence(found, wrong.head(_FIRST_WRONG)),
        wrong_count=wrong.height,
        missing=found.tables["findings"].filter(pl.col("entry_id").is_null()).head(_FIRST_WRONG).to_dicts(),
        charts=shown,
        dataset=data_block(told) if told else None,
        withdrawn=[ledger.told(each) for each in found.versions if each["state"] == "withdrawn"],
        previous=[each for each in versions.newest_first(found) if each["live"]],
    )


def _figures(found: Published, shown: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The headline figures that the version has: rows of headlines with `unit`, `words`, `chart` (None: not drawn)."""
    pictures = {chart["id"]: chart for chart in shown}
    return [
        {**figure, "unit": unit, "words": name, "chart": pictures.get(chart)}
        for measure, chart, unit, name in _HEADLINES
        if (figure := found.figure(measure))
    ]


def _with_evidence(found: Published, wrong: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of the roster table, each with `publishers` (the latest statement of each who is cited) and `count`."""
    known = evidence.statements(found, evidence.cited(*wrong["evidence"]))
    made = []
    for row in rows.rows(wrong):
        ids = evidence.cited(row["evidence"])
        told = evidence.in_order(ids, known)
        made.append(row | {"count": len(ids), "publishers": list(evidence.by_publisher(told).values())})
    return made


def _table_pages(found: Published, common: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The table of entries, a page for each 200 rows, and its rows for the script."""
    ordered = rows.in_order(found.tables["roster"])
    last = max(1, math.ceil(ordered.height / rows.PER_PAGE))
    missing = found.tables["findings"].filter(pl.col("entry_id").is_null()).head(_MOST_ROWS).to_dicts()
    for number in range(1, last + 1):
        part = ordered.slice((number - 1) * rows.PER_PAGE, rows.PER_PAGE)
        yield (
            page_of_rows(number),
            render(
                "findings.html",
                **{**common, "page": "findings"},
                rows=rows.rows(part),
                blank=rows.BLANK,
                shown=part.height,
                first=(number - 1) * rows.PER_PAGE + 1,
                number=number,
                last=last,
                previous=page_of_rows(number - 1) if number > 1 else None,
                following=page_of_rows(number + 1) if number < last else None,
                last_page=page_of_rows(last),
                missing=missing if number == last else [],
            ),
        )
    yield "findings-rows.js", script("incumbentRows", rows.data(found, ordered))


def _changes(found: Published, common: Mapping[str, Any]) -> bytes:
    cells, count = versions.cells(found)
    return render(
        "changes.html",
        **common,
        versions=versions.newest_first(found),
        cells=cells,
        cell_count=count,
        counts=versions.counts(found),
    )


def _data(found: Published, common: Mapping[str, Any]) -> bytes:
    return render(
        "data.html",
        **common,
        live=found.live.name if found.live else None,
        manifest=found.pointer["manifest"],
        tables=versions.downloads(found),
        others=versions.others(found),
        versions=versions.newest_first(found),
        citation=versions.citation(found),
        embeds=versions.embeds(found),
    )


def _about(found: Published, common: Mapping[str, Any]) -> bytes:
    sources = found.described.get("sources", [])[:_MOST_ROWS]
    return render(
        "about.html",
        **common,
        sources=sources,
        corrections=sorted(found.corrections, reverse=True),
        contact=entries.contact(found),
    )


def _quality(found: Published, common: Mapping[str, Any]) -> bytes:
    quality, sources = found.tables["quality"], found.tables["sources"]
    quality = quality.sort(pl.col("state").replace_strict(_CHECKED, default=len(_CHECKED)), *quality.columns)
    states = quality.group_by("state", maintain_order=True).len().rows()
    shown, passed = quality.head(_MOST_ROWS), (pl.col("state") == "passed").fill_null(False)
    return render(
        "quality.html",
        **common,
        noted=shown.filter(~passed).to_dicts(),
        passed=shown.filter(passed).to_dicts(),
        check_count=quality.height,
        states=states,
        sources=sources.sort("source_id", "stated_at", "snapshot").head(_MOST_ROWS).to_dicts(),
        source_count=sources.height,
        live=found.live.name if found.live else None,
    )


def _embeds(found: Published, common: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    below = {**common, "up": "../", "root": "../../"}
    ordered = rows.in_order(found.tables["roster"])
    wrong = ordered.filter(pl.col("verdict") == "out_of_date")
    yield "embed/headline.html", render("embed-headline.html", **below, figures=_figures(found, []))
    yield (
        "embed/table.html",
        render("embed-table.html", **below, rows=rows.rows(wrong.head(_EMBEDDED)), count=wrong.height),
    )


def _charts(found: Published) -> Sequence[Any]:
    """The charts of the live version; what draws them is loaded only where there are some."""
    if found.live is None:
        return []
    from incumbent import charts

    drawn: Sequence[Any] = charts.pictures(found.tables, found.title)
    return drawn


def _published_charts(found: Published) -> list[dict[str, Any]]:
    """The charts for a template, as they were drawn last; they are drawn anew only where one is not there."""
    if found.live is None:
        return []
    from incumbent import charts

    plans = charts.plans(found.tables, found.title)
    files = [found.folder / "charts" / f"{plan.id}.svg" for plan in plans]
    if all(path.is_file() for path in files):
        return [_chart(plan, path.read_bytes()) for plan, path in zip(plans, files, strict=True)]
    return [_chart(picture, picture.svg) for picture in _charts(found)]


def _chart(chart: Any, svg: bytes) -> dict[str, Any]:
    """A chart for a template: `id, title, description`, `size` (width and height in CSS pixels, so that the page does
    not jump), `columns`, `rows`, `count`."""
    table: pl.DataFrame = chart.table
    drawn_in = _SIZE.search(svg[:1000])
    return {
        "id": chart.id,
        "title": chart.title,
        "description": chart.description,
        "size": [int(side) for side in drawn_in.groups()] if drawn_in else None,
        "columns": table.columns,
        "rows": table.head(_MOST_ROWS).rows(),
        "count": table.height,
    }


def _timelines(found: Published) -> dict[str, Any]:
    """entry_id -> who held the post and what the list said, as a picture: of the first entries that are not as they
    should be, since each costs a tenth of a second."""
    if found.live is None:
        return {}
    from incumbent import charts

    roster = rows.in_order(found.tables["roster"]).filter(pl.col("verdict").is_in(_PICTURED)).head(_MOST_PICTURED)
    return {each.entry_id: each for each in charts.timelines({**found.tables, "roster": roster})}


def _timeline_files(found: Published, entry_id: str, picture: Any) -> Iterable[tuple[str, bytes]]:
    source = f"Data: {found.title}, version {found.pointer['version']}, as of {words.date(found.as_of)}"
    path = addresses.holders_chart(entry_id)
    yield f"{path}.svg", picture.picture(source)
    yield f"{path}.png", picture.png(source)
    yield f"{path}.csv", tablefiles.csv_bytes(picture.table)


def _chart_files(picture: Any) -> Iterable[tuple[str, bytes]]:
    yield f"charts/{picture.id}.svg", picture.svg
    yield f"charts/{picture.id}-dark.svg", picture.svg_dark
    yield f"charts/{picture.id}.png", picture.png
    yield f"charts/{picture.id}.csv", tablefiles.csv_bytes(picture.table)


def _summary(found: Published) -> dict[str, Any]:
    """What the index of all rosters says of one."""
    return {
        **_common(found),
        "entries": found.figure("entries"),
        "out_of_date": found.figure("out_of_date"),
        "last_checked": found.status.get("last_checked"),
        "last_changed": found.status.get("last_changed"),
        "versions": sum(each["state"] == "published" for each in found.versions),
    }


_PAGE_OF = {"changes": _changes, "data": _data, "about": _about, "quality": _quality}
