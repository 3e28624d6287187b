"""Disturbed copies of a case that mean the same: other spellings, other order, statements that say nothing about it.

KINDS: each kind is a function of the cells and a seeded generator; it changes a share of the rows that it can change
and keeps the truth. Where a change would make two people impossible to tell apart, or cut the only tie between an
entry and its evidence, the row is left as it is, and the kind's line in KINDS says so.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random

import polars as pl

from incumbent import edtf
from incumbent.bench import spellings
from incumbent.bench.cases import Case, Frames
from incumbent.names import text

#: The share of the rows that could be changed that is changed, unless the kind needs all of them.
SHARE = 0.3

_MUSEUM = "Museum of Lighthouses"
_JUNIOR_POSTS = ("Assistant Gardener", "Deputy Librarian", "Trainee Archivist", "Ticket Clerk")


def perturb(case: Case, kind: str, seed: int) -> tuple[Frames, int]:
    """The case's frames disturbed by `kind`, and how many rows were touched. The same seed gives the same frames.

    Raises KeyError for a kind that KINDS lacks.
    """
    rng = Random(f"{seed}:{kind}")  # noqa: S311 (a seeded choice, not a secret)
    return KINDS[kind].change(Setting(case.frames, case.as_of, rng))


def _pick(setting: Setting, number: int) -> list[int]:
    """Which of `number` rows that could be changed are: SHARE of them, at least one."""
    if not number:
        return []
    return sorted(setting.rng.sample(range(number), max(1, round(SHARE * number))))


def _rewrite(
    setting: Setting, frame: pl.DataFrame, column: str, change: Callable[[dict[str, str]], str | None]
) -> tuple[pl.DataFrame, int]:
    """`frame` with `column` changed in a share of the rows for which `change` has another cell."""
    cells = frame[column].to_list()
    others = [(place, change(row)) for place, row in enumerate(frame.iter_rows(named=True))]
    able = [(place, other) for place, other in others if other is not None and other != cells[place]]
    chosen = _pick(setting, len(able))
    for number in chosen:
        place, other = able[number]
        cells[place] = other
    return frame.with_columns(pl.Series(column, cells, dtype=pl.String)), len(chosen)


def _everywhere(setting: Setting, column: str, change: Callable[[dict[str, str]], str | None]) -> tuple[Frames, int]:
    """`column` changed in the roster and in the evidence."""
    roster, touched = _rewrite(setting, setting.frames.roster, column, change)
    evidence, more = _in_evidence(setting, column, change)
    return Frames(roster, evidence.evidence), touched + more


def _in_roster(setting: Setting, column: str, change: Callable[[dict[str, str]], str | None]) -> tuple[Frames, int]:
    roster, touched = _rewrite(setting, setting.frames.roster, column, change)
    return Frames(roster, setting.frames.evidence), touched


def _in_evidence(setting: Setting, column: str, change: Callable[[dict[str, str]], str | None]) -> tuple[Frames, int]:
    changed = [_rewrite(setting, frame, column, change) for frame in setting.frames.evidence]
    return Frames(setting.frames.roster, tuple(frame for frame, _ in changed)), sum(count for _, count in changed)


def _name_change(
    setting: Setting, change: Callable[[str, spellings.Parts], str | None]
) -> Callable[[dict[str, str]], str | None]:
    """A change of the cell `person`, for the names that have parts."""
    parts = setting.parts()

    def changed(row: dict[str, str]) -> str | None:
        name = row["person"]
        return change(name, parts[name]) if name in parts else None

    return changed


def name_order(setting: Setting) -> tuple[Frames, int]:
    """The surname first, or in capitals."""
    change = _name_change(setting, lambda _, parts: spellings.in_other_order(parts, setting.rng))
    return _everywhere(setting, "person", change)


def typos(setting: Setting) -> tuple[Frames, int]:
    """One typing error in the surname, in the roster."""
    parts = setting.parts()
    surnames = frozenset(word for known in parts.values() for word in known.folded.split())
    said_in = _bodies(setting.frames.evidence, parts)

    def change(row: dict[str, str]) -> str | None:
        known = parts.get(row["person"])
        if known is None or row["organisation"] not in said_in.get(known.key, {row["organisation"]}):
            return None
        return spellings.misspelt(row["person"], known, surnames, setting.rng)

    return _in_roster(setting, "person", change)


def _bodies(frames: Iterable[pl.DataFrame], parts: Mapping[str, spellings.Parts]) -> dict[tuple[str, str], set[str]]:
    """Surname and first letter -> the bodies in which the frames have such a person."""
    bodies: dict[tuple[str, str], set[str]] = defaultdict(set)
    for frame in frames:
        for person, body in frame.select("person", "organisation").iter_rows():
            if person in parts:
                bodies[parts[person].key].add(body)
    return bodies


def honorifics(setting: Setting) -> tuple[Frames, int]:
    """Titles before names and letters after them."""
    change = _name_change(setting, lambda name, parts: spellings.honoured(name, parts, setting.rng))
    return _everywhere(setting, "person", change)


def nicknames(setting: Setting) -> tuple[Frames, int]:
    """Short forms of given names, in the roster."""
    people = setting.people()

    def change(name: str, parts: spellings.Parts) -> str | None:
        other = spellings.familiar(name, parts, setting.rng)
        # Dan Smith for Daniel Smith is unfair where another Smith with a D is about.
        return other if _alone(parts, people) else None

    return _in_roster(setting, "person", _name_change(setting, change))


def _alone(parts: spellings.Parts, people: Mapping[str, set[str]]) -> bool:
    """Whether nobody else of the case has this surname and this first letter."""
    return len({given for given in people[parts.folded] if given[:1] == parts.key[1]}) == 1


def initials(setting: Setting) -> tuple[Frames, int]:
    """Initials for given names, in the evidence."""
    people = setting.people()
    parts = setting.parts()
    listed_in = _bodies([setting.frames.roster], parts)

    def change(row: dict[str, str]) -> str | None:
        known = parts.get(row["person"])
        if known is None or row["organisation"] not in listed_in.get(known.key, {row["organisation"]}):
            return None
        return spellings.initialled(known, setting.rng) if _alone(known, people) else None

    return _in_evidence(setting, "person", change)


def middle_initials(setting: Setting) -> tuple[Frames, int]:
    """A middle initial more, in the roster."""
    with_middles = {parts.key for parts in setting.parts().values() if len(parts.given) > 1}

    def change(name: str, parts: spellings.Parts) -> str | None:
        return None if parts.key in with_middles else spellings.with_middle(name, parts, setting.rng)

    return _in_roster(setting, "person", _name_change(setting, change))


def letters(setting: Setting) -> tuple[Frames, int]:
    """Capitals, small letters, accents and apostrophes, in names."""
    return _everywhere(setting, "person", lambda row: spellings.other_letters(row["person"], setting.rng))


def title_letters(setting: Setting) -> tuple[Frames, int]:
    """Titles in capitals or small letters."""
    return _everywhere(setting, "post", lambda row: setting.rng.choice((row["post"].upper(), row["post"].lower())))


def organisations(setting: Setting) -> tuple[Frames, int]:
    """Another name or abbreviation of the body."""
    others = spellings.other_body_names(setting.cells("organisation"))

    def change(row: dict[str, str]) -> str | None:
        known = others.get(row["organisation"], ())
        return setting.rng.choice(known) if known else None

    return _everywhere(setting, "organisation", change)


def renamed_organisations(setting: Setting) -> tuple[Frames, int]:
    """A body's later name, in the evidence."""
    later = spellings.later_body_names(setting.cells("organisation"))
    return _in_evidence(setting, "organisation", lambda row: later.get(row["organisation"]))


