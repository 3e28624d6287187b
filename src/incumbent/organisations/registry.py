"""What is known about bodies: names, successions, parts, countries. Read from data/organisations when first needed.

Rule of succession: an office passes along the arrow of time only. DCLG, MHCLG and DLUHC are one line; two bodies that
merged into a third are each that body's predecessor, and nothing to each other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import polars as pl

from incumbent.organisations import folding

#: How much of an office's identity survives each kind of succession.
KINDS = {"renamed": 1.0, "merged": 0.9, "split": 0.7}

#: Kinds of body that publishers write in each other's place, or leave out: Ministry of Defence, Defence Ministry.
TYPE_WORDS = ("department", "ministry")

_RELATION = {
    "left_key": pl.String(), "right_key": pl.String(), "relation": pl.String(), "score": pl.Float64(),
    "reason": pl.String(),
}  # fmt: skip


@dataclass(frozen=True)
class Registry:
    """Everything known, as frames to join.

    `names`: norm (stems joined), key, display, country, core, stated. `cores`: core, country, key, display.
    `relations`: left_key, right_key, relation (renamed | part_of), score, reason, both ways round.
    `blocks`: key, block; two related bodies share a block. `countries`: folded word -> code.
    `near`: `names` once for each of its near keys (folding.near_keys), `near`.
    `vocabulary`: every known word, as a stem. `mentions`: folded name -> key, safe to look for inside a title.
    """

    names: pl.DataFrame
    near: pl.DataFrame
    cores: pl.DataFrame
    relations: pl.DataFrame
    blocks: pl.DataFrame
    countries: dict[str, str]
    vocabulary: frozenset[str]
    mentions: dict[str, str]


@dataclass(frozen=True)
class _Later:
    """A body's later name or heir."""

    key: str
    score: float
    reason: str


@cache
def registry() -> Registry:
    """The registry, read once. Raises ValueError when the data contradict themselves."""
    countries = _countries()
    bodies = _bodies(countries)
    keys = dict(zip(bodies["display"], bodies["key"], strict=True))
    displays = dict(zip(bodies["key"], bodies["display"], strict=True))
    later = _later(_links("successions", ("predecessor", "successor"), keys), displays)
    wholes = _wholes(_links("parts", ("part", "whole"), keys), later)
    names = _names(bodies)
    return Registry(
        names=names.drop("folded"),
        near=names.drop("folded").with_columns(near=folding.near_keys(pl.col("norm").str.split(" "))).explode("near"),
        cores=bodies.select("core", "country", "key", "display").unique(
            ["core", "country"], keep="first", maintain_order=True
        ),
        relations=_relations(later, wholes, displays),
        blocks=_blocks(dict(zip(bodies["key"], bodies["core"], strict=True)), later, wholes),
        countries=countries,
        vocabulary=frozenset(" ".join([*names["norm"], *countries]).split()),
        mentions=_mentions(names),
    )


def core_of(folded: pl.Series) -> pl.Series:
    """The stems of folded names without the words for ministry, joined; all the stems where nothing else is left."""
    words = folding.stems(pl.col("text"))
    core = words.list.set_difference(list(TYPE_WORDS)).list.sort()
    return (
        pl.DataFrame({"text": folded})
        .select(pl.when(core.list.len() > 0).then(core).otherwise(words).list.join(" "))
        .to_series()
    )


def _countries() -> dict[str, str]:
    table: dict[str, str] = {}
    spoken = [
        (row["country"], word) for row in folding.rows("organisations/countries") for word in row["words"].split("|")
    ]
    for (country, _), word in zip(spoken, folding.fold(pl.Series([word for _, word in spoken])), strict=True):
        if table.setdefault(word, country) != country:
            raise ValueError(f"countries.csv gives {word!r} to two countries")
    return table


def _bodies(countries: dict[str, str]) -> pl.DataFrame:
    """One row per body: display, key, country, core, names (list). A body's own country is no part of its core."""
    raw = folding.rows("organisations/bodies")
    displays = pl.Series([row["name"] for row in raw])
    folded = folding.spelt_out(folding.fold(displays)).str.replace_all(" ;", "", literal=True)
    if folded.is_duplicated().any():
        raise ValueError(f"bodies.csv names a body twice: {sorted(set(folded.filter(folded.is_duplicated())))}")
    nations = pl.Series([row["country"] for row in raw])
    others = pl.Series([alias for row in raw for alias in (row["aliases"] or "").split("|")])
    said = set(core_of(folding.spelt_out(folding.fold(others))))
    cores = core_of(folded)
    for nation in sorted(set(nations)):
        own = {word: "" for word, code in countries.items() if code == nation}
        without = core_of(folding.replace_phrases(folded, own))
        # "Senate" and "Department of Health" are said without their country; "Government", "Library" mean nothing so.
        usual = folded.str.contains(r"\b(?:department|ministry)\b") | without.is_in(sorted(said))
        cores = without.zip_with((nations == nation) & usual & (without != ""), cores)
    return pl.DataFrame(
        {
            "display": displays,
            "key": folded,
            "country": nations,
            "core": cores,
            "names": [[row["name"], *filter(None, (row["aliases"] or "").split("|"))] for row in raw],
        }
    )


