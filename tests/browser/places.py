"""What the browser is shown: published folders with their pages, made of invented people and of the bundled edition."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import polars as pl

from incumbent import package, publish, withdrawal
from incumbent.site.writing import write_index, write_pages
from tests import synthetic_package as synthetic
from tests.readers import hostile_strings, test_hostile

EDITION = "uk-civil-service-leadership"
BOARD = "harbour-board"
LATER = "2031-10-31"
#: Rows of the long list.
MANY = 20_000


def edition(published: Path, repository: Path) -> Path:
    """The bundled edition as published, an invented board of two versions, and one that is withdrawn; their index."""
    shutil.copytree(repository / "published", published)
    publish.publish(synthetic.draft(), published, BOARD)
    publish.publish(synthetic.draft(LATER, extra=True, days=1152), published, BOARD)
    gone = dataclasses.replace(synthetic.Roster(), slug="old-board", title="The Old Board")
    publish.publish(package.Draft(synthetic.tables(), gone, synthetic.AS_OF), published, gone.slug)
    withdrawal.withdraw(published, gone.slug, ["latest"], reason="licence", date="2031-12-01", note="a <note>")
    return _with_pages(published)


def hostile(published: Path) -> Path:
    """Sixty strings that try to get out, in every field that holds text, with addresses that must not be followed."""
    words = '</script>"\'>\n- &a *a: <b>]]> =1+1 <img src=x onerror="window.__pwned=1">'
    roster = dataclasses.replace(
        synthetic.Roster(), slug="hostile-board", title=f"Board {words}", description=words, attribution=words,
        licence=words,
    )  # fmt: skip
    for as_of in (synthetic.AS_OF, synthetic.LATER):
        made = package.Draft(test_hostile.hostile(as_of), roster, as_of)
        publish.publish(made, published, roster.slug)
    _plant(published / roster.slug)
    return _with_pages(published)


def long(published: Path) -> Path:
    """The invented board with MANY entries. Their own pages are not made: the ten thousandth has nothing new."""
    from incumbent import site

    publish.publish(synthetic.draft(), published, BOARD)
    for version in (published / BOARD / "v1.0.0", published / BOARD / "latest"):
        for table in ("roster", "listings", "findings"):
            path = version / f"{table}.parquet"
            _multiplied(pl.read_parquet(path), table).write_parquet(path)
    for path, content in site.pages(published, BOARD):
        if path.startswith("entries/"):
            break
        target = published / BOARD / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    write_index(published)
    return published


def tables(published: Path, slug: str) -> dict[str, pl.DataFrame]:
    """The tables of the live version, as anybody reads them."""
    return {path.stem: pl.read_parquet(path) for path in sorted((published / slug / "latest").glob("*.parquet"))}


def _with_pages(published: Path) -> Path:
    for path in sorted(published.glob("*/versions.json")):
        write_pages(published, path.parent.name)
    write_index(published)
    return published


def _multiplied(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """`frame` over and over, up to MANY rows; ids and names differ, and so do bodies, a hundred of them."""
    times = -(-MANY // frame.height)
    number = pl.int_range(pl.len()).cast(pl.String)
    many = pl.concat([frame] * times).head(MANY)
    changed = [pl.concat_str(frame.columns[0], number, separator="-").alias(frame.columns[0])]
    if table != "findings":
        body = (pl.int_range(pl.len()) % 100).cast(pl.String)
        changed += [
            pl.concat_str("listed_person", number, separator=" "),
            pl.concat_str("listed_organisation", body, separator=" "),
            pl.lit(None, pl.String).alias("organisation_id"),
        ]
    else:
        changed.append(pl.lit(None, pl.String).alias("entry_id"))
    return many.with_columns(changed)


def _plant(folder: Path) -> None:
    """Put into the tables what the last gates would have refused: the pages must hold without them."""
    handlers = ["javascript:window.__pwned=1", "data:text/html,<script>parent.__pwned=1</script>", "//evil.example/x"]
    live = folder / "latest"
    for version in (live, *sorted(folder.glob("v[0-9]*"))):
        sources = pl.read_parquet(version / "sources.parquet")
        urls = [handlers[place % len(handlers)] for place in range(sources.height)]
        sources.with_columns(url=pl.Series(urls)).write_parquet(version / "sources.parquet")
        roster = pl.read_parquet(version / "roster.parquet")
        strings = [hostile_strings.STRINGS[place % len(hostile_strings.STRINGS)] for place in range(roster.height)]
        script = '"><script>window.__pwned=1</script><svg onload=window.__pwned=1>'
        roster.with_columns(
            holder=pl.lit(script), explanation=pl.lit(script), accounts=pl.Series(strings)
        ).write_parquet(version / "roster.parquet")