def titles(setting: Setting) -> tuple[Frames, int]:
    """The title in other words."""
    return _everywhere(setting, "post", lambda row: spellings.reworded(row["post"], setting.rng))


def shuffled(setting: Setting) -> tuple[Frames, int]:
    """All rows in another order."""
    frames = setting.frames
    evidence = tuple(_reordered(frame, setting.rng) for frame in frames.evidence)
    return Frames(_reordered(frames.roster, setting.rng), evidence), frames.roster.height


def _reordered(frame: pl.DataFrame, rng: Random) -> pl.DataFrame:
    order = list(range(frame.height))
    rng.shuffle(order)
    return frame[order]


def two_files(setting: Setting) -> tuple[Frames, int]:
    """The evidence parted into two files."""
    whole = pl.concat(setting.frames.evidence)
    moved = _pick(setting, whole.height) if whole.height > 1 else []
    first = whole.with_row_index("place").filter(~pl.col("place").is_in(moved)).drop("place")
    return Frames(setting.frames.roster, (first, whole[moved]) if moved else (whole,)), len(moved)


def repeated(setting: Setting) -> tuple[Frames, int]:
    """Statements made twice."""
    evidence = setting.frames.evidence
    again = evidence[0][_pick(setting, evidence[0].height)]
    return Frames(setting.frames.roster, (pl.concat([evidence[0], again]), *evidence[1:])), again.height