def _names(bodies: pl.DataFrame) -> pl.DataFrame:
    """One row per known name: norm, folded, key, display, country, core, stated (the name tells the country).

    Where two bodies have one name, the body that bodies.csv lists first has it; `stated` is then false, as it is for
    every "Department of X" and for a name whose core bodies of two countries share (Senate).
    """
    shared = bodies.group_by("core").agg(pl.col("country").n_unique() > 1).filter("country")["core"]
    names = bodies.explode("names").rename({"names": "name"})
    folded = folding.spelt_out(folding.fold(names["name"])).str.replace_all(" ;", "", literal=True)
    abroad = names["core"].is_in(shared.implode())
    return (
        names.with_columns(
            folded=folded,
            norm=pl.DataFrame({"text": folded}).select(folding.stems(pl.col("text")).list.join(" ")).to_series(),
            # The country shows in the name when the core is not all of the name.
            vague=(core_of(folded) == names["core"]) & (folded.str.contains(r"\b(?:department|ministry)\b") | abroad),
        )
        .with_columns(stated=~pl.col("vague") & (pl.col("key").n_unique().over("norm") == 1))
        .unique("norm", keep="first", maintain_order=True)
        .filter(pl.col("norm") != "")
        .select("norm", "folded", "key", "display", "country", "core", "stated")
    )


def _mentions(names: pl.DataFrame) -> dict[str, str]:
    """Names that mean their body inside a title as well: two words or more, or letters that are no English word."""
    words = {row["word"] for row in folding.rows("organisations/not_in_titles")}
    return {
        row["folded"]: row["key"]
        for row in names.iter_rows(named=True)
        if row["folded"] not in words and (" " in row["folded"] or len(row["folded"]) >= 3)
    }


def _links(table: str, columns: tuple[str, str], keys: dict[str, str]) -> list[tuple[str, str, dict[str, str]]]:
    links = []
    for row in folding.rows(f"organisations/{table}"):
        unknown = [row[column] for column in columns if row[column] not in keys]
        if unknown:
            raise ValueError(f"{table}.csv names {unknown[0]!r}, which bodies.csv lacks")
        links.append((keys[row[columns[0]]], keys[row[columns[1]]], row))
    return links


def _later(links: list[tuple[str, str, dict[str, str]]], displays: dict[str, str]) -> dict[str, dict[str, _Later]]:
    """For each body all its later names and heirs, with the score and the story of the best way there."""
    direct: dict[str, list[tuple[str, float, str]]] = defaultdict(list)
    for before, after, row in links:
        story = f"{displays[before]} became {displays[after]} in {row['year']} ({row['kind']})"
        direct[before].append((after, KINDS[row["kind"]], story))

    later: dict[str, dict[str, _Later]] = {}
    for start in direct:
        found: dict[str, _Later] = {}
        waiting = [_Later(start, 1.0, "")]
        while waiting:
            here = waiting.pop()
            for after, factor, story in direct.get(here.key, ()):
                step = _Later(after, here.score * factor, f"{here.reason}; {story}" if here.reason else story)
                if after == start:
                    raise ValueError(f"successions.csv goes round in a circle at {displays[start]!r}")
                if after not in found or found[after].score < step.score:
                    found[after] = step
                    waiting.append(step)
        later[start] = found
    return later


def _wholes(
    links: list[tuple[str, str, dict[str, str]]], later: dict[str, dict[str, _Later]]
) -> dict[str, frozenset[str]]:
    """For each body the bodies that it is or was part of, under all names of both, and the wholes of those."""
    line: dict[str, set[str]] = defaultdict(set)
    for before, heirs in later.items():
        for heir in heirs.values():
            line[before].add(heir.key)
            line[heir.key].add(before)
    direct: dict[str, set[str]] = defaultdict(set)
    for part, whole, _ in links:
        for one in {part, *line[part]}:
            direct[one] |= {whole, *line[whole]} - {one} - line[one]
    return {
        part: frozenset(above.union(*(direct.get(whole, set()) for whole in above)) - {part})
        for part, above in direct.items()
    }


def _relations(
    later: dict[str, dict[str, _Later]], wholes: dict[str, frozenset[str]], displays: dict[str, str]
) -> pl.DataFrame:
    found: dict[tuple[str, str], tuple[str, float, str]] = {}
    for part in sorted(wholes):
        for whole in sorted(wholes[part]):
            reason = f"{displays[part]} is or was part of {displays[whole]}"
            found[part, whole] = found[whole, part] = ("part_of", 0.6, reason)
    for before in sorted(later):
        for heir in later[before].values():
            found[before, heir.key] = found[heir.key, before] = ("renamed", round(heir.score, 3), heir.reason)
    return pl.DataFrame(
        [(left, right, *fact) for (left, right), fact in sorted(found.items())], schema=_RELATION, orient="row"
    )


def _blocks(
    cores: dict[str, str], later: dict[str, dict[str, _Later]], wholes: dict[str, frozenset[str]]
) -> pl.DataFrame:
    """key, block: a body's earliest ancestors, those of its wholes, and its core."""
    ancestors: dict[str, set[str]] = defaultdict(set)
    for before, heirs in later.items():
        for heir in heirs:
            ancestors[heir].add(before)
    roots = {key: {one for one in {key, *ancestors[key]} if not ancestors[one]} for key in cores}
    pairs = []
    for key, core in cores.items():
        blocks = roots[key].union(*(roots[whole] for whole in wholes.get(key, ())))
        pairs += [(key, f"@{block}") for block in sorted(blocks)] + [(key, core)]
    return pl.DataFrame(pairs, schema={"key": pl.String(), "block": pl.String()}, orient="row")