def namesakes(setting: Setting) -> tuple[Frames, int]:
    """Other people of the same names, in a body and in posts that have nothing to do with the list."""
    listed = setting.frames.roster.filter(pl.col("person").is_in(list(setting.parts())))
    chosen = listed[_pick(setting, listed.height)]
    days = [day for column in ("as_at", "stated_at") for day in setting.cells(column) if day <= setting.as_of]
    last = max(days, default=setting.as_of)
    rows = [
        {"person": name, "post": setting.rng.choice(_JUNIOR_POSTS), "organisation": _MUSEUM, "as_at": last,
         "stated_at": last, "source": "museum", "source_url": "https://museum.example/staff"}
        for name in chosen["person"]
    ]  # fmt: skip
    return setting.with_statements(rows), len(rows)


def later_statements(setting: Setting) -> tuple[Frames, int]:
    """Statements made after the day that is judged: others in the posts of the list."""
    roster = setting.frames.roster
    day = edtf.parse_day(setting.as_of)
    rows = []
    for place in _pick(setting, roster.height):
        said = (day + dt.timedelta(days=setting.rng.randrange(1, 400))).isoformat()
        rows.append(
            {"person": f"Newcomer {text.natural_case(f'N{place:03d}')}", "post": roster["post"][place],
             "organisation": roster["organisation"][place], "as_at": said, "stated_at": said, "source": "later-list",
             "source_url": "https://later.example/list"}
        )  # fmt: skip
    return setting.with_statements(rows), len(rows)


@dataclass
class Setting:
    """What a kind works on: the frames, the day that is judged, and the seeded generator."""

    frames: Frames
    as_of: str
    rng: Random

    def cells(self, column: str) -> list[str]:
        """All distinct cells of a column, sorted, empty ones left out."""
        frames = [frame for frame in (self.frames.roster, *self.frames.evidence) if column in frame.columns]
        return sorted({cell for frame in frames for cell in frame[column].to_list()} - {""})

    def parts(self) -> Mapping[str, spellings.Parts]:
        """The parts of every name of the case."""
        return spellings.parts_of(self.cells("person"))

    def people(self) -> Mapping[str, set[str]]:
        """Folded surname -> the folded first given names of those who bear it in the case."""
        borne: dict[str, set[str]] = defaultdict(set)
        for parts in self.parts().values():
            borne[parts.folded].add(text.fold(parts.given[0]))
        return borne

    def with_statements(self, rows: Iterable[Mapping[str, str]]) -> Frames:
        """The frames with one more evidence file; empty where a row has no cell for a column of the first file."""
        columns = dict.fromkeys([*self.frames.evidence[0].columns, "as_at", "stated_at", "source", "source_url"])
        added = [{column: row.get(column, "") for column in columns} for row in rows]
        more = (pl.DataFrame(added, schema=dict.fromkeys(columns, pl.String)),) if added else ()
        return Frames(self.frames.roster, (*self.frames.evidence, *more))


@dataclass(frozen=True)
class Kind:
    """`change` does it, `about` says in the report what is done, and what is left alone for fairness."""

    change: Callable[[Setting], tuple[Frames, int]]
    about: str


KINDS: dict[str, Kind] = {
    "name-order": Kind(name_order, "`Surname, Given`, `SURNAME Given` or `Given SURNAME`, on both sides"),
    "typos": Kind(
        typos,
        "one typing error in a surname of six letters or more, in the list; never one that makes another known name, "
        "and not where the evidence has the person only in another body, for then nothing is left that joins the two",
    ),
    "honorifics": Kind(honorifics, "Dr, Professor, Rt Hon before the name, CBE, QC, PhD after it, on both sides"),
    "nicknames": Kind(
        nicknames, "Nick for Nicholas, in the list; not where another person has the same surname and first letter"
    ),
    "initials": Kind(
        initials,
        "initials for given names, in the evidence; not where another person has the same surname and first letter, "
        "nor where the person is listed in another body, for then nothing is left that joins the two",
    ),
    "middle-initials": Kind(
        middle_initials, "a middle initial, in the list; not where the case gives the person another middle name"
    ),
    "letters": Kind(letters, "names in capitals or small letters, accents added or taken away, on both sides"),
    "title-letters": Kind(title_letters, "titles in capitals or small letters, on both sides"),
    "organisations": Kind(
        organisations, "other names and abbreviations of the bodies, on both sides; none that two bodies bear"
    ),
    "renamed-organisations": Kind(renamed_organisations, "the body's later name, in the evidence"),
    "titles": Kind(titles, "the title in other words (CEO for Chief Executive, `&` for and, commas), on both sides"),
    "shuffled": Kind(shuffled, "all rows in another order"),
    "two-files": Kind(two_files, "the evidence parted into two files"),
    "repeated": Kind(repeated, "statements made twice"),
    "namesakes": Kind(namesakes, "another person of the entry's name, in an unrelated body and a junior post"),
    "later-statements": Kind(later_statements, "statements made after the day that is judged, naming other holders"),
}
